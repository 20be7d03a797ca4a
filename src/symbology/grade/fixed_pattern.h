// symbology/grade/fixed_pattern.h - damage of the L, its quiet zone and the clock tracks.
//
// ISO/IEC 16022:2006, annex M with Cor.1:2008: five segments (L1 the left bar, L2 the bottom bar,
// QZL1 and QZL2 the quiet zones beside them, CTSA the clock tracks with the solid areas beside
// them), each graded with the modulation overlay, and the average grade AG. In symbols of several
// data regions the parts of L and quiet zone along each region are segments too, and the tracks and
// bars between regions belong to CTSA.
//
// Thread safety: free function. Cost: some 20 us for 24x24.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "symbology/grade/report.h"
#include "symbology/grade/scale.h"

namespace packtrail::symbology {

// AG counts every level of the overlay; DD of ISO/IEC 29158 leaves out the levels of grade 2.
enum class AverageRule : std::uint8_t { AverageGrade, DistributedDamage };

struct FixedPatternGrade {
  std::vector<Segment> segments;  // The five, then parts, then AG (DD).
  double mean;                    // Of the five segment grades.
  double grade;                   // Least of all.
};

// `modules`: as ScanGrade::modules, with level and wrong set.
[[nodiscard]] FixedPatternGrade grade_fixed_pattern(const Ecc200Size& size,
                                                    const std::vector<ModuleFinding>& modules,
                                                    Steps steps, AverageRule rule);

}  // namespace packtrail::symbology
