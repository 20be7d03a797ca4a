#include "plant/batch_run.h"

#include <gtest/gtest.h>

#include <set>

#include "ledger/ledger.h"
#include "packtrail/ledger/v1/fact.pb.h"
#include "plant/counters.h"
#include "plant/isa95.h"
#include "plant/order_log.h"
#include "plant/testing.h"

namespace packtrail::plant {
namespace {

using numbering::SerialState;
using testing::Item;
using testing::make_order;
using testing::Plant;
using testing::run_to_end;
using testing::ScriptedLine;

OrderLog log_of(const Plant& plant, const std::string& id = "T-1") {
  OrderLog log(id);
  EXPECT_TRUE(log.catch_up(*plant.site.ledger, 0));
  return log;
}

std::uint64_t findings(const OrderLog& log, std::string_view reason) {
  const auto it = log.line().reasons.find(reason);
  return it == log.line().reasons.end() ? 0 : it->second;
}

// What every closed order must satisfy, seen from outside.
void expect_closed_and_balanced(Plant& plant, const Order& order) {
  const auto info = plant.site.trace->reader()->order(order.id());
  ASSERT_TRUE(info);
  EXPECT_EQ(info->state, kJobClosed);
  EXPECT_NE(info->state_document.find("\"balanced\":true"), std::string::npos)
      << info->state_document;
  const auto result = reconcile(order, info->opened_at, *plant.site.ledger, *plant.site.trace);
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->balanced()) << result->differences.front();
  const NumberBalance& packs = result->numbers[0];
  EXPECT_EQ(packs.good + packs.sampled, order.batch().quantity);
  EXPECT_EQ(packs.sampled, order.batch().samples);
  EXPECT_EQ(packs.unaccounted(), 0);
  EXPECT_EQ(result->physical[0].unaccounted(), 0);
  EXPECT_EQ(log_of(plant, order.id()).level(Level::Pack).in(SerialState::Allocated), 0U);
  EXPECT_EQ(log_of(plant, order.id()).level(Level::Pack).in(SerialState::Encoded), 0U);
}

// No label text was printed twice over all lines given.
void expect_no_label_twice(const std::vector<std::string>& printed) {
  EXPECT_EQ(std::set<std::string>(printed.begin(), printed.end()).size(), printed.size());
}

struct WholeRun {
  Plant plant;
  Order order = make_order();

  // Runs the whole order with the script.
  void run(std::function<void(std::size_t, std::vector<Item>&)> script) {
    plant.line.script = std::move(script);
    plant.open(order);
    auto batch = plant.resume();
    ASSERT_TRUE(batch) << batch.error().to_text();
    const auto done = run_to_end(**batch);
    ASSERT_TRUE(done) << done.error().to_text();
    ASSERT_EQ(*done, Advance::Closed) << (*batch)->differences().front();
    expect_closed_and_balanced(plant, order);
    expect_no_label_twice(plant.line.printed);
  }
};

TEST(BatchRun, MakesPacksCasesPalletsAndShipsThem) {
  WholeRun run;
  run.run({});
  const OrderLog log = log_of(run.plant);
  EXPECT_EQ(log.line().passed, 60U);
  EXPECT_EQ(log.line().windows, 2U);
  EXPECT_EQ(log.level(Level::Pack).in(SerialState::Sampled), 2U);
  EXPECT_EQ(log.level(Level::Pack).contained, 58U);
  EXPECT_EQ(log.level(Level::Pack).in(SerialState::Unallocated), 25U);  // The reserve.
  const auto& cases = log.level(Level::Case);
  ASSERT_EQ(cases.numbers.size(), 6U);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(cases.numbers[i].children, 10U);
  EXPECT_EQ(cases.numbers[5].children, 8U);
  EXPECT_EQ(log.level(Level::Pallet).in(SerialState::Released), 2U);
  EXPECT_EQ(run.plant.line.accepted, 60U);
  // Samples: the first pack and the last one.
  EXPECT_EQ(log.level(Level::Pack).numbers.front().life, SerialState::Sampled);
  EXPECT_EQ(log.level(Level::Pack).numbers[59].life, SerialState::Sampled);
  EXPECT_TRUE(run.plant.pictures.has("T-1", PictureStore::Kind::Good));
  EXPECT_FALSE(run.plant.pictures.has("T-1", PictureStore::Kind::Bad));
  const LineCounters counters = run.plant.progress.get();
  EXPECT_EQ(counters.state, OrderState::Closed);
  EXPECT_EQ(counters.good, 58U);
  EXPECT_EQ(counters.progress(), 1.0);
  EXPECT_NE(counters.last_good.find("https://id.gs1.org/01/09521234543213/"), std::string::npos);
}

TEST(BatchRun, ClosesAPartialPalletAndManySizes) {
  for (const testing::Size size :
       {testing::Size{1, 1, 1, 0}, testing::Size{2, 1, 1, 1}, testing::Size{23, 10, 3, 2},
        testing::Size{51, 50, 1, 1}, testing::Size{50, 50, 1, 0}, testing::Size{12, 10, 3, 2},
        testing::Size{7, 2, 2, 6}}) {
    WholeRun run;
    run.order = make_order(size);
    run.run({});
  }
}

struct Fault {
  const char* reason;
  std::uint64_t count;  // Findings.
  std::function<void(std::size_t, std::vector<Item>&)> script;
};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos);
  return text.replace(at, from.size(), to);
}

