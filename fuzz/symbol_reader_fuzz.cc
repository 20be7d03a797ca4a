// rooms: symbology_read
//
// Any bytes as a picture: the first gives the width, the second the options and the way the rest
// fills it, so that the fuzzer can work on modules as well as on single pixels. Whatever is
// answered must be a symbol with an identifier and content; sides stay small, so one input costs
// milliseconds.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "symbology/raster.h"
#include "symbology/read/reader.h"

using packtrail::symbology::BitMatrix;
using packtrail::symbology::GreyImage;
using packtrail::symbology::ReaderOptions;
using packtrail::symbology::SymbolReader;
using packtrail::symbology::SymbolSet;

namespace {

constexpr int kSideMax = 64;

void read(const GreyImage& picture, std::uint8_t choices) {
  ReaderOptions options;
  options.symbols = (choices & 1) != 0 ? SymbolSet::AllPrinted : SymbolSet::DataMatrix;
  options.attempts_max = (choices & 4) != 0 ? 64 : 6;
  SymbolReader reader(options);
  const auto symbol = reader.read(picture);
  if (!symbol) return;
  if (symbol->identifier.size() < 2 || symbol->identifier[0] != ']') std::abort();
  if (symbol->data.empty() || symbol->attempts < 1) std::abort();
  if (symbol->attempts > options.attempts_max) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const int width = 1 + data[0] % kSideMax;
  const std::uint8_t choices = data[1];
  const bool modules = (choices & 2) != 0;
  data += 2;
  size -= 2;
  if (modules) {  // One bit per module.
    const auto height = static_cast<int>(std::min<std::size_t>(
        size * 8 / static_cast<std::size_t>(width), static_cast<std::size_t>(kSideMax)));
    if (height < 1) return 0;
    BitMatrix symbol(width, height);
    for (int i = 0; i < width * height; ++i) {
      symbol.set(i % width, i / width, ((data[i / 8] >> (i % 8)) & 1) != 0);
    }
    if (const auto picture = render_pixels(symbol, 3, 2)) read(*picture, choices);
    return 0;
  }
  const auto height = static_cast<int>(std::min<std::size_t>(size / static_cast<std::size_t>(width),
                                                             static_cast<std::size_t>(kSideMax)));
  if (height < 1) return 0;
  GreyImage picture(width, height);
  std::copy_n(data, picture.pixels.size(), picture.pixels.begin());
  read(picture, choices);
  return 0;
}
