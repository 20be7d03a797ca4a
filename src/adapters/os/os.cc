#include "adapters/os/os.h"

#include <sys/random.h>

#include <cerrno>
#include <chrono>

#include "base/assert.h"

namespace packtrail::adapters {

UtcTime SystemClock::now() const {
  return UtcTime{std::chrono::duration_cast<std::chrono::microseconds>(
                     std::chrono::system_clock::now().time_since_epoch())
                     .count()};
}

std::int64_t SystemClock::monotonic_ns() const {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

void SystemRandom::fill(std::span<std::uint8_t> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t got = ::getrandom(out.data() + done, out.size() - done, 0);
    if (got < 0 && errno == EINTR) continue;
    PACKTRAIL_ASSERT(got > 0);
    done += static_cast<std::size_t>(got);
  }
}

}  // namespace packtrail::adapters
