// trace/overlay.h - the published views, one after the other.
//
// The commit thread adds layers at the end, the fold removes them at the front once the store holds
// them. Small layers are joined when they are published, so a reader probes few.
//
// Thread safety: `newest` and `version` from any thread; `publish` from the commit thread; `freeze`
// and `drop_frozen` from the fold's thread.
// Cost: `version` is one load; `newest` a short lock. A publish copies each entry a bounded number
// of times over its life (layers at most double).
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "trace/view.h"

namespace packtrail::trace {

class Overlay {
 public:
  explicit Overlay(std::shared_ptr<const View> first) : view_(std::move(first)) {}

  [[nodiscard]] std::shared_ptr<const View> newest() const;
  // Changes whenever `newest` would give another view.
  [[nodiscard]] std::uint64_t version() const { return version_.load(std::memory_order_acquire); }
  [[nodiscard]] std::uint64_t position() const { return position_.load(std::memory_order_acquire); }
  [[nodiscard]] std::size_t entries() const { return entries_.load(std::memory_order_relaxed); }

  // `next` has everything but layers and base; the layer holds what is new since the last publish.
  void publish(View next, Layer layer);

  // The oldest layers, at least `entries` of them together when there are that many; they stay as
  // they are until drop_frozen. Empty when nothing is published beyond the store.
  std::vector<std::shared_ptr<const Layer>> freeze(std::size_t entries);
  void drop_frozen();  // The store holds them now.
  void thaw();         // The store could not take them.

 private:
  void show(View next);

  mutable std::mutex shown_;  // Guards view_ alone.
  std::mutex edit_;           // Held while layers are joined, frozen or dropped.
  std::shared_ptr<const View> view_;
  std::size_t frozen_ = 0;  // Layers at the front that the fold is writing.
  std::atomic<std::uint64_t> version_{1};
  std::atomic<std::uint64_t> position_{view_->position};
  std::atomic<std::size_t> entries_{0};
};

}  // namespace packtrail::trace
