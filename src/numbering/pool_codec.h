// numbering/pool_codec.h - counter <-> whole serial number of one pool: prefix, permutation,
// filter.
//
// A counter whose text the filter excludes has a text, but `decode` does not know it: nobody was
// ever given that number.
//
// Thread safety: const methods are safe together.
// Cost: as SerialCipher, plus one table step per character where there is a filter.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "gs1/serial.h"
#include "numbering/serial_cipher.h"
#include "numbering/serial_rules.h"

namespace packtrail::numbering {

class PoolCodec {
 public:
  // `cipher` numbers the characters behind `prefix`.
  PoolCodec(SerialCipher cipher, std::shared_ptr<const SerialFilter> filter, std::string prefix)
      : cipher_(std::move(cipher)), filter_(std::move(filter)), prefix_(std::move(prefix)) {}

  [[nodiscard]] std::uint64_t space() const { return cipher_.space(); }  // Counters.
  [[nodiscard]] std::size_t length() const { return prefix_.size() + cipher_.length(); }
  [[nodiscard]] bool excludes() const { return filter_->excludes(); }
  // May this text, which `encode` made, be issued? When not, its counter is skipped.
  [[nodiscard]] bool admits(const gs1::SerialNumber& serial) const {
    return !filter_->excludes() || filter_->admits(serial.text());
  }

  // The text of a counter. Precondition: counter < space().
  [[nodiscard]] gs1::SerialNumber encode(std::uint64_t counter) const;
  // Of first, first + 1, ... Precondition: first + out.size() <= space().
  void encode(std::uint64_t first, std::span<gs1::SerialNumber> out) const;
  // Nothing when the text has another form or does not pass the filter: never issued here.
  [[nodiscard]] std::optional<std::uint64_t> decode(const gs1::SerialNumber& serial) const;

 private:
  [[nodiscard]] gs1::SerialNumber with_prefix(const gs1::SerialNumber& rest) const;

  SerialCipher cipher_;
  std::shared_ptr<const SerialFilter> filter_;
  std::string prefix_;
};

}  // namespace packtrail::numbering
