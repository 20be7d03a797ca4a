// rooms: rules
// A rule model is either refused with a place, or judges every step without fault, and says the
// same outcome for every object that it allows a step for.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "rules/model.h"

using packtrail::numbering::SerialState;
using packtrail::rules::Model;
using packtrail::rules::Role;
using packtrail::rules::Step;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto model = Model::parse({reinterpret_cast<const char*>(data), size}, "fuzz.toml");
  if (!model) {
    if (model.error().field.empty() || model.error().message.empty()) std::abort();
    return 0;
  }
  for (const std::string_view event : {"ObjectEvent", "AggregationEvent", "OtherEvent"}) {
    for (const std::string_view action : {"ADD", "OBSERVE", "DELETE", ""}) {
      for (const std::string_view biz_step : {"commissioning", "packing", "holding", ""}) {
        for (const std::string_view disposition : {"active", "damaged", ""}) {
          const Step step{event, action, biz_step, disposition, Role::Subject};
          const auto outcome = model->outcome(step);
          for (unsigned life = 0; life < 12; ++life) {
            const auto verdict = model->judge(step, {.life = static_cast<SerialState>(life)});
            if (verdict.rule.empty()) std::abort();
            if (verdict.allowed && (verdict.life_after != outcome.life_after ||
                                    verdict.quarantine != outcome.quarantine)) {
              std::abort();
            }
          }
        }
      }
    }
  }
  return 0;
}
