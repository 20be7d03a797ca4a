#include "symbology/image.h"

#include <png.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstring>
#include <string>
#include <string_view>

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

// What libpng's callbacks see of the file, and what they report.
struct PngSource {
  ByteView bytes;
  std::size_t at = 0;
  std::array<char, 96> reason{};
};

// Everything that the reading needs outlives a longjmp, because the caller owns it.
struct PngPicture {
  std::vector<std::uint8_t> samples;
  std::vector<std::uint8_t*> rows;
  std::size_t row_bytes = 0;
  int width = 0;
  int height = 0;
  int channels = 0;
  bool too_large = false;
};

void read_from(png_structp reader, png_bytep out, std::size_t size) {
  auto* source = static_cast<PngSource*>(png_get_io_ptr(reader));
  if (size > source->bytes.size() - source->at) png_error(reader, "the file ends too early");
  std::memcpy(out, source->bytes.data() + source->at, size);
  source->at += size;
}

bool read_png(PngSource& source, PngPicture& out) {
  png_structp png = png_create_read_struct(
      PNG_LIBPNG_VER_STRING, &source,
      [](png_structp reader, png_const_charp reason) {
        auto* from = static_cast<PngSource*>(png_get_error_ptr(reader));
        std::strncpy(from->reason.data(), reason, from->reason.size() - 1);
        png_longjmp(reader, 1);
      },
      [](png_structp, png_const_charp) {});
  if (png == nullptr) return false;
  png_infop info = png_create_info_struct(png);
  if (info == nullptr) {
    png_destroy_read_struct(&png, nullptr, nullptr);
    return false;
  }
  if (setjmp(png_jmpbuf(png)) != 0) {
    png_destroy_read_struct(&png, &info, nullptr);
    return false;
  }
  png_set_read_fn(png, &source, read_from);
  png_set_user_limits(png, 0x7FFFFFFF, 0x7FFFFFFF);  // Ours are checked below, with their names.
  png_set_chunk_malloc_max(png, kPngChunkMax);
  png_set_chunk_cache_max(png, 64);
  png_read_info(png, info);
  const png_uint_32 width = png_get_image_width(png, info);
  const png_uint_32 height = png_get_image_height(png, info);
  if (width > kImageSideMax || height > kImageSideMax ||
      static_cast<std::size_t>(width) * height > kImagePixelsMax) {
    out.too_large = true;
    out.width = static_cast<int>(std::min(width, png_uint_32{0x7FFFFFFF}));
    out.height = static_cast<int>(std::min(height, png_uint_32{0x7FFFFFFF}));
    png_destroy_read_struct(&png, &info, nullptr);
    return false;
  }
  png_set_expand(png);
  png_set_scale_16(png);
  if ((png_get_color_type(png, info) & PNG_COLOR_MASK_COLOR) != 0) {
    png_set_rgb_to_gray_fixed(png, 1, -1, -1);
  }
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  out.width = static_cast<int>(width);
  out.height = static_cast<int>(height);
  out.channels = png_get_channels(png, info);
  out.row_bytes = png_get_rowbytes(png, info);
  if (out.channels < 1 || out.channels > 2 ||
      out.row_bytes != static_cast<std::size_t>(width) * static_cast<std::size_t>(out.channels)) {
    png_error(png, "an unexpected colour type");
  }
  out.samples.resize(out.row_bytes * height);
  out.rows.resize(height);
  for (std::size_t y = 0; y < height; ++y) out.rows[y] = out.samples.data() + y * out.row_bytes;
  png_read_image(png, out.rows.data());
  png_read_end(png, nullptr);
  png_destroy_read_struct(&png, &info, nullptr);
  return true;
}

Error no_png(ByteView bytes) {
  const auto starts = [&](std::string_view magic) {
    return bytes.size() >= magic.size() &&
           std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
  };
  const char* kind = starts("\xFF\xD8\xFF")          ? "a JPEG"
                     : starts("GIF8")                ? "a GIF"
                     : starts("BM")                  ? "a BMP"
                     : starts("II*") || starts("MM") ? "a TIFF"
                     : starts("%PDF")                ? "a PDF"
                     : starts("RIFF")                ? "a WebP"
                     : bytes.empty()                 ? "empty"
                                                     : "something else";
  return Error{.message = std::string("the picture is not a PNG but ") + kind,
               .field = "image",
               .rule = "pictures are read as PNG (ISO/IEC 15948) only",
               .remedy = "save the picture as PNG, losslessly from the camera if possible"};
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

Result<GreyImage> from_png(ByteView png) {
  constexpr std::size_t kSignature = 8;
  if (png.size() < kSignature || png_sig_cmp(png.data(), 0, kSignature) != 0) return no_png(png);
  PngSource source{png};
  PngPicture picture;
  if (!read_png(source, picture)) {
    if (picture.too_large) {
      return Error{.code = Errc::ResourceExhausted,
                   .message = std::to_string(picture.width) + " x " +
                              std::to_string(picture.height) + " pixels exceed a limit",
                   .field = "image",
                   .rule = "kImageSideMax " + std::to_string(kImageSideMax) +
                           " pixels a side, kImagePixelsMax " + std::to_string(kImagePixelsMax) +
                           " in all"};
    }
    return Error{.message = std::string("the PNG is broken: ") + source.reason.data(),
                 .field = "image",
                 .offset = source.at};
  }
  GreyImage out;
  out.width = picture.width;
  out.height = picture.height;
  if (picture.channels == 1) {
    out.pixels = std::move(picture.samples);
    return out;
  }
  out.pixels.resize(picture.samples.size() / 2);
  for (std::size_t i = 0; i < out.pixels.size(); ++i) {
    const unsigned tone = picture.samples[2 * i], alpha = picture.samples[2 * i + 1];
    out.pixels[i] = static_cast<std::uint8_t>((tone * alpha + 255U * (255U - alpha) + 127U) / 255U);
  }
  return out;
}

}  // namespace packtrail::symbology
