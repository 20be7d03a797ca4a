// trace/pending.h - the commit thread's side: facts applied but not yet published.
//
// Thread safety: the commit thread alone.
// Cost: an EPC of a bulk run is one probe and one insert; blocks are read once per run of theirs.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "trace/directory.h"
#include "trace/lens.h"
#include "trace/overlay.h"
#include "trace/texts.h"
#include "trace/trace.h"

namespace packtrail::ledger::v1 {
class EpcisEvent;
class Envelope;
class ImportedPoolCreated;
class NumbersAllocated;
class NumbersImported;
class NumbersMoved;
class OrderOpened;
class OrderStateChanged;
class PoolAdvanced;
class PoolCreated;
class PoolsBlocked;
class SsccSeriesCreated;
}  // namespace packtrail::ledger::v1

namespace packtrail::trace {

class Pending final : public PendingView {
 public:
  Pending(const ProjectionStore& store, Overlay& overlay, Texts& terms, Texts& batches,
          numbering::KeySource& keys);

  Status apply(const ledger::v1::Fact& fact);
  void publish();
  void discard();

  Resolution resolve(const gs1::Epc& epc) override;
  ObjectState state(ObjectNumber object) override { return lens_.state(object); }
  std::optional<PoolInfo> pool(ObjectClass object_class) override;
  std::string_view term(TermId id) override { return terms_.peek(id.value()); }
  Batch batch(BatchId id) override;
  std::vector<ObjectRun> children(ObjectNumber parent) override { return lens_.children(parent); }
  std::optional<std::uint64_t> event_position(std::string_view event_id) override;
  std::optional<std::uint64_t> request_position(std::string_view company, ByteView key) override;
  std::optional<std::uint64_t> token_position(std::string_view order_id,
                                              std::string_view token) override;
  Result<std::vector<ObjectRun>> next_counters(ObjectClass pool, std::uint64_t count) override;
  std::vector<Holding> holders(const ObjectRun& run) override;
  ObjectClass next_object_class() override { return classes_->next_class(); }
  std::optional<OrderInfo> order(std::string_view order_id) override;
  Status failure() const override { return lens_.failure(); }

 private:
  // What one fact does to the states of a run of objects.
  struct Change {
    std::int64_t event_time_us = 0;  // 0: no event; the newest event's time stays.
    TermId disposition;              // 0: unchanged, as below.
    TermId read_point;
    TermId biz_location;
    BatchId batch;
    std::uint32_t life = 0;        // 0: unchanged.
    std::uint32_t quarantine = 0;  // As EpcisEvent::Quarantine.
    enum class Hierarchy : std::uint8_t { Unchanged, Join, Leave } hierarchy = Hierarchy::Unchanged;
    ObjectNumber parent;  // Joined; or left, where 0 stands for whichever it was.
    ChildLink link = ChildLink::None;
  };
  struct CountKey {
    std::uint32_t object_class;
    std::uint32_t batch;
    std::uint8_t life;
    bool quarantined;
    friend auto operator<=>(const CountKey&, const CountKey&) = default;
  };
  // Runs whose newest event is not younger than the fact's: what the fact may still change.
  struct Changed {
    RunSet runs;                                        // Changed objects.
    std::vector<std::pair<ObjectNumber, RunSet>> left;  // Former parents that differ, by runs.
  };

  [[nodiscard]] ClassesNow classes() const { return {*classes_, counters_}; }
  void start();                                      // Takes over the newest published view.
  void drop();                                       // All that is not published.
  std::uint64_t floor_of(ObjectClass object_class);  // 0: none known.

  Status apply_body(const ledger::v1::Fact& fact);
  Status apply_event(const ledger::v1::Envelope& envelope, const ledger::v1::EpcisEvent& event);
  Status apply_aggregation(const ledger::v1::EpcisEvent& event, Change change);
  Status apply_pool(const ledger::v1::Envelope& envelope, const ledger::v1::PoolCreated& body);
  Status apply_series(const ledger::v1::Envelope& envelope,
                      const ledger::v1::SsccSeriesCreated& body);
  Status apply_allocated(const ledger::v1::Envelope& envelope,
                         const ledger::v1::NumbersAllocated& body);
  Status apply_drawn(const ClassInfo& info, const std::vector<ObjectRun>& runs);
  Status apply_handed_out(const ClassInfo& info, const std::vector<ObjectRun>& runs);
  Status apply_moved(const ledger::v1::Envelope& envelope, const ledger::v1::NumbersMoved& body);
  Status apply_imported_pool(const ledger::v1::Envelope& envelope,
                             const ledger::v1::ImportedPoolCreated& body);
  Status apply_imported(const ledger::v1::NumbersImported& body);
  Status apply_advanced(const ledger::v1::PoolAdvanced& body);
  Status apply_blocked(const ledger::v1::PoolsBlocked& body);
  Status apply_opened(const ledger::v1::OrderOpened& body);
  Status apply_order_state(const ledger::v1::OrderStateChanged& body);

