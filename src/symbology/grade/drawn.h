// symbology/grade/drawn.h - pictures with an exactly known print quality, for the tests of this
// room. Defined in drawn_test.cc.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "symbology/bit_matrix.h"
#include "symbology/image.h"

namespace packtrail::symbology::test {

// Greys per module, with the surroundings, and where the lines between modules lie.
class Scene {
 public:
  static constexpr int kQuiet = 3;
  explicit Scene(const BitMatrix& symbol, double dark = 30, double light = 220);

  [[nodiscard]] int columns() const { return columns_; }
  [[nodiscard]] int rows() const { return rows_; }
  // -kQuiet <= x < columns() + kQuiet.
  [[nodiscard]] double& grey(int x, int y) {
    return greys_[static_cast<std::size_t>((y + kQuiet) * (columns_ + 2 * kQuiet) + x + kQuiet)];
  }
  [[nodiscard]] double grey(int x, int y) const { return const_cast<Scene*>(this)->grey(x, y); }
  void flip(int x, int y) { grey(x, y) = grey(x, y) == dark ? light : dark; }
  [[nodiscard]] bool is_dark(int x, int y) const { return grey(x, y) == dark; }

  double dark, light;
  std::vector<double> column_lines;  // columns() + 1 of them; 0, 1, 2, ... unless moved.
  std::vector<double> row_lines;
  double growth = 0;  // Modules by which every edge of a dark module is too far out.

  // Grey at a place in modules.
  [[nodiscard]] double at(double u, double v) const;

 private:
  [[nodiscard]] double plain(double u, double v) const;
  int columns_, rows_;
  std::vector<double> greys_;
};

struct Shot {
  double pixels = 8;  // Per module.
  double degrees = 0;
  double shift_x = 0, shift_y = 0;  // Pixels.
  double stretch_x = 1;             // Modules are this much wider than high.
  double blur = 0;                  // Standard deviation in modules.
  double noise = 0;                 // Standard deviation in grey levels.
  bool negative = false;            // Light on dark.
  std::uint64_t seed = 1;
};

[[nodiscard]] GreyImage draw(const Scene& scene, const Shot& shot = {});

// The pack's four elements, 24x24 modules (12x12 to 144x144 for other lengths).
[[nodiscard]] BitMatrix pack_symbol(int number = 0);
[[nodiscard]] BitMatrix symbol_of_size(int modules);
// One of the six rectangular sizes of ECC 200, 0..5: 8x18, 8x32, 12x26, 12x36, 16x36, 16x48.
[[nodiscard]] BitMatrix rectangular_symbol(int which);

}  // namespace packtrail::symbology::test
