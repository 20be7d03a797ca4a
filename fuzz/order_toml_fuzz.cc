// rooms: plant capture rules trace ledger epcis symbology numbering gs1 proto base
//
// An order that is accepted reads back from its canonical JSON as itself; one that is refused says
// why in every error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "plant/order.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using packtrail::Date;
  using packtrail::plant::Order;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto order = Order::parse(text, *Date::from_ymd(2026, 11, 20));
  if (order) {
    const std::string json = order->to_json();
    const auto again = Order::from_json(json);
    if (!again || again->to_json() != json) std::abort();
  } else {
    if (order.error().empty()) std::abort();
    for (const auto& error : order.error()) {
      if (error.message.empty() || error.rule.empty() || error.remedy.empty()) std::abort();
    }
  }
  static_cast<void>(Order::from_json(text));
  return 0;
}
