// adapters/ledger_lmdb/lmdb_ledger_store.h - the ledger's facts in one append-only LMDB folder.
//
// Every append is one LMDB transaction that is synced before it returns: no MDB_NOSYNC, no
// MDB_NOMETASYNC, no MDB_WRITEMAP. Every value carries an XXH3-64 checksum bound to its place,
// checked before the value is used. Format: docs/formats/ledger-lmdb.md.
//
// Thread safety: as ledger::Store. One process owns the folder, and opens it once: LMDB's locks
// do not survive a second opening in the same process; the owner of the data folder sees to it.
// Cost: an append is one fsync of data and one of the meta page; a read copies nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/ports.h"
#include "base/result.h"
#include "ledger/ports.h"

namespace packtrail::adapters {

inline constexpr std::uint32_t kLedgerFormatVersion = 1;

struct LmdbLedgerOptions {
  // Address space reserved for the file, bytes; also the largest size that it can have. Raised to
  // what the file already uses.
  std::uint64_t map_size = default_map_size();
  // Appends are refused with ResourceExhausted when the file would grow beyond this; bytes.
  std::uint64_t size_max = map_size;
  // Readers at one moment, over all threads.
  std::uint32_t readers_max = 1024;

  [[nodiscard]] static std::uint64_t default_map_size();  // 1 TiB; 16 GiB under a sanitizer.
};

class LmdbLedgerStore : public ledger::Store {
 public:
  // Opens the ledger in folder `path`, or makes it there: then `random` gives the ledger id.
  // FailedPrecondition: the format is newer than this program, or the folder is not a ledger.
  // DataLoss: a checksum does not match. Unavailable: the system refuses (permissions, memory).
  static Result<std::unique_ptr<LmdbLedgerStore>> open(const std::string& path, Random& random,
                                                       LmdbLedgerOptions options = {});
  ~LmdbLedgerStore() override;

  [[nodiscard]] ledger::LedgerId id() const override;
  [[nodiscard]] std::uint64_t size() const override;
  [[nodiscard]] std::vector<Digest> frontier() const override;
  [[nodiscard]] std::string checkpoint() const override;

  // ResourceExhausted when the disk or the reserved map is full, Unavailable on other system
  // errors and after any failure. What failed while syncing may still be found after a restart,
  // as whole batches only.
  Status append(const ledger::AppendBatch& batch) override;

  // NotFound when last > size(). The read snapshot is renewed between slices of facts, so a slow
  // `take` does not pin old pages for long.
  Status read(std::uint64_t first, std::uint64_t last,
              const std::function<Status(std::uint64_t, ByteView)>& take) const override;

  Result<Digest> node(std::uint32_t level, std::uint64_t index) const override;

  // Bytes that the file takes on disk.
  [[nodiscard]] std::uint64_t used_bytes() const;

 private:
  struct State;
  explicit LmdbLedgerStore(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace packtrail::adapters
