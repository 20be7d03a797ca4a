#include "capture/event_fact.h"

#include <string>

#include "epcis/master_data.h"
#include "packtrail/ledger/v1/fact.pb.h"

namespace packtrail::capture {
namespace {

using google::protobuf::RepeatedPtrField;
using ledger::v1::EpcisEvent;
using StoredField = ledger::v1::ExtensionField;
using Kind = epcis::ExtensionField::Kind;

// The stored enumerations have a 0 of their own; otherwise they count as the event's do.
static_assert(static_cast<int>(Kind::Text) + 1 == StoredField::KIND_TEXT);
static_assert(static_cast<int>(Kind::Array) + 1 == StoredField::KIND_ARRAY);
static_assert(static_cast<int>(epcis::EventType::Association) + 1 == EpcisEvent::TYPE_ASSOCIATION);
static_assert(static_cast<int>(epcis::Action::Delete) + 1 == EpcisEvent::ACTION_DELETE);

void write_fields(const epcis::ExtensionFields& fields, RepeatedPtrField<StoredField>& out) {
  out.Reserve(static_cast<int>(fields.size()));
  for (const epcis::ExtensionField& field : fields) {
    StoredField& to = *out.Add();
    to.set_prefix(field.prefix);
    to.set_namespace_uri(field.namespace_uri);
    to.set_local_name(field.local_name);
    to.set_kind(static_cast<StoredField::Kind>(static_cast<int>(field.kind) + 1));
    to.set_text(field.text);
    write_fields(field.children, *to.mutable_children());
  }
}

epcis::ExtensionFields read_fields(const RepeatedPtrField<StoredField>& fields) {
  epcis::ExtensionFields out;
  out.reserve(static_cast<std::size_t>(fields.size()));
  for (const StoredField& field : fields) {
    epcis::ExtensionField& to = out.emplace_back();
    to.prefix = field.prefix();
    to.namespace_uri = field.namespace_uri();
    to.local_name = field.local_name();
    if (field.kind() != StoredField::KIND_UNSPECIFIED) {
      to.kind = static_cast<Kind>(static_cast<int>(field.kind()) - 1);
    }
    to.text = field.text();
    to.children = read_fields(field.children());
  }
  return out;
}

// An absent list stays absent: the canonical encoding has no empty one.
template <class Mutable>
void write_quantities(const std::vector<epcis::QuantityElement>& elements, Mutable&& make) {
  if (elements.empty()) return;
  ledger::v1::QuantityList& out = *make();
  for (const epcis::QuantityElement& element : elements) {
    auto& to = *out.add_elements();
    to.set_epc_class(element.epc_class);
    to.set_quantity(element.quantity);
    to.set_uom(element.uom);
  }
}

std::vector<epcis::QuantityElement> read_quantities(const ledger::v1::QuantityList& list) {
  std::vector<epcis::QuantityElement> out;
  out.reserve(static_cast<std::size_t>(list.elements_size()));
  for (const auto& element : list.elements()) {
    out.push_back({element.epc_class(), element.quantity(), element.uom()});
  }
  return out;
}

Status read_list(const ledger::v1::EpcList& list, const ledger::EpcTexts& texts,
                 epcis::TextList& out) {
  if (list.runs_size() == 0) return {};
  return texts.expand(list, [&](std::string_view text) { out.push_back(text); });
}

template <class Pairs>
void write_pairs(const Pairs& pairs, RepeatedPtrField<ledger::v1::TypedText>& out) {
  for (const auto& pair : pairs) {
    auto& to = *out.Add();
    to.set_type(pair.type.text);
    to.set_text(pair.id);
  }
}

template <class Pair>
std::vector<Pair> read_pairs(const RepeatedPtrField<ledger::v1::TypedText>& pairs) {
  std::vector<Pair> out;
  out.reserve(static_cast<std::size_t>(pairs.size()));
  for (const auto& pair : pairs) out.push_back({{pair.type()}, pair.text()});
  return out;
}

}  // namespace

Status write_event(const epcis::Event& event, EpcisEvent& out) {
  if (event.error_declaration) {
    return Error{.code = Errc::FailedPrecondition,
                 .message = "error declarations are not recorded yet",
                 .field = "errorDeclaration",
                 .rule = "error_declaration_unsupported",
                 .remedy = "Leave the wrong event as it is, and record what is true now."};
  }
  out.set_type(static_cast<EpcisEvent::Type>(static_cast<int>(event.type) + 1));
  if (event.action) {
    out.set_action(static_cast<EpcisEvent::Action>(static_cast<int>(*event.action) + 1));
  }
  out.set_event_time(event.event_time.text);
  out.set_event_time_us(event.event_time.instant.us);
  out.set_time_zone_offset(event.time_zone_offset);
  out.set_event_id(event.event_id);
  out.set_biz_step(event.biz_step.text);
  out.set_disposition(event.disposition.text);
  out.set_read_point(event.read_point.id);
  out.set_biz_location(event.biz_location.id);
  write_fields(event.read_point.extensions, *out.mutable_read_point_extensions());
  write_fields(event.biz_location.extensions, *out.mutable_biz_location_extensions());
  write_pairs(event.biz_transactions, *out.mutable_biz_transactions());
  write_pairs(event.sources, *out.mutable_sources());
  write_pairs(event.destinations, *out.mutable_destinations());
  write_quantities(event.quantity_list, [&] { return out.mutable_quantities(); });
  write_quantities(event.child_quantities, [&] { return out.mutable_child_quantities(); });
  write_quantities(event.input_quantities, [&] { return out.mutable_input_quantities(); });
  write_quantities(event.output_quantities, [&] { return out.mutable_output_quantities(); });
  out.set_transformation_id(event.transformation_id);
  for (const auto& term : event.persistent_disposition.set) {
    out.add_persistent_disposition_set(term.text);
  }
  for (const auto& term : event.persistent_disposition.unset) {
    out.add_persistent_disposition_unset(term.text);
  }
  write_fields(event.ilmd, *out.mutable_ilmd());
  write_fields(event.sensor_elements, *out.mutable_sensor_elements());
  write_fields(event.extensions, *out.mutable_extensions());
  for (const std::string& text : event.certification_info) out.add_certification_info(text);
  return {};
}

Result<epcis::Event> read_event(const EpcisEvent& body, const ledger::EpcTexts& texts) {
  epcis::Event event;
  if (body.type() == EpcisEvent::TYPE_UNSPECIFIED || body.has_error_declaration()) {
    return Error{.code = Errc::DataLoss,
                 .message = "a stored event has no type, or an error declaration"};
  }
  event.type = static_cast<epcis::EventType>(static_cast<int>(body.type()) - 1);
  if (body.action() != EpcisEvent::ACTION_UNSPECIFIED) {
    event.action = static_cast<epcis::Action>(static_cast<int>(body.action()) - 1);
  }
  event.event_time = {UtcTime{body.event_time_us()}, body.event_time()};
  event.time_zone_offset = body.time_zone_offset();
  event.event_id = body.event_id();
  event.biz_step.text = body.biz_step();
  event.disposition.text = body.disposition();
  event.read_point = {body.read_point(), read_fields(body.read_point_extensions())};
  event.biz_location = {body.biz_location(), read_fields(body.biz_location_extensions())};
  event.biz_transactions = read_pairs<epcis::BizTransaction>(body.biz_transactions());
  event.sources = read_pairs<epcis::SourceDest>(body.sources());
  event.destinations = read_pairs<epcis::SourceDest>(body.destinations());
  PACKTRAIL_TRY(read_list(body.epc_list(), texts, event.epc_list));
  epcis::TextList parent;
  PACKTRAIL_TRY(read_list(body.parent(), texts, parent));
  if (!parent.empty()) event.parent_id = parent[0];
  PACKTRAIL_TRY(read_list(body.child_epcs(), texts, event.child_epcs));
  PACKTRAIL_TRY(read_list(body.input_epcs(), texts, event.input_epcs));
  PACKTRAIL_TRY(read_list(body.output_epcs(), texts, event.output_epcs));
  event.quantity_list = read_quantities(body.quantities());
  event.child_quantities = read_quantities(body.child_quantities());
  event.input_quantities = read_quantities(body.input_quantities());
  event.output_quantities = read_quantities(body.output_quantities());
  event.transformation_id = body.transformation_id();
  for (const auto& text : body.persistent_disposition_set()) {
    event.persistent_disposition.set.push_back({text});
  }
  for (const auto& text : body.persistent_disposition_unset()) {
    event.persistent_disposition.unset.push_back({text});
  }
  event.ilmd = read_fields(body.ilmd());
  event.sensor_elements = read_fields(body.sensor_elements());
  event.extensions = read_fields(body.extensions());
  event.certification_info.assign(body.certification_info().begin(),
                                  body.certification_info().end());
  return event;
}

std::string content_of(const EpcisEvent& body) {
  EpcisEvent bare = body;
  bare.clear_epc_list();
  bare.clear_parent();
  bare.clear_child_epcs();
  bare.clear_input_epcs();
  bare.clear_output_epcs();
  bare.clear_life_after();
  bare.clear_quarantine();
  bare.clear_rule_model();
  return bare.SerializeAsString();
}

Result<LotData> lot_data(const epcis::Event& event) {
  LotData found;
  for (const epcis::ExtensionField& field : event.ilmd) {
    if (!epcis::is_master_data(field.namespace_uri)) continue;
    if (field.local_name == epcis::kLotNumber) found.lot = field.text;
    if (field.local_name != epcis::kItemExpirationDate) continue;
    const auto day = epcis::parse_xsd_date(field.text);
    if (!day || field.kind != Kind::Text) {
      return Error{.code = Errc::InvalidArgument,
                   .message = "the expiry '" + field.text + "' is no date",
                   .field = "ilmd/itemExpirationDate",
                   .rule = "expiry_syntax",
                   .remedy = "Write it as 2027-12-31; a time zone may follow (xsd:date)."};
    }
    found.expiry = day->to_iso();
  }
  return found;
}

}  // namespace packtrail::capture
