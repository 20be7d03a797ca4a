// gs1/charset.h - the character sets of the GS1 General Specifications, as one lookup table.
//
// CSET 82 is AI type X, CSET 39 is AI type Y, CSET 64 (base64url) is AI type Z (GenSpecs 7.11).
// Thread safety: constants. Cost: one table look-up per character.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace packtrail::gs1 {

enum CharClass : std::uint8_t {
  kDigit = 1,
  kCset82 = 2,
  kCset39 = 4,
  kCset64 = 8,
  kUrnPlain = 16,       // CSET 82 characters that an EPC URN holds unescaped (TDS 6).
  kUriUnreserved = 32,  // RFC 3986 2.3: the only characters Packtrail writes unescaped in a link.
  kUriChar = 64,        // RFC 3986: may occur anywhere in a URI ('%' included).
  kUriPlain = 128,      // kUriChar without the three that end a path segment: / ? #
};

namespace detail {
constexpr bool contains(std::string_view set, char c) {
  return set.find(c) != std::string_view::npos;
}
constexpr std::array<std::uint8_t, 256> make_char_classes() {
  std::array<std::uint8_t, 256> table{};
  for (int i = 0; i < 128; ++i) {
    const char c = static_cast<char>(i);
    const bool digit = c >= '0' && c <= '9';
    const bool upper = c >= 'A' && c <= 'Z';
    const bool lower = c >= 'a' && c <= 'z';
    const bool word = digit || upper || lower;
    unsigned bits = 0;
    if (digit) bits |= kDigit;
    if (word || contains("!\"%&'()*+,-./:;<=>?_", c)) bits |= kCset82;
    if (digit || upper || contains("#-/", c)) bits |= kCset39;
    if (word || contains("-_=", c)) bits |= kCset64;
    if (word || contains("!'()*+,-.:;=_", c)) bits |= kUrnPlain;
    if (word || contains("-._~", c)) bits |= kUriUnreserved;
    if (word || contains("-._~:/?#[]@!$&'()*+,;=%", c)) bits |= kUriChar;
    if ((bits & kUriChar) != 0 && !contains("/?#", c)) bits |= kUriPlain;
    table[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(bits);
  }
  return table;
}
}  // namespace detail

inline constexpr std::array<std::uint8_t, 256> kCharClasses = detail::make_char_classes();

constexpr bool is_in(char c, CharClass set) {
  return (kCharClasses[static_cast<unsigned char>(c)] & set) != 0;
}
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The value of a hexadecimal digit of either case; -1 for another character.
constexpr int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// Index of the first character outside `set`; text.size() when there is none.
constexpr std::size_t find_outside(std::string_view text, CharClass set) {
  std::size_t i = 0;
  while (i < text.size() && is_in(text[i], set)) ++i;
  return i;
}

}  // namespace packtrail::gs1
