#include "plant/batch_run.h"

#include <algorithm>
#include <optional>
#include <set>

#include "gs1/pack_code.h"
#include "gs1/sscc.h"
#include "ledger/ledger.h"
#include "numbering/market_profile.h"
#include "plant/batch_events.h"
#include "plant/counters.h"
#include "plant/isa95.h"
#include "plant/order_log.h"
#include "plant/window_judge.h"
#include "symbology/image.h"
#include "symbology/read/reader.h"
#include "trace/epc_runs.h"
#include "trace/trace.h"

namespace packtrail::plant {
namespace {

using capture::Command;
using capture::LineFinding;
using numbering::SerialState;
using Commands = std::vector<Command>;

std::vector<trace::ObjectRun> runs_of(const LevelNumbers& level,
                                      const std::vector<NumberIndex>& indices) {
  std::vector<trace::ObjectRun> runs;
  for (const NumberIndex index : indices) trace::append_object(runs, level.object(index));
  return runs;
}

// Lines may alternate between pools (a second allocation after an epoch change); a command is
// about one class.
void add_moves(Commands& commands, const LevelNumbers& level,
               const std::vector<NumberIndex>& indices, SerialState to, const std::string& order_id,
               std::string_view reason) {
  std::map<std::uint32_t, std::vector<trace::ObjectRun>> by_class;
  for (const NumberIndex index : indices) {
    const trace::ObjectNumber object = level.object(index);
    trace::append_object(by_class[object.object_class().value()], object);
  }
  for (auto& [object_class, runs] : by_class) {
    commands.push_back(capture::MoveNumbers{std::move(runs), to, order_id, std::string(reason)});
  }
}

// Of the pools that make numbers for the product's GTIN and market, the one of the newest epoch.
std::optional<trace::PoolInfo> newest_pool(trace::Reader& reader, const Order::Product& product) {
  std::optional<trace::PoolInfo> best;
  for (trace::PoolInfo& pool : reader.pools()) {
    if (!pool.spec || pool.spec->gtin != product.gtin) continue;
    if (!pool.market.empty() && pool.market != "*" && pool.market != product.market) continue;
    if (!best || best->spec->epoch < pool.spec->epoch) best = std::move(pool);
  }
  return best;
}

// An order makes its own numbers: where somebody else makes them, with what belongs to them on the
// label, it must not make others beside them.
Status refuse_imported(trace::Reader& reader, const Order::Product& product) {
  const auto refuse = [](std::string message, std::string remedy) {
    return Error{.code = Errc::FailedPrecondition,
                 .message = std::move(message),
                 .field = "product.gtin",
                 .rule = "imported_numbers",
                 .remedy = std::move(remedy)};
  };
  for (const trace::PoolInfo& pool : reader.pools()) {
    if (pool.kind != trace::PoolKind::Imported || pool.gtin != product.gtin) continue;
    if (!pool.market.empty() && pool.market != "*" && pool.market != product.market) continue;
    return refuse("the numbers of this product are imported from " + pool.source + " (pool " +
                      std::to_string(pool.object_class.value()) +
                      "), and an order only draws from a pool that makes its numbers",
                  "Hand the numbers to the line with packtrail pool allocate.");
  }
  for (const numbering::MarketProfile& profile : numbering::builtin_profiles()) {
    if (profile.market != product.market ||
        profile.issuer != numbering::MarketProfile::Issuer::Elsewhere) {
      continue;
    }
    return refuse("the numbers of market " + product.market + " are made elsewhere (" +
                      profile.title +
                      "), and an order only draws from a pool that makes its numbers",
                  "Create a pool with --imported-from, import the numbers, and hand them to the "
                  "line with packtrail pool allocate.");
  }
  return {};
}

std::optional<trace::PoolInfo> sscc_series(trace::Reader& reader, const gs1::CompanyPrefix& prefix,
                                           unsigned extension) {
  for (trace::PoolInfo& pool : reader.pools()) {
    if (!pool.spec && pool.company_prefix == prefix.digits() && pool.extension_digit == extension) {
      return std::move(pool);
    }
  }
  return std::nullopt;
}

Bytes key_of(const std::string& order_id, std::string_view what) {
  const std::string text = order_id + "/" + std::string(what);
  const ByteView view = as_bytes(text);
  return {view.begin(), view.end()};
}

std::uint64_t units_of(std::uint64_t things, std::uint64_t per_unit) {
  return (things + per_unit - 1) / per_unit;
}

// How many accepted packs there must be before sample number `drawn` is due: the first pack, the
// last pack, and evenly in between.
std::uint64_t sample_due_at(std::uint64_t drawn, const Order::Batch& batch) {
  if (batch.samples <= 1) return 1;
  return 1 + drawn * (batch.quantity - 1) / (batch.samples - 1);
}

std::string describe(const PackLine::Seen& counted) {
  return std::to_string(counted.packs) + " packs, " + std::to_string(counted.empty) + " empty, " +
         std::to_string(counted.accepted) + " accepted, " + std::to_string(counted.rejected) +
         " rejected";
}

// What the sensors of a line that did as it was told must count.
PackLine::Seen judged_counts(const std::vector<Seen>& seen, const WindowVerdict& verdict) {
  PackLine::Seen judged;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (seen[i].kind == Seen::Kind::NoPack) {
      ++judged.empty;
      continue;
    }
    ++judged.packs;
    ++(verdict.frames[i].decision == Decision::Accept ? judged.accepted : judged.rejected);
  }
  return judged;
}

Error not_running(std::string message, std::string remedy) {
  return Error{.code = Errc::FailedPrecondition,
               .message = std::move(message),
               .rule = "only a running order works on its line",
               .remedy = std::move(remedy)};
}

}  // namespace

