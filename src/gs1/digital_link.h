// gs1/digital_link.h - GS1 Digital Link URI <-> element string (GS1 Digital Link: URI Syntax 1.4).
//
//   https://example.com/some/stem/01/09506000134352/10/ABC/21/12%2F34?17=271231
//
// Path: one primary key, then its qualifiers in the standard's order; query: further AIs. Query
// parameters whose name is not 2..4 digits are the domain's own and are left out of the result.
// Thread safety: free functions. Cost: no heap on success when parsing.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "gs1/element_string.h"

namespace packtrail::gs1 {

inline constexpr std::size_t kDigitalLinkMax = 2048;  // Longer texts are refused unread.

struct DigitalLink {
  std::string_view stem;           // Views the parsed text: "https://example.com/some/stem".
  ElementString elements;          // Key and qualifiers in path order, then the attributes.
  std::size_t path_size = 0;       // How many of the elements stand in the path; at least 1.
  bool has_foreign_query = false;  // The query holds parameters that are not AIs, or a fragment.
  bool has_short_names = false;    // Of GS1 Digital Link 1.0 and 1.1: /gtin/ for /01/.
};

// True for "http://" and "https://", all lower or all upper case: parse_digital_link is worth a
// try.
[[nodiscard]] bool looks_like_link(std::string_view text);

// Fails when the text is no http(s) URI, when no primary key ends its path, when qualifiers are
// foreign to the key or out of order, on a bad escape, and as check_ai_value. The key is searched
// from the right, so a stem may hold digits that look like AIs. GTINs of 8, 12 and 13 digits are
// widened to 14. The short names of versions 1.0 and 1.1 (/gtin/, /ser/, ?exp=) are read and told.
// Compressed links are refused.
Result<DigitalLink> parse_digital_link(std::string_view uri);

// "https://example.com" + path + query. Key and qualifiers stand in the standard's order, the other
// elements in theirs. Fails without a primary key, and on an AI that a link cannot carry. Slashes
// at the end of `stem` are dropped.
Result<std::string> to_digital_link(const ElementString& elements, std::string_view stem);

inline constexpr std::string_view kCanonicalStem = "https://id.gs1.org";
// As to_digital_link, on GS1's own domain: the form in which links are compared.
Result<std::string> to_canonical_link(const ElementString& elements);

// The same link with AIs for its short names; nothing when its path has none, or no key.
[[nodiscard]] std::optional<std::string> without_short_names(std::string_view uri);

// Percent-encodes all but RFC 3986's unreserved characters, with capital hex digits.
void append_percent_encoded(std::string& out, std::string_view text);

// Decodes into `out`; the number of bytes, or nothing on a bad escape or when `capacity` is too
// small. '+' stays '+'.
[[nodiscard]] std::optional<std::size_t> percent_decode(std::string_view text, char* out,
                                                        std::size_t capacity);

}  // namespace packtrail::gs1
