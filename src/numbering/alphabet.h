// numbering/alphabet.h - the characters of a serial number format, in the order of their values.
//
// Thread safety: immutable value. Cost: a few hundred bytes; look-ups are one table access.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace packtrail::numbering {

class Alphabet {
 public:
  static constexpr std::size_t kRadixMin = 2;
  static constexpr std::size_t kRadixMax = 64;
  static constexpr std::uint8_t kNoDigit = 0xff;

  // kRadixMin..kRadixMax distinct characters of GS1 character set 82. The error's offset is the
  // first character that is repeated or not allowed.
  static Result<Alphabet> parse(std::string_view characters);

  // 30 characters, "23456789ABCDEFGHJKLMNPQRSTVWXY": digits and capitals less both of 0 O and of
  // 1 I (nobody can tell which was meant), less U (read as V) and less Z (read as 2). No lower
  // case: keyboard-wedge scanners flip it under caps lock. No 0: spreadsheets drop leading zeros.
  // 30^9 = 1.97e13 is its first power above the 10^13 that a pool needs.
  static const Alphabet& unambiguous();
  // 0123456789, for formats that must be numeric.
  static const Alphabet& numeric();

  [[nodiscard]] std::size_t radix() const { return radix_; }
  [[nodiscard]] std::string_view characters() const { return {characters_.data(), radix_}; }
  [[nodiscard]] char at(std::size_t value) const { return characters_[value]; }  // value < radix().
  // The value of a character, kNoDigit when it is not in the alphabet.
  [[nodiscard]] std::uint8_t value_of(char c) const {
    return values_[static_cast<unsigned char>(c)];
  }
  friend bool operator==(const Alphabet& a, const Alphabet& b) {
    return a.characters() == b.characters();
  }

 private:
  Alphabet() = default;
  std::size_t radix_ = 0;
  std::array<char, kRadixMax> characters_{};
  std::array<std::uint8_t, 256> values_{};
};

}  // namespace packtrail::numbering
