// epcis/event_hash.h - the EPCIS Event Hash ID of CBV 2.0: an identity that follows from what an
// event says, whatever its spelling.
//
// The pre-hash string joins all members in one order with identifiers, times, numbers and
// vocabulary in one spelling; lists are sorted. recordTime, eventID, errorDeclaration,
// certificationInfo and rdfs:comment take no part. Where the text of CBV 2.0 and the published
// reference values differ (docs/formats/epcis.md), the values are followed.
//
// Thread safety: pure. Cost: a string per list item, sorted.
#pragma once

#include <string>

#include "epcis/event.h"

namespace packtrail::epcis {

// `context` is the document's: prefixes in texts of extensions are expanded through it.
[[nodiscard]] std::string event_prehash(const Event& event, const EventContext& context = {});

// "ni:///sha-256;6ae9...39d7?ver=CBV2.0" (RFC 6920).
[[nodiscard]] std::string event_hash_id(const Event& event, const EventContext& context = {});

}  // namespace packtrail::epcis