TEST(BatchRun, EveryFaultIsRefusedWithItsReasonAndRecorded) {
  const auto first = [](auto change) {
    return [change](std::size_t window, std::vector<Item>& belt) {
      if (window == 0) change(belt);
    };
  };
  const std::vector<Fault> faults = {
      {"unreadable", 1, first([](auto& belt) { belt[4].kind = Item::Kind::Unreadable; })},
      {"missing", 1, first([](auto& belt) { belt[4].kind = Item::Kind::NoPack; })},
      {"swapped", 2, first([](auto& belt) { std::swap(belt[4], belt[5]); })},
      {"duplicate", 1, first([](auto& belt) { belt.insert(belt.begin() + 5, belt[4]); })},
      {"foreign", 1, first([](auto& belt) {
         belt.insert(belt.begin() + 5,
                     {Item::Kind::Label, "[01]09527654321004[21]X1[17]281231[10]Z"});
       })},
      {"foreign", 1, first([](auto& belt) {  // Same product, another batch.
         belt.insert(belt.begin() + 5,
                     {Item::Kind::Label, "[01]09521234543213[21]X1[17]281231[10]Z"});
       })},
      {"not_issued", 1, first([](auto& belt) {
         belt.insert(belt.begin() + 5,
                     {Item::Kind::Label, "[01]09521234543213[21]NEVER[17]281231[10]L(1)"});
       })},
      {"wrong_content", 1, first([](auto& belt) {
         belt[4].text = replaced(belt[4].text, "[17]281231", "[17]281230");
       })},
      {"wrong_content", 1, first([](auto& belt) { belt[4].text += "[240]EXTRA"; })},
      {"out_of_sequence", 1, first([](auto& belt) {
         const Item moved = belt[4];
         belt.erase(belt.begin() + 4);
         belt.insert(belt.begin() + 20, moved);
       })},
      {"shift", 1, first([](auto& belt) { belt.erase(belt.begin() + 4); })},
      {"reread_of_rejected", 1, [](std::size_t window, std::vector<Item>& belt) {
         static Item rejected;
         if (window == 0) {
           rejected = belt[4];
           belt[4].kind = Item::Kind::Unreadable;
         } else if (window == 1) {
           belt.insert(belt.begin() + 2, rejected);
         }
       }}};
  for (const Fault& fault : faults) {
    SCOPED_TRACE(fault.reason);
    WholeRun run;
    run.run(fault.script);
    EXPECT_EQ(findings(log_of(run.plant), fault.reason), fault.count);
  }
}

