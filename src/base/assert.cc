#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace packtrail {

void assert_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "packtrail: broken invariant: %s (%s:%d)\n", condition, file, line);
  std::fflush(stderr);
  std::abort();
}

}  // namespace packtrail
