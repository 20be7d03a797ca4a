#include "epcis/json_reader.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "epcis/check.h"
#include "epcis/context.h"
#include "epcis/json_text.h"

namespace packtrail::epcis {
namespace {

namespace od = simdjson::ondemand;
using Kind = ExtensionField::Kind;

constexpr const char* kDocumentRule = "EPCIS 2.0 JSON schema, epcisDocument";
constexpr const char* kQueryRule = "EPCIS 2.0 JSON schema, epcisQueryDocument";
constexpr const char* kEventRule = "EPCIS 2.0 JSON schema, Event";
constexpr const char* kContextRule = "EPCIS 2.0 JSON-LD binding (@context)";
constexpr const char* kExtensionRule =
    "EPCIS 2.0 JSON-LD binding: an extension is prefix:name with the prefix declared in @context";

// The way from the root to a value, on the stack: turned into a pointer only when needed.
class Where {
 public:
  Where() = default;
  Where(const Where& up, std::string_view key) : up_(&up), key_(key), depth_(up.depth_ + 1) {}
  Where(const Where& up, std::size_t index)
      : up_(&up), index_(index), is_index_(true), depth_(up.depth_ + 1) {}

  [[nodiscard]] std::size_t depth() const { return depth_; }
  [[nodiscard]] std::string pointer() const {
    if (up_ == nullptr) return {};
    std::string result = up_->pointer();
    if (is_index_) {
      result.append("/").append(std::to_string(index_));
    } else {
      append_pointer_token(result, key_);
    }
    return result;
  }

 private:
  const Where* up_ = nullptr;
  std::string_view key_;
  std::size_t index_ = 0;
  bool is_index_ = false;
  std::size_t depth_ = 0;
};

Error refuse(const Where& where, std::string message, const char* rule, std::string remedy = {}) {
  return Error{.message = std::move(message),
               .field = where.pointer(),
               .rule = rule,
               .remedy = std::move(remedy)};
}

Error beyond(const Where& where, const char* what, std::size_t limit) {
  return Error{.code = Errc::ResourceExhausted,
               .message = std::string(what) + " exceed the limit of " + std::to_string(limit),
               .field = where.pointer(),
               .remedy = "Send it in smaller parts."};
}

// A value of the wrong JSON type, or text that is not JSON at all.
Error bad_value(const Where& where, simdjson::error_code code, const char* wanted) {
  if (code == simdjson::INCORRECT_TYPE) {
    return refuse(where, std::string("must be ") + wanted, kEventRule);
  }
  return refuse(where,
                std::string("the text is not well-formed JSON: ") + simdjson::error_message(code),
                "RFC 8259");
}

enum class Member : std::uint8_t {
  Context,
  Type,
  EventTime,
  RecordTime,
  EventTimeZoneOffset,
  EventId,
  CertificationInfo,
  ErrorDeclaration,
  Action,
  BizStep,
  Disposition,
  PersistentDisposition,
  ReadPoint,
  BizLocation,
  BizTransactionList,
  SourceList,
  DestinationList,
  SensorElementList,
  EpcList,
  QuantityList,
  ParentId,
  ChildEpcs,
  ChildQuantityList,
  InputEpcList,
  InputQuantityList,
  OutputEpcList,
  OutputQuantityList,
  TransformationId,
  Ilmd,
  Count
};

constexpr std::array<std::string_view, static_cast<std::size_t>(Member::Count)> kMemberNames = {
    "@context",
    "type",
    "eventTime",
    "recordTime",
    "eventTimeZoneOffset",
    "eventID",
    "certificationInfo",
    "errorDeclaration",
    "action",
    "bizStep",
    "disposition",
    "persistentDisposition",
    "readPoint",
    "bizLocation",
    "bizTransactionList",
    "sourceList",
    "destinationList",
    "sensorElementList",
    "epcList",
    "quantityList",
    "parentID",
    "childEPCs",
    "childQuantityList",
    "inputEPCList",
    "inputQuantityList",
    "outputEPCList",
    "outputQuantityList",
    "transformationID",
    "ilmd"};

using Members = std::uint32_t;  // A set of Member.
constexpr Members bit(Member member) { return Members{1} << static_cast<unsigned>(member); }

constexpr Members members_of(EventType type) {
  const Members common = bit(Member::EpcList) - 1U;  // Everything named before EpcList.
  switch (type) {
    case EventType::Object:
      return common | bit(Member::EpcList) | bit(Member::QuantityList) | bit(Member::Ilmd);
    case EventType::Aggregation:
    case EventType::Association:
      return common | bit(Member::ParentId) | bit(Member::ChildEpcs) |
             bit(Member::ChildQuantityList);
    case EventType::Transaction:
      return common | bit(Member::EpcList) | bit(Member::QuantityList) | bit(Member::ParentId);
    case EventType::Transformation:
      return (common & ~bit(Member::Action)) | bit(Member::InputEpcList) |
             bit(Member::InputQuantityList) | bit(Member::OutputEpcList) |
             bit(Member::OutputQuantityList) | bit(Member::TransformationId) | bit(Member::Ilmd);
  }
  return common;
}

std::optional<Member> member_named(std::string_view name) {
  const auto found = std::find(kMemberNames.begin(), kMemberNames.end(), name);
  if (found == kMemberNames.end()) return std::nullopt;
  return static_cast<Member>(found - kMemberNames.begin());
}

std::optional<EventType> event_type_named(std::string_view name) {
  for (const EventType type : {EventType::Object, EventType::Aggregation, EventType::Transaction,
                               EventType::Transformation, EventType::Association}) {
    if (name == to_string(type)) return type;
  }
  return std::nullopt;
}

bool is_extension_name(std::string_view name) { return name.find(':') != std::string_view::npos; }

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// A token as simdjson hands it out carries the blanks that follow it.
std::string_view trimmed(std::string_view token) {
  while (!token.empty() && is_blank(token.back())) token.remove_suffix(1);
  return token;
}

// The member names of one object, to find one that is there twice. Most objects have few members
// and need no heap. The views point into the parser's text buffer, which lives as long as it does.
class NameSet {
 public:
  void add(std::string_view name) {
    if (size_ < few_.size()) {
      few_[size_] = name;
    } else {
      if (size_ == few_.size()) many_.assign(few_.begin(), few_.end());
      many_.push_back(name);
    }
    ++size_;
  }
  [[nodiscard]] std::size_t size() const { return size_; }