TEST(BatchRun, AnUnprintableLabelIsANumberLess) {
  WholeRun run;
  int labels = 0;
  run.plant.line.refuses_to_print = [&labels](const std::string&) { return ++labels == 3; };
  run.run({});
  const OrderLog log = log_of(run.plant);
  EXPECT_EQ(findings(log, "print_failed"), 1U);
  EXPECT_EQ(log.level(Level::Pack).in(SerialState::SnInvalid), 1U);
}

TEST(BatchRun, ADuplicateOfAPackInAClosedCaseTakesItOutAndTheCaseIsRefilled) {
  WholeRun run;
  Item packed;
  run.run([&packed](std::size_t window, std::vector<Item>& belt) {
    if (window == 0) packed = belt[3];
    if (window == 1) belt.insert(belt.begin() + 1, packed);
  });
  const OrderLog log = log_of(run.plant);
  EXPECT_EQ(findings(log, "duplicate"), 1U);
  EXPECT_EQ(findings(log, "first_of_duplicate"), 1U);
  const auto& pack = log.level(Level::Pack).numbers[3];
  EXPECT_EQ(pack.life, SerialState::Inactive);
  EXPECT_TRUE(pack.quarantined);
  EXPECT_EQ(pack.container, kNoNumber);
  EXPECT_EQ(log.level(Level::Pack).in(SerialState::Inactive), 1U);
}

TEST(BatchRun, AnAllocatedNumberSeenBeforeItIsPrintedIsSpent) {
  WholeRun run;
  run.plant.open(run.order);
  auto batch = run.plant.resume();
  ASSERT_TRUE(batch);
  ASSERT_TRUE((*batch)->advance());  // Started.
  ASSERT_TRUE((*batch)->advance());  // Allocated.
  const OrderLog before = log_of(run.plant);
  const auto object = before.level(Level::Pack).object(55);
  const auto serial = run.plant.site.trace->serial(object.object_class(), object.instance());
  ASSERT_TRUE(serial);
  run.plant.line.script = [&](std::size_t window, std::vector<Item>& belt) {
    if (window != 0) return;
    belt.push_back({Item::Kind::Label,
                    "[01]09521234543213[21]" + std::string(serial->text()) + "[17]281231[10]L(1)"});
  };
  const auto done = run_to_end(**batch);
  ASSERT_TRUE(done) << done.error().to_text();
  EXPECT_EQ(*done, Advance::Closed);
  expect_closed_and_balanced(run.plant, run.order);
  EXPECT_EQ(log_of(run.plant).level(Level::Pack).numbers[55].life, SerialState::SnInvalid);
  for (const std::string& label : run.plant.line.printed) {
    EXPECT_EQ(label.find(std::string(serial->text())), std::string::npos);
  }
}

