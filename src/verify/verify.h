// verify/verify.h - is this pack what its code says?
//
// Two answers to one question: the full one for users with credentials, and the one that a stranger
// gets, which says nothing unless serial, lot and expiry all match (architecture 7.3).
//
// Thread safety: as the Reader that is passed in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "gs1/pack_code.h"
#include "trace/trace.h"

namespace packtrail::verify {

enum class Verdict : std::uint8_t {
  Genuine,          // Commissioned, nothing against it; what was given matches.
  Mismatch,         // The pack exists, but lot or expiry differ from what was given.
  Unknown,          // No such pack was ever recorded.
  NotCommissioned,  // The number was issued but is on no good pack.
  NotForSale,       // Decommissioned, sampled, destroyed, quarantined, dispensed ...
  Expired,
};
[[nodiscard]] std::string_view to_string(Verdict verdict);  // "genuine", "not_for_sale", ...

struct Verification {
  Verdict verdict = Verdict::Unknown;
  trace::ObjectNumber object;               // 0 when unknown.
  std::optional<trace::ObjectState> state;  // As its containers have it.
  trace::Batch batch;
  std::optional<bool> lot_matches;  // Nothing when the code holds no lot.
  std::optional<bool> expiry_matches;
};

// What `viewer` may know. `today` decides expiry: a pack is good through its last day.
Verification verify(trace::Reader& reader, const trace::Viewer& viewer, const gs1::PackCode& code,
                    Date today);

// What anybody may know. The same work is done for every code, found or not.
struct PublicAnswer {
  enum class Status : std::uint8_t { Active, NotForSale, Expired };
  bool genuine = false;            // False for unknown, wrong and incomplete codes alike.
  Status status = Status::Active;  // Only meaningful when genuine.
  std::string product;             // Only when genuine.
};
PublicAnswer verify_public(trace::Reader& reader, const gs1::PackCode& code, Date today);

}  // namespace packtrail::verify
