#include "capture/capture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <thread>

#include "capture/event_fact.h"
#include "capture/testing.h"
#include "packtrail/ledger/v1/fact.pb.h"

namespace packtrail::capture {
namespace {

using namespace testing;  // NOLINT: the test's own kit.
using epcis::Action;
using numbering::SerialState;
using trace::ObjectClass;
using trace::ObjectRun;

class CaptureTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = site.submit(
        {CreatePool{
             .spec = Site::pool_spec(), .market = "DE", .gcp_length = 7, .product_name = "Demo"},
         CreateSsccSeries{.company_prefix = *gs1::CompanyPrefix::parse("9521234"),
                          .extension_digit = 1},
         OpenOrder{.order_id = "o1", .document = "{}"}});
    ASSERT_TRUE(made) << made.error().to_text();
    ASSERT_EQ(made->created.size(), 2U);
    packs = made->created[0];
    cases = made->created[1];
  }

  ObjectRun allocate(ObjectClass pool, std::uint64_t count, const std::string& token) {
    auto given = site.submit(
        {AllocateNumbers{.pool = pool, .count = count, .order_id = "o1", .token = token}});
    EXPECT_TRUE(given) << given.error().to_text();
    if (!given) return {};
    EXPECT_EQ(given->allocated.size(), 1U);
    return given->allocated[0][0];
  }
  ObjectRun encoded(std::uint64_t count, const std::string& token) {
    const ObjectRun run = allocate(packs, count, token);
    auto moved = move({run}, SerialState::Encoded);
    EXPECT_TRUE(moved) << moved.error().to_text();
    return run;
  }
  Result<Receipt> move(std::vector<ObjectRun> runs, SerialState to) {
    return site.submit(
        {MoveNumbers{.runs = std::move(runs), .to = to, .order_id = "o1", .reason = "test"}});
  }
  std::vector<std::string> commissioned(std::uint64_t count, const std::string& token,
                                        std::int64_t second = 0) {
    const ObjectRun run = encoded(count, token);
    auto epcs = site.epcs(run);
    auto done = site.submit({Site::passed({run}), record(commissioning(epcs, second))});
    EXPECT_TRUE(done) << done.error().to_text();
    return epcs;
  }
  std::string container(const std::string& token, std::int64_t second = 0) {
    const auto epc = site.epcs(allocate(cases, 1, token))[0];
    auto done = site.submit({record(commissioning({epc}, second, "", ""))});
    EXPECT_TRUE(done) << done.error().to_text();
    return epc;
  }
  void expect_refused(const Result<Receipt>& result, const std::string& rule,
                      const std::string& field = {}) {
    ASSERT_FALSE(result) << "expected " << rule;
    EXPECT_EQ(result.error().rule, rule) << result.error().to_text();
    EXPECT_FALSE(result.error().message.empty());
    EXPECT_EQ(result.error().field.rfind("commands/", 0), 0U) << result.error().to_text();
    if (!field.empty()) {
      EXPECT_EQ(result.error().field, field);
    }
  }

  Site site;
  ObjectClass packs, cases;
};

TEST_F(CaptureTest, APackGoesItsWay) {
  const auto epcs = commissioned(10, "t1");
  const auto box = container("c1");
  EXPECT_EQ(site.state(epcs[3]).life, SerialState::Commissioned);
  auto packed = site.submit({record(aggregation(Action::Add, box, epcs, 10))});
  ASSERT_TRUE(packed) << packed.error().to_text();
  EXPECT_EQ(packed->facts, 1U);
  EXPECT_TRUE(site.state(epcs[3]).parent);
  auto shipped = site.submit({record(object_event(Action::Observe, "shipping", {box}, 20))});
  ASSERT_TRUE(shipped) << shipped.error().to_text();
  EXPECT_EQ(site.state(box).life, SerialState::Released);
  auto unpacked = site.submit({record(aggregation(Action::Delete, box, {}, 30))});
  ASSERT_TRUE(unpacked) << unpacked.error().to_text();
  EXPECT_FALSE(site.state(epcs[3]).parent);
  auto sold = site.submit(
      {record(object_event(Action::Observe, "dispensing", {epcs[0]}, 40, "dispensed"))});
  ASSERT_TRUE(sold) << sold.error().to_text();
  EXPECT_EQ(site.state(epcs[0]).life, SerialState::Inactive);
  EXPECT_EQ(site.state(epcs[1]).life, SerialState::Commissioned);
}

TEST_F(CaptureTest, FactsHoldTheEventAsItWas) {
  const auto epcs = commissioned(5, "t1");
  epcis::Event event = object_event(Action::Observe, "storing", {epcs[4], epcs[1], epcs[0]}, 9);
  event.event_id = "urn:uuid:0d2d1c5a-1111-4222-8333-444455556666";
  event.read_point.id = "urn:epc:id:sgln:9521234.00001.0";
  event.biz_transactions = {{{"po"}, "urn:epcglobal:cbv:bt:9521234000003:1"}};
  event.extensions.push_back(
      {"ex", "https://example.com/ns", "note", epcis::ExtensionField::Kind::Text, "hello", {}});
  auto done = site.submit({record(event)});
  ASSERT_TRUE(done) << done.error().to_text();
  ledger::v1::Fact fact;
  ASSERT_TRUE(site.ledger->read_one(done->first_position, fact));
  auto back = read_event(fact.epcis_event(), *site.trace);
  ASSERT_TRUE(back) << back.error().to_text();
  EXPECT_TRUE(*back == event);
  EXPECT_EQ(fact.envelope().actor().id(), "u1");
  EXPECT_EQ(fact.envelope().company(), "9521234000003");
  EXPECT_EQ(fact.epcis_event().rule_model(), "medicine/1");
  // Commitments made before the fact had a place are those of the stored fact.
  EXPECT_TRUE(site.ledger->leaf_hashes(0, site.ledger->size(), *site.trace));
}

