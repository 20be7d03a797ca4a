#include "base/toml.h"

namespace packtrail {

std::size_t line_of_foreign_character(std::string_view text) {
  std::size_t line = 1;
  std::string_view quote;  // What ends the string or comment that this place is in.
  for (std::size_t at = 0; at < text.size();) {
    const auto c = static_cast<unsigned char>(text[at]);
    if (!quote.empty()) {
      if (c == '\\' && quote[0] == '"') {
        at += at + 1 < text.size() && text[at + 1] != '\n' ? 2 : 1;
        continue;
      }
      const bool ends = text.substr(at, quote.size()) == quote;
      const bool broken = c == '\n' && quote.size() == 1;  // A string of one line is not closed.
      at += ends ? quote.size() : 1;
      if (c == '\n') ++line;
      if (ends || broken) quote = {};
      continue;
    }
    if (c >= 0x7F || (c < 0x20 && c != '\t' && c != '\n' && c != '\r')) return line;
    for (const std::string_view opens : {"\"\"\"", "'''", "\"", "'"}) {
      if (quote.empty() && text.substr(at, opens.size()) == opens) quote = opens;
    }
    at += quote.empty() ? 1 : quote.size();
    if (c == '\n') ++line;
    if (c == '#') quote = "\n";
  }
  return 0;
}

}  // namespace packtrail
