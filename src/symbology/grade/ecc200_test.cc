#include "symbology/grade/ecc200.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "symbology/make/datamatrix.h"
#include "symbology/testing/pictures.h"

namespace packtrail::symbology {
namespace {

// Element data of `characters` in all: several AIs, since one value has at most 90.
std::string text_of(int characters, test::Chance& chance) {
  std::string out = "[01]09506000134352";
  int left = characters - 16;
  constexpr int kAis[] = {91, 92, 93, 94, 95, 96, 97, 98, 99};
  std::size_t i = 0;
  while (left > 3 && i < 40) {
    const int length = std::min(left - 2, 90);
    out += '[' + std::to_string(kAis[i % 9]) + ']';
    for (int k = 0; k < length; ++k) {
      out += "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"[chance.next() % 34];
    }
    left -= length + 3;
    ++i;
  }
  return out;
}

// Every square symbol that fits some text, one per size.
std::vector<BitMatrix> all_squares() {
  std::vector<BitMatrix> out;
  std::set<int> seen;
  test::Chance chance(7);
  if (auto tiny = make_gs1_datamatrix("[91]1"); tiny) {
    seen.insert(tiny->width());
    out.push_back(*tiny);
  }
  for (const char* small : {"[10]AB", "[10]ABCDE", "[10]ABCDEFGH", "[01]09506000134352",
                            "[01]09506000134352[10]A1B2", "[01]09506000134352[10]A1B2C3D4E5"}) {
    auto made = make_gs1_datamatrix(small);
    if (made && seen.insert(made->width()).second) out.push_back(*made);
  }
  for (int characters = 30; characters < 2000; characters += characters < 200 ? 6 : 25) {
    auto made = make_gs1_datamatrix(text_of(characters, chance));
    if (made && seen.insert(made->width()).second) out.push_back(*made);
  }
  return out;
}

const Ecc200Size& size_of(const BitMatrix& symbol) {
  for (const Ecc200Size& size : ecc200_sizes()) {
    if (size.columns == symbol.width() && size.rows == symbol.height()) return size;
  }
  ADD_FAILURE() << "no such size";
  return ecc200_sizes().front();
}

TEST(Ecc200, EveryModuleOfEverySizeIsPlacedOnce) {
  for (const Ecc200Size& size : ecc200_sizes()) {
    const Ecc200Layout& layout = Ecc200Layout::of(size);
    std::vector<int> bits(static_cast<std::size_t>(size.codewords()), 0);
    int left_over = 0;
    for (int y = 0; y < size.rows; ++y) {
      for (int x = 0; x < size.columns; ++x) {
        const int word = layout.codeword(x, y);
        if (word >= 0) {
          EXPECT_EQ(layout.role(x, y), ModuleRole::Data);
          auto& seen = bits[static_cast<std::size_t>(word)];
          EXPECT_EQ(seen & layout.bit(x, y), 0);
          seen |= layout.bit(x, y);
        } else if (layout.role(x, y) == ModuleRole::Data) {
          ++left_over;
        }
      }
    }
    for (const int seen : bits) EXPECT_EQ(seen, 0xFF) << size.columns << "x" << size.rows;
    EXPECT_TRUE(left_over == 0 || left_over == 4) << size.columns << "x" << size.rows;
  }
}

TEST(Ecc200, SymbolsOfTheEncoderHaveNoErrorsAndAreDrawnAgain) {
  const auto symbols = all_squares();
  EXPECT_EQ(symbols.size(), 24U) << "square sizes reached";
  for (const BitMatrix& symbol : symbols) {
    const Ecc200Size& size = size_of(symbol);
    const Ecc200Layout& layout = Ecc200Layout::of(size);
    const auto corrected = correct(size, layout.read(symbol));
    ASSERT_TRUE(corrected) << size.columns;
    for (const int errors : corrected->errors_per_block) EXPECT_EQ(errors, 0) << size.columns;
    EXPECT_EQ(layout.draw(corrected->codewords), symbol) << size.columns;
  }
}

TEST(Ecc200, FlippedCodewordsAreNamedUpToTheLimitAndRefusedAbove) {
  for (const BitMatrix& symbol : all_squares()) {
    const Ecc200Size& size = size_of(symbol);
    const Ecc200Layout& layout = Ecc200Layout::of(size);
    const Bytes right = layout.read(symbol);
    const auto clean = correct(size, right);
    ASSERT_TRUE(clean);
    const int limit = size.check_per_block() / 2;
    test::Chance chance(static_cast<std::uint64_t>(size.columns));
    for (const int k : {1, limit / 2, limit}) {
      Bytes damaged = right;
      std::set<std::size_t> flipped;
      std::vector<int> per_block(static_cast<std::size_t>(size.blocks), 0);
      for (int tries = 0; tries < 100'000; ++tries) {
        const std::size_t at = chance.next() % damaged.size();
        auto& count = per_block[clean->block[at]];
        if (count >= k || flipped.contains(at)) continue;
        damaged[at] ^= static_cast<std::uint8_t>(1 + chance.next() % 255);
        flipped.insert(at);
        ++count;
        if (flipped.size() == static_cast<std::size_t>(k * size.blocks)) break;
      }
      const auto corrected = correct(size, damaged);
      ASSERT_TRUE(corrected) << size.columns << " with " << k;
      EXPECT_EQ(corrected->codewords, right);
      for (const int errors : corrected->errors_per_block) EXPECT_EQ(errors, k);
      for (std::size_t i = 0; i < right.size(); ++i) {
        EXPECT_EQ(corrected->wrong[i] != 0, flipped.contains(i));
      }
    }
    // Far above the limit a block is refused, or, rarely, another codeword is near by chance; what
    // must not happen is the answer that nothing was wrong.
    Bytes ruined = right;
    for (auto& codeword : ruined) codeword ^= static_cast<std::uint8_t>(1 + chance.next() % 255);
    const auto lost = correct(size, ruined);
    if (lost) {
      int errors = 0;
      for (const int t : lost->errors_per_block) errors += t;
      EXPECT_GT(errors, 0);
    } else {
      EXPECT_EQ(lost.error().code, Errc::DataLoss);
    }
  }
}

TEST(Ecc200, AWrongNumberOfCodewordsIsRefused) {
  const Ecc200Size& size = ecc200_sizes().front();
  for (const std::size_t n : {0U, 7U, 9U}) EXPECT_FALSE(correct(size, Bytes(n, 0)));
  EXPECT_TRUE(correct(size, Bytes(8, 0)));
}

}  // namespace
}  // namespace packtrail::symbology
