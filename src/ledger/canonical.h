// ledger/canonical.h - is this the one encoding of a fact?
//
// Checks Protocol Buffers bytes against the schema without decoding them: fields known and
// ascending, singular fields once, defaults left out, varints shortest, scalars packed, texts
// UTF-8, one body. What passes is exactly what encoding the decoded fact again gives; the fuzz
// target fact_fuzz holds the two against each other. Rules: docs/formats/facts.md.
//
// Thread safety: pure. Cost: about a nanosecond per byte; no heap.
#pragma once

#include "base/bytes.h"
#include "base/result.h"

namespace packtrail::ledger {

inline constexpr int kFactDepthMax = 64;  // Messages within messages.

// InvalidArgument with the offset of the first field that breaks a rule.
Status check_canonical_fact(ByteView encoded);

}  // namespace packtrail::ledger
