#include "symbology/image.h"

#include <gtest/gtest.h>
#include <png.h>

#include <string>
#include <vector>

namespace packtrail::symbology {
namespace {

// A PNG of `rows` (raw samples), written with libpng so that any colour type can be had.
Bytes made(int width, int height, int depth, int color, int interlace,
           std::vector<std::vector<std::uint8_t>> rows) {
  Bytes out;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(
      png, &out,
      [](png_structp writer, png_bytep data, std::size_t size) {
        auto* bytes = static_cast<Bytes*>(png_get_io_ptr(writer));
        bytes->insert(bytes->end(), data, data + size);
      },
      [](png_structp) {});
  png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), depth,
               color, interlace, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  std::vector<png_bytep> pointers;
  for (auto& row : rows) pointers.push_back(row.data());
  png_write_image(png, pointers.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return out;
}

TEST(Png, WhatIsWrittenIsReadBack) {
  GreyImage image(37, 11);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    image.pixels[i] = static_cast<std::uint8_t>(i * 7);
  }
  const auto png = to_png(image, 300);
  ASSERT_TRUE(png);
  const auto back = from_png(*png);
  ASSERT_TRUE(back) << back.error().to_text();
  EXPECT_EQ(*back, image);
}

TEST(Png, EveryColourTypeBecomesGrey) {
  const auto rgb = from_png(made(3, 1, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                                 {{255, 255, 255, 0, 0, 0, 90, 90, 90}}));
  ASSERT_TRUE(rgb);
  EXPECT_EQ(rgb->pixels, (std::vector<std::uint8_t>{255, 0, 90}));
  const auto clear = from_png(
      made(2, 1, 8, PNG_COLOR_TYPE_RGBA, PNG_INTERLACE_NONE, {{0, 0, 0, 0, 0, 0, 0, 255}}));
  ASSERT_TRUE(clear);
  EXPECT_EQ(clear->pixels, (std::vector<std::uint8_t>{255, 0})) << "see-through is white";
  const auto deep =
      from_png(made(2, 1, 16, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE, {{0x80, 0, 0xFF, 0xFF}}));
  ASSERT_TRUE(deep);
  EXPECT_EQ(deep->pixels, (std::vector<std::uint8_t>{128, 255}));
  const auto bits = from_png(
      made(8, 2, 1, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_ADAM7, {{0b10100000}, {0b00000001}}));
  ASSERT_TRUE(bits);
  EXPECT_EQ(bits->at(0, 0), 255);
  EXPECT_EQ(bits->at(1, 0), 0);
  EXPECT_EQ(bits->at(7, 1), 255);
}

TEST(Png, OtherFilesAreNamed) {
  const auto refuse = [](std::string_view text) {
    const auto image = from_png(as_bytes(text));
    return image ? std::string("accepted") : image.error().message;
  };
  EXPECT_NE(refuse("\xFF\xD8\xFF\xE0 JFIF and so on").find("JPEG"), std::string::npos);
  EXPECT_NE(refuse("GIF89a........").find("GIF"), std::string::npos);
  EXPECT_NE(refuse("").find("empty"), std::string::npos);
  EXPECT_NE(refuse("hello, this is text").find("something else"), std::string::npos);
}

TEST(Png, BrokenFilesAreRefusedWhereverTheyBreak) {
  GreyImage image(20, 20, 7);
  const auto png = to_png(image);
  ASSERT_TRUE(png);
  for (std::size_t size = 8; size + 12 < png->size(); ++size) {
    EXPECT_FALSE(from_png(ByteView(png->data(), size))) << size;
  }
  Bytes wrong = *png;
  wrong[wrong.size() / 2] ^= 0x55;
  EXPECT_FALSE(from_png(wrong));
}

TEST(Png, LimitsAreCheckedBeforePixelsAreRead) {
  const auto at = from_png(*to_png(GreyImage(kImageSideMax, 2)));
  ASSERT_TRUE(at);
  EXPECT_EQ(at->width, kImageSideMax);
  const std::vector<std::uint8_t> row(kImageSideMax + 1, 0);
  const auto above =
      from_png(made(kImageSideMax + 1, 1, 8, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE, {row}));
  ASSERT_FALSE(above);
  EXPECT_EQ(above.error().code, Errc::ResourceExhausted);
  EXPECT_NE(above.error().rule.find("kImageSideMax"), std::string::npos);
  // Both sides within theirs, the area above its own: the header alone is enough to refuse.
  Bytes large = made(1, 1, 8, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE, {{0}});
  const auto put = [&](std::size_t offset, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i) {
      large[offset + i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
    }
  };
  put(16, kImageSideMax);
  put(20, kImagePixelsMax / kImageSideMax + 1);
  std::uint32_t crc = 0xFFFFFFFF;  // ISO/IEC 15948, annex D, over chunk type and data.
  for (std::size_t i = 12; i < 29; ++i) {
    crc ^= large[i];
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320U : 0U);
  }
  put(29, ~crc);
  const auto area = from_png(large);
  ASSERT_FALSE(area);
  EXPECT_EQ(area.error().code, Errc::ResourceExhausted);
}

}  // namespace
}  // namespace packtrail::symbology
