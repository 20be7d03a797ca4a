#include "cli/nouns.h"

namespace packtrail::cli {

void add_symbol_read(CLI::App&, const Nouns&) {}

}  // namespace packtrail::cli
