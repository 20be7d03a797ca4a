#include "plant/counters.h"

#include <algorithm>

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

}  // namespace

LineCounters make_counters(const Order& order, const OrderLog& log) {
  LineCounters counters;
  const LevelNumbers& packs = log.level(Level::Pack);
  counters.line = order.plant().line;
  counters.order_id = order.id();
  counters.product = order.product().name;
  counters.lot = order.batch().lot.text();
  counters.state = state_of(log);
  counters.phase = phase_of(log);
  counters.quantity = order.batch().quantity;
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
  std::stable_sort(counters.rejects.begin(), counters.rejects.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return counters;
}

}  // namespace packtrail::plant
