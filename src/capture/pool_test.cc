// Pools of numbers through the one way in: filters, several pools of a GTIN, tokens, imports,
// reservations, and what a crash leaves behind.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <set>
#include <thread>

#include "capture/testing.h"
#include "numbering/forecast.h"
#include "trace/epc_runs.h"

namespace packtrail::capture {
namespace {

using numbering::SerialState;
using testing::Site;
using testing::test_gtin;

trace::ObjectClass make_pool(Site& site, numbering::PoolSpec spec) {
  CreatePool create{.spec = std::move(spec)};
  create.epoch = CreatePool::Epoch::Next;
  const auto made = site.submit({create});
  EXPECT_TRUE(made) << made.error().to_text();
  return made ? made->created.at(0) : trace::ObjectClass();
}

Command draw(trace::ObjectClass pool, std::uint64_t count, std::string token) {
  return AllocateNumbers{.pool = pool, .count = count, .order_id = "r1", .token = std::move(token)};
}

Command move_to(std::vector<trace::ObjectRun> runs, SerialState to, std::string token,
                std::string recipient = "r1") {
  MoveNumbers move;
  move.runs = std::move(runs);
  move.to = to;
  move.order_id = std::move(recipient);
  move.reason = "test";
  move.token = std::move(token);
  return move;
}

std::vector<std::string> serials_of(const Site& site, const std::vector<trace::ObjectRun>& runs) {
  std::vector<std::string> out;
  for (const trace::ObjectRun& run : runs) {
    EXPECT_TRUE(site.trace->serials(run, [&](std::uint64_t, const gs1::SerialNumber& serial) {
      out.emplace_back(serial.text());
    }));
  }
  return out;
}

SerialState life_of(const Site& site, trace::ObjectNumber object) {
  return site.trace->reader()->state(trace::Viewer::owner(), object)->life;
}

bool long_run() { return std::getenv("PACKTRAIL_LONG") != nullptr; }

// ---- Filters -------------------------------------------------------------------------------

TEST(PoolCapture, FilteredCountersAreSkippedAndNeverIssued) {
  Site site;
  numbering::PoolSpec spec = Site::pool_spec();
  spec.alphabet = numbering::Alphabet::numeric();
  spec.length = 14;
  spec.rules.first_characters = "123456789";
  spec.rules.excluded_words = {"666"};
  const auto pool = make_pool(site, spec);
  const auto receipt = site.submit({draw(pool, 3'000, "a")});
  ASSERT_TRUE(receipt) << receipt.error().to_text();
  const auto& runs = receipt->allocated.at(0);
  EXPECT_EQ(trace::count_objects(runs), 3'000U);
  const auto texts = serials_of(site, runs);
  EXPECT_EQ(std::set<std::string>(texts.begin(), texts.end()).size(), 3'000U);
  for (const std::string& text : texts) {
    EXPECT_NE(text[0], '0');
    EXPECT_EQ(text.find("666"), std::string::npos);
  }
  const auto info = *site.trace->reader()->pool(pool);
  EXPECT_EQ(info.issued, 3'000U);
  EXPECT_GT(info.next_counter, 3'200U);  // A tenth begins with 0.
  EXPECT_LT(info.next_counter, 3'600U);
  // A skipped counter has a text, and nobody was given it.
  std::uint64_t skipped = 0;
  for (std::uint64_t i = 0; i < info.next_counter; ++i) {
    const trace::ObjectNumber object(pool, i);
    const bool issued = std::any_of(runs.begin(), runs.end(), [&](const trace::ObjectRun& run) {
      return run.first <= object && object.value() - run.first.value() < run.count;
    });
    if (issued) continue;
    ++skipped;
    const auto serial = *site.trace->serial(pool, i);
    EXPECT_FALSE(site.trace->reader()->resolve(gs1::Sgtin{test_gtin(), serial}).object);
    if (skipped > 50) continue;
    const auto refused =
        site.submit({move_to({{object, 1}}, SerialState::Encoded, "skipped" + std::to_string(i))});
    EXPECT_FALSE(refused);
  }
  EXPECT_EQ(skipped + 3'000, info.next_counter);
  // The same again after a restart and a replay.
  const auto digest = *site.trace->reader()->digest();
  ASSERT_TRUE(site.projections.clear());
  site.start();
  EXPECT_EQ(*site.trace->reader()->digest(), digest);
  EXPECT_EQ(serials_of(site, site.submit({draw(pool, 3'000, "a")})->allocated.at(0)), texts);
}

// ---- Several pools of one GTIN -------------------------------------------------------------

// Formats small enough that two permutations of it meet often.
numbering::PoolSpec dense_spec() {
  numbering::PoolSpec spec = Site::pool_spec();
  spec.alphabet = numbering::Alphabet::numeric();
  spec.length = 13;
  spec.planned_quantity = 25'000'000;  // Four of them share the budget of 10^8.
  return spec;
}

TEST(PoolCapture, PoolsOfOneGtinNeverIssueOneText) {
  Site site;
  std::vector<trace::ObjectClass> pools;
  for (int i = 0; i < 4; ++i) pools.push_back(make_pool(site, dense_spec()));
  // Counters are moved far ahead, so that the pools overlap: of every 10^5 texts one is taken.
  std::uint64_t ahead = 32'000'000;
  for (std::size_t i = 0; i + 1 < pools.size(); ++i) {
    ASSERT_TRUE(site.submit({AdvancePool{pools[i], ahead, "test"}}));
  }
  std::set<std::string> all;
  std::uint64_t drawn = 0;
  std::mt19937 random(7);
  const int rounds = long_run() ? 400 : 100;
  for (int round = 0; round < rounds; ++round) {
    const auto pool = pools[random() % pools.size()];
    const auto receipt = site.submit({draw(pool, 5'000, "t" + std::to_string(round))});
    ASSERT_TRUE(receipt) << receipt.error().to_text();
    for (const std::string& text : serials_of(site, receipt->allocated.at(0))) {
      EXPECT_TRUE(all.insert(text).second) << text;
      ++drawn;
    }
  }
  EXPECT_EQ(all.size(), drawn);
  // Some counters were left out because an earlier pool may have issued their text.
  std::uint64_t passed = 0;
  const auto reader = site.trace->reader();
  for (const auto pool : pools) {
    const auto info = *reader->pool(pool);
    passed += info.next_counter - (pool == pools.back() ? 0 : ahead);
  }
  EXPECT_GT(passed, drawn);
  // Every text resolves to the number that it was issued as.
  const auto digest = *reader->digest();
  for (const auto pool : pools) {
    for (const trace::ObjectRun& run : reader->in_state(pool, SerialState::Allocated, 100'000)) {
      for (std::uint64_t i = 0; i < run.count; i += 97) {
        const auto object = trace::ObjectNumber::from_value(run.first.value() + i);
        const auto epc = gs1::parse_epc(reader->epc_text(object));
        ASSERT_EQ(reader->resolve(epc->value).object, object);
      }
    }
  }
  ASSERT_TRUE(site.projections.clear());
  site.start();
  EXPECT_EQ(*site.trace->reader()->digest(), digest);
}

TEST(PoolCapture, ANewKeyContinuesWhileOldCodesStayKnown) {
  Site site;
  const auto old_pool = make_pool(site, Site::pool_spec());
  const auto first = site.submit({draw(old_pool, 100, "a")});
  const auto old_texts = serials_of(site, first->allocated.at(0));
  numbering::PoolSpec next = Site::pool_spec();
  next.key_id = numbering::KeyId("k2");
  const auto new_pool = make_pool(site, next);
  EXPECT_EQ(site.trace->reader()->pool(new_pool)->spec->epoch, 1U);
  const auto second = site.submit({draw(new_pool, 100, "b")});
  const auto new_texts = serials_of(site, second->allocated.at(0));
  const auto reader = site.trace->reader();
  for (const auto& [texts, pool] : {std::pair(old_texts, old_pool), {new_texts, new_pool}}) {
    for (const std::string& text : texts) {
      const auto known = reader->resolve(gs1::Sgtin{test_gtin(), *gs1::SerialNumber::parse(text)});
      EXPECT_TRUE(known.ours);
      EXPECT_EQ(known.object_class, pool);
    }
  }
}

// ---- SSCC series ---------------------------------------------------------------------------

TEST(PoolCapture, AnSsccSeriesEndsAndNamesTheNext) {
  Site site;
  const auto prefix = *gs1::CompanyPrefix::parse("952123456789");  // 10^4 serial references.
  ASSERT_TRUE(site.submit({CreateSsccSeries{prefix, 4}}));
  const auto series = site.submit({CreateSsccSeries{prefix, 0}})->created.at(0);
  ASSERT_TRUE(site.submit({draw(series, 9'999, "a")}));
  const auto refused = site.submit({draw(series, 2, "b")});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().rule, "series_exhausted");
  EXPECT_NE(refused.error().remedy.find("extension digit 1"), std::string::npos);
  ASSERT_TRUE(site.submit({draw(series, 1, "c")}));
  EXPECT_EQ(site.submit({draw(series, 1, "d")}).error().code, Errc::ResourceExhausted);
  EXPECT_EQ(site.trace->reader()->pool(series)->next_counter, 10'000U);
}

// ---- Tokens --------------------------------------------------------------------------------

TEST(PoolCapture, EveryRequestIsIdempotentByToken) {
  Site site;
  const auto pool = make_pool(site, Site::pool_spec());
  const auto runs = site.submit({draw(pool, 50, "draw")})->allocated.at(0);
  const auto piece = [&](std::uint64_t first, std::uint64_t count) {
    return std::vector<trace::ObjectRun>{{trace::ObjectNumber(pool, first), count}};
  };
  struct Row {
    SerialState to;
    std::uint64_t first;
  };
  ASSERT_TRUE(site.submit({move_to(piece(10, 30), SerialState::Encoded, "e0")}));
  const Row rows[] = {{SerialState::Unallocated, 0},
                      {SerialState::Encoded, 5},
                      {SerialState::LabelScrapped, 10},
                      {SerialState::LabelSampled, 20},
                      {SerialState::SnInvalid, 30}};
  for (const Row& row : rows) {
    const std::string token = "m" + std::to_string(row.first);
    const auto once = site.submit({move_to(piece(row.first, 5), row.to, token)});
    ASSERT_TRUE(once) << once.error().to_text();
    EXPECT_FALSE(once->repeated);
    const auto again = site.submit({move_to(piece(row.first, 5), row.to, token)});
    ASSERT_TRUE(again) << again.error().to_text();
    EXPECT_TRUE(again->repeated);
    EXPECT_EQ(again->facts, 0U);
    const auto other = site.submit({move_to(piece(row.first, 4), row.to, token)});
    EXPECT_EQ(other.error().rule, "token_reused");
    EXPECT_EQ(life_of(site, trace::ObjectNumber(pool, row.first)), row.to);
  }
  // A token is one for allocations and moves; a number that came back is not drawn again.
  EXPECT_EQ(site.submit({draw(pool, 5, "m0")}).error().rule, "token_reused");
  EXPECT_EQ(site.submit({move_to(piece(40, 1), SerialState::Encoded, "draw")}).error().rule,
            "token_reused");
  const auto more = site.submit({draw(pool, 10, "more")})->allocated.at(0);
  EXPECT_EQ(more.front().first.instance(), 50U);
  EXPECT_EQ(site.submit({draw(pool, 50, "draw")})->allocated.at(0), runs);
  EXPECT_EQ(site.submit({move_to(piece(0, 1), SerialState::Encoded, "late")}).error().rule,
            "encode_allocated");
}

// ---- Imports -------------------------------------------------------------------------------

struct ImportTest : ::testing::Test {
  ImportTest() {
    pool =
        site.submit({CreateImportedPool{.gtin = test_gtin(), .source = "operator"}})->created.at(0);
  }
  ImportNumbers import(std::vector<std::string> serials, std::string token) const {
    ImportNumbers command{.pool = pool, .gtin = test_gtin()};
    command.serials = std::move(serials);
    command.token = std::move(token);
    return command;
  }
  Site site;
  trace::ObjectClass pool;
};

TEST_F(ImportTest, NumbersWaitAreHandedOutAndComeBack) {
  auto command = import({"A1", "A2", "A3", "A4"}, "f1");
  command.companions = {"91EE06", "91EE07", "91EE08", "91EE09"};
  const auto taken = site.submit({command});
  ASSERT_TRUE(taken) << taken.error().to_text();
  EXPECT_EQ(taken->imported.at(0).taken, 4U);
  EXPECT_EQ(site.trace->reader()->pool(pool)->remaining, 4U);
  EXPECT_EQ(life_of(site, trace::ObjectNumber(pool, 2)), SerialState::Unallocated);
  EXPECT_EQ(site.trace->reader()->companions(trace::ObjectNumber(pool, 2)), "91EE08");

  const auto given = site.submit({draw(pool, 3, "g1")});
  ASSERT_TRUE(given) << given.error().to_text();
  EXPECT_EQ(site.epcs(given->allocated.at(0).at(0)).at(0).substr(18), "/01/09521234543213/21/A1")
      << site.epcs(given->allocated.at(0).at(0)).at(0);
  EXPECT_EQ(site.submit({draw(pool, 2, "g2")}).error().rule, "pool_exhausted");
  ASSERT_TRUE(site.submit(
      {move_to({{trace::ObjectNumber(pool, 1), 1}}, SerialState::Unallocated, "back")}));
  EXPECT_EQ(site.trace->reader()->pool(pool)->remaining, 2U);
  const auto again = site.submit({draw(pool, 2, "g2")});
  ASSERT_TRUE(again) << again.error().to_text();
  EXPECT_EQ(again->allocated.at(0),
            (std::vector<trace::ObjectRun>{{trace::ObjectNumber(pool, 1), 1},
                                           {trace::ObjectNumber(pool, 3), 1}}));
  const auto digest = *site.trace->reader()->digest();
  ASSERT_TRUE(site.trace->fold());
  EXPECT_EQ(*site.trace->reader()->digest(), digest);
  ASSERT_TRUE(site.projections.clear());
  site.start();
  EXPECT_EQ(*site.trace->reader()->digest(), digest);
}

TEST_F(ImportTest, ClashesAreNamedWithTheirPlace) {
  const auto own = make_pool(site, Site::pool_spec());
  const auto ours = serials_of(site, site.submit({draw(own, 3, "o")})->allocated.at(0));
  ASSERT_TRUE(site.submit({import({"A1"}, "f1")}));
  const auto refused = site.submit({import({"B1", ours[2], "B2"}, "f2")});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().rule, "number_exists");
  EXPECT_EQ(refused.error().field, "commands/0/serials/1");
  EXPECT_NE(refused.error().message.find("issued here, counter 2"), std::string::npos);
  EXPECT_EQ(site.trace->reader()->pool(pool)->known_end, 1U);  // Nothing of it.

  auto partial = import({"B1", ours[2], "B2", "A1", "B1"}, "f2");
  partial.on_clash = ImportNumbers::OnClash::LeaveOut;
  const auto taken = site.submit({partial});
  ASSERT_TRUE(taken) << taken.error().to_text();
  EXPECT_EQ(taken->imported.at(0).taken, 2U);
  const auto& clashes = taken->imported.at(0).clashes;
  ASSERT_EQ(clashes.size(), 3U);
  EXPECT_NE(clashes[1].place.find("imported from operator, number 0"), std::string::npos);
  EXPECT_EQ(clashes[2].place, "number 0 of this import");
  const auto again = site.submit({partial});
  ASSERT_TRUE(again) << again.error().to_text();
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(again->imported.at(0).taken, 2U);
  ASSERT_EQ(again->imported.at(0).clashes.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(again->imported.at(0).clashes[i].index, clashes[i].index);
    EXPECT_EQ(again->imported.at(0).clashes[i].place, clashes[i].place);
  }
  // A number more, which exists nowhere, is no repeat of it.
  auto longer = partial;
  longer.serials.push_back("C2");
  EXPECT_EQ(site.submit({longer}).error().rule, "token_reused");
  auto other_file = partial;
  other_file.file_sha256 = Bytes(32, 1);
  EXPECT_EQ(site.submit({other_file}).error().rule, "token_reused");
  EXPECT_EQ(site.submit({import({"C1"}, "f2")}).error().rule, "token_reused");
}

// A number that an own pool would come to issue later is taken out of its way.
TEST_F(ImportTest, OwnPoolsSkipWhatWasImported) {
  const auto own = make_pool(site, Site::pool_spec());
  const std::string future(site.trace->serial(own, 5)->text());
  ASSERT_TRUE(site.submit({import({future}, "f1")}));
  const auto texts = serials_of(site, site.submit({draw(own, 20, "o")})->allocated.at(0));
  EXPECT_EQ(std::count(texts.begin(), texts.end(), future), 0);
  EXPECT_EQ(site.trace->reader()->pool(own)->next_counter, 21U);
  // And a pool made later looks at what is there.
  numbering::PoolSpec spec = Site::pool_spec();
  const auto later = make_pool(site, spec);
  ASSERT_TRUE(site.submit({draw(later, 20, "p")}));
}

TEST_F(ImportTest, LimitsOfOneImport) {
  std::vector<std::string> most;
  for (std::size_t i = 0; i < kNumbersPerImportMax; ++i) most.push_back("N" + std::to_string(i));
  EXPECT_TRUE(site.submit({import(most, "at")}));
  most.emplace_back("one-more");
  EXPECT_EQ(site.submit({import(most, "above")}).error().rule, "count_limit");
  EXPECT_EQ(site.submit({import({}, "below")}).error().rule, "count_limit");
  EXPECT_EQ(site.submit({import({"~"}, "set")}).error().field, "commands/0/serials/0");
}

// What is not there to be given any more is passed over.
TEST_F(ImportTest, AVoidedNumberThatWaitedStopsNothing) {
  ASSERT_TRUE(site.submit({import({"A1", "A2", "A3", "A4"}, "f1")}));
  ASSERT_TRUE(
      site.submit({move_to({{trace::ObjectNumber(pool, 0), 1}, {trace::ObjectNumber(pool, 2), 1}},
                           SerialState::SnInvalid, "void", "anybody")}));
  EXPECT_EQ(site.trace->reader()->pool(pool)->remaining, 2U);
  EXPECT_EQ(site.submit({draw(pool, 3, "g3")}).error().rule, "pool_exhausted");
  const auto given = site.submit({draw(pool, 2, "g2")});
  ASSERT_TRUE(given) << given.error().to_text();
  EXPECT_EQ(given->allocated.at(0),
            (std::vector<trace::ObjectRun>{{trace::ObjectNumber(pool, 1), 1},
                                           {trace::ObjectNumber(pool, 3), 1}}));
  EXPECT_EQ(site.trace->reader()->pool(pool)->remaining, 0U);
  const auto digest = *site.trace->reader()->digest();
  ASSERT_TRUE(site.projections.clear());
  site.start();
  EXPECT_EQ(*site.trace->reader()->digest(), digest);
}

// Returned by somebody else, a number would be given to two.
TEST_F(ImportTest, OnlyTheHolderMovesANumber) {
  ASSERT_TRUE(site.submit({import({"A1", "A2"}, "f1")}));
  ASSERT_TRUE(site.submit({draw(pool, 1, "g1")}));
  const std::vector<trace::ObjectRun> first{{trace::ObjectNumber(pool, 0), 1}};
  for (const SerialState to : {SerialState::Unallocated, SerialState::Encoded}) {
    EXPECT_EQ(site.submit({move_to(first, to, "theft", "r2")}).error().rule, "not_the_holder");
    EXPECT_EQ(site.submit({move_to(first, to, "theft", "")}).error().rule, "not_the_holder");
  }
  ASSERT_TRUE(site.trace->fold());
  site.start();
  EXPECT_EQ(site.submit({move_to(first, SerialState::SnInvalid, "theft", "r2")}).error().rule,
            "not_the_holder");
  ASSERT_TRUE(site.submit({move_to(first, SerialState::Unallocated, "back")}));
  auto other = std::get<AllocateNumbers>(draw(pool, 1, "g2"));
  other.order_id = "r2";
  const auto given = site.submit({other});
  ASSERT_TRUE(given) << given.error().to_text();
  EXPECT_EQ(given->allocated.at(0), first);
  // Now they are the other's.
  EXPECT_EQ(site.submit({move_to(first, SerialState::Encoded, "late")}).error().rule,
            "not_the_holder");
  EXPECT_TRUE(site.submit({move_to(first, SerialState::Encoded, "mine", "r2")}));
}

TEST_F(ImportTest, CompanionsAreElementsAndPartOfTheContent) {
  auto command = import({"A1"}, "f1");
  for (const char* bad : {"91EE06\nA2", "91EE06\x01", "no element", "0109521234543213", "90X"}) {
    command.companions = {bad};
    EXPECT_EQ(site.submit({command}).error().field, "commands/0/companions/0") << bad;
  }
  command.companions = {"[91]EE06[92]abc"};
  ASSERT_TRUE(site.submit({command}));
  EXPECT_EQ(site.trace->reader()->companions(trace::ObjectNumber(pool, 0)),
            "91EE06\x1d"
            "92abc");
  EXPECT_TRUE(site.submit({command})->repeated);
  for (const std::vector<std::string>& other :
       {std::vector<std::string>{"91EE07"}, std::vector<std::string>{}}) {
    command.companions = other;
    EXPECT_EQ(site.submit({command}).error().rule, "token_reused");
  }
}

TEST_F(ImportTest, AShapeThatIsOnlyANameIsRefused) {
  CreateImportedPool named{.gtin = test_gtin(), .source = "other"};
  named.format = "mine/1";
  EXPECT_EQ(site.submit({named}).error().code, Errc::NotFound);
  named.format = "ru/1";
  EXPECT_TRUE(site.submit({named}));
}

// ---- The chance of a guess, over all pools of a GTIN -----------------------------------------

TEST(PoolCapture, PoolsOfOneFormShareTheGuessBudget) {
  Site site;
  numbering::PoolSpec spec = dense_spec();  // 10^13 texts: 10^8 numbers.
  spec.planned_quantity = 60'000'000;
  const auto first = make_pool(site, spec);
  const auto create = [&](std::uint64_t planned) {
    spec.planned_quantity = planned;
    CreatePool made{.spec = spec};
    made.epoch = CreatePool::Epoch::Next;
    return site.submit({made});
  };
  const auto refused = create(40'000'001);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().field, "commands/0/spec.planned_quantity");
  EXPECT_NE(refused.error().message.find("class 1 (epoch 0) plans 60000000"), std::string::npos)
      << refused.error().message;
  const auto second = create(40'000'000);
  ASSERT_TRUE(second) << second.error().to_text();
  EXPECT_FALSE(create(1));
  // Another length is another guess.
  spec.length = 14;
  EXPECT_TRUE(create(1'000'000'000));
  // What is issued counts together as well, whatever was planned.
  ASSERT_TRUE(site.submit({AdvancePool{first, 99'999'990, "test"}}));
  EXPECT_TRUE(site.submit({draw(second->created.at(0), 10, "at")}));
  EXPECT_EQ(site.submit({draw(second->created.at(0), 1, "above")}).error().code,
            Errc::ResourceExhausted);
}

TEST_F(ImportTest, ImportedNumbersUseTheGuessBudget) {
  numbering::PoolSpec spec = dense_spec();
  spec.planned_quantity = 99'999'999;
  ASSERT_TRUE(site.submit({import({"A1", "A2"}, "f1")}));
  EXPECT_NE(site.submit({CreatePool{.spec = spec}}).error().message.find("class 1 imported 2"),
            std::string::npos);
  spec.planned_quantity = 99'999'998;
  EXPECT_TRUE(site.submit({CreatePool{.spec = spec}}));
}

// ---- Reservations, forecast ----------------------------------------------------------------

// A line draws on its reservation at an even rate: the warning comes days before it starves.
TEST(PoolCapture, AlarmBeforeStarvation) {
  Site site;
  const auto pool = make_pool(site, Site::pool_spec());
  AllocateNumbers reserve{.pool = pool, .count = 20'000, .order_id = "line:L1", .token = "r"};
  reserve.line = "L1";
  reserve.low_water = 1'000;
  reserve.until_us = site.clock.now().us + 14 * 24 * numbering::kUsageStepUs;
  ASSERT_TRUE(site.submit({reserve}));
  const std::int64_t start = site.clock.now().us;
  std::optional<std::int64_t> warned;
  std::uint64_t used = 0;
  for (int hour = 1; used < 20'000; ++hour) {
    site.clock.set(UtcTime{start + hour * numbering::kUsageStepUs});
    ASSERT_TRUE(site.submit({move_to({{trace::ObjectNumber(pool, used), 100}}, SerialState::Encoded,
                                     "h" + std::to_string(hour), "line:L1")}));
    used += 100;
    const auto reader = site.trace->reader();
    const auto lines = reader->reservations(pool);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].line, "L1");
    EXPECT_EQ(lines[0].remaining, 20'000 - used);
    const std::int64_t now = site.clock.now().us;
    const auto usage = reader->usage(pool, "L1", now - numbering::kForecastWindowUs);
    const auto forecast =
        numbering::forecast(lines[0].remaining, lines[0].low_water, usage, lines[0].since_us, now);
    if (!warned && forecast.alarm != numbering::SupplyAlarm::None) warned = now;
  }
  const std::int64_t starved = site.clock.now().us;
  ASSERT_TRUE(warned);
  EXPECT_GE(starved - *warned, 2 * 24 * numbering::kUsageStepUs);
  EXPECT_LE(starved - *warned, 4 * 24 * numbering::kUsageStepUs);
}

TEST(PoolCapture, AReservationIsConsumedByWhatItsLineWrites) {
  Site site;
  const auto pool = make_pool(site, Site::pool_spec());
  AllocateNumbers reserve{.pool = pool, .count = 1'000, .order_id = "line:L1", .token = "r"};
  reserve.line = "L1";
  ASSERT_TRUE(site.submit({reserve}));
  EXPECT_TRUE(site.trace->reader()->usage(pool, {}, 0).empty());
  ASSERT_TRUE(site.submit(
      {move_to({{trace::ObjectNumber(pool, 0), 30}}, SerialState::Encoded, "e", "line:L1")}));
  ASSERT_TRUE(site.submit({draw(pool, 5, "d")}));
  EXPECT_EQ(site.trace->reader()->usage(pool, {}, 0).at(0).count, 35U);
  EXPECT_EQ(site.trace->reader()->usage(pool, "L1", 0).at(0).count, 30U);
}

TEST(PoolCapture, WhatALineDoesNotReturnStaysReserved) {
  Site site;
  const auto pool = make_pool(site, Site::pool_spec());
  AllocateNumbers reserve{.pool = pool, .count = 100, .order_id = "line:L1", .token = "r"};
  reserve.line = "L1";
  reserve.until_us = site.clock.now().us + 1;
  ASSERT_TRUE(site.submit({reserve}));
  site.clock.set(UtcTime{site.clock.now().us + 365 * 24 * numbering::kUsageStepUs});
  EXPECT_EQ(site.trace->reader()->reservations(pool).at(0).remaining, 100U);
  ASSERT_TRUE(site.submit({move_to({{trace::ObjectNumber(pool, 40), 60}}, SerialState::Unallocated,
                                   "back", "line:L1")}));
  EXPECT_EQ(site.trace->reader()->reservations(pool).at(0).remaining, 40U);
  EXPECT_EQ(site.submit({draw(pool, 1, "next")})->allocated.at(0).front().first.instance(), 100U);
}

// ---- Many numbers, two sites, crashes ------------------------------------------------------

// 10^8 numbers by two sites that draw from the pool at once: every range is disjoint, and together
// they are all counters from the first on.
TEST(PoolCapture, TwoSitesDrawing100MillionNumbersNeverCollide) {
  Site site;
  numbering::PoolSpec spec = Site::pool_spec();
  spec.planned_quantity = 200'000'000;
  const auto pool = make_pool(site, spec);
  constexpr std::uint64_t kTotal = 100'000'000;
  constexpr std::uint64_t kDraw = 500'000;
  std::vector<std::vector<trace::ObjectRun>> got(2);
  const auto draws = [&](std::size_t who) {
    for (std::uint64_t i = 0; i < kTotal / kDraw / 2; ++i) {
      const auto token = std::to_string(who) + "/" + std::to_string(i);
      const auto receipt = site.submit({draw(pool, kDraw, token)});
      ASSERT_TRUE(receipt) << receipt.error().to_text();
      got[who].insert(got[who].end(), receipt->allocated.at(0).begin(),
                      receipt->allocated.at(0).end());
    }
  };
  std::thread other([&] { draws(1); });
  draws(0);
  other.join();
  std::vector<trace::ObjectRun> all = got[0];
  all.insert(all.end(), got[1].begin(), got[1].end());
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::uint64_t next = 0;
  for (const trace::ObjectRun& run : all) {
    ASSERT_EQ(run.first.instance(), next);  // Neither a gap nor an overlap.
    next += run.count;
  }
  EXPECT_EQ(next, kTotal);
  EXPECT_EQ(site.trace->reader()->pool(pool)->issued, kTotal);
  // Different counters have different texts, since FF1 is a permutation: 50,000 of them show it
  // here, 5 million when PACKTRAIL_LONG is set.
  const std::uint64_t step = long_run() ? 20 : 2'003;
  std::vector<std::string> texts;
  for (std::uint64_t i = 0; i < kTotal; i += step) {
    texts.emplace_back(site.trace->serial(pool, i)->text());
  }
  std::sort(texts.begin(), texts.end());
  EXPECT_EQ(std::adjacent_find(texts.begin(), texts.end()), texts.end());
  // Folded, the states of 10^8 numbers are a few bytes, and mean the same.
  const auto digest = *site.trace->reader()->digest();
  ASSERT_TRUE(site.trace->fold());
  EXPECT_EQ(*site.trace->reader()->digest(), digest);
  EXPECT_EQ(site.trace->reader()->in_state(pool, SerialState::Allocated, 3).size(), 1U);
}

// Where the power fails on the way from a reservation to its acknowledgement.
enum class Step {
  BeforeAppend,  // Nothing is written.
  BeforeFsync,   // Written, and the disk kept it, but never said so.
  BeforePublish  // Durable; neither readers nor the caller heard of it.
};

// Fails at the n-th batch from now, as do all after it.
class FailsToTell final : public CommitObserver {
 public:
  explicit FailsToTell(int batches) : left_(batches) {}
  Status committed(const ledger::Ledger&, const trace::Trace&) override {
    if (left_ == 0) return Error{.code = Errc::Unavailable, .message = "the power fails"};
    --left_;
    return {};
  }

 private:
  int left_;
};

// The power fails at every batch and step in turn; after a restart every acknowledged allocation is
// there, and no number comes twice, to whoever repeats.
void crash_at(Step step, int batch) {
  SCOPED_TRACE("step " + std::to_string(static_cast<int>(step)) + ", batch " +
               std::to_string(batch));
  constexpr int kDraws = 8;
  FailsToTell observer(batch);
  Site site;
  const auto pool = make_pool(site, Site::pool_spec());
  if (step == Step::BeforeAppend) site.store.fail_append(batch);
  if (step == Step::BeforeFsync) {
    site.store.fail_append(batch, ledger::testing::MemoryStore::Failed::Kept);
  }
  if (step == Step::BeforePublish) site.start(&observer);
  std::map<std::string, std::vector<trace::ObjectRun>> acknowledged;
  const auto attempt = [&](int i) {
    const std::string token = "t" + std::to_string(i);
    const auto receipt = site.submit({draw(pool, 10 + static_cast<unsigned>(i), token)});
    if (receipt) acknowledged[token] = receipt->allocated.at(0);
    return receipt && receipt->repeated;
  };
  for (int i = 0; i < kDraws; ++i) EXPECT_FALSE(attempt(i));
  const auto before = acknowledged;
  ASSERT_EQ(before.size(), static_cast<std::size_t>(std::min(batch, kDraws)));
  EXPECT_EQ(site.capture->accepting(), batch >= kDraws);
  site.store.fail_append(-1);
  site.start();
  for (const auto& [token, runs] : before) {
    for (const trace::ObjectRun& run : runs) {
      EXPECT_EQ(life_of(site, run.first), SerialState::Allocated);
    }
  }
  // Everybody repeats: who had an answer gets it again, so does who only lost it, and the others
  // get numbers of their own.
  int repeated = 0;
  for (int i = 0; i < kDraws; ++i) repeated += attempt(i) ? 1 : 0;
  const bool kept = step != Step::BeforeAppend && batch < kDraws;
  EXPECT_EQ(repeated, std::min(batch, kDraws) + (kept ? 1 : 0));
  ASSERT_EQ(acknowledged.size(), static_cast<std::size_t>(kDraws));
  for (const auto& [token, runs] : before) EXPECT_EQ(acknowledged[token], runs) << token;
  std::vector<trace::ObjectRun> all;
  for (const auto& [token, runs] : acknowledged) all.insert(all.end(), runs.begin(), runs.end());
  EXPECT_EQ(trace::count_objects(trace::to_set(all)), trace::count_objects(all));
  EXPECT_EQ(trace::count_objects(all), site.trace->reader()->pool(pool)->next_counter);
}

TEST(PoolCapture, ACrashBetweenReserveAndCommitIssuesNothingTwice) {
  for (const Step step : {Step::BeforeAppend, Step::BeforeFsync, Step::BeforePublish}) {
    for (int batch = 0; batch < 10; ++batch) crash_at(step, batch);
  }
}

}  // namespace
}  // namespace packtrail::capture
