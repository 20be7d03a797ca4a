// gs1/epc.h - Electronic Product Code: a GS1 key as one value, and the text it was spelled in.
//
// One value has many texts: EPC pure identity URN (GS1 TDS 6) and Digital Link URIs of any domain.
// parse_epc separates the value from its spelling; format_epc joins them again, byte for byte, when
// the text was canonical. Identity is the value: two spellings of one pack compare equal.
//
// A key without its serial, where the scheme has one, is a class: its URN is the pattern that ends
// with '*', its Digital Link ends with the key.
//
// Thread safety: values. Cost: 56 bytes per Epc; no heap except OtherUri.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "gs1/asset.h"
#include "gs1/component.h"
#include "gs1/document.h"
#include "gs1/service.h"
#include "gs1/sgtin.h"
#include "gs1/shipment.h"
#include "gs1/sscc.h"

namespace packtrail::gs1 {

// Any other URI, kept as it is: private schemes, and GS1 keys without a type of their own here.
class OtherUri {
 public:
  static constexpr std::size_t kSizeMax = 256;

  // A scheme, ':', then at least one character; RFC 3986 characters only; at most kSizeMax bytes.
  static Result<OtherUri> parse(std::string_view text);
  [[nodiscard]] const std::string& text() const { return text_; }
  friend auto operator<=>(const OtherUri&, const OtherUri&) = default;

 private:
  explicit OtherUri(std::string_view text) : text_(text) {}
  std::string text_;
};

// The index is an EpcScheme; it is not a stored format. Gtin, Lgtin and the keys without their
// serial are classes, the others name one object.
using Epc = std::variant<Sgtin, Sscc, Sgln, Lgtin, Grai, Giai, Gtin, Pgln, Gsrn, Gsrnp, Gdti, Gcn,
                         Gsin, Ginc, Cpi, Itip, Upui, OtherUri>;
static_assert(sizeof(Epc) == 56);

enum class EpcScheme : std::uint8_t {
  kSgtin,
  kSscc,
  kSgln,
  kLgtin,
  kGrai,
  kGiai,
  kGtin,
  kPgln,
  kGsrn,
  kGsrnp,
  kGdti,
  kSgcn,
  kGsin,
  kGinc,
  kCpi,
  kItip,
  kUpui,
  kOther,
};
inline constexpr std::size_t kEpcSchemeCount = 18;
static_assert(std::variant_size_v<Epc> == kEpcSchemeCount);

[[nodiscard]] inline EpcScheme epc_scheme(const Epc& value) {
  return static_cast<EpcScheme>(value.index());
}
// "sgtin", "lgtin", "gtin", "other", ...
[[nodiscard]] std::string_view to_string(EpcScheme scheme);
// True for what names a kind of object: a GTIN, a lot, a GRAI, GDTI, GCN, CPID or ITIP without
// serial.
[[nodiscard]] bool is_class(const Epc& value);

// How a text spelled its value. `stem` views the parsed text: "https://id.gs1.org" or
// "https://example.com/some/path", without the slash before the key.
struct EpcSpelling {
  enum class Kind : std::uint8_t { Urn, DigitalLink, Other };
  Kind kind = Kind::Urn;
  std::uint8_t gcp_length = 0;  // Urn only: digits of the company prefix, 6..12 (TDS 6.3).
  std::string_view stem = {};   // DigitalLink only.
  friend bool operator==(const EpcSpelling&, const EpcSpelling&) = default;
};

struct ParsedEpc {
  Epc value;
  EpcSpelling spelling;
  bool is_canonical = false;  // format_epc(value, spelling) is exactly the parsed text.
};

inline constexpr std::size_t kEpcTextMax = 2048;  // Longer texts are refused unread.
inline constexpr std::size_t kUrnGcpMin = 6;      // TDS: shorter prefixes are written as 6 digits.
inline constexpr std::size_t kUrnGcpMax = 12;

// Accepts the EPC pure identity URNs of every scheme above (urn:epc:id:..., urn:epc:class:lgtin:
// and the patterns urn:epc:idpat:{sgtin,grai,gdti,sgcn,cpi,itip}: whose last field alone is '*'),
// Digital Link URIs (http/https, any domain and stem) of the same keys, and any other URI of
// RFC 3986 characters as OtherUri: among them patterns with more than one '*' and links with a
// qualifier that makes another identity (22, 7040, 8019). A lot beside a serial number, and a
// query, are accepted and make the text non-canonical. Fails on a known scheme with a wrong body
// (offset of the byte, rule), and on what is no URI.
Result<ParsedEpc> parse_epc(std::string_view text);

// Appends the canonical text of `value` in `spelling`. False, and nothing appended, when there is
// none (gcp_length outside 6..12, or a GIAI, GINC or CPID not longer than its prefix). OtherUri is
// its own text in every spelling.
[[nodiscard]] bool append_epc(std::string& out, const Epc& value, const EpcSpelling& spelling);
Result<std::string> format_epc(const Epc& value, const EpcSpelling& spelling);

// The EPC pure identity URN with a company prefix of `gcp_length` digits (see gs1/gcp_length.h).
Result<std::string> to_urn(const Epc& value, std::size_t gcp_length);

// "(01)..(21)..", "(00)..", or the URI itself: for people and logs.
[[nodiscard]] std::string to_hri(const Epc& value);

[[nodiscard]] std::size_t hash_value(const Epc& value) noexcept;
struct EpcHash {
  std::size_t operator()(const Epc& value) const noexcept { return hash_value(value); }
};

}  // namespace packtrail::gs1
