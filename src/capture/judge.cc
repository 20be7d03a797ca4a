#include "capture/judge.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

#include "base/assert.h"
#include "capture/guess_budget.h"
#include "ledger/fact.h"
#include "trace/epc_runs.h"

namespace packtrail::capture {
namespace {

using numbering::SerialState;

Error refused(std::string field, std::string message, std::string rule, std::string remedy = {}) {
  return {.code = Errc::FailedPrecondition,
          .message = std::move(message),
          .field = std::move(field),
          .rule = std::move(rule),
          .remedy = std::move(remedy)};
}
Error exists(std::string field, std::string message, std::string rule, std::string remedy = {}) {
  return {.code = Errc::AlreadyExists,
          .message = std::move(message),
          .field = std::move(field),
          .rule = std::move(rule),
          .remedy = std::move(remedy)};
}
Error missing(std::string field, std::string message, std::string rule) {
  return {.code = Errc::NotFound,
          .message = std::move(message),
          .field = std::move(field),
          .rule = std::move(rule)};
}

// All that an answer of the rules depends on, besides the step.
struct Situation {
  SerialState life;
  std::uint8_t quarantined;
  bool has_parent;
  rules::Scheme scheme;
  trace::TermId disposition;
  trace::BatchId batch;
  bool is_known;
  friend bool operator==(const Situation&, const Situation&) = default;
};

// Situations of one list that were allowed: neighbours usually share one.
class Memo {
 public:
  bool knows(const Situation& situation) {
    if (count_ != 0 && seen_[last_] == situation) return true;
    for (std::size_t i = 0; i < count_; ++i) {
      if (seen_[i] == situation) {
        last_ = i;
        return true;
      }
    }
    return false;
  }
  void add(const Situation& situation) {
    last_ = count_ < seen_.size() ? count_++ : (last_ + 1) % seen_.size();
    seen_[last_] = situation;
  }

