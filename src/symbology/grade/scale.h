// symbology/grade/scale.h - from a measured value to a grade, by edition.
//
// ISO/IEC 15415:2011 gives whole grades 4..0 (A..F); the 2024 edition grades in steps of 0.1,
// linearly between the same thresholds. Which of the numbers here come from the standards' text and
// which from secondary sources is listed in docs/user/grading.md.
//
// Thread safety: free functions, constants.
#pragma once

#include <array>
#include <cstdint>

namespace packtrail::symbology {

enum class Steps : std::uint8_t { Whole, Tenths };

// Thresholds of grades 4, 3, 2, 1; below the last the grade is 0 in both editions.
struct GradeScale {
  enum class Better : std::uint8_t { Higher, Lower, StrictlyLower };  // "<" instead of "<=".
  std::array<double, 4> limits;
  Better better;

  // 0.0 .. 4.0; tenths are cut off, not rounded. A value that is not finite has grade 0.
  [[nodiscard]] double grade(double value, Steps steps) const;
  // As grade() in tenths, but neither cut nor limited: the first interval goes on above 4, the last
  // below 1. For trends, which must see a fall before it costs a grade.
  [[nodiscard]] double unlimited(double value) const;
};

inline constexpr GradeScale kSymbolContrast{{0.70, 0.55, 0.40, 0.20}, GradeScale::Better::Higher};
inline constexpr GradeScale kModulation{{0.50, 0.40, 0.30, 0.20}, GradeScale::Better::Higher};
inline constexpr GradeScale kUnusedCorrection{{0.62, 0.50, 0.37, 0.25}, GradeScale::Better::Higher};
inline constexpr GradeScale kAxial{{0.06, 0.08, 0.10, 0.12}, GradeScale::Better::Lower};
inline constexpr GradeScale kGrid{{0.38, 0.50, 0.63, 0.75}, GradeScale::Better::Lower};
inline constexpr GradeScale kCellContrast{{0.30, 0.25, 0.20, 0.15}, GradeScale::Better::Higher};
// Share of damaged modules in a side of the L or its quiet zone (16022, table M.1).
inline constexpr GradeScale kSideDamage{{0.0, 0.09, 0.13, 0.17}, GradeScale::Better::Lower};
// Of a clock track, and of the solid area beside it.
inline constexpr GradeScale kTrackDamage{{0.10, 0.15, 0.20, 0.25},
                                         GradeScale::Better::StrictlyLower};
inline constexpr GradeScale kTransitions{{0.06, 0.08, 0.10, 0.12},
                                         GradeScale::Better::StrictlyLower};
// Mean of the five segment grades.
inline constexpr GradeScale kAverage{{4.0, 3.5, 3.0, 2.5}, GradeScale::Better::Higher};
// Print growth, reported only: |D'|.
inline constexpr GradeScale kGrowth{{0.50, 0.70, 0.85, 1.00}, GradeScale::Better::Lower};

// Cut down to whole grades or tenths; 1e-6 below a step still counts as the step.
[[nodiscard]] double cut(double grade, Steps steps);
// 'A' for 3.5 and above, 'B' 2.5, 'C' 1.5, 'D' 0.5, else 'F'.
[[nodiscard]] char letter_of(double grade);

}  // namespace packtrail::symbology
