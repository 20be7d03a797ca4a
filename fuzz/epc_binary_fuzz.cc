// rooms: gs1
// Bits that are an EPC come back as the same tag, in hexadecimal digits and as a tag URI.
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "gs1/epc_tag.h"

using namespace packtrail::gs1;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto tag = parse_epc_hex(text);
  if (!tag) {
    PACKTRAIL_ASSERT(!tag.error().message.empty());
    PACKTRAIL_ASSERT(!tag.error().offset || *tag.error().offset <= size);
    return 0;
  }
  tag->has_more_data = false;
  const auto hex = to_epc_hex(*tag);
  PACKTRAIL_ASSERT(hex && hex->size() % 4 == 0);
  const auto again = parse_epc_hex(*hex);
  PACKTRAIL_ASSERT(again && *again == *tag);
  const auto uri = to_tag_uri(*tag);
  PACKTRAIL_ASSERT(uri.has_value() != is_plus(tag->coding));
  if (uri) PACKTRAIL_ASSERT(*parse_tag_uri(*uri) == *tag);
  return 0;
}