TEST_F(CaptureTest, CommissioningAsksForAnEncodedNumber) {
  const auto epcs = site.epcs(allocate(packs, 3, "t1"));
  expect_refused(site.submit({record(commissioning(epcs, 0))}), "commission_encoded",
                 "commands/0/epcList/0");
  const auto good = commissioned(2, "t2");
  expect_refused(site.submit({record(commissioning(good, 5))}), "commission_encoded");
}

TEST_F(CaptureTest, NeverIssuedNumbersAreRefused) {
  const auto epcs = commissioned(1, "t1");
  std::string other = epcs[0];
  other.back() = other.back() == '7' ? '8' : '7';
  expect_refused(site.submit({record(commissioning({other}, 5))}), "not_issued");
  const auto box = container("c1");
  expect_refused(site.submit({record(commissioning({"urn:epc:id:sscc:9521234.1999999999"}, 5))}),
                 "not_issued");
}

TEST_F(CaptureTest, ForeignObjectsAreCommissionedByTheirFirstFact) {
  const std::vector<std::string> foreign = {"urn:epc:id:sgtin:9521321.054321.F1",
                                            "urn:epc:id:sgtin:9521321.054321.F2"};
  expect_refused(site.submit({record(object_event(Action::Observe, "receiving", foreign, 0))}),
                 "unknown_epc", "commands/0/epcList/0");
  // The second command of the request sees what the first one made.
  auto done = site.submit({record(commissioning(foreign, 0)),
                           record(object_event(Action::Observe, "receiving", foreign, 1))});
  ASSERT_TRUE(done) << done.error().to_text();
  EXPECT_EQ(done->facts, 2U);
  EXPECT_EQ(site.state(foreign[1]).life, SerialState::Commissioned);
  ledger::v1::Fact fact;
  ASSERT_TRUE(site.ledger->read_one(done->first_position + 1, fact));
  EXPECT_NE(fact.epcis_event().epc_list().runs(0).object_class(), 0U);
  EXPECT_TRUE(site.ledger->leaf_hashes(0, site.ledger->size(), *site.trace));
  expect_refused(site.submit({record(commissioning(foreign, 2))}), "commission_encoded");
}

TEST_F(CaptureTest, ListsNameEveryObjectOnce) {
  auto epcs = commissioned(3, "t1");
  expect_refused(site.submit({record(
                     object_event(Action::Observe, "storing", {epcs[0], epcs[1], epcs[0]}, 5))}),
                 "duplicate_in_list", "commands/0/epcList/2");
  const std::string foreign = "urn:epc:id:sgtin:9521321.054321.F1";
  expect_refused(site.submit({record(commissioning({foreign, foreign}, 5))}), "duplicate_in_list");
}

TEST_F(CaptureTest, TextsAreCheckedFirst) {
  expect_refused(site.submit({record(
                     object_event(Action::Observe, "storing", {"urn:epc:id:sgtin:1.2.3"}, 5))}),
                 "epc_syntax", "commands/0/epcList/0");
  expect_refused(site.submit({record(object_event(Action::Observe, "storing",
                                                  {"urn:epc:class:lgtin:9521321.054321.L1"}, 5))}),
                 "class_in_list");
}

TEST_F(CaptureTest, AChildHasOneParent) {
  const auto epcs = commissioned(2, "t1");
  const auto one = container("c1");
  const auto two = container("c2");
  ASSERT_TRUE(site.submit({record(aggregation(Action::Add, one, epcs, 5))}));
  expect_refused(site.submit({record(aggregation(Action::Add, two, {epcs[1]}, 6))}),
                 "already_packed", "commands/0/childEPCs/0");
  expect_refused(site.submit({record(aggregation(Action::Delete, two, {epcs[1]}, 6))}),
                 "not_in_parent");
  ASSERT_TRUE(site.submit({record(aggregation(Action::Delete, one, {epcs[1]}, 7))}));
  expect_refused(site.submit({record(aggregation(Action::Delete, one, {epcs[1]}, 8))}),
                 "not_packed");
}

TEST_F(CaptureTest, ContainersDoNotContainThemselves) {
  const auto one = container("c1");
  const auto two = container("c2");
  expect_refused(site.submit({record(aggregation(Action::Add, one, {one}, 5))}), "cycle");
  ASSERT_TRUE(site.submit({record(aggregation(Action::Add, one, {two}, 5))}));
  expect_refused(site.submit({record(aggregation(Action::Add, two, {one}, 6))}), "cycle");
}

TEST_F(CaptureTest, OnlyCommissionedThingsArePacked) {
  const auto raw = site.epcs(allocate(packs, 1, "t1"));
  const auto epcs = commissioned(2, "t2");
  const auto box = container("c1");
  const auto bare_box = site.epcs(allocate(cases, 1, "c2"))[0];
  expect_refused(site.submit({record(aggregation(Action::Add, box, raw, 5))}), "child_commissioned",
                 "commands/0/childEPCs/0");
  expect_refused(site.submit({record(aggregation(Action::Add, bare_box, epcs, 5))}),
                 "parent_commissioned", "commands/0/parentID/0");
  ASSERT_TRUE(site.submit(
      {record(object_event(Action::Observe, "holding", {epcs[0]}, 6, "non_sellable_other"))}));
  expect_refused(site.submit({record(aggregation(Action::Add, box, epcs, 7))}), "quarantined");
  ASSERT_TRUE(site.submit(
      {record(object_event(Action::Observe, "inspecting", {epcs[0]}, 8, "conformant"))}));
  EXPECT_TRUE(site.submit({record(aggregation(Action::Add, box, epcs, 9))}));
}

