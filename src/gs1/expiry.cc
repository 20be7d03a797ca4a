#include "gs1/expiry.h"

#include <cstring>
#include <string>

#include "gs1/ai_date.h"
#include "gs1/charset.h"

namespace packtrail::gs1 {
namespace {

void put_two(char* out, int number) {
  out[0] = static_cast<char>('0' + number / 10);
  out[1] = static_cast<char>('0' + number % 10);
}

}  // namespace

std::optional<Expiry> Expiry::try_parse(std::string_view yymmdd, Date reference) noexcept {
  const auto date = parse_ai_date(yymmdd, reference);
  if (!date) return std::nullopt;
  Expiry expiry(date->day);
  std::memcpy(expiry.printed_.data(), yymmdd.data(), kSize);
  return expiry;
}

Result<Expiry> Expiry::parse(std::string_view yymmdd, Date reference) {
  if (const auto expiry = try_parse(yymmdd, reference)) return *expiry;
  Error error{.code = Errc::InvalidArgument, .message = {}, .field = "17"};
  const std::size_t bad = find_outside(yymmdd, kDigit);
  error.rule = "YYMMDD, a real day, or day 00 for the last of the month";
  error.remedy = "give year, month and day as two digits each";
  if (yymmdd.size() != kSize) {
    error.message =
        "expiry date has " + std::to_string(yymmdd.size()) + " characters, should have 6";
    error.offset = yymmdd.size() < kSize ? yymmdd.size() : kSize;
    error.length = yymmdd.size() > kSize ? yymmdd.size() - kSize : 0;
  } else if (bad != kSize) {
    error.message = "expiry date holds a character that is not a digit";
    error.offset = bad;
    error.length = 1;
  } else {
    const bool month_wrong = yymmdd.substr(2, 2) < "01" || yymmdd.substr(2, 2) > "12";
    error.message = std::string(month_wrong ? "month " : "day ") +
                    std::string(yymmdd.substr(month_wrong ? 2 : 4, 2)) + " does not exist";
    error.offset = month_wrong ? 2 : 4;
    error.length = 2;
  }
  return error;
}

Expiry Expiry::of(Date day) {
  Expiry expiry(day);
  put_two(expiry.printed_.data(), day.year() % 100);
  put_two(expiry.printed_.data() + 2, day.month());
  put_two(expiry.printed_.data() + 4, day.day());
  return expiry;
}

std::optional<Expiry> Expiry::of_month(int year, int month) {
  if (month < 1 || month > 12) return std::nullopt;
  const auto last = Date::from_ymd(year, month, Date::days_in_month(year, month));
  if (!last) return std::nullopt;
  Expiry expiry = of(*last);
  put_two(expiry.printed_.data() + 4, 0);
  return expiry;
}

}  // namespace packtrail::gs1
