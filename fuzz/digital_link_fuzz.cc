// rooms: gs1
// Bit rows are the portable ones. What is accepted is written back, reads as the same elements, and
// is then written unchanged.
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "gs1/digital_link.h"
#include "gs1/link_bits.h"

using namespace packtrail::gs1;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (size <= LinkBits::kTextMax) PACKTRAIL_ASSERT(LinkBits(text) == LinkBits::portable(text));
  const auto link = parse_digital_link(text);
  if (!link) {
    PACKTRAIL_ASSERT(!link.error().message.empty());
    PACKTRAIL_ASSERT(!link.error().offset || *link.error().offset <= size);
    return 0;
  }
  const auto written = to_digital_link(link->elements, link->stem);
  // A second key or a qualifier in the query can be read but has no one place to be written to.
  if (!written) return 0;
  const auto again = parse_digital_link(*written);
  if (!again) {
    PACKTRAIL_ASSERT(again.error().message.empty() || written->size() > kDigitalLinkMax);
    return 0;
  }
  PACKTRAIL_ASSERT(again->elements.size() == link->elements.size());
  for (std::size_t i = 0; i < link->elements.size(); ++i) {
    const auto element = link->elements[i];
    PACKTRAIL_ASSERT(again->elements.find(element.ai) == element.value);
  }
  PACKTRAIL_ASSERT(*to_digital_link(again->elements, again->stem) == *written);
  return 0;
}
