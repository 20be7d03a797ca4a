#include "symbology/grade/grade.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "symbology/grade/aperture.h"
#include "symbology/grade/causes.h"
#include "symbology/grade/fixed_pattern.h"
#include "symbology/grade/scale.h"
#include "symbology/read/blank.h"
#include "symbology/read/locator.h"
#include "symbology/read/reader.h"

namespace packtrail::symbology {
namespace {

constexpr double kMil = 0.0254;            // Millimetres.
constexpr double kRelativeAperture = 0.8;  // Of a module.
constexpr double kMinimumReflectance = 0.05;
constexpr double kFewPixels = 5;      // Per module.
constexpr double kScaleApart = 0.1;   // Of the width of a module, to say that two scales differ.
constexpr float kRoomForAnother = 3;  // Pictures this many times a symbol may show another one.
constexpr int kQuickAttempts = 4;     // Of the search for another one.

Error out_of_range(const char* field, std::string what, const char* remedy) {
  return Error{
      .code = Errc::InvalidArgument, .message = std::move(what), .field = field, .remedy = remedy};
}

bool within(double value, double low, double high) { return value >= low && value <= high; }

Status check_options(const GradeOptions& options) {
  if (options.aperture_mil && !within(*options.aperture_mil, 1, 200)) {
    return out_of_range("aperture_mil", "an aperture has 1 to 200 mil",
                        "GS1 asks for 8 mil on packs");
  }
  if (options.x_dimension_mm && !within(*options.x_dimension_mm, 0.05, 10)) {
    return out_of_range("x_dimension_mm", "an X-dimension has 0.05 to 10 mm",
                        "give the width of one module in millimetres");
  }
  if (options.pixels_per_mm && !within(*options.pixels_per_mm, 0.5, 2000)) {
    return out_of_range("pixels_per_mm", "a camera has 0.5 to 2000 pixels per mm",
                        "give the scale of the picture, not of the printer");
  }
  if (options.wavelength_nm < 300 || options.wavelength_nm > 1100) {
    return out_of_range("wavelength_nm", "light has 300 to 1100 nm", "GS1 asks for 660 nm");
  }
  if (options.light.empty() || options.light.size() > 16 ||
      !std::all_of(options.light.begin(), options.light.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '|';
      })) {
    return out_of_range("light", "the light is an angle and its sides, for example 45Q",
                        "up to 16 digits, capital letters and |");
  }
  if (!options.calibration) return {};
  const Calibration& card = *options.calibration;
  if (!within(card.grey_white, 0, 255) || !within(card.grey_black, 0, 255) ||
      card.grey_white - card.grey_black < 16) {
    return out_of_range("calibration", "the grey of white must exceed that of black by 16 or more",
                        "measure both patches of the card under the same light");
  }
  if (!within(card.reflectance_white, 0, 1) || !within(card.reflectance_black, 0, 1) ||
      card.reflectance_white - card.reflectance_black < 0.1) {
    return out_of_range("calibration", "reflectances are 0 to 1, white at least 0.1 above black",
                        "take both from the card's certificate");
  }
  return {};
}

Steps steps_of(Edition edition) {
  return edition == Edition::Iso15415_2011 ? Steps::Whole : Steps::Tenths;
}

std::uint8_t tenths(double grade) { return static_cast<std::uint8_t>(std::lround(grade * 10)); }

// Everything about one picture at one aperture.
class Scan {
 public:
  Scan(const GreyImage& picture, const GradeOptions& options, const Aperture& aperture,
       ScanGrade& out)
      : picture_(picture),
        options_(options),
        aperture_(aperture),
        out_(out),
        size_(out.grid.size),
        layout_(Ecc200Layout::of(out.grid.size)),
        steps_(steps_of(options.edition)) {
    out_.aperture_pixels = aperture.diameter();
  }

  // False when the symbol does not decode with this grid.
  bool measure() {
    measure_reflectance();
    if (options_.edition == Edition::Iso29158) {
      iterate_threshold();
    } else {
      out_.threshold = (out_.r_max + out_.r_min) / 2;
    }
    return decode();
  }

