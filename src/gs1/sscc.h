// gs1/sscc.h - Serial Shipping Container Code, AI (00): 18 digits (GenSpecs 3.3.1).
//
// Layout: extension digit, company prefix, serial reference, check digit.
// Thread safety: immutable value. Cost: 18 bytes, no heap.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "gs1/gln.h"

namespace packtrail::gs1 {

class Sscc {
 public:
  static constexpr std::size_t kSize = 18;

  static Result<Sscc> parse(std::string_view digits);  // As Gtin::parse, with 18 digits.
  static std::optional<Sscc> try_parse(std::string_view digits) noexcept;
  // Completes 17 digits with their check digit; nothing unless they are 17 digits.
  static std::optional<Sscc> complete(std::string_view seventeen_digits) noexcept;
  // `extension` is 0..9; `serial_reference` must be below serial_references(prefix), else
  // ResourceExhausted.
  static Result<Sscc> make(const CompanyPrefix& prefix, unsigned extension,
                           std::uint64_t serial_reference);
  // How many serial references one extension digit has under `prefix`: 10^(16 - prefix size).
  static std::uint64_t serial_references(const CompanyPrefix& prefix);

  [[nodiscard]] std::string_view digits() const { return {digits_.data(), digits_.size()}; }
  [[nodiscard]] unsigned extension_digit() const { return static_cast<unsigned>(digits_[0] - '0'); }
  [[nodiscard]] std::uint64_t number() const;  // The 18 digits as a number, check digit included.
  friend auto operator<=>(const Sscc&, const Sscc&) = default;

 private:
  Sscc() = default;
  std::array<char, kSize> digits_;
};

}  // namespace packtrail::gs1

template <>
struct std::hash<packtrail::gs1::Sscc> {
  std::size_t operator()(const packtrail::gs1::Sscc& sscc) const noexcept {
    return std::hash<std::string_view>{}(sscc.digits());
  }
};
