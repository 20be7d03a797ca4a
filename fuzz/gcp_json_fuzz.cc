// rooms: gs1
// Any text gives a table or an error that names a place within it.
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "gs1/gcp_length.h"

using namespace packtrail::gs1;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto table = GcpLengthTable::from_json(text);
  if (table) {
    const auto length = table->length_for("952114112345");
    PACKTRAIL_ASSERT(!length || (*length >= 4 && *length <= 12));
  } else {
    PACKTRAIL_ASSERT(!table.error().message.empty() && !table.error().remedy.empty());
    PACKTRAIL_ASSERT(!table.error().offset || *table.error().offset <= size);
  }
  return 0;
}