  void grade() {
    set_findings();
    const bool direct = options_.edition == Edition::Iso29158;
    const bool decoded = correction_.has_value();
    out_.parameters.clear();
    add(Parameter::Decode, decoded ? 1 : 0, decoded ? 4 : 0, decoded ? 4 : 0);
    if (direct) {
      grade_direct_mark();
    } else {
      const double contrast = out_.r_max - out_.r_min;
      add(Parameter::SymbolContrast, contrast, kSymbolContrast);
      const Overlaid modulation = overlay(false);
      add(Parameter::Modulation, modulation.lowest, modulation.grade, modulation.unlimited);
      const Overlaid margin = overlay(true);
      add(Parameter::ReflectanceMargin, decoded ? margin.lowest : 0, decoded ? margin.grade : 0,
          decoded ? margin.unlimited : 0);
    }
    const FixedPatternGrade fixed =
        grade_fixed_pattern(size_, out_.modules, steps_,
                            direct ? AverageRule::DistributedDamage : AverageRule::AverageGrade);
    out_.segments = fixed.segments;
    const FixedPatternGrade fine =
        grade_fixed_pattern(size_, out_.modules, Steps::Tenths,
                            direct ? AverageRule::DistributedDamage : AverageRule::AverageGrade);
    add(Parameter::FixedPatternDamage, fixed.mean, fixed.grade, fine.grade);
    const double x = out_.grid.x_pixels, y = out_.grid.y_pixels;
    add(Parameter::AxialNonuniformity, std::abs(x - y) / ((x + y) / 2), kAxial);
    add(Parameter::GridNonuniformity, out_.grid.nonuniformity(), kGrid);
    double unused = 0;
    if (decoded) {
      const int most = *std::max_element(correction_->errors_per_block.begin(),
                                         correction_->errors_per_block.end());
      unused = 1 - 2.0 * most / size_.check_per_block();
      out_.errors_per_block = correction_->errors_per_block;
    }
    add(Parameter::UnusedErrorCorrection, unused, kUnusedCorrection);
    add_growth(Parameter::PrintGrowthX, out_.grid.growth_x);
    add_growth(Parameter::PrintGrowthY, out_.grid.growth_y);
    out_.grade = 4;
    for (const ParameterGrade& parameter : out_.parameters) {
      if (parameter.counts) out_.grade = std::min(out_.grade, parameter.grade);
    }
  }

 private:
  struct Overlaid {
    double lowest;  // Of the data modules.
    double grade;
    double unlimited;
  };

  [[nodiscard]] double reflectance(Point at) const {
    const double grey = aperture_.grey(picture_, at);
    const Calibration card = options_.calibration.value_or(Calibration{});
    const double value =
        card.reflectance_black + (grey - card.grey_black) *
                                     (card.reflectance_white - card.reflectance_black) /
                                     (card.grey_white - card.grey_black);
    return std::clamp(value, 0.0, 1.0);
  }

  [[nodiscard]] std::size_t index(int column, int row) const {
    return static_cast<std::size_t>((row + 1) * (size_.columns + 2) + column + 1);
  }
  [[nodiscard]] bool in_symbol(int column, int row) const {
    return column >= 0 && row >= 0 && column < size_.columns && row < size_.rows;
  }

  // Of every module and quiet zone place, and the extremes, for which the corners between modules
  // are looked at as well.
  void measure_reflectance() {
    out_.modules.assign(index(size_.columns, size_.rows) + 1, {});
    double low = 1, high = 0;
    for (int row = -1; row <= size_.rows; ++row) {
      for (int column = -1; column <= size_.columns; ++column) {
        const double value = reflectance(out_.grid.centre(column, row));
        out_.modules[index(column, row)].reflectance = static_cast<float>(value);
        low = std::min(low, value), high = std::max(high, value);
      }
    }
    for (int row = 0; row <= size_.rows; ++row) {
      for (int column = 0; column <= size_.columns; ++column) {
        const double value = reflectance(out_.grid.map.at(column, row));
        low = std::min(low, value), high = std::max(high, value);
      }
    }
    out_.r_max = high, out_.r_min = low;
  }

