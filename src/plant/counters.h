// plant/counters.h - an order's line counters as its facts have them.
#pragma once

#include "plant/order.h"
#include "plant/order_log.h"
#include "plant/progress.h"

namespace packtrail::plant {

// All but packs_per_minute and last_good. Cost: O(reasons).
[[nodiscard]] LineCounters make_counters(const Order& order, const OrderLog& log);

}  // namespace packtrail::plant
