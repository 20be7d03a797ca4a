#include "symbology/label/page.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "symbology/label/drawing.h"

namespace packtrail::symbology {
namespace {

constexpr double kSlackMm = 0.05;  // Rounding to dots and to Pango's units.
constexpr double kShrinkStepPt = 0.25;

Error bad(std::string field, std::string message, std::string remedy = {}) {
  return Error{.code = Errc::InvalidArgument,
               .message = std::move(message),
               .field = std::move(field),
               .remedy = std::move(remedy)};
}

// The character that begins at `at`, "U+0915 (क)".
std::string name_character(std::string_view text, std::size_t at) {
  const gunichar c = g_utf8_get_char(text.data() + at);
  const auto length = static_cast<std::size_t>(g_unichar_to_utf8(c, nullptr));
  return fmt::format("U+{:04X} ({})", static_cast<unsigned>(c), text.substr(at, length));
}

Status check_characters(const PageText& text) {
  if (text.text.size() > kPageTextBytesMax) {
    return Error{.code = Errc::ResourceExhausted,
                 .message = std::to_string(text.text.size()) + " bytes are too long for a label",
                 .field = text.name,
                 .rule = "kPageTextBytesMax " + std::to_string(kPageTextBytesMax)};
  }
  const char* end = nullptr;
  if (!g_utf8_validate(text.text.data(), static_cast<gssize>(text.text.size()), &end)) {
    Error error = bad(text.name, "is not UTF-8");
    error.offset = static_cast<std::size_t>(end - text.text.data());
    error.length = 1;
    return error;
  }
  for (const char* at = text.text.data(); at < text.text.data() + text.text.size();
       at = g_utf8_next_char(at)) {
    const gunichar c = g_utf8_get_char(at);
    // Controls, line and paragraph separators, and the bidi overrides that could show a number in
    // another order than it is.
    if (c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x2028 && c <= 0x202E) ||
        (c >= 0x2066 && c <= 0x2069) || c == 0xFFFE || c == 0xFFFF) {
      Error error = bad(
          text.name, fmt::format("holds the control character U+{:04X}", static_cast<unsigned>(c)));
      error.offset = static_cast<std::size_t>(at - text.text.data());
      error.length = static_cast<std::size_t>(g_utf8_next_char(at) - at);
      return error;
    }
  }
  return {};
}

std::string missing_characters(PangoLayout* layout, std::string_view text) {
  std::string out;
  const Owned<PangoLayoutIter> walk{pango_layout_get_iter(layout)};
  do {
    const PangoLayoutRun* run = pango_layout_iter_get_run_readonly(walk.get());
    if (run == nullptr) continue;
    for (int i = 0; i < run->glyphs->num_glyphs; ++i) {
      if ((run->glyphs->glyphs[i].glyph & PANGO_GLYPH_UNKNOWN_FLAG) == 0) continue;
      if (run->glyphs->glyphs[i].glyph == PANGO_GLYPH_EMPTY) continue;
      const auto at = static_cast<std::size_t>(run->item->offset + run->glyphs->log_clusters[i]);
      const std::string name = name_character(text, at);
      if (out.find(name) == std::string::npos) out += (out.empty() ? "" : ", ") + name;
    }
  } while (pango_layout_iter_next_run(walk.get()) != 0);
  return out;
}

void add_runs(PangoLayout* layout, TextShape& shape) {
  const Owned<PangoLayoutIter> walk{pango_layout_get_iter(layout)};
  do {
    const PangoLayoutRun* run = pango_layout_iter_get_run_readonly(walk.get());
    if (run == nullptr) continue;
    shape.glyphs += run->glyphs->num_glyphs;
    int last = -1;
    for (int i = 0; i < run->glyphs->num_glyphs; ++i) {
      if (run->glyphs->log_clusters[i] != last) ++shape.clusters;
      last = run->glyphs->log_clusters[i];
    }
    const Owned<PangoFontDescription> font{pango_font_describe(run->item->analysis.font)};
    const char* family = pango_font_description_get_family(font.get());
    const std::string name = family == nullptr ? "" : family;
    if (std::find(shape.fonts.begin(), shape.fonts.end(), name) == shape.fonts.end()) {
      shape.fonts.push_back(name);
    }
  } while (pango_layout_iter_next_run(walk.get()) != 0);
}

TextShape measure(PangoLayout* layout, std::string_view text, double size_pt) {
  TextShape shape;
  shape.size_pt = size_pt;
  PangoRectangle ink{}, logical{};
  pango_layout_get_extents(layout, &ink, &logical);
  const auto mm = [](int units) { return units / (PANGO_SCALE * kPointsPerMm); };
  shape.width_mm = mm(logical.width);
  shape.height_mm = mm(logical.height);
  shape.ink_left_mm = mm(ink.x);
  shape.ink_top_mm = mm(ink.y);
  shape.ink_width_mm = mm(ink.width);
  shape.ink_height_mm = mm(ink.height);
  shape.lines = pango_layout_get_line_count(layout);
  for (int i = 0; i < shape.lines; ++i) {
    const PangoLayoutLine* line = pango_layout_get_line_readonly(layout, i);
    if (i == 0) shape.right_to_left = line->resolved_dir == PANGO_DIRECTION_RTL;
    std::string_view part = text.substr(static_cast<std::size_t>(line->start_index),
                                        static_cast<std::size_t>(line->length));
    while (!part.empty() && part.back() == ' ') part.remove_suffix(1);
    shape.line_texts.emplace_back(part);
  }
  return shape;
}

struct Box {
  double left, top, right, bottom;  // Millimetres.
};

bool overlap(const Box& a, const Box& b) {
  return a.left + kSlackMm < b.right && b.left + kSlackMm < a.right &&
         a.top + kSlackMm < b.bottom && b.top + kSlackMm < a.bottom;
}

Box box_of(const Page& page, const PageSymbol& symbol) {
  const double mm = 25.4 / page.dpi;
  return {symbol.x_dots * mm, symbol.y_dots * mm, (symbol.x_dots + symbol.plan.width_dots) * mm,
          (symbol.y_dots + symbol.plan.height_dots) * mm};
}

Box ink_of(const PageText& text, const TextShape& shape) {
  const double left = text.x_mm + shape.ink_left_mm, top = text.y_mm + shape.ink_top_mm;
  return {left, top, left + shape.ink_width_mm, top + shape.ink_height_mm};
}

// Where the lines of a text stand within the width of its box.
Box box_of(const PageText& text, const TextShape& shape) {
  double left = text.x_mm;
  const double room = std::max(0.0, text.width_mm - shape.width_mm);
  const bool at_right = (text.align == Align::End) != shape.right_to_left;
  if (text.align == Align::Centre) {
    left += room / 2;
  } else if (at_right) {
    left += room;
  }
  return {left, text.y_mm, left + shape.width_mm, text.y_mm + shape.height_mm};
}

Status check_inside(const Page& page, const std::string& name, const Box& box) {
  if (box.left >= -kSlackMm && box.top >= -kSlackMm && box.right <= page.width_mm + kSlackMm &&
      box.bottom <= page.height_mm + kSlackMm) {
    return {};
  }
  return bad(name,
             fmt::format("stands outside of the label: {:.1f} to {:.1f} mm across, {:.1f} to "
                         "{:.1f} mm down, on {:.1f} x {:.1f} mm",
                         box.left, box.right, box.top, box.bottom, page.width_mm, page.height_mm),
             "move it, make it smaller or take a larger label");
}

Error unavailable(cairo_status_t status) {
  return Error{
      .code = Errc::ResourceExhausted,
      .message = std::string("the drawing library failed: ") + cairo_status_to_string(status),
      .field = "label"};
}

// Texts and rules as ink, one byte per dot.
Result<GreyImage> draw_texts(const Page& page, const std::vector<TextShape>& shapes) {
  GreyImage out(page.width_dots(), page.height_dots(), 255);
  PACKTRAIL_TRY(check_image(out));
  const Owned<cairo_surface_t> surface{
      cairo_image_surface_create(CAIRO_FORMAT_A8, out.width, out.height)};
  Page texts = page;
  texts.symbols.clear();
  {
    const auto context = draw_on(surface.get(), page.dpi / 72.0);
    draw_page(context.get(), texts, shapes);
    if (cairo_status(context.get()) != CAIRO_STATUS_SUCCESS) {
      return unavailable(cairo_status(context.get()));
    }
  }
  cairo_surface_flush(surface.get());
  const unsigned char* ink = cairo_image_surface_get_data(surface.get());
  const int stride = cairo_image_surface_get_stride(surface.get());
  if (ink == nullptr) return unavailable(cairo_surface_status(surface.get()));
  for (int y = 0; y < out.height; ++y) {
    for (int x = 0; x < out.width; ++x) {
      if (ink[static_cast<std::ptrdiff_t>(y) * stride + x] >= 110) out.at(x, y) = 0;
    }
  }
  return out;
}

}  // namespace

