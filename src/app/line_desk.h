// app/line_desk.h - runs orders on lines: one thread per line that works.
//
// Thread safety: any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/ports.h"
#include "numbering/keys.h"
#include "plant/line_port.h"
#include "plant/order_desk.h"

namespace packtrail::plant {
class Order;
}

namespace packtrail::app {

class LineDesk final : public plant::OrderDesk {
 public:
  struct Rooms {
    capture::Capture& capture;
    trace::Trace& trace;
    ledger::Ledger& ledger;
    const Clock& clock;
    plant::PictureStore& pictures;
    numbering::KeyId key_id;        // For pools that new orders create.
    unsigned pack_interval_ms = 0;  // Pace of `paced_line`; 0, and every other: as fast as it can.
    std::string paced_line = {};
  };
  explicit LineDesk(Rooms rooms);
  ~LineDesk() override;  // Lets the window in hand finish and stops the lines; orders stay running.

  Result<std::pair<plant::OrderStatus, bool>, std::vector<Error>> open(
      std::string_view document, const capture::Actor& actor) override;
  Result<plant::OrderStatus> run(std::string_view order_id, const capture::Actor& actor) override;
  Result<plant::OrderStatus> hold(std::string_view order_id) override;
  Status pack_by_scan(std::string_view order_id, std::string_view sscc,
                      const std::vector<std::string>& codes, const capture::Actor& actor) override;
  Result<plant::OrderStatus> status(std::string_view order_id) override;
  std::vector<plant::OrderStatus> list() override;
  std::vector<plant::LineCounters> live() override;
  Result<std::vector<std::string>> files(std::string_view order_id) override;
  Result<std::string> file(std::string_view order_id, std::string_view name) override;

  // Carries on the orders that were running when the process ended; says which could not start.
  // An order that a person held stays held.
  std::vector<Error> resume_running(const capture::Actor& actor);

 private:
  struct Run;
  // What the run of an order says of itself, read in one short lock.
  struct Live {
    bool known = false;    // It has a run since the start.
    bool working = false;  // Its thread works now.
    plant::LineCounters counters;
    std::optional<Error> failure;
  };
  Live live_of(std::string_view order_id);
  Result<std::map<std::string, std::string>> batch_files(std::string_view order_id);
  void work(Run& run);

  Rooms rooms_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Run>, std::less<>> runs_;  // By order id.
  // Closed orders do not change: their status is worked out once.
  std::mutex closed_mutex_;
  std::map<std::string, plant::OrderStatus, std::less<>> closed_;
  // The files of the order asked for last: a report's files are fetched one after the other.
  std::mutex files_mutex_;
  std::string files_of_;
  std::map<std::string, std::string> files_;
};

}  // namespace packtrail::app
