// symbology/grade/picture.h - a picture that shows where a symbol loses its grade.
//
// The symbol as it was graded, upright and enlarged: on the left as the camera saw it with the grid
// drawn, on the right every module with its modulation grade as colour, hatching and digit, wrong
// modules crossed out, damage of the fixed pattern and the quiet zone framed. A legend and the
// likely causes stand beside it. No information is in colour alone.
//
// Thread safety: free functions. Cost: some 20 ms for the PNG.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "symbology/grade/report.h"
#include "symbology/image.h"

namespace packtrail::symbology {

// An 8-bit RGB PNG of scan `index` of the report; `picture` is what was graded there. Fails with
// InvalidArgument when there is no such scan, and as check_image.
[[nodiscard]] Result<Bytes> grade_picture(const GreyImage& picture, const GradeReport& report,
                                          std::size_t index = 0);

}  // namespace packtrail::symbology
