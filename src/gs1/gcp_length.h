// gs1/gcp_length.h - how many digits of a key are the company prefix: a longest-prefix table.
//
// EPC URNs need it, Digital Links do not. GS1 publishes the world's table; a site may also just
// enter its own prefixes. Thread safety: const methods are safe together. Cost: one probe per
// prefix size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "base/result.h"

namespace packtrail::gs1 {

class GcpLengthTable {
 public:
  static constexpr std::size_t kPrefixMax = 12;

  // `prefix`: 1..12 digits. `gcp_length`: 4..12, or 0 for "no company prefix here". A prefix given
  // twice with another length is AlreadyExists.
  Status add(std::string_view prefix, std::size_t gcp_length);

  // `digits` is the key from the first digit of the company prefix on: a GTIN or SSCC without its
  // first digit, a GLN, GRAI (13 digits) or GIAI from the start. The longest entry that fits wins;
  // nothing when none fits or it says 0.
  [[nodiscard]] std::optional<std::size_t> length_for(std::string_view digits) const;
  [[nodiscard]] std::size_t size() const { return lengths_.size(); }

 private:
  std::unordered_map<std::uint64_t, std::uint8_t> lengths_;  // Key: prefix size and its number.
};

}  // namespace packtrail::gs1
