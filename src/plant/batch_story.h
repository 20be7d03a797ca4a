// plant/batch_story.h - a closed order as its facts tell it: what the reports are written from.
//
// Thread safety: a value. Memory: as OrderLog, and a line per unit and moment.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "plant/order.h"
#include "plant/order_log.h"

namespace packtrail::ledger {
class Ledger;
namespace v1 {
class EpcisEvent;
class Fact;
}  // namespace v1
}  // namespace packtrail::ledger
namespace packtrail::trace {
class Trace;
}

namespace packtrail::plant {

struct Moment {
  std::int64_t time_us;
  std::string what;
};

struct BatchStory {
  explicit BatchStory(Order the_order) : order(std::move(the_order)), log(order.id()) {}

  Order order;
  OrderLog log;
  std::uint64_t opened_at = 0;  // Positions of the facts.
  std::uint64_t closed_at = 0;
  std::uint64_t events = 0;
  std::vector<Moment> timeline;
  std::string reconciliation;  // JSON, as it was recorded at closing.
};

// Calls `event` with every EPCIS event of the order up to its closing, in ledger order; null:
// nobody listens. NotFound, or FailedPrecondition when the order is not closed.
Result<BatchStory> read_story(
    std::string_view order_id, const ledger::Ledger& ledger, const trace::Trace& trace,
    const std::function<Status(const ledger::v1::Fact&, const ledger::v1::EpcisEvent&)>& event);

// What a report says besides the story.
struct ReportExtras {
  std::uint64_t tree_size = 0;
  std::string tree_root;  // Hex.
  std::string checkpoint;
  std::vector<std::string> samples;  // EPCs.
  struct Unit {
    std::string epc;
    std::uint32_t children;
    std::string pallet;  // EPC, of a case on one.
    bool is_partial;
  };
  std::vector<Unit> cases;
  std::vector<Unit> pallets;
  std::optional<Bytes> good_picture;  // PNG.
  std::optional<Bytes> bad_picture;
};

// Both in pieces through `write`.
Status write_report_json(const BatchStory& story, const ReportExtras& extras,
                         const std::function<Status(std::string_view)>& write);
Status write_report_html(const BatchStory& story, const ReportExtras& extras,
                         const std::function<Status(std::string_view)>& write);

}  // namespace packtrail::plant
