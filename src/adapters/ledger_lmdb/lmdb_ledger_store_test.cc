#include "adapters/ledger_lmdb/lmdb_ledger_store.h"

#include <gtest/gtest.h>
#include <lmdb.h>
#include <sys/resource.h>
#include <unistd.h>
#include <xxhash.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <thread>

#include "ledger/ledger.h"
#include "ledger/testing.h"

namespace packtrail::adapters {
namespace {

namespace fs = std::filesystem;
using ledger::AppendBatch;

class FixedRandom : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override {
    for (auto& byte : out) byte = ++next_;
  }

 private:
  std::uint8_t next_ = 0;
};

class LmdbLedgerStoreTest : public ::testing::Test {
 protected:
  fs::path root_;
  std::string path_;
  FixedRandom random_;

  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "packtrail-lmdb-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    root_ = name;
    path_ = (root_ / "ledger").string();
  }
  void TearDown() override { fs::remove_all(root_); }

  std::unique_ptr<LmdbLedgerStore> opened(LmdbLedgerOptions options = {}) {
    auto store = LmdbLedgerStore::open(path_, random_, options);
    EXPECT_TRUE(store) << store.error().to_text();
    return store ? std::move(*store) : nullptr;
  }
  Error open_error() {
    auto store = LmdbLedgerStore::open(path_, random_);
    EXPECT_FALSE(store);
    return store ? Error{} : store.error();
  }

  static Bytes fact(std::uint64_t position, std::size_t size = 100) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(position * 31 + i);
    return bytes;
  }
  static AppendBatch batch(std::uint64_t first, std::uint64_t count, std::size_t size = 100) {
    AppendBatch made;
    made.first_position = first;
    for (std::uint64_t i = 0; i < count; ++i) made.facts.push_back(fact(first + i, size));
    made.frontier = {Digest{1}, Digest{2}};
    made.checkpoint = "checkpoint at " + std::to_string(first + count);
    return made;
  }
  static void expect_facts(const LmdbLedgerStore& store, std::uint64_t first, std::uint64_t last) {
    std::uint64_t next = first;
    const Status read =
        store.read(first, last, [&](std::uint64_t position, ByteView bytes) -> Status {
          EXPECT_EQ(position, next++);
          EXPECT_TRUE(std::ranges::equal(bytes, fact(position))) << position;
          return {};
        });
    EXPECT_TRUE(read) << read.error().to_text();
    EXPECT_EQ(next, last);
  }

  // Works on the folder with LMDB alone, as a damaged disk or another program would.
  void edit(const char* database, const std::function<void(MDB_txn*, MDB_dbi)>& work) {
    MDB_env* env = nullptr;
    ASSERT_EQ(mdb_env_create(&env), 0);
    mdb_env_set_maxdbs(env, 8);
    mdb_env_set_mapsize(env, std::size_t{1} << 30);
    ASSERT_EQ(mdb_env_open(env, path_.c_str(), 0, 0600), 0);
    MDB_txn* txn = nullptr;
    ASSERT_EQ(mdb_txn_begin(env, nullptr, 0, &txn), 0);
    MDB_dbi dbi = 0;
    ASSERT_EQ(mdb_dbi_open(txn, database, 0, &dbi), 0);
    work(txn, dbi);
    ASSERT_EQ(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
  }
  void flip(const char* database, Bytes key, std::size_t at) {
    edit(database, [&](MDB_txn* txn, MDB_dbi dbi) {
      MDB_val key_val{key.size(), key.data()};
      MDB_val value;
      ASSERT_EQ(mdb_get(txn, dbi, &key_val, &value), 0);
      const auto* stored = static_cast<const std::uint8_t*>(value.mv_data);
      Bytes changed(stored, stored + value.mv_size);
      changed.at(at) ^= 0x10;
      MDB_val changed_val{changed.size(), changed.data()};
      ASSERT_EQ(mdb_put(txn, dbi, &key_val, &changed_val, 0), 0);
    });
  }
  // Format 2 with its checksum, made as docs/formats/ledger-lmdb.md says: without one it would be
  // refused as damaged.
  static Bytes future_format() {
    constexpr std::string_view kPlace("meta\0format", 11);
    const Bytes content{0, 0, 0, 2};
    std::uint64_t sum = XXH3_64bits_withSeed(content.data(), content.size(),
                                             XXH3_64bits(kPlace.data(), kPlace.size()));
    Bytes value(8);
    for (std::size_t i = 8; i-- > 0; sum >>= 8) value[i] = static_cast<std::uint8_t>(sum);
    value.insert(value.end(), content.begin(), content.end());
    return value;
  }
  static Bytes key_text(std::string_view text) { return {text.begin(), text.end()}; }
};

