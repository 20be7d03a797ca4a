// plant/isa95.h - states of a job order, as OPC 30260 numbers ISA-95's (JobOrderStateEnum).
#pragma once

#include <cstdint>

namespace packtrail::plant {

inline constexpr std::uint32_t kJobWaiting = 1;  // Opened, not started.
inline constexpr std::uint32_t kJobRunning = 4;
inline constexpr std::uint32_t kJobCompleted = 5;  // Everything is packed; not yet reconciled.
inline constexpr std::uint32_t kJobHeld = 7;
inline constexpr std::uint32_t kJobClosed = 9;  // Completed and fully reconciled; final.

}  // namespace packtrail::plant
