#include "adapters/ledger_lmdb/lmdb_ledger_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <utility>

#include "adapters/lmdb/lmdb.h"

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

using ledger::AppendBatch;
using ledger::LedgerId;

constexpr std::size_t kChecksumSize = 8;
constexpr std::uint64_t kSliceFacts = 1024;  // Facts per read snapshot.
constexpr std::uint64_t kSliceBytes = 4 * 1024 * 1024;
// Pages that one append may write beside its values: branches, free list, meta.
constexpr std::uint64_t kGrowthSlack = 1024 * 1024;

constexpr std::string_view kMeta = "meta";
constexpr std::string_view kFacts = "facts";
constexpr std::string_view kNodes = "nodes";
constexpr std::string_view kKeyFormat = "format";
constexpr std::string_view kKeyLedger = "ledger";
constexpr std::string_view kKeyHead = "head";

template <std::size_t kSize>
void put_big_endian(std::uint8_t* out, std::uint64_t value) {
  for (std::size_t i = kSize; i-- > 0; value >>= 8) out[i] = static_cast<std::uint8_t>(value);
}
template <std::size_t kSize>
std::uint64_t big_endian(const std::uint8_t* in) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < kSize; ++i) value = (value << 8) | in[i];
  return value;
}

using FactKey = std::array<std::uint8_t, 8>;
using NodeKey = std::array<std::uint8_t, 9>;
FactKey fact_key(std::uint64_t position) {
  FactKey key;
  put_big_endian<8>(key.data(), position);
  return key;
}
NodeKey node_key(std::uint32_t level, std::uint64_t index) {
  NodeKey key;
  key[0] = static_cast<std::uint8_t>(level);
  put_big_endian<8>(key.data() + 1, index);
  return key;
}

// The checksum is seeded with the value's place, so a value moved elsewhere is noticed.
std::uint64_t checksum(std::string_view database, ByteView key, ByteView value) {
  std::array<std::uint8_t, 32> place{};
  std::size_t size = 0;
  for (const char c : database) place[size++] = static_cast<std::uint8_t>(c);
  place[size++] = 0;
  for (const std::uint8_t byte : key) place[size++] = byte;
  return XXH3_64bits_withSeed(value.data(), value.size(), XXH3_64bits(place.data(), size));
}

std::string place_text(std::string_view database, ByteView key) {
  const std::string name = database == kMeta ? std::string(as_text(key)) : "0x" + to_hex(key);
  return std::string(database) + "/" + name;
}

Error data_loss(std::string message, std::string place) {
  return {.code = Errc::DataLoss,
          .message = std::move(message),
          .field = std::move(place),
          .remedy = "Restore the data folder from a backup; keep this copy for inspection."};
}

constexpr LmdbRemedies kRemedies{
    .map_full =
        "The ledger's file has reached its reserved size: raise the limit in the configuration and "
        "start again.",
    .damaged = "Restore the data folder from a backup; keep this copy for inspection.",
    .foreign = "The folder does not hold a ledger that this program can read."};

Error lmdb_error(int code, const char* what) { return lmdb_error(code, what, kRemedies); }

