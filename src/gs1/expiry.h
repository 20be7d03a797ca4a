// gs1/expiry.h - expiry date, AI (17): YYMMDD as printed, and the day it means.
//
// DD may be 00: the last day of the month (GenSpecs 3.4.7). The century follows the sliding window
// of GenSpecs 7.12 around a reference day. The printed digits are kept, so "271200" and "271231"
// mean the same day and still differ. Thread safety: immutable value. Cost: 10 bytes, no heap.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "gs1/checked_text.h"

namespace packtrail::gs1 {

class Expiry {
 public:
  static constexpr std::size_t kSize = 6;

  // Six digits that are a real day, or day 00. `reference` (today, or the day of the event) places
  // the century: a year 51 or more ahead is in the past century, 50 or more behind in the next.
  static Result<Expiry> parse(std::string_view yymmdd, Date reference);
  static std::optional<Expiry> try_parse(std::string_view yymmdd, Date reference) noexcept;
  // Six digits that a reader has checked, and the day they mean.
  Expiry(CheckedText checked, Date resolved) noexcept : resolved_(resolved) {
    std::memcpy(printed_.data(), checked.at, kSize);
  }
  static Expiry of(Date day);                                  // Printed with its day.
  static std::optional<Expiry> of_month(int year, int month);  // Printed with day 00.

  [[nodiscard]] std::string_view yymmdd() const { return {printed_.data(), printed_.size()}; }
  [[nodiscard]] Date resolved() const { return resolved_; }  // The last day of use.
  // Ordered by the resolved day, then by what is printed.
  friend auto operator<=>(const Expiry&, const Expiry&) = default;

 private:
  explicit Expiry(Date resolved) : resolved_(resolved), printed_() {}
  Date resolved_;
  std::array<char, kSize> printed_;
};

}  // namespace packtrail::gs1
