#include "adapters/projection_lmdb/lmdb_projection_store.h"

#include <sys/stat.h>
#include <xxhash.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <string_view>
#include <utility>

#include "adapters/lmdb/lmdb.h"
#include "base/assert.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PACKTRAIL_LMDB_SMALL_MAP 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define PACKTRAIL_LMDB_SMALL_MAP 1
#endif
#endif

namespace packtrail::adapters {
namespace {

using trace::KeyValue;
using trace::kTableCount;
using trace::Table;
using trace::Write;

constexpr std::size_t kChecksumSize = 8;
constexpr std::array<const char*, kTableCount> kNames = {
    "meta", "directory", "state", "children", "history", "event_index", "orders"};
constexpr const char* kStoreName = "store";  // A database of its own: clear() leaves it.
constexpr std::string_view kFormatKey = "format";

using Databases = std::array<MDB_dbi, kTableCount>;

// Seeded with the value's place, so a value that moved elsewhere is noticed.
std::uint64_t checksum(Table table, ByteView key, ByteView value) {
  const auto seed = static_cast<std::uint64_t>(table) + 1;
  return XXH3_64bits_withSeed(value.data(), value.size(),
                              XXH3_64bits_withSeed(key.data(), key.size(), seed));
}

constexpr LmdbRemedies kRemedies{
    .map_full = "The projections have reached their reserved size: raise it in the configuration.",
    .damaged = "Rebuild the projections from the ledger.",
    .foreign = "The folder does not hold projections that this program can read."};

Error lmdb_error(int code, const char* what) { return lmdb_error(code, what, kRemedies); }

// Splits a stored value into checksum and content, and verifies it.
Result<ByteView> checked(Table table, ByteView key, ByteView stored) {
  std::uint64_t expected = 0;
  const bool whole = stored.size() >= kChecksumSize;
  const ByteView content = whole ? stored.subspan(kChecksumSize) : ByteView();
  if (whole) {
    for (std::size_t i = 0; i < kChecksumSize; ++i) expected = expected << 8 | stored[i];
  }
  if (!whole || expected != checksum(table, key, content)) {
    return Error{
        .code = Errc::DataLoss,
        .message = "the checksum of a stored value does not match",
        .field = std::string(kNames[static_cast<std::size_t>(table)]) + "/0x" + to_hex(key),
        .remedy = "Rebuild the projections from the ledger."};
  }
  return content;
}

// Ends by itself, without effect, unless committed.
class Transaction {
 public:
  explicit Transaction(MDB_txn* txn) : txn_(txn) {}
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() {
    if (txn_ != nullptr) mdb_txn_abort(txn_);
  }
  [[nodiscard]] MDB_txn* get() const { return txn_; }
  Status commit() {
    const int code = mdb_txn_commit(std::exchange(txn_, nullptr));
    if (code != 0) return lmdb_error(code, "cannot make the write durable");
    return {};
  }

 private:
  MDB_txn* txn_;
};

class LmdbSnapshot final : public trace::Snapshot {
 public:
  LmdbSnapshot(MDB_txn* txn, const Databases& databases) : txn_(txn), databases_(databases) {}
  LmdbSnapshot(const LmdbSnapshot&) = delete;
  LmdbSnapshot& operator=(const LmdbSnapshot&) = delete;
  ~LmdbSnapshot() override {
    for (MDB_cursor* cursor : cursors_) {
      if (cursor != nullptr) mdb_cursor_close(cursor);
    }
    mdb_txn_abort(txn_);
  }

  Status renew() {
    mdb_txn_reset(txn_);
    if (const int code = mdb_txn_renew(txn_); code != 0) {
      return lmdb_error(code, "cannot renew a snapshot");
    }
    is_stale_.fill(true);
    return {};
  }

  Result<std::optional<ByteView>> get(Table table, ByteView key) override {
    MDB_val key_val = to_val(key);
    MDB_val value{};
    const int code = mdb_get(txn_, database(table), &key_val, &value);
    if (code == MDB_NOTFOUND) return std::optional<ByteView>();
    if (code != 0) return lmdb_error(code, "cannot read");
    return std::optional<ByteView>(PACKTRAIL_TRY(checked(table, key, to_view(value))));
  }

