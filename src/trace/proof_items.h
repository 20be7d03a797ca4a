// trace/proof_items.h - the places where the ledger's events name an EPC: what a proof opens.
#pragma once

#include <vector>

#include "base/result.h"
#include "gs1/epc.h"
#include "ledger/proof.h"
#include "trace/trace.h"

namespace packtrail::trace {

// Every element of an EPC list of an EPCIS event that names `epc`, ascending. Events that name
// only its container are not proven with it: they would reveal the container. NotFound when no
// event visible to `viewer` names it.
Result<std::vector<ledger::ProofItem>> proof_items(Reader& reader, const Viewer& viewer,
                                                   const ledger::Ledger& ledger,
                                                   const ledger::EpcTexts& texts,
                                                   const gs1::Epc& epc);

}  // namespace packtrail::trace
