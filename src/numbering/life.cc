#include "numbering/life.h"

namespace packtrail::numbering {
namespace {

constexpr std::array<std::string_view, kSerialStateCount> kNames{
    "Unassigned",    "Unallocated",  "Allocated", "SNInvalid", "Encoded",   "LabelSampled",
    "LabelScrapped", "Commissioned", "Sampled",   "Inactive",  "Destroyed", "Released"};

}  // namespace

std::string_view to_string(SerialState state) {
  const auto index = static_cast<std::size_t>(state);
  return index < kNames.size() ? kNames[index] : "unknown";
}

std::optional<SerialState> parse_serial_state(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<SerialState>(i);
  }
  return std::nullopt;
}

}  // namespace packtrail::numbering
