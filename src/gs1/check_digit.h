// gs1/check_digit.h - the GS1 check digit and check character pair (GenSpecs 7.9).
//
// Thread safety: free functions without state. Cost: one pass, no heap.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "base/result.h"

namespace packtrail::gs1 {

// The digit '0'..'9' that completes `digits_without_cd`: from the right, weights 3,1,3,1,...
// Nothing when the text is empty or holds a character that is not a digit.
[[nodiscard]] std::optional<char> check_digit(std::string_view digits_without_cd);

// True when `digits` is all digits, at least two of them, and its last one is the check digit.
[[nodiscard]] bool has_valid_check_digit(std::string_view digits);

// The check character pair of an alphanumeric key (GenSpecs 7.9.5: GMN, MUDI): the sum of the
// characters' places in CSET 82, weighted from the right by the primes from 2 on, modulo 1021, as
// two characters of 32. `body` has up to 23 characters; nothing when it is longer or holds a
// character outside CSET 82.
[[nodiscard]] std::optional<std::array<char, 2>> check_characters(std::string_view body);

// Why `digits` is not a key of exactly `size` digits with a check digit: wrong length, a character
// that is not a digit, or a check digit with what it should be. `field` is the AI or key name.
// Precondition: it really is not one.
[[nodiscard]] Error explain_key(std::string_view digits, std::size_t size, std::string_view field,
                                std::string_view key_name);

}  // namespace packtrail::gs1