// Ends by itself, without effect, unless committed.
class Transaction {
 public:
  static Result<Transaction> begin(MDB_env* env, unsigned int flags) {
    MDB_txn* txn = nullptr;
    if (const int code = mdb_txn_begin(env, nullptr, flags, &txn); code != 0) {
      return lmdb_error(code, "cannot begin a transaction");
    }
    return Transaction(txn);
  }
  Transaction(Transaction&& other) noexcept : txn_(std::exchange(other.txn_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction() {
    if (txn_ != nullptr) mdb_txn_abort(txn_);
  }

  [[nodiscard]] MDB_txn* get() const { return txn_; }
  Status commit() {
    const int code = mdb_txn_commit(std::exchange(txn_, nullptr));
    if (code != 0) return lmdb_error(code, "cannot make the batch durable");
    return {};
  }

 private:
  explicit Transaction(MDB_txn* txn) : txn_(txn) {}
  MDB_txn* txn_;
};

class Cursor {
 public:
  Cursor() = default;
  ~Cursor() {
    if (cursor_ != nullptr) mdb_cursor_close(cursor_);
  }
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;
  int open(MDB_txn* txn, MDB_dbi dbi) { return mdb_cursor_open(txn, dbi, &cursor_); }
  [[nodiscard]] MDB_cursor* get() const { return cursor_; }

 private:
  MDB_cursor* cursor_ = nullptr;
};

// Splits a stored value into checksum and content, and verifies it.
Result<ByteView> checked(std::string_view database, ByteView key, ByteView stored) {
  if (stored.size() < kChecksumSize) {
    return data_loss("a stored value is too short", place_text(database, key));
  }
  const ByteView content = stored.subspan(kChecksumSize);
  if (big_endian<8>(stored.data()) != checksum(database, key, content)) {
    return data_loss("the checksum of a stored value does not match", place_text(database, key));
  }
  return content;
}

int put(MDB_txn* txn, MDB_dbi dbi, std::string_view database, ByteView key, ByteView content,
        unsigned int flags) {
  MDB_val key_val = to_val(key);
  MDB_val value{kChecksumSize + content.size(), nullptr};
  const int code = mdb_put(txn, dbi, &key_val, &value, flags | MDB_RESERVE);
  if (code != 0) return code;
  auto* out = static_cast<std::uint8_t*>(value.mv_data);
  put_big_endian<8>(out, checksum(database, key, content));
  if (!content.empty()) std::memcpy(out + kChecksumSize, content.data(), content.size());
  return 0;
}

// Makes names in a folder durable.
Status sync_folder(const std::filesystem::path& folder) {
  const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return lmdb_error(errno, "cannot open the folder");
  const int synced = ::fsync(file);
  const int code = errno;
  ::close(file);
  if (synced != 0) return lmdb_error(code, "cannot sync the folder");
  return {};
}

struct Head {
  std::uint64_t size = 0;
  std::vector<Digest> frontier;
  std::string checkpoint;

  [[nodiscard]] Bytes encode() const {
    Bytes bytes(9);
    put_big_endian<8>(bytes.data(), size);
    bytes[8] = static_cast<std::uint8_t>(frontier.size());
    for (const Digest& peak : frontier) bytes.insert(bytes.end(), peak.begin(), peak.end());
    bytes.insert(bytes.end(), checkpoint.begin(), checkpoint.end());
    return bytes;
  }
  // False when the bytes are not what `encode` writes.
  bool decode(ByteView bytes) {
    if (bytes.size() < 9) return false;
    size = big_endian<8>(bytes.data());
    const std::size_t peaks = bytes[8];
    bytes = bytes.subspan(9);
    if (peaks > 64 || bytes.size() < 32 * peaks) return false;
    frontier.resize(peaks);
    for (Digest& peak : frontier) {
      std::copy_n(bytes.begin(), peak.size(), peak.begin());
      bytes = bytes.subspan(peak.size());
    }
    checkpoint = as_text(bytes);
    return true;
  }
};

}  // namespace

struct LmdbLedgerStore::State {
  MDB_env* env = nullptr;
  MDB_dbi meta = 0;
  MDB_dbi facts = 0;
  MDB_dbi nodes = 0;
  LmdbLedgerOptions options;
  LedgerId id;
  std::atomic<std::uint64_t> size{0};
  std::atomic<bool> is_broken{false};
  mutable std::mutex head_mutex;
  Head head;  // Under head_mutex.

  ~State() {
    if (env != nullptr) mdb_env_close(env);
  }

  [[nodiscard]] std::uint64_t used_bytes() const {
    MDB_envinfo info;
    MDB_stat stat;
    mdb_env_info(env, &info);
    mdb_env_stat(env, &stat);
    return (static_cast<std::uint64_t>(info.me_last_pgno) + 1) * stat.ms_psize;
  }

