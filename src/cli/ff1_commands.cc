#include "cli/nouns.h"

namespace packtrail::cli {

void add_ff1_commands(const Nouns&) {}

}  // namespace packtrail::cli
