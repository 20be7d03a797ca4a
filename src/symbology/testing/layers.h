// symbology/testing/layers.h - pictures of a case layer from above, for tests and benches.
//
// Packs in rows and columns, each with a DataMatrix, printed lines and a border; seen at a slant,
// turned, unevenly lit, blurred and noisy. Deterministic. Not part of the product's library.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "symbology/image.h"
#include "symbology/testing/symbols.h"

namespace packtrail::symbology::test {

struct LayerView {
  int rows = 6, columns = 8;
  int width = 1600, height = 1200;  // Pixels.
  double fill = 0.9;                // Of the picture's width or height that the layer covers.
  double degrees = 0;
  double perspective = 0;  // Shrinks the far side by this share.
  double gradient = 0;     // Share of light lost from left to right.
  double blur_pixels = 0.6;
  double noise_sd = 6;
  double symbol_share = 0.4;  // Side of the symbol, of the shorter side of a cell.
  int modules = 24;
  std::vector<int> empty = {};                 // Cells without a pack, row by row from 0.
  std::vector<int> bare = {};                  // Packs without a symbol.
  std::vector<int> damaged = {};               // Symbols scratched out in the middle.
  std::vector<int> foreign = {};               // Symbols that are not GS1.
  std::vector<std::pair<int, int>> same = {};  // The second carries the first one's symbol.
};

struct DrawnLayer {
  GreyImage picture;
  std::vector<std::string> data;  // Per cell; "" without a symbol.
};

[[nodiscard]] DrawnLayer draw_layer(const LayerView& view, std::uint64_t seed);

}  // namespace packtrail::symbology::test
