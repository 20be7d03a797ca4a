// gs1/ai_date.h - the dates inside AI values: YYMMDD, with the century and day 00 resolved.
//
// All of 11, 12, 13, 15, 16, 17, 4324-4326, 7003, 7006, 7007, 7011 and 8008 write a day this way.
// Thread safety: free functions. Cost: nanoseconds, no heap.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace packtrail::gs1 {

inline constexpr std::size_t kAiDateSize = 6;

// The sliding century of GenSpecs 7.12: a year 51 or more ahead of `reference_year` is in the
// century before, one 50 or more behind in the next. `yy` is 0..99.
[[nodiscard]] constexpr int full_year(int yy, int reference_year) {
  const int in_century = reference_year % 100;
  const int century = reference_year - in_century;
  if (yy - in_century >= 51) return century - 100 + yy;
  if (yy - in_century <= -50) return century + 100 + yy;
  return century + yy;
}

struct AiDate {
  Date day;                  // The last day of the month when only the month is given.
  bool month_alone = false;  // The value says day 00.

  // "2027-12-31", or "2027-12-31 (last day of 2027-12)" when the month stands alone.
  [[nodiscard]] std::string to_text() const;
  friend bool operator==(const AiDate&, const AiDate&) = default;
};

// Six digits that are a real day, or day 00 for a whole month; `reference` (today, or the day of
// the event) places the century. Nothing for any other text.
[[nodiscard]] std::optional<AiDate> parse_ai_date(std::string_view yymmdd, Date reference) noexcept;

}  // namespace packtrail::gs1
