#include "adapters/witness/witness.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "adapters/os/data_folder.h"
#include "capture/testing.h"

namespace packtrail::adapters {
namespace {

namespace fs = std::filesystem;
using capture::testing::Site;

class WitnessTest : public ::testing::Test {
 protected:
  fs::path root_;
  ledger::LedgerId id_{{1, 2, 3}};
  std::unique_ptr<Witness> witness_;
  Site site_;

  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "packtrail-witness-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    root_ = name;
    std::ofstream(root_ / "a.mdb") << "a";
    std::ofstream(root_ / "b.mdb") << "b";
  }
  void TearDown() override {
    site_.capture.reset();
    witness_.reset();
    fs::remove_all(root_);
  }

  static std::unique_ptr<Witness> open_witness(const fs::path& root, const ledger::LedgerId& id,
                                               std::string_view file) {
    auto opened = Witness::open(root / "witness", id, root / file);
    return opened ? std::move(*opened) : nullptr;
  }
  // Opens the site as a process would whose ledger is `file`; what the witness said to it.
  Witness::Suspicion start(Site& site, std::string_view file) {
    site.capture.reset();
    witness_.reset();
    witness_ = open_witness(root_, id_, file);
    auto found = witness_->suspicion(*site.ledger, *site.trace);
    EXPECT_TRUE(found);
    EXPECT_TRUE(witness_->adopt(*site.ledger, *site.trace, *found));
    site.capture = std::make_unique<capture::Capture>(
        *site.ledger, *site.trace, site.model, site.clock, witness_.get(),
        capture::Capture::Options{.software_version = "test", .keys = &site.keys});
    return *found;
  }
  void stop(Site& site) {
    site.capture.reset();
    witness_.reset();
    site.start();
  }

  static trace::ObjectClass make_pool(Site& site) {
    return site.submit({capture::CreatePool{.spec = Site::pool_spec()}})->created[0];
  }
  static void draw(Site& site, trace::ObjectClass pool, std::uint64_t count, std::string token) {
    if (!site.trace->reader()->order("o1")) {
      ASSERT_TRUE(site.submit({capture::OpenOrder{.order_id = "o1", .document = "{}"}}));
    }
    const auto drawn = site.submit({capture::AllocateNumbers{
        .pool = pool, .count = count, .order_id = "o1", .token = std::move(token)}});
    ASSERT_TRUE(drawn) << drawn.error().to_text();
  }
};

TEST_F(WitnessTest, TheSameFileIsTrusted) {
  EXPECT_EQ(start(site_, "a.mdb").cause, "");
  draw(site_, make_pool(site_), 100, "t");
  stop(site_);
  EXPECT_EQ(start(site_, "a.mdb").cause, "");
}

TEST_F(WitnessTest, AnOldLedgerThatNobodySawIsSuspected) {
  make_pool(site_);
  EXPECT_NE(start(site_, "a.mdb").cause.find("never seen"), std::string::npos);
}

TEST_F(WitnessTest, AShorterLedgerIsSuspectedWithItsFloors) {
  start(site_, "a.mdb");
  const auto pool = make_pool(site_);
  draw(site_, pool, 100, "t");
  stop(site_);
  Site older;
  const auto found = start(older, "a.mdb");
  EXPECT_NE(found.cause.find("older copy"), std::string::npos) << found.cause;
  ASSERT_EQ(found.floors.size(), 1U);  // Also of a class that the older ledger lacks.
  EXPECT_EQ(found.floors[0], std::pair(pool, std::uint64_t{100}));
}

TEST_F(WitnessTest, ACopyElsewhereIsSuspectedAndLeavesTheTrueOneAlone) {
  start(site_, "a.mdb");
  const auto pool = make_pool(site_);
  draw(site_, pool, 100, "t");
  stop(site_);
  EXPECT_NE(start(site_, "b.mdb").cause, "");  // The copy has the same facts.
  ASSERT_TRUE(site_.submit({capture::BlockPools{.cause = "copy"}}));
  stop(site_);
  EXPECT_EQ(start(site_, "a.mdb").cause, "");
}

TEST_F(WitnessTest, NumbersIssuedFromACopyAreFloorsOfTheTrueOne) {
  start(site_, "a.mdb");
  const auto pool = make_pool(site_);
  stop(site_);
  Site copy;
  make_pool(copy);
  EXPECT_NE(start(copy, "b.mdb").cause, "");
  draw(copy, pool, 500, "t");
  stop(copy);
  const auto found = start(site_, "a.mdb");
  ASSERT_EQ(found.floors.size(), 1U) << found.cause;
  EXPECT_EQ(found.floors[0], std::pair(pool, std::uint64_t{500}));
  // Said once, the ledger's own floor holds: it is not blocked again at every start.
  stop(site_);
  EXPECT_EQ(start(site_, "a.mdb").cause, "");
}

TEST_F(WitnessTest, WhatAnOlderCopyForgetsStaysKnown) {
  start(site_, "a.mdb");
  const auto pool = make_pool(site_);
  draw(site_, pool, 700, "t");
  stop(site_);
  {
    Site older;
    make_pool(older);
    ASSERT_EQ(start(older, "a.mdb").floors.size(), 1U);
    stop(older);
  }
  {
    Site oldest;
    make_pool(oldest);
    const auto found = start(oldest, "b.mdb");
    ASSERT_EQ(found.floors.size(), 1U);
    EXPECT_EQ(found.floors[0], std::pair(pool, std::uint64_t{700}));
    stop(oldest);
  }
}

TEST_F(WitnessTest, TornWritesAccuseNobody) {
  start(site_, "a.mdb");
  const auto pool = make_pool(site_);
  for (int i = 0; i < 3; ++i) draw(site_, pool, 10, std::to_string(i));
  stop(site_);
  std::vector<fs::path> slots;
  for (const auto& entry : fs::directory_iterator(root_ / "witness")) {
    if (entry.path().extension() != ".base") slots.push_back(entry.path());
  }
  ASSERT_EQ(slots.size(), 2U);
  for (const fs::path& slot : slots) {
    std::string content = *read_file(slot, 1 << 20);
    ASSERT_GT(content.size(), 40U);
    fs::resize_file(slot, content.size() / 2);
    EXPECT_EQ(start(site_, "a.mdb").cause, "") << slot;
    stop(site_);
  }
  for (const fs::path& slot : slots) std::ofstream(slot, std::ios::trunc) << "";
  EXPECT_EQ(start(site_, "a.mdb").cause, "");
}

TEST_F(WitnessTest, OtherLedgersRecordsAreNotRead) {
  start(site_, "a.mdb");
  make_pool(site_);
  stop(site_);
  id_ = ledger::LedgerId{{9}};
  EXPECT_NE(start(site_, "a.mdb").cause.find("never seen"), std::string::npos);
}

}  // namespace
}  // namespace packtrail::adapters