TEST(BatchRun, ScansAreRefusedWithTheirReason) {
  WholeRun run;
  run.plant.open(run.order);
  auto batch = run.plant.resume();
  ASSERT_TRUE(batch);
  run.plant.line.script = [](std::size_t, std::vector<Item>& belt) {
    belt[6].kind = Item::Kind::Unreadable;
  };
  for (int i = 0; i < 5; ++i) ASSERT_TRUE((*batch)->advance());  // To the first packed case.
  OrderLog log = log_of(run.plant);
  ASSERT_EQ(log.open_cases().size(), 1U);
  const auto sscc = gs1::Sscc::make(run.order.plant().company_prefix, kCaseExtensionDigit,
                                    log.level(Level::Case).object(0).instance());
  ASSERT_TRUE(sscc);
  const auto scan = [&](const std::string& label) {
    return (*batch)->pack_by_scan(sscc->digits(), {label});
  };
  const auto printed = run.plant.line.printed;
  const std::uint64_t before = run.plant.site.ledger->size();
  Status refused = scan(printed[6]);  // Rejected: never commissioned.
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("uncommissioned_child"), std::string::npos)
      << refused.error().to_text();
  EXPECT_FALSE(scan(printed[1]));  // In the case already.
  EXPECT_FALSE(scan("(01)09527654321004(21)X1"));
  EXPECT_FALSE(scan(printed[20]));  // Commissioned, but the case is full.
  EXPECT_FALSE(
      (*batch)->pack_by_scan(gs1::Sscc::complete("39521234000000001")->digits(), {printed[20]}));
  EXPECT_EQ(run.plant.site.ledger->size(), before + 5);
  log = log_of(run.plant);
  EXPECT_EQ(findings(log, "uncommissioned_child"), 1U);
  EXPECT_EQ(findings(log, "duplicate"), 1U);
  EXPECT_EQ(findings(log, "foreign"), 2U);
  EXPECT_EQ(findings(log, "overfull"), 1U);
  EXPECT_EQ(log.level(Level::Case).numbers[0].children, 10U);
  const auto done = run_to_end(**batch);
  ASSERT_TRUE(done) << done.error().to_text();
  expect_closed_and_balanced(run.plant, run.order);
}

// Drops the run, as a kill does, after every possible number of advances.
TEST(BatchRun, ResumesAfterEveryStep) {
  Plant plant;
  const Order order = make_order();
  plant.open(order);
  for (int i = 0; i < 500; ++i) {
    auto batch = plant.resume();
    ASSERT_TRUE(batch);
    const auto done = (*batch)->advance();
    ASSERT_TRUE(done) << done.error().to_text();
    if (*done == Advance::Closed) break;
    if (i % 7 == 0) plant.site.start();  // A new process.
  }
  expect_closed_and_balanced(plant, order);
  expect_no_label_twice(plant.line.printed);
  EXPECT_EQ(log_of(plant).line().scrapped.size(), 0U);
}

// The line dies at its n-th call, and is cleared.
TEST(BatchRun, ResumesAfterTheLineDiesAnywhere) {
  for (int calls = 0; calls < 230; calls += 3) {
    SCOPED_TRACE(calls);
    Plant plant;
    const Order order = make_order();
    plant.open(order);
    std::vector<std::string> printed;
    plant.line.calls_left = calls;
    {
      auto batch = plant.resume();
      ASSERT_TRUE(batch);
      static_cast<void>(run_to_end(**batch));
      printed = plant.line.printed;
    }
    ScriptedLine fresh;
    auto batch = plant.resume(fresh, "T-1");
    ASSERT_TRUE(batch);
    const auto done = run_to_end(**batch);
    ASSERT_TRUE(done) << done.error().to_text();
    EXPECT_EQ(*done, Advance::Closed);
    expect_closed_and_balanced(plant, order);
    printed.insert(printed.end(), fresh.printed.begin(), fresh.printed.end());
    expect_no_label_twice(printed);
  }
}

// The disk fails at its n-th write; the process starts again.
TEST(BatchRun, ResumesAfterTheDiskFailsAnywhere) {
  for (int writes = 0; writes < 40; ++writes) {
    SCOPED_TRACE(writes);
    Plant plant;
    const Order order = make_order();
    plant.open(order);
    std::vector<std::string> printed;
    plant.site.store.fail_append(writes);
    {
      auto batch = plant.resume();
      ASSERT_TRUE(batch);
      static_cast<void>(run_to_end(**batch));
      printed = plant.line.printed;
    }
    plant.site.store.fail_append(-1);
    plant.site.start();
    ScriptedLine fresh;
    auto batch = plant.resume(fresh, "T-1");
    ASSERT_TRUE(batch);
    const auto done = run_to_end(**batch);
    ASSERT_TRUE(done) << done.error().to_text();
    EXPECT_EQ(*done, Advance::Closed);
    expect_closed_and_balanced(plant, order);
    printed.insert(printed.end(), fresh.printed.begin(), fresh.printed.end());
    expect_no_label_twice(printed);
  }
}

