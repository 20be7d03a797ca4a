// symbology/read/second_opinion.h - what libdmtx makes of a picture.
//
// Asked only about an answer that one rung gave and that could be chance: over the rows of the
// degradation table libdmtx read nothing that the ladder had not read (docs/user/reading.md), at
// five to forty milliseconds a picture.
//
// Thread safety: free functions. Cost: bounded by kOpinionPixelsMax; libdmtx gets no time limit, so
// that the same picture always gives the same answer.
#pragma once

#include <cstddef>
#include <optional>

#include "base/bytes.h"
#include "symbology/image.h"

namespace packtrail::symbology {

inline constexpr std::size_t kOpinionPixelsMax = std::size_t{300} * 300;

struct Opinion {
  bool is_gs1 = false;  // FNC1 comes first.
  Bytes data;           // Without that FNC1; separators are GS, 0x1D.
};

// The first DataMatrix that libdmtx finds; empty when it finds none, and for a picture of more than
// kOpinionPixelsMax pixels or one that check_image refuses.
[[nodiscard]] std::optional<Opinion> second_opinion(const GreyImage& picture);

}  // namespace packtrail::symbology
