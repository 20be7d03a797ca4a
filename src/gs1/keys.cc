// Gtin, Gln, CompanyPrefix, Sscc, Grai, Sgtin and the texts held in place.
#include <algorithm>
#include <cstring>
#include <string>

#include "gs1/asset.h"
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

// The weighted sum of N digits whose last one has weight `last`; nothing when one is no digit. The
// size is a constant, so the loop is straight code.
template <std::size_t N>
std::optional<unsigned> digit_sum(const char* digits, unsigned last) {
  unsigned sum = 0;
  bool bad = false;
  for (std::size_t i = 0; i < N; ++i) {
    const auto value = static_cast<unsigned>(static_cast<unsigned char>(digits[i])) - '0';
    bad |= value > 9;
    sum += (N - 1 - i) % 2 == 0 ? value * last : value * (4 - last);
  }
  if (bad) return std::nullopt;
  return sum;
}

// Copies `digits` when they are N digits that end with their check digit.
template <std::size_t N>
bool check_into(std::array<char, N>& out, std::string_view digits) {
  if (digits.size() != N) return false;
  const auto sum = digit_sum<N>(digits.data(), 1);
  if (!sum || *sum % 10 != 0) return false;
  std::memcpy(out.data(), digits.data(), N);
  return true;
}

// Copies `body` and its check digit; false unless body is exactly N - 1 digits.
template <std::size_t N>
bool complete_into(std::array<char, N>& out, std::string_view body) {
  if (body.size() != N - 1) return false;
  const auto sum = digit_sum<N - 1>(body.data(), 3);
  if (!sum) return false;
  std::memcpy(out.data(), body.data(), N - 1);
  out[N - 1] = static_cast<char>('0' + (10 - *sum % 10) % 10);
  return true;
}

constexpr std::uint64_t power_of_ten(std::size_t exponent) {
  std::uint64_t power = 1;
  for (std::size_t i = 0; i < exponent; ++i) power *= 10;
  return power;
}

}  // namespace

Error explain_component(std::string_view text, std::size_t size_max, std::string_view ai,
                        std::string_view name) {
  Error error{.code = Errc::InvalidArgument, .message = {}, .field = std::string(ai)};
  const std::string range =
      "1 to " + std::to_string(size_max) + " characters of GS1 character set 82";
  error.rule = range;
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
    error.message = std::string(name) + " holds a character outside GS1 character set 82";
    error.offset = find_outside(text, kCset82);
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
  if (!check_into(gtin.digits_, digits)) return std::nullopt;
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
  if (!complete_into(gtin.digits_, thirteen_digits)) return std::nullopt;
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

Result<Gln> Gln::parse(std::string_view digits) {
  if (const auto gln = try_parse(digits)) return *gln;
  return explain_key(digits, kSize, "GLN", "GLN");
}

std::optional<Gln> Gln::try_parse(std::string_view digits) noexcept {
  Gln gln;
  if (!check_into(gln.digits_, digits)) return std::nullopt;
  return gln;
}

std::optional<Gln> Gln::complete(std::string_view twelve_digits) noexcept {
  Gln gln;
  if (!complete_into(gln.digits_, twelve_digits)) return std::nullopt;
  return gln;
}

Result<Sscc> Sscc::parse(std::string_view digits) {
  if (const auto sscc = try_parse(digits)) return *sscc;
  return explain_key(digits, kSize, "00", "SSCC");
}

std::optional<Sscc> Sscc::try_parse(std::string_view digits) noexcept {
  Sscc sscc;
  if (!check_into(sscc.digits_, digits)) return std::nullopt;
  return sscc;
}

std::optional<Sscc> Sscc::complete(std::string_view seventeen_digits) noexcept {
  Sscc sscc;
  if (!complete_into(sscc.digits_, seventeen_digits)) return std::nullopt;
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

Result<Grai> Grai::parse(std::string_view ai_8003_value) {
  if (ai_8003_value.size() < 14 || ai_8003_value[0] != '0') {
    return Error{.code = Errc::InvalidArgument,
                 .message = "GRAI does not begin with 0 and 13 digits",
                 .field = "8003",
                 .offset = 0,
                 .length = 1,
                 .rule = "0, then 13 digits with check digit, then an optional serial X..16",
                 .remedy = "give the value of AI (8003)"};
  }
  auto asset_type = Gln::try_parse(ai_8003_value.substr(1, Gln::kSize));
  if (!asset_type) {
    Error error = explain_key(ai_8003_value.substr(1, Gln::kSize), Gln::kSize, "8003", "GRAI");
    if (error.offset) *error.offset += 1;
    return error;
  }
  Grai grai{*asset_type, std::nullopt};
  if (ai_8003_value.size() > 14) {
    auto serial = GraiSerial::parse(ai_8003_value.substr(14));
    if (!serial) {
      Error error = std::move(serial).error();
      if (error.offset) *error.offset += 14;
      return error;
    }
    grai.serial = *serial;
  }
  return grai;
}

std::string Sgtin::to_hri() const {
  std::string text = "(01)";
  text.append(gtin.digits()).append("(21)").append(serial.text());
  return text;
}

}  // namespace packtrail::gs1
