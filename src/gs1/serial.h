// gs1/serial.h - serial number, AI (21): X..20, CSET 82 (GenSpecs 3.5.2).
//
// Case matters, leading zeros matter. Parsing, text() and limits: gs1/component_text.h.
#pragma once

#include "gs1/component_text.h"

namespace packtrail::gs1 {

struct SerialNumberTag {
  static constexpr std::string_view kAi = "21";
  static constexpr std::string_view kName = "serial number";
  static constexpr std::size_t kSizeMax = 20;
};
using SerialNumber = ComponentText<SerialNumberTag>;

}  // namespace packtrail::gs1
