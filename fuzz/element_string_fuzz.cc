// rooms: gs1
// What is accepted is written back and read again as the same elements; the scan in place says the
// same as the reader, bit rows are the portable ones, and both partner checks agree.
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "gs1/ai_meaning.h"
#include "gs1/element_scan.h"
#include "gs1/element_string.h"
#include "gs1/partners.h"
#include "gs1/text_bits.h"

using namespace packtrail::gs1;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (size <= TextBits::kTextMax) PACKTRAIL_ASSERT(TextBits(text) == TextBits::portable(text));
  ElementScan scan;
  if (size <= ElementScan::kTextMax) {
    const bool scanned = scan_elements(text, scan);
    const auto read = ElementString::parse_raw_stepwise(text);
    PACKTRAIL_ASSERT(scanned == read.has_value());
    if (scanned) {
      PACKTRAIL_ASSERT(scan.elements().size() == read->size());
      for (std::size_t i = 0; i < read->size(); ++i) {
        const auto& element = scan.elements()[i];
        PACKTRAIL_ASSERT(element.ai == (*read)[i].ai);
        PACKTRAIL_ASSERT(ElementScan::value(text, element) == (*read)[i].value);
      }
      PACKTRAIL_ASSERT(scan.partners_hold() == check_partners(*read).has_value());
    }
  }
  const auto elements = ElementString::parse(text);
  if (!elements) {
    const auto& error = elements.error();
    PACKTRAIL_ASSERT(!error.message.empty() && !error.rule.empty());
    PACKTRAIL_ASSERT(!error.offset || *error.offset <= size);
    return 0;
  }
  for (std::size_t i = 0; i < elements->size(); ++i) {
    static_cast<void>(ai_value_meaning((*elements)[i].ai, (*elements)[i].value,
                                       *packtrail::Date::from_ymd(2026, 11, 20)));
  }
  const auto raw = ElementString::parse_raw(elements->to_raw());
  PACKTRAIL_ASSERT(raw && *raw == *elements);
  const auto bracketed = ElementString::parse_bracketed(elements->to_bracketed());
  PACKTRAIL_ASSERT(bracketed && *bracketed == *elements);
  return 0;
}
