#include "cli/nouns.h"

namespace packtrail::cli {

void add_code_commands(const Nouns&) {}

}  // namespace packtrail::cli
