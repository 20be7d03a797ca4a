#include "cli/nouns.h"

namespace packtrail::cli {

void add_gs1_commands(const Nouns&) {}

}  // namespace packtrail::cli
