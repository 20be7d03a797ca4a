#include <cairo-pdf.h>
#include <fmt/format.h>

#include <algorithm>

#include "symbology/label/drawing.h"
#include "symbology/label/template.h"

namespace packtrail::symbology {
namespace {

constexpr double kSheetWidthMm = 210, kSheetHeightMm = 297, kSideMm = 15;
constexpr double kBoxesTopMm = 254;  // Approval.

// Writes down a sheet from the top; texts go on in further sheets.
class Sheet {
 public:
  Sheet(cairo_t* context, std::string head) : context_(context), head_(std::move(head)) { begin(); }

  void begin() {
    y_ = kSideMm;
    put(kSideMm, kSheetWidthMm - 2 * kSideMm, 13, Weight::Bold, head_);
    y_ += 7;
    line(y_);
    y_ += 3;
  }
  // One text at x; its height in millimetres.
  double put(double x, double width, double size_pt, Weight weight, std::string_view text) {
    PageText box{.text = std::string(text), .width_mm = width, .weight = weight};
    cairo_set_source_rgb(context_, 0, 0, 0);
    const auto layout = layout_of(context_, box, kLabelFonts, size_pt);
    pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
    cairo_move_to(context_, x * kPointsPerMm, y_ * kPointsPerMm);
    pango_cairo_show_layout(context_, layout.get());
    PangoRectangle logical{};
    pango_layout_get_extents(layout.get(), nullptr, &logical);
    return logical.height / static_cast<double>(PANGO_SCALE) / kPointsPerMm;
  }
  void line(double y) {
    cairo_set_line_width(context_, 0.5);
    cairo_move_to(context_, kSideMm * kPointsPerMm, y * kPointsPerMm);
    cairo_line_to(context_, (kSheetWidthMm - kSideMm) * kPointsPerMm, y * kPointsPerMm);
    cairo_stroke(context_);
  }
  void heading(std::string_view text) {
    need(14);
    y_ += 3;
    y_ += put(kSideMm, 120, 9, Weight::Bold, text) + 1;
  }
  // Cells beside each other; `from` are their left edges.
  void row(const std::vector<double>& from, const std::vector<std::string>& cells) {
    need(6);
    double height = 0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const double right = i + 1 < from.size() ? from[i + 1] - 2 : kSheetWidthMm - kSideMm;
      height = std::max(height, put(from[i], right - from[i], 7.5, Weight::Normal, cells[i]));
    }
    y_ += height + 0.6;
  }
  void need(double height) {
    if (y_ + height < kBoxesTopMm - 2) return;
    cairo_show_page(context_);
    begin();
  }
  void skip(double height) { y_ += height; }
  void to(double y) { y_ = y; }
  [[nodiscard]] double y() const { return y_; }
  cairo_t* context() { return context_; }