  // ISO/IEC 29158: the threshold with the least variance within both classes, over the modules.
  void iterate_threshold() {
    std::vector<double> values;
    for (int row = 0; row < size_.rows; ++row) {
      for (int column = 0; column < size_.columns; ++column) {
        values.push_back(out_.modules[index(column, row)].reflectance);
      }
    }
    std::sort(values.begin(), values.end());
    double total = 0;
    for (const double value : values) total += value;
    double best = -1, below = 0;
    const auto n = static_cast<double>(values.size());
    out_.threshold = (out_.r_max + out_.r_min) / 2;
    for (std::size_t i = 0; i + 1 < values.size(); ++i) {
      below += values[i];
      const auto count = static_cast<double>(i + 1);
      const double apart = below / count - (total - below) / (n - count);
      const double between = count * (n - count) * apart * apart;
      if (between <= best) continue;
      best = between;
      out_.threshold = (values[i] + values[i + 1]) / 2;
    }
  }

  bool decode() {
    BitMatrix modules(size_.columns, size_.rows);
    for (int row = 0; row < size_.rows; ++row) {
      for (int column = 0; column < size_.columns; ++column) {
        const bool below = out_.modules[index(column, row)].reflectance < out_.threshold;
        modules.set(column, row, below != (out_.tone == Tone::LightOnDark));
      }
    }
    auto corrected = correct(size_, layout_.read(modules));
    if (!corrected) {
      correction_.reset();
      return false;
    }
    correction_ = std::move(*corrected);
    return true;
  }

  // Modulation, level and colour of every module.
  void set_findings() {
    std::optional<BitMatrix> truth;
    if (correction_) truth = layout_.draw(correction_->codewords);
    find_means();
    for (int row = -1; row <= size_.rows; ++row) {
      for (int column = -1; column <= size_.columns; ++column) {
        ModuleFinding& finding = out_.modules[index(column, row)];
        const bool below = finding.reflectance < out_.threshold;
        finding.dark = below != (out_.tone == Tone::LightOnDark);
        finding.modulation = static_cast<float>(modulation_of(finding.reflectance));
        finding.wrong = false;
        if (!in_symbol(column, row)) {
          finding.wrong = finding.dark;
        } else if (layout_.role(column, row) != ModuleRole::Data) {
          finding.wrong = finding.dark == (layout_.role(column, row) == ModuleRole::ClockOff);
        } else if (truth && layout_.codeword(column, row) >= 0) {
          finding.wrong = finding.dark != truth->get(column, row);
        }
        finding.level =
            finding.wrong ? std::uint8_t{0} : tenths(kModulation.grade(finding.modulation, steps_));
      }
    }
  }

  void find_means() {
    double dark = 0, light = 0, dark_count = 0, light_count = 0;
    for (int row = 0; row < size_.rows; ++row) {
      for (int column = 0; column < size_.columns; ++column) {
        const double value = out_.modules[index(column, row)].reflectance;
        const bool below = value < out_.threshold;
        (below ? dark : light) += value;
        (below ? dark_count : light_count) += 1;
      }
    }
    mean_dark_ = dark_count > 0 ? dark / dark_count : 0;
    mean_light_ = light_count > 0 ? light / light_count : 0;
  }

  [[nodiscard]] double modulation_of(double reflectance) const {
    const double distance = reflectance - out_.threshold;
    double range = 0;
    if (options_.edition == Edition::Iso29158) {
      range = distance < 0 ? out_.threshold - mean_dark_ : mean_light_ - out_.threshold;
    } else {
      range = (out_.r_max - out_.r_min) / 2;
    }
    return range > 1e-6 ? std::min(std::abs(distance) / range, 1.0) : 0.0;
  }

