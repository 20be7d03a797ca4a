// Whatever the facts and whenever they are published, folded, discarded or the program starts
// again: the same digest, and the answers of a model that is nothing but maps.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>
#include <set>

#include "trace/testing.h"

namespace packtrail::trace {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace)

constexpr std::uint64_t kPacks = 60;
constexpr std::uint64_t kBoxes = 6;

struct ModelObject {
  std::int64_t time = 0;
  std::uint32_t life = 0;
  std::string disposition;
  std::uint64_t parent = 0;
  bool quarantined = false;
  friend bool operator==(const ModelObject&, const ModelObject&) = default;
};

struct Model {
  std::map<std::uint64_t, ModelObject> objects;
  std::map<std::uint64_t, std::vector<std::uint64_t>> named;  // Positions of facts about it.

  bool touch(std::uint64_t object, std::int64_t time, std::uint64_t position) {
    named[object].push_back(position);
    ModelObject& at = objects[object];
    if (time < at.time) return false;
    at.time = time;
    return true;
  }
  [[nodiscard]] std::set<std::uint64_t> children(std::uint64_t parent) const {
    std::set<std::uint64_t> out;
    for (const auto& [object, state] : objects) {
      if (state.parent == parent) out.insert(object);
    }
    return out;
  }
};

std::vector<std::uint64_t> numbers(const std::vector<ObjectRun>& runs) {
  std::vector<std::uint64_t> out;
  for (const ObjectRun& run : runs) {
    for (std::uint64_t i = 0; i < run.count; ++i) out.push_back(run.first.value() + i);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

// One random fact, and what the model makes of it. `chance` gives numbers below its argument.
Fact random_fact(const std::function<std::uint64_t(std::uint64_t)>& chance, std::uint64_t position,
                 Model& model) {
  const auto time = static_cast<std::int64_t>(1000 + position * 10 - chance(4) * 9);
  std::vector<ObjectRun> runs;
  for (std::uint64_t i = 0, n = 1 + chance(3); i < n; ++i) {
    const std::uint64_t first = chance(kPacks);
    runs.push_back({ObjectNumber(ObjectClass(1), first), 1 + chance(kPacks - first)});
  }
  const ObjectNumber box(ObjectClass(2), chance(kBoxes));
  switch (chance(4)) {
    case 0: {
      const auto life = static_cast<std::uint32_t>(chance(numbering::kSerialStateCount));
      const std::string disposition = chance(2) == 0 ? "" : "d" + std::to_string(chance(3));
      Fact fact = object_event(time, runs, disposition, life);
      const auto quarantine = static_cast<std::uint32_t>(chance(3));
      fact.mutable_epcis_event()->set_quarantine(static_cast<EpcisEvent::Quarantine>(quarantine));
      for (const std::uint64_t object : numbers(runs)) {
        if (!model.touch(object, time, position)) continue;
        ModelObject& at = model.objects[object];
        if (life != 0) at.life = life;
        if (!disposition.empty()) at.disposition = disposition;
        if (quarantine != 0) at.quarantined = quarantine == 1;
      }
      return fact;
    }
    case 1: {
      model.touch(box.value(), time, position);
      for (const std::uint64_t object : numbers(runs)) {
        if (model.touch(object, time, position)) model.objects[object].parent = box.value();
      }
      return aggregation(time, EpcisEvent::ACTION_ADD, box, runs);
    }
    case 2: {
      const bool all = chance(3) == 0;
      const std::set<std::uint64_t> inside = model.children(box.value());
      const std::vector<std::uint64_t> named =
          all ? std::vector<std::uint64_t>(inside.begin(), inside.end()) : numbers(runs);
      model.touch(box.value(), time, position);
      for (const std::uint64_t object : named) {
        if (!model.touch(object, time, position)) continue;
        if (model.objects[object].parent == box.value()) model.objects[object].parent = 0;
      }
      return aggregation(time, EpcisEvent::ACTION_DELETE, box,
                         all ? std::vector<ObjectRun>{} : runs);
    }
    default: {
      const auto life = static_cast<std::uint32_t>(1 + chance(numbering::kSerialStateCount - 1));
      for (const std::uint64_t object : numbers(runs)) model.objects[object].life = life;
      return moved(runs, static_cast<numbering::SerialState>(life));
    }
  }
}

void check_against(Reader& reader, const Model& model) {
  const Viewer owner = Viewer::owner();
  std::map<std::tuple<std::uint32_t, std::uint32_t, bool>, std::uint64_t> counts;
  for (const auto& [number, expected] : model.objects) {
    const ObjectNumber object = ObjectNumber::from_value(number);
    const auto state = reader.state(owner, object);
    RC_ASSERT(state.has_value());
    const ModelObject found{state->event_time_us, static_cast<std::uint32_t>(state->life),
                            reader.term(state->disposition), state->parent.value(),
                            state->quarantined != 0};
    RC_ASSERT(found == expected);
    ++counts[{object.object_class().value(), expected.life, expected.quarantined}];
  }
  for (const StateCount& count : reader.counts(owner)) {
    const auto it = counts.find(
        {count.object_class.value(), static_cast<std::uint32_t>(count.life), count.quarantined});
    RC_ASSERT(it != counts.end());
    RC_ASSERT(it->second == count.count);
    counts.erase(it);
  }
  RC_ASSERT(counts.empty());
  for (std::uint64_t i = 0; i < kBoxes; ++i) {
    const ObjectNumber box(ObjectClass(2), i);
    const auto inside = numbers(reader.children(owner, box));
    RC_ASSERT(std::set<std::uint64_t>(inside.begin(), inside.end()) == model.children(box.value()));
  }
  for (const auto& [number, positions] : model.named) {
    const auto history = reader.history(owner, ObjectNumber::from_value(number), 100'000);
    RC_ASSERT(history.has_value());
    std::vector<std::uint64_t> own;
    for (const HistoryEntry& entry : *history) {
      if (!entry.inherited) own.push_back(entry.position);
    }
    std::sort(own.begin(), own.end());
    RC_ASSERT(own == positions);
  }
  RC_ASSERT(reader.failure().has_value());
}

TEST(TraceProperty, TimingNeverShowsAndAModelAgrees) {
  TestKeys keys;
  const bool holds = rc::check("digest and answers", [&] {
    MemoryProjectionStore store;
    MemoryProjectionStore plain_store;
    auto trace = *Trace::open(store, keys, {});
    auto plain = *Trace::open(plain_store, keys, {});
    Model model;
    std::vector<Fact> facts = {pool_created(1), series_created(2), allocated(runs_of(1, 0, kPacks)),
                               allocated(runs_of(2, 0, kBoxes))};
    for (std::uint64_t i = 0; i < kPacks; ++i) {
      model.objects[ObjectNumber(ObjectClass(1), i).value()].life = 2;
    }
    for (std::uint64_t i = 0; i < kBoxes; ++i) {
      model.objects[ObjectNumber(ObjectClass(2), i).value()].life = 2;
    }
    const auto chance = [](std::uint64_t below) {
      return *rc::gen::inRange<std::uint64_t>(0, below);
    };
    const std::uint64_t total = 4 + chance(30);
    while (facts.size() < total) facts.push_back(random_fact(chance, facts.size(), model));

    std::uint64_t position = 0;
    for (std::size_t at = 0; at < facts.size();) {
      const std::uint64_t batch = std::min<std::uint64_t>(1 + chance(6), facts.size() - at);
      if (chance(4) == 0) {  // A batch that the disk refused.
        std::uint64_t tried = position;
        for (std::uint64_t i = 0; i < batch; ++i) {
          RC_ASSERT(apply_next(*trace, tried, facts[at + i]).has_value());
        }
        trace->discard();
      }
      for (std::uint64_t i = 0; i < batch; ++i) {
        RC_ASSERT(apply_next(*trace, position, facts[at + i]).has_value());
      }
      at += batch;
      trace->publish();
      RC_ASSERT(trace->applied() == position);
      switch (chance(4)) {
        case 0:
          RC_ASSERT(trace->fold().has_value());
          break;
        case 1: {  // Start again: what was not folded is replayed.
          trace.reset();
          trace = *Trace::open(store, keys, {});
          std::uint64_t from = trace->applied();
          while (from < position) RC_ASSERT(apply_next(*trace, from, facts[from]).has_value());
          trace->publish();
          break;
        }
        default:
          break;
      }
    }
    std::uint64_t plain_position = 0;
    for (const Fact& fact : facts) {
      RC_ASSERT(apply_next(*plain, plain_position, fact).has_value());
    }
    plain->publish();
    const auto plain_reader = plain->reader();
    const auto digest = plain_reader->digest();
    RC_ASSERT(digest.has_value());
    RC_ASSERT(*trace->reader()->digest() == *digest);
    check_against(*trace->reader(), model);
    RC_ASSERT(trace->fold().has_value());
    RC_ASSERT(*trace->reader()->digest() == *digest);
    check_against(*trace->reader(), model);
    check_against(*plain_reader, model);
  });
  EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace packtrail::trace
