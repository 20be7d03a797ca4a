#include "app/line_desk.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "adapters/sim_line/pack_line.h"
#include "app/lanes.h"
#include "base/crypto.h"
#include "ledger/ledger.h"
#include "packtrail/ledger/v1/fact.pb.h"
#include "plant/batch_files.h"
#include "plant/batch_run.h"
#include "plant/isa95.h"
#include "plant/order.h"
#include "trace/trace.h"

namespace packtrail::app {
namespace {

// The simulated line, taking its time as machines do: the demo's gentle pace.
class PacedLine final : public plant::PackLine {
 public:
  PacedLine(unsigned interval_ms, const std::atomic<bool>& hurry)
      : interval_(interval_ms), hurry_(hurry) {}

  // Before the first label is printed.
  void start(sim_line::SimulatedLine line) { line_.emplace(std::move(line)); }

  Status print(std::string_view label) override { return line_->print(label); }
  Result<std::optional<plant::Frame>> next() override {
    if (!hurry_.load()) std::this_thread::sleep_for(interval_);
    return line_->next();
  }
  Status release(std::span<const plant::Decision> decisions) override {
    return line_->release(decisions);
  }
  [[nodiscard]] Seen counted() const override { return line_ ? line_->counted() : Seen{}; }

 private:
  std::optional<sim_line::SimulatedPackLine> line_;
  std::chrono::milliseconds interval_;
  const std::atomic<bool>& hurry_;
};

class FilesInMemory final : public plant::FileSink {
 public:
  Status open(std::string_view name) override {
    current_ = &files[std::string(name)];
    current_->clear();
    return {};
  }
  Status write(std::string_view bytes) override {
    current_->append(bytes);
    return {};
  }
  Status close() override { return {}; }
  std::map<std::string, std::string> files;

 private:
  std::string* current_ = nullptr;
};

// A line at a gentle pace shows every few packs what became of them.
constexpr std::size_t kPacedPrintWindow = 5;

constexpr std::size_t kClosedOrdersKept = 10'000;  // Statuses in memory, about 2 KB each.

// The line's behaviour follows from the order alone, so a resumed order meets the same line.
std::uint64_t seed_of(std::string_view order_id) {
  const Digest digest = sha256(as_bytes(order_id));
  std::uint64_t seed = 0;
  for (std::size_t i = 0; i < 8; ++i) seed = seed << 8 | digest[i];
  return seed;
}

Error no_such_order(std::string_view id) {
  return Error{.code = Errc::NotFound,
               .message = "there is no order '" + std::string(id) + "'",
               .remedy = "see packtrail order list"};
}

// What the ledger says of an order. DataLoss when the projections are damaged: then "there is none"
// would be no answer.
Result<trace::OrderInfo> find_order(const trace::Trace& trace, std::string_view id) {
  const auto reader = trace.reader();
  auto info = reader->order(id);
  PACKTRAIL_TRY(reader->failure());
  if (!info) return no_such_order(id);
  return *std::move(info);
}

}  // namespace

struct LineDesk::Run {
  std::string order_id;
  std::string line;
  int label_dpi = 300;
  capture::Actor actor;
  plant::Progress progress;
  std::atomic<bool> hold{false};  // The person asked: recorded as held.
  std::atomic<bool> stop{false};  // The process ends: the order stays running.
  std::atomic<bool> working{false};
  std::mutex mutex;
  std::optional<Error> failure;  // Of the last attempt.
  std::thread thread;
};

LineDesk::LineDesk(Rooms rooms) : rooms_(std::move(rooms)) {}

LineDesk::~LineDesk() {
  const std::lock_guard lock(mutex_);
  for (auto& [id, run] : runs_) run->stop = true;
  for (auto& [id, run] : runs_) {
    if (run->thread.joinable()) run->thread.join();
  }
}

Result<std::pair<plant::OrderStatus, bool>, std::vector<Error>> LineDesk::open(
    std::string_view document, const capture::Actor& actor) {
  auto order = plant::Order::parse(document, Date::of(rooms_.clock.now()));
  if (!order) return std::move(order).error();
  plant::PoolDefaults defaults;
  defaults.key_id = rooms_.key_id;
  const auto opened = plant::open_order(*order, rooms_.capture, rooms_.trace, actor, defaults);
  if (!opened) return std::vector<Error>{opened.error()};
  auto answer = status(order->id());
  if (!answer) return std::vector<Error>{std::move(answer).error()};
  return std::pair(*std::move(answer), *opened);
}

Result<plant::OrderStatus> LineDesk::run(std::string_view order_id, const capture::Actor& actor) {
  const auto info = PACKTRAIL_TRY(find_order(rooms_.trace, order_id));
  const auto order = PACKTRAIL_TRY(plant::Order::from_json(info.document));
  const auto counters = PACKTRAIL_TRY(plant::read_counters(order_id, rooms_.trace, rooms_.ledger));
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, other] : runs_) {
      if (other->working && other->line == order.plant().line && id != order_id) {
        return Error{.code = Errc::FailedPrecondition,
                     .message = "line " + other->line + " works on order " + id,
                     .rule = "a line works on one order at a time",
                     .remedy = "hold that order first, or wait until it is closed"};
      }
    }
    const auto known = runs_.find(order_id);
    const bool working = known != runs_.end() && known->second->working;
    if (!working && info.state != plant::kJobClosed) {
      if (known != runs_.end()) known->second->thread.join();
      auto& run = runs_[std::string(order_id)];
      run = std::make_unique<Run>();
      run->order_id = order_id;
      run->line = order.plant().line;
      run->label_dpi = order.plant().label_dpi;
      run->actor = actor;
      run->actor.device = order.plant().line;
      run->progress.set(counters);
      run->working = true;
      run->thread = std::thread([this, raw = run.get()] {
        work(*raw);
        raw->working = false;
      });
    }
  }
  return status(order_id);
}

