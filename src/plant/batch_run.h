// plant/batch_run.h - executes one order: prints, reads, judges, packs, ships, reconciles, closes.
//
// A resumable state machine. What comes next is read from the ledger alone (OrderLog), and every
// change goes through capture before anything depends on it, so the run may be dropped or killed
// at any point: a new BatchRun goes on where the facts end. A resume after an interruption clears
// the line: numbers that were on labels without an outcome are scrapped ("interrupted") and never
// come back. Some of those labels may be on packs that passed the camera, in the good lane too;
// people take them off the line and destroy them, and they count as cleared labels, not as packs
// seen.
//
// After each window the line's own sensors (PackLine::counted) must agree with what was judged;
// otherwise nothing of the window is commissioned and the order is held ("count_mismatch").
//
// Thread safety: one thread steps a run; Progress may be read from others.
// Cost: two durable requests per print window; memory as OrderLog.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ports.h"
#include "base/result.h"
#include "capture/capture.h"
#include "plant/line_port.h"
#include "plant/order.h"
#include "plant/progress.h"
#include "plant/reconciliation.h"

namespace packtrail::plant {

class OrderLog;

inline constexpr std::size_t kPrintWindow = 50;  // Labels printed before their packs are read.
inline constexpr std::size_t kWindowTriggersMax = 4 * kPrintWindow;  // More: the line is disturbed.
inline constexpr std::uint64_t kBarrenWindowsMax = 5;    // Windows in a row without a good pack.
inline constexpr std::size_t kEpcsPerEventMax = 50'000;  // Of the closing events.
inline constexpr unsigned kCaseExtensionDigit = 0;       // Of the SSCC series.
inline constexpr unsigned kPalletExtensionDigit = 1;

// What a run works with. All outlive it.
struct BatchPorts {
  capture::Capture& capture;
  const trace::Trace& trace;
  const ledger::Ledger& ledger;
  const Clock& clock;
  PackLine& line;
  ParallelFor& parallel;
  Progress& progress;
  PictureStore* pictures = nullptr;         // May be null: no pictures are kept.
  std::size_t print_window = kPrintWindow;  // 1 .. kPrintWindow; a slow line reports sooner.
};

// For the pool that open_order creates when the product has none.
struct PoolDefaults {
  numbering::KeyId key_id;
  std::size_t length = 12;                         // Characters.
  std::uint64_t planned_quantity = 1'000'000'000;  // Packs of the product, ever.
};

// Records a new order, and the pool and the SSCC series that it needs where they do not exist.
// Returns whether the order is new. Opening the same order again is no error. AlreadyExists:
// another order has this id. Fails as Order::check_pool and as capture.
Result<bool> open_order(const Order& order, capture::Capture& capture, const trace::Trace& trace,
                        const capture::Actor& actor, const PoolDefaults& defaults);

// What the last advance did.
enum class Advance : std::uint8_t {
  Started,    // Running again after waiting or holding.
  Allocated,  // Drew numbers.
  Cleared,    // Scrapped what an interruption left.
  Window,     // Printed, read and judged one window.
  Sampled,
  Packed,     // A case filled, refilled, or a pallet built.
  WoundUp,    // Ended held packs and empty units, returned unused numbers.
  Completed,  // Nothing more will be made.
  Shipped,
  Closed,      // Reconciled; final.
  Unbalanced,  // Reconciliation found a difference; the order stays completed.
};

class BatchRun {
 public:
  // Reads the order's facts. NotFound: no such order was opened.
  static Result<std::unique_ptr<BatchRun>> resume(std::string_view order_id, BatchPorts ports,
                                                  capture::Actor actor);
  ~BatchRun();
  BatchRun(const BatchRun&) = delete;
  BatchRun& operator=(const BatchRun&) = delete;

  // One durable step (a window has two requests). Repeats harmlessly when Closed or Unbalanced.
  // Fails as capture and the line fail: then nothing is lost, call again or resume after mending.
  // DataLoss: the projections are damaged; nothing was changed on their word (rebuild them).
  // FailedPrecondition: the order is held (resume_running), partial units are refused and some are
  // left, or (the order is then held) kBarrenWindowsMax windows gave no good pack, or the line
  // counted other packs than were judged.
  Result<Advance> advance();
  // Advances to the end of a print window, or to the end of the order.
  Result<Advance> step();

  // Held orders do not advance. Both are recorded; repeating them changes nothing.
  Status hold();
  Status resume_running();

  // A station's scan, for rework: puts packs into a case of this order. Each is refused, with a
  // finding of its own reason, when it is not of this order ("foreign"), is not commissioned
  // ("uncommissioned_child"), is in a case already ("duplicate") or is held ("quarantined").
  // A full case takes no more ("overfull"). FailedPrecondition for these, and for an order that is
  // completed. All of them or none. Texts as gs1::read_pack_code takes them; `sscc` has 18 digits.
  Status pack_by_scan(std::string_view sscc, const std::vector<std::string>& scans);

  // Labels ever sent to the printer for this order: where a simulated line takes up its sequence.
  [[nodiscard]] std::uint64_t labels_printed() const;
  [[nodiscard]] const Order& order() const;
  [[nodiscard]] LineCounters counters() const;
  // What keeps a completed order from closing, as of the last advance; empty otherwise.
  [[nodiscard]] const std::vector<std::string>& differences() const;

 private:
  struct State;
  explicit BatchRun(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The counters of any order as the ledger has them, without running it: for lists and finished
// orders. NotFound when there is none, DataLoss when the projections are damaged. Cost: of a closed
// order its closing document, of another one its facts.
Result<LineCounters> read_counters(std::string_view order_id, const trace::Trace& trace,
                                   const ledger::Ledger& ledger);

}  // namespace packtrail::plant