int Page::dots(double mm) const { return static_cast<int>(std::lround(mm * dpi / 25.4)); }

Owned<cairo_t> draw_on(cairo_surface_t* surface, double units_per_point) {
  Owned<cairo_t> context{cairo_create(surface)};
  cairo_scale(context.get(), units_per_point, units_per_point);
  return context;
}

Owned<PangoLayout> layout_of(cairo_t* context, const PageText& text, std::string_view fonts,
                             double size_pt) {
  Owned<PangoLayout> layout{pango_cairo_create_layout(context)};
  PangoContext* pango = pango_layout_get_context(layout.get());
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  pango_cairo_context_set_font_options(pango, options);
  cairo_font_options_destroy(options);
  pango_context_set_round_glyph_positions(pango, FALSE);
  pango_cairo_context_set_resolution(pango, 72);
  const Owned<PangoFontDescription> font{
      pango_font_description_from_string(std::string(fonts).c_str())};
  pango_font_description_set_absolute_size(font.get(), size_pt * PANGO_SCALE);
  pango_font_description_set_weight(
      font.get(), text.weight == Weight::Bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_layout_set_font_description(layout.get(), font.get());
  pango_layout_set_text(layout.get(), text.text.data(), static_cast<int>(text.text.size()));
  pango_layout_set_width(layout.get(),
                         static_cast<int>(text.width_mm * kPointsPerMm * PANGO_SCALE));
  pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD);
  pango_layout_set_alignment(layout.get(), text.align == Align::Start    ? PANGO_ALIGN_LEFT
                                           : text.align == Align::Centre ? PANGO_ALIGN_CENTER
                                                                         : PANGO_ALIGN_RIGHT);
  return layout;
}

