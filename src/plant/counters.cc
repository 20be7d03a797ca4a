#include "plant/counters.h"

#include <algorithm>

#include <simdjson.h>

#include "plant/isa95.h"

namespace packtrail::plant {
namespace {

using numbering::SerialState;

OrderState state_of(const OrderLog& log) {
  switch (log.state()) {
    case kJobRunning:
      return OrderState::Running;
    case kJobHeld:
      return OrderState::Held;
    case kJobClosed:
      return OrderState::Closed;
    // A completed order has a document only when its reconciliation failed.
    case kJobCompleted:
      return log.state_document().empty() ? OrderState::Completed : OrderState::Failed;
    default:
      return OrderState::Waiting;
  }
}

Phase phase_of(const OrderLog& log) {
  switch (log.state()) {
    case kJobRunning:
    case kJobHeld:
      return Phase::Packing;
    case kJobCompleted:
      return log.shipped() ? Phase::Reconciling : Phase::Shipping;
    case kJobClosed:
      return Phase::Closed;
    default:
      return Phase::Waiting;
  }
}

std::uint64_t live(const LevelNumbers& level) {
  return level.in(SerialState::Commissioned) + level.in(SerialState::Released);
}

// What does not change while the order works.
LineCounters start_counters(const Order& order) {
  LineCounters counters;
  counters.line = order.plant().line;
  counters.order_id = order.id();
  counters.product = order.product().name;
  counters.lot = order.batch().lot.text();
  counters.quantity = order.batch().quantity;
  return counters;
}

void sort_rejects(LineCounters& counters) {
  std::stable_sort(counters.rejects.begin(), counters.rejects.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
}

}  // namespace

LineCounters make_counters(const Order& order, const OrderLog& log) {
  LineCounters counters = start_counters(order);
  const LevelNumbers& packs = log.level(Level::Pack);
  counters.state = state_of(log);
  counters.phase = phase_of(log);
  counters.seen = log.line().triggers - log.line().empty;
  counters.good =
      packs.in(SerialState::Commissioned) + packs.in(SerialState::Released)-packs.quarantined;
  counters.rejected =
      log.line().rejected + packs.in(SerialState::Inactive) + packs.in(SerialState::Destroyed);
  counters.sampled = packs.in(SerialState::Sampled);
  counters.quarantined = packs.quarantined;
  counters.cases = live(log.level(Level::Case));
  counters.pallets = live(log.level(Level::Pallet));
  counters.rejects.assign(log.line().reasons.begin(), log.line().reasons.end());
  sort_rejects(counters);
  return counters;
}

std::optional<LineCounters> closed_counters(const Order& order, std::string_view document) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  const simdjson::padded_string text(document);
  if (parser.parse(text).get(root) != simdjson::SUCCESS) return std::nullopt;
  LineCounters counters = start_counters(order);
  counters.state = OrderState::Closed;
  counters.phase = Phase::Closed;
  const auto read = [&root](const char* sheet, const char* level, const char* column,
                            std::uint64_t& out) {
    return root[sheet][level][column].get(out) == simdjson::SUCCESS;
  };
  // A closed order balances: its good packs are in cases, its held ones have ended, and its live
  // cases and pallets have left.
  if (!read("physical", "pack", "seen", counters.seen) ||
      !read("numbers", "pack", "good", counters.good) ||
      !read("physical", "pack", "rejected", counters.rejected) ||
      !read("numbers", "pack", "sampled", counters.sampled) ||
      !read("numbers", "case", "good", counters.cases) ||
      !read("numbers", "pallet", "good", counters.pallets)) {
    return std::nullopt;
  }
  simdjson::dom::object findings;
  if (root["findings"].get(findings) != simdjson::SUCCESS) return std::nullopt;
  for (const auto [reason, element] : findings) {
    std::uint64_t count = 0;
    if (element.get(count) != simdjson::SUCCESS) return std::nullopt;
    counters.rejects.emplace_back(std::string(reason), count);
  }
  sort_rejects(counters);
  return counters;
}

}  // namespace packtrail::plant
