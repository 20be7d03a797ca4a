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

void Layer::sort_history() {
  const auto before = [](const HistoryRow& a, const HistoryRow& b) { return a.before(b); };
  if (!std::is_sorted(history.begin(), history.end(), before)) {
    std::stable_sort(history.begin(), history.end(), before);
  }
}

void Layer::absorb(const Layer& newer) {
  states.reserve(states.size() + newer.states.size());
  for (const auto& [object, state] : newer.states) states.insert_or_assign(object, state);
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
