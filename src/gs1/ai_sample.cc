#include "gs1/ai_sample.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "gs1/charset.h"
#include "gs1/check_digit.h"

namespace packtrail::gs1 {
namespace {

// splitmix64: a short, well-mixed sequence from any seed.
class Sequence {
 public:
  explicit Sequence(std::uint64_t seed) : state_(seed) {}
  std::size_t below(std::size_t limit) {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return static_cast<std::size_t>((z ^ (z >> 31U)) % limit);
  }
  template <std::size_t N>
  std::string_view pick(const std::array<std::string_view, N>& from) {
    return from[below(N)];
  }

 private:
  std::uint64_t state_;
};

constexpr std::string_view kDigits = "0123456789";
// What the sample takes of each set: all of it, but for the '%' that begins an escape.
constexpr std::string_view kText =
    "!\"&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kCapitals = "#-/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kBase64 =
    "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

std::string_view letters_of(AiCharset charset) {
  switch (charset) {
    case AiCharset::Digits:
      return kDigits;
    case AiCharset::Cset82:
      return kText;
    case AiCharset::Cset39:
      return kCapitals;
    case AiCharset::Cset64:
      return kBase64;
  }
  return kDigits;
}

void put(std::string& part, std::size_t at, std::string_view text) {
  part.replace(at, std::min(text.size(), part.size() - at), text);
}

std::string two(std::size_t number) {
  return {static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
}

void put_day(std::string& part, std::size_t at, Sequence& sequence, std::size_t first_day) {
  put(part, at, two(1 + sequence.below(12)) + two(first_day + sequence.below(28)));
}

void put_iban(std::string& part) {
  put(part, 0, "NL00");
  for (std::size_t i = 4; i < part.size(); ++i) {
    if (!is_digit(part[i]) && (part[i] < 'A' || part[i] > 'Z')) part[i] = '7';
  }
  for (std::size_t check = 2; check <= 98; ++check) {
    put(part, 2, two(check));
    if (keeps_rule(AiRule::Iban, part)) return;
  }
}

// A coupon of exactly the part's size is found by lengthening the serial number and the save value.
void put_coupon(std::string& part, AiRule rule) {
  const auto digits = [](std::size_t count) { return std::string(count, '4'); };
  std::string text;
  for (std::size_t prefix = 0; prefix <= 6; ++prefix) {
    for (std::size_t serial = 0; serial <= 9; ++serial) {
      const std::string company = std::to_string(prefix) + digits(prefix + 6) + digits(6);
      const std::string number = std::to_string(serial) + digits(serial + 6);
      if (rule == AiRule::CouponPositiveOffer) {
        text = "0" + company + number;
        if (text.size() == part.size()) part = text;
        continue;
      }
      const std::string plain = company + "11" + "140" + "123";
      const std::array<std::string, 6> tails{
          "",
          "9" + std::string("0000"),
          "5" + number,
          "3271231" + std::string("4261231"),
          "3271231" + std::string("4261231") + "5" + number,
          "10" + std::string("14") + "0123" + "9" + "5" + number + "90000"};
      for (const std::string& tail : tails) {
        text = plain + tail;
        if (text.size() == part.size()) part = text;
      }
    }
  }
}

void obey(AiRule rule, std::string& part, Sequence& sequence) {
  static constexpr std::array<std::string_view, 6> kCountries{"004", "056", "276",
                                                              "528", "840", "894"};
  static constexpr std::array<std::string_view, 4> kAlpha2{"AD", "BE", "NL", "ZW"};
  static constexpr std::array<std::string_view, 4> kCurrencies{"008", "756", "978", "999"};
  static constexpr std::array<std::string_view, 3> kPackages1{"8", "9", "8"};
  static constexpr std::array<std::string_view, 3> kPackages2{"1A", "PX", "ZZ"};
  static constexpr std::array<std::string_view, 3> kPackages3{"200", "APE", "X20"};
  switch (rule) {
    case AiRule::Csum:
      part.back() = *check_digit(std::string_view(part).substr(0, part.size() - 1));
      return;
    case AiRule::CsumAlpha:
      if (part.size() > 2) {
        const auto pair = check_characters(std::string_view(part).substr(0, part.size() - 2));
        if (pair) put(part, part.size() - 2, {pair->data(), pair->size()});
      }
      return;
    case AiRule::Yymmdd:
      return put_day(part, 2, sequence, 1);
    case AiRule::Yymmd0:
      return put_day(part, 2, sequence, 0);
    case AiRule::Yyyymmdd:
      put(part, 0, "19");
      return put_day(part, 4, sequence, 1);
    case AiRule::Hh:
      return put(part, 0, two(sequence.below(24)));
    case AiRule::Mi:
    case AiRule::Ss:
      return put(part, 0, two(sequence.below(60)));
    case AiRule::Hhmi:
      return put(part, 0, two(sequence.below(24)) + two(sequence.below(60)));
    case AiRule::Latitude:
      return put(part, 0, "0");
    case AiRule::Longitude:
      return put(part, 0, "2");
    case AiRule::Iso3166:
    case AiRule::Iso3166Or999:
      return put(part, 0, sequence.pick(kCountries));
    case AiRule::Iso3166Alpha2:
      return put(part, 0, sequence.pick(kAlpha2));
    case AiRule::Iso4217:
      return put(part, 0, sequence.pick(kCurrencies));
    case AiRule::YesNo:
    case AiRule::Winding:
    case AiRule::Iso5218:
      return put(part, 0, sequence.below(2) == 0 ? "0" : "1");
    case AiRule::Zero:
      return part.assign(part.size(), '0'), void();
    case AiRule::Hyphen:
      return part.assign(part.size(), '-'), void();
    case AiRule::NonZero:
    case AiRule::NoZeroPrefix:
      return put(part, 0, two(10 + 10 * sequence.below(9)).substr(0, 1));
    case AiRule::MediaType:
      return put(part, 0, two(80 + sequence.below(20)));
    case AiRule::PackageType:
      return put(part, 0,
                 part.size() == 1   ? sequence.pick(kPackages1)
                 : part.size() == 2 ? sequence.pick(kPackages2)
                                    : sequence.pick(kPackages3));
    case AiRule::ImporterIndex:
      part[0] = kBase64[sequence.below(kBase64.size())];
      return;
    case AiRule::PercentEncoded:
      if (part.size() >= 3 && sequence.below(2) == 0) put(part, part.size() - 3, "%2C");
      return;
    case AiRule::PieceOfTotal:
      return put(part, 0, two(1 + sequence.below(9)) + two(10 + sequence.below(90)));
    case AiRule::PositionInSequence:
      return put(part, 0, sequence.below(2) == 0 ? "1/2" : "3/9");
    case AiRule::Iban:
      return put_iban(part);
    case AiRule::CouponCode:
    case AiRule::CouponPositiveOffer:
      return put_coupon(part, rule);
    case AiRule::GcpPos1:
    case AiRule::GcpPos2:
    case AiRule::HasNonDigit:
    case AiRule::None:
      return;
  }
}

// Prefix and letter first: a check digit or pair covers them.
void prepare(const AiComponent& component, std::string& part) {
  for (const AiRule rule : component.rules()) {
    if (rule == AiRule::GcpPos1) put(part, 0, "9521");
    if (rule == AiRule::GcpPos2 && part.size() > 1) put(part, 1, "9521");
    if (rule == AiRule::HasNonDigit && part.size() > 4) part[4] = 'A';
  }
}

}  // namespace

std::optional<std::string> sample_value(const AiEntry& entry, std::size_t size,
                                        std::uint64_t seed) {
  Sequence sequence(seed);
  std::string value;
  for (const AiComponent& component : entry.components()) {
    if (value.size() == size && component.optional) break;
    // What the mandatory parts behind this one need stays for them: only the last part varies.
    const std::size_t left = size - std::min(size, value.size());
    const std::size_t length = std::min<std::size_t>(left, component.size_max);
    if (length < component.size_min || length == 0) return std::nullopt;
    const std::string_view letters = letters_of(component.charset);
    std::string part;
    for (std::size_t i = 0; i < length; ++i) part += letters[sequence.below(letters.size())];
    prepare(component, part);
    for (const AiRule rule : component.rules()) obey(rule, part, sequence);
    for (const AiRule rule : component.rules()) {
      if (!keeps_rule(rule, part)) return std::nullopt;
    }
    value += part;
  }
  if (value.size() != size) return std::nullopt;
  return value;
}

}  // namespace packtrail::gs1
