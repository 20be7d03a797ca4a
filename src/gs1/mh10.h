// gs1/mh10.h - ISO/IEC 15434 format 06 messages with ANSI MH10.8.2 data identifiers.
//
//   [)> RS 06 GS 9N111234567842 GS 1TABC123 GS D270600 GS S12345 RS EOT
//
// German packs without a GTIN carry this (IFA coding system) in a DataMatrix without FNC1. A
// DataMatrix may hold header and trailer as the single codeword Macro 06; a reader gives them back
// as above. Thread safety: values and free functions. Cost: no heap while parsing.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "gs1/expiry.h"
#include "gs1/gtin.h"
#include "gs1/lot.h"
#include "gs1/pzn.h"
#include "gs1/serial.h"

namespace packtrail::gs1 {

inline constexpr std::size_t kMh10Max = 512;       // Longer texts are refused unread.
inline constexpr std::size_t kMh10FieldsMax = 24;  // Fields of one message.
inline constexpr std::string_view kMh10Header =
    "[)>\x1e"
    "06\x1d";
inline constexpr std::string_view kMh10Trailer = "\x1e\x04";

struct Mh10Field {
  std::string_view identifier;  // Up to three digits and a capital letter: "9N".
  std::string_view value;       // Not empty; printable ASCII.
};

// The fields of a message, each data identifier once; they view its text.
class Mh10Message {
 public:
  // With or without the AIM identifier "]d1". Fails without header or trailer, on an empty field,
  // on a field that does not begin with a data identifier, on a character that is no printable
  // ASCII, on an identifier given twice, and beyond the limits above.
  static Result<Mh10Message> parse(std::string_view text);

  [[nodiscard]] std::span<const Mh10Field> fields() const { return {fields_.data(), size_}; }
  [[nodiscard]] std::optional<std::string_view> find(std::string_view identifier) const;
  // Offset of a field's value within the text that was parsed.
  [[nodiscard]] std::size_t offset_of(std::string_view value) const;

 private:
  Mh10Message() = default;
  std::array<Mh10Field, kMh10FieldsMax> fields_{};
  std::size_t size_ = 0;
  std::string_view text_;
};
[[nodiscard]] bool looks_like_mh10(std::string_view text);  // The header, perhaps after "]d1".

// What a pack says with the identifiers of the IFA coding system.
struct IfaPack {
  std::optional<Ppn> ppn;              // 9N.
  std::optional<Gtin> gtin;            // 8P, for a pack with both numbers or an NTIN.
  std::optional<Lot> lot;              // 1T.
  std::optional<Expiry> expiry;        // D, YYMMDD; day 00 for a month.
  std::optional<SerialNumber> serial;  // S.
  std::optional<Date> production;      // 16D, YYYYMMDD.
  friend bool operator==(const IfaPack&, const IfaPack&) = default;

  // 8P, else the NTIN of a PPN that holds a PZN; nothing when there is neither.
  [[nodiscard]] std::optional<Gtin> trade_item() const;
};

// `reference` places the century of the expiry. Identifiers that are not above are left out. Fails
// on a value that breaks its rule, and without both 9N and 8P. Offsets count in the message's text.
Result<IfaPack> parse_ifa(std::string_view text, Date reference);

// The message, header and trailer included, in the order 9N, 8P, 1T, D, S, 16D. Fails without PPN
// and GTIN.
Result<std::string> to_mh10(const IfaPack& pack);

}  // namespace packtrail::gs1
