// epcis/context.h - what extension prefixes stand for, and declaring those of events that were kept
// without their @context.
//
// Thread safety: pure. Cost: a scan of the entries, per prefix.
#pragma once

#include <string_view>

#include "epcis/event.h"

namespace packtrail::epcis {

// Adds every prefix that `event` uses and `context` does not declare, in order of appearance. A
// prefix that is declared for another namespace stays as it is: fields carry their namespace.
void declare_prefixes(const Event& event, EventContext& context);

// The namespace of `prefix` where `event` is the event's own context and `document` the document's;
// what the EPCIS context itself declares comes last. Empty when nothing declares it.
[[nodiscard]] std::string_view resolve_prefix(std::string_view prefix, const EventContext& event,
                                              const EventContext& document);

}  // namespace packtrail::epcis
