// plant/reconciliation.h - is every number and every pack of an order accounted for?
//
// Numbers, per level: allocated = good + rejected before commissioning + sampled + decommissioned
// + returned unused. Packs: seen by the camera = good + rejected + sampled. All of it is counted
// from the ledger anew, number by number, and compared with what trace says of each number, each
// case and each pallet; a batch with any difference does not close.
//
// What each balance is computed from, and what it cannot prove:
// - Numbers: the fold of the order's facts alone. It proves that every number has one outcome, not
//   that a label was really destroyed.
// - Packs: `seen` is what the line's own trigger sensor counted in each window (LineRecord), good
//   is what the cases hold, rejected and sampled are findings and events. The window was recorded
//   only after the counts of trigger, good lane and reject bin agreed with the judgement, so a pack
//   that was led into the wrong lane or slipped past stops the order before this balance. Behind
//   the lanes no sensor counts: that a case holds the packs its event names rests on the packing.
// - Cases and pallets: events alone; the line has no counter for them.
// - Interrupted windows: their triggers are not in `seen`. Cleared labels may be on packs that
//   passed the camera and were then cleared from the line; the balance cannot tell them from labels
//   that never met a pack, and cannot prove that people took them away. A resume after an
//   interruption takes the line as cleared.
//
// Thread safety: pure but for reading. Cost: the order's facts, and one look-up per number.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "plant/level_numbers.h"
#include "plant/order.h"

namespace packtrail::ledger {
class Ledger;
}
namespace packtrail::trace {
class Trace;
}

namespace packtrail::plant {

class OrderLog;

struct NumberBalance {
  std::uint64_t allocated = 0;
  std::uint64_t good = 0;      // Packs: in a case. Cases: on a pallet. Pallets: shipped.
  std::uint64_t rejected = 0;  // Before commissioning: label scrapped or number invalid.
  std::uint64_t sampled = 0;
  std::uint64_t decommissioned = 0;
  std::uint64_t returned = 0;  // Unused.
  [[nodiscard]] std::int64_t unaccounted() const;
};

struct PhysicalBalance {
  std::uint64_t seen = 0;
  std::uint64_t good = 0;      // Found in the containers of the level above (pallets: shipped).
  std::uint64_t rejected = 0;  // At the camera, or taken out and ended afterwards.
  std::uint64_t sampled = 0;
  // Labels without a recorded trigger, destroyed: never on a pack, or on a pack of an interrupted
  // window that was cleared from the line. Not in `seen`.
  std::uint64_t cleared_labels = 0;
  [[nodiscard]] std::int64_t unaccounted() const;
};

struct Reconciliation {
  std::array<NumberBalance, kLevelCount> numbers;
  std::array<PhysicalBalance, kLevelCount> physical;
  std::map<std::string, std::uint64_t, std::less<>> rejects;   // Findings by reason.
  std::map<std::string, std::uint64_t, std::less<>> scrapped;  // Numbers before commissioning.
  std::uint64_t partial_cases = 0;
  std::uint64_t partial_pallets = 0;
  std::vector<std::string> differences;  // Sentences; empty: balanced.

  [[nodiscard]] bool balanced() const { return differences.empty(); }
  // Canonical JSON: what OrderStateChanged carries at closing, and report.json shows.
  [[nodiscard]] std::string to_json() const;
};

inline constexpr std::size_t kDifferencesMax = 100;  // More are only counted.

// Fails only when the ledger cannot be read; a difference is an answer.
Result<Reconciliation> reconcile(const Order& order, std::uint64_t opened_at,
                                 const ledger::Ledger& ledger, const trace::Trace& trace);

}  // namespace packtrail::plant