void draw_symbol(cairo_t* context, const PageSymbol& placed) {
  const BitMatrix& modules = placed.symbol.modules;
  const PrintPlan& plan = placed.plan;
  const double dot = 72.0 / plan.dpi;
  const int tall = plan.bar_height_dots > 0 ? plan.bar_height_dots : plan.module.dots;
  for (int y = 0; y < modules.height(); ++y) {
    for (int x = 0; x < modules.width();) {
      int end = x;
      while (end < modules.width() && modules.get(end, y)) ++end;
      if (end > x) {
        cairo_rectangle(context,
                        (placed.x_dots + plan.x_origin_dots() + x * plan.module.dots) * dot,
                        (placed.y_dots + plan.y_origin_dots() + y * tall) * dot,
                        (end - x) * plan.module.dots * dot, tall * dot);
      }
      x = end + 1;
    }
  }
  if (plan.bearer_dots > 0) {
    cairo_rectangle(context, placed.x_dots * dot, placed.y_dots * dot, plan.width_dots * dot,
                    plan.bearer_dots * dot);
    cairo_rectangle(context, placed.x_dots * dot,
                    (placed.y_dots + plan.height_dots - plan.bearer_dots) * dot,
                    plan.width_dots * dot, plan.bearer_dots * dot);
  }
  cairo_fill(context);
}

void draw_page(cairo_t* context, const Page& page, const std::vector<TextShape>& shapes) {
  cairo_set_source_rgb(context, 0, 0, 0);
  for (const PageRule& rule : page.rules) {
    cairo_rectangle(context, rule.x_mm * kPointsPerMm, rule.y_mm * kPointsPerMm,
                    rule.width_mm * kPointsPerMm, rule.height_mm * kPointsPerMm);
    cairo_fill(context);
  }
  for (const PageSymbol& symbol : page.symbols) draw_symbol(context, symbol);
  for (std::size_t i = 0; i < page.texts.size(); ++i) {
    const PageText& text = page.texts[i];
    const auto layout = layout_of(context, text, page.fonts, shapes[i].size_pt);
    cairo_move_to(context, text.x_mm * kPointsPerMm, text.y_mm * kPointsPerMm);
    pango_cairo_show_layout(context, layout.get());
  }
}