TEST(BatchRun, HoldsAfterBarrenWindowsUntilItIsResumed) {
  Plant plant;
  const Order order = make_order();
  plant.open(order);
  bool blind = true;
  plant.line.script = [&blind](std::size_t, std::vector<Item>& belt) {
    if (!blind) return;
    for (Item& item : belt) item.kind = Item::Kind::Unreadable;
  };
  auto batch = plant.resume();
  ASSERT_TRUE(batch);
  const auto stopped = run_to_end(**batch);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, Errc::FailedPrecondition);
  EXPECT_EQ(log_of(plant).state(), kJobHeld);
  EXPECT_EQ(log_of(plant).line().windows, kBarrenWindowsMax);
  EXPECT_FALSE((*batch)->advance());
  blind = false;
  ASSERT_TRUE((*batch)->resume_running());
  const auto done = run_to_end(**batch);
  ASSERT_TRUE(done) << done.error().to_text();
  expect_closed_and_balanced(plant, order);
}

TEST(BatchRun, HoldAndResumeAreRecorded) {
  Plant plant;
  const Order order = make_order();
  plant.open(order);
  auto batch = plant.resume();
  ASSERT_TRUE((*batch)->step());
  ASSERT_TRUE((*batch)->hold());
  ASSERT_TRUE((*batch)->hold());
  EXPECT_EQ((*batch)->counters().state, OrderState::Held);
  EXPECT_FALSE((*batch)->step());
  ASSERT_TRUE((*batch)->resume_running());
  const auto done = run_to_end(**batch);
  ASSERT_TRUE(done);
  EXPECT_FALSE((*batch)->hold());  // Closed.
  expect_closed_and_balanced(plant, order);
}

TEST(BatchRun, OpeningTwiceIsNoErrorAndAnotherOrderIsRefused) {
  Plant plant;
  const auto open = [&plant](const Order& order) {
    return open_order(order, *plant.site.capture, *plant.site.trace, Plant::actor(),
                      {.key_id = numbering::KeyId("k1")});
  };
  auto opened = open(make_order());
  ASSERT_TRUE(opened) << opened.error().to_text();
  EXPECT_TRUE(*opened);
  opened = open(make_order());
  ASSERT_TRUE(opened);
  EXPECT_FALSE(*opened);
  opened = open(make_order({.quantity = 61}));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::AlreadyExists);
  EXPECT_EQ(plant.resume("T-2").error().code, Errc::NotFound);
}

TEST(BatchRun, NoNumbersOfOurOwnBesideImportedOnes) {
  Plant plant;
  const Order order = make_order();
  ASSERT_TRUE(plant.site.submit({capture::CreateImportedPool{
      .gtin = order.product().gtin, .source = "operator", .market = order.product().market}}));
  const std::uint64_t before = plant.site.ledger->size();
  const auto opened = open_order(order, *plant.site.capture, *plant.site.trace, Plant::actor(),
                                 {.key_id = numbering::KeyId("k1")});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().rule, "imported_numbers");
  EXPECT_NE(opened.error().message.find("operator"), std::string::npos);
  EXPECT_EQ(plant.site.ledger->size(), before);
}

TEST(BatchRun, TwoOrdersOfOneProductShareItsPoolAndNoNumber) {
  Plant plant;
  const Order a = make_order({}, "A");
  const Order b = make_order({.quantity = 75}, "B");
  plant.open(a);
  plant.open(b);
  ScriptedLine other;
  auto first = plant.resume("A");
  auto second = plant.resume(other, "B");
  ASSERT_TRUE(first);
  ASSERT_TRUE(second);
  for (int i = 0; i < 200; ++i) {  // In turns.
    ASSERT_TRUE((*first)->advance());
    ASSERT_TRUE((*second)->advance());
  }
  expect_closed_and_balanced(plant, a);
  expect_closed_and_balanced(plant, b);
  std::vector<std::string> printed = plant.line.printed;
  printed.insert(printed.end(), other.printed.begin(), other.printed.end());
  expect_no_label_twice(printed);
}

