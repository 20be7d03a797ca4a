#include "symbology/grade/picture.h"

#include <fmt/format.h>
#include <png.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <csetjmp>

#include "symbology/grade/glyphs.h"

namespace packtrail::symbology {
namespace {

struct Colour {
  std::uint8_t r, g, b;
};

constexpr Colour kPaper{255, 255, 255};
constexpr Colour kText{20, 24, 28};
constexpr Colour kFaint{150, 156, 162};
constexpr Colour kDamage{176, 0, 80};
constexpr Colour kGridLine{0, 120, 215};
// By grade 0..4: a scale that stays apart for colour-blind eyes, from dark red to pale blue.
constexpr std::array<Colour, 5> kGrades = {
    {{178, 24, 43}, {239, 138, 98}, {253, 219, 150}, {209, 229, 240}, {244, 248, 250}}};

class Canvas {
 public:
  Canvas(int width, int height)
      : width_(width),
        height_(height),
        pixels_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), kPaper) {}

  [[nodiscard]] int width() const { return width_; }
  [[nodiscard]] int height() const { return height_; }
  [[nodiscard]] const Colour* row(int y) const {
    return pixels_.data() + static_cast<std::ptrdiff_t>(y) * width_;
  }

  void dot(int x, int y, Colour colour) {
    if (x < 0 || y < 0 || x >= width_ || y >= height_) return;
    pixels_[static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) +
            static_cast<std::size_t>(x)] = colour;
  }
  void fill(int x, int y, int w, int h, Colour colour) {
    for (int dy = 0; dy < h; ++dy) {
      for (int dx = 0; dx < w; ++dx) dot(x + dx, y + dy, colour);
    }
  }
  void frame(int x, int y, int w, int h, int thick, Colour colour) {
    fill(x, y, w, thick, colour);
    fill(x, y + h - thick, w, thick, colour);
    fill(x, y, thick, h, colour);
    fill(x + w - thick, y, thick, h, colour);
  }
  void line(double x0, double y0, double x1, double y1, int thick, Colour colour) {
    const int steps =
        static_cast<int>(std::ceil(std::max(std::abs(x1 - x0), std::abs(y1 - y0)))) * 2;
    for (int i = 0; i <= steps; ++i) {
      const double t = steps == 0 ? 0 : static_cast<double>(i) / steps;
      fill(static_cast<int>(x0 + (x1 - x0) * t) - thick / 2,
           static_cast<int>(y0 + (y1 - y0) * t) - thick / 2, thick, thick, colour);
    }
  }
  // Returns where the next character would stand.
  int text(int x, int y, std::string_view text, int scale, Colour colour) {
    for (const char c : text) {
      const auto& glyph = glyph_of(c);
      for (int gy = 0; gy < kGlyphRows; ++gy) {
        for (int gx = 0; gx < 5; ++gx) {
          if ((glyph[static_cast<std::size_t>(gy)] >> (4 - gx) & 1) != 0) {
            fill(x + gx * scale, y + gy * scale, scale, scale, colour);
          }
        }
      }
      x += 6 * scale;
    }
    return x;
  }

 private:
  int width_, height_;
  std::vector<Colour> pixels_;
};

