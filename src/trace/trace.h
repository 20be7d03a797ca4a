// trace/trace.h - the projections: pure functions of the ledger, and the questions over them.
//
// One thread (capture's commit thread) applies facts: `apply` changes only the pending layer,
// `publish` shows it to readers at once after the facts are durable, `discard` drops it. Readers
// see the RAM overlay and the folded blocks together at one position. `fold` moves the overlay
// into the projection store in slices, together with the position it has applied; what is lost in
// a crash is replayed from the ledger.
//
// Thread safety: the pending side belongs to the commit thread, `fold` to one background thread,
// all else is callable from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "gs1/epc.h"
#include "gs1/pack_code.h"
#include "ledger/ports.h"
#include "numbering/forecast.h"
#include "numbering/pool.h"
#include "trace/ids.h"
#include "trace/object_run.h"
#include "trace/ports.h"
#include "trace/state.h"
#include "trace/viewer.h"

namespace packtrail::ledger {
class Ledger;
namespace v1 {
class Fact;
}
}  // namespace packtrail::ledger

namespace packtrail::trace {

struct Batch {
  std::string lot;
  std::string expiry;  // ISO date of the last day of validity; empty when unknown.

  // A batch is good through its last day; one of unknown expiry never expires.
  [[nodiscard]] bool is_expired(Date today) const {
    const auto last = Date::parse(expiry);
    return last && *last < today;
  }
};

enum class PoolKind : std::uint8_t { Serial, Sscc, Imported };

// A pool or series as the facts made it.
struct PoolInfo {
  ObjectClass object_class;
  PoolKind kind = PoolKind::Serial;
  std::optional<numbering::PoolSpec> spec;  // Serial.
  std::optional<gs1::Gtin> gtin = {};       // Serial and imported.
  std::string source = {};                  // Imported: who makes them.
  std::string owner = {}, market = {}, format = {};
  std::string company_prefix;    // SSCC series.
  unsigned extension_digit = 0;  // SSCC series.
  unsigned gcp_length = 0;
  std::string product_name;
  std::uint64_t next_counter = 0;  // First counter never handed out.
  std::uint64_t issued = 0;        // Handed out; skipped counters left out.
  std::uint64_t known_end = 0;     // Instances below may be named by facts.
  std::uint64_t remaining = 0;     // May still be handed out safely.
  std::uint64_t low_water = 0;     // Warn when no more are left.
  std::int64_t made_us = 0;        // Record time of the fact that made it.
  bool blocked = false;            // After a restore; issues nothing.
  std::uint64_t floor = 0;  // While blocked: next counter known elsewhere, the least to advance to.
};

// Numbers that a line may use without asking, and what is left of them.
struct Reservation {
  ObjectClass object_class;
  std::string line;
  std::int64_t since_us = 0;  // Record time of the oldest allocation that is not used up.
  std::int64_t until_us = 0;  // When the line should be back; 0: not said.
  std::uint64_t low_water = 0;
  std::vector<ObjectRun> runs = {};
  std::uint64_t reserved = 0;   // Numbers in `runs`.
  std::uint64_t remaining = 0;  // Of them, still Allocated: neither used nor returned.
};

// Numbers and the recipient (order, line or partner) that they were allocated to.
struct Holding {
  ObjectRun run;
  std::string holder;
};

// An EPC looked up: its object when it is known, and what a first fact about it would do.
struct Resolution {
  ObjectNumber object;       // 0: not known.
  ObjectClass object_class;  // Pool, series or dictionary it belongs to; 0: a new dictionary.
  bool ours = false;         // A number of one of our pools below its next counter.
};

// One line of an object's history.
struct HistoryEntry {
  std::uint64_t position = 0;
  bool inherited = false;  // The fact names the parent the object was in.
};

struct OrderInfo {
  std::string order_id;
  std::string document;         // Canonical JSON of the order.
  std::uint32_t state = 0;      // ISA-95 job order state.
  std::string state_document;   // JSON that came with the state.
  std::uint64_t opened_at = 0;  // Position of the fact.
};

// How many objects are in each state: kept counts, exact.
struct StateCount {
  ObjectClass object_class;
  BatchId batch;
  numbering::SerialState life;
  bool quarantined = false;
  std::uint64_t count = 0;
};

// What the pending layer knows: durable facts and those staged before the one being judged.
class PendingView {
 public:
  virtual ~PendingView() = default;
  virtual Resolution resolve(const gs1::Epc& epc) = 0;
  virtual ObjectState state(ObjectNumber object) = 0;  // Default state when never mentioned.
  virtual std::optional<PoolInfo> pool(ObjectClass object_class) = 0;
  virtual std::string_view term(TermId id) = 0;
  virtual Batch batch(BatchId id) = 0;
  virtual std::vector<ObjectRun> children(ObjectNumber parent) = 0;
  // Position of the fact with this event id / this idempotency key and batch index.
  virtual std::optional<std::uint64_t> event_position(std::string_view event_id) = 0;
  virtual std::optional<std::uint64_t> request_position(std::string_view company, ByteView key) = 0;
  // Position of the fact about numbers that this recipient's token names.
  virtual std::optional<std::uint64_t> token_position(std::string_view order_id,
                                                      std::string_view token) = 0;
  // The next `count` counters of the pool as runs, ascending. Left out: counters whose text came
  // from elsewhere, does not pass the pool's filter, or was issued by another pool of the GTIN. Of
  // an imported pool: numbers that came back, then the oldest fresh ones.
  virtual Result<std::vector<ObjectRun>> next_counters(ObjectClass pool, std::uint64_t count) = 0;
  // Who holds the numbers of the run, ascending; numbers that nobody holds are left out: never
  // allocated, or returned.
  virtual std::vector<Holding> holders(const ObjectRun& run) = 0;
  virtual ObjectClass next_object_class() = 0;
  virtual std::optional<OrderInfo> order(std::string_view order_id) = 0;
  // DataLoss once something could not be read; answers since then may lack it. Ask before acting.
  [[nodiscard]] virtual Status failure() const { return {}; }
};

// The readers' side: one consistent position for all answers until `refresh`.
// Thread safety: one thread at a time; make one per thread and keep it.
class Reader {
 public:
  virtual ~Reader() = default;
  virtual void refresh() = 0;  // To the newest published position.
  [[nodiscard]] virtual std::uint64_t position() const = 0;

