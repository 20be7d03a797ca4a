#include "gs1/ai_rules.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gs1/code_lists.h"

namespace packtrail::gs1 {
namespace {

struct RuleCase {
  AiRule rule;
  std::vector<const char*> accepted;
  std::vector<const char*> refused;
};

const std::vector<RuleCase>& cases() {
  static const std::vector<RuleCase> kCases{
      {AiRule::Csum,
       {"00", "09506000134352", "395060001343520001", "9521141123454",
        "61414112345678901"
        "7"},
       {"", "0", "01", "09506000134353", "0950600013435A", "19506000134352"}},
      {AiRule::CsumAlpha,
       {"22", "!22", "1987654Ad4X4bL5ttr2310c2K", "12345678901234567890123NT"},
       {"", "2", "33", "1987654Ad4X4bL5ttr2310cXK", "1987654Ad4X4bL5ttr2310c2X",
        "123456789 1234567890123NT", "123456789012345678901234NT"}},
      {AiRule::GcpPos1, {"0123", "9521A", "952114112"}, {"", "012", "012A", "A123", "95 1"}},
      {AiRule::GcpPos2, {"X0123", "19521A"}, {"", "1", "1012", "1012A", "1A123"}},
      {AiRule::HasNonDigit, {"A", "12/4", "1234567890:"}, {"", "0", "1234567890"}},
      {AiRule::NonZero, {"1", "0001", "1000"}, {"", "0", "0000"}},
      {AiRule::NoZeroPrefix, {"", "1", "10", "999999999999"}, {"0", "01", "012"}},
      {AiRule::Zero, {"0", "000"}, {"1", "01", "A"}},
      {AiRule::YesNo, {"0", "1"}, {"", "2", "9", "00", "Y"}},
      {AiRule::Hyphen, {"-"}, {"+", "0", "\xAD"}},
      {AiRule::Winding, {"0", "1", "9"}, {"", "2", "8", "/", ":", "01"}},
      {AiRule::Iso5218, {"0", "1", "2", "9"}, {"", "3", "8", "M", "12"}},
      {AiRule::Yymmdd,
       {"260101", "261231", "280229", "000229", "260430"},
       {"", "26010", "2601011", "260100", "260001", "261301", "260132", "260230", "260229",
        "260431", "26O101"}},
      {AiRule::Yymmd0,
       {"260100", "261200", "261231", "280229"},
       {"260001", "261300", "260132", "260229", "260431", "26010A", "26010"}},
      {AiRule::Yyyymmdd,
       {"19000101", "20000229", "20241231", "20240229"},
       {"19000229", "20230229", "20240100", "20241301", "20240132", "2024010", "202401011"}},
      {AiRule::Hh, {"00", "12", "23"}, {"", "2", "24", "99", "0A", "000"}},
      {AiRule::Mi, {"00", "59"}, {"", "60", "99", "5", "5A"}},
      {AiRule::Ss, {"00", "59"}, {"", "60", "99", "5", "5A"}},
      {AiRule::Hhmi, {"0000", "2359", "1200"}, {"2400", "2360", "0060", "235", "23590", "2A00"}},
      {AiRule::Latitude,
       {"0000000000", "0900000000", "1800000000"},
       {"1800000001", "9999999999", "180000000", "01800000000", "18000A0000"}},
      {AiRule::Longitude,
       {"0000000000", "3600000000"},
       {"3600000001", "9999999999", "360000000", "36000000000"}},
      {AiRule::Iso3166,
       {"004", "276", "528", "894"},
       {"", "000", "003", "895", "999", "52", "NLD"}},
      {AiRule::Iso3166Or999, {"004", "894", "999"}, {"000", "998", "99", "9999"}},
      {AiRule::Iso3166Alpha2, {"AD", "NL", "DE", "ZW"}, {"", "N", "nl", "XX", "AA", "NLD", "1A"}},
      {AiRule::Iso4217,
       {"008", "978", "840", "999", "924", "396"},
       {"", "000", "007", "998", "97", "EUR"}},
      {AiRule::Iban,
       {"DE91100000000123456789", "BE71096123456769", "GB98MIDL07009312345678",
        "MT90MALT011000012345MTLCAST001SABC"},
       {"", "BE71", "BE71096123456760", "XX361234567890", "DE9110000000012345678a", "BE71096123",
        "MT90MALT011000012345MTLCAST001SABCD"}},
      {AiRule::MediaType, {"01", "10", "80", "99"}, {"", "00", "11", "29", "60", "79", "1", "001"}},
      {AiRule::PackageType,
       {"8", "9", "1A", "43", "PX", "ZZ", "200", "212", "APE", "X20"},
       {"", "0", "00", "1a", "207", "213", "1AA", "ZZZ", "PX ", "200X", "_9"}},
      {AiRule::ImporterIndex, {"-", "0", "9", "A", "Z", "_", "a", "z"}, {"", "+", "=", ".", "AB"}},
      {AiRule::PercentEncoded,
       {"", "A", "%00", "%fF", "ABC%20XYZ", "%41%42"},
       {"%", "%2", "%fg", "%gf", "ABC%2", "ABC%", "%%20"}},
      {AiRule::PieceOfTotal,
       {"0101", "0102", "9899", "9999", "11", "001002"},
       {"", "1", "0001", "0100", "0000", "0201", "9998", "010", "01A2"}},
      {AiRule::PositionInSequence,
       {"1/1", "1/9", "9/9", "9/10", "99/99"},
       {"", "/", "1", "1/", "/1", "0/1", "1/0", "01/2", "2/1", "10/9", "1//2", "A/2", "1/2/3"}},
      {AiRule::CouponCode,
       {"012345612345611110123", "612345678901212345611110123", "01234561234565123455123459012",
        // 1: second purchase with its own prefix, and with the first one's.
        "012345612345611110123101101230123456", "012345612345611110123101101239",
        // 2: third purchase; 3 and 4: dates; 5: serial; 6: retailer; 9: miscellaneous.
        "0123456123456111101232110123"
        "9",
        "0123456123456111101233271231", "01234561234561111012332712314261231",
        "01234561234561111012350123456",
        "0123456123456111101235"
        "9123456789012345",
        "012345612345611110123611234567", "01234561234561111012390000",
        "01234561234561111012396291"},
       {"", "A", "012345", "0123456", "7123456", "012345612345", "0123456123456", "01234561234560",
        "01234561234566123456", "012345612345611", "0123456123456110", "01234561234561161",
        "012345612345611115", "01234561234561111012",
        // Fields that do not exist, out of order, cut off, or with a value out of range.
        "0123456123456111101230", "0123456123456111101237", "0123456123456111101238",
        "0123456123456111101231", "01234561234561111012314", "012345612345611110123100",
        "012345612345611110123101101238", "0123456123456111101233271301",
        "0123456123456111101233271200", "012345612345611110123327123",
        "01234561234561111012332612314271231",
        "0123456123456111101234"
        "2712313261231",
        "0123456123456111101235012345", "01234561234561111012360123456",
        "012345612345611110123681234567890123456", "01234561234561111012393000",
        "01234561234561111012390300", "01234561234561111012390002", "012345612345611110123900",
        "012345612345611110123900001"}},
      {AiRule::CouponPositiveOffer,
       {"001234561234560123456", "101234561234560123456", "001234561234569123456789012345",
        "061234567890121234569123456789012345"},
       {"", "0", "201234561234560123456", "07", "0012345", "001234561234", "00123456123456",
        "00123456123456012345", "0012345612345601234567", "a01234561234560123456"}},
  };
  return kCases;
}

TEST(AiRules, EveryRuleAtItsLimits) {
  EXPECT_EQ(cases().size(), kAiRuleCount - 1);
  for (std::size_t i = 0; i < cases().size(); ++i) {
    const RuleCase& c = cases()[i];
    EXPECT_EQ(static_cast<std::size_t>(c.rule), i + 1) << "a rule is missing before this one";
    for (const char* part : c.accepted) {
      const auto fault = find_fault(c.rule, part);
      EXPECT_FALSE(fault) << to_string(c.rule) << " '" << part << "' " << fault->what << " at "
                          << fault->offset;
      EXPECT_TRUE(keeps_rule(c.rule, part));
    }
    for (const char* part : c.refused) {
      const auto fault = find_fault(c.rule, part);
      ASSERT_TRUE(fault) << to_string(c.rule) << " takes '" << part << "'";
      EXPECT_FALSE(keeps_rule(c.rule, part));
      EXPECT_LE(fault->offset + fault->length, std::string_view(part).size())
          << to_string(c.rule) << " " << part;
      EXPECT_STRNE(fault->what, "");
    }
  }
}

TEST(AiRules, CouponFaultsAreWhereTheyAre) {
  const struct {
    const char* coupon;
    std::size_t offset;
    std::size_t length;
  } table[] = {
      {"7123456", 0, 1},
      {"01234561234560", 13, 1},
      {"012345612345611115", 17, 1},
      {"0123456123456111101230", 21, 1},
      {"01234561234561111012332612304271231", 21, 14},
      {"0123456123456111101233271301", 22, 6},
      {"0123456123456111101231", 22, 0},
      {"01234A", 5, 1},
  };
  for (const auto& c : table) {
    const auto fault = find_fault(AiRule::CouponCode, c.coupon);
    ASSERT_TRUE(fault) << c.coupon;
    EXPECT_EQ(fault->offset, c.offset) << c.coupon << " " << fault->what;
    EXPECT_EQ(fault->length, c.length) << c.coupon << " " << fault->what;
  }
}

TEST(CodeLists, CountsAndPairs) {
  int countries = 0;
  int currencies = 0;
  for (int number = 0; number < 1000; ++number) {
    std::string digits = std::to_string(number);
    digits.insert(0, 3 - digits.size(), '0');
    const std::string_view letters = country_alpha2(digits);
    countries += static_cast<int>(!letters.empty());
    currencies += static_cast<int>(!currency_alpha(digits).empty());
    if (!letters.empty()) {
      EXPECT_TRUE(is_country_alpha2(letters)) << letters;
    }
  }
  EXPECT_EQ(countries, 249);
  EXPECT_GT(currencies, 175);
  int alpha2 = 0;
  for (char a = 'A'; a <= 'Z'; ++a) {
    for (char b = 'A'; b <= 'Z'; ++b)
      alpha2 += static_cast<int>(is_country_alpha2(std::string{a, b}));
  }
  EXPECT_EQ(alpha2, 249);
  EXPECT_EQ(country_alpha2("528"), "NL");
  EXPECT_EQ(country_alpha2("840"), "US");
  EXPECT_EQ(currency_alpha("978"), "EUR");
  EXPECT_EQ(country_alpha2("5280"), "");
  EXPECT_EQ(currency_alpha("97A"), "");
}

}  // namespace
}  // namespace packtrail::gs1
