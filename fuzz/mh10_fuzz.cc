// rooms: base gs1
// An accepted pack is written again as an equal one.
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "gs1/mh10.h"

using namespace packtrail;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Date kReference = *Date::parse("2026-11-20");
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto pack = gs1::parse_ifa(text, kReference);
  if (!pack) {
    PACKTRAIL_ASSERT(!pack.error().message.empty());
    PACKTRAIL_ASSERT(!pack.error().offset || *pack.error().offset <= size);
    return 0;
  }
  const auto written = gs1::to_mh10(*pack);
  PACKTRAIL_ASSERT(written);
  PACKTRAIL_ASSERT(*gs1::parse_ifa(*written, kReference) == *pack);
  return 0;
}
