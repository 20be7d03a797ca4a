#include "trace/state_block.h"

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstring>

#include "base/assert.h"
#include "trace/coding.h"

namespace packtrail::trace {

namespace {

constexpr std::size_t kHeaderBytes = 25;
constexpr std::uint64_t kGapMax = 4096;  // A wider gap between runs starts a new block.

constexpr std::uint8_t kWideStarts = 1;
constexpr std::uint8_t kWideIndexes = 2;

constexpr std::uint8_t kHasTime = 1;
constexpr std::uint8_t kHasParent = 2;
constexpr std::uint8_t kHasDisposition = 4;
constexpr std::uint8_t kHasReadPoint = 8;
constexpr std::uint8_t kHasBizLocation = 16;
constexpr std::uint8_t kHasBatch = 32;
constexpr std::uint8_t kQuarantined = 64;

struct StateHash {
  std::size_t operator()(const ObjectState& s) const noexcept {
    std::uint64_t h = static_cast<std::uint64_t>(s.event_time_us) * 0x9e3779b97f4a7c15U;
    h = (h ^ s.parent.value()) * 0xbf58476d1ce4e5b9U;
    h = (h ^ (std::uint64_t{s.disposition.value()} << 32 | s.read_point.value())) *
        0x94d049bb133111ebU;
    h = (h ^ (std::uint64_t{s.biz_location.value()} << 32 | s.batch.value())) * 0x9e3779b97f4a7c15U;
    h ^= static_cast<std::uint64_t>(s.life) << 16 | static_cast<std::uint64_t>(s.link) << 8 |
         s.quarantined;
    return static_cast<std::size_t>(h * 0xbf58476d1ce4e5b9U ^ h >> 32);
  }
};

std::uint64_t little_endian(const std::uint8_t* at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value |= std::uint64_t{at[i]} << (8 * i);
  return value;
}

void put_little_endian(std::string& out, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

void put_state(std::string& out, const ObjectState& state, std::int64_t base_time,
               std::uint64_t base_parent) {
  std::uint8_t flags = state.quarantined != 0 ? kQuarantined : std::uint8_t{0};
  if (state.event_time_us != 0) flags |= kHasTime;
  if (state.parent) flags |= kHasParent;
  if (state.disposition.value() != 0) flags |= kHasDisposition;
  if (state.read_point.value() != 0) flags |= kHasReadPoint;
  if (state.biz_location.value() != 0) flags |= kHasBizLocation;
  if (state.batch.value() != 0) flags |= kHasBatch;
  out.push_back(static_cast<char>(flags));
  out.push_back(static_cast<char>(state.life));
  out.push_back(static_cast<char>(state.link));
  // Differences wrap around; adding them back wraps back.
  if (flags & kHasTime) {
    put_signed(out, static_cast<std::int64_t>(static_cast<std::uint64_t>(state.event_time_us) -
                                              static_cast<std::uint64_t>(base_time)));
  }
  if (flags & kHasParent) {
    put_signed(out, static_cast<std::int64_t>(state.parent.value() - base_parent));
  }
  if (flags & kHasDisposition) put_varint(out, state.disposition.value());
  if (flags & kHasReadPoint) put_varint(out, state.read_point.value());
  if (flags & kHasBizLocation) put_varint(out, state.biz_location.value());
  if (flags & kHasBatch) put_varint(out, state.batch.value());
}

// One block being filled: what it would take as bytes is known after every run.
class Filling {
 public:
  void begin(ObjectNumber first) {
    first_ = first.value();
    end_ = first_;
    runs_.clear();
    known_.clear();
    offsets_.clear();
    states_.clear();
    base_time_ = 0;
    base_parent_ = 0;
  }

  void add(ObjectNumber first, std::uint64_t count, const ObjectState& state) {
    if (first.value() > end_) runs_.push_back({end_ - first_, 0});
    if (known_.empty()) {
      base_time_ = state.event_time_us;
      base_parent_ = state.parent.value();
    }
    const auto [it, is_new] =
        known_.try_emplace(state, static_cast<std::uint32_t>(known_.size() + 1));
    if (is_new) {
      offsets_.push_back(static_cast<std::uint32_t>(states_.size()));
      put_state(states_, state, base_time_, base_parent_);
    }
    runs_.push_back({first.value() - first_, it->second});
    end_ = first.value() + count;
  }

  [[nodiscard]] bool empty() const { return runs_.empty(); }
  [[nodiscard]] std::uint64_t first() const { return first_; }
  [[nodiscard]] std::uint64_t end() const { return end_; }
  [[nodiscard]] std::size_t bytes() const {
    return kHeaderBytes + runs_.size() * (start_size() + index_size()) + offsets_.size() * 2 +
           states_.size();
  }

  [[nodiscard]] std::string encode() const {
    PACKTRAIL_ASSERT(runs_.size() <= 0xffff && states_.size() <= 0xffff);
    std::string out;
    out.reserve(bytes());
    out.push_back(static_cast<char>((start_size() == 4 ? kWideStarts : 0) |
                                    (index_size() == 2 ? kWideIndexes : 0)));
    put_little_endian(out, runs_.size(), 2);
    put_little_endian(out, offsets_.size(), 2);
    put_little_endian(out, end_ - first_, 4);
    put_little_endian(out, static_cast<std::uint64_t>(base_time_), 8);
    put_little_endian(out, base_parent_, 8);
    for (const Run& run : runs_) put_little_endian(out, run.start, start_size());
    for (const Run& run : runs_) put_little_endian(out, run.state, index_size());
    for (const std::uint32_t offset : offsets_) put_little_endian(out, offset, 2);
    return out += states_;
  }

 private:
  struct Run {
    std::uint64_t start;
    std::uint32_t state;
  };
  [[nodiscard]] std::size_t start_size() const { return end_ - first_ <= 0x10000 ? 2 : 4; }
  [[nodiscard]] std::size_t index_size() const { return known_.size() <= 0xff ? 1 : 2; }

  std::uint64_t first_ = 0;
  std::uint64_t end_ = 0;
  std::vector<Run> runs_;
  boost::unordered_flat_map<ObjectState, std::uint32_t, StateHash> known_;
  std::vector<std::uint32_t> offsets_;
  std::string states_;
  std::int64_t base_time_ = 0;
  std::uint64_t base_parent_ = 0;
};

Error damaged() {
  return Error{.code = Errc::DataLoss, .message = "a state block does not decode"};
}

using Blocks = std::vector<std::pair<ObjectNumber, std::string>>;

}  // namespace

void append_state_run(std::vector<StateRun>& runs, const StateRun& run) {
  if (run.count == 0 || run.state == ObjectState{}) return;
  if (!runs.empty()) {
    StateRun& last = runs.back();
    if (last.first.value() + last.count == run.first.value() &&
        last.first.object_class() == run.first.object_class() && last.state == run.state) {
      last.count += run.count;
      return;
    }
  }
  runs.push_back(run);
}

Blocks encode_blocks(const std::vector<StateRun>& runs) {
  Blocks blocks;
  Filling filling;
  // The bytes of the runs in one block tell how many blocks there will be, and so an even share.
  std::size_t total = 0;
  for (const bool measuring : {true, false}) {
    const std::size_t pieces =
        total <= kBlockBytesMax ? 1 : (total + kBlockBytesTarget - 1) / kBlockBytesTarget;
    const std::size_t share = pieces == 1 ? kBlockBytesMax : total / pieces;
    const auto finish = [&] {
      if (filling.empty()) return;
      if (measuring) {
        total += filling.bytes();
      } else {
        blocks.emplace_back(ObjectNumber::from_value(filling.first()), filling.encode());
      }
    };
    filling.begin(ObjectNumber());
    for (const StateRun& run : runs) {
      std::uint64_t at = run.first.value();
      std::uint64_t left = run.count;
      while (left > 0) {
        const std::uint64_t count = left < kBlockSpanMax / 2 ? left : kBlockSpanMax / 2;
        const bool fresh = filling.empty() || at - filling.end() > kGapMax ||
                           at + count - filling.first() > kBlockSpanMax ||
                           filling.bytes() >= (measuring ? kBlockBytesTarget : share);
        if (fresh) {
          finish();
          filling.begin(ObjectNumber::from_value(at));
        }
        filling.add(ObjectNumber::from_value(at), count, run.state);
        at += count;
        left -= count;
      }
    }
    finish();
  }
  return blocks;
}

Result<StateBlock> StateBlock::view(ObjectNumber first, ByteView bytes) {
  if (bytes.size() < kHeaderBytes) return damaged();
  StateBlock block;
  const std::uint8_t* at = bytes.data();
  block.first_ = first.value();
  block.start_size_ = (at[0] & kWideStarts) != 0 ? 4 : 2;
  block.index_size_ = (at[0] & kWideIndexes) != 0 ? 2 : 1;
  block.runs_ = static_cast<std::uint16_t>(little_endian(at + 1, 2));
  block.distinct_ = static_cast<std::uint16_t>(little_endian(at + 3, 2));
  block.count_ = little_endian(at + 5, 4);
  block.base_time_ = static_cast<std::int64_t>(little_endian(at + 9, 8));
  block.base_parent_ = little_endian(at + 17, 8);
  const std::size_t arrays =
      std::size_t{block.runs_} * (std::size_t{block.start_size_} + block.index_size_) +
      std::size_t{block.distinct_} * 2;
  if (block.runs_ == 0 || block.count_ == 0 || bytes.size() < kHeaderBytes + arrays) {
    return damaged();
  }
  block.starts_ = at + kHeaderBytes;
  block.indexes_ = block.starts_ + std::size_t{block.runs_} * block.start_size_;
  block.offsets_ = block.indexes_ + std::size_t{block.runs_} * block.index_size_;
  block.states_ = bytes.subspan(kHeaderBytes + arrays);
  if (block.start(0) != 0) return damaged();
  return block;
}

std::uint64_t StateBlock::start(std::size_t run) const {
  if (start_size_ == 2) {
    std::uint16_t value = 0;
    std::memcpy(&value, starts_ + run * 2, 2);
    return value;
  }
  std::uint32_t value = 0;
  std::memcpy(&value, starts_ + run * 4, 4);
  return value;
}

std::size_t StateBlock::state_index(std::size_t run) const {
  return static_cast<std::size_t>(little_endian(indexes_ + run * index_size_, index_size_));
}

bool StateBlock::decode_state(std::size_t index, ObjectState& out) const {
  out = ObjectState{};
  if (index == 0) return true;
  if (index > distinct_) return false;
  const auto offset = static_cast<std::size_t>(little_endian(offsets_ + (index - 1) * 2, 2));
  if (offset >= states_.size()) return false;
  Decoder in(as_text(states_.subspan(offset)));
  const std::uint8_t flags = in.byte();
  out.life = static_cast<numbering::SerialState>(in.byte());
  out.link = static_cast<ChildLink>(in.byte());
  if (flags & kHasTime) {
    out.event_time_us = static_cast<std::int64_t>(static_cast<std::uint64_t>(base_time_) +
                                                  static_cast<std::uint64_t>(in.signed_varint()));
  }
  if (flags & kHasParent) {
    out.parent =
        ObjectNumber::from_value(base_parent_ + static_cast<std::uint64_t>(in.signed_varint()));
  }
  if (flags & kHasDisposition) out.disposition = TermId(in.varint32());
  if (flags & kHasReadPoint) out.read_point = TermId(in.varint32());
  if (flags & kHasBizLocation) out.biz_location = TermId(in.varint32());
  if (flags & kHasBatch) out.batch = BatchId(in.varint32());
  out.quarantined = (flags & kQuarantined) != 0 ? 1 : 0;
  return !in.failed();
}

bool StateBlock::find(ObjectNumber object, ObjectState& out, std::uint64_t& run_end) const {
  const std::uint64_t place = object.value() - first_;
  std::size_t low = 0;
  std::size_t size = runs_;
  while (size > 1) {  // Last run whose start is not beyond `place`.
    const std::size_t half = size / 2;
    low = start(low + half) <= place ? low + half : low;
    size -= half;
  }
  run_end = first_ + (low + 1 < runs_ ? start(low + 1) : count_);
  return decode_state(state_index(low), out);
}

Status StateBlock::append_runs(std::vector<StateRun>& out) const {
  for (std::size_t i = 0; i < runs_; ++i) {
    const std::uint64_t begin = start(i);
    const std::uint64_t stop = i + 1 < runs_ ? start(i + 1) : count_;
    if (stop <= begin) return damaged();
    StateRun run{ObjectNumber::from_value(first_ + begin), stop - begin, {}};
    if (!decode_state(state_index(i), run.state)) return damaged();
    append_state_run(out, run);
  }
  return {};
}

}  // namespace packtrail::trace
