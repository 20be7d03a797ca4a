// epcis/json_writer.h - writes EPCIS 2.0 JSON-LD, event by event.
//
// The output is valid against the GS1 JSON schema of EPCIS 2.0 when every event passes
// check_event(), has no blanks, and depends on nothing but its input: members stand in one fixed
// order. Numbers and times are written as their texts.
//
// Thread safety: one writer belongs to one thread. Cost: one pass; memory is the output string,
// which the caller may empty between calls.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "epcis/event.h"

namespace packtrail::epcis {

inline constexpr std::string_view kEpcisContextUri =
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld";

enum class CbvSpelling : std::uint8_t {
  BareWord,    // "packing": what the JSON schema asks for.
  AsCaptured,  // The text as it came in; a CBV URN is then not valid against the schema.
};

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out, CbvSpelling spelling = CbvSpelling::BareWord)
      : out_(out), spelling_(spelling) {}
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  // Writes everything before the first event, from `document` without its events. The EPCIS
  // context is added when the document names none. Prefixes that an event uses and the document
  // does not declare, or declares otherwise, are declared in the event.
  void begin(const Document& document);
  void event(const Event& event);
  void end();

  // An event by itself, as POST /events takes it: `context` stands inside it.
  void bare_event(const Event& event, const EventContext& context);

 private:
  enum class Scope : std::uint8_t { Document, Event };  // A document must name the EPCIS context.
  void context(const EventContext& context, Scope scope);
  void open_event(const Event& event, EventContext context);
  void event_members(const Event& event);
  void object_and_parent(const Event& event);
  void error_declaration(const ErrorDeclaration& declaration);
  void place(std::string_view name, const Place& place);
  void term(const CbvTerm& term);
  void name(std::string_view name);  // With the comma before it and the colon after it.
  void text(std::string_view name, std::string_view text);
  void optional_text(std::string_view name, std::string_view text);
  void optional_term(std::string_view name, const CbvTerm& value);
  template <class Texts>
  void texts(std::string_view name, const Texts& texts);
  void quantities(std::string_view name, const std::vector<QuantityElement>& quantities);
  void parties(std::string_view list, std::string_view name,
               const std::vector<SourceDest>& parties);
  void terms(std::string_view name, const std::vector<CbvTerm>& terms);
  void fields(const ExtensionFields& fields);
  void value(const ExtensionField& field);
  void declare_missing(const ExtensionFields& fields);

  std::string& out_;
  EventContext document_context_;
  EventContext event_context_;  // Of the event being written.
  CbvSpelling spelling_;
  bool comma_ = false;  // Whether a comma must come before the next member or item.
  bool is_query_ = false;
};

// The whole document at once; a BareEvent document is written as its only event.
[[nodiscard]] std::string write_json(const Document& document,
                                     CbvSpelling spelling = CbvSpelling::BareWord);

}  // namespace packtrail::epcis
