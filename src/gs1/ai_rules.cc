#include "gs1/ai_rules.h"

#include <algorithm>

#include "base/time.h"
#include "gs1/ai_rule_names.h"
#include "gs1/charset.h"
#include "gs1/check_digit.h"
#include "gs1/code_lists.h"
#include "gs1/coupon.h"

namespace packtrail::gs1 {
namespace {

using detail::kRules;
using detail::RuleRow;
using Fault = std::optional<RuleFault>;

Fault fault(std::size_t offset, std::size_t length, const char* what) {
  return RuleFault{offset, length, what};
}

bool all_digits(std::string_view part) { return find_outside(part, kDigit) == part.size(); }

int two(std::string_view digits, std::size_t at) {
  return (digits[at] - '0') * 10 + (digits[at + 1] - '0');
}

// Right size and digits alone, which the rules with fields of fixed places stand on.
Fault digits_fault(std::string_view part, std::size_t size) {
  if (part.size() < size) return fault(part.size(), 0, "too short");
  if (part.size() > size) return fault(size, part.size() - size, "too long");
  const std::size_t bad = find_outside(part, kDigit);
  if (bad != size) return fault(bad, 1, "not a digit");
  return std::nullopt;
}

enum class DayZero { Refused, Allowed };

Fault day_fault(std::string_view part, std::size_t year_digits, DayZero zero) {
  if (auto bad = digits_fault(part, year_digits + 4)) return bad;
  // A two-digit year stands for 20YY here: of the years it may mean, leap years coincide except
  // 1900 and 2100, which the sliding window cannot reach before 2050.
  const int year = year_digits == 4 ? two(part, 0) * 100 + two(part, 2) : 2000 + two(part, 0);
  const int month = two(part, year_digits);
  if (month < 1 || month > 12) return fault(year_digits, 2, "the month does not exist");
  const int day = two(part, year_digits + 2);
  if (day == 0 && zero == DayZero::Allowed) return std::nullopt;
  if (day < 1 || day > Date::days_in_month(year, month)) {
    return fault(year_digits + 2, 2, "the day does not exist");
  }
  return std::nullopt;
}

Fault two_digits_below(std::string_view part, std::size_t at, int limit, const char* what) {
  if (two(part, at) < limit) return std::nullopt;
  return fault(at, 2, what);
}

Fault clock_fault(AiRule rule, std::string_view part) {
  if (auto bad = digits_fault(part, rule == AiRule::Hhmi ? 4 : 2)) return bad;
  if (rule == AiRule::Hh) return two_digits_below(part, 0, 24, "the hour does not exist");
  if (rule == AiRule::Mi) return two_digits_below(part, 0, 60, "the minute does not exist");
  if (rule == AiRule::Ss) return two_digits_below(part, 0, 60, "the second does not exist");
  if (auto bad = two_digits_below(part, 0, 24, "the hour does not exist")) return bad;
  return two_digits_below(part, 2, 60, "the minute does not exist");
}

Fault csum_fault(std::string_view part) {
  if (has_valid_check_digit(part)) return std::nullopt;
  const std::size_t bad = find_outside(part, kDigit);
  if (bad != part.size()) return fault(bad, 1, "not a digit");
  if (part.size() < 2) return fault(part.size(), 0, "too short for a check digit");
  return fault(part.size() - 1, 1, "the check digit is wrong");
}

Fault csum_alpha_fault(std::string_view part) {
  if (part.size() < 2) return fault(part.size(), 0, "too short for a check pair");
  const std::string_view body = part.substr(0, part.size() - 2);
  const auto right = check_characters(body);
  if (!right) return fault(0, part.size(), "too long, or not in CSET 82");
  if (part[body.size()] == (*right)[0] && part.back() == (*right)[1]) return std::nullopt;
  return fault(body.size(), 2, "the check character pair is wrong");
}

Fault prefix_fault(std::string_view part, std::size_t at) {
  constexpr std::size_t kPrefixMin = 4;
  for (std::size_t i = at; i < at + kPrefixMin; ++i) {
    if (i >= part.size()) return fault(part.size(), 0, "too short for a GS1 Company Prefix");
    if (!is_digit(part[i])) return fault(i, 1, "a GS1 Company Prefix is all digits");
  }
  return std::nullopt;
}

Fault one_of(std::string_view part, std::string_view allowed, const char* what) {
  if (part.size() == 1 && allowed.find(part[0]) != std::string_view::npos) return std::nullopt;
  return fault(0, part.size(), what);
}

bool is_hex(char c) { return is_digit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f'); }

Fault percent_fault(std::string_view part) {
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (part[i] != '%') continue;
    if (i + 2 >= part.size()) return fault(i, part.size() - i, "the escape is cut off");
    if (!is_hex(part[i + 1]) || !is_hex(part[i + 2])) return fault(i, 3, "not a %XX escape");
  }
  return std::nullopt;
}

// ISO 7064 mod 97-10 over the IBAN with its first four characters moved to the end; letters count
// as two digits, A = 10.
Fault iban_fault(std::string_view part) {
  constexpr std::size_t kMin = 11;
  constexpr std::size_t kMax = 34;
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (!is_digit(part[i]) && (part[i] < 'A' || part[i] > 'Z')) {
      return fault(i, 1, "an IBAN holds 0-9 and A-Z alone");
    }
  }
  if (part.size() < kMin) return fault(part.size(), 0, "too short for an IBAN");
  if (part.size() > kMax) return fault(kMax, part.size() - kMax, "too long for an IBAN");
  if (!is_country_alpha2(part.substr(0, 2))) return fault(0, 2, "not a country code");
  unsigned rest = 0;
  for (std::size_t i = 0; i < part.size(); ++i) {
    const char c = part[(i + 4) % part.size()];
    rest = is_digit(c) ? rest * 10 + static_cast<unsigned>(c - '0')
                       : rest * 100 + static_cast<unsigned>(c - 'A') + 10;
    rest %= 97;
  }
  if (rest == 1) return std::nullopt;
  return fault(2, 2, "the IBAN check digits are wrong");
}

Fault piece_fault(std::string_view part) {
  const std::size_t bad = find_outside(part, kDigit);
  if (bad != part.size()) return fault(bad, 1, "not a digit");
  if (part.empty() || part.size() % 2 != 0) {
    return fault(0, part.size(), "piece and total have the same number of digits");
  }
  const std::string_view piece = part.substr(0, part.size() / 2);
  const std::string_view total = part.substr(part.size() / 2);
  const auto zero = [](std::string_view number) {
    return number.find_first_not_of('0') == std::string_view::npos;
  };
  if (zero(piece)) return fault(0, piece.size(), "piece 0 does not exist");
  if (zero(total)) return fault(piece.size(), total.size(), "a total of 0 pieces");
  if (piece > total) return fault(0, part.size(), "the piece is above the total");
  return std::nullopt;
}

Fault sequence_fault(std::string_view part) {
  const std::size_t slash = part.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == part.size()) {
    return fault(0, part.size(), "not position/end");
  }
  const std::string_view position = part.substr(0, slash);
  const std::string_view end = part.substr(slash + 1);
  if (!all_digits(position) || !all_digits(end)) return fault(0, part.size(), "not position/end");
  if (position[0] == '0') return fault(0, slash, "zero or a leading zero");
  if (end[0] == '0') return fault(slash + 1, end.size(), "zero or a leading zero");
  if (position.size() > end.size() || (position.size() == end.size() && position > end)) {
    return fault(0, part.size(), "the position is above the end");
  }
  return std::nullopt;
}

