#include "base/time.h"

#include <chrono>
#include <cstdio>

namespace packtrail {
namespace {

constexpr std::int64_t kUsPerSecond = 1'000'000;
constexpr std::int64_t kUsPerDay = 86'400 * kUsPerSecond;

std::int64_t days_from_civil(int year, int month, int day) {
  using namespace std::chrono;
  return sys_days(std::chrono::year(year) / std::chrono::month(static_cast<unsigned>(month)) /
                  std::chrono::day(static_cast<unsigned>(day)))
      .time_since_epoch()
      .count();
}

// Reads exactly `count` digits at `text[at]`; -1 when they are not all digits.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

}  // namespace

std::optional<UtcTime> UtcTime::parse(std::string_view text) {
  constexpr std::size_t kDateTimeSize = 19;
  if (text.size() <= kDateTimeSize || text.size() > 64) return std::nullopt;
  if (text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':') {
    return std::nullopt;
  }
  const int year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  const int hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  const auto date = Date::from_ymd(year, month, day);
  if (!date || year < 1970 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
      second > 59) {
    return std::nullopt;
  }
  std::size_t at = kDateTimeSize;
  std::int64_t fraction_us = 0;
  if (text[at] == '.') {
    std::int64_t scale = kUsPerSecond / 10;
    const std::size_t first = ++at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10) {
      fraction_us += (text[at] - '0') * scale;
    }
    if (at == first) return std::nullopt;
  }
  std::int64_t offset_minutes = 0;
  if (at + 1 == text.size() && text[at] == 'Z') {
    offset_minutes = 0;
  } else if (at + 6 == text.size() && (text[at] == '+' || text[at] == '-') && text[at + 3] == ':') {
    const int hours = digits(text, at + 1, 2), minutes = digits(text, at + 4, 2);
    if (hours < 0 || minutes < 0 || hours > 14 || minutes > 59 || (hours == 14 && minutes != 0)) {
      return std::nullopt;
    }
    offset_minutes = (text[at] == '-' ? -1 : 1) * (hours * 60 + minutes);
  } else {
    return std::nullopt;
  }
  const std::int64_t seconds =
      days_from_civil(year, month, day) * 86'400 + hour * 3600 + minute * 60 + second;
  return UtcTime{(seconds - offset_minutes * 60) * kUsPerSecond + fraction_us};
}

std::string UtcTime::to_text() const {
  const Date date = Date::of(*this);
  std::int64_t rest = us % kUsPerDay;
  if (rest < 0) rest += kUsPerDay;
  const auto second_of_day = static_cast<int>(rest / kUsPerSecond);
  const auto fraction = static_cast<int>(rest % kUsPerSecond);
  char buffer[48];
  const bool millis = fraction % 1000 == 0;
  std::snprintf(buffer, sizeof buffer, "%04d-%02d-%02dT%02d:%02d:%02d.%0*dZ", date.year(),
                date.month(), date.day(), second_of_day / 3600, second_of_day / 60 % 60,
                second_of_day % 60, millis ? 3 : 6, millis ? fraction / 1000 : fraction);
  return buffer;
}

std::optional<Date> Date::from_ymd(int year, int month, int day) {
  if (year < 0 || year > 9999 || month < 1 || month > 12 || day < 1) return std::nullopt;
  if (day > days_in_month(year, month)) return std::nullopt;
  return Date(year, month, day);
}

std::optional<Date> Date::parse(std::string_view iso) {
  if (iso.size() != 10 || iso[4] != '-' || iso[7] != '-') return std::nullopt;
  return from_ymd(digits(iso, 0, 4), digits(iso, 5, 2), digits(iso, 8, 2));
}

Date Date::of(UtcTime time) {
  using namespace std::chrono;
  const std::int64_t days = time.us >= 0 ? time.us / kUsPerDay : -((-time.us - 1) / kUsPerDay) - 1;
  const year_month_day ymd{sys_days{std::chrono::days{days}}};
  return Date(static_cast<int>(ymd.year()), static_cast<int>(static_cast<unsigned>(ymd.month())),
              static_cast<int>(static_cast<unsigned>(ymd.day())));
}

int Date::days_in_month(int year, int month) {
  using namespace std::chrono;
  const year_month_day_last last{std::chrono::year(year) /
                                 std::chrono::month(static_cast<unsigned>(month)) /
                                 std::chrono::last};
  return static_cast<int>(static_cast<unsigned>(last.day()));
}

std::string Date::to_iso() const {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%04d-%02d-%02d", year(), month(), day());
  return buffer;
}

UtcTime Date::start_of_day() const {
  return UtcTime{days_from_civil(year(), month(), day()) * kUsPerDay};
}

}  // namespace packtrail
