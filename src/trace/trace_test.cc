// What facts do to the projections, seen through readers and the pending view.
#include "trace/trace.h"

#include <gtest/gtest.h>

#include "ledger/ledger.h"
#include "ledger/testing.h"
#include "trace/testing.h"

namespace packtrail::trace {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace)
using numbering::SerialState;

constexpr std::uint32_t kCommissioned = static_cast<std::uint32_t>(SerialState::Commissioned);

ObjectNumber pack(std::uint64_t counter) { return {ObjectClass(1), counter}; }
ObjectNumber box(std::uint64_t counter) { return {ObjectClass(2), counter}; }

class TraceTest : public ::testing::Test {
 protected:
  void SetUp() override { open(); }

  void open() {
    trace_.reset();
    auto opened = Trace::open(store_, keys_, {});
    ASSERT_TRUE(opened) << opened.error().to_text();
    trace_ = *std::move(opened);
    position_ = trace_->applied();
  }
  void add(const Fact& fact, const std::string& company = kCompany) {
    const Status applied = apply_next(*trace_, position_, fact, company);
    ASSERT_TRUE(applied) << applied.error().to_text();
    facts_.push_back(fact);
  }
  // A pool with `packs` numbers handed out as class 1, a series with 100 as class 2.
  void add_pool(std::uint64_t packs) {
    add(pool_created(1));
    add(series_created(2));
    add(allocated(runs_of(1, 0, packs)));
    add(allocated(runs_of(2, 0, 100)));
  }
  std::unique_ptr<Reader> published() {
    trace_->publish();
    return trace_->reader();
  }
  gs1::Epc epc(const std::string& text) {
    auto parsed = gs1::parse_epc(text);
    EXPECT_TRUE(parsed) << text;
    return parsed->value;
  }
  std::string foreign(const std::string& serial) {
    return "https://id.gs1.org/01/" + std::string(kGtin) + "/21/" + serial;
  }
  Fact foreign_event(std::int64_t time, const std::vector<std::string>& texts) {
    Fact fact = object_event(time, {}, "active", kCommissioned);
    put_texts(texts, *fact.mutable_epcis_event()->mutable_epc_list());
    return fact;
  }

  MemoryProjectionStore store_;
  TestKeys keys_;
  std::unique_ptr<Trace> trace_;
  std::uint64_t position_ = 0;
  std::vector<Fact> facts_;
  const Viewer owner_ = Viewer::owner();
};

TEST_F(TraceTest, AnEmptyLedgerKnowsNothing) {
  const auto reader = trace_->reader();
  EXPECT_EQ(reader->position(), 0U);
  EXPECT_FALSE(reader->state(owner_, pack(0)));
  EXPECT_TRUE(reader->pools().empty());
  EXPECT_TRUE(reader->counts(owner_).empty());
  EXPECT_FALSE(reader->resolve(epc(foreign("ABC"))).object);
  EXPECT_TRUE(reader->digest());
}

