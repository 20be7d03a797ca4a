// gs1/epc_bits.h - the bits of an EPC memory bank, written and read most significant first.
//
// Thread safety: values. Cost: fixed buffer, no heap.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace packtrail::gs1 {

__extension__ using Wide = unsigned __int128;  // Serials of up to 31 digits (103 bits).

class EpcBits {
 public:
  static constexpr std::size_t kMax = 512;

  // The lowest `count` bits of `value`. Precondition: count <= 128 and all fit.
  void put(Wide value, std::size_t count);
  // One four-bit group per digit.
  void put_digits(std::string_view digits);
  void pad_to(std::size_t multiple);
  [[nodiscard]] std::string to_hex() const;  // Precondition: padded to a multiple of four.
  // Nothing when `hex` holds another character or more than kMax bits.
  static std::optional<EpcBits> from_hex(std::string_view hex);

  // The next `count` bits; nothing when fewer are left.
  std::optional<Wide> take(std::size_t count);
  std::optional<std::uint32_t> take32(std::size_t count);  // Precondition: count <= 32.
  [[nodiscard]] std::size_t position() const { return position_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool rest_is_zero() const;

 private:
  std::array<std::uint8_t, kMax / 8> bytes_{};
  std::size_t size_ = 0;
  std::size_t position_ = 0;
};

// How many bits hold every number of `digits` decimal digits: ceil(digits * log2(10)).
[[nodiscard]] std::size_t bits_of_digits(std::size_t digits);

// The encodings of TDS 14.5.6 by their indicator, which is also their order of preference.
enum class TextEncoding : std::uint8_t { Integer, Hex, LowerHex, Base64, Ascii, Code40 };

// Indicator (3 bits), length (5 bits) and the characters in the shortest encoding that has them.
// Precondition: 1..31 characters below 128.
void put_text(EpcBits& bits, std::string_view text);
// The text back; nothing when it is longer than `size_max`, empty, or no such encoding.
[[nodiscard]] std::optional<std::string> take_text(EpcBits& bits, std::size_t size_max);

// Length (4 bits) and an integer (TDS 14.5.13). Precondition: 1..15 digits.
void put_number(EpcBits& bits, std::string_view digits);
[[nodiscard]] std::optional<std::string> take_number(EpcBits& bits, std::size_t size_max);

// Digits in four bits each up to a terminator, or a delimiter and the rest as text (TDS 14.5.5).
void put_delimited(EpcBits& bits, std::string_view text);
[[nodiscard]] std::optional<std::string> take_delimited(EpcBits& bits, std::size_t size_max);

// `digits` decimal digits as a number and back, with leading zeros; nothing when it is larger.
[[nodiscard]] Wide to_wide(std::string_view digits);
[[nodiscard]] std::optional<std::string> from_wide(Wide number, std::size_t digits);
[[nodiscard]] std::string plain_number(Wide number);

}  // namespace packtrail::gs1
