// capture/event_fact.h - an EPCIS event as the body of a fact, and back.
//
// Everything the event says is kept: order and duplicates, spellings, fractions and offsets of
// times, extension fields with their prefix and type. EPC lists are written elsewhere
// (capture/epc_list.h). Only recordTime is not taken over, because the ledger gives its own
// (EPCIS 2.0 section 7.4.1), and the @context, because fields carry their prefix and namespace.
//
// Thread safety: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "epcis/event.h"
#include "ledger/ports.h"

namespace packtrail::ledger::v1 {
class EpcisEvent;
}

namespace packtrail::capture {

// All of the event but its EPC lists. FailedPrecondition for error declarations, which are not
// recorded yet.
Status write_event(const epcis::Event& event, ledger::v1::EpcisEvent& out);

// The event that a stored body was made from. `texts` expands EPC lists (trace::Trace does).
// DataLoss when the body is not one that write_event makes.
Result<epcis::Event> read_event(const ledger::v1::EpcisEvent& body, const ledger::EpcTexts& texts);

// The body before later rules and directories made anything of it, and without its EPC lists: two
// captures of one event have the same bytes.
[[nodiscard]] std::string content_of(const ledger::v1::EpcisEvent& body);

// What the event's instance or lot master data says of lot and expiry (CBV's namespaces alone), as
// trace/ takes it. Empty: nothing.
struct LotData {
  std::string_view lot;  // cbvmda:lotNumber.
  std::string expiry;    // cbvmda:itemExpirationDate: an ISO date.
};
// InvalidArgument when the expiry is no xsd:date.
Result<LotData> lot_data(const epcis::Event& event);

}  // namespace packtrail::capture
