// trace/coding.h - the bytes of keys and values: varints, texts, big-endian numbers.
//
// Keys are big-endian so that their byte order is the order of the numbers. Values use varints
// (LEB128) and zigzag for signed numbers. docs/formats/projections.md lays out every key and value.
//
// Thread safety: values. Cost: inline, no heap beyond the growing output.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "trace/ports.h"

namespace packtrail::trace {

inline void put_be32(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}
inline void put_be64(std::string& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}
inline void put_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}
inline void put_signed(std::string& out, std::int64_t value) {
  put_varint(out, static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63));
}
inline void put_text(std::string& out, std::string_view text) {
  put_varint(out, text.size());
  out.append(text);
}

// Reads what the functions above wrote. After a read beyond the end, or a varint longer than 64
// bits, everything reads as zero and `failed` says so.
class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && at_ != end_; shift += 7) {
      const auto byte = static_cast<std::uint8_t>(*at_++);
      if (shift == 63 && byte > 1) break;
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return value;
    }
    return fail();
  }
  std::int64_t signed_varint() {
    const std::uint64_t value = varint();
    return static_cast<std::int64_t>(value >> 1 ^ (~(value & 1) + 1));
  }
  std::uint32_t varint32() {
    const std::uint64_t value = varint();
    return value > 0xffff'ffffU ? static_cast<std::uint32_t>(fail())
                                : static_cast<std::uint32_t>(value);
  }
  std::string_view text() {
    const std::uint64_t size = varint();
    if (size > static_cast<std::uint64_t>(end_ - at_)) {
      fail();
      return {};
    }
    const std::string_view out(at_, static_cast<std::size_t>(size));
    at_ += size;
    return out;
  }
  std::uint8_t byte() {
    if (at_ == end_) return static_cast<std::uint8_t>(fail());
    return static_cast<std::uint8_t>(*at_++);
  }
  std::uint32_t be32() { return static_cast<std::uint32_t>(big_endian(4)); }
  std::uint64_t be64() { return big_endian(8); }
  [[nodiscard]] bool at_end() const { return at_ == end_; }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool complete() const { return at_ == end_ && !failed_; }

 private:
  std::uint64_t big_endian(int size) {
    if (end_ - at_ < size) return fail();
    std::uint64_t value = 0;
    for (int i = 0; i < size; ++i) value = value << 8 | static_cast<std::uint8_t>(*at_++);
    return value;
  }
  std::uint64_t fail() {
    failed_ = true;
    at_ = end_;
    return 0;
  }
  const char* at_;
  const char* end_;
  bool failed_ = false;
};

// A cell is an entry that layers keep in its stored form. Its key in RAM: the table, then the
// stored key.
inline std::string cell_key(Table table, char kind) { return {static_cast<char>(table), kind}; }
inline Table table_of(std::string_view cell) { return static_cast<Table>(cell.front()); }
inline std::string_view stored_key(std::string_view cell) { return cell.substr(1); }

namespace cell {

// Directory.
inline constexpr char kClass = 'c';      // + class BE4 -> ClassInfo.
inline constexpr char kCounter = 'p';    // + class BE4 -> next instance, blocked, has skips.
inline constexpr char kTerm = 't';       // + term BE4 -> text.
inline constexpr char kBatch = 'b';      // + batch BE4 -> lot, expiry.
inline constexpr char kInstance = 'd';   // + class BE4 + key text -> instance.
inline constexpr char kKeyText = 'i';    // + class BE4 + instance BE8 -> GCP length, key text.
inline constexpr char kSkip = 's';       // + class BE4 + counter BE8 -> nothing.
inline constexpr char kReserved = 'r';   // + class BE4 + line -> Reservation.
inline constexpr char kUsage = 'u';      // + class BE4 + hour BE8 + line -> count.
inline constexpr char kHolder = 'h';     // + class BE4 + bucket BE8 -> who holds its numbers.
inline constexpr char kCompanion = 'x';  // + class BE4 + instance BE8 -> label's other elements.
// + class BE4 -> next counter known elsewhere. Class 0: pools made from here on are blocked.
inline constexpr char kFloor = 'l';
// Event index.
inline constexpr char kEventId = 'e';      // + event id -> position.
inline constexpr char kLongEventId = 'E';  // + SHA-256 of the event id -> position.
inline constexpr char kRequest = 'k';      // + 16 bytes of SHA-256 + batch index BE4 -> position.
// Orders.
inline constexpr char kOrder = 'o';      // + order id -> OrderInfo.
inline constexpr char kLongOrder = 'O';  // + SHA-256 of the order id -> OrderInfo.
// Meta.
inline constexpr char kFormat = 'f';   // -> format version.
inline constexpr char kApplied = 'a';  // -> facts applied.
inline constexpr char kCount = 'n';    // + class BE4, batch BE4, life, quarantined -> count.

std::string of_class(char kind, std::uint32_t object_class);
std::string key_text(std::uint32_t object_class, std::uint64_t instance);
std::string instance(std::uint32_t object_class, std::string_view text);
std::string skip(std::uint32_t object_class, std::uint64_t counter);
std::string companion(std::uint32_t object_class, std::uint64_t instance);
std::string holder(std::uint32_t object_class, std::uint64_t bucket);
std::string reserved(std::uint32_t object_class, std::string_view line);
std::string usage(std::uint32_t object_class, std::uint64_t hour, std::string_view line);
std::string term(char kind, std::uint32_t id);
std::string event_id(std::string_view id);
std::string request(std::string_view company, ByteView key, std::uint32_t batch_index);
std::string allocation(std::string_view order_id, std::string_view token);
std::string order(std::string_view order_id);
std::string count(std::uint32_t object_class, std::uint32_t batch, std::uint8_t life,
                  bool quarantined);

// Kept hashed in RAM: many, and only ever looked up whole. The others are kept sorted.
inline bool is_hashed(std::string_view key) {
  return table_of(key) == Table::EventIndex ||
         (table_of(key) == Table::Directory &&
          (key[1] == kInstance || key[1] == kKeyText || key[1] == kCompanion || key[1] == kHolder));
}

}  // namespace cell

// Length above which a text stands in a key as its SHA-256: LMDB's keys end at 511 bytes.
inline constexpr std::size_t kKeyTextMax = 300;

}  // namespace packtrail::trace
