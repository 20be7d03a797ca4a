// gs1/asset.h - returnable assets (GRAI, AI 8003), individual assets (GIAI, AI 8004), places
// (SGLN).
//
// Thread safety: immutable values. Cost: at most 31 bytes, no heap.
#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "gs1/component_text.h"
#include "gs1/gln.h"

namespace packtrail::gs1 {

struct GraiSerialTag {
  static constexpr std::string_view kAi = "8003";
  static constexpr std::string_view kName = "GRAI serial";
  static constexpr std::size_t kSizeMax = 16;
};
using GraiSerial = ComponentText<GraiSerialTag>;

// GRAI without the leading zero of AI (8003): 13 digits laid out and checked as a GLN, then an
// optional serial X..16.
struct Grai {
  Gln asset_type;
  std::optional<GraiSerial> serial;

  static Result<Grai> parse(std::string_view ai_8003_value);  // '0' + 13 digits + serial.
  friend auto operator<=>(const Grai&, const Grai&) = default;
};

struct GiaiTag {
  static constexpr std::string_view kAi = "8004";
  static constexpr std::string_view kName = "GIAI";
  static constexpr std::size_t kSizeMax = 30;
};
using Giai = ComponentText<GiaiTag>;  // Company prefix and reference, 1..30 CSET 82.

struct GlnExtensionTag {
  static constexpr std::string_view kAi = "254";
  static constexpr std::string_view kName = "GLN extension";
  static constexpr std::size_t kSizeMax = 20;
};
using GlnExtension = ComponentText<GlnExtensionTag>;

// A physical place: AI (414) and optionally (254). The EPC URN writes "no extension" as "0", so the
// extension "0" reads as none.
struct Sgln {
  Gln gln;
  std::optional<GlnExtension> extension;
  friend auto operator<=>(const Sgln&, const Sgln&) = default;
};

}  // namespace packtrail::gs1
