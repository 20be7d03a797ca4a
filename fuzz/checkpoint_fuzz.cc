// rooms: ledger
//
// Signed tree heads: what is accepted is exactly what would be written.
#include <cstdlib>

#include "ledger/checkpoint.h"

using namespace packtrail;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text(ByteView(data, size));
  const auto parsed = ledger::SignedCheckpoint::parse(text);
  if (!parsed) return 0;
  if (parsed->to_text() != text) std::abort();
  const Bytes key(ledger::kEd25519KeySize, 7);
  for (const auto& line : parsed->signatures) {
    if (ledger::verify_checkpoint(*parsed, line.name, key)) std::abort();  // Nobody has this key.
  }
  return 0;
}