// The sensors of the line disagree with what was judged: a broken reject station, a pack too many.
TEST(BatchRun, HoldsWhenTheLineCountsOtherwise) {
  using Counts = PackLine::Seen;
  const std::vector<std::function<void(Counts&)>> faults = {
      [](Counts& c) { ++c.accepted, --c.rejected; },  // The reject station let a pack go.
      [](Counts& c) { --c.accepted, ++c.rejected; },
      [](Counts& c) { ++c.packs, ++c.accepted; },  // A pack that the camera did not show.
      [](Counts& c) { --c.accepted; },             // A pack that arrived nowhere.
      [](Counts& c) { ++c.empty; }};
  for (std::size_t i = 0; i < faults.size(); ++i) {
    SCOPED_TRACE(i);
    Plant plant;
    const Order order = make_order();
    plant.open(order);
    plant.line.script = [](std::size_t window, std::vector<Item>& belt) {
      if (window == 0) belt[6].kind = Item::Kind::Unreadable;
    };
    plant.line.miscounts = [&](Counts& counted) { faults[i](counted); };
    auto batch = plant.resume();
    ASSERT_TRUE(batch);
    const auto stopped = run_to_end(**batch);
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().code, Errc::FailedPrecondition) << stopped.error().to_text();
    OrderLog log = log_of(plant);
    EXPECT_EQ(log.state(), kJobHeld);
    EXPECT_EQ(findings(log, "count_mismatch"), 1U);
    EXPECT_EQ(log.line().passed, 0U);
    EXPECT_EQ(log.level(Level::Pack).in(SerialState::Commissioned), 0U);
    EXPECT_FALSE((*batch)->advance());  // Held until a person says otherwise.
    plant.line.miscounts = {};
    ASSERT_TRUE((*batch)->resume_running());
    const auto done = run_to_end(**batch);
    ASSERT_TRUE(done) << done.error().to_text();
    expect_closed_and_balanced(plant, order);
    expect_no_label_twice(plant.line.printed);
    log = log_of(plant);
    EXPECT_EQ(findings(log, "interrupted"), kPrintWindow);  // Cleared from the line.
    EXPECT_EQ(log.line().scrapped_labels, kPrintWindow);
  }
}

TEST(BatchRun, HoldsWhenAPackSlipsPastBetweenWindows) {
  Plant plant;
  const Order order = make_order();
  plant.open(order);
  auto batch = plant.resume();
  ASSERT_TRUE(batch);
  ASSERT_TRUE((*batch)->step());
  plant.line.slip_past();
  const std::size_t printed = plant.line.printed.size();
  const auto stopped = run_to_end(**batch);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(findings(log_of(plant), "count_mismatch"), 1U);
  EXPECT_EQ(plant.line.printed.size(), printed);  // Noticed before anything was printed.
  ASSERT_TRUE((*batch)->resume_running());
  const auto done = run_to_end(**batch);
  ASSERT_TRUE(done) << done.error().to_text();
  expect_closed_and_balanced(plant, order);
}

