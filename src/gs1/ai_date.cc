#include "gs1/ai_date.h"

#include <string>

#include "gs1/charset.h"

namespace packtrail::gs1 {

std::string AiDate::to_text() const {
  const std::string iso = day.to_iso();
  return month_alone ? iso + " (last day of " + iso.substr(0, 7) + ")" : iso;
}

std::optional<AiDate> parse_ai_date(std::string_view yymmdd, Date reference) noexcept {
  if (yymmdd.size() != kAiDateSize || find_outside(yymmdd, kDigit) != kAiDateSize) {
    return std::nullopt;
  }
  const auto two = [&](std::size_t at) { return (yymmdd[at] - '0') * 10 + (yymmdd[at + 1] - '0'); };
  const int year = full_year(two(0), reference.year());
  const int month = two(2);
  if (month < 1 || month > 12) return std::nullopt;
  const bool month_alone = two(4) == 0;
  const int day = month_alone ? Date::days_in_month(year, month) : two(4);
  const auto date = Date::from_ymd(year, month, day);
  if (!date) return std::nullopt;
  return AiDate{*date, month_alone};
}

}  // namespace packtrail::gs1
