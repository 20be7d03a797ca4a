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
  lot.set_local_name("lotNumber");
  lot.set_text("LOT1");
  auto& expiry = *commission.mutable_epcis_event()->add_ilmd();
  expiry.set_local_name("itemExpirationDate");
  expiry.set_text("2027-12-31");
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

}  // namespace
}  // namespace packtrail::trace
