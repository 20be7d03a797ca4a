#include <fmt/format.h>
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <memory>

#include "cli/nouns.h"
#include "cli/picture_file.h"
#include "cli/print_output.h"
#include "cli/terminal.h"
#include "symbology/grade/grade.h"
#include "symbology/grade/picture.h"
#include "symbology/grade/trend.h"

namespace packtrail::cli {
namespace {

namespace sym = symbology;

constexpr std::size_t kRunMax = 1'000'000;  // Pictures of a run.

struct Options {
  std::vector<std::filesystem::path> files;
  std::string edition = "2011", light = "45Q", calibrate;
  double aperture_mil = 0, dpi = 0, x_mm = 0, minimum = 1.5;
  int wavelength = 660, warn_packs = 100, batch = 5;
  std::filesystem::path picture;
  bool json = false, run = false;
};

// "240,20" greys of white and black, or "240:0.85,20:0.03" with their reflectances.
Result<sym::Calibration> calibration_of(std::string_view text) {
  sym::Calibration out;
  const Error bad{
      .message = "'" + std::string(text) + "' is no calibration",
      .field = "--calibrate",
      .rule = "greys of white and black, 240,20, or with reflectances 240:0.85,20:0.03"};
  const std::size_t comma = text.find(',');
  if (comma == std::string_view::npos) return bad;
  const auto number = [](std::string_view part, double& value) {
    const auto [end, failed] = std::from_chars(part.data(), part.data() + part.size(), value);
    return failed == std::errc() && end == part.data() + part.size();
  };
  const auto point = [&](std::string_view part, double& grey, double& reflectance) {
    const std::size_t colon = part.find(':');
    if (colon == std::string_view::npos) return number(part, grey);
    return number(part.substr(0, colon), grey) && number(part.substr(colon + 1), reflectance);
  };
  if (!point(text.substr(0, comma), out.grey_white, out.reflectance_white) ||
      !point(text.substr(comma + 1), out.grey_black, out.reflectance_black)) {
    return bad;
  }
  return out;
}

Result<sym::GradeOptions> grade_options(const Options& options) {
  sym::GradeOptions out;
  if (options.edition == "2011") {
    out.edition = sym::Edition::Iso15415_2011;
  } else if (options.edition == "2024") {
    out.edition = sym::Edition::Iso15415_2024;
  } else if (options.edition == "29158") {
    out.edition = sym::Edition::Iso29158;
  } else {
    return Error{.message = "there is no edition '" + options.edition + "'",
                 .field = "--edition",
                 .rule = "2011 and 2024 of ISO/IEC 15415, or 29158 for direct marks"};
  }
  if (options.minimum < 0 || options.minimum > 4 || !std::isfinite(options.minimum)) {
    return Error{.message = "a least grade is 0.0 to 4.0", .field = "--min"};
  }
  if (options.aperture_mil != 0) out.aperture_mil = options.aperture_mil;
  if (options.dpi != 0) out.pixels_per_mm = options.dpi / 25.4;
  if (options.x_mm != 0) out.x_dimension_mm = options.x_mm;
  out.wavelength_nm = options.wavelength;
  out.light = options.light;
  if (!options.calibrate.empty()) {
    out.calibration = PACKTRAIL_TRY(calibration_of(options.calibrate));
  }
  return out;
}

// Whole numbers as such and others with at most six digits, so that a text stays the same from one
// machine to the next.
double rounded(double value) { return std::round(value * 1e6) / 1e6; }

boost::json::object json_of(const sym::ScanGrade& scan, const std::filesystem::path& file) {
  boost::json::array parameters, segments, errors;
  for (const sym::ParameterGrade& each : scan.parameters) {
    parameters.push_back(boost::json::object{{"parameter", sym::key_of(each.parameter)},
                                             {"title", sym::title_of(each.parameter)},
                                             {"value", rounded(each.value)},
                                             {"grade", rounded(each.grade)},
                                             {"counts", each.counts},
                                             {"means", each.means},
                                             {"to_do", each.to_do}});
  }
  for (const sym::Segment& each : scan.segments) {
    segments.push_back(boost::json::object{
        {"segment", each.name}, {"damage", rounded(each.damage)}, {"grade", rounded(each.grade)}});
  }
  for (const int count : scan.errors_per_block) errors.push_back(count);
  return {{"file", name_of(file)},
          {"grade", rounded(scan.grade)},
          {"decoded", !scan.errors_per_block.empty()},
          {"identifier", scan.identifier},
          {"columns", scan.grid.size.columns},
          {"rows", scan.grid.size.rows},
          {"light_on_dark", scan.tone == sym::Tone::LightOnDark},
          {"mirrored", scan.mirrored},
          {"module_pixels",
           boost::json::array{rounded(scan.grid.x_pixels), rounded(scan.grid.y_pixels)}},
          {"aperture_pixels", scan.aperture_pixels},
          {"reflectance", boost::json::object{{"max", rounded(scan.r_max)},
                                              {"min", rounded(scan.r_min)},
                                              {"threshold", rounded(scan.threshold)}}},
          {"parameters", std::move(parameters)},
          {"segments", std::move(segments)},
          {"errors_per_block", std::move(errors)}};
}

boost::json::object json_of(const sym::GradeReport& report, const Options& options,
                            std::size_t first_file) {
  boost::json::array scans, remarks, causes;
  for (std::size_t i = 0; i < report.scans.size(); ++i) {
    scans.push_back(json_of(report.scans[i], options.files[first_file + i]));
  }
  for (const std::string& remark : report.remarks) remarks.push_back(boost::json::string(remark));
  for (const sym::Cause& cause : report.causes) {
    causes.push_back(boost::json::object{{"cause", cause.key}, {"text", cause.text}});
  }
  return {{"result", report.text},
          {"grade", rounded(report.grade)},
          {"letter", std::string(1, report.letter)},
          {"edition", sym::to_string(report.edition)},
          {"estimate", report.estimate},
          {"min", rounded(options.minimum)},
          {"pass", report.grade + 1e-9 >= options.minimum},
          {"remarks", std::move(remarks)},
          {"causes", std::move(causes)},
          {"scans", std::move(scans)}};
}

std::string value_text(const sym::ParameterGrade& each) {
  switch (each.parameter) {
    case sym::Parameter::Decode:
      return each.value > 0 ? "yes" : "no";
    case sym::Parameter::FixedPatternDamage:
      return "";
    case sym::Parameter::GridNonuniformity:
      return fmt::format("{:.2f} X", each.value);
    case sym::Parameter::PrintGrowthX:
    case sym::Parameter::PrintGrowthY:
      return fmt::format("{:+.2f}",
                         std::abs(each.value) < 0.005 ? 0.0 : each.value);  // No "-0.00".
    default:
      return fmt::format("{:.0f} %", 100 * each.value);
  }
}

void print(const sym::GradeReport& report, const Options& options) {
  fmt::print("{} ({})  {}{}\n", report.text, report.letter, sym::to_string(report.edition),
             report.estimate ? "  estimate" : "");
  for (std::size_t i = 0; i < report.scans.size(); ++i) {
    const sym::ScanGrade& scan = report.scans[i];
    if (report.scans.size() > 1) fmt::print("{}\n", printable(name_of(options.files[i])));
    fmt::print("{}x{} modules of {:.1f} x {:.1f} pixels{}{}, grade {:.1f}\n", scan.grid.size.rows,
               scan.grid.size.columns, scan.grid.x_pixels, scan.grid.y_pixels,
               scan.tone == sym::Tone::LightOnDark ? ", light on dark" : "",
               scan.mirrored ? ", mirrored" : "", scan.grade);
    for (const sym::ParameterGrade& each : scan.parameters) {
      fmt::print("  {:<30}{:>8}  {}\n", sym::title_of(each.parameter), value_text(each),
                 each.counts ? fmt::format("{:.1f}", each.grade) : std::string("-"));
    }
    std::string segments;
    for (const sym::Segment& each : scan.segments) {
      if (each.name.find('/') != std::string::npos && each.grade > 3.95) continue;
      segments += fmt::format(" {} {:.1f}", each.name, each.grade);
    }
    fmt::print("  fixed pattern:{}\n", segments);
  }
  for (const sym::Cause& cause : report.causes) fmt::print("cause: {}\n", cause.text);
  for (const std::string& remark : report.remarks) fmt::print("note: {}\n", remark);
}

// The grader names the picture that it refuses, "picture" or "picture 2"; people know the file.
Error with_file(Error error, const Options& options) {
  constexpr std::string_view kPicture = "picture";
  if (!error.field.starts_with(kPicture)) return error;
  std::size_t number = 1;
  if (error.field.size() > kPicture.size()) {
    const char* const end = error.field.data() + error.field.size();
    const auto [stop, failed] =
        std::from_chars(error.field.data() + kPicture.size() + 1, end, number);
    if (failed != std::errc() || stop != end) return error;
  }
  if (number >= 1 && number <= options.files.size()) {
    error.field = name_of(options.files[number - 1]);
  }
  return error;
}

// The pictures show one symbol.
Result<int> grade_one(const Options& options, const sym::GradeOptions& how) {
  std::vector<sym::GreyImage> pictures;
  for (const auto& file : options.files) pictures.push_back(PACKTRAIL_TRY(read_picture(file)));
  sym::Grader grader;
  auto graded = grader.grade(pictures, how);
  if (!graded) return with_file(std::move(graded).error(), options);
  const sym::GradeReport& report = *graded;
  if (!options.picture.empty()) {
    const Bytes png = PACKTRAIL_TRY(sym::grade_picture(pictures.front(), report));
    PACKTRAIL_TRY(deliver(png, options.picture));
  }
  if (options.json) {
    fmt::print("{}\n", boost::json::serialize(json_of(report, options, 0)));
  } else {
    print(report, options);
  }
  return report.grade + 1e-9 >= options.minimum ? kOk : kSaidNo;
}

// The pictures show one pack after the other; a pack whose picture cannot be read or graded has
// failed, and the run goes on.
Result<int> grade_run(const Options& options, const sym::GradeOptions& how) {
  if (options.files.size() > kRunMax) {
    return Error{.code = Errc::ResourceExhausted,
                 .message = "too many pictures in one run",
                 .field = "FILE",
                 .rule = "kRunMax 1,000,000"};
  }
  sym::Grader grader;
  sym::RunTrend trend({options.minimum, options.warn_packs, options.batch});
  int code = kOk;
  for (std::size_t i = 0; i < options.files.size(); ++i) {
    const std::string name = name_of(options.files[i]);
    const auto picture = read_picture(options.files[i]);
    const auto report =
        picture ? grader.grade({&*picture, 1}, how) : Result<sym::GradeReport>(picture.error());
    if (!report) {
      // Options that no picture can be graded with end the run.
      if (picture && report.error().code == Errc::InvalidArgument) return report.error();
      code = kSaidNo;
      if (options.json) {
        fmt::print("{}\n", boost::json::serialize(boost::json::object{
                               {"file", name}, {"error", as_unicode(report.error().message)}}));
      } else {
        fmt::print("{}  failed: {}\n", printable(name), printable(report.error().message));
      }
      continue;
    }
    if (report->grade + 1e-9 < options.minimum) code = kSaidNo;
    const auto warnings = trend.add(*report);
    if (options.json) {
      boost::json::object line = json_of(*report, options, i);
      boost::json::array shown;
      for (const sym::TrendWarning& each : warnings) {
        shown.push_back(boost::json::object{{"parameter", sym::key_of(each.parameter)},
                                            {"state", sym::to_string(each.state)},
                                            {"packs_left", each.packs_left},
                                            {"to_do", each.to_do}});
      }
      line["warnings"] = std::move(shown);
      fmt::print("{}\n", boost::json::serialize(line));
      continue;
    }
    fmt::print("{}  {} ({})  {}{}  {}\n", printable(name), report->text, report->letter,
               sym::to_string(report->edition), report->estimate ? "  estimate" : "",
               report->grade + 1e-9 >= options.minimum ? "pass" : "fail");
    for (const sym::TrendWarning& each : warnings) {
      fmt::print("  warning: {} {}, about {} packs left. {}\n", sym::title_of(each.parameter),
                 sym::to_string(each.state), each.packs_left, each.to_do);
    }
  }
  return code;
}

Result<int> run(const Options& options) {
  const sym::GradeOptions how = PACKTRAIL_TRY(grade_options(options));
  if (options.run && !options.picture.empty()) {
    return Error{.message = "--picture shows one symbol, --run grades many", .field = "--picture"};
  }
  return options.run ? grade_run(options, how) : grade_one(options, how);
}

}  // namespace

void add_symbol_grade(CLI::App& symbol, const Nouns& nouns) {
  auto* command = symbol.add_subcommand(
      "grade", "Grade the print quality of a DataMatrix (an estimate unless calibrated)");
  const auto options = std::make_shared<Options>();
  command->add_option("FILE", options->files, "PNG pictures of one symbol; the grades are averaged")
      ->required();
  command
      ->add_option("--edition", options->edition,
                   "2011 or 2024 of ISO/IEC 15415, or 29158 for direct marks")
      ->capture_default_str();
  command
      ->add_option("--aperture-mil", options->aperture_mil,
                   "Diameter of the aperture; needs --dpi or --x-mm. 0.8 of a module without")
      ->check(CLI::Range(1.0, 200.0));
  command->add_option("--dpi", options->dpi, "Pixels per inch of the picture")
      ->check(CLI::Range(13.0, 50'800.0));
  command->add_option("--x-mm", options->x_mm, "Width of one module")
      ->check(CLI::Range(0.05, 10.0));
  command->add_option("--wavelength", options->wavelength, "Of the light, in nm")
      ->capture_default_str();
  command->add_option("--light", options->light, "Angle and sides of the light: 45Q, 30T, 90, D")
      ->capture_default_str();
  command->add_option("--calibrate", options->calibrate,
                      "Greys of white and black: 240,20, or with reflectances 240:0.85,20:0.03");
  command->add_option("--min", options->minimum, "Least grade; exit code 3 below")
      ->capture_default_str();
  command->add_option("--picture", options->picture, "Write a PNG that shows what costs the grade");
  command->add_flag("--run", options->run,
                    "The pictures are packs in the order of printing: warn before they fail");
  command->add_option("--warn-packs", options->warn_packs, "With --run: how long before")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command->add_option("--batch", options->batch, "With --run: packs per mean, 16 means per trend")
      ->check(CLI::Range(2, 10'000))
      ->capture_default_str();
  command->add_flag("--json", options->json,
                    "Everything, as one JSON object (with --run per pack)");
  command->callback([options, &code = nouns.code] {
    const auto outcome = run(*options);
    if (outcome) {
      code = *outcome;
      return;
    }
    const Error& error = outcome.error();
    const auto file = std::find_if(options->files.begin(), options->files.end(),
                                   [&](const auto& each) { return name_of(each) == error.field; });
    if (file == options->files.end()) {
      print_error(error);
    } else {
      print_file_error(*file, error, options->json ? ErrorForm::Json : ErrorForm::Text);
    }
    if (error.code == Errc::InvalidArgument && error.field.starts_with("--")) {
      code = kUsage;
    } else {  // A symbol that is not graded yet is no conflict.
      code = error.code == Errc::FailedPrecondition ? kFailed : exit_code(error.code);
    }
  });
}

}  // namespace packtrail::cli
