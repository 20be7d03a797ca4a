#include "gs1/national_number.h"

#include <array>

#include "gs1/charset.h"
#include "gs1/check_digit.h"
#include "gs1/ndc.h"
#include "gs1/pzn.h"

namespace packtrail::gs1 {
namespace {

struct SchemeRow {
  NationalScheme scheme;
  std::string_view ai;
  std::string_view title;
  std::string_view form;
};
constexpr std::array<SchemeRow, 8> kSchemes{{
    {NationalScheme::kPzn, "710", "PZN (Germany)", "8 digits, check digit mod 11"},
    {NationalScheme::kCip, "711", "CIP (France)",
     "13 digits that begin with 3400 and end with the mod-10 check digit, or 7 digits"},
    {NationalScheme::kCn, "712", "CN (Spain)",
     "6 digits, or 7 with the check digit of the EAN of prefix 847000"},
    {NationalScheme::kAnvisa, "713", "ANVISA registration (Brazil)", "13 digits"},
    {NationalScheme::kAim, "714", "AIM registration (Portugal)", "7 digits"},
    {NationalScheme::kNdc, "715", "NDC (United States)",
     "10, 11 or 12 digits, or labeler-product-package with hyphens"},
    {NationalScheme::kAic, "716", "AIC (Italy)",
     "9 digits, the last one the check digit, or 6 characters in base 32"},
    {NationalScheme::kSrn, "717", "SRN (Costa Rica)", "1 to 20 characters"},
}};
constexpr std::string_view kCnPrefix = "847000";
constexpr std::string_view kBase32 = "0123456789BCDFGHJKLMNPQRSTUVWXYZ";

const SchemeRow& row_of(NationalScheme scheme) {
  return kSchemes[static_cast<std::size_t>(scheme)];
}

bool is_digits(std::string_view text, std::size_t size) {
  return text.size() == size && find_outside(text, kDigit) == size;
}

// The EAN-13 of a Spanish code; its last digit is the code's check digit, too.
std::string cn_ean(std::string_view six) {
  std::string ean(kCnPrefix);
  ean.append(six);
  ean.push_back(*check_digit(ean));
  return ean;
}

// Digits in even places count double, with the digits of the product added (Luhn's sum, not its
// complement).
char aic_check(std::string_view eight) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < eight.size(); ++i) {
    const unsigned product = static_cast<unsigned>(eight[i] - '0') * (i % 2 == 0 ? 1U : 2U);
    sum += product / 10 + product % 10;
  }
  return static_cast<char>('0' + sum % 10);
}

Error wrong(NationalScheme scheme, std::string message, std::size_t offset, std::size_t length) {
  const SchemeRow& row = row_of(scheme);
  return Error{.code = Errc::InvalidArgument,
               .message = std::move(message),
               .field = std::string(row.ai),
               .offset = offset,
               .length = length,
               .rule = std::string(row.title) + ": " + std::string(row.form),
               .remedy = "compare every character with the source"};
}

Error wrong_form(NationalScheme scheme, std::string_view text) {
  return wrong(scheme, "the number does not have the country's form", 0, text.size());
}

Error wrong_check(NationalScheme scheme, std::string_view text, char should) {
  std::string message = "check digit is ";
  message.append(1, text.back()).append(", should be ").append(1, should);
  return wrong(scheme, std::move(message), text.size() - 1, 1);
}

