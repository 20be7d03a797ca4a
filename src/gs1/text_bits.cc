#include "gs1/text_bits.h"

#include <cstring>

#include "gs1/charset.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace packtrail::gs1 {
namespace {

constexpr char kSeparatorByte = '\x1d';

struct Lane {
  unsigned not_digit = 0;
  unsigned not_cset82 = 0;
  unsigned separator = 0;
};

// Sixteen characters, one by one.
struct PortableLanes {
  static Lane classify(const char* at) {
    Lane lane;
    for (unsigned i = 0; i < 16; ++i) {
      lane.not_digit |= static_cast<unsigned>(!is_digit(at[i])) << i;
      lane.not_cset82 |= static_cast<unsigned>(!is_in(at[i], kCset82)) << i;
      lane.separator |= static_cast<unsigned>(at[i] == kSeparatorByte) << i;
    }
    return lane;
  }
};

#if defined(__SSE2__)
// Sixteen characters at once.
struct FastLanes {
  static __m128i all(char c) { return _mm_set1_epi8(c); }
  // 0xFF where low <= x <= low + span.
  static __m128i in_range(__m128i x, char low, char span) {
    const __m128i from = _mm_sub_epi8(x, all(low));
    return _mm_cmpeq_epi8(_mm_min_epu8(from, all(span)), from);
  }
  static unsigned mask(__m128i flags) { return static_cast<unsigned>(_mm_movemask_epi8(flags)); }
  static Lane classify(const char* at) {
    const __m128i x = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i letter = in_range(_mm_or_si128(x, all(0x20)), 'a', 25);
    const __m128i mark = _mm_or_si128(in_range(x, '!', 1), in_range(x, '%', '?' - '%'));
    const __m128i cset82 = _mm_or_si128(_mm_or_si128(letter, mark), _mm_cmpeq_epi8(x, all('_')));
    return {mask(in_range(x, '0', 9)) ^ 0xFFFFU, mask(cset82) ^ 0xFFFFU,
            mask(_mm_cmpeq_epi8(x, all(kSeparatorByte)))};
  }
};
#else
using FastLanes = PortableLanes;
#endif

// All rows of a text of at least 16 characters. The steps behind its end read its last 16
// characters again and shift them away, so that no branch depends on the length within a word.
template <class Words, class Lanes>
inline void fill_rows(const char* text, std::size_t size, std::array<Words, 3>& rows, Lanes lanes) {
  const std::size_t last_step = size - 16;
  for (std::size_t word = 0; word <= size >> 6U; ++word) {
    std::uint64_t not_digit = 0;
    std::uint64_t not_cset82 = 0;
    std::uint64_t separator = 0;
    for (std::size_t step = 0; step < 64; step += 16) {
      const std::size_t at = word * 64 + step;
      const std::size_t from = at < last_step ? at : last_step;
      const std::size_t over = at - from < 31 ? at - from : 31;
      const Lane lane = lanes.classify(text + from);
      not_digit |= std::uint64_t{lane.not_digit >> over} << step;
      not_cset82 |= std::uint64_t{lane.not_cset82 >> over} << step;
      separator |= std::uint64_t{lane.separator >> over} << step;
    }
    rows[0][word] = not_digit;
    rows[1][word] = not_cset82;
    rows[2][word] = separator;
  }
}

template <class Words, class Lanes>
inline void fill_any(std::string_view text, std::array<Words, 3>& rows, Lanes lanes) {
  if (text.size() >= 16) return fill_rows(text.data(), text.size(), rows, lanes);
  char padded[16] = {};
  if (!text.empty()) std::memcpy(padded, text.data(), text.size());
  fill_rows(padded, sizeof padded, rows, lanes);
}

}  // namespace

// Behind the text: nothing is a digit or a character, and a separator stands right behind the end.
inline void TextBits::close(std::size_t size) {
  words_ = size / 64 + 1;
  const std::size_t word = size >> 6U;
  const std::uint64_t inside = (std::uint64_t{1} << (size & 63U)) - 1;
  auto& [not_digit, not_cset82, separator] = rows_;
  not_digit[word] |= ~inside;
  not_cset82[word] |= ~inside;
  separator[word] = (separator[word] & inside) | (inside + 1);
  not_digit[word + 1] = ~std::uint64_t{0};
  not_cset82[word + 1] = ~std::uint64_t{0};
  separator[word + 1] = 0;
}

TextBits::TextBits(std::string_view text) {
  fill_any(text, rows_, FastLanes());
  close(text.size());
}

TextBits TextBits::portable(std::string_view text) {
  TextBits bits;
  fill_any(text, bits.rows_, PortableLanes());
  bits.close(text.size());
  return bits;
}

ShortTextBits::ShortTextBits(std::string_view text) {
  std::array<std::array<std::uint64_t, 1>, 3> rows;
  fill_any(text, rows, FastLanes());
  const std::uint64_t inside = (std::uint64_t{1} << text.size()) - 1;
  rows_[0] = rows[0][0] | ~inside;
  rows_[1] = rows[1][0] | ~inside;
  rows_[2] = (rows[2][0] & inside) | (inside + 1);
}

bool operator==(const TextBits& a, const TextBits& b) {
  if (a.words_ != b.words_) return false;
  for (std::size_t row = 0; row < a.rows_.size(); ++row) {
    for (std::size_t word = 0; word <= a.words_; ++word) {
      if (a.rows_[row][word] != b.rows_[row][word]) return false;
    }
  }
  return true;
}

bool check_digit_holds(const char* end, std::size_t size) {
  unsigned sum = 0;
  // Beyond sixteen digits: the 17th from the right has weight 1, the 18th weight 3.
  if (size >= 17) sum += static_cast<unsigned>(end[-17] - '0');
  if (size >= 18) sum += 3U * static_cast<unsigned>(end[-18] - '0');
  const std::size_t near = size < 16 ? size : 16;
#if defined(__SSE2__)
  alignas(16) static constexpr std::array<std::uint8_t, 32> kKeep{
      0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,
      15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15};
  const __m128i keep = _mm_loadu_si128(reinterpret_cast<const __m128i*>(kKeep.data() + near));
  const __m128i digits =
      _mm_and_si128(_mm_loadu_si128(reinterpret_cast<const __m128i*>(end - 16)), keep);
  const __m128i tripled = _mm_and_si128(digits, _mm_set1_epi16(0x00FF));
  // Both halves hold sums below 2^16, so one shifted addition joins them.
  __m128i sums = _mm_sad_epu8(digits, _mm_setzero_si128());
  const __m128i threes = _mm_sad_epu8(tripled, _mm_setzero_si128());
  sums = _mm_add_epi32(sums, _mm_slli_epi32(threes, 1));
  sums = _mm_add_epi32(sums, _mm_srli_si128(sums, 8));
  sum += static_cast<unsigned>(_mm_cvtsi128_si32(sums));
#else
  for (std::size_t i = 1; i <= near; ++i) {
    sum += (i % 2 == 0 ? 3U : 1U) * static_cast<unsigned>(end[-static_cast<long>(i)] - '0');
  }
#endif
  return sum % 10 == 0;
}

}  // namespace packtrail::gs1
