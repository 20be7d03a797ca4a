// The LMDB store keeps the contract, survives a reopening, and notices damage.
#include "adapters/projection_lmdb/lmdb_projection_store.h"

#include <gtest/gtest.h>
#include <lmdb.h>

#include <filesystem>
#include <string>

#include "trace/projection_store_contract.h"
#include "trace/testing.h"

namespace packtrail::adapters {
namespace {

using trace::Table;

std::string fresh_folder() {
  std::string path = std::filesystem::temp_directory_path() / "packtrail-projections-XXXXXX";
  if (mkdtemp(path.data()) == nullptr) std::abort();
  return path;
}

// Removes its folder when the test ends.
class Folder {
 public:
  Folder() : path_(fresh_folder()) {}
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class StoreInFolder final : public trace::ProjectionStore {
 public:
  StoreInFolder() : store_(*LmdbProjectionStore::open(folder_.path())) {}
  Result<std::unique_ptr<trace::Snapshot>> snapshot() const override { return store_->snapshot(); }
  Status renew(trace::Snapshot& snapshot) const override { return store_->renew(snapshot); }
  Status write(const std::vector<trace::Write>& writes) override { return store_->write(writes); }
  Status clear() override { return store_->clear(); }

 private:
  Folder folder_;
  std::unique_ptr<LmdbProjectionStore> store_;
};

Bytes bytes(std::string_view text) {
  const ByteView view = as_bytes(text);
  return {view.begin(), view.end()};
}

TEST(LmdbProjectionStore, KeepsWhatWasWrittenWhenOpenedAgain) {
  const Folder folder;
  {
    auto store = LmdbProjectionStore::open(folder.path());
    ASSERT_TRUE(store) << store.error().to_text();
    ASSERT_TRUE((*store)->write({{Table::State, bytes("a"), bytes("1")}}));
  }
  auto store = LmdbProjectionStore::open(folder.path());
  ASSERT_TRUE(store);
  auto at = (*store)->snapshot();
  ASSERT_TRUE(at);
  auto value = (*at)->get(Table::State, as_bytes("a"));
  ASSERT_TRUE(value && *value);
  EXPECT_EQ(as_text(**value), "1");
  EXPECT_GT((*store)->used_bytes(), 0U);
}

TEST(LmdbProjectionStore, RefusesMoreSnapshotsThanAllowed) {
  const Folder folder;
  auto store = LmdbProjectionStore::open(folder.path(), {.readers_max = 2});
  ASSERT_TRUE(store);
  auto a = (*store)->snapshot();
  auto b = (*store)->snapshot();
  ASSERT_TRUE(a && b);
  auto c = (*store)->snapshot();
  ASSERT_FALSE(c);
  EXPECT_EQ(c.error().code, Errc::ResourceExhausted);
}

TEST(LmdbProjectionStore, AFullMapIsResourceExhaustedAndWritesNothing) {
  const Folder folder;
  auto store = LmdbProjectionStore::open(folder.path(), {.map_size = 1 << 20});
  ASSERT_TRUE(store);
  std::vector<trace::Write> writes;
  for (int i = 0; i < 1000; ++i) {
    writes.push_back({Table::State, bytes("key" + std::to_string(i)), Bytes(2000, 7)});
  }
  const Status full = (*store)->write(writes);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, Errc::ResourceExhausted);
  const auto at = *(*store)->snapshot();
  EXPECT_FALSE(at->get(Table::State, as_bytes("key0"))->has_value());
}

// Changes one stored value behind the store's back.
void damage(const std::string& path, const char* database, std::string_view key,
            const std::function<void(std::string&)>& change) {
  MDB_env* env = nullptr;
  ASSERT_EQ(mdb_env_create(&env), 0);
  mdb_env_set_maxdbs(env, 8);
  mdb_env_set_mapsize(env, std::size_t{1} << 30);
  ASSERT_EQ(mdb_env_open(env, path.c_str(), 0, 0600), 0);
  MDB_txn* txn = nullptr;
  ASSERT_EQ(mdb_txn_begin(env, nullptr, 0, &txn), 0);
  MDB_dbi dbi = 0;
  ASSERT_EQ(mdb_dbi_open(txn, database, 0, &dbi), 0);
  std::string name(key);
  MDB_val key_val{name.size(), name.data()};
  MDB_val value{};
  ASSERT_EQ(mdb_get(txn, dbi, &key_val, &value), 0);
  std::string copy(static_cast<const char*>(value.mv_data), value.mv_size);
  change(copy);
  MDB_val changed{copy.size(), copy.data()};
  ASSERT_EQ(mdb_put(txn, dbi, &key_val, &changed, 0), 0);
  ASSERT_EQ(mdb_txn_commit(txn), 0);
  mdb_env_close(env);
}

TEST(LmdbProjectionStore, EveryFlippedByteIsDataLoss) {
  for (std::size_t place = 0; place < 8 + 5; ++place) {
    const Folder folder;
    {
      auto store = LmdbProjectionStore::open(folder.path());
      ASSERT_TRUE((*store)->write({{Table::State, bytes("a"), bytes("value")},
                                   {Table::State, bytes("b"), bytes("whole")}}));
    }
    damage(folder.path(), "state", "a",
           [&](std::string& value) { value[place] = static_cast<char>(value[place] ^ 1); });
    auto store = LmdbProjectionStore::open(folder.path());
    ASSERT_TRUE(store);
    auto at = *(*store)->snapshot();
    EXPECT_EQ(at->get(Table::State, as_bytes("a")).error().code, Errc::DataLoss);
    EXPECT_EQ(at->floor(Table::State, as_bytes("aa")).error().code, Errc::DataLoss);
    EXPECT_EQ(
        at->scan(Table::State, as_bytes("a"), [](trace::KeyValue) { return true; }).error().code,
        Errc::DataLoss);
    EXPECT_TRUE(at->get(Table::State, as_bytes("b")));
  }
}

TEST(LmdbProjectionStore, AValueUnderAnotherKeyIsDataLoss) {
  const Folder folder;
  {
    auto store = LmdbProjectionStore::open(folder.path());
    ASSERT_TRUE((*store)->write(
        {{Table::State, bytes("a"), bytes("value")}, {Table::State, bytes("b"), bytes("other")}}));
  }
  std::string taken;
  damage(folder.path(), "state", "a", [&](std::string& value) { taken = value; });
  damage(folder.path(), "state", "b", [&](std::string& value) { value = taken; });
  auto store = LmdbProjectionStore::open(folder.path());
  EXPECT_EQ((*(*store)->snapshot())->get(Table::State, as_bytes("b")).error().code, Errc::DataLoss);
}

TEST(LmdbProjectionStore, TraceFoldsReopensAndReportsDamage) {
  using namespace trace;           // NOLINT(google-build-using-namespace)
  using namespace trace::testing;  // NOLINT(google-build-using-namespace)
  const Folder folder;
  TestKeys keys;
  Digest digest{};
  {
    auto store = *LmdbProjectionStore::open(folder.path());
    auto trace = *Trace::open(*store, keys, {});
    std::uint64_t position = 0;
    ASSERT_TRUE(apply_next(*trace, position, pool_created(1)));
    ASSERT_TRUE(apply_next(*trace, position, allocated(runs_of(1, 0, 1000))));
    trace->publish();
    ASSERT_TRUE(trace->fold());
    auto reader = trace->reader();
    digest = *reader->digest();
  }
  {
    auto store = *LmdbProjectionStore::open(folder.path());
    auto trace = *Trace::open(*store, keys, {});
    EXPECT_EQ(trace->applied(), 2U);
    EXPECT_EQ(*trace->reader()->digest(), digest);
  }
  std::string first("\0\0\1\0\0\0\0\0", 8);
  damage(folder.path(), "state", first, [](std::string& value) { value.back() ^= 1; });
  auto store = *LmdbProjectionStore::open(folder.path());
  auto trace = *Trace::open(*store, keys, {});
  auto reader = trace->reader();
  EXPECT_FALSE(reader->state(Viewer::owner(), ObjectNumber(ObjectClass(1), 5)));
  ASSERT_FALSE(reader->failure());
  EXPECT_EQ(reader->failure().error().code, Errc::DataLoss);
  EXPECT_FALSE(trace->reader()->digest());
  std::uint64_t position = 2;
  const Status refused =
      apply_next(*trace, position, moved(runs_of(1, 5, 1), numbering::SerialState::SnInvalid));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::DataLoss);
}

}  // namespace
}  // namespace packtrail::adapters

namespace packtrail::trace::testing {

INSTANTIATE_TEST_SUITE_P(Lmdb, ProjectionStoreContract,
                         ::testing::Values(StoreFactory([]() -> std::unique_ptr<ProjectionStore> {
                           return std::make_unique<adapters::StoreInFolder>();
                         })));

}  // namespace packtrail::trace::testing
