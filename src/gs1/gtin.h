// gs1/gtin.h - Global Trade Item Number in its 14-digit form, AI (01).
//
// Valid from the moment it exists: 14 digits, the last one the mod-10 check digit (GenSpecs 3.2).
// Thread safety: immutable value. Cost: 14 bytes, no heap.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "gs1/check_digit.h"
#include "gs1/checked_text.h"

namespace packtrail::gs1 {

class Gtin {
 public:
  static constexpr std::size_t kSize = 14;

  // Exactly 14 digits with a right check digit. The error names the offending byte and, for a wrong
  // check digit, the right one.
  static Result<Gtin> parse(std::string_view digits);
  // As parse, without a reason: for hot loops.
  static std::optional<Gtin> try_parse(std::string_view digits) noexcept;
  // The 14 digits that a reader has checked, check digit included.
  explicit Gtin(CheckedText checked) noexcept { std::memcpy(digits_.data(), checked.at, kSize); }
  // GTIN-8, -12, -13 and -14: pads with zeros on the left, then as parse. Other lengths fail.
  static Result<Gtin> parse_any(std::string_view digits);
  // The inverse of number(); nothing when above 14 digits or the check digit is wrong.
  static std::optional<Gtin> from_number(std::uint64_t number) noexcept;
  // Completes 13 digits with their check digit; nothing unless they are 13 digits.
  static std::optional<Gtin> complete(std::string_view thirteen_digits) noexcept;

  [[nodiscard]] std::string_view digits() const { return {digits_.data(), digits_.size()}; }
  [[nodiscard]] std::uint64_t number() const;  // The 14 digits as a number, check digit included.
  [[nodiscard]] char indicator() const { return digits_[0]; }  // '0' for a base unit, '9' variable.
  friend auto operator<=>(const Gtin&, const Gtin&) = default;

 private:
  Gtin() = default;
  std::array<char, kSize> digits_;
};

}  // namespace packtrail::gs1

template <>
struct std::hash<packtrail::gs1::Gtin> {
  std::size_t operator()(const packtrail::gs1::Gtin& gtin) const noexcept {
    return std::hash<std::string_view>{}(gtin.digits());
  }
};
