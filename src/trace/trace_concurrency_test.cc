// One thread applies and publishes, one folds, two read: every reader sees facts whole.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "trace/testing.h"

namespace packtrail::trace {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace)

// Each fact gives both objects one disposition; a reader must never see them differ, and a box's
// children must be those whose parent it is.
TEST(TraceConcurrency, ReadersSeeOnePosition) {
  constexpr int kFacts = 400;
  MemoryProjectionStore store;
  TestKeys keys;
  auto trace = *Trace::open(store, keys, {});
  std::uint64_t position = 0;
  ASSERT_TRUE(apply_next(*trace, position, pool_created(1)));
  ASSERT_TRUE(apply_next(*trace, position, series_created(2)));
  ASSERT_TRUE(apply_next(*trace, position, allocated(runs_of(1, 0, 10'000))));
  ASSERT_TRUE(apply_next(*trace, position, allocated(runs_of(2, 0, 10))));
  trace->publish();

  const ObjectNumber near(ObjectClass(1), 5);
  const ObjectNumber far(ObjectClass(1), 9'000);
  const ObjectNumber box(ObjectClass(2), 1);
  std::atomic<bool> done{false};
  std::atomic<int> torn{0};
  std::atomic<std::uint64_t> reads{0};
  const auto read = [&] {
    const auto reader = trace->reader();
    std::uint64_t seen = 0;
    while (!done.load()) {
      reader->refresh();
      if (reader->position() < seen) ++torn;
      seen = reader->position();
      const auto a = reader->state(Viewer::owner(), near);
      const auto b = reader->state(Viewer::owner(), far);
      const bool inside = !reader->children(Viewer::owner(), box).empty();
      if (!a || !b || a->disposition != b->disposition || a->event_time_us != b->event_time_us ||
          (a->parent == box) != inside || !reader->failure()) {
        ++torn;
      }
      ++reads;
    }
  };
  const auto fold = [&] {
    while (!done.load()) {
      if (!trace->fold()) ++torn;
      std::this_thread::yield();
    }
  };
  std::thread first(read);
  std::thread second(read);
  std::thread folder(fold);
  const std::vector<ObjectRun> both = {{near, 1}, {far, 1}};
  bool applied = true;
  for (int i = 0; i < kFacts && applied; ++i) {
    const std::int64_t time = 1000 + i;
    Fact fact =
        i % 2 == 0
            ? aggregation(time, i % 4 == 0 ? EpcisEvent::ACTION_ADD : EpcisEvent::ACTION_DELETE,
                          box, both)
            : object_event(time, both);
    fact.mutable_epcis_event()->set_disposition("d" + std::to_string(i % 50));
    applied = apply_next(*trace, position, fact).has_value();
    trace->publish();
    if (i % 16 == 0) std::this_thread::yield();
  }
  done = true;
  first.join();
  second.join();
  folder.join();
  EXPECT_TRUE(applied);
  EXPECT_EQ(torn.load(), 0);
  EXPECT_GT(reads.load(), 0U);
  EXPECT_EQ(trace->applied(), 4U + kFacts);
}

}  // namespace
}  // namespace packtrail::trace