  // Objects of a list, in list order; EPCs not known yet get their number here.
  Result<std::vector<ObjectRun>> objects_of(const ledger::v1::EpcList& list);
  Result<ObjectNumber> object_of_text(const std::string& text);
  ObjectNumber add_foreign(const gs1::Epc& epc, std::size_t gcp_length);
  // A text from elsewhere gets the next instance of its dictionary or imported pool.
  ObjectNumber add_text(const ClassInfo& info, const gs1::Epc& epc, std::size_t gcp_length,
                        std::uint64_t instance);
  void reserve(const gs1::Epc& epc);
  // Counters from `first` to before `end` that are not handed out because another pool of the GTIN
  // issued their text are remembered, so that the text stays the other pool's.
  void skip_gap(const ClassInfo& info, std::uint64_t first, std::uint64_t end);
  // Whether another pool of the GTIN issued the text.
  bool is_siblings(const ClassInfo& info, const gs1::SerialNumber& serial);
  bool needs_texts(const ClassInfo& info) const;  // Its next counters cannot be known without.
  Result<std::vector<ObjectRun>> next_texts(const ClassInfo& info, std::uint64_t count);
  Result<std::vector<ObjectRun>> next_imported(const ClassInfo& info, std::uint64_t count);
  void count_returned(ClassCounter& counter, const RunSet& runs, numbering::SerialState to);
  // Of an imported pool: waiting numbers become something else, or other ones wait again.
  void count_waiting(std::uint32_t object_class, const ObjectState& from, const ObjectState& to,
                     std::uint64_t count);
  // From now on `holder` holds the numbers; empty: nobody.
  void put_holder(const std::vector<ObjectRun>& runs, std::string_view holder);
  void put_token(std::string_view order_id, std::string_view token);
  void add_usage(const ClassInfo& info, std::string_view line, std::int64_t record_time_us,
                 std::uint64_t count);
  Status add_reservation(const ClassInfo& info, const ledger::v1::Envelope& envelope,
                         const ledger::v1::NumbersAllocated& body,
                         const std::vector<ObjectRun>& runs);
  Status reserve_dictionary(const ClassInfo& made);
  Status add_class(ClassInfo info);
  Result<const ClassInfo*> numbered_class(std::uint32_t object_class) const;
  ClassCounter& counter_of(const ClassInfo& info);

  Changed change_states(const RunSet& runs, const Change& change);
  static CountKey count_key(ObjectNumber object, const ObjectState& state);
  void add_fresh(const ObjectRun& run, numbering::SerialState life);  // New to every fact.
  void add_children(ObjectNumber parent, const RunSet& runs);
  void remove_children(ObjectNumber parent, const RunSet& runs);
  void record(const RunSet& runs, HistoryKind kind, ObjectNumber other, std::int64_t event_time_us);
  BatchId batch_of(const ledger::v1::EpcisEvent& event);
  TermId term_id(const std::string& text) { return TermId(terms_.number(text)); }

  Overlay& overlay_;
  Texts& terms_;
  Texts& batches_;
  numbering::KeySource& keys_;
  Lens lens_;
  std::uint64_t version_ = 0;  // Of the overlay, when its view was taken.
  Layer layer_;
  std::uint64_t position_ = 0;
  std::uint32_t company_ = 0;  // Term of the company of the fact being applied.
  std::shared_ptr<const ClassIndex> classes_;
  std::shared_ptr<ClassIndex> own_classes_;  // `classes_` while no view holds it; else null.
  std::vector<ClassCounter> counters_;
  std::vector<bool> counter_changed_;
  bool any_counter_changed_ = false;
  std::map<CountKey, std::int64_t> counts_;  // Differences since the last publish.
  Status refusal_;                           // Why nothing more is accepted.
};

}  // namespace packtrail::trace
