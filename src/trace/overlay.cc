#include "trace/overlay.h"

namespace packtrail::trace {

namespace {

constexpr std::size_t kSmallLayer = 256;        // Always joined with its newer neighbour.
constexpr std::size_t kJoinedLayerMax = 65536;  // Larger ones stay alone: a join must not stall.

}  // namespace

std::shared_ptr<const View> Overlay::newest() const {
  const std::lock_guard lock(shown_);
  return view_;
}

void Overlay::show(View next) {
  std::size_t entries = 0;
  for (const auto& layer : next.layers) entries += layer->entries();
  auto view = std::make_shared<const View>(std::move(next));
  const std::uint64_t position = view->position;
  {
    const std::lock_guard lock(shown_);
    view_.swap(view);
  }
  position_.store(position, std::memory_order_release);
  entries_.store(entries, std::memory_order_relaxed);
  version_.fetch_add(1, std::memory_order_acq_rel);
}

void Overlay::publish(View next, Layer layer) {
  const std::lock_guard lock(edit_);
  next.base = view_->base;
  next.layers = view_->layers;
  auto newest = std::make_shared<Layer>(std::move(layer));
  while (next.layers.size() > frozen_) {
    const Layer& older = *next.layers.back();
    const std::size_t size = older.entries() + newest->entries();
    const bool even = older.entries() <= 2 * newest->entries();
    if (size > kJoinedLayerMax || (older.entries() > kSmallLayer && !even)) break;
    auto joined = std::make_shared<Layer>(older);
    joined->absorb(*newest);
    newest = std::move(joined);
    next.layers.pop_back();
  }
  next.layers.push_back(std::move(newest));
  show(std::move(next));
}

std::vector<std::shared_ptr<const Layer>> Overlay::freeze(std::size_t entries) {
  const std::lock_guard lock(edit_);
  std::vector<std::shared_ptr<const Layer>> oldest;
  std::size_t taken = 0;
  for (const auto& layer : view_->layers) {
    if (taken >= entries && !oldest.empty()) break;
    taken += layer->entries();
    oldest.push_back(layer);
  }
  frozen_ = oldest.size();
  return oldest;
}

void Overlay::drop_frozen() {
  const std::lock_guard lock(edit_);
  View next = *view_;
  if (frozen_ > 0) next.base = next.layers[frozen_ - 1]->end;
  next.layers.erase(next.layers.begin(),
                    next.layers.begin() + static_cast<std::ptrdiff_t>(frozen_));
  frozen_ = 0;
  show(std::move(next));
}

void Overlay::thaw() {
  const std::lock_guard lock(edit_);
  frozen_ = 0;
}

}  // namespace packtrail::trace