  Result<std::optional<KeyValue>> floor(Table table, ByteView key) override {
    MDB_cursor* at = PACKTRAIL_TRY(cursor(table));
    MDB_val key_val = to_val(key);
    MDB_val value{};
    int code = mdb_cursor_get(at, &key_val, &value, MDB_SET_RANGE);
    if (code == MDB_NOTFOUND) {
      code = mdb_cursor_get(at, &key_val, &value, MDB_LAST);
    } else if (code == 0 && as_text(to_view(key_val)) != as_text(key)) {
      code = mdb_cursor_get(at, &key_val, &value, MDB_PREV);
    }
    if (code == MDB_NOTFOUND) return std::optional<KeyValue>();
    if (code != 0) return lmdb_error(code, "cannot read");
    const ByteView found = to_view(key_val);
    return std::optional<KeyValue>(
        KeyValue{found, PACKTRAIL_TRY(checked(table, found, to_view(value)))});
  }

  Status scan(Table table, ByteView from, const std::function<bool(KeyValue)>& take) override {
    // A cursor of its own: `take` may read elsewhere in the same table.
    MDB_cursor* at = nullptr;
    if (const int code = mdb_cursor_open(txn_, database(table), &at); code != 0) {
      return lmdb_error(code, "cannot read");
    }
    struct Closer {
      MDB_cursor* cursor;
      ~Closer() { mdb_cursor_close(cursor); }
    } const closer{at};
    MDB_val key_val = to_val(from);
    MDB_val value{};
    int code = mdb_cursor_get(at, &key_val, &value, from.empty() ? MDB_FIRST : MDB_SET_RANGE);
    for (; code == 0; code = mdb_cursor_get(at, &key_val, &value, MDB_NEXT)) {
      const ByteView key = to_view(key_val);
      if (!take({key, PACKTRAIL_TRY(checked(table, key, to_view(value)))})) return {};
    }
    if (code != MDB_NOTFOUND) return lmdb_error(code, "cannot read");
    return {};
  }

 private:
  [[nodiscard]] MDB_dbi database(Table table) const {
    return databases_[static_cast<std::size_t>(table)];
  }
  Result<MDB_cursor*> cursor(Table table) {
    const auto index = static_cast<std::size_t>(table);
    int code = 0;
    if (cursors_[index] == nullptr) {
      code = mdb_cursor_open(txn_, databases_[index], &cursors_[index]);
    } else if (is_stale_[index]) {
      code = mdb_cursor_renew(txn_, cursors_[index]);
    }
    if (code != 0) return lmdb_error(code, "cannot read");
    is_stale_[index] = false;
    return cursors_[index];
  }

  MDB_txn* txn_;
  const Databases& databases_;
  std::array<MDB_cursor*, kTableCount> cursors_{};
  std::array<bool, kTableCount> is_stale_{};
};

}  // namespace

std::uint64_t LmdbProjectionOptions::default_map_size() {
#ifdef PACKTRAIL_LMDB_SMALL_MAP
  return std::uint64_t{16} << 30;
#else
  return std::uint64_t{1} << 40;
#endif
}

struct LmdbProjectionStore::State {
  MDB_env* env = nullptr;
  Databases databases{};
  std::mutex writing;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (env != nullptr) mdb_env_close(env);
  }
};

LmdbProjectionStore::LmdbProjectionStore(std::unique_ptr<State> state) : state_(std::move(state)) {}
LmdbProjectionStore::~LmdbProjectionStore() = default;

