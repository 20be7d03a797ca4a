#include "trace/epc_runs.h"

#include <algorithm>

#include "base/assert.h"
#include "packtrail/ledger/v1/fact.pb.h"

namespace packtrail::trace {

namespace {

using Spans = google::protobuf::RepeatedField<std::int64_t>;

Error damaged(const char* what) {
  return Error{.code = Errc::DataLoss, .message = std::string("fact with damaged spans: ") + what};
}

void encode_spans(const std::vector<ObjectRun>& runs, Spans& out) {
  out.Clear();
  out.Reserve(static_cast<int>(runs.size() * 2));
  std::int64_t end = 0;
  for (const ObjectRun& run : runs) {
    PACKTRAIL_ASSERT(run.count > 0 && run.count <= kInstanceMax);
    PACKTRAIL_ASSERT(run.first.object_class() == runs.front().first.object_class());
    const auto start = static_cast<std::int64_t>(run.first.instance());
    const auto length = static_cast<std::int64_t>(run.count);
    out.Add(start - end);
    out.Add(length);
    end = start + length;
  }
}

Result<std::vector<ObjectRun>> decode_spans(const Spans& spans, std::uint32_t object_class) {
  if (object_class == 0 || object_class > kObjectClassMax) return damaged("object class");
  if (spans.size() % 2 != 0) return damaged("not pairs");
  constexpr auto kEnd = static_cast<std::int64_t>(kInstanceMax) + 1;
  std::vector<ObjectRun> runs;
  runs.reserve(static_cast<std::size_t>(spans.size() / 2));
  std::int64_t end = 0;
  std::uint64_t total = 0;
  for (int i = 0; i < spans.size(); i += 2) {
    const std::int64_t delta = spans.Get(i);
    const std::int64_t length = spans.Get(i + 1);
    if (delta < -end || delta >= kEnd - end) return damaged("instance out of range");
    const std::int64_t start = end + delta;
    if (length <= 0 || length > kEnd - start) return damaged("length out of range");
    end = start + length;
    total += static_cast<std::uint64_t>(length);
    if (total > kEpcsPerListMax) return damaged("list too long");
    runs.push_back({ObjectNumber(ObjectClass(object_class), static_cast<std::uint64_t>(start)),
                    static_cast<std::uint64_t>(length)});
  }
  return runs;
}

}  // namespace

void append_run(std::vector<ObjectRun>& runs, ObjectRun run) {
  if (run.count == 0) return;
  if (!runs.empty()) {
    ObjectRun& last = runs.back();
    if (last.first.object_class() == run.first.object_class() &&
        last.first.value() + last.count == run.first.value()) {
      last.count += run.count;
      return;
    }
  }
  runs.push_back(run);
}

void encode_runs(const std::vector<ObjectRun>& runs, ledger::v1::EpcRun& out) {
  out.set_object_class(runs.empty() ? 0 : runs.front().first.object_class().value());
  encode_spans(runs, *out.mutable_spans());
}

void encode_runs(const std::vector<ObjectRun>& runs, ledger::v1::CounterRuns& out) {
  encode_spans(runs, *out.mutable_spans());
}

Result<std::vector<ObjectRun>> decode_runs(const ledger::v1::EpcRun& run) {
  return decode_spans(run.spans(), run.object_class());
}

Result<std::vector<ObjectRun>> decode_runs(const ledger::v1::CounterRuns& counters,
                                           ObjectClass object_class) {
  return decode_spans(counters.spans(), object_class.value());
}

Result<std::uint64_t> count_epcs(const ledger::v1::EpcList& list) {
  std::uint64_t total = 0;
  for (const ledger::v1::EpcRun& run : list.runs()) {
    if (run.object_class() == 0) {
      total += static_cast<std::uint64_t>(run.texts_size());
    } else {
      for (const ObjectRun& piece : PACKTRAIL_TRY(decode_runs(run))) total += piece.count;
    }
  }
  return total;
}

RunSet to_set(std::vector<ObjectRun> runs) {
  std::erase_if(runs, [](const ObjectRun& run) { return run.count == 0; });
  if (!std::is_sorted(runs.begin(), runs.end(),
                      [](const ObjectRun& a, const ObjectRun& b) { return a.first < b.first; })) {
    std::sort(runs.begin(), runs.end(),
              [](const ObjectRun& a, const ObjectRun& b) { return a.first < b.first; });
  }
  RunSet set;
  set.reserve(runs.size());
  for (const ObjectRun& run : runs) {
    if (!set.empty() && set.back().first.object_class() == run.first.object_class()) {
      const std::uint64_t end = set.back().first.value() + set.back().count;
      if (run.first.value() <= end) {
        const std::uint64_t run_end = run.first.value() + run.count;
        if (run_end > end) set.back().count += run_end - end;
        continue;
      }
    }
    set.push_back(run);
  }
  return set;
}

RunSet unite(const RunSet& a, const RunSet& b) {
  std::vector<ObjectRun> all;
  all.reserve(a.size() + b.size());
  std::merge(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(all),
             [](const ObjectRun& x, const ObjectRun& y) { return x.first < y.first; });
  return to_set(std::move(all));
}

RunSet subtract(const RunSet& a, const RunSet& b) {
  RunSet rest;
  rest.reserve(a.size());
  std::size_t j = 0;
  for (const ObjectRun& run : a) {
    std::uint64_t at = run.first.value();
    const std::uint64_t end = at + run.count;
    while (j < b.size() && b[j].first.value() + b[j].count <= at) ++j;
    for (std::size_t k = j; k < b.size() && b[k].first.value() < end; ++k) {
      const std::uint64_t hole = b[k].first.value();
      if (hole > at) rest.push_back({ObjectNumber::from_value(at), hole - at});
      at = std::max(at, hole + b[k].count);
    }
    if (at < end) rest.push_back({ObjectNumber::from_value(at), end - at});
  }
  return rest;
}

std::uint64_t count_objects(const std::vector<ObjectRun>& runs) {
  std::uint64_t total = 0;
  for (const ObjectRun& run : runs) total += run.count;
  return total;
}

}  // namespace packtrail::trace
