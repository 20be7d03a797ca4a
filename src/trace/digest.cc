// The canonical digest over every projection (docs/formats/projections.md, "Digest").
#include "base/crypto.h"
#include "trace/coding.h"
#include "trace/reader.h"

namespace packtrail::trace {

namespace {

constexpr std::size_t kFlushBytes = 1 << 16;

// Collects what is hashed, so that small pieces cost little.
class Stream {
 public:
  std::string& out() {
    if (bytes_.size() >= kFlushBytes) flush();
    return bytes_;
  }
  Digest finish() {
    flush();
    return hash_.finish();
  }

 private:
  void flush() {
    hash_.update(as_bytes(bytes_));
    bytes_.clear();
  }
  Sha256 hash_;
  std::string bytes_;
};

void put_run(std::string& out, const StateRun& run) {
  put_be64(out, run.first.value());
  put_be64(out, run.count);
  put_be64(out, static_cast<std::uint64_t>(run.state.event_time_us));
  put_be64(out, run.state.parent.value());
  put_be32(out, run.state.disposition.value());
  put_be32(out, run.state.read_point.value());
  put_be32(out, run.state.biz_location.value());
  put_be32(out, run.state.batch.value());
  out.push_back(static_cast<char>(run.state.life));
  out.push_back(static_cast<char>(run.state.link));
  out.push_back(static_cast<char>(run.state.quarantined));
}

}  // namespace

Result<Digest> PublishedReader::digest() {
  Stream stream;
  stream.out().append("packtrail projections 4\n");
  put_be64(stream.out(), position());

  stream.out().push_back('S');
  lens_.scan_states(ObjectNumber(), ObjectNumber::from_value(~std::uint64_t{0} - 1),
                    [&](const StateRun& run) {
                      put_run(stream.out(), run);
                      return true;
                    });
  stream.out().push_back('C');
  lens_.scan_children([&](ObjectNumber parent, const RunSet& runs) {
    put_be64(stream.out(), parent.value());
    put_be64(stream.out(), runs.size());
    for (const ObjectRun& run : runs) {
      put_be64(stream.out(), run.first.value());
      put_be64(stream.out(), run.count);
    }
  });
  stream.out().push_back('H');
  lens_.scan_history([&](const HistoryRow& row) {
    std::string& out = stream.out();
    put_be64(out, row.bucket);
    put_be64(out, row.position);
    put_be64(out, static_cast<std::uint64_t>(row.event_time_us));
    put_be64(out, row.other.value());
    put_be32(out, row.company);
    put_be32(out, std::uint32_t{row.offset} << 16 | row.count);
    out.push_back(static_cast<char>(row.kind));
  });
  const std::pair<Table, const char*> kCells[] = {{Table::Directory, "bcdhilprstux"},
                                                  {Table::EventIndex, "Eek"},
                                                  {Table::Orders, "Oo"},
                                                  {Table::Meta, "n"}};
  for (const auto& cells : kCells) {
    const Table table = cells.first;
    for (const char* kind = cells.second; *kind != '\0'; ++kind) {
      const std::string prefix = cell_key(table, *kind);
      stream.out().append(prefix);
      lens_.scan_cells(prefix, prefix, [&](std::string_view key, std::string_view value) {
        // A count that went back to zero is the same as one that never was.
        if (table == Table::Meta && value == std::string_view("\0", 1)) return true;
        put_text(stream.out(), key);
        put_text(stream.out(), value);
        return true;
      });
    }
  }
  PACKTRAIL_TRY(lens_.failure());
  return stream.finish();
}

}  // namespace packtrail::trace
