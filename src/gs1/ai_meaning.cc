#include "gs1/ai_meaning.h"

#include <cstdint>

#include "gs1/ai_date.h"
#include "gs1/charset.h"
#include "gs1/code_lists.h"

namespace packtrail::gs1 {
namespace {

std::uint64_t number_of(std::string_view digits) {
  std::uint64_t number = 0;
  for (const char c : digits) number = number * 10 + static_cast<unsigned>(c - '0');
  return number;
}

std::string without_leading_zeros(std::string_view digits) {
  const std::size_t first = digits.find_first_not_of('0');
  return first == std::string_view::npos ? "0" : std::string(digits.substr(first));
}

// "001234" with 3 decimals: "1.234".
std::string decimal(std::string_view digits, std::size_t decimals) {
  std::string padded(digits);
  if (padded.size() < decimals + 1) padded.insert(0, decimals + 1 - padded.size(), '0');
  std::string text = without_leading_zeros(padded.substr(0, padded.size() - decimals));
  if (decimals > 0) text.append(".").append(padded, padded.size() - decimals);
  return text;
}

// Ten-millionths of a degree, with the sign in front.
std::string degrees(std::int64_t tenmillionths) {
  const bool negative = tenmillionths < 0;
  const auto magnitude = static_cast<std::uint64_t>(negative ? -tenmillionths : tenmillionths);
  return (negative ? "-" : "") + decimal(std::to_string(magnitude), 7);
}

// The unit in the title: "NET VOLUME (qt (US))" -> "qt (US)".
std::string_view unit_of(const AiEntry& entry) {
  if (entry.first == 3370) return "kg/m\u00b2";
  const std::size_t open = entry.title.find('(');
  if (open == std::string_view::npos) return {};
  return entry.title.substr(open + 1, entry.title.rfind(')') - open - 1);
}

int hex(char c) { return is_digit(c) ? c - '0' : c >= 'a' ? c - 'a' + 10 : c - 'A' + 10; }

// The text behind its %XX escapes. Control characters stay escaped: a text to be shown has none.
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int byte = hex(text[i + 1]) * 16 + hex(text[i + 2]);
    if (byte < 0x20 || byte == 0x7F) {
      out.append(text.substr(i, 3));
    } else {
      out += static_cast<char>(byte);
    }
    i += 2;
  }
  return out;
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t size = lead < 0x80   ? 1
                             : lead < 0xC2 ? 0
                             : lead < 0xE0 ? 2
                             : lead < 0xF0 ? 3
                             : lead < 0xF5 ? 4
                                           : 0;
    if (size == 0 || text.size() - i < size) return false;
    for (std::size_t k = 1; k < size; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0U) != 0x80U) return false;
    }
    if (size > 2) {
      // No longer form than needed, no surrogates, nothing above U+10FFFF.
      const auto next = static_cast<unsigned char>(text[i + 1]);
      if ((lead == 0xE0 && next < 0xA0) || (lead == 0xED && next >= 0xA0)) return false;
      if ((lead == 0xF0 && next < 0x90) || (lead == 0xF4 && next >= 0x90)) return false;
    }
    i += size;
  }
  return true;
}

std::string clock(std::string_view part) {
  std::string text(part.substr(0, 2));
  if (part.size() >= 4) text.append(":").append(part.substr(2, 2));
  return text;
}

std::string_view winding(char c) {
  return c == '0' ? "face out" : c == '1' ? "face in" : "undefined";
}

std::string_view sex(char c) {
  switch (c) {
    case '0':
      return "not known";
    case '1':
      return "male";
    case '2':
      return "female";
    default:
      return "not applicable";
  }
}

// How a part speaks and what stands before it when another one spoke already.
struct Spoken {
  std::string text;
  std::string_view before;
};

