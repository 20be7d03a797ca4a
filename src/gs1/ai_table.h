// gs1/ai_table.h - the GS1 Application Identifiers: lengths, character sets, check rules, titles.
//
// Data of the GS1 General Specifications 3.2-3.9, one row per AI or range of AIs that share a
// format. Thread safety: constants. Cost: a look-up by the first two digits, then a scan of few
// rows.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.h"

namespace packtrail::gs1 {

enum class AiCharset : std::uint8_t { Digits, Cset82, Cset39, Cset64 };

// What a component must satisfy beyond its length and characters.
enum class AiRule : std::uint8_t {
  None,
  Mod10,        // Last digit is the mod-10 check digit.
  KeyStart,     // Begins with a company prefix: at least four digits.
  AlphaCheck,   // Last two characters are the check pair of GenSpecs 7.9.5 (GMN, MUDI).
  Date,         // YYMMDD, a real day.
  DateOrMonth,  // YYMMDD, a real day or day 00.
  LongDate,     // YYYYMMDD.
  HourMinute,
  Hour,
  Minute,
  Second,
  Country,       // ISO 3166 numeric: not 000.
  CountryAlpha,  // ISO 3166 alpha-2: two capital letters.
  Currency,      // ISO 4217 numeric: not 000.
  Percent,       // Percent-encoded text: every '%' is followed by two hexadecimal digits.
  YesNo,
  Zero,
  NonZero,
  NoLeadingZero,
  PieceOfTotal,  // Piece number and count, each 01..99, piece not above count.
  Hyphen,
  Winding,    // 0, 1 or 9.
  Sex,        // ISO 5218: 0, 1, 2 or 9.
  Latitude,   // At most 1800000000.
  Longitude,  // At most 3600000000.
};

struct AiComponent {
  AiCharset charset = AiCharset::Digits;
  std::uint8_t size_min = 0;
  std::uint8_t size_max = 0;
  AiRule rule = AiRule::None;
  bool optional = false;
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
  std::array<AiComponent, kComponentsMax> components{};
  std::string_view title;  // GS1 data title: "USE BY OR EXPIRY".
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

[[nodiscard]] std::span<const AiEntry> ai_table();  // Ascending by the AI's text.

// The row of `ai`; nullptr when the AI is not assigned.
[[nodiscard]] const AiEntry* find_ai(Ai ai);

// The AI that `text` begins with (the first two digits decide how long it is); nullptr when none.
struct LeadingAi {
  Ai ai;
  const AiEntry* entry = nullptr;
};
[[nodiscard]] LeadingAi leading_ai(std::string_view text);

// Checks a whole value against its row: length, characters, every component's rule. The error's
// field is the AI and its offset counts from the start of the value.
Status check_ai_value(Ai ai, const AiEntry& entry, std::string_view value);

}  // namespace packtrail::gs1
