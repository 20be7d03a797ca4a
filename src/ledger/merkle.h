// ledger/merkle.h - the Merkle tree of RFC 9162 section 2.1 with SHA-256, as pure functions.
//
// Leaves are hashed as SHA-256(0x00 || data), nodes as SHA-256(0x01 || left || right); a tree of n
// leaves splits at the largest power of two below n. Vectors and format: docs/formats/merkle.md.
//
// Thread safety: functions are pure; a Frontier belongs to one thread at a time.
// Cost: a node is two SHA-256 blocks; no heap except for the vectors that are returned.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace packtrail::ledger {

[[nodiscard]] Digest leaf_hash(ByteView data);
// The leaf whose data is `head` followed by `tail`.
[[nodiscard]] Digest leaf_hash(ByteView head, ByteView tail);
[[nodiscard]] Digest node_hash(const Digest& left, const Digest& right);
[[nodiscard]] Digest empty_root();  // SHA-256 of nothing: the root of a tree without leaves.

// The roots of the complete subtrees that a tree of `size` leaves consists of: all that is needed
// to append and to compute the root. Fixed storage (2 KiB), at most 64 peaks.
class Frontier {
 public:
  Frontier() = default;
  // `peaks`: largest subtree first. Nothing when their number is not the number of one bits in
  // `size`.
  static std::optional<Frontier> from_peaks(std::uint64_t size, std::span<const Digest> peaks);

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] Digest root() const;
  [[nodiscard]] std::vector<Digest> peaks() const;  // Largest subtree first.

  // Adds leaf number size(). Calls `completed(level, index, hash)` for each subtree of 2^level
  // leaves (level >= 1) that this leaf completes, smallest first.
  template <class Completed>
  void append(Digest leaf, Completed&& completed) {
    std::uint32_t level = 0;
    for (; ((size_ >> level) & 1) != 0; ++level) {
      leaf = node_hash(peaks_[level], leaf);
      completed(level + 1, size_ >> (level + 1), leaf);
    }
    peaks_[level] = leaf;
    ++size_;
  }
  void append(const Digest& leaf) {
    append(leaf, [](std::uint32_t, std::uint64_t, const Digest&) {});
  }

 private:
  std::uint64_t size_ = 0;
  std::array<Digest, 64> peaks_{};  // peaks_[l] is live when bit l of size_ is set.
};

// Leaves begin .. end-1 of a tree.
struct LeafRange {
  std::uint64_t begin;
  std::uint64_t end;
  friend bool operator==(const LeafRange&, const LeafRange&) = default;
};

// The subtrees whose roots are PATH(index, D[size]), in the order of RFC 9162 2.1.3.1.
// Empty when index >= size.
[[nodiscard]] std::vector<LeafRange> inclusion_ranges(std::uint64_t index, std::uint64_t size);
// The subtrees whose roots are PROOF(first, D[second]) of RFC 9162 2.1.4.1. Empty unless
// 0 < first < second.
[[nodiscard]] std::vector<LeafRange> consistency_ranges(std::uint64_t first, std::uint64_t second);
// The largest power of two below `size` (>= 2): where MTH splits.
[[nodiscard]] std::uint64_t split_point(std::uint64_t size);

// MTH over leaf hashes, for trees that are in memory.
[[nodiscard]] Digest root_of(std::span<const Digest> leaf_hashes);
[[nodiscard]] std::vector<Digest> inclusion_path(std::uint64_t index,
                                                 std::span<const Digest> leaf_hashes);

// RFC 9162 2.1.3.2. Fails with InvalidArgument, naming what does not fit: index beyond the tree,
// too few or too many nodes, another root.
Status verify_inclusion(std::uint64_t index, std::uint64_t size, const Digest& leaf,
                        std::span<const Digest> path, const Digest& root);
// RFC 9162 2.1.4.2. A first size of 0 is always refused (witness code answers that case itself);
// equal sizes want equal roots and an empty path.
Status verify_consistency(std::uint64_t first, std::uint64_t second, const Digest& first_root,
                          const Digest& second_root, std::span<const Digest> path);

}  // namespace packtrail::ledger
