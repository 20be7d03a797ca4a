// plant/level_numbers.h - the numbers of one packaging level of an order, and what became of them.
//
// Numbers are known by their place in the order's allocations of their level, first allocated
// first. Filled by OrderLog from the ledger's facts alone.
//
// Thread safety: a value. Memory: 16 bytes per number.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "numbering/life.h"
#include "trace/ids.h"
#include "trace/object_run.h"

namespace packtrail::plant {

enum class Level : std::uint8_t { Pack = 0, Case = 1, Pallet = 2 };
inline constexpr std::size_t kLevelCount = 3;
[[nodiscard]] std::string_view to_string(Level level);  // "pack", "case", "pallet".

using NumberIndex = std::uint32_t;
inline constexpr NumberIndex kNoNumber = UINT32_MAX;

// The numbers of one level and what became of them.
struct LevelNumbers {
  struct Number {
    numbering::SerialState life = numbering::SerialState::Allocated;
    bool quarantined = false;
    bool queued = false;                // Pack: in OrderLog's queue of loose packs.
    NumberIndex container = kNoNumber;  // Case of a pack, pallet of a case.
    std::uint32_t children = 0;         // Of a case or pallet, now.
    bool filled = false;                // A case or pallet that was packed at least once.
  };

  std::vector<Number> numbers;
  std::array<std::uint64_t, numbering::kSerialStateCount> by_life{};
  std::uint64_t quarantined = 0;  // Commissioned and held.
  std::uint64_t contained = 0;    // Inside a case or pallet.
  std::uint64_t allocations = 0;  // Facts.

  [[nodiscard]] std::uint64_t in(numbering::SerialState life) const {
    return by_life[static_cast<std::size_t>(life)];
  }
  [[nodiscard]] NumberIndex find(trace::ObjectNumber object) const;  // kNoNumber: not of the order.
  [[nodiscard]] trace::ObjectNumber object(NumberIndex index) const;
  // The first number still Allocated, at or after `from`; kNoNumber: none.
  [[nodiscard]] NumberIndex next_allocated(NumberIndex from = 0) const;

 private:
  friend class OrderLog;
  struct Run {
    trace::ObjectRun objects;
    NumberIndex base;
  };
  std::vector<Run> runs_;                   // In order of allocation.
  std::vector<std::size_t> runs_by_first_;  // Indices into runs_, by object.
  NumberIndex allocated_from_ = 0;          // No number before it is Allocated.
};

}  // namespace packtrail::plant