 private:
  cairo_t* context_;
  std::string head_;
  double y_ = 0;
};

void draw_label(Sheet& sheet, const Page& page, const std::vector<TextShape>& shapes) {
  cairo_t* context = sheet.context();
  const double x = kSideMm + 5, y = sheet.y() + 5;
  cairo_save(context);
  cairo_translate(context, x * kPointsPerMm, y * kPointsPerMm);
  cairo_set_line_width(context, 0.3);
  // Crop marks: nothing is drawn on the label that will not be printed.
  for (const double at : {0.0, page.width_mm}) {
    for (const double end : {-4.0, page.height_mm + 1}) {
      cairo_move_to(context, at * kPointsPerMm, end * kPointsPerMm);
      cairo_rel_line_to(context, 0, 3 * kPointsPerMm);
    }
  }
  for (const double at : {0.0, page.height_mm}) {
    for (const double end : {-4.0, page.width_mm + 1}) {
      cairo_move_to(context, end * kPointsPerMm, at * kPointsPerMm);
      cairo_rel_line_to(context, 3 * kPointsPerMm, 0);
    }
  }
  cairo_stroke(context);
  draw_page(context, page, shapes);
  cairo_restore(context);
  sheet.skip(page.height_mm + 11);
}

void draw_boxes(Sheet& sheet) {
  static constexpr const char* kRoles[] = {"Prepared", "Checked", "Quality", "Regulatory"};
  sheet.to(kBoxesTopMm);
  sheet.put(kSideMm, 150, 9, Weight::Bold, "Approval: name, date, signature");
  const double width = (kSheetWidthMm - 2 * kSideMm) / 4;
  for (int i = 0; i < 4; ++i) {
    const double x = kSideMm + i * width;
    cairo_set_line_width(sheet.context(), 0.5);
    cairo_rectangle(sheet.context(), x * kPointsPerMm, (kBoxesTopMm + 5) * kPointsPerMm,
                    (width - 2) * kPointsPerMm, 22 * kPointsPerMm);
    cairo_stroke(sheet.context());
    sheet.to(kBoxesTopMm + 5.5);
    sheet.put(x + 1.5, width - 4, 7, Weight::Normal, kRoles[i]);
  }
}

// Element data as people read it.
std::string shown_data(const MadeSymbol& symbol) {
  if (carries_link(symbol.kind)) return symbol.data;
  if (symbol.kind == SymbolKind::Itf14) return "(01)" + symbol.data;
  const auto elements = gs1::ElementString::parse_raw(symbol.data);
  return elements ? elements->to_bracketed() : symbol.data;
}

void describe(Sheet& sheet, const Page& page, const std::vector<TextShape>& shapes) {
  sheet.heading("Symbols");
  for (const PageSymbol& placed : page.symbols) {
    const PrintPlan& plan = placed.plan;
    const double mm = 25.4 / plan.dpi;
    sheet.row({kSideMm, 50}, {placed.name, std::string(to_string(placed.symbol.kind)) + ": " +
                                               shown_data(placed.symbol)});
    sheet.row(
        {kSideMm, 50},
        {"", fmt::format("{} x {} modules; X-dimension {:.3f} mm = {} dots at {} dpi; {:.2f} x "
                         "{:.2f} mm with quiet zones of {}X; {}{}",
                         placed.symbol.modules.height(), placed.symbol.modules.width(),
                         plan.module.x_dimension_um / 1000.0, plan.module.dots, plan.dpi,
                         plan.width_dots * mm, plan.height_dots * mm, plan.quiet_zone_modules,
                         to_string(plan.use),
                         plan.bar_height_dots > 0
                             ? fmt::format("; bars {:.2f} mm", plan.bar_height_dots * mm)
                             : std::string())});
  }
  sheet.heading("Texts and human readable interpretation");
  for (std::size_t i = 0; i < page.texts.size(); ++i) {
    std::string fonts;
    for (const std::string& font : shapes[i].fonts) fonts += (fonts.empty() ? "" : ", ") + font;
    sheet.row({kSideMm, 50, 145},
              {page.texts[i].name.find('{') == std::string::npos ? page.texts[i].name : "text",
               page.texts[i].text,
               fmt::format("{:g} pt{}, {}", shapes[i].size_pt,
                           page.texts[i].weight == Weight::Bold ? " bold" : "", fonts)});
  }
}

void describe(Sheet& sheet, const LabelData& data) {
  sheet.heading("Data");
  for (const auto& [field, value] : data) sheet.row({kSideMm, 70}, {field, value});
}

}  // namespace

Result<Bytes> to_proof_sheet(const LabelTemplate& form, const LabelData& data,
                             const LayoutOptions& options) {
  Bytes bytes;
  const Owned<cairo_surface_t> surface{cairo_pdf_surface_create_for_stream(
      append_bytes, &bytes, kSheetWidthMm * kPointsPerMm, kSheetHeightMm * kPointsPerMm)};
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE, "");
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_TITLE, form.title.c_str());
  const auto context = draw_on(surface.get(), 1);
  std::vector<std::string> languages = form.languages;
  if (!options.language.empty()) languages = {options.language};
  for (const std::string& language : languages) {
    const Page page = PACKTRAIL_TRY(lay_out(form, data, {language, options.dpi}));
    const auto shapes = PACKTRAIL_TRY(check_page(page));
    Sheet sheet(context.get(), form.title + " (" + form.name + "), " + language);
    sheet.row(
        {kSideMm},
        {fmt::format("True size {:g} x {:g} mm, {} dpi. Print at 100 % and compare with a rule.",
                     page.width_mm, page.height_mm, page.dpi)});
    if (page.width_mm > kSheetWidthMm - 2 * kSideMm - 10 || page.height_mm > 200) {
      return Error{.code = Errc::InvalidArgument,
                   .message = "the label is too large for a proof at its true size on A4",
                   .field = "label",
                   .rule = "at most 170 x 200 mm"};
    }
    draw_label(sheet, page, shapes);
    describe(sheet, page, shapes);
    describe(sheet, data);
    draw_boxes(sheet);
    cairo_show_page(context.get());
  }
  cairo_surface_finish(surface.get());
  const cairo_status_t status = cairo_status(context.get());
  if (status != CAIRO_STATUS_SUCCESS) {
    return Error{
        .code = Errc::ResourceExhausted,
        .message = std::string("the drawing library failed: ") + cairo_status_to_string(status),
        .field = "label"};
  }
  return bytes;
}

}  // namespace packtrail::symbology
