// gs1/text_bits.h - which characters of a text are digits, CSET 82 and separators, as bit rows.
//
// The first step of the fast readers: after one pass over the text, "is this value all digits" and
// "where does it end" are a shift and a mask, whatever its length. Sixteen characters a step on
// x86-64 (SSE2, which every such CPU has); the portable pass gives the same rows. Reads the text
// and nothing beside it. Thread safety: a value. Cost: about 0.5 ns per 16 characters.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace packtrail::gs1 {

class TextBits {
 public:
  static constexpr std::size_t kTextMax = 512;

  enum class Row : std::uint8_t {
    NotDigit,   // And everything behind the text.
    NotCset82,  // And everything behind the text.
    Separator,  // GS, and the place behind the last character.
  };

  // Precondition: text.size() <= kTextMax.
  explicit TextBits(std::string_view text);
  // The same rows without vector instructions: the oracle of the one above.
  static TextBits portable(std::string_view text);

  // 64 bits of `row` from `at` on, the character at `at` lowest. at <= kTextMax.
  [[nodiscard]] std::uint64_t window(Row row, std::size_t at) const {
    const auto& words = rows_[static_cast<std::size_t>(row)];
    const std::size_t word = at >> 6U;
    const unsigned shift = at & 63U;
    return words[word] >> shift | words[word + 1] << 1U << (63U - shift);
  }
  // No bit of `row` in [at, at + size). at + size <= kTextMax + 1.
  [[nodiscard]] bool is_clear(Row row, std::size_t at, std::size_t size) const {
    while (size > 64) {
      if (window(row, at) != 0) return false;
      at += 64;
      size -= 64;
    }
    return size == 0 || window(row, at) << (64U - size) == 0;
  }
  // The first bit of Row::Separator at or behind `at`; at most the text's size for at <= size.
  [[nodiscard]] std::size_t next_separator(std::size_t at) const {
    std::uint64_t bits = window(Row::Separator, at);
    while (bits == 0) bits = window(Row::Separator, at += 64);
    return at + static_cast<std::size_t>(std::countr_zero(bits));
  }
  [[nodiscard]] bool is_separator(std::size_t at) const {
    return (window(Row::Separator, at) & 1U) != 0;
  }

  friend bool operator==(const TextBits& a, const TextBits& b);

 private:
  TextBits() {}  // NOLINT(modernize-use-equals-default): leaves the rows unset.
  template <class Lanes>
  void fill(std::string_view text, Lanes lanes);

  static constexpr std::size_t kWords = kTextMax / 64 + 2;
  std::size_t words_ = 0;  // That hold characters or the end; one more is set behind them.
  std::array<std::array<std::uint64_t, kWords>, 3> rows_;
};

// The same for texts of up to 63 characters, which a single word per row holds: most symbols.
class ShortTextBits {
 public:
  static constexpr std::size_t kTextMax = 63;
  using Row = TextBits::Row;

  // Precondition: text.size() <= kTextMax.
  explicit ShortTextBits(std::string_view text);

  // As the functions of TextBits. at < 64; at + size <= 64.
  [[nodiscard]] bool is_clear(Row row, std::size_t at, std::size_t size) const {
    return size == 0 || rows_[static_cast<std::size_t>(row)] >> at << (64U - size) == 0;
  }
  [[nodiscard]] std::size_t next_separator(std::size_t at) const {
    const std::uint64_t bits = rows_[static_cast<std::size_t>(Row::Separator)] >> at;
    return at + static_cast<std::size_t>(std::countr_zero(bits));
  }
  [[nodiscard]] bool is_separator(std::size_t at) const {
    return (rows_[static_cast<std::size_t>(Row::Separator)] >> at & 1U) != 0;
  }

 private:
  std::array<std::uint64_t, 3> rows_;
};

// Whether the mod-10 check digit of GenSpecs 7.9 is right. `end` points behind the last of `size`
// digits, 2..18; at least 16 characters before `end` can be read, and all `size` are digits.
[[nodiscard]] bool check_digit_holds(const char* end, std::size_t size);

}  // namespace packtrail::gs1