TEST_F(TraceTest, CommissionsPacksAndAggregatesThem) {
  add_pool(1000);
  Fact commission = object_event(100, runs_of(1, 0, 1000), "active", kCommissioned);
  auto& lot = *commission.mutable_epcis_event()->add_ilmd();
  lot.set_namespace_uri("urn:epcglobal:cbv:mda");
  lot.set_local_name("lotNumber");
  lot.set_text("LOT1");
  auto& expiry = *commission.mutable_epcis_event()->add_ilmd();
  expiry.set_namespace_uri("urn:epcglobal:cbv:mda:");
  expiry.set_local_name("itemExpirationDate");
  expiry.set_text("2027-12-31+02:00");
  add(commission);
  add(aggregation(200, EpcisEvent::ACTION_ADD, box(0), runs_of(1, 0, 50)));
  add(aggregation(200, EpcisEvent::ACTION_ADD, box(1), runs_of(1, 50, 50)));
  add(aggregation(300, EpcisEvent::ACTION_ADD, box(9), runs_of(2, 0, 2)));
  Fact ship = object_event(400, runs_of(2, 9, 1), "in_transit");
  ship.mutable_epcis_event()->set_read_point("urn:epc:id:sgln:9521234.50000.0");
  add(ship);
  for (const bool folded : {false, true}) {
    const auto reader = published();
    if (folded) {
      ASSERT_TRUE(trace_->fold());
      reader->refresh();
    }
    const auto own = reader->state(owner_, pack(7));
    ASSERT_TRUE(own);
    EXPECT_EQ(own->life, SerialState::Commissioned);
    EXPECT_EQ(own->parent, box(0));
    EXPECT_EQ(own->link, ChildLink::Scanned);
    EXPECT_EQ(reader->term(own->disposition), "active");
    EXPECT_EQ(reader->batch(own->batch).lot, "LOT1");
    EXPECT_EQ(reader->batch(own->batch).expiry, "2027-12-31");
    const auto effective = reader->effective_state(owner_, pack(7));
    ASSERT_TRUE(effective);
    EXPECT_EQ(reader->term(effective->disposition), "in_transit");
    EXPECT_EQ(reader->term(effective->read_point), "urn:epc:id:sgln:9521234.50000.0");
    EXPECT_EQ(reader->children(owner_, box(1)), runs_of(1, 50, 50));
    EXPECT_EQ(reader->children(owner_, box(9)), runs_of(2, 0, 2));
    const auto history = reader->history(owner_, pack(7), 100);
    ASSERT_TRUE(history);
    std::vector<std::pair<std::uint64_t, bool>> lines;
    for (const HistoryEntry& entry : *history) lines.emplace_back(entry.position, entry.inherited);
    EXPECT_EQ(lines, (std::vector<std::pair<std::uint64_t, bool>>{
                         {4, false}, {5, false}, {7, true}, {8, true}}));
    EXPECT_EQ(reader->in_state(ObjectClass(1), SerialState::Commissioned, 10), runs_of(1, 0, 1000));
    const auto counts = reader->counts(owner_);
    ASSERT_EQ(counts.size(), 2U);
    EXPECT_EQ(counts[0].count, 1000U);
    EXPECT_EQ(counts[0].life, SerialState::Commissioned);
    EXPECT_EQ(counts[1].life, SerialState::Allocated);
    EXPECT_EQ(counts[1].count, 100U);
  }
}

TEST_F(TraceTest, ForeignSerialsGetADictionaryWhateverTheirSpelling) {
  add_pool(10);
  add(foreign_event(100, {foreign("F1"), foreign("F2"), foreign("F1")}));
  const auto a = trace_->pending().resolve(epc(foreign("F1")));
  ASSERT_TRUE(a.object);
  EXPECT_FALSE(a.ours);
  EXPECT_EQ(a.object.instance(), 0U);
  const auto b = trace_->pending().resolve(epc("urn:epc:id:sgtin:9521234.054321.F2"));
  EXPECT_EQ(b.object, ObjectNumber(a.object_class, 1));
  const auto unknown = trace_->pending().resolve(epc(foreign("F3")));
  EXPECT_FALSE(unknown.object);
  EXPECT_EQ(unknown.object_class, a.object_class);
  // A second fact may write the text again: same object.
  add(foreign_event(200, {"urn:epc:id:sgtin:9521234.054321.F1"}));
  for (const bool folded : {false, true}) {
    const auto reader = published();
    if (folded) {
      ASSERT_TRUE(trace_->fold());
      open();
    }
    const auto at = trace_->reader();
    EXPECT_EQ(at->resolve(epc(foreign("F1"))).object, a.object);
    EXPECT_EQ(at->epc_text(a.object), foreign("F1"));
    EXPECT_EQ(at->history(owner_, a.object, 10)->size(), 2U);
    EXPECT_EQ(at->state(owner_, a.object)->life, SerialState::Commissioned);
    EXPECT_EQ(trace_->pending().next_object_class(), ObjectClass(a.object_class.value() + 1));
  }
}

