#include "cli/nouns.h"

namespace packtrail::cli {

void add_label_commands(const Nouns&) {}

}  // namespace packtrail::cli
