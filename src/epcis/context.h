// epcis/context.h - declares the extension prefixes of events that were kept without their
// @context.
#pragma once

#include "epcis/event.h"

namespace packtrail::epcis {

// Adds every prefix that `event` uses and `context` does not declare, in order of appearance. A
// prefix that is declared for another namespace stays as it is: fields carry their namespace.
void declare_prefixes(const Event& event, EventContext& context);

}  // namespace packtrail::epcis
