// gs1/document.h - documents (GDTI, AI 253) and coupons (GCN, AI 255).
//
// Both are 13 digits laid out and checked as a GLN, then an optional serial (GenSpecs 3.5.13,
// 3.5.14). Thread safety: immutable values. Cost: at most 32 bytes, no heap.
#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "gs1/component_text.h"
#include "gs1/gln.h"

namespace packtrail::gs1 {

struct GdtiSerialTag {
  static constexpr std::string_view kAi = "253";
  static constexpr std::string_view kName = "document serial";
  static constexpr std::size_t kSizeMax = 17;
};
using GdtiSerial = ComponentText<GdtiSerialTag>;  // X..17.

struct GcnSerialTag {
  static constexpr std::string_view kAi = "255";
  static constexpr std::string_view kName = "coupon serial";
  static constexpr std::size_t kSizeMax = 12;
  static constexpr CharClass kSet = kDigit;
};
using GcnSerial = ComponentText<GcnSerialTag>;  // N..12; leading zeros count.

// A document type, and with a serial one document.
struct Gdti {
  Gln document_type;
  std::optional<GdtiSerial> serial;

  static Result<Gdti> parse(std::string_view ai_253_value);  // 13 digits + serial.
  friend auto operator<=>(const Gdti&, const Gdti&) = default;
};

// A coupon offer, and with a serial one coupon (the EPC scheme's name is SGCN).
struct Gcn {
  Gln offer;
  std::optional<GcnSerial> serial;

  static Result<Gcn> parse(std::string_view ai_255_value);  // 13 digits + serial.
  friend auto operator<=>(const Gcn&, const Gcn&) = default;
};

}  // namespace packtrail::gs1
