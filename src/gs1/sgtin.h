// gs1/sgtin.h - GTIN plus serial number: the identity of one saleable pack.
//
// Thread safety: immutable value. Cost: 35 bytes, no heap.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <string>

#include "gs1/gtin.h"
#include "gs1/lot.h"
#include "gs1/serial.h"

namespace packtrail::gs1 {

struct Sgtin {
  Gtin gtin;
  SerialNumber serial;

  // "(01)09521234543213(21)A1B2": for people, labels and logs. Not a storage or wire format.
  [[nodiscard]] std::string to_hri() const;
  friend auto operator<=>(const Sgtin&, const Sgtin&) = default;
};
static_assert(sizeof(Sgtin) == 35);

// A batch of a product: class level, AIs (01) and (10).
struct Lgtin {
  Gtin gtin;
  Lot lot;
  friend auto operator<=>(const Lgtin&, const Lgtin&) = default;
};

}  // namespace packtrail::gs1

template <>
struct std::hash<packtrail::gs1::Sgtin> {
  std::size_t operator()(const packtrail::gs1::Sgtin& sgtin) const noexcept {
    const std::size_t seed = std::hash<packtrail::gs1::Gtin>{}(sgtin.gtin);
    return seed * 0x9e3779b97f4a7c15U ^ std::hash<packtrail::gs1::SerialNumber>{}(sgtin.serial);
  }
};
template <>
struct std::hash<packtrail::gs1::Lgtin> {
  std::size_t operator()(const packtrail::gs1::Lgtin& lgtin) const noexcept {
    const std::size_t seed = std::hash<packtrail::gs1::Gtin>{}(lgtin.gtin);
    return seed * 0x9e3779b97f4a7c15U ^ std::hash<packtrail::gs1::Lot>{}(lgtin.lot);
  }
};