  virtual Resolution resolve(const gs1::Epc& epc) = 0;
  virtual std::optional<ObjectState> state(const Viewer& viewer, ObjectNumber object) = 0;
  // Disposition, locations and quarantine as the outermost container has them.
  virtual std::optional<ObjectState> effective_state(const Viewer& viewer, ObjectNumber object) = 0;
  virtual std::string epc_text(ObjectNumber object) = 0;  // URN where the GCP length is known.
  virtual std::string term(TermId id) = 0;
  virtual Batch batch(BatchId id) = 0;
  virtual std::optional<PoolInfo> pool(ObjectClass object_class) = 0;
  virtual std::vector<PoolInfo> pools() = 0;
  virtual std::vector<ObjectRun> children(const Viewer& viewer, ObjectNumber parent) = 0;
  // Oldest event first; `inherited` entries name a container while the object was inside. Where
  // there are more than `limit`, the newest are kept, and `*truncated` (may be null) becomes true.
  virtual Result<std::vector<HistoryEntry>> history(const Viewer& viewer, ObjectNumber object,
                                                    std::size_t limit,
                                                    bool* truncated = nullptr) = 0;
  virtual std::vector<StateCount> counts(const Viewer& viewer) = 0;
  // Runs of a class in one life state, ascending, at most `limit` runs.
  virtual std::vector<ObjectRun> in_state(ObjectClass object_class, numbering::SerialState life,
                                          std::size_t limit) = 0;
  virtual std::optional<std::uint64_t> event_position(std::string_view event_id) = 0;
  virtual std::optional<std::uint64_t> token_position(std::string_view order_id,
                                                      std::string_view token) = 0;
  // Every line that has a reservation in the pool, by name.
  virtual std::vector<Reservation> reservations(ObjectClass object_class) = 0;
  // Numbers handed out (`line` empty) or written to labels by a line, by the hour of the facts'
  // record times, from the hour of `from_us` on.
  virtual std::vector<numbering::Usage> usage(ObjectClass object_class, std::string_view line,
                                              std::int64_t from_us) = 0;
  // What goes onto the label with an imported number; empty when nothing does.
  virtual std::string companions(ObjectNumber object) = 0;
  virtual std::optional<OrderInfo> order(std::string_view order_id) = 0;
  virtual std::vector<OrderInfo> orders() = 0;
  // SHA-256 over every projection in a canonical order: independent of when folds happened.
  virtual Result<Digest> digest() = 0;
  // As PendingView::failure.
  [[nodiscard]] virtual Status failure() const { return {}; }
};

class Trace final : public ledger::EpcTexts {
 public:
  struct Options {
    std::size_t fold_after_entries = 1'000'000;  // Overlay entries that start a fold.
  };
  // Reads the directory and the applied position; facts beyond it come through `replay`.
  static Result<std::unique_ptr<Trace>> open(ProjectionStore& store, numbering::KeySource& keys,
                                             Options options);
  ~Trace() override;

  // Applies and publishes the facts from `applied()` to the ledger's end. `progress` may be empty.
  Status replay(const ledger::Ledger& ledger,
                const std::function<void(std::uint64_t done, std::uint64_t total)>& progress);
  [[nodiscard]] std::uint64_t applied() const;  // Published position: facts 0 .. applied()-1.

  // --- commit thread ---
  // The fact must be the next position and must have passed the rules; DataLoss when it cannot be
  // applied (then the ledger and the rules disagree: nothing later is accepted before `discard`).
  // What the fact does to life states stands in the fact itself: the rules decided it at capture.
  Status apply(const ledger::v1::Fact& fact);
  void publish();
  void discard();
  PendingView& pending();

  // --- background thread ---
  [[nodiscard]] bool wants_fold() const;
  Status fold();  // Folds all that is published now.

  // --- any thread ---
  [[nodiscard]] std::unique_ptr<Reader> reader() const;
  Status expand(const ledger::v1::EpcList& list,
                const std::function<void(std::string_view)>& take) const override;
  // Serial text of a counter, and back: FF1 of the class' pool.
  Result<gs1::SerialNumber> serial(ObjectClass pool, std::uint64_t counter) const;
  // Nothing when the text is no number of this pool's format; NotFound when it is no pool.
  Result<std::optional<std::uint64_t>> counter(ObjectClass pool,
                                               const gs1::SerialNumber& serial) const;
  Status serials(ObjectRun run,
                 const std::function<void(std::uint64_t, const gs1::SerialNumber&)>& take) const;

 private:
  struct State;
  explicit Trace(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace packtrail::trace
