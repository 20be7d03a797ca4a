// gs1/lot.h - batch or lot number, AI (10): X..20, CSET 82 (GenSpecs 3.4.1).
//
// Case matters, leading zeros matter. Parsing, text() and limits: gs1/component_text.h.
#pragma once

#include "gs1/component_text.h"

namespace packtrail::gs1 {

struct LotTag {
  static constexpr std::string_view kAi = "10";
  static constexpr std::string_view kName = "batch or lot number";
  static constexpr std::size_t kSizeMax = 20;
};
using Lot = ComponentText<LotTag>;

}  // namespace packtrail::gs1
