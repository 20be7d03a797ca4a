#include "symbology/read/filters.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "symbology/testing/pictures.h"

namespace packtrail::symbology {
namespace {

GreyImage random_image(int width, int height, std::uint64_t seed) {
  test::Chance chance(seed);
  GreyImage image(width, height);
  for (auto& pixel : image.pixels) pixel = static_cast<std::uint8_t>(chance.next());
  return image;
}

TEST(Filters, FlatPicturesStayFlat) {
  for (const int side : {1, 2, 5, 40}) {
    for (const int tone : {0, 7, 128, 255}) {
      const GreyImage in(side, side + 1, static_cast<std::uint8_t>(tone));
      GreyImage out;
      for (const float sigma : {0.3F, 1.2F, 3.0F, 3.1F, 20.0F}) {
        gaussian_blur(in, sigma, out);
        EXPECT_EQ(out, in) << sigma << " of " << tone;
      }
      box_blur(in, 3, out);
      EXPECT_EQ(out, in);
      median5(in, out);
      EXPECT_EQ(out, in);
      unsharp(in, 3, 5, out);
      EXPECT_EQ(out, in);
      normalise(in, 0.01F, out);
      EXPECT_EQ(out, in);
      erode_light(in, 4, out);
      EXPECT_EQ(out, in);
    }
  }
}

TEST(Filters, BoxBlurIsTheMean) {
  const GreyImage in = random_image(13, 9, 1);
  GreyImage out;
  box_blur(in, 2, out);
  for (int y = 0; y < in.height; ++y) {
    for (int x = 0; x < in.width; ++x) {
      int sum = 0;
      for (int dy = -2; dy <= 2; ++dy) {
        for (int dx = -2; dx <= 2; ++dx) {
          sum += in.at(std::clamp(x + dx, 0, in.width - 1), std::clamp(y + dy, 0, in.height - 1));
        }
      }
      EXPECT_NEAR(out.at(x, y), sum / 25.0, 1.01);  // Two roundings of a half each.
    }
  }
}

TEST(Filters, GaussianSpreadsAPointByItsSigma) {
  for (const float sigma : {1.0F, 2.0F, 4.0F}) {
    GreyImage in(61, 61, 0);
    // A block, bright enough that the tails survive eight bits.
    for (int y = 28; y <= 32; ++y) {
      for (int x = 28; x <= 32; ++x) in.at(x, y) = 255;
    }
    GreyImage out;
    gaussian_blur(in, sigma, out);
    double mass = 0, moment = 0;
    for (int y = 0; y < 61; ++y) {
      for (int x = 0; x < 61; ++x) {
        mass += out.at(x, y);
        moment += out.at(x, y) * (x - 30.0) * (x - 30.0);
      }
    }
    EXPECT_NEAR(moment / mass, 2.0 + sigma * sigma, 0.15 * (2.0 + sigma * sigma)) << sigma;
  }
}

TEST(Filters, MedianRemovesSpecksAndKeepsEdges) {
  GreyImage in(20, 20, 255);
  for (int y = 0; y < 20; ++y) std::fill_n(in.row(y), 10, std::uint8_t{0});
  const GreyImage edge = in;
  in.at(3, 3) = 255;
  in.at(15, 12) = 0;
  GreyImage out;
  median5(in, out);
  EXPECT_EQ(out, edge);
}

TEST(Filters, OtsuLiesBetweenTwoTones) {
  GreyImage in(10, 10, 200);
  std::fill_n(in.pixels.begin(), 30, std::uint8_t{60});
  EXPECT_GE(otsu_threshold(in), 60);
  EXPECT_LT(otsu_threshold(in), 200);
  GreyImage out;
  binarise(in, otsu_threshold(in), out);
  EXPECT_EQ(std::count(out.pixels.begin(), out.pixels.end(), 0), 30);
}

TEST(Filters, NormaliseUsesTheFullRange) {
  GreyImage in(16, 16, 120);
  std::fill_n(in.pixels.begin(), 100, std::uint8_t{130});
  GreyImage out;
  normalise(in, 0.005F, out);
  EXPECT_EQ(*std::min_element(out.pixels.begin(), out.pixels.end()), 0);
  EXPECT_EQ(*std::max_element(out.pixels.begin(), out.pixels.end()), 255);
}

TEST(Filters, FlattenRemovesAGradient) {
  GreyImage in(120, 77);
  for (int y = 0; y < 77; ++y) {
    for (int x = 0; x < 120; ++x) in.at(x, y) = static_cast<std::uint8_t>(250 - x - y / 2);
  }
  for (const int tile : {16, 17, 200}) {
    GreyImage out;
    flatten_light(in, tile, out);
    if (tile == 200) continue;  // One tile: nothing to compare, but it must not fail.
    const auto [low, high] = std::minmax_element(out.pixels.begin(), out.pixels.end());
    EXPECT_GT(*low, 180) << tile;
    EXPECT_LE(*high - *low, 60) << tile;
  }
}

TEST(Filters, EnlargeKeepsTonesAndHalfSizeUndoesIt) {
  GreyImage in(12, 10, 255);
  for (int y = 3; y < 8; ++y) std::fill_n(in.row(y) + 4, 5, std::uint8_t{0});
  GreyImage large, back;
  ASSERT_TRUE(enlarge(in, 2, large));
  EXPECT_EQ(large.width, 24);
  half_size(large, back);
  ASSERT_EQ(back.width, 12);
  for (std::size_t i = 0; i < in.pixels.size(); ++i) {
    EXPECT_NEAR(back.pixels[i], in.pixels[i], 48) << i;  // The corners round off.
  }
  GreyImage untouched;
  EXPECT_FALSE(enlarge(GreyImage(kImageSideMax / 4 + 1, 1), 4, untouched));
  EXPECT_TRUE(enlarge(GreyImage(kImageSideMax / 4, 1), 4, untouched));
  EXPECT_FALSE(pad(GreyImage(kImageSideMax - 1, 1), 1, 0, untouched));
}

TEST(Filters, OpeningRemovesAThinBridge) {
  GreyImage in(30, 30, 255);
  for (int y = 5; y < 25; ++y) {
    std::fill_n(in.row(y) + 3, 8, std::uint8_t{0});
    std::fill_n(in.row(y) + 19, 8, std::uint8_t{0});
  }
  const GreyImage apart = in;
  std::fill_n(in.row(14) + 11, 8, std::uint8_t{0});
  GreyImage shrunk, out;
  dilate_light(in, 3, shrunk);
  erode_light(shrunk, 3, out);
  EXPECT_EQ(out, apart);
}

}  // namespace
}  // namespace packtrail::symbology