Result<std::unique_ptr<LmdbProjectionStore>> LmdbProjectionStore::open(
    const std::string& path, LmdbProjectionOptions options) {
  auto state = std::make_unique<State>();
  const auto check = [](int code) -> Status {
    if (code != 0) return lmdb_error(code, "cannot open the projections");
    return {};
  };
  PACKTRAIL_TRY(check(mdb_env_create(&state->env)));
  PACKTRAIL_TRY(check(mdb_env_set_mapsize(state->env, options.map_size)));
  PACKTRAIL_TRY(check(mdb_env_set_maxdbs(state->env, kTableCount + 1)));
  PACKTRAIL_TRY(check(mdb_env_set_maxreaders(state->env, options.readers_max)));
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) PACKTRAIL_TRY(check(errno));
  PACKTRAIL_TRY(check(mdb_env_open(state->env, path.c_str(), MDB_NOTLS, 0600)));

  MDB_txn* begun = nullptr;
  PACKTRAIL_TRY(check(mdb_txn_begin(state->env, nullptr, 0, &begun)));
  Transaction txn(begun);
  for (std::size_t i = 0; i < kTableCount; ++i) {
    PACKTRAIL_TRY(check(mdb_dbi_open(txn.get(), kNames[i], MDB_CREATE, &state->databases[i])));
  }
  MDB_dbi store = 0;
  PACKTRAIL_TRY(check(mdb_dbi_open(txn.get(), kStoreName, MDB_CREATE, &store)));
  MDB_val key = to_val(as_bytes(kFormatKey));
  MDB_val value{};
  const std::array<std::uint8_t, 4> format = {0, 0, 0, kProjectionStoreFormat};
  const int found = mdb_get(txn.get(), store, &key, &value);
  if (found == MDB_NOTFOUND) {
    value = to_val(format);
    PACKTRAIL_TRY(check(mdb_put(txn.get(), store, &key, &value, 0)));
    PACKTRAIL_TRY(txn.commit());
  } else {
    PACKTRAIL_TRY(check(found));
    if (as_text(to_view(value)) != as_text(format)) {
      return Error{.code = Errc::FailedPrecondition,
                   .message = "the projections were written in another format",
                   .remedy = "Rebuild the projections from the ledger."};
    }
    PACKTRAIL_TRY(txn.commit());  // Keeps the database handles.
  }
  return std::unique_ptr<LmdbProjectionStore>(new LmdbProjectionStore(std::move(state)));
}

Result<std::unique_ptr<trace::Snapshot>> LmdbProjectionStore::snapshot() const {
  MDB_txn* txn = nullptr;
  if (const int code = mdb_txn_begin(state_->env, nullptr, MDB_RDONLY, &txn); code != 0) {
    return lmdb_error(code, "cannot take a snapshot");
  }
  return std::unique_ptr<trace::Snapshot>(std::make_unique<LmdbSnapshot>(txn, state_->databases));
}

Status LmdbProjectionStore::renew(trace::Snapshot& snapshot) const {
  auto* own = dynamic_cast<LmdbSnapshot*>(&snapshot);
  PACKTRAIL_ASSERT(own != nullptr);
  return own->renew();
}

Status LmdbProjectionStore::write(const std::vector<Write>& writes) {
  const std::lock_guard lock(state_->writing);
  MDB_txn* begun = nullptr;
  if (const int code = mdb_txn_begin(state_->env, nullptr, 0, &begun); code != 0) {
    return lmdb_error(code, "cannot begin a write");
  }
  Transaction txn(begun);
  for (const Write& write : writes) {
    const MDB_dbi database = state_->databases[static_cast<std::size_t>(write.table)];
    MDB_val key = to_val(write.key);
    int code = 0;
    if (!write.value) {
      code = mdb_del(txn.get(), database, &key, nullptr);
      if (code == MDB_NOTFOUND) code = 0;
    } else {
      MDB_val value{kChecksumSize + write.value->size(), nullptr};
      code = mdb_put(txn.get(), database, &key, &value, MDB_RESERVE);
      if (code == 0) {
        auto* out = static_cast<std::uint8_t*>(value.mv_data);
        std::uint64_t sum = checksum(write.table, write.key, *write.value);
        for (std::size_t i = kChecksumSize; i-- > 0; sum >>= 8) {
          out[i] = static_cast<std::uint8_t>(sum);
        }
        if (!write.value->empty()) {
          std::memcpy(out + kChecksumSize, write.value->data(), write.value->size());
        }
      }
    }
    if (code != 0) return lmdb_error(code, "cannot write");
  }
  return txn.commit();
}

Status LmdbProjectionStore::clear() {
  const std::lock_guard lock(state_->writing);
  MDB_txn* begun = nullptr;
  if (const int code = mdb_txn_begin(state_->env, nullptr, 0, &begun); code != 0) {
    return lmdb_error(code, "cannot begin a write");
  }
  Transaction txn(begun);
  for (const MDB_dbi database : state_->databases) {
    if (const int code = mdb_drop(txn.get(), database, 0); code != 0) {
      return lmdb_error(code, "cannot clear");
    }
  }
  return txn.commit();
}

std::uint64_t LmdbProjectionStore::used_bytes() const {
  MDB_envinfo info{};
  MDB_stat stat{};
  mdb_env_info(state_->env, &info);
  mdb_env_stat(state_->env, &stat);
  return (static_cast<std::uint64_t>(info.me_last_pgno) + 1) * stat.ms_psize;
}

}  // namespace packtrail::adapters
