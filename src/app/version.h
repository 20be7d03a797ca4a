// app/version.h - what this program calls itself; facts record it.
#pragma once

namespace packtrail::app {

inline constexpr char kVersion[] = PACKTRAIL_VERSION;

}  // namespace packtrail::app
