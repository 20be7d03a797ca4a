// What each kind of fact does to the projections.
#include <algorithm>

#include "epcis/master_data.h"
#include "packtrail/ledger/v1/fact.pb.h"
#include "trace/coding.h"
#include "trace/epc_runs.h"
#include "trace/pending.h"

namespace packtrail::trace {

using ledger::v1::EpcisEvent;
using ledger::v1::Fact;

namespace {

Error cannot_apply(std::string why) {
  return Error{.code = Errc::DataLoss, .message = "the fact cannot be applied: " + std::move(why)};
}

}  // namespace

Status Pending::apply(const Fact& fact) {
  PACKTRAIL_TRY(refusal_);
  start();
  Status status;
  if (fact.envelope().position() != position_) {
    status = cannot_apply("position " + std::to_string(fact.envelope().position()) +
                          " does not follow " + std::to_string(position_));
  } else {
    company_ = terms_.number(fact.envelope().company());
    status = apply_body(fact);
    if (status) status = lens_.failure();
  }
  if (!status) {
    refusal_ = status;
    return status;
  }
  const auto& envelope = fact.envelope();
  if (!envelope.idempotency_key().empty()) {
    std::string position;
    put_varint(position, position_);
    layer_.put_cell(cell::request(envelope.company(), as_bytes(envelope.idempotency_key()),
                                  envelope.batch_index()),
                    std::move(position));
  }
  ++position_;
  return {};
}

Status Pending::apply_body(const Fact& fact) {
  switch (fact.body_case()) {
    case Fact::kEpcisEvent:
      return apply_event(fact.envelope(), fact.epcis_event());
    case Fact::kPoolCreated:
      return apply_pool(fact.envelope(), fact.pool_created());
    case Fact::kSsccSeriesCreated:
      return apply_series(fact.envelope(), fact.sscc_series_created());
    case Fact::kNumbersAllocated:
      return apply_allocated(fact.envelope(), fact.numbers_allocated());
    case Fact::kNumbersMoved:
      return apply_moved(fact.envelope(), fact.numbers_moved());
    case Fact::kImportedPoolCreated:
      return apply_imported_pool(fact.envelope(), fact.imported_pool_created());
    case Fact::kNumbersImported:
      return apply_imported(fact.numbers_imported());
    case Fact::kPoolAdvanced:
      return apply_advanced(fact.pool_advanced());
    case Fact::kPoolsBlocked:
      return apply_blocked(fact.pools_blocked());
    case Fact::kOrderOpened:
      return apply_opened(fact.order_opened());
    case Fact::kOrderStateChanged:
      return apply_order_state(fact.order_state_changed());
    case Fact::kLineRecord:    // Answers no question that trace/ is asked.
    case Fact::kUserRecorded:  // Belongs to access/.
      return {};
    case Fact::BODY_NOT_SET:
      break;
  }
  return cannot_apply("its body is of an unknown kind");
}

// ---- EPC lists -----------------------------------------------------------------------------

Result<std::vector<ObjectRun>> Pending::objects_of(const ledger::v1::EpcList& list) {
  std::vector<ObjectRun> out;
  for (const ledger::v1::EpcRun& run : list.runs()) {
    if (run.object_class() == 0) {
      for (const std::string& text : run.texts()) {
        append_object(out, PACKTRAIL_TRY(object_of_text(text)));
      }
      continue;
    }
    const ClassInfo* info = classes_->find(ObjectClass(run.object_class()));
    if (info == nullptr) {
      return cannot_apply("object class " + std::to_string(run.object_class()) + " does not exist");
    }
    const std::uint64_t next = known_end(*info, counters_[info->index]);
    for (const ObjectRun& piece : PACKTRAIL_TRY(decode_runs(run))) {
      if (piece.first.instance() + piece.count > next) {
        return cannot_apply("it names a number of class " + std::to_string(run.object_class()) +
                            " that was never issued");
      }
      append_run(out, piece);
    }
  }
  return out;
}

Result<ObjectNumber> Pending::object_of_text(const std::string& text) {
  const auto parsed = gs1::parse_epc(text);
  if (!parsed) return cannot_apply("'" + text + "' is no EPC");
  const Resolution known = resolve(parsed->value);
  if (known.object) return known.object;
  const bool urn = parsed->spelling.kind == gs1::EpcSpelling::Kind::Urn;
  return add_foreign(parsed->value, urn ? parsed->spelling.gcp_length : 0);
}

ObjectNumber Pending::add_foreign(const gs1::Epc& epc, std::size_t gcp_length) {
  const Scheme scheme = scheme_of(epc);
  const auto* sgtin = std::get_if<gs1::Sgtin>(&epc);
  const auto find = [&]() -> const ClassInfo* {
    if (sgtin == nullptr) return classes_->dictionary(scheme);
    const GtinClasses* own = classes_->of_gtin(sgtin->gtin);
    return own == nullptr ? nullptr : own->dictionary.get();
  };
  const ClassInfo* dictionary = find();
  if (dictionary == nullptr) {
    ClassInfo made;
    made.object_class = classes_->next_class();
    made.kind = ClassKind::Dictionary;
    made.scheme = scheme;
    made.company = terms_.peek(company_);
    if (sgtin != nullptr) made.gtin = sgtin->gtin;
    Status added = add_class(std::move(made));
    if (!added) lens_.fail(std::move(added).error());
    dictionary = find();
    if (dictionary == nullptr) return {};
  }
  ClassCounter& counter = counter_of(*dictionary);
  return add_text(*dictionary, epc, gcp_length, counter.next++);
}

ObjectNumber Pending::add_text(const ClassInfo& info, const gs1::Epc& epc, std::size_t gcp_length,
                               std::uint64_t instance) {
  const std::string text = dictionary_text(epc);
  std::string number;
  put_varint(number, instance);
  layer_.put_cell(cell::instance(info.object_class.value(), text), std::move(number));
  layer_.put_cell(cell::key_text(info.object_class.value(), instance),
                  std::string(1, static_cast<char>(gcp_length)) + text);
  reserve(epc);
  return ObjectNumber(info.object_class, instance);
}

void Pending::reserve(const gs1::Epc& epc) {
  for (const auto& [info, number] : counters_to_skip(classes(), epc)) {
    counter_of(*info).has_skips = true;
    layer_.put_cell(cell::skip(info->object_class.value(), number), std::string());
  }
}

// ---- EPCIS events --------------------------------------------------------------------------

BatchId Pending::batch_of(const EpcisEvent& event) {
  std::string_view lot;
  std::string_view expiry;
  std::string expiry_iso;
  for (const ledger::v1::ExtensionField& field : event.ilmd()) {
    if (!epcis::is_master_data(field.namespace_uri())) continue;
    if (field.local_name() == epcis::kLotNumber) lot = field.text();
    if (field.local_name() == epcis::kItemExpirationDate) {
      // The fact keeps the spelling; one day is one batch, however it was written.
      const auto day = epcis::parse_xsd_date(field.text());
      expiry_iso = day ? day->to_iso() : std::string();
      expiry = day ? std::string_view(expiry_iso) : std::string_view(field.text());
    }
  }
  if (lot.empty() && expiry.empty()) return {};
  std::string text;
  put_text(text, lot);
  put_text(text, expiry);
  return BatchId(batches_.number(text));
}

Status Pending::apply_event(const ledger::v1::Envelope&, const EpcisEvent& event) {
  if (!event.event_id().empty()) {
    std::string key = cell::event_id(event.event_id());
    // The first fact of an id keeps it: an error declaration repeats the id of its event.
    if (!lens_.cell(key)) {
      std::string position;
      put_varint(position, position_);
      layer_.put_cell(std::move(key), std::move(position));
    }
  }
  Change change;
  change.event_time_us = event.event_time_us();
  change.disposition = term_id(event.disposition());
  change.read_point = term_id(event.read_point());
  change.biz_location = term_id(event.biz_location());
  if (event.has_error_declaration()) change = Change{};

  const bool aggregates =
      event.type() == EpcisEvent::TYPE_AGGREGATION || event.type() == EpcisEvent::TYPE_ASSOCIATION;
  if (aggregates && !event.has_error_declaration()) return apply_aggregation(event, change);

  const RunSet subjects = to_set(PACKTRAIL_TRY(objects_of(event.epc_list())));
  const RunSet inputs = to_set(PACKTRAIL_TRY(objects_of(event.input_epcs())));
  const RunSet outputs = to_set(PACKTRAIL_TRY(objects_of(event.output_epcs())));
  RunSet named = unite(subjects, unite(inputs, outputs));
  named = unite(named, to_set(PACKTRAIL_TRY(objects_of(event.parent()))));
  named = unite(named, to_set(PACKTRAIL_TRY(objects_of(event.child_epcs()))));
  record(named, HistoryKind::Named, {}, event.event_time_us());
  if (event.has_error_declaration()) return {};

  if (event.type() == EpcisEvent::TYPE_OBJECT) {
    change.batch = batch_of(event);
    change.life = event.life_after();
    change.quarantine = static_cast<std::uint32_t>(event.quarantine());
    if (change.life >= numbering::kSerialStateCount) return cannot_apply("unknown life state");
    change_states(subjects, change);
  } else if (event.type() == EpcisEvent::TYPE_TRANSFORMATION) {
    Change consumed;
    consumed.event_time_us = change.event_time_us;
    change_states(subtract(inputs, outputs), consumed);
    change.batch = batch_of(event);
    change_states(outputs, change);
  } else if (event.type() != EpcisEvent::TYPE_TRANSACTION) {
    return cannot_apply("unknown event type");
  }
  return {};
}

Status Pending::apply_aggregation(const EpcisEvent& event, Change change) {
  const std::vector<ObjectRun> parents = PACKTRAIL_TRY(objects_of(event.parent()));
  if (count_objects(parents) > 1) return cannot_apply("more than one parent");
  RunSet children = to_set(PACKTRAIL_TRY(objects_of(event.child_epcs())));
  const bool has_parent = !parents.empty();
  const ObjectNumber parent = has_parent ? parents.front().first : ObjectNumber();
  const bool joins = has_parent && event.action() == EpcisEvent::ACTION_ADD;
  const bool leaves = has_parent && event.action() == EpcisEvent::ACTION_DELETE;
  if (leaves && children.empty() && event.child_quantities().elements().empty()) {
    children = lens_.children(parent);  // No child named: all of them.
  }
  if (has_parent) {
    const RunSet own = to_set(parents);
    if (!subtract(own, children).size()) return cannot_apply("an object is its own parent");
    change_states(own, change);
    record(own, HistoryKind::Named, {}, event.event_time_us());
  }
  Change child = change;
  child.parent = parent;
  if (joins) {
    child.hierarchy = Change::Hierarchy::Join;
    child.link = ChildLink::Scanned;
  } else if (leaves) {
    child.hierarchy = Change::Hierarchy::Leave;
  }
  const Changed changed = change_states(children, child);
  HistoryKind kind = HistoryKind::Named;
  RunSet moved;
  for (const auto& [former, objects] : changed.left) {
    remove_children(former, objects);
    moved = unite(moved, objects);
  }
  if (joins) {
    kind = HistoryKind::Joined;
    moved = changed.runs;
    add_children(parent, moved);
  } else if (leaves) {
    kind = HistoryKind::Left;
  }
  record(moved, kind, parent, event.event_time_us());
  record(subtract(children, moved), HistoryKind::Named, {}, event.event_time_us());
  return {};
}

// ---- numbers -------------------------------------------------------------------------------

Status Pending::add_class(ClassInfo info) {
  if (info.object_class.value() == 0 || info.object_class.value() > kObjectClassMax ||
      classes_->find(info.object_class) != nullptr) {
    return cannot_apply("object class " + std::to_string(info.object_class.value()) +
                        " is taken or out of range");
  }
  info.index = static_cast<std::uint32_t>(classes_->all().size());
  if (own_classes_ == nullptr) {
    own_classes_ = std::make_shared<ClassIndex>(*classes_);
    classes_ = own_classes_;
  }
  auto added = std::make_shared<const ClassInfo>(std::move(info));
  own_classes_->add(added);
  ClassCounter& counter = counters_.emplace_back();
  counter.blocked = added->kind != ClassKind::Dictionary &&
                    lens_.cell(cell::of_class(cell::kFloor, 0)).has_value();
  counter_changed_.push_back(true);
  any_counter_changed_ = true;
  layer_.put_cell(cell::of_class(cell::kClass, added->object_class.value()), encode_class(*added));
  return {};
}

ClassCounter& Pending::counter_of(const ClassInfo& info) {
  counter_changed_[info.index] = true;
  any_counter_changed_ = true;
  return counters_[info.index];
}

Result<const ClassInfo*> Pending::numbered_class(std::uint32_t object_class) const {
  const ClassInfo* info = classes_->find(ObjectClass(object_class));
  if (info == nullptr || info->kind == ClassKind::Dictionary) {
    return cannot_apply("no pool or series has class " + std::to_string(object_class));
  }
  return info;
}

// Numbers that came from elsewhere before the pool or series was made stay theirs.
Status Pending::reserve_dictionary(const ClassInfo& made) {
  std::vector<const ClassInfo*> sources;
  if (made.kind == ClassKind::Pool) {
    const GtinClasses& own = *classes_->of_gtin(*made.gtin);
    sources.push_back(own.dictionary.get());
    for (const ClassPtr& imported : own.imported) sources.push_back(imported.get());
  } else {
    sources.push_back(classes_->dictionary(Scheme::Sscc));
  }
  for (const ClassInfo* source : sources) {
    if (source == nullptr) continue;
    const std::uint64_t size = known_end(*source, counters_[source->index]);
    for (std::uint64_t instance = 0; instance < size; ++instance) {
      std::size_t gcp_length = 0;
      const gs1::Epc epc = PACKTRAIL_TRY(
          epc_of(lens_, classes(), ObjectNumber(source->object_class, instance), gcp_length));
      reserve(epc);
    }
  }
  return {};
}

Status Pending::apply_pool(const ledger::v1::Envelope& envelope,
                           const ledger::v1::PoolCreated& body) {
  const auto gtin = gs1::Gtin::parse(body.gtin());
  const auto alphabet = numbering::Alphabet::parse(body.alphabet());
  if (!gtin || !alphabet) return cannot_apply("the pool's GTIN or alphabet is wrong");
  ClassInfo info;
  info.object_class = ObjectClass(body.object_class());
  info.kind = ClassKind::Pool;
  info.company = envelope.company();
  info.gtin = *gtin;
  info.gcp_length = body.gcp_length();
  info.product_name = body.product_name();
  info.made_us = envelope.record_time_us();
  info.key_check_value.assign(body.key_check_value().begin(), body.key_check_value().end());
  // The name goes into the permutation, so it follows from the fact and from nothing else.
  numbering::PoolSpec spec{
      .id = numbering::PoolId(body.gtin() + "-" + std::to_string(body.epoch())),
      .gtin = *gtin,
      .alphabet = *alphabet,
      .length = body.length(),
      .epoch = body.epoch(),
      .key_id = numbering::KeyId(body.key_id()),
      .planned_quantity = body.planned_quantity(),
      .rules = {.prefix = body.prefix(),
                .first_characters = body.first_characters(),
                .excluded_words = {body.excluded_words().begin(), body.excluded_words().end()}},
      .format = body.format(),
      .market = body.market(),
      .owner = body.owner(),
      .low_water = body.low_water()};
  if (const GtinClasses* own = classes_->of_gtin(*gtin)) {
    for (const ClassPtr& pool : own->pools) {
      const numbering::PoolSpec& other = *pool->spec;
      if (other.alphabet == spec.alphabet && other.length == spec.length &&
          other.epoch == spec.epoch && other.key_id == spec.key_id) {
        return cannot_apply("another pool makes the same serial numbers");
      }
    }
  }
  info.spec = std::move(spec);
  PACKTRAIL_TRY(derive_cipher(info, keys_));
  PACKTRAIL_TRY(add_class(std::move(info)));
  return reserve_dictionary(*classes_->find(ObjectClass(body.object_class())));
}

Status Pending::apply_series(const ledger::v1::Envelope& envelope,
                             const ledger::v1::SsccSeriesCreated& body) {
  if (!gs1::CompanyPrefix::parse(body.company_prefix()) || body.extension_digit() > 9) {
    return cannot_apply("the SSCC series' company prefix or extension digit is wrong");
  }
  for (const ClassPtr& other : classes_->series()) {
    const std::string& a = other->company_prefix;
    const std::string& b = body.company_prefix();
    if (other->extension_digit == body.extension_digit() &&
        (a.starts_with(b) || b.starts_with(a))) {
      return cannot_apply("another SSCC series makes the same numbers");
    }
  }
  ClassInfo info;
  info.object_class = ObjectClass(body.object_class());
  info.kind = ClassKind::Series;
  info.scheme = Scheme::Sscc;
  info.company = envelope.company();
  info.company_prefix = body.company_prefix();
  info.extension_digit = body.extension_digit();
  info.made_us = envelope.record_time_us();
  info.gcp_length = static_cast<unsigned>(body.company_prefix().size());
  PACKTRAIL_TRY(add_class(std::move(info)));
  return reserve_dictionary(*classes_->find(ObjectClass(body.object_class())));
}

Status Pending::apply_imported_pool(const ledger::v1::Envelope& envelope,
                                    const ledger::v1::ImportedPoolCreated& body) {
  const auto gtin = gs1::Gtin::parse(body.gtin());
  if (!gtin) return cannot_apply("the pool's GTIN is wrong");
  ClassInfo info;
  info.object_class = ObjectClass(body.object_class());
  info.kind = ClassKind::Imported;
  info.company = envelope.company();
  info.gtin = *gtin;
  info.gcp_length = body.gcp_length();
  info.product_name = body.product_name();
  info.made_us = envelope.record_time_us();
  info.imported = {.source = body.source(),
                   .owner = body.owner(),
                   .market = body.market(),
                   .format = body.format(),
                   .low_water = body.low_water()};
  return add_class(std::move(info));
}

Status Pending::apply_imported(const ledger::v1::NumbersImported& body) {
  const ClassInfo* info = PACKTRAIL_TRY(numbered_class(body.object_class()));
  if (info->kind != ClassKind::Imported) return cannot_apply("the pool makes its own numbers");
  put_token({}, body.token());
  ClassCounter& counter = counter_of(*info);
  const std::uint64_t first = counter.size;
  const bool has_companions = body.companions_size() != 0;
  for (const ledger::v1::EpcRun& run : body.numbers().runs()) {
    if (run.object_class() != 0) return cannot_apply("imported numbers are texts");
    for (const std::string& text : run.texts()) {
      const auto parsed = gs1::parse_epc(text);
      const auto* sgtin = parsed ? std::get_if<gs1::Sgtin>(&parsed->value) : nullptr;
      if (sgtin == nullptr || sgtin->gtin != *info->gtin) {
        return cannot_apply("'" + text + "' is no number of the pool's GTIN");
      }
      if (resolve(parsed->value).object) return cannot_apply("'" + text + "' is known already");
      if (counter.size >= kInstanceMax) return cannot_apply("the pool is full");
      const std::uint64_t instance = counter.size++;
      add_text(*info, parsed->value, info->gcp_length, instance);
      if (!has_companions) continue;
      const auto at = static_cast<int>(instance - first);
      if (at >= body.companions_size()) return cannot_apply("companions are missing");
      layer_.put_cell(cell::companion(body.object_class(), instance), body.companions(at));
    }
  }
  const std::uint64_t count = counter.size - first;
  if (count == 0) return cannot_apply("no number is imported");
  if (has_companions && static_cast<std::uint64_t>(body.companions_size()) != count) {
    return cannot_apply("there are more companions than numbers");
  }
  add_fresh({ObjectNumber(info->object_class, first), count}, numbering::SerialState::Unallocated);
  return {};
}

void Pending::put_token(std::string_view order_id, std::string_view token) {
  if (token.empty()) return;
  std::string position;
  put_varint(position, position_);
  layer_.put_cell(cell::allocation(order_id, token), std::move(position));
}

void Pending::add_usage(const ClassInfo& info, std::string_view line, std::int64_t record_time_us,
                        std::uint64_t count) {
  if (count == 0 || record_time_us < 0) return;
  std::string key =
      cell::usage(info.object_class.value(),
                  static_cast<std::uint64_t>(record_time_us / numbering::kUsageStepUs), line);
  std::uint64_t before = 0;
  if (const auto known = lens_.cell(key)) before = Decoder(*known).varint();
  std::string value;
  put_varint(value, before + count);
  layer_.put_cell(std::move(key), std::move(value));
}

Status Pending::add_reservation(const ClassInfo& info, const ledger::v1::Envelope& envelope,
                                const ledger::v1::NumbersAllocated& body,
                                const std::vector<ObjectRun>& runs) {
  const std::string key = cell::reserved(info.object_class.value(), body.line());
  Reservation reservation;
  if (const auto known = lens_.cell(key)) {
    reservation = PACKTRAIL_TRY(decode_reservation(key, *known));
    // What the line has used up or given back is history.
    std::erase_if(reservation.runs, [&](const ObjectRun& run) {
      bool open = false;
      lens_.scan_states(run.first, ObjectNumber::from_value(run.first.value() + run.count - 1),
                        [&](const StateRun& piece) {
                          open = piece.state.life == numbering::SerialState::Allocated;
                          return !open;
                        });
      return !open;
    });
  }
  if (reservation.runs.empty()) reservation.since_us = envelope.record_time_us();
  reservation.until_us = std::max(reservation.until_us, body.until_us());
  reservation.low_water = body.low_water();
  reservation.runs.insert(reservation.runs.end(), runs.begin(), runs.end());
  layer_.put_cell(key, encode_reservation(reservation));
  counter_of(info).has_lines = true;
  return {};
}

// Bound of the counters that one allocation looks at and leaves out.
constexpr std::uint64_t kGapMax = std::uint64_t{1} << 28;

void Pending::skip_gap(const ClassInfo& info, std::uint64_t first, std::uint64_t end) {
  for (std::uint64_t number = first; number < end; ++number) {
    if (!info.cipher->admits(info.cipher->encode(number))) continue;  // Its text says so itself.
    std::string key = cell::skip(info.object_class.value(), number);
    if (lens_.cell(key)) continue;
    counter_of(info).has_skips = true;
    layer_.put_cell(std::move(key), std::string());
  }
}

// Numbers of a pool or series are drawn in the order of their counters.
Status Pending::apply_drawn(const ClassInfo& info, const std::vector<ObjectRun>& runs) {
  ClassCounter& counter = counter_of(info);
  for (const ObjectRun& run : runs) {
    const std::uint64_t first = run.first.instance();
    const std::uint64_t end = first + run.count;
    if (first < counter.next) return cannot_apply("a number is issued twice");
    if (first - counter.next > kGapMax) return cannot_apply("too many counters are left out");
    if (info.kind == ClassKind::Pool) {
      if (end > info.cipher->space()) return cannot_apply("a number beyond the pool's space");
      skip_gap(info, counter.next, first);
    }
    if (counter.has_skips) {
      bool clash = false;
      lens_.scan_cells(cell::of_class(cell::kSkip, info.object_class.value()),
                       cell::skip(info.object_class.value(), first),
                       [&](std::string_view key, std::string_view) {
                         clash = Decoder(key.substr(key.size() - 8)).be64() < end;
                         return false;
                       });
      if (clash) return cannot_apply("a number that came from elsewhere is issued");
    }
    counter.next = end;
    counter.issued += run.count;
    add_fresh(run, numbering::SerialState::Allocated);
  }
  return {};
}

// Numbers of an imported pool: such as came back, and the next ones.
Status Pending::apply_handed_out(const ClassInfo& info, const std::vector<ObjectRun>& runs) {
  ClassCounter& counter = counter_of(info);
  for (const ObjectRun& run : runs) {
    const std::uint64_t first = run.first.instance();
    const std::uint64_t end = first + run.count;
    if (end > counter.size) return cannot_apply("a number that was not imported is issued");
    if (first > counter.next) {
      bool waits = false;  // Only what may not be handed out any more is passed over.
      lens_.scan_states(ObjectNumber(info.object_class, counter.next),
                        ObjectNumber(info.object_class, first - 1), [&](const StateRun& passed) {
                          waits = passed.state.life == numbering::SerialState::Unallocated;
                          return !waits;
                        });
      if (waits) return cannot_apply("a number that waits is passed over");
    }
    for (std::uint64_t value = first; value < end; ++value) {
      if (lens_.state(ObjectNumber(info.object_class, value)).life !=
          numbering::SerialState::Unallocated) {
        return cannot_apply("a number is issued twice");
      }
    }
    const std::uint64_t fresh = end > counter.next ? end - std::max(first, counter.next) : 0;
    counter.returned -= std::min(counter.returned, run.count - fresh);
    counter.next = std::max(counter.next, end);
    counter.issued += fresh;
  }
  Change change;
  change.life = static_cast<std::uint32_t>(numbering::SerialState::Allocated);
  change_states(to_set(runs), change);
  return {};
}

Status Pending::apply_allocated(const ledger::v1::Envelope& envelope,
                                const ledger::v1::NumbersAllocated& body) {
  const ClassInfo* info = PACKTRAIL_TRY(numbered_class(body.object_class()));
  put_token(body.order_id(), body.token());
  const auto runs = PACKTRAIL_TRY(decode_runs(body.counters(), info->object_class));
  if (counters_[info->index].blocked) return cannot_apply("the pool is blocked");
  PACKTRAIL_TRY(info->kind == ClassKind::Imported ? apply_handed_out(*info, runs)
                                                  : apply_drawn(*info, runs));
  put_holder(runs, body.order_id());
  // A reservation is no consumption yet: what its line writes to labels is.
  if (!body.line().empty()) return add_reservation(*info, envelope, body, runs);
  add_usage(*info, {}, envelope.record_time_us(), count_objects(runs));
  return {};
}

Status Pending::apply_moved(const ledger::v1::Envelope& envelope,
                            const ledger::v1::NumbersMoved& body) {
  using numbering::SerialState;
  const ClassInfo* info = PACKTRAIL_TRY(numbered_class(body.object_class()));
  const RunSet runs = to_set(PACKTRAIL_TRY(decode_runs(body.counters(), info->object_class)));
  if (body.to_state() == 0 || body.to_state() >= numbering::kSerialStateCount) {
    return cannot_apply("unknown life state");
  }
  ClassCounter& counter = counter_of(*info);
  if (!runs.empty() &&
      runs.back().first.instance() + runs.back().count > known_end(*info, counter)) {
    return cannot_apply("a number that was never issued is moved");
  }
  put_token(body.order_id(), body.token());
  const auto to = static_cast<SerialState>(body.to_state());
  if (info->kind == ClassKind::Imported) count_returned(counter, runs, to);
  if (to == SerialState::Unallocated) put_holder(runs, {});
  if (to == SerialState::Encoded && counter.has_lines) {
    const std::string prefix = cell::of_class(cell::kReserved, info->object_class.value());
    std::vector<Reservation> lines;
    lens_.scan_cells(prefix, prefix, [&](std::string_view key, std::string_view value) {
      auto line = decode_reservation(key, value);
      if (!line) {
        lens_.fail(std::move(line).error());
        return false;
      }
      lines.push_back(*std::move(line));
      return true;
    });
    for (const Reservation& line : lines) {
      const RunSet own = to_set(line.runs);
      const std::uint64_t used = count_objects(runs) - count_objects(subtract(runs, own));
      add_usage(*info, line.line, envelope.record_time_us(), used);
      add_usage(*info, {}, envelope.record_time_us(), used);
    }
  }
  Change change;
  change.life = body.to_state();
  change_states(runs, change);
  return {};
}

// How many numbers of an imported pool, handed out once, wait to be handed out again.
void Pending::count_returned(ClassCounter& counter, const RunSet& runs, numbering::SerialState to) {
  using numbering::SerialState;
  for (const ObjectRun& run : runs) {
    for (std::uint64_t i = 0; i < run.count; ++i) {
      const ObjectNumber object(run.first.object_class(), run.first.instance() + i);
      if (object.instance() >= counter.next) continue;  // Not handed out yet.
      const bool waits = lens_.state(object).life == SerialState::Unallocated;
      if (waits && to != SerialState::Unallocated) {
        counter.returned -= std::min<std::uint64_t>(counter.returned, 1);
      }
      if (!waits && to == SerialState::Unallocated) ++counter.returned;
    }
  }
}

Status Pending::apply_advanced(const ledger::v1::PoolAdvanced& body) {
  const ClassInfo* info = PACKTRAIL_TRY(numbered_class(body.object_class()));
  ClassCounter& counter = counter_of(*info);
  if (body.next_counter() < counter.next || body.next_counter() > kInstanceMax) {
    return cannot_apply("a pool cannot go back");
  }
  if (body.next_counter() < floor_of(info->object_class)) {
    return cannot_apply("numbers beyond are known to be issued");
  }
  if (info->kind == ClassKind::Imported && body.next_counter() > counter.size) {
    return cannot_apply("an imported pool has no more numbers");
  }
  if (info->kind == ClassKind::Imported) {
    // Another copy may have handed out the ones passed over, and those that wait after a return.
    RunSet doubtful;
    if (body.next_counter() > 0) {
      lens_.scan_states(ObjectNumber(info->object_class, 0),
                        ObjectNumber(info->object_class, body.next_counter() - 1),
                        [&](const StateRun& run) {
                          if (run.state.life == numbering::SerialState::Unallocated) {
                            doubtful.push_back({run.first, run.count});
                          }
                          return true;
                        });
    }
    Change change;
    change.life = static_cast<std::uint32_t>(numbering::SerialState::SnInvalid);
    change_states(to_set(doubtful), change);
    counter.returned = 0;
  }
  // What another copy may have issued counts as issued: a guess may hit it.
  counter.issued += body.next_counter() - counter.next;
  counter.next = body.next_counter();
  counter.blocked = false;
  return {};
}

// A copy may have been made of any ledger state, and what came after it is not known here: a pool
// made later may be one that the other copy has made too.
Status Pending::apply_blocked(const ledger::v1::PoolsBlocked& body) {
  for (const ClassPtr& info : classes_->all()) {
    if (info->kind != ClassKind::Dictionary) counter_of(*info).blocked = true;
  }
  layer_.put_cell(cell::of_class(cell::kFloor, 0), std::string());
  for (const auto& floor : body.floors()) {
    const ObjectClass object_class(floor.object_class());
    if (object_class.value() == 0 || object_class.value() > kObjectClassMax ||
        floor.next_counter() > kInstanceMax) {
      return cannot_apply("a floor is out of range");
    }
    std::string next;
    put_varint(next, std::max(floor_of(object_class), floor.next_counter()));
    layer_.put_cell(cell::of_class(cell::kFloor, object_class.value()), std::move(next));
  }
  return {};
}

// ---- orders --------------------------------------------------------------------------------

Status Pending::apply_opened(const ledger::v1::OrderOpened& body) {
  if (order(body.order_id())) return cannot_apply("the order is open already");
  OrderInfo info;
  info.order_id = body.order_id();
  info.document = body.document();
  info.opened_at = position_;
  layer_.put_cell(cell::order(body.order_id()), encode_order(info));
  return {};
}

Status Pending::apply_order_state(const ledger::v1::OrderStateChanged& body) {
  auto info = order(body.order_id());
  if (!info) return cannot_apply("no such order");
  info->state = body.state();
  if (!body.document().empty()) info->state_document = body.document();
  layer_.put_cell(cell::order(body.order_id()), encode_order(*info));
  return {};
}

}  // namespace packtrail::trace
