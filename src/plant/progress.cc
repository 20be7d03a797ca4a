#include "plant/progress.h"

#include <algorithm>
#include <cmath>

#include "epcis/json_text.h"

namespace packtrail::plant {

const char* to_string(OrderState state) {
  switch (state) {
    case OrderState::Waiting:
      return "waiting";
    case OrderState::Running:
      return "running";
    case OrderState::Held:
      return "held";
    case OrderState::Completed:
      return "completed";
    case OrderState::Closed:
      return "closed";
    case OrderState::Failed:
      return "failed";
  }
  return "waiting";
}

const char* to_string(Phase phase) {
  switch (phase) {
    case Phase::Waiting:
      return "waiting";
    case Phase::Packing:
      return "packing";
    case Phase::Shipping:
      return "shipping";
    case Phase::Reconciling:
      return "reconciling";
    case Phase::Closed:
      return "closed";
  }
  return "waiting";
}

double LineCounters::progress() const {
  if (phase == Phase::Closed) return 1;
  if (quantity == 0) return 0;
  // The last hundredth is packing what is left, shipping and reconciling.
  const double share = static_cast<double>(good + sampled) / static_cast<double>(quantity);
  return 0.99 * std::clamp(share, 0.0, 1.0);
}

std::string LineCounters::to_json() const {
  std::string out = "{";
  const auto member = [&out](std::string_view name) {
    if (out.back() != '{') out += ',';
    epcis::append_json_string(out, name);
    out += ':';
  };
  const auto text = [&](std::string_view name, std::string_view value) {
    member(name);
    epcis::append_json_string(out, value);
  };
  const auto number = [&](std::string_view name, std::uint64_t value) {
    member(name);
    out += std::to_string(value);
  };
  text("line", line);
  text("order_id", order_id);
  text("product", product);
  text("lot", lot);
  text("state", plant::to_string(state));
  number("quantity", quantity);
  number("seen", seen);
  number("good", good);
  number("rejected", rejected);
  number("sampled", sampled);
  number("quarantined", quarantined);
  number("cases", cases);
  number("pallets", pallets);
  member("packs_per_minute");
  // One decimal, without the locale.
  const auto tenths =
      static_cast<std::uint64_t>(std::llround(std::max(packs_per_minute, 0.0) * 10));
  out += std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
  member("rejects");
  out += '[';
  for (const auto& [reason, count] : rejects) {
    if (out.back() != '[') out += ',';
    out += "{\"reason\":";
    epcis::append_json_string(out, reason);
    out += ",\"count\":" + std::to_string(count) + "}";
  }
  out += ']';
  if (!last_good.empty()) text("last_good", last_good);
  out += '}';
  return out;
}

}  // namespace packtrail::plant
