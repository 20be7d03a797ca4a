// The low-level SHA-256 calls avoid OpenSSL 3's fetch per call, which costs more than a node does.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "ledger/merkle.h"

#include <openssl/sha.h>

#include <bit>
#include <cstring>

#include "base/assert.h"
#include "base/crypto.h"

namespace packtrail::ledger {
namespace {

// The chaining value of SHA-256 as its big-endian digest.
Digest digest_of(const SHA256_CTX& context) {
  Digest digest;
  for (std::size_t i = 0; i < 8; ++i) {
    const std::uint32_t word = context.h[i];
    digest[4 * i] = static_cast<std::uint8_t>(word >> 24);
    digest[4 * i + 1] = static_cast<std::uint8_t>(word >> 16);
    digest[4 * i + 2] = static_cast<std::uint8_t>(word >> 8);
    digest[4 * i + 3] = static_cast<std::uint8_t>(word);
  }
  return digest;
}

// Hashes a message of `size` < 2^13 bytes that lies in `block`, which has room for its padding
// (FIPS 180-4 5.1.1): whole blocks of 64 bytes, at least 9 bytes longer than the message.
Digest hash_padded(std::uint8_t* block, std::size_t size) {
  const std::size_t blocks = (size + 9 + 63) / 64;
  block[size] = 0x80;
  std::memset(block + size + 1, 0, 64 * blocks - size - 1);
  block[64 * blocks - 2] = static_cast<std::uint8_t>(size * 8 >> 8);
  block[64 * blocks - 1] = static_cast<std::uint8_t>(size * 8);
  SHA256_CTX context;
  SHA256_Init(&context);
  for (std::size_t i = 0; i < blocks; ++i) SHA256_Transform(&context, block + 64 * i);
  return digest_of(context);
}

void append_bytes(std::uint8_t* out, ByteView bytes) {
  if (!bytes.empty()) std::memcpy(out, bytes.data(), bytes.size());
}

Error refused(const char* message) { return {.code = Errc::InvalidArgument, .message = message}; }

void collect_inclusion(std::uint64_t index, LeafRange range, std::vector<LeafRange>& out) {
  if (range.end - range.begin == 1) return;
  const std::uint64_t middle = range.begin + split_point(range.end - range.begin);
  if (index < middle) {
    collect_inclusion(index, {range.begin, middle}, out);
    out.push_back({middle, range.end});
  } else {
    collect_inclusion(index, {middle, range.end}, out);
    out.push_back({range.begin, middle});
  }
}

// SUB of RFC 9162 2.1.4.1; `first` counts from range.begin.
void collect_consistency(std::uint64_t first, LeafRange range, bool whole,
                         std::vector<LeafRange>& out) {
  const std::uint64_t size = range.end - range.begin;
  if (first == size) {
    if (!whole) out.push_back(range);
    return;
  }
  const std::uint64_t k = split_point(size);
  const std::uint64_t middle = range.begin + k;
  if (first <= k) {
    collect_consistency(first, {range.begin, middle}, whole, out);
    out.push_back({middle, range.end});
  } else {
    collect_consistency(first - k, {middle, range.end}, false, out);
    out.push_back({range.begin, middle});
  }
}

}  // namespace

Digest leaf_hash(ByteView data) { return leaf_hash(data, {}); }

Digest leaf_hash(ByteView head, ByteView tail) {
  constexpr std::size_t kBlocks = 3;
  const std::size_t size = 1 + head.size() + tail.size();
  if (size + 9 <= 64 * kBlocks) {
    std::array<std::uint8_t, 64 * kBlocks> block;
    block[0] = 0x00;
    append_bytes(block.data() + 1, head);
    append_bytes(block.data() + 1 + head.size(), tail);
    return hash_padded(block.data(), size);
  }
  constexpr std::uint8_t kPrefix = 0x00;
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, &kPrefix, 1);
  SHA256_Update(&context, head.data(), head.size());
  SHA256_Update(&context, tail.data(), tail.size());
  Digest digest;
  SHA256_Final(digest.data(), &context);
  return digest;
}

Digest node_hash(const Digest& left, const Digest& right) {
  std::array<std::uint8_t, 128> block;
  block[0] = 0x01;
  std::memcpy(block.data() + 1, left.data(), left.size());
  std::memcpy(block.data() + 33, right.data(), right.size());
  return hash_padded(block.data(), 65);
}

Digest empty_root() { return sha256({}); }

