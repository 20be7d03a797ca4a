// rooms: gs1
// An accepted tag URI has bits, and they give the same tag.
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "gs1/epc_tag.h"

using namespace packtrail::gs1;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto tag = parse_tag_uri(text);
  if (!tag) {
    PACKTRAIL_ASSERT(!tag.error().message.empty());
    PACKTRAIL_ASSERT(!tag.error().offset || *tag.error().offset <= size);
    return 0;
  }
  tag->has_more_data = false;
  const auto hex = to_epc_hex(*tag);
  PACKTRAIL_ASSERT(hex);
  const auto again = parse_epc_hex(*hex);
  PACKTRAIL_ASSERT(again && *again == *tag);
  return 0;
}
