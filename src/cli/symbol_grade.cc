#include "cli/nouns.h"

namespace packtrail::cli {

void add_symbol_grade(CLI::App&, const Nouns&) {}

}  // namespace packtrail::cli
