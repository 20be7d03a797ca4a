// trace/state.h - what is known about one object after the facts applied so far.
#pragma once

#include <cstdint>

#include "numbering/life.h"
#include "trace/ids.h"

namespace packtrail::trace {

// How a child came to be known inside its parent.
enum class ChildLink : std::uint8_t { None = 0, Scanned = 1, Inferred = 2 };

// Neighbours usually share all of it, so blocks store runs of equal states. 40 bytes, no heap.
struct ObjectState {
  std::int64_t event_time_us = 0;  // Of the newest event applied; 0: none yet.
  ObjectNumber parent;             // Case or pallet it is in now; none: 0.
  TermId disposition;              // CBV word or URI.
  TermId read_point;
  TermId biz_location;
  BatchId batch;  // Lot and expiry given at commissioning.
  numbering::SerialState life = numbering::SerialState::Unassigned;
  ChildLink link = ChildLink::None;
  std::uint8_t quarantined = 0;  // 1: held; may not be packed, shipped or dispensed.
  std::uint8_t reserved = 0;

  friend bool operator==(const ObjectState&, const ObjectState&) = default;
};
static_assert(sizeof(ObjectState) == 40);

}  // namespace packtrail::trace