TEST_F(TraceTest, EveryKindOfEpcFindsItsWayBack) {
  const std::vector<std::string> texts = {
      "urn:epc:id:sscc:9521234.1000000001",    "urn:epc:id:sgln:9521234.50000.A1",
      "urn:epc:id:grai:9521234.55555.X9",      "urn:epc:id:giai:9521234.ABC%2F1",
      "urn:epc:class:lgtin:9521234.054321.L7", "https://packs.example/any/thing",
      "urn:epc:id:sgtin:9521234.054321.Z%2F9"};
  add(foreign_event(100, texts));
  const auto reader = published();
  ASSERT_TRUE(trace_->fold());
  open();
  const auto after = trace_->reader();
  for (const std::string& text : texts) {
    EXPECT_EQ(reader->epc_text(reader->resolve(epc(text)).object), text);
    EXPECT_EQ(after->epc_text(after->resolve(epc(text)).object), text);
  }
}

TEST_F(TraceTest, CountersOfForeignSerialsAreSkipped) {
  add_pool(3);
  const auto serial = [&](std::uint64_t counter) {
    return foreign(std::string(trace_->serial(ObjectClass(1), counter)->text()));
  };
  trace_->publish();
  EXPECT_TRUE(trace_->pending().resolve(epc(serial(2))).ours);
  EXPECT_FALSE(trace_->pending().resolve(epc(serial(3))).ours);
  add(foreign_event(100, {serial(3), serial(5), serial(6)}));
  const std::vector<ObjectRun> expected = {{pack(4), 1}, {pack(7), 8}};
  for (const bool folded : {false, true}) {
    trace_->publish();
    if (folded) {
      ASSERT_TRUE(trace_->fold());
      open();
    }
    const auto next = trace_->pending().next_counters(ObjectClass(1), 9);
    ASSERT_TRUE(next) << next.error().to_text();
    EXPECT_EQ(*next, expected);
  }
  add(allocated(expected));
  EXPECT_TRUE(trace_->pending().resolve(epc(serial(4))).ours);
  const auto still = trace_->pending().resolve(epc(serial(5)));
  EXPECT_FALSE(still.ours);
  EXPECT_TRUE(still.object);
  EXPECT_NE(still.object_class, ObjectClass(1));
  std::uint64_t position = position_;
  const Status clash = apply_next(*trace_, position, allocated(runs_of(1, 14, 1)));
  EXPECT_FALSE(clash);
  EXPECT_EQ(clash.error().code, Errc::DataLoss);
}

TEST_F(TraceTest, ANewPoolOrSeriesReservesWhatTheDictionaryHolds) {
  add(pool_created(1));
  add(allocated(runs_of(1, 0, 5)));
  trace_->publish();
  const std::string text = foreign(std::string(trace_->serial(ObjectClass(1), 2)->text()));
  // A second ledger learns the serial as a foreign one before it makes the pool and the series.
  MemoryProjectionStore other_store;
  auto other = *Trace::open(other_store, keys_, {});
  std::uint64_t at = 0;
  ASSERT_TRUE(
      apply_next(*other, at, foreign_event(100, {text, "urn:epc:id:sscc:9521234.3000000000"})));
  ASSERT_TRUE(apply_next(*other, at, pool_created(7)));
  ASSERT_TRUE(apply_next(*other, at, series_created(8)));
  const auto next = other->pending().next_counters(ObjectClass(7), 4);
  ASSERT_TRUE(next);
  EXPECT_EQ(*next, (std::vector<ObjectRun>{runs_of(7, 0, 2)[0], runs_of(7, 3, 2)[0]}));
  EXPECT_EQ(*other->pending().next_counters(ObjectClass(8), 1), runs_of(8, 1, 1));
}

