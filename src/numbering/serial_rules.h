// numbering/serial_rules.h - what the texts of a pool may not look like, and how many are left.
//
// A required prefix costs nothing: the permutation runs over the characters behind it. What only
// excludes texts (a set of first characters, excluded words) is a filter: a counter whose text does
// not pass is skipped, never mapped to another text, so one permutation stays one permutation and a
// text that does not pass was never issued. The count of texts that pass is exact.
//
// Thread safety: a SerialFilter is immutable; share it. Cost: one table step per character.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "numbering/alphabet.h"

namespace packtrail::numbering {

inline constexpr std::size_t kExcludedWordsMax = 256;
inline constexpr std::size_t kExcludedWordSizeMin = 3;  // Shorter ones would exclude too much.
inline constexpr std::size_t kExcludedWordSizeMax = 20;

struct SerialRules {
  std::string prefix = {};            // Every text begins with it, for example Uzbekistan's "7".
  std::string first_characters = {};  // The text begins with one of them; empty: with any.
  // No text contains one of them. Latin letters count as equal in both cases.
  std::vector<std::string> excluded_words = {};
  friend bool operator==(const SerialRules&, const SerialRules&) = default;
};

class SerialFilter {
 public:
  // `length` counts the whole text, prefix included. Fails with InvalidArgument, naming the field:
  // a prefix as long as the text or outside the alphabet, first characters outside the alphabet or
  // repeated or at odds with the prefix, too many words, one of the wrong size, or a word that the
  // prefix itself contains.
  static Result<SerialFilter> create(const Alphabet& alphabet, std::size_t length,
                                     const SerialRules& rules);

  // Whether a text of the pool's alphabet, length and prefix may be issued.
  [[nodiscard]] bool admits(std::string_view text) const;
  // False when every text of that form passes: then nothing is skipped.
  [[nodiscard]] bool excludes() const { return usable_ != space_; }

  // Texts of that form, and those of them that pass; 2^64 - 1 stands for more.
  [[nodiscard]] std::uint64_t space() const { return clamp(space_); }
  [[nodiscard]] std::uint64_t usable() const { return clamp(usable_); }
  // usable / space, 0 to 1.
  [[nodiscard]] double share() const {
    return static_cast<double>(usable_) / static_cast<double>(space_);
  }
  // Which part of the texts that pass has `a` at a place behind the prefix and `b` at the next, for
  // the alphabet's characters in order: [place][a][b], radix^2 each. Excluded words make some pairs
  // rarer. Empty when fewer than two characters follow the prefix.
  [[nodiscard]] std::vector<double> pair_shares(const Alphabet& alphabet, std::size_t length,
                                                std::string_view prefix) const;

 private:
  __extension__ typedef unsigned __int128 Count;  // 64^20 = 2^120 is the most.
  static std::uint64_t clamp(Count count) {
    return count >> 64 != 0 ? ~std::uint64_t{0} : static_cast<std::uint64_t>(count);
  }
  SerialFilter() = default;

  bool any_first_ = true;
  std::vector<bool> first_;          // By byte.
  std::vector<std::uint16_t> step_;  // State x byte -> state; empty: no words.
  std::vector<bool> excluded_;       // By state: a word ends here.
  Count space_ = 0;
  Count usable_ = 0;
};

}  // namespace packtrail::numbering
