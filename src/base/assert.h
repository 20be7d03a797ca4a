// base/assert.h - programmer errors stop the process, in release too.
//
// Never assert on input: input errors are values (base/result.h). A wrong aggregation that reaches
// a hospital costs more than a restart from the ledger.
#pragma once

namespace packtrail {

// Prints the broken condition and its place on stderr and aborts.
[[noreturn]] void assert_failed(const char* condition, const char* file, int line);

}  // namespace packtrail

#define PACKTRAIL_ASSERT(CONDITION) \
  ((CONDITION) ? static_cast<void>(0) : ::packtrail::assert_failed(#CONDITION, __FILE__, __LINE__))
