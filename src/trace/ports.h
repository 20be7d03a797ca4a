// trace/ports.h - the ordered store that projections live in.
//
// adapters/projection_lmdb implements it; tests also use an in-memory one that must pass the same
// contract suite (trace/projection_store_contract.h).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace packtrail::trace {

enum class Table : std::uint8_t {
  Meta = 0,        // Format version, applied position, counters.
  Directory = 1,   // Classes, terms, batches, dictionaries.
  State = 2,       // Blocks of ObjectState runs.
  Children = 3,    // Parent -> runs of children.
  History = 4,     // Object runs -> fact positions.
  EventIndex = 5,  // Event ids and idempotency keys -> position.
  Orders = 6,      // Order documents, states, counts.
};
inline constexpr std::size_t kTableCount = 7;

struct KeyValue {
  ByteView key;
  ByteView value;
};

// A consistent view. Views handed out live until the snapshot is released or renewed.
// Thread safety: one thread at a time.
class Snapshot {
 public:
  virtual ~Snapshot() = default;
  // DataLoss when the value's checksum does not match its key and bytes.
  virtual Result<std::optional<ByteView>> get(Table table, ByteView key) = 0;
  // The entry with the greatest key <= `key`.
  virtual Result<std::optional<KeyValue>> floor(Table table, ByteView key) = 0;
  // Calls `take` in key order from the first key >= `from`, until it returns false.
  virtual Status scan(Table table, ByteView from, const std::function<bool(KeyValue)>& take) = 0;
};

struct Write {
  Table table;
  Bytes key;
  std::optional<Bytes> value;  // Nothing: the key is removed.
};

// Thread safety: any thread reads; one thread writes at a time.
class ProjectionStore {
 public:
  virtual ~ProjectionStore() = default;
  // Opens or renews this thread's snapshot; cheap (LMDB: about 10 ns to renew).
  virtual Result<std::unique_ptr<Snapshot>> snapshot() const = 0;
  virtual Status renew(Snapshot& snapshot) const = 0;  // To the newest committed write.
  // All of it or none.
  virtual Status write(const std::vector<Write>& writes) = 0;
  virtual Status clear() = 0;  // Removes everything: before a rebuild.
};

}  // namespace packtrail::trace
