#include "numbering/forecast.h"

#include <algorithm>
#include <array>
#include <limits>

namespace packtrail::numbering {

std::string_view to_string(SupplyAlarm alarm) {
  constexpr std::array<std::string_view, 4> kNames{"none", "low", "starvation", "empty"};
  return kNames[static_cast<std::size_t>(alarm)];
}

Forecast forecast(std::uint64_t remaining, std::uint64_t low_water, std::span<const Usage> usage,
                  std::int64_t since_us, std::int64_t now_us, std::int64_t window_us) {
  Forecast out;
  out.remaining = remaining;
  const std::int64_t from = now_us - window_us;
  double consumed = 0;
  for (const Usage& hour : usage) {
    if (hour.start_us <= from || hour.start_us > now_us || hour.count == 0) continue;
    consumed += static_cast<double>(hour.count);
  }
  const std::int64_t span = std::max(now_us - std::max(since_us, from), kForecastLeastUs);
  const double hours = static_cast<double>(span) / static_cast<double>(kUsageStepUs);
  const double per_hour = consumed / hours;
  out.per_day = per_hour * 24;
  // Centuries ahead are no forecast, and would not fit the clock.
  constexpr double kHorizonHours = 200.0 * 365 * 24;
  const auto reached = [&](std::uint64_t left) -> std::optional<std::int64_t> {
    if (remaining <= left) return now_us;
    if (per_hour <= 0) return std::nullopt;
    const double ahead = static_cast<double>(remaining - left) / per_hour;
    if (ahead > kHorizonHours) return std::nullopt;
    return now_us + static_cast<std::int64_t>(ahead * static_cast<double>(kUsageStepUs));
  };
  out.low_at_us = reached(low_water);
  out.empty_at_us = reached(0);
  if (remaining == 0) {
    out.alarm = SupplyAlarm::Empty;
  } else if (out.empty_at_us && *out.empty_at_us - now_us <= kStarvationLeadUs) {
    out.alarm = SupplyAlarm::Starvation;
  } else if (remaining <= low_water) {
    out.alarm = SupplyAlarm::Low;
  }
  return out;
}

}  // namespace packtrail::numbering
