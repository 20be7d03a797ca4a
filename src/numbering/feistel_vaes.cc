#include "numbering/feistel_vaes.h"

#include <algorithm>
#include <bit>

#include "base/assert.h"

#if defined(__x86_64__)
#include <cpuid.h>
#if defined(__GNUC__) && !defined(__clang__)
// g++ 12 writes an "undefined" register as one initialised by itself and then warns of it (GCC bug
// 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>
#endif

namespace packtrail::numbering::feistel {
namespace {

constexpr std::uint64_t kTwo52 = std::uint64_t{1} << 52;

VaesModulus make_modulus(std::uint64_t m) {
  VaesModulus modulus;
  modulus.m = m;
  modulus.twice = 2 * m;
  modulus.thrice = 3 * m;
  modulus.negated = kTwo52 - m;
  modulus.power = (std::uint64_t{1} << 48) % m;
  modulus.quotient = static_cast<std::uint64_t>((static_cast<Uint128>(modulus.power) << 52) / m);
  modulus.reciprocal = kTwo52 / m;
  return modulus;
}

std::uint64_t power(std::uint64_t radix, std::size_t exponent) {
  std::uint64_t value = 1;
  for (std::size_t i = 0; i < exponent; ++i) value *= radix;
  return value;
}

VaesHalf make_half(std::uint64_t radix, std::size_t size) {
  VaesHalf half;
  half.tail = std::min<std::size_t>(size, 8);
  half.head = size - half.tail;
  half.tail_space = power(radix, half.tail);
  half.tail_divide = kTwo52 / half.tail_space;
  const auto bits = static_cast<unsigned>(std::bit_width(half.tail_space - 1));
  half.scale = std::uint64_t{1} << (52 - bits);
  half.fraction =
      static_cast<std::uint64_t>((static_cast<Uint128>(1) << (51 + bits)) / half.tail_space);
  const std::uint64_t head_space = power(radix, half.head);
  half.head_fraction = (kTwo52 + head_space - 1) / head_space;
  return half;
}

}  // namespace

void prepare_vaes(const Rounds& rounds, const Alphabet& alphabet, std::size_t length, Vaes& vaes) {
  vaes.narrow = rounds.right == Reduction::Y64;
  VaesText& text = vaes.text;
  text.radix = alphabet.radix();
  text.length = length;
  for (std::size_t i = 0; i < 2; ++i) {
    PACKTRAIL_ASSERT(rounds.modulus[i].m <= kVaesHalfMax);
    vaes.modulus[i] = make_modulus(rounds.modulus[i].m);
    text.half[i] = make_half(text.radix, i == 0 ? length / 2 : length - length / 2);
  }
  for (std::size_t i = 0; i < text.radix; ++i) {
    text.characters[i] = static_cast<std::uint8_t>(alphabet.at(i));
  }
  for (std::size_t c = 0; c < 128; ++c) text.values[c] = alphabet.value_of(static_cast<char>(c));

  const VaesHalf& left = text.half[0];
  const VaesHalf& right = text.half[1];
  // Digit j of a tail ends at bit 6 * (tail - 1 - j); both heads share a word, 16 bits each.
  for (std::size_t byte = 0; byte < 64; ++byte) {
    const VaesHalf& half = byte / 8 % 2 == 0 ? left : right;
    const std::size_t digit = byte % 8;
    if (digit < half.tail) {
      text.spread[0].from[byte] = static_cast<std::uint8_t>(6 * (half.tail - 1 - digit));
    }
    const VaesHalf& headed = digit < 2 ? left : right;
    if (digit < 4 && digit % 2 < headed.head) {
      const std::size_t bit = (digit < 2 ? 0 : 16) + 6 * (headed.head - 1 - digit % 2);
      text.spread[2].from[byte] = static_cast<std::uint8_t>(bit);
    }
  }
  for (std::size_t row = 0; row < 8; ++row) {
    for (std::size_t column = 0; column < kRow; ++column) {
      const std::size_t at = kRow * row + column;
      const std::uint64_t bit = std::uint64_t{1} << at % 64;
      if (column == kRow - 1) {
        text.size_bytes[at / 64].from[at % 64] = static_cast<std::uint8_t>(length);
        text.size_mask[at / 64] |= bit;
      }
      if (column >= length) continue;
      const std::size_t side = column < left.head + left.tail ? 0 : 1;
      const VaesHalf& half = text.half[side];
      const std::size_t digit = side == 0 ? column : column - left.head - left.tail;
      // Written from: rows 0, 2, 4, 6 in the first vector, the others in the second.
      std::size_t source = 2;
      std::size_t from = 8 * row + 2 * side + digit;
      // Read to: a number's digits end its eight bytes.
      std::size_t target = 2;
      std::size_t to = 8 * row + 4 * side + 2 - half.head + digit;
      if (digit >= half.head) {
        source = row % 2;
        from = 16 * (row / 2) + 8 * side + digit - half.head;
        target = side;
        to = 8 * row + 8 - half.tail + digit - half.head;
      }
      text.write_from[at / 64].from[at % 64] = static_cast<std::uint8_t>(from);
      text.write_mask[at / 64][source] |= bit;
      text.read_from[target].from[to] = static_cast<std::uint8_t>(at % 64);
      text.read_mask[target][at / 64] |= std::uint64_t{1} << to;
    }
  }
}

#if defined(__x86_64__)

#define PACKTRAIL_VAES \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512ifma,avx512vbmi,vaes,aes")))
#define PACKTRAIL_VAES_INLINE PACKTRAIL_VAES __attribute__((always_inline)) inline
#if defined(__clang__)
#define PACKTRAIL_UNROLL _Pragma("clang loop unroll(full)")
#else
#define PACKTRAIL_UNROLL _Pragma("GCC unroll 16")
#endif

bool has_vaes() {
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return false;
  constexpr unsigned kVaesBit = 1U << 9;  // In ecx; not every compiler knows its name.
  // For AVX-512 the builtin also asks whether the system saves the registers (XCR0).
  return (c & kVaesBit) != 0 && __builtin_cpu_supports("aes") != 0 &&
         __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
         __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
         __builtin_cpu_supports("avx512ifma") != 0 && __builtin_cpu_supports("avx512vbmi") != 0;
}

namespace {

using Vector = __m512i;

PACKTRAIL_VAES_INLINE Vector load(const void* from) { return _mm512_load_si512(from); }
PACKTRAIL_VAES_INLINE Vector all(std::uint64_t value) {
  return _mm512_set1_epi64(static_cast<long long>(value));
}
PACKTRAIL_VAES_INLINE Vector block(const Block& from) {
  return _mm512_broadcast_i32x4(_mm_load_si128(reinterpret_cast<const __m128i*>(from.data())));
}

// Byte moves between a round's numbers and its AES blocks. The even serials of a vector are in the
// first register of blocks, the odd ones in the second; so every move stays within 16 bytes.
struct Moves {
  Vector in_even, in_odd;      // A number, most significant byte first, in bytes 8..15.
  Vector high_even, high_odd;  // The bits of y from 48 up.
  Vector low_even, low_odd;    // The lowest 48 bits of y.
};

PACKTRAIL_VAES_INLINE Vector bytes16(long long low, long long high) {
  return _mm512_broadcast_i32x4(_mm_set_epi64x(high, low));
}

PACKTRAIL_VAES_INLINE Moves make_moves(bool narrow) {
  constexpr long long kZeros = static_cast<long long>(0x8080808080808080U);
  Moves moves;
  moves.in_even = bytes16(kZeros, 0x0001020304050607);
  moves.in_odd = bytes16(kZeros, 0x08090a0b0c0d0e0f);
  const long long high = static_cast<long long>(narrow ? 0x8080808080800001U : 0x8080000102030405U);
  const long long low = static_cast<long long>(narrow ? 0x8080020304050607U : 0x8080060708090a0bU);
  moves.high_even = bytes16(high, kZeros);
  moves.high_odd = bytes16(kZeros, high);
  moves.low_even = bytes16(low, kZeros);
  moves.low_odd = bytes16(kZeros, low);
  return moves;
}

// x - limit where that is not negative.
PACKTRAIL_VAES_INLINE Vector cut(Vector x, Vector limit) {
  return _mm512_mask_sub_epi64(x, _mm512_cmpge_epu64_mask(x, limit), x, limit);
}

constexpr std::size_t kGroups = 2;  // Vectors of eight serials whose AES runs together.

template <Direction kWay>
PACKTRAIL_VAES_INLINE void round_of(const Rounds& rounds, const VaesModulus& modulus,
                                    const Moves& moves, std::size_t i, std::uint64_t* a,
                                    const std::uint64_t* b) {
  Vector x[2 * kGroups];
  const Vector start = block(rounds.whitened[i]);
  PACKTRAIL_UNROLL
  for (std::size_t g = 0; g < kGroups; ++g) {
    const Vector half = load(b + 8 * g);
    x[2 * g] = _mm512_xor_si512(start, _mm512_shuffle_epi8(half, moves.in_even));
    x[2 * g + 1] = _mm512_xor_si512(start, _mm512_shuffle_epi8(half, moves.in_odd));
  }
  PACKTRAIL_UNROLL
  for (std::size_t step = 1; step < 14; ++step) {
    const Vector key = block(rounds.keys[step]);
    PACKTRAIL_UNROLL
    for (std::size_t g = 0; g < 2 * kGroups; ++g) x[g] = _mm512_aesenc_epi128(x[g], key);
  }
  const Vector last = block(rounds.keys[14]);
  PACKTRAIL_UNROLL
  for (std::size_t g = 0; g < 2 * kGroups; ++g) x[g] = _mm512_aesenclast_epi128(x[g], last);
  const Vector zero = _mm512_setzero_si512();
  PACKTRAIL_UNROLL
  for (std::size_t g = 0; g < kGroups; ++g) {
    const Vector high = _mm512_or_si512(_mm512_shuffle_epi8(x[2 * g], moves.high_even),
                                        _mm512_shuffle_epi8(x[2 * g + 1], moves.high_odd));
    const Vector low = _mm512_or_si512(_mm512_shuffle_epi8(x[2 * g], moves.low_even),
                                       _mm512_shuffle_epi8(x[2 * g + 1], moves.low_odd));
    Vector quotient = _mm512_madd52hi_epu64(zero, high, all(modulus.quotient));
    quotient = _mm512_madd52hi_epu64(quotient, low, all(modulus.reciprocal));
    Vector rest = _mm512_madd52lo_epu64(low, high, all(modulus.power));
    rest = _mm512_madd52lo_epu64(rest, quotient, all(modulus.negated));
    rest = _mm512_and_si512(rest, all(kTwo52 - 1));
    const Vector half = load(a + 8 * g);
    const Vector sum = kWay == Direction::Encrypt
                           ? _mm512_add_epi64(half, rest)
                           : _mm512_sub_epi64(_mm512_add_epi64(half, all(modulus.thrice)), rest);
    _mm512_store_si512(a + 8 * g, cut(cut(sum, all(modulus.twice)), all(modulus.m)));
  }
}

template <Direction kWay>
PACKTRAIL_VAES void run_block(const Rounds& rounds, const Vaes& vaes, std::uint64_t* left,
                              std::uint64_t* right, std::size_t count) {
  const Moves moves = make_moves(vaes.narrow);
  for (std::size_t i = 0; i < kRounds; i += 2) {
    // Even rounds change the left half, odd ones the right; decryption goes backwards.
    for (std::size_t at = 0; at < count; at += 8 * kGroups) {
      if constexpr (kWay == Direction::Encrypt) {
        round_of<kWay>(rounds, vaes.modulus[0], moves, i, left + at, right + at);
      } else {
        round_of<kWay>(rounds, vaes.modulus[1], moves, kRounds - 1 - i, right + at, left + at);
      }
    }
    for (std::size_t at = 0; at < count; at += 8 * kGroups) {
      if constexpr (kWay == Direction::Encrypt) {
        round_of<kWay>(rounds, vaes.modulus[1], moves, i + 1, right + at, left + at);
      } else {
        round_of<kWay>(rounds, vaes.modulus[0], moves, kRounds - 2 - i, left + at, right + at);
      }
    }
  }
}

// The digits of x < radix^tail, six bits each, the last one lowest.
PACKTRAIL_VAES_INLINE Vector digits_of(const VaesHalf& half, Vector radix, Vector x) {
  const Vector zero = _mm512_setzero_si512();
  const Vector up = _mm512_madd52lo_epu64(zero, x, all(half.scale));
  Vector rest = _mm512_madd52hi_epu64(all(2), up, all(half.fraction));
  const Vector doubled = _mm512_add_epi64(radix, radix);
  Vector digits = _mm512_madd52hi_epu64(zero, rest, doubled);
  rest = _mm512_madd52lo_epu64(zero, rest, doubled);
  for (std::size_t i = 1; i < half.tail; ++i) {
    const Vector digit = _mm512_madd52hi_epu64(zero, rest, radix);
    rest = _mm512_madd52lo_epu64(zero, rest, radix);
    digits = _mm512_madd52lo_epu64(digit, digits, all(64));
  }
  return digits;
}

// Splits off the digits before the last eight.
PACKTRAIL_VAES_INLINE Vector split_head(const VaesHalf& half, Vector& x) {
  const Vector zero = _mm512_setzero_si512();
  const Vector head = _mm512_madd52hi_epu64(zero, x, all(half.tail_divide));
  const Vector rest = _mm512_sub_epi64(x, _mm512_madd52lo_epu64(zero, head, all(half.tail_space)));
  // The stored reciprocal is too small by less than one: the quotient is right or one too small.
  const __mmask8 more = _mm512_cmpge_epu64_mask(rest, all(half.tail_space));
  x = _mm512_mask_sub_epi64(rest, more, rest, all(half.tail_space));
  return _mm512_mask_add_epi64(head, more, head, all(1));
}

PACKTRAIL_VAES_INLINE Vector head_digits_of(const VaesHalf& half, Vector radix, Vector head) {
  const Vector zero = _mm512_setzero_si512();
  Vector rest = _mm512_madd52lo_epu64(zero, head, all(half.head_fraction));
  Vector digits = zero;
  for (std::size_t i = 0; i < half.head; ++i) {
    const Vector digit = _mm512_madd52hi_epu64(zero, rest, radix);
    rest = _mm512_madd52lo_epu64(zero, rest, radix);
    digits = _mm512_madd52lo_epu64(digit, digits, all(64));
  }
  return digits;
}

constexpr std::size_t kRowsBytes = 8 * kRow;  // 168: 64 + 64 + 40.
constexpr __mmask64 kLastBytes = (std::uint64_t{1} << (kRowsBytes - 128)) - 1;

}  // namespace

template <Direction kWay>
void run_vaes(const Rounds& rounds, const Vaes& vaes, std::uint64_t* left, std::uint64_t* right,
              std::size_t count) {
  constexpr std::size_t kBlock = 8 * kGroups;
  const std::size_t whole = count / kBlock * kBlock;
  if (whole != 0) run_block<kWay>(rounds, vaes, left, right, whole);
  if (whole == count) return;
  alignas(64) std::array<std::uint64_t, kBlock> rest_left{};
  alignas(64) std::array<std::uint64_t, kBlock> rest_right{};
  std::copy(left + whole, left + count, rest_left.begin());
  std::copy(right + whole, right + count, rest_right.begin());
  run_block<kWay>(rounds, vaes, rest_left.data(), rest_right.data(), kBlock);
  std::copy_n(rest_left.begin(), count - whole, left + whole);
  std::copy_n(rest_right.begin(), count - whole, right + whole);
}

PACKTRAIL_VAES void write_vaes(const VaesText& text, const std::uint64_t* left,
                               const std::uint64_t* right, std::size_t count, std::uint8_t* rows) {
  const Vector radix = all(text.radix);
  const Vector characters = load(text.characters.data());
  const Vector spread = load(text.spread[0].from);
  const bool headed = text.half[1].head != 0;
  for (std::size_t at = 0; at < count; at += 8, rows += kRowsBytes) {
    Vector a = load(left + at);
    Vector b = load(right + at);
    Vector heads = _mm512_setzero_si512();
    if (headed) {
      heads = head_digits_of(text.half[1], radix, split_head(text.half[1], b));
      if (text.half[0].head != 0) {
        const Vector first = head_digits_of(text.half[0], radix, split_head(text.half[0], a));
        heads = _mm512_madd52lo_epu64(first, heads, all(1U << 16));
      } else {
        heads = _mm512_slli_epi64(heads, 16);
      }
      heads = _mm512_permutexvar_epi8(
          _mm512_multishift_epi64_epi8(load(text.spread[2].from), heads), characters);
    }
    a = digits_of(text.half[0], radix, a);
    b = digits_of(text.half[1], radix, b);
    const Vector even = _mm512_permutexvar_epi8(
        _mm512_multishift_epi64_epi8(spread, _mm512_unpacklo_epi64(a, b)), characters);
    const Vector odd = _mm512_permutexvar_epi8(
        _mm512_multishift_epi64_epi8(spread, _mm512_unpackhi_epi64(a, b)), characters);
    Vector out[3];
    PACKTRAIL_UNROLL
    for (std::size_t o = 0; o < 3; ++o) {
      const Vector from = load(text.write_from[o].from);
      out[o] = _mm512_mask_permutexvar_epi8(load(text.size_bytes[o].from), text.write_mask[o][0],
                                            from, even);
      out[o] = _mm512_mask_permutexvar_epi8(out[o], text.write_mask[o][1], from, odd);
      if (headed) {
        out[o] = _mm512_mask_permutexvar_epi8(out[o], text.write_mask[o][2], from, heads);
      }
    }
    _mm512_storeu_si512(rows, out[0]);
    _mm512_storeu_si512(rows + 64, out[1]);
    _mm512_mask_storeu_epi8(rows + 128, kLastBytes, out[2]);
  }
}

PACKTRAIL_VAES void read_vaes(const VaesText& text, const std::uint8_t* rows, std::size_t count,
                              std::uint64_t* left, std::uint64_t* right, std::uint8_t* fits) {
  const Vector values_low = load(text.values.data());
  const Vector values_high = load(text.values.data() + 64);
  const bool headed = text.half[1].head != 0;
  const std::uint64_t r = text.radix;
  // Two digits, then two pairs, then two fours: weights of each step.
  const Vector once = _mm512_set1_epi16(static_cast<short>(1 << 8 | r));
  const Vector twice = _mm512_set1_epi32(static_cast<int>(1 << 16 | r * r));
  const Vector four = all(r * r * r * r);
  const Vector high_bits = all(0x8080808080808080U);
  const std::size_t targets = headed ? 3 : 2;
  for (std::size_t at = 0; at < count; at += 8, rows += kRowsBytes) {
    const Vector in[3] = {_mm512_loadu_si512(rows), _mm512_loadu_si512(rows + 64),
                          _mm512_maskz_loadu_epi8(kLastBytes, rows + 128)};
    unsigned bad = 0;
    Vector number[3];
    for (std::size_t t = 0; t < targets; ++t) {
      const Vector from = load(text.read_from[t].from);
      const std::uint64_t* masks = text.read_mask[t];
      Vector bytes = _mm512_maskz_permutexvar_epi8(masks[0], from, in[0]);
      bytes = _mm512_mask_permutexvar_epi8(bytes, masks[1], from, in[1]);
      bytes = _mm512_mask_permutexvar_epi8(bytes, masks[2], from, in[2]);
      const Vector digits = _mm512_maskz_permutex2var_epi8(masks[0] | masks[1] | masks[2],
                                                           values_low, bytes, values_high);
      bad |= _mm512_test_epi64_mask(digits, high_bits);
      number[t] = _mm512_maddubs_epi16(digits, once);
      if (t == 2) break;  // Heads have two digits at most: words 0 and 2... of each row.
      number[t] = _mm512_madd_epi16(number[t], twice);
      number[t] =
          _mm512_add_epi64(_mm512_mul_epu32(number[t], four), _mm512_srli_epi64(number[t], 32));
    }
    if (headed) {
      const Vector first = _mm512_and_si512(number[2], all(0xffff));
      const Vector second = _mm512_srli_epi64(number[2], 32);
      number[0] = _mm512_madd52lo_epu64(number[0], first, all(text.half[0].tail_space));
      number[1] = _mm512_madd52lo_epu64(number[1], second, all(text.half[1].tail_space));
    }
    std::uint64_t other = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      other |=
          _mm512_mask_cmpneq_epi8_mask(text.size_mask[i], in[i], load(text.size_bytes[i].from));
    }
    if (other != 0) {
      for (std::size_t row = 0; row < 8; ++row) {
        if (rows[kRow * row + kRow - 1] != text.length) bad |= 1U << row;
      }
    }
    const auto good = static_cast<__mmask8>(~bad);
    _mm512_store_si512(left + at, _mm512_maskz_mov_epi64(good, number[0]));
    _mm512_store_si512(right + at, _mm512_maskz_mov_epi64(good, number[1]));
    fits[at / 8] = good;
  }
}

#else

bool has_vaes() { return false; }

template <Direction kWay>
void run_vaes(const Rounds&, const Vaes&, std::uint64_t*, std::uint64_t*, std::size_t) {
  PACKTRAIL_ASSERT(has_vaes());
}
void write_vaes(const VaesText&, const std::uint64_t*, const std::uint64_t*, std::size_t,
                std::uint8_t*) {
  PACKTRAIL_ASSERT(has_vaes());
}
void read_vaes(const VaesText&, const std::uint8_t*, std::size_t, std::uint64_t*, std::uint64_t*,
               std::uint8_t*) {
  PACKTRAIL_ASSERT(has_vaes());
}

#endif

template void run_vaes<Direction::Encrypt>(const Rounds&, const Vaes&, std::uint64_t*,
                                           std::uint64_t*, std::size_t);
template void run_vaes<Direction::Decrypt>(const Rounds&, const Vaes&, std::uint64_t*,
                                           std::uint64_t*, std::size_t);

}  // namespace packtrail::numbering::feistel