TEST_F(CaptureTest, TimesAreChecked) {
  const auto epcs = commissioned(1, "t1", 100);
  expect_refused(site.submit({record(object_event(Action::Observe, "storing", epcs, 99))}),
                 "late_event");
  EXPECT_TRUE(site.submit({record(object_event(Action::Observe, "storing", epcs, 100))}));
  const auto at_limit = UtcTime{site.clock.now().us + kFutureToleranceUs};
  for (const std::int64_t beyond : {-1, 0, 1}) {
    epcis::Event event = object_event(Action::Observe, "storing", epcs, 0);
    event.event_time = epcis::EventTime::of(UtcTime{at_limit.us + beyond});
    const auto result = site.submit({record(event)});
    if (beyond <= 0) {
      EXPECT_TRUE(result) << result.error().to_text();
    } else {
      expect_refused(result, "event_in_future", "commands/0/eventTime");
    }
  }
}

TEST_F(CaptureTest, ExpiredPacksAreNotDispensed) {
  const auto run = encoded(2, "t1");
  const auto epcs = site.epcs(run);
  ASSERT_TRUE(
      site.submit({Site::passed({run}), record(commissioning({epcs[0]}, 0, "L1", "2026-06-01"))}));
  ASSERT_TRUE(site.submit(
      {Site::passed({run}), record(commissioning({epcs[1]}, 0, "L1", "2026-05-31+02:00"))}));
  EXPECT_TRUE(site.submit({record(object_event(Action::Observe, "dispensing", {epcs[0]}, 5))}));
  expect_refused(site.submit({record(object_event(Action::Observe, "dispensing", {epcs[1]}, 5))}),
                 "expired");
}

TEST_F(CaptureTest, WhatIsNotSupportedSaysSo) {
  const auto epcs = commissioned(1, "t1");
  epcis::Event wrong = object_event(Action::Observe, "storing", epcs, 5);
  wrong.error_declaration.emplace().declaration_time = at_second(5);
  expect_refused(site.submit({record(wrong)}), "error_declaration_unsupported");
  epcis::Event change;
  change.type = epcis::EventType::Transformation;
  change.event_time = at_second(5);
  change.time_zone_offset = "+00:00";
  change.biz_step.text = "other";
  change.input_epcs.push_back(epcs[0]);
  change.output_epcs.push_back("urn:epc:id:sgtin:9521321.054321.F9");
  expect_refused(site.submit({record(change)}), "no_transition");
  expect_refused(site.submit({record(object_event(Action::Observe, "killing", epcs, 5))}),
                 "no_transition", "commands/0/epcList/0");
}

TEST_F(CaptureTest, AllOfARequestOrNothing) {
  const auto epcs = commissioned(4, "t1");
  const auto box = container("c1");
  const std::uint64_t before = site.ledger->size();
  const auto digest = site.trace->reader()->digest();
  const auto result = site.submit({
      record(aggregation(Action::Add, box, {epcs[0], epcs[1]}, 5)),
      AllocateNumbers{.pool = packs, .count = 5, .order_id = "o1", .token = "lost"},
      record(aggregation(Action::Add, box, {epcs[1]}, 6)),
  });
  expect_refused(result, "already_packed", "commands/2/childEPCs/0");
  EXPECT_EQ(site.ledger->size(), before);
  EXPECT_FALSE(site.state(epcs[0]).parent);
  EXPECT_EQ(*site.trace->reader()->digest(), *digest);
  EXPECT_TRUE(site.submit({record(aggregation(Action::Add, box, epcs, 5))}));
  // The numbers of the refused request are the next ones.
  const ObjectRun next = allocate(packs, 1, "t2");
  EXPECT_EQ(next.first.instance(), 4U);
}

TEST_F(CaptureTest, ARepeatedRequestIsOneRequest) {
  const auto epcs = commissioned(3, "t1");
  const auto make = [&](std::int64_t second) {
    return std::vector<Command>{
        record(object_event(Action::Observe, "storing", epcs, second)),
        AllocateNumbers{.pool = packs, .count = 7, .order_id = "o1", .token = "t9"}};
  };
  const auto first = site.submit(make(5), "key-1");
  ASSERT_TRUE(first) << first.error().to_text();
  EXPECT_FALSE(first->repeated);
  const auto size = site.ledger->size();
  // Meanwhile the world goes on: a repeat does not depend on it.
  ASSERT_TRUE(site.submit({record(object_event(Action::Observe, "shipping", epcs, 50))}));
  for (int i = 0; i < 2; ++i) {
    const auto again = site.submit(make(5), "key-1");
    ASSERT_TRUE(again) << again.error().to_text();
    EXPECT_TRUE(again->repeated);
    EXPECT_EQ(again->first_position, first->first_position);
    EXPECT_EQ(again->facts, 2U);
    EXPECT_EQ(again->record_time, first->record_time);
    EXPECT_EQ(again->allocated, first->allocated);
    site.start();
  }
  EXPECT_EQ(site.ledger->size(), size + 1);
  const auto other = site.submit(make(6), "key-1");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Errc::AlreadyExists);
  EXPECT_EQ(other.error().rule, "idempotency_key_reused");
  EXPECT_FALSE(site.submit({record(object_event(Action::Observe, "storing", epcs, 5))}, "key-1"));
}

