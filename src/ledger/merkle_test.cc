#include "ledger/merkle.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "base/crypto.h"

namespace packtrail::ledger {
namespace {

Digest hex(std::string_view text) {
  const auto bytes = from_hex(text);
  EXPECT_TRUE(bytes && bytes->size() == 32) << text;
  Digest digest{};
  if (bytes && bytes->size() == 32) std::copy(bytes->begin(), bytes->end(), digest.begin());
  return digest;
}

std::vector<Digest> hexes(std::initializer_list<std::string_view> texts) {
  std::vector<Digest> digests;
  for (const auto text : texts) digests.push_back(hex(text));
  return digests;
}

// The eight leaves that Certificate Transparency implementations share as test data.
std::vector<Digest> shared_leaves() {
  std::vector<Digest> leaves;
  for (const auto* data : {"", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                           "606162636465666768696a6b6c6d6e6f"}) {
    leaves.push_back(leaf_hash(*from_hex(data)));
  }
  return leaves;
}

// MTH as RFC 9162 2.1.1 defines it, word for word: what the incremental code is held against.
Digest mth(std::span<const Digest> leaves) {
  if (leaves.empty()) return sha256({});
  if (leaves.size() == 1) return leaves[0];
  std::size_t k = 1;
  while (2 * k < leaves.size()) k *= 2;
  Bytes node{0x01};
  for (const Digest& half : {mth(leaves.first(k)), mth(leaves.subspan(k))}) {
    node.insert(node.end(), half.begin(), half.end());
  }
  return sha256(node);
}

std::vector<Digest> leaves_of(std::size_t count) {
  std::vector<Digest> leaves;
  for (std::size_t i = 0; i < count; ++i) {
    const Bytes data{static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8)};
    leaves.push_back(leaf_hash(data));
  }
  return leaves;
}

std::vector<Digest> consistency(std::uint64_t first, std::span<const Digest> leaves) {
  std::vector<Digest> path;
  for (const LeafRange& range : consistency_ranges(first, leaves.size())) {
    path.push_back(mth(leaves.subspan(range.begin, range.end - range.begin)));
  }
  return path;
}

TEST(Merkle, HashesMatchPublishedValues) {
  EXPECT_EQ(empty_root(), hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
  EXPECT_EQ(leaf_hash({}), hex("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"));
  EXPECT_EQ(leaf_hash(as_bytes("L123456")),
            hex("395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"));
  // "N123" and "N456" are not digests, so this case goes around node_hash.
  EXPECT_EQ(sha256(as_bytes("\x01N123N456")),
            hex("aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"));
}

TEST(Merkle, LeafHashIsTheSameForEverySizeAndCut) {
  for (std::size_t size = 0; size < 400; ++size) {
    Bytes data(size);
    for (std::size_t i = 0; i < size; ++i) data[i] = static_cast<std::uint8_t>(7 * i + size);
    Bytes prefixed{0x00};
    prefixed.insert(prefixed.end(), data.begin(), data.end());
    const Digest expected = sha256(prefixed);
    ASSERT_EQ(leaf_hash(data), expected) << size;
    const std::size_t cut = size / 3;
    ASSERT_EQ(leaf_hash(ByteView(data).first(cut), ByteView(data).subspan(cut)), expected) << size;
  }
}

TEST(Merkle, PublishedLeavesAndRoots) {
  const auto leaves = shared_leaves();
  EXPECT_EQ(leaves, hexes({"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                           "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                           "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7",
                           "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7",
                           "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                           "4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658",
                           "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
                           "46f6ffadd3d06a09ff3c5860d2755c8b9819db7df44251788c7d8e3180de8eb1"}));
  const auto roots = hexes({"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"});
  for (std::size_t size = 1; size <= 8; ++size) {
    EXPECT_EQ(root_of(std::span(leaves).first(size)), roots[size - 1]) << size;
  }
}

TEST(Merkle, PublishedInclusionPaths) {
  const auto leaves = shared_leaves();
  const auto path = [&](std::uint64_t index, std::size_t size) {
    return inclusion_path(index, std::span(leaves).first(size));
  };
  EXPECT_TRUE(path(0, 1).empty());
  EXPECT_EQ(path(0, 8),
            hexes({"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                   "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                   "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}));
  EXPECT_EQ(path(5, 8),
            hexes({"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                   "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                   "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}));
  EXPECT_EQ(path(2, 3),
            hexes({"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"}));
  EXPECT_EQ(path(1, 5),
            hexes({"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                   "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                   "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}));
}

TEST(Merkle, PublishedConsistencyPaths) {
  const auto leaves = shared_leaves();
  const auto path = [&](std::uint64_t first, std::size_t second) {
    return consistency(first, std::span(leaves).first(second));
  };
  EXPECT_TRUE(path(1, 1).empty());
  EXPECT_EQ(path(1, 8),
            hexes({"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                   "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                   "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}));
  EXPECT_EQ(path(6, 8),
            hexes({"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                   "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                   "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}));
  EXPECT_EQ(path(2, 5),
            hexes({"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                   "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}));
  EXPECT_EQ(path(6, 7),
            hexes({"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                   "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
                   "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}));
}

TEST(Merkle, FrontierAgreesWithTheDefinition) {
  const auto leaves = leaves_of(600);
  Frontier frontier;
  EXPECT_EQ(frontier.root(), empty_root());
  for (std::size_t size = 1; size <= leaves.size(); ++size) {
    frontier.append(leaves[size - 1],
                    [&](std::uint32_t level, std::uint64_t index, const Digest& hash) {
                      const std::size_t count = std::size_t{1} << level;
                      ASSERT_EQ((index + 1) * count, size);
                      ASSERT_EQ(hash, mth(std::span(leaves).subspan(index * count, count)));
                    });
    ASSERT_EQ(frontier.root(), mth(std::span(leaves).first(size))) << size;
    const auto again = Frontier::from_peaks(size, frontier.peaks());
    ASSERT_TRUE(again.has_value());
    ASSERT_EQ(again->root(), frontier.root());
    ASSERT_FALSE(Frontier::from_peaks(size, std::span(leaves).first(65)).has_value());
  }
  EXPECT_FALSE(Frontier::from_peaks(3, std::span(leaves).first(1)).has_value());
}

TEST(Merkle, EveryInclusionUpTo64LeavesAndNoOther) {
  const auto leaves = leaves_of(64);
  for (std::size_t size = 1; size <= 64; ++size) {
    const auto tree = std::span(leaves).first(size);
    const Digest root = mth(tree);
    for (std::size_t index = 0; index < size; ++index) {
      auto path = inclusion_path(index, tree);
      ASSERT_TRUE(verify_inclusion(index, size, leaves[index], path, root)) << index << " " << size;
      for (std::size_t other = 0; other < size + 2; ++other) {
        ASSERT_EQ(verify_inclusion(other, size, leaves[index], path, root).has_value(),
                  other == index);
      }
      path.push_back(root);
      ASSERT_FALSE(verify_inclusion(index, size, leaves[index], path, root));
      path.pop_back();
      if (path.empty()) continue;
      path.back()[31] ^= 1;
      ASSERT_FALSE(verify_inclusion(index, size, leaves[index], path, root));
      path.pop_back();
      ASSERT_FALSE(verify_inclusion(index, size, leaves[index], path, root));
    }
  }
}

TEST(Merkle, EveryConsistencyUpTo64LeavesAndNoOther) {
  const auto leaves = leaves_of(64);
  std::vector<Digest> roots;
  for (std::size_t size = 0; size <= 64; ++size)
    roots.push_back(mth(std::span(leaves).first(size)));
  for (std::size_t second = 1; second <= 64; ++second) {
    for (std::size_t first = 1; first <= second; ++first) {
      auto path = consistency(first, std::span(leaves).first(second));
      ASSERT_TRUE(verify_consistency(first, second, roots[first], roots[second], path));
      if (first != second) {
        ASSERT_FALSE(verify_consistency(first, second, roots[first - 1], roots[second], path));
      }
      ASSERT_FALSE(verify_consistency(first, second, roots[first], roots[second - 1], path));
      path.push_back(roots[1]);
      ASSERT_FALSE(verify_consistency(first, second, roots[first], roots[second], path));
      path.pop_back();
      if (path.empty()) continue;
      path.pop_back();
      ASSERT_FALSE(verify_consistency(first, second, roots[first], roots[second], path));
    }
  }
}

TEST(Merkle, EdgeCasesOfConsistency) {
  const Digest root = leaf_hash({});
  EXPECT_FALSE(verify_consistency(0, 0, empty_root(), empty_root(), {}));
  EXPECT_FALSE(verify_consistency(0, 1, empty_root(), root, {}));
  EXPECT_FALSE(verify_consistency(2, 1, root, root, {}));
  EXPECT_FALSE(verify_consistency(1, 1, root, root, std::span(&root, 1)));
  EXPECT_TRUE(consistency_ranges(0, 5).empty());
  EXPECT_TRUE(consistency_ranges(5, 5).empty());
  EXPECT_TRUE(inclusion_ranges(5, 5).empty());
}

TEST(Merkle, RangesOfHugeTreesDoNotOverflow) {
  const std::uint64_t size = ~std::uint64_t{0};
  EXPECT_EQ(inclusion_ranges(size - 1, size).size(), 63U);
  EXPECT_EQ(inclusion_ranges(0, size).size(), 64U);
  EXPECT_EQ(inclusion_ranges(0, std::uint64_t{1} << 63).size(), 63U);
}

// ---- the cases of transparency-dev/merkle, when they are at hand ----

boost::json::array shared_cases(const char* name) {
  std::string path = PACKTRAIL_SOURCE_DIR;
  path.append("/../shared/data/vectors/").append(name);
  std::ifstream file(path);
  if (!file) return {};
  std::stringstream text;
  text << file.rdbuf();
  return boost::json::parse(text.str()).as_array();
}

// A hash of a case; false when it has not 32 bytes, which every verifier must refuse.
bool digest_of(const boost::json::value& value, Digest& digest) {
  const auto bytes = from_base64(value.as_string());
  if (!bytes || bytes->size() != digest.size()) return false;
  std::copy(bytes->begin(), bytes->end(), digest.begin());
  return true;
}

bool path_of(const boost::json::value& value, std::vector<Digest>& path) {
  if (value.is_null()) return true;
  for (const auto& node : value.as_array()) {
    if (!digest_of(node, path.emplace_back())) return false;
  }
  return true;
}

TEST(Merkle, SharedInclusionCases) {
  const auto cases = shared_cases("merkle-inclusion.json");
  if (cases.empty()) GTEST_SKIP() << "shared/data/vectors/merkle-inclusion.json is not here";
  for (const auto& entry : cases) {
    Digest root{};
    Digest leaf{};
    std::vector<Digest> path;
    const bool accepted =
        digest_of(entry.at("root"), root) && digest_of(entry.at("leafHash"), leaf) &&
        path_of(entry.at("proof"), path) &&
        verify_inclusion(entry.at("leafIdx").to_number<std::uint64_t>(),
                         entry.at("treeSize").to_number<std::uint64_t>(), leaf, path, root)
            .has_value();
    EXPECT_EQ(accepted, !entry.at("wantErr").as_bool()) << entry;
  }
  EXPECT_EQ(cases.size(), 98U);
}

TEST(Merkle, SharedConsistencyCases) {
  const auto cases = shared_cases("merkle-consistency.json");
  if (cases.empty()) GTEST_SKIP() << "shared/data/vectors/merkle-consistency.json is not here";
  for (const auto& entry : cases) {
    // One case asks with roots of 11 bytes whether equal roots are equal: their hashes serve.
    Digest first{};
    Digest second{};
    for (const auto& [name, root] : {std::pair{"root1", &first}, {"root2", &second}}) {
      if (!digest_of(entry.at(name), *root)) *root = sha256(as_bytes(entry.at(name).as_string()));
    }
    std::vector<Digest> path;
    const bool accepted =
        path_of(entry.at("proof"), path) &&
        verify_consistency(entry.at("size1").to_number<std::uint64_t>(),
                           entry.at("size2").to_number<std::uint64_t>(), first, second, path)
            .has_value();
    EXPECT_EQ(accepted, !entry.at("wantErr").as_bool()) << entry;
  }
  EXPECT_EQ(cases.size(), 98U);
}

}  // namespace
}  // namespace packtrail::ledger