Result<bool> open_order(const Order& order, capture::Capture& capture, const trace::Trace& trace,
                        const capture::Actor& actor, const PoolDefaults& defaults) {
  const auto reader = trace.reader();
  const std::string document = order.to_json();
  const auto known = reader->order(order.id());
  PACKTRAIL_TRY(reader->failure());
  if (known) {
    if (known->document == document) return false;
    return Error{.code = Errc::AlreadyExists,
                 .message = "another order is called " + order.id(),
                 .field = "order_id",
                 .rule = "an order never changes after it is opened",
                 .remedy = "Choose another order_id, or send the same order."};
  }
  Commands commands;
  const auto pool = newest_pool(*reader, order.product());
  PACKTRAIL_TRY(reader->failure());
  const auto& plant = order.plant();
  if (!pool) {
    PACKTRAIL_TRY(refuse_imported(*reader, order.product()));
    numbering::PoolSpec spec{.id = numbering::PoolId(std::string(order.product().gtin.digits())),
                             .gtin = order.product().gtin,
                             .length = defaults.length,
                             .key_id = defaults.key_id,
                             .planned_quantity = defaults.planned_quantity};
    trace::PoolInfo planned;
    planned.spec = spec;
    PACKTRAIL_TRY(order.check_pool(planned));
    capture::CreatePool create{std::move(spec), order.product().market,
                               static_cast<unsigned>(plant.company_prefix.size()),
                               order.product().name};
    create.epoch = capture::CreatePool::Epoch::Next;  // Another market may have the first one.
    commands.push_back(std::move(create));
  } else {
    PACKTRAIL_TRY(order.check_pool(*pool));
  }
  const std::uint64_t cases =
      units_of(order.batch().quantity - order.batch().samples, order.packaging().packs_per_case);
  const std::uint64_t pallets = units_of(cases, order.packaging().cases_per_pallet);
  for (const auto& [extension, needed] :
       {std::pair{kCaseExtensionDigit, cases}, std::pair{kPalletExtensionDigit, pallets}}) {
    const auto series = sscc_series(*reader, plant.company_prefix, extension);
    const std::uint64_t room =
        gs1::Sscc::serial_references(plant.company_prefix) - (series ? series->next_counter : 0);
    if (needed > room) {
      return Error{.code = Errc::InvalidArgument,
                   .message = std::to_string(needed) + " SSCCs needed, " + std::to_string(room) +
                              " left under the company prefix",
                   .field = "packaging.packs_per_case",
                   .rule = "an SSCC is not used twice (GS1 General Specifications 4.3)",
                   .remedy = "Pack more packs to a case, or use a shorter company prefix."};
    }
    if (!series) commands.push_back(capture::CreateSsccSeries{plant.company_prefix, extension});
  }
  commands.push_back(capture::OpenOrder{order.id(), document});
  PACKTRAIL_TRY(reader->failure());  // A damaged store knows no pool: never create a second one.
  capture::Request request{.actor = actor,
                           .idempotency_key = key_of(order.id(), "open"),
                           .reason = {},
                           .commands = std::move(commands)};
  const auto receipt = PACKTRAIL_TRY(capture.submit(std::move(request)));
  return !receipt.repeated;
}

struct BatchRun::State {
  State(Order the_order, std::uint64_t opened, BatchPorts the_ports, capture::Actor the_actor)
      : order(std::move(the_order)),
        opened_at(opened),
        ports(the_ports),
        actor(std::move(the_actor)),
        events(order),
        log(order.id()),
        reader(ports.trace.reader()),
        started_ns(ports.clock.monotonic_ns()) {
    actor.device = order.plant().line;
    readers.resize(std::max<std::size_t>(ports.parallel.lanes(), 1));
  }

  Order order;
  std::uint64_t opened_at;
  BatchPorts ports;
  capture::Actor actor;
  BatchEvents events;
  OrderLog log;
  std::unique_ptr<trace::Reader> reader;
  std::vector<symbology::SymbolReader> readers;  // One per lane.
  std::int64_t started_ns;
  std::uint64_t accepted_at_start = 0;
  std::int64_t last_event_us = 0;
  std::vector<std::string> differences;
  // What the line's sensors had counted when the last window ended; nothing while the line was not
  // watched (before the first window, after a hold or an interruption).
  std::optional<PackLine::Seen> counted;

  [[nodiscard]] const LevelNumbers& packs() const { return log.level(Level::Pack); }
  [[nodiscard]] const LevelNumbers& cases() const { return log.level(Level::Case); }
  [[nodiscard]] const LevelNumbers& pallets() const { return log.level(Level::Pallet); }

  Status refresh();
  void show();
  Status submit(std::string_view what, Commands commands, std::string_view reason = {},
                std::uint64_t device_sequence = 0);
  Status change_state(std::uint32_t state, std::string document = {});
  UtcTime next_time();
  Result<gs1::SerialNumber> serial(NumberIndex pack) const;
  Result<std::string> pack_epc(NumberIndex pack) const;
  Result<std::string> unit_epc(Level level, NumberIndex unit) const;
  Result<gs1::PackCode> code(NumberIndex pack) const;
  Result<epcis::TextList> epcs(Level level, const std::vector<NumberIndex>& indices) const;

  Result<std::optional<Advance>> allocate();
  Result<Command> allocation(Level level, std::uint64_t count);
  trace::ObjectClass pack_class();
  Status clear_interrupted();
  Status draw_sample();
  Result<std::optional<Advance>> pack_next();
  Status fill_case(NumberIndex unit, std::vector<NumberIndex> children, bool is_new);
  Status pack_new(Level level, const std::vector<NumberIndex>& children, Fill fill);
  Status record_refusal(const Error& refusal, const epcis::Event& event);

  Status run_window();
  struct Printed {
    std::vector<NumberIndex> numbers;
    std::vector<gs1::PackCode> codes;
    std::vector<NumberIndex> failed;
  };
  Result<Printed> print(const std::vector<NumberIndex>& numbers);
  Result<std::vector<Frame>> watch();
  std::vector<Seen> read(const std::vector<Frame>& frames);
  Elsewhere elsewhere(const gs1::PackCode& code);
  Status compare_counts(const PackLine::Seen& judged);
  NumberIndex own_number(const gs1::PackCode& code);
  Status record_window(const Printed& printed, const std::vector<Seen>& seen,
                       const WindowVerdict& verdict, std::uint64_t triggers);
  Status add_holds(Commands& commands, const std::set<NumberIndex>& first_packs,
                   const std::set<NumberIndex>& passed);
  void keep_pictures(const std::vector<Frame>& frames, const WindowVerdict& verdict);

  Result<std::optional<Advance>> wind_up();
  Result<Advance> finish();
  Result<Advance> advance();
};

// ---- The state machine --------------------------------------------------------------------------

