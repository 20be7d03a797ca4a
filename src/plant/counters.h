// plant/counters.h - an order's line counters as its facts have them.
#pragma once

#include <optional>
#include <string_view>

#include "plant/order.h"
#include "plant/order_log.h"
#include "plant/progress.h"

namespace packtrail::plant {

// All but packs_per_minute and last_good. Cost: O(reasons).
[[nodiscard]] LineCounters make_counters(const Order& order, const OrderLog& log);

// The same from the document that a closed order carries (Reconciliation::to_json), without its
// facts. Nothing when the document does not say all of it.
[[nodiscard]] std::optional<LineCounters> closed_counters(const Order& order,
                                                          std::string_view document);

}  // namespace packtrail::plant
