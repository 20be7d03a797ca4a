// trace/ids.h - every EPC is a number: object number = class + instance.
//
// A class is a pool of ours (GTIN + alphabet + length + epoch; the instance is the pool's counter),
// an SSCC series of ours (the instance is the serial reference), or a dictionary (EPCs made
// elsewhere under one GTIN, one SSCC prefix, ...; the instance is the order of arrival).
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

#include "base/strong.h"

namespace packtrail::trace {

using ObjectClass = Strong<std::uint32_t, struct ObjectClassTag>;  // 1 .. kObjectClassMax.

inline constexpr std::uint32_t kObjectClassMax = (1U << 24) - 1;
inline constexpr std::uint64_t kInstanceMax = (std::uint64_t{1} << 40) - 1;

// 24 bits of class, 40 bits of instance; 0 is no object. Neighbours of one class are neighbours as
// numbers, which is what the blocks of the projections rely on.
class ObjectNumber {
 public:
  constexpr ObjectNumber() = default;
  constexpr ObjectNumber(ObjectClass object_class, std::uint64_t instance)
      : value_(std::uint64_t{object_class.value()} << 40 | instance) {}
  static constexpr ObjectNumber from_value(std::uint64_t value) {
    ObjectNumber number;
    number.value_ = value;
    return number;
  }

  [[nodiscard]] constexpr std::uint64_t value() const { return value_; }
  [[nodiscard]] constexpr ObjectClass object_class() const {
    return ObjectClass(static_cast<std::uint32_t>(value_ >> 40));
  }
  [[nodiscard]] constexpr std::uint64_t instance() const { return value_ & kInstanceMax; }
  explicit constexpr operator bool() const { return value_ != 0; }
  friend constexpr auto operator<=>(const ObjectNumber&, const ObjectNumber&) = default;

 private:
  std::uint64_t value_ = 0;
};

// Texts that recur in facts (locations, dispositions, biz steps), numbered in order of appearance
// in the ledger. 0: none.
using TermId = Strong<std::uint32_t, struct TermIdTag>;

// A lot with its expiry, numbered in order of appearance. 0: none.
using BatchId = Strong<std::uint32_t, struct BatchIdTag>;

}  // namespace packtrail::trace

template <>
struct std::hash<packtrail::trace::ObjectNumber> {
  std::size_t operator()(packtrail::trace::ObjectNumber number) const noexcept {
    // splitmix64's finaliser: neighbouring numbers spread over all buckets.
    std::uint64_t x = number.value();
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return static_cast<std::size_t>(x ^ (x >> 31));
  }
};
