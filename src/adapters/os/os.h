// adapters/os/os.h - the clock and the random source of the operating system.
#pragma once

#include "base/ports.h"

namespace packtrail::adapters {

class SystemClock final : public Clock {
 public:
  [[nodiscard]] UtcTime now() const override;
  [[nodiscard]] std::int64_t monotonic_ns() const override;
};

// getrandom(2). A failing kernel source ends the process: nothing may go on without randomness.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

}  // namespace packtrail::adapters
