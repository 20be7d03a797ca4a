// base/time.h - instants and calendar days, without time zones in the value.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace packtrail {

// Microseconds since 1970-01-01T00:00:00Z (POSIX, no leap seconds). What a text says beyond that
// (fraction digits, offset) is kept where the text is kept, not here.
struct UtcTime {
  std::int64_t us = 0;

  // Accepts xsd:dateTimeStamp: "2026-11-20T09:58:00[.fraction](Z|+hh:mm|-hh:mm)", years 1970-9999.
  // Fractions beyond a microsecond are cut. Nothing when the text is anything else.
  static std::optional<UtcTime> parse(std::string_view text);

  // "2026-11-20T09:58:00.123Z"; millisecond precision when the microseconds allow it, else six
  // digits.
  [[nodiscard]] std::string to_text() const;
  friend auto operator<=>(const UtcTime&, const UtcTime&) = default;
};

// A day of the proleptic Gregorian calendar; always a real day.
class Date {
 public:
  static std::optional<Date> from_ymd(int year, int month, int day);
  static std::optional<Date> parse(std::string_view iso);  // Exactly "2027-12-31".
  static Date of(UtcTime time);
  static int days_in_month(int year, int month);

  [[nodiscard]] int year() const { return year_; }
  [[nodiscard]] int month() const { return month_; }
  [[nodiscard]] int day() const { return day_; }
  [[nodiscard]] std::string to_iso() const;
  [[nodiscard]] UtcTime start_of_day() const;
  friend auto operator<=>(const Date&, const Date&) = default;

 private:
  Date(int year, int month, int day)
      : year_(static_cast<std::int16_t>(year)),
        month_(static_cast<std::int8_t>(month)),
        day_(static_cast<std::int8_t>(day)) {}
  std::int16_t year_;
  std::int8_t month_;
  std::int8_t day_;
};

}  // namespace packtrail
