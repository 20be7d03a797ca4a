// numbering/feistel_vaes.h - the ladder and the text of serials, eight to a 512-bit register.
//
// For processors with VAES, AVX512-IFMA and AVX512-VBMI, and for halves up to kVaesHalfMax (every
// radix up to 36). AES runs on four blocks at a time; y mod M is done with 52-bit multiplications:
// y = high * 2^48 + low, where high * (2^48 mod M) is reduced with a stored quotient (Shoup) and
// low with a stored reciprocal of M. Their sum is below 2.125M and below 2^52, so all of it may be
// computed modulo 2^52. Digits come from 52-bit fractions, as numbering/serial_cipher does it with
// 64 bits; the alphabet is one byte permutation.
//
// Thread safety: pure functions. Not for other rooms.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "gs1/serial.h"
#include "numbering/alphabet.h"
#include "numbering/feistel.h"

namespace packtrail::numbering::feistel {

// m * 17 / 16 + 2^48 must stay below 2^52.
inline constexpr std::uint64_t kVaesHalfMax = (std::uint64_t{1} << 52) / 17 * 15;
inline constexpr std::size_t kVaesLanes = 8;
// Bytes of gs1::SerialNumber: its characters, zeros up to 20, its size.
inline constexpr std::size_t kRow = gs1::SerialNumber::kSizeMax + 1;

struct VaesModulus {
  std::uint64_t m = 0;
  std::uint64_t twice = 0;
  std::uint64_t thrice = 0;
  std::uint64_t negated = 0;     // 2^52 - m.
  std::uint64_t power = 0;       // 2^48 mod m.
  std::uint64_t quotient = 0;    // floor(power * 2^52 / m).
  std::uint64_t reciprocal = 0;  // floor(2^52 / m).
};

// Digits of one half: the last eight at most, and those before them.
struct VaesHalf {
  std::size_t tail = 0;             // 1..8.
  std::size_t head = 0;             // 0..2.
  std::uint64_t scale = 0;          // Moves a tail's number up to 52 bits.
  std::uint64_t fraction = 0;       // Then the high half of the product is x * 2^51 / radix^tail.
  std::uint64_t tail_space = 0;     // radix^tail.
  std::uint64_t tail_divide = 0;    // floor(2^52 / radix^tail).
  std::uint64_t head_fraction = 0;  // ceil(2^52 / radix^head).
};

// Which byte goes where, when three 64-byte vectors hold eight rows of kRow bytes.
struct alignas(64) VaesBytes {
  std::uint8_t from[64] = {};
};

struct VaesText {
  std::uint64_t radix = 0;
  std::size_t length = 0;
  VaesHalf half[2];
  alignas(64) std::array<std::uint8_t, 64> characters{};
  alignas(64) std::array<std::uint8_t, 128> values{};
  VaesBytes spread[3];  // Bit positions of the digits of: pairs of tails, (unused), heads.
  VaesBytes size_bytes[3];
  // Writing: output vector o takes bytes from [even tails, odd tails, heads].
  VaesBytes write_from[3];
  std::uint64_t write_mask[3][3] = {};
  // Reading: [left tails, right tails, heads] take bytes from input vector i.
  VaesBytes read_from[3];
  std::uint64_t read_mask[3][3] = {};
  std::uint64_t size_mask[3] = {};  // Where the sizes are.
};

struct Vaes {
  VaesModulus modulus[2];
  bool narrow = false;  // y has 64 bits, not 96.
  VaesText text;
};

// True when this processor and system have all that the functions below need.
bool has_vaes();

// Precondition: both moduli of `rounds` are at most kVaesHalfMax, length 2..20.
void prepare_vaes(const Rounds& rounds, const Alphabet& alphabet, std::size_t length, Vaes& vaes);

// In place. Preconditions: has_vaes(); `left` and `right` are 64-byte aligned, count % 8 == 0.
template <Direction kWay>
void run_vaes(const Rounds& rounds, const Vaes& vaes, std::uint64_t* left, std::uint64_t* right,
              std::size_t count);

// Rows of eight serials each. Preconditions as above; `rows` has count * kRow bytes.
void write_vaes(const VaesText& text, const std::uint64_t* left, const std::uint64_t* right,
                std::size_t count, std::uint8_t* rows);
// Bit i of the answer for group g: row 8g + i is of the format; the halves of another are 0.
void read_vaes(const VaesText& text, const std::uint8_t* rows, std::size_t count,
               std::uint64_t* left, std::uint64_t* right, std::uint8_t* fits);

}  // namespace packtrail::numbering::feistel
