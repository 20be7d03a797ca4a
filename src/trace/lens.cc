#include "trace/lens.h"

#include <algorithm>
#include <map>

#include "trace/coding.h"

namespace packtrail::trace {

namespace {

constexpr std::size_t kCacheSlots = 4096;  // A power of two.

Error damaged(const char* what) {
  return Error{.code = Errc::DataLoss, .message = std::string("damaged projection: ") + what};
}

std::size_t slot_of(ObjectNumber object) {
  // Neighbours share a slot, so a block is found once per 64 objects.
  return static_cast<std::size_t>((object.value() >> 6) * 0x9e3779b97f4a7c15U >> 52);
}
static_assert(kCacheSlots == std::size_t{1} << 12);

}  // namespace

std::string state_key(ObjectNumber first) {
  std::string key;
  put_be64(key, first.value());
  return key;
}

std::string history_key(std::uint64_t bucket, std::uint64_t position) {
  std::string key;
  put_be64(key, bucket);
  put_be64(key, position);
  return key;
}

std::string encode_history(const HistoryRow* rows, std::size_t count) {
  std::string out;
  put_signed(out, rows->event_time_us);
  put_varint(out, rows->company);
  for (std::size_t i = 0; i < count; ++i) {
    put_varint(out, std::uint64_t{rows[i].offset} << 2 | static_cast<std::uint64_t>(rows[i].kind));
    put_varint(out, rows[i].count);
    if (rows[i].kind != HistoryKind::Named) put_varint(out, rows[i].other.value());
  }
  return out;
}

Status decode_history(ByteView key, ByteView value, std::vector<HistoryRow>& out) {
  Decoder place(as_text(key));
  HistoryRow row;
  row.bucket = place.be64();
  row.position = place.be64();
  Decoder in(as_text(value));
  row.event_time_us = in.signed_varint();
  row.company = in.varint32();
  while (!in.at_end()) {
    const std::uint64_t head = in.varint();
    const std::uint64_t count = in.varint();
    if ((head & 3) > 2 || head >> 2 >= 1U << kBucketBits || count == 0 ||
        count > 1U << kBucketBits) {
      return damaged("history");
    }
    row.offset = static_cast<std::uint16_t>(head >> 2);
    row.count = static_cast<std::uint16_t>(count);
    row.kind = static_cast<HistoryKind>(head & 3);
    row.other =
        row.kind == HistoryKind::Named ? ObjectNumber() : ObjectNumber::from_value(in.varint());
    out.push_back(row);
  }
  if (in.failed() || !place.complete()) return damaged("history");
  return {};
}

std::string children_key(ObjectNumber parent, std::uint64_t chunk) {
  std::string key;
  put_be64(key, parent.value());
  put_be32(key, static_cast<std::uint32_t>(chunk));
  return key;
}

std::vector<std::string> encode_children(ObjectNumber parent, const RunSet& runs) {
  std::vector<std::string> chunks;
  std::uint64_t from = parent.value();
  for (const ObjectRun& run : runs) {
    if (chunks.empty() || chunks.back().size() > kBlockBytesMax - 20) {
      chunks.emplace_back();
      from = parent.value();
    }
    put_signed(chunks.back(), static_cast<std::int64_t>(run.first.value() - from));
    put_varint(chunks.back(), run.count);
    from = run.first.value() + run.count;
  }
  return chunks;
}

Status decode_children(ByteView value, ObjectNumber parent, std::vector<ObjectRun>& out) {
  Decoder in(as_text(value));
  std::uint64_t from = parent.value();
  while (!in.at_end()) {
    const std::uint64_t first = from + static_cast<std::uint64_t>(in.signed_varint());
    const std::uint64_t count = in.varint();
    if (in.failed() || count == 0 || count > kInstanceMax) return damaged("children");
    out.push_back({ObjectNumber::from_value(first), count});
    from = first + count;
  }
  return {};
}

Result<std::uint64_t> read_applied(Snapshot& snapshot) {
  const char key = cell::kApplied;
  const auto value = PACKTRAIL_TRY(snapshot.get(Table::Meta, as_bytes({&key, 1})));
  if (!value) return std::uint64_t{0};
  Decoder in(as_text(*value));
  const std::uint64_t applied = in.varint();
  if (!in.complete()) return damaged("applied position");
  return applied;
}

void Lens::move_to(const std::function<std::shared_ptr<const View>()>& newest) {
  for (;;) {
    view_ = newest();
    if (snapshot_ == nullptr) {
      auto made = store_.snapshot();
      if (!made) return fail(std::move(made).error());
      snapshot_ = *std::move(made);
    } else if (Status renewed = store_.renew(*snapshot_); !renewed) {
      return fail(std::move(renewed).error());
    }
    auto applied = read_applied(*snapshot_);
    if (!applied) return fail(std::move(applied).error());
    if (*applied > view_->position) continue;  // Folded meanwhile: a newer view exists.
    if (*applied < view_->base) return fail(damaged("the store went back"));
    // The bytes behind the remembered blocks belong to the old snapshot; while nothing was folded,
    // the new one is the same.
    if (*applied != folded_) std::fill(cache_.begin(), cache_.end(), CachedBlock{});
    folded_ = *applied;
    return;
  }
}

const Lens::CachedBlock& Lens::cached_block(ObjectNumber object) {
  if (cache_.empty()) cache_.resize(kCacheSlots);
  CachedBlock& slot = cache_[slot_of(object)];
  if (object.value() >= slot.low && object.value() < slot.high) return slot;
  uncached_ = CachedBlock{};
  uncached_.low = object.value();
  uncached_.high = object.value() + 1;
  if (snapshot_ == nullptr) return uncached_;
  const std::string key = state_key(object);
  auto found = snapshot_->floor(Table::State, as_bytes(key));
  if (!found) {
    fail(std::move(found).error());
    return uncached_;
  }
  CachedBlock entry;
  entry.low = 0;
  if (*found) {
    Decoder place(as_text((*found)->key));
    auto block = StateBlock::view(ObjectNumber::from_value(place.be64()), (*found)->value);
    if (!block || !place.complete()) {
      fail(damaged("state block"));
      return uncached_;
    }
    if (block->covers(object)) {
      entry.block = *block;
      entry.low = block->first();
      entry.high = block->end();
      entry.empty = false;
      return slot = entry;
    }
    entry.low = block->end();
  }
  entry.high = ~std::uint64_t{0};
  Status scanned = snapshot_->scan(Table::State, as_bytes(key), [&](KeyValue next) {
    entry.high = Decoder(as_text(next.key)).be64();
    return false;
  });
  if (!scanned) {
    fail(std::move(scanned).error());
    return uncached_;
  }
  return slot = entry;
}

void Lens::folded_state(ObjectNumber object, ObjectState& out, std::uint64_t& end) {
  const CachedBlock& found = cached_block(object);
  if (found.empty) {
    out = ObjectState{};
    end = found.high;
    return;
  }
  if (!found.block.find(object, out, end)) fail(damaged("state in a block"));
}

namespace {

using Changed = std::vector<StatePiece>;

// Joins blocks and the overlay's newer words into maximal runs.
class StateMerge {
 public:
  StateMerge(ObjectNumber first, ObjectNumber last, Changed changed,
             const std::function<bool(const StateRun&)>& take)
      : first_(first.value()), last_(last.value()), changed_(std::move(changed)), take_(take) {}

