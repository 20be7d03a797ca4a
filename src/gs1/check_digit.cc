#include "gs1/check_digit.h"

#include <string>

#include "gs1/charset.h"

namespace packtrail::gs1 {
namespace {

unsigned weighted_sum(std::string_view digits, unsigned last_weight) {
  unsigned sum = 0;
  unsigned weight = last_weight;
  for (std::size_t i = digits.size(); i-- > 0; weight = 4 - weight) {
    sum += weight * static_cast<unsigned>(digits[i] - '0');
  }
  return sum;
}

bool all_digits(std::string_view text) { return find_outside(text, kDigit) == text.size(); }

}  // namespace

std::optional<char> check_digit(std::string_view digits_without_cd) {
  if (digits_without_cd.empty() || !all_digits(digits_without_cd)) return std::nullopt;
  return static_cast<char>('0' + (10 - weighted_sum(digits_without_cd, 3) % 10) % 10);
}

bool has_valid_check_digit(std::string_view digits) {
  return digits.size() >= 2 && all_digits(digits) && weighted_sum(digits, 1) % 10 == 0;
}

Error explain_key(std::string_view digits, std::size_t size, std::string_view field,
                  std::string_view key_name) {
  Error error{.code = Errc::InvalidArgument, .message = {}, .field = std::string(field)};
  const std::string count = std::to_string(size);
  const std::size_t bad = find_outside(digits, kDigit);
  if (digits.size() != size) {
    error.message = std::string(key_name) + " has " + std::to_string(digits.size()) +
                    " characters, should have " + count;
    error.offset = digits.size() < size ? digits.size() : size;
    error.length = digits.size() > size ? digits.size() - size : 0;
    error.rule = "exactly " + count + " digits";
    error.remedy = "give all " + count + " digits, check digit included";
  } else if (bad != digits.size()) {
    error.message = std::string(key_name) + " holds a character that is not a digit";
    error.offset = bad;
    error.length = 1;
    error.rule = "exactly " + count + " digits";
    error.remedy = "replace the character by a digit";
  } else {
    const char should = *check_digit(digits.substr(0, size - 1));
    error.message = "check digit is ";
    error.message.append(1, digits.back()).append(", should be ").append(1, should);
    error.offset = size - 1;
    error.length = 1;
    error.rule = "the last digit is the mod-10 check digit (GS1 General Specifications 7.9)";
    error.remedy = "compare every digit with the source; one of them is wrong";
  }
  return error;
}

}  // namespace packtrail::gs1