  // The codeword overlay of ISO/IEC 15415: for each level, codewords with a module below it are
  // taken for errors; what then remains of the error correction limits the level's grade.
  [[nodiscard]] Overlaid overlay(bool wrong_counts) const {
    std::vector<std::uint8_t> levels(static_cast<std::size_t>(size_.codewords()), 40);
    std::vector<double> unlimited(levels.size(), 1e9);
    double lowest = 1;
    for (int row = 0; row < size_.rows; ++row) {
      for (int column = 0; column < size_.columns; ++column) {
        const int word = layout_.codeword(column, row);
        if (word < 0) continue;
        const ModuleFinding& finding = out_.modules[index(column, row)];
        const bool lost = wrong_counts && finding.wrong;
        const double value = lost ? 0 : finding.modulation;
        lowest = std::min(lowest, value);
        const auto at = static_cast<std::size_t>(word);
        levels[at] =
            std::min(levels[at], lost ? std::uint8_t{0}
                                      : tenths(kModulation.grade(finding.modulation, steps_)));
        unlimited[at] = std::min(unlimited[at], kModulation.unlimited(value));
      }
    }
    const int step = steps_ == Steps::Whole ? 10 : 1;
    double best = 0;
    for (int level = 40; level > 0; level -= step) {
      const auto below = [&](std::size_t i) { return levels[i] < level; };
      const double left = kUnusedCorrection.grade(unused_if(below), steps_);
      best = std::max(best, std::min(level / 10.0, left));
      if (best * 10 + 1e-6 >= level - step) break;
    }
    double fine = -4;
    for (double level = 8; level > -2; level -= 0.05) {
      const auto below = [&](std::size_t i) { return unlimited[i] < level; };
      const double left = kUnusedCorrection.unlimited(unused_if(below));
      fine = std::max(fine, std::min(level, left));
      if (fine >= level) break;
    }
    return {lowest, best, fine};
  }

  template <class Below>
  [[nodiscard]] double unused_if(const Below& below) const {
    std::array<int, 16> bad{};
    for (std::size_t i = 0; i < static_cast<std::size_t>(size_.codewords()); ++i) {
      const std::size_t block =
          correction_ ? correction_->block[i] : i % static_cast<std::size_t>(size_.blocks);
      bad[block] += below(i) ? 1 : 0;
    }
    return 1 - 2.0 * *std::max_element(bad.begin(), bad.end()) / size_.check_per_block();
  }

  void grade_direct_mark() {
    const double contrast = mean_light_ > 0 ? (mean_light_ - mean_dark_) / mean_light_ : 0;
    add(Parameter::CellContrast, contrast, kCellContrast);
    const Overlaid modulation = overlay(correction_.has_value());
    add(Parameter::CellModulation, modulation.lowest, modulation.grade, modulation.unlimited);
    const bool bright = mean_light_ + 1e-9 >= kMinimumReflectance;
    add(Parameter::MinimumReflectance, mean_light_, bright ? 4 : 0,
        4 * mean_light_ / kMinimumReflectance);
  }

  void add(Parameter parameter, double value, double grade, double unlimited) {
    out_.parameters.push_back(
        {parameter, value, grade, true, unlimited, means_of(parameter), to_do_of(parameter)});
  }
  void add(Parameter parameter, double value, const GradeScale& scale) {
    add(parameter, value, scale.grade(value, steps_), scale.unlimited(value));
  }
  // D' of ISO/IEC 15415 with the nominal 0.5, least 0.35 and greatest 0.65 dark share of a track.
  void add_growth(Parameter parameter, double growth) {
    const double value = growth / 0.15;
    add(parameter, value, kGrowth.grade(std::abs(value), steps_),
        kGrowth.unlimited(std::abs(value)));
    out_.parameters.back().counts = false;
  }

  const GreyImage& picture_;
  const GradeOptions& options_;
  const Aperture& aperture_;
  ScanGrade& out_;
  const Ecc200Size& size_;
  const Ecc200Layout& layout_;
  Steps steps_;
  std::optional<Ecc200Correction> correction_;
  double mean_dark_ = 0;
  double mean_light_ = 0;
};

bool quiet_zone_in_picture(const GreyImage& picture, const ModuleGrid& grid) {
  const double c = grid.size.columns + 0.5, r = grid.size.rows + 0.5;
  for (const Point p :
       {grid.map.at(-0.5, -0.5), grid.map.at(c, -0.5), grid.map.at(c, r), grid.map.at(-0.5, r)}) {
    if (p.x < 0 || p.y < 0 || p.x > static_cast<float>(picture.width) ||
        p.y > static_cast<float>(picture.height)) {
      return false;
    }
  }
  return true;
}

void add_once(std::vector<std::string>& remarks, std::string remark) {
  if (std::find(remarks.begin(), remarks.end(), remark) == remarks.end()) {
    remarks.push_back(std::move(remark));
  }
}

std::string mil_text(double mil) {
  return fmt::format("{:02d}", static_cast<int>(std::lround(mil)));
}

}  // namespace

