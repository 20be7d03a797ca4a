#include "cli/nouns.h"

namespace packtrail::cli {

void add_symbol_commands(const Nouns& nouns) {
  CLI::App* symbol =
      nouns.noun("symbol", "Symbols: make, read and grade DataMatrix, QR, GS1-128 and ITF-14");
  add_symbol_make(*symbol, nouns);
  add_symbol_read(*symbol, nouns);
  add_symbol_grade(*symbol, nouns);
}

}  // namespace packtrail::cli