TEST_F(LmdbLedgerStoreTest, NewLedgerIsEmptyAndKeepsItsId) {
  ledger::LedgerId id;
  {
    const auto store = opened();
    id = store->id();
    EXPECT_NE(id, ledger::LedgerId{});
    EXPECT_EQ(store->size(), 0U);
    EXPECT_TRUE(store->frontier().empty());
    EXPECT_EQ(store->checkpoint(), "");
  }
  EXPECT_EQ(opened()->id(), id);
  EXPECT_EQ(fs::status(path_).permissions(), fs::perms::owner_all);
  EXPECT_EQ(fs::status(fs::path(path_) / "data.mdb").permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(LmdbLedgerStoreTest, KeepsBatchesAcrossReopening) {
  {
    const auto store = opened();
    AppendBatch first = batch(0, 300);
    first.nodes = {{8, 0, Digest{8}}};
    ASSERT_TRUE(store->append(first));
    ASSERT_TRUE(store->append(batch(300, 5000)));
    expect_facts(*store, 0, 5300);
  }
  const auto store = opened();
  EXPECT_EQ(store->size(), 5300U);
  EXPECT_EQ(store->frontier(), (std::vector<Digest>{Digest{1}, Digest{2}}));
  EXPECT_EQ(store->checkpoint(), "checkpoint at 5300");
  expect_facts(*store, 0, 5300);
  expect_facts(*store, 1023, 2049);
  expect_facts(*store, 5299, 5300);
  expect_facts(*store, 7, 7);
  EXPECT_EQ(*store->node(8, 0), Digest{8});
  EXPECT_EQ(store->node(8, 1).error().code, Errc::NotFound);
  EXPECT_EQ(store->read(0, 5301, {}).error().code, Errc::NotFound);
}

TEST_F(LmdbLedgerStoreTest, TakesFactsOfEverySize) {
  const auto store = opened();
  std::uint64_t position = 0;
  for (const std::size_t size : {0UL, 1UL, 2029UL, 2030UL, 4080UL, 4096UL, 100'000UL, 16UL << 20}) {
    ASSERT_TRUE(store->append(batch(position, 1, size)));
    ASSERT_TRUE(
        store->read(position, position + 1, [&](std::uint64_t at, ByteView bytes) -> Status {
          EXPECT_TRUE(std::ranges::equal(bytes, fact(at, size)));
          return {};
        }));
    ++position;
  }
}

TEST_F(LmdbLedgerStoreTest, AReaderStopsTheRead) {
  const auto store = opened();
  ASSERT_TRUE(store->append(batch(0, 10)));
  int taken = 0;
  const Status read = store->read(0, 10, [&](std::uint64_t, ByteView) -> Status {
    if (++taken == 3) return Error{.code = Errc::Aborted, .message = "enough"};
    return {};
  });
  EXPECT_EQ(read.error().code, Errc::Aborted);
  EXPECT_EQ(taken, 3);
}

TEST_F(LmdbLedgerStoreTest, NoticesAFlippedBitAnywhereInAFact) {
  ASSERT_TRUE(opened()->append(batch(0, 3)));
  for (const std::size_t at : {std::size_t{0}, std::size_t{7}, std::size_t{8}, std::size_t{107}}) {
    flip("facts", {0, 0, 0, 0, 0, 0, 0, 1}, at);
    const auto store = opened();
    expect_facts(*store, 0, 1);
    expect_facts(*store, 2, 3);
    const Status read = store->read(0, 3, [](std::uint64_t, ByteView) -> Status { return {}; });
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, Errc::DataLoss);
    EXPECT_EQ(read.error().field, "facts/0x0000000000000001");
    flip("facts", {0, 0, 0, 0, 0, 0, 0, 1}, at);
  }
}

TEST_F(LmdbLedgerStoreTest, NoticesAFactInAnotherPlace) {
  ASSERT_TRUE(opened()->append(batch(0, 3)));
  edit("facts", [](MDB_txn* txn, MDB_dbi dbi) {
    Bytes from{0, 0, 0, 0, 0, 0, 0, 0};
    Bytes to{0, 0, 0, 0, 0, 0, 0, 2};
    MDB_val from_val{from.size(), from.data()};
    MDB_val value;
    ASSERT_EQ(mdb_get(txn, dbi, &from_val, &value), 0);
    Bytes copy(static_cast<std::uint8_t*>(value.mv_data),
               static_cast<std::uint8_t*>(value.mv_data) + value.mv_size);
    MDB_val to_val{to.size(), to.data()};
    MDB_val copy_val{copy.size(), copy.data()};
    ASSERT_EQ(mdb_put(txn, dbi, &to_val, &copy_val, 0), 0);
  });
  const auto read = opened()->read(2, 3, [](std::uint64_t, ByteView) -> Status { return {}; });
  EXPECT_EQ(read.error().code, Errc::DataLoss);
}

TEST_F(LmdbLedgerStoreTest, NoticesDamagedMetaAndNodes) {
  AppendBatch first = batch(0, 256);
  first.nodes = {{8, 0, Digest{8}}};
  ASSERT_TRUE(opened()->append(first));
  for (const char* key : {"head", "ledger", "format"}) {
    flip("meta", key_text(key), 9);
    const Error error = open_error();
    EXPECT_EQ(error.code, Errc::DataLoss) << key;
    EXPECT_EQ(error.field, std::string("meta/") + key);
    flip("meta", key_text(key), 9);
  }
  flip("nodes", {8, 0, 0, 0, 0, 0, 0, 0, 0}, 20);
  EXPECT_EQ(opened()->node(8, 0).error().code, Errc::DataLoss);
}

TEST_F(LmdbLedgerStoreTest, NoticesAMissingFact) {
  ASSERT_TRUE(opened()->append(batch(0, 3)));
  edit("facts", [](MDB_txn* txn, MDB_dbi dbi) {
    Bytes key{0, 0, 0, 0, 0, 0, 0, 2};
    MDB_val key_val{key.size(), key.data()};
    ASSERT_EQ(mdb_del(txn, dbi, &key_val, nullptr), 0);
  });
  EXPECT_EQ(open_error().code, Errc::DataLoss);
}

TEST_F(LmdbLedgerStoreTest, NoticesMissingMeta) {
  ASSERT_TRUE(opened()->append(batch(0, 3)));
  edit("meta", [](MDB_txn* txn, MDB_dbi dbi) { ASSERT_EQ(mdb_drop(txn, dbi, 0), 0); });
  EXPECT_EQ(open_error().code, Errc::DataLoss) << "facts without a description are no new ledger";
}

TEST_F(LmdbLedgerStoreTest, RefusesANewerFormat) {
  opened();
  edit("meta", [](MDB_txn* txn, MDB_dbi dbi) {
    Bytes key{'f', 'o', 'r', 'm', 'a', 't'};
    Bytes value = future_format();
    MDB_val key_val{key.size(), key.data()};
    MDB_val value_val{value.size(), value.data()};
    ASSERT_EQ(mdb_put(txn, dbi, &key_val, &value_val, 0), 0);
  });
  const Error error = open_error();
  EXPECT_EQ(error.code, Errc::FailedPrecondition);
  EXPECT_NE(error.message.find('2'), std::string::npos);
}

TEST_F(LmdbLedgerStoreTest, RefusesAFolderThatIsNoLedger) {
  fs::create_directory(path_);
  std::FILE* file = std::fopen((path_ + "/data.mdb").c_str(), "w");
  for (int i = 0; i < 10000; ++i) std::fputs("not lmdb", file);
  std::fclose(file);
  EXPECT_EQ(open_error().code, Errc::FailedPrecondition);
}

TEST_F(LmdbLedgerStoreTest, RefusesABatchThatDoesNotBeginAtTheEnd) {
  const auto store = opened();
  ASSERT_TRUE(store->append(batch(0, 2)));
  EXPECT_EQ(store->append(batch(1, 1)).error().code, Errc::InvalidArgument);
  EXPECT_EQ(store->append(batch(2, 1)).error().code, Errc::Unavailable);
  EXPECT_EQ(store->size(), 2U);
}

TEST_F(LmdbLedgerStoreTest, AFullMapLosesNothingAndStopsAppends) {
  std::uint64_t size = 0;
  {
    const auto store = opened({.map_size = 4 << 20, .size_max = 1 << 30});
    Status appended;
    while ((appended = store->append(batch(size, 100)))) size += 100;
    EXPECT_EQ(appended.error().code, Errc::ResourceExhausted);
    EXPECT_NE(appended.error().remedy, "");
    EXPECT_EQ(store->append(batch(size, 100)).error().code, Errc::Unavailable);
    EXPECT_EQ(store->size(), size);
    EXPECT_GT(size, 1000U);
    expect_facts(*store, 0, size);
  }
  const auto store = opened();
  EXPECT_EQ(store->size(), size);
  expect_facts(*store, 0, size);
  EXPECT_TRUE(store->append(batch(size, 100))) << "a larger map takes it";
}

TEST_F(LmdbLedgerStoreTest, TheSizeLimitIsHeld) {
  const std::uint64_t limit = 6 << 20;
  const auto store = opened({.map_size = 1 << 30, .size_max = limit});
  std::uint64_t size = 0;
  Status appended;
  while ((appended = store->append(batch(size, 100)))) size += 100;
  EXPECT_EQ(appended.error().code, Errc::ResourceExhausted);
  EXPECT_GT(size, 1000U);
  EXPECT_LE(fs::file_size(fs::path(path_) / "data.mdb"), limit);
}

TEST_F(LmdbLedgerStoreTest, AFailingWriteLosesNothingAndStopsAppends) {
  // The kernel refuses to write beyond this file size, as a full disk would.
  std::uint64_t size = 0;
  {
    const auto store = opened();
    ASSERT_TRUE(store->append(batch(0, 100)));
    size = 100;
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    rlimit small = before;
    small.rlim_cur = 2 << 20;
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    Status appended;
    while ((appended = store->append(batch(size, 100)))) size += 100;
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    EXPECT_EQ(store->append(batch(size, 100)).error().code, Errc::Unavailable)
        << "also when the cause is gone";
    EXPECT_EQ(store->size(), size);
    expect_facts(*store, 0, size);
  }
  const auto store = opened();
  EXPECT_EQ(store->size(), size);
  expect_facts(*store, 0, size);
}

TEST_F(LmdbLedgerStoreTest, ReadersSeeWholeBatchesWhileAWriterAppends) {
  const auto store = opened();
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> read_facts{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      while (!done) {
        const std::uint64_t size = store->size();
        EXPECT_EQ(size % 50, 0U);
        const std::uint64_t first = size > 3000 ? size - 3000 : 0;
        expect_facts(*store, first, size);
        read_facts += size - first;
      }
    });
  }
  for (std::uint64_t size = 0; size < 10000; size += 50)
    ASSERT_TRUE(store->append(batch(size, 50)));
  done = true;
  for (auto& reader : readers) reader.join();
  EXPECT_GT(read_facts.load(), 0U);
}