const ParameterGrade* ScanGrade::find(Parameter parameter) const {
  for (const ParameterGrade& each : parameters) {
    if (each.parameter == parameter) return &each;
  }
  return nullptr;
}

class Grader::Work {
 public:
  Result<GradeReport> grade(std::span<const GreyImage> pictures, const GradeOptions& options) {
    PACKTRAIL_TRY(check_options(options));
    if (pictures.empty() || pictures.size() > kPicturesMax) {
      return out_of_range(
          "pictures", fmt::format("{} pictures, 1 to {} are graded", pictures.size(), kPicturesMax),
          "take several pictures of the same symbol");
    }
    GradeReport report{options.edition, 0, 'F', {}, !options.calibration.has_value(), {}, {}, {}};
    if (report.estimate) {
      report.remarks.emplace_back(
          "estimate: reflectance is not calibrated, grey 255 is taken for 100 % and 0 for 0 %");
    }
    std::vector<std::string> apertures;
    for (std::size_t i = 0; i < pictures.size(); ++i) {
      auto graded = check_image(pictures[i]) ? scan(pictures[i], options, report.remarks)
                                             : Result<ScanGrade>(check_image(pictures[i]).error());
      if (graded && !report.scans.empty()) {
        if (auto same = check_same(report.scans, *graded, i + 1); !same) graded = same.error();
      }
      if (!graded) {
        Error error = std::move(graded).error();
        if (pictures.size() > 1) error.field = fmt::format("picture {}", i + 1);
        return error;
      }
      report.scans.push_back(std::move(*graded));
      report.grade += report.scans.back().grade;
      add_once(apertures, aperture_text(options, report.scans.back()));
    }
    report.grade = std::floor(report.grade / static_cast<double>(pictures.size()) * 10 + 1e-6) / 10;
    report.letter = letter_of(report.grade);
    report.text = fmt::format("{}{:.1f}/{}/{}", options.edition == Edition::Iso29158 ? "DPM" : "",
                              report.grade, fmt::join(apertures, ","), options.wavelength_nm);
    if (options.light != "45Q" || options.edition == Edition::Iso29158) {
      report.text += "/" + options.light;
    }
    report.causes = causes_of(report);
    return report;
  }

 private:
  struct Found {
    std::array<Point, 4> corners;
    Tone tone;
    std::string identifier;
    Bytes data;
    bool mirrored = false;
  };

  // Grades of different symbols have no mean. What could not be read may be either.
  static Status check_same(const std::vector<ScanGrade>& before, const ScanGrade& next,
                           std::size_t number) {
    if (next.identifier.empty()) return {};
    for (const ScanGrade& each : before) {
      if (each.identifier.empty()) continue;
      const bool decoded = !each.errors_per_block.empty() && !next.errors_per_block.empty();
      const bool sized = !decoded || (each.grid.size.columns == next.grid.size.columns &&
                                      each.grid.size.rows == next.grid.size.rows);
      if (each.identifier == next.identifier && each.data == next.data && sized) continue;
      return Error{.message = fmt::format("picture {} shows another symbol", number),
                   .field = "pictures",
                   .rule =
                       "the overall grade is the mean over pictures of one symbol: the same "
                       "data in the same size",
                   .remedy = "grade it on its own, or the packs of a run with --run"};
    }
    return {};
  }

  // As the text of a result names it: in mil, or in modules when the scale is not known.
  static std::string aperture_text(const GradeOptions& options, const ScanGrade& scan) {
    const double scale = pixels_per_mm(options, scan.grid);
    if (scale > 0) {
      return options.edition != Edition::Iso29158 && options.aperture_mil
                 ? mil_text(*options.aperture_mil)
                 : mil_text(scan.aperture_pixels / scale / kMil);
    }
    const double x = (scan.grid.x_pixels + scan.grid.y_pixels) / 2;
    return scan.aperture_pixels < 0.65 * x ? "0.5X" : "0.8X";
  }

