// trace/object_run.h - a run of neighbouring instances of one class.
#pragma once

#include <cstdint>

#include "trace/ids.h"

namespace packtrail::trace {

// Instances first .. first + count - 1, all of the class of `first`.
struct ObjectRun {
  ObjectNumber first;
  std::uint64_t count = 0;
  friend bool operator==(const ObjectRun&, const ObjectRun&) = default;
};

}  // namespace packtrail::trace
