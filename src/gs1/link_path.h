// gs1/link_path.h - a Digital Link URI taken apart, before any value is decoded or checked.
//
// Shared by gs1/digital_link, gs1/epc and gs1/pack_code. Thread safety: free functions; the result
// views the text. Cost: one pass from the right, no heap.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "gs1/ai_table.h"

namespace packtrail::gs1 {

// A primary key and the order of its qualifiers; AI 01 and 414 have a second, exclusive set.
struct LinkKey {
  Ai key;
  std::array<Ai, 3> qualifiers{};
  std::size_t qualifier_count = 0;
  Ai alternative{};  // A single qualifier instead of the others; digits 0 when there is none.
};

// The row of a primary key; nullptr when `ai` is none.
[[nodiscard]] const LinkKey* find_link_key(Ai ai);

// The place of `qualifier` in the key's order: 0.. ; nothing when the key does not have it.
[[nodiscard]] std::optional<std::size_t> qualifier_place(const LinkKey& key, Ai qualifier);

struct LinkPath {
  static constexpr std::size_t kPairsMax = 4;
  struct Pair {
    Ai ai;
    std::string_view value;  // Still percent-encoded; not empty.
  };
  std::string_view stem;
  std::array<Pair, kPairsMax> pairs{};  // Filled from the end, as they are read.
  std::size_t count = 0;                // At least 1.
  const LinkKey* key = nullptr;
  std::string_view query;  // Without '?'; empty when there is none.
  bool has_query = false;
  bool has_fragment = false;

  // In the order of the text, the primary key first.
  [[nodiscard]] std::span<const Pair> path() const {
    return {pairs.data() + kPairsMax - count, count};
  }
  // The qualifiers stand in the key's order, each once, and not beside the alternative.
  [[nodiscard]] bool in_order() const;
};

// Nothing when the text is no http(s) URI with a host, holds a character that a URI cannot hold, or
// no primary key with its qualifiers ends its path.
[[nodiscard]] std::optional<LinkPath> split_link(std::string_view uri);

}  // namespace packtrail::gs1