  [[nodiscard]] bool stopped() const { return stopped_; }

  // A run of the store; runs come in ascending order. What lies outside is left out.
  void add_stored(const StateRun& run) {
    std::uint64_t at = std::max(run.first.value(), first_);
    const std::uint64_t end = std::min(run.first.value() + run.count, last_ + 1);
    if (at >= end) return;
    add_changed_below(at);
    at = std::max(at, given_);
    while (at < end && !stopped_) {
      const bool cut = next_ < changed_.size() && changed_[next_].first.value() < end;
      const std::uint64_t stop = cut ? changed_[next_].first.value() : end;
      if (at < stop) give({ObjectNumber::from_value(at), stop - at, run.state});
      at = stop;
      if (cut) {
        give_changed();
        at = given_;
      }
    }
  }

  void finish() {
    add_changed_below(~std::uint64_t{0});
    if (held_.count > 0 && !stopped_) take_(held_);
  }

 private:
  void add_changed_below(std::uint64_t value) {
    for (; next_ < changed_.size() && changed_[next_].first.value() < value;) give_changed();
  }
  void give_changed() {
    const StatePiece& piece = changed_[next_++];
    give({piece.first, piece.count, *piece.state});
    given_ = piece.first.value() + piece.count;
  }
  void give(const StateRun& run) {
    if (stopped_ || run.count == 0 || run.state == ObjectState{}) return;
    if (held_.count > 0 && held_.first.value() + held_.count == run.first.value() &&
        held_.first.object_class() == run.first.object_class() && held_.state == run.state) {
      held_.count += run.count;
      return;
    }
    if (held_.count > 0 && !take_(held_)) stopped_ = true;
    held_ = run;
  }

