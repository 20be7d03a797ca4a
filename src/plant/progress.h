// plant/progress.h - the counters of a line while it works, for pages, bars and /metrics.
//
// Thread safety: any thread. Cost: one short lock.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace packtrail::plant {

// Where an order is: OpenAPI schema Order.state.
enum class OrderState : std::uint8_t { Waiting, Running, Held, Completed, Closed, Failed };
[[nodiscard]] const char* to_string(OrderState state);  // "waiting", ...

// OpenAPI schema Order.phase.
enum class Phase : std::uint8_t { Waiting, Packing, Shipping, Reconciling, Closed };
[[nodiscard]] const char* to_string(Phase phase);

// OpenAPI schema LineCounters. Counts are packs unless said otherwise.
struct LineCounters {
  std::string line, order_id, product, lot;
  OrderState state = OrderState::Waiting;
  Phase phase = Phase::Waiting;
  std::uint64_t quantity = 0;
  std::uint64_t seen = 0;      // Packs the camera saw.
  std::uint64_t good = 0;      // Accepted, not sampled, not quarantined, not ended.
  std::uint64_t rejected = 0;  // Packs that did not pass, or were taken out afterwards.
  std::uint64_t sampled = 0;
  std::uint64_t quarantined = 0;  // Held now.
  std::uint64_t cases = 0;
  std::uint64_t pallets = 0;
  double packs_per_minute = 0;  // Since this run of the order started.
  std::vector<std::pair<std::string, std::uint64_t>> rejects;  // By reason, most frequent first.
  std::string last_good;  // Digital Link of the newest accepted pack.

  [[nodiscard]] double progress() const;  // 0 .. 1.
  [[nodiscard]] std::string to_json() const;
};

class Progress {
 public:
  void set(LineCounters counters) {
    const std::lock_guard lock(mutex_);
    counters_ = std::move(counters);
  }
  [[nodiscard]] LineCounters get() const {
    const std::lock_guard lock(mutex_);
    return counters_;
  }

 private:
  mutable std::mutex mutex_;
  LineCounters counters_;
};

}  // namespace packtrail::plant
