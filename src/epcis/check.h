// epcis/check.h - is this event one that the standard allows?
//
// The rules of EPCIS 2.0 section 7.4 that one event shows by itself: required members, members a
// type may not carry, times, URIs, CBV words, parent and children. Whether the pack exists or may
// be shipped is not asked here. read_json() applies it to every event; who makes events applies it
// before handing them on.
//
// Thread safety: pure. Cost: one pass over every text.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"
#include "epcis/event.h"

namespace packtrail::epcis {

inline constexpr std::size_t kUriSizeMax = 4096;  // Bytes of one URI.

// InvalidArgument with `field` = `pointer` + the JSON pointer inside the event
// ("/epcisBody/eventList/3" + "/epcList/17"), the rule with its clause, and a remedy.
[[nodiscard]] Status check_event(const Event& event, std::string_view pointer = {});

// RFC 3986: a scheme, ':' and at least one more character, all of them URI characters, at most
// kUriSizeMax.
[[nodiscard]] bool is_uri(std::string_view text);

// eventTimeZoneOffset, EPCIS 2.0 section 7.4: "+00:00" to "+14:00", "-00:00" to "-14:00".
[[nodiscard]] bool is_time_zone_offset(std::string_view text);

// RFC 8259 number grammar.
[[nodiscard]] bool is_json_number(std::string_view text);

}  // namespace packtrail::epcis
