#include "gs1/pzn.h"

#include <cstring>
#include <string>

#include "gs1/charset.h"

namespace packtrail::gs1 {
namespace {

constexpr std::string_view kNtinPrefix = "04150";

// Weights 1 to 7 from the left, mod 11; 10 is never issued.
std::optional<char> pzn_check(std::string_view seven) {
  if (seven.size() != Pzn::kSize - 1 || find_outside(seven, kDigit) != seven.size()) {
    return std::nullopt;
  }
  unsigned sum = 0;
  for (std::size_t i = 0; i < seven.size(); ++i) {
    sum += static_cast<unsigned>(i + 1) * static_cast<unsigned>(seven[i] - '0');
  }
  if (sum % 11 == 10) return std::nullopt;
  return static_cast<char>('0' + sum % 11);
}

Error pzn_error(std::string message, std::size_t offset, std::size_t length, std::string remedy) {
  return Error{.code = Errc::InvalidArgument,
               .message = std::move(message),
               .field = "PZN",
               .offset = offset,
               .length = length,
               .rule = "8 digits, the last one the check digit mod 11 over weights 1 to 7",
               .remedy = std::move(remedy)};
}

// The codes of the characters with weights 2, 3, 4, ..., mod 97.
unsigned ppn_check(std::string_view text) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    sum += static_cast<unsigned>(i + 2) * static_cast<unsigned char>(text[i]);
  }
  return sum % 97;
}

std::array<char, 2> two_digits(unsigned number) {
  return {static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
}

Error ppn_error(std::string message, std::size_t offset, std::size_t length, std::string remedy) {
  return Error{.code = Errc::InvalidArgument,
               .message = std::move(message),
               .field = "PPN",
               .offset = offset,
               .length = length,
               .rule =
                   "agency code, number and check digits mod 97: 5 to 22 digits and capital "
                   "letters (IFA PPN code specification 4)",
               .remedy = std::move(remedy)};
}

}  // namespace

Result<Pzn> Pzn::parse(std::string_view digits) {
  const std::size_t bad = find_outside(digits, kDigit);
  if (digits.size() == kSize - 1 && bad == digits.size()) {
    return pzn_error("the PZN has 7 digits", kSize - 1, 0,
                     "write it with a leading zero: 0" + std::string(digits));
  }
  if (digits.size() != kSize) {
    return pzn_error("the PZN has " + std::to_string(digits.size()) + " characters",
                     digits.size() < kSize ? digits.size() : kSize,
                     digits.size() > kSize ? digits.size() - kSize : 0, "give all 8 digits");
  }
  if (bad != kSize) {
    return pzn_error("the PZN holds a character that is not a digit", bad, 1,
                     "replace the character by a digit");
  }
  const auto right = pzn_check(digits.substr(0, kSize - 1));
  if (right != digits.back()) {
    return pzn_error(right
                         ? std::string("check digit is ") + digits.back() + ", should be " + *right
                         : "no PZN begins with these 7 digits",
                     kSize - 1, 1, "compare every digit with the source; one of them is wrong");
  }
  Pzn pzn;
  std::memcpy(pzn.digits_.data(), digits.data(), kSize);
  return pzn;
}

std::optional<Pzn> Pzn::complete(std::string_view seven_digits) noexcept {
  const auto check = pzn_check(seven_digits);
  if (!check) return std::nullopt;
  Pzn pzn;
  std::memcpy(pzn.digits_.data(), seven_digits.data(), kSize - 1);
  pzn.digits_[kSize - 1] = *check;
  return pzn;
}

std::optional<Pzn> Pzn::of_ntin(const Gtin& gtin) noexcept {
  const std::string_view digits = gtin.digits();
  if (!digits.starts_with(kNtinPrefix)) return std::nullopt;
  const auto pzn = complete(digits.substr(kNtinPrefix.size(), kSize - 1));
  if (!pzn || pzn->digits().back() != digits[kNtinPrefix.size() + kSize - 1]) return std::nullopt;
  return pzn;
}

Gtin Pzn::ntin() const {
  std::array<char, Gtin::kSize - 1> body;
  std::memcpy(body.data(), kNtinPrefix.data(), kNtinPrefix.size());
  std::memcpy(body.data() + kNtinPrefix.size(), digits_.data(), kSize);
  return *Gtin::complete({body.data(), body.size()});
}

Result<Ppn> Ppn::parse(std::string_view text) {
  if (text.size() < kSizeMin || text.size() > kSizeMax) {
    return ppn_error("the PPN has " + std::to_string(text.size()) + " characters",
                     text.size() < kSizeMin ? text.size() : kSizeMax,
                     text.size() > kSizeMax ? text.size() - kSizeMax : 0, "give the whole PPN");
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_digit(text[i]) || (text[i] >= 'A' && text[i] <= 'Z')) continue;
    return ppn_error("the PPN holds a character that is no digit or capital letter", i, 1,
                     "replace the character");
  }
  const std::size_t end = text.size() - 2;
  const auto right = two_digits(ppn_check(text.substr(0, end)));
  const std::string_view should(right.data(), right.size());
  if (text.substr(end) != should) {
    return ppn_error(
        "check digits are " + std::string(text.substr(end)) + ", should be " + std::string(should),
        end, 2, "compare every character with the source; one of them is wrong");
  }
  if (text.starts_with(kPznAgency)) {
    auto pzn = Pzn::parse(text.substr(2, end - 2));
    if (!pzn) {
      Error error = std::move(pzn).error();
      if (error.offset) *error.offset += 2;
      error.field = "PPN";
      return error;
    }
  }
  Ppn ppn;
  std::memcpy(ppn.text_.data(), text.data(), text.size());
  ppn.size_ = static_cast<std::uint8_t>(text.size());
  return ppn;
}

Ppn Ppn::of(const Pzn& pzn) {
  Ppn ppn;
  std::memcpy(ppn.text_.data(), kPznAgency.data(), 2);
  std::memcpy(ppn.text_.data() + 2, pzn.digits().data(), Pzn::kSize);
  const auto check = two_digits(ppn_check({ppn.text_.data(), 2 + Pzn::kSize}));
  std::memcpy(ppn.text_.data() + 2 + Pzn::kSize, check.data(), 2);
  ppn.size_ = 4 + Pzn::kSize;
  return ppn;
}

std::optional<Pzn> Ppn::pzn() const {
  if (agency() != kPznAgency) return std::nullopt;
  return Pzn::complete(number().substr(0, Pzn::kSize - 1));
}

}  // namespace packtrail::gs1