void LineDesk::work(Run& run) {
  const auto failed = [&](Error error) {
    const std::lock_guard lock(run.mutex);
    run.failure = std::move(error);
  };
  sim_line::Disturbance disturbance;
  disturbance.seed = seed_of(run.order_id);
  Lanes lanes(std::thread::hardware_concurrency());
  const bool gentle = rooms_.pack_interval_ms != 0 && run.line == rooms_.paced_line;
  PacedLine paced(gentle ? rooms_.pack_interval_ms : 0, run.stop);
  plant::BatchPorts ports{rooms_.capture, rooms_.trace, rooms_.ledger, rooms_.clock,
                          paced,          lanes,        run.progress,  &rooms_.pictures};
  if (gentle) ports.print_window = kPacedPrintWindow;
  auto batch = plant::BatchRun::resume(run.order_id, ports, run.actor);
  if (!batch) return failed(std::move(batch).error());
  // The labels printed so far decide where the simulated line takes up its sequence.
  auto simulated =
      sim_line::SimulatedLine::create(disturbance, run.label_dpi, (*batch)->labels_printed());
  if (!simulated) return failed(std::move(simulated).error());
  paced.start(*std::move(simulated));
  if (const auto resumed = (*batch)->resume_running(); !resumed) return failed(resumed.error());
  while (!run.stop) {
    if (run.hold) {
      if (const auto held = (*batch)->hold(); !held) failed(held.error());
      return;
    }
    const auto advanced = (*batch)->step();
    if (!advanced) return failed(advanced.error());
    if (*advanced == plant::Advance::Closed) return;
    if (*advanced == plant::Advance::Unbalanced) {
      std::string differences;
      for (const std::string& difference : (*batch)->differences()) {
        differences += (differences.empty() ? "" : "; ") + difference;
      }
      return failed(Error{.code = Errc::FailedPrecondition,
                          .message = "the batch does not balance: " + differences,
                          .rule = "a batch closes only with nothing unaccounted",
                          .remedy = "find the packs and numbers named, then run the order again"});
    }
  }
}

