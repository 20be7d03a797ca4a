#include <gtest/gtest.h>

#include <unordered_set>

#include "gs1/asset.h"
#include "gs1/expiry.h"
#include "gs1/gcp_length.h"
#include "gs1/gtin.h"
#include "gs1/sgtin.h"
#include "gs1/sscc.h"

namespace packtrail::gs1 {
namespace {

const Date kToday = *Date::parse("2026-11-20");

TEST(CheckDigit, KnownKeys) {
  EXPECT_EQ(check_digit("0950600013435"), '2');
  EXPECT_EQ(check_digit("39506000134352000"), '1');
  EXPECT_EQ(check_digit("61414112345678901"), '7');
  EXPECT_EQ(check_digit("0"), '0');
  EXPECT_FALSE(check_digit(""));
  EXPECT_FALSE(check_digit("12a"));
  EXPECT_TRUE(has_valid_check_digit("09506000134352"));
  EXPECT_FALSE(has_valid_check_digit("09506000134353"));
  EXPECT_FALSE(has_valid_check_digit("0"));
  EXPECT_FALSE(has_valid_check_digit(""));
}

TEST(CheckDigit, EverySingleWrongDigitIsSeen) {
  const std::string good = "09506000134352";
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (char c = '0'; c <= '9'; ++c) {
      std::string changed = good;
      changed[i] = c;
      EXPECT_EQ(has_valid_check_digit(changed), changed == good);
    }
  }
}

TEST(Gtin, NamesWhatIsWrong) {
  const auto wrong_check = Gtin::parse("09506000134353");
  ASSERT_FALSE(wrong_check);
  EXPECT_EQ(wrong_check.error().message, "check digit is 3, should be 2");
  EXPECT_EQ(wrong_check.error().offset, 13U);
  EXPECT_EQ(wrong_check.error().length, 1U);
  const auto letter = Gtin::parse("0950600O134352");
  ASSERT_FALSE(letter);
  EXPECT_EQ(letter.error().offset, 7U);
  const auto at_13 = Gtin::parse("9506000134352");
  ASSERT_FALSE(at_13);
  EXPECT_EQ(at_13.error().offset, 13U);
  EXPECT_FALSE(Gtin::parse(""));
  EXPECT_FALSE(Gtin::parse("095060001343520"));
  EXPECT_FALSE(Gtin::parse(std::string_view("0950600013435\0", 14)));
}

TEST(Gtin, NumberAndText) {
  const Gtin gtin = *Gtin::parse("09506000134352");
  EXPECT_EQ(gtin.number(), 9506000134352U);
  EXPECT_EQ(Gtin::from_number(9506000134352U), gtin);
  EXPECT_FALSE(Gtin::from_number(9506000134353U));
  EXPECT_TRUE(Gtin::from_number(99999999999997U));
  EXPECT_FALSE(Gtin::from_number(100000000000000U));
  EXPECT_EQ(gtin.indicator(), '0');
  EXPECT_EQ(*Gtin::parse_any("9506000134352"), gtin);
  EXPECT_EQ(Gtin::parse_any("96385074")->digits(), "00000096385074");
  EXPECT_EQ(Gtin::parse_any("614141999996")->digits(), "00614141999996");
  EXPECT_FALSE(Gtin::parse_any("950600013435"));
  EXPECT_FALSE(Gtin::parse_any("950600013"));
  EXPECT_EQ(Gtin::complete("0950600013435"), gtin);
  EXPECT_FALSE(Gtin::complete("09506000134352"));
}

TEST(SerialNumber, LimitsAndCharacters) {
  EXPECT_FALSE(SerialNumber::parse(""));
  EXPECT_TRUE(SerialNumber::parse("A"));
  EXPECT_TRUE(SerialNumber::parse(std::string(19, 'A')));
  EXPECT_TRUE(SerialNumber::parse(std::string(20, 'A')));
  const auto long_one = SerialNumber::parse(std::string(21, 'A'));
  ASSERT_FALSE(long_one);
  EXPECT_EQ(long_one.error().offset, 20U);
  EXPECT_EQ(long_one.error().field, "21");
  // The 82 characters of GS1 character set 82, written out.
  const std::string cset82 =
      "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
  ASSERT_EQ(cset82.size(), 82U);
  for (int i = 0; i < 256; ++i) {
    const char c = static_cast<char>(i);
    const bool allowed = cset82.find(c) != std::string::npos;
    const auto parsed = SerialNumber::parse(std::string("A") + c);
    EXPECT_EQ(parsed.has_value(), allowed) << i;
    if (!allowed) {
      EXPECT_EQ(parsed.error().offset, 1U);
    }
  }
}

TEST(SerialNumber, CaseAndZerosMatter) {
  EXPECT_NE(*SerialNumber::parse("a1"), *SerialNumber::parse("A1"));
  EXPECT_NE(*SerialNumber::parse("01"), *SerialNumber::parse("1"));
  EXPECT_LT(*SerialNumber::parse("A"), *SerialNumber::parse("A0"));
  EXPECT_LT(*SerialNumber::parse("A0"), *SerialNumber::parse("B"));
}

TEST(Sscc, MadeOfItsParts) {
  const auto prefix = *CompanyPrefix::parse("9506000");
  const Sscc sscc = *Sscc::make(prefix, 3, 134352000);
  EXPECT_EQ(sscc.digits(), "395060001343520001");
  EXPECT_EQ(sscc.extension_digit(), 3U);
  EXPECT_EQ(sscc.number(), 395060001343520001U);
  EXPECT_EQ(Sscc::serial_references(prefix), 1000000000U);
  EXPECT_TRUE(Sscc::make(prefix, 9, 999999999));
  const auto full = Sscc::make(prefix, 9, 1000000000);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, Errc::ResourceExhausted);
  EXPECT_FALSE(Sscc::make(prefix, 10, 0));
  EXPECT_FALSE(Sscc::parse("395060001343520002"));
  EXPECT_EQ(*Sscc::parse("395060001343520001"), sscc);
}

