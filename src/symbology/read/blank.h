// symbology/read/blank.h - the place of a symbol that was read, and white over it. Not for other
// rooms than symbology_grade.
//
// A linear symbol is reported as the one line that was read. Its bars go on above and below; the
// whole of it must be known before another symbol is looked for, or the same bars are read again,
// and no more than that, or a symbol stacked on it is wiped out with it.
//
// Thread safety: free functions. Cost: the pixels of the symbol, a few times each.
#pragma once

#include <array>

#include "symbology/image.h"
#include "symbology/read/reader.h"

namespace packtrail::symbology {

// Code 128 and ITF, by the symbology identifier.
[[nodiscard]] bool is_linear(const Symbol& symbol);

// The corners of the linear symbol through whose bars `line` runs, from its first corner to its
// second (the others are not looked at): the line grown to both sides while the grey values along
// it stay alike, up to noise, tilt and short gaps. Never less than a pixel high; a line beyond the
// picture comes back as it is.
[[nodiscard]] std::array<Point, 4> linear_outline(const GreyImage& picture,
                                                  const std::array<Point, 4>& line);

// Fills the convex quadrilateral, widened by a few pixels, with the lightest grey of the picture.
void blank(GreyImage& picture, const std::array<Point, 4>& corners);

}  // namespace packtrail::symbology