Result<plant::OrderStatus> LineDesk::hold(std::string_view order_id) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = runs_.find(order_id);
    if (found == runs_.end() || !found->second->working) {
      return Error{.code = Errc::FailedPrecondition,
                   .message = "order '" + std::string(order_id) + "' is not running"};
    }
    found->second->hold = true;
  }
  return status(order_id);
}

LineDesk::Live LineDesk::live_of(std::string_view order_id) {
  Live live;
  const std::lock_guard lock(mutex_);
  const auto found = runs_.find(order_id);
  if (found == runs_.end()) return live;
  live.known = true;
  live.working = found->second->working;
  live.counters = found->second->progress.get();
  const std::lock_guard run_lock(found->second->mutex);
  live.failure = found->second->failure;
  return live;
}

// Under the desk's lock to its end: no line may start on the order meanwhile.
Status LineDesk::pack_by_scan(std::string_view order_id, std::string_view sscc,
                              const std::vector<std::string>& codes, const capture::Actor& actor) {
  if (codes.size() > plant::kScansMax) {
    return Error{.code = Errc::ResourceExhausted,
                 .message = std::to_string(codes.size()) + " codes at once",
                 .field = "codes",
                 .rule = "at most " + std::to_string(plant::kScansMax) + " (kScansMax)"};
  }
  const std::lock_guard lock(mutex_);
  const auto found = runs_.find(order_id);
  if (found != runs_.end() && found->second->working) {
    return Error{.code = Errc::FailedPrecondition,
                 .message = "order '" + std::string(order_id) + "' is running",
                 .rule = "cases are reworked while their line rests",
                 .remedy = "hold the order first"};
  }
  const std::atomic<bool> unhurried{false};
  PacedLine resting(0, unhurried);  // Scans do not move the line.
  plant::ParallelFor one_lane;
  plant::Progress progress;
  const plant::BatchPorts ports{rooms_.capture, rooms_.trace, rooms_.ledger, rooms_.clock,
                                resting,        one_lane,     progress,      nullptr};
  const auto batch = PACKTRAIL_TRY(plant::BatchRun::resume(order_id, ports, actor));
  return batch->pack_by_scan(sscc, codes);
}

Result<plant::OrderStatus> LineDesk::status(std::string_view order_id) {
  {
    const std::lock_guard lock(closed_mutex_);
    if (const auto known = closed_.find(order_id); known != closed_.end()) return known->second;
  }
  // The run first: when it ends underway, the ledger read after it has what it did.
  const Live live = live_of(order_id);
  const auto info = PACKTRAIL_TRY(find_order(rooms_.trace, order_id));
  const auto order = PACKTRAIL_TRY(plant::Order::from_json(info.document));
  plant::OrderStatus status;
  status.order_id = order_id;
  status.product = order.product().name + " " + order.product().strength;
  status.gtin = order.product().gtin.digits();
  status.lot = order.batch().lot.text();
  status.expiry = order.batch().expiry.resolved().to_iso();
  status.line = order.plant().line;
  status.quantity = order.batch().quantity;
  if (live.working) {
    status.counters = live.counters;
    status.counters.state = plant::OrderState::Running;
  } else {
    status.counters = PACKTRAIL_TRY(plant::read_counters(order_id, rooms_.trace, rooms_.ledger));
    if (live.known) {
      // The last picture of the run knows the newest pack and the pace; the ledger knows the state.
      if (status.counters.last_good.empty()) status.counters.last_good = live.counters.last_good;
      status.failure = live.failure;
      if (status.failure) status.counters.state = plant::OrderState::Failed;
    }
    // Running by the ledger, but nobody works on it: the process that did has ended.
    if (status.counters.state == plant::OrderState::Running) {
      status.counters.state = plant::OrderState::Held;
    }
  }
  ledger::v1::Fact fact;
  PACKTRAIL_TRY(rooms_.ledger.read_one(info.opened_at, fact));
  status.opened_at = UtcTime{fact.envelope().record_time_us()}.to_text();
  if (info.state == plant::kJobClosed) status.reconciliation = info.state_document;
  if (info.state == plant::kJobClosed && !live.working && !status.failure) {
    const std::lock_guard lock(closed_mutex_);
    if (closed_.size() >= kClosedOrdersKept) closed_.clear();
    closed_.emplace(order_id, status);
  }
  return status;
}

