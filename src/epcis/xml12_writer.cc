#include "epcis/xml12_writer.h"

#include <algorithm>

#include "epcis/cbv.h"
#include "epcis/check.h"
#include "epcis/json_text.h"

namespace packtrail::epcis {
namespace {

using Kind = ExtensionField::Kind;

constexpr const char* kRule = "EPCIS 1.2 XML schema";
constexpr std::string_view kEpcisNamespace = "urn:epcglobal:epcis:xsd:1";
constexpr std::string_view kSbdhNamespace =
    "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader";
// The CBV master data attributes: JSON-LD ends its namespace with a colon, XML does not.
constexpr std::string_view kMasterDataJson = "urn:epcglobal:cbv:mda:";
constexpr std::string_view kMasterDataXml = "urn:epcglobal:cbv:mda";

std::string_view xml_namespace(std::string_view json_namespace) {
  return json_namespace == kMasterDataJson ? kMasterDataXml : json_namespace;
}

Error refuse(std::string_view at, std::string message, std::string remedy = {}) {
  return Error{.message = std::move(message),
               .field = std::string(at),
               .rule = kRule,
               .remedy = std::move(remedy)};
}

std::string inside(std::string_view at, std::string_view key) {
  std::string result(at);
  append_pointer_token(result, key);
  return result;
}

std::string inside(std::string_view at, std::size_t index) {
  return std::string(at).append("/").append(std::to_string(index));
}

// XML 1.0 section 2.2 (Char), for text that is UTF-8 already.
bool is_xml_text(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 && c != '\t' && c != '\n' && c != '\r') return false;
    // U+FFFE and U+FFFF.
    if (c == 0xEF && i + 2 < text.size() && static_cast<unsigned char>(text[i + 1]) == 0xBF &&
        static_cast<unsigned char>(text[i + 2]) >= 0xBE) {
      return false;
    }
  }
  return true;
}

