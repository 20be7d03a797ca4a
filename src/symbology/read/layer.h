// symbology/read/layer.h - many symbols in one picture: a layer of packs in a case, or whatever is
// there.
//
// A picture of a layer is searched for places that could hold a symbol; each is cut out and read on
// its own. Where a layer's grid is known (6 rows of 8 packs), it is laid through the symbols that
// were read, in perspective, and every cell gets an answer: its symbol, or why there is none.
//
// Thread safety: one reader per thread. Cost: a layer of 48 packs in 4096 x 3072 pixels takes about
// a tenth of a second (docs/user/reading.md), more where cells cannot be read.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "symbology/image.h"
#include "symbology/read/reader.h"

namespace packtrail::symbology {

inline constexpr int kLayerSideMax = 32;  // Rows, and columns.

struct LayerSpec {
  int rows = 0;     // 1..kLayerSideMax, as the picture shows them from top to bottom ...
  int columns = 0;  // ... and from left to right, turned by up to 45 degrees.
};

enum class CellState : std::uint8_t {
  Read,
  Empty,       // Nothing like a symbol: no pack, or its code is covered or on another side.
  Unreadable,  // Something like a symbol that no rung reads.
  Foreign,     // A symbol whose identifier is not allowed.
};
[[nodiscard]] const char* to_string(CellState state);  // "read", "empty", ...: stable.

struct Cell {
  int row = 0;  // From 0 at the top.
  int column = 0;
  CellState state = CellState::Empty;
  std::optional<Symbol> symbol;  // With Read and Foreign; its corners are places in the picture.
  Point centre;                  // Where the symbol lies or should lie.
};

struct LayerReport {
  LayerSpec spec;
  bool found_grid = false;  // False: too few symbols; the picture was divided evenly instead.
  std::vector<Cell> cells;  // rows * columns, row by row.
  // Read, but in no cell, or second in one. When no cell has a symbol, one from anywhere.
  std::vector<Symbol> outside;
  // Groups of cells (indices into `cells`) whose symbols carry the same data: each group is a pack
  // counted twice or a copied code.
  std::vector<std::vector<std::size_t>> duplicates;
  int attempts = 0;          // Decoder calls.
  std::uint64_t pixels = 0;  // Work, as ReadReport::pixels.
  bool out_of_budget = false;

  [[nodiscard]] int count(CellState state) const;
  // Every cell read, no data twice.
  [[nodiscard]] bool is_complete() const;
};

struct SceneReport {
  std::vector<Symbol> symbols;  // Allowed ones, from top to bottom, corners in the picture.
  std::vector<Symbol> foreign;
  int attempts = 0;
  std::uint64_t pixels = 0;
  bool out_of_budget = false;
};

class LayerReader {
 public:
  // `options` hold for each place that is read, except that pixels_max and time_ns_max are for the
  // whole picture.
  explicit LayerReader(const ReaderOptions& options = {});
  ~LayerReader();
  LayerReader(LayerReader&&) noexcept;
  LayerReader& operator=(LayerReader&&) noexcept;

  // Fails with InvalidArgument for a spec out of range, and as check_image.
  [[nodiscard]] Result<LayerReport> read_layer(const GreyImage& picture, LayerSpec spec);
  // Every symbol that is found, without a grid. Fails as check_image.
  [[nodiscard]] Result<SceneReport> read_all(const GreyImage& picture);

 private:
  class Scene;
  std::unique_ptr<Scene> scene_;
};

}  // namespace packtrail::symbology
