#include "gs1/ai_table.h"

#include <algorithm>
#include <string>

#include "base/assert.h"
#include "base/time.h"
#include "gs1/charset.h"
#include "gs1/check_digit.h"

namespace packtrail::gs1 {
namespace {

constexpr AiRule rule_of(char letter) {
  switch (letter) {
    case 'm':
      return AiRule::Mod10;
    case 'k':
      return AiRule::KeyStart;
    case 'a':
      return AiRule::AlphaCheck;
    case 'd':
      return AiRule::Date;
    case 'D':
      return AiRule::DateOrMonth;
    case 'L':
      return AiRule::LongDate;
    case 't':
      return AiRule::HourMinute;
    case 'h':
      return AiRule::Hour;
    case 'i':
      return AiRule::Minute;
    case 's':
      return AiRule::Second;
    case 'c':
      return AiRule::Country;
    case 'C':
      return AiRule::CountryAlpha;
    case 'u':
      return AiRule::Currency;
    case 'p':
      return AiRule::Percent;
    case 'y':
      return AiRule::YesNo;
    case 'z':
      return AiRule::Zero;
    case 'n':
      return AiRule::NonZero;
    case 'l':
      return AiRule::NoLeadingZero;
    case 'q':
      return AiRule::PieceOfTotal;
    case '-':
      return AiRule::Hyphen;
    case 'w':
      return AiRule::Winding;
    case 'x':
      return AiRule::Sex;
    case 'A':
      return AiRule::Latitude;
    case 'O':
      return AiRule::Longitude;
    default:
      return AiRule::None;
  }
}

constexpr AiComponent component_of(std::string_view spec) {
  AiComponent component;
  std::size_t at = 0;
  if (spec[at] == '~') {
    component.optional = true;
    ++at;
  }
  const char set = spec[at++];
  component.charset = set == 'N'   ? AiCharset::Digits
                      : set == 'X' ? AiCharset::Cset82
                      : set == 'Y' ? AiCharset::Cset39
                                   : AiCharset::Cset64;
  const bool variable = spec[at] == '<';
  if (variable) ++at;
  unsigned size = 0;
  while (at < spec.size() && is_digit(spec[at])) {
    size = size * 10 + static_cast<unsigned>(spec[at++] - '0');
  }
  component.size_max = static_cast<std::uint8_t>(size);
  component.size_min = variable ? std::uint8_t{1} : component.size_max;
  if (at < spec.size() && spec[at] == ':') component.rule = rule_of(spec[at + 1]);
  return component;
}

constexpr std::uint16_t number_of(std::string_view digits) {
  unsigned number = 0;
  for (const char c : digits) number = number * 10 + static_cast<unsigned>(c - '0');
  return static_cast<std::uint16_t>(number);
}

constexpr AiEntry row(std::string_view first, std::string_view last, std::string_view flags,
                      std::string_view spec, std::string_view title) {
  AiEntry entry;
  entry.first = number_of(first);
  entry.last = number_of(last);
  entry.digits = static_cast<std::uint8_t>(first.size());
  entry.predefined = flags.find('P') != std::string_view::npos;
  entry.link_attribute = flags.find('L') != std::string_view::npos;
  entry.title = title;
  while (!spec.empty()) {
    const std::size_t end = std::min(spec.find(' '), spec.size());
    const AiComponent component = component_of(spec.substr(0, end));
    entry.components[entry.component_count++] = component;
    const unsigned low = component.optional ? 0U : component.size_min;
    entry.size_min = static_cast<std::uint8_t>(entry.size_min + low);
    entry.size_max = static_cast<std::uint8_t>(entry.size_max + component.size_max);
    spec.remove_prefix(std::min(end + 1, spec.size()));
  }
  return entry;
}

constexpr AiEntry kTable[] = {
#include "gs1/ai_rows.inc"
};

// For each pair of leading digits: its rows, and how long its AIs are. All AIs that share two
// leading digits have the same length (GenSpecs 7.8.1), which the constructor below relies on.
struct Slice {
  std::uint16_t begin = 0;
  std::uint16_t end = 0;
  std::uint8_t digits = 0;
};
constexpr unsigned leading_pair(std::uint16_t number, std::uint8_t digits) {
  return digits == 2 ? number : digits == 3 ? number / 10U : number / 100U;
}
constexpr std::array<Slice, 100> make_slices() {
  std::array<Slice, 100> slices{};
  std::uint16_t index = 0;
  for (const AiEntry& entry : kTable) {
    const unsigned last = leading_pair(entry.last, entry.digits);
    for (unsigned pair = leading_pair(entry.first, entry.digits); pair <= last; ++pair) {
      if (slices[pair].digits == 0) slices[pair] = {index, index, entry.digits};
      slices[pair].end = static_cast<std::uint16_t>(index + 1);
    }
    ++index;
  }
  return slices;
}
constexpr std::array<Slice, 100> kSlices = make_slices();

constexpr bool slices_have_one_length() {
  for (const AiEntry& entry : kTable) {
    if (kSlices[leading_pair(entry.first, entry.digits)].digits != entry.digits) return false;
  }
  return true;
}
static_assert(slices_have_one_length());

int two(std::string_view digits, std::size_t at) {
  return (digits[at] - '0') * 10 + (digits[at + 1] - '0');
}

CharClass class_of(AiCharset charset) {
  switch (charset) {
    case AiCharset::Digits:
      return kDigit;
    case AiCharset::Cset82:
      return kCset82;
    case AiCharset::Cset39:
      return kCset39;
    case AiCharset::Cset64:
      return kCset64;
  }
  return kDigit;
}

const char* charset_name(AiCharset charset) {
  switch (charset) {
    case AiCharset::Digits:
      return "digits only";
    case AiCharset::Cset82:
      return "GS1 character set 82";
    case AiCharset::Cset39:
      return "GS1 character set 39";
    case AiCharset::Cset64:
      return "GS1 character set 64";
  }
  return "";
}

bool alpha_check_holds(std::string_view value) {
  // GenSpecs 7.9.5: weights are the primes from the right, sum modulo 1021, two characters of 32.
  static constexpr std::array<unsigned, 23> kPrimes{2,  3,  5,  7,  11, 13, 17, 19, 23, 29, 31, 37,
                                                    41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83};
  static constexpr std::string_view kValues =
      "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
  static constexpr std::string_view kPairs = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
  if (value.size() < 3 || value.size() - 2 > kPrimes.size()) return false;
  const std::string_view body = value.substr(0, value.size() - 2);
  unsigned sum = 0;
  for (std::size_t i = 0; i < body.size(); ++i) {
    const std::size_t at = kValues.find(body[body.size() - 1 - i]);
    if (at == std::string_view::npos) return false;
    sum += kPrimes[i] * static_cast<unsigned>(at);
  }
  sum %= 1021;
  return value[value.size() - 2] == kPairs[sum >> 5] && value.back() == kPairs[sum & 31];
}

bool is_day(int year, int month, int day, bool day_zero_allowed) {
  if (month < 1 || month > 12) return false;
  if (day == 0) return day_zero_allowed;
  return day <= Date::days_in_month(year, month);
}

bool percent_holds(std::string_view part) {
  const auto is_hex = [](char c) {
    return is_digit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
  };
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (part[i] != '%') continue;
    if (i + 2 >= part.size() || !is_hex(part[i + 1]) || !is_hex(part[i + 2])) return false;
  }
  return true;
}

bool all_zero(std::string_view part) {
  return part.find_first_not_of('0') == std::string_view::npos;
}

// The two-digit year stands for 2000..2099 here: of the years it may mean, leap years coincide
// except 1900 and 2100, which the sliding window cannot reach before 2050.
bool rule_holds(AiRule rule, std::string_view part) {
  switch (rule) {
    case AiRule::None:
      return true;
    case AiRule::Mod10:
      return has_valid_check_digit(part);
    case AiRule::KeyStart:
      return find_outside(part, kDigit) >= 4;
    case AiRule::AlphaCheck:
      return alpha_check_holds(part);
    case AiRule::Date:
    case AiRule::DateOrMonth:
      return is_day(2000 + two(part, 0), two(part, 2), two(part, 4), rule == AiRule::DateOrMonth);
    case AiRule::LongDate:
      return is_day(two(part, 0) * 100 + two(part, 2), two(part, 4), two(part, 6), false);
    case AiRule::HourMinute:
      return two(part, 0) < 24 && two(part, 2) < 60;
    case AiRule::Hour:
      return two(part, 0) < 24;
    case AiRule::Minute:
    case AiRule::Second:
      return two(part, 0) < 60;
    case AiRule::Country:
    case AiRule::Currency:
    case AiRule::NonZero:
      return !all_zero(part);
    case AiRule::CountryAlpha:
      return part[0] >= 'A' && part[0] <= 'Z' && part[1] >= 'A' && part[1] <= 'Z';
    case AiRule::Percent:
      return percent_holds(part);
    case AiRule::YesNo:
      return part == "0" || part == "1";
    case AiRule::Zero:
      return all_zero(part);
    case AiRule::NoLeadingZero:
      return part.size() == 1 || part[0] != '0';
    case AiRule::PieceOfTotal:
      return two(part, 0) > 0 && two(part, 2) > 0 && two(part, 0) <= two(part, 2);
    case AiRule::Hyphen:
      return part == "-";
    case AiRule::Winding:
      return part == "0" || part == "1" || part == "9";
    case AiRule::Sex:
      return part == "0" || part == "1" || part == "2" || part == "9";
    case AiRule::Latitude:
      return part <= "1800000000";
    case AiRule::Longitude:
      return part <= "3600000000";
  }
  return false;
}

const char* rule_text(AiRule rule) {
  switch (rule) {
    case AiRule::Mod10:
      return "the last digit is the mod-10 check digit (GenSpecs 7.9)";
    case AiRule::KeyStart:
      return "begins with a GS1 Company Prefix of at least 4 digits";
    case AiRule::AlphaCheck:
      return "ends with its check character pair (GenSpecs 7.9.5)";
    case AiRule::Date:
      return "YYMMDD, a real day";
    case AiRule::DateOrMonth:
      return "YYMMDD, a real day, or day 00 for the last of the month";
    case AiRule::LongDate:
      return "YYYYMMDD, a real day";
    case AiRule::HourMinute:
      return "HHMM, 0000 to 2359";
    case AiRule::Hour:
      return "hour 00 to 23";
    case AiRule::Minute:
      return "minute 00 to 59";
    case AiRule::Second:
      return "second 00 to 59";
    case AiRule::Country:
      return "ISO 3166 numeric country code";
    case AiRule::CountryAlpha:
      return "ISO 3166 alpha-2 country code";
    case AiRule::Currency:
      return "ISO 4217 numeric currency code";
    case AiRule::Percent:
      return "every '%' is followed by two hexadecimal digits";
    case AiRule::YesNo:
      return "0 for no, 1 for yes";
    case AiRule::Zero:
      return "a zero";
    case AiRule::NonZero:
      return "not zero";
    case AiRule::NoLeadingZero:
      return "no leading zero";
    case AiRule::PieceOfTotal:
      return "piece and total 01 to 99, piece not above total";
    case AiRule::Hyphen:
      return "a minus sign '-'";
    case AiRule::Winding:
      return "winding direction 0, 1 or 9";
    case AiRule::Sex:
      return "ISO 5218: 0, 1, 2 or 9";
    case AiRule::Latitude:
      return "at most 1800000000";
    case AiRule::Longitude:
      return "at most 3600000000";
    case AiRule::None:
      break;
  }
  return "";
}

std::string layout_text(const AiEntry& entry) {
  std::string text;
  for (std::size_t i = 0; i < entry.component_count; ++i) {
    const AiComponent& c = entry.components[i];
    if (i > 0) text += " + ";
    if (c.optional) text += "optional ";
    text += std::to_string(c.size_min);
    if (c.size_min != c.size_max) text += ".." + std::to_string(c.size_max);
    text += " x ";
    text += charset_name(c.charset);
  }
  return text;
}

Error value_error(Ai ai, std::string message, std::size_t offset, std::size_t length,
                  std::string rule, std::string remedy) {
  return Error{.code = Errc::InvalidArgument,
               .message = std::move(message),
               .field = std::string(to_text(ai).view()),
               .offset = offset,
               .length = length,
               .rule = std::move(rule),
               .remedy = std::move(remedy)};
}

Error length_error(Ai ai, const AiEntry& entry, std::string_view value) {
  const bool too_long = value.size() > entry.size_max;
  const std::size_t offset = too_long ? entry.size_max : value.size();
  std::string remedy;
  if (too_long) {
    remedy = entry.predefined ? "remove the extra characters"
                              : "shorten the value, or end it with a separator (FNC1, sent as GS)";
  } else {
    remedy = "give the missing characters";
  }
  return value_error(ai,
                     "value has " + std::to_string(value.size()) + " characters, " +
                         (too_long ? "at most " + std::to_string(entry.size_max)
                                   : "at least " + std::to_string(entry.size_min)) +
                         " are allowed",
                     offset, too_long ? value.size() - offset : 0, layout_text(entry), remedy);
}

Error rule_error(Ai ai, const AiComponent& component, std::string_view part, std::size_t at) {
  if (component.rule == AiRule::Mod10) {
    Error error = explain_key(part, part.size(), to_text(ai).view(), "key");
    if (error.offset) *error.offset += at;
    return error;
  }
  std::string message = "'";
  message.append(part).append("' is not allowed");
  return value_error(ai, std::move(message), at, part.size(), rule_text(component.rule),
                     "correct the value");
}

}  // namespace

