// Spans keep list order and duplicates, and damaged ones are refused.
#include "trace/epc_runs.h"

#include <gtest/gtest.h>

#include "packtrail/ledger/v1/fact.pb.h"

namespace packtrail::trace {
namespace {

ObjectNumber at(std::uint64_t instance) { return {ObjectClass(5), instance}; }

TEST(EpcRuns, RoundTripsInListOrder) {
  const std::vector<ObjectRun> runs = {
      {at(100), 5}, {at(3), 1}, {at(3), 1}, {at(kInstanceMax), 1}, {at(0), 1000}};
  ledger::v1::EpcRun run;
  encode_runs(runs, run);
  EXPECT_EQ(run.object_class(), 5U);
  const std::vector<std::int64_t> spans(run.spans().begin(), run.spans().end());
  EXPECT_EQ((std::vector<std::int64_t>{spans[0], spans[1], spans[2], spans[3]}),
            (std::vector<std::int64_t>{100, 5, -102, 1}));
  const auto back = decode_runs(run);
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, runs);
  ledger::v1::CounterRuns counters;
  encode_runs(runs, counters);
  EXPECT_EQ(*decode_runs(counters, ObjectClass(5)), runs);
  ledger::v1::EpcList list;
  *list.add_runs() = run;
  list.add_runs()->add_texts("urn:x:y");
  EXPECT_EQ(*count_epcs(list), 1009U);
}

TEST(EpcRuns, RefusesDamagedSpans) {
  const auto decodes = [](std::uint32_t object_class, const std::vector<std::int64_t>& spans) {
    ledger::v1::EpcRun run;
    run.set_object_class(object_class);
    for (const std::int64_t span : spans) run.add_spans(span);
    const auto result = decode_runs(run);
    if (!result) {
      EXPECT_EQ(result.error().code, Errc::DataLoss);
    }
    return result.has_value();
  };
  constexpr auto kEnd = static_cast<std::int64_t>(kInstanceMax) + 1;
  constexpr auto kMany = static_cast<std::int64_t>(kEpcsPerListMax);
  EXPECT_TRUE(decodes(1, {0, 1}));
  EXPECT_TRUE(decodes(1, {kEnd - 1, 1}));
  EXPECT_FALSE(decodes(1, {kEnd - 1, 2}));
  EXPECT_FALSE(decodes(1, {kEnd, 1}));
  EXPECT_FALSE(decodes(1, {-1, 1}));
  EXPECT_FALSE(decodes(1, {0, 0}));
  EXPECT_FALSE(decodes(1, {0, -1}));
  EXPECT_FALSE(decodes(1, {0}));
  EXPECT_FALSE(decodes(0, {0, 1}));
  EXPECT_TRUE(decodes(kObjectClassMax, {0, 1}));
  EXPECT_FALSE(decodes(kObjectClassMax + 1, {0, 1}));
  EXPECT_TRUE(decodes(1, {0, kMany - 1}));
  EXPECT_TRUE(decodes(1, {0, kMany}));
  EXPECT_FALSE(decodes(1, {0, kMany, 0, 1}));
  EXPECT_FALSE(decodes(1, {std::numeric_limits<std::int64_t>::max(), 1}));
  EXPECT_FALSE(decodes(1, {5, 1, std::numeric_limits<std::int64_t>::min(), 1}));
}

}  // namespace
}  // namespace packtrail::trace
