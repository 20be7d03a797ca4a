// symbology/image.h - a grey picture in memory, to and from PNG.
//
// One byte per pixel, 0 is black, 255 is white, rows from top to bottom without padding. A camera
// hands these in, a printer's raster comes out as one (one pixel per printer dot).
//
// Thread safety: a value. Cost: one heap block per image.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace packtrail::symbology {

inline constexpr int kImageSideMax = 8192;                            // Pixels, either side.
inline constexpr std::size_t kImagePixelsMax = std::size_t{1} << 25;  // 32 M, in all.

struct GreyImage {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> pixels;  // width * height, row by row.

  GreyImage() = default;
  // `side` limits are the caller's to check (image_fault); every pixel starts as `fill`.
  GreyImage(int image_width, int image_height, std::uint8_t fill = 255)
      : width(image_width),
        height(image_height),
        pixels(static_cast<std::size_t>(image_width) * static_cast<std::size_t>(image_height),
               fill) {}

  // Unchecked: 0 <= x < width, 0 <= y < height.
  [[nodiscard]] std::uint8_t& at(int x, int y) {
    return pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                  static_cast<std::size_t>(x)];
  }
  [[nodiscard]] std::uint8_t at(int x, int y) const {
    return pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                  static_cast<std::size_t>(x)];
  }
  [[nodiscard]] const std::uint8_t* row(int y) const {
    return pixels.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
  }
  [[nodiscard]] std::uint8_t* row(int y) {
    return pixels.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
  }
  friend bool operator==(const GreyImage&, const GreyImage&) = default;
};

// A place in a picture, in pixels; (0, 0) is its top left corner, a pixel's centre is at .5.
struct Point {
  float x = 0;
  float y = 0;
};

// Success when both sides are 1..kImageSideMax, the area is at most kImagePixelsMax and the pixel
// count fits the sides; InvalidArgument or ResourceExhausted (naming the limit) otherwise.
[[nodiscard]] Status check_image(const GreyImage& image);

// An 8-bit grey PNG (ISO/IEC 15948). `dpi` > 0 is stored as physical pixel size (pHYs), so a
// viewer prints it at its true size. Fails as check_image does. The bytes depend on the input and
// the PNG library only; there is no time stamp in them.
[[nodiscard]] Result<Bytes> to_png(const GreyImage& image, int dpi = 0);

// The picture of a PNG of any colour type, depth and interlacing as grey (colours by their
// luminance, see-through pixels on white). Fails with InvalidArgument for what is no PNG, naming
// JPEG and its like, and for a broken one; with ResourceExhausted, before a pixel is read, when its
// sides exceed the limits of check_image or a chunk exceeds kPngChunkMax.
inline constexpr std::size_t kPngChunkMax = std::size_t{1} << 20;  // Bytes, of text and profiles.
[[nodiscard]] Result<GreyImage> from_png(ByteView png);

}  // namespace packtrail::symbology