cairo_status_t append_bytes(void* bytes, const unsigned char* data, unsigned int size) {
  auto* out = static_cast<Bytes*>(bytes);
  out->insert(out->end(), data, data + size);
  return CAIRO_STATUS_SUCCESS;
}

Result<TextShape> shape_text(const PageText& text, std::string_view fonts) {
  PACKTRAIL_TRY(check_characters(text));
  if (!(text.size_pt >= 2 && text.size_pt <= 200) || !(text.width_mm > 0) || text.lines_max < 1) {
    return bad(text.name, "has no usable size", "2 to 200 points, a width and at least one line");
  }
  const Owned<cairo_surface_t> surface{cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1)};
  const auto context = draw_on(surface.get(), 1);
  double size = text.size_pt;
  while (true) {
    const auto layout = layout_of(context.get(), text, fonts, size);
    if (pango_layout_get_unknown_glyphs_count(layout.get()) > 0) {
      return bad(text.name,
                 "no installed font shows " + missing_characters(layout.get(), text.text),
                 "install a font that has them, for example of the Noto family");
    }
    TextShape shape = measure(layout.get(), text.text, size);
    if (shape.lines <= text.lines_max && shape.width_mm <= text.width_mm + kSlackMm) {
      add_runs(layout.get(), shape);
      return shape;
    }
    if (text.size_pt_min <= 0 || size - kShrinkStepPt < text.size_pt_min) {
      return bad(
          text.name,
          fmt::format("\"{}\" does not fit {:.1f} mm and {} line{} at {:g} points", text.text,
                      text.width_mm, text.lines_max, text.lines_max == 1 ? "" : "s", size),
          "shorten the text, or give the field more room, more lines or a smaller size");
    }
    size -= kShrinkStepPt;
  }
}

Result<std::vector<TextShape>> check_page(const Page& page) {
  if (!(page.width_mm >= 3 && page.width_mm <= kLabelSideMmMax && page.height_mm >= 2 &&
        page.height_mm <= kLabelSideMmMax)) {
    return bad("label",
               fmt::format("{:.1f} x {:.1f} mm is no label size", page.width_mm, page.height_mm),
               fmt::format("3 x 2 to {0:g} x {0:g} mm", kLabelSideMmMax));
  }
  if (page.texts.size() > kPageItemsMax || page.symbols.size() > kPageItemsMax ||
      page.rules.size() > kPageItemsMax) {
    return Error{.code = Errc::ResourceExhausted,
                 .message = "the label has too many items",
                 .field = "label",
                 .rule = "kPageItemsMax " + std::to_string(kPageItemsMax)};
  }
  for (std::size_t i = 0; i < page.symbols.size(); ++i) {
    const Box box = box_of(page, page.symbols[i]);
    PACKTRAIL_TRY(check_inside(page, page.symbols[i].name, box));
    for (std::size_t j = 0; j < i; ++j) {
      if (overlap(box, box_of(page, page.symbols[j]))) {
        return bad(page.symbols[i].name, "runs into the symbol " + page.symbols[j].name);
      }
    }
    for (const PageRule& rule : page.rules) {
      if (overlap(box,
                  {rule.x_mm, rule.y_mm, rule.x_mm + rule.width_mm, rule.y_mm + rule.height_mm})) {
        return bad(page.symbols[i].name, "a rule runs into its quiet zone");
      }
    }
  }
  for (const PageRule& rule : page.rules) {
    if (!(rule.width_mm > 0 && rule.height_mm > 0)) return bad("rule", "has no size");
    PACKTRAIL_TRY(check_inside(
        page, "rule",
        {rule.x_mm, rule.y_mm, rule.x_mm + rule.width_mm, rule.y_mm + rule.height_mm}));
  }
  std::vector<TextShape> shapes;
  shapes.reserve(page.texts.size());
  for (const PageText& text : page.texts) {
    shapes.push_back(PACKTRAIL_TRY(shape_text(text, page.fonts)));
    const Box box = box_of(text, shapes.back());
    PACKTRAIL_TRY(check_inside(page, text.name, box));
    for (std::size_t j = 0; j + 1 < shapes.size(); ++j) {
      if (overlap(ink_of(text, shapes.back()), ink_of(page.texts[j], shapes[j]))) {
        return bad(text.name, "runs into the text " + page.texts[j].name);
      }
    }
    for (const PageSymbol& symbol : page.symbols) {
      if (overlap(box, box_of(page, symbol))) {
        return bad(text.name, "runs into the quiet zone of the symbol " + symbol.name,
                   "move it or shorten the text");
      }
    }
  }
  return shapes;
}