Status BatchRun::State::refresh() {
  PACKTRAIL_TRY(log.catch_up(ports.ledger, opened_at));
  // A reader that met damage keeps saying so; what it holds is not used again.
  if (!reader->failure()) reader = ports.trace.reader();
  reader->refresh();
  last_event_us = std::max(last_event_us, log.last_event_us());
  return {};
}

void BatchRun::State::show() {
  LineCounters counters = make_counters(order, log);
  const double minutes =
      static_cast<double>(ports.clock.monotonic_ns() - started_ns) / 60'000'000'000.0;
  const std::uint64_t made = log.accepted() - std::min(log.accepted(), accepted_at_start);
  if (minutes > 0) counters.packs_per_minute = static_cast<double>(made) / minutes;
  if (log.line().last_passed != kNoNumber) {
    // The newest pack that may be sold: not one that was drawn as a sample or held since.
    const auto& packs = log.level(Level::Pack).numbers;
    NumberIndex newest = log.line().last_passed;
    const auto good = [&](NumberIndex index) {
      return packs[index].life == SerialState::Commissioned && !packs[index].quarantined;
    };
    while (newest > 0 && !good(newest)) --newest;
    const auto shown = code(newest);
    if (shown && good(newest)) counters.last_good = shown->to_digital_link("https://id.gs1.org");
  }
  if (!differences.empty()) counters.state = OrderState::Failed;
  ports.progress.set(std::move(counters));
}

Status BatchRun::State::submit(std::string_view what, Commands commands, std::string_view reason,
                               std::uint64_t device_sequence) {
  // Every change of the run passes here: none is made on the answers of a damaged store.
  PACKTRAIL_TRY(reader->failure());
  capture::Request request{.actor = actor,
                           .idempotency_key = key_of(order.id(), what),
                           .reason = std::string(reason),
                           .commands = std::move(commands)};
  request.actor.device_sequence = device_sequence;
  PACKTRAIL_TRY(ports.capture.submit(std::move(request)));
  return refresh();
}

Status BatchRun::State::change_state(std::uint32_t state, std::string document) {
  return submit("state" + std::to_string(log.state_changes()),
                {capture::ChangeOrderState{order.id(), state, std::move(document)}});
}

// Later than every event of the order so far, in whole milliseconds.
UtcTime BatchRun::State::next_time() {
  const std::int64_t now = ports.clock.now().us / 1000;
  last_event_us = std::max(now, last_event_us / 1000 + 1) * 1000;
  return UtcTime{last_event_us};
}

Result<Advance> BatchRun::State::advance() {
  PACKTRAIL_TRY(refresh());
  if (log.state() == kJobClosed) return Advance::Closed;
  if (log.state() == kJobHeld) {
    return not_running("order " + order.id() + " is held", "Resume the order.");
  }
  if (log.state() == kJobWaiting) {
    PACKTRAIL_TRY(change_state(kJobRunning));
    return Advance::Started;
  }
  if (log.state() == kJobCompleted) return finish();
  if (packs().in(SerialState::Encoded) > 0) {
    PACKTRAIL_TRY(clear_interrupted());
    return Advance::Cleared;
  }
  if (auto done = PACKTRAIL_TRY(allocate())) return *done;
  const std::uint64_t drawn = packs().in(SerialState::Sampled);
  if (drawn < order.batch().samples && log.loose_count() > 0 &&
      log.accepted() >= sample_due_at(drawn, order.batch())) {
    PACKTRAIL_TRY(draw_sample());
    return Advance::Sampled;
  }
  if (auto done = PACKTRAIL_TRY(pack_next())) return *done;
  if (log.accepted() < order.batch().quantity) {
    if (log.line().barren >= kBarrenWindowsMax) {
      PACKTRAIL_TRY(change_state(kJobHeld));
      return not_running(std::to_string(kBarrenWindowsMax) +
                             " print windows in a row gave no good pack; the order is held",
                         "Inspect printer and camera, then resume the order.");
    }
    PACKTRAIL_TRY(run_window());
    return Advance::Window;
  }
  if (auto done = PACKTRAIL_TRY(wind_up())) return *done;
  PACKTRAIL_TRY(change_state(kJobCompleted));
  return Advance::Completed;
}

// ---- Numbers ------------------------------------------------------------------------------------

Result<gs1::SerialNumber> BatchRun::State::serial(NumberIndex pack) const {
  const trace::ObjectNumber object = packs().object(pack);
  return ports.trace.serial(object.object_class(), object.instance());
}

Result<std::string> BatchRun::State::pack_epc(NumberIndex pack) const {
  return events.pack_epc(PACKTRAIL_TRY(serial(pack)));
}

Result<std::string> BatchRun::State::unit_epc(Level level, NumberIndex unit) const {
  const unsigned extension = level == Level::Pallet ? kPalletExtensionDigit : kCaseExtensionDigit;
  const auto sscc = PACKTRAIL_TRY(gs1::Sscc::make(order.plant().company_prefix, extension,
                                                  log.level(level).object(unit).instance()));
  return events.container_epc(sscc);
}

Result<gs1::PackCode> BatchRun::State::code(NumberIndex pack) const {
  return gs1::PackCode{order.product().gtin, PACKTRAIL_TRY(serial(pack)), order.batch().expiry,
                       order.batch().lot};
}

Result<epcis::TextList> BatchRun::State::epcs(Level level,
                                              const std::vector<NumberIndex>& indices) const {
  epcis::TextList list;
  for (const NumberIndex index : indices) {
    list.push_back(level == Level::Pack ? PACKTRAIL_TRY(pack_epc(index))
                                        : PACKTRAIL_TRY(unit_epc(level, index)));
  }
  return list;
}

Result<Command> BatchRun::State::allocation(Level level, std::uint64_t count) {
  std::optional<trace::PoolInfo> pool;
  if (level == Level::Pack) {
    pool = newest_pool(*reader, order.product());
  } else {
    pool = sscc_series(*reader, order.plant().company_prefix,
                       level == Level::Case ? kCaseExtensionDigit : kPalletExtensionDigit);
  }
  if (!pool) {
    return Error{.code = Errc::NotFound,
                 .message = "no pool of numbers for " + std::string(to_string(level)) + "s"};
  }
  const std::string token = std::string(to_string(level)) + "/" + order.id() + "/" +
                            std::to_string(log.level(level).allocations);
  return Command(capture::AllocateNumbers{pool->object_class, count, order.id(), token});
}

