// rooms: ledger
//
// Proofs from strangers. The corpus holds one that is signed by a test key; nothing but it (and it
// with one newline) may verify under that key.
#include <algorithm>
#include <cstdlib>
#include <string>

#include "ledger/proof.h"

using namespace packtrail;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text(ByteView(data, size));
  const auto report = ledger::check_proof(text);
  if (!report) {
    if (report.error().message.empty()) std::abort();
    return 0;
  }
  if (report->items.empty() || report->epc != report->items.front().text) std::abort();
  if (!ledger::check_proof(text, report->public_key)) std::abort();
  // A proof is the one text of what it says: changing its last brace must break it.
  std::string changed(text.substr(0, text.find_last_of('}')));
  if (ledger::check_proof(changed)) std::abort();
  return 0;
}