// The reserve of an order runs out after its product got a pool of the next epoch.
TEST(BatchRun, AWindowDrawsFromOnePoolOnly) {
  Plant plant;
  const Order order = make_order();
  plant.open(order);
  plant.line.script = [](std::size_t window, std::vector<Item>& belt) {
    if (window != 0) return;
    for (Item& item : belt) item.kind = Item::Kind::Unreadable;
  };
  auto batch = plant.resume();
  ASSERT_TRUE(batch);
  ASSERT_TRUE((*batch)->step());
  const auto reader = plant.site.trace->reader();
  for (const trace::PoolInfo& pool : reader->pools()) {
    if (!pool.spec) continue;
    numbering::PoolSpec next = *pool.spec;
    next.id = numbering::PoolId("next");
    next.epoch = pool.spec->epoch + 1;
    const auto created = plant.site.submit({capture::CreatePool{next, "EU", 7, "Demozol"}});
    ASSERT_TRUE(created) << created.error().to_text();
  }
  const auto done = run_to_end(**batch);
  ASSERT_TRUE(done) << done.error().to_text();
  ASSERT_EQ(*done, Advance::Closed);
  expect_closed_and_balanced(plant, order);
  const OrderLog log = log_of(plant);
  const LevelNumbers& packs = log.level(Level::Pack);
  std::set<std::uint32_t> classes;
  for (NumberIndex i = 0; i < packs.numbers.size(); ++i) {
    if (packs.numbers[i].container != kNoNumber) {
      classes.insert(packs.object(i).object_class().value());
    }
  }
  EXPECT_EQ(classes.size(), 2U);        // Packs of both pools were accepted,
  EXPECT_EQ(log.line().passed, 60U);    // every one of them in a record of its own class,
  EXPECT_EQ(log.line().rejected, 50U);  // and none was lost on the way.
  EXPECT_EQ(log.line().windows, 3U);    // 50 unreadable, 35 of the old pool, 25 of the new one.
}

TEST(OrderLog, StopsAtTheClosing) {
  WholeRun run;
  run.run({});
  const OrderLog closed = log_of(run.plant);
  const std::uint64_t size = run.plant.site.ledger->size();
  EXPECT_EQ(closed.position(), size);
  run.plant.open(make_order({}, "T-2"));
  // The shipped pallet is unpacked elsewhere: no longer a matter of the order.
  const BatchEvents events(run.order);
  const auto reader = run.plant.site.trace->reader();
  const auto& pack = closed.level(Level::Pack).numbers[5];
  const std::string parent = reader->epc_text(closed.level(Level::Case).object(pack.container));
  const std::string child = reader->epc_text(closed.level(Level::Pack).object(5));
  const auto unpacked = run.plant.site.submit({capture::RecordEvent{
      events.unpack(parent, epcis::TextList{child}, UtcTime{closed.last_event_us() + 1000})}});
  ASSERT_TRUE(unpacked) << unpacked.error().to_text();
  ASSERT_GT(run.plant.site.ledger->size(), size);
  const OrderLog later = log_of(run.plant);
  EXPECT_EQ(later.position(), size);
  EXPECT_EQ(later.facts(), closed.facts());
  EXPECT_EQ(later.level(Level::Pack).contained, closed.level(Level::Pack).contained);
}

TEST(ReadCounters, AClosedOrderAnswersFromItsDocumentAsItsFactsDo) {
  WholeRun run;
  run.run([](std::size_t window, std::vector<Item>& belt) {
    if (window != 0) return;
    belt[4].kind = Item::Kind::Unreadable;
    belt[8].kind = Item::Kind::NoPack;
    belt.insert(belt.begin() + 21, belt[20]);
  });
  const OrderLog log = log_of(run.plant);
  const LineCounters folded = make_counters(run.order, log);
  const auto answered = read_counters("T-1", *run.plant.site.trace, *run.plant.site.ledger);
  ASSERT_TRUE(answered);
  EXPECT_EQ(answered->to_json(), folded.to_json());
  const auto closed = closed_counters(run.order, log.state_document());
  ASSERT_TRUE(closed);
  EXPECT_EQ(closed->to_json(), folded.to_json());
  EXPECT_FALSE(closed_counters(run.order, "{}"));
  EXPECT_FALSE(closed_counters(run.order, "no JSON"));
}

