#include "symbology/read/qr_bits.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "gs1/element_string.h"
#include "symbology/make/symbol.h"
#include "symbology/raster.h"
#include "symbology/read/reader.h"

namespace packtrail::symbology {
namespace {

std::string text(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

// Bits written one segment after the other, filled up as the standard has it.
class Writer {
 public:
  Writer& put(unsigned value, int count) {
    for (int i = count - 1; i >= 0; --i) bits_.push_back((value >> i & 1U) != 0);
    return *this;
  }
  // `total` codewords with the terminator and pad codewords.
  [[nodiscard]] Bytes codewords(std::size_t total) const {
    std::vector<bool> bits = bits_;
    for (int i = 0; i < 4 && bits.size() < 8 * total; ++i) bits.push_back(false);
    while (bits.size() % 8 != 0) bits.push_back(false);
    Bytes out(bits.size() / 8, 0);
    for (std::size_t i = 0; i < bits.size(); ++i) {
      if (bits[i]) out[i / 8] = static_cast<std::uint8_t>(out[i / 8] | 0x80U >> (i % 8));
    }
    for (std::uint8_t pad = 0xEC; out.size() < total; pad ^= 0xFD) out.push_back(pad);
    return out;
  }

 private:
  std::vector<bool> bits_;
};

unsigned pair(std::string_view two) {
  constexpr std::string_view kSet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
  return static_cast<unsigned>(45 * kSet.find(two[0]) + kSet.find(two[1]));
}

TEST(QrBits, ReadsEveryMode) {
  Writer bits;
  bits.put(5, 4);                                  // FNC1 first.
  bits.put(1, 4).put(4, 10).put(1, 10).put(7, 4);  // 0017
  bits.put(2, 4)
      .put(6, 9)
      .put(pair("A%"), 11)
      .put(pair("%B"), 11)  // A%B, GS, C
      .put(pair("%C"), 11);
  bits.put(4, 4).put(2, 8).put('%', 8).put('b', 8);  // Literally.
  const auto content = read_qr_bits(bits.codewords(34), 'L');
  ASSERT_TRUE(content);
  EXPECT_EQ(content->fnc1, Fnc1::First);
  EXPECT_FALSE(content->has_eci);
  EXPECT_EQ(text(content->data),
            "0017A%B\x1D"
            "C%b");
}

TEST(QrBits, WithoutFnc1PercentIsPercent) {
  Writer bits;
  bits.put(7, 4).put(26, 8);  // ECI 26.
  bits.put(2, 4).put(4, 9).put(pair("%%"), 11).put(pair("A%"), 11);
  const auto content = read_qr_bits(bits.codewords(16), 'M');
  ASSERT_TRUE(content);
  EXPECT_EQ(content->fnc1, Fnc1::None);
  EXPECT_TRUE(content->has_eci);
  EXPECT_EQ(text(content->data), "%%A%");
}

TEST(QrBits, TheSecondPositionHasAnApplicationIndicator) {
  for (const auto& [indicator, expected] :
       std::vector<std::pair<unsigned, std::string>>{{7, "07X%"}, {100 + 'q', "qX%"}}) {
    Writer bits;
    bits.put(9, 4).put(indicator, 8).put(4, 4).put(2, 8).put('X', 8).put('%', 8);
    const auto content = read_qr_bits(bits.codewords(9), 'H');
    ASSERT_TRUE(content);
    EXPECT_EQ(content->fnc1, Fnc1::Second);
    EXPECT_EQ(text(content->data), expected);
  }
  EXPECT_FALSE(read_qr_bits(Writer().put(9, 4).put(255, 8).codewords(9), 'H'));
}

// The length of the counts changes with versions 10 and 27.
TEST(QrBits, TheVersionFollowsFromTheNumberOfCodewords) {
  struct Row {
    char level;
    std::size_t codewords;
    int count_bits;
  };
  for (const Row& row :
       {Row{'L', 232, 9}, {'L', 274, 11}, {'L', 1370, 11}, {'L', 1468, 13}, {'L', 2956, 13},
        {'M', 182, 9},    {'M', 216, 11}, {'M', 1062, 11}, {'M', 1128, 13}, {'M', 2334, 13},
        {'Q', 132, 9},    {'Q', 154, 11}, {'Q', 754, 11},  {'Q', 808, 13},  {'Q', 1666, 13},
        {'H', 100, 9},    {'H', 122, 11}, {'H', 596, 11},  {'H', 628, 13},  {'H', 1276, 13}}) {
    const Bytes codewords =
        Writer().put(2, 4).put(2, row.count_bits).put(pair("Z9"), 11).codewords(row.codewords);
    const auto content = read_qr_bits(codewords, row.level);
    ASSERT_TRUE(content) << row.level << row.codewords;
    EXPECT_EQ(text(content->data), "Z9") << row.level << row.codewords;
  }
  EXPECT_FALSE(read_qr_bits(Bytes(2957, 0), 'L'));
}

TEST(QrBits, WhatIsCutOffOrNotReadIsRefused) {
  EXPECT_FALSE(read_qr_bits({}, 'L'));
  EXPECT_FALSE(read_qr_bits(Bytes(19, 0), 'X'));
  const auto refused = [](const Writer& bits) { return !read_qr_bits(bits.codewords(9), 'H'); };
  EXPECT_TRUE(refused(Writer().put(8, 4).put(1, 8)));                 // Kanji.
  EXPECT_TRUE(refused(Writer().put(3, 4).put(0, 16)));                // Structured append.
  EXPECT_TRUE(refused(Writer().put(4, 4).put(40, 8)));                // Longer than the symbol.
  EXPECT_TRUE(refused(Writer().put(1, 4).put(3, 10).put(1000, 10)));  // No three digits.
  EXPECT_TRUE(refused(Writer().put(2, 4).put(2, 9).put(2025, 11)));   // No pair.
  EXPECT_TRUE(refused(Writer().put(2, 4).put(1, 9).put(45, 6)));      // No character.
  EXPECT_TRUE(refused(Writer().put(5, 4).put(5, 4)));                 // FNC1 twice.
  EXPECT_TRUE(refused(Writer().put(4, 4).put(1, 8).put('A', 8).put(5, 4)));  // FNC1 late.
}

// What the maker writes the reader reads, wherever the percent signs are.
TEST(QrBits, PercentSignsInGs1QrAreRead) {
  SymbolReader reader({.symbols = SymbolSet::AllPrinted});
  for (const char* brackets :
       {"[01]09506000134352[21]A%B", "[01]09506000134352[21]%", "[01]09506000134352[21]%%",
        "[01]09506000134352[21]A%%%B[10]%1%2", "[01]09506000134352[21]AB%[10]LOT[17]271231",
        "[01]09506000134352[10]50%OFF-[21]ABCDEFGHIJ%KLMNOPQRS", "[01]09506000134352[21]a%b%C%D",
        "[01]09506000134352[21]12345%678901234", "[01]09506000134352[10]AB[21]CD%25EF"}) {
    const auto elements = gs1::ElementString::parse_bracketed(brackets);
    ASSERT_TRUE(elements) << brackets;
    const auto made = make_symbol(*elements, {.kind = SymbolKind::Gs1Qr});
    ASSERT_TRUE(made) << brackets;
    const auto picture = render_pixels(made->modules, 5, 4);
    ASSERT_TRUE(picture);
    const auto symbol = reader.read(*picture);
    ASSERT_TRUE(symbol) << brackets;
    EXPECT_EQ(symbol->identifier, "]Q3");
    EXPECT_EQ(text(symbol->data), made->data) << brackets;
  }
}

}  // namespace
}  // namespace packtrail::symbology