Fault list_fault(bool known, std::string_view part, const char* what) {
  if (known) return std::nullopt;
  return fault(0, part.size(), what);
}

// The number has to have ten digits, so that the order of texts is the order of numbers.
Fault degrees_fault(std::string_view part, std::string_view limit, const char* what) {
  if (auto bad = digits_fault(part, limit.size())) return bad;
  return part <= limit ? Fault() : fault(0, part.size(), what);
}

Fault media_fault(std::string_view part) {
  if (auto bad = digits_fault(part, 2)) return bad;
  const int type = two(part, 0);
  return list_fault((type >= 1 && type <= 10) || type >= 80, part, "no such AIDC media type");
}

Fault importer_fault(std::string_view part) {
  const bool known = part.size() == 1 && is_in(part[0], kCset64) && part[0] != '=';
  return list_fault(known, part, "no importer index");
}

}  // namespace

std::optional<RuleFault> find_fault(AiRule rule, std::string_view part) {
  switch (rule) {
    case AiRule::None:
      return std::nullopt;
    case AiRule::Csum:
      return csum_fault(part);
    case AiRule::CsumAlpha:
      return csum_alpha_fault(part);
    case AiRule::GcpPos1:
      return prefix_fault(part, 0);
    case AiRule::GcpPos2:
      return prefix_fault(part, 1);
    case AiRule::HasNonDigit:
      return list_fault(!all_digits(part), part, "digits alone");
    case AiRule::NonZero:
      return list_fault(part.find_first_not_of('0') != std::string_view::npos, part, "zero");
    case AiRule::NoZeroPrefix:
      return list_fault(part.empty() || part[0] != '0', part.substr(0, 1), "a leading zero");
    case AiRule::Zero:
      return list_fault(part.find_first_not_of('0') == std::string_view::npos, part, "not zero");
    case AiRule::YesNo:
      return one_of(part, "01", "neither 0 nor 1");
    case AiRule::Hyphen:
      return list_fault(part.find_first_not_of('-') == std::string_view::npos, part,
                        "not a minus sign");
    case AiRule::Winding:
      return one_of(part, "019", "no winding direction");
    case AiRule::Iso5218:
      return one_of(part, "0129", "not an ISO 5218 code");
    case AiRule::Yymmdd:
      return day_fault(part, 2, DayZero::Refused);
    case AiRule::Yymmd0:
      return day_fault(part, 2, DayZero::Allowed);
    case AiRule::Yyyymmdd:
      return day_fault(part, 4, DayZero::Refused);
    case AiRule::Hh:
    case AiRule::Mi:
    case AiRule::Ss:
    case AiRule::Hhmi:
      return clock_fault(rule, part);
    case AiRule::Latitude:
      return degrees_fault(part, "1800000000", "beyond a pole");
    case AiRule::Longitude:
      return degrees_fault(part, "3600000000", "beyond a full turn");
    case AiRule::Iso3166:
      return list_fault(!country_alpha2(part).empty(), part, "no such country");
    case AiRule::Iso3166Or999:
      return list_fault(part == "999" || !country_alpha2(part).empty(), part, "no such country");
    case AiRule::Iso3166Alpha2:
      return list_fault(is_country_alpha2(part), part, "no such country");
    case AiRule::Iso4217:
      return list_fault(!currency_alpha(part).empty(), part, "no such currency");
    case AiRule::Iban:
      return iban_fault(part);
    case AiRule::MediaType:
      return media_fault(part);
    case AiRule::PackageType:
      return list_fault(is_package_type(part), part, "no such package type");
    case AiRule::ImporterIndex:
      return importer_fault(part);
    case AiRule::PercentEncoded:
      return percent_fault(part);
    case AiRule::PieceOfTotal:
      return piece_fault(part);
    case AiRule::PositionInSequence:
      return sequence_fault(part);
    case AiRule::CouponCode:
      return coupon_fault(part);
    case AiRule::CouponPositiveOffer:
      return positive_offer_fault(part);
  }
  return std::nullopt;
}

bool keeps_rule(AiRule rule, std::string_view part) noexcept { return !find_fault(rule, part); }

std::string_view to_string(AiRule rule) { return kRules[static_cast<std::size_t>(rule)].name; }

std::optional<AiRule> ai_rule(std::string_view name) {
  if (name.empty()) return std::nullopt;
  const auto row = std::find_if(kRules.begin(), kRules.end(),
                                [&](const RuleRow& rule) { return rule.name == name; });
  if (row == kRules.end()) return std::nullopt;
  return row->rule;
}

std::string_view rule_text(AiRule rule) { return kRules[static_cast<std::size_t>(rule)].text; }

}  // namespace packtrail::gs1
