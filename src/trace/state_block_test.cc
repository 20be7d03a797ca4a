// Blocks give back what was put in, split by bytes, and refuse bytes that do not fit together.
#include "trace/state_block.h"

#include <gtest/gtest.h>

#include "trace/epc_runs.h"

namespace packtrail::trace {
namespace {

ObjectNumber at(std::uint64_t instance) { return {ObjectClass(5), instance}; }

ObjectState state_of(std::uint64_t seed) {
  ObjectState state;
  state.event_time_us = 1'700'000'000'000'000 + static_cast<std::int64_t>(seed * 977);
  state.parent = ObjectNumber(ObjectClass(9), seed);
  state.disposition = TermId(static_cast<std::uint32_t>(seed % 7 + 1));
  state.read_point = TermId(static_cast<std::uint32_t>(seed % 300));
  state.biz_location = TermId(static_cast<std::uint32_t>(seed % 3));
  state.batch = BatchId(static_cast<std::uint32_t>(seed));
  state.life = static_cast<numbering::SerialState>(seed % 12);
  state.link = seed % 2 == 0 ? ChildLink::Scanned : ChildLink::Inferred;
  state.quarantined = seed % 5 == 0 ? 1 : 0;
  return state;
}

void expect_round_trip(const std::vector<StateRun>& runs, std::size_t blocks_min) {
  std::vector<StateRun> back;
  const auto blocks = encode_blocks(runs);
  EXPECT_GE(blocks.size(), blocks_min);
  for (const auto& [first, bytes] : blocks) {
    EXPECT_LT(bytes.size(), kBlockBytesMax + 80);
    auto block = StateBlock::view(first, as_bytes(bytes));
    ASSERT_TRUE(block);
    ASSERT_TRUE(block->append_runs(back));
    for (const StateRun& run : runs) {
      for (const std::uint64_t value : {run.first.value(), run.first.value() + run.count - 1}) {
        const ObjectNumber object = ObjectNumber::from_value(value);
        if (!block->covers(object)) continue;
        ObjectState found;
        std::uint64_t end = 0;
        ASSERT_TRUE(block->find(object, found, end));
        EXPECT_EQ(found, run.state);
        EXPECT_GT(end, value);
        EXPECT_LE(end, run.first.value() + run.count);
      }
    }
  }
  EXPECT_EQ(back, runs);
}

TEST(StateBlock, KeepsRunsGapsAndEveryField) {
  std::vector<StateRun> runs;
  append_state_run(runs, {at(10), 5, state_of(1)});
  append_state_run(runs, {at(15), 1, state_of(2)});
  append_state_run(runs, {at(20), 100, state_of(1)});
  append_state_run(runs, {at(5000), 1, state_of(4)});
  ObjectState negative;
  negative.event_time_us = std::numeric_limits<std::int64_t>::min();
  append_state_run(runs, {at(5001), 1, negative});
  negative.event_time_us = std::numeric_limits<std::int64_t>::max();
  append_state_run(runs, {at(5002), 1, negative});
  expect_round_trip(runs, 2);
}

TEST(StateBlock, SplitsByBytes) {
  std::vector<StateRun> runs;
  for (std::uint64_t i = 0; i < 3000; ++i) append_state_run(runs, {at(i), 1, state_of(i)});
  expect_round_trip(runs, 20);
}

TEST(StateBlock, ManySmallRunsOfFewStates) {
  std::vector<StateRun> runs;
  for (std::uint64_t i = 0; i < 5000; ++i) append_state_run(runs, {at(i), 1, state_of(i % 2)});
  expect_round_trip(runs, 5);
}

TEST(StateBlock, LongRunsUseWideStartsAndSplitAtTheSpanLimit) {
  std::vector<StateRun> runs;
  append_state_run(runs, {at(0), 100'000, state_of(1)});
  append_state_run(runs, {at(100'000), 70'000, state_of(2)});
  expect_round_trip(runs, 1);
  std::vector<StateRun> longest;
  append_state_run(longest, {at(0), 3 * kBlockSpanMax, state_of(1)});
  std::vector<StateRun> back;
  for (const auto& [first, bytes] : encode_blocks(longest)) {
    auto block = StateBlock::view(first, as_bytes(bytes));
    ASSERT_TRUE(block);
    ASSERT_TRUE(block->append_runs(back));
  }
  EXPECT_EQ(back, longest);
}

TEST(StateBlock, JoinsEqualNeighboursAndDropsDefaults) {
  std::vector<StateRun> runs;
  append_state_run(runs, {at(0), 2, state_of(1)});
  append_state_run(runs, {at(2), 3, state_of(1)});
  append_state_run(runs, {at(5), 3, ObjectState{}});
  append_state_run(runs, {at(8), 1, state_of(1)});
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[0].count, 5U);
}

TEST(StateBlock, CutBytesAreRefusedAndNeverReadBeyond) {
  std::vector<StateRun> runs;
  for (std::uint64_t i = 0; i < 40; ++i) append_state_run(runs, {at(i), 1, state_of(i)});
  const auto blocks = encode_blocks(runs);
  const std::string& whole = blocks[0].second;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::vector<std::uint8_t> cut(whole.begin(),
                                        whole.begin() + static_cast<std::ptrdiff_t>(size));
    auto block = StateBlock::view(at(0), cut);
    std::vector<StateRun> out;
    if (block) {
      EXPECT_FALSE(block->append_runs(out));
    }
  }
}

TEST(EpcRuns, SetsUniteAndSubtract) {
  const auto run = [](std::uint64_t first, std::uint64_t count) {
    return ObjectRun{at(first), count};
  };
  EXPECT_EQ(to_set({run(5, 5), run(0, 3), run(3, 2), run(7, 1), run(20, 1), run(9, 4)}),
            (RunSet{run(0, 13), run(20, 1)}));
  EXPECT_EQ(subtract({run(0, 13), run(20, 1)}, {run(0, 1), run(5, 2), run(12, 100)}),
            (RunSet{run(1, 4), run(7, 5)}));
  EXPECT_EQ(unite({run(0, 2)}, {run(2, 2), run(9, 1)}), (RunSet{run(0, 4), run(9, 1)}));
  EXPECT_EQ(to_set({{ObjectNumber(ObjectClass(5), kInstanceMax), 1},
                    {ObjectNumber(ObjectClass(6), 0), 1}})
                .size(),
            2U);
}

}  // namespace
}  // namespace packtrail::trace