Page page_of(MadeSymbol symbol, const PrintPlan& plan) {
  Page page;
  page.dpi = plan.dpi;
  page.width_mm = plan.width_dots * 25.4 / plan.dpi;
  page.height_mm = plan.height_dots * 25.4 / plan.dpi;
  page.symbols.push_back({"symbol", std::move(symbol), plan, 0, 0});
  return page;
}

Result<GreyImage> to_image(const Page& page) {
  const auto shapes = PACKTRAIL_TRY(check_page(page));
  auto out = PACKTRAIL_TRY(draw_texts(page, shapes));
  for (const PageSymbol& placed : page.symbols) {
    const auto symbol = PACKTRAIL_TRY(render(placed.symbol, placed.plan));
    const int rows = std::min(symbol.height, out.height - placed.y_dots);
    const int columns = std::min(symbol.width, out.width - placed.x_dots);
    for (int y = 0; y < rows; ++y) {
      std::copy_n(symbol.row(y), std::max(0, columns), out.row(placed.y_dots + y) + placed.x_dots);
    }
  }
  return out;
}

Result<Bytes> to_png(const Page& page) {
  const auto image = PACKTRAIL_TRY(to_image(page));
  return to_png(image, page.dpi);
}

Result<std::string> to_svg(const Page& page) {
  const auto shapes = PACKTRAIL_TRY(check_page(page));
  Bytes bytes;
  {
    const Owned<cairo_surface_t> surface{
        cairo_svg_surface_create_for_stream(append_bytes, &bytes, page.width_mm, page.height_mm)};
    cairo_svg_surface_set_document_unit(surface.get(), CAIRO_SVG_UNIT_MM);
    const auto context = draw_on(surface.get(), 1 / kPointsPerMm);
    cairo_set_source_rgb(context.get(), 1, 1, 1);
    cairo_paint(context.get());
    draw_page(context.get(), page, shapes);
    cairo_surface_finish(surface.get());
    if (cairo_status(context.get()) != CAIRO_STATUS_SUCCESS) {
      return unavailable(cairo_status(context.get()));
    }
  }
  std::string out(as_text(bytes));
  // Cairo numbers its surfaces, so the same label would be another file each time.
  static constexpr std::string_view kGroup = "<g id=\"surface";
  if (const std::size_t at = out.find(kGroup); at != std::string::npos) {
    const std::size_t end = out.find('"', at + kGroup.size());
    if (end != std::string::npos) out.replace(at, end - at, "<g id=\"label");
  }
  return out;
}

Result<Bytes> to_pdf(const Page& page) {
  const auto shapes = PACKTRAIL_TRY(check_page(page));
  Bytes bytes;
  {
    const Owned<cairo_surface_t> surface{cairo_pdf_surface_create_for_stream(
        append_bytes, &bytes, page.width_mm * kPointsPerMm, page.height_mm * kPointsPerMm)};
    // The same label is the same file: no time of making in it.
    cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE, "");
    const auto context = draw_on(surface.get(), 1);
    draw_page(context.get(), page, shapes);
    cairo_surface_finish(surface.get());
    if (cairo_status(context.get()) != CAIRO_STATUS_SUCCESS) {
      return unavailable(cairo_status(context.get()));
    }
  }
  return bytes;
}

}  // namespace packtrail::symbology
