// gs1/epc_tag.h - what an RFID tag carries: an EPC with a filter value in one of the binary
// codings.
//
// Two texts of one tag: the tag URI (urn:epc:tag:sgtin-96:3.0614141.812345.6789; classic codings
// only) and the bits of the EPC memory bank as hexadecimal digits (GS1 EPC Tag Data Standard 12 to
// 14). Classic codings need the length of the company prefix; the TDS 2 '+' codings do not.
// The TDS 2.3 '++' codings, which add a host name, are recognised and refused.
//
// Thread safety: values and free functions. Cost: no heap on success but the texts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "gs1/ai_table.h"
#include "gs1/epc.h"

namespace packtrail::gs1 {

enum class EpcCoding : std::uint8_t {
  kSgtin96,
  kSgtin198,
  kSscc96,
  kSgln96,
  kSgln195,
  kGrai96,
  kGrai170,
  kGiai96,
  kGiai202,
  kGsrn96,
  kGsrnp96,
  kGdti96,
  kGdti113,  // Withdrawn; read, and written only when asked for.
  kGdti174,
  kSgcn96,
  kCpi96,
  kCpiVar,
  kItip110,
  kItip212,
  kSgtinPlus,
  kDsgtinPlus,
  kSsccPlus,
  kSglnPlus,
  kGraiPlus,
  kGiaiPlus,
  kGsrnPlus,
  kGsrnpPlus,
  kGdtiPlus,
  kSgcnPlus,
  kCpiPlus,
  kItipPlus,
};
inline constexpr std::size_t kEpcCodingCount = 31;

[[nodiscard]] std::string_view to_string(EpcCoding coding);  // "sgtin-96", "SGTIN+".
[[nodiscard]] std::optional<EpcCoding> parse_coding(std::string_view name);
[[nodiscard]] bool is_plus(EpcCoding coding);

// The date in front of a DSGTIN+, AI (11), (13), (15), (16), (17), (7006) or (7007).
struct TagDate {
  Ai ai;
  std::uint8_t year = 0;  // 00..99, as in the element string.
  std::uint8_t month = 0;
  std::uint8_t day = 0;  // 0: the whole month.
  friend bool operator==(const TagDate&, const TagDate&) = default;
};

struct EpcTag {
  Epc value;
  EpcCoding coding = EpcCoding::kSgtin96;
  std::uint8_t filter = 0;      // 0..7 (TDS 10).
  std::uint8_t gcp_length = 0;  // 6..12; 0 for the '+' codings.
  std::optional<TagDate> date;  // kDsgtinPlus only.
  bool has_more_data = false;   // Read only: further element strings follow the EPC.
  friend bool operator==(const EpcTag&, const EpcTag&) = default;
};

// The shortest coding that holds `value`: classic when `gcp_length` is 6..12, '+' when it is 0.
// Fails when there is none (a class, a scheme without tags, an unknown prefix length asked for).
Result<EpcCoding> choose_coding(const Epc& value, std::size_t gcp_length);

// How many bits end the text: up to the next hexadecimal digit, or to the 16-bit word of a tag.
enum class EpcHexEnd : std::uint8_t { Digit, Word };

// Capital hexadecimal digits. Fails when the coding cannot hold the value, and says which one can.
Result<std::string> to_epc_hex(const EpcTag& tag, EpcHexEnd end = EpcHexEnd::Word);
// Digits of either case; zero bits after the EPC are ignored. Fails on a header that is no GS1 key
// (says what it is), on too few bits, and on bits that break the coding: the message names the
// field and its bits, offset and length its digits.
Result<EpcTag> parse_epc_hex(std::string_view hex);
inline constexpr std::size_t kEpcHexMax = 128;  // Longer texts are refused unread.

// Whether hexadecimal digits look like the bits of a tag, right or wrong, by header and length.
enum class EpcHexFit : std::uint8_t {
  None,   // Another header, or far from the length of its coding, or of a coding of any length.
  Short,  // Up to a 16-bit word is missing.
  Whole,  // All bits, and after them zeros or the rest of a word.
};
[[nodiscard]] EpcHexFit epc_hex_fit(std::string_view hex);

// "urn:epc:tag:sgtin-96:3.0614141.812345.6789". Fails for the '+' codings, which have none.
Result<std::string> to_tag_uri(const EpcTag& tag);
Result<EpcTag> parse_tag_uri(std::string_view text);
[[nodiscard]] bool looks_like_tag_uri(std::string_view text);  // "urn:epc:tag:", "urn:epc:raw:".

// "urn:epc:raw:96.x3074257BF7194E4000001A85": bits and their count (TDS 12.3).
Result<std::string> to_raw_uri(const EpcTag& tag);
Result<EpcTag> parse_raw_uri(std::string_view text);

}  // namespace packtrail::gs1
