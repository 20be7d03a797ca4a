// gs1/ai_rules.h - the check rules that Application Identifiers put on their components.
//
// One rule per name in the GS1 Barcode Syntax Dictionary; each holds or fails for one component
// whose length and characters are already right. Facts: GS1 General Specifications 3 and 7, the
// North American coupon data specifications for AIs (8110) and (8112), ISO 3166-1, ISO 4217,
// ISO 5218, ISO 13616 and RFC 3986. Thread safety: free functions. Cost: one pass over the
// component, no heap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace packtrail::gs1 {

enum class AiRule : std::uint8_t {
  None,
  Csum,                 // Last digit is the mod-10 check digit (GenSpecs 7.9).
  CsumAlpha,            // Last two characters are the check pair (GenSpecs 7.9.5: GMN, MUDI).
  GcpPos1,              // Begins with a GS1 Company Prefix: at least four digits.
  GcpPos2,              // The same from the second character on.
  HasNonDigit,          // Not digits alone.
  NonZero,              // Not zeros alone.
  NoZeroPrefix,         // Does not begin with 0.
  Zero,                 // Zeros alone.
  YesNo,                // 0 or 1.
  Hyphen,               // A minus sign.
  Winding,              // 0, 1 or 9.
  Iso5218,              // Biological sex: 0, 1, 2 or 9.
  Yymmdd,               // A real day.
  Yymmd0,               // A real day, or day 00.
  Yyyymmdd,             // A real day with its century.
  Hh,                   // 00..23.
  Mi,                   // 00..59.
  Ss,                   // 00..59.
  Hhmi,                 // 0000..2359.
  Latitude,             // (degrees + 90) * 10^7: at most 1800000000.
  Longitude,            // degrees * 10^7 eastwards: at most 3600000000.
  Iso3166,              // Numeric country code.
  Iso3166Or999,         // The same, or 999 for "unknown or several".
  Iso3166Alpha2,        // Two-letter country code.
  Iso4217,              // Numeric currency code.
  Iban,                 // ISO 13616: country, two check digits mod 97, 11..34 characters.
  MediaType,            // AIDC media type: 01..10 and 80..99 are assigned.
  PackageType,          // GS1 package type code.
  ImporterIndex,        // One of - 0-9 A-Z _ a-z.
  PercentEncoded,       // Every '%' is followed by two hexadecimal digits (RFC 3986 2.1).
  PieceOfTotal,         // Piece and total of equal width, neither zero, piece not above total.
  PositionInSequence,   // "2/3": both without leading zero, position not above the end.
  CouponCode,           // North American coupon, AI (8110).
  CouponPositiveOffer,  // North American positive offer file coupon, AI (8112).
};
inline constexpr std::size_t kAiRuleCount = 35;  // With None.

// Where a component breaks a rule: characters counted from the component's start.
struct RuleFault {
  std::size_t offset = 0;
  std::size_t length = 0;  // 0 when something is missing at `offset`.
  const char* what = "";   // "month 13 does not exist", without the value's characters.
};

// Whether `part` keeps `rule`. Any text may be given: one of the wrong length or with foreign
// characters does not keep it.
[[nodiscard]] bool keeps_rule(AiRule rule, std::string_view part) noexcept;

// The first place where `part` breaks `rule`; nothing when it keeps it. Slower than keeps_rule.
[[nodiscard]] std::optional<RuleFault> find_fault(AiRule rule, std::string_view part);

// "csum", "iso3166999": the name in the Syntax Dictionary. Empty for None.
[[nodiscard]] std::string_view to_string(AiRule rule);
// The inverse of to_string; nothing when no rule has that name.
[[nodiscard]] std::optional<AiRule> ai_rule(std::string_view name);

// What the rule asks for, for people: "month 01 to 12 and a day of that month". Empty for None.
[[nodiscard]] std::string_view rule_text(AiRule rule);

}  // namespace packtrail::gs1
