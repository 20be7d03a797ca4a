#include "symbology/raster.h"

#include <algorithm>
#include <string>

namespace packtrail::symbology {
namespace {

constexpr int kQuietZoneMax = 20;
constexpr int kPixelsPerModuleMax = 64;
constexpr int kMicrometresPerInch = 25'400;

struct Range {
  int min;
  int max;
};

Range range_of(LabelUse use) {
  return use == LabelUse::HealthcarePack ? Range{255, 990} : Range{495, 1016};
}

Status check_quiet_zone(int modules) {
  if (modules >= 0 && modules <= kQuietZoneMax) return {};
  return Error{.code = Errc::InvalidArgument,
               .message = "a quiet zone of " + std::to_string(modules) + " modules is out of range",
               .field = "quiet_zone",
               .rule = "0 to " + std::to_string(kQuietZoneMax) + " modules"};
}

Error too_large() {
  return Error{.code = Errc::ResourceExhausted,
               .message = "the printed symbol would be larger than an image may be",
               .field = "image",
               .rule = "kImageSideMax " + std::to_string(kImageSideMax)};
}

Result<GreyImage> draw(const BitMatrix& symbol, int pixels, int quiet, int linear_height) {
  // All factors are bounded (1152 + 2 * 20 modules, at most 64 pixels): no overflow.
  const int width = (symbol.width() + 2 * quiet) * pixels;
  const int height = symbol.is_linear() ? linear_height : (symbol.height() + 2 * quiet) * pixels;
  if (width > kImageSideMax || height > kImageSideMax || height < 1) return too_large();
  GreyImage out(width, height, 255);
  PACKTRAIL_TRY(check_image(out));
  const int top = symbol.is_linear() ? 0 : quiet * pixels;
  for (int row = 0; row < symbol.height(); ++row) {
    const int y = top + row * pixels;
    std::uint8_t* line = out.row(y);
    for (int column = 0; column < symbol.width(); ++column) {
      if (symbol.get(column, row)) std::fill_n(line + (quiet + column) * pixels, pixels, 0);
    }
    const int copies = symbol.is_linear() ? height : pixels;
    for (int i = 1; i < copies; ++i) std::copy_n(line, width, out.row(y + i));
  }
  return out;
}

}  // namespace

PrintSpec PrintSpec::logistic(int dpi) {
  PrintSpec spec;
  spec.dpi = dpi;
  spec.use = LabelUse::LogisticUnit;
  spec.x_dimension_um_min = 495;
  spec.x_dimension_um_max = 1016;
  spec.quiet_zone_modules = 10;
  return spec;
}

Result<Module> module_of(const PrintSpec& spec) {
  if (spec.dpi != 203 && spec.dpi != 300 && spec.dpi != 600) {
    return Error{.code = Errc::InvalidArgument,
                 .message = std::to_string(spec.dpi) + " dpi is no printer resolution known here",
                 .field = "dpi",
                 .rule = "203, 300 or 600"};
  }
  PACKTRAIL_TRY(check_quiet_zone(spec.quiet_zone_modules));
  const Range allowed = range_of(spec.use);
  const int min = std::max(spec.x_dimension_um_min, allowed.min);
  const int max = std::min(spec.x_dimension_um_max, allowed.max);
  // Exact in integers: dots * 25,400 >= min * dpi.
  const long wanted = static_cast<long>(std::max(min, 1)) * spec.dpi;
  const long dots = (wanted + kMicrometresPerInch - 1) / kMicrometresPerInch;
  if (min > max || dots * kMicrometresPerInch > static_cast<long>(max) * spec.dpi) {
    return Error{.code = Errc::InvalidArgument,
                 .message = "no whole number of dots at " + std::to_string(spec.dpi) +
                            " dpi gives an X-dimension of " +
                            std::to_string(spec.x_dimension_um_min) + " to " +
                            std::to_string(spec.x_dimension_um_max) + " micrometres",
                 .field = "x_dimension",
                 .rule = "GS1 General Specifications 5.12.3: " + std::to_string(allowed.min) +
                         " to " + std::to_string(allowed.max) + " micrometres for this use",
                 .remedy = "widen the range or use a printer of finer resolution"};
  }
  return Module{
      .dots = static_cast<int>(dots),
      .x_dimension_um = static_cast<int>((dots * kMicrometresPerInch + spec.dpi / 2) / spec.dpi)};
}

Result<GreyImage> render(const BitMatrix& symbol, const PrintSpec& spec) {
  const Module module = PACKTRAIL_TRY(module_of(spec));
  int linear_height = 1;
  if (symbol.is_linear()) {
    if (spec.bar_height_um < 1'000 || spec.bar_height_um > 200'000) {
      return Error{.code = Errc::InvalidArgument,
                   .message = "a bar height of " + std::to_string(spec.bar_height_um) +
                              " micrometres is out of range",
                   .field = "bar_height",
                   .rule = "1,000 to 200,000 micrometres"};
    }
    linear_height =
        static_cast<int>(static_cast<long>(spec.bar_height_um) * spec.dpi / kMicrometresPerInch);
  }
  return draw(symbol, module.dots, spec.quiet_zone_modules, linear_height);
}

Result<GreyImage> render_pixels(const BitMatrix& symbol, int pixels_per_module,
                                int quiet_zone_modules, int linear_height_pixels) {
  PACKTRAIL_TRY(check_quiet_zone(quiet_zone_modules));
  if (pixels_per_module < 1 || pixels_per_module > kPixelsPerModuleMax) {
    return Error{
        .code = Errc::InvalidArgument,
        .message = std::to_string(pixels_per_module) + " pixels per module are out of range",
        .field = "pixels_per_module",
        .rule = "1 to " + std::to_string(kPixelsPerModuleMax)};
  }
  return draw(symbol, pixels_per_module, quiet_zone_modules, linear_height_pixels);
}

}  // namespace packtrail::symbology
