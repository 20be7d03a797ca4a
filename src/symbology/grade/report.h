// symbology/grade/report.h - what a grade consists of: parameters, segments, modules, causes.
//
// Thread safety: values. Cost: a scan of a 24x24 symbol holds some 30 KB.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "symbology/grade/grid.h"

namespace packtrail::symbology {

enum class Edition : std::uint8_t {
  Iso15415_2011,  // Grades 4, 3, 2, 1, 0.
  Iso15415_2024,  // 4.0 to 0.0 in steps of 0.1.
  Iso29158,       // Direct part marks, in steps of 0.1 as from its 2020 edition.
};
[[nodiscard]] const char* to_string(Edition edition);  // "ISO/IEC 15415:2011", ...

enum class Parameter : std::uint8_t {
  Decode,
  SymbolContrast,      // Rmax - Rmin, 0..1. Not in 29158.
  Modulation,          // Value: lowest of the data modules. Not in 29158.
  ReflectanceMargin,   // As modulation, wrong modules 0. Not in 29158.
  CellContrast,        // 29158 only.
  CellModulation,      // 29158 only.
  MinimumReflectance,  // 29158 only.
  FixedPatternDamage,  // Value: mean of the segment grades.
  AxialNonuniformity,
  GridNonuniformity,      // In modules.
  UnusedErrorCorrection,  // 0..1, of the worst block.
  PrintGrowthX,           // Reported, not graded. 0 is right, 1 a dark module at its largest.
  PrintGrowthY,
};
[[nodiscard]] const char* key_of(Parameter parameter);    // "symbol_contrast": stable.
[[nodiscard]] const char* title_of(Parameter parameter);  // "Symbol contrast (SC)".

struct ParameterGrade {
  Parameter parameter;
  double value;
  double grade;       // 0.0..4.0; of print growth what it would be, but it does not count.
  bool counts;        // In the overall grade.
  double unlimited;   // The grade without limits or steps, for trends (grade/trend.h).
  const char* means;  // What is measured, one sentence.
  const char* to_do;  // What to look at when it is low, one sentence.
};

// A part of the fixed pattern with its own damage grade.
struct Segment {
  std::string name;  // "L1", "L2", "QZL1", "QZL2", "CTSA"; parts of larger symbols "L1/2", ...
  double damage;     // Share of modules with the wrong colour.
  double grade;
};

// What was found at a module, or at a place of the quiet zone one module wide.
struct ModuleFinding {
  float reflectance;
  float modulation;    // 0..1 of ISO/IEC 15415 (29158: cell modulation), the wrong colour ignored.
  std::uint8_t level;  // Its grade in tenths; 0 where the colour is wrong.
  bool dark;           // As printed.
  bool wrong;          // Against the corrected data, the fixed pattern or the quiet zone.
};

// One picture's grade.
struct ScanGrade {
  double grade;
  ModuleGrid grid;
  Tone tone;
  double aperture_pixels;
  double r_max, r_min, threshold;  // Reflectance.
  std::vector<ParameterGrade> parameters;
  std::vector<Segment> segments;  // The five first, then parts, then the average grade ("AG"/"DD").
  std::vector<int> errors_per_block;  // Codewords; empty when the symbol did not decode.
  std::vector<ModuleFinding> modules;
  std::string identifier;  // "]d2"; empty when the symbol could not be read.
  Bytes data;
  bool mirrored = false;  // Read, but wrong way round: its grade is 0.

  // -1 <= column <= columns, -1 <= row <= rows: the ring around the symbol is the quiet zone.
  [[nodiscard]] const ModuleFinding& module(int column, int row) const {
    return modules[static_cast<std::size_t>((row + 1) * (grid.size.columns + 2) + column + 1)];
  }
  // Null when the edition does not have it.
  [[nodiscard]] const ParameterGrade* find(Parameter parameter) const;
};

// A likely cause of a low grade, in words for a line mechanic.
struct Cause {
  const char* key;   // "print_head_pin", "ribbon_heat", "quiet_zone", ...: stable.
  std::string text;  // "Print head pin: column 7 prints too light over its whole length ..."
};

struct GradeReport {
  Edition edition;
  double grade;                      // Mean over the scans, one decimal.
  char letter;                       // 'A'..'F'.
  std::string text;                  // "3.0/08/660": grade/aperture[,..]/wavelength[/light].
  bool estimate;                     // True unless reflectance was calibrated.
  std::vector<std::string> remarks;  // What limits the result, in order of weight.
  std::vector<Cause> causes;         // Likeliest first; empty for a good symbol.
  std::vector<ScanGrade> scans;      // One per picture.
};

}  // namespace packtrail::symbology
