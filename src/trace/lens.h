// trace/lens.h - one consistent position to read at: pending layer over a view over the store.
//
// The store may have folded more than the view's base while the view was taken; what it holds then
// is never newer than the view, and the view's layers win, so both agree on every answer. An error
// of the store is kept in `failure` and answers as if nothing were known; whoever acts on answers
// asks for it afterwards.
//
// Thread safety: one thread at a time.
// Cost: a state is one hash probe per layer, then one block (found blocks are remembered).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "trace/ports.h"
#include "trace/state_block.h"
#include "trace/view.h"

namespace packtrail::trace {

class Lens {
 public:
  explicit Lens(const ProjectionStore& store) : store_(store) {}

  // Moves to the newest of the views that `newest` returns; `newest` is asked again when the store
  // has folded beyond the first one.
  void move_to(const std::function<std::shared_ptr<const View>()>& newest);
  void set_pending(const Layer* pending) { pending_ = pending; }
  [[nodiscard]] const View& view() const { return *view_; }
  [[nodiscard]] const Status& failure() const { return failure_; }
  [[nodiscard]] std::uint64_t folded() const { return folded_; }  // Facts the store's part holds.

  ObjectState state(ObjectNumber object) {
    if (const ObjectState* known = overlay_state(object)) return *known;
    ObjectState out;
    std::uint64_t end = 0;
    folded_state(object, out, end);
    return out;
  }
  // The published overlay's word, without the pending layer.
  const ObjectState* published_state(ObjectNumber object) const {
    for (auto it = view_->layers.rbegin(); it != view_->layers.rend(); ++it) {
      if (const ObjectState* known = (*it)->find_state(object)) return known;
    }
    return nullptr;
  }
  const ObjectState* overlay_state(ObjectNumber object) const {
    if (pending_ != nullptr) {
      if (const ObjectState* known = pending_->find_state(object)) return known;
    }
    return published_state(object);
  }
  // What the store's blocks say; `end`: the same up to this object's value, as far as is known.
  void folded_state(ObjectNumber object, ObjectState& out, std::uint64_t& end);

  // Ascending maximal runs of objects with a state, from first .. last, until `take` returns false.
  void scan_states(ObjectNumber first, ObjectNumber last,
                   const std::function<bool(const StateRun&)>& take);

  std::optional<std::string> cell(std::string_view key);
  // All cells whose key begins with `prefix`, from `from` (which does too) on, in key order.
  void scan_cells(std::string_view prefix, std::string_view from,
                  const std::function<bool(std::string_view key, std::string_view value)>& take);

  RunSet children(ObjectNumber parent);
  // Every parent with children, ascending.
  void scan_children(const std::function<void(ObjectNumber, const RunSet&)>& take);
  // Rows of a bucket, oldest position first.
  std::vector<HistoryRow> history(std::uint64_t bucket);
  void scan_history(const std::function<void(const HistoryRow&)>& take);

  void fail(Error error) {
    if (failure_) failure_ = std::move(error);
  }

 private:
  struct CachedBlock {
    StateBlock block;
    std::uint64_t low = 1;  // Objects that the entry answers for: low .. high - 1.
    std::uint64_t high = 0;
    bool empty = true;  // No block there: nothing known.
  };
  const CachedBlock& cached_block(ObjectNumber object);
  template <class Take>
  void for_layers(Take take) const {  // Oldest first, pending last.
    for (const auto& layer : view_->layers) take(*layer);
    if (pending_ != nullptr) take(*pending_);
  }
  RunSet stored_children(ObjectNumber parent);

  const ProjectionStore& store_;
  std::unique_ptr<Snapshot> snapshot_;
  std::shared_ptr<const View> view_;
  const Layer* pending_ = nullptr;
  std::uint64_t folded_ = 0;
  std::vector<CachedBlock> cache_;
  CachedBlock uncached_;
  Status failure_;
};

// Codings shared with the fold.
std::string history_key(std::uint64_t bucket, std::uint64_t position);
std::string encode_history(const HistoryRow* rows, std::size_t count);
Status decode_history(ByteView key, ByteView value, std::vector<HistoryRow>& out);
std::string children_key(ObjectNumber parent, std::uint64_t chunk);
std::vector<std::string> encode_children(ObjectNumber parent, const RunSet& runs);
Status decode_children(ByteView value, ObjectNumber parent, std::vector<ObjectRun>& out);
std::string state_key(ObjectNumber first);
Result<std::uint64_t> read_applied(Snapshot& snapshot);

}  // namespace packtrail::trace
