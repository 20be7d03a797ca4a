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

// The place of each character of CSET 82 among the 82, in the order of their codes.
constexpr std::array<std::uint8_t, 256> make_places() {
  std::array<std::uint8_t, 256> places{};
  std::uint8_t next = 0;
  for (std::size_t c = 0; c < 128; ++c) {
    if (is_in(static_cast<char>(c), kCset82)) places[c] = next++;
  }
  return places;
}
constexpr std::array<std::uint8_t, 256> kPlaces = make_places();

bool all_digits(std::string_view text) { return find_outside(text, kDigit) == text.size(); }

}  // namespace

std::optional<char> check_digit(std::string_view digits_without_cd) {
  if (digits_without_cd.empty() || !all_digits(digits_without_cd)) return std::nullopt;
  return static_cast<char>('0' + (10 - weighted_sum(digits_without_cd, 3) % 10) % 10);
}

bool has_valid_check_digit(std::string_view digits) {
  return digits.size() >= 2 && all_digits(digits) && weighted_sum(digits, 1) % 10 == 0;
}

std::optional<std::array<char, 2>> check_characters(std::string_view body) {
  static constexpr std::array<unsigned, 23> kPrimes{2,  3,  5,  7,  11, 13, 17, 19, 23, 29, 31, 37,
                                                    41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83};
  static constexpr std::string_view kPairs = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
  if (body.size() > kPrimes.size()) return std::nullopt;
  unsigned sum = 0;
  for (std::size_t i = 0; i < body.size(); ++i) {
    const auto c = static_cast<unsigned char>(body[body.size() - 1 - i]);
    if (!is_in(static_cast<char>(c), kCset82)) return std::nullopt;
    sum += kPrimes[i] * kPlaces[c];
  }
  sum %= 1021;
  return std::array<char, 2>{kPairs[sum >> 5], kPairs[sum & 31]};
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
