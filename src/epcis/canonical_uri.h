// epcis/canonical_uri.h - one text for all spellings of an identifier, as the event hash needs it.
//
// CBV 2.0 compares identifiers as constrained canonical Digital Links: "https://id.gs1.org", the
// key, and its finest qualifier. Works for every EPC scheme that has a GS1 key, also for those that
// gs1/ has no type for, and keeps everything else as it is.
//
// Thread safety: pure. Cost: one string; no table of company prefixes is needed.
#pragma once

#include <string>
#include <string_view>

namespace packtrail::epcis {

// "urn:epc:id:sgtin:9521141.012345.A1" and "https://example.com/01/09521141123454/21/A1?17=271231"
// both become "https://id.gs1.org/01/09521141123454/21/A1". A text that is neither an EPC URN nor a
// Digital Link, or a malformed one, is returned unchanged.
[[nodiscard]] std::string canonical_uri(std::string_view uri);

}  // namespace packtrail::epcis
