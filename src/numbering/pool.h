// numbering/pool.h - a pool of serial numbers of one GTIN, and a series of SSCCs.
//
// A pool stores no numbers: its specification and its next counter are the pool. The safe size is
// what may ever be issued from it; creation proves the guess rule of Regulation (EU) 2016/161,
// Article 4(c), that a valid serial number is guessed with a chance below 1 in 10,000.
//
// Thread safety: values. Cost: SerialCipher set-up is tens of microseconds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/strong.h"
#include "gs1/gtin.h"
#include "gs1/sscc.h"
#include "numbering/alphabet.h"
#include "numbering/keys.h"
#include "numbering/serial_cipher.h"

namespace packtrail::numbering {

using PoolId = Strong<std::string, struct PoolIdTag>;

inline constexpr std::uint64_t kPoolSpaceMin = 10'000'000'000'000;  // 10^13 serials.
inline constexpr std::uint64_t kGuessFactor = 10'000;               // EU 2016/161 Art. 4(c).
inline constexpr std::uint64_t kAlarmOccupancy = 1'000'000;         // Alarm at space / this.
inline constexpr std::uint64_t kRefuseOccupancy = 100'000;          // Refuse above space / this.
inline constexpr std::size_t kPoolIdSizeMax = 64;
inline constexpr std::size_t kKeyIdSizeMax = 64;
inline constexpr std::uint8_t kSerialFormatVersion = 1;

struct PoolSpec {
  PoolId id;  // 1..kPoolIdSizeMax of A-Z a-z 0-9 . _ -
  gs1::Gtin gtin;
  Alphabet alphabet = Alphabet::unambiguous();
  std::size_t length = 12;             // Characters of a serial, at most 20 (AI 21).
  std::uint32_t epoch = 0;             // Another epoch is another, unrelated permutation.
  KeyId key_id;                        // 1..kKeyIdSizeMax, characters as the pool id.
  std::uint64_t planned_quantity = 0;  // Packs of this GTIN that will ever be numbered; at least 1.
  std::uint8_t format_version = kSerialFormatVersion;
};

class Pool {
 public:
  // Proves the limits: 2..20 characters, space >= kPoolSpaceMin, space >= kGuessFactor *
  // planned_quantity, planned_quantity within the safe size, ids well formed, known format version.
  static Result<Pool> create(PoolSpec spec);

  [[nodiscard]] const PoolSpec& spec() const { return spec_; }
  [[nodiscard]] std::uint64_t space() const { return space_; }  // 2^64 - 1 stands for more.
  // How many numbers may ever be issued: space / kRefuseOccupancy.
  [[nodiscard]] std::uint64_t safe_size() const { return space_ / kRefuseOccupancy; }
  // From this many issued numbers on the pool should be followed by a larger one.
  [[nodiscard]] std::uint64_t alarm_size() const { return space_ / kAlarmOccupancy; }

  // May `count` numbers be issued when `next` is the next counter? ResourceExhausted with the safe
  // size when not; InvalidArgument for 0.
  [[nodiscard]] Status check_allocation(std::uint64_t next, std::uint64_t count) const;
  [[nodiscard]] bool alarms_at(std::uint64_t next) const { return next >= alarm_size(); }

  // The pool's permutation under `key`. FailedPrecondition when `key` is not the one whose check
  // value is `expected`.
  [[nodiscard]] Result<SerialCipher> cipher(const MasterKey& key,
                                            const KeyCheckValue& expected) const;

 private:
  Pool(PoolSpec spec, std::uint64_t space) : spec_(std::move(spec)), space_(space) {}
  PoolSpec spec_;
  std::uint64_t space_;
};

// A run of SSCCs under one company prefix and extension digit; serial references count upwards.
struct SsccSeries {
  gs1::CompanyPrefix prefix;
  unsigned extension = 0;  // 0..9.
  std::uint64_t next = 0;  // The next serial reference.

  [[nodiscard]] std::uint64_t capacity() const;   // Serial references in all.
  [[nodiscard]] std::uint64_t remaining() const;  // 0 when used up.
  // The SSCC `ahead` places after the next one; ResourceExhausted past the end.
  [[nodiscard]] Result<gs1::Sscc> peek(std::uint64_t ahead = 0) const;
};

}  // namespace packtrail::numbering
