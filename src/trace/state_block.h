// trace/state_block.h - the states of neighbouring objects as runs in one small value.
//
// A block is searched as it lies in the store: run starts are an array, each run names a state, and
// states are decoded one at a time. Blocks split by bytes, so a value stays well below the sizes at
// which LMDB wastes space. docs/formats/projections.md has the layout.
//
// Thread safety: a StateBlock is a view; the bytes outlive it.
// Cost: find is a binary search over the runs plus one state of about ten bytes.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "trace/state.h"

namespace packtrail::trace {

// Neighbours with one state.
struct StateRun {
  ObjectNumber first;
  std::uint64_t count = 0;
  ObjectState state;
  friend bool operator==(const StateRun&, const StateRun&) = default;
};

inline constexpr std::size_t kBlockBytesMax = 1300;     // A block with more is split.
inline constexpr std::size_t kBlockBytesTarget = 1000;  // What a split aims at.
inline constexpr std::uint64_t kBlockSpanMax = std::uint64_t{1} << 31;  // Objects, gaps included.

// Adds to ascending runs; grows the last run when state and place go on. Default states are
// dropped.
void append_state_run(std::vector<StateRun>& runs, const StateRun& run);

class StateBlock {
 public:
  StateBlock() = default;
  // DataLoss when sizes and offsets do not fit together.
  static Result<StateBlock> view(ObjectNumber first, ByteView bytes);

  [[nodiscard]] std::uint64_t first() const { return first_; }  // Object number's value.
  [[nodiscard]] std::uint64_t end() const { return first_ + count_; }
  [[nodiscard]] bool covers(ObjectNumber object) const { return object.value() - first_ < count_; }
  // The state of a covered object; `run_end`: first value beyond the run of equal states.
  // False when the state's bytes are damaged.
  bool find(ObjectNumber object, ObjectState& out, std::uint64_t& run_end) const;
  // Appends all runs that have a state.
  Status append_runs(std::vector<StateRun>& out) const;

 private:
  [[nodiscard]] std::uint64_t start(std::size_t run) const;
  [[nodiscard]] std::size_t state_index(std::size_t run) const;
  bool decode_state(std::size_t index, ObjectState& out) const;

  std::uint64_t first_ = 0;
  std::uint64_t count_ = 0;
  const std::uint8_t* starts_ = nullptr;
  const std::uint8_t* indexes_ = nullptr;
  const std::uint8_t* offsets_ = nullptr;
  ByteView states_;
  std::uint16_t runs_ = 0;
  std::uint16_t distinct_ = 0;
  std::uint8_t start_size_ = 2;
  std::uint8_t index_size_ = 1;
  std::int64_t base_time_ = 0;
  std::uint64_t base_parent_ = 0;
};

// Encodes ascending runs of one class, without default states, into as many blocks as they need:
// (first object, bytes). Gaps between the runs may be of any size; a wide gap starts a new block.
std::vector<std::pair<ObjectNumber, std::string>> encode_blocks(const std::vector<StateRun>& runs);

}  // namespace packtrail::trace
