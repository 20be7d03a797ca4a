// trace/layer.h - what a stretch of facts changed, in RAM: one piece of the overlay.
//
// A published layer never changes; newer layers win. Layers are joined as they grow, so there are
// few, and the fold writes the oldest ones to the store.
//
// Thread safety: a published layer is immutable and shared by all threads.
// Cost: one flat hash map entry per changed object (about 60 bytes).
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "trace/epc_runs.h"
#include "trace/ids.h"
#include "trace/object_run.h"
#include "trace/state.h"

namespace packtrail::trace {

// What a fact is to the objects of a history row.
enum class HistoryKind : std::uint8_t {
  Named = 0,   // The fact names them.
  Joined = 1,  // They became children of `other`.
  Left = 2,    // They left `other`.
};

inline constexpr unsigned kBucketBits = 10;  // History is kept per 1,024 neighbouring instances.
inline std::uint64_t bucket_of(ObjectNumber object) { return object.value() >> kBucketBits; }

// One fact about a run of objects of one bucket.
struct HistoryRow {
  std::uint64_t bucket = 0;
  std::uint64_t position = 0;
  std::int64_t event_time_us = 0;
  ObjectNumber other;         // Parent, for Joined and Left.
  std::uint32_t company = 0;  // Term: whose fact it is.
  std::uint16_t offset = 0;   // First instance within the bucket.
  std::uint16_t count = 0;    // 1 .. 1024.
  HistoryKind kind = HistoryKind::Named;

  [[nodiscard]] bool names(ObjectNumber object) const {
    const std::uint64_t place = object.value() & ((1U << kBucketBits) - 1);
    return bucket_of(object) == bucket && place - offset < count;
  }
  // Order of the store: bucket, position, then the order in which the fact gave them.
  [[nodiscard]] bool before(const HistoryRow& other_row) const {
    return bucket != other_row.bucket ? bucket < other_row.bucket : position < other_row.position;
  }
  friend bool operator==(const HistoryRow&, const HistoryRow&) = default;
};

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept {
    return std::hash<std::string_view>{}(text);
  }
};

struct Layer {
  using States = boost::unordered_flat_map<ObjectNumber, ObjectState, std::hash<ObjectNumber>>;
  using Children = boost::unordered_flat_map<ObjectNumber, std::shared_ptr<const RunSet>,
                                             std::hash<ObjectNumber>>;
  using Hashed = boost::unordered_flat_map<std::string, std::string, TextHash, std::equal_to<>>;
  using Sorted = std::map<std::string, std::string, std::less<>>;

  // Objects that this layer mentions for the first time ever, by first object: runs with one state.
  // `states` has the later word about single ones.
  struct Fresh {
    std::uint64_t count = 0;
    ObjectState state;
  };
  using FreshRuns = std::map<ObjectNumber, Fresh>;

  States states;
  FreshRuns fresh;
  // Of `states` and `fresh`.
  ObjectNumber lowest = ObjectNumber::from_value(~std::uint64_t{0});
  ObjectNumber highest;
  Children children;                // All children of each parent that changed.
  std::vector<HistoryRow> history;  // Published: in the store's order.
  Hashed hashed;                    // Cells (trace/coding.h).
  Sorted sorted;
  std::uint64_t end = 0;  // Facts below this position are in the store, older layers or here.

  // Nothing when this layer says nothing about it.
  [[nodiscard]] const ObjectState* find_state(ObjectNumber object) const {
    if (object < lowest || object > highest) return nullptr;
    const auto it = states.find(object);
    if (it != states.end()) return &it->second;
    return fresh.empty() ? nullptr : find_fresh(object);
  }
  [[nodiscard]] const ObjectState* find_fresh(ObjectNumber object) const;
  [[nodiscard]] const std::string* find_cell(std::string_view key) const;
  [[nodiscard]] bool empty() const { return entries() == 0; }
  [[nodiscard]] std::size_t entries() const {
    return states.size() + fresh.size() + children.size() + history.size() + hashed.size() +
           sorted.size();
  }
  void put_cell(std::string key, std::string value);
  void add_fresh(ObjectRun run, const ObjectState& state);  // No fact named them before.
  void sort_history();
  // Takes over what a newer layer says.
  void absorb(const Layer& newer);
};

// Neighbours about which the layers say one thing. The state lives as long as the layers.
struct StatePiece {
  ObjectNumber first;
  std::uint64_t count = 0;
  const ObjectState* state = nullptr;
};

// The newest word of the layers (newest first) on the objects from first to last: ascending pieces
// that do not overlap.
std::vector<StatePiece> newest_states(const std::vector<const Layer*>& newest_first,
                                      ObjectNumber first, ObjectNumber last);

}  // namespace packtrail::trace