  // Reorders the names.
  [[nodiscard]] std::optional<std::string_view> first_twice() {
    const std::span<std::string_view> names = many_.empty()
                                                  ? std::span<std::string_view>(few_.data(), size_)
                                                  : std::span<std::string_view>(many_);
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice == names.end()) return std::nullopt;
    return *twice;
  }

 private:
  std::array<std::string_view, 12> few_;
  std::vector<std::string_view> many_;
  std::size_t size_ = 0;
};

// The text of a string, without copying it when nothing in it is escaped. simdjson has checked its
// UTF-8 and its control characters by now.
simdjson::simdjson_result<std::string_view> text_of(simdjson::simdjson_result<od::value> value) {
  std::string_view token;
  if (const auto code = value.raw_json_token().get(token)) return code;
  token = trimmed(token);
  const bool plain = token.size() >= 2 && token.front() == '"' && token.back() == '"' &&
                     token.find('\\') == std::string_view::npos;
  if (plain) return token.substr(1, token.size() - 2);
  return value.get_string();
}

class Collector final : public EventSink {
 public:
  explicit Collector(std::vector<Event>& events) : events_(events) {}
  Status on_event(Event&& event, std::size_t) override {
    events_.push_back(std::move(event));
    return {};
  }

 private:
  std::vector<Event>& events_;
};

class Reader {
 public:
  Reader(const ReadLimits& limits, EventSink* sink) : limits_(limits), sink_(sink) {}

  Result<Document> read(ByteView bytes);

 private:
  Status find_context_and_type(od::document& json, std::string& type);
  Status read_document_members(od::object& object, const Where& root);
  Status read_body(od::value value, const Where& where);
  Status read_query_results(od::value value, const Where& where);
  Status read_results_body(od::value value, const Where& where);
  Status read_event_list(od::value value, const Where& where);
  Status read_context(od::value value, const Where& where, EventContext& out);
  Status read_context_entry(od::value value, const Where& where, EventContext& out);
  Status read_context_object(od::value value, const Where& where, EventContext& out);
  Status add_context_entry(ContextEntry entry, const Where& where, EventContext& out);

  Status read_event(od::object object, const Where& where, Event& event, bool bare);
  Status read_member(Member member, od::value value, const Where& where, Event& event);
  Status read_error_declaration(od::value value, const Where& where, Event& event);
  Status read_certification_info(od::value value, const Where& where, Event& event);
  Status read_place(od::value value, const Where& where, Place& place);
  Status read_persistent_disposition(od::value value, const Where& where,
                                     PersistentDisposition& out);
  Status read_quantity(od::value value, const Where& where, QuantityElement& out);
  Status read_pair(od::value value, const Where& where, std::string_view id_name, CbvTerm& type,
                   std::string& id);
  Status read_extensions(od::value value, const Where& where, ExtensionFields& out);

  Status read_text(od::value value, const Where& where, std::string& out);
  Status read_required_text(od::value value, const Where& where, std::string& out);
  Status read_time(od::value value, const Where& where, EventTime& out);
  Status read_number(od::value value, const Where& where, std::string& out);
  Status read_epcs(od::value value, const Where& where, TextList& out);
  Status read_extension(std::string_view name, od::value value, const Where& where,
                        ExtensionFields& out);
  Status read_tree(od::value value, const Where& where, ExtensionField& out);
  Status copy_json(od::value value, const Where& where, std::string& out);

  Status resolve_event(Event& event, const Where& where);
  Status resolve(ExtensionFields& fields, const Where& where, const EventContext& context);
  Status resolve_name(ExtensionField& field, const Where& where, const EventContext& context);
  Status deliver(Event&& event, const Where& where);

  // Calls `read_item(item, where, index)` for each item of the list in `value`.
  template <class ReadItem>
  Status read_list(od::value value, const Where& where, ReadItem read_item) {
    od::array array;
    if (const auto code = value.get_array().get(array)) return bad_value(where, code, "a list");
    PACKTRAIL_TRY(check_depth(where));
    std::size_t index = 0;
    for (auto item : array) {
      const Where at(where, index);
      od::value element;
      if (const auto code = std::move(item).get(element)) return bad_value(at, code, "a value");
      if (index == limits_.list_items_max) {
        return beyond(where, "the items of a list", limits_.list_items_max);
      }
      PACKTRAIL_TRY(read_item(element, at, index));
      ++index;
    }
    return {};
  }

