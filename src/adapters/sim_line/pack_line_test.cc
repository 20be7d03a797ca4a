#include "adapters/sim_line/pack_line.h"

#include <gtest/gtest.h>

#include "plant/isa95.h"
#include "plant/testing.h"

namespace packtrail::sim_line {
namespace {

using plant::Advance;
using plant::Decision;
using plant::testing::make_order;
using plant::testing::Plant;

TEST(PackLine, WantsOneDecisionPerTrigger) {
  auto simulated =
      SimulatedLine::create({.unreadable_rate = 0, .missing_rate = 0, .duplicate_rate = 0});
  ASSERT_TRUE(simulated);
  SimulatedPackLine line(*std::move(simulated));
  ASSERT_TRUE(line.print("[01]09521234543213[21]A[17]281231[10]B"));
  const auto frame = line.next();
  ASSERT_TRUE(frame);
  ASSERT_TRUE(frame->has_value());
  const auto end = line.next();
  ASSERT_TRUE(end);
  EXPECT_FALSE(end->has_value());
  const std::vector<Decision> two = {Decision::Accept, Decision::Accept};
  EXPECT_FALSE(line.release(two));
  EXPECT_EQ(line.counted(), (plant::PackLine::Seen{.packs = 1, .rejected = 1}));
}

TEST(PackLine, TheLanesCountPacksAndNotDecisions) {
  auto simulated =
      SimulatedLine::create({.unreadable_rate = 0, .missing_rate = 0, .duplicate_rate = 0});
  ASSERT_TRUE(simulated);
  SimulatedPackLine line(*std::move(simulated));
  ASSERT_TRUE(line.line().inject({FaultKind::MissingNext, {}}));
  for (const char* label :
       {"[01]09521234543213[21]A[17]281231[10]B", "[01]09521234543213[21]C[17]281231[10]B",
        "[01]09521234543213[21]D[17]281231[10]B"}) {
    ASSERT_TRUE(line.print(label));
  }
  std::size_t triggers = 0;
  while (true) {
    const auto frame = line.next();
    ASSERT_TRUE(frame);
    if (!frame->has_value()) break;
    ++triggers;
  }
  ASSERT_EQ(triggers, 3U);
  EXPECT_EQ(line.counted(), (plant::PackLine::Seen{.packs = 2, .empty = 1}));
  const std::vector<Decision> all = {Decision::Accept, Decision::Accept, Decision::Reject};
  ASSERT_TRUE(line.release(all));  // The first place is empty: nothing comes to the good lane.
  EXPECT_EQ(line.counted(),
            (plant::PackLine::Seen{.packs = 2, .empty = 1, .accepted = 1, .rejected = 1}));
}

// With its usual disturbances and more of the rare ones, interrupted or not: the balance is zero.
TEST(PackLine, AnOrderBalancesWhateverTheSeed) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE(seed);
    Plant plant;
    const auto order = make_order({.quantity = 160, .packs_per_case = 9, .cases_per_pallet = 4});
    plant.open(order);
    const Disturbance disturbance{.seed = seed,
                                  .unreadable_rate = 0.03,
                                  .missing_rate = 0.03,
                                  .duplicate_rate = 0.03,
                                  .swapped_rate = 0.02,
                                  .foreign_rate = 0.02};
    Advance last = Advance::Started;
    for (int starts = 0; starts < 5 && last != Advance::Closed; ++starts) {
      // A line that starts again goes on with the labels it has not had yet.
      const auto resumed = plant.resume(plant.line, "T-1");
      ASSERT_TRUE(resumed);
      auto simulated = SimulatedLine::create(disturbance, 300, (*resumed)->labels_printed());
      ASSERT_TRUE(simulated);
      SimulatedPackLine line(*std::move(simulated));
      const auto batch = plant.resume(line, "T-1");
      ASSERT_TRUE(batch);
      const bool interrupted = seed % 2 == 0 && starts < 3;
      const auto done = interrupted ? (*batch)->step() : plant::testing::run_to_end(**batch);
      ASSERT_TRUE(done) << done.error().to_text();
      last = *done;
      ASSERT_NE(last, Advance::Unbalanced) << (*batch)->differences().front();
    }
    ASSERT_EQ(last, Advance::Closed);
    const auto info = plant.site.trace->reader()->order("T-1");
    ASSERT_TRUE(info);
    EXPECT_EQ(info->state, plant::kJobClosed);
    const auto result =
        plant::reconcile(order, info->opened_at, *plant.site.ledger, *plant.site.trace);
    ASSERT_TRUE(result);
    EXPECT_TRUE(result->balanced());
    EXPECT_EQ(result->numbers[0].good + result->numbers[0].sampled, 160U);
    EXPECT_GT(result->rejects.size(), 2U);  // The seed did disturb.
  }
}

}  // namespace
}  // namespace packtrail::sim_line
