#include "numbering/feistel.h"

#if defined(__x86_64__)
#include <immintrin.h>
#else
#include "base/assert.h"
#endif

namespace packtrail::numbering::feistel {

#if defined(__x86_64__)

#define PACKTRAIL_AES __attribute__((target("aes,sse4.1")))
#if defined(__clang__)
#define PACKTRAIL_UNROLL _Pragma("clang loop unroll(full)")
#else
#define PACKTRAIL_UNROLL _Pragma("GCC unroll 16")
#endif

namespace {

PACKTRAIL_AES inline __m128i load(const Block& block) {
  return _mm_load_si128(reinterpret_cast<const __m128i*>(block.data()));
}

PACKTRAIL_AES inline void store(Block& block, __m128i value) {
  _mm_store_si128(reinterpret_cast<__m128i*>(block.data()), value);
}

// kSets * kCount serials at once: within a set every AES step is issued for all of them before the
// next, so the unit's latency is hidden; while one set's sums are made the other's AES runs.
template <Direction kWay, Reduction kLeft, Reduction kRight, std::size_t kCount, std::size_t kSets>
PACKTRAIL_AES void run_lanes(const Rounds& rounds, std::uint64_t* left, std::uint64_t* right) {
  std::uint64_t all_a[kCount * kSets];
  std::uint64_t all_b[kCount * kSets];
  PACKTRAIL_UNROLL
  for (std::size_t lane = 0; lane < kCount * kSets; ++lane) {
    // Decryption is the same ladder with the halves exchanged.
    all_a[lane] = kWay == Direction::Encrypt ? left[lane] : right[lane];
    all_b[lane] = kWay == Direction::Encrypt ? right[lane] : left[lane];
  }
  const auto round_of_set = [&](std::size_t i, const Modulus& modulus, auto kind, std::uint64_t* a,
                                std::uint64_t* b) __attribute__((always_inline)) PACKTRAIL_AES {
    __m128i x[kCount];
    const __m128i start = load(rounds.whitened[i]);
    PACKTRAIL_UNROLL
    for (std::size_t lane = 0; lane < kCount; ++lane) {
      const auto swapped = static_cast<long long>(__builtin_bswap64(b[lane]));
      x[lane] = _mm_xor_si128(start, _mm_slli_si128(_mm_cvtsi64_si128(swapped), 8));
    }
    PACKTRAIL_UNROLL
    for (std::size_t step = 1; step < 14; ++step) {
      const __m128i key = load(rounds.keys[step]);
      PACKTRAIL_UNROLL
      for (std::size_t lane = 0; lane < kCount; ++lane) x[lane] = _mm_aesenc_si128(x[lane], key);
    }
    const __m128i last = load(rounds.keys[14]);
    PACKTRAIL_UNROLL
    for (std::size_t lane = 0; lane < kCount; ++lane) x[lane] = _mm_aesenclast_si128(x[lane], last);
    PACKTRAIL_UNROLL
    for (std::size_t lane = 0; lane < kCount; ++lane) {
      const std::uint64_t high =
          __builtin_bswap64(static_cast<std::uint64_t>(_mm_cvtsi128_si64(x[lane])));
      const std::uint32_t low =
          __builtin_bswap32(static_cast<std::uint32_t>(_mm_extract_epi32(x[lane], 2)));
      const std::uint64_t reduced = reduce<decltype(kind)::value>(modulus, high, low);
      const std::uint64_t next = combine<kWay>(modulus, a[lane], reduced);
      a[lane] = b[lane];
      b[lane] = next;
    }
  };
  const auto round = [&](std::size_t i, const Modulus& modulus, auto kind)
      __attribute__((always_inline)) PACKTRAIL_AES {
    for (std::size_t set = 0; set < kSets; ++set) {
      round_of_set(i, modulus, kind, all_a + set * kCount, all_b + set * kCount);
    }
  };
  const std::integral_constant<Reduction, kLeft> on_left;
  const std::integral_constant<Reduction, kRight> on_right;
  for (std::size_t pair = 0; pair < kRounds / 2; ++pair) {
    if constexpr (kWay == Direction::Encrypt) {
      round(2 * pair, rounds.modulus[0], on_left);
      round(2 * pair + 1, rounds.modulus[1], on_right);
    } else {
      round(kRounds - 1 - 2 * pair, rounds.modulus[1], on_right);
      round(kRounds - 2 - 2 * pair, rounds.modulus[0], on_left);
    }
  }
  PACKTRAIL_UNROLL
  for (std::size_t lane = 0; lane < kCount * kSets; ++lane) {
    left[lane] = kWay == Direction::Encrypt ? all_a[lane] : all_b[lane];
    right[lane] = kWay == Direction::Encrypt ? all_b[lane] : all_a[lane];
  }
}

template <Direction kWay, Reduction kLeft, Reduction kRight>
PACKTRAIL_AES void run_kind(const Rounds& rounds, std::uint64_t* left, std::uint64_t* right,
                            std::size_t count) {
  std::size_t at = 0;
  for (; at + kLanes <= count; at += kLanes) {
    run_lanes<kWay, kLeft, kRight, kLanes / 2, 2>(rounds, left + at, right + at);
  }
  for (; at < count; ++at) run_lanes<kWay, kLeft, kRight, 1, 1>(rounds, left + at, right + at);
}

// One step of the AES-256 key schedule (FIPS 197 5.2).
PACKTRAIL_AES inline __m128i fold(__m128i key, __m128i assisted) {
  key = _mm_xor_si128(key, _mm_slli_si128(key, 4));
  key = _mm_xor_si128(key, _mm_slli_si128(key, 8));
  return _mm_xor_si128(key, assisted);
}

template <int kRcon>
PACKTRAIL_AES inline void expand_pair(__m128i& even, __m128i& odd) {
  even = fold(even, _mm_shuffle_epi32(_mm_aeskeygenassist_si128(odd, kRcon), 0xff));
  odd = fold(odd, _mm_shuffle_epi32(_mm_aeskeygenassist_si128(even, 0), 0xaa));
}

}  // namespace

bool has_aes_ni() { return __builtin_cpu_supports("aes") && __builtin_cpu_supports("sse4.1"); }

PACKTRAIL_AES void expand_key_aes_ni(const std::uint8_t* key, Rounds& rounds) {
  __m128i even = _mm_loadu_si128(reinterpret_cast<const __m128i*>(key));
  __m128i odd = _mm_loadu_si128(reinterpret_cast<const __m128i*>(key + 16));
  auto& keys = rounds.keys;
  store(keys[0], even);
  store(keys[1], odd);
  expand_pair<0x01>(even, odd), store(keys[2], even), store(keys[3], odd);
  expand_pair<0x02>(even, odd), store(keys[4], even), store(keys[5], odd);
  expand_pair<0x04>(even, odd), store(keys[6], even), store(keys[7], odd);
  expand_pair<0x08>(even, odd), store(keys[8], even), store(keys[9], odd);
  expand_pair<0x10>(even, odd), store(keys[10], even), store(keys[11], odd);
  expand_pair<0x20>(even, odd), store(keys[12], even), store(keys[13], odd);
  even = fold(even, _mm_shuffle_epi32(_mm_aeskeygenassist_si128(odd, 0x40), 0xff));
  store(keys[14], even);
  const __m128i first = load(keys[0]);
  for (std::size_t i = 0; i < kRounds; ++i) {
    store(rounds.whitened[i], _mm_xor_si128(load(rounds.input[i]), first));
  }
}

template <Direction kWay>
void run_aes_ni(const Rounds& rounds, std::uint64_t* left, std::uint64_t* right,
                std::size_t count) {
  if (rounds.right == Reduction::Y64) {
    run_kind<kWay, Reduction::Y64, Reduction::Y64>(rounds, left, right, count);
  } else if (rounds.left == Reduction::Y96Small) {
    run_kind<kWay, Reduction::Y96Small, Reduction::Y96Large>(rounds, left, right, count);
  } else {
    run_kind<kWay, Reduction::Y96Large, Reduction::Y96Large>(rounds, left, right, count);
  }
}

#else

bool has_aes_ni() { return false; }

void expand_key_aes_ni(const std::uint8_t*, Rounds&) { PACKTRAIL_ASSERT(has_aes_ni()); }

template <Direction kWay>
void run_aes_ni(const Rounds&, std::uint64_t*, std::uint64_t*, std::size_t) {
  PACKTRAIL_ASSERT(has_aes_ni());
}

#endif

template void run_aes_ni<Direction::Encrypt>(const Rounds&, std::uint64_t*, std::uint64_t*,
                                             std::size_t);
template void run_aes_ni<Direction::Decrypt>(const Rounds&, std::uint64_t*, std::uint64_t*,
                                             std::size_t);

}  // namespace packtrail::numbering::feistel