std::optional<Frontier> Frontier::from_peaks(std::uint64_t size, std::span<const Digest> peaks) {
  if (static_cast<std::size_t>(std::popcount(size)) != peaks.size()) return std::nullopt;
  Frontier frontier;
  frontier.size_ = size;
  std::size_t next = peaks.size();
  for (std::size_t level = 0; level < 64; ++level) {
    if (((size >> level) & 1) != 0) frontier.peaks_[level] = peaks[--next];
  }
  return frontier;
}

Digest Frontier::root() const {
  if (size_ == 0) return empty_root();
  auto level = static_cast<std::size_t>(std::countr_zero(size_));
  Digest root = peaks_[level];
  for (++level; level < 64; ++level) {
    if (((size_ >> level) & 1) != 0) root = node_hash(peaks_[level], root);
  }
  return root;
}

std::vector<Digest> Frontier::peaks() const {
  std::vector<Digest> peaks;
  for (std::size_t level = 64; level-- > 0;) {
    if (((size_ >> level) & 1) != 0) peaks.push_back(peaks_[level]);
  }
  return peaks;
}

std::uint64_t split_point(std::uint64_t size) {
  PACKTRAIL_ASSERT(size >= 2);
  return std::bit_floor(size - 1);
}

std::vector<LeafRange> inclusion_ranges(std::uint64_t index, std::uint64_t size) {
  std::vector<LeafRange> ranges;
  if (index < size) collect_inclusion(index, {0, size}, ranges);
  return ranges;
}

std::vector<LeafRange> consistency_ranges(std::uint64_t first, std::uint64_t second) {
  std::vector<LeafRange> ranges;
  if (first > 0 && first < second) collect_consistency(first, {0, second}, true, ranges);
  return ranges;
}

Digest root_of(std::span<const Digest> leaf_hashes) {
  Frontier frontier;
  for (const Digest& leaf : leaf_hashes) frontier.append(leaf);
  return frontier.root();
}

std::vector<Digest> inclusion_path(std::uint64_t index, std::span<const Digest> leaf_hashes) {
  std::vector<Digest> path;
  for (const LeafRange& range : inclusion_ranges(index, leaf_hashes.size())) {
    path.push_back(root_of(leaf_hashes.subspan(range.begin, range.end - range.begin)));
  }
  return path;
}

Status verify_inclusion(std::uint64_t index, std::uint64_t size, const Digest& leaf,
                        std::span<const Digest> path, const Digest& root) {
  if (index >= size) return refused("the leaf's index is not below the tree's size");
  std::uint64_t fn = index;
  std::uint64_t sn = size - 1;
  Digest r = leaf;
  for (const Digest& node : path) {
    if (sn == 0) return refused("the inclusion path has too many nodes");
    if ((fn & 1) != 0 || fn == sn) {
      r = node_hash(node, r);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      r = node_hash(r, node);
    }
    fn >>= 1;
    sn >>= 1;
  }
  if (sn != 0) return refused("the inclusion path has too few nodes");
  if (r != root) return refused("the inclusion path does not lead to the root");
  return {};
}

Status verify_consistency(std::uint64_t first, std::uint64_t second, const Digest& first_root,
                          const Digest& second_root, std::span<const Digest> path) {
  if (first == 0) return refused("a consistency proof from an empty tree proves nothing");
  if (first > second) return refused("the first tree is larger than the second");
  if (first == second) {
    if (!path.empty()) return refused("equal sizes want an empty consistency path");
    if (first_root != second_root) return refused("equal sizes with different roots");
    return {};
  }
  if (path.empty()) return refused("the consistency path is empty");
  std::uint64_t fn = first - 1;
  std::uint64_t sn = second - 1;
  while ((fn & 1) != 0) {
    fn >>= 1;
    sn >>= 1;
  }
  // When `first` is a power of two its root is itself the first node of the path.
  const bool complete = std::has_single_bit(first);
  Digest fr = complete ? first_root : path[0];
  Digest sr = fr;
  for (const Digest& node : path.subspan(complete ? 0 : 1)) {
    if (sn == 0) return refused("the consistency path has too many nodes");
    if ((fn & 1) != 0 || fn == sn) {
      fr = node_hash(node, fr);
      sr = node_hash(node, sr);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      sr = node_hash(sr, node);
    }
    fn >>= 1;
    sn >>= 1;
  }
  if (sn != 0) return refused("the consistency path has too few nodes");
  if (fr != first_root) return refused("the consistency path does not lead to the first root");
  if (sr != second_root) return refused("the consistency path does not lead to the second root");
  return {};
}

}  // namespace packtrail::ledger
