// rooms: gs1
// An accepted EPC is spelled again as an equal value; a canonical text comes back byte for byte.
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "gs1/epc.h"

using namespace packtrail::gs1;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto epc = parse_epc(text);
  if (!epc) {
    PACKTRAIL_ASSERT(!epc.error().message.empty());
    PACKTRAIL_ASSERT(!epc.error().offset || *epc.error().offset <= size);
    return 0;
  }
  const auto written = format_epc(epc->value, epc->spelling);
  PACKTRAIL_ASSERT(written);
  PACKTRAIL_ASSERT((*written == text) == epc->is_canonical);
  const auto again = parse_epc(*written);
  // A GRAI without serial has a pattern, not an identity, as its URN.
  PACKTRAIL_ASSERT(again && again->is_canonical && again->value == epc->value);
  PACKTRAIL_ASSERT(hash_value(again->value) == hash_value(epc->value));
  return 0;
}