// A table of the projections is damaged after it was folded: no answer is taken for "unknown".
void damage(Plant& plant, trace::Table table) {
  ASSERT_TRUE(plant.site.trace->fold());
  auto snapshot = plant.site.projections.snapshot();
  ASSERT_TRUE(snapshot);
  std::vector<trace::Write> writes;
  ASSERT_TRUE((*snapshot)->scan(table, {}, [&](trace::KeyValue entry) {
    writes.push_back({table, Bytes(entry.key.begin(), entry.key.end()),
                      Bytes(entry.value.begin(), entry.value.begin() + 1)});
    return true;
  }));
  ASSERT_FALSE(writes.empty());
  ASSERT_TRUE(plant.site.projections.write(writes));
}

TEST(BatchRun, DamagedProjectionsStopItWithDataLoss) {
  Plant plant;
  const Order order = make_order();
  plant.open(order);
  damage(plant, trace::Table::Orders);
  const std::uint64_t size = plant.site.ledger->size();
  const auto resumed = plant.resume();
  ASSERT_FALSE(resumed);
  EXPECT_EQ(resumed.error().code, Errc::DataLoss) << resumed.error().to_text();
  const auto counters = read_counters("T-1", *plant.site.trace, *plant.site.ledger);
  ASSERT_FALSE(counters);
  EXPECT_EQ(counters.error().code, Errc::DataLoss);
  const auto opened = open_order(order, *plant.site.capture, *plant.site.trace, Plant::actor(),
                                 {.key_id = numbering::KeyId("k1")});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::DataLoss);
  EXPECT_EQ(plant.site.ledger->size(), size);
}

TEST(BatchRun, ARunThatMeetsDamageChangesNothing) {
  Plant plant;
  const Order order = make_order();
  plant.open(order);
  auto batch = plant.resume();
  ASSERT_TRUE(batch);
  ASSERT_TRUE((*batch)->step());
  damage(plant, trace::Table::State);
  const std::uint64_t size = plant.site.ledger->size();
  const std::size_t printed = plant.line.printed.size();
  const auto stopped = run_to_end(**batch);
  ASSERT_FALSE(stopped);
  // The run's reader meets it, or capture does and stops.
  EXPECT_TRUE(stopped.error().code == Errc::DataLoss || stopped.error().code == Errc::Unavailable)
      << stopped.error().to_text();
  EXPECT_EQ(plant.site.ledger->size(), size);
  EXPECT_EQ(plant.line.printed.size(), printed);
}

// An adversary takes a pack out of a case behind the line's back, in the ledger.
TEST(BatchRun, DoesNotCloseWhenPacksAreMissing) {
  Plant plant;
  const Order order = make_order();
  plant.open(order);
  auto batch = plant.resume();
  Advance done = Advance::Started;
  while (done != Advance::Completed) {
    const auto next = (*batch)->advance();
    ASSERT_TRUE(next) << next.error().to_text();
    done = *next;
  }
  const OrderLog log = log_of(plant);
  const auto reader = plant.site.trace->reader();
  const BatchEvents events(order);
  const auto& pack = log.level(Level::Pack).numbers[5];
  ASSERT_NE(pack.container, kNoNumber);
  const std::string parent = reader->epc_text(log.level(Level::Case).object(pack.container));
  const std::string child = reader->epc_text(log.level(Level::Pack).object(5));
  const UtcTime later{log.last_event_us() + 1000};
  ASSERT_TRUE(plant.site.submit(
      {capture::RecordEvent{events.unpack(parent, epcis::TextList{child}, later)}}));
  const auto end = run_to_end(**batch);
  ASSERT_TRUE(end) << end.error().to_text();
  EXPECT_EQ(*end, Advance::Unbalanced);
  EXPECT_FALSE((*batch)->differences().empty());
  EXPECT_EQ(log_of(plant).state(), kJobCompleted);
  EXPECT_EQ((*batch)->counters().state, OrderState::Failed);
  const std::uint64_t size = plant.site.ledger->size();
  ASSERT_TRUE((*batch)->advance());
  EXPECT_EQ(plant.site.ledger->size(), size);  // The same difference is recorded once.
}

}  // namespace
}  // namespace packtrail::plant