  std::uint64_t first_;
  std::uint64_t last_;
  Changed changed_;
  const std::function<bool(const StateRun&)>& take_;
  std::size_t next_ = 0;
  std::uint64_t given_ = 0;  // What the overlay said reaches up to here.
  StateRun held_;
  bool stopped_ = false;
};

}  // namespace

void Lens::scan_states(ObjectNumber first, ObjectNumber last,
                       const std::function<bool(const StateRun&)>& take) {
  std::vector<const Layer*> newest_first;
  if (pending_ != nullptr) newest_first.push_back(pending_);
  for (auto it = view_->layers.rbegin(); it != view_->layers.rend(); ++it) {
    newest_first.push_back(it->get());
  }
  StateMerge merge(first, last, newest_states(newest_first, first, last), take);
  std::vector<StateRun> runs;
  const auto take_block = [&](KeyValue entry) {
    const std::uint64_t begin = Decoder(as_text(entry.key)).be64();
    if (begin > last.value()) return false;
    runs.clear();
    auto block = StateBlock::view(ObjectNumber::from_value(begin), entry.value);
    Status status = block ? block->append_runs(runs) : Status(std::move(block).error());
    if (!status) {
      fail(std::move(status).error());
      return false;
    }
    for (const StateRun& run : runs) merge.add_stored(run);
    return !merge.stopped();
  };
  if (snapshot_ != nullptr) {
    std::string from = state_key(first);
    auto before = snapshot_->floor(Table::State, as_bytes(from));
    if (!before) {
      fail(std::move(before).error());
    } else if (*before) {
      from.assign(as_text((*before)->key));
    }
    if (Status status = snapshot_->scan(Table::State, as_bytes(from), take_block); !status) {
      fail(std::move(status).error());
    }
  }
  merge.finish();
}

std::optional<std::string> Lens::cell(std::string_view key) {
  if (pending_ != nullptr) {
    if (const std::string* value = pending_->find_cell(key)) return *value;
  }
  for (auto it = view_->layers.rbegin(); it != view_->layers.rend(); ++it) {
    if (const std::string* value = (*it)->find_cell(key)) return *value;
  }
  if (snapshot_ == nullptr) return std::nullopt;
  auto value = snapshot_->get(table_of(key), as_bytes(stored_key(key)));
  if (!value) {
    fail(std::move(value).error());
    return std::nullopt;
  }
  if (!*value) return std::nullopt;
  return std::string(as_text(**value));
}

void Lens::scan_cells(
    std::string_view prefix, std::string_view from,
    const std::function<bool(std::string_view key, std::string_view value)>& take) {
  std::map<std::string_view, std::string_view> changed;
  const bool hashed = cell::is_hashed(prefix);
  for_layers([&](const Layer& layer) {
    if (hashed) {
      for (const auto& [key, value] : layer.hashed) {
        if (key.starts_with(prefix) && key >= from) changed[key] = value;
      }
    } else {
      for (auto it = layer.sorted.lower_bound(from);
           it != layer.sorted.end() && it->first.starts_with(prefix); ++it) {
        changed[it->first] = it->second;
      }
    }
  });
  auto next = changed.begin();
  bool stopped = false;
  if (snapshot_ != nullptr) {
    const Table table = table_of(prefix);
    Status status = snapshot_->scan(table, as_bytes(stored_key(from)), [&](KeyValue entry) {
      const std::string key = std::string(1, static_cast<char>(table)).append(as_text(entry.key));
      if (!key.starts_with(prefix)) return false;
      while (next != changed.end() && next->first < key) {
        if (!take(next->first, next->second)) {
          stopped = true;
          return false;
        }
        ++next;
      }
      if (next != changed.end() && next->first == key) return true;  // The layer's word counts.
      stopped = !take(key, as_text(entry.value));
      return !stopped;
    });
    if (!status) fail(std::move(status).error());
  }
  for (; next != changed.end() && !stopped; ++next) stopped = !take(next->first, next->second);
}

RunSet Lens::stored_children(ObjectNumber parent) {
  RunSet runs;
  if (snapshot_ == nullptr) return runs;
  const std::string from = children_key(parent, 0);
  Status status = snapshot_->scan(Table::Children, as_bytes(from), [&](KeyValue entry) {
    if (as_text(entry.key).substr(0, 8) != std::string_view(from).substr(0, 8)) return false;
    if (Status decoded = decode_children(entry.value, parent, runs); !decoded) {
      fail(std::move(decoded).error());
      return false;
    }
    return true;
  });
  if (!status) fail(std::move(status).error());
  return runs;
}

RunSet Lens::children(ObjectNumber parent) {
  if (pending_ != nullptr) {
    if (const auto it = pending_->children.find(parent); it != pending_->children.end()) {
      return *it->second;
    }
  }
  for (auto layer = view_->layers.rbegin(); layer != view_->layers.rend(); ++layer) {
    const auto it = (*layer)->children.find(parent);
    if (it != (*layer)->children.end()) return *it->second;
  }
  return stored_children(parent);
}

void Lens::scan_children(const std::function<void(ObjectNumber, const RunSet&)>& take) {
  std::map<ObjectNumber, const RunSet*> changed;
  for_layers([&](const Layer& layer) {
    for (const auto& [parent, runs] : layer.children) changed[parent] = runs.get();
  });
  std::map<ObjectNumber, RunSet> stored;  // One parent at a time.
  auto next = changed.begin();
  const auto give = [&](ObjectNumber parent, const RunSet& runs) {
    if (!runs.empty()) take(parent, runs);
  };
  const auto flush = [&] {
    for (const auto& [parent, runs] : stored) {
      for (; next != changed.end() && next->first < parent; ++next)
        give(next->first, *next->second);
      if (next == changed.end() || next->first != parent) give(parent, runs);
    }
    stored.clear();
  };
  if (snapshot_ != nullptr) {
    Status status = snapshot_->scan(Table::Children, ByteView(), [&](KeyValue entry) {
      const ObjectNumber parent = ObjectNumber::from_value(Decoder(as_text(entry.key)).be64());
      if (!stored.contains(parent)) flush();
      if (Status decoded = decode_children(entry.value, parent, stored[parent]); !decoded) {
        fail(std::move(decoded).error());
        return false;
      }
      return true;
    });
    if (!status) fail(std::move(status).error());
  }
  flush();
  for (; next != changed.end(); ++next) give(next->first, *next->second);
}

std::vector<HistoryRow> Lens::history(std::uint64_t bucket) {
  std::vector<HistoryRow> rows;
  if (snapshot_ != nullptr) {
    const std::string from = history_key(bucket, 0);
    Status status = snapshot_->scan(Table::History, as_bytes(from), [&](KeyValue entry) {
      if (Decoder(as_text(entry.key)).be64() != bucket) return false;
      if (Status decoded = decode_history(entry.key, entry.value, rows); !decoded) {
        fail(std::move(decoded).error());
        return false;
      }
      return true;
    });
    if (!status) fail(std::move(status).error());
  }
  for_layers([&](const Layer& layer) {
    if (&layer == pending_) {  // Not sorted yet.
      for (const HistoryRow& row : layer.history) {
        if (row.bucket == bucket) rows.push_back(row);
      }
      return;
    }
    HistoryRow key;
    key.bucket = bucket;
    key.position = folded_;  // The store holds the older ones.
    auto it =
        std::lower_bound(layer.history.begin(), layer.history.end(), key,
                         [](const HistoryRow& a, const HistoryRow& b) { return a.before(b); });
    for (; it != layer.history.end() && it->bucket == bucket; ++it) rows.push_back(*it);
  });
  return rows;
}

void Lens::scan_history(const std::function<void(const HistoryRow&)>& take) {
  std::vector<HistoryRow> changed;
  for_layers([&](const Layer& layer) {
    for (const HistoryRow& row : layer.history) {
      if (row.position >= folded_) changed.push_back(row);
    }
  });
  std::stable_sort(changed.begin(), changed.end(),
                   [](const HistoryRow& a, const HistoryRow& b) { return a.before(b); });
  auto next = changed.begin();
  if (snapshot_ != nullptr) {
    std::vector<HistoryRow> rows;
    Status status = snapshot_->scan(Table::History, ByteView(), [&](KeyValue entry) {
      rows.clear();
      if (Status decoded = decode_history(entry.key, entry.value, rows); !decoded) {
        fail(std::move(decoded).error());
        return false;
      }
      for (const HistoryRow& row : rows) {
        for (; next != changed.end() && next->before(row); ++next) take(*next);
        take(row);
      }
      return true;
    });
    if (!status) fail(std::move(status).error());
  }
  for (; next != changed.end(); ++next) take(*next);
}

}  // namespace packtrail::trace