  Result<std::vector<Found>> find(const GreyImage& picture) {
    std::vector<Found> out;
    if (auto symbol = reader_.read(picture)) {
      PACKTRAIL_TRY(check_size(symbol->columns, symbol->rows));
      out.push_back({symbol->corners, symbol->inverted ? Tone::LightOnDark : Tone::DarkOnLight,
                     symbol->identifier, symbol->data, symbol->mirrored});
      return out;
    }
    SymbolReader all({.symbols = SymbolSet::AllPrinted});
    if (const auto other = all.read(picture)) {
      return Error{.code = Errc::FailedPrecondition,
                   .message = "the picture shows a symbol of type " + other->identifier +
                              "; only DataMatrix is graded yet",
                   .field = "picture",
                   .rule = "QR codes and linear symbols are not graded yet",
                   .remedy = "use a verifier for them, or `packtrail symbol read` to read them"};
    }
    // Unreadable, but perhaps there: an L and clock tracks that fit.
    for (const GridFit& fit : locator_.locate(picture)) {
      out.push_back({fit.corners, Tone::DarkOnLight, {}, {}, false});
    }
    return out;
  }

  // What the reader says of the size; 0 when it does not know. A mirrored rectangle is higher than
  // wide.
  static Status check_size(int columns, int rows) {
    if (columns == 0) return {};
    for (const Ecc200Size& size : iso16022_sizes()) {
      if (size.columns == columns && size.rows == rows) return {};
      if (size.columns == rows && size.rows == columns) return {};
    }
    return Error{
        .code = Errc::FailedPrecondition,
        .message = fmt::format("a DataMatrix of {}x{} modules is not graded yet", rows, columns),
        .field = "picture",
        .rule =
            "the 24 square and 6 rectangular sizes of ISO/IEC 16022 are graded, those "
            "of the rectangular extension (DMRE) are not",
        .remedy = "use a verifier for them"};
  }

  const Aperture& aperture(double pixels) {
    const double wanted = Aperture::rounded(pixels);
    for (auto& kept : apertures_) {
      if (kept->diameter() == wanted) return *kept;
    }
    if (apertures_.size() >= 8) apertures_.erase(apertures_.begin());
    apertures_.push_back(std::make_unique<Aperture>(wanted));
    return *apertures_.back();
  }

  Result<ScanGrade> scan(const GreyImage& picture, const GradeOptions& options,
                         std::vector<std::string>& remarks) {
    const auto found = PACKTRAIL_TRY(find(picture));
    std::optional<ScanGrade> best;
    for (const Found& symbol : found) {
      for (ModuleGrid& grid : fit_grid(picture, symbol.tone, symbol.corners)) {
        // A place that merely looks like a symbol must look very much like one.
        if (symbol.identifier.empty() && grid.agreement < 0.6) continue;
        ScanGrade result = at_best_aperture(picture, options, symbol, grid);
        const bool decoded = !result.errors_per_block.empty();
        if (!best || decoded) best = std::move(result);
        if (decoded) break;
      }
      if (best && !best->errors_per_block.empty()) break;
    }
    if (!best) {
      return Error{.code = Errc::NotFound,
                   .message = "no DataMatrix is to be seen",
                   .field = "picture",
                   .remedy = "check focus, light and that the whole symbol is in the picture"};
    }
    add_remarks(picture, options, *best, remarks);
    if (shows_another(picture, found.front().corners)) {
      add_once(remarks, "the picture shows more than one symbol: one of them is graded");
    }
    return std::move(*best);
  }

  bool shows_another(const GreyImage& picture, const std::array<Point, 4>& corners) {
    const float edge = std::hypot(corners[1].x - corners[0].x, corners[1].y - corners[0].y);
    const float side = std::hypot(corners[3].x - corners[0].x, corners[3].y - corners[0].y);
    if (static_cast<float>(picture.pixels.size()) < kRoomForAnother * edge * side) return false;
    GreyImage beside = picture;
    blank(beside, corners);
    return quick_.read(beside).has_value();
  }

  static double pixels_per_mm(const GradeOptions& options, const ModuleGrid& grid) {
    if (options.pixels_per_mm) return *options.pixels_per_mm;
    if (options.x_dimension_mm) {
      return (grid.x_pixels + grid.y_pixels) / 2 / *options.x_dimension_mm;
    }
    return 0;
  }