 private:
  std::array<Situation, 8> seen_;
  std::size_t count_ = 0;
  std::size_t last_ = 0;
};

// "ObjectEvent OBSERVE shipping": a step for people.
std::string step_text(const rules::Step& step) {
  std::string text(step.event_type);
  if (!step.action.empty()) text.append(" ").append(step.action);
  if (!step.biz_step.empty()) text.append(" ").append(step.biz_step);
  if (!step.disposition.empty()) text.append(" with disposition ").append(step.disposition);
  return text;
}

// Two prefixes of one extension digit make the same SSCCs when one begins with the other.
bool overlap(std::string_view a, std::string_view b) {
  return a.starts_with(b) || b.starts_with(a);
}

}  // namespace

Token token_of(const Command& command) {
  if (const auto* allocate = std::get_if<AllocateNumbers>(&command)) {
    return {allocate->order_id, allocate->token};
  }
  if (const auto* move = std::get_if<MoveNumbers>(&command)) return {move->order_id, move->token};
  if (const auto* import = std::get_if<ImportNumbers>(&command)) return {{}, import->token};
  return {};
}

Result<Answer> Judge::judge(PreparedCommand& command, const trace::RunSet& line_passed,
                            UtcTime now) {
  now_ = now;
  line_passed_ = &line_passed;
  auto answer =
      std::visit([&](const auto& what) { return decide(command, what); }, *command.command);
  // What could not be read was answered as if it were not there: nothing follows from that.
  PACKTRAIL_TRY(view_.failure());
  return answer;
}

bool Judge::must_wait(const Prepared& prepared) {
  for (const PreparedCommand& command : prepared.commands) {
    std::optional<std::uint64_t> position;
    if (const auto* record = std::get_if<RecordEvent>(command.command)) {
      if (!record->event.event_id.empty()) position = view_.event_position(record->event.event_id);
    } else if (const Token token = token_of(*command.command); !token.text.empty()) {
      position = view_.token_position(token.order_id, token.text);
    }
    if (position && *position >= ledger_.size()) return true;
  }
  return false;
}

// ---- Events --------------------------------------------------------------------------------

Result<Answer> Judge::decide(PreparedCommand& command, const RecordEvent& what) {
  const epcis::Event& event = what.event;
  if (!event.event_id.empty()) {
    if (const auto position = view_.event_position(event.event_id)) {
      return same_event(command, what, *position);
    }
  }
  const std::int64_t time = event.event_time.instant.us;
  if (time > now_.us + kFutureToleranceUs) {
    return Error{.code = Errc::InvalidArgument,
                 .message = "the event time " + event.event_time.text + " is in the future",
                 .field = "eventTime",
                 .rule = "event_in_future",
                 .remedy = "Set the clock of the device right; up to 15 minutes are allowed."};
  }
  auto& body = *command.fact.mutable_epcis_event();
  const auto slot = [](const EpcTextList& list, auto make) -> ledger::v1::EpcList* {
    return list.empty() ? nullptr : make();
  };
  PACKTRAIL_TRY(
      resolve(command.subjects, slot(command.subjects, [&] { return body.mutable_epc_list(); })));
  PACKTRAIL_TRY(
      resolve(command.parent, slot(command.parent, [&] { return body.mutable_parent(); })));
  PACKTRAIL_TRY(
      resolve(command.children, slot(command.children, [&] { return body.mutable_child_epcs(); })));
  PACKTRAIL_TRY(
      resolve(command.inputs, slot(command.inputs, [&] { return body.mutable_input_epcs(); })));
  PACKTRAIL_TRY(
      resolve(command.outputs, slot(command.outputs, [&] { return body.mutable_output_epcs(); })));

  if (event.type == epcis::EventType::Transformation) {
    const auto verdict = model_.judge(command.step, {.life = SerialState::Commissioned});
    if (verdict.rule == "no_transition") {
      return refused("type",
                     "transformation events are not recorded: the model " +
                         std::string(model_.name()) + " has no transition for them",
                     "no_transition",
                     "Record what was consumed as decommissioned and what was made as "
                     "commissioned.");
    }
  }
  PACKTRAIL_TRY(judge_list(command, command.subjects, rules::Role::Subject, time));
  PACKTRAIL_TRY(judge_list(command, command.inputs, rules::Role::Subject, time));
  PACKTRAIL_TRY(judge_list(command, command.outputs, rules::Role::Subject, time));
  PACKTRAIL_TRY(judge_list(command, command.parent, rules::Role::Parent, time));
  PACKTRAIL_TRY(judge_list(command, command.children, rules::Role::Child, time));
  PACKTRAIL_TRY(judge_hierarchy(command, what));
  PACKTRAIL_TRY(check_line_evidence(command));
  return Answer::Record;
}

// A number of our own pools becomes a commissioned pack only where the request itself shows that
// the line read it on a good pack.
Status Judge::check_line_evidence(const PreparedCommand& command) {
  const auto& body = command.fact.epcis_event();
  if (body.life_after() != static_cast<std::uint32_t>(SerialState::Commissioned)) return {};
  const trace::RunSet& passed = *line_passed_;
  std::size_t near = 0;  // Lists mostly follow the line, which mostly follows the counters.
  trace::ObjectClass last_class;
  bool is_pool = false;
  for (std::size_t at = 0; at < command.subjects.size(); ++at) {
    const trace::ObjectNumber object = command.subjects.object(at);
    if (!object) continue;
    if (at == 0 || object.object_class() != last_class) {
      last_class = object.object_class();
      const auto info = view_.pool(last_class);
      is_pool = info && info->kind != trace::PoolKind::Sscc;
    }
    if (!is_pool) continue;
    const auto holds = [&](const trace::ObjectRun& run) {
      return run.first <= object && object.value() - run.first.value() < run.count;
    };
    if (near < passed.size() && holds(passed[near])) continue;
    if (view_.state(object).life != SerialState::Encoded) continue;
    const auto after = std::upper_bound(
        passed.begin(), passed.end(), object,
        [](trace::ObjectNumber value, const trace::ObjectRun& run) { return value < run.first; });
    if (after != passed.begin() && holds(*(after - 1))) {
      near = static_cast<std::size_t>(after - 1 - passed.begin());
      continue;
    }
    return refused(command.subjects.place(at),
                   "nothing shows that the line read " + std::string(command.subjects.texts()[at]) +
                       " on a good pack",
                   "no_line_evidence",
                   "Numbers of our pools are commissioned by the packaging line, in one request "
                   "with its record of the packs that passed.");
  }
  return {};
}

Result<Answer> Judge::same_event(const PreparedCommand& command, const RecordEvent& what,
                                 std::uint64_t position) {
  if (position >= ledger_.size()) return Answer::Later;
  ledger::v1::Fact stored;
  PACKTRAIL_TRY(ledger_.read_one(position, stored));
  bool same = stored.has_epcis_event() &&
              content_of(stored.epcis_event()) == content_of(command.fact.epcis_event());
  const auto compare = [&](const EpcTextList& list, const ledger::v1::EpcList& other) -> Status {
    std::size_t at = 0;
    if (same && other.runs_size() != 0) {
      PACKTRAIL_TRY(texts_.expand(other, [&](std::string_view text) {
        same = same && at < list.size() && list.texts()[at] == text;
        ++at;
      }));
    }
    same = same && at == list.size();
    return {};
  };
  const auto& body = stored.epcis_event();
  PACKTRAIL_TRY(compare(command.subjects, body.epc_list()));
  PACKTRAIL_TRY(compare(command.parent, body.parent()));
  PACKTRAIL_TRY(compare(command.children, body.child_epcs()));
  PACKTRAIL_TRY(compare(command.inputs, body.input_epcs()));
  PACKTRAIL_TRY(compare(command.outputs, body.output_epcs()));
  if (same) return Answer::Recorded;
  return exists("eventID",
                "another event has the id " + what.event.event_id + " (position " +
                    std::to_string(position) + ")",
                "event_id_taken", "Give the new event an id of its own.");
}

Status Judge::resolve(EpcTextList& list, ledger::v1::EpcList* stored) {
  if (list.is_whole()) return {};
  const bool changed = PACKTRAIL_TRY(list.resolve_rest(
      [&](const gs1::Epc& epc) { return view_.resolve(epc); },
      [&](std::size_t at, const gs1::Epc& epc) -> Status {
        const auto* pool = issuer(epc);
        if (pool == nullptr) return {};
        return refused(list.place(at),
                       std::string(list.texts()[at]) + " has the form of class " +
                           std::to_string(pool->object_class.value()) +
                           " of this ledger, which never issued it",
                       "not_issued", "Read the code again; if it is right, treat it as suspect.");
      }));
  if (changed) list.write(*stored);
  return {};
}

// The pool or series of ours whose form an EPC has; null when it was made elsewhere.
const Judge::Issuer* Judge::issuer(const gs1::Epc& epc) {
  const auto next = view_.next_object_class().value();
  for (; classes_seen_ < next; ++classes_seen_) {
    const trace::ObjectClass object_class(classes_seen_);
    auto info = view_.pool(object_class);
    if (!info) continue;
    Issuer made{.object_class = object_class, .alphabet = {}, .length = 0, .prefix = {}};
    if (info->spec) {
      made.alphabet = info->spec->alphabet;
      made.length = info->spec->length;
      made.prefix = info->spec->rules.prefix;
      by_gtin_[info->spec->gtin.number()].push_back(std::move(made));
    } else if (info->kind == trace::PoolKind::Sscc) {
      made.prefix = std::to_string(info->extension_digit) + info->company_prefix;
      series_.push_back(std::move(made));
    }
  }
  if (const auto* sgtin = std::get_if<gs1::Sgtin>(&epc)) {
    const auto at = by_gtin_.find(sgtin->gtin.number());
    if (at == by_gtin_.end()) return nullptr;
    const std::string_view serial = sgtin->serial.text();
    for (const Issuer& pool : at->second) {
      if (serial.size() == pool.length && serial.starts_with(pool.prefix) &&
          std::all_of(serial.begin(), serial.end(), [&](char c) {
            return pool.alphabet->value_of(c) != numbering::Alphabet::kNoDigit;
          })) {
        return &pool;
      }
    }
  } else if (const auto* sscc = std::get_if<gs1::Sscc>(&epc)) {
    for (const Issuer& series : series_) {
      if (sscc->digits().substr(0, series.prefix.size()) == series.prefix) return &series;
    }
  }
  return nullptr;
}

void Judge::forget_pending() {
  classes_seen_ = 1;
  by_gtin_.clear();
  series_.clear();
}

Status Judge::judge_list(const PreparedCommand& command, const EpcTextList& list, rules::Role role,
                         std::int64_t event_time_us) {
  Memo memo;
  for (std::size_t at = 0; at < list.size(); ++at) {
    const trace::ObjectNumber object = list.object(at);
    const trace::ObjectState state = object ? view_.state(object) : trace::ObjectState{};
    const Situation situation{.life = state.life,
                              .quarantined = state.quarantined,
                              .has_parent = static_cast<bool>(state.parent),
                              .scheme = list.scheme(at),
                              .disposition = state.disposition,
                              .batch = state.batch,
                              .is_known = static_cast<bool>(object)};
    if (!memo.knows(situation)) {
      Status allowed = judge_object(command, state, list.scheme(at), role, list.texts()[at],
                                    static_cast<bool>(object));
      if (!allowed) {
        Error error = std::move(allowed).error();
        error.field = list.place(at);
        return error;
      }
      memo.add(situation);
    }
    if (state.event_time_us > event_time_us) {
      return refused(
          list.place(at),
          "the event is older than the newest event of " + std::string(list.texts()[at]) + " (" +
              UtcTime{state.event_time_us}.to_text() + "); late events are not accepted yet",
          "late_event", "Record the events of an object in the order of their times.");
    }
  }
  return {};
}

Status Judge::judge_object(const PreparedCommand& command, const trace::ObjectState& state,
                           rules::Scheme scheme, rules::Role role, std::string_view text,
                           bool is_known) {
  rules::Step step = command.step;
  step.role = role;
  const std::int64_t time = command.fact.epcis_event().event_time_us();
  const trace::Batch batch = state.batch.value() != 0 ? view_.batch(state.batch) : trace::Batch{};
  const rules::Verdict verdict =
      model_.judge(step, {.life = state.life,
                          .quarantined = state.quarantined != 0,
                          .has_parent = static_cast<bool>(state.parent),
                          .disposition = view_.term(state.disposition),
                          .expired = batch.is_expired(Date::of(UtcTime{time})),
                          .scheme = scheme});
  if (!verdict.allowed) {
    if (!is_known && verdict.rule != "no_transition") {
      return missing({}, std::string(text) + " is not known here: " + std::string(verdict.reason),
                     "unknown_epc");
    }
    return refused({},
                   std::string(text) + " is " + std::string(rules::state_name(state.life)) + ": " +
                       std::string(verdict.reason) + " (" + step_text(step) + ")",
                   std::string(verdict.rule), "Look at its trace; record what is missing first.");
  }
  if (role != rules::Role::Subject || state.batch.value() == 0) return {};
  const LotData& lot = command.lot;
  const bool differs = (!lot.lot.empty() && !batch.lot.empty() && lot.lot != batch.lot) ||
                       (!lot.expiry.empty() && !batch.expiry.empty() && lot.expiry != batch.expiry);
  if (differs) {
    return refused({},
                   std::string(text) + " already has lot " + batch.lot + " and expiry " +
                       batch.expiry + "; it keeps them for life",
                   "batch_changed", "Check which of the two the label shows.");
  }
  return {};
}

Status Judge::judge_hierarchy(const PreparedCommand& command, const RecordEvent& what) {
  const epcis::Event& event = what.event;
  if (event.type != epcis::EventType::Aggregation && event.type != epcis::EventType::Association) {
    return {};
  }
  if (!command.parent.empty() && command.parent.object(0)) {
    for (std::size_t i = 0; i < command.children.size(); ++i) {
      if (command.children.object(i) != command.parent.object(0)) continue;
      return refused(command.children.place(i),
                     std::string(command.children.texts()[i]) + " is parent and child", "cycle",
                     "Check which of the two is the outer one.");
    }
  }
  const bool adds = event.action == epcis::Action::Add;
  const bool removes = event.action == epcis::Action::Delete;
  if (!adds && !removes) return {};
  if (command.parent.empty()) {
    return Error{.code = Errc::InvalidArgument,
                 .message = "who the parent is must be said",
                 .field = "parentID",
                 .rule = "parent_missing"};
  }
  const trace::ObjectNumber parent = command.parent.object(0);
  if (removes) return check_unpacked(command, parent);

  // An ancestor of the parent, or the parent itself, among the children would close a circle.
  std::vector<trace::ObjectNumber> above;
  for (trace::ObjectNumber at = parent; at; at = view_.state(at).parent) {
    if (above.size() == kNestingMax) {
      return refused("parentID",
                     "more than " + std::to_string(kNestingMax) + " containers inside each other",
                     "nested_too_deep");
    }
    above.push_back(at);
  }
  for (std::size_t i = 0; i < command.children.size(); ++i) {
    const trace::ObjectNumber child = command.children.object(i);
    if (std::find(above.begin(), above.end(), child) != above.end()) {
      return refused(command.children.place(i),
                     std::string(command.children.texts()[i]) +
                         " contains the container that it would be put into",
                     "cycle", "Check which of the two is the outer one.");
    }
  }
  return {};
}

Status Judge::check_unpacked(const PreparedCommand& command, trace::ObjectNumber parent) {
  for (std::size_t i = 0; i < command.children.size(); ++i) {
    if (view_.state(command.children.object(i)).parent == parent) continue;
    return refused(command.children.place(i),
                   std::string(command.children.texts()[i]) + " is not inside " +
                       std::string(command.parent.texts()[0]),
                   "not_in_parent", "Look at its trace for the container that it is in.");
  }
  if (!command.children.empty() || command.fact.epcis_event().has_child_quantities()) return {};
  // No child named: all of them leave (EPCIS 2.0 section 7.4.4), and each must be allowed to.
  Memo memo;
  const std::int64_t time = command.fact.epcis_event().event_time_us();
  for (const trace::ObjectRun& run : view_.children(parent)) {
    for (std::uint64_t i = 0; i < run.count; ++i) {
      const trace::ObjectNumber child(run.first.object_class(), run.first.instance() + i);
      const trace::ObjectState state = view_.state(child);
      const Situation situation{state.life,        state.quarantined, true, rules::Scheme::Other,
                                state.disposition, state.batch,       true};
      const std::string_view text = command.parent.texts()[0];
      if (!memo.knows(situation)) {
        Status allowed = judge_object(command, state, rules::Scheme::Other, rules::Role::Child,
                                      "a child of " + std::string(text), true);
        if (!allowed) {
          Error error = std::move(allowed).error();
          error.field = "childEPCs";
          return error;
        }
        memo.add(situation);
      }
      if (state.event_time_us > time) {
        return refused("childEPCs",
                       "the event is older than the newest event of a child of " +
                           std::string(text) + "; late events are not accepted yet",
                       "late_event", "Record the events of an object in the order of their times.");
      }
    }
  }
  return {};
}

// ---- Numbers -------------------------------------------------------------------------------

Result<trace::PoolInfo> Judge::find_pool(trace::ObjectClass object_class, const char* field) {
  auto pool = view_.pool(object_class);
  if (pool) return *std::move(pool);
  return missing(field, "no pool or series has the class " + std::to_string(object_class.value()),
                 "no_such_pool");
}

Status Judge::check_issued(const std::vector<trace::ObjectRun>& runs, const char* field) {
  if (runs.empty()) return {};
  const auto pool = PACKTRAIL_TRY(find_pool(runs.front().first.object_class(), field));
  for (const trace::ObjectRun& run : runs) {
    const std::uint64_t last = run.first.instance() + (run.count - 1);
    if (last >= pool.known_end) {
      return refused(field,
                     "number " + std::to_string(last) + " of class " +
                         std::to_string(pool.object_class.value()) + " was never issued",
                     "not_issued");
    }
  }
  if (trace::count_objects(trace::to_set(runs)) != trace::count_objects(runs)) {
    return Error{.code = Errc::InvalidArgument,
                 .message = "a number stands twice in one list",
                 .field = field,
                 .rule = "duplicate_in_list",
                 .remedy = "Name every number once."};
  }
  return {};
}

Result<trace::ObjectClass> Judge::next_class() {
  const trace::ObjectClass made = view_.next_object_class();
  if (made.value() <= trace::kObjectClassMax) return made;
  return Error{.code = Errc::ResourceExhausted,
               .message = "no more than " + std::to_string(trace::kObjectClassMax) + " classes",
               .rule = "classes_limit"};
}

Result<Answer> Judge::decide(PreparedCommand& command, const CreateImportedPool& what) {
  const trace::ObjectClass made = PACKTRAIL_TRY(next_class());
  for (std::uint32_t i = 1; i < made.value(); ++i) {
    const auto pool = view_.pool(trace::ObjectClass(i));
    if (!pool || pool->kind != trace::PoolKind::Imported || pool->gtin != what.gtin ||
        pool->source != what.source || pool->market != what.market) {
      continue;
    }
    return exists("source",
                  "class " + std::to_string(i) + " is the pool of " +
                      std::string(what.gtin.digits()) + " with numbers from " + what.source,
                  "pool_exists", "Import into that pool.");
  }
  command.fact.mutable_imported_pool_created()->set_object_class(made.value());
  return Answer::Record;
}

std::vector<trace::PoolInfo> Judge::pools_of(const gs1::Gtin& gtin) {
  std::vector<trace::PoolInfo> out;
  for (std::uint32_t i = 1; i < view_.next_object_class().value(); ++i) {
    auto pool = view_.pool(trace::ObjectClass(i));
    if (pool && pool->gtin == gtin) out.push_back(*std::move(pool));
  }
  return out;
}

Result<Answer> Judge::decide(PreparedCommand& command, const CreatePool& what) {
  const trace::ObjectClass made = PACKTRAIL_TRY(next_class());
  std::uint64_t next_epoch = 0;
  for (std::uint32_t i = 1; i < made.value(); ++i) {
    const auto pool = view_.pool(trace::ObjectClass(i));
    if (!pool || !pool->spec || pool->spec->gtin != what.spec.gtin) continue;
    next_epoch = std::max(next_epoch, std::uint64_t{pool->spec->epoch} + 1);
    if (what.epoch == CreatePool::Epoch::Next || pool->spec->epoch != what.spec.epoch) continue;
    return exists("spec.epoch",
                  "class " + std::to_string(i) + " is the pool of " +
                      std::string(what.spec.gtin.digits()) + " with epoch " +
                      std::to_string(what.spec.epoch),
                  "pool_exists", "Use that pool, or a new epoch.");
  }
  PACKTRAIL_TRY(check_plan(what.spec, pools_of(what.spec.gtin)));
  if (what.epoch == CreatePool::Epoch::Next) {
    if (next_epoch > 0xffff'ffffU) {
      return Error{.code = Errc::ResourceExhausted,
                   .message = "the GTIN has no epoch left",
                   .field = "spec.epoch",
                   .rule = "classes_limit"};
    }
    command.fact.mutable_pool_created()->set_epoch(static_cast<std::uint32_t>(next_epoch));
  }
  command.fact.mutable_pool_created()->set_object_class(made.value());
  return Answer::Record;
}

Result<Answer> Judge::decide(PreparedCommand& command, const CreateSsccSeries& what) {
  const trace::ObjectClass made = PACKTRAIL_TRY(next_class());
  for (std::uint32_t i = 1; i < made.value(); ++i) {
    const auto series = view_.pool(trace::ObjectClass(i));
    if (!series || series->kind != trace::PoolKind::Sscc ||
        series->extension_digit != what.extension_digit ||
        !overlap(series->company_prefix, what.company_prefix.digits())) {
      continue;
    }
    if (series->company_prefix != what.company_prefix.digits()) {
      return exists("company_prefix",
                    "class " + std::to_string(i) + " is the series of prefix " +
                        series->company_prefix + " and this digit, which makes the same numbers",
                    "series_overlaps", "Use another extension digit.");
    }
    return exists("company_prefix",
                  "class " + std::to_string(i) + " is the series of this prefix and digit",
                  "series_exists", "Use that series, or another extension digit.");
  }
  command.fact.mutable_sscc_series_created()->set_object_class(made.value());
  return Answer::Record;
}

Result<Answer> Judge::same_token(const Token& token, ledger::v1::Fact& stored) {
  if (token.text.empty()) return Answer::Record;
  const auto position = view_.token_position(token.order_id, token.text);
  if (!position) return Answer::Record;
  if (*position >= ledger_.size()) return Answer::Later;
  PACKTRAIL_TRY(ledger_.read_one(*position, stored));
  return Answer::Recorded;
}

// The series of the same prefix that could go on where this one ends.
Status Judge::check_series(const trace::PoolInfo& series, std::uint64_t count) {
  if (count <= series.remaining) return {};
  std::array<bool, 10> taken{};
  for (std::uint32_t i = 1; i < view_.next_object_class().value(); ++i) {
    const auto other = view_.pool(trace::ObjectClass(i));
    if (other && other->kind == trace::PoolKind::Sscc && other->extension_digit < taken.size() &&
        overlap(other->company_prefix, series.company_prefix)) {
      taken[other->extension_digit] = true;
    }
  }
  const auto free = std::find(taken.begin(), taken.end(), false);
  const std::string next =
      free == taken.end()
          ? "All extension digits of the prefix are in use: number under another company prefix."
          : "Go on with extension digit " + std::to_string(free - taken.begin()) +
                ": packtrail pool create --sscc " + series.company_prefix + " --extension " +
                std::to_string(free - taken.begin()) + ".";
  return Error{.code = Errc::ResourceExhausted,
               .message = "the SSCC series of prefix " + series.company_prefix +
                          " and extension digit " + std::to_string(series.extension_digit) +
                          " has " + std::to_string(series.remaining) + " more numbers, not " +
                          std::to_string(count),
               .field = "count",
               .rule = "series_exhausted",
               .remedy = next};
}

Result<Answer> Judge::decide(PreparedCommand& command, const AllocateNumbers& what) {
  ledger::v1::Fact stored;
  const Answer known = PACKTRAIL_TRY(same_token(token_of(*command.command), stored));
  if (known == Answer::Later) return known;
  if (known == Answer::Recorded) {
    if (!stored.has_numbers_allocated()) {
      return exists("token", "the token was used for a move of numbers", "token_reused",
                    "Use a new token for other numbers.");
    }
    const auto& before = stored.numbers_allocated();
    const auto runs = PACKTRAIL_TRY(allocated_by(stored));
    if (before.object_class() != what.pool.value() || trace::count_objects(runs) != what.count ||
        before.line() != what.line) {
      return exists("token",
                    "the token was used for " + std::to_string(trace::count_objects(runs)) +
                        " numbers of class " + std::to_string(before.object_class()),
                    "token_reused", "Use a new token for other numbers.");
    }
    *command.fact.mutable_numbers_allocated() = before;
    return Answer::Recorded;
  }
  const auto info = PACKTRAIL_TRY(find_pool(what.pool, "pool"));
  if (info.blocked) {
    return refused("pool",
                   "the pool is blocked: this folder was restored or copied, and numbers that it "
                   "does not know of may have been issued",
                   "pool_blocked",
                   "Find the highest number known to lines, exports and witnesses, then run "
                   "`packtrail pool advance`.");
  }
  const bool imported = info.kind == trace::PoolKind::Imported;
  const auto fresh = model_.judge_number(
      imported ? SerialState::Unallocated : SerialState::Unassigned, SerialState::Allocated);
  if (!fresh.allowed) {
    return refused("pool", std::string(fresh.reason), std::string(fresh.rule));
  }
  if (info.spec) {
    const auto pool = PACKTRAIL_TRY(numbering::Pool::create(*info.spec));
    PACKTRAIL_TRY(pool.check_allocation(info.issued, what.count));
    PACKTRAIL_TRY(check_issue(info, what.count, pools_of(info.spec->gtin)));
  } else if (!imported) {
    PACKTRAIL_TRY(check_series(info, what.count));
  }
  const auto runs = PACKTRAIL_TRY(view_.next_counters(what.pool, what.count));
  trace::encode_runs(runs, *command.fact.mutable_numbers_allocated()->mutable_counters());
  return Answer::Record;
}

Result<std::vector<trace::ObjectRun>> Judge::allocated_by(const ledger::v1::Fact& fact) {
  const auto& body = fact.numbers_allocated();
  return trace::decode_runs(body.counters(), trace::ObjectClass(body.object_class()));
}

// Only who was given a number may say what became of it: returned by somebody else it would be
// handed out a second time.
Status Judge::check_holder(const MoveNumbers& what) {
  for (const trace::ObjectRun& run : what.runs) {
    for (const trace::Holding& holding : view_.holders(run)) {
      if (holding.holder == what.order_id) continue;
      return refused("runs",
                     "number " + std::to_string(holding.run.first.instance()) +
                         " was allocated to " + holding.holder + ", not to " +
                         (what.order_id.empty() ? "nobody" : what.order_id),
                     "not_the_holder", "Name the recipient that holds the numbers.");
    }
  }
  return view_.failure();
}

Result<Answer> Judge::decide(PreparedCommand& command, const MoveNumbers& what) {
  ledger::v1::Fact stored;
  const Answer known = PACKTRAIL_TRY(same_token(token_of(*command.command), stored));
  if (known == Answer::Later) return known;
  if (known == Answer::Recorded) {
    const auto& before = stored.numbers_moved();
    const auto& now = command.fact.numbers_moved();
    const bool same_kind = stored.has_numbers_moved() &&
                           before.object_class() == now.object_class() &&
                           before.to_state() == now.to_state() && before.reason() == now.reason();
    if (same_kind) {
      const auto runs = PACKTRAIL_TRY(
          trace::decode_runs(before.counters(), trace::ObjectClass(before.object_class())));
      if (trace::to_set(runs) == trace::to_set(what.runs)) return known;
    }
    return exists("token", "the token was used for another move, or for an allocation",
                  "token_reused", "Use a new token for another move.");
  }
  if (static_cast<std::size_t>(what.to) >= numbering::kSerialStateCount) {
    return Error{.code = Errc::InvalidArgument,
                 .message = "no such state",
                 .field = "to",
                 .rule = "unknown_state"};
  }
  PACKTRAIL_TRY(check_issued(what.runs, "runs"));
  PACKTRAIL_TRY(check_holder(what));
  std::optional<SerialState> allowed;
  for (const trace::ObjectRun& run : what.runs) {
    for (std::uint64_t i = 0; i < run.count; ++i) {
      const std::uint64_t instance = run.first.instance() + i;
      const SerialState life =
          view_.state(trace::ObjectNumber(run.first.object_class(), instance)).life;
      if (life == allowed) continue;
      const auto verdict = model_.judge_number(life, what.to);
      if (!verdict.allowed) {
        return refused("runs",
                       "number " + std::to_string(instance) + " is " +
                           std::string(rules::state_name(life)) + ": " +
                           std::string(verdict.reason),
                       std::string(verdict.rule), "Leave this number out of the move.");
      }
      if (what.to == SerialState::Allocated) {
        return refused("to", "numbers are allocated from their pool, not moved there",
                       "allocation_is_no_move", "Allocate numbers of the pool.");
      }
      allowed = life;
    }
  }
  return Answer::Record;
}

std::string place_of(trace::ObjectNumber object, const std::optional<trace::PoolInfo>& pool) {
  const std::string object_class = std::to_string(object.object_class().value());
  const std::string instance = std::to_string(object.instance());
  if (!pool) return "class " + object_class + ", made elsewhere, object " + instance;
  if (pool->kind == trace::PoolKind::Imported) {
    return "class " + object_class + ", imported from " + pool->source + ", number " + instance;
  }
  return "class " + object_class + ", issued here, counter " + instance;
}

Result<Answer> Judge::repeat_import(PreparedCommand& command, const ImportNumbers& what,
                                    const ledger::v1::Fact& stored) {
  const auto& before = stored.numbers_imported();
  const auto& given = command.fact.numbers_imported();
  bool same = stored.has_numbers_imported() && before.object_class() == what.pool.value() &&
              before.file_sha256() == given.file_sha256();
  // What was taken is what is given, less what was left out then, which exists for that reason.
  std::vector<std::string_view> taken;
  for (const auto& run : before.numbers().runs()) {
    taken.insert(taken.end(), run.texts().begin(), run.texts().end());
  }
  ImportOutcome outcome{.taken = taken.size(), .clashes = {}};
  std::unordered_map<std::string_view, std::size_t> first_seen;
  std::size_t at = 0;
  for (std::size_t i = 0; same && i < command.serials.size(); ++i) {
    const auto [twin, is_new] = first_seen.emplace(command.serials[i].text(), i);
    if (at < taken.size() && given.numbers().runs(0).texts(static_cast<int>(i)) == taken[at]) {
      const auto text = [](const auto& import, std::size_t number) -> std::string_view {
        const int index = static_cast<int>(number);
        return index < import.companions_size() ? std::string_view(import.companions(index))
                                                : std::string_view();
      };
      same = text(before, at) == text(given, i);
      ++at;
      continue;
    }
    if (!is_new) {
      outcome.clashes.push_back({i, "number " + std::to_string(twin->second) + " of this import"});
      continue;
    }
    const auto other = view_.resolve(gs1::Sgtin{what.gtin, command.serials[i]});
    same = static_cast<bool>(other.object);
    outcome.clashes.push_back({i, place_of(other.object, view_.pool(other.object.object_class()))});
  }
  same = same && at == taken.size();
  if (same && what.on_clash == ImportNumbers::OnClash::Refuse && !outcome.clashes.empty()) {
    return exists("token",
                  "the token was used for these numbers, of which " +
                      std::to_string(outcome.clashes.size()) + " were left out",
                  "token_reused", "Repeat it as it was, or use a new token.");
  }
  if (!same) {
    return exists("token", "the token was used for other numbers", "token_reused",
                  "Use a new token for other numbers.");
  }
  command.import = std::move(outcome);
  return Answer::Recorded;
}

Result<Answer> Judge::decide(PreparedCommand& command, const ImportNumbers& what) {
  ledger::v1::Fact stored;
  const Answer known = PACKTRAIL_TRY(same_token(token_of(*command.command), stored));
  if (known == Answer::Later) return known;
  if (known == Answer::Recorded) return repeat_import(command, what, stored);
  const auto pool = PACKTRAIL_TRY(find_pool(what.pool, "pool"));
  if (pool.kind != trace::PoolKind::Imported || pool.gtin != what.gtin) {
    return refused("pool",
                   "class " + std::to_string(what.pool.value()) + " takes no numbers of " +
                       std::string(what.gtin.digits()),
                   "not_an_import_pool", "Create a pool of imported numbers for the GTIN.");
  }
  command.import = {};
  std::unordered_map<std::string_view, std::size_t> first_seen;
  std::vector<bool> left_out(command.serials.size(), false);
  for (std::size_t i = 0; i < command.serials.size(); ++i) {
    const gs1::SerialNumber& serial = command.serials[i];
    const auto [twin, is_new] = first_seen.emplace(serial.text(), i);
    std::string place;
    if (!is_new) {
      place = "number " + std::to_string(twin->second) + " of this import";
    } else if (const auto other = view_.resolve(gs1::Sgtin{what.gtin, serial}); other.object) {
      place = place_of(other.object, view_.pool(other.object.object_class()));
    }
    if (place.empty()) continue;
    if (what.on_clash == ImportNumbers::OnClash::Refuse) {
      return exists("serials/" + std::to_string(i),
                    std::string(serial.text()) + " exists already: " + place, "number_exists",
                    "Leave it out, or import what does not clash.");
    }
    left_out[i] = true;
    command.import.clashes.push_back({i, std::move(place)});
  }
  command.import.taken = command.serials.size() - command.import.clashes.size();
  if (command.import.clashes.empty()) return Answer::Record;
  if (command.import.taken == 0) {
    return exists("serials",
                  "every number exists already; the first: " + command.import.clashes.front().place,
                  "number_exists", "Nothing is left to import.");
  }
  auto& body = *command.fact.mutable_numbers_imported();
  ledger::v1::NumbersImported kept = body;
  kept.clear_companions();
  kept.mutable_numbers()->mutable_runs(0)->clear_texts();
  for (std::size_t i = 0; i < left_out.size(); ++i) {
    if (left_out[i]) continue;
    const int at = static_cast<int>(i);
    kept.mutable_numbers()->mutable_runs(0)->add_texts(body.numbers().runs(0).texts(at));
    if (body.companions_size() != 0) kept.add_companions(body.companions(at));
  }
  body = std::move(kept);
  const auto& texts = body.numbers().runs(0).texts();
  command.hashed = ledger_.commit_epcs(command.fact, {{texts.begin(), texts.end()}});
  return Answer::Record;
}

Result<Answer> Judge::decide(PreparedCommand&, const AdvancePool& what) {
  const auto info = PACKTRAIL_TRY(find_pool(what.pool, "pool"));
  if (what.next_counter < info.next_counter) {
    return refused("next_counter",
                   "numbers below " + std::to_string(info.next_counter) + " are issued already",
                   "counter_behind", "A pool only moves forward.");
  }
  if (what.next_counter < info.floor) {
    return refused("next_counter",
                   "numbers below " + std::to_string(info.floor) +
                       " are known to be issued by another copy of this ledger",
                   "below_floor",
                   "Advance at least to " + std::to_string(info.floor) +
                       ", past every number known to lines, exports and witnesses.");
  }
  std::uint64_t limit = trace::kInstanceMax;
  if (info.spec) {
    // Every counter passed over counts as issued.
    limit = std::min(limit, info.next_counter + info.remaining);
  } else if (info.kind == trace::PoolKind::Imported) {
    limit = info.known_end;
  }
  if (what.next_counter > limit) {
    return Error{.code = Errc::ResourceExhausted,
                 .message = "the pool may issue " + std::to_string(limit) + " numbers at most",
                 .field = "next_counter",
                 .rule = "pool_exhausted",
                 .remedy = "Create a pool of a new epoch."};
  }
  return Answer::Record;
}

Result<Answer> Judge::decide(PreparedCommand&, const BlockPools&) { return Answer::Record; }

// ---- Orders, the line, users ---------------------------------------------------------------

Result<Answer> Judge::decide(PreparedCommand&, const OpenOrder& what) {
  if (const auto order = view_.order(what.order_id)) {
    return exists("order_id",
                  "order " + what.order_id + " was opened at position " +
                      std::to_string(order->opened_at) +
                      (order->document == what.document ? " with the same document"
                                                        : " with another document"),
                  "order_exists", "Give the new order an id of its own.");
  }
  return Answer::Record;
}

Result<Answer> Judge::decide(PreparedCommand&, const ChangeOrderState& what) {
  if (!view_.order(what.order_id)) {
    return missing("order_id", "no order " + what.order_id, "no_such_order");
  }
  return Answer::Record;
}

Result<Answer> Judge::decide(PreparedCommand&, const RecordLine& what) {
  if (!view_.order(what.order_id)) {
    return missing("order_id", "no order " + what.order_id, "no_such_order");
  }
  PACKTRAIL_TRY(find_pool(what.object_class, "object_class"));
  PACKTRAIL_TRY(check_issued(what.passed, "passed"));
  return Answer::Record;
}

Result<Answer> Judge::decide(PreparedCommand&, const RecordUser&) { return Answer::Record; }

// ---- Repeated requests ---------------------------------------------------------------------

Result<std::optional<Receipt>> Judge::repeat(const Prepared& prepared, std::uint64_t first) {
  if (first >= ledger_.size()) return std::optional<Receipt>{};
  const Request& request = prepared.request;
  Receipt receipt{.first_position = first,
                  .facts = 0,
                  .repeated = true,
                  .record_time = {},
                  .allocated = {},
                  .created = {},
                  .imported = {}};
  ledger::v1::Fact fact;
  for (std::uint64_t at = first; at < ledger_.size(); ++at) {
    PACKTRAIL_TRY(ledger_.read_one(at, fact));
    const auto& envelope = fact.envelope();
    if (envelope.company() != request.actor.company ||
        envelope.idempotency_key() != as_text(request.idempotency_key) ||
        envelope.batch_index() != at - first) {
      break;
    }
    if (at == first) {
      if (envelope.request_digest() != as_text(prepared.digest)) {
        return exists(
            "idempotency_key",
            "the key was used for another request (position " + std::to_string(first) + ")",
            "idempotency_key_reused", "Use a new key for other content.");
      }
      receipt.record_time = UtcTime{envelope.record_time_us()};
    }
    ++receipt.facts;
    if (fact.has_pool_created()) {
      receipt.created.emplace_back(fact.pool_created().object_class());
    } else if (fact.has_sscc_series_created()) {
      receipt.created.emplace_back(fact.sscc_series_created().object_class());
    } else if (fact.has_imported_pool_created()) {
      receipt.created.emplace_back(fact.imported_pool_created().object_class());
    } else if (fact.has_numbers_imported()) {
      ImportOutcome outcome;
      for (const auto& run : fact.numbers_imported().numbers().runs()) {
        outcome.taken += static_cast<std::uint64_t>(run.texts_size());
      }
      receipt.imported.push_back(std::move(outcome));
    }
  }
  // By token, because numbers that an earlier request got have no fact in this one.
  for (const PreparedCommand& command : prepared.commands) {
    const auto* what = std::get_if<AllocateNumbers>(command.command);
    if (what == nullptr) continue;
    const auto position = view_.token_position(what->order_id, what->token);
    if (!position || *position >= ledger_.size()) {
      return Error{.code = Errc::DataLoss, .message = "an allocation of the request is missing"};
    }
    PACKTRAIL_TRY(ledger_.read_one(*position, fact));
    receipt.allocated.push_back(PACKTRAIL_TRY(allocated_by(fact)));
  }
  return std::optional<Receipt>(std::move(receipt));
}

}  // namespace packtrail::capture
