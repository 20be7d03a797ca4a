#include "ledger/wire.h"

namespace packtrail::ledger {

bool WireReader::varint(std::size_t& at, std::uint64_t& value) const {
  value = 0;
  for (std::uint32_t shift = 0; shift < 70; shift += 7) {
    if (at == rest_.size()) return false;
    const std::uint8_t byte = rest_[at++];
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return shift < 63 || byte <= 1;
  }
  return false;
}

bool WireReader::next(WireField& field) {
  if (rest_.empty() || !ok_) return false;
  ok_ = false;  // Until the field proves whole.
  std::size_t at = 0;
  std::uint64_t tag = 0;
  if (!varint(at, tag) || (tag >> 3) == 0 || (tag >> 3) > 0x1FFFFFFF) return false;
  field.number = static_cast<std::uint32_t>(tag >> 3);
  field.wire_type = static_cast<std::uint32_t>(tag & 7);
  field.content = {};
  std::uint64_t size = 0;
  switch (field.wire_type) {
    case 0:
      if (!varint(at, size)) return false;
      size = 0;
      break;
    case 1:
      size = 8;
      break;
    case 2:
      if (!varint(at, size)) return false;
      break;
    case 5:
      size = 4;
      break;
    default:
      return false;
  }
  if (size > rest_.size() - at) return false;
  const auto bytes = static_cast<std::size_t>(size);
  if (field.wire_type == 2) field.content = rest_.subspan(at, bytes);
  field.whole = rest_.first(at + bytes);
  rest_ = rest_.subspan(at + bytes);
  ok_ = true;
  return true;
}

void append_varint(Bytes& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<std::uint8_t>(value));
}

void append_length_delimited(Bytes& out, std::uint32_t number, ByteView content) {
  append_varint(out, (static_cast<std::uint64_t>(number) << 3) | 2);
  append_varint(out, content.size());
  out.insert(out.end(), content.begin(), content.end());
}

}  // namespace packtrail::ledger
