#include <cairo.h>
#include <fmt/format.h>

#include <cmath>

#include "symbology/label/drawing.h"
#include "symbology/label/page.h"

namespace packtrail::symbology {
namespace {

constexpr double kMarginMm = 8;

void draw_rulers(cairo_t* context, const Page& page) {
  cairo_set_source_rgb(context, 0.25, 0.25, 0.25);
  cairo_set_line_width(context, 0.15 * kPointsPerMm);
  const auto tick = [&](double x, double y, double dx, double dy) {
    cairo_move_to(context, x * kPointsPerMm, y * kPointsPerMm);
    cairo_line_to(context, (x + dx) * kPointsPerMm, (y + dy) * kPointsPerMm);
  };
  const auto length = [](int mm) { return mm % 10 == 0 ? 2.4 : mm % 5 == 0 ? 1.6 : 0.9; };
  for (int mm = 0; mm <= page.width_mm; ++mm) tick(mm, -1, 0, -length(mm));
  for (int mm = 0; mm <= page.height_mm; ++mm) tick(-1, mm, -length(mm), 0);
  cairo_stroke(context);
  PageText number{.width_mm = 8, .size_pt = 5, .align = Align::Centre};
  for (int mm = 0; mm <= page.width_mm; mm += 10) {
    number.text = std::to_string(mm);
    const auto layout = layout_of(context, number, page.fonts, number.size_pt);
    cairo_move_to(context, (mm - 4) * kPointsPerMm, -6 * kPointsPerMm);
    pango_cairo_show_layout(context, layout.get());
  }
  number.width_mm = 3.2;
  number.align = Align::End;
  for (int mm = 0; mm <= page.height_mm; mm += 10) {
    number.text = std::to_string(mm);
    const auto layout = layout_of(context, number, page.fonts, number.size_pt);
    cairo_move_to(context, -6.9 * kPointsPerMm, (mm - 1.2) * kPointsPerMm);
    pango_cairo_show_layout(context, layout.get());
  }
}

void draw_quiet_zones(cairo_t* context, const Page& page) {
  const double dot = 72.0 / page.dpi;
  cairo_set_source_rgb(context, 0.80, 0.90, 1.0);
  for (const PageSymbol& placed : page.symbols) {
    const int quiet = placed.plan.x_origin_dots();
    const int above = placed.plan.bar_height_dots > 0 ? 0 : quiet;
    cairo_rectangle(context, placed.x_dots * dot, placed.y_dots * dot, placed.plan.width_dots * dot,
                    placed.plan.height_dots * dot);
    cairo_rectangle(context, (placed.x_dots + quiet) * dot, (placed.y_dots + above) * dot,
                    (placed.plan.width_dots - 2 * quiet) * dot,
                    (placed.plan.height_dots - 2 * above) * dot);
  }
  cairo_set_fill_rule(context, CAIRO_FILL_RULE_EVEN_ODD);
  cairo_fill(context);
  cairo_set_fill_rule(context, CAIRO_FILL_RULE_WINDING);
}

}  // namespace

Result<Bytes> to_preview(const Page& page, double pixels_per_mm) {
  const auto shapes = PACKTRAIL_TRY(check_page(page));
  if (!(pixels_per_mm >= 4 && pixels_per_mm <= 40)) {
    return Error{
        .code = Errc::InvalidArgument,
        .message = fmt::format("{:g} pixels per millimetre are out of range", pixels_per_mm),
        .field = "scale",
        .rule = "4 to 40"};
  }
  const auto pixels = [&](double mm) {
    return static_cast<int>(std::ceil((mm + kMarginMm + 2) * pixels_per_mm));
  };
  const int width = pixels(page.width_mm), height = pixels(page.height_mm);
  if (width > kImageSideMax || height > kImageSideMax ||
      static_cast<std::size_t>(width) * static_cast<std::size_t>(height) > kImagePixelsMax) {
    return Error{.code = Errc::ResourceExhausted,
                 .message = "the preview would be larger than an image may be",
                 .field = "scale",
                 .rule = "kImageSideMax " + std::to_string(kImageSideMax),
                 .remedy = "take fewer pixels per millimetre"};
  }
  const Owned<cairo_surface_t> surface{
      cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height)};
  {
    const auto context = draw_on(surface.get(), pixels_per_mm / kPointsPerMm);
    cairo_t* c = context.get();
    cairo_set_source_rgb(c, 0.90, 0.91, 0.92);
    cairo_paint(c);
    cairo_translate(c, kMarginMm * kPointsPerMm, kMarginMm * kPointsPerMm);
    cairo_set_source_rgb(c, 0.75, 0.76, 0.78);
    cairo_rectangle(c, 0.5 * kPointsPerMm, 0.5 * kPointsPerMm, page.width_mm * kPointsPerMm,
                    page.height_mm * kPointsPerMm);
    cairo_fill(c);
    cairo_set_source_rgb(c, 1, 1, 1);
    cairo_rectangle(c, 0, 0, page.width_mm * kPointsPerMm, page.height_mm * kPointsPerMm);
    cairo_fill(c);
    draw_quiet_zones(c, page);
    draw_page(c, page, shapes);
    draw_rulers(c, page);
  }
  cairo_surface_flush(surface.get());
  Bytes out;
  const cairo_status_t status =
      cairo_surface_write_to_png_stream(surface.get(), append_bytes, &out);
  if (status != CAIRO_STATUS_SUCCESS) {
    return Error{
        .code = Errc::ResourceExhausted,
        .message = std::string("the drawing library failed: ") + cairo_status_to_string(status),
        .field = "label"};
  }
  return out;
}

}  // namespace packtrail::symbology
