// symbology/raster.h - a symbol as a printer prints it: one pixel per printer dot.
//
// The X-dimension (width of one module) must be a whole number of dots, or modules come out in
// different widths and the print grade falls. render() takes the smallest whole number of dots that
// lies in the range asked for and within the range that the application allows.
//
// Thread safety: free functions. Cost: one image.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "symbology/bit_matrix.h"
#include "symbology/image.h"

namespace packtrail::symbology {

// GS1 General Specifications, section 5.12.3 (symbol specification tables): table 8 for regulated
// healthcare packs, table 5 for logistic units.
enum class LabelUse : std::uint8_t {
  HealthcarePack,  // X 0.255 - 0.990 mm.
  LogisticUnit,    // X 0.495 - 1.016 mm.
};

struct PrintSpec {
  int dpi = 300;  // 203, 300 or 600.
  LabelUse use = LabelUse::HealthcarePack;
  int x_dimension_um_min = 255;  // Micrometres; the range must meet that of `use`.
  int x_dimension_um_max = 990;
  int quiet_zone_modules = 1;  // 0..20. DataMatrix needs 1 (ISO/IEC 16022), GS1-128 needs 10.
  int bar_height_um = 31'750;  // Of a linear symbol; GS1 asks for 31.75 mm on logistic labels.

  // What a logistic label's GS1-128 needs.
  [[nodiscard]] static PrintSpec logistic(int dpi);
};

// How a PrintSpec comes out on its printer.
struct Module {
  int dots;            // Printer dots per module.
  int x_dimension_um;  // dots * 25,400 / dpi, rounded to the nearest micrometre.
};

// The smallest module that fits. Fails with InvalidArgument for a resolution that is not listed or
// a quiet zone out of range, and when no whole number of dots gives an X-dimension in the range
// (field "x_dimension").
[[nodiscard]] Result<Module> module_of(const PrintSpec& spec);

// The symbol with its quiet zone, black (0) on white (255). Fails as module_of, and with
// ResourceExhausted when a side would exceed kImageSideMax.
[[nodiscard]] Result<GreyImage> render(const BitMatrix& symbol, const PrintSpec& spec);

// As render, with an explicit number of pixels per module (1..64): for screens and tests, where no
// printer resolution applies. `linear_height_pixels` (1..kImageSideMax) counts for linear symbols.
[[nodiscard]] Result<GreyImage> render_pixels(const BitMatrix& symbol, int pixels_per_module,
                                              int quiet_zone_modules,
                                              int linear_height_pixels = 60);

}  // namespace packtrail::symbology
