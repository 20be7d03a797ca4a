// rooms: gs1
// The fast readers accept exactly what the general readers accept, and every form of an accepted
// code reads as the same code.
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/assert.h"
#include "gs1/digital_link.h"
#include "gs1/pack_code.h"

using namespace packtrail::gs1;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const packtrail::Date today = *packtrail::Date::from_ymd(2026, 11, 20);
  const auto code = read_pack_code(text, today);
  if (!text.empty() && text[0] != 'u') {
    std::optional<PackCode> general;
    if (text[0] == 'h' || text[0] == 'H') {
      if (const auto link = parse_digital_link(text)) {
        if (const auto read = to_pack_code(link->elements, today)) general = *read;
      }
    } else if (const auto elements = ElementString::parse(text)) {
      if (const auto read = to_pack_code(*elements, today)) general = *read;
    }
    PACKTRAIL_ASSERT(code.has_value() == general.has_value());
    PACKTRAIL_ASSERT(!general || *general == *code);
  }
  if (!code) return 0;
  for (const std::string& form : {code->to_element_string(), code->to_bracketed(),
                                  code->to_digital_link("https://id.gs1.org")}) {
    const auto again = read_pack_code(form, today);
    PACKTRAIL_ASSERT(again && *again == *code);
  }
  return 0;
}
