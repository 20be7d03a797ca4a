// numbering/serial_cipher.h - counter <-> serial number by FF1-AES256, fast.
//
// Exactly FF1 (numbering/ff1.h) over `length` numerals of the alphabet, with the counter written as
// `length` digits, most significant first. A permutation of 0..space()-1: no serial comes twice and
// none reveals its counter without the key. docs/formats/serial-numbers.md has the whole picture.
//
// One AES block per round: everything before the last block of FF1's PRF input is the same for all
// serials of a pool, so its CBC-MAC is kept. Three engines give the same numbers: OpenSSL's AES one
// serial after the other, AES-NI on eight serials at once, VAES with 512-bit arithmetic and text on
// sixteen. The fastest that the processor has is chosen when the cipher is made.
//
// Thread safety: const methods are safe together. Secrets are wiped on destruction.
// Cost: about 0.2 us per single call; per serial in batches about 0.2 us (OpenSSL), 0.05 us
// (AES-NI) or 0.02 us (VAES), text included; no heap but for OpenSSL's context. docs/user/bench.md,
// `ff1`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "base/result.h"
#include "gs1/serial.h"
#include "numbering/alphabet.h"

namespace packtrail::numbering {

class SerialCipher {
 public:
  static constexpr std::size_t kKeySize = 32;
  static constexpr std::size_t kLengthMin = 2;
  static constexpr std::size_t kLengthMax = gs1::SerialNumber::kSizeMax;
  static constexpr std::size_t kTweakMax = 256;
  // SP 800-38G Rev. 1 (draft): smaller domains are open to attack.
  static constexpr std::uint64_t kDomainMin = 1'000'000;
  // Each half of the text must stay below this: radix^ceil(length / 2) < 2^61.
  static constexpr std::uint64_t kHalfMax = std::uint64_t{1} << 61;

  enum class Engine : std::uint8_t {
    Evp,    // OpenSSL, everywhere.
    AesNi,  // x86-64 with AES-NI and SSE4.1.
    Vaes,   // x86-64 with VAES, AVX512-IFMA and AVX512-VBMI; radix^ceil(length / 2) below 3.97e15.
    Fastest,
  };

  // Fails with InvalidArgument on a key that is not kKeySize bytes, on a length, tweak or domain
  // outside the limits; with FailedPrecondition when `engine` cannot do this here. `Fastest` always
  // finds one.
  static Result<SerialCipher> create(ByteView key, ByteView tweak, const Alphabet& alphabet,
                                     std::size_t length, Engine engine = Engine::Fastest);
  ~SerialCipher();
  SerialCipher(SerialCipher&&) noexcept;
  SerialCipher& operator=(SerialCipher&&) noexcept;

  // radix^length, or 2^64 - 1 when it is more: counters run from 0 to space() - 1.
  [[nodiscard]] std::uint64_t space() const;
  [[nodiscard]] std::size_t length() const;
  [[nodiscard]] const Alphabet& alphabet() const;
  [[nodiscard]] Engine engine() const;  // Never Fastest.

  // The serial of `counter`. Precondition: counter < space().
  [[nodiscard]] gs1::SerialNumber encode(std::uint64_t counter) const;
  // The counter whose serial this is. Nothing when the length or a character does not fit the
  // format, or the counter does not fit 64 bits: then no pool with this cipher ever issued it.
  [[nodiscard]] std::optional<std::uint64_t> decode(const gs1::SerialNumber& serial) const;

  // Serials of first, first + 1, ... Precondition: first + out.size() <= space(). What `out` held
  // is overwritten.
  void encode(std::uint64_t first, std::span<gs1::SerialNumber> out) const;
  // As decode, for each. Precondition: both spans have the same size.
  void decode(std::span<const gs1::SerialNumber> serials,
              std::span<std::optional<std::uint64_t>> counters) const;

 private:
  struct State;
  explicit SerialCipher(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace packtrail::numbering
