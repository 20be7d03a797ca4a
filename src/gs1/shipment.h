// gs1/shipment.h - shipments (GSIN, AI 402), consignments (GINC, AI 401), parties (PGLN, AI 417).
//
// GenSpecs 3.7.1, 3.7.2 and 3.7.9. Thread safety: immutable values. Cost: at most 31 bytes, no
// heap.
#pragma once

#include <compare>
#include <cstddef>
#include <string_view>

#include "gs1/component_text.h"
#include "gs1/digit_key.h"

namespace packtrail::gs1 {

struct GsinTag {
  static constexpr std::string_view kAi = "402";
  static constexpr std::string_view kName = "GSIN";
  static constexpr std::size_t kSize = 17;
};
using Gsin = DigitKey<GsinTag>;  // What one seller ships to one buyer under one despatch advice.

struct GincTag {
  static constexpr std::string_view kAi = "401";
  static constexpr std::string_view kName = "GINC";
  static constexpr std::size_t kSizeMax = 30;
};
using Ginc = ComponentText<GincTag>;  // Company prefix and the forwarder's reference, X..30.

struct PglnTag {
  static constexpr std::string_view kAi = "417";
  static constexpr std::string_view kName = "party GLN";
  static constexpr std::size_t kSize = 13;
};
using Pgln = DigitKey<PglnTag>;  // A GLN that names a party, not a place.

}  // namespace packtrail::gs1
