// gs1/epc_testing.h - random EPCs of every scheme, for RapidCheck properties. Tests only.
#pragma once

#include <rapidcheck.h>

#include <string>
#include <string_view>

#include "gs1/epc.h"

namespace packtrail::gs1::testing {

inline constexpr std::string_view kCset82Text =
    "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
inline constexpr std::string_view kCset39Text = "#-/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
inline constexpr std::string_view kDigitText = "0123456789";
inline constexpr std::string_view kHexText = "0123456789ABCDEF";
inline constexpr std::string_view kLowerHexText = "0123456789abcdef";
inline constexpr std::string_view kBase64Text =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
inline constexpr std::string_view kCode40Text = "ABCDEFGHIJKLMNOPQRSTUVWXYZ-.:0123456789";

inline std::string random_of(std::string_view set, std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    text += set[*rc::gen::inRange<std::size_t>(0, set.size())];
  }
  return text;
}
inline std::string random_digits(std::size_t size) { return random_of(kDigitText, size); }
// 1..most characters; often of a small set, so that every way to pack them is met.
inline std::string random_serial(std::size_t most) {
  static constexpr std::string_view kSets[] = {kCset82Text,   kDigitText,  kHexText,
                                               kLowerHexText, kBase64Text, kCode40Text};
  const auto size = *rc::gen::inRange<std::size_t>(1, most + 1);
  return random_of(kSets[*rc::gen::inRange(0, 6)], size);
}
inline std::string random_number_text(std::size_t most) {
  return random_digits(*rc::gen::inRange<std::size_t>(1, most + 1));
}

struct RandomEpc {
  Epc value;
  std::size_t gcp = 0;  // A prefix size that the value takes.
};

inline RandomEpc random_epc() {
  const auto gcp = *rc::gen::inRange<std::size_t>(kUrnGcpMin, kUrnGcpMax + 1);
  const bool whole = *rc::gen::inRange(0, 4) != 0;  // With its serial.
  const auto gtin = [] { return *Gtin::complete(random_digits(13)); };
  const auto gln = [] { return *Gln::complete(random_digits(12)); };
  const auto serial = [&]<class Text>(std::optional<Text>& out, const std::string& text) {
    if (whole) out = *Text::parse(text);
  };
  switch (static_cast<EpcScheme>(*rc::gen::inRange(0, static_cast<int>(kEpcSchemeCount) - 1))) {
    case EpcScheme::kSgtin:
      return {Sgtin{gtin(), *SerialNumber::parse(random_serial(20))}, gcp};
    case EpcScheme::kSscc:
      return {*Sscc::complete(random_digits(17)), gcp};
    case EpcScheme::kSgln: {
      Sgln value{gln(), std::nullopt};
      const std::string extension = random_serial(20);
      if (extension != "0") serial(value.extension, extension);
      return {value, gcp};
    }
    case EpcScheme::kLgtin:
      return {Lgtin{gtin(), *Lot::parse(random_serial(20))}, gcp};
    case EpcScheme::kGrai: {
      Grai value{gln(), std::nullopt};
      serial(value.serial, random_serial(16));
      return {value, gcp};
    }
    case EpcScheme::kGiai:
      return {*Giai::parse(random_digits(gcp) + random_serial(30 - gcp)), gcp};
    case EpcScheme::kGtin:
      return {gtin(), gcp};
    case EpcScheme::kPgln:
      return {*Pgln::complete(random_digits(12)), gcp};
    case EpcScheme::kGsrn:
      return {*Gsrn::complete(random_digits(17)), gcp};
    case EpcScheme::kGsrnp:
      return {*Gsrnp::complete(random_digits(17)), gcp};
    case EpcScheme::kGdti: {
      Gdti value{gln(), std::nullopt};
      serial(value.serial, random_serial(17));
      return {value, gcp};
    }
    case EpcScheme::kSgcn: {
      Gcn value{gln(), std::nullopt};
      serial(value.serial, random_number_text(12));
      return {value, gcp};
    }
    case EpcScheme::kGsin:
      return {*Gsin::complete(random_digits(16)), gcp};
    case EpcScheme::kGinc:
      return {*Ginc::parse(random_digits(gcp) + random_serial(30 - gcp)), gcp};
    case EpcScheme::kCpi: {
      const std::string reference =
          random_of(*rc::gen::arbitrary<bool>() ? kCset39Text : kDigitText,
                    *rc::gen::inRange<std::size_t>(1, 31 - gcp));
      Cpi value{*Cpid::parse(random_digits(gcp) + reference), std::nullopt};
      const auto number = *rc::gen::inRange<std::uint64_t>(0, 999'999'999'999U);
      serial(value.serial, std::to_string(number));
      return {value, gcp};
    }
    case EpcScheme::kItip: {
      const int total = *rc::gen::inRange(1, 100);
      const int piece = *rc::gen::inRange(1, total + 1);
      const auto two = [](int n) { return std::string(n < 10 ? "0" : "") + std::to_string(n); };
      Itip value{gtin(), *PieceOfTotal::parse(two(piece) + two(total)), std::nullopt};
      serial(value.serial, random_serial(20));
      return {value, gcp};
    }
    default:
      return {Upui{gtin(), *Tpx::parse(random_serial(28))}, gcp};
  }
}

}  // namespace packtrail::gs1::testing
