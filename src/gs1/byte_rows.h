// gs1/byte_rows.h - classes of a text's characters as rows of bits, 64 characters to a word.
//
// The pass under gs1/text_bits and gs1/link_bits. A class of lanes says of sixteen characters which
// belong to each of three rows. Thread safety: free functions. Cost: a few instructions per sixteen
// characters; reads the text and nothing beside it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace packtrail::gs1::detail {

// One row each, the first character lowest; sixteen bits are used.
using Lane = std::array<unsigned, 3>;
using RowWords = std::array<std::uint64_t, 3>;

#if defined(__SSE2__)
inline __m128i all_bytes(char c) { return _mm_set1_epi8(c); }
// 0xFF where low <= x <= low + span.
inline __m128i in_range(__m128i x, char low, int span) {
  const __m128i from = _mm_sub_epi8(x, all_bytes(low));
  return _mm_cmpeq_epi8(_mm_min_epu8(from, all_bytes(static_cast<char>(span))), from);
}
inline __m128i is_letter(__m128i x) {
  return in_range(_mm_or_si128(x, all_bytes(0x20)), 'a', 'z' - 'a');
}
inline unsigned row_bits(__m128i flags) { return static_cast<unsigned>(_mm_movemask_epi8(flags)); }
inline __m128i load_sixteen(const char* at) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
}
#endif

// Calls store(word, RowWords) for every word up to the one of the text's end; zeros stand behind
// the end. For texts of at least 16 characters. The steps behind its end read its last 16
// characters again and shift them away, so that no branch depends on the length within a word.
template <class Lanes, class Store>
inline void fill_long_rows(const char* text, std::size_t size, Lanes lanes, const Store& store) {
  const std::size_t last_step = size - 16;
  for (std::size_t word = 0; word <= size >> 6U; ++word) {
    RowWords words{};
    for (std::size_t step = 0; step < 64; step += 16) {
      const std::size_t at = word * 64 + step;
      const std::size_t from = at < last_step ? at : last_step;
      const std::size_t over = at - from < 31 ? at - from : 31;
      const Lane lane = lanes.classify(text + from);
      for (std::size_t row = 0; row < words.size(); ++row) {
        words[row] |= std::uint64_t{lane[row] >> over} << step;
      }
    }
    store(word, words);
  }
}

// The same for any text; behind the end of one of fewer than 16 characters stand the bits of zero
// bytes.
template <class Lanes, class Store>
inline void fill_rows(std::string_view text, Lanes lanes, const Store& store) {
  if (text.size() >= 16) return fill_long_rows(text.data(), text.size(), lanes, store);
  char padded[16] = {};
  if (!text.empty()) std::memcpy(padded, text.data(), text.size());
  fill_long_rows(padded, sizeof padded, lanes, store);
}

}  // namespace packtrail::gs1::detail