  // Calls `read_field(name, value, where)` for each member; members named twice are refused.
  template <class ReadField>
  Status read_object(od::value value, const Where& where, ReadField read_field) {
    od::object object;
    if (const auto code = value.get_object().get(object)) {
      return bad_value(where, code, "an object");
    }
    return read_members(object, where, read_field);
  }
  template <class ReadField>
  Status read_members(od::object& object, const Where& where, ReadField read_field) {
    PACKTRAIL_TRY(check_depth(where));
    NameSet names;
    for (auto field : object) {
      std::string_view key;
      if (const auto code = field.unescaped_key().get(key)) return bad_value(where, code, "a name");
      const Where at(where, key);
      od::value element;
      if (const auto code = field.value().get(element)) return bad_value(at, code, "a value");
      if (names.size() == limits_.list_items_max) {
        return beyond(where, "the members of an object", limits_.list_items_max);
      }
      names.add(key);
      PACKTRAIL_TRY(read_field(key, element, at));
    }
    if (const auto twice = names.first_twice()) {
      return refuse(Where(where, *twice), "is there twice", "RFC 8259 section 4 (names unique)");
    }
    return {};
  }

  // Before names are resolved.
  Status check_names_unique(const ExtensionFields& fields, const Where& where) const {
    NameSet names;
    for (const ExtensionField& field : fields) names.add(field.local_name);
    const auto twice = names.first_twice();
    if (!twice) return {};
    return refuse(Where(where, *twice), "is there twice", "RFC 8259 section 4 (names unique)");
  }

  Status check_depth(const Where& where) const {
    if (where.depth() < limits_.depth_max) return {};
    return beyond(where, "nested objects and lists", limits_.depth_max);
  }

