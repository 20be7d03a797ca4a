// trace/projection_store_contract.h - what every trace::ProjectionStore must do, as tests.
//
// A test file instantiates ProjectionStoreContract with a factory of empty stores.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "trace/ports.h"

namespace packtrail::trace::testing {

using StoreFactory = std::function<std::unique_ptr<ProjectionStore>()>;

class ProjectionStoreContract : public ::testing::TestWithParam<StoreFactory> {
 protected:
  void SetUp() override { store_ = GetParam()(); }

  static Bytes bytes(std::string_view text) {
    const ByteView view = as_bytes(text);
    return {view.begin(), view.end()};
  }
  void put(Table table, std::string_view key, std::string_view value) {
    ASSERT_TRUE(store_->write({{table, bytes(key), bytes(value)}}));
  }
  std::unique_ptr<Snapshot> snapshot() {
    auto made = store_->snapshot();
    EXPECT_TRUE(made);
    return *std::move(made);
  }
  static std::string get(Snapshot& snapshot, Table table, std::string_view key) {
    auto value = snapshot.get(table, as_bytes(key));
    EXPECT_TRUE(value);
    return *value ? std::string(as_text(**value)) : "(none)";
  }
  static std::string floor(Snapshot& snapshot, Table table, std::string_view key) {
    auto entry = snapshot.floor(table, as_bytes(key));
    EXPECT_TRUE(entry);
    if (!*entry) return "(none)";
    return std::string(as_text((*entry)->key)) + "=" + std::string(as_text((*entry)->value));
  }
  static std::vector<std::string> scan(Snapshot& snapshot, Table table, std::string_view from,
                                       std::size_t limit = 100) {
    std::vector<std::string> out;
    EXPECT_TRUE(snapshot.scan(table, as_bytes(from), [&](KeyValue entry) {
      out.push_back(std::string(as_text(entry.key)) + "=" + std::string(as_text(entry.value)));
      return out.size() < limit;
    }));
    return out;
  }

  std::unique_ptr<ProjectionStore> store_;
};

TEST_P(ProjectionStoreContract, AnEmptyStoreHoldsNothing) {
  const auto at = snapshot();
  EXPECT_EQ(get(*at, Table::State, "a"), "(none)");
  EXPECT_EQ(floor(*at, Table::State, "a"), "(none)");
  EXPECT_TRUE(scan(*at, Table::State, "").empty());
  EXPECT_TRUE(scan(*at, Table::State, "a").empty());
}

TEST_P(ProjectionStoreContract, TablesAreApartAndSortedByKey) {
  put(Table::State, "b", "1");
  put(Table::State, "d", "2");
  put(Table::State, std::string_view("b\0c", 3), "3");
  put(Table::Children, "c", "other");
  put(Table::State, "\xff", "last");
  put(Table::State, "e", "");
  const auto at = snapshot();
  EXPECT_EQ(get(*at, Table::State, "b"), "1");
  EXPECT_EQ(get(*at, Table::State, "c"), "(none)");
  EXPECT_EQ(get(*at, Table::State, "e"), "");
  EXPECT_EQ(floor(*at, Table::State, "a"), "(none)");
  EXPECT_EQ(floor(*at, Table::State, "b"), "b=1");
  EXPECT_EQ(floor(*at, Table::State, "c"), std::string("b\0c=3", 5));
  EXPECT_EQ(floor(*at, Table::State, "d"), "d=2");
  EXPECT_EQ(floor(*at, Table::State, "\xff\xff"), "\xff=last");
  EXPECT_EQ(floor(*at, Table::Children, "z"), "c=other");
  EXPECT_EQ(floor(*at, Table::Children, "b"), "(none)");
  EXPECT_EQ(scan(*at, Table::State, "c"), (std::vector<std::string>{"d=2", "e=", "\xff=last"}));
  EXPECT_EQ(scan(*at, Table::State, "", 1), (std::vector<std::string>{"b=1"}));
}

TEST_P(ProjectionStoreContract, ASnapshotStandsStillUntilRenewed) {
  put(Table::Meta, "a", "1");
  const auto at = snapshot();
  const auto view = *at->get(Table::Meta, as_bytes("a"));
  ASSERT_TRUE(view);
  EXPECT_EQ(floor(*at, Table::Meta, "b"), "a=1");
  for (int i = 2; i < 10; ++i) put(Table::Meta, "a", std::to_string(i));
  ASSERT_TRUE(store_->write({{Table::Meta, bytes("b"), bytes("new")},
                             {Table::Meta, bytes("a"), std::nullopt},
                             {Table::Meta, bytes("never"), std::nullopt}}));
  EXPECT_EQ(as_text(*view), "1");
  EXPECT_EQ(get(*at, Table::Meta, "a"), "1");
  EXPECT_EQ(get(*at, Table::Meta, "b"), "(none)");
  ASSERT_TRUE(store_->renew(*at));
  EXPECT_EQ(get(*at, Table::Meta, "a"), "(none)");
  EXPECT_EQ(get(*at, Table::Meta, "b"), "new");
  EXPECT_EQ(floor(*at, Table::Meta, "b"), "b=new");
}

TEST_P(ProjectionStoreContract, AScanMayReadElsewhereInTheSameTable) {
  for (const char* key : {"a", "b", "c"}) put(Table::Orders, key, key);
  const auto at = snapshot();
  std::string seen;
  ASSERT_TRUE(at->scan(Table::Orders, as_bytes("a"), [&](KeyValue entry) {
    seen += as_text(entry.key);
    EXPECT_EQ(floor(*at, Table::Orders, "z"), "c=c");
    EXPECT_EQ(scan(*at, Table::Orders, "b").size(), 2U);
    return true;
  }));
  EXPECT_EQ(seen, "abc");
}

TEST_P(ProjectionStoreContract, ClearRemovesEverything) {
  put(Table::Meta, "a", "1");
  put(Table::History, "b", "2");
  const auto old = snapshot();
  ASSERT_TRUE(store_->clear());
  EXPECT_EQ(get(*old, Table::Meta, "a"), "1");
  const auto at = snapshot();
  EXPECT_EQ(get(*at, Table::Meta, "a"), "(none)");
  EXPECT_TRUE(scan(*at, Table::History, "").empty());
  put(Table::Meta, "a", "3");
  EXPECT_EQ(get(*snapshot(), Table::Meta, "a"), "3");
}

TEST_P(ProjectionStoreContract, KeepsLongKeysAndValues) {
  const std::string key(500, 'k');
  const std::string value(100'000, 'v');
  put(Table::EventIndex, key, value);
  EXPECT_EQ(get(*snapshot(), Table::EventIndex, key), value);
}

}  // namespace packtrail::trace::testing