// Namespaces in XML 1.0 (NCName), for ASCII; other letters pass as they are.
bool is_ncname(std::string_view name) {
  const auto starts = [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  if (name.empty() || !starts(static_cast<unsigned char>(name[0]))) return false;
  return std::all_of(name.begin(), name.end(), [&](char c) {
    return starts(static_cast<unsigned char>(c)) || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

// Escapes for element content and attribute values alike.
void append_xml(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out.append("&amp;");
        break;
      case '<':
        out.append("&lt;");
        break;
      case '>':
        out.append("&gt;");
        break;
      case '"':
        out.append("&quot;");
        break;
      case '\r':
        out.append("&#13;");
        break;
      case '\n':
        out.append("&#10;");
        break;
      case '\t':
        out.append("&#9;");
        break;
      default:
        out.push_back(c);
    }
  }
}

void append_namespace(std::string& out, std::string_view prefix, std::string_view uri) {
  out.append(" xmlns:").append(prefix).append("=\"");
  append_xml(out, uri);
  out.push_back('"');
}

// Prefixes that this writer or XML itself uses.
bool is_reserved_prefix(std::string_view prefix) {
  return prefix == "epcis" || prefix == "sbdh" || prefix.starts_with("xml");
}

}  // namespace

void Xml12Writer::element(std::string_view name, std::string_view text) {
  out_.append("<").append(name).append(">");
  append_xml(out_, text);
  out_.append("</").append(name).append(">");
}

Status Xml12Writer::begin(const Document& document, const std::optional<Sbdh>& header) {
  const struct {
    bool present;
    const char* at;
    const char* remedy;
  } foreign[] = {
      {document.kind == Document::Kind::QueryDocument, "/type", "Write its events as a document."},
      {!document.header.empty(), "/epcisHeader", "Send the master data as EPCIS 2.0 JSON."},
      {!document.id.empty(), "/id", "Leave it out, or use the instance identifier of the SBDH."},
      {!document.sender.empty(), "/sender", "Name the sender in the SBDH."},
      {!document.receiver.empty(), "/receiver", "Name the receiver in the SBDH."},
      {!document.instance_identifier.empty(), "/instanceIdentifier", "Give it in the SBDH."},
  };
  for (const auto& member : foreign) {
    if (member.present) return refuse(member.at, "is not written to EPCIS 1.2", member.remedy);
  }
  // User fields of a document stand behind the body in 1.2, out of reach of a streaming writer.
  if (!document.extensions.empty()) {
    return refuse(inside("", document.extensions.front().name()),
                  "user fields of a document are not written to EPCIS 1.2",
                  "Put them into the events.");
  }
  if (!UtcTime::parse(document.creation_date)) {
    return refuse("/creationDate", "is not a time with a time zone");
  }
  if (header) {
    for (const SbdhPartner* partner : {&header->sender, &header->receiver}) {
      if (partner->identifier.empty() || !is_xml_text(partner->identifier) ||
          !is_xml_text(partner->authority)) {
        return refuse(partner == &header->sender ? "/sender" : "/receiver",
                      "the SBDH needs the identifier of the party");
      }
    }
    if (header->instance_identifier.empty() || !is_xml_text(header->instance_identifier)) {
      return refuse("/instanceIdentifier", "the SBDH needs an instance identifier");
    }
    if (!UtcTime::parse(header->created.text)) {
      return refuse("/creationDate", "the SBDH needs a time with a time zone");
    }
  }
  out_.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<epcis:EPCISDocument");
  append_namespace(out_, "epcis", kEpcisNamespace);
  if (header) append_namespace(out_, "sbdh", kSbdhNamespace);
  for (const ContextEntry& entry : document.context.entries) {
    if (entry.kind != ContextEntry::Kind::Prefix || !is_ncname(entry.name) ||
        is_reserved_prefix(entry.name)) {
      continue;  // A field that needs such a prefix is refused when it comes.
    }
    namespaces_.emplace_back(entry.name, xml_namespace(entry.value));
    append_namespace(out_, entry.name, namespaces_.back().second);
  }
  out_.append(" schemaVersion=\"1.2\" creationDate=\"");
  append_xml(out_, document.creation_date);
  out_.append("\">\n");
  if (header) {
    out_.append("<EPCISHeader><sbdh:StandardBusinessDocumentHeader>");
    element("sbdh:HeaderVersion", "1.0");
    const auto partner = [&](std::string_view name, const SbdhPartner& party) {
      out_.append("<").append(name).append("><sbdh:Identifier");
      if (!party.authority.empty()) {
        out_.append(" Authority=\"");
        append_xml(out_, party.authority);
        out_.push_back('"');
      }
      out_.push_back('>');
      append_xml(out_, party.identifier);
      out_.append("</sbdh:Identifier></").append(name).append(">");
    };
    partner("sbdh:Sender", header->sender);
    partner("sbdh:Receiver", header->receiver);
    out_.append("<sbdh:DocumentIdentification>");
    element("sbdh:Standard", "EPCglobal");
    element("sbdh:TypeVersion", "1.0");
    element("sbdh:InstanceIdentifier", header->instance_identifier);
    element("sbdh:Type", "Events");
    element("sbdh:CreationDateAndTime", header->created.text);
    out_.append(
        "</sbdh:DocumentIdentification></sbdh:StandardBusinessDocumentHeader></EPCISHeader>\n");
  }
  out_.append("<EPCISBody><EventList>\n");
  return {};
}

Status Xml12Writer::event(const Event& event) {
  const std::string at = inside("/epcisBody/eventList", event_count_);
  PACKTRAIL_TRY(check_event(event, at));
  const std::size_t begin = out_.size();
  const std::size_t scope = namespaces_.size();
  Status written = event_element(event, at);
  namespaces_.resize(scope);
  if (!written) {
    out_.resize(begin);
    return written;
  }
  ++event_count_;
  return {};
}

void Xml12Writer::end() { out_.append("</EventList></EPCISBody></epcis:EPCISDocument>\n"); }

Status Xml12Writer::event_element(const Event& event, std::string_view at) {
  const struct {
    bool present;
    const char* name;
  } foreign[] = {
      {event.type == EventType::Association, "type"},
      {!event.sensor_elements.empty(), "sensorElementList"},
      {!event.persistent_disposition.empty(), "persistentDisposition"},
      {!event.certification_info.empty(), "certificationInfo"},
  };
  for (const auto& member : foreign) {
    if (member.present) {
      return refuse(inside(at, member.name), "EPCIS 1.2 has no such thing",
                    "Send the event as EPCIS 2.0.");
    }
  }
  const std::string_view name = to_string(event.type);
  const bool transformation = event.type == EventType::Transformation;
  if (transformation) out_.append("<extension>");
  out_.append("<").append(name).append(">");
  element("eventTime", event.event_time.text);
  if (event.record_time) element("recordTime", event.record_time->text);
  element("eventTimeZoneOffset", event.time_zone_offset);
  PACKTRAIL_TRY(base_extension(event, at));
  switch (event.type) {
    case EventType::Object:
      PACKTRAIL_TRY(epcs("epcList", "epcList", event.epc_list, at));
      break;
    case EventType::Aggregation:
    case EventType::Association:
      if (!event.parent_id.empty()) {
        PACKTRAIL_TRY(identifier("parentID", event.parent_id, inside(at, "parentID")));
      }
      PACKTRAIL_TRY(epcs("childEPCs", "childEPCs", event.child_epcs, at));
      break;
    case EventType::Transaction:
      PACKTRAIL_TRY(biz_transactions(event, at));
      if (!event.parent_id.empty()) {
        PACKTRAIL_TRY(identifier("parentID", event.parent_id, inside(at, "parentID")));
      }
      PACKTRAIL_TRY(epcs("epcList", "epcList", event.epc_list, at));
      break;
    case EventType::Transformation:
      if (!event.input_epcs.empty()) {
        PACKTRAIL_TRY(epcs("inputEPCList", "inputEPCList", event.input_epcs, at));
      }
      PACKTRAIL_TRY(quantities("inputQuantityList", event.input_quantities, at));
      if (!event.output_epcs.empty()) {
        PACKTRAIL_TRY(epcs("outputEPCList", "outputEPCList", event.output_epcs, at));
      }
      PACKTRAIL_TRY(quantities("outputQuantityList", event.output_quantities, at));
      if (!event.transformation_id.empty()) {
        PACKTRAIL_TRY(identifier("transformationID", event.transformation_id,
                                 inside(at, "transformationID")));
      }
      break;
  }
  if (event.action) element("action", to_string(*event.action));
  PACKTRAIL_TRY(context_of_event(event, at));
  if (transformation) {
    PACKTRAIL_TRY(parties(event, at));
    PACKTRAIL_TRY(ilmd(event, at));
  } else {
    PACKTRAIL_TRY(object_extension(event, at));
  }
  PACKTRAIL_TRY(fields(event.extensions, at));
  out_.append("</").append(name).append(">");
  if (transformation) out_.append("</extension>");
  out_.push_back('\n');
  return {};
}

Status Xml12Writer::base_extension(const Event& event, std::string_view at) {
  if (event.event_id.empty() && !event.error_declaration) return {};
  out_.append("<baseExtension>");
  if (!event.event_id.empty()) element("eventID", event.event_id);
  if (event.error_declaration) {
    const ErrorDeclaration& declaration = *event.error_declaration;
    out_.append("<errorDeclaration>");
    element("declarationTime", declaration.declaration_time.text);
    if (!declaration.reason.empty()) {
      element("reason", to_cbv_urn(CbvKind::ErrorReason, declaration.reason.text));
    }
    if (!declaration.corrective_event_ids.empty()) {
      out_.append("<correctiveEventIDs>");
      for (const std::string& id : declaration.corrective_event_ids) {
        element("correctiveEventID", id);
      }
      out_.append("</correctiveEventIDs>");
    }
    PACKTRAIL_TRY(fields(declaration.extensions, inside(at, "errorDeclaration")));
    out_.append("</errorDeclaration>");
  }
  out_.append("</baseExtension>");
  return {};
}

// bizStep to bizTransactionList: the same for all types, but that the transactions of a
// TransactionEvent come first in it.
Status Xml12Writer::context_of_event(const Event& event, std::string_view at) {
  if (!event.biz_step.empty()) {
    element("bizStep", to_cbv_urn(CbvKind::BizStep, event.biz_step.text));
  }
  if (!event.disposition.empty()) {
    element("disposition", to_cbv_urn(CbvKind::Disposition, event.disposition.text));
  }
  PACKTRAIL_TRY(place("readPoint", event.read_point, at));
  PACKTRAIL_TRY(place("bizLocation", event.biz_location, at));
  if (event.type == EventType::Transaction) return {};
  return biz_transactions(event, at);
}

// What EPCIS 1.1 and 1.2 added to the events of 1.0 stands in <extension>.
Status Xml12Writer::object_extension(const Event& event, std::string_view at) {
  const bool children = event.type == EventType::Aggregation;
  const auto& list = children ? event.child_quantities : event.quantity_list;
  if (list.empty() && event.sources.empty() && event.destinations.empty() && event.ilmd.empty()) {
    return {};
  }
  out_.append("<extension>");
  PACKTRAIL_TRY(quantities(children ? "childQuantityList" : "quantityList", list, at));
  PACKTRAIL_TRY(parties(event, at));
  PACKTRAIL_TRY(ilmd(event, at));
  out_.append("</extension>");
  return {};
}

Status Xml12Writer::ilmd(const Event& event, std::string_view at) {
  if (event.ilmd.empty()) return {};
  out_.append("<ilmd>");
  PACKTRAIL_TRY(fields(event.ilmd, inside(at, "ilmd")));
  out_.append("</ilmd>");
  return {};
}

Status Xml12Writer::identifier(std::string_view name, std::string_view uri, std::string_view at) {
  return attribute_and_identifier(name, {}, uri, at);
}

// Digital Links came with EPCIS 2.0; other URIs of a user's own are as old as EPCIS.
Status Xml12Writer::attribute_and_identifier(std::string_view name, std::string_view type,
                                             std::string_view uri, std::string_view at) {
  if (uri.starts_with("https://id.gs1.org/") || uri.starts_with("http://id.gs1.org/")) {
    return refuse(at, "EPCIS 1.2 has no Digital Links", "Give it as a URN.");
  }
  out_.append("<").append(name);
  if (!type.empty()) {
    out_.append(" type=\"");
    append_xml(out_, type);
    out_.push_back('"');
  }
  out_.push_back('>');
  append_xml(out_, uri);
  out_.append("</").append(name).append(">");
  return {};
}

Status Xml12Writer::place(std::string_view name, const Place& place, std::string_view at) {
  if (place.empty()) return {};
  const std::string here = inside(at, name);
  out_.append("<").append(name).append(">");
  PACKTRAIL_TRY(identifier("id", place.id, inside(here, "id")));
  PACKTRAIL_TRY(fields(place.extensions, here));
  out_.append("</").append(name).append(">");
  return {};
}

Status Xml12Writer::epcs(std::string_view name, std::string_view json_name, const TextList& epcs,
                         std::string_view at) {
  if (epcs.empty()) {
    out_.append("<").append(name).append("/>");
    return {};
  }
  out_.append("<").append(name).append(">");
  for (std::size_t i = 0; i < epcs.size(); ++i) {
    if (!epcs[i].starts_with("urn:")) {
      return refuse(inside(inside(at, json_name), i), "is not an EPC URN",
                    "Give it as urn:epc:id:...; EPCIS 1.2 has no Digital Links.");
    }
    out_.append("<epc>");
    append_xml(out_, epcs[i]);
    out_.append("</epc>");
  }
  out_.append("</").append(name).append(">");
  return {};
}

Status Xml12Writer::quantities(std::string_view name,
                               const std::vector<QuantityElement>& quantities,
                               std::string_view at) {
  if (quantities.empty()) return {};
  out_.append("<").append(name).append(">");
  for (std::size_t i = 0; i < quantities.size(); ++i) {
    const QuantityElement& quantity = quantities[i];
    const std::string here = inside(inside(at, name), i);
    if (!quantity.epc_class.starts_with("urn:")) {
      return refuse(inside(here, "epcClass"), "is not an EPC class URN",
                    "Give it as urn:epc:class:... or urn:epc:idpat:...");
    }
    if (quantity.quantity.find_first_of("eE") != std::string::npos) {
      return refuse(inside(here, "quantity"), "has an exponent, which xsd:decimal has not",
                    "Write the digits out.");
    }
    if (quantity.quantity.empty() && !quantity.uom.empty()) {
      return refuse(inside(here, "quantity"), "is missing beside the unit");
    }
    out_.append("<quantityElement>");
    element("epcClass", quantity.epc_class);
    if (!quantity.quantity.empty()) element("quantity", quantity.quantity);
    if (!quantity.uom.empty()) element("uom", quantity.uom);
    out_.append("</quantityElement>");
  }
  out_.append("</").append(name).append(">");
  return {};
}

Status Xml12Writer::biz_transactions(const Event& event, std::string_view at) {
  if (event.biz_transactions.empty()) return {};
  out_.append("<bizTransactionList>");
  for (std::size_t i = 0; i < event.biz_transactions.size(); ++i) {
    const BizTransaction& transaction = event.biz_transactions[i];
    PACKTRAIL_TRY(attribute_and_identifier(
        "bizTransaction", to_cbv_urn(CbvKind::BizTransactionType, transaction.type.text),
        transaction.id, inside(inside(at, "bizTransactionList"), i)));
  }
  out_.append("</bizTransactionList>");
  return {};
}

Status Xml12Writer::parties(const Event& event, std::string_view at) {
  const auto write = [&](const std::vector<SourceDest>& list, std::string_view list_name,
                         std::string_view name) -> Status {
    if (list.empty()) return {};
    out_.append("<").append(list_name).append(">");
    for (std::size_t i = 0; i < list.size(); ++i) {
      PACKTRAIL_TRY(attribute_and_identifier(name,
                                             to_cbv_urn(CbvKind::SourceDestType, list[i].type.text),
                                             list[i].id, inside(inside(at, list_name), i)));
    }
    out_.append("</").append(list_name).append(">");
    return {};
  };
  PACKTRAIL_TRY(write(event.sources, "sourceList", "source"));
  return write(event.destinations, "destinationList", "destination");
}

Status Xml12Writer::fields(const ExtensionFields& fields, std::string_view at) {
  for (const ExtensionField& item : fields) {
    const std::string here = inside(at, item.name());
    if (item.namespace_uri.empty()) {
      return refuse(here, "has no namespace prefix", "Declare a prefix in @context and use it.");
    }
    PACKTRAIL_TRY(field(item, item, here));
  }
  return {};
}

// Writes `field` under the name of `named`: itself, or the list that it is an item of.
Status Xml12Writer::field(const ExtensionField& field, const ExtensionField& named,
                          std::string_view at) {
  if (field.kind == Kind::Array) {
    if (&field != &named) return refuse(at, "XML has no lists of lists");
    if (field.children.empty()) return refuse(at, "XML has no empty lists");
    for (std::size_t i = 0; i < field.children.size(); ++i) {
      PACKTRAIL_TRY(this->field(field.children[i], named, inside(at, i)));
    }
    return {};
  }
  if (field.kind == Kind::Null) return refuse(at, "null is not written to EPCIS 1.2");
  if (!is_ncname(named.local_name) || (!named.prefix.empty() && !is_ncname(named.prefix)) ||
      is_reserved_prefix(named.prefix)) {
    return refuse(at, "is not a name in XML", "Use letters, digits, '-', '.' and '_'.");
  }
  const std::string_view space = xml_namespace(named.namespace_uri);
  if (space == kEpcisNamespace) {
    return refuse(at, "the EPCIS namespace is not for user fields", "Use a namespace of your own.");
  }
  const std::size_t scope = namespaces_.size();
  const std::string name = named.name();
  out_.append("<").append(name);
  if (!named.prefix.empty()) {
    const auto known = std::find_if(namespaces_.rbegin(), namespaces_.rend(),
                                    [&](const auto& entry) { return entry.first == named.prefix; });
    if (known == namespaces_.rend() || known->second != space) {
      append_namespace(out_, named.prefix, space);
      namespaces_.emplace_back(named.prefix, space);
    }
  }
  out_.push_back('>');
  if (field.kind == Kind::Object) {
    for (const ExtensionField& child : field.children) {
      PACKTRAIL_TRY(this->field(child, child, inside(at, child.name())));
    }
  } else {
    if (!is_xml_text(field.text)) return refuse(at, "has a control character XML does not allow");
    append_xml(out_, field.text);
  }
  out_.append("</").append(name).append(">");
  namespaces_.resize(scope);
  return {};
}

Result<std::string> write_xml12(const Document& document, const std::optional<Sbdh>& header) {
  std::string out;
  Xml12Writer writer(out);
  PACKTRAIL_TRY(writer.begin(document, header));
  for (const Event& event : document.events) PACKTRAIL_TRY(writer.event(event));
  writer.end();
  return out;
}

}  // namespace packtrail::epcis