  Status open_env(const std::string& path) {
    if (const int code = mdb_env_create(&env); code != 0) {
      return lmdb_error(code, "cannot create the environment");
    }
    mdb_env_set_maxdbs(env, 8);
    mdb_env_set_maxreaders(env, options.readers_max);
    if (const int code = mdb_env_set_mapsize(env, options.map_size); code != 0) {
      return lmdb_error(code, "cannot reserve the map");
    }
    // MDB_NOTLS: a read snapshot belongs to the reading call, not to its thread.
    if (const int code = mdb_env_open(env, path.c_str(), MDB_NOTLS, 0600); code != 0) {
      return lmdb_error(code, "cannot open the ledger's folder");
    }
    int dead = 0;
    mdb_reader_check(env, &dead);
    return {};
  }

  Result<Bytes> meta_value(MDB_txn* txn, std::string_view key) const {
    MDB_val key_val = to_val(as_bytes(key));
    MDB_val value;
    if (const int code = mdb_get(txn, meta, &key_val, &value); code != 0) {
      if (code != MDB_NOTFOUND) return lmdb_error(code, "cannot read the ledger's description");
      return data_loss("the ledger's description is incomplete", place_text(kMeta, as_bytes(key)));
    }
    const ByteView content = PACKTRAIL_TRY(checked(kMeta, as_bytes(key), to_view(value)));
    return Bytes(content.begin(), content.end());
  }

  Status create(MDB_txn* txn, Random& random) {
    Bytes format(4);
    put_big_endian<4>(format.data(), kLedgerFormatVersion);
    std::array<std::uint8_t, 16> fresh;
    random.fill(fresh);
    int code = put(txn, meta, kMeta, as_bytes(kKeyFormat), format, 0);
    if (code == 0) code = put(txn, meta, kMeta, as_bytes(kKeyLedger), fresh, 0);
    if (code == 0) code = put(txn, meta, kMeta, as_bytes(kKeyHead), Head{}.encode(), 0);
    if (code != 0) return lmdb_error(code, "cannot create the ledger");
    return {};
  }

  Status load(MDB_txn* txn) {
    const Bytes format = PACKTRAIL_TRY(meta_value(txn, kKeyFormat));
    if (format.size() != 4 || big_endian<4>(format.data()) != kLedgerFormatVersion) {
      const std::string version =
          format.size() == 4 ? std::to_string(big_endian<4>(format.data())) : "unknown";
      return Error{
          .code = Errc::FailedPrecondition,
          .message = "the ledger's format is " + version + "; this program knows " +
                     std::to_string(kLedgerFormatVersion),
          .field = place_text(kMeta, as_bytes(kKeyFormat)),
          .remedy = "Use the version of Packtrail that wrote this folder, or a newer one."};
    }
    const Bytes stored_id = PACKTRAIL_TRY(meta_value(txn, kKeyLedger));
    std::array<std::uint8_t, 16> id_bytes{};
    if (stored_id.size() != id_bytes.size()) {
      return data_loss("the ledger's id has a wrong size", "meta/ledger");
    }
    std::copy(stored_id.begin(), stored_id.end(), id_bytes.begin());
    id = LedgerId(id_bytes);
    const Bytes stored_head = PACKTRAIL_TRY(meta_value(txn, kKeyHead));
    if (!head.decode(stored_head)) return data_loss("the head does not decode", "meta/head");
    MDB_stat stat;
    if (const int code = mdb_stat(txn, facts, &stat); code != 0) {
      return lmdb_error(code, "cannot read the number of facts");
    }
    if (stat.ms_entries != head.size) {
      return data_loss("the head names " + std::to_string(head.size) + " facts, the ledger holds " +
                           std::to_string(stat.ms_entries),
                       "meta/head");
    }
    size.store(head.size, std::memory_order_release);
    return {};
  }

