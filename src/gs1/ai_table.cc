#include "gs1/ai_table.h"

#include <algorithm>
#include <string>

#include "base/assert.h"
#include "gs1/ai_rule_names.h"
#include "gs1/charset.h"
#include "gs1/check_digit.h"

namespace packtrail::gs1 {
namespace {

constexpr AiRule rule_of(std::string_view name) {
  for (const detail::RuleRow& row : detail::kRules) {
    if (row.name == name) return row.rule;
  }
  return AiRule::None;
}

// "~N3:iso3166", "X<30", "N14:csum,gcppos2".
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
  spec.remove_prefix(at);
  while (!spec.empty()) {
    spec.remove_prefix(1);  // ':' or ','.
    const std::size_t end = std::min(spec.find(','), spec.size());
    component.rule_list[component.rule_count++] = rule_of(spec.substr(0, end));
    spec.remove_prefix(end);
  }
  return component;
}

constexpr std::uint16_t number_of(std::string_view digits) {
  unsigned number = 0;
  for (const char c : digits) number = number * 10 + static_cast<unsigned>(c - '0');
  return static_cast<std::uint16_t>(number);
}

constexpr AiEntry row(std::string_view ais, std::string_view flags, std::string_view spec,
                      std::string_view required, std::string_view excluded,
                      std::string_view link_key, std::string_view title) {
  AiEntry entry;
  const std::size_t dash = std::min(ais.find('-'), ais.size());
  entry.first = number_of(ais.substr(0, dash));
  entry.last = dash == ais.size() ? entry.first : number_of(ais.substr(dash + 1));
  entry.digits = static_cast<std::uint8_t>(dash);
  entry.predefined = flags.find('P') != std::string_view::npos;
  entry.link_attribute = flags.find('L') != std::string_view::npos;
  entry.required = required;
  entry.excluded = excluded;
  entry.link_key = link_key;
  entry.title = title;
  while (!spec.empty()) {
    const std::size_t end = std::min(spec.find(' '), spec.size());
    const AiComponent component = component_of(spec.substr(0, end));
    entry.component_list[entry.component_count++] = component;
    const unsigned low = component.optional ? 0U : component.size_min;
    entry.size_min = static_cast<std::uint8_t>(entry.size_min + low);
    entry.size_max = static_cast<std::uint8_t>(entry.size_max + component.size_max);
    spec.remove_prefix(std::min(end + 1, spec.size()));
  }
  return entry;
}

constexpr AiEntry kTable[kAiRowCount] = {
#include "gs1/ai_rows.inc"
};

constexpr bool every_rule_is_known() {
  for (const AiEntry& entry : kTable) {
    for (const AiComponent& component : entry.components()) {
      for (const AiRule rule : component.rules()) {
        if (rule == AiRule::None) return false;
      }
    }
  }
  return true;
}
static_assert(every_rule_is_known());

constexpr std::size_t count_ais() {
  std::size_t count = 0;
  for (const AiEntry& entry : kTable) count += entry.last - entry.first + 1U;
  return count;
}
static_assert(count_ais() == kAiCount);

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
  std::string allowed = std::to_string(entry.size_min);
  if (entry.size_min != entry.size_max) allowed += " to " + std::to_string(entry.size_max);
  return value_error(
      ai, "value has " + std::to_string(value.size()) + " characters, should have " + allowed,
      offset, too_long ? value.size() - offset : 0, layout_text(entry), std::move(remedy));
}

// An optional component has begun and is not complete.
Error part_error(Ai ai, const AiEntry& entry, const AiComponent& component, std::string_view value,
                 std::size_t at) {
  return value_error(ai,
                     "the part that begins here has " + std::to_string(value.size() - at) +
                         " characters, should have " + std::to_string(component.size_min),
                     at, value.size() - at, layout_text(entry),
                     "give the whole part, or leave it out");
}

Error rule_error(Ai ai, AiRule rule, const RuleFault& fault, std::string_view part,
                 std::size_t at) {
  if (rule == AiRule::Csum) {
    Error error = explain_key(part, part.size(), to_text(ai).view(), "key");
    if (error.offset) *error.offset += at;
    return error;
  }
  std::string message = fault.what;
  if (fault.length > 0) {
    message.append(": '").append(part.substr(fault.offset, fault.length)).append("'");
  }
  return value_error(ai, std::move(message), at + fault.offset, fault.length,
                     std::string(rule_text(rule)), "correct the value");
}

void append_component(std::string& text, const AiComponent& component) {
  if (component.optional) text += '~';
  text += "NXYZ"[static_cast<std::size_t>(component.charset)];
  if (component.size_min != component.size_max) text += '<';
  text += std::to_string(component.size_max);
  char before = ':';
  for (const AiRule rule : component.rules()) {
    text.append(1, before).append(to_string(rule));
    before = ',';
  }
}

}  // namespace

std::span<const AiEntry, kAiRowCount> ai_table() { return kTable; }

std::string layout_text(const AiEntry& entry) {
  std::string text;
  for (const AiComponent& component : entry.components()) {
    if (!text.empty()) text += ' ';
    append_component(text, component);
  }
  return text;
}

std::string ai_table_text() {
  std::string text;
  for (const AiEntry& entry : kTable) {
    text += to_text({entry.first, entry.digits}).view();
    if (entry.last != entry.first)
      text.append("-").append(to_text({entry.last, entry.digits}).view());
    text += entry.predefined && entry.link_attribute ? " PL "
            : entry.predefined                       ? " P "
            : entry.link_attribute                   ? " L "
                                                     : " - ";
    text += layout_text(entry);
    if (!entry.required.empty()) text.append(" req=").append(entry.required);
    if (!entry.excluded.empty()) text.append(" ex=").append(entry.excluded);
    if (!entry.link_key.empty()) text.append(" ").append(entry.link_key);
    text.append(" # ").append(entry.title).append("\n");
  }
  return text;
}

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
  for (const AiComponent& component : entry.components()) {
    const std::size_t left = value.size() - at;
    if (component.optional && left == 0) break;
    if (left < component.size_min) return part_error(ai, entry, component, value, at);
    const std::string_view part = value.substr(at, component.size_max);
    const std::size_t bad = find_outside(part, class_of(component.charset));
    if (bad != part.size()) {
      return value_error(ai, "character not allowed here", at + bad, 1,
                         charset_name(component.charset), "replace the character");
    }
    for (const AiRule rule : component.rules()) {
      if (const auto fault = find_fault(rule, part)) {
        return rule_error(ai, rule, *fault, part, at);
      }
    }
    at += part.size();
  }
  if (at != value.size()) return length_error(ai, entry, value);
  return {};
}

}  // namespace packtrail::gs1
