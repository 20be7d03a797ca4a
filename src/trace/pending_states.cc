// States, hierarchy, history and counts of the objects that one fact changes.
#include <algorithm>

#include "trace/coding.h"
#include "trace/pending.h"

namespace packtrail::trace {

Pending::CountKey Pending::count_key(ObjectNumber object, const ObjectState& state) {
  return {object.object_class().value(), state.batch.value(), static_cast<std::uint8_t>(state.life),
          state.quarantined != 0};
}

Pending::Changed Pending::change_states(const RunSet& runs, const Change& change) {
  Changed changed;
  std::map<ObjectNumber, RunSet> left;
  // Neighbours usually move together: their counts are added once.
  ObjectState counted_from;
  ObjectState counted_to;
  std::uint64_t counted = 0;
  std::uint32_t counted_class = 0;
  const auto flush = [&] {
    if (counted == 0) return;
    const ObjectNumber of_class{ObjectClass(counted_class), 0};
    const auto by = static_cast<std::int64_t>(counted);
    if (counted_from != ObjectState{}) counts_[count_key(of_class, counted_from)] -= by;
    if (counted_to != ObjectState{}) counts_[count_key(of_class, counted_to)] += by;
    count_waiting(counted_class, counted_from, counted_to, counted);
    counted = 0;
  };
  ObjectState folded;
  std::uint64_t folded_end = 0;
  layer_.states.reserve(layer_.states.size() + static_cast<std::size_t>(count_objects(runs)));
  for (const ObjectRun& run : runs) {
    const std::uint64_t end = run.first.value() + run.count;
    std::uint64_t changed_from = run.first.value();
    folded_end = 0;
    layer_.lowest = std::min(layer_.lowest, run.first);
    layer_.highest = std::max(layer_.highest, ObjectNumber::from_value(end - 1));
    for (std::uint64_t value = run.first.value(); value < end; ++value) {
      const ObjectNumber object = ObjectNumber::from_value(value);
      const auto [it, is_new] = layer_.states.try_emplace(object);
      if (is_new) {
        const ObjectState* own = layer_.fresh.empty() ? nullptr : layer_.find_fresh(object);
        if (own != nullptr) {
          it->second = *own;
        } else if (const ObjectState* known = lens_.published_state(object)) {
          it->second = *known;
        } else {
          if (value >= folded_end) lens_.folded_state(object, folded, folded_end);
          it->second = folded;
        }
      }
      ObjectState& state = it->second;
      // A late fact: newer events have spoken already, and this one only enters the history.
      if (change.event_time_us != 0 && change.event_time_us < state.event_time_us) {
        if (changed_from < value) {
          changed.runs.push_back({ObjectNumber::from_value(changed_from), value - changed_from});
        }
        changed_from = value + 1;
        continue;
      }
      const ObjectState before = state;
      if (change.event_time_us != 0) state.event_time_us = change.event_time_us;
      if (change.disposition.value() != 0) state.disposition = change.disposition;
      if (change.read_point.value() != 0) state.read_point = change.read_point;
      if (change.biz_location.value() != 0) state.biz_location = change.biz_location;
      if (change.batch.value() != 0) state.batch = change.batch;
      if (change.life != 0) state.life = static_cast<numbering::SerialState>(change.life);
      if (change.quarantine == 1) state.quarantined = 1;
      if (change.quarantine == 2) state.quarantined = 0;
      if (change.hierarchy == Change::Hierarchy::Join) {
        if (state.parent && state.parent != change.parent)
          append_object(left[state.parent], object);
        state.parent = change.parent;
        state.link = change.link;
      } else if (change.hierarchy == Change::Hierarchy::Leave && state.parent &&
                 (!change.parent || state.parent == change.parent)) {
        append_object(left[state.parent], object);
        state.parent = ObjectNumber();
        state.link = ChildLink::None;
      }
      if (counted > 0 && before == counted_from && state == counted_to &&
          counted_class == object.object_class().value()) {
        ++counted;
      } else {
        flush();
        counted_from = before;
        counted_to = state;
        counted_class = object.object_class().value();
        counted = 1;
      }
    }
    if (changed_from < end) {
      changed.runs.push_back({ObjectNumber::from_value(changed_from), end - changed_from});
    }
  }
  flush();
  for (auto& [parent, objects] : left) changed.left.emplace_back(parent, std::move(objects));
  return changed;
}

void Pending::count_waiting(std::uint32_t object_class, const ObjectState& from,
                            const ObjectState& to, std::uint64_t count) {
  const bool waited = from.life == numbering::SerialState::Unallocated;
  const bool waits = to.life == numbering::SerialState::Unallocated;
  if (waited == waits) return;
  const ClassInfo* info = classes_->find(ObjectClass(object_class));
  if (info == nullptr || info->kind != ClassKind::Imported) return;
  ClassCounter& counter = counter_of(*info);
  counter.waiting =
      waits ? counter.waiting + count : counter.waiting - std::min(counter.waiting, count);
}

void Pending::put_holder(const std::vector<ObjectRun>& runs, std::string_view holder) {
  for (const ObjectRun& run : runs) {
    const ObjectClass object_class = run.first.object_class();
    const std::uint64_t end = run.first.instance() + run.count;
    for (std::uint64_t at = run.first.instance(); at < end;) {
      const std::uint64_t bucket = at / kHolderBucket;
      const std::uint64_t stop = std::min(end, (bucket + 1) * kHolderBucket);
      const ObjectRun piece{ObjectNumber(object_class, at), stop - at};
      std::vector<Holding> next;
      for (const Holding& known : holdings_of(lens_, object_class, bucket)) {
        for (const ObjectRun& kept : subtract({known.run}, {piece})) {
          next.push_back({kept, known.holder});
        }
      }
      if (!holder.empty()) next.push_back({piece, std::string(holder)});
      std::sort(next.begin(), next.end(),
                [](const Holding& a, const Holding& b) { return a.run.first < b.run.first; });
      std::vector<Holding> joined;
      for (Holding& part : next) {
        if (!joined.empty() && joined.back().holder == part.holder &&
            joined.back().run.first.value() + joined.back().run.count == part.run.first.value()) {
          joined.back().run.count += part.run.count;
        } else {
          joined.push_back(std::move(part));
        }
      }
      layer_.put_cell(cell::holder(object_class.value(), bucket), encode_holdings(joined));
      at = stop;
    }
  }
}

void Pending::add_fresh(const ObjectRun& run, numbering::SerialState life) {
  ObjectState state;
  state.life = life;
  count_waiting(run.first.object_class().value(), ObjectState{}, state, run.count);
  layer_.add_fresh(run, state);
  counts_[count_key(run.first, state)] += static_cast<std::int64_t>(run.count);
}

void Pending::add_children(ObjectNumber parent, const RunSet& runs) {
  if (runs.empty()) return;
  layer_.children.insert_or_assign(
      parent, std::make_shared<const RunSet>(unite(lens_.children(parent), runs)));
}

void Pending::remove_children(ObjectNumber parent, const RunSet& runs) {
  if (runs.empty()) return;
  layer_.children.insert_or_assign(
      parent, std::make_shared<const RunSet>(subtract(lens_.children(parent), runs)));
}

void Pending::record(const RunSet& runs, HistoryKind kind, ObjectNumber other,
                     std::int64_t event_time_us) {
  constexpr std::uint64_t kBucketSize = std::uint64_t{1} << kBucketBits;
  for (const ObjectRun& run : runs) {
    std::uint64_t at = run.first.value();
    const std::uint64_t end = at + run.count;
    while (at < end) {
      const std::uint64_t offset = at & (kBucketSize - 1);
      const std::uint64_t length = std::min(end - at, kBucketSize - offset);
      HistoryRow row;
      row.bucket = at >> kBucketBits;
      row.position = position_;
      row.event_time_us = event_time_us;
      row.other = other;
      row.company = company_;
      row.offset = static_cast<std::uint16_t>(offset);
      row.count = static_cast<std::uint16_t>(length);
      row.kind = kind;
      layer_.history.push_back(row);
      at += length;
    }
  }
}

}  // namespace packtrail::trace