TEST_F(TraceTest, BlockedPoolsIssueNothingUntilAdvanced) {
  add_pool(5);
  Fact blocked;
  blocked.mutable_pools_blocked()->set_cause("copy");
  add(blocked);
  const auto refused = trace_->pending().next_counters(ObjectClass(1), 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::FailedPrecondition);
  Fact advanced;
  advanced.mutable_pool_advanced()->set_object_class(1);
  advanced.mutable_pool_advanced()->set_next_counter(50);
  add(advanced);
  EXPECT_EQ(*trace_->pending().next_counters(ObjectClass(1), 2), runs_of(1, 50, 2));
  EXPECT_FALSE(trace_->pending().next_counters(ObjectClass(2), 1));
  const auto reader = published();
  EXPECT_FALSE(reader->pool(ObjectClass(1))->blocked);
  EXPECT_TRUE(reader->pool(ObjectClass(2))->blocked);
  EXPECT_EQ(reader->pools().size(), 2U);
}

TEST_F(TraceTest, PoolsMadeAfterABlockAreBornBlocked) {
  add(pool_created(1));
  Fact blocked;
  blocked.mutable_pools_blocked()->set_cause("copy");
  for (const auto& [object_class, next] : {std::pair(1U, 40U), std::pair(3U, 70U)}) {
    auto& floor = *blocked.mutable_pools_blocked()->add_floors();
    floor.set_object_class(object_class);
    floor.set_next_counter(next);
  }
  add(blocked);
  // A later block that knows less takes nothing back.
  blocked.mutable_pools_blocked()->mutable_floors(1)->set_next_counter(5);
  add(blocked);
  add(series_created(2));
  for (const bool folded : {false, true}) {
    trace_->publish();
    if (folded) {
      ASSERT_TRUE(trace_->fold());
      open();
    }
    EXPECT_TRUE(trace_->pending().pool(ObjectClass(2))->blocked);
    EXPECT_EQ(trace_->pending().pool(ObjectClass(2))->floor, 0U);
    EXPECT_EQ(trace_->pending().pool(ObjectClass(1))->floor, 40U);
    EXPECT_EQ(trace_->reader()->pool(ObjectClass(1))->floor, 40U);
    EXPECT_FALSE(trace_->pending().next_counters(ObjectClass(2), 1));
  }
  add(pool_created(3, 1));
  EXPECT_TRUE(trace_->pending().pool(ObjectClass(3))->blocked);
  EXPECT_EQ(trace_->pending().pool(ObjectClass(3))->floor, 70U);
  trace_->publish();
  Fact advanced;
  advanced.mutable_pool_advanced()->set_object_class(3);
  for (const std::uint64_t next : {69U, 70U}) {
    advanced.mutable_pool_advanced()->set_next_counter(next);
    std::uint64_t position = position_;
    EXPECT_EQ(apply_next(*trace_, position, advanced).has_value(), next == 70U);
    if (next != 70U) trace_->discard();
  }
  EXPECT_FALSE(trace_->pending().pool(ObjectClass(3))->blocked);
}

TEST_F(TraceTest, LotAndExpiryAreReadFromTheirNamespaceOnly) {
  add_pool(3);
  Fact event = object_event(100, runs_of(1, 0, 1), "active", kCommissioned);
  for (const auto& [space, text] : {std::pair("https://example.com/own", "2020-01-01"),
                                    std::pair("urn:epcglobal:cbv:mda", "2027-12-31Z"),
                                    std::pair("https://example.com/own", "2020-01-01")}) {
    auto& field = *event.mutable_epcis_event()->add_ilmd();
    field.set_namespace_uri(space);
    field.set_local_name("itemExpirationDate");
    field.set_text(text);
  }
  add(event);
  const auto reader = published();
  EXPECT_EQ(reader->batch(reader->state(owner_, pack(0))->batch).expiry, "2027-12-31");
}

