// ledger/wire.h - walks the fields of one Protocol Buffers message without decoding it.
//
// Reads wire types 0, 1, 2 and 5 with varints of at most 10 bytes. Thread safety: values.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace packtrail::ledger {

// One field as it stands on the wire.
struct WireField {
  std::uint32_t number = 0;
  std::uint32_t wire_type = 0;
  ByteView whole;    // Tag and value.
  ByteView content;  // Of a length-delimited field (wire type 2), else empty.
};

class WireReader {
 public:
  explicit WireReader(ByteView message) : rest_(message) {}

  // False at the end, and on malformed bytes (then ok() is false).
  bool next(WireField& field);
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  bool varint(std::size_t& at, std::uint64_t& value) const;
  ByteView rest_;
  bool ok_ = true;
};

void append_varint(Bytes& out, std::uint64_t value);
// Tag of a length-delimited field, length and content.
void append_length_delimited(Bytes& out, std::uint32_t number, ByteView content);

}  // namespace packtrail::ledger