std::span<const AiEntry> ai_table() { return kTable; }

std::optional<Ai> Ai::parse(std::string_view text) {
  if (text.size() < 2 || text.size() > kTextMax) return std::nullopt;
  const LeadingAi leading = leading_ai(text);
  if (leading.entry == nullptr || leading.ai.digits != text.size()) return std::nullopt;
  return leading.ai;
}

AiText to_text(Ai ai) {
  AiText text;
  text.size = ai.digits;
  unsigned rest = ai.number;
  for (std::size_t i = ai.digits; i-- > 0; rest /= 10) {
    text.chars[i] = static_cast<char>('0' + rest % 10);
  }
  return text;
}

const AiEntry* find_ai(Ai ai) {
  if (ai.digits < 2 || ai.digits > Ai::kTextMax) return nullptr;
  const unsigned pair = leading_pair(ai.number, ai.digits);
  if (pair >= kSlices.size()) return nullptr;
  const Slice& slice = kSlices[pair];
  if (slice.digits != ai.digits) return nullptr;
  for (std::size_t i = slice.begin; i < slice.end; ++i) {
    if (ai.number >= kTable[i].first && ai.number <= kTable[i].last) return &kTable[i];
  }
  return nullptr;
}

LeadingAi leading_ai(std::string_view text) {
  if (text.size() < 2 || !is_digit(text[0]) || !is_digit(text[1])) return {};
  const Slice& slice = kSlices[static_cast<std::size_t>(two(text, 0))];
  if (slice.digits == 0 || text.size() < slice.digits) return {};
  unsigned number = 0;
  for (std::size_t i = 0; i < slice.digits; ++i) {
    if (!is_digit(text[i])) return {};
    number = number * 10 + static_cast<unsigned>(text[i] - '0');
  }
  const Ai ai{static_cast<std::uint16_t>(number), slice.digits};
  for (std::size_t i = slice.begin; i < slice.end; ++i) {
    if (number >= kTable[i].first && number <= kTable[i].last) return {ai, &kTable[i]};
  }
  return {};
}

Status check_ai_value(Ai ai, const AiEntry& entry, std::string_view value) {
  if (value.size() < entry.size_min || value.size() > entry.size_max) {
    return length_error(ai, entry, value);
  }
  std::size_t at = 0;
  for (std::size_t i = 0; i < entry.component_count; ++i) {
    const AiComponent& component = entry.components[i];
    const std::size_t left = value.size() - at;
    if (component.optional && left == 0) break;
    if (left < component.size_min) return length_error(ai, entry, value);
    const std::string_view part = value.substr(at, component.size_max);
    const std::size_t bad = find_outside(part, class_of(component.charset));
    if (bad != part.size()) {
      return value_error(ai, "character not allowed here", at + bad, 1,
                         charset_name(component.charset), "replace the character");
    }
    if (!rule_holds(component.rule, part)) return rule_error(ai, component, part, at);
    at += part.size();
  }
  if (at != value.size()) return length_error(ai, entry, value);
  return {};
}

}  // namespace packtrail::gs1