// Of the order's packs; before the first allocation, of the pool that it will come from.
trace::ObjectClass BatchRun::State::pack_class() {
  if (!packs().numbers.empty()) return packs().object(0).object_class();
  const auto pool = newest_pool(*reader, order.product());
  return pool ? pool->object_class : trace::ObjectClass();
}

// What the whole order is expected to need, at once; later what rejects took beyond the reserve.
Result<std::optional<Advance>> BatchRun::State::allocate() {
  Commands commands;
  const auto& batch = order.batch();
  const auto& packaging = order.packaging();
  if (packs().allocations == 0) {
    commands.push_back(PACKTRAIL_TRY(allocation(Level::Pack, order.numbers_expected())));
  }
  const std::uint64_t cases_expected =
      units_of(batch.quantity - batch.samples, packaging.packs_per_case);
  if (cases().allocations == 0) {
    commands.push_back(PACKTRAIL_TRY(allocation(Level::Case, cases_expected)));
  }
  if (pallets().allocations == 0) {
    commands.push_back(PACKTRAIL_TRY(
        allocation(Level::Pallet, units_of(cases_expected, packaging.cases_per_pallet))));
  }
  if (commands.empty()) {
    const std::uint64_t missing = batch.quantity - std::min(batch.quantity, log.accepted());
    const std::uint64_t window = std::min<std::uint64_t>(missing, ports.print_window);
    if (packs().in(SerialState::Allocated) >= window) return std::optional<Advance>();
    commands.push_back(
        PACKTRAIL_TRY(allocation(Level::Pack, std::max<std::uint64_t>(missing, kPrintWindow))));
  }
  PACKTRAIL_TRY(submit("allocate" + std::to_string(log.facts()), std::move(commands)));
  return std::optional(Advance::Allocated);
}

// Numbers that are on labels without an outcome: whatever carried them was cleared from the line.
Status BatchRun::State::clear_interrupted() {
  counted.reset();
  const std::vector<NumberIndex> numbers = log.encoded(Level::Pack);
  const char* reason = to_string(Reason::Interrupted);
  capture::RecordLine record;
  record.order_id = order.id();
  record.station = order.plant().line;
  record.first_trigger = log.line().triggers;
  record.object_class = packs().object(numbers.front()).object_class();
  for (const NumberIndex number : numbers) {
    record.findings.push_back({log.line().triggers, reason, PACKTRAIL_TRY(pack_epc(number)), "",
                               std::string(kActionScrapped)});
  }
  Commands commands;
  commands.push_back(std::move(record));
  add_moves(commands, packs(), numbers, SerialState::LabelScrapped, order.id(), reason);
  return submit("clear" + std::to_string(log.line().windows), std::move(commands), reason,
                log.line().windows + 1);
}

// ---- Samples, cases, pallets --------------------------------------------------------------------

Status BatchRun::State::draw_sample() {
  const bool first = packs().in(SerialState::Sampled) == 0;
  const NumberIndex pack = first ? log.loose_packs(1).front() : log.newest_loose();
  Commands commands;
  commands.push_back(
      capture::RecordEvent{events.sample(PACKTRAIL_TRY(epcs(Level::Pack, {pack})), next_time())});
  return submit("sample" + std::to_string(log.facts()), std::move(commands), "sample");
}

// The first of: a short case refilled, a new full case, a full pallet; and, when nothing more will
// come, the short ones. Nothing when there is nothing to pack now.
Result<std::optional<Advance>> BatchRun::State::pack_next() {
  const auto& packaging = order.packaging();
  const bool last = log.accepted() >= order.batch().quantity;
  const auto done = std::optional(Advance::Packed);
  std::vector<NumberIndex> full;
  std::vector<NumberIndex> any;
  for (const NumberIndex unit : log.open_cases()) {
    const std::uint32_t children = cases().numbers[unit].children;
    if (children < packaging.packs_per_case && log.loose_count() > 0) {
      PACKTRAIL_TRY(fill_case(unit, log.loose_packs(packaging.packs_per_case - children), false));
      return done;
    }
    if (children == packaging.packs_per_case) full.push_back(unit);
    if (children > 0) any.push_back(unit);
  }
  const std::uint64_t loose = log.loose_count();
  const Error partial_refused{.code = Errc::FailedPrecondition,
                              .message = "the last case or pallet is short",
                              .field = "packaging.partial",
                              .rule = "the order refuses partial units",
                              .remedy = "Rework the short unit by hand."};
  if (loose >= packaging.packs_per_case) {
    PACKTRAIL_TRY(pack_new(Level::Case, log.loose_packs(packaging.packs_per_case), Fill::Full));
    return done;
  }
  if (full.size() >= packaging.cases_per_pallet) {
    full.resize(packaging.cases_per_pallet);
    PACKTRAIL_TRY(pack_new(Level::Pallet, full, Fill::Full));
    return done;
  }
  if (!last) return std::optional<Advance>();
  if (loose > 0) {
    if (packaging.partial == PartialUnits::Refused) return partial_refused;
    PACKTRAIL_TRY(pack_new(Level::Case, log.loose_packs(loose), Fill::Partial));
    return done;
  }
  if (!any.empty()) {
    if (any.size() > packaging.cases_per_pallet) any.resize(packaging.cases_per_pallet);
    const bool whole = any.size() == packaging.cases_per_pallet;
    if (!whole && packaging.partial == PartialUnits::Refused) return partial_refused;
    PACKTRAIL_TRY(pack_new(Level::Pallet, any, whole ? Fill::Full : Fill::Partial));
    return done;
  }
  return std::optional<Advance>();
}