std::vector<plant::OrderStatus> LineDesk::list() {
  auto orders = rooms_.trace.reader()->orders();
  std::sort(orders.begin(), orders.end(),
            [](const auto& a, const auto& b) { return a.opened_at > b.opened_at; });
  std::vector<plant::OrderStatus> all;
  for (const trace::OrderInfo& order : orders) {
    auto known = status(order.order_id);
    if (!known) {  // Listed with what is wrong, not left out.
      plant::OrderStatus unreadable;
      unreadable.order_id = order.order_id;
      unreadable.counters.state = plant::OrderState::Failed;
      unreadable.failure = std::move(known).error();
      all.push_back(std::move(unreadable));
      continue;
    }
    all.push_back(*std::move(known));
  }
  return all;
}

std::vector<plant::LineCounters> LineDesk::live() {
  std::map<std::string, plant::LineCounters> by_line;
  const std::lock_guard lock(mutex_);
  for (const auto& [id, run] : runs_) {
    auto counters = run->progress.get();
    counters.order_id = id;
    counters.line = run->line;
    if (run->working) counters.state = plant::OrderState::Running;
    auto& shown = by_line[run->line];
    if (shown.line.empty() || run->working) shown = std::move(counters);
  }
  std::vector<plant::LineCounters> lines;
  for (auto& [line, counters] : by_line) lines.push_back(std::move(counters));
  return lines;
}

Result<std::map<std::string, std::string>> LineDesk::batch_files(std::string_view order_id) {
  const auto info = PACKTRAIL_TRY(find_order(rooms_.trace, order_id));
  if (info.state != plant::kJobClosed) {
    return Error{.code = Errc::FailedPrecondition,
                 .message = "order '" + std::string(order_id) + "' is not closed yet",
                 .remedy = "run it to its end first"};
  }
  const std::lock_guard lock(files_mutex_);
  if (files_of_ != order_id) {
    FilesInMemory sink;
    PACKTRAIL_TRY(
        plant::write_batch_files(order_id, {rooms_.ledger, rooms_.trace, &rooms_.pictures}, sink));
    files_ = std::move(sink.files);
    files_of_ = order_id;
  }
  return files_;
}

Result<std::vector<std::string>> LineDesk::files(std::string_view order_id) {
  std::vector<std::string> names;
  for (const auto& [name, content] : PACKTRAIL_TRY(batch_files(order_id))) names.push_back(name);
  return names;
}

Result<std::string> LineDesk::file(std::string_view order_id, std::string_view name) {
  auto files = PACKTRAIL_TRY(batch_files(order_id));
  const auto found = files.find(std::string(name));
  if (found == files.end()) {
    return Error{.code = Errc::NotFound,
                 .message = "the order has no file '" + std::string(name) + "'"};
  }
  return std::move(found->second);
}

std::vector<Error> LineDesk::resume_running(const capture::Actor& actor) {
  std::vector<Error> refused;
  const auto reader = rooms_.trace.reader();
  for (const trace::OrderInfo& order : reader->orders()) {
    if (order.state != plant::kJobRunning) continue;
    if (auto running = run(order.order_id, actor); !running) {
      refused.push_back(std::move(running).error());
    }
  }
  if (auto sound = reader->failure(); !sound) refused.push_back(std::move(sound).error());
  return refused;
}

}  // namespace packtrail::app
