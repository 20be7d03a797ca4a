// ledger/ports.h - what the ledger needs from the world: a durable store, a signer, EPC texts.
//
// adapters/ledger_lmdb and adapters/keys implement these; app/ wires them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "ledger/ids.h"

namespace packtrail::ledger {

namespace v1 {
class EpcList;
}

// A complete subtree of 2^level leaves, kept for levels >= kStoredLevelMin.
struct TreeNode {
  std::uint32_t level;
  std::uint64_t index;
  Digest hash;
};

inline constexpr std::uint32_t kStoredLevelMin = 8;

// Everything one durable append writes, all or nothing.
struct AppendBatch {
  std::uint64_t first_position = 0;  // Must equal the store's size.
  std::vector<Bytes> facts;          // Canonical stored form, one per position.
  std::vector<TreeNode> nodes;       // Subtrees completed by these facts.
  std::vector<Digest> frontier;      // Peaks after these facts, largest subtree first.
  std::string checkpoint;            // Signed head (C2SP checkpoint) over the new size.
};

// Where facts live. One writer, many readers.
// Thread safety: `append` from one thread at a time; the rest from any thread.
class Store {
 public:
  virtual ~Store() = default;

  [[nodiscard]] virtual LedgerId id() const = 0;
  [[nodiscard]] virtual std::uint64_t size() const = 0;  // Durable facts.
  [[nodiscard]] virtual std::vector<Digest> frontier() const = 0;
  [[nodiscard]] virtual std::string checkpoint() const = 0;  // Empty for an empty ledger.

  // When this returns without error a power cut loses nothing. On an error nothing of the batch is
  // there, and the store refuses further appends (a failed fsync is never tried again).
  virtual Status append(const AppendBatch& batch) = 0;

  // Calls `take` with positions first .. last-1 in order until it fails. DataLoss when a checksum
  // does not match.
  virtual Status read(std::uint64_t first, std::uint64_t last,
                      const std::function<Status(std::uint64_t, ByteView)>& take) const = 0;

  virtual Result<Digest> node(std::uint32_t level, std::uint64_t index) const = 0;
};

// Signs tree heads. The private key never leaves the implementation.
class HeadSigner {
 public:
  virtual ~HeadSigner() = default;
  [[nodiscard]] virtual Bytes public_key() const = 0;      // Ed25519, 32 bytes.
  virtual Result<Bytes> sign(ByteView message) const = 0;  // Ed25519 (RFC 8032), 64 bytes.
};

// Turns a stored EPC list back into its texts, in list order. The directory (trace/) knows how.
class EpcTexts {
 public:
  virtual ~EpcTexts() = default;
  virtual Status expand(const v1::EpcList& list,
                        const std::function<void(std::string_view)>& take) const = 0;
};

}  // namespace packtrail::ledger