TEST_F(CaptureTest, AnEventIdIsOneEvent) {
  const auto epcs = commissioned(3, "t1");
  epcis::Event event = object_event(Action::Observe, "storing", epcs, 5);
  event.event_id = "urn:uuid:0d2d1c5a-1111-4222-8333-444455556666";
  const auto first = site.submit({record(event)});
  ASSERT_TRUE(first) << first.error().to_text();
  const auto again = site.submit({record(event)});
  ASSERT_TRUE(again) << again.error().to_text();
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(again->facts, 0U);
  EXPECT_EQ(again->first_position, first->first_position);
  event.biz_step.text = "stocking";
  expect_refused(site.submit({record(event)}), "event_id_taken", "commands/0/eventID");
  epcis::Event fewer = object_event(Action::Observe, "storing", {epcs[0], epcs[1]}, 5);
  fewer.event_id = event.event_id;
  expect_refused(site.submit({record(fewer)}), "event_id_taken");
  epcis::Event fresh = object_event(Action::Observe, "storing", epcs, 5);
  fresh.event_id = "urn:uuid:0d2d1c5a-1111-4222-8333-444455557777";
  expect_refused(site.submit({record(fresh), record(fresh)}), "named_twice");
}

TEST_F(CaptureTest, AllocationIsIdempotentByOrderAndToken) {
  const ObjectRun first = allocate(packs, 5, "t1");
  EXPECT_EQ(allocate(packs, 5, "t1"), first);
  EXPECT_NE(allocate(packs, 5, "t2"), first);
  expect_refused(
      site.submit({AllocateNumbers{.pool = packs, .count = 6, .order_id = "o1", .token = "t1"}}),
      "token_reused");
  expect_refused(site.submit({AllocateNumbers{
                     .pool = ObjectClass(99), .count = 6, .order_id = "o1", .token = "t7"}}),
                 "no_such_pool");
  site.start();
  EXPECT_EQ(allocate(packs, 5, "t1"), first);
}

TEST_F(CaptureTest, NumbersMoveAsTheModelSays) {
  const ObjectRun run = allocate(packs, 10, "t1");
  expect_refused(move({run}, SerialState::LabelScrapped), "scrap_encoded_label");
  ASSERT_TRUE(move({{run.first, 4}}, SerialState::Unallocated));
  expect_refused(move({{run.first, 4}}, SerialState::Allocated), "allocation_is_no_move");
  expect_refused(move({run}, SerialState::Encoded), "encode_allocated");
  const ObjectRun rest{trace::ObjectNumber(packs, run.first.instance() + 4), 6};
  ASSERT_TRUE(move({rest}, SerialState::Encoded));
  expect_refused(move({{rest.first, 7}}, SerialState::LabelScrapped), "not_issued");
  expect_refused(move({{rest.first, 3}, {rest.first, 1}}, SerialState::LabelScrapped),
                 "duplicate_in_list");
  ASSERT_TRUE(move({rest}, SerialState::LabelScrapped));
  // Returned numbers are never issued again.
  EXPECT_EQ(allocate(packs, 1, "t2").first.instance(), 10U);
}

TEST_F(CaptureTest, PoolsAreMadeOnce) {
  expect_refused(site.submit({CreatePool{.spec = Site::pool_spec()}}), "pool_exists");
  EXPECT_TRUE(site.submit({CreatePool{.spec = Site::pool_spec(1)}}));
  auto spec = Site::pool_spec(2);
  spec.planned_quantity = 1ULL << 60;
  EXPECT_FALSE(site.submit({CreatePool{.spec = spec}}));
  spec = Site::pool_spec(2);
  spec.key_id = numbering::KeyId("k3");
  EXPECT_FALSE(site.submit({CreatePool{.spec = spec}}));
  expect_refused(site.submit({CreatePool{.spec = Site::pool_spec(2),
                                         .key_check_value = numbering::KeyCheckValue{}}}),
                 "wrong_key");
  expect_refused(
      site.submit({CreateSsccSeries{.company_prefix = *gs1::CompanyPrefix::parse("9521234"),
                                    .extension_digit = 1}}),
      "series_exists");
  expect_refused(
      site.submit({CreateSsccSeries{.company_prefix = *gs1::CompanyPrefix::parse("9521234"),
                                    .extension_digit = 10}}),
      "extension_digit (GenSpecs 3.3.1)");
}

TEST_F(CaptureTest, BlockedPoolsIssueNothing) {
  allocate(packs, 10, "t1");
  ASSERT_TRUE(site.submit({BlockPools{.cause = "older than its witness"}}));
  const auto refused =
      site.submit({AllocateNumbers{.pool = packs, .count = 1, .order_id = "o1", .token = "t2"}});
  expect_refused(refused, "pool_blocked");
  EXPECT_NE(refused.error().remedy.find("packtrail pool advance"), std::string::npos);
  expect_refused(site.submit({AdvancePool{.pool = packs, .next_counter = 9, .evidence = "e"}}),
                 "counter_behind");
  ASSERT_TRUE(site.submit({AdvancePool{.pool = packs, .next_counter = 500, .evidence = "e"}}));
  EXPECT_EQ(allocate(packs, 1, "t2").first.instance(), 500U);
}