bool write_png(const Canvas& canvas, Bytes& out) {
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  if (png == nullptr) return false;
  png_infop info = png_create_info_struct(png);
  if (info == nullptr || setjmp(png_jmpbuf(png)) != 0) {
    png_destroy_write_struct(&png, &info);
    return false;
  }
  png_set_write_fn(
      png, &out,
      [](png_structp writer, png_bytep data, std::size_t size) {
        auto* bytes = static_cast<Bytes*>(png_get_io_ptr(writer));
        bytes->insert(bytes->end(), data, data + size);
      },
      [](png_structp) {});
  png_set_IHDR(png, info, static_cast<png_uint_32>(canvas.width()),
               static_cast<png_uint_32>(canvas.height()), 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  for (int y = 0; y < canvas.height(); ++y) {
    png_write_row(png, reinterpret_cast<png_const_bytep>(canvas.row(y)));
  }
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return true;
}

std::vector<std::string> wrapped(std::string_view text, std::size_t columns) {
  std::vector<std::string> out;
  std::string line;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string_view word = text.substr(at, end - at);
    if (!line.empty() && line.size() + 1 + word.size() > columns) {
      out.push_back(std::move(line));
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
    at = end + 1;
  }
  if (!line.empty()) out.push_back(std::move(line));
  return out;
}

class Sheet {
 public:
  Sheet(const GreyImage& picture, const GradeReport& report, const ScanGrade& scan)
      : picture_(picture),
        report_(report),
        scan_(scan),
        size_(scan.grid.size),
        cell_(std::clamp(560 / std::max(size_.columns, size_.rows), 7, 26)),
        panel_width_((size_.columns + 2) * cell_),
        panel_height_((size_.rows + 2) * cell_) {
    left_x_ = kMargin;
    right_x_ = kMargin + panel_width_ + kGap;
    legend_x_ = right_x_ + panel_width_ + kGap;
    legend_columns_ = static_cast<std::size_t>(kLegendWidth / (6 * kScale));
    top_y_ = kMargin + kHead;
  }

  Canvas draw() {
    const int text_lines = static_cast<int>(lines().size());
    const int height = std::max(top_y_ + panel_height_ + kMargin + 30,
                                top_y_ + kLegendTop + text_lines * kLine + kMargin);
    Canvas canvas(legend_x_ + kLegendWidth + kMargin, height);
    draw_head(canvas);
    draw_camera(canvas);
    draw_modules(canvas);
    draw_legend(canvas);
    return canvas;
  }

 private:
  static constexpr int kMargin = 24, kGap = 28, kScale = 2, kLine = 20, kHead = 76;
  static constexpr int kLegendWidth = 540, kLegendTop = 220;

  struct TextLine {
    std::string text;
    Colour colour = kText;
    int grade = -1;  // A chip before the text.
  };

  void draw_head(Canvas& canvas) const {
    canvas.text(kMargin, kMargin, fmt::format("Grade {:.1f} ({})", report_.grade, report_.letter),
                4, kText);
    const std::string kind =
        fmt::format("{}  {}  {}x{} modules{}", report_.text, to_string(report_.edition), size_.rows,
                    size_.columns, report_.estimate ? "  ESTIMATE: not calibrated" : "");
    canvas.text(kMargin + 460, kMargin + 8, kind, 2, kText);
    canvas.text(left_x_, top_y_ - 22, "Camera picture with grid", 2, kText);
    canvas.text(right_x_, top_y_ - 22, "Grade of each module", 2, kText);
  }

  // The picture, resampled upright, and the grid where it was measured.
  void draw_camera(Canvas& canvas) const {
    for (int y = 0; y < panel_height_; ++y) {
      for (int x = 0; x < panel_width_; ++x) {
        const Point p = scan_.grid.map.at((x + 0.5) / cell_ - 1, (y + 0.5) / cell_ - 1);
        const int px = static_cast<int>(std::floor(p.x)), py = static_cast<int>(std::floor(p.y));
        Colour colour = kFaint;
        if (px >= 0 && py >= 0 && px < picture_.width && py < picture_.height) {
          const std::uint8_t grey = picture_.at(px, py);
          colour = {grey, grey, grey};
        }
        canvas.dot(left_x_ + x, top_y_ + y, colour);
      }
    }
    const auto& columns = scan_.grid.column_shift;
    const auto& rows = scan_.grid.row_shift;
    const int width = size_.region_width(), height = size_.region_height();
    for (int ry = 0; ry < size_.region_rows; ++ry) {
      for (int c = 0; c <= size_.columns; ++c) {
        const double shift = edge(columns[static_cast<std::size_t>(ry)], c);
        canvas.line(left_x_ + (c + 1 + shift) * cell_, top_y_ + (ry * height + 1) * cell_,
                    left_x_ + (c + 1 + shift) * cell_, top_y_ + ((ry + 1) * height + 1) * cell_, 1,
                    kGridLine);
      }
    }
    for (int rx = 0; rx < size_.region_columns; ++rx) {
      for (int r = 0; r <= size_.rows; ++r) {
        const double shift = edge(rows[static_cast<std::size_t>(rx)], r);
        canvas.line(left_x_ + (rx * width + 1) * cell_, top_y_ + (r + 1 + shift) * cell_,
                    left_x_ + ((rx + 1) * width + 1) * cell_, top_y_ + (r + 1 + shift) * cell_, 1,
                    kGridLine);
      }
    }
  }

  static double edge(const std::vector<double>& centres, int i) {
    if (i == 0 || i == static_cast<int>(centres.size())) return 0;
    return (centres[static_cast<std::size_t>(i - 1)] + centres[static_cast<std::size_t>(i)]) / 2;
  }

  void draw_modules(Canvas& canvas) const {
    for (int row = -1; row <= size_.rows; ++row) {
      for (int column = -1; column <= size_.columns; ++column) {
        draw_module(canvas, right_x_ + (column + 1) * cell_, top_y_ + (row + 1) * cell_,
                    scan_.module(column, row), role_of(column, row));
      }
    }
    canvas.frame(right_x_ + cell_ - 2, top_y_ + cell_ - 2, size_.columns * cell_ + 4,
                 size_.rows * cell_ + 4, 2, kText);
  }

  enum class Kind { Quiet, Fixed, Data };
  [[nodiscard]] Kind role_of(int column, int row) const {
    if (column < 0 || row < 0 || column >= size_.columns || row >= size_.rows) return Kind::Quiet;
    return Ecc200Layout::of(size_).role(column, row) == ModuleRole::Data ? Kind::Data : Kind::Fixed;
  }

  // A dark module has a black square in its middle, so that the symbol stays visible; the grade is
  // the ground around it, hatched below 3, with its digit where there is room.
  void draw_module(Canvas& canvas, int x, int y, const ModuleFinding& module, Kind kind) const {
    const int grade = std::min(module.level / 10, 4);
    const bool good = grade == 4 && !module.wrong;
    const Colour ground =
        kind == Kind::Quiet && good ? kPaper : kGrades[static_cast<std::size_t>(grade)];
    canvas.fill(x, y, cell_, cell_, ground);
    const Colour mark{120, 30, 20};
    if (grade <= 2 && !module.wrong) hatch(canvas, x, y, cell_, grade, mark);
    const int inset = std::max(2, cell_ * (good ? 1 : 4) / 20);
    if (module.dark) {
      canvas.fill(x + inset, y + inset, cell_ - 2 * inset, cell_ - 2 * inset, {35, 38, 42});
    }
    if (!good && !module.wrong && cell_ >= 14) {
      const int scale = cell_ >= 22 ? 2 : 1;
      canvas.text(x + (cell_ - 5 * scale) / 2, y + (cell_ - 7 * scale) / 2,
                  std::string(1, static_cast<char>('0' + grade)), scale,
                  module.dark ? kPaper : kText);
    }
    if (module.wrong) {
      const int thick = std::max(2, cell_ / 8);
      const Colour cross = module.dark ? Colour{255, 255, 255} : kText;
      canvas.line(x + 3, y + 3, x + cell_ - 4, y + cell_ - 4, thick, cross);
      canvas.line(x + cell_ - 4, y + 3, x + 3, y + cell_ - 4, thick, cross);
      if (kind != Kind::Data) canvas.frame(x, y, cell_, cell_, std::max(2, cell_ / 7), kDamage);
    } else {
      canvas.fill(x, y, cell_, 1, {205, 210, 214});
      canvas.fill(x, y, 1, cell_, {205, 210, 214});
    }
  }

  // Denser the worse.
  static void hatch(Canvas& canvas, int x, int y, int cell, int grade, Colour colour) {
    const int step = grade == 2 ? 8 : grade == 1 ? 5 : 3;
    for (int dy = 0; dy < cell; ++dy) {
      for (int dx = 0; dx < cell; ++dx) {
        if ((dx + dy) % step == 0) canvas.dot(x + dx, y + dy, colour);
      }
    }
  }

  [[nodiscard]] std::vector<TextLine> lines() const {
    std::vector<TextLine> out;
    for (const ParameterGrade& each : scan_.parameters) {
      const std::string shown = value_text(each);
      out.push_back(
          {fmt::format("{:<30} {:>7}  {}", title_of(each.parameter), shown,
                       each.counts ? fmt::format("{:.1f}", each.grade) : std::string("-")),
           kText, each.counts ? std::clamp(static_cast<int>(each.grade), 0, 4) : -1});
    }
    out.push_back({});
    std::string segments = "Fixed pattern:";
    for (const Segment& each : scan_.segments) {
      if (each.name.find('/') != std::string::npos && each.grade >= 3.95) continue;
      segments += fmt::format(" {} {:.1f}", each.name, each.grade);
    }
    for (std::string& line : wrapped(segments, legend_columns_)) out.push_back({std::move(line)});
    out.push_back({});
    out.push_back(
        {report_.causes.empty() ? "Nothing costs this symbol a grade." : "Likely causes:"});
    for (std::size_t i = 0; i < report_.causes.size() && i < 5; ++i) {
      for (std::string& line :
           wrapped(fmt::format("{}. {}", i + 1, report_.causes[i].text), legend_columns_)) {
        out.push_back({std::move(line)});
      }
    }
    if (!report_.remarks.empty()) out.push_back({});
    for (const std::string& remark : report_.remarks) {
      for (std::string& line : wrapped("! " + remark, legend_columns_)) {
        out.push_back({std::move(line), {90, 96, 102}});
      }
    }
    return out;
  }

  static std::string value_text(const ParameterGrade& each) {
    switch (each.parameter) {
      case Parameter::Decode:
        return each.value > 0 ? "yes" : "no";
      case Parameter::FixedPatternDamage:
        return {};
      case Parameter::GridNonuniformity:
        return fmt::format("{:.2f} X", each.value);
      case Parameter::PrintGrowthX:
      case Parameter::PrintGrowthY:
        return fmt::format("{:+.2f}",
                           std::abs(each.value) < 0.005 ? 0.0 : each.value);  // No "-0.00".
      default:
        return fmt::format("{:.0f} %", 100 * each.value);
    }
  }

  void draw_legend(Canvas& canvas) const {
    constexpr std::array<const char*, 5> kWords = {"0 F  module has hardly any contrast", "1 D",
                                                   "2 C", "3 B", "4 A  clear"};
    int y = top_y_ - 22;
    canvas.text(legend_x_, y, "Legend", 2, kText);
    y += 24;
    constexpr int kChip = 26;
    for (int grade = 4; grade >= 0; --grade, y += 30) {
      ModuleFinding light{0, 0, static_cast<std::uint8_t>(grade * 10), false, false};
      ModuleFinding dark = light;
      dark.dark = true;
      chip(canvas, legend_x_, y, light, Kind::Data);
      chip(canvas, legend_x_ + kChip + 6, y, dark, Kind::Data);
      canvas.text(legend_x_ + 2 * kChip + 18, y + 6, kWords[static_cast<std::size_t>(grade)], 2,
                  kText);
    }
    const int x = legend_x_ + 270;
    y = top_y_ + 2;
    chip(canvas, x, y, {0, 1, 0, false, true}, Kind::Data);
    chip(canvas, x + kChip + 6, y, {0, 1, 0, true, true}, Kind::Data);
    canvas.text(x + 2 * kChip + 18, y + 6, "wrong colour", 2, kText);
    y += 30;
    chip(canvas, x, y, {0, 1, 0, false, true}, Kind::Fixed);
    chip(canvas, x + kChip + 6, y, {0, 1, 0, true, true}, Kind::Quiet);
    canvas.text(x + 2 * kChip + 18, y + 6, "damage of border", 2, kText);

    y = top_y_ + kLegendTop - 40;
    for (const TextLine& line : lines()) {
      if (line.grade >= 0 && line.grade < 4) {
        canvas.fill(legend_x_ - 10, y - 2, 6, 18, kGrades[static_cast<std::size_t>(line.grade)]);
        canvas.frame(legend_x_ - 10, y - 2, 6, 18, 1, kText);
      }
      canvas.text(legend_x_, y, line.text, kScale, line.colour);
      y += kLine;
    }
  }

  void chip(Canvas& canvas, int x, int y, const ModuleFinding& module, Kind kind) const {
    Sheet large = *this;
    large.cell_ = 26;
    large.draw_module(canvas, x, y, module, kind);
    if (!module.wrong) canvas.frame(x, y, 26, 26, 1, kFaint);
  }

  const GreyImage& picture_;
  const GradeReport& report_;
  const ScanGrade& scan_;
  Ecc200Size size_;
  int cell_;
  int panel_width_, panel_height_;
  int left_x_ = 0, right_x_ = 0, legend_x_ = 0, top_y_ = 0;
  std::size_t legend_columns_ = 0;
};

}  // namespace

Result<Bytes> grade_picture(const GreyImage& picture, const GradeReport& report,
                            std::size_t index) {
  PACKTRAIL_TRY(check_image(picture));
  if (index >= report.scans.size()) {
    return Error{.message = fmt::format("the report has {} scans", report.scans.size()),
                 .field = "index"};
  }
  const Canvas canvas = Sheet(picture, report, report.scans[index]).draw();
  Bytes out;
  if (!write_png(canvas, out)) {
    return Error{.code = Errc::ResourceExhausted,
                 .message = "the PNG library refused the picture",
                 .field = "picture"};
  }
  return out;
}

}  // namespace packtrail::symbology
