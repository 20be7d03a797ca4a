#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "gs1/mh10.h"
#include "gs1/national_number.h"
#include "gs1/ndc.h"
#include "gs1/pzn.h"

namespace packtrail::gs1 {
namespace {

const Date kToday = *Date::parse("2026-11-20");

std::string random_digits(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('0' + *rc::gen::inRange(0, 10));
  return text;
}

TEST(Pzn, CheckDigitNtinAndPpn) {
  const Pzn pzn = *Pzn::parse("03752864");
  EXPECT_EQ(*Pzn::complete("0375286"), pzn);
  EXPECT_EQ(pzn.ntin().digits(), "04150037528643");
  EXPECT_EQ(Pzn::of_ntin(pzn.ntin()), pzn);
  EXPECT_FALSE(Pzn::of_ntin(*Gtin::parse("09506000134352")));
  const Ppn ppn = Ppn::of(pzn);
  EXPECT_EQ(ppn.text(), "110375286414");
  EXPECT_EQ(ppn.agency(), "11");
  EXPECT_EQ(ppn.number(), "03752864");
  EXPECT_EQ(ppn.pzn(), pzn);
  EXPECT_EQ(*Ppn::parse("110375286414"), ppn);
}

TEST(Pzn, Refuses) {
  EXPECT_EQ(Pzn::parse("03752865").error().offset, 7U);
  EXPECT_NE(Pzn::parse("03752865").error().message.find("should be 4"), std::string::npos);
  EXPECT_NE(Pzn::parse("3752864").error().remedy.find("03752864"), std::string::npos);
  EXPECT_FALSE(Pzn::parse("037528640"));
  EXPECT_EQ(Pzn::parse("0375286A").error().offset, 7U);
  EXPECT_FALSE(Pzn::parse(""));
  EXPECT_FALSE(Pzn::complete("000000A"));
  EXPECT_FALSE(Pzn::complete("0000003"));  // 7 * 3 leaves 10.
  EXPECT_TRUE(Pzn::complete("0000023"));
}

TEST(Ppn, RefusesWithPlaceAndRightDigits) {
  EXPECT_NE(Ppn::parse("110375286415").error().message.find("should be 14"), std::string::npos);
  EXPECT_FALSE(Ppn::parse("1114"));
  EXPECT_FALSE(Ppn::parse(std::string(23, '1')));
  EXPECT_EQ(Ppn::parse("11037528641a").error().offset, 11U);
  EXPECT_FALSE(Ppn::parse(""));
  // Right check digits do not make a wrong PZN right.
  EXPECT_TRUE(rc::check("a PPN of agency 11 holds a PZN", [] {
    const std::string number = random_digits(8);
    for (int check = 0; check < 100; ++check) {
      const std::string text =
          "11" + number + std::string(check < 10 ? "0" : "") + std::to_string(check);
      const auto ppn = Ppn::parse(text);
      if (ppn) {
        RC_ASSERT(Pzn::parse(number).has_value());
        RC_ASSERT(ppn->pzn()->ntin() == Pzn::parse(number)->ntin());
      }
    }
    if (const auto pzn = Pzn::parse(number))
      RC_ASSERT(Ppn::parse(Ppn::of(*pzn).text()).has_value());
  }));
}

TEST(Mh10, ReadsAndWritesAPack) {
  const std::string text = std::string(kMh10Header) +
                           "9N110375286414\x1d"
                           "1TABC123\x1d"
                           "D270600\x1d"
                           "SA1B2C3" +
                           std::string(kMh10Trailer);
  for (const std::string& prefix : {std::string(), std::string("]d1")}) {
    const auto pack = parse_ifa(prefix + text, kToday);
    ASSERT_TRUE(pack) << pack.error().to_text();
    EXPECT_EQ(pack->ppn->text(), "110375286414");
    EXPECT_EQ(pack->lot->text(), "ABC123");
    EXPECT_EQ(pack->expiry->yymmdd(), "270600");
    EXPECT_EQ(pack->expiry->resolved(), *Date::parse("2027-06-30"));
    EXPECT_EQ(pack->serial->text(), "A1B2C3");
    EXPECT_EQ(pack->trade_item()->digits(), "04150037528643");
    EXPECT_EQ(*to_mh10(*pack), text);
  }
  const auto both = parse_ifa(std::string(kMh10Header) +
                                  "9N110375286414\x1d"
                                  "8P09506000134352\x1d"
                                  "16D20261120\x1d"
                                  "27Qx" +
                                  std::string(kMh10Trailer),
                              kToday);
  ASSERT_TRUE(both) << both.error().to_text();
  EXPECT_EQ(both->trade_item()->digits(), "09506000134352");
  EXPECT_EQ(both->production, *Date::parse("2026-11-20"));
  EXPECT_EQ(*parse_ifa(*to_mh10(*both), kToday), *both);
}

TEST(Mh10, RefusesWithPlace) {
  const auto message = [](std::string body) {
    return std::string(kMh10Header) + body + std::string(kMh10Trailer);
  };
  const struct {
    std::string text;
    std::size_t offset;
  } table[] = {
      {"", 0},
      {"9N110375286414", 0},
      {std::string(kMh10Header) + "9N110375286414", 21},
      {message(""), 7},
      {message("9N110375286415"), 19},
      {message("9N110375286414\x1d"), 22},
      {message("9N110375286414\x1dx"), 22},
      {message("9N110375286414\x1d"
               "9N110375286414"),
       22},
      {message("9N110375286414\x1d"
               "1T"),
       22},
      {message("9N110375286414\x1d"
               "1TA\x02"),
       25},
      {message("9N110375286414\x1d"
               "D271301"),
       25},
      {message("9N110375286414\x1d"
               "16D20261301"),
       25},
      {message("9N110375286414\x1d"
               "S123456789012345678901"),
       43},
      {message("1TABC"), 0},
      {message("1234NABC"), 7},
  };
  for (const auto& row : table) {
    const auto pack = parse_ifa(row.text, kToday);
    ASSERT_FALSE(pack) << row.text;
    EXPECT_EQ(pack.error().offset, row.offset) << pack.error().to_text();
    EXPECT_FALSE(pack.error().remedy.empty());
  }
  EXPECT_FALSE(to_mh10({}));
}

TEST(Mh10, Limits) {
  std::string body;
  for (std::size_t i = 0; i < kMh10FieldsMax; ++i) {
    body += (i == 0 ? "" : "\x1d") + std::to_string(100 + i) + "Z1";
  }
  const auto message = [](const std::string& fields) {
    return std::string(kMh10Header) + fields + std::string(kMh10Trailer);
  };
  EXPECT_EQ(Mh10Message::parse(message(body))->fields().size(), kMh10FieldsMax);
  EXPECT_FALSE(Mh10Message::parse(message(body + "\x1dZ1")));
  const std::size_t room = kMh10Max - kMh10Header.size() - kMh10Trailer.size();
  EXPECT_TRUE(Mh10Message::parse(message("Z" + std::string(room - 1, 'a'))));
  EXPECT_FALSE(Mh10Message::parse(message("Z" + std::string(room, 'a'))));
}

TEST(Ndc, ShapesAndTheirOtherForms) {
  const struct {
    const char* text;
    NdcShape shape;
    const char* ndc11;
    const char* ndc12;
    const char* gtin;
  } table[] = {
      {"0777-3105-02", NdcShape::k442, "00777310502", "000777310502", "00307773105025"},
      {"12345-678-90", NdcShape::k532, "12345067890", "012345067890", "00312345678906"},
      {"12345-6789-0", NdcShape::k541, "12345678900", "012345678900", "00312345678906"},
  };
  for (const auto& row : table) {
    const auto ndc = Ndc::parse(row.text);
    ASSERT_TRUE(ndc) << ndc.error().to_text();
    EXPECT_EQ(ndc->shape(), row.shape);
    EXPECT_EQ(ndc->hyphenated(), row.text);
    EXPECT_EQ(*ndc->ndc11(), row.ndc11);
    EXPECT_EQ(ndc->ndc12(), row.ndc12);
    EXPECT_EQ(ndc->gtin(0)->digits(), row.gtin);
    EXPECT_EQ(*Ndc::of_gtin(*Gtin::parse(row.gtin), row.shape), *ndc);
    const auto from11 = Ndc::of_ndc11(row.ndc11);
    EXPECT_NE(std::find(from11.begin(), from11.end(), *ndc), from11.end());
    EXPECT_EQ(Ndc::of_ndc12(row.ndc12), from11);
  }
  EXPECT_EQ(Ndc::of_gtin(*Gtin::parse("00312345678906")).size(), 3U);
  EXPECT_TRUE(Ndc::of_gtin(*Gtin::parse("09506000134352")).empty());
  EXPECT_FALSE(Ndc::of_gtin(*Gtin::parse("09506000134352"), NdcShape::k442));
  EXPECT_FALSE(Ndc::of_gtin(*Gtin::parse("00312345678906"), NdcShape::k642));
}

TEST(Ndc, WhatAGtinCannotHoldIsRefused) {
  const Ndc six = *Ndc::parse("100000-1234-01");
  EXPECT_FALSE(six.ndc11());
  EXPECT_EQ(six.ndc12(), "100000123401");
  EXPECT_NE(six.gtin(0).error().message.find("six digits"), std::string::npos);
  EXPECT_EQ(Ndc::of_ndc12("100000123401"), std::vector<Ndc>{six});
  const Ndc eleven = *Ndc::parse("12345-6789-12");
  EXPECT_EQ(*eleven.ndc11(), "12345678912");
  EXPECT_FALSE(eleven.gtin(0));
  EXPECT_EQ(Ndc::of_ndc11("12345678912"), std::vector<Ndc>{eleven});
  EXPECT_FALSE(Ndc::parse("0777-3105-02")->gtin(9));
  EXPECT_TRUE(Ndc::parse("0777-3105-02")->gtin(8));
  EXPECT_TRUE(Ndc::of_ndc11("1234567891").empty());
  EXPECT_TRUE(Ndc::of_ndc12("1234567891").empty());
  for (const char* bad : {"", "0777310502", "0777-310502", "777-3105-02", "0777-3105-0",
                          "0777-31O5-02", "0777-3105-02-", "a777-3105-02", "0777-3105-0b"}) {
    const auto ndc = Ndc::parse(bad);
    ASSERT_FALSE(ndc) << bad;
    EXPECT_LE(*ndc.error().offset + ndc.error().length, std::string_view(bad).size()) << bad;
  }
  EXPECT_EQ(Ndc::parse("0777-31O5-02").error().offset, 7U);
}

TEST(NationalNumber, EachSchemesRule) {
  const struct {
    NationalScheme scheme;
    const char* good;
    NationalCheck check;
    const char* ntin;  // Empty: none.
  } table[] = {
      {NationalScheme::kPzn, "03752864", NationalCheck::kCheckDigit, "04150037528643"},
      {NationalScheme::kCip, "3400935955838", NationalCheck::kCheckDigit, "03400935955838"},
      {NationalScheme::kCip, "3595583", NationalCheck::kForm, ""},
      {NationalScheme::kCn, "654321", NationalCheck::kForm, "08470006543214"},
      {NationalScheme::kCn, "6543214", NationalCheck::kCheckDigit, "08470006543214"},
      {NationalScheme::kAnvisa, "1234567890123", NationalCheck::kForm, ""},
      {NationalScheme::kAim, "1234567", NationalCheck::kForm, ""},
      {NationalScheme::kNdc, "0777310502", NationalCheck::kForm, ""},
      {NationalScheme::kNdc, "0777-3105-02", NationalCheck::kForm, ""},
      {NationalScheme::kAic, "000307052", NationalCheck::kCheckDigit, ""},
      {NationalScheme::kAic, "009CVD", NationalCheck::kCheckDigit, ""},
      {NationalScheme::kSrn, "M-CR-12-00345", NationalCheck::kCharacters, ""},
  };
  for (const auto& row : table) {
    const auto number = NationalNumber::parse(row.scheme, row.good);
    ASSERT_TRUE(number) << row.good << " " << number.error().to_text();
    EXPECT_EQ(number->check(), row.check) << row.good;
    const auto ntin = number->ntin();
    EXPECT_EQ(ntin ? ntin->digits() : "", row.ntin);
    EXPECT_EQ(national_scheme(ai_of(row.scheme)), row.scheme);
  }
  EXPECT_EQ(aic_to_base32("000307052"), "009CVD");
  EXPECT_EQ(aic_from_base32("009CVD"), "000307052");
  EXPECT_FALSE(national_scheme({718, 3}));
  EXPECT_FALSE(national_scheme({709, 3}));
}

TEST(NationalNumber, Refuses) {
  const struct {
    NationalScheme scheme;
    const char* bad;
  } table[] = {
      {NationalScheme::kPzn, "03752865"},
      {NationalScheme::kPzn, "3752864"},
      {NationalScheme::kCip, "3400935955839"},
      {NationalScheme::kCip, "4400935955838"},
      {NationalScheme::kCip, "34009359558"},
      {NationalScheme::kCn, "6543215"},
      {NationalScheme::kCn, "65432"},
      {NationalScheme::kAnvisa, "123456789012"},
      {NationalScheme::kAim, "12345678"},
      {NationalScheme::kNdc, "077731050"},
      {NationalScheme::kNdc, "0777-31-0502"},
      {NationalScheme::kAic, "000307053"},
      {NationalScheme::kAic, "009CVF"},
      {NationalScheme::kAic, "ZZZZZZ"},
      {NationalScheme::kAic, "00ACVD"},
      {NationalScheme::kSrn, ""},
      {NationalScheme::kSrn, "123456789012345678901"},
  };
  for (const auto& row : table) {
    const auto number = NationalNumber::parse(row.scheme, row.bad);
    ASSERT_FALSE(number) << row.bad;
    EXPECT_EQ(number.error().field, to_text(ai_of(row.scheme)).view());
    EXPECT_FALSE(number.error().remedy.empty());
  }
}

TEST(NationalNumber, AicFormsAgree) {
  EXPECT_TRUE(rc::check("9 digits -> base 32 -> 9 digits", [] {
    const std::string digits = random_digits(9);
    RC_ASSERT(aic_from_base32(*aic_to_base32(digits)) == digits);
  }));
}

}  // namespace
}  // namespace packtrail::gs1
