#include "trace/layer.h"

#include <algorithm>

#include "trace/coding.h"

namespace packtrail::trace {

const std::string* Layer::find_cell(std::string_view key) const {
  if (cell::is_hashed(key)) {
    const auto it = hashed.find(key);
    return it == hashed.end() ? nullptr : &it->second;
  }
  const auto it = sorted.find(key);
  return it == sorted.end() ? nullptr : &it->second;
}

void Layer::put_cell(std::string key, std::string value) {
  if (cell::is_hashed(key)) {
    hashed.insert_or_assign(std::move(key), std::move(value));
  } else {
    sorted.insert_or_assign(std::move(key), std::move(value));
  }
}

const ObjectState* Layer::find_fresh(ObjectNumber object) const {
  auto it = fresh.upper_bound(object);
  if (it == fresh.begin()) return nullptr;
  --it;
  return object.value() - it->first.value() < it->second.count ? &it->second.state : nullptr;
}

void Layer::add_fresh(ObjectRun run, const ObjectState& state) {
  fresh.emplace(run.first, Fresh{run.count, state});
  lowest = std::min(lowest, run.first);
  highest = std::max(highest, ObjectNumber::from_value(run.first.value() + run.count - 1));
}

std::vector<StatePiece> newest_states(const std::vector<const Layer*>& newest_first,
                                      ObjectNumber first, ObjectNumber last) {
  std::vector<StatePiece> single;
  std::vector<StatePiece> fresh;
  for (const Layer* layer : newest_first) {
    if (layer->highest < first || layer->lowest > last) continue;
    for (const auto& [object, state] : layer->states) {
      if (object >= first && object <= last) single.push_back({object, 1, &state});
    }
    for (const auto& [start, run] : layer->fresh) {
      const std::uint64_t begin = std::max(start.value(), first.value());
      const std::uint64_t end = std::min(start.value() + run.count, last.value() + 1);
      if (begin < end) fresh.push_back({ObjectNumber::from_value(begin), end - begin, &run.state});
    }
  }
  const auto by_place = [](const StatePiece& a, const StatePiece& b) { return a.first < b.first; };
  // Newest layers came first; among equals the first stays.
  std::stable_sort(single.begin(), single.end(), by_place);
  single.erase(std::unique(single.begin(), single.end(),
                           [](const auto& a, const auto& b) { return a.first == b.first; }),
               single.end());
  if (fresh.empty()) return single;
  // Fresh runs never overlap each other: an object is new once. Single words are newer.
  std::sort(fresh.begin(), fresh.end(), by_place);
  std::vector<StatePiece> out;
  out.reserve(single.size() + fresh.size());
  auto next = single.begin();
  for (const StatePiece& run : fresh) {
    std::uint64_t at = run.first.value();
    const std::uint64_t end = at + run.count;
    for (; next != single.end() && next->first.value() < at; ++next) out.push_back(*next);
    for (; next != single.end() && next->first.value() < end; ++next) {
      const std::uint64_t value = next->first.value();
      if (at < value) out.push_back({ObjectNumber::from_value(at), value - at, run.state});
      out.push_back(*next);
      at = value + 1;
    }
    if (at < end) out.push_back({ObjectNumber::from_value(at), end - at, run.state});
  }
  out.insert(out.end(), next, single.end());
  return out;
}

void Layer::sort_history() {
  const auto before = [](const HistoryRow& a, const HistoryRow& b) { return a.before(b); };
  if (!std::is_sorted(history.begin(), history.end(), before)) {
    std::stable_sort(history.begin(), history.end(), before);
  }
}

void Layer::absorb(const Layer& newer) {
  states.reserve(states.size() + newer.states.size());
  for (const auto& [object, state] : newer.states) states.insert_or_assign(object, state);
  fresh.insert(newer.fresh.begin(), newer.fresh.end());
  lowest = std::min(lowest, newer.lowest);
  highest = std::max(highest, newer.highest);
  for (const auto& [parent, runs] : newer.children) children.insert_or_assign(parent, runs);
  const auto middle = static_cast<std::ptrdiff_t>(history.size());
  history.insert(history.end(), newer.history.begin(), newer.history.end());
  std::inplace_merge(history.begin(), history.begin() + middle, history.end(),
                     [](const HistoryRow& a, const HistoryRow& b) { return a.before(b); });
  for (const auto& [key, value] : newer.hashed) hashed.insert_or_assign(key, value);
  for (const auto& [key, value] : newer.sorted) sorted.insert_or_assign(key, value);
  end = newer.end;
}

}  // namespace packtrail::trace
