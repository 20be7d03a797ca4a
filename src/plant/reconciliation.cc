#include "plant/reconciliation.h"

#include <memory>
#include <optional>

#include "epcis/json_text.h"
#include "plant/isa95.h"
#include "plant/order_log.h"
#include "trace/trace.h"

namespace packtrail::plant {
namespace {

using numbering::SerialState;

class Differences {
 public:
  explicit Differences(std::vector<std::string>& out) : out_(out) {}
  void add(std::string text) {
    if (++count_ <= kDifferencesMax) out_.push_back(std::move(text));
  }
  void close() {
    if (count_ > kDifferencesMax) {
      out_.push_back("and " + std::to_string(count_ - kDifferencesMax) + " more");
    }
  }

 private:
  std::vector<std::string>& out_;
  std::size_t count_ = 0;
};

NumberBalance balance_numbers(const LevelNumbers& level, bool top) {
  NumberBalance balance;
  balance.allocated = level.numbers.size();
  for (const LevelNumbers::Number& number : level.numbers) {
    switch (number.life) {
      case SerialState::SnInvalid:
      case SerialState::LabelScrapped:
        ++balance.rejected;
        break;
      case SerialState::Sampled:
      case SerialState::LabelSampled:
        ++balance.sampled;
        break;
      case SerialState::Inactive:
      case SerialState::Destroyed:
        ++balance.decommissioned;
        break;
      case SerialState::Unallocated:
        ++balance.returned;
        break;
      case SerialState::Commissioned:
      case SerialState::Released:
        // Good is what left: packed and not held, or, for the top level, shipped.
        if (!number.quarantined &&
            (top ? number.life == SerialState::Released : number.container != kNoNumber)) {
          ++balance.good;
        }
        break;
      default:
        break;  // Still allocated or encoded: unaccounted.
    }
  }
  return balance;
}

std::string describe(Level level, trace::ObjectNumber object, trace::Reader& reader) {
  return std::string(to_string(level)) + " " + reader.epc_text(object);
}

// What trace says of each number against the fold of the ledger.
void compare_with_trace(const OrderLog& log, trace::Reader& reader, Differences& differences) {
  const auto viewer = trace::Viewer::owner();
  for (const Level level : {Level::Pack, Level::Case, Level::Pallet}) {
    const LevelNumbers& numbers = log.level(level);
    const Level above = level == Level::Pack ? Level::Case : Level::Pallet;
    for (NumberIndex i = 0; i < numbers.numbers.size(); ++i) {
      const LevelNumbers::Number& number = numbers.numbers[i];
      const trace::ObjectNumber object = numbers.object(i);
      const auto state = reader.state(viewer, object);
      if (!state || state->life != number.life) {
        differences.add(describe(level, object, reader) + " is " +
                        std::string(numbering::to_string(number.life)) + " by its facts and " +
                        (state ? std::string(numbering::to_string(state->life)) : "unknown") +
                        " by trace");
        continue;
      }
      const trace::ObjectNumber parent = number.container == kNoNumber || level == Level::Pallet
                                             ? trace::ObjectNumber()
                                             : log.level(above).object(number.container);
      if (state->parent != parent) {
        differences.add(describe(level, object, reader) + " has another container by trace");
      }
      if (level == Level::Pack) continue;
      std::uint64_t children = 0;
      for (const trace::ObjectRun& run : reader.children(viewer, object)) children += run.count;
      if (children != number.children) {
        differences.add(describe(level, object, reader) + " holds " +
                        std::to_string(number.children) + " by its facts and " +
                        std::to_string(children) + " by trace");
      }
    }
  }
}

// Children of the live containers of a level: what is physically in them.
std::uint64_t contents_of(const LevelNumbers& containers) {
  std::uint64_t sum = 0;
  for (const LevelNumbers::Number& number : containers.numbers) sum += number.children;
  return sum;
}

void check_balance(std::string_view what, Level level, std::int64_t unaccounted,
                   Differences& differences) {
  if (unaccounted == 0) return;
  differences.add(std::string(to_string(level)) + " " + std::string(what) + ": " +
                  std::to_string(unaccounted) + " unaccounted");
}

void append_number(std::string& out, std::string_view name, std::int64_t value) {
  if (out.back() != '{') out += ',';
  epcis::append_json_string(out, name);
  out += ':';
  out += std::to_string(value);
}
void append_count(std::string& out, std::string_view name, std::uint64_t value) {
  append_number(out, name, static_cast<std::int64_t>(value));
}

template <class Map>
void append_map(std::string& out, std::string_view name, const Map& counts) {
  out += ',';
  epcis::append_json_string(out, name);
  out += ":{";
  for (const auto& [reason, count] : counts) append_count(out, reason, count);
  out += '}';
}

}  // namespace

std::int64_t NumberBalance::unaccounted() const {
  return static_cast<std::int64_t>(allocated) -
         static_cast<std::int64_t>(good + rejected + sampled + decommissioned + returned);
}

std::int64_t PhysicalBalance::unaccounted() const {
  return static_cast<std::int64_t>(seen) - static_cast<std::int64_t>(good + rejected + sampled);
}

Result<Reconciliation> reconcile(const Order& order, std::uint64_t opened_at,
                                 const ledger::Ledger& ledger, const trace::Trace& trace) {
  OrderLog log(order.id());
  PACKTRAIL_TRY(log.catch_up(ledger, opened_at));
  const std::unique_ptr<trace::Reader> reader = trace.reader();

  Reconciliation result;
  Differences differences(result.differences);
  result.rejects = log.line().reasons;
  result.scrapped = log.line().scrapped;
  for (const Level level : {Level::Pack, Level::Case, Level::Pallet}) {
    const auto at = static_cast<std::size_t>(level);
    result.numbers[at] = balance_numbers(log.level(level), level == Level::Pallet);
    check_balance("numbers", level, result.numbers[at].unaccounted(), differences);
  }

  // Packs: the camera's triggers against what is in the cases, the bin and the laboratory.
  PhysicalBalance& packs = result.physical[0];
  packs.seen = log.line().triggers - log.line().empty;
  packs.good = contents_of(log.level(Level::Case));
  packs.rejected = log.line().rejected + result.numbers[0].decommissioned;
  packs.sampled = result.numbers[0].sampled;
  packs.cleared_labels = log.line().scrapped_labels;
  // Cases and pallets: made when commissioned, found on pallets and in the shipment.
  for (const Level level : {Level::Case, Level::Pallet}) {
    const auto at = static_cast<std::size_t>(level);
    PhysicalBalance& units = result.physical[at];
    for (const LevelNumbers::Number& number : log.level(level).numbers) {
      units.seen += number.filled ? 1 : 0;
      const bool on_top = level == Level::Pallet && number.life == SerialState::Released;
      units.good += on_top ? 1 : 0;
      if (!number.filled || number.life == SerialState::Inactive ||
          number.life == SerialState::Destroyed) {
        continue;
      }
      const std::uint32_t full = level == Level::Case ? order.packaging().packs_per_case
                                                      : order.packaging().cases_per_pallet;
      if (number.children < full) {
        ++(level == Level::Case ? result.partial_cases : result.partial_pallets);
      }
    }
    if (level == Level::Case) units.good = contents_of(log.level(Level::Pallet));
    units.rejected = result.numbers[at].decommissioned;
    units.sampled = result.numbers[at].sampled;
  }
  for (const Level level : {Level::Pack, Level::Case, Level::Pallet}) {
    const auto at = static_cast<std::size_t>(level);
    check_balance("units", level, result.physical[at].unaccounted(), differences);
    if (result.physical[at].good != result.numbers[at].good) {
      differences.add(std::string(to_string(level)) +
                      " stock: " + std::to_string(result.numbers[at].good) + " numbers are good, " +
                      std::to_string(result.physical[at].good) + " units are in containers");
    }
  }
  if (log.line().triggers != log.line().passed + log.line().rejected + log.line().empty) {
    differences.add("camera: " + std::to_string(log.line().triggers) + " triggers, " +
                    std::to_string(log.line().passed) + " passed, " +
                    std::to_string(log.line().rejected) + " rejected, " +
                    std::to_string(log.line().empty) + " empty");
  }
  if (result.numbers[0].sampled < order.batch().samples) {
    differences.add("samples: " + std::to_string(order.batch().samples) + " ordered, " +
                    std::to_string(result.numbers[0].sampled) + " drawn");
  }
  if (log.accepted() < order.batch().quantity) {
    differences.add("quantity: " + std::to_string(order.batch().quantity) + " ordered, " +
                    std::to_string(log.accepted()) + " accepted");
  }
  if (order.packaging().partial == PartialUnits::Refused &&
      result.partial_cases + result.partial_pallets > 0) {
    differences.add("partial units: the order refuses them");
  }
  compare_with_trace(log, *reader, differences);
  PACKTRAIL_TRY(reader->failure());  // Damage is no difference of the batch.
  differences.close();
  return result;
}

std::string Reconciliation::to_json() const {
  std::string out = "{\"balanced\":";
  out += balanced() ? "true" : "false";
  out += ",\"numbers\":{";
  for (const Level level : {Level::Pack, Level::Case, Level::Pallet}) {
    const NumberBalance& row = numbers[static_cast<std::size_t>(level)];
    if (out.back() != '{') out += ',';
    epcis::append_json_string(out, to_string(level));
    out += ":{";
    append_count(out, "allocated", row.allocated);
    append_count(out, "good", row.good);
    append_count(out, "rejected_before_commissioning", row.rejected);
    append_count(out, "sampled", row.sampled);
    append_count(out, "decommissioned", row.decommissioned);
    append_count(out, "returned_unused", row.returned);
    append_number(out, "unaccounted", row.unaccounted());
    out += '}';
  }
  out += "},\"physical\":{";
  for (const Level level : {Level::Pack, Level::Case, Level::Pallet}) {
    const PhysicalBalance& row = physical[static_cast<std::size_t>(level)];
    if (out.back() != '{') out += ',';
    epcis::append_json_string(out, to_string(level));
    out += ":{";
    append_count(out, "seen", row.seen);
    append_count(out, "good", row.good);
    append_count(out, "rejected", row.rejected);
    append_count(out, "sampled", row.sampled);
    append_count(out, "cleared_labels", row.cleared_labels);
    append_number(out, "unaccounted", row.unaccounted());
    out += '}';
  }
  out += '}';
  append_map(out, "findings", rejects);
  append_map(out, "scrapped_numbers", scrapped);
  append_count(out, "partial_cases", partial_cases);
  append_count(out, "partial_pallets", partial_pallets);
  out += ",\"differences\":[";
  for (const std::string& difference : differences) {
    if (out.back() != '[') out += ',';
    epcis::append_json_string(out, difference);
  }
  out += "]}";
  return out;
}

}  // namespace packtrail::plant
