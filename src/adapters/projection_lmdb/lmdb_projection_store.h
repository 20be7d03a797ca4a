// adapters/projection_lmdb/lmdb_projection_store.h - the projections in one LMDB folder.
//
// It stands beside the ledger's folder and can be rebuilt from it at any time. One database per
// trace::Table. Every write is one LMDB transaction, synced before it returns. Every value carries
// an XXH3-64 checksum bound to its table and key, checked before the value is used. Formats:
// docs/formats/projections.md.
//
// Thread safety: as trace::ProjectionStore. A snapshot may move between threads, one at a time. One
// process owns the folder, and opens it once.
// Cost: renewing a snapshot takes tens of nanoseconds; reads copy nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "trace/ports.h"

namespace packtrail::adapters {

inline constexpr std::uint32_t kProjectionStoreFormat = 1;

struct LmdbProjectionOptions {
  // Address space reserved for the file, bytes; also the largest size that it can have.
  std::uint64_t map_size = default_map_size();
  // Snapshots at one moment, over all threads.
  std::uint32_t readers_max = 1024;

  [[nodiscard]] static std::uint64_t default_map_size();  // 1 TiB; 16 GiB under a sanitizer.
};

class LmdbProjectionStore final : public trace::ProjectionStore {
 public:
  // Opens the store in the existing folder `path`, or makes it there. FailedPrecondition: the
  // folder holds something else, or a newer format. Unavailable, PermissionDenied: the system
  // refuses.
  static Result<std::unique_ptr<LmdbProjectionStore>> open(const std::string& path,
                                                           LmdbProjectionOptions options = {});
  ~LmdbProjectionStore() override;

  // ResourceExhausted when readers_max snapshots are open.
  Result<std::unique_ptr<trace::Snapshot>> snapshot() const override;
  Status renew(trace::Snapshot& snapshot) const override;
  // ResourceExhausted when disk or reserved map are full.
  Status write(const std::vector<trace::Write>& writes) override;
  Status clear() override;

  [[nodiscard]] std::uint64_t used_bytes() const;  // High-water mark of the file.

 private:
  struct State;
  explicit LmdbProjectionStore(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace packtrail::adapters
