// Linear symbols above, below and beside others, as labels have them.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "symbology/raster.h"
#include "symbology/read/blank.h"
#include "symbology/read/layer.h"
#include "symbology/testing/pictures.h"
#include "symbology/testing/symbols.h"

namespace packtrail::symbology {
namespace {

using test::Chance;
using test::Drawn;

std::string text(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

// One below the other on white, `gap` pixels between their bars.
GreyImage stacked(const std::vector<Drawn>& symbols, int dots, int bar_height, int gap,
                  std::vector<int>* tops = nullptr) {
  std::vector<GreyImage> parts;
  int width = 0, height = 40;
  for (const Drawn& each : symbols) {
    auto part = render_pixels(each.symbol, dots, 0, bar_height);
    if (!part) {
      ADD_FAILURE() << part.error().to_text();
      return {};
    }
    width = std::max(width, part->width + 40 * dots);
    height += part->height + gap;
    parts.push_back(std::move(*part));
  }
  GreyImage out(width, height + 40 - gap);
  int y = 40;
  for (const GreyImage& part : parts) {
    if (tops != nullptr) tops->push_back(y);
    for (int row = 0; row < part.height; ++row) {
      std::copy_n(part.row(row), part.width, out.row(y + row) + 20 * dots);
    }
    y += part.height + gap;
  }
  return out;
}

void make_noisy(GreyImage& picture, double sd, std::uint64_t seed) {
  Chance chance(seed);
  for (std::uint8_t& pixel : picture.pixels) {
    pixel =
        static_cast<std::uint8_t>(std::clamp(40 + 0.68 * pixel + sd * chance.normal(), 0.0, 255.0));
  }
}

// Every row moved right by its number times `slope`.
GreyImage sheared(const GreyImage& in, double slope) {
  GreyImage out(in.width + static_cast<int>(slope * in.height) + 1, in.height);
  for (int y = 0; y < in.height; ++y) {
    std::copy_n(in.row(y), in.width, out.row(y) + static_cast<int>(slope * y));
  }
  return out;
}

TEST(Stacked, EveryLinearSymbolIsFound) {
  LayerReader reader({.symbols = SymbolSet::AllPrinted});
  for (const int bar_height : {40, 120, 400}) {
    for (const int gap : {24, 60}) {
      const std::vector<Drawn> symbols = {test::draw_gs1_128(3), test::draw_itf14(4),
                                          test::draw_gs1_128(5)};
      const auto report = reader.read_all(stacked(symbols, 2, bar_height, gap));
      ASSERT_TRUE(report);
      std::vector<std::string> seen;
      for (const Symbol& symbol : report->symbols) seen.push_back(text(symbol.data));
      const std::vector<std::string> drawn = {symbols[0].data, symbols[1].data, symbols[2].data};
      EXPECT_EQ(seen, drawn) << bar_height << " pixels high, " << gap << " apart";
    }
    if (test::kSanitized) break;
  }
}

TEST(Stacked, TheSameSymbolTwiceIsTwo) {
  LayerReader reader({.symbols = SymbolSet::AllPrinted});
  const auto report =
      reader.read_all(stacked({test::draw_gs1_128(3), test::draw_gs1_128(3)}, 2, 120, 60));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->symbols.size(), 2U);
}

TEST(Stacked, BesideADataMatrix) {
  LayerReader reader({.symbols = SymbolSet::AllPrinted});
  for (const bool first : {true, false}) {
    std::vector<Drawn> symbols = {test::draw_gs1_128(8), test::draw_datamatrix(24, 24, 2)};
    if (!first) std::swap(symbols[0], symbols[1]);
    const auto report = reader.read_all(stacked(symbols, 3, 150, 40));
    ASSERT_TRUE(report);
    ASSERT_EQ(report->symbols.size(), 2U);
    EXPECT_EQ(text(report->symbols[0].data), symbols[0].data);
    EXPECT_EQ(text(report->symbols[1].data), symbols[1].data);
  }
}

TEST(Stacked, AForeignOneAboveOrBelowHidesNothing) {
  SymbolReader reader({.symbols = SymbolSet::AllPrinted, .allowed = {"]C1"}});
  for (const bool ours_first : {true, false}) {
    for (const int bar_height : {40, 120}) {
      for (const double noise : {0.0, 15.0}) {
        const Drawn ours = test::draw_gs1_128(11), other = test::draw_itf14(12);
        GreyImage picture = ours_first ? stacked({ours, other}, 3, bar_height, 30)
                                       : stacked({other, ours}, 3, bar_height, 30);
        if (noise > 0) make_noisy(picture, noise, 6);
        const ReadReport report = reader.inspect(picture);
        ASSERT_EQ(report.outcome, Outcome::Read)
            << (ours_first ? "above" : "below") << ", " << bar_height << " high, noise " << noise;
        EXPECT_EQ(text(report.symbol->data), ours.data);
      }
    }
  }
}

TEST(Stacked, TheCornersGoAroundTheBars) {
  SymbolReader reader({.symbols = SymbolSet::AllPrinted});
  struct Case {
    const char* name;
    double noise, slope;
  };
  for (const Case& c : {Case{"clean", 0, 0}, Case{"noisy", 25, 0}, Case{"sheared", 0, 0.1},
                        Case{"noisy and sheared", 15, 0.05}}) {
    for (const bool is_128 : {true, false}) {
      std::vector<int> tops;
      GreyImage picture =
          stacked({is_128 ? test::draw_gs1_128(7) : test::draw_itf14(7)}, 3, 100, 0, &tops);
      picture = sheared(picture, c.slope);
      if (c.noise > 0) make_noisy(picture, c.noise, 3);
      const ReadResult read = reader.read(picture);
      ASSERT_TRUE(read) << c.name;
      float top = 1e9F, bottom = 0;
      for (const Point p : read->corners) top = std::min(top, p.y), bottom = std::max(bottom, p.y);
      EXPECT_NEAR(top, tops[0], 6) << c.name;
      EXPECT_NEAR(bottom, picture.height - 40, 6) << c.name;
    }
  }
}

TEST(Stacked, AScratchAcrossTheBarsDoesNotEndThem) {
  SymbolReader reader({.symbols = SymbolSet::AllPrinted});
  std::vector<int> tops;
  GreyImage picture = stacked({test::draw_gs1_128(7)}, 3, 120, 0, &tops);
  for (int y = tops[0] + 30; y < tops[0] + 34; ++y) {
    std::fill_n(picture.row(y), picture.width, std::uint8_t{255});
  }
  const ReadResult read = reader.read(picture);
  ASSERT_TRUE(read);
  EXPECT_NEAR(read->corners[0].y, tops[0], 3);
  EXPECT_NEAR(read->corners[2].y, tops[0] + 120, 3);
}

TEST(Blank, NeverLeavesThePicture) {
  GreyImage picture(20, 10, 90);
  picture.at(3, 3) = 200;
  blank(picture, {{{-50, -50}, {60, -40}, {70, 80}, {-30, 90}}});
  EXPECT_EQ(picture, GreyImage(20, 10, 200));
  blank(picture, {{{5, 5}, {5, 5}, {5, 5}, {5, 5}}});
  EXPECT_EQ(picture, GreyImage(20, 10, 200));
  const std::array<Point, 4> beyond = {{{-50, 5}, {60, 5}, {60, 5}, {-50, 5}}};
  const auto kept = linear_outline(picture, beyond);
  EXPECT_EQ(kept[0].x, -50);
  EXPECT_EQ(kept[2].y, 5);
}

TEST(LayerOfOne, ASymbolInNoCellIsNamed) {
  // One small symbol in the corner of a picture that is said to show 2 x 2 packs.
  const Drawn drawn = test::draw_datamatrix(16, 16, 5);
  auto part = render_pixels(drawn.symbol, 3, 4);
  ASSERT_TRUE(part);
  GreyImage picture(400, 400, 255);
  for (int y = 0; y < part->height; ++y) {
    std::copy_n(part->row(y), part->width, picture.row(170 + y) + 166);
  }
  LayerReader reader;
  const auto report = reader.read_layer(picture, {2, 2});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->count(CellState::Read), 0);
  ASSERT_EQ(report->outside.size(), 1U);
  EXPECT_EQ(text(report->outside[0].data), drawn.data);
}

}  // namespace
}  // namespace packtrail::symbology
