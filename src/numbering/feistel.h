// numbering/feistel.h - the arithmetic of numbering/serial_cipher, shared by its AES engines.
//
// Both halves of a serial are 64-bit numbers below 2^61. A round needs y mod M for a y of 64 or 96
// bits: Barrett's reduction with a stored reciprocal, left unfinished (below 3M) because the sum
// with the other half is brought below M anyway. Exact for every M in the limits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace packtrail::numbering::feistel {

inline constexpr std::size_t kRounds = 10;
inline constexpr std::size_t kLanes = 8;  // Serials in flight: AES latency over its throughput.
__extension__ using Uint128 = unsigned __int128;

// Bits of y and size of M: which reduction is exact.
enum class Reduction : std::uint8_t {
  Y64,       // y < 2^64.
  Y96Large,  // y < 2^96, M >= 2^32.
  Y96Small,  // y < 2^96, M < 2^32.
};

struct Modulus {
  std::uint64_t m = 0;
  std::uint64_t reciprocal = 0;  // floor(2^64 / m), or floor(2^(63 + bits) / m) for Y96Large.
  unsigned shift = 0;            // bits - 1 for Y96Large.
  // For text: the high word of (x << text_shift) * text_reciprocal is x / m as a 63-bit fraction,
  // less than 2 too small.
  std::uint64_t text_reciprocal = 0;
  unsigned text_shift = 0;
};

inline std::uint64_t multiply_high(std::uint64_t a, std::uint64_t b) {
  return static_cast<std::uint64_t>((static_cast<Uint128>(a) * b) >> 64);
}

// x - limit where that is not negative. As a minimum it is a conditional move: a branch here would
// depend on secrets and be mispredicted every other time.
inline std::uint64_t cut(std::uint64_t x, std::uint64_t limit) {
  std::uint64_t less = 0;
  return __builtin_sub_overflow(x, limit, &less) ? x : less;
}

// A number below 3M that is y modulo M; y = high * 2^32 + low, or just high for Y64.
template <Reduction kKind>
inline std::uint64_t reduce(const Modulus& modulus, std::uint64_t high, std::uint32_t low) {
  if constexpr (kKind == Reduction::Y64) {
    return high - multiply_high(high, modulus.reciprocal) * modulus.m;
  } else if constexpr (kKind == Reduction::Y96Large) {
    // shift >= 32, so nothing of `low` is left in the top.
    const std::uint64_t top = high >> (modulus.shift - 32);
    return (high << 32 | low) - multiply_high(top, modulus.reciprocal) * modulus.m;
  } else {
    std::uint64_t first = high - multiply_high(high, modulus.reciprocal) * modulus.m;
    first = cut(first, modulus.m);
    const std::uint64_t rest = first << 32 | low;
    return rest - multiply_high(rest, modulus.reciprocal) * modulus.m;
  }
}

// Brings a number below 4M under M.
inline std::uint64_t finish(const Modulus& modulus, std::uint64_t sum) {
  return cut(cut(sum, 2 * modulus.m), modulus.m);
}

enum class Direction : std::uint8_t { Encrypt, Decrypt };

// The new half from the old one and its reduced y: (half + y) mod M, or (half - y) mod M.
template <Direction kWay>
inline std::uint64_t combine(const Modulus& modulus, std::uint64_t half, std::uint64_t reduced) {
  return kWay == Direction::Encrypt ? finish(modulus, half + reduced)
                                    : finish(modulus, half + 3 * modulus.m - reduced);
}

using Block = std::array<std::uint8_t, 16>;

// What one pool's rounds need, secrets included.
struct Rounds {
  Modulus modulus[2];  // Of the left half (even rounds) and of the right half (odd rounds).
  Reduction left = Reduction::Y64;
  Reduction right = Reduction::Y64;
  // The last CBC-MAC input of each round but for the half, which is XORed into the last 8 bytes,
  // most significant first.
  alignas(16) std::array<Block, kRounds> input{};
  // AES-NI and VAES: the same with the first round key in it, and all round keys.
  alignas(16) std::array<Block, kRounds> whitened{};
  alignas(16) std::array<Block, 15> keys{};
};

// numbering/feistel_aesni.cc. The first is true when this processor has the instructions; the
// others must be called only then.
bool has_aes_ni();
void expand_key_aes_ni(const std::uint8_t* key, Rounds& rounds);  // Fills keys and whitened.
template <Direction kWay>
void run_aes_ni(const Rounds& rounds, std::uint64_t* left, std::uint64_t* right, std::size_t count);

}  // namespace packtrail::numbering::feistel