// A case or pallet number becomes a container and is filled, in one request: it is never on a label
// without being commissioned.
Status BatchRun::State::pack_new(Level level, const std::vector<NumberIndex>& children, Fill fill) {
  const LevelNumbers& units = log.level(level);
  NumberIndex unit = units.next_allocated();
  if (unit == kNoNumber) {
    Commands more;
    more.push_back(PACKTRAIL_TRY(allocation(level, 1)));
    PACKTRAIL_TRY(submit("allocate" + std::to_string(log.facts()), std::move(more)));
    unit = units.next_allocated();
    if (unit == kNoNumber) {
      return Error{.code = Errc::DataLoss, .message = "an allocated SSCC is not in the ledger"};
    }
  }
  const Level below = level == Level::Case ? Level::Pack : Level::Case;
  const std::string epc = PACKTRAIL_TRY(unit_epc(level, unit));
  Commands commands;
  add_moves(commands, units, {unit}, SerialState::Encoded, order.id(), "label");
  commands.push_back(capture::RecordEvent{events.commission_container(epc, next_time())});
  epcis::Event packing = events.pack(epc, PACKTRAIL_TRY(epcs(below, children)), fill, next_time());
  commands.push_back(capture::RecordEvent{packing});
  Status packed =
      submit(std::string(to_string(level)) + std::to_string(log.facts()), std::move(commands));
  if (!packed) return record_refusal(packed.error(), packing);
  return {};
}

Status BatchRun::State::fill_case(NumberIndex unit, std::vector<NumberIndex> children,
                                  bool is_new) {
  const std::size_t after = cases().numbers[unit].children + children.size();
  const Fill fill =
      !is_new && after == order.packaging().packs_per_case ? Fill::Full : Fill::Partial;
  epcis::Event packing = events.pack(PACKTRAIL_TRY(unit_epc(Level::Case, unit)),
                                     PACKTRAIL_TRY(epcs(Level::Pack, children)), fill, next_time());
  Commands commands;
  commands.push_back(capture::RecordEvent{packing});
  Status packed = submit("refill" + std::to_string(log.facts()), std::move(commands), "refill");
  if (!packed) return record_refusal(packed.error(), packing);
  return {};
}

// A packing that the rules refused is evidence too. Gives the refusal back.
Status BatchRun::State::record_refusal(const Error& refusal, const epcis::Event& event) {
  if (refusal.code != Errc::FailedPrecondition) return refusal;
  capture::RecordLine record;
  record.order_id = order.id();
  record.station = order.plant().line + "/packing";
  record.object_class = pack_class();
  for (const std::string_view child : event.child_epcs) {
    const auto epc = gs1::parse_epc(child);
    if (!epc) continue;
    const auto found = reader->resolve(epc->value);
    const auto state = found.object ? reader->state(trace::Viewer::owner(), found.object)
                                    : std::optional<trace::ObjectState>();
    if (state && state->life == SerialState::Commissioned) continue;
    record.findings.push_back({0, to_string(Reason::UncommissionedChild), std::string(child),
                               std::string(child), std::string(kActionRefused)});
  }
  if (record.findings.empty()) {
    record.findings.push_back(
        {0, "packing_refused", event.parent_id, refusal.message, std::string(kActionRefused)});
  }
  PACKTRAIL_TRY(submit("refused" + std::to_string(log.facts()), {std::move(record)}, "refused"));
  return refusal;
}

// ---- A print window -----------------------------------------------------------------------------

Status BatchRun::State::run_window() {
  const std::uint64_t missing = order.batch().quantity - log.accepted();
  std::vector<NumberIndex> numbers;
  NumberIndex next = packs().next_allocated();
  while (next != kNoNumber &&
         numbers.size() < std::min<std::uint64_t>(missing, ports.print_window)) {
    // A record of the line is about one class: a window ends where the next pool begins.
    if (packs().object(next).object_class() !=
        packs().object(numbers.empty() ? next : numbers.front()).object_class()) {
      break;
    }
    numbers.push_back(next);
    next = packs().next_allocated(next + 1);
  }
  if (numbers.empty()) {
    return Error{.code = Errc::ResourceExhausted, .message = "no numbers are left to print"};
  }
  PACKTRAIL_TRY(compare_counts({}));  // Nothing passed since the last window.
  const PackLine::Seen before = *counted;
  Commands commands;
  add_moves(commands, packs(), numbers, SerialState::Encoded, order.id(), "print");
  PACKTRAIL_TRY(submit("encode" + std::to_string(log.line().windows), std::move(commands)));

  const Printed printed = PACKTRAIL_TRY(print(numbers));
  const std::vector<Frame> frames = PACKTRAIL_TRY(watch());
  const std::vector<Seen> seen = read(frames);
  const WindowVerdict verdict = judge_window(
      printed.codes, seen, [this](const gs1::PackCode& other) { return elsewhere(other); });
  // First the reject station, then the record: packs that were let go without being recorded are
  // cleared when the line starts again; a commissioned pack has passed the station for certain.
  PACKTRAIL_TRY(reader->failure());  // Judged with it: nothing is let go on a damaged answer.
  std::vector<Decision> decisions;
  decisions.reserve(verdict.frames.size());
  for (const FrameVerdict& frame : verdict.frames) decisions.push_back(frame.decision);
  PACKTRAIL_TRY(ports.line.release(decisions));
  // Then the line's own count against what was judged. On a difference some pack is in a lane where
  // it does not belong: none of the window is commissioned, and the line is cleared.
  PACKTRAIL_TRY(compare_counts(judged_counts(seen, verdict)));
  const std::uint64_t triggers = counted->packs - before.packs + (counted->empty - before.empty);
  PACKTRAIL_TRY(record_window(printed, seen, verdict, triggers));
  keep_pictures(frames, verdict);
  return {};
}

// What the sensors must have counted since `counted`. On a difference the order is held, with a
// finding; only a person who cleared the line lets it go on.
Status BatchRun::State::compare_counts(const PackLine::Seen& judged) {
  const PackLine::Seen now = ports.line.counted();
  if (!counted) counted = now;
  const PackLine::Seen expected{counted->packs + judged.packs, counted->empty + judged.empty,
                                counted->accepted + judged.accepted,
                                counted->rejected + judged.rejected};
  if (now == expected) {
    counted = now;
    return {};
  }
  const std::string difference =
      "the line counted " + describe(now) + ", judged were " + describe(expected);
  capture::RecordLine record;
  record.order_id = order.id();
  record.station = order.plant().line + "/counters";
  record.first_trigger = log.line().triggers;
  record.object_class = pack_class();
  record.findings.push_back({log.line().triggers, to_string(Reason::CountMismatch), "",
                             difference.substr(0, kReadTextMax), std::string(kActionHeld)});
  Commands commands;
  commands.push_back(std::move(record));
  commands.push_back(capture::ChangeOrderState{order.id(), kJobHeld, {}});
  PACKTRAIL_TRY(submit("mismatch" + std::to_string(log.facts()), std::move(commands)));
  return not_running(difference + "; the order is held",
                     "Clear the line, inspect trigger and reject station, then resume the order.");
}

