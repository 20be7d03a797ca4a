#include "cli/nouns.h"

namespace packtrail::cli {

void add_symbol_commands(const Nouns&) {}

}  // namespace packtrail::cli