TEST_F(TraceTest, WhatCannotBeAppliedStopsEverything) {
  add_pool(5);
  trace_->publish();
  const Digest before = *trace_->reader()->digest();
  std::uint64_t position = position_;
  EXPECT_FALSE(apply_next(*trace_, position, allocated(runs_of(1, 4, 1))));
  EXPECT_FALSE(apply_next(*trace_, position, allocated(runs_of(1, 5, 1))));
  trace_->publish();
  EXPECT_EQ(*trace_->reader()->digest(), before);
  EXPECT_FALSE(apply_next(*trace_, position, allocated(runs_of(1, 5, 1))));
  trace_->discard();  // Whoever staged it takes it back.
  EXPECT_TRUE(apply_next(*trace_, position, allocated(runs_of(1, 5, 1))));
  open();
  EXPECT_FALSE(
      apply_next(*trace_, position, object_event(1, runs_of(1, 0, 1))));  // Not position 0.
}

TEST_F(TraceTest, LateFactsOnlyEnterTheHistory) {
  add_pool(5);
  add(object_event(1000, runs_of(1, 0, 2), "active", kCommissioned));
  add(object_event(500, runs_of(1, 0, 5), "late"));
  add(aggregation(600, EpcisEvent::ACTION_ADD, box(1), runs_of(1, 1, 2)));
  const auto reader = published();
  EXPECT_EQ(reader->term(reader->state(owner_, pack(0))->disposition), "active");
  EXPECT_EQ(reader->term(reader->state(owner_, pack(3))->disposition), "late");
  EXPECT_FALSE(reader->state(owner_, pack(1))->parent);
  EXPECT_EQ(reader->state(owner_, pack(2))->parent, box(1));
  EXPECT_EQ(reader->children(owner_, box(1)), runs_of(1, 2, 1));
  const auto history = reader->history(owner_, pack(1), 10);
  ASSERT_EQ(history->size(), 3U);
  EXPECT_EQ((*history)[0].position, 5U);  // Oldest event first, whenever it was reported.
  EXPECT_EQ((*history)[1].position, 6U);
  EXPECT_EQ((*history)[2].position, 4U);
  // The newest are kept, and what was cut is said.
  for (const std::size_t limit : {2U, 3U, 4U}) {
    bool truncated = limit >= 3;
    const auto newest = reader->history(owner_, pack(1), limit, &truncated);
    ASSERT_EQ(newest->size(), std::min<std::size_t>(limit, 3));
    EXPECT_EQ(newest->back().position, 4U);
    EXPECT_EQ(truncated, limit < 3);
  }
}

TEST_F(TraceTest, HistoryInheritsOnlyWhileInside) {
  add_pool(10);
  add(object_event(90, runs_of(2, 1, 1)));                                  // 4: before.
  add(aggregation(100, EpcisEvent::ACTION_ADD, box(1), runs_of(1, 0, 5)));  // 5
  add(aggregation(110, EpcisEvent::ACTION_ADD, box(9), runs_of(2, 1, 1)));  // 6: inherited.
  add(object_event(120, runs_of(2, 9, 1)));                      // 7: inherited twice over.
  add(aggregation(130, EpcisEvent::ACTION_DELETE, box(9), {}));  // 8: all leave.
  add(object_event(140, runs_of(2, 9, 1)));                      // 9: no longer.
  add(aggregation(150, EpcisEvent::ACTION_DELETE, box(1), runs_of(1, 0, 1)));  // 10: own.
  add(object_event(160, runs_of(2, 1, 1)));                                    // 11: pack 1 only.
  ASSERT_TRUE(published());
  ASSERT_TRUE(trace_->fold());
  const auto reader = trace_->reader();
  const auto lines = [&](ObjectNumber object) {
    std::vector<std::pair<std::uint64_t, bool>> out;
    const auto entries = reader->history(owner_, object, 100);
    for (const HistoryEntry& entry : *entries) out.emplace_back(entry.position, entry.inherited);
    return out;
  };
  using Lines = std::vector<std::pair<std::uint64_t, bool>>;
  EXPECT_EQ(lines(pack(0)), (Lines{{5, false}, {6, true}, {7, true}, {8, true}, {10, false}}));
  EXPECT_EQ(lines(pack(1)),
            (Lines{{5, false}, {6, true}, {7, true}, {8, true}, {10, true}, {11, true}}));
  EXPECT_TRUE(reader->children(owner_, box(9)).empty());
  EXPECT_EQ(reader->children(owner_, box(1)), runs_of(1, 1, 4));
}

