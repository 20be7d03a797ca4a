#include "symbology/grade/scale.h"

#include <algorithm>
#include <cmath>

namespace packtrail::symbology {
namespace {

constexpr double kSlack = 1e-6;

}  // namespace

double cut(double grade, Steps steps) {
  if (!std::isfinite(grade)) return 0;
  const double limited = std::clamp(grade, 0.0, 4.0) + kSlack;
  return steps == Steps::Whole ? std::floor(limited) : std::floor(limited * 10) / 10;
}

char letter_of(double grade) {
  constexpr double kLimits[] = {3.5, 2.5, 1.5, 0.5};
  constexpr char kLetters[] = {'A', 'B', 'C', 'D'};
  for (int i = 0; i < 4; ++i) {
    if (grade + kSlack >= kLimits[i]) return kLetters[i];
  }
  return 'F';
}

double GradeScale::unlimited(double value) const {
  // As if higher were better.
  const double sign = better == Better::Higher ? 1 : -1;
  const double v = sign * value;
  for (std::size_t i = 0; i < 3; ++i) {
    const double upper = sign * limits[i], lower = sign * limits[i + 1];
    if (v < lower && i < 2) continue;
    return 4 - static_cast<double>(i) + (v - upper) / (upper - lower);
  }
  return 0;
}

double GradeScale::grade(double value, Steps steps) const {
  if (!std::isfinite(value)) return 0;
  const double slack = better == Better::StrictlyLower ? -1e-9 : 1e-9;
  const double sign = better == Better::Higher ? 1 : -1;
  if (sign * value + slack < sign * limits[3]) return 0;
  double continuous = unlimited(value);
  if (better == Better::StrictlyLower) continuous -= 2 * kSlack;
  return cut(std::max(continuous, 1.0), steps);
}

}  // namespace packtrail::symbology
