#include "symbology/image.h"

#include <png.h>

#include <csetjmp>
#include <string>

namespace packtrail::symbology {
namespace {

// libpng reports failure by longjmp; nothing with a destructor lives between setjmp and the calls.
bool write_png(const GreyImage& image, int dpi, Bytes& out) {
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  if (png == nullptr) return false;
  png_infop info = png_create_info_struct(png);
  if (info == nullptr) {
    png_destroy_write_struct(&png, nullptr);
    return false;
  }
  if (setjmp(png_jmpbuf(png)) != 0) {
    png_destroy_write_struct(&png, &info);
    return false;
  }
  png_set_write_fn(
      png, &out,
      [](png_structp writer, png_bytep data, std::size_t size) {
        auto* bytes = static_cast<Bytes*>(png_get_io_ptr(writer));
        bytes->insert(bytes->end(), data, data + size);
      },
      [](png_structp) {});
  png_set_IHDR(png, info, static_cast<png_uint_32>(image.width),
               static_cast<png_uint_32>(image.height), 8, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (dpi > 0) {
    const auto per_metre = static_cast<png_uint_32>((static_cast<long>(dpi) * 10000 + 127) / 254);
    png_set_pHYs(png, info, per_metre, per_metre, PNG_RESOLUTION_METER);
  }
  png_write_info(png, info);
  for (int y = 0; y < image.height; ++y) png_write_row(png, image.row(y));
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return true;
}

}  // namespace

Status check_image(const GreyImage& image) {
  if (image.width < 1 || image.height < 1) {
    return Error{.code = Errc::InvalidArgument,
                 .message = "an image needs at least one pixel, this one is " +
                            std::to_string(image.width) + " x " + std::to_string(image.height),
                 .field = "image"};
  }
  const auto pixels =
      static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height);
  if (image.width > kImageSideMax || image.height > kImageSideMax || pixels > kImagePixelsMax) {
    return Error{.code = Errc::ResourceExhausted,
                 .message = std::to_string(image.width) + " x " + std::to_string(image.height) +
                            " pixels exceed a limit",
                 .field = "image",
                 .rule = "kImageSideMax " + std::to_string(kImageSideMax) +
                         " pixels a side, kImagePixelsMax " + std::to_string(kImagePixelsMax) +
                         " in all"};
  }
  if (image.pixels.size() != pixels) {
    return Error{.code = Errc::InvalidArgument,
                 .message = "the image holds " + std::to_string(image.pixels.size()) +
                            " pixels, its sides say " + std::to_string(pixels),
                 .field = "image"};
  }
  return {};
}

Result<Bytes> to_png(const GreyImage& image, int dpi) {
  PACKTRAIL_TRY(check_image(image));
  Bytes out;
  if (!write_png(image, dpi, out)) {
    return Error{.code = Errc::ResourceExhausted,
                 .message = "the PNG library refused the image",
                 .field = "image"};
  }
  return out;
}

}  // namespace packtrail::symbology