// A pool that the other copy may have made as well must not issue the same numbers again.
TEST_F(CaptureTest, WhatIsMadeAfterABlockIsBlockedToo) {
  const auto draw = [&](ObjectClass pool, const std::string& token) {
    return site.submit(
        {AllocateNumbers{.pool = pool, .count = 1, .order_id = "o1", .token = token}});
  };
  ASSERT_TRUE(site.submit({BlockPools{.cause = "restored", .floors = {{packs, 300}}}}));
  const auto made =
      site.submit({CreatePool{.spec = Site::pool_spec(1)},
                   CreateSsccSeries{.company_prefix = *gs1::CompanyPrefix::parse("9521234"),
                                    .extension_digit = 2}});
  ASSERT_TRUE(made) << made.error().to_text();
  for (const bool again : {false, true}) {
    if (again) site.start();
    expect_refused(draw(made->created[0], "a"), "pool_blocked");
    expect_refused(draw(made->created[1], "b"), "pool_blocked");
  }
  for (const std::uint64_t next : {0U, 299U}) {
    const auto below =
        site.submit({AdvancePool{.pool = packs, .next_counter = next, .evidence = "e"}});
    expect_refused(below, "below_floor", "commands/0/next_counter");
  }
  expect_refused(draw(packs, "c"), "pool_blocked");
  ASSERT_TRUE(site.submit({AdvancePool{.pool = packs, .next_counter = 300, .evidence = "e"}}));
  EXPECT_EQ(draw(packs, "c")->allocated[0][0].first.instance(), 300U);
  for (const ObjectClass pool : made->created) {
    ASSERT_TRUE(site.submit({AdvancePool{.pool = pool, .next_counter = 7, .evidence = "e"}}));
    EXPECT_EQ(draw(pool, "d" + std::to_string(pool.value()))->allocated[0][0].first.instance(), 7U);
  }
  ledger::v1::Fact fact;
  ASSERT_TRUE(site.ledger->read_one(3, fact));
  EXPECT_EQ(fact.pools_blocked().floors(0).next_counter(), 300U);
  for (const auto& floors :
       {std::vector<std::pair<ObjectClass, std::uint64_t>>{{packs, 1}, {packs, 2}},
        {{ObjectClass(0), 1}},
        {{packs, trace::kInstanceMax + 1}}}) {
    expect_refused(site.submit({BlockPools{.cause = "c", .floors = floors}}), "malformed_floor");
  }
}

TEST_F(CaptureTest, AParentIsNotItsOwnChild) {
  const auto one = container("c1");
  for (const Action action : {Action::Observe, Action::Add, Action::Delete}) {
    auto event = aggregation(action, one, {one}, 5);
    if (action == Action::Observe) event.biz_step.text = "storing";
    const auto result = site.submit({record(event)});
    ASSERT_FALSE(result);
    EXPECT_NE(result.error().rule, "cannot_apply") << result.error().to_text();
    if (action != Action::Delete) {
      expect_refused(result, "cycle", "commands/0/childEPCs/0");
    }
    EXPECT_TRUE(site.capture->accepting());
  }
  EXPECT_TRUE(site.submit({OpenOrder{.order_id = "o2", .document = "{}"}}));
}

// Rules and projections disagree: that request is refused, and capture goes on.
TEST_F(CaptureTest, AFactThatCannotBeAppliedTakesItsRequestOnly) {
  const auto size = site.ledger->size();
  const auto digest = *site.trace->reader()->digest();
  site.keys.calls_left = 1;  // Enough to make the request ready.
  expect_refused(site.submit({OpenOrder{.order_id = "o2", .document = "{}"},
                              CreatePool{.spec = Site::pool_spec(1)}}),
                 "cannot_apply", "commands/1");
  site.keys.calls_left = -1;
  EXPECT_TRUE(site.capture->accepting());
  EXPECT_EQ(site.ledger->size(), size);
  EXPECT_EQ(*site.trace->reader()->digest(), digest);
  EXPECT_TRUE(site.submit(
      {OpenOrder{.order_id = "o2", .document = "{}"}, CreatePool{.spec = Site::pool_spec(1)}}));
  const auto after = *site.trace->reader()->digest();
  site.start();
  EXPECT_EQ(*site.trace->reader()->digest(), after);
}

TEST_F(CaptureTest, CommissioningAsksForEvidenceOfTheLine) {
  const ObjectRun run = encoded(10, "t1");
  const auto epcs = site.epcs(run);
  const auto at = [&](std::uint64_t i, std::uint64_t count) {
    return ObjectRun{trace::ObjectNumber(packs, run.first.instance() + i), count};
  };
  expect_refused(site.submit({record(commissioning(epcs, 0))}), "no_line_evidence",
                 "commands/0/epcList/0");
  expect_refused(site.submit({Site::passed({at(0, 9)}), record(commissioning(epcs, 0))}),
                 "no_line_evidence", "commands/1/epcList/9");
  expect_refused(site.submit({Site::passed({at(0, 4), at(5, 5)}), record(commissioning(epcs, 0))}),
                 "no_line_evidence", "commands/1/epcList/4");
  // What an earlier request said is no evidence for this one.
  ASSERT_TRUE(site.submit({Site::passed({run})}));
  expect_refused(site.submit({record(commissioning(epcs, 0))}), "no_line_evidence");
  // Out of order, in two records, one of them after the event.
  std::vector<std::string> mixed = {epcs[9], epcs[0], epcs[4], epcs[1]};
  const auto done = site.submit({Site::passed({at(9, 1), at(0, 2)}),
                                 record(commissioning(mixed, 0)), Site::passed({at(4, 1)})});
  ASSERT_TRUE(done) << done.error().to_text();
  EXPECT_EQ(site.state(epcs[9]).life, SerialState::Commissioned);
  EXPECT_EQ(site.state(epcs[5]).life, SerialState::Encoded);
}

