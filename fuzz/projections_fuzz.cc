// rooms: trace
//
// Stored projections that the checksum let through by chance: no input may crash the decoders, and
// what decodes must survive being written again.
#include <google/protobuf/stubs/logging.h>

#include <cstdint>
#include <vector>

#include "base/assert.h"
#include "packtrail/ledger/v1/fact.pb.h"
#include "trace/epc_runs.h"
#include "trace/lens.h"
#include "trace/state_block.h"

using namespace packtrail;         // NOLINT(google-build-using-namespace)
using namespace packtrail::trace;  // NOLINT(google-build-using-namespace)

namespace {

void try_block(ByteView bytes) {
  const ObjectNumber first(ObjectClass(1), 0);
  const auto block = StateBlock::view(first, bytes);
  if (!block) return;
  ObjectState state;
  std::uint64_t end = 0;
  for (const std::uint64_t place : {std::uint64_t{0}, block->end() / 2, block->end() - 1}) {
    const ObjectNumber object = ObjectNumber::from_value(place);
    if (block->covers(object)) static_cast<void>(block->find(object, state, end));
  }
  std::vector<StateRun> runs;
  if (!block->append_runs(runs)) return;
  std::vector<StateRun> again;
  for (const auto& [start, encoded] : encode_blocks(runs)) {
    const auto back = StateBlock::view(start, as_bytes(encoded));
    PACKTRAIL_ASSERT(back.has_value());
    PACKTRAIL_ASSERT(back->append_runs(again).has_value());
  }
  PACKTRAIL_ASSERT(again == runs);
}

void try_history(ByteView bytes) {
  std::vector<HistoryRow> rows;
  const std::string key = history_key(7, 9);
  if (!decode_history(as_bytes(key), bytes, rows) || rows.empty()) return;
  std::vector<HistoryRow> again;
  const std::string encoded = encode_history(rows.data(), rows.size());
  PACKTRAIL_ASSERT(decode_history(as_bytes(key), as_bytes(encoded), again).has_value());
  PACKTRAIL_ASSERT(again == rows);
}

void try_runs(ByteView bytes) {
  const google::protobuf::LogSilencer silent;  // Bad UTF-8 would fill the screen.
  ledger::v1::EpcRun run;
  if (!run.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  const auto runs = decode_runs(run);
  if (!runs || runs->empty()) return;
  ledger::v1::EpcRun again;
  encode_runs(*runs, again);
  const auto back = decode_runs(again);
  PACKTRAIL_ASSERT(back && *back == *runs);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView bytes(data + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      try_block(bytes);
      break;
    case 1:
      try_history(bytes);
      break;
    case 2: {
      std::vector<ObjectRun> runs;
      static_cast<void>(decode_children(bytes, ObjectNumber(ObjectClass(2), 1), runs));
      break;
    }
    default:
      try_runs(bytes);
  }
  return 0;
}
