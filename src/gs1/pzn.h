// gs1/pzn.h - German medicine numbers: PZN (8 digits), its NTIN, and the PPN of the IFA code.
//
// A PZN is 7 digits and a check digit mod 11; an NTIN is a GTIN of prefix 4150 that holds one; a
// PPN is a product registration agency code ("11" for the PZN), the agency's number and two check
// digits mod 97 (IFA coding system, PPN code specification 4.1, 4.2).
// Thread safety: immutable values. Cost: at most 23 bytes, no heap.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "gs1/gtin.h"

namespace packtrail::gs1 {

class Pzn {
 public:
  static constexpr std::size_t kSize = 8;

  // 8 digits with a right check digit. A PZN of 7 digits is refused with its 8-digit form.
  static Result<Pzn> parse(std::string_view digits);
  // Completes 7 digits; nothing when they are not, or when the check would be 10 (never issued).
  static std::optional<Pzn> complete(std::string_view seven_digits) noexcept;
  // The PZN within an NTIN; nothing when the GTIN is none, or its PZN is wrong.
  static std::optional<Pzn> of_ntin(const Gtin& gtin) noexcept;

  [[nodiscard]] std::string_view digits() const { return {digits_.data(), digits_.size()}; }
  // "0" + "4150" + PZN + check digit.
  [[nodiscard]] Gtin ntin() const;
  friend auto operator<=>(const Pzn&, const Pzn&) = default;

 private:
  Pzn() = default;
  std::array<char, kSize> digits_;
};

class Ppn {
 public:
  static constexpr std::size_t kSizeMin = 5;
  static constexpr std::size_t kSizeMax = 22;
  static constexpr std::string_view kPznAgency = "11";

  // Agency code (2), number (1..18), check digits (2): digits and capital letters. The error of
  // wrong check digits names the right ones; with agency 11 the number must be a PZN.
  static Result<Ppn> parse(std::string_view text);
  static Ppn of(const Pzn& pzn);

  [[nodiscard]] std::string_view text() const { return {text_.data(), size_}; }
  [[nodiscard]] std::string_view agency() const { return text().substr(0, 2); }
  [[nodiscard]] std::string_view number() const { return text().substr(2, size_ - 4U); }
  [[nodiscard]] std::optional<Pzn> pzn() const;  // Nothing for another agency's number.
  friend auto operator<=>(const Ppn&, const Ppn&) = default;

 private:
  Ppn() = default;
  std::array<char, kSizeMax> text_{};
  std::uint8_t size_ = 0;
};

}  // namespace packtrail::gs1