TEST_F(CaptureTest, ExpiryIsADate) {
  const std::vector<std::string> foreign = {"urn:epc:id:sgtin:9521321.054321.F1"};
  for (const char* text : {"2024-12-31T00:00:00Z", "2024-12-32", "2024-12", "20241231", "241231",
                           "2024-12-31z", "2024-12-31+25:00", "2024-12-31 ", "soon"}) {
    expect_refused(site.submit({record(commissioning(foreign, 0, "L1", text))}), "expiry_syntax",
                   "commands/0/ilmd/itemExpirationDate");
  }
  auto event = commissioning(foreign, 0, "L1", "2024-12-31Z");
  auto other = event.ilmd.back();
  other.namespace_uri = "https://example.com/ns";
  other.text = "later";  // Somebody else's field of this name.
  event.ilmd.push_back(other);
  const auto done = site.submit({record(event)});
  ASSERT_TRUE(done) << done.error().to_text();
  ledger::v1::Fact fact;
  ASSERT_TRUE(site.ledger->read_one(done->first_position, fact));
  EXPECT_EQ(fact.epcis_event().ilmd(1).text(), "2024-12-31Z");
  EXPECT_EQ(site.trace->reader()->batch(site.state(foreign[0]).batch).expiry, "2024-12-31");
  // Another spelling of the same day is no other batch.
  auto again = object_event(Action::Observe, "storing", foreign, 5);
  again.ilmd = commissioning(foreign, 0, "L1", "2024-12-31+01:00").ilmd;
  const auto kept = site.submit({record(again)});
  if (!kept) {
    EXPECT_NE(kept.error().rule, "batch_changed");
  }
  expect_refused(site.submit({record(object_event(Action::Observe, "dispensing", foreign, 9))}),
                 "expired");
}

TEST_F(CaptureTest, NewGtinsOfARequestAreLimited) {
  const auto gtin = [](std::size_t i) {
    std::string item = std::to_string(i);
    item.insert(0, 6 - item.size(), '0');
    return "urn:epc:id:sgtin:9521321." + item + ".S";
  };
  std::vector<std::string> texts;
  for (std::size_t i = 0; i <= kNewGtinsPerRequestMax; ++i) texts.push_back(gtin(i));
  const auto over = site.submit({record(commissioning(texts, 0))});
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().code, Errc::ResourceExhausted);
  EXPECT_EQ(over.error().rule, "new_gtins_limit");
  EXPECT_EQ(over.error().field, "commands/0");
  const std::vector<std::string> first(texts.begin(), texts.end() - 1);
  const auto at_limit = site.submit({record(commissioning(first, 0))});
  ASSERT_TRUE(at_limit) << at_limit.error().to_text();
  // Known ones do not count.
  for (std::string& text : texts) text += "2";
  EXPECT_TRUE(site.submit({record(commissioning(texts, 0))}));
}

TEST_F(CaptureTest, SeriesDoNotMakeEachOthersNumbers) {
  const auto make = [&](const char* prefix, unsigned digit) {
    return site.submit({CreateSsccSeries{.company_prefix = *gs1::CompanyPrefix::parse(prefix),
                                         .extension_digit = digit}});
  };
  for (const char* prefix : {"952123", "95212345"}) {
    expect_refused(make(prefix, 1), "series_overlaps", "commands/0/company_prefix");
    EXPECT_TRUE(site.capture->accepting());
  }
  EXPECT_TRUE(make("952123", 2));
  EXPECT_TRUE(make("9521235", 1));
}

// Whatever is asked for: what the judge lets through, the projections can take.
TEST_F(CaptureTest, WhatTheJudgeAllowsCanBeApplied) {
  std::mt19937 random(1711);  // NOLINT: a fixed seed, so that a failure comes back.
  const auto pick = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  static const char* const kPrefixes[] = {"952123", "9521234", "95212345", "952124", "9521241"};
  static const char* const kBoxes[] = {
      "urn:epc:id:sscc:9527654.0000000001", "urn:epc:id:sscc:9527654.0000000002",
      "urn:epc:id:grai:9527654.55555.X9", "https://packs.example/any/thing"};
  static const char* const kSteps[] = {"packing",  "unpacking", "storing", "commissioning",
                                       "shipping", "receiving", ""};
  ASSERT_TRUE(site.submit({record(commissioning({kBoxes[0], kBoxes[1], kBoxes[2]}, 0, "", ""))}));
  int granted = 0;
  for (int step = 1; step < 1500; ++step) {
    std::vector<Command> commands;
    const std::size_t parts = 1 + pick(2);
    for (std::size_t part = 0; part < parts; ++part) {
      const ObjectClass some(static_cast<std::uint32_t>(pick(12)));
      const std::string name = std::to_string(step) + "/" + std::to_string(part);
      switch (pick(8)) {
        case 0:
          commands.emplace_back(
              CreateSsccSeries{.company_prefix = *gs1::CompanyPrefix::parse(kPrefixes[pick(5)]),
                               .extension_digit = static_cast<unsigned>(pick(3))});
          break;
        case 1: {
          auto spec = Site::pool_spec(static_cast<std::uint32_t>(pick(4)));
          spec.length = 12 + pick(2);
          commands.emplace_back(CreatePool{.spec = spec});
          break;
        }
        case 2:
          commands.emplace_back(
              AllocateNumbers{.pool = some, .count = 1 + pick(5), .order_id = "o1", .token = name});
          break;
        case 3:
          commands.emplace_back(
              AdvancePool{.pool = some, .next_counter = pick(60), .evidence = "e"});
          break;
        case 4:
          if (pick(40) == 0) {
            commands.emplace_back(BlockPools{.cause = "c", .floors = {{some, pick(60)}}});
            if (some.value() == 0) commands.pop_back();
          }
          break;
        default: {
          static const Action kActions[] = {Action::Add, Action::Observe, Action::Delete};
          std::vector<std::string> children;
          for (std::size_t i = 0; i < pick(3); ++i) children.emplace_back(kBoxes[pick(4)]);
          auto event = pick(3) == 0
                           ? object_event(kActions[pick(3)], "", children, step)
                           : aggregation(kActions[pick(3)], kBoxes[pick(4)], children, step);
          event.biz_step.text = kSteps[pick(7)];
          commands.push_back(record(std::move(event)));
        }
      }
    }
    if (commands.empty()) continue;
    const auto result = site.submit(std::move(commands));
    ASSERT_TRUE(site.capture->accepting()) << site.capture->stopped_because();
    if (result) {
      ++granted;
    } else {
      ASSERT_NE(result.error().rule, "cannot_apply") << result.error().to_text();
    }
  }
  EXPECT_GT(granted, 100);
  const auto digest = *site.trace->reader()->digest();
  site.start();
  EXPECT_EQ(*site.trace->reader()->digest(), digest);
}

