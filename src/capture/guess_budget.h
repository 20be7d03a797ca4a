// capture/guess_budget.h - how many numbers of one GTIN may be out before one is guessed too
// easily.
//
// Who guesses a pack does not know its pool: every number of the GTIN with a text of the same form
// counts. Pools share one budget when their texts can coincide: equal length, alphabets with a
// common character, and no required prefix that sets them apart. Imported numbers count for every
// pool of the GTIN whose form their market profile allows, or for all when they have none. It does
// not matter how many epochs or keys the numbers come from.
//
// Thread safety: free functions. Cost: pools of the GTIN, squared.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "trace/trace.h"

namespace packtrail::capture {

// Whether the numbers of a pool of serial numbers and those of another pool can coincide.
[[nodiscard]] bool share_budget(const trace::PoolInfo& serial, const trace::PoolInfo& other);

// Handed out, by `pool` and by all that share its budget; of imported ones, taken in.
[[nodiscard]] std::uint64_t issued_of_budget(const trace::PoolInfo& pool,
                                             const std::vector<trace::PoolInfo>& all);

// May a pool as `spec` be made beside `all`? The plans together stay within the safe size of every
// one of them (numbering::Pool): a guess hits with a chance below 1 in 10,000 (Delegated Regulation
// (EU) 2016/161 Art. 4(c)), and at most 1 of 100,000 texts is a number. InvalidArgument says how
// much is used, and by which pools.
Status check_plan(const numbering::PoolSpec& spec, const std::vector<trace::PoolInfo>& all);

// May `pool`, one of `all`, hand out `count` more? ResourceExhausted as above, with what was issued
// in place of the plans.
Status check_issue(const trace::PoolInfo& pool, std::uint64_t count,
                   const std::vector<trace::PoolInfo>& all);

}  // namespace packtrail::capture
