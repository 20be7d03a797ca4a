// An object's history: the facts that name it, and those that name what it was inside of.
#include <algorithm>
#include <compare>
#include <limits>

#include "trace/reader.h"

namespace packtrail::trace {

namespace {

// Facts in the order of their events; facts of one instant in the order of the ledger.
struct Moment {
  std::int64_t event_time_us = 0;
  std::uint64_t position = 0;
  friend auto operator<=>(const Moment&, const Moment&) = default;
};
constexpr Moment kEver{std::numeric_limits<std::int64_t>::max(),
                       std::numeric_limits<std::uint64_t>::max()};
constexpr Moment kNever{std::numeric_limits<std::int64_t>::min(), 0};

struct Line {
  Moment at;
  bool inherited = false;
  std::uint32_t company = 0;
};

// Adds the facts about `object` strictly between two moments.
void collect(Lens& lens, ObjectNumber object, Moment from, Moment to, unsigned depth,
             std::vector<Line>& out) {
  std::vector<HistoryRow> rows = lens.history(bucket_of(object));
  std::erase_if(rows, [&](const HistoryRow& row) { return !row.names(object); });
  const auto moment = [](const HistoryRow& row) { return Moment{row.event_time_us, row.position}; };
  std::stable_sort(rows.begin(), rows.end(),
                   [&](const HistoryRow& a, const HistoryRow& b) { return moment(a) < moment(b); });
  ObjectNumber inside;
  Moment since = kNever;
  const auto leave = [&](Moment at) {
    if (!inside || depth >= kNestingMax) return;
    const Moment begin = std::max(since, from);
    const Moment end = std::min(at, to);
    if (begin < end) collect(lens, inside, begin, end, depth + 1, out);
  };
  for (const HistoryRow& row : rows) {
    const Moment at = moment(row);
    if (from < at && at < to) out.push_back({at, depth > 0, row.company});
    if (row.kind == HistoryKind::Named) continue;
    leave(at);
    inside = row.kind == HistoryKind::Joined ? row.other : ObjectNumber();
    since = at;
  }
  leave(to);
}

}  // namespace

Result<std::vector<HistoryEntry>> PublishedReader::history(const Viewer& viewer,
                                                           ObjectNumber object, std::size_t limit,
                                                           bool* truncated) {
  if (!sees(viewer, object)) {
    return Error{.code = Errc::NotFound, .message = "no such object"};
  }
  std::vector<Line> lines;
  collect(lens_, object, kNever, kEver, 0, lines);
  PACKTRAIL_TRY(lens_.failure());
  std::stable_sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) {
    return a.at != b.at ? a.at < b.at : a.inherited < b.inherited;
  });
  std::vector<HistoryEntry> out;
  for (const Line& line : lines) {
    if (!out.empty() && out.back().position == line.at.position) continue;
    if (!viewer.sees_everything() && !viewer.sees_company(terms_.text(line.company))) continue;
    out.push_back({line.at.position, line.inherited});
  }
  const bool too_many = out.size() > limit;
  // What happened last, such as a recall, must not be what is missing.
  if (too_many) out.erase(out.begin(), out.end() - static_cast<std::ptrdiff_t>(limit));
  if (truncated != nullptr) *truncated = too_many;
  return out;
}

}  // namespace packtrail::trace
