// gs1/ai_meaning.h - what the value of an Application Identifier says, for people.
//
// English, one line. Read from the check rules of the AI's parts and, for measures, from its data
// title; the value itself stays what counts. Thread safety: free function. Cost: a string.
#pragma once

#include <string>
#include <string_view>

#include "base/time.h"
#include "gs1/ai_table.h"

namespace packtrail::gs1 {

// "2027-12-31 (last day of 2027-12)" for (17)271200, "1.234 kg" for (3103)001234, "12.50 EUR" for
// (3912)9781250, "-12.50 °C", "52.3731081, 4.8922222" (degrees north and east), "NL, DE",
// "piece 1 of 2", "yes". Empty when the value says no more than its characters, and when it is not
// a value that `ai` allows. `reference` places the century of two-digit years.
[[nodiscard]] std::string ai_value_meaning(Ai ai, std::string_view value, Date reference);

}  // namespace packtrail::gs1
