#include "gs1/link_bits.h"

#include "gs1/byte_rows.h"
#include "gs1/charset.h"

namespace packtrail::gs1 {
namespace {

using detail::Lane;

// Sixteen characters, one by one.
struct PortableLanes {
  static Lane classify(const char* at) {
    Lane lane{};
    for (unsigned i = 0; i < 16; ++i) {
      const char c = at[i];
      const bool mark = c == '?' || c == '&';
      const bool plain = is_in(c, kCset82) && is_in(c, kUriChar) && c != '%';
      lane[0] |= static_cast<unsigned>(c == '/') << i;
      lane[1] |= static_cast<unsigned>(mark) << i;
      lane[2] |= static_cast<unsigned>(!plain) << i;
    }
    return lane;
  }
};

#if defined(__SSE2__)
// Sixteen characters at once.
struct FastLanes {
  static Lane classify(const char* at) {
    using detail::all_bytes;
    const __m128i x = detail::load_sixteen(at);
    const auto is = [x](char c) { return _mm_cmpeq_epi8(x, all_bytes(c)); };
    // '=' and '?' differ in one bit.
    const __m128i equals = _mm_cmpeq_epi8(_mm_or_si128(x, all_bytes(2)), all_bytes('?'));
    const __m128i middle = detail::in_range(x, '&', ';' - '&');
    const __m128i plain = _mm_or_si128(_mm_or_si128(detail::is_letter(x), middle),
                                       _mm_or_si128(equals, _mm_or_si128(is('!'), is('_'))));
    return {detail::row_bits(is('/')), detail::row_bits(_mm_or_si128(is('?'), is('&'))),
            detail::row_bits(plain) ^ 0xFFFFU};
  }
};
#else
using FastLanes = PortableLanes;
#endif

}  // namespace

template <class Lanes>
inline void LinkBits::fill(std::string_view text, Lanes lanes) {
  size_ = text.size();
  slashes_[0] = 0;
  detail::fill_rows(text, lanes, [this](std::size_t word, const detail::RowWords& rows) {
    slashes_[word + 1] = rows[0];
    marks_[word] = rows[1];
    odd_[word] = rows[2];
  });
  const std::size_t last = size_ >> 6U;
  const std::uint64_t end = std::uint64_t{1} << (size_ & 63U);
  marks_[last] |= end;
  odd_[last] &= end - 1;
}

LinkBits::LinkBits(std::string_view text) { fill(text, FastLanes()); }

LinkBits LinkBits::portable(std::string_view text) {
  LinkBits bits;
  bits.fill(text, PortableLanes());
  return bits;
}

bool operator==(const LinkBits& a, const LinkBits& b) {
  if (a.size_ != b.size_ || a.slashes_[0] != b.slashes_[0]) return false;
  for (std::size_t word = 0; word <= a.size_ >> 6U; ++word) {
    if (a.slashes_[word + 1] != b.slashes_[word + 1] || a.marks_[word] != b.marks_[word] ||
        a.odd_[word] != b.odd_[word]) {
      return false;
    }
  }
  return true;
}

}  // namespace packtrail::gs1
