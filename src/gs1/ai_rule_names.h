// gs1/ai_rule_names.h - the name and the text of every check rule, for gs1/ai_rules and
// gs1/ai_table.
//
// Thread safety: constants. Cost: none at run time.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "gs1/ai_rules.h"

namespace packtrail::gs1::detail {

struct RuleRow {
  AiRule rule;
  std::string_view name;
  std::string_view text;
};
// In the order of the enumeration.
inline constexpr std::array<RuleRow, kAiRuleCount> kRules{{
    {AiRule::None, "", ""},
    {AiRule::Csum, "csum", "the last digit is the mod-10 check digit (GenSpecs 7.9)"},
    {AiRule::CsumAlpha, "csumalpha", "ends with its check character pair (GenSpecs 7.9.5)"},
    {AiRule::GcpPos1, "gcppos1", "begins with a GS1 Company Prefix of at least 4 digits"},
    {AiRule::GcpPos2, "gcppos2",
     "a GS1 Company Prefix of at least 4 digits follows the first character"},
    {AiRule::HasNonDigit, "hasnondigit", "holds a character that is not a digit"},
    {AiRule::NonZero, "nonzero", "not zero"},
    {AiRule::NoZeroPrefix, "nozeroprefix", "no leading zero"},
    {AiRule::Zero, "zero", "a zero"},
    {AiRule::YesNo, "yesno", "0 for no, 1 for yes"},
    {AiRule::Hyphen, "hyphen", "a minus sign '-'"},
    {AiRule::Winding, "winding", "winding direction 0, 1 or 9"},
    {AiRule::Iso5218, "iso5218", "ISO 5218: 0, 1, 2 or 9"},
    {AiRule::Yymmdd, "yymmdd", "YYMMDD, a real day"},
    {AiRule::Yymmd0, "yymmd0", "YYMMDD, a real day, or day 00 for the last of the month"},
    {AiRule::Yyyymmdd, "yyyymmdd", "YYYYMMDD, a real day"},
    {AiRule::Hh, "hh", "hour 00 to 23"},
    {AiRule::Mi, "mi", "minute 00 to 59"},
    {AiRule::Ss, "ss", "second 00 to 59"},
    {AiRule::Hhmi, "hhmi", "HHMM, 0000 to 2359"},
    {AiRule::Latitude, "latitude", "latitude 0000000000 to 1800000000"},
    {AiRule::Longitude, "longitude", "longitude 0000000000 to 3600000000"},
    {AiRule::Iso3166, "iso3166", "ISO 3166-1 numeric country code"},
    {AiRule::Iso3166Or999, "iso3166999", "ISO 3166-1 numeric country code, or 999"},
    {AiRule::Iso3166Alpha2, "iso3166alpha2", "ISO 3166-1 alpha-2 country code"},
    {AiRule::Iso4217, "iso4217", "ISO 4217 numeric currency code"},
    {AiRule::Iban, "iban", "ISO 13616: country, check digits mod 97, 11 to 34 of 0-9 A-Z"},
    {AiRule::MediaType, "mediatype", "AIDC media type 01 to 10 or 80 to 99"},
    {AiRule::PackageType, "packagetype", "GS1 package type code (UN/ECE Recommendation 21)"},
    {AiRule::ImporterIndex, "importeridx", "importer index: one of - 0-9 A-Z _ a-z"},
    {AiRule::PercentEncoded, "pcenc", "every '%' is followed by two hexadecimal digits"},
    {AiRule::PieceOfTotal, "pieceoftotal", "piece and total 01 to 99, piece not above total"},
    {AiRule::PositionInSequence, "posinseqslash",
     "position/end, neither with a leading zero, position not above the end"},
    {AiRule::CouponCode, "couponcode", "North American coupon code data of AI (8110)"},
    {AiRule::CouponPositiveOffer, "couponposoffer",
     "North American positive offer file coupon data of AI (8112)"},
}};
constexpr bool rules_in_order() {
  for (std::size_t i = 0; i < kRules.size(); ++i) {
    if (static_cast<std::size_t>(kRules[i].rule) != i) return false;
  }
  return true;
}
static_assert(rules_in_order());

}  // namespace packtrail::gs1::detail
