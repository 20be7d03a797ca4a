#include "gs1/text_bits.h"

#include "gs1/byte_rows.h"
#include "gs1/charset.h"

namespace packtrail::gs1 {
namespace {

using detail::Lane;

constexpr char kSeparatorByte = '\x1d';

// Sixteen characters, one by one.
struct PortableLanes {
  static Lane classify(const char* at) {
    Lane lane{};
    for (unsigned i = 0; i < 16; ++i) {
      lane[0] |= static_cast<unsigned>(!is_digit(at[i])) << i;
      lane[1] |= static_cast<unsigned>(!is_in(at[i], kCset82)) << i;
      lane[2] |= static_cast<unsigned>(at[i] == kSeparatorByte) << i;
    }
    return lane;
  }
};

#if defined(__SSE2__)
// Sixteen characters at once.
struct FastLanes {
  static Lane classify(const char* at) {
    using detail::all_bytes;
    using detail::in_range;
    const __m128i x = detail::load_sixteen(at);
    const __m128i mark = _mm_or_si128(in_range(x, '!', 1), in_range(x, '%', '?' - '%'));
    const __m128i cset82 =
        _mm_or_si128(_mm_or_si128(detail::is_letter(x), mark), _mm_cmpeq_epi8(x, all_bytes('_')));
    return {detail::row_bits(in_range(x, '0', 9)) ^ 0xFFFFU, detail::row_bits(cset82) ^ 0xFFFFU,
            detail::row_bits(_mm_cmpeq_epi8(x, all_bytes(kSeparatorByte)))};
  }
};
#else
using FastLanes = PortableLanes;
#endif

}  // namespace

// Behind the text: nothing is a digit or a character, and a separator stands right behind the end.
template <class Lanes>
inline void TextBits::fill(std::string_view text, Lanes lanes) {
  detail::fill_rows(text, lanes, [this](std::size_t word, const detail::RowWords& rows) {
    for (std::size_t row = 0; row < rows.size(); ++row) rows_[row][word] = rows[row];
  });
  const std::size_t size = text.size();
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

TextBits::TextBits(std::string_view text) { fill(text, FastLanes()); }

TextBits TextBits::portable(std::string_view text) {
  TextBits bits;
  bits.fill(text, PortableLanes());
  return bits;
}

ShortTextBits::ShortTextBits(std::string_view text) {
  detail::RowWords rows{};
  detail::fill_rows(text, FastLanes(),
                    [&rows](std::size_t, const detail::RowWords& words) { rows = words; });
  const std::uint64_t inside = (std::uint64_t{1} << text.size()) - 1;
  rows_[0] = rows[0] | ~inside;
  rows_[1] = rows[1] | ~inside;
  rows_[2] = (rows[2] & inside) | (inside + 1);
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