TEST(CompanyPrefix, Limits) {
  EXPECT_FALSE(CompanyPrefix::parse("123"));
  EXPECT_TRUE(CompanyPrefix::parse("1234"));
  EXPECT_TRUE(CompanyPrefix::parse("123456789012"));
  EXPECT_FALSE(CompanyPrefix::parse("1234567890123"));
  EXPECT_FALSE(CompanyPrefix::parse("12345a"));
}

TEST(Expiry, KeepsWhatIsPrinted) {
  const Expiry month = *Expiry::parse("280200", kToday);
  EXPECT_EQ(month.resolved().to_iso(), "2028-02-29");
  EXPECT_EQ(month.yymmdd(), "280200");
  const Expiry day = *Expiry::parse("280229", kToday);
  EXPECT_EQ(day.resolved(), month.resolved());
  EXPECT_NE(day, month);
  EXPECT_EQ(Expiry::of(*Date::parse("2028-02-29")), day);
  EXPECT_EQ(Expiry::of_month(2028, 2), month);
  EXPECT_FALSE(Expiry::of_month(2028, 13));
  for (const char* bad :
       {"", "27123", "2712310", "271332", "270229", "270431", "27 231", "271301"}) {
    EXPECT_FALSE(Expiry::parse(bad, kToday)) << bad;
  }
  EXPECT_EQ(Expiry::parse("271301", kToday).error().offset, 2U);
  EXPECT_EQ(Expiry::parse("270229", kToday).error().offset, 4U);
}

TEST(Expiry, SlidingCentury) {
  // 26 + 50 is still ahead, 26 + 51 is past; at the century's end 49 behind wraps forward.
  EXPECT_EQ(Expiry::parse("761231", kToday)->resolved().year(), 2076);
  EXPECT_EQ(Expiry::parse("771231", kToday)->resolved().year(), 1977);
  const Date late = *Date::parse("2099-06-01");
  EXPECT_EQ(Expiry::parse("491231", late)->resolved().year(), 2149);
  EXPECT_EQ(Expiry::parse("501231", late)->resolved().year(), 2050);
}

TEST(Grai, ReadsTheElementValue) {
  const Grai grai = *Grai::parse("0952114112345432a/b");
  EXPECT_EQ(grai.asset_type.digits(), "9521141123454");
  EXPECT_EQ(grai.serial->text(), "32a/b");
  EXPECT_FALSE(Grai::parse("09521141123454")->serial);
  EXPECT_FALSE(Grai::parse("1952114112345432a/b"));
  EXPECT_EQ(Grai::parse("09521141123455").error().offset, 13U);
  EXPECT_FALSE(Grai::parse("09521141123454" + std::string(17, 'A')));
  EXPECT_EQ(Grai::parse("09521141123454A~").error().offset, 15U);
}

TEST(GcpLengthTable, LongestPrefixWins) {
  GcpLengthTable table;
  ASSERT_TRUE(table.add("0614141", 7));
  ASSERT_TRUE(table.add("95060001343", 11));
  ASSERT_TRUE(table.add("9506", 7));
  ASSERT_TRUE(table.add("99", 0));
  ASSERT_TRUE(table.add("9506", 7));
  EXPECT_EQ(table.add("9506", 8).error().code, Errc::AlreadyExists);
  EXPECT_FALSE(table.add("", 7));
  EXPECT_FALSE(table.add("1234567890123", 7));
  EXPECT_FALSE(table.add("12", 3));
  EXPECT_FALSE(table.add("12", 13));
  EXPECT_EQ(table.length_for("9506000134352"), 11U);
  EXPECT_EQ(table.length_for("9506999999999"), 7U);
  EXPECT_EQ(table.length_for("0614141"), 7U);
  EXPECT_FALSE(table.length_for("9912345"));
  EXPECT_FALSE(table.length_for("061414"));
  EXPECT_FALSE(table.length_for(""));
}

TEST(Sgtin, IsAKey) {
  const Sgtin a{*Gtin::parse("09506000134352"), *SerialNumber::parse("A1")};
  const Sgtin b{*Gtin::parse("09506000134352"), *SerialNumber::parse("A2")};
  EXPECT_EQ(a.to_hri(), "(01)09506000134352(21)A1");
  const std::unordered_set<Sgtin> set{a, b, a};
  EXPECT_EQ(set.size(), 2U);
  EXPECT_LT(a, b);
}

}  // namespace
}  // namespace packtrail::gs1
