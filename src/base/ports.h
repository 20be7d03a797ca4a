// base/ports.h - time and chance come in through these; nothing below app/ reads them ambiently.
//
// Implementations live in adapters/os; tests and simulations bring their own.
#pragma once

#include <cstdint>
#include <span>

#include "base/time.h"

namespace packtrail {

// Thread safety: implementations may be called from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual UtcTime now() const = 0;
  // Nanoseconds from an arbitrary start, never backwards: for durations.
  [[nodiscard]] virtual std::int64_t monotonic_ns() const = 0;
};

// A cryptographically strong source. Thread safety: as Clock.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;
};

}  // namespace packtrail