TEST_F(CaptureTest, OrdersAndLinesBelongTogether) {
  expect_refused(site.submit({OpenOrder{.order_id = "o1", .document = "{}"}}), "order_exists");
  EXPECT_TRUE(site.submit({ChangeOrderState{.order_id = "o1", .state = 4, .document = ""}}));
  expect_refused(site.submit({ChangeOrderState{.order_id = "o2", .state = 4, .document = ""}}),
                 "no_such_order");
  const ObjectRun run = allocate(packs, 5, "t1");
  RecordLine line{.order_id = "o1",
                  .station = "s1",
                  .first_trigger = 1,
                  .triggers = 6,
                  .object_class = packs,
                  .passed = {run},
                  .findings = {{6, "unreadable", "", "", "rejected"}}};
  EXPECT_TRUE(site.submit({line}));
  line.passed[0].count = 6;
  expect_refused(site.submit({line}), "not_issued");
  line.order_id = "o3";
  expect_refused(site.submit({line}), "no_such_order");
}

TEST_F(CaptureTest, RequestsHaveLimits) {
  EXPECT_FALSE(site.submit({}));
  std::vector<Command> commands(kCommandsPerRequestMax + 1, BlockPools{.cause = "c"});
  const auto many = site.submit(std::move(commands));
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().rule, "commands_limit");
  EXPECT_TRUE(site.submit({BlockPools{.cause = "c"}}, std::string(64, 'k')));
  EXPECT_FALSE(site.submit({BlockPools{.cause = "c"}}, std::string(65, 'k')));
  Request nobody;
  nobody.commands = {BlockPools{.cause = "c"}};
  EXPECT_FALSE(site.capture->submit(nobody));
  // Text that is not UTF-8 is refused, not written.
  EXPECT_FALSE(site.submit({OpenOrder{.order_id = "o\xff", .document = "{}"}}));
  EXPECT_TRUE(site.submit({OpenOrder{.order_id = "o9", .document = "{}"}}));
}

TEST_F(CaptureTest, AFailingDiskStopsCapture) {
  const auto epcs = commissioned(2, "t1");
  const auto size = site.ledger->size();
  const auto digest = site.trace->reader()->digest();
  site.store.fail_append(0);
  const auto lost = site.submit({record(object_event(Action::Observe, "shipping", epcs, 5))});
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, Errc::Unavailable);
  EXPECT_FALSE(site.capture->accepting());
  EXPECT_FALSE(site.capture->stopped_because().empty());
  EXPECT_EQ(site.ledger->size(), size);
  EXPECT_EQ(site.state(epcs[0]).life, SerialState::Commissioned);
  EXPECT_EQ(*site.trace->reader()->digest(), *digest);
  EXPECT_EQ(site.submit({BlockPools{.cause = "c"}}).error().code, Errc::Unavailable);
  site.store.fail_append(-1);
  site.start();
  EXPECT_TRUE(site.submit({record(object_event(Action::Observe, "shipping", epcs, 5))}));
}

class Witness final : public CommitObserver {
 public:
  Status committed(const ledger::Ledger& ledger, const trace::Trace& trace) override {
    EXPECT_EQ(ledger.size(), trace.applied());
    seen = ledger.size();
    if (fails) return Error{.code = Errc::Unavailable, .message = "no witness"};
    return {};
  }
  std::uint64_t seen = 0;
  bool fails = false;
};

TEST_F(CaptureTest, TheObserverHearsBeforeTheCaller) {
  Witness witness;
  site.start(&witness);
  ASSERT_TRUE(site.submit({OpenOrder{.order_id = "o5", .document = "{}"}}));
  EXPECT_EQ(witness.seen, site.ledger->size());
  witness.fails = true;
  EXPECT_FALSE(site.submit({OpenOrder{.order_id = "o6", .document = "{}"}}));
  EXPECT_FALSE(site.capture->accepting());
  site.start();
}

