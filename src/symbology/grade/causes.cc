#include "symbology/grade/causes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace packtrail::symbology {
namespace {

struct Words {
  Parameter parameter;
  const char* key;
  const char* title;
  const char* means;
  const char* to_do;
};

constexpr std::array<Words, 13> kWords = {{
    {Parameter::Decode, "decode", "Decode",
     "Whether the symbol decodes without picture enhancement.",
     "Look at the other parameters: the lowest one says why."},
    {Parameter::SymbolContrast, "symbol_contrast", "Symbol contrast (SC)",
     "How far the lightest and the darkest place of symbol and quiet zone are apart.",
     "Ribbon, ink or laser energy; substrate and varnish; light of the camera."},
    {Parameter::Modulation, "modulation", "Modulation (MOD)",
     "Whether every module is clearly dark or clearly light.",
     "Print growth, uneven ink, focus, motion blur."},
    {Parameter::ReflectanceMargin, "reflectance_margin", "Reflectance margin (RM)",
     "As modulation, and modules of the wrong colour count as lost.",
     "Missing or extra ink: print head, dirt, scratches; then as for modulation."},
    {Parameter::CellContrast, "cell_contrast", "Cell contrast (CC)",
     "How far the means of dark and light modules are apart, relative to the light ones.",
     "Marking energy or depth; angle of the light."},
    {Parameter::CellModulation, "cell_modulation", "Cell modulation (CM)",
     "Whether every module is clearly dark or clearly light, against the means of both.",
     "Uneven marking; reflections of the surface."},
    {Parameter::MinimumReflectance, "minimum_reflectance", "Minimum reflectance (MR)",
     "Whether the light modules are bright enough to be trusted.",
     "More light or longer exposure; then calibrate again."},
    {Parameter::FixedPatternDamage, "fixed_pattern_damage", "Fixed pattern damage (FPD)",
     "Damage of the L, its quiet zone and the clock tracks, by which readers find the symbol.",
     "Print head pins, print too near to text or edge, scratches."},
    {Parameter::AxialNonuniformity, "axial_nonuniformity", "Axial nonuniformity (AN)",
     "Whether modules are as wide as high.",
     "Print speed against transport speed; encoder; angle of the camera."},
    {Parameter::GridNonuniformity, "grid_nonuniformity", "Grid nonuniformity (GN)",
     "How far modules lie from an even grid.", "Jerky transport, slipping ribbon, curved surface."},
    {Parameter::UnusedErrorCorrection, "unused_error_correction", "Unused error correction (UEC)",
     "How much of the error correction is left for damage to come.",
     "Something destroys whole modules: print head, dirt, scratches."},
    {Parameter::PrintGrowthX, "print_growth_x", "Print growth, across",
     "Whether dark modules are too wide (+) or too narrow (-). Reported, not graded.",
     "Ribbon heat, pressure, ink amount, laser energy."},
    {Parameter::PrintGrowthY, "print_growth_y", "Print growth, along",
     "Whether dark modules are too high (+) or too low (-). Reported, not graded.",
     "Ribbon heat, pressure, print speed."},
}};

const Words& words_of(Parameter parameter) {
  for (const Words& words : kWords) {
    if (words.parameter == parameter) return words;
  }
  return kWords.front();
}

// A line of the symbol along which what should be dark is light, while elsewhere it is not.
struct LostLine {
  int index = -1;
  double share = 0;
};

LostLine lost_line(const ScanGrade& scan, bool columns) {
  const Ecc200Size& size = scan.grid.size;
  const int lines = columns ? size.columns : size.rows, length = columns ? size.rows : size.columns;
  LostLine worst;
  double all_lost = 0, all_dark = 0, worst_lost = 0, worst_dark = 0;
  for (int line = 0; line < lines; ++line) {
    double lost = 0, dark = 0;
    for (int i = 0; i < length; ++i) {
      const ModuleFinding& module = columns ? scan.module(line, i) : scan.module(i, line);
      const bool should_be_dark = module.dark != module.wrong;
      if (!should_be_dark) continue;
      dark += 1;
      if (module.wrong || module.level < 20) lost += 1;
    }
    all_lost += lost, all_dark += dark;
    const double share = dark >= 4 ? lost / dark : 0;
    if (share > worst.share) worst = {line, share}, worst_lost = lost, worst_dark = dark;
  }
  const double elsewhere =
      all_dark > worst_dark ? (all_lost - worst_lost) / (all_dark - worst_dark) : 0;
  if (worst.share < 0.5 || worst.share < 3 * elsewhere + 0.2) return {};
  return worst;
}

double grade_of(const ScanGrade& scan, Parameter parameter) {
  const ParameterGrade* found = scan.find(parameter);
  return found != nullptr ? found->grade : 4;
}
double value_of(const ScanGrade& scan, Parameter parameter) {
  const ParameterGrade* found = scan.find(parameter);
  return found != nullptr ? found->value : 0;
}

class Findings {
 public:
  explicit Findings(std::vector<Cause>& out) : out_(out) {}
  void add(const char* key, std::string text) {
    for (const Cause& cause : out_) {
      if (std::string_view(cause.key) == key) return;
    }
    out_.push_back({key, std::move(text)});
  }

