// rooms: symbology
//
// Any bytes as a PNG file: what is accepted is an image within the limits, and its own PNG reads
// back as the same pixels.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "symbology/image.h"

namespace {
constexpr std::size_t kSizeMax = 1 << 16;
constexpr std::size_t kPixelsMax = 1 << 20;  // A small file may hold a huge flat picture.
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace symbology = packtrail::symbology;
  if (size > kSizeMax) return 0;
  const auto image = symbology::from_png({data, size});
  if (!image) return 0;
  if (!symbology::check_image(*image)) std::abort();
  if (image->pixels.size() > kPixelsMax) return 0;
  const auto again = symbology::to_png(*image);
  if (!again) std::abort();
  const auto back = symbology::from_png(*again);
  if (!back || !(*back == *image)) std::abort();
  return 0;
}
