// numbering/ff1.h - format-preserving encryption FF1 (NIST SP 800-38G), for any radix and length.
//
// The readable definition, step by step as the standard writes it: the fast numbering/serial_cipher
// is tested equal to it. Numerals, not characters: an alphabet maps between the two.
//
// Thread safety: const methods are safe together. Cost: microseconds per call, allocates.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace packtrail::numbering {

using Numerals = std::vector<std::uint16_t>;  // Each below the radix, most significant first.

class Ff1 {
 public:
  static constexpr std::uint32_t kRadixMin = 2;
  static constexpr std::uint32_t kRadixMax = 65536;
  static constexpr std::size_t kLengthMax = 256;   // Numerals in a text.
  static constexpr std::size_t kTweakMax = 65536;  // Bytes.
  // radix^length, as SP 800-38G 5.1 has it, so that published vectors run. Revision 1 (draft) asks
  // for 10^6: SerialCipher enforces that for every serial number format.
  static constexpr std::uint64_t kDomainMin = 100;

  // `key`: 16, 24 or 32 bytes (AES-128, -192, -256).
  static Result<Ff1> create(ByteView key, std::uint32_t radix);
  ~Ff1();
  Ff1(Ff1&&) noexcept;
  Ff1& operator=(Ff1&&) noexcept;

  // Fail with InvalidArgument when a numeral is not below the radix, when the text has less than 2
  // or more than kLengthMax numerals, when radix^length < kDomainMin, or on a tweak above
  // kTweakMax.
  [[nodiscard]] Result<Numerals> encrypt(const Numerals& plain, ByteView tweak) const;
  [[nodiscard]] Result<Numerals> decrypt(const Numerals& cipher, ByteView tweak) const;

 private:
  struct State;
  explicit Ff1(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace packtrail::numbering
