// plant/order_desk.h - where orders are taken, run, held and answered for.
//
// app/ implements it over BatchRun with a thread per running line; api/ offers it over HTTP.
// Thread safety: any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "capture/capture.h"

namespace packtrail::plant {

// ISA-95 job order states as Packtrail uses them.
enum class OrderState : std::uint8_t {
  Waiting = 1,    // Taken, not started.
  Running = 4,
  Completed = 5,  // Everything is packed and shipped, but it does not balance yet.
  Failed = 6,     // Aborted: `failure` says why.
  Held = 7,
  Closed = 9,     // Completed and reconciled; nothing changes any more.
};
[[nodiscard]] std::string_view to_string(OrderState state);  // "waiting", ...

// What the screens show of a line; api/openapi.yaml LineCounters.
struct LineCounters {
  std::string line;
  std::string order_id;
  std::string product;
  std::string lot;
  OrderState state = OrderState::Waiting;
  std::uint64_t quantity = 0;
  std::uint64_t seen = 0, good = 0, rejected = 0, sampled = 0, quarantined = 0;
  std::uint64_t cases = 0, pallets = 0;
  double packs_per_minute = 0;
  std::map<std::string, std::uint64_t> rejects;  // Reason word -> packs.
  std::string last_good;  // Digital Link with lot and expiry of the newest accepted pack.
};

struct OrderStatus {
  std::string order_id;
  OrderState state = OrderState::Waiting;
  std::string product, gtin, lot, expiry, line;
  std::uint64_t quantity = 0;
  std::string opened_at;       // Record time of the order's fact.
  std::string phase;           // "waiting", "packing", "shipping", "reconciling", "closed".
  double progress = 0;         // 0..1.
  LineCounters counters;
  std::optional<Error> failure;
  std::string reconciliation;  // JSON; empty until closed.
};

class OrderDesk {
 public:
  virtual ~OrderDesk() = default;

  // Takes an order document (TOML). The same document again is no error and changes nothing;
  // another document under the same id is AlreadyExists. A wrong document gives all its errors.
  virtual Result<std::pair<OrderStatus, bool>, std::vector<Error>> open(
      std::string_view document, const capture::Actor& actor) = 0;
  virtual Result<OrderStatus> run(std::string_view order_id, const capture::Actor& actor) = 0;
  virtual Result<OrderStatus> hold(std::string_view order_id) = 0;
  virtual Result<OrderStatus> status(std::string_view order_id) = 0;
  virtual std::vector<OrderStatus> list() = 0;        // Newest first.
  virtual std::vector<LineCounters> live() = 0;       // Lines with a run since the start.
  virtual Result<std::vector<std::string>> files(std::string_view order_id) = 0;
  // FailedPrecondition while the order is not closed.
  virtual Result<std::string> file(std::string_view order_id, std::string_view name) = 0;
};

}  // namespace packtrail::plant