TEST_F(LmdbLedgerStoreTest, ALedgerOnItReopensWithTheSameHead) {
  ledger::testing::TestSigner signer;
  ledger::testing::PlainTexts texts;
  std::string checkpoint;
  for (std::uint64_t round = 0; round < 3; ++round) {
    const auto store = opened();
    const auto ledger = ledger::Ledger::open(*store, signer, "packtrail.example", Bytes(32, 3));
    ASSERT_TRUE(ledger) << ledger.error().to_text();
    EXPECT_EQ((*ledger)->head().checkpoint, checkpoint);
    for (std::uint64_t i = 0; i < 400; ++i) {
      ledger::v1::Fact fact;
      const auto id = store->id();
      fact.mutable_envelope()->set_ledger_id(id.value().data(), id.value().size());
      fact.mutable_envelope()->set_position((*ledger)->pending_size());
      fact.mutable_epcis_event()->mutable_epc_list()->add_runs()->add_texts("urn:x:1");
      ASSERT_TRUE((*ledger)->stage(fact, *(*ledger)->commit_epcs(fact, texts)));
    }
    ASSERT_TRUE((*ledger)->commit());
    checkpoint = (*ledger)->head().checkpoint;
    const auto path = (*ledger)->inclusion_path(17, (*ledger)->size(), texts);
    EXPECT_TRUE(path) << path.error().to_text();
  }
}

}  // namespace
}  // namespace packtrail::adapters
