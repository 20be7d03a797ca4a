// gs1/gcp_length.h - how many digits of a key are the company prefix: a longest-prefix table.
//
// EPC URNs and the classic tag codings need it, Digital Links and '+' codings do not. GS1 publishes
// the world's list as JSON; a site may also enter its own prefixes, and lay them over the list.
// Thread safety: const methods are safe together. Cost: one probe per prefix size and table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "gs1/epc.h"

namespace packtrail::gs1 {

class GcpLengthTable {
 public:
  static constexpr std::size_t kPrefixMax = 12;
  static constexpr std::size_t kJsonMax = std::size_t{64} << 20;  // Bytes of a JSON list.
  static constexpr std::size_t kEntriesMax = 1'000'000;           // Entries of a JSON list.

  // GS1's format, strictly JSON: {"GCPPrefixFormatList": {"date": "...", "entry": [{"prefix":
  // "952", "gcpLength": 7}, ...]}}. Other members are skipped. Fails on what is no JSON, on a list
  // that is missing, on a bad entry (which one, and its byte offset), beyond the limits above, and
  // as add.
  static Result<GcpLengthTable> from_json(std::string_view json);

  // `prefix`: 1..12 digits. `gcp_length`: 4..12, or 0 for "no company prefix here". A prefix given
  // twice with another length is AlreadyExists.
  Status add(std::string_view prefix, std::size_t gcp_length);
  // Asks `base` where no entry of this table fits: a company's own prefixes over GS1's list.
  void set_base(std::shared_ptr<const GcpLengthTable> base) { base_ = std::move(base); }

  // `digits` is the key from the first digit of the company prefix on: a GTIN or SSCC without its
  // first digit, a GLN, GRAI (13 digits) or GIAI from the start. The longest entry that fits wins;
  // nothing when none fits or it says 0.
  [[nodiscard]] std::optional<std::size_t> length_for(std::string_view digits) const;
  // For a whole value; nothing for OtherUri, too.
  [[nodiscard]] std::optional<std::size_t> length_for(const Epc& value) const;
  [[nodiscard]] std::size_t size() const { return lengths_.size(); }  // Without the base's.
  [[nodiscard]] const std::string& date() const { return date_; }     // The list's own, or empty.

 private:
  std::unordered_map<std::uint64_t, std::uint8_t> lengths_;  // Key: prefix size and its number.
  std::string date_;
  std::shared_ptr<const GcpLengthTable> base_;
};

// The EPC URN with the prefix length that `table` knows; prefixes shorter than 6 digits are written
// as 6 (TDS 6.3). Where it knows none the error says what to do.
Result<std::string> to_urn(const Epc& value, const GcpLengthTable& table);

}  // namespace packtrail::gs1
