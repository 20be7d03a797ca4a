#include "epcis/json_writer.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "epcis/cbv.h"
#include "epcis/context.h"
#include "epcis/json_text.h"

namespace packtrail::epcis {

using Kind = ExtensionField::Kind;

void JsonWriter::name(std::string_view name) {
  if (comma_) out_.push_back(',');
  append_json_string(out_, name);
  out_.push_back(':');
  comma_ = true;
}

void JsonWriter::text(std::string_view key, std::string_view text) {
  name(key);
  append_json_string(out_, text);
}

void JsonWriter::optional_text(std::string_view key, std::string_view value) {
  if (!value.empty()) text(key, value);
}

void JsonWriter::term(const CbvTerm& term) {
  // word() takes CBV spellings apart, and only those; the user's own URIs stay whole.
  append_json_string(out_, spelling_ == CbvSpelling::BareWord ? term.word() : term.text);
}

void JsonWriter::optional_term(std::string_view key, const CbvTerm& value) {
  if (value.empty()) return;
  name(key);
  term(value);
}

template <class Texts>
void JsonWriter::texts(std::string_view key, const Texts& texts) {
  name(key);
  out_.push_back('[');
  bool first = true;
  for (const auto& item : texts) {
    if (!std::exchange(first, false)) out_.push_back(',');
    append_json_string(out_, item);
  }
  out_.push_back(']');
}

void JsonWriter::terms(std::string_view key, const std::vector<CbvTerm>& terms) {
  if (terms.empty()) return;
  name(key);
  out_.push_back('[');
  for (std::size_t i = 0; i < terms.size(); ++i) {
    if (i != 0) out_.push_back(',');
    term(terms[i]);
  }
  out_.push_back(']');
}

void JsonWriter::quantities(std::string_view key, const std::vector<QuantityElement>& quantities) {
  if (quantities.empty()) return;
  name(key);
  out_.push_back('[');
  for (std::size_t i = 0; i < quantities.size(); ++i) {
    out_.append(i == 0 ? "{" : ",{");
    comma_ = false;
    text("epcClass", quantities[i].epc_class);
    if (!quantities[i].quantity.empty()) {
      name("quantity");
      out_.append(quantities[i].quantity);
    }
    optional_text("uom", quantities[i].uom);
    out_.push_back('}');
  }
  out_.push_back(']');
  comma_ = true;
}

void JsonWriter::parties(std::string_view list, std::string_view key,
                         const std::vector<SourceDest>& parties) {
  if (parties.empty()) return;
  name(list);
  out_.push_back('[');
  for (std::size_t i = 0; i < parties.size(); ++i) {
    out_.append(i == 0 ? "{" : ",{");
    comma_ = false;
    optional_term("type", parties[i].type);
    text(key, parties[i].id);
    out_.push_back('}');
  }
  out_.push_back(']');
  comma_ = true;
}

void JsonWriter::value(const ExtensionField& field) {
  switch (field.kind) {
    case Kind::Text:
      append_json_string(out_, field.text);
      break;
    case Kind::Number:
    case Kind::Bool:
      out_.append(field.text);
      break;
    case Kind::Null:
      out_.append("null");
      break;
    case Kind::Object:
      out_.push_back('{');
      comma_ = false;
      fields(field.children);
      out_.push_back('}');
      break;
    case Kind::Array:
      out_.push_back('[');
      for (std::size_t i = 0; i < field.children.size(); ++i) {
        if (i != 0) out_.push_back(',');
        value(field.children[i]);
      }
      out_.push_back(']');
      break;
  }
  comma_ = true;
}

void JsonWriter::fields(const ExtensionFields& fields) {
  for (const ExtensionField& field : fields) {
    // One prefix for two namespaces in one event: the whole URI says it as well.
    const bool declared =
        field.prefix.empty() ||
        resolve_prefix(field.prefix, event_context_, document_context_) == field.namespace_uri;
    name(declared ? field.name() : field.namespace_uri + field.local_name);
    value(field);
  }
}

void JsonWriter::place(std::string_view key, const Place& place) {
  if (place.empty()) return;
  name(key);
  out_.push_back('{');
  comma_ = false;
  text("id", place.id);
  fields(place.extensions);
  out_.push_back('}');
}

void JsonWriter::error_declaration(const ErrorDeclaration& declaration) {
  name("errorDeclaration");
  out_.push_back('{');
  comma_ = false;
  text("declarationTime", declaration.declaration_time.text);
  optional_term("reason", declaration.reason);
  if (!declaration.corrective_event_ids.empty()) {
    texts("correctiveEventIDs", declaration.corrective_event_ids);
  }
  fields(declaration.extensions);
  out_.push_back('}');
}

void JsonWriter::context(const EventContext& context, Scope scope) {
  name("@context");
  out_.push_back('[');
  const bool has_vocabulary = std::any_of(
      context.entries.begin(), context.entries.end(),
      [](const ContextEntry& entry) { return entry.kind == ContextEntry::Kind::Vocabulary; });
  bool first = true, in_object = false;
  if (!has_vocabulary && scope == Scope::Document) {
    append_json_string(out_, kEpcisContextUri);
    first = false;
  }
  for (const ContextEntry& entry : context.entries) {
    if (entry.kind == ContextEntry::Kind::Vocabulary) {
      if (std::exchange(in_object, false)) out_.push_back('}');
      if (!std::exchange(first, false)) out_.push_back(',');
      append_json_string(out_, entry.value);
      continue;
    }
    if (!in_object) {
      out_.append(std::exchange(first, false) ? "{" : ",{");
      in_object = true;
    } else {
      out_.push_back(',');
    }
    append_json_string(out_, entry.name);
    out_.push_back(':');
    if (entry.kind == ContextEntry::Kind::Prefix) {
      append_json_string(out_, entry.value);
    } else {
      out_.append(entry.value);
    }
  }
  if (in_object) out_.push_back('}');
  out_.push_back(']');
  comma_ = true;
}

void JsonWriter::declare_missing(const ExtensionFields& fields) {
  for (const ExtensionField& field : fields) {
    if (!field.prefix.empty() && event_context_.namespace_of(field.prefix) == nullptr &&
        resolve_prefix(field.prefix, {}, document_context_) != field.namespace_uri) {
      event_context_.entries.push_back(
          {ContextEntry::Kind::Prefix, field.prefix, field.namespace_uri});
    }
    declare_missing(field.children);
  }
}

void JsonWriter::open_event(const Event& event, EventContext context) {
  event_context_ = std::move(context);
  declare_missing(event.extensions);
  declare_missing(event.ilmd);
  declare_missing(event.sensor_elements);
  declare_missing(event.read_point.extensions);
  declare_missing(event.biz_location.extensions);
  if (event.error_declaration) declare_missing(event.error_declaration->extensions);
}

void JsonWriter::begin(const Document& document) {
  document_context_ = document.context;
  event_context_ = {};
  PACKTRAIL_ASSERT(document.kind != Document::Kind::BareEvent);
  is_query_ = document.kind == Document::Kind::QueryDocument;
  out_.push_back('{');
  comma_ = false;
  context(document.context, Scope::Document);
  optional_text("id", document.id);
  text("type", is_query_ ? "EPCISQueryDocument" : "EPCISDocument");
  if (is_query_) {
    optional_text("schemaVersion", document.schema_version);
  } else {
    text("schemaVersion", document.schema_version.empty() ? "2.0" : document.schema_version);
  }
  optional_text("creationDate", document.creation_date);
  optional_text("instanceIdentifier", document.instance_identifier);
  optional_text("sender", document.sender);
  optional_text("receiver", document.receiver);
  if (!document.header.empty()) {
    name("epcisHeader");
    out_.append(document.header);
  }
  fields(document.extensions);
  name("epcisBody");
  out_.push_back('{');
  comma_ = false;
  if (is_query_) {
    name("queryResults");
    out_.push_back('{');
    comma_ = false;
    text("queryName", document.query_name);
    optional_text("subscriptionID", document.subscription_id);
    name("resultsBody");
    out_.push_back('{');
    comma_ = false;
    if (!document.vocabulary_list.empty()) {
      name("vocabularyList");
      out_.append(document.vocabulary_list);
    }
  }
  name("eventList");
  out_.push_back('[');
  comma_ = false;
}

void JsonWriter::event(const Event& event) {
  out_.append(comma_ ? ",{" : "{");
  comma_ = false;
  open_event(event, event.context);
  if (!event_context_.entries.empty()) context(event_context_, Scope::Event);
  event_members(event);
  out_.push_back('}');
  comma_ = true;
}

void JsonWriter::bare_event(const Event& event, const EventContext& outer) {
  out_.push_back('{');
  comma_ = false;
  document_context_ = {};
  EventContext joined = outer;
  for (const ContextEntry& entry : event.context.entries) {
    if (std::find(joined.entries.begin(), joined.entries.end(), entry) == joined.entries.end()) {
      joined.entries.push_back(entry);
    }
  }
  open_event(event, std::move(joined));
  context(event_context_, Scope::Document);
  event_members(event);
  out_.push_back('}');
}

void JsonWriter::end() { out_.append(is_query_ ? "]}}}}" : "]}}"); }

// Lists that the JSON schema asks for are written even when they are empty.
void JsonWriter::object_and_parent(const Event& event) {
  const bool object = event.type == EventType::Object;
  const bool transaction = event.type == EventType::Transaction;
  optional_text("parentID", event.parent_id);
  const bool epcs_required = transaction || (object && event.sensor_elements.empty());
  if (!event.epc_list.empty() || (epcs_required && event.quantity_list.empty())) {
    texts("epcList", event.epc_list);
  }
  quantities("quantityList", event.quantity_list);
  if (!event.child_epcs.empty()) texts("childEPCs", event.child_epcs);
  quantities("childQuantityList", event.child_quantities);
  if (!event.input_epcs.empty()) texts("inputEPCList", event.input_epcs);
  quantities("inputQuantityList", event.input_quantities);
  if (!event.output_epcs.empty()) texts("outputEPCList", event.output_epcs);
  quantities("outputQuantityList", event.output_quantities);
  optional_text("transformationID", event.transformation_id);
}

void JsonWriter::event_members(const Event& event) {
  text("type", to_string(event.type));
  optional_text("eventID", event.event_id);
  text("eventTime", event.event_time.text);
  text("eventTimeZoneOffset", event.time_zone_offset);
  if (event.record_time) text("recordTime", event.record_time->text);
  if (event.error_declaration) error_declaration(*event.error_declaration);
  if (!event.certification_info.empty()) texts("certificationInfo", event.certification_info);
  object_and_parent(event);
  if (event.action) text("action", to_string(*event.action));
  optional_term("bizStep", event.biz_step);
  optional_term("disposition", event.disposition);
  if (!event.persistent_disposition.empty()) {
    name("persistentDisposition");
    out_.push_back('{');
    comma_ = false;
    terms("set", event.persistent_disposition.set);
    terms("unset", event.persistent_disposition.unset);
    out_.push_back('}');
  }
  place("readPoint", event.read_point);
  place("bizLocation", event.biz_location);
  if (!event.biz_transactions.empty()) {
    name("bizTransactionList");
    out_.push_back('[');
    for (std::size_t i = 0; i < event.biz_transactions.size(); ++i) {
      out_.append(i == 0 ? "{" : ",{");
      comma_ = false;
      optional_term("type", event.biz_transactions[i].type);
      text("bizTransaction", event.biz_transactions[i].id);
      out_.push_back('}');
    }
    out_.push_back(']');
    comma_ = true;
  }
  parties("sourceList", "source", event.sources);
  parties("destinationList", "destination", event.destinations);
  if (!event.sensor_elements.empty()) {
    name("sensorElementList");
    out_.push_back('[');
    for (std::size_t i = 0; i < event.sensor_elements.size(); ++i) {
      if (i != 0) out_.push_back(',');
      value(event.sensor_elements[i]);
    }
    out_.push_back(']');
  }
  if (!event.ilmd.empty()) {
    name("ilmd");
    out_.push_back('{');
    comma_ = false;
    fields(event.ilmd);
    out_.push_back('}');
  }
  fields(event.extensions);
}

std::string write_json(const Document& document, CbvSpelling spelling) {
  std::string out;
  JsonWriter writer(out, spelling);
  if (document.kind == Document::Kind::BareEvent) {
    PACKTRAIL_ASSERT(document.events.size() == 1);
    writer.bare_event(document.events.front(), document.context);
    return out;
  }
  writer.begin(document);
  for (const Event& event : document.events) writer.event(event);
  writer.end();
  return out;
}

}  // namespace packtrail::epcis
