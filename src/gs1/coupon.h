// gs1/coupon.h - the data of North American coupons, AIs (8110) and (8112).
//
// Digits alone, taken apart from the left: many fields say their own length. Facts: "North American
// Coupon Application Guideline Using GS1 DataBar Expanded Symbols" for (8110) and "GS1 AI (8112)
// Coupon Data Specification". Thread safety: free functions. Cost: one pass, no heap.
#pragma once

#include <optional>
#include <string_view>

#include "gs1/ai_rules.h"

namespace packtrail::gs1 {

// (8110): company prefix (length indicator 0..6 for 6..12 digits), offer code (6), save value
// (indicator 1..5), primary purchase requirement (indicator 1..5), its code (0..4 or 9) and family
// code (3), then optional fields, each with its number, in ascending order: 1 second purchase,
// 2 third purchase, 3 expiration date, 4 start date, 5 serial number, 6 retailer, 9 miscellaneous.
[[nodiscard]] std::optional<RuleFault> coupon_fault(std::string_view digits);

// (8112): format (0 or 1), funder (indicator 0..6 for 6..12 digits), offer code (6), serial number
// (indicator 0..9 for 6..15 digits), nothing else.
[[nodiscard]] std::optional<RuleFault> positive_offer_fault(std::string_view digits);

}  // namespace packtrail::gs1