// By the rule that gives the part its meaning; empty for parts that are only characters.
Spoken speak(AiRule rule, std::string_view part, Date reference) {
  switch (rule) {
    case AiRule::Yymmdd:
    case AiRule::Yymmd0: {
      const auto date = parse_ai_date(part, reference);
      return {date ? date->to_text() : "", " to "};
    }
    case AiRule::Yyyymmdd:
      return {std::string(part.substr(0, 4)) + "-" + std::string(part.substr(4, 2)) + "-" +
                  std::string(part.substr(6, 2)),
              " to "};
    case AiRule::Hhmi:
    case AiRule::Hh:
      return {clock(part), " "};
    case AiRule::Mi:
    case AiRule::Ss:
      return {std::string(part), ":"};
    case AiRule::Latitude:
      return {degrees(static_cast<std::int64_t>(number_of(part)) - 900'000'000), ", "};
    case AiRule::Longitude: {
      const auto east = static_cast<std::int64_t>(number_of(part));
      return {degrees(east > 1'800'000'000 ? east - 3'600'000'000 : east), ", "};
    }
    case AiRule::Iso3166:
    case AiRule::Iso3166Or999:
      return {part == "999" ? "several or unknown countries" : std::string(country_alpha2(part)),
              ", "};
    case AiRule::YesNo:
      return {part == "1" ? "yes" : "no", ", "};
    case AiRule::Iso5218:
      return {std::string(sex(part[0])), ", "};
    case AiRule::PieceOfTotal:
      return {"piece " + without_leading_zeros(part.substr(0, part.size() / 2)) + " of " +
                  without_leading_zeros(part.substr(part.size() / 2)),
              ", "};
    case AiRule::PositionInSequence:
      return {std::string(part.substr(0, part.find('/'))) + " of " +
                  std::string(part.substr(part.find('/') + 1)),
              ", "};
    case AiRule::PercentEncoded: {
      if (part.find('%') == std::string_view::npos) return {};
      std::string text = unescaped(part);
      return {is_utf8(text) ? std::move(text) : std::string(), ", "};
    }
    default:
      return {};
  }
}

std::string money(unsigned row, std::string_view value, std::size_t decimals) {
  if (row == 3910 || row == 3930) {
    return decimal(value.substr(3), decimals) + " " +
           std::string(currency_alpha(value.substr(0, 3)));
  }
  return decimal(value, decimals);
}

std::string roll(std::string_view value) {
  std::string text = "width " + without_leading_zeros(value.substr(0, 4)) + " mm, length " +
                     without_leading_zeros(value.substr(4, 5)) + " m, core " +
                     without_leading_zeros(value.substr(9, 3)) + " mm, winding ";
  text.append(winding(value[12])).append(", ");
  if (value[13] == '9') return text + "splices unknown";
  return text + value[13] + (value[13] == '1' ? " splice" : " splices");
}

}  // namespace

std::string ai_value_meaning(Ai ai, std::string_view value, Date reference) {
  const AiEntry* entry = find_ai(ai);
  if (entry == nullptr || !check_ai_value(ai, *entry, value)) return {};
  const unsigned row = entry->first;
  const std::size_t decimals = ai.number % 10;
  if (ai.digits == 4 && row >= 3100 && row < 3700) {
    return decimal(value, decimals).append(" ").append(unit_of(*entry));
  }
  if (ai.digits == 4 && row >= 3900 && row < 3960) {
    return row == 3940 ? decimal(value, decimals) + " %" : money(row, value, decimals);
  }
  if (ai.digits == 4 && row >= 4330 && row <= 4333) {
    const bool fahrenheit = row % 2 == 0;
    return (value.size() == 7 ? "-" : "") + decimal(value.substr(0, 6), 2) +
           (fahrenheit ? " \u00b0F" : " \u00b0C");
  }
  if (row == 8001) return roll(value);
  if (ai.digits == 2 && (row == 30 || row == 37)) {
    const std::string count = without_leading_zeros(value);
    return count + (count == "1" ? " item" : " items");
  }
  std::string text;
  std::size_t at = 0;
  for (const AiComponent& component : entry->components()) {
    if (at == value.size()) break;
    const std::string_view part = value.substr(at, component.size_max);
    for (const AiRule rule : component.rules()) {
      const Spoken spoken = speak(rule, part, reference);
      if (spoken.text.empty()) continue;
      if (!text.empty()) text += spoken.before;
      text += spoken.text;
    }
    at += part.size();
  }
  return text;
}

}  // namespace packtrail::gs1
