// symbology/raster.h - a symbol as a printer prints it: one pixel per printer dot.
//
// The X-dimension (width of one module) must be a whole number of dots, or modules come out in
// different widths and the print grade falls. render() takes the smallest whole number of dots that
// lies in the range asked for and within the range that the application allows.
//
// Thread safety: free functions. Cost: one image.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "symbology/bit_matrix.h"
#include "symbology/image.h"

namespace packtrail::symbology {

// What the symbol is printed as; decides sizes together with LabelUse.
enum class Carrier : std::uint8_t { DataMatrix, Qr, Gs1128, Itf14 };

// GS1 General Specifications, section 5.12.3 (symbol specification tables).
enum class LabelUse : std::uint8_t {
  HealthcarePack,       // Table 8: packs for pharmacies. DataMatrix X 0.255 - 0.990 mm.
  LogisticUnit,         // Table 5: cases and pallets with an SSCC. GS1-128 X 0.495 - 1.016 mm.
  HealthcareNonRetail,  // Table 6: hospital packs, vials. DataMatrix X 0.254 - 0.990 mm.
  RetailPos,            // Table 1: 2D symbols at the point of sale, X 0.396 - 0.990 mm.
  GeneralDistribution,  // Table 2: shipper cases. ITF-14 X 0.495 - 1.016 mm.
  DirectMark,           // Table 7: DataMatrix on the item itself, X 0.100 - 0.615 mm.
};

struct SymbolLimits {
  int x_dimension_um_min;
  int x_dimension_um_max;
  int bar_height_um_min;   // Of a linear symbol; 0 for the others.
  int quiet_zone_modules;  // Each side; linear symbols left and right only.
};

// InvalidArgument (field "kind") for a carrier that the use does not have.
[[nodiscard]] Result<SymbolLimits> limits_of(LabelUse use, Carrier carrier);
[[nodiscard]] const char* to_string(LabelUse use);  // "healthcare-pack", "logistic-unit", ...
[[nodiscard]] std::optional<LabelUse> label_use(std::string_view name);

struct PrintSpec {
  int dpi = 300;  // 203, 300 or 600.
  LabelUse use = LabelUse::HealthcarePack;
  int x_dimension_um_min = 255;  // Micrometres; the range must meet that of `use`.
  int x_dimension_um_max = 990;
  int quiet_zone_modules = 1;  // 0..20. DataMatrix needs 1 (ISO/IEC 16022), GS1-128 needs 10.
  int bar_height_um = 31'750;  // Of a linear symbol; GS1 asks for 31.75 mm on logistic labels.
  Carrier carrier = Carrier::DataMatrix;

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
