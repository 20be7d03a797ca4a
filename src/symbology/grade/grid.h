// symbology/grade/grid.h - the module grid of an ECC 200 symbol in a picture, to a fraction of a
// pixel.
//
// Starts from the outline that a reader found. Lines are fitted to the outer edges of the ink and
// moved in by half the print growth; the clock tracks then tell where each column and row really
// lies. The ideal grid is the evenly spaced one between the four corners (perspective included);
// the actual grid differs from it by a shift per column and row of each data region (ISO/IEC 16022,
// reference decode algorithm; ISO/IEC 15415, 7.8.6 and 7.8.7 use both).
//
// Thread safety: free functions and values. Cost: about 0.3 ms for 24x24.
#pragma once

#include <array>
#include <vector>

#include "symbology/ecc200.h"
#include "symbology/image.h"

namespace packtrail::symbology {

enum class Tone : std::uint8_t { DarkOnLight, LightOnDark };

// The projective map from module coordinates (0, 0 the outer top left corner, u to the right, v
// down, one module is 1) to pixels.
class GridMap {
 public:
  GridMap(const std::array<Point, 4>& corners, double columns, double rows);
  [[nodiscard]] Point at(double u, double v) const {
    const double w = 1 / (g_ * u + h_ * v + 1);
    return {static_cast<float>((a_ * u + b_ * v + c_) * w),
            static_cast<float>((d_ * u + e_ * v + f_) * w)};
  }

 private:
  double a_, b_, c_, d_, e_, f_, g_, h_;
};

struct ModuleGrid {
  Ecc200Size size;
  std::array<Point, 4> corners;  // Nominal, print growth taken off: top left, clockwise.
  GridMap map;
  // In modules, of the column's (row's) centre against the ideal grid. Per region row (column).
  std::vector<std::vector<double>> column_shift;
  std::vector<std::vector<double>> row_shift;
  double x_pixels = 0;  // Mean module width and height.
  double y_pixels = 0;
  double growth_x = 0;  // By how much each edge of a dark module is too far out, in modules.
  double growth_y = 0;
  double agreement = 0;  // Of the fixed pattern with its right colours, 1 at best, 0 is chance.

  // Where the centre of a module lies; -1 and `columns` are the quiet zone.
  [[nodiscard]] Point centre(int column, int row) const;
  // Largest distance of a grid intersection from its ideal place, in modules.
  [[nodiscard]] double nonuniformity() const;
};

// The grids that fit, likeliest first, at most three (of different sizes); empty when no fixed
// pattern is to be seen. `outline` goes around the symbol, in either direction, starting anywhere.
[[nodiscard]] std::vector<ModuleGrid> fit_grid(const GreyImage& picture, Tone tone,
                                               const std::array<Point, 4>& outline);

}  // namespace packtrail::symbology
