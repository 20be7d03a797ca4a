#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/crypto.h"
#include "base/escape.h"
#include "base/result.h"
#include "base/time.h"

namespace packtrail {
namespace {

TEST(Bytes, OneValueHasOneText) {
  const Bytes bytes{0, 1, 0xfe, 0xff};
  EXPECT_EQ(to_hex(bytes), "0001feff");
  EXPECT_EQ(from_hex("0001feff"), bytes);
  EXPECT_FALSE(from_hex("0001FEFF"));
  EXPECT_FALSE(from_hex("000"));
  EXPECT_EQ(to_base64(bytes), "AAH+/w==");
  EXPECT_EQ(from_base64("AAH+/w=="), bytes);
  EXPECT_FALSE(from_base64("AAH+/x=="));  // Spare bits must be zero.
  EXPECT_FALSE(from_base64("AAH+/w="));
  EXPECT_FALSE(from_base64("AA==AAAA"));
  for (std::size_t size = 0; size < 70; ++size) {
    const Bytes round(size, static_cast<std::uint8_t>(size * 37));
    EXPECT_EQ(from_base64(to_base64(round)), round);
  }
}

TEST(Crypto, KnownAnswers) {
  EXPECT_EQ(to_hex(sha256(as_bytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  // RFC 4231 case 2.
  EXPECT_EQ(to_hex(hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  // RFC 5869 case 1.
  EXPECT_EQ(to_hex(hkdf_sha256(Bytes(22, 0x0b), *from_hex("000102030405060708090a0b0c"),
                               *from_hex("f0f1f2f3f4f5f6f7f8f9"), 42)),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  EXPECT_TRUE(constant_time_equal(as_bytes("abc"), as_bytes("abc")));
  EXPECT_FALSE(constant_time_equal(as_bytes("abc"), as_bytes("abd")));
  EXPECT_FALSE(constant_time_equal(as_bytes("abc"), as_bytes("ab")));
}

TEST(UtcTime, ReadsDateTimeStampsOnly) {
  EXPECT_EQ(UtcTime::parse("1970-01-01T00:00:00Z")->us, 0);
  EXPECT_EQ(UtcTime::parse("2005-04-03T20:33:31.116-06:00")->to_text(), "2005-04-04T02:33:31.116Z");
  EXPECT_EQ(UtcTime::parse("2026-02-28T23:59:59.1234567Z")->to_text(),
            "2026-02-28T23:59:59.123456Z");
  for (const char* bad :
       {"", "2026-02-29T00:00:00Z", "2026-01-01T00:00:00", "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+15:00", "2026-01-01 00:00:00Z"}) {
    EXPECT_FALSE(UtcTime::parse(bad)) << bad;
  }
}

TEST(Date, KnowsTheCalendar) {
  EXPECT_EQ(Date::parse("2028-02-29")->to_iso(), "2028-02-29");
  EXPECT_FALSE(Date::parse("2027-02-29"));
  EXPECT_EQ(Date::of(UtcTime{-1}).to_iso(), "1969-12-31");
  EXPECT_EQ(Date::days_in_month(2028, 2), 29);
}

Result<int> half(int value) {
  if (value % 2 != 0) return Error{.message = "odd"};
  return value / 2;
}
Result<int> quarter(int value) { return half(PACKTRAIL_TRY(half(value))); }

TEST(Escape, MarkupOnly) {
  EXPECT_EQ(escape_markup("<a href=\"x\" b='y'>&amp;"),
            "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;");
  EXPECT_EQ(escape_markup("Zo\xC3\xAB 20 mg"), "Zo\xC3\xAB 20 mg");
  EXPECT_EQ(escape_markup(""), "");
}

TEST(Result, TryPropagates) {
  EXPECT_EQ(*quarter(8), 2);
  EXPECT_EQ(quarter(6).error().message, "odd");
  EXPECT_EQ(
      (Error{.message = "m", .field = "f", .offset = 3, .rule = "r", .remedy = "do"}).to_text(),
      "f: m (offset 3). Rule: r. Remedy: do");
}

}  // namespace
}  // namespace packtrail