  const ReadLimits& limits_;
  EventSink* sink_;
  Document document_;
  std::size_t event_count_ = 0;
  std::size_t extension_count_ = 0;
  bool has_event_list_ = false;
  bool has_body_ = false;
};

Result<Document> Reader::read(ByteView bytes) {
  if (bytes.size() > limits_.document_size_max) {
    return beyond(Where(), "the bytes of the document", limits_.document_size_max);
  }
  const simdjson::padded_string padded(as_text(bytes));
  od::parser parser;
  od::document json;
  const Where root;
  if (const auto code = parser.iterate(padded).get(json)) return bad_value(root, code, "JSON");

  std::string type;
  PACKTRAIL_TRY(find_context_and_type(json, type));
  json.rewind();
  od::object object;
  if (const auto code = json.get_object().get(object)) return bad_value(root, code, "an object");

  if (type == "EPCISDocument" || type == "EPCISQueryDocument") {
    document_.kind =
        type == "EPCISDocument" ? Document::Kind::Document : Document::Kind::QueryDocument;
    PACKTRAIL_TRY(read_document_members(object, root));
  } else if (event_type_named(type)) {
    document_.kind = Document::Kind::BareEvent;
    Event event;
    PACKTRAIL_TRY(read_event(object, root, event, true));
    PACKTRAIL_TRY(deliver(std::move(event), root));
  } else {
    return refuse(
        Where(root, "type"),
        type.empty() ? "is missing"
                     : "'" + type.substr(0, 80) + "' is not a type that is read here",
        kDocumentRule,
        "Send an EPCISDocument, an EPCISQueryDocument or one of the five standard events.");
  }
  if (json.current_location().error() != simdjson::OUT_OF_BOUNDS)
    return refuse(root, "there is text after the end of the document", "RFC 8259");
  return std::move(document_);
}

// The context gives names their meaning and may stand anywhere, so it is looked for first.
Status Reader::find_context_and_type(od::document& json, std::string& type) {
  const Where root;
  od::object object;
  if (const auto code = json.get_object().get(object)) return bad_value(root, code, "an object");
  bool has_context = false, has_type = false;
  for (auto field : object) {
    std::string_view key;
    if (const auto code = field.unescaped_key().get(key)) return bad_value(root, code, "a name");
    const bool is_context = key == "@context", is_type = key == "type";
    if (!is_context && !is_type) continue;
    od::value value;
    if (const auto code = field.value().get(value)) return bad_value(root, code, "a value");
    if (is_context && !has_context) {
      has_context = true;
      PACKTRAIL_TRY(read_context(value, Where(root, "@context"), document_.context));
    } else if (is_type && !has_type) {
      has_type = true;
      PACKTRAIL_TRY(read_text(value, Where(root, "type"), type));
    }
    if (has_context && has_type) break;
  }
  if (!has_context) {
    return refuse(Where(root, "@context"), "is missing", kContextRule,
                  "Name the EPCIS context: "
                  "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld");
  }
  const auto& entries = document_.context.entries;
  const bool names_epcis =
      std::any_of(entries.begin(), entries.end(), [](const ContextEntry& entry) {
        return entry.kind == ContextEntry::Kind::Vocabulary &&
               entry.value.ends_with("epcis-context.jsonld");
      });
  if (names_epcis) return {};
  return refuse(Where(root, "@context"), "does not name the EPCIS context", kContextRule,
                "Add https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld");
}

Status Reader::read_document_members(od::object& object, const Where& root) {
  const bool query = document_.kind == Document::Kind::QueryDocument;
  const char* rule = query ? kQueryRule : kDocumentRule;
  PACKTRAIL_TRY(read_members(
      object, root, [&](std::string_view name, od::value value, const Where& at) -> Status {
        if (name == "@context" || name == "type") return {};  // Read before.
        if (name == "id") return read_required_text(value, at, document_.id);
        if (name == "schemaVersion") return read_required_text(value, at, document_.schema_version);
        if (name == "creationDate") return read_required_text(value, at, document_.creation_date);
        if (name == "epcisBody") return read_body(value, at);
        if (!query) {
          if (name == "instanceIdentifier") {
            return read_required_text(value, at, document_.instance_identifier);
          }
          if (name == "sender") return read_required_text(value, at, document_.sender);
          if (name == "receiver") return read_required_text(value, at, document_.receiver);
          if (name == "epcisHeader") {
            od::json_type kind;
            if (const auto code = value.type().get(kind)) return bad_value(at, code, "an object");
            if (kind != od::json_type::object) return refuse(at, "must be an object", rule);
            return copy_json(value, at, document_.header);
          }
        }
        if (is_extension_name(name)) return read_extension(name, value, at, document_.extensions);
        return refuse(at, "is not a member of this document", rule,
                      "Leave it out, or give it a prefix declared in @context.");
      }));
  PACKTRAIL_TRY(resolve(document_.extensions, root, document_.context));

  const auto require = [&](bool present, std::string_view name) -> Status {
    if (present) return {};
    return refuse(Where(root, name), "is missing", rule);
  };
  PACKTRAIL_TRY(require(has_body_, "epcisBody"));
  if (!query || !document_.schema_version.empty()) {
    PACKTRAIL_TRY(require(!document_.schema_version.empty(), "schemaVersion"));
    if (document_.schema_version != "2.0" && !document_.schema_version.starts_with("2.0.")) {
      return refuse(Where(root, "schemaVersion"),
                    "'" + document_.schema_version.substr(0, 20) + "' is not read", rule,
                    "Send EPCIS 2.0; JSON has no earlier version.");
    }
  }
  if (!query || !document_.creation_date.empty()) {
    PACKTRAIL_TRY(require(!document_.creation_date.empty(), "creationDate"));
    if (!UtcTime::parse(document_.creation_date)) {
      return refuse(Where(root, "creationDate"), "is not a time with a time zone", rule,
                    "Write it like 2026-11-20T09:58:00.000+01:00.");
    }
  }
  if (!document_.id.empty() && !is_uri(document_.id)) {
    return refuse(Where(root, "id"), "is not a URI", rule);
  }
  return {};
}

Status Reader::read_body(od::value value, const Where& where) {
  has_body_ = true;
  const bool query = document_.kind == Document::Kind::QueryDocument;
  const std::string_view wanted = query ? "queryResults" : "eventList";
  bool found = false;
  PACKTRAIL_TRY(read_object(
      value, where, [&](std::string_view name, od::value inner, const Where& at) -> Status {
        if (name != wanted) {
          return refuse(at, "is not read in epcisBody", query ? kQueryRule : kDocumentRule);
        }
        found = true;
        return query ? read_query_results(inner, at) : read_event_list(inner, at);
      }));
  if (found) return {};
  return refuse(Where(where, wanted), "is missing", query ? kQueryRule : kDocumentRule);
}

Status Reader::read_query_results(od::value value, const Where& where) {
  bool found = false;
  PACKTRAIL_TRY(read_object(value, where,
                            [&](std::string_view name, od::value inner, const Where& at) -> Status {
                              if (name == "queryName")
                                return read_required_text(inner, at, document_.query_name);
                              if (name == "subscriptionID") {
                                return read_required_text(inner, at, document_.subscription_id);
                              }
                              if (name != "resultsBody")
                                return refuse(at, "is not read in queryResults", kQueryRule);
                              found = true;
                              return read_results_body(inner, at);
                            }));
  if (!found) return refuse(Where(where, "resultsBody"), "is missing", kQueryRule);
  if (document_.query_name.empty()) {
    return refuse(Where(where, "queryName"), "is missing", kQueryRule);
  }
  return {};
}

Status Reader::read_results_body(od::value value, const Where& where) {
  PACKTRAIL_TRY(read_object(value, where,
                            [&](std::string_view name, od::value inner, const Where& at) -> Status {
                              if (name == "eventList") return read_event_list(inner, at);
                              if (name != "vocabularyList") {
                                return refuse(at, "is not read in resultsBody", kQueryRule);
                              }
                              od::json_type kind;
                              if (const auto code = inner.type().get(kind))
                                return bad_value(at, code, "a list");
                              if (kind != od::json_type::array)
                                return refuse(at, "must be a list", kQueryRule);
                              return copy_json(inner, at, document_.vocabulary_list);
                            }));
  if (has_event_list_) return {};
  return refuse(Where(where, "eventList"), "is missing", kQueryRule);
}

Status Reader::read_event_list(od::value value, const Where& where) {
  has_event_list_ = true;
  od::array array;
  if (const auto code = value.get_array().get(array)) return bad_value(where, code, "a list");
  PACKTRAIL_TRY(check_depth(where));
  for (auto item : array) {
    const Where at(where, event_count_);
    od::object object;
    if (const auto code = item.get_object().get(object)) return bad_value(at, code, "an object");
    if (event_count_ == limits_.events_max) {
      return beyond(where, "the events of a document", limits_.events_max);
    }
    Event event;
    PACKTRAIL_TRY(read_event(object, at, event, false));
    PACKTRAIL_TRY(deliver(std::move(event), at));
  }
  return {};
}

Status Reader::deliver(Event&& event, const Where& where) {
  if (Status checked = check_event(event); !checked) {
    Error error = std::move(checked).error();
    error.field.insert(0, where.pointer());
    return error;
  }
  return sink_->on_event(std::move(event), event_count_++);
}

Status Reader::read_context(od::value value, const Where& where, EventContext& out) {
  od::json_type kind;
  if (const auto code = value.type().get(kind)) return bad_value(where, code, "a context");
  if (kind != od::json_type::array) return read_context_entry(value, where, out);
  return read_list(value, where, [&](od::value item, const Where& at, std::size_t) {
    return read_context_entry(item, at, out);
  });
}

Status Reader::read_context_entry(od::value value, const Where& where, EventContext& out) {
  od::json_type kind;
  if (const auto code = value.type().get(kind)) return bad_value(where, code, "a context");
  if (kind == od::json_type::object) return read_context_object(value, where, out);
  if (kind != od::json_type::string) {
    return refuse(where, "must be the URI of a context or an object of prefixes", kContextRule);
  }
  ContextEntry entry;
  PACKTRAIL_TRY(read_text(value, where, entry.value));
  if (!is_uri(entry.value)) return refuse(where, "is not a URI", kContextRule);
  return add_context_entry(std::move(entry), where, out);
}

Status Reader::read_context_object(od::value value, const Where& where, EventContext& out) {
  return read_object(value, where,
                     [&](std::string_view name, od::value inner, const Where& at) -> Status {
                       ContextEntry entry;
                       entry.kind = ContextEntry::Kind::Prefix;
                       entry.name.assign(name);
                       od::json_type kind;
                       if (const auto code = inner.type().get(kind))
                         return bad_value(at, code, "a URI");
                       // Keywords (@vocab, @version) and typed terms say nothing about prefixes;
                       // they are kept.
                       if (kind == od::json_type::string && !name.starts_with('@')) {
                         PACKTRAIL_TRY(read_text(inner, at, entry.value));
                         if (!is_uri(entry.value)) {
                           return refuse(at, "a prefix must stand for a URI", kContextRule);
                         }
                       } else {
                         entry.kind = ContextEntry::Kind::Term;
                         PACKTRAIL_TRY(copy_json(inner, at, entry.value));
                       }
                       return add_context_entry(std::move(entry), at, out);
                     });
}

Status Reader::add_context_entry(ContextEntry entry, const Where& where, EventContext& out) {
  for (const ContextEntry& other : out.entries) {
    if (other == entry) return {};
    const bool both_named = entry.kind != ContextEntry::Kind::Vocabulary &&
                            other.kind != ContextEntry::Kind::Vocabulary;
    if (!both_named || other.name != entry.name) continue;
    return refuse(where, "is declared twice with different meanings", kContextRule,
                  "Use one prefix for one namespace.");
  }
  if (out.entries.size() == kContextEntriesMax) {
    return beyond(where, "the entries of a context", kContextEntriesMax);
  }
  out.entries.push_back(std::move(entry));
  return {};
}

Status Reader::read_event(od::object object, const Where& where, Event& event, bool bare) {
  PACKTRAIL_TRY(check_depth(where));
  Members present = 0;
  for (auto field : object) {
    std::string_view key;
    if (const auto code = field.unescaped_key().get(key)) return bad_value(where, code, "a name");
    const auto member = member_named(key);
    od::value value;
    if (member) {
      const Where at(where, kMemberNames[static_cast<std::size_t>(*member)]);
      if (const auto code = field.value().get(value)) return bad_value(at, code, "a value");
      if ((present & bit(*member)) != 0) {
        return refuse(at, "is there twice", "RFC 8259 section 4 (names unique)");
      }
      present |= bit(*member);
      if (*member == Member::Context && bare) continue;  // Read before.
      PACKTRAIL_TRY(read_member(*member, value, at, event));
      continue;
    }
    const std::string name(key);
    const Where at(where, name);
    if (const auto code = field.value().get(value)) return bad_value(at, code, "a value");
    if (!is_extension_name(name)) {
      return refuse(at, "is not a member of an event", kEventRule,
                    "Leave it out, or give it a prefix declared in @context.");
    }
    if (event.extensions.size() == limits_.list_items_max) {
      return beyond(where, "the members of an object", limits_.list_items_max);
    }
    PACKTRAIL_TRY(read_extension(name, value, at, event.extensions));
  }
  PACKTRAIL_TRY(check_names_unique(event.extensions, where));
  if ((present & bit(Member::Type)) == 0) {
    return refuse(Where(where, "type"), "is missing", kEventRule);
  }
  const Members foreign = present & ~members_of(event.type);
  for (std::size_t i = 0; foreign != 0 && i < kMemberNames.size(); ++i) {
    if ((foreign & (Members{1} << i)) == 0) continue;
    return refuse(Where(where, kMemberNames[i]),
                  std::string("is not a member of ").append(to_string(event.type)), kEventRule,
                  "Leave it out or use another event type.");
  }
  return resolve_event(event, where);
}

Status Reader::read_member(Member member, od::value value, const Where& at, Event& event) {
  const auto quantities = [&](std::vector<QuantityElement>& out) {
    return read_list(value, at, [&](od::value item, const Where& inner, std::size_t) {
      return read_quantity(item, inner, out.emplace_back());
    });
  };
  const auto parties = [&](std::vector<SourceDest>& out, std::string_view name) {
    return read_list(value, at, [&](od::value item, const Where& inner, std::size_t) {
      SourceDest& party = out.emplace_back();
      return read_pair(item, inner, name, party.type, party.id);
    });
  };
  switch (member) {
    case Member::Context:
      return read_context(value, at, event.context);
    case Member::Type: {
      std::string name;
      PACKTRAIL_TRY(read_text(value, at, name));
      const auto type = event_type_named(name);
      if (!type) {
        return refuse(at, "'" + name.substr(0, 80) + "' is not an event type that is read here",
                      kEventRule, "Use one of the five standard event types.");
      }
      event.type = *type;
      return {};
    }
    case Member::EventTime:
      return read_time(value, at, event.event_time);
    case Member::RecordTime:
      return read_time(value, at, event.record_time.emplace());
    case Member::EventTimeZoneOffset:
      return read_required_text(value, at, event.time_zone_offset);
    case Member::EventId:
      return read_required_text(value, at, event.event_id);
    case Member::CertificationInfo:
      return read_certification_info(value, at, event);
    case Member::ErrorDeclaration:
      return read_error_declaration(value, at, event);
    case Member::Action: {
      std::string name;
      PACKTRAIL_TRY(read_text(value, at, name));
      for (const Action action : {Action::Add, Action::Observe, Action::Delete}) {
        if (name == to_string(action)) event.action = action;
      }
      if (event.action) return {};
      return refuse(at, "must be ADD, OBSERVE or DELETE", kEventRule);
    }
    case Member::BizStep:
      return read_required_text(value, at, event.biz_step.text);
    case Member::Disposition:
      return read_required_text(value, at, event.disposition.text);
    case Member::PersistentDisposition:
      return read_persistent_disposition(value, at, event.persistent_disposition);
    case Member::ReadPoint:
      return read_place(value, at, event.read_point);
    case Member::BizLocation:
      return read_place(value, at, event.biz_location);
    case Member::BizTransactionList:
      return read_list(value, at, [&](od::value item, const Where& inner, std::size_t) {
        BizTransaction& transaction = event.biz_transactions.emplace_back();
        return read_pair(item, inner, "bizTransaction", transaction.type, transaction.id);
      });
    case Member::SourceList:
      return parties(event.sources, "source");
    case Member::DestinationList:
      return parties(event.destinations, "destination");
    case Member::SensorElementList:
      return read_list(value, at, [&](od::value item, const Where& inner, std::size_t) {
        return read_tree(item, inner, event.sensor_elements.emplace_back());
      });
    case Member::EpcList:
      return read_epcs(value, at, event.epc_list);
    case Member::QuantityList:
      return quantities(event.quantity_list);
    case Member::ParentId:
      return read_required_text(value, at, event.parent_id);
    case Member::ChildEpcs:
      return read_epcs(value, at, event.child_epcs);
    case Member::ChildQuantityList:
      return quantities(event.child_quantities);
    case Member::InputEpcList:
      return read_epcs(value, at, event.input_epcs);
    case Member::InputQuantityList:
      return quantities(event.input_quantities);
    case Member::OutputEpcList:
      return read_epcs(value, at, event.output_epcs);
    case Member::OutputQuantityList:
      return quantities(event.output_quantities);
    case Member::TransformationId:
      return read_required_text(value, at, event.transformation_id);
    case Member::Ilmd:
      return read_extensions(value, at, event.ilmd);
    case Member::Count:
      break;
  }
  return {};
}

Status Reader::read_error_declaration(od::value value, const Where& where, Event& event) {
  ErrorDeclaration& out = event.error_declaration.emplace();
  return read_object(
      value, where, [&](std::string_view name, od::value inner, const Where& at) -> Status {
        if (name == "declarationTime") return read_time(inner, at, out.declaration_time);
        if (name == "reason") return read_required_text(inner, at, out.reason.text);
        if (name == "correctiveEventIDs") {
          return read_list(inner, at, [&](od::value item, const Where& in, std::size_t) {
            return read_required_text(item, in, out.corrective_event_ids.emplace_back());
          });
        }
        if (is_extension_name(name)) return read_extension(name, inner, at, out.extensions);
        return refuse(at, "is not a member of errorDeclaration", kEventRule);
      });
}

Status Reader::read_certification_info(od::value value, const Where& where, Event& event) {
  od::json_type kind;
  if (const auto code = value.type().get(kind)) return bad_value(where, code, "a URI");
  if (kind != od::json_type::array) {
    return read_required_text(value, where, event.certification_info.emplace_back());
  }
  return read_list(value, where, [&](od::value item, const Where& at, std::size_t) {
    return read_required_text(item, at, event.certification_info.emplace_back());
  });
}

Status Reader::read_place(od::value value, const Where& where, Place& place) {
  PACKTRAIL_TRY(read_object(value, where,
                            [&](std::string_view name, od::value inner, const Where& at) -> Status {
                              if (name == "id") return read_required_text(inner, at, place.id);
                              if (is_extension_name(name))
                                return read_extension(name, inner, at, place.extensions);
                              return refuse(at, "is not a member of a place", kEventRule);
                            }));
  if (!place.id.empty()) return {};
  return refuse(Where(where, "id"), "is missing", kEventRule);
}

Status Reader::read_persistent_disposition(od::value value, const Where& where,
                                           PersistentDisposition& out) {
  PACKTRAIL_TRY(read_object(
      value, where, [&](std::string_view name, od::value inner, const Where& at) -> Status {
        if (name != "set" && name != "unset") {
          return refuse(at, "is not a member of persistentDisposition", kEventRule);
        }
        std::vector<CbvTerm>& terms = name == "set" ? out.set : out.unset;
        Status read = read_list(inner, at, [&](od::value item, const Where& in, std::size_t) {
          return read_required_text(item, in, terms.emplace_back().text);
        });
        if (read && terms.empty()) {
          return refuse(at, "must name at least one disposition", kEventRule);
        }
        return read;
      }));
  if (!out.empty()) return {};
  return refuse(where, "must have set or unset", kEventRule);
}

Status Reader::read_quantity(od::value value, const Where& where, QuantityElement& out) {
  return read_object(value, where,
                     [&](std::string_view name, od::value inner, const Where& at) -> Status {
                       if (name == "epcClass") return read_required_text(inner, at, out.epc_class);
                       if (name == "quantity") return read_number(inner, at, out.quantity);
                       if (name == "uom") return read_required_text(inner, at, out.uom);
                       return refuse(at, "is not a member of a quantity element", kEventRule);
                     });
}

// A business transaction, source or destination: {"type": ..., `id_name`: ...}.
Status Reader::read_pair(od::value value, const Where& where, std::string_view id_name,
                         CbvTerm& type, std::string& id) {
  return read_object(value, where,
                     [&](std::string_view name, od::value inner, const Where& at) -> Status {
                       if (name == "type") return read_required_text(inner, at, type.text);
                       if (name == id_name) return read_required_text(inner, at, id);
                       return refuse(at, "is not a member here", kEventRule);
                     });
}

// An object that holds user fields only (ilmd).
Status Reader::read_extensions(od::value value, const Where& where, ExtensionFields& out) {
  return read_object(value, where,
                     [&](std::string_view name, od::value inner, const Where& at) -> Status {
                       if (is_extension_name(name)) return read_extension(name, inner, at, out);
                       return refuse(at, "has no prefix", kExtensionRule);
                     });
}

Status Reader::read_text(od::value value, const Where& where, std::string& out) {
  std::string_view text;
  if (const auto code = value.get_string().get(text)) return bad_value(where, code, "a text");
  out.assign(text);
  return {};
}

Status Reader::read_required_text(od::value value, const Where& where, std::string& out) {
  PACKTRAIL_TRY(read_text(value, where, out));
  if (out.empty()) return refuse(where, "is empty", kEventRule, "Give a value or leave it out.");
  return {};
}

Status Reader::read_time(od::value value, const Where& where, EventTime& out) {
  PACKTRAIL_TRY(read_required_text(value, where, out.text));
  const auto instant = UtcTime::parse(out.text);
  if (!instant) {
    return refuse(where, "is not a time with a time zone",
                  "EPCIS 2.0 section 7.4 (eventTime); xsd:dateTimeStamp",
                  "Write it like 2026-11-20T09:58:00.000+01:00.");
  }
  out.instant = *instant;
  return {};
}

Status Reader::read_number(od::value value, const Where& where, std::string& out) {
  const std::string_view token = trimmed(value.raw_json_token());
  if (!is_json_number(token)) return refuse(where, "must be a number", kEventRule);
  if (token.size() > kNumberSizeMax) {
    return beyond(where, "the characters of a number", kNumberSizeMax);
  }
  out.assign(token);
  return {};
}

Status Reader::read_epcs(od::value value, const Where& where, TextList& out) {
  od::array array;
  if (const auto code = value.get_array().get(array)) return bad_value(where, code, "a list");
  PACKTRAIL_TRY(check_depth(where));
  for (auto item : array) {
    std::string_view epc;
    if (const auto code = text_of(item).get(epc)) {
      return bad_value(Where(where, out.size()), code, "a URI");
    }
    if (out.size() == limits_.epcs_per_event_max) {
      return beyond(where, "the EPCs of a list", limits_.epcs_per_event_max);
    }
    out.push_back(epc);
  }
  return {};
}

Status Reader::read_extension(std::string_view name, od::value value, const Where& where,
                              ExtensionFields& out) {
  // Names are split and resolved in resolve(), when the whole context is known.
  ExtensionField field;
  field.local_name.assign(name);
  PACKTRAIL_TRY(read_tree(value, where, field));
  out.push_back(std::move(field));
  return {};
}

Status Reader::read_tree(od::value value, const Where& where, ExtensionField& out) {
  if (++extension_count_ > limits_.extension_fields_max) {
    return beyond(where, "the extension fields of a document", limits_.extension_fields_max);
  }
  od::json_type kind;
  if (const auto code = value.type().get(kind)) return bad_value(where, code, "a value");
  switch (kind) {
    case od::json_type::string:
      out.kind = Kind::Text;
      return read_text(value, where, out.text);
    case od::json_type::number:
      out.kind = Kind::Number;
      return read_number(value, where, out.text);
    case od::json_type::boolean:
    case od::json_type::null: {
      const std::string_view token = trimmed(value.raw_json_token());
      if (token == "null") {
        out.kind = Kind::Null;
      } else if (token == "true" || token == "false") {
        out.kind = Kind::Bool;
        out.text.assign(token);
      } else {
        return bad_value(where, simdjson::T_ATOM_ERROR, "a value");
      }
      return {};
    }
    case od::json_type::object:
      out.kind = Kind::Object;
      return read_object(value, where,
                         [&](std::string_view name, od::value inner, const Where& at) {
                           ExtensionField& child = out.children.emplace_back();
                           child.local_name.assign(name);
                           return read_tree(inner, at, child);
                         });
    case od::json_type::array:
      out.kind = Kind::Array;
      return read_list(value, where, [&](od::value item, const Where& at, std::size_t) {
        return read_tree(item, at, out.children.emplace_back());
      });
  }
  return {};
}

// Appends the value as JSON without blanks.
Status Reader::copy_json(od::value value, const Where& where, std::string& out) {
  od::json_type kind;
  if (const auto code = value.type().get(kind)) return bad_value(where, code, "a value");
  switch (kind) {
    case od::json_type::string: {
      std::string_view text;
      if (const auto code = value.get_string().get(text)) return bad_value(where, code, "a text");
      append_json_string(out, text);
      return {};
    }
    case od::json_type::number:
    case od::json_type::boolean:
    case od::json_type::null: {
      const std::string_view token = trimmed(value.raw_json_token());
      if (token != "null" && token != "true" && token != "false" && !is_json_number(token)) {
        return bad_value(where, simdjson::TAPE_ERROR, "a value");
      }
      out.append(token);
      return {};
    }
    case od::json_type::object: {
      out.push_back('{');
      bool first = true;
      PACKTRAIL_TRY(read_object(
          value, where, [&](std::string_view name, od::value inner, const Where& at) -> Status {
            if (!std::exchange(first, false)) out.push_back(',');
            append_json_string(out, name);
            out.push_back(':');
            return copy_json(inner, at, out);
          }));
      out.push_back('}');
      return {};
    }
    case od::json_type::array:
      out.push_back('[');
      PACKTRAIL_TRY(
          read_list(value, where, [&](od::value item, const Where& at, std::size_t index) {
            if (index != 0) out.push_back(',');
            return copy_json(item, at, out);
          }));
      out.push_back(']');
      return {};
  }
  return {};
}

Status Reader::resolve_event(Event& event, const Where& where) {
  PACKTRAIL_TRY(resolve(event.extensions, where, event.context));
  PACKTRAIL_TRY(resolve(event.ilmd, Where(where, "ilmd"), event.context));
  PACKTRAIL_TRY(resolve(event.sensor_elements, Where(where, "sensorElementList"), event.context));
  PACKTRAIL_TRY(resolve(event.read_point.extensions, Where(where, "readPoint"), event.context));
  PACKTRAIL_TRY(resolve(event.biz_location.extensions, Where(where, "bizLocation"), event.context));
  if (!event.error_declaration) return {};
  return resolve(event.error_declaration->extensions, Where(where, "errorDeclaration"),
                 event.context);
}

// Splits and resolves the names of `fields` and of everything inside them.
Status Reader::resolve(ExtensionFields& fields, const Where& where, const EventContext& context) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    ExtensionField& field = fields[i];
    const std::string name = field.local_name;
    const Where at = name.empty() ? Where(where, i) : Where(where, name);
    PACKTRAIL_TRY(resolve_name(field, at, context));
    PACKTRAIL_TRY(resolve(field.children, at, context));
  }
  return {};
}

