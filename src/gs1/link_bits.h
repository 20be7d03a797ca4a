// gs1/link_bits.h - where the segments and parameters of a Digital Link begin, as bit rows.
//
// As gs1/text_bits: one pass over the text, then a segment's start is a shift and a count. Reads
// the text and nothing beside it. Thread safety: a value. Cost: about 1 ns per 16 characters.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace packtrail::gs1 {

class LinkBits {
 public:
  static constexpr std::size_t kTextMax = 511;

  // Precondition: text.size() <= kTextMax.
  explicit LinkBits(std::string_view text);
  // The same rows without vector instructions: the oracle of the one above.
  static LinkBits portable(std::string_view text);

  // The last '/' before `end`; 0 when there is none. end <= the size.
  [[nodiscard]] std::size_t slash_before(std::size_t end) const {
    std::uint64_t bits = before(end);
    while (bits == 0 && end > 64) bits = before(end -= 64);
    return bits == 0 ? 0 : end - 1 - static_cast<std::size_t>(std::countl_zero(bits));
  }
  // The first '?' or '&' at or behind `at`, or the text's size. at <= the size.
  [[nodiscard]] std::size_t next_mark(std::size_t at) const {
    std::size_t word = at >> 6U;
    std::uint64_t bits = marks_[word] >> (at & 63U) << (at & 63U);
    while (bits == 0) bits = marks_[++word];
    return word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
  }
  // The first character at or behind `at` that is no slash, no mark and not one of those that CSET
  // 82 and the values of a URI have in common: '%', '~', a space. The text's size when none is.
  [[nodiscard]] std::size_t next_odd(std::size_t at) const {
    std::size_t word = at >> 6U;
    std::uint64_t bits = odd_[word] >> (at & 63U) << (at & 63U);
    while (bits == 0 && word < size_ >> 6U) bits = odd_[++word];
    return bits == 0 ? size_ : word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
  }

  friend bool operator==(const LinkBits& a, const LinkBits& b);

 private:
  LinkBits() {}  // NOLINT(modernize-use-equals-default): leaves the rows unset.
  template <class Lanes>
  void fill(std::string_view text, Lanes lanes);
  // The slashes among the 64 places before `end`, the last one highest.
  [[nodiscard]] std::uint64_t before(std::size_t end) const {
    const unsigned shift = end & 63U;  // The words begin with one for what is before the text.
    return slashes_[(end >> 6U) + 1] << 1U << (63U - shift) | slashes_[end >> 6U] >> shift;
  }

  static constexpr std::size_t kWords = (kTextMax + 1) / 64;
  std::size_t size_ = 0;
  std::array<std::uint64_t, kWords + 1> slashes_;
  std::array<std::uint64_t, kWords> marks_;  // And the place behind the last character.
  std::array<std::uint64_t, kWords> odd_;
};

}  // namespace packtrail::gs1