  Status open_databases(Random& random) {
    Transaction txn = PACKTRAIL_TRY(Transaction::begin(env, 0));
    for (const auto& [name, dbi] : {std::pair{kMeta, &meta}, {kFacts, &facts}, {kNodes, &nodes}}) {
      const int code = mdb_dbi_open(txn.get(), std::string(name).c_str(), MDB_CREATE, dbi);
      if (code != 0) return lmdb_error(code, "cannot open the ledger's databases");
    }
    MDB_stat stat;
    if (const int code = mdb_stat(txn.get(), meta, &stat); code != 0) {
      return lmdb_error(code, "cannot read the ledger's description");
    }
    MDB_stat fact_stat;
    if (const int code = mdb_stat(txn.get(), facts, &fact_stat); code != 0) {
      return lmdb_error(code, "cannot read the number of facts");
    }
    if (stat.ms_entries == 0 && fact_stat.ms_entries == 0) {
      PACKTRAIL_TRY(create(txn.get(), random));
    }
    PACKTRAIL_TRY(load(txn.get()));
    return txn.commit();
  }

  Status check_growth(const AppendBatch& batch) const {
    std::uint64_t growth = kGrowthSlack;
    for (const Bytes& fact : batch.facts) growth += fact.size() + 64;
    if (used_bytes() + growth <= options.size_max) return {};
    return Error{
        .code = Errc::ResourceExhausted,
        .message = "the ledger would grow beyond " + std::to_string(options.size_max) + " bytes",
        .remedy = "Raise the ledger's size limit in the configuration and start again."};
  }

  Status write(const AppendBatch& batch, const Head& next) {
    PACKTRAIL_TRY(check_growth(batch));
    Transaction txn = PACKTRAIL_TRY(Transaction::begin(env, 0));
    std::uint64_t position = batch.first_position;
    for (const Bytes& fact : batch.facts) {
      const int code = put(txn.get(), facts, kFacts, fact_key(position++), fact, MDB_APPEND);
      if (code != 0) return lmdb_error(code, "cannot append a fact");
    }
    for (const ledger::TreeNode& node : batch.nodes) {
      const int code = put(txn.get(), nodes, kNodes, node_key(node.level, node.index), node.hash,
                           MDB_NOOVERWRITE);
      if (code != 0) return lmdb_error(code, "cannot append a tree node");
    }
    const int code = put(txn.get(), meta, kMeta, as_bytes(kKeyHead), next.encode(), 0);
    if (code != 0) return lmdb_error(code, "cannot write the head");
    return txn.commit();
  }