Status Reader::resolve_name(ExtensionField& field, const Where& where,
                            const EventContext& context) {
  const std::string_view name = field.local_name;
  const std::size_t colon = name.find(':');
  if (colon == std::string_view::npos) return {};
  const std::string_view prefix = name.substr(0, colon), rest = name.substr(colon + 1);
  if (rest.starts_with("//")) {  // JSON-LD 1.1 section 3.2: an absolute IRI, whatever the prefix.
    if (is_uri(name)) return {};
    return refuse(where, "is not a URI", kExtensionRule);
  }
  const std::string_view resolved = resolve_prefix(prefix, context, document_.context);
  if (resolved.empty()) {
    if (prefix == "urn" && is_uri(name)) return {};
    return refuse(where, "the prefix '" + std::string(prefix.substr(0, 80)) + "' is not declared",
                  kExtensionRule, "Declare the prefix in @context.");
  }
  if (rest.empty()) return refuse(where, "has no name after the prefix", kExtensionRule);
  field.namespace_uri.assign(resolved);
  field.prefix.assign(prefix);
  field.local_name.erase(0, colon + 1);
  return {};
}

}  // namespace

Result<Document> read_json(ByteView document, const ReadLimits& limits) {
  std::vector<Event> events;
  Collector collector(events);
  Document result = PACKTRAIL_TRY(read_json(document, limits, collector));
  result.events = std::move(events);
  return result;
}

Result<Document> read_json(ByteView document, const ReadLimits& limits, EventSink& sink) {
  return Reader(limits, &sink).read(document);
}

}  // namespace packtrail::epcis
