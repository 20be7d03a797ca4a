// gs1/gln.h - Global Location Number (AIs 410-417) and GS1 Company Prefix.
//
// Thread safety: immutable values. Cost: 13 bytes, no heap.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "gs1/digit_key.h"

namespace packtrail::gs1 {

// A GS1 Company Prefix: the leading 4..12 digits of the keys one company issues (GenSpecs 1.4.4).
class CompanyPrefix {
 public:
  static constexpr std::size_t kSizeMin = 4;
  static constexpr std::size_t kSizeMax = 12;

  static Result<CompanyPrefix> parse(std::string_view digits);  // kSizeMin..kSizeMax digits.

  [[nodiscard]] std::string_view digits() const { return {digits_.data(), size_}; }
  [[nodiscard]] std::size_t size() const { return size_; }
  friend auto operator<=>(const CompanyPrefix&, const CompanyPrefix&) = default;

 private:
  CompanyPrefix() = default;
  std::array<char, kSizeMax> digits_{};
  std::uint8_t size_ = 0;
};

struct GlnTag {
  static constexpr std::string_view kAi = "GLN";
  static constexpr std::string_view kName = "GLN";
  static constexpr std::size_t kSize = 13;
};
// 13 digits, the last one the mod-10 check digit. Names a party or a place.
using Gln = DigitKey<GlnTag>;

}  // namespace packtrail::gs1
