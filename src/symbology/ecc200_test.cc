#include "symbology/ecc200.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "symbology/testing/pictures.h"
#include "symbology/testing/symbols.h"

namespace packtrail::symbology {
namespace {

// One symbol of the encoder per size.
std::vector<BitMatrix> all_symbols() {
  std::vector<BitMatrix> out;
  for (const Ecc200Size& size : ecc200_sizes()) {
    out.push_back(test::draw_datamatrix(size.rows, size.columns, 7).symbol);
  }
  return out;
}

const Ecc200Size& size_of(const BitMatrix& symbol) {
  const Ecc200Size* size = find_ecc200_size(symbol.width(), symbol.height());
  if (size != nullptr) return *size;
  ADD_FAILURE() << "no such size";
  return ecc200_sizes().front();
}

TEST(Ecc200, TheSizesAreThoseOfBothStandards) {
  ASSERT_EQ(ecc200_sizes().size(), 48U);
  ASSERT_EQ(iso16022_sizes().size(), 30U);
  for (const Ecc200Size& size : ecc200_sizes()) {
    EXPECT_EQ(find_ecc200_size(size.columns, size.rows), &size);
    const int inner = (size.columns - 2 * size.region_columns) * (size.rows - 2 * size.region_rows);
    EXPECT_EQ(inner / 8, size.codewords()) << size.columns << "x" << size.rows;
    EXPECT_EQ(size.check_codewords % size.blocks, 0);
  }
  EXPECT_EQ(find_ecc200_size(8, 18), nullptr) << "no size is higher than wide";
  EXPECT_EQ(find_ecc200_size(11, 11), nullptr);
  EXPECT_EQ(iso16022_sizes().back().columns, 48);
  EXPECT_EQ(iso16022_sizes().back().rows, 16);
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
  for (const BitMatrix& symbol : all_symbols()) {
    const Ecc200Size& size = size_of(symbol);
    const Ecc200Layout& layout = Ecc200Layout::of(size);
    const auto corrected = correct(size, layout.read(symbol));
    ASSERT_TRUE(corrected) << size.columns << "x" << size.rows;
    for (const int errors : corrected->errors_per_block) EXPECT_EQ(errors, 0) << size.columns;
    EXPECT_EQ(layout.draw(corrected->codewords), symbol) << size.columns << "x" << size.rows;
  }
}

TEST(Ecc200, FlippedCodewordsAreNamedUpToTheLimitAndRefusedAbove) {
  for (const BitMatrix& symbol : all_symbols()) {
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

TEST(Ecc200, BothWaysToInterleave144AreCorrected) {
  const Ecc200Size& size = *find_ecc200_size(144, 144);
  const Bytes right = Ecc200Layout::of(size).read(test::draw_datamatrix(144, 144, 3).symbol);
  const auto clean = correct(size, right);
  ASSERT_TRUE(clean);
  // The same blocks, their check codewords laid out from the first block on.
  Bytes other = right;
  for (int i = size.data_codewords; i < size.codewords(); ++i) {
    const int block = block_of(size, i, Interleave::Continued);
    const int turn = (i - size.data_codewords) / size.blocks;
    other[static_cast<std::size_t>(size.data_codewords + turn * size.blocks + block)] =
        right[static_cast<std::size_t>(i)];
  }
  ASSERT_NE(other, right);
  other[5] ^= 0x21;
  const auto corrected = correct(size, other);
  ASSERT_TRUE(corrected);
  EXPECT_TRUE(
      std::equal(right.begin(), right.begin() + size.data_codewords, corrected->codewords.begin()));
  EXPECT_EQ(std::count(corrected->wrong.begin(), corrected->wrong.end(), 1), 1);
  EXPECT_EQ(corrected->wrong[5], 1);
}

// t errors and e erasures are corrected while 2t + e is within the check codewords, and one error
// more leaves the block as it was or gives another codeword, never a wrong count.
TEST(Ecc200, ErasuresCostHalfOfAnError) {
  test::Chance chance(11);
  for (const Ecc200Size& size : ecc200_sizes()) {
    if (size.blocks > 1) continue;
    const Bytes right =
        Ecc200Layout::of(size).read(test::draw_datamatrix(size.rows, size.columns, 5).symbol);
    const int check = size.check_codewords;
    for (const int erasures : {0, 1, check / 2, check - 1, check}) {
      const int errors = (check - erasures) / 2;
      std::vector<int> places(right.size());
      for (std::size_t i = 0; i < places.size(); ++i) places[i] = static_cast<int>(i);
      for (std::size_t i = places.size() - 1; i > 0; --i) {
        std::swap(places[i], places[chance.next() % (i + 1)]);
      }
      Bytes block = right;
      for (int i = 0; i < erasures + errors; ++i) {
        block[static_cast<std::size_t>(places[static_cast<std::size_t>(i)])] ^=
            static_cast<std::uint8_t>(1 + chance.next() % 255);
      }
      const std::span<const int> erased(places.data(), static_cast<std::size_t>(erasures));
      Bytes more = block;
      EXPECT_EQ(correct_block(block, check, erased), errors) << size.columns << "x" << size.rows;
      EXPECT_EQ(block, right);
      if (static_cast<std::size_t>(erasures + errors) == right.size()) continue;
      more[static_cast<std::size_t>(places[static_cast<std::size_t>(erasures + errors)])] ^= 0x5A;
      const Bytes before = more;
      const int found = correct_block(more, check, erased);
      EXPECT_LE(found, errors);
      if (found < 0) {
        EXPECT_EQ(more, before);
      }
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
