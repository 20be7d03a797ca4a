#include "trace/fact_event.h"

#include <google/protobuf/repeated_field.h>

#include "packtrail/ledger/v1/fact.pb.h"

namespace packtrail::trace {
namespace {

namespace v1 = ledger::v1;
using Kind = epcis::ExtensionField::Kind;
using StoredFields = google::protobuf::RepeatedPtrField<v1::ExtensionField>;

// The two enumerations agree but for the stored one's 0.
v1::ExtensionField::Kind stored_kind(Kind kind) {
  return static_cast<v1::ExtensionField::Kind>(static_cast<int>(kind) + 1);
}
Kind event_kind(v1::ExtensionField::Kind kind) {
  return kind == v1::ExtensionField::KIND_UNSPECIFIED
             ? Kind::Text
             : static_cast<Kind>(static_cast<int>(kind) - 1);
}
static_assert(static_cast<int>(Kind::Text) + 1 == v1::ExtensionField::KIND_TEXT);
static_assert(static_cast<int>(Kind::Array) + 1 == v1::ExtensionField::KIND_ARRAY);

void store(const epcis::ExtensionFields& fields, StoredFields& out) {
  for (const auto& field : fields) {
    auto& stored = *out.Add();
    stored.set_prefix(field.prefix);
    stored.set_namespace_uri(field.namespace_uri);
    stored.set_local_name(field.local_name);
    stored.set_kind(stored_kind(field.kind));
    stored.set_text(field.text);
    store(field.children, *stored.mutable_children());
  }
}

epcis::ExtensionFields restore(const StoredFields& stored) {
  epcis::ExtensionFields fields;
  fields.reserve(static_cast<std::size_t>(stored.size()));
  for (const auto& from : stored) {
    epcis::ExtensionField field;
    field.prefix = from.prefix();
    field.namespace_uri = from.namespace_uri();
    field.local_name = from.local_name();
    field.kind = event_kind(from.kind());
    field.text = from.text();
    field.children = restore(from.children());
    fields.push_back(std::move(field));
  }
  return fields;
}

void store(const std::vector<epcis::QuantityElement>& elements, v1::QuantityList& out) {
  for (const auto& element : elements) {
    auto& stored = *out.add_elements();
    stored.set_epc_class(element.epc_class);
    stored.set_quantity(element.quantity);
    stored.set_uom(element.uom);
  }
}

std::vector<epcis::QuantityElement> restore(const v1::QuantityList& stored) {
  std::vector<epcis::QuantityElement> elements;
  for (const auto& element : stored.elements()) {
    elements.push_back({element.epc_class(), element.quantity(), element.uom()});
  }
  return elements;
}

template <class Parties>
void store_parties(const Parties& parties, google::protobuf::RepeatedPtrField<v1::TypedText>& out) {
  for (const auto& party : parties) {
    auto& stored = *out.Add();
    stored.set_type(party.type.text);
    stored.set_text(party.id);
  }
}

template <class Party>
std::vector<Party> restore_parties(
    const google::protobuf::RepeatedPtrField<v1::TypedText>& stored) {
  std::vector<Party> parties;
  for (const auto& from : stored) parties.push_back({{from.type()}, from.text()});
  return parties;
}

epcis::EventTime restore_time(const std::string& text) {
  epcis::EventTime time;
  time.text = text;
  if (const auto instant = UtcTime::parse(text)) time.instant = *instant;
  return time;
}

Status restore_list(const v1::EpcList& list, const ledger::EpcTexts& texts, epcis::TextList& out) {
  return texts.expand(list, [&](std::string_view text) { out.push_back(text); });
}

void collect_prefixes(const epcis::ExtensionFields& fields, epcis::EventContext& context) {
  for (const auto& field : fields) {
    if (!field.prefix.empty() && context.namespace_of(field.prefix) == nullptr) {
      context.entries.push_back(
          {epcis::ContextEntry::Kind::Prefix, field.prefix, field.namespace_uri});
    }
    collect_prefixes(field.children, context);
  }
}

}  // namespace

void copy_event_fields(const epcis::Event& event, v1::EpcisEvent& out) {
  out.set_type(static_cast<v1::EpcisEvent::Type>(static_cast<int>(event.type) + 1));
  if (event.action) {
    out.set_action(static_cast<v1::EpcisEvent::Action>(static_cast<int>(*event.action) + 1));
  }
  out.set_event_time(event.event_time.text);
  out.set_event_time_us(event.event_time.instant.us);
  out.set_time_zone_offset(event.time_zone_offset);
  out.set_event_id(event.event_id);
  out.set_biz_step(event.biz_step.text);
  out.set_disposition(event.disposition.text);
  out.set_read_point(event.read_point.id);
  out.set_biz_location(event.biz_location.id);
  store(event.read_point.extensions, *out.mutable_read_point_extensions());
  store(event.biz_location.extensions, *out.mutable_biz_location_extensions());
  store_parties(event.biz_transactions, *out.mutable_biz_transactions());
  store_parties(event.sources, *out.mutable_sources());
  store_parties(event.destinations, *out.mutable_destinations());
  if (!event.quantity_list.empty()) store(event.quantity_list, *out.mutable_quantities());
  if (!event.child_quantities.empty()) {
    store(event.child_quantities, *out.mutable_child_quantities());
  }
  if (!event.input_quantities.empty()) {
    store(event.input_quantities, *out.mutable_input_quantities());
  }
  if (!event.output_quantities.empty()) {
    store(event.output_quantities, *out.mutable_output_quantities());
  }
  out.set_transformation_id(event.transformation_id);
  for (const auto& term : event.persistent_disposition.set) {
    out.add_persistent_disposition_set(term.text);
  }
  for (const auto& term : event.persistent_disposition.unset) {
    out.add_persistent_disposition_unset(term.text);
  }
  if (event.error_declaration) {
    auto& declaration = *out.mutable_error_declaration();
    declaration.set_declaration_time(event.error_declaration->declaration_time.text);
    declaration.set_reason(event.error_declaration->reason.text);
    for (const auto& id : event.error_declaration->corrective_event_ids) {
      declaration.add_corrective_event_ids(id);
    }
    store(event.error_declaration->extensions, *declaration.mutable_extensions());
  }
  store(event.ilmd, *out.mutable_ilmd());
  store(event.sensor_elements, *out.mutable_sensor_elements());
  store(event.extensions, *out.mutable_extensions());
  for (const auto& info : event.certification_info) out.add_certification_info(info);
}

Result<epcis::Event> to_event(const v1::Fact& fact, const ledger::EpcTexts& texts) {
  if (!fact.has_epcis_event()) return Error{.message = "the fact is no EPCIS event"};
  const auto& from = fact.epcis_event();
  if (from.type() == v1::EpcisEvent::TYPE_UNSPECIFIED) {
    return Error{.code = Errc::DataLoss, .message = "the stored event has no type"};
  }
  epcis::Event event;
  event.type = static_cast<epcis::EventType>(static_cast<int>(from.type()) - 1);
  if (from.action() != v1::EpcisEvent::ACTION_UNSPECIFIED) {
    event.action = static_cast<epcis::Action>(static_cast<int>(from.action()) - 1);
  }
  event.event_time = {UtcTime{from.event_time_us()}, from.event_time()};
  event.time_zone_offset = from.time_zone_offset();
  event.record_time = epcis::EventTime::of(UtcTime{fact.envelope().record_time_us()});
  event.event_id = from.event_id();
  event.biz_step.text = from.biz_step();
  event.disposition.text = from.disposition();
  event.read_point = {from.read_point(), restore(from.read_point_extensions())};
  event.biz_location = {from.biz_location(), restore(from.biz_location_extensions())};
  event.biz_transactions = restore_parties<epcis::BizTransaction>(from.biz_transactions());
  event.sources = restore_parties<epcis::SourceDest>(from.sources());
  event.destinations = restore_parties<epcis::SourceDest>(from.destinations());
  PACKTRAIL_TRY(restore_list(from.epc_list(), texts, event.epc_list));
  PACKTRAIL_TRY(
      texts.expand(from.parent(), [&](std::string_view text) { event.parent_id = text; }));
  PACKTRAIL_TRY(restore_list(from.child_epcs(), texts, event.child_epcs));
  PACKTRAIL_TRY(restore_list(from.input_epcs(), texts, event.input_epcs));
  PACKTRAIL_TRY(restore_list(from.output_epcs(), texts, event.output_epcs));
  event.quantity_list = restore(from.quantities());
  event.child_quantities = restore(from.child_quantities());
  event.input_quantities = restore(from.input_quantities());
  event.output_quantities = restore(from.output_quantities());
  event.transformation_id = from.transformation_id();
  for (const auto& text : from.persistent_disposition_set()) {
    event.persistent_disposition.set.push_back({text});
  }
  for (const auto& text : from.persistent_disposition_unset()) {
    event.persistent_disposition.unset.push_back({text});
  }
  if (from.has_error_declaration()) {
    const auto& declared = from.error_declaration();
    epcis::ErrorDeclaration declaration;
    declaration.declaration_time = restore_time(declared.declaration_time());
    declaration.reason.text = declared.reason();
    declaration.corrective_event_ids.assign(declared.corrective_event_ids().begin(),
                                            declared.corrective_event_ids().end());
    declaration.extensions = restore(declared.extensions());
    event.error_declaration = std::move(declaration);
  }
  event.ilmd = restore(from.ilmd());
  event.sensor_elements = restore(from.sensor_elements());
  event.extensions = restore(from.extensions());
  event.certification_info.assign(from.certification_info().begin(),
                                  from.certification_info().end());
  return event;
}

void add_context(epcis::Document& document) {
  for (const epcis::Event& event : document.events) {
    collect_prefixes(event.ilmd, document.context);
    collect_prefixes(event.sensor_elements, document.context);
    collect_prefixes(event.extensions, document.context);
    collect_prefixes(event.read_point.extensions, document.context);
    collect_prefixes(event.biz_location.extensions, document.context);
    if (event.error_declaration) {
      collect_prefixes(event.error_declaration->extensions, document.context);
    }
  }
}

}  // namespace packtrail::trace
