// gs1/ai_sample.h - values that an Application Identifier allows, made from a seed.
//
// For proof sheets, load generators, benches and tests: every rule of the AI is kept, and the same
// seed gives the same value. Made-up data, never an identity that somebody issued. Thread safety:
// free function. Cost: microseconds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "gs1/ai_table.h"

namespace packtrail::gs1 {

// A value of exactly `size` characters that check_ai_value accepts for every AI of `entry`. Nothing
// when no such value exists: `size` outside the AI's limits, inside an optional part, or too short
// for a rule (an IBAN of 5 characters, a model number without room for its check pair).
[[nodiscard]] std::optional<std::string> sample_value(const AiEntry& entry, std::size_t size,
                                                      std::uint64_t seed);

}  // namespace packtrail::gs1
