// numbering/forecast.h - when will a pool, or a line's buffer, run out of numbers?
//
// A pure function of what the ledger recorded: the caller says what time it is. Consumption is read
// from the facts' record times; what is left divided by the rate is the time that remains.
//
// Thread safety: free functions. Cost: one pass over the usage.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace packtrail::numbering {

inline constexpr std::int64_t kUsageStepUs = std::int64_t{3600} * 1'000'000;  // One hour.
inline constexpr std::int64_t kForecastWindowUs = 7 * 24 * kUsageStepUs;      // Looked back.
inline constexpr std::int64_t kForecastLeastUs = 24 * kUsageStepUs;       // Divided by, at least.
inline constexpr std::int64_t kStarvationLeadUs = 3 * 24 * kUsageStepUs;  // Looked ahead.

// Numbers that left within the hour that begins at `start_us`.
struct Usage {
  std::int64_t start_us = 0;
  std::uint64_t count = 0;
};

// How urgent it is; a later word includes the earlier ones.
enum class SupplyAlarm : std::uint8_t {
  None,
  Low,         // No more than the low-water mark is left.
  Starvation,  // At the present rate nothing is left within kStarvationLeadUs.
  Empty,
};
[[nodiscard]] std::string_view to_string(SupplyAlarm alarm);  // "none", "low", ...

struct Forecast {
  std::uint64_t remaining = 0;
  double per_day = 0;                       // Rate over the window; 0: nothing was consumed.
  std::optional<std::int64_t> low_at_us;    // When the low-water mark is reached; nothing: never.
  std::optional<std::int64_t> empty_at_us;  // When nothing is left; nothing: never.
  SupplyAlarm alarm = SupplyAlarm::None;
};

// `usage` in any order; hours outside (now - window, now] are left out. `since_us` is when the pool
// (the reservation) was made. The rate is the consumption in the window divided by the window, or
// by the time since then when that is less, but by no less than kForecastLeastUs: a young pool is
// not thought slow, and one burst is not thought to go on all day. Consumption of a pool is what it
// hands out and, of a reservation, only what its line has written to labels; of a reservation's own
// forecast the latter too.
[[nodiscard]] Forecast forecast(std::uint64_t remaining, std::uint64_t low_water,
                                std::span<const Usage> usage, std::int64_t since_us,
                                std::int64_t now_us, std::int64_t window_us = kForecastWindowUs);

}  // namespace packtrail::numbering