Result<BatchRun::State::Printed> BatchRun::State::print(const std::vector<NumberIndex>& numbers) {
  Printed printed;
  std::string label;
  for (const NumberIndex number : numbers) {
    const gs1::PackCode pack = PACKTRAIL_TRY(code(number));
    label = "[01]";
    label += pack.gtin.digits();
    label += "[21]";
    label += pack.serial.text();
    label += "[17]";
    label += pack.expiry->yymmdd();
    label += "[10]";
    label += pack.lot->text();
    Status done = ports.line.print(label);
    if (!done && done.error().code == Errc::InvalidArgument) {
      printed.failed.push_back(number);
      continue;
    }
    if (!done) return std::move(done).error();
    printed.numbers.push_back(number);
    printed.codes.push_back(pack);
  }
  return printed;
}

Result<std::vector<Frame>> BatchRun::State::watch() {
  std::vector<Frame> frames;
  while (true) {
    std::optional<Frame> frame = PACKTRAIL_TRY(ports.line.next());
    if (!frame) return frames;
    if (frames.size() >= kWindowTriggersMax) {
      return Error{.code = Errc::ResourceExhausted,
                   .message = "more than " + std::to_string(kWindowTriggersMax) +
                              " triggers in one print window",
                   .rule = "a window has one pack per label",
                   .remedy = "Clear the line and inspect the trigger sensor, then resume."};
    }
    frames.push_back(std::move(*frame));
  }
}

std::vector<Seen> BatchRun::State::read(const std::vector<Frame>& frames) {
  std::vector<Seen> seen(frames.size());
  const Date reference = order.batch().expiry.resolved();
  ports.parallel.run(frames.size(), [&](std::size_t lane, std::size_t i) {
    symbology::ReadResult result;
    if (frames[i].kind == Frame::Kind::Pack) result = readers[lane].read(frames[i].image);
    seen[i] = to_seen(frames[i].kind, result, reference);
  });
  return seen;
}

NumberIndex BatchRun::State::own_number(const gs1::PackCode& other) {
  const auto found = reader->resolve(other.sgtin());
  return found.object ? packs().find(found.object) : kNoNumber;
}

Elsewhere BatchRun::State::elsewhere(const gs1::PackCode& other) {
  if (other.gtin != order.product().gtin) return Elsewhere::Foreign;
  const NumberIndex number = own_number(other);
  if (number == kNoNumber) {
    const bool ours = other.lot == order.batch().lot && other.expiry == order.batch().expiry;
    return ours ? Elsewhere::NotIssued : Elsewhere::Foreign;
  }
  switch (packs().numbers[number].life) {
    case SerialState::Allocated:
    case SerialState::Unallocated:
      return Elsewhere::NotPrinted;
    case SerialState::LabelScrapped:
    case SerialState::SnInvalid:
    case SerialState::Encoded:
      return Elsewhere::Rejected;
    default:
      return Elsewhere::Accepted;
  }
}

Status BatchRun::State::record_window(const Printed& printed, const std::vector<Seen>& seen,
                                      const WindowVerdict& verdict, std::uint64_t triggers) {
  const std::uint64_t first_trigger = log.line().triggers;
  capture::RecordLine record;
  record.order_id = order.id();
  record.station = order.plant().line;
  record.first_trigger = first_trigger;
  record.triggers = triggers;  // As the line's own trigger counted them.

  std::map<Reason, std::vector<NumberIndex>> scrapped;
  std::vector<NumberIndex> passed;      // In line order.
  std::set<NumberIndex> first_packs;    // Accepted packs whose number was seen again.
  std::set<NumberIndex> never_printed;  // Numbers seen on packs that this order did not label.
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const FrameVerdict& frame = verdict.frames[i];
    if (frame.reason == Reason::None) {
      passed.push_back(printed.numbers[*frame.slot]);
      continue;
    }
    std::string expected;
    if (frame.slot) expected = PACKTRAIL_TRY(pack_epc(printed.numbers[*frame.slot]));
    const bool empty = seen[i].kind == Seen::Kind::NoPack;
    record.findings.push_back({first_trigger + i, to_string(frame.reason), expected, seen[i].text,
                               std::string(empty ? kActionEmpty : kActionRejected)});
    if (frame.slot || !seen[i].code) continue;
    const NumberIndex number = own_number(*seen[i].code);
    if (number == kNoNumber) continue;
    if (frame.reason == Reason::Duplicate) first_packs.insert(number);
    if (frame.reason == Reason::NotIssued &&
        packs().numbers[number].life == SerialState::Allocated) {
      never_printed.insert(number);
    }
  }
  for (std::size_t i = 0; i < verdict.slots.size(); ++i) {
    const SlotVerdict& slot = verdict.slots[i];
    if (slot.reason != Reason::None) {
      scrapped[slot.reason].push_back(printed.numbers[i]);
      if (!slot.frame) {
        record.findings.push_back({first_trigger, to_string(slot.reason),
                                   PACKTRAIL_TRY(pack_epc(printed.numbers[i])), "",
                                   std::string(kActionScrapped)});
      }
    } else if (slot.duplicated) {
      first_packs.insert(printed.numbers[i]);
    }
  }
  for (const NumberIndex number : printed.failed) {
    record.findings.push_back({first_trigger, to_string(Reason::PrintFailed),
                               PACKTRAIL_TRY(pack_epc(number)), "", std::string(kActionScrapped)});
  }
  for (const std::size_t slot : verdict.shifts) {
    record.findings.push_back({first_trigger, to_string(Reason::Shift),
                               PACKTRAIL_TRY(pack_epc(printed.numbers[slot])), "",
                               std::string(kActionResynchronised)});
  }
  for (const NumberIndex number : first_packs) {
    const std::string epc = PACKTRAIL_TRY(pack_epc(number));
    record.findings.push_back(
        {first_trigger, "first_of_duplicate", epc, epc, std::string(kActionQuarantined)});
  }
  record.passed = runs_of(packs(), passed);
  const NumberIndex any =
      printed.numbers.empty() ? printed.failed.front() : printed.numbers.front();
  record.object_class = packs().object(any).object_class();

  Commands commands;
  commands.push_back(std::move(record));
  if (!passed.empty()) {
    commands.push_back(capture::RecordEvent{
        events.commission_packs(PACKTRAIL_TRY(epcs(Level::Pack, passed)), next_time())});
  }
  for (const auto& [reason, numbers] : scrapped) {
    add_moves(commands, packs(), numbers, SerialState::LabelScrapped, order.id(),
              to_string(reason));
  }
  add_moves(commands, packs(), printed.failed, SerialState::SnInvalid, order.id(),
            to_string(Reason::PrintFailed));
  // A number that is on a pack already must never be printed: it is spent.
  const std::vector<NumberIndex> spent(never_printed.begin(), never_printed.end());
  add_moves(commands, packs(), spent, SerialState::Encoded, order.id(), "not_issued");
  add_moves(commands, packs(), spent, SerialState::SnInvalid, order.id(), "not_issued");
  PACKTRAIL_TRY(add_holds(commands, first_packs, {passed.begin(), passed.end()}));
  return submit("window" + std::to_string(log.line().windows), std::move(commands), {},
                log.line().windows + 1);
}

