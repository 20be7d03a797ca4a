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
#include <memory>
#include <string>

#include "base/result.h"
#include "base/strong.h"
#include "gs1/gtin.h"
#include "gs1/sscc.h"
#include "numbering/alphabet.h"
#include "numbering/keys.h"
#include "numbering/pool_codec.h"
#include "numbering/serial_cipher.h"
#include "numbering/serial_rules.h"

namespace packtrail::numbering {

using PoolId = Strong<std::string, struct PoolIdTag>;

inline constexpr std::uint64_t kPoolSpaceMin = 10'000'000'000'000;  // 10^13 serials.
inline constexpr std::uint64_t kGuessFactor = 10'000;               // EU 2016/161 Art. 4(c).
inline constexpr std::uint64_t kAlarmOccupancy = 1'000'000;         // Alarm at space / this.
inline constexpr std::uint64_t kRefuseOccupancy = 100'000;          // Refuse above space / this.
inline constexpr std::size_t kPoolIdSizeMax = 64;
inline constexpr std::size_t kKeyIdSizeMax = 64;
inline constexpr std::uint8_t kSerialFormatVersion = 1;
// The filter lets at least 1 of this many texts pass, so that skipping stays cheap.
inline constexpr std::uint64_t kExcludedShareMax = 4;

struct PoolSpec {
  PoolId id;  // 1..kPoolIdSizeMax of A-Z a-z 0-9 . _ -
  gs1::Gtin gtin;
  Alphabet alphabet = Alphabet::unambiguous();
  std::size_t length = 12;             // Characters of a serial, at most 20 (AI 21).
  std::uint32_t epoch = 0;             // Another epoch is another, unrelated permutation.
  KeyId key_id;                        // 1..kKeyIdSizeMax, characters as the pool id.
  std::uint64_t planned_quantity = 0;  // Packs of this GTIN that will ever be numbered; at least 1.
  std::uint8_t format_version = kSerialFormatVersion;
  SerialRules rules = {};       // Prefix and filters: part of what a text may be.
  std::string format = {};      // Market profile that the form came from: "eu/1".
  std::string market = {};      // For people and for choosing a pool; not for the permutation.
  std::string owner = {};       // Whose numbers these are: GLN digits; empty: the company.
  std::uint64_t low_water = 0;  // Warn when no more than this many are left; 0: at 10 %.
};

class Pool {
 public:
  // Proves the limits: 2..20 characters, at least kPoolSpaceMin counters, and over the usable space
  // (what the filter lets pass) kGuessFactor * planned_quantity and planned_quantity within the
  // safe size; at most 3 of 4 texts excluded, ids well formed, known format version.
  static Result<Pool> create(PoolSpec spec);

  [[nodiscard]] const PoolSpec& spec() const { return spec_; }
  // Counters, and texts that may be issued; 2^64 - 1 stands for more.
  [[nodiscard]] std::uint64_t space() const { return filter_->space(); }
  [[nodiscard]] std::uint64_t usable() const { return filter_->usable(); }
  // How many numbers may ever be issued: usable / kRefuseOccupancy.
  [[nodiscard]] std::uint64_t safe_size() const { return usable() / kRefuseOccupancy; }
  // From this many issued numbers on the pool should be followed by a larger one.
  [[nodiscard]] std::uint64_t alarm_size() const { return usable() / kAlarmOccupancy; }
  // At most this many left: warn. The specification's, or a tenth of the planned quantity.
  [[nodiscard]] std::uint64_t low_water() const {
    return spec_.low_water != 0 ? spec_.low_water : spec_.planned_quantity / 10;
  }
  [[nodiscard]] const SerialFilter& filter() const { return *filter_; }

  // May `count` more numbers be issued when `issued` are out? ResourceExhausted with the safe size
  // when not; InvalidArgument for 0.
  [[nodiscard]] Status check_allocation(std::uint64_t issued, std::uint64_t count) const;
  [[nodiscard]] bool alarms_at(std::uint64_t issued) const { return issued >= alarm_size(); }

  // The pool's permutation under `key`: of the characters behind the prefix. FailedPrecondition
  // when `key` is not the one whose check value is `expected`.
  [[nodiscard]] Result<SerialCipher> cipher(const MasterKey& key,
                                            const KeyCheckValue& expected) const;
  // Whole texts: prefix, permutation and filter together. Fails as `cipher`.
  [[nodiscard]] Result<PoolCodec> codec(const MasterKey& key, const KeyCheckValue& expected) const;

 private:
  Pool(PoolSpec spec, std::shared_ptr<const SerialFilter> filter)
      : spec_(std::move(spec)), filter_(std::move(filter)) {}
  PoolSpec spec_;
  std::shared_ptr<const SerialFilter> filter_;
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
