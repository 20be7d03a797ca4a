// rooms: gs1
// Every possible form of what is read is read again as the same elements, except that an EPC keeps
// the identity alone; every suggestion reads.
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "gs1/interpretation.h"

using packtrail::Date;
using namespace packtrail::gs1;

namespace {

bool holds_all(FormKind kind) { return kind <= FormKind::DigitalLink; }

void check(const std::vector<Suggestion>& suggestions) {
  PACKTRAIL_ASSERT(suggestions.size() <= kSuggestionsMax);
  for (const Suggestion& suggestion : suggestions) {
    PACKTRAIL_ASSERT(!suggestion.causes.empty() && !suggestion.explanation.empty());
    PACKTRAIL_ASSERT(recognise(suggestion.repaired));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  InterpretationOptions options{*Date::parse("2026-11-20"), nullptr, {}};
  if (data[0] % 16 >= 4 && data[0] % 16 <= 12) options.gcp_length = data[0] % 16U;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto found = interpret(text, options);
  if (!found) {
    const auto& error = found.error().error;
    PACKTRAIL_ASSERT(!error.message.empty() && !error.rule.empty());
    PACKTRAIL_ASSERT(!error.offset || *error.offset <= text.size());
    check(found.error().suggestions);
    return 0;
  }
  check(found->suggestions);
  PACKTRAIL_ASSERT(found->forms.size() == kFormKindCount);
  for (const Form& form : found->forms) {
    PACKTRAIL_ASSERT(form.possible == !form.text.empty() && form.possible == form.reason.empty());
    if (!form.possible || form.text.size() > kRecogniseMax) continue;
    const auto again = recognise(form.text);
    PACKTRAIL_ASSERT(again);
    if (!holds_all(form.kind)) continue;
    PACKTRAIL_ASSERT(again->elements.size() == found->source.size());
    for (std::size_t i = 0; i < found->source.size(); ++i) {
      PACKTRAIL_ASSERT(again->elements.find(found->source[i].ai) == found->source[i].value);
    }
  }
  return 0;
}
