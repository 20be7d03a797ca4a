// gs1/ai_table.h - the GS1 Application Identifiers: lengths, character sets, check rules, partners,
// Digital Link keys, titles.
//
// Data of the GS1 General Specifications 3.2-3.9 and 4.13-4.14 and of GS1 Digital Link, one row per
// AI or range of AIs that share a format; the rows are text in gs1/ai_rows.inc, and ai_table_text
// prints them. Thread safety: constants. Cost: a look-up reads two small tables.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "gs1/ai_rules.h"

namespace packtrail::gs1 {

enum class AiCharset : std::uint8_t { Digits, Cset82, Cset39, Cset64 };

struct AiComponent {
  static constexpr std::size_t kRulesMax = 3;
  AiCharset charset = AiCharset::Digits;
  std::uint8_t size_min = 0;  // Of the component when it is there; 1 when its length varies.
  std::uint8_t size_max = 0;
  bool optional = false;  // May be missing together with all that follow.
  std::uint8_t rule_count = 0;
  std::array<AiRule, kRulesMax> rule_list{};

  [[nodiscard]] constexpr std::span<const AiRule> rules() const {
    return {rule_list.data(), rule_count};
  }
};

struct AiEntry {
  static constexpr std::size_t kComponentsMax = 5;
  std::uint16_t first = 0;  // The AI as a number; `first`..`last` share this row.
  std::uint16_t last = 0;
  std::uint8_t digits = 0;      // Digits of the AI itself: 2, 3 or 4.
  bool predefined = false;      // Closed list of GenSpecs 7.8.5: no separator after the value.
  bool link_attribute = false;  // May stand in the query of a Digital Link.
  std::uint8_t component_count = 0;
  std::uint8_t size_min = 0;  // Of the whole value.
  std::uint8_t size_max = 0;
  std::array<AiComponent, kComponentsMax> component_list{};
  // "01+21|02|35nn": one of the alternatives must be on the item; '+' = and, n = any digit. Empty:
  // the AI needs no partner (GenSpecs 4.14).
  std::string_view required;
  std::string_view excluded;  // "255|37": none of these may be on the item (GenSpecs 4.13).
  // Empty: no primary key of a Digital Link. "key": one without qualifiers. "key 22 10 21|235": one
  // with its qualifiers in their order; '|' begins another sequence, which does not mix.
  std::string_view link_key;
  std::string_view title;  // GS1 data title: "USE BY OR EXPIRY".

  [[nodiscard]] constexpr std::span<const AiComponent> components() const {
    return {component_list.data(), component_count};
  }
};

// An AI as written: 2..4 digits. Distinguishes nothing else, so 00 and 000 are told by `digits`.
struct Ai {
  std::uint16_t number = 0;
  std::uint8_t digits = 0;

  static constexpr std::size_t kTextMax = 4;
  static std::optional<Ai> parse(std::string_view text);  // 2..4 digits, known to the table.
  friend bool operator==(const Ai&, const Ai&) = default;
};
inline constexpr Ai kAiSscc{0, 2};
inline constexpr Ai kAiGtin{1, 2};
inline constexpr Ai kAiLot{10, 2};
inline constexpr Ai kAiExpiry{17, 2};
inline constexpr Ai kAiSerial{21, 2};

// "01", "8003".
struct AiText {
  std::array<char, Ai::kTextMax> chars{};
  std::uint8_t size = 0;
  [[nodiscard]] std::string_view view() const { return {chars.data(), size}; }
};
[[nodiscard]] AiText to_text(Ai ai);

inline constexpr std::size_t kAiRowCount = 224;
inline constexpr std::size_t kAiCount = 541;                     // Every AI of every row.
[[nodiscard]] std::span<const AiEntry, kAiRowCount> ai_table();  // Ascending by the AI's text.

// The table as text, one line per row: "AI flags components req=.. ex=.. key.. # title".
[[nodiscard]] std::string ai_table_text();

// "N13:csum,gcppos1 ~X<17": the components in the table's own form.
[[nodiscard]] std::string layout_text(const AiEntry& entry);

// The row of `ai`; nullptr when the AI is not assigned.
[[nodiscard]] const AiEntry* find_ai(Ai ai);

// The AI that `text` begins with (the first two digits decide how long it is); nullptr when none.
struct LeadingAi {
  Ai ai;
  const AiEntry* entry = nullptr;
};
[[nodiscard]] LeadingAi leading_ai(std::string_view text);

// Checks a whole value against its row: length, characters, every component's rules. The error's
// field is the AI; its offset and length count characters from the start of the value.
Status check_ai_value(Ai ai, const AiEntry& entry, std::string_view value);

}  // namespace packtrail::gs1
