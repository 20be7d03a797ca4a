// plant/reconciliation.h - is every number and every pack of an order accounted for?
//
// Numbers, per level: allocated = good + rejected before commissioning + sampled + decommissioned
// + returned unused. Packs: seen by the camera = good + rejected + sampled. All of it is counted
// from the ledger anew, number by number, and compared with what trace says of each number, each
// case and each pallet; a batch with any difference does not close.
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
  std::uint64_t cleared_labels = 0;  // Labels that no trigger showed: destroyed, not packs seen.
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
