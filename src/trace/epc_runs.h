// trace/epc_runs.h - runs of object numbers, and how facts write them.
//
// A fact writes the instances of one class as pairs {start - end of the run before, length}
// (EpcRun.spans, CounterRuns.spans; the sint64 type does the zigzag). The first run counts from 0.
// List order and duplicates are kept: a run is ascending, but runs may go back or overlap.
//
// Thread safety: free functions. Cost: O(runs), never O(EPCs).
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "trace/object_run.h"

namespace packtrail::ledger::v1 {
class CounterRuns;
class EpcList;
class EpcRun;
}  // namespace packtrail::ledger::v1

namespace packtrail::trace {

// Most EPCs that the lists of one fact may name together: a span of a damaged fact cannot ask for
// 2^40 steps.
inline constexpr std::uint64_t kEpcsPerListMax = 16'000'000;

// Appends to a list in list order; grows the last run when `run` goes on where it ends.
void append_run(std::vector<ObjectRun>& runs, ObjectRun run);
inline void append_object(std::vector<ObjectRun>& runs, ObjectNumber object) {
  append_run(runs, {object, 1});
}

// Writes `runs`, all of one class, in their order; `out` is replaced (object class and spans; the
// spelling is left alone). Asserts that there is one class and that no run is empty.
void encode_runs(const std::vector<ObjectRun>& runs, ledger::v1::EpcRun& out);
void encode_runs(const std::vector<ObjectRun>& runs, ledger::v1::CounterRuns& out);

// The runs in list order. DataLoss when the spans are not pairs, a length is not positive, an
// instance is outside 0 .. kInstanceMax, the class is not 1 .. kObjectClassMax, or the list is
// longer than kEpcsPerListMax.
Result<std::vector<ObjectRun>> decode_runs(const ledger::v1::EpcRun& run);
Result<std::vector<ObjectRun>> decode_runs(const ledger::v1::CounterRuns& counters,
                                           ObjectClass object_class);

// How many EPCs the list names, duplicates counted; DataLoss as decode_runs.
Result<std::uint64_t> count_epcs(const ledger::v1::EpcList& list);

// A set of objects as ascending runs that neither touch nor overlap.
using RunSet = std::vector<ObjectRun>;

// Sorts a list into a set: duplicates and overlaps go away.
[[nodiscard]] RunSet to_set(std::vector<ObjectRun> runs);
[[nodiscard]] RunSet unite(const RunSet& a, const RunSet& b);
[[nodiscard]] RunSet subtract(const RunSet& a, const RunSet& b);
[[nodiscard]] std::uint64_t count_objects(const std::vector<ObjectRun>& runs);

}  // namespace packtrail::trace
