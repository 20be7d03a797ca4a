#include "plant/order_log.h"

#include <algorithm>

#include "ledger/ledger.h"
#include "packtrail/ledger/v1/fact.pb.h"
#include "plant/isa95.h"
#include "plant/order.h"
#include "trace/epc_runs.h"

namespace packtrail::plant {
namespace {

using numbering::SerialState;

std::optional<Level> level_of(std::string_view token) {
  for (const Level level : {Level::Pack, Level::Case, Level::Pallet}) {
    const std::string_view name = to_string(level);
    if (token.starts_with(name) && token.substr(name.size()).starts_with('/')) return level;
  }
  return std::nullopt;
}

Error contradiction(std::string message) {
  return Error{.code = Errc::DataLoss, .message = std::move(message)};
}

}  // namespace

Status OrderLog::catch_up(const ledger::Ledger& ledger, std::uint64_t first) {
  if (position_ < first) position_ = first;
  const std::uint64_t end = ledger.size();
  constexpr std::uint64_t kPieceFacts = 4096;  // Read no further than a little past the closing.
  while (position_ < end && state_ != kJobClosed) {
    PACKTRAIL_TRY(ledger.read(position_, std::min(position_ + kPieceFacts, end),
                              [this](const ledger::v1::Fact& fact) { return apply(fact); }));
  }
  return {};
}

Status OrderLog::apply(const ledger::v1::Fact& fact) {
  if (state_ == kJobClosed) return {};
  position_ = fact.envelope().position() + 1;
  using Body = ledger::v1::Fact::BodyCase;
  switch (fact.body_case()) {
    case Body::kOrderOpened: {
      if (fact.order_opened().order_id() != order_id_) return {};
      ++facts_;
      const auto order = PACKTRAIL_TRY(Order::from_json(fact.order_opened().document()));
      station_ = order.plant().line;
      state_ = kJobWaiting;
      opened_us_ = fact.envelope().record_time_us();
      return {};
    }
    case Body::kOrderStateChanged: {
      const auto& change = fact.order_state_changed();
      if (change.order_id() != order_id_) return {};
      ++facts_;
      state_ = change.state();
      state_document_ = change.document();
      ++state_changes_;
      if (state_ == kJobRunning) line_.barren = 0;
      if (state_ == kJobClosed) closed_us_ = fact.envelope().record_time_us();
      return {};
    }
    case Body::kNumbersAllocated: {
      const auto& numbers = fact.numbers_allocated();
      if (numbers.order_id() != order_id_) return {};
      ++facts_;
      return allocated(numbers.counters(), numbers.object_class(), numbers.token());
    }
    case Body::kNumbersMoved: {
      const auto& numbers = fact.numbers_moved();
      if (numbers.order_id() == order_id_) ++facts_;
      return moved(numbers.counters(), numbers.object_class(), numbers.to_state(),
                   numbers.reason());
    }
    case Body::kLineRecord:
      if (fact.line_record().order_id() != order_id_) return {};
      ++facts_;
      return recorded(fact.line_record());
    case Body::kEpcisEvent:
      return event(fact.epcis_event());
    default:
      return {};
  }
}

std::optional<std::pair<Level, NumberIndex>> OrderLog::locate(trace::ObjectNumber object) const {
  for (const Level candidate : {Level::Pack, Level::Case, Level::Pallet}) {
    const NumberIndex index = level(candidate).find(object);
    if (index != kNoNumber) return std::pair{candidate, index};
  }
  return std::nullopt;
}

Status OrderLog::allocated(const ledger::v1::CounterRuns& counters, std::uint32_t object_class,
                           std::string_view token) {
  const auto where = level_of(token);
  if (!where) return contradiction("an allocation of order " + order_id_ + " has no level");
  LevelNumbers& numbers = at(*where);
  for (const trace::ObjectRun& run :
       PACKTRAIL_TRY(trace::decode_runs(counters, trace::ObjectClass(object_class)))) {
    if (run.count > kOrderQuantityMax * 10 || numbers.numbers.size() + run.count >= kNoNumber) {
      return contradiction("order " + order_id_ + " has more numbers than an order may have");
    }
    const auto base = static_cast<NumberIndex>(numbers.numbers.size());
    const std::size_t place = numbers.runs_.size();
    numbers.runs_.push_back({run, base});
    numbers.runs_by_first_.insert(
        std::upper_bound(numbers.runs_by_first_.begin(), numbers.runs_by_first_.end(), place,
                         [&](std::size_t a, std::size_t b) {
                           return numbers.runs_[a].objects.first < numbers.runs_[b].objects.first;
                         }),
        place);
    numbers.numbers.resize(numbers.numbers.size() + run.count);
    numbers.by_life[static_cast<std::size_t>(SerialState::Allocated)] += run.count;
  }
  ++numbers.allocations;
  return {};
}

Status OrderLog::moved(const ledger::v1::CounterRuns& counters, std::uint32_t object_class,
                       std::uint32_t to_state, const std::string& reason) {
  if (to_state >= numbering::kSerialStateCount) return contradiction("unknown state of a number");
  const auto life = static_cast<SerialState>(to_state);
  for (const trace::ObjectRun& run :
       PACKTRAIL_TRY(trace::decode_runs(counters, trace::ObjectClass(object_class)))) {
    for (std::uint64_t i = 0; i < run.count; ++i) {
      const auto where = locate(trace::ObjectNumber::from_value(run.first.value() + i));
      if (!where) continue;
      set_life(where->first, where->second, life);
      if (where->first != Level::Pack) continue;
      if (life == SerialState::Encoded) ++line_.encoded;
      if (life == SerialState::LabelScrapped || life == SerialState::SnInvalid) {
        ++line_.scrapped[reason];
      }
    }
  }
  return {};
}

Status OrderLog::recorded(const ledger::v1::LineRecord& record) {
  std::uint64_t passed = 0;
  for (const trace::ObjectRun& run : PACKTRAIL_TRY(
           trace::decode_runs(record.passed(), trace::ObjectClass(record.object_class())))) {
    passed += run.count;
    line_.last_passed =
        level(Level::Pack).find(trace::ObjectNumber::from_value(run.first.value() + run.count - 1));
  }
  for (const auto& finding : record.findings()) {
    ++line_.reasons[finding.reason()];
    if (finding.action() == kActionRejected) ++line_.rejected;
    if (finding.action() == kActionEmpty) ++line_.empty;
    if (finding.action() == kActionScrapped) ++line_.scrapped_labels;
  }
  if (record.station() != station_) return {};
  ++line_.windows;
  line_.triggers += record.triggers();
  line_.passed += passed;
  line_.barren = passed == 0 ? line_.barren + 1 : 0;
  return {};
}

Status OrderLog::each(const ledger::v1::EpcList& list,
                      const std::function<void(Level, NumberIndex)>& take) const {
  for (const ledger::v1::EpcRun& part : list.runs()) {
    if (part.object_class() == 0) continue;  // Texts: no number of ours.
    for (const trace::ObjectRun& run : PACKTRAIL_TRY(trace::decode_runs(part))) {
      for (std::uint64_t i = 0; i < run.count; ++i) {
        const auto where = locate(trace::ObjectNumber::from_value(run.first.value() + i));
        if (where) take(where->first, where->second);
      }
    }
  }
  return {};
}

bool OrderLog::mentions(const ledger::v1::EpcisEvent& event) const {
  bool found = false;
  const auto take = [&found](Level, NumberIndex) { found = true; };
  for (const auto* list : {&event.epc_list(), &event.parent(), &event.child_epcs(),
                           &event.input_epcs(), &event.output_epcs()}) {
    if (!each(*list, take)) return false;
    if (found) return true;
  }
  return false;
}

Status OrderLog::event(const ledger::v1::EpcisEvent& event) {
  if (event.has_error_declaration()) return {};
  bool ours = false;
  PACKTRAIL_TRY(each(event.epc_list(), [&](Level where, NumberIndex index) {
    ours = true;
    if (event.life_after() != 0 && event.life_after() < numbering::kSerialStateCount) {
      set_life(where, index, static_cast<SerialState>(event.life_after()));
    }
    if (event.quarantine() == ledger::v1::EpcisEvent::QUARANTINE_UNCHANGED) return;
    LevelNumbers::Number& number = at(where).numbers[index];
    const bool held = event.quarantine() == ledger::v1::EpcisEvent::QUARANTINE_SET;
    if (held == number.quarantined) return;
    const bool was_loose = where == Level::Pack && is_loose(index);
    number.quarantined = held;
    if (where == Level::Case) note_case(index);
    if (number.life == SerialState::Commissioned) {
      at(where).quarantined += held ? 1 : std::uint64_t(-1);
    }
    if (where != Level::Pack) return;
    if (was_loose) --loose_live_;
    enqueue_if_loose(index);
  }));
  if (event.type() == ledger::v1::EpcisEvent::TYPE_AGGREGATION) {
    PACKTRAIL_TRY(each(event.parent(), [&](Level, NumberIndex) { ours = true; }));
    PACKTRAIL_TRY(contain(event));
  }
  if (!ours) return {};
  ++facts_;
  last_event_us_ = std::max(last_event_us_, event.event_time_us());
  return {};
}

Status OrderLog::contain(const ledger::v1::EpcisEvent& event) {
  std::optional<std::pair<Level, NumberIndex>> parent;
  PACKTRAIL_TRY(each(event.parent(), [&](Level where, NumberIndex index) {
    parent = std::pair{where, index};
  }));
  if (!parent || parent->first == Level::Pack) return {};
  const Level below = parent->first == Level::Pallet ? Level::Case : Level::Pack;
  const bool removes = event.action() == ledger::v1::EpcisEvent::ACTION_DELETE;
  if (event.action() == ledger::v1::EpcisEvent::ACTION_OBSERVE) return {};
  if (!removes) {
    at(parent->first).numbers[parent->second].filled = true;
    if (parent->first == Level::Case) note_case(parent->second);
  }
  if (removes && event.child_epcs().runs().empty()) {  // All of them.
    const auto count = static_cast<NumberIndex>(level(below).numbers.size());
    for (NumberIndex i = 0; i < count; ++i) {
      if (level(below).numbers[i].container == parent->second) set_container(below, i, kNoNumber);
    }
    return {};
  }
  return each(event.child_epcs(), [&](Level where, NumberIndex index) {
    if (where == below) set_container(where, index, removes ? kNoNumber : parent->second);
  });
}

void OrderLog::set_life(Level where, NumberIndex index, SerialState life) {
  LevelNumbers& numbers = at(where);
  LevelNumbers::Number& number = numbers.numbers[index];
  if (number.life == life) return;
  const bool was_loose = where == Level::Pack && is_loose(index);
  if (number.life == SerialState::Commissioned && number.quarantined) --numbers.quarantined;
  --numbers.by_life[static_cast<std::size_t>(number.life)];
  ++numbers.by_life[static_cast<std::size_t>(life)];
  number.life = life;
  if (number.life == SerialState::Commissioned && number.quarantined) ++numbers.quarantined;
  while (numbers.allocated_from_ < numbers.numbers.size() &&
         numbers.numbers[numbers.allocated_from_].life != SerialState::Allocated) {
    ++numbers.allocated_from_;
  }
  if (where == Level::Case) note_case(index);
  if (where != Level::Pack) return;
  if (life == SerialState::Encoded) encoded_.push_back(index);
  if (numbers.in(SerialState::Encoded) == 0) encoded_.clear();
  if (was_loose) --loose_live_;
  enqueue_if_loose(index);
}

void OrderLog::set_container(Level where, NumberIndex index, NumberIndex container) {
  LevelNumbers& numbers = at(where);
  LevelNumbers::Number& number = numbers.numbers[index];
  if (number.container == container) return;
  LevelNumbers& above = at(where == Level::Pack ? Level::Case : Level::Pallet);
  const bool was_loose = where == Level::Pack && is_loose(index);
  if (number.container != kNoNumber) {
    --above.numbers[number.container].children;
    --numbers.contained;
  }
  number.container = container;
  if (container != kNoNumber) {
    ++above.numbers[container].children;
    ++numbers.contained;
  }
  if (where == Level::Case) note_case(index);
  if (where != Level::Pack) return;
  if (was_loose) --loose_live_;
  enqueue_if_loose(index);
}

bool OrderLog::is_loose(NumberIndex pack) const {
  const LevelNumbers::Number& number = level(Level::Pack).numbers[pack];
  return number.life == SerialState::Commissioned && !number.quarantined &&
         number.container == kNoNumber;
}

// Called after every change that may make a pack loose; a pack that was loose before is counted
// anew. The front of the queue is always loose, so it never grows with what was packed.
void OrderLog::enqueue_if_loose(NumberIndex pack) {
  if (is_loose(pack)) {
    ++loose_live_;
    LevelNumbers::Number& number = at(Level::Pack).numbers[pack];
    if (!number.queued) {
      number.queued = true;
      loose_.push_back(pack);
    }
  }
  while (!loose_.empty() && !is_loose(loose_.front())) {
    at(Level::Pack).numbers[loose_.front()].queued = false;
    loose_.pop_front();
  }
}

std::uint64_t OrderLog::accepted() const {
  const LevelNumbers& packs = level(Level::Pack);
  return packs.in(SerialState::Commissioned)-packs.quarantined + packs.in(SerialState::Sampled);
}

std::uint64_t OrderLog::loose_count() const { return loose_live_; }

std::vector<NumberIndex> OrderLog::loose_packs(std::size_t count) const {
  std::vector<NumberIndex> packs;
  for (auto it = loose_.begin(); it != loose_.end() && packs.size() < count; ++it) {
    if (is_loose(*it)) packs.push_back(*it);
  }
  return packs;
}

NumberIndex OrderLog::newest_loose() const {
  for (auto it = loose_.rbegin(); it != loose_.rend(); ++it) {
    if (is_loose(*it)) return *it;
  }
  return kNoNumber;
}

void OrderLog::note_case(NumberIndex index) {
  const LevelNumbers::Number& number = level(Level::Case).numbers[index];
  if (number.filled && number.life == SerialState::Commissioned && !number.quarantined &&
      number.container == kNoNumber) {
    open_cases_.insert(index);
  } else {
    open_cases_.erase(index);
  }
}

std::vector<NumberIndex> OrderLog::encoded(Level where) const {
  std::vector<NumberIndex> found;
  const auto& numbers = level(where).numbers;
  if (where == Level::Pack) {
    for (const NumberIndex index : encoded_) {
      if (numbers[index].life == SerialState::Encoded) found.push_back(index);
    }
  } else {
    for (NumberIndex i = 0; i < numbers.size(); ++i) {
      if (numbers[i].life == SerialState::Encoded) found.push_back(i);
    }
  }
  return found;
}

}  // namespace packtrail::plant
