#include "symbology/raster.h"

#include <algorithm>
#include <array>
#include <string>

namespace packtrail::symbology {
namespace {

constexpr int kQuietZoneMax = 20;
constexpr int kPixelsPerModuleMax = 64;
constexpr int kMicrometresPerInch = 25'400;

constexpr std::array<const char*, 6> kUseNames = {"healthcare-pack",       "logistic-unit",
                                                  "healthcare-non-retail", "retail-pos",
                                                  "general-distribution",  "direct-mark"};

struct Row {
  LabelUse use;
  Carrier carrier;
  SymbolLimits limits;
};

// Two-dimensional symbols in general distribution are printed at 1.5 times the X of linear ones.
constexpr Row kRows[] = {
    {LabelUse::HealthcarePack, Carrier::DataMatrix, {255, 990, 0, 1}},
    {LabelUse::HealthcarePack, Carrier::Qr, {255, 990, 0, 4}},
    {LabelUse::HealthcarePack, Carrier::Gs1128, {495, 1016, 31'750, 10}},
    {LabelUse::HealthcarePack, Carrier::Itf14, {495, 1016, 31'750, 10}},
    {LabelUse::LogisticUnit, Carrier::DataMatrix, {743, 1500, 0, 1}},
    {LabelUse::LogisticUnit, Carrier::Qr, {743, 1500, 0, 4}},
    {LabelUse::LogisticUnit, Carrier::Gs1128, {495, 1016, 31'750, 10}},
    {LabelUse::HealthcareNonRetail, Carrier::DataMatrix, {254, 990, 0, 1}},
    {LabelUse::HealthcareNonRetail, Carrier::Qr, {254, 990, 0, 4}},
    {LabelUse::HealthcareNonRetail, Carrier::Gs1128, {170, 495, 12'700, 10}},
    {LabelUse::HealthcareNonRetail, Carrier::Itf14, {170, 495, 12'700, 10}},
    {LabelUse::RetailPos, Carrier::DataMatrix, {396, 990, 0, 1}},
    {LabelUse::RetailPos, Carrier::Qr, {396, 990, 0, 4}},
    {LabelUse::GeneralDistribution, Carrier::DataMatrix, {743, 1500, 0, 1}},
    {LabelUse::GeneralDistribution, Carrier::Qr, {743, 1500, 0, 4}},
    {LabelUse::GeneralDistribution, Carrier::Gs1128, {495, 1016, 31'750, 10}},
    {LabelUse::GeneralDistribution, Carrier::Itf14, {495, 1016, 31'750, 10}},
    {LabelUse::DirectMark, Carrier::DataMatrix, {100, 615, 0, 1}},
};

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

Result<SymbolLimits> limits_of(LabelUse use, Carrier carrier) {
  for (const Row& row : kRows) {
    if (row.use == use && row.carrier == carrier) return row.limits;
  }
  return Error{.code = Errc::InvalidArgument,
               .message = std::string("this kind of symbol is not used for ") + to_string(use),
               .field = "kind",
               .rule = "GS1 General Specifications 5.12.3",
               .remedy = "choose another kind of symbol or another use"};
}

const char* to_string(LabelUse use) { return kUseNames.at(static_cast<std::size_t>(use)); }

std::optional<LabelUse> label_use(std::string_view name) {
  for (std::size_t i = 0; i < kUseNames.size(); ++i) {
    if (name == kUseNames[i]) return static_cast<LabelUse>(i);
  }
  return std::nullopt;
}

PrintSpec PrintSpec::logistic(int dpi) {
  PrintSpec spec;
  spec.dpi = dpi;
  spec.use = LabelUse::LogisticUnit;
  spec.x_dimension_um_min = 495;
  spec.x_dimension_um_max = 1016;
  spec.quiet_zone_modules = 10;
  spec.carrier = Carrier::Gs1128;
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
  const SymbolLimits allowed = PACKTRAIL_TRY(limits_of(spec.use, spec.carrier));
  const int min = std::max(spec.x_dimension_um_min, allowed.x_dimension_um_min);
  const int max = std::min(spec.x_dimension_um_max, allowed.x_dimension_um_max);
  // Exact in integers: dots * 25,400 >= min * dpi.
  const long wanted = static_cast<long>(std::max(min, 1)) * spec.dpi;
  const long dots = (wanted + kMicrometresPerInch - 1) / kMicrometresPerInch;
  if (min > max || dots * kMicrometresPerInch > static_cast<long>(max) * spec.dpi) {
    return Error{
        .code = Errc::InvalidArgument,
        .message = "no whole number of dots at " + std::to_string(spec.dpi) +
                   " dpi gives an X-dimension of " + std::to_string(spec.x_dimension_um_min) +
                   " to " + std::to_string(spec.x_dimension_um_max) + " micrometres",
        .field = "x_dimension",
        .rule = "GS1 General Specifications 5.12.3: " + std::to_string(allowed.x_dimension_um_min) +
                " to " + std::to_string(allowed.x_dimension_um_max) + " micrometres for " +
                to_string(spec.use),
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
