// gs1/gln.h - Global Location Number (AIs 410-417) and GS1 Company Prefix.
//
// Thread safety: immutable values. Cost: 13 bytes, no heap.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "base/result.h"

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

// 13 digits, the last one the mod-10 check digit. Names a party or a place.
class Gln {
 public:
  static constexpr std::size_t kSize = 13;

  static Result<Gln> parse(std::string_view digits);  // As Gtin::parse, with 13 digits.
  static std::optional<Gln> try_parse(std::string_view digits) noexcept;
  // Completes 12 digits with their check digit; nothing unless they are 12 digits.
  static std::optional<Gln> complete(std::string_view twelve_digits) noexcept;

  [[nodiscard]] std::string_view digits() const { return {digits_.data(), digits_.size()}; }
  friend auto operator<=>(const Gln&, const Gln&) = default;

 private:
  Gln() = default;
  std::array<char, kSize> digits_;
};

}  // namespace packtrail::gs1

template <>
struct std::hash<packtrail::gs1::Gln> {
  std::size_t operator()(const packtrail::gs1::Gln& gln) const noexcept {
    return std::hash<std::string_view>{}(gln.digits());
  }
};
