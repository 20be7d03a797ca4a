// trace/view.h - the published overlay at one position.
//
// A view is made once and never changes. The commit thread publishes a new one after each durable
// batch, the fold after each slice; readers take the newest when they refresh.
//
// Thread safety: immutable, shared.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "trace/classes.h"
#include "trace/layer.h"

namespace packtrail::trace {

// What moves about a class while facts are applied; by ClassInfo::index.
struct ClassCounter {
  std::uint64_t next = 0;      // Pool, series: next counter to hand out. Dictionary: its size.
  std::uint64_t issued = 0;    // Pool, series, imported: numbers handed out, skipped ones left out.
  std::uint64_t size = 0;      // Imported: numbers taken in.
  std::uint64_t returned = 0;  // Imported: handed out once and Unallocated again.
  std::uint64_t waiting = 0;   // Imported: Unallocated, fresh or returned.
  bool blocked = false;
  bool has_skips = false;  // Counters that others' numbers took exist.
  bool has_lines = false;  // Lines have reservations.
  friend bool operator==(const ClassCounter&, const ClassCounter&) = default;
};

struct View {
  std::uint64_t base = 0;      // The store holds at least the facts below this.
  std::uint64_t position = 0;  // Facts below this are visible.
  std::vector<std::shared_ptr<const Layer>> layers;  // Oldest first; they cover base .. position-1.
  std::shared_ptr<const ClassIndex> classes;
  std::shared_ptr<const std::vector<ClassCounter>> counters;
  std::uint32_t terms = 0;  // Terms and batches that exist here.
  std::uint32_t batches = 0;
};

}  // namespace packtrail::trace