  ScanGrade at_best_aperture(const GreyImage& picture, const GradeOptions& options,
                             const Found& symbol, const ModuleGrid& grid) {
    const double x = (grid.x_pixels + grid.y_pixels) / 2;
    const double scale = pixels_per_mm(options, grid);
    std::vector<double> diameters;
    if (options.edition == Edition::Iso29158) {
      diameters = {0.8 * x, 0.5 * x};
    } else if (options.aperture_mil && scale > 0) {
      diameters = {*options.aperture_mil * kMil * scale};
    } else {
      diameters = {kRelativeAperture * x};
    }
    std::optional<ScanGrade> best;
    for (const double diameter : diameters) {
      ScanGrade result{
          0,           grid,           symbol.tone, 0, 0, 0, 0, {}, {}, {}, {}, symbol.identifier,
          symbol.data, symbol.mirrored};
      Scan scan(picture, options, aperture(diameter), result);
      (void)scan.measure();
      scan.grade();
      if (best && result.grade <= best->grade) continue;
      best = std::move(result);
    }
    return std::move(*best);
  }

  static void add_remarks(const GreyImage& picture, const GradeOptions& options,
                          const ScanGrade& scan, std::vector<std::string>& remarks) {
    if (scan.errors_per_block.empty() && scan.mirrored) {
      add_once(remarks,
               "the symbol is mirrored: only the upright form is graded, so it has grade 0");
    } else if (scan.errors_per_block.empty()) {
      add_once(remarks, scan.identifier.empty()
                            ? "a symbol is there but could not be read: grade 0"
                            : "read with picture enhancement only; without it, as a verifier "
                              "reads, the symbol does not decode: grade 0");
    }
    if (!scan.identifier.empty() && scan.identifier != "]d2") {
      add_once(remarks, "not a GS1 symbol: its identifier is " + scan.identifier + ", not ]d2");
    }
    if (options.edition != Edition::Iso29158 && pixels_per_mm(options, scan.grid) <= 0) {
      add_once(
          remarks,
          options.aperture_mil
              ? "the scale is not known, so the aperture is 0.8 of a module instead of what was "
                "asked for"
              : "the scale is not known, so the aperture is 0.8 of a module");
    }
    if (options.pixels_per_mm && options.x_dimension_mm) {
      const double measured =
          (scan.grid.x_pixels + scan.grid.y_pixels) / 2 / *options.pixels_per_mm;
      if (std::abs(measured / *options.x_dimension_mm - 1) > kScaleApart) {
        add_once(remarks, fmt::format("at the given scale a module measures {:.2f} mm, not the "
                                      "given {:.2f} mm; the scale counts",
                                      measured, *options.x_dimension_mm));
      }
    }
    const double x = std::min(scan.grid.x_pixels, scan.grid.y_pixels);
    if (x < kFewPixels) {
      add_once(remarks, fmt::format("only {:.1f} pixels per module: positions and modulation are "
                                    "coarse below {:.0f}",
                                    x, kFewPixels));
    }
    if (!quiet_zone_in_picture(picture, scan.grid)) {
      add_once(remarks, "the quiet zone reaches beyond the picture");
    }
    if (!options.calibration) {
      std::size_t white = 0;
      for (const std::uint8_t pixel : picture.pixels) white += pixel == 255;
      if (white * 100 > picture.pixels.size() && scan.r_max >= 0.999) {
        add_once(remarks,
                 "the light parts are at the end of the camera's range, perhaps beyond it");
      }
    }
  }

  SymbolReader reader_;
  SymbolReader quick_{{.attempts_max = kQuickAttempts, .try_inverted = false}};
  Locator locator_;
  std::vector<std::unique_ptr<Aperture>> apertures_;
};

Grader::Grader() : work_(std::make_unique<Work>()) {}
Grader::~Grader() = default;
Grader::Grader(Grader&&) noexcept = default;
Grader& Grader::operator=(Grader&&) noexcept = default;

Result<GradeReport> Grader::grade(std::span<const GreyImage> pictures,
                                  const GradeOptions& options) {
  return work_->grade(pictures, options);
}

Result<GradeReport> grade(const GreyImage& picture, const GradeOptions& options) {
  return Grader().grade({&picture, 1}, options);
}

}  // namespace packtrail::symbology
