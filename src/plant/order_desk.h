// plant/order_desk.h - where orders are taken, run, held and answered for.
//
// app/ implements it over BatchRun with a thread per running line; api/ offers it over HTTP.
// Thread safety: any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "capture/capture.h"
#include "plant/progress.h"

namespace packtrail::plant {

struct OrderStatus {
  std::string order_id;
  std::string product, gtin, lot, expiry, line;
  std::uint64_t quantity = 0;
  std::string opened_at;  // Record time of the order's fact.
  LineCounters counters;
  std::optional<Error> failure;
  std::string reconciliation;  // JSON; empty until closed.
};

inline constexpr std::size_t kScansMax = 10'000;  // Packs of the largest case.

class OrderDesk {
 public:
  virtual ~OrderDesk() = default;

  // Takes an order document (TOML). The same document again is no error and changes nothing;
  // another document under the same id is AlreadyExists. A wrong document gives all its errors.
  virtual Result<std::pair<OrderStatus, bool>, std::vector<Error>> open(
      std::string_view document, const capture::Actor& actor) = 0;
  virtual Result<OrderStatus> run(std::string_view order_id, const capture::Actor& actor) = 0;
  virtual Result<OrderStatus> hold(std::string_view order_id) = 0;
  // A rework station's scans: puts packs into a case of the order, all of them or none, and records
  // why when it refuses (BatchRun::pack_by_scan). `sscc` has 18 digits; `codes` are read as
  // gs1::read_pack_code does. NotFound: no such order. FailedPrecondition: refused, the order is
  // being worked on, or it is completed. ResourceExhausted: more than kScansMax codes.
  virtual Status pack_by_scan(std::string_view order_id, std::string_view sscc,
                              const std::vector<std::string>& codes,
                              const capture::Actor& actor) = 0;
  virtual Result<OrderStatus> status(std::string_view order_id) = 0;
  virtual std::vector<OrderStatus> list() = 0;   // Newest first.
  virtual std::vector<LineCounters> live() = 0;  // Lines with a run since the start.
  virtual Result<std::vector<std::string>> files(std::string_view order_id) = 0;
  // FailedPrecondition while the order is not closed.
  virtual Result<std::string> file(std::string_view order_id, std::string_view name) = 0;
};

}  // namespace packtrail::plant
