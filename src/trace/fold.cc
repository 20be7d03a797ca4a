#include "trace/fold.h"

#include <algorithm>

#include "trace/coding.h"
#include "trace/lens.h"
#include "trace/state_block.h"

namespace packtrail::trace {

namespace {

using Layers = std::vector<std::shared_ptr<const Layer>>;

// Objects further than this beyond a block begin a block of their own.
constexpr std::uint64_t kJoinGapMax = 4096;

Bytes to_bytes(std::string_view text) {
  const ByteView view = as_bytes(text);
  return {view.begin(), view.end()};
}

void put(std::vector<Write>& writes, Table table, std::string_view key, std::string_view value) {
  writes.push_back({table, to_bytes(key), to_bytes(value)});
}
void remove(std::vector<Write>& writes, Table table, std::string_view key) {
  writes.push_back({table, to_bytes(key), std::nullopt});
}

// Old runs with the pieces of [begin, end) in their place.
std::vector<StateRun> join(const std::vector<StateRun>& old, const StatePiece* begin,
                           const StatePiece* end) {
  std::vector<StateRun> out;
  const StatePiece* next = begin;
  std::uint64_t given = 0;  // What lies before is said.
  const auto give = [&] {
    append_state_run(out, {next->first, next->count, *next->state});
    given = next->first.value() + next->count;
    ++next;
  };
  for (const StateRun& run : old) {
    const std::uint64_t stop = run.first.value() + run.count;
    while (next != end && next->first.value() < run.first.value()) give();
    std::uint64_t at = std::max(run.first.value(), given);
    while (at < stop) {
      const std::uint64_t cut =
          next != end && next->first.value() < stop ? next->first.value() : stop;
      if (at < cut) {
        append_state_run(out, {ObjectNumber::from_value(at), cut - at, run.state});
      }
      if (cut == stop) break;
      give();
      at = given;
    }
  }
  while (next != end) give();
  return out;
}

Status fold_states(Snapshot& snapshot, const Layers& layers, std::vector<Write>& writes) {
  std::vector<const Layer*> newest_first;
  for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
    newest_first.push_back(layer->get());
  }
  const std::vector<StatePiece> entries =
      newest_states(newest_first, ObjectNumber(), ObjectNumber::from_value(~std::uint64_t{0} - 1));
  std::size_t at = 0;
  while (at < entries.size()) {
    const ObjectNumber first = entries[at].first;
    const std::string key = state_key(first);
    const auto before = PACKTRAIL_TRY(snapshot.floor(Table::State, as_bytes(key)));
    std::vector<StateRun> old;
    std::string old_key;
    std::uint64_t end = first.value();
    if (before) {
      Decoder place(as_text(before->key));
      const ObjectNumber start = ObjectNumber::from_value(place.be64());
      const StateBlock block = PACKTRAIL_TRY(StateBlock::view(start, before->value));
      const bool joins =
          start.object_class() == first.object_class() &&
          (block.end() >= first.value() || first.value() - block.end() <= kJoinGapMax);
      if (joins) {
        PACKTRAIL_TRY(block.append_runs(old));
        old_key = as_text(before->key);
        end = std::max(end, block.end());
      }
    }
    std::uint64_t next_block = ~std::uint64_t{0};
    PACKTRAIL_TRY(snapshot.scan(Table::State, as_bytes(key), [&](KeyValue entry) {
      next_block = Decoder(as_text(entry.key)).be64();
      return next_block == first.value();  // This very block; the next one is meant.
    }));
    if (next_block == first.value()) next_block = ~std::uint64_t{0};
    std::size_t stop = at;
    while (stop < entries.size()) {
      const std::uint64_t value = entries[stop].first.value();
      if (value >= next_block || entries[stop].first.object_class() != first.object_class() ||
          (value > end && value - end > kJoinGapMax)) {
        break;
      }
      end = std::max(end, value + entries[stop].count);
      ++stop;
    }
    const auto blocks = encode_blocks(join(old, entries.data() + at, entries.data() + stop));
    if (!old_key.empty() && (blocks.empty() || state_key(blocks.front().first) != old_key)) {
      remove(writes, Table::State, old_key);
    }
    for (const auto& [start, bytes] : blocks) put(writes, Table::State, state_key(start), bytes);
    at = stop;
  }
  return {};
}

Status fold_children(Snapshot& snapshot, const Layers& layers, std::vector<Write>& writes) {
  std::map<ObjectNumber, const RunSet*> newest;
  for (const auto& layer : layers) {
    for (const auto& [parent, runs] : layer->children) newest[parent] = runs.get();
  }
  for (const auto& [parent, runs] : newest) {
    const std::vector<std::string> chunks = encode_children(parent, *runs);
    for (std::size_t i = 0; i < chunks.size(); ++i) {
      put(writes, Table::Children, children_key(parent, i), chunks[i]);
    }
    const std::string from = children_key(parent, chunks.size());
    PACKTRAIL_TRY(snapshot.scan(Table::Children, as_bytes(from), [&](KeyValue entry) {
      if (as_text(entry.key).substr(0, 8) != std::string_view(from).substr(0, 8)) return false;
      remove(writes, Table::Children, as_text(entry.key));
      return true;
    }));
  }
  return {};
}

void fold_history(const Layers& layers, std::vector<Write>& writes) {
  std::vector<HistoryRow> rows;
  for (const auto& layer : layers) {
    rows.insert(rows.end(), layer->history.begin(), layer->history.end());
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const HistoryRow& a, const HistoryRow& b) { return a.before(b); });
  for (std::size_t at = 0; at < rows.size();) {
    std::size_t stop = at + 1;
    while (stop < rows.size() && !rows[at].before(rows[stop])) ++stop;
    put(writes, Table::History, history_key(rows[at].bucket, rows[at].position),
        encode_history(&rows[at], stop - at));
    at = stop;
  }
}

void fold_cells(const Layers& layers, std::vector<Write>& writes) {
  std::map<std::string_view, std::string_view> newest;
  for (const auto& layer : layers) {
    for (const auto& [key, value] : layer->sorted) newest[key] = value;
    for (const auto& [key, value] : layer->hashed) newest[key] = value;
  }
  for (const auto& [key, value] : newest) {
    const Table table = table_of(key);
    const bool is_zero_count = table == Table::Meta && value == std::string_view("\0", 1);
    if (is_zero_count) {
      remove(writes, table, stored_key(key));
    } else {
      put(writes, table, stored_key(key), value);
    }
  }
}

}  // namespace

Result<std::vector<Write>> fold_layers(Snapshot& snapshot, const Layers& layers) {
  std::vector<Write> writes;
  PACKTRAIL_TRY(fold_states(snapshot, layers, writes));
  PACKTRAIL_TRY(fold_children(snapshot, layers, writes));
  fold_history(layers, writes);
  fold_cells(layers, writes);
  std::string applied;
  put_varint(applied, layers.back()->end);
  put(writes, Table::Meta, std::string(1, cell::kApplied), applied);
  return writes;
}

}  // namespace packtrail::trace
