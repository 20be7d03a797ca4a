// symbology/grade/causes.h - what a low grade means on the line, in words.
//
// Thread safety: free functions. Cost: one pass over the modules.
#pragma once

#include <vector>

#include "symbology/grade/report.h"

namespace packtrail::symbology {

[[nodiscard]] const char* means_of(Parameter parameter);
[[nodiscard]] const char* to_do_of(Parameter parameter);
// Likely causes, likeliest first, from the pattern of damage and the measured values of every scan.
// Empty when nothing costs a grade.
[[nodiscard]] std::vector<Cause> causes_of(const GradeReport& report);

}  // namespace packtrail::symbology
