// rooms: gs1
// What is accepted is written back and read again as the same elements.
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "gs1/element_string.h"

using packtrail::gs1::ElementString;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto elements = ElementString::parse(text);
  if (!elements) {
    const auto& error = elements.error();
    PACKTRAIL_ASSERT(!error.message.empty() && !error.rule.empty());
    PACKTRAIL_ASSERT(!error.offset || *error.offset <= size);
    return 0;
  }
  const auto raw = ElementString::parse_raw(elements->to_raw());
  PACKTRAIL_ASSERT(raw && *raw == *elements);
  const auto bracketed = ElementString::parse_bracketed(elements->to_bracketed());
  PACKTRAIL_ASSERT(bracketed && *bracketed == *elements);
  return 0;
}
