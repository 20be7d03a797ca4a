// ledger/fact.h - the canonical bytes of a fact, its hashed form and its leaf.
//
// Stored form: the canonical encoding of v1.Fact. Hashed form: the same bytes with every non-empty
// EPC or quantity list of the body replaced by its commitment. Both are specified in
// docs/formats/facts.md. The functions work on the wire form, so a list of a million EPCs is
// copied or skipped, never decoded.
//
// Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "ledger/ids.h"
#include "ledger/ledger.h"

namespace packtrail::ledger {

// A field of a body message that is an EPC list or a quantity list.
struct ListField {
  std::uint32_t number;
  enum class Kind : std::uint8_t { Epcs, Quantities } kind;
};

// The list fields of the body with this type number (field number within Fact's oneof), ascending.
// Empty for bodies without lists and for unknown types.
[[nodiscard]] std::span<const ListField> list_fields(std::uint32_t type);

// Field number of the body that is set; 0 when none is.
[[nodiscard]] std::uint32_t body_type(const v1::Fact& fact);

// The stored form. InvalidArgument: no body, a field this program does not know, a text that is
// not UTF-8, a list that carries a commitment or malformed runs, a quantity or unit with '|'.
// ResourceExhausted above kFactSizeMax.
Result<Bytes> encode_fact(const v1::Fact& fact);

// Decodes a stored form. DataLoss unless `encode_fact` would give exactly these bytes.
Status decode_fact(ByteView stored, v1::Fact& out);

// `lists` holds one commitment for each non-empty list of the fact, with its number of elements.
Status check_lists(const v1::Fact& fact, const HashedLists& lists);

// The hashed form of a stored form. InvalidArgument unless `lists` holds one commitment for each
// non-empty list of the body.
Result<Bytes> hashed_form(ByteView stored, const HashedLists& lists);

// Decodes a hashed form, with commitments where lists were. InvalidArgument unless canonical, or
// when a list still holds elements.
Status decode_hashed_form(ByteView hashed, v1::Fact& out);
// The commitments that a hashed form holds, ascending field.
[[nodiscard]] HashedLists commitments_of(const v1::Fact& hashed_fact);

// Hash of the leaf: ledger id, position, record time, type and SHA-256 of the hashed form.
[[nodiscard]] Digest fact_leaf(LedgerId id, std::uint64_t position, std::int64_t record_time_us,
                               std::uint32_t type, ByteView hashed);

// The canonical body without its lists: what an EPC commitment is salted by.
[[nodiscard]] Bytes body_without_lists(const v1::Fact& fact);

}  // namespace packtrail::ledger