// The first pack of a duplicate: out of its case, and held.
Status BatchRun::State::add_holds(Commands& commands, const std::set<NumberIndex>& first_packs,
                                  const std::set<NumberIndex>& passed) {
  for (const NumberIndex number : first_packs) {
    const LevelNumbers::Number& pack = packs().numbers[number];
    const bool live = pack.life == SerialState::Commissioned && !pack.quarantined;
    if (!live && !passed.contains(number)) continue;  // Sampled, ended or held already.
    epcis::TextList list = PACKTRAIL_TRY(epcs(Level::Pack, {number}));
    if (pack.container != kNoNumber) {
      commands.push_back(capture::RecordEvent{
          events.unpack(PACKTRAIL_TRY(unit_epc(Level::Case, pack.container)), list, next_time())});
    }
    commands.push_back(capture::RecordEvent{events.hold(std::move(list), next_time())});
  }
  return {};
}

// Pictures are for people: that one cannot be kept does not stop a line.
void BatchRun::State::keep_pictures(const std::vector<Frame>& frames,
                                    const WindowVerdict& verdict) {
  if (ports.pictures == nullptr) return;
  for (const auto kind : {PictureStore::Kind::Good, PictureStore::Kind::Bad}) {
    if (ports.pictures->has(order.id(), kind)) continue;
    for (std::size_t i = 0; i < frames.size(); ++i) {
      const bool good = verdict.frames[i].decision == Decision::Accept;
      if (good != (kind == PictureStore::Kind::Good)) continue;
      if (frames[i].kind == Frame::Kind::NoPack) continue;
      const auto png = symbology::to_png(frames[i].image);
      if (png) static_cast<void>(ports.pictures->keep(order.id(), kind, *png));
      break;
    }
  }
}

// ---- The end ------------------------------------------------------------------------------------

// One chunk of what is left: held packs and empty units end, unused numbers go back.
Result<std::optional<Advance>> BatchRun::State::wind_up() {
  Commands commands;
  for (const Level level : {Level::Pack, Level::Case, Level::Pallet}) {
    const LevelNumbers& numbers = log.level(level);
    std::vector<NumberIndex> ending;
    std::vector<NumberIndex> unused;
    for (NumberIndex i = 0; i < numbers.numbers.size(); ++i) {
      const LevelNumbers::Number& number = numbers.numbers[i];
      if (number.life == SerialState::Allocated && unused.size() < kEpcsPerEventMax) {
        unused.push_back(i);
      }
      const bool held = level == Level::Pack && number.quarantined;
      const bool empty = level != Level::Pack && number.filled && number.children == 0;
      if (number.life != SerialState::Commissioned || !(held || empty)) continue;
      if (ending.size() >= kEpcsPerEventMax) continue;
      if (number.container != kNoNumber) {  // An emptied case leaves its pallet first.
        const Level above = level == Level::Pack ? Level::Case : Level::Pallet;
        commands.push_back(
            capture::RecordEvent{events.unpack(PACKTRAIL_TRY(unit_epc(above, number.container)),
                                               PACKTRAIL_TRY(epcs(level, {i})), next_time())});
      }
      ending.push_back(i);
    }
    if (!ending.empty()) {
      commands.push_back(capture::RecordEvent{
          events.decommission(PACKTRAIL_TRY(epcs(level, ending)), next_time())});
    }
    add_moves(commands, numbers, unused, SerialState::Unallocated, order.id(), "unused");
  }
  if (commands.empty()) return std::optional<Advance>();
  PACKTRAIL_TRY(submit("windup" + std::to_string(log.facts()), std::move(commands), "end"));
  return std::optional(Advance::WoundUp);
}

Result<Advance> BatchRun::State::finish() {
  std::vector<NumberIndex> ready;
  for (NumberIndex i = 0; i < pallets().numbers.size() && ready.size() < kEpcsPerEventMax; ++i) {
    const LevelNumbers::Number& pallet = pallets().numbers[i];
    if (pallet.life == SerialState::Commissioned && pallet.children > 0 && !pallet.quarantined) {
      ready.push_back(i);
    }
  }
  if (!ready.empty()) {
    Commands commands;
    commands.push_back(
        capture::RecordEvent{events.ship(PACKTRAIL_TRY(epcs(Level::Pallet, ready)), next_time())});
    PACKTRAIL_TRY(submit("ship" + std::to_string(log.facts()), std::move(commands)));
    return Advance::Shipped;
  }
  const Reconciliation result =
      PACKTRAIL_TRY(reconcile(order, opened_at, ports.ledger, ports.trace));
  differences = result.differences;
  std::string document = result.to_json();
  if (result.balanced()) {
    PACKTRAIL_TRY(change_state(kJobClosed, std::move(document)));
    return Advance::Closed;
  }
  if (log.state_document() != document) {
    PACKTRAIL_TRY(change_state(kJobCompleted, std::move(document)));
  }
  return Advance::Unbalanced;
}

// ---- BatchRun -----------------------------------------------------------------------------------

BatchRun::BatchRun(std::unique_ptr<State> state) : state_(std::move(state)) {}
BatchRun::~BatchRun() = default;

