// epcis/xml12_writer.h - writes EPCIS 1.2 XML, the form most trading partners still exchange.
//
// The output is valid against the XSD of EPCIS 1.2. What 1.2 cannot carry is refused, never left
// out: AssociationEvent, sensor data, persistentDisposition, certificationInfo, Digital Links,
// null, empty or nested lists in extensions, exponents in quantities, master data (not written
// here). CBV values become URNs. JSON-LD context documents and typed terms have no counterpart in
// XML; declared prefixes become namespace declarations. XML has no types: numbers, truth values and
// texts of an extension look alike, and a list of one item looks like the item.
//
// Thread safety: one writer belongs to one thread. Cost: one pass; memory is the output string,
// which the caller may empty between calls.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "epcis/event.h"

namespace packtrail::epcis {

// A party of the Standard Business Document Header (UN/CEFACT SBDH 1.3).
struct SbdhPartner {
  std::string identifier;         // An SGLN URN or a GLN.
  std::string authority = "GS1";  // Attribute Authority; empty: not written.
};

struct Sbdh {
  SbdhPartner sender;
  SbdhPartner receiver;
  std::string instance_identifier;  // Unique per document of the sender.
  EventTime created;
};

class Xml12Writer {
 public:
  explicit Xml12Writer(std::string& out) : out_(out) {}
  Xml12Writer(const Xml12Writer&) = delete;
  Xml12Writer& operator=(const Xml12Writer&) = delete;

  // Writes everything before the first event, from `document` without its events. Its own id,
  // sender, receiver and instanceIdentifier have no place in 1.2 beside the `header`, and its
  // master data is not written: it is refused when it has any of them.
  [[nodiscard]] Status begin(const Document& document, const std::optional<Sbdh>& header);

  // Checks and writes one event. On failure nothing is appended, and `field` is
  // "/epcisBody/eventList/INDEX/..." in JSON names.
  [[nodiscard]] Status event(const Event& event);
  void end();

 private:
  [[nodiscard]] Status event_element(const Event& event, std::string_view at);
  [[nodiscard]] Status base_extension(const Event& event, std::string_view at);
  [[nodiscard]] Status context_of_event(const Event& event, std::string_view at);
  [[nodiscard]] Status object_extension(const Event& event, std::string_view at);
  [[nodiscard]] Status place(std::string_view name, const Place& place, std::string_view at);
  [[nodiscard]] Status epcs(std::string_view name, std::string_view json_name, const TextList& epcs,
                            std::string_view at);
  [[nodiscard]] Status quantities(std::string_view name,
                                  const std::vector<QuantityElement>& quantities,
                                  std::string_view at);
  [[nodiscard]] Status biz_transactions(const Event& event, std::string_view at);
  [[nodiscard]] Status parties(const Event& event, std::string_view at);
  [[nodiscard]] Status ilmd(const Event& event, std::string_view at);
  [[nodiscard]] Status fields(const ExtensionFields& fields, std::string_view at);
  [[nodiscard]] Status field(const ExtensionField& field, const ExtensionField& named,
                             std::string_view at);
  [[nodiscard]] Status identifier(std::string_view name, std::string_view uri, std::string_view at);
  [[nodiscard]] Status attribute_and_identifier(std::string_view name, std::string_view type,
                                                std::string_view uri, std::string_view at);
  void element(std::string_view name, std::string_view text);

  std::string& out_;
  std::vector<std::pair<std::string, std::string>> namespaces_;  // In scope, innermost last.
  std::size_t event_count_ = 0;
};

// The whole document at once. `document.events` of a BareEvent are written as a document.
[[nodiscard]] Result<std::string> write_xml12(const Document& document,
                                              const std::optional<Sbdh>& header = {});

}  // namespace packtrail::epcis
