#include "symbology/read/matrix_decoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "symbology/testing/pictures.h"
#include "symbology/testing/symbols.h"

namespace packtrail::symbology {
namespace {

using test::Chance;
using test::draw_datamatrix;

std::string text(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

// Flips modules until exactly `count` codewords differ: whole codewords are hit by using modules
// far from each other, so the test asks the decoder how many it corrected.
void flip(BitMatrix& symbol, const Ecc200Size& size, int count, Chance& chance) {
  for (int i = 0; i < count;) {
    const int x = static_cast<int>(chance.next() % static_cast<std::uint64_t>(size.columns));
    const int y = static_cast<int>(chance.next() % static_cast<std::uint64_t>(size.rows));
    if (size.role(x, y) != ModuleRole::Data) continue;
    symbol.set(x, y, !symbol.get(x, y));
    ++i;
  }
}

TEST(MatrixDecoder, ReadsEverySizeOfTheStandards) {
  MatrixDecoder decoder;
  ASSERT_EQ(ecc200_sizes().size(), 48U);
  for (const Ecc200Size& size : ecc200_sizes()) {
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
      const auto drawn = draw_datamatrix(size.rows, size.columns, seed);
      ASSERT_FALSE(drawn.data.empty()) << size.rows << " x " << size.columns;
      for (int y = 0; y < size.rows; ++y) {
        for (int x = 0; x < size.columns; ++x) {
          const ModuleRole role = size.role(x, y);
          if (role != ModuleRole::Data) {
            ASSERT_EQ(drawn.symbol.get(x, y), role != ModuleRole::ClockOff);
          }
        }
      }
      const auto reading = decoder.decode(drawn.symbol);
      ASSERT_TRUE(reading) << size.rows << " x " << size.columns;
      EXPECT_EQ(reading->identifier, "]d2");
      EXPECT_EQ(text(reading->data), drawn.data);
      EXPECT_EQ(reading->corrected, 0);
      EXPECT_EQ(reading->erased, 0);
      EXPECT_FLOAT_EQ(reading->evidence, 8.0F * static_cast<float>(size.check_per_block()));
    }
  }
}

TEST(MatrixDecoder, CorrectsUpToHalfTheParityAndNeverWronglyBeyond) {
  MatrixDecoder decoder;
  int beyond = 0;
  for (const Ecc200Size& size : ecc200_sizes()) {
    if (size.blocks > 1) continue;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
      Chance chance(seed);
      auto drawn = draw_datamatrix(size.rows, size.columns, seed);
      const int wrong = static_cast<int>(seed) % (size.check_codewords / 2 + 3);
      flip(drawn.symbol, size, wrong, chance);
      const auto reading = decoder.decode(drawn.symbol);
      if (wrong <= size.check_codewords / 2) {
        ASSERT_TRUE(reading) << size.rows << " x " << size.columns << ", " << wrong;
        EXPECT_LE(reading->corrected, wrong);
      }
      // What is a chance hit has little evidence; with evidence it is right.
      if (reading && reading->evidence >= 36) {
        EXPECT_EQ(text(reading->data), drawn.data);
      }
      beyond += wrong > size.check_codewords / 2 && !reading ? 1 : 0;
    }
  }
  EXPECT_GT(beyond, 20);
}

TEST(MatrixDecoder, ErasuresCostHalfOfAnError) {
  MatrixDecoder decoder;
  const Ecc200Size& size = *find_ecc200_size(24, 24);
  int with = 0, without = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Chance chance(seed);
    auto drawn = draw_datamatrix(24, 24, seed);
    std::vector<float> doubt(24 * 24, 0);
    for (int i = 0; i < 16;) {
      const int x = static_cast<int>(chance.next() % 24), y = static_cast<int>(chance.next() % 24);
      if (size.role(x, y) != ModuleRole::Data) continue;
      drawn.symbol.set(x, y, !drawn.symbol.get(x, y));
      doubt[static_cast<std::size_t>(y * 24 + x)] = 1;
      ++i;
    }
    const auto plain = decoder.decode(drawn.symbol);
    without += plain ? 1 : 0;
    const auto reading = decoder.decode(drawn.symbol, doubt, 18);
    if (!reading) continue;
    EXPECT_EQ(text(reading->data), drawn.data);
    EXPECT_EQ(reading->erased, 18);
    ++with;
  }
  EXPECT_EQ(with, 60);
  EXPECT_LT(without, 20);
}

TEST(MatrixDecoder, NoiseIsNoSymbol) {
  MatrixDecoder decoder;
  for (const Ecc200Size& size : ecc200_sizes()) {
    for (std::uint64_t seed = 0; seed < (test::kSanitized ? 10 : 200); ++seed) {
      Chance chance(seed);
      BitMatrix noise(size.columns, size.rows);
      for (int y = 0; y < size.rows; ++y) {
        for (int x = 0; x < size.columns; ++x) noise.set(x, y, (chance.next() & 1) != 0);
      }
      const auto reading = decoder.decode(noise);
      if (reading) {
        EXPECT_LT(reading->evidence, 30) << size.rows << " x " << size.columns;
      }
    }
  }
  EXPECT_FALSE(decoder.decode(BitMatrix(11, 11)));
  EXPECT_FALSE(decoder.decode(BitMatrix(1, 1)));
}

TEST(MatrixDecoder, PlainSymbolsSayTheyArePlain) {
  MatrixDecoder decoder;
  const auto drawn = test::draw_link_datamatrix(3);
  const auto reading = decoder.decode(drawn.symbol);
  ASSERT_TRUE(reading);
  EXPECT_EQ(reading->identifier, "]d1");
  EXPECT_EQ(text(reading->data), drawn.data);
}

}  // namespace
}  // namespace packtrail::symbology
