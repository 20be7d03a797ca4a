// epcis/event.h - EPCIS 2.0 events and documents as plain values.
//
// What a party wrote stays as it was written: texts, order and duplicates in lists, decimal texts,
// fractions and offsets of times, order and JSON type of extension fields. EPCs and locations are
// URI texts (URN or Digital Link); gs1/ turns them into keys. An absent optional text is empty.
// A value of these types is not valid by existing: read_json() and check_event() validate.
//
// Thread safety: plain values.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "epcis/text_list.h"

namespace packtrail::epcis {

enum class EventType : std::uint8_t {
  Object,
  Aggregation,
  Transaction,
  Transformation,
  Association
};
enum class Action : std::uint8_t { Add, Observe, Delete };

[[nodiscard]] std::string_view to_string(EventType type);  // "ObjectEvent", ...
[[nodiscard]] std::string_view to_string(Action action);   // "ADD", "OBSERVE", "DELETE".

// An instant together with the text that said it (fraction digits and offset as captured).
struct EventTime {
  UtcTime instant;
  std::string text;

  static EventTime of(UtcTime instant) { return {instant, instant.to_text()}; }
  bool operator==(const EventTime&) const = default;
};

// A vocabulary value as captured: bare word, CURIE, CBV URN, GS1 web URI, or a user's own URI.
struct CbvTerm {
  std::string text;

  // The bare CBV word ("commissioning") of any spelling; the whole text when it is not a CBV
  // spelling. A view into `text`.
  [[nodiscard]] std::string_view word() const;
  [[nodiscard]] bool empty() const { return text.empty(); }
  bool operator==(const CbvTerm&) const = default;
};

// One field of a user extension, of ilmd or of a sensor element, with what is inside it.
// Standard names (sensor elements, "id") have empty prefix and namespace_uri; elements of an array
// have empty names as well. Numbers keep their decimal text.
struct ExtensionField {
  enum class Kind : std::uint8_t { Text, Number, Bool, Null, Object, Array };

  std::string prefix;         // As captured; empty when the name is a full URI or a standard name.
  std::string namespace_uri;  // Resolved through the @context; empty for standard names.
  std::string local_name;     // The whole URI when the name is a URI without declared prefix.
  Kind kind = Kind::Text;
  std::string text;                      // Text, number text, "true" or "false"; else empty.
  std::vector<ExtensionField> children;  // Fields of an Object, elements of an Array.

  [[nodiscard]] std::string name() const;  // "prefix:local_name", or local_name alone.
  bool operator==(const ExtensionField&) const = default;
};
using ExtensionFields = std::vector<ExtensionField>;

// One line of a JSON-LD @context, in document order.
struct ContextEntry {
  enum class Kind : std::uint8_t {
    Vocabulary,  // `value` is the URI of a context document; `name` is empty.
    Prefix,      // `name` stands for the namespace `value`.
    Term,        // `name` is defined by the JSON object text `value`.
  };
  Kind kind = Kind::Vocabulary;
  std::string name;
  std::string value;
  bool operator==(const ContextEntry&) const = default;
};
struct EventContext {
  std::vector<ContextEntry> entries;

  // The namespace of a declared prefix; nullptr when it is not declared here.
  [[nodiscard]] const std::string* namespace_of(std::string_view prefix) const;
  bool operator==(const EventContext&) const = default;
};

struct BizTransaction {
  CbvTerm type;    // Optional: "po", "desadv", ...
  std::string id;  // URI.
  bool operator==(const BizTransaction&) const = default;
};
struct SourceDest {
  CbvTerm type;    // "owning_party", "possessing_party", "location", or a URI.
  std::string id;  // URI.
  bool operator==(const SourceDest&) const = default;
};
struct QuantityElement {
  std::string epc_class;  // URI.
  std::string quantity;   // Decimal text; empty: not said.
  std::string uom;        // UN/CEFACT Rec. 20; empty: a count.
  bool operator==(const QuantityElement&) const = default;
};
struct Place {
  std::string id;  // URI; empty: the event names no such place.
  ExtensionFields extensions;
  [[nodiscard]] bool empty() const { return id.empty(); }
  bool operator==(const Place&) const = default;
};
struct PersistentDisposition {
  std::vector<CbvTerm> set;
  std::vector<CbvTerm> unset;
  [[nodiscard]] bool empty() const { return set.empty() && unset.empty(); }
  bool operator==(const PersistentDisposition&) const = default;
};
struct ErrorDeclaration {
  EventTime declaration_time;
  CbvTerm reason;
  std::vector<std::string> corrective_event_ids;
  ExtensionFields extensions;
  bool operator==(const ErrorDeclaration&) const = default;
};

// EPCIS 2.0 section 7.4. Which members an event type may carry: see check_event().
struct Event {
  EventType type = EventType::Object;
  std::optional<Action> action;  // All types but Transformation.
  EventTime event_time;
  std::string time_zone_offset;  // eventTimeZoneOffset: "+02:00".
  std::optional<EventTime> record_time;
  std::string event_id;
  std::optional<ErrorDeclaration> error_declaration;
  std::vector<std::string> certification_info;

  TextList epc_list;                           // Object, Transaction.
  std::vector<QuantityElement> quantity_list;  // Object, Transaction.
  std::string parent_id;                       // Aggregation, Transaction, Association.
  TextList child_epcs;                         // Aggregation, Association.
  std::vector<QuantityElement> child_quantities;
  TextList input_epcs;  // Transformation, as the next four.
  std::vector<QuantityElement> input_quantities;
  TextList output_epcs;
  std::vector<QuantityElement> output_quantities;
  std::string transformation_id;

  CbvTerm biz_step;
  CbvTerm disposition;
  PersistentDisposition persistent_disposition;
  Place read_point;
  Place biz_location;
  std::vector<BizTransaction> biz_transactions;
  std::vector<SourceDest> sources;
  std::vector<SourceDest> destinations;
  ExtensionFields sensor_elements;  // Elements of sensorElementList, each an Object.
  ExtensionFields ilmd;             // Fields of ilmd; Object and Transformation.
  ExtensionFields extensions;       // User fields of the event itself.
  EventContext context;             // The event's own @context; most events have none.

  bool operator==(const Event&) const = default;
};

struct Document {
  enum class Kind : std::uint8_t { Document, QueryDocument, BareEvent };

  Kind kind = Kind::Document;
  EventContext context;
  std::string id;
  std::string schema_version;
  std::string creation_date;
  std::string instance_identifier;
  std::string sender;
  std::string receiver;
  std::string header;      // epcisHeader as JSON text without blanks; empty: none.
  std::string query_name;  // This and the next two: QueryDocument.
  std::string subscription_id;
  std::string vocabulary_list;  // vocabularyList as JSON text without blanks; empty: none.
  ExtensionFields extensions;   // User fields of the document.
  std::vector<Event> events;

  bool operator==(const Document&) const = default;
};

}  // namespace packtrail::epcis
