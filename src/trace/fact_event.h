// trace/fact_event.h - the EPCIS event that a fact records, as it was captured.
//
// The inverse of what capture/ does to an event: EPC runs become texts again in their captured
// spelling, order and number. So the event hash of the result equals the one at capture.
//
// Thread safety: pure, apart from the directory behind `texts`.
#pragma once

#include "base/result.h"
#include "epcis/event.h"
#include "ledger/ports.h"

namespace packtrail::ledger::v1 {
class EpcisEvent;
class Fact;
}  // namespace packtrail::ledger::v1

namespace packtrail::trace {

// InvalidArgument when the fact is no EPCIS event. The record time comes from the envelope.
Result<epcis::Event> to_event(const ledger::v1::Fact& fact, const ledger::EpcTexts& texts);

// Fills every field of `out` except the EPC lists, and the texts of `event`'s extension fields.
void copy_event_fields(const epcis::Event& event, ledger::v1::EpcisEvent& out);

// Declares every extension prefix that the document's events use, in order of appearance.
void add_context(epcis::Document& document);

}  // namespace packtrail::trace
