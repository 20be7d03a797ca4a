#include "plant/level_numbers.h"

#include <algorithm>

namespace packtrail::plant {

std::string_view to_string(Level level) {
  switch (level) {
    case Level::Pack:
      return "pack";
    case Level::Case:
      return "case";
    case Level::Pallet:
      return "pallet";
  }
  return "pack";
}

NumberIndex LevelNumbers::find(trace::ObjectNumber object) const {
  const auto it = std::upper_bound(
      runs_by_first_.begin(), runs_by_first_.end(), object,
      [&](trace::ObjectNumber value, std::size_t run) { return value < runs_[run].objects.first; });
  if (it == runs_by_first_.begin()) return kNoNumber;
  const Run& run = runs_[*(it - 1)];
  const std::uint64_t offset = object.value() - run.objects.first.value();
  if (offset >= run.objects.count) return kNoNumber;
  return run.base + static_cast<NumberIndex>(offset);
}

trace::ObjectNumber LevelNumbers::object(NumberIndex index) const {
  const auto it =
      std::upper_bound(runs_.begin(), runs_.end(), index,
                       [](NumberIndex value, const Run& run) { return value < run.base; });
  const Run& run = *(it - 1);
  return trace::ObjectNumber::from_value(run.objects.first.value() + (index - run.base));
}

NumberIndex LevelNumbers::next_allocated(NumberIndex from) const {
  for (NumberIndex i = std::max(from, allocated_from_); i < numbers.size(); ++i) {
    if (numbers[i].life == numbering::SerialState::Allocated) return i;
  }
  return kNoNumber;
}

}  // namespace packtrail::plant
