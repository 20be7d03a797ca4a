// The keys that need more than their templates: Gtin, CompanyPrefix, Sscc, Grai, Gdti, Gcn, Cpi,
// ...
#include <algorithm>
#include <cstring>
#include <string>

#include "gs1/asset.h"
#include "gs1/component.h"
#include "gs1/document.h"
#include "gs1/gln.h"
#include "gs1/gtin.h"
#include "gs1/sgtin.h"
#include "gs1/sscc.h"

namespace packtrail::gs1 {
namespace {

std::uint64_t to_number(std::string_view digits) {
  std::uint64_t number = 0;
  for (const char c : digits) number = number * 10 + static_cast<std::uint64_t>(c - '0');
  return number;
}

constexpr std::uint64_t power_of_ten(std::size_t exponent) {
  std::uint64_t power = 1;
  for (std::size_t i = 0; i < exponent; ++i) power *= 10;
  return power;
}

}  // namespace

Error explain_component(std::string_view text, std::size_t size_max, CharClass set,
                        std::string_view ai, std::string_view name) {
  Error error{.code = Errc::InvalidArgument, .message = {}, .field = std::string(ai)};
  const char* set_name = set == kDigit    ? "digits"
                         : set == kCset39 ? "characters of GS1 character set 39"
                                          : "characters of GS1 character set 82";
  error.rule = "1 to " + std::to_string(size_max) + " " + set_name;
  if (text.empty()) {
    error.message = std::string(name) + " is empty";
    error.offset = 0;
    error.remedy = "give a value";
  } else if (text.size() > size_max) {
    error.message = std::string(name) + " has " + std::to_string(text.size()) +
                    " characters, at most " + std::to_string(size_max) + " are allowed";
    error.offset = size_max;
    error.length = text.size() - size_max;
    error.remedy = "shorten it";
  } else {
    error.message = std::string(name) + " holds a character that is not among the " + set_name;
    error.offset = find_outside(text, set);
    error.length = 1;
    error.remedy = "replace the character";
  }
  return error;
}

Result<Gtin> Gtin::parse(std::string_view digits) {
  if (const auto gtin = try_parse(digits)) return *gtin;
  return explain_key(digits, kSize, "01", "GTIN");
}

std::optional<Gtin> Gtin::try_parse(std::string_view digits) noexcept {
  Gtin gtin;
  if (!detail::check_into(gtin.digits_, digits)) return std::nullopt;
  return gtin;
}

Result<Gtin> Gtin::parse_any(std::string_view digits) {
  if (digits.size() != 8 && digits.size() != 12 && digits.size() != 13 && digits.size() != kSize) {
    Error error = explain_key(digits, kSize, "01", "GTIN");
    error.rule = "8, 12, 13 or 14 digits";
    return error;
  }
  std::array<char, kSize> padded;
  padded.fill('0');
  std::copy(digits.begin(), digits.end(),
            padded.end() - static_cast<std::ptrdiff_t>(digits.size()));
  if (const auto gtin = try_parse({padded.data(), padded.size()})) return *gtin;
  return explain_key(digits, digits.size(), "01", "GTIN");
}

std::optional<Gtin> Gtin::from_number(std::uint64_t number) noexcept {
  if (number >= power_of_ten(kSize)) return std::nullopt;
  std::array<char, kSize> digits;
  for (std::size_t i = kSize; i-- > 0; number /= 10)
    digits[i] = static_cast<char>('0' + number % 10);
  return try_parse({digits.data(), digits.size()});
}

std::optional<Gtin> Gtin::complete(std::string_view thirteen_digits) noexcept {
  Gtin gtin;
  if (!detail::complete_into(gtin.digits_, thirteen_digits)) return std::nullopt;
  return gtin;
}

std::uint64_t Gtin::number() const { return to_number(digits()); }

Result<CompanyPrefix> CompanyPrefix::parse(std::string_view digits) {
  const std::size_t bad = find_outside(digits, kDigit);
  if (digits.size() >= kSizeMin && digits.size() <= kSizeMax && bad == digits.size()) {
    CompanyPrefix prefix;
    std::memcpy(prefix.digits_.data(), digits.data(), digits.size());
    prefix.size_ = static_cast<std::uint8_t>(digits.size());
    return prefix;
  }
  Error error{.code = Errc::InvalidArgument, .message = {}, .field = "company prefix"};
  error.message = bad != digits.size()
                      ? "company prefix holds a character that is not a digit"
                      : "company prefix has " + std::to_string(digits.size()) + " digits";
  error.offset = std::min(bad, kSizeMax);
  error.length = bad != digits.size() ? 1 : 0;
  error.rule = "4 to 12 digits (GS1 General Specifications 1.4.4)";
  error.remedy = "take the prefix from the licence certificate of the GS1 member organisation";
  return error;
}

Result<Sscc> Sscc::parse(std::string_view digits) {
  if (const auto sscc = try_parse(digits)) return *sscc;
  return explain_key(digits, kSize, "00", "SSCC");
}

std::optional<Sscc> Sscc::try_parse(std::string_view digits) noexcept {
  Sscc sscc;
  if (!detail::check_into(sscc.digits_, digits)) return std::nullopt;
  return sscc;
}

std::optional<Sscc> Sscc::complete(std::string_view seventeen_digits) noexcept {
  Sscc sscc;
  if (!detail::complete_into(sscc.digits_, seventeen_digits)) return std::nullopt;
  return sscc;
}

std::uint64_t Sscc::serial_references(const CompanyPrefix& prefix) {
  return power_of_ten(16 - prefix.size());
}

Result<Sscc> Sscc::make(const CompanyPrefix& prefix, unsigned extension,
                        std::uint64_t serial_reference) {
  if (extension > 9) {
    return Error{.code = Errc::InvalidArgument,
                 .message = "extension digit is " + std::to_string(extension),
                 .field = "SSCC extension digit",
                 .rule = "0 to 9",
                 .remedy = "choose a digit"};
  }
  if (serial_reference >= serial_references(prefix)) {
    return Error{.code = Errc::ResourceExhausted,
                 .message = "serial reference " + std::to_string(serial_reference) +
                            " does not fit under company prefix " + std::string(prefix.digits()),
                 .field = "SSCC serial reference",
                 .rule = "below " + std::to_string(serial_references(prefix)),
                 .remedy = "use another extension digit or company prefix"};
  }
  std::array<char, kSize - 1> digits;
  digits[0] = static_cast<char>('0' + extension);
  std::memcpy(digits.data() + 1, prefix.digits().data(), prefix.size());
  for (std::size_t i = digits.size(); i-- > prefix.size() + 1; serial_reference /= 10) {
    digits[i] = static_cast<char>('0' + serial_reference % 10);
  }
  return *complete({digits.data(), digits.size()});
}

std::uint64_t Sscc::number() const { return to_number(digits()); }

namespace {

// The type part of a GRAI, GDTI or GCN, which stands at `at` of `value`.
Result<Gln> parse_type(std::string_view value, std::size_t at, std::string_view ai,
                       std::string_view name) {
  const std::string_view digits = value.substr(std::min(at, value.size()), Gln::kSize);
  if (const auto type = Gln::try_parse(digits)) return *type;
  Error error = explain_key(digits, Gln::kSize, ai, name);
  if (error.offset) *error.offset += at;
  return error;
}

// What follows the type, when anything does.
template <class Serial>
Result<std::optional<Serial>> parse_tail(std::string_view value, std::size_t at) {
  if (value.size() <= at) return std::optional<Serial>();
  auto serial = Serial::parse(value.substr(at));
  if (serial) return std::optional<Serial>(*serial);
  Error error = std::move(serial).error();
  if (error.offset) *error.offset += at;
  return error;
}

}  // namespace

Result<Grai> Grai::parse(std::string_view ai_8003_value) {
  constexpr std::size_t kTypeEnd = 1 + Gln::kSize;
  if (ai_8003_value.size() < kTypeEnd || ai_8003_value[0] != '0') {
    return Error{.code = Errc::InvalidArgument,
                 .message = "GRAI does not begin with 0 and 13 digits",
                 .field = "8003",
                 .offset = 0,
                 .length = 1,
                 .rule = "0, then 13 digits with check digit, then an optional serial X..16",
                 .remedy = "give the value of AI (8003)"};
  }
  const Gln type = PACKTRAIL_TRY(parse_type(ai_8003_value, 1, "8003", "GRAI"));
  return Grai{type, PACKTRAIL_TRY(parse_tail<GraiSerial>(ai_8003_value, kTypeEnd))};
}

Result<Gdti> Gdti::parse(std::string_view ai_253_value) {
  const Gln type = PACKTRAIL_TRY(parse_type(ai_253_value, 0, "253", "GDTI"));
  return Gdti{type, PACKTRAIL_TRY(parse_tail<GdtiSerial>(ai_253_value, Gln::kSize))};
}

Result<Gcn> Gcn::parse(std::string_view ai_255_value) {
  const Gln offer = PACKTRAIL_TRY(parse_type(ai_255_value, 0, "255", "GCN"));
  return Gcn{offer, PACKTRAIL_TRY(parse_tail<GcnSerial>(ai_255_value, Gln::kSize))};
}

Result<Cpi> Cpi::parse(std::string_view part, std::string_view serial) {
  Cpi cpi{PACKTRAIL_TRY(Cpid::parse(part)), PACKTRAIL_TRY(parse_tail<CpidSerial>(serial, 0))};
  const std::size_t prefix = find_outside(part, kDigit);
  if (prefix < CompanyPrefix::kSizeMin) {
    return Error{.code = Errc::InvalidArgument,
                 .message = "the part identifier does not begin with a company prefix",
                 .field = "8010",
                 .offset = prefix,
                 .length = prefix < part.size() ? 1U : 0U,
                 .rule = "company prefix, then a reference of GS1 character set 39",
                 .remedy = "begin with the company prefix, all digits"};
  }
  if (serial.size() > 1 && serial[0] == '0') {
    return Error{.code = Errc::InvalidArgument,
                 .message = "the component serial number begins with zero",
                 .field = "8011",
                 .offset = 0,
                 .length = 1,
                 .rule = "1 to 12 digits without leading zeros (GS1 General Specifications 3.9.7)",
                 .remedy = "leave the leading zeros out"};
  }
  return cpi;
}

std::optional<PieceOfTotal> PieceOfTotal::try_parse(std::string_view digits) noexcept {
  PieceOfTotal value;
  if (digits.size() != value.digits_.size() || find_outside(digits, kDigit) != digits.size()) {
    return std::nullopt;
  }
  std::memcpy(value.digits_.data(), digits.data(), digits.size());
  if (value.piece() == 0 || value.piece() > value.total()) return std::nullopt;
  return value;
}

Result<PieceOfTotal> PieceOfTotal::parse(std::string_view digits) {
  if (const auto value = try_parse(digits)) return *value;
  return Error{.code = Errc::InvalidArgument,
               .message = "piece and total are wrong",
               .field = "8006",
               .offset = 0,
               .length = digits.size(),
               .rule = "two digits each, 01 to 99, the piece not above the total",
               .remedy = "write piece 1 of 2 as 0102"};
}

Result<Itip> Itip::parse(std::string_view ai_8006_value, std::string_view serial) {
  const std::string_view digits = ai_8006_value.substr(0, Gtin::kSize);
  const auto gtin = Gtin::try_parse(digits);
  if (!gtin) return explain_key(digits, Gtin::kSize, "8006", "ITIP");
  auto piece = PieceOfTotal::parse(ai_8006_value.substr(Gtin::kSize));
  if (!piece) {
    Error error = std::move(piece).error();
    error.offset = Gtin::kSize;
    return error;
  }
  return Itip{*gtin, *piece, PACKTRAIL_TRY(parse_tail<SerialNumber>(serial, 0))};
}

std::string Sgtin::to_hri() const {
  std::string text = "(01)";
  text.append(gtin.digits()).append("(21)").append(serial.text());
  return text;
}

}  // namespace packtrail::gs1