TEST_F(CaptureTest, ManyThreadsShareTheLedger) {
  constexpr int kThreads = 8;
  constexpr int kRounds = 20;
  std::atomic<int> failures{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kRounds; ++i) {
        const std::string token = std::to_string(t) + "-" + std::to_string(i);
        auto given = site.submit(
            {AllocateNumbers{.pool = packs, .count = 3, .order_id = "o1", .token = token}}, token);
        if (!given) {
          ++failures;
          continue;
        }
        const ObjectRun run = given->allocated[0][0];
        auto epcs = site.epcs(run);
        const auto done = site.submit(
            {MoveNumbers{
                 .runs = {run}, .to = SerialState::Encoded, .order_id = "o1", .reason = "test"},
             Site::passed({run}), record(commissioning(epcs, 0))});
        if (!done || site.state(epcs[2]).life != SerialState::Commissioned) ++failures;
        // Refused half way, while others are in the same batch.
        const auto no =
            site.submit({record(object_event(Action::Observe, "storing", {epcs[0]}, 5)),
                         record(object_event(Action::Observe, "storing", {epcs[0]}, 4))});
        if (no || no.error().rule != "late_event") ++failures;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failures.load(), 0);
  EXPECT_EQ(site.ledger->size(), 3U + kThreads * kRounds * 4U);
  std::uint64_t sum = 0;
  for (const auto& count : site.trace->reader()->counts(trace::Viewer::owner())) {
    if (count.object_class == packs) {
      EXPECT_EQ(count.life, SerialState::Commissioned);
      sum += count.count;
    }
  }
  EXPECT_EQ(sum, std::uint64_t{kThreads * kRounds * 3});
  EXPECT_TRUE(site.ledger->leaf_hashes(0, site.ledger->size(), *site.trace));
}

// Whatever is asked, granted or refused: every number issued is in exactly one state, a child has
// one parent, and a replay gives the same.
TEST_F(CaptureTest, RandomRequestsKeepTheBalance) {
  std::mt19937 random(20261120);  // NOLINT: a fixed seed, so that a failure comes back.
  const auto pick = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  std::vector<std::string> epcs;
  std::vector<ObjectRun> runs;
  std::vector<std::string> boxes;
  for (int i = 0; i < 4; ++i) boxes.push_back(container("b" + std::to_string(i)));
  std::uint64_t issued = 0;
  int granted = 0;
  for (int step = 0; step < 600; ++step) {
    std::vector<Command> commands;
    const std::size_t parts = 1 + pick(3);
    std::uint64_t asked = 0;
    for (std::size_t part = 0; part < parts; ++part) {
      const std::vector<std::string> some = [&] {
        std::vector<std::string> chosen;
        for (std::size_t i = 0; i < 1 + pick(3) && !epcs.empty(); ++i) {
          chosen.push_back(epcs[pick(epcs.size())]);
        }
        return chosen;
      }();
      switch (pick(6)) {
        case 0:
          asked += 4;
          commands.emplace_back(
              AllocateNumbers{.pool = packs,
                              .count = 4,
                              .order_id = "o1",
                              .token = std::to_string(step) + "/" + std::to_string(part)});
          break;
        case 1:
          if (runs.empty()) break;
          commands.emplace_back(MoveNumbers{.runs = {runs[pick(runs.size())]},
                                            .to = static_cast<SerialState>(pick(12)),
                                            .order_id = "o1",
                                            .reason = "test"});
          break;
        case 2:
          if (some.empty()) break;
          for (const std::string& text : some) {
            const auto at = std::find(epcs.begin(), epcs.end(), text) - epcs.begin();
            commands.push_back(Site::passed({runs[static_cast<std::size_t>(at)]}));
          }
          commands.push_back(record(commissioning(some, step)));
          break;
        case 3:
          if (!some.empty()) {
            commands.push_back(record(aggregation(Action::Add, boxes[pick(4)], some, step)));
          }
          break;
        case 4:
          commands.push_back(record(aggregation(Action::Delete, boxes[pick(4)], {}, step)));
          break;
        default: {
          static const char* const kSteps[] = {"sampling", "decommissioning", "destroying",
                                               "shipping"};
          const char* biz_step = kSteps[pick(4)];
          const Action action = biz_step[0] == 'd' ? Action::Delete : Action::Observe;
          if (!some.empty()) commands.push_back(record(object_event(action, biz_step, some, step)));
        }
      }
    }
    if (commands.empty()) continue;
    const auto before = site.ledger->size();
    const auto result = site.submit(std::move(commands));
    if (!result) {
      EXPECT_NE(result.error().rule, "cannot_apply") << result.error().to_text();
      EXPECT_EQ(site.ledger->size(), before);
      EXPECT_FALSE(result.error().rule.empty()) << result.error().to_text();
      continue;
    }
    ++granted;
    issued += asked;
    for (const auto& given : result->allocated) {
      for (const ObjectRun& run : given) {
        for (std::uint64_t i = 0; i < run.count; ++i) {
          runs.push_back({trace::ObjectNumber(packs, run.first.instance() + i), 1});
        }
        for (const std::string& text : site.epcs(run)) epcs.push_back(text);
      }
    }
  }
  EXPECT_GT(granted, 100);
  std::uint64_t sum = 0;
  for (const auto& count : site.trace->reader()->counts(trace::Viewer::owner())) {
    if (count.object_class == packs && count.life != SerialState::Unassigned) sum += count.count;
  }
  EXPECT_EQ(sum, issued);
  const auto digest = *site.trace->reader()->digest();
  site.start();
  EXPECT_EQ(*site.trace->reader()->digest(), digest);
}

}  // namespace
}  // namespace packtrail::capture
