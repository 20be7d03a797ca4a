// plant/order_log.h - what the ledger says about one order: a fold over its facts.
//
// Everything the line decides next (what to print, what to pack, what to scrap after a crash) is
// read from here, and only facts change it: after a kill the same facts give the same answers.
// The facts of an order are those that name it, and EPCIS events about its numbers, up to its
// closing: what becomes of its packs afterwards is no longer the order's.
//
// An allocation's token starts with the level: "pack/", "case/" or "pallet/".
//
// Thread safety: one thread. Memory: about 16 bytes per number of the order.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "plant/level_numbers.h"

namespace packtrail::ledger {
class Ledger;
namespace v1 {
class CounterRuns;
class EpcisEvent;
class EpcList;
class Fact;
class LineRecord;
}  // namespace v1
}  // namespace packtrail::ledger

namespace packtrail::plant {

// What a finding says was done about it (LineFinding.action).
inline constexpr std::string_view kActionRejected = "rejected";  // The pack went to the reject bin.
inline constexpr std::string_view kActionEmpty = "empty";        // A trigger without a pack.
inline constexpr std::string_view kActionScrapped = "scrapped";  // A label that no trigger showed.
inline constexpr std::string_view kActionQuarantined = "quarantined";  // An accepted pack is held.
inline constexpr std::string_view kActionRefused = "refused";          // Nothing was changed.
inline constexpr std::string_view kActionResynchronised = "resynchronised";
inline constexpr std::string_view kActionHeld = "held";  // The order is held.

// The line's own records, added up.
struct LineTotals {
  std::uint64_t windows = 0;          // Records that closed a print window, interruptions included.
  std::uint64_t barren = 0;           // Of them the latest in a row without a good pack.
  std::uint64_t triggers = 0;         // Of the camera.
  std::uint64_t empty = 0;            // Triggers without a pack.
  std::uint64_t passed = 0;           // Packs.
  std::uint64_t rejected = 0;         // Packs that went to the reject bin at the camera.
  std::uint64_t scrapped_labels = 0;  // Labels without a trigger, and cleared ones.
  std::uint64_t encoded = 0;          // Labels ever sent to the printer.
  std::map<std::string, std::uint64_t, std::less<>> reasons;   // Findings by reason.
  std::map<std::string, std::uint64_t, std::less<>> scrapped;  // Numbers not on a pack, by reason.
  NumberIndex last_passed = kNoNumber;
};

class OrderLog {
 public:
  explicit OrderLog(std::string order_id) : order_id_(std::move(order_id)) {}

  // Folds the next fact of the ledger; facts of others, and facts after the closing, change
  // nothing. DataLoss for a fact that cannot be read or that contradicts the ones before.
  Status apply(const ledger::v1::Fact& fact);
  // Folds what the ledger has beyond the facts folded so far, from `first` on at the beginning,
  // and stops at the closing: a closed order costs its own span of facts, however long the ledger.
  Status catch_up(const ledger::Ledger& ledger, std::uint64_t first);

  [[nodiscard]] const std::string& order_id() const { return order_id_; }
  [[nodiscard]] std::uint64_t position() const { return position_; }  // First fact not folded.
  [[nodiscard]] std::uint32_t state() const { return state_; }        // ISA-95; 0: not opened.
  [[nodiscard]] const std::string& state_document() const { return state_document_; }
  [[nodiscard]] std::uint64_t state_changes() const { return state_changes_; }
  [[nodiscard]] std::uint64_t facts() const { return facts_; }  // Of this order.
  [[nodiscard]] const LevelNumbers& level(Level level) const {
    return levels_[static_cast<std::size_t>(level)];
  }
  [[nodiscard]] std::int64_t last_event_us() const { return last_event_us_; }
  [[nodiscard]] std::int64_t opened_us() const { return opened_us_; }
  [[nodiscard]] std::int64_t closed_us() const { return closed_us_; }

  // Accepted packs that count towards the quantity: commissioned and not held, or sampled.
  [[nodiscard]] std::uint64_t accepted() const;
  // The first `count` (or fewer) commissioned packs that are in no case and not held, oldest first.
  [[nodiscard]] std::vector<NumberIndex> loose_packs(std::size_t count) const;
  [[nodiscard]] std::uint64_t loose_count() const;
  // The newest loose pack; kNoNumber: none.
  [[nodiscard]] NumberIndex newest_loose() const;
  // Commissioned cases that were packed, are not held and are on no pallet.
  [[nodiscard]] const std::set<NumberIndex>& open_cases() const { return open_cases_; }
  // Numbers of a level that are Encoded: printed, without an outcome.
  [[nodiscard]] std::vector<NumberIndex> encoded(Level level) const;

  [[nodiscard]] const LineTotals& line() const { return line_; }
  [[nodiscard]] bool shipped() const { return level(Level::Pallet).in(kReleased) > 0; }
  // The line's name: only its own records close windows. Known once OrderOpened is folded.
  [[nodiscard]] const std::string& station() const { return station_; }
  // Whether an event names a number of this order. Facts must be folded in order before.
  [[nodiscard]] bool mentions(const ledger::v1::EpcisEvent& event) const;

 private:
  static constexpr auto kReleased = numbering::SerialState::Released;
  LevelNumbers& at(Level level) { return levels_[static_cast<std::size_t>(level)]; }
  std::optional<std::pair<Level, NumberIndex>> locate(trace::ObjectNumber object) const;
  Status allocated(const ledger::v1::CounterRuns& counters, std::uint32_t object_class,
                   std::string_view token);
  Status moved(const ledger::v1::CounterRuns& counters, std::uint32_t object_class,
               std::uint32_t to_state, const std::string& reason);
  Status recorded(const ledger::v1::LineRecord& record);
  Status event(const ledger::v1::EpcisEvent& event);
  Status contain(const ledger::v1::EpcisEvent& event);
  Status each(const ledger::v1::EpcList& list,
              const std::function<void(Level, NumberIndex)>& take) const;
  void set_life(Level level, NumberIndex index, numbering::SerialState life);
  void set_container(Level level, NumberIndex index, NumberIndex container);
  void enqueue_if_loose(NumberIndex pack);
  void note_case(NumberIndex index);
  [[nodiscard]] bool is_loose(NumberIndex pack) const;

  std::string order_id_;
  std::string station_;
  std::uint64_t position_ = 0;
  std::uint32_t state_ = 0;
  std::string state_document_;
  std::uint64_t state_changes_ = 0;
  std::uint64_t facts_ = 0;
  std::int64_t last_event_us_ = 0;
  std::int64_t opened_us_ = 0;
  std::int64_t closed_us_ = 0;
  std::array<LevelNumbers, kLevelCount> levels_;
  std::set<NumberIndex> open_cases_;
  std::deque<NumberIndex> loose_;
  std::uint64_t loose_live_ = 0;
  std::vector<NumberIndex> encoded_;  // Packs; may hold some that have an outcome by now.
  LineTotals line_;
};

}  // namespace packtrail::plant
