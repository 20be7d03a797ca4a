// numbering/life.h - the states of a serial number before, on and after a pack (OPEN-SCS PSS 1.0).
//
// Numbers and names are those of OPC 30260's OPENSCSSerialNumberStateEnum. Which change is allowed
// is data of the packs and checked in rules/; here are only the states.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace packtrail::numbering {

enum class SerialState : std::uint8_t {
  Unassigned = 0,     // Not yet bound to a GTIN.
  Unallocated = 1,    // Bound to a GTIN, not yet to a line.
  Allocated = 2,      // Given to a line.
  SnInvalid = 3,      // Never to be used.
  Encoded = 4,        // Written to a symbol, not yet commissioned.
  LabelSampled = 5,   // Its label was taken as a sample before commissioning.
  LabelScrapped = 6,  // Its label was destroyed before commissioning.
  Commissioned = 7,   // On a pack.
  Sampled = 8,        // Its pack was taken as a sample and will not become active.
  Inactive = 9,       // No longer active, perhaps not destroyed.
  Destroyed = 10,
  Released = 11,  // Its pack has left production's responsibility.
};
inline constexpr std::size_t kSerialStateCount = 12;

// "Unassigned", ..., "Released": without the number that the OPC UA literals end with.
[[nodiscard]] std::string_view to_string(SerialState state);
[[nodiscard]] std::optional<SerialState> parse_serial_state(std::string_view name);

}  // namespace packtrail::numbering