TEST_F(TraceTest, ViewersSeeTheirCompanyOnly) {
  add_pool(5);
  add(object_event(100, runs_of(1, 0, 1)));
  add(object_event(200, runs_of(1, 1, 1)), "other-company");
  const auto reader = published();
  const Viewer own = Viewer::company(kCompany);
  const Viewer other = Viewer::company("other-company");
  const Viewer third = Viewer::company("third");
  EXPECT_TRUE(reader->state(own, pack(0)));
  EXPECT_FALSE(reader->state(other, pack(0)));
  EXPECT_TRUE(reader->state(other, pack(1)));
  for (const Viewer& none : {third, Viewer::stranger()}) {
    EXPECT_FALSE(reader->state(none, pack(1)));
    EXPECT_FALSE(reader->effective_state(none, pack(1)));
    EXPECT_FALSE(reader->history(none, pack(1), 10));
    EXPECT_TRUE(reader->children(none, box(1)).empty());
    EXPECT_TRUE(reader->counts(none).empty());
  }
  EXPECT_EQ(reader->history(other, pack(1), 10)->size(), 1U);
  EXPECT_TRUE(reader->history(own, pack(1), 10)->empty());
}

TEST_F(TraceTest, OrdersEventIdsAndRequestsAreFound) {
  Fact opened;
  opened.mutable_order_opened()->set_order_id("o1");
  opened.mutable_order_opened()->set_document("{}");
  opened.mutable_envelope()->set_idempotency_key("key");
  add(opened);
  Fact changed;
  changed.mutable_order_state_changed()->set_order_id("o1");
  changed.mutable_order_state_changed()->set_state(4);
  changed.mutable_order_state_changed()->set_document("{\"a\":1}");
  add(changed);
  const std::string long_id(1000, 'x');
  Fact event = object_event(10, {});
  event.mutable_epcis_event()->set_event_id(long_id);
  add(event);
  add(event);  // The first one keeps the id.
  for (const bool folded : {false, true}) {
    trace_->publish();
    if (folded) {
      ASSERT_TRUE(trace_->fold());
      open();
    }
    const auto reader = trace_->reader();
    ASSERT_EQ(reader->orders().size(), 1U);
    const auto order = reader->order("o1");
    ASSERT_TRUE(order);
    EXPECT_EQ(order->state, 4U);
    EXPECT_EQ(order->document, "{}");
    EXPECT_EQ(order->state_document, "{\"a\":1}");
    EXPECT_FALSE(reader->order("o2"));
    EXPECT_EQ(reader->event_position(long_id), 2U);
    EXPECT_FALSE(reader->event_position("x"));
    EXPECT_EQ(trace_->pending().request_position(kCompany, as_bytes("key")), 0U);
    EXPECT_FALSE(trace_->pending().request_position("x", as_bytes("key")));
  }
}

TEST_F(TraceTest, ExpandsListsInOrderAndSpelling) {
  add_pool(10);
  add(foreign_event(100, {foreign("F1"), foreign("F2")}));
  trace_->publish();
  const auto serial = [&](std::uint64_t counter) {
    return std::string(trace_->serial(ObjectClass(1), counter)->text());
  };
  ledger::v1::EpcList list;
  put_list({{pack(3), 2}, {pack(1), 1}, {pack(1), 1}, {box(4), 1}}, list);
  list.add_runs()->add_texts("as:it:stands");
  auto& linked = *list.add_runs();
  encode_runs({{ObjectNumber(trace_->pending().resolve(epc(foreign("F2"))).object), 1}}, linked);
  linked.mutable_spelling()->set_form(ledger::v1::Spelling::FORM_DIGITAL_LINK);
  linked.mutable_spelling()->set_stem("https://example.com/x");
  std::vector<std::string> texts;
  ASSERT_TRUE(trace_->expand(list, [&](std::string_view text) { texts.emplace_back(text); }));
  const std::string urn = "urn:epc:id:sgtin:9521234.054321.";
  EXPECT_EQ(texts, (std::vector<std::string>{
                       urn + serial(3), urn + serial(4), urn + serial(1), urn + serial(1),
                       "urn:epc:id:sscc:9521234.3000000004", "as:it:stands",
                       "https://example.com/x/01/" + std::string(kGtin) + "/21/F2"}));
}