// What was checked, or why the text is none of the scheme. Precondition: 1..20 of CSET 82.
Result<NationalCheck> check_form(NationalScheme scheme, std::string_view text) {
  switch (scheme) {
    case NationalScheme::kPzn: {
      auto pzn = Pzn::parse(text);
      if (pzn) return NationalCheck::kCheckDigit;
      Error error = std::move(pzn).error();
      error.field = "710";
      return error;
    }
    case NationalScheme::kCip:
      if (is_digits(text, 7)) return NationalCheck::kForm;
      if (!is_digits(text, 13) || !text.starts_with("3400")) return wrong_form(scheme, text);
      if (!has_valid_check_digit(text)) {
        return wrong_check(scheme, text, *check_digit(text.substr(0, 12)));
      }
      return NationalCheck::kCheckDigit;
    case NationalScheme::kCn: {
      if (is_digits(text, 6)) return NationalCheck::kForm;
      if (!is_digits(text, 7)) return wrong_form(scheme, text);
      const char should = cn_ean(text.substr(0, 6)).back();
      if (text.back() != should) return wrong_check(scheme, text, should);
      return NationalCheck::kCheckDigit;
    }
    case NationalScheme::kAnvisa:
      if (!is_digits(text, 13)) return wrong_form(scheme, text);
      return NationalCheck::kForm;
    case NationalScheme::kAim:
      if (!is_digits(text, 7)) return wrong_form(scheme, text);
      return NationalCheck::kForm;
    case NationalScheme::kNdc: {
      if (is_digits(text, 10) || is_digits(text, 11) || is_digits(text, 12)) {
        return NationalCheck::kForm;
      }
      auto ndc = Ndc::parse(text);
      if (ndc) return NationalCheck::kForm;
      return wrong_form(scheme, text);
    }
    case NationalScheme::kAic: {
      std::string digits(text);
      if (text.size() == 6) {
        const auto converted = aic_from_base32(text);
        if (!converted) return wrong_form(scheme, text);
        digits = *converted;
      }
      if (!is_digits(digits, 9)) return wrong_form(scheme, text);
      const char should = aic_check(std::string_view(digits).substr(0, 8));
      if (digits.back() == should) return NationalCheck::kCheckDigit;
      if (text.size() == 6) return wrong(scheme, "the check digit of the code is wrong", 0, 6);
      return wrong_check(scheme, text, should);
    }
    case NationalScheme::kSrn:
      break;
  }
  return NationalCheck::kCharacters;
}

}  // namespace

std::optional<NationalScheme> national_scheme(Ai ai) {
  if (ai.digits != 3 || ai.number < 710 || ai.number > 717) return std::nullopt;
  return static_cast<NationalScheme>(ai.number - 710);
}

Ai ai_of(NationalScheme scheme) {
  return {static_cast<std::uint16_t>(710 + static_cast<unsigned>(scheme)), 3};
}

std::string_view title_of(NationalScheme scheme) { return row_of(scheme).title; }

Result<NationalNumber> NationalNumber::parse(NationalScheme scheme, std::string_view text) {
  auto characters = ComponentText<NationalTextTag>::parse(text);
  if (!characters) {
    Error error = std::move(characters).error();
    error.field = row_of(scheme).ai;
    return error;
  }
  return NationalNumber(scheme, *characters, PACKTRAIL_TRY(check_form(scheme, text)));
}

std::optional<Gtin> NationalNumber::ntin() const {
  std::string digits = "0";
  if (scheme_ == NationalScheme::kPzn) return Pzn::parse(text())->ntin();
  if (scheme_ == NationalScheme::kCip && text().size() == 13) digits.append(text());
  if (scheme_ == NationalScheme::kCn) digits.append(cn_ean(text().substr(0, 6)));
  return Gtin::try_parse(digits);
}

std::optional<std::string> aic_to_base32(std::string_view nine_digits) {
  if (!is_digits(nine_digits, 9)) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : nine_digits) number = number * 10 + static_cast<std::uint64_t>(c - '0');
  std::string out(6, '0');
  for (std::size_t i = out.size(); i-- > 0; number /= 32) out[i] = kBase32[number % 32];
  return out;
}

std::optional<std::string> aic_from_base32(std::string_view six_characters) {
  if (six_characters.size() != 6) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : six_characters) {
    const std::size_t at = kBase32.find(c);
    if (at == std::string_view::npos) return std::nullopt;
    number = number * 32 + at;
  }
  if (number > 999'999'999) return std::nullopt;
  std::string out(9, '0');
  for (std::size_t i = out.size(); i-- > 0; number /= 10) {
    out[i] = static_cast<char>('0' + number % 10);
  }
  return out;
}

}  // namespace packtrail::gs1