  // Facts from `first` on until the slice is full; `next` is where to go on.
  Status read_slice(std::uint64_t first, std::uint64_t last, std::uint64_t& next,
                    const std::function<Status(std::uint64_t, ByteView)>& take) const {
    const Transaction txn = PACKTRAIL_TRY(Transaction::begin(env, MDB_RDONLY));
    Cursor cursor;
    if (const int code = cursor.open(txn.get(), facts); code != 0) {
      return lmdb_error(code, "cannot read facts");
    }
    const std::uint64_t end = std::min(last, first + kSliceFacts);
    std::uint64_t bytes = 0;
    for (next = first; next < end && bytes < kSliceBytes; ++next) {
      const FactKey key = fact_key(next);
      MDB_val key_val = to_val(key);
      MDB_val value;
      const int code =
          mdb_cursor_get(cursor.get(), &key_val, &value, next == first ? MDB_SET_KEY : MDB_NEXT);
      if (code == MDB_NOTFOUND || (code == 0 && !std::ranges::equal(to_view(key_val), key))) {
        return data_loss("a fact is missing", place_text(kFacts, key));
      }
      if (code != 0) return lmdb_error(code, "cannot read a fact");
      const ByteView content = PACKTRAIL_TRY(checked(kFacts, key, to_view(value)));
      bytes += content.size();
      PACKTRAIL_TRY(take(next, content));
    }
    return {};
  }
};

std::uint64_t LmdbLedgerOptions::default_map_size() {
#ifdef PACKTRAIL_LMDB_SMALL_MAP
  return std::uint64_t{16} << 30;
#else
  return std::uint64_t{1} << 40;
#endif
}

LmdbLedgerStore::LmdbLedgerStore(std::unique_ptr<State> state) : state_(std::move(state)) {}
LmdbLedgerStore::~LmdbLedgerStore() = default;

Result<std::unique_ptr<LmdbLedgerStore>> LmdbLedgerStore::open(const std::string& path,
                                                               Random& random,
                                                               LmdbLedgerOptions options) {
  const std::filesystem::path folder = std::filesystem::path(path).lexically_normal();
  const bool is_new = ::mkdir(folder.c_str(), 0700) == 0;
  if (!is_new && errno != EEXIST) return lmdb_error(errno, "cannot make the ledger's folder");
  auto state = std::make_unique<State>();
  state->options = options;
  PACKTRAIL_TRY(state->open_env(folder.string()));
  PACKTRAIL_TRY(state->open_databases(random));
  PACKTRAIL_TRY(sync_folder(folder));
  if (is_new) {
    const auto parent =
        folder.has_filename() ? folder.parent_path() : folder.parent_path().parent_path();
    PACKTRAIL_TRY(sync_folder(parent.empty() ? "." : parent));
  }
  return std::unique_ptr<LmdbLedgerStore>(new LmdbLedgerStore(std::move(state)));
}

LedgerId LmdbLedgerStore::id() const { return state_->id; }
std::uint64_t LmdbLedgerStore::size() const { return state_->size.load(std::memory_order_acquire); }
std::vector<Digest> LmdbLedgerStore::frontier() const {
  const std::lock_guard lock(state_->head_mutex);
  return state_->head.frontier;
}
std::string LmdbLedgerStore::checkpoint() const {
  const std::lock_guard lock(state_->head_mutex);
  return state_->head.checkpoint;
}
std::uint64_t LmdbLedgerStore::used_bytes() const { return state_->used_bytes(); }

Status LmdbLedgerStore::append(const AppendBatch& batch) {
  State& state = *state_;
  if (state.is_broken) {
    return Error{.code = Errc::Unavailable,
                 .message = "the ledger's store stopped after a failed append",
                 .remedy = "Mend the cause that the log names, then start again."};
  }
  state.is_broken = true;  // Until the batch is durable.
  if (batch.first_position != state.size) {
    return Error{.code = Errc::InvalidArgument, .message = "the batch does not begin at the end"};
  }
  Head next{.size = batch.first_position + batch.facts.size(),
            .frontier = batch.frontier,
            .checkpoint = batch.checkpoint};
  PACKTRAIL_TRY(state.write(batch, next));
  {
    const std::lock_guard lock(state.head_mutex);
    state.head = std::move(next);
    state.size.store(state.head.size, std::memory_order_release);
  }
  state.is_broken = false;
  return {};
}

Status LmdbLedgerStore::read(std::uint64_t first, std::uint64_t last,
                             const std::function<Status(std::uint64_t, ByteView)>& take) const {
  if (last > size() || first > last) {
    return Error{.code = Errc::NotFound,
                 .message = "the ledger holds " + std::to_string(size()) + " facts"};
  }
  while (first < last) PACKTRAIL_TRY(state_->read_slice(first, last, first, take));
  return {};
}

Result<Digest> LmdbLedgerStore::node(std::uint32_t level, std::uint64_t index) const {
  const Transaction txn = PACKTRAIL_TRY(Transaction::begin(state_->env, MDB_RDONLY));
  const NodeKey key = node_key(level, index);
  MDB_val key_val = to_val(key);
  MDB_val value;
  if (const int code = mdb_get(txn.get(), state_->nodes, &key_val, &value); code != 0) {
    if (code != MDB_NOTFOUND) return lmdb_error(code, "cannot read a tree node");
    return Error{
        .code = Errc::NotFound, .message = "no such tree node", .field = place_text(kNodes, key)};
  }
  const ByteView content = PACKTRAIL_TRY(checked(kNodes, key, to_view(value)));
  Digest digest;
  if (content.size() != digest.size()) {
    return data_loss("a tree node has a wrong size", place_text(kNodes, key));
  }
  std::copy(content.begin(), content.end(), digest.begin());
  return digest;
}

}  // namespace packtrail::adapters