TEST_F(TraceTest, ReplaysALedgerAndRebuildsEqually) {
  ledger::testing::MemoryStore ledger_store;
  ledger::testing::TestSigner signer;
  auto ledger = *ledger::Ledger::open(ledger_store, signer, "example.com/test", Bytes(32, 9));
  add_pool(100);
  add(object_event(100, runs_of(1, 0, 100), "active", kCommissioned));
  add(foreign_event(150, {foreign("F1")}));
  add(aggregation(200, EpcisEvent::ACTION_ADD, box(0), runs_of(1, 0, 50)));
  trace_->publish();
  const auto id = ledger->id().value();
  for (std::size_t i = 0; i < facts_.size(); ++i) {
    Fact fact = facts_[i];
    auto& envelope = *fact.mutable_envelope();
    envelope.set_ledger_id(std::string(id.begin(), id.end()));
    envelope.set_position(i);
    envelope.set_company(kCompany);
    envelope.set_schema_version(1);
    auto lists = ledger->commit_epcs(fact, *trace_);
    ASSERT_TRUE(lists) << lists.error().to_text();
    const Status staged = ledger->stage(fact, *lists);
    ASSERT_TRUE(staged) << staged.error().to_text();
  }
  ASSERT_TRUE(ledger->commit());
  const Digest expected = *trace_->reader()->digest();
  ASSERT_TRUE(trace_->fold());
  for (const bool cleared : {false, true}) {
    if (cleared) {
      ASSERT_TRUE(store_.clear());
    }
    open();
    std::uint64_t told = 0;
    ASSERT_TRUE(trace_->replay(*ledger, [&](std::uint64_t done, std::uint64_t) { told = done; }));
    EXPECT_EQ(*trace_->reader()->digest(), expected);
    EXPECT_EQ(told, cleared ? facts_.size() : 0U);
  }
  MemoryProjectionStore ahead;
  auto other = *Trace::open(ahead, keys_, {});
  std::uint64_t position = 0;
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(apply_next(*other, position, object_event(i, {})));
  other->publish();
  EXPECT_EQ(other->replay(*ledger, {}).error().code, Errc::FailedPrecondition);
}

TEST_F(TraceTest, AFailedFoldChangesNothingAndMayBeRepeated) {
  add_pool(100);
  trace_->publish();
  const Digest before = *trace_->reader()->digest();
  store_.fail_writes_after(0);
  EXPECT_FALSE(trace_->fold());
  EXPECT_EQ(*trace_->reader()->digest(), before);
  store_.fail_writes_after(-1);
  ASSERT_TRUE(trace_->fold());
  EXPECT_EQ(*trace_->reader()->digest(), before);
  EXPECT_FALSE(trace_->wants_fold());
}

TEST_F(TraceTest, QuarantineOfTheContainerHoldsItsContents) {
  add_pool(5);
  add(aggregation(100, EpcisEvent::ACTION_ADD, box(1), runs_of(1, 0, 5)));
  Fact hold = object_event(200, runs_of(2, 1, 1));
  hold.mutable_epcis_event()->set_quarantine(EpcisEvent::QUARANTINE_SET);
  add(hold);
  const auto reader = published();
  EXPECT_EQ(reader->state(owner_, pack(0))->quarantined, 0);
  EXPECT_EQ(reader->effective_state(owner_, pack(0))->quarantined, 1);
}

}  // namespace
}  // namespace packtrail::trace