Result<std::unique_ptr<BatchRun>> BatchRun::resume(std::string_view order_id, BatchPorts ports,
                                                   capture::Actor actor) {
  const auto reader = ports.trace.reader();
  const auto info = reader->order(order_id);
  PACKTRAIL_TRY(reader->failure());
  if (!info) {
    return Error{.code = Errc::NotFound,
                 .message = "there is no order " + std::string(order_id),
                 .field = "order_id",
                 .remedy = "Open the order first."};
  }
  Order order = PACKTRAIL_TRY(Order::from_json(info->document));
  auto state = std::make_unique<State>(std::move(order), info->opened_at, ports, std::move(actor));
  PACKTRAIL_TRY(state->refresh());
  state->accepted_at_start = state->log.accepted();
  state->show();
  return std::unique_ptr<BatchRun>(new BatchRun(std::move(state)));
}

Result<Advance> BatchRun::advance() {
  auto done = state_->advance();
  // Whatever it concluded, it did so from a damaged store.
  if (const Status sound = state_->reader->failure(); !sound) done = sound.error();
  state_->show();
  return done;
}

Result<Advance> BatchRun::step() {
  while (true) {
    const Advance done = PACKTRAIL_TRY(advance());
    if (done == Advance::Window || done == Advance::Closed || done == Advance::Unbalanced) {
      return done;
    }
  }
}

Status BatchRun::hold() {
  PACKTRAIL_TRY(state_->refresh());
  const std::uint32_t state = state_->log.state();
  if (state == kJobHeld) return {};
  if (state != kJobRunning && state != kJobWaiting) {
    return not_running("order " + order().id() + " is completed", "Nothing is left to hold.");
  }
  PACKTRAIL_TRY(state_->change_state(kJobHeld));
  state_->show();
  return {};
}

Status BatchRun::resume_running() {
  PACKTRAIL_TRY(state_->refresh());
  if (state_->log.state() != kJobHeld) return {};
  state_->counted.reset();  // People were at the line; it starts empty.
  PACKTRAIL_TRY(state_->change_state(kJobRunning));
  state_->show();
  return {};
}

Status BatchRun::pack_by_scan(std::string_view sscc, const std::vector<std::string>& scans) {
  State& state = *state_;
  PACKTRAIL_TRY(state.refresh());
  if (state.log.state() == kJobCompleted || state.log.state() == kJobClosed) {
    return Error{.code = Errc::FailedPrecondition,
                 .message = "order " + order().id() + " is completed",
                 .rule = "the cases of a completed order are not reworked",
                 .remedy = "Rework them by EPCIS events, as any other stock."};
  }
  const gs1::Sscc unit = PACKTRAIL_TRY(gs1::Sscc::parse(sscc));
  const auto container = state.reader->resolve(unit);
  const NumberIndex index = container.object ? state.cases().find(container.object) : kNoNumber;
  capture::RecordLine record;
  record.order_id = order().id();
  record.station = order().plant().line + "/packing";
  record.object_class = state.pack_class();
  epcis::TextList children;
  const auto refuse = [&](const char* reason, const std::string& scan) {
    record.findings.push_back(
        {0, reason, "", scan.substr(0, kReadTextMax), std::string(kActionRefused)});
  };
  if (index == kNoNumber) refuse(to_string(Reason::Foreign), std::string(sscc));
  std::set<NumberIndex> scanned;
  for (const std::string& scan : scans) {
    const auto code = gs1::read_pack_code(scan, order().batch().expiry.resolved());
    const NumberIndex number = code ? state.own_number(*code) : kNoNumber;
    if (number == kNoNumber) {
      refuse(to_string(Reason::Foreign), scan);
      continue;
    }
    const LevelNumbers::Number& pack = state.packs().numbers[number];
    if (pack.life != SerialState::Commissioned) {
      refuse(to_string(Reason::UncommissionedChild), scan);
    } else if (pack.quarantined) {
      refuse("quarantined", scan);
    } else if (pack.container != kNoNumber || !scanned.insert(number).second) {
      refuse(to_string(Reason::Duplicate), scan);
    } else {
      children.push_back(PACKTRAIL_TRY(state.pack_epc(number)));
    }
  }
  if (record.findings.empty() && !children.empty() &&
      state.cases().numbers[index].children + children.size() >
          order().packaging().packs_per_case) {
    refuse("overfull", std::string(sscc));
  }
  if (!record.findings.empty()) {
    Error error{.code = Errc::FailedPrecondition,
                .message = "refused: " + record.findings.front().reason + ": " +
                           record.findings.front().read,
                .field = "scans",
                .rule = "a case holds commissioned packs of its order, each in one case only",
                .remedy = "Take the pack out and scan the others again."};
    PACKTRAIL_TRY(
        state.submit("scan" + std::to_string(state.log.facts()), {std::move(record)}, "rework"));
    return error;
  }
  if (children.empty()) return {};
  const std::size_t after = state.cases().numbers[index].children + children.size();
  epcis::Event packing = state.events.pack(
      PACKTRAIL_TRY(state.unit_epc(Level::Case, index)), std::move(children),
      after == order().packaging().packs_per_case ? Fill::Full : Fill::Partial, state.next_time());
  Status packed = state.submit("scan" + std::to_string(state.log.facts()),
                               {capture::RecordEvent{packing}}, "rework");
  if (!packed) return state.record_refusal(packed.error(), packing);
  return {};
}

std::uint64_t BatchRun::labels_printed() const { return state_->log.line().encoded; }
const Order& BatchRun::order() const { return state_->order; }
LineCounters BatchRun::counters() const { return state_->ports.progress.get(); }
const std::vector<std::string>& BatchRun::differences() const { return state_->differences; }

Result<LineCounters> read_counters(std::string_view order_id, const trace::Trace& trace,
                                   const ledger::Ledger& ledger) {
  const auto reader = trace.reader();
  const auto info = reader->order(order_id);
  PACKTRAIL_TRY(reader->failure());
  if (!info) {
    return Error{.code = Errc::NotFound, .message = "there is no order " + std::string(order_id)};
  }
  const Order order = PACKTRAIL_TRY(Order::from_json(info->document));
  if (info->state == kJobClosed) {
    if (auto closed = closed_counters(order, info->state_document)) return *std::move(closed);
  }
  OrderLog log{std::string(order_id)};
  PACKTRAIL_TRY(log.catch_up(ledger, info->opened_at));
  return make_counters(order, log);
}

}  // namespace packtrail::plant