 private:
  std::vector<Cause>& out_;
};

void causes_of_scan(const ScanGrade& scan, Findings& out) {
  constexpr double kGood = 3.95;
  bool line_lost = false;
  for (const bool columns : {true, false}) {
    const LostLine line = lost_line(scan, columns);
    if (line.index < 0) continue;
    line_lost = true;
    out.add("print_head_pin",
            fmt::format("Print head pin: {} {} of {} prints too light over {:.0f} % of its dark "
                        "modules. Clean the print head; if the line stays, the pin is worn out.",
                        columns ? "column" : "row", line.index + 1,
                        columns ? scan.grid.size.columns : scan.grid.size.rows, 100 * line.share));
  }
  double quiet_wrong = 0, quiet = 0;
  for (int column = -1; column <= scan.grid.size.columns; ++column) {
    for (const int row : {-1, scan.grid.size.rows})
      quiet += 1, quiet_wrong += scan.module(column, row).wrong;
  }
  for (int row = 0; row < scan.grid.size.rows; ++row) {
    for (const int column : {-1, scan.grid.size.columns})
      quiet += 1, quiet_wrong += scan.module(column, row).wrong;
  }
  if (quiet_wrong > 0 && grade_of(scan, Parameter::FixedPatternDamage) < kGood) {
    out.add("quiet_zone",
            fmt::format("Quiet zone: {:.0f} of {:.0f} places within one module around the symbol "
                        "are not clear. Move the symbol away from text, cut edges and creases.",
                        quiet_wrong, quiet));
  }
  const double contrast =
      std::min(grade_of(scan, Parameter::SymbolContrast), grade_of(scan, Parameter::CellContrast));
  if (contrast < kGood) {
    out.add("contrast",
            "Contrast: dark and light are too close together. Check ribbon, ink or laser energy, "
            "the substrate, and the camera's light.");
  }
  const double growth_x = value_of(scan, Parameter::PrintGrowthX);
  const double growth_y = value_of(scan, Parameter::PrintGrowthY);
  const double modulation =
      std::min(grade_of(scan, Parameter::Modulation), grade_of(scan, Parameter::CellModulation));
  const double growth = std::abs(growth_x) > std::abs(growth_y) ? growth_x : growth_y;
  if (growth > 0.5) {
    out.add("ribbon_heat",
            "Ribbon heat: dark modules are too large. Lower heat, pressure or energy.");
  } else if (growth < -0.5) {
    out.add("ribbon_heat_low",
            "Ribbon heat: dark modules are too small. Raise heat, pressure or energy, or print "
            "more slowly.");
  } else if (modulation < kGood && contrast >= 3 && !line_lost) {
    out.add("focus",
            "Focus: modules run into each other though their size is right. Check the camera's "
            "focus and exposure time, then smudges and vibration of the printer.");
  }
  if (grade_of(scan, Parameter::AxialNonuniformity) < kGood) {
    out.add("print_speed",
            fmt::format("Print speed: modules are {:.1f} % {} than {}. Match print speed and "
                        "transport, check the encoder and that the camera looks straight down.",
                        100 * value_of(scan, Parameter::AxialNonuniformity),
                        scan.grid.x_pixels > scan.grid.y_pixels ? "wider" : "higher",
                        scan.grid.x_pixels > scan.grid.y_pixels ? "high" : "wide"));
  }
  if (grade_of(scan, Parameter::GridNonuniformity) < kGood) {
    out.add("transport",
            "Transport: columns or rows are out of place. Look for jerks of the transport, a "
            "slipping ribbon, or a surface that is not flat.");
  }
  if (grade_of(scan, Parameter::UnusedErrorCorrection) < kGood ||
      grade_of(scan, Parameter::FixedPatternDamage) < kGood) {
    out.add("damage",
            "Damage: single modules have the wrong colour. Look for dirt, scratches, ink splashes "
            "and wrinkled ribbon where the picture marks them.");
  }
}

}  // namespace

const char* key_of(Parameter parameter) { return words_of(parameter).key; }
const char* title_of(Parameter parameter) { return words_of(parameter).title; }
const char* means_of(Parameter parameter) { return words_of(parameter).means; }
const char* to_do_of(Parameter parameter) { return words_of(parameter).to_do; }

const char* to_string(Edition edition) {
  switch (edition) {
    case Edition::Iso15415_2011:
      return "ISO/IEC 15415:2011";
    case Edition::Iso15415_2024:
      return "ISO/IEC 15415:2024";
    case Edition::Iso29158:
      return "ISO/IEC 29158";
  }
  return "unknown";
}

std::vector<Cause> causes_of(const GradeReport& report) {
  std::vector<Cause> out;
  Findings findings(out);
  for (const ScanGrade& scan : report.scans) {
    // A mirrored symbol is not measured as it lies: nothing is wrong with its print.
    if (scan.grade < 3.95 && !scan.mirrored) causes_of_scan(scan, findings);
  }
  return out;
}

}  // namespace packtrail::symbology
