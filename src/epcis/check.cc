#include "epcis/check.h"

#include <algorithm>
#include <array>

#include "epcis/cbv.h"
#include "epcis/sensor.h"

namespace packtrail::epcis {
namespace {

constexpr const char* kObjectRule = "EPCIS 2.0 section 7.4 (ObjectEvent)";
constexpr const char* kAggregationRule = "EPCIS 2.0 section 7.4 (AggregationEvent)";
constexpr const char* kTransactionRule = "EPCIS 2.0 section 7.4 (TransactionEvent)";
constexpr const char* kTransformationRule = "EPCIS 2.0 section 7.4 (TransformationEvent)";
constexpr const char* kAssociationRule = "EPCIS 2.0 section 7.4 (AssociationEvent)";
constexpr const char* kEventRule = "EPCIS 2.0 section 7.4 (EPCISEvent)";
constexpr const char* kUriRule = "RFC 3986 section 3; EPCIS 2.0 names things by URI";
constexpr const char* kTimeRule = "EPCIS 2.0 section 7.4 (eventTime); xsd:dateTimeStamp";

const char* rule_of(EventType type) {
  switch (type) {
    case EventType::Object:
      return kObjectRule;
    case EventType::Aggregation:
      return kAggregationRule;
    case EventType::Transaction:
      return kTransactionRule;
    case EventType::Transformation:
      return kTransformationRule;
    case EventType::Association:
      return kAssociationRule;
  }
  return kEventRule;
}

// Characters of RFC 3986: unreserved, reserved and '%'.
constexpr std::array<bool, 256> uri_characters() {
  std::array<bool, 256> table{};
  for (int c = 0; c < 256; ++c) {
    table[static_cast<std::size_t>(c)] =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }
  for (const char c : std::string_view("-._~:/?#[]@!$&'()*+,;=%")) {
    table[static_cast<std::size_t>(c)] = true;
  }
  return table;
}
constexpr std::array<bool, 256> kUriCharacters = uri_characters();

// Checks the members of one event; builds a pointer only when something is wrong.
class Checker {
 public:
  Checker(const Event& event, std::string_view pointer) : event_(event), pointer_(pointer) {}

  [[nodiscard]] Status check() const {
    PACKTRAIL_TRY(check_common());
    PACKTRAIL_TRY(check_members_of_type());
    PACKTRAIL_TRY(check_lists());
    switch (event_.type) {
      case EventType::Object:
        return check_object();
      case EventType::Aggregation:
      case EventType::Association:
        return check_parent_and_children();
      case EventType::Transaction:
        return check_transaction();
      case EventType::Transformation:
        return check_transformation();
    }
    return {};
  }

 private:
  [[nodiscard]] Error refuse(std::string_view inside, std::string message, const char* rule,
                             std::string remedy = {}) const {
    return Error{.message = std::move(message),
                 .field = std::string(pointer_).append(inside),
                 .rule = rule,
                 .remedy = std::move(remedy)};
  }

  [[nodiscard]] Status check_uri(std::string_view uri, std::string_view inside) const {
    if (is_uri(uri)) return {};
    Error error = refuse(inside, "is not a URI", kUriRule,
                         "Write an EPC URN (urn:epc:id:...), a Digital Link or another URI.");
    if (uri.size() > kUriSizeMax) {
      error.message = "is longer than the " + std::to_string(kUriSizeMax) + " bytes of a URI";
    }
    error.length = uri.size();
    return error;
  }

  [[nodiscard]] Status check_optional_uri(std::string_view uri, std::string_view inside) const {
    return uri.empty() ? Status{} : check_uri(uri, inside);
  }

  template <class Texts>
  [[nodiscard]] Status check_uris(const Texts& texts, std::string_view inside) const {
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (!is_uri(texts[i])) {
        return check_uri(texts[i], std::string(inside).append("/").append(std::to_string(i)));
      }
    }
    return {};
  }

  [[nodiscard]] Status check_time(const EventTime& time, std::string_view inside) const {
    const auto instant = UtcTime::parse(time.text);
    if (instant && *instant == time.instant) return {};
    return refuse(inside, "is not a time with a time zone", kTimeRule,
                  "Write it like 2026-11-20T09:58:00.000+01:00.");
  }

  [[nodiscard]] Status check_term(const CbvTerm& term, CbvKind kind,
                                  std::string_view inside) const {
    if (term.empty() || cbv_word(kind, term.text)) return {};
    if (!in_cbv_namespace(term.text)) return check_uri(term.text, inside);
    return refuse(inside, "'" + term.text.substr(0, 80) + "' is not a word of this vocabulary",
                  "CBV 2.0 section 7 (standard vocabularies)",
                  "Use a word of the CBV or a URI of your own outside the CBV namespaces.");
  }

  [[nodiscard]] Status check_common() const {
    if (event_.event_time.text.empty()) {
      return refuse("/eventTime", "is missing", kEventRule, "Say when it happened.");
    }
    PACKTRAIL_TRY(check_time(event_.event_time, "/eventTime"));
    if (event_.time_zone_offset.empty()) {
      return refuse("/eventTimeZoneOffset", "is missing", kEventRule,
                    "Say the offset in force where it happened, like +01:00.");
    }
    if (!is_time_zone_offset(event_.time_zone_offset)) {
      return refuse("/eventTimeZoneOffset", "is not an offset between -14:00 and +14:00",
                    kEventRule, "Write it like +01:00 or -06:00.");
    }
    if (event_.record_time) PACKTRAIL_TRY(check_time(*event_.record_time, "/recordTime"));
    PACKTRAIL_TRY(check_optional_uri(event_.event_id, "/eventID"));
    PACKTRAIL_TRY(check_uris(event_.certification_info, "/certificationInfo"));
    if (event_.error_declaration) {
      const ErrorDeclaration& declaration = *event_.error_declaration;
      if (declaration.declaration_time.text.empty()) {
        return refuse("/errorDeclaration/declarationTime", "is missing",
                      "EPCIS 2.0 section 7.4 (errorDeclaration)");
      }
      PACKTRAIL_TRY(check_time(declaration.declaration_time, "/errorDeclaration/declarationTime"));
      PACKTRAIL_TRY(
          check_term(declaration.reason, CbvKind::ErrorReason, "/errorDeclaration/reason"));
      PACKTRAIL_TRY(
          check_uris(declaration.corrective_event_ids, "/errorDeclaration/correctiveEventIDs"));
    }
    if (event_.type == EventType::Transformation) {
      if (event_.action) {
        return refuse("/action", "a TransformationEvent has no action", kTransformationRule,
                      "Leave it out.");
      }
    } else if (!event_.action) {
      return refuse("/action", "is missing", rule_of(event_.type), "Say ADD, OBSERVE or DELETE.");
    }
    PACKTRAIL_TRY(check_term(event_.biz_step, CbvKind::BizStep, "/bizStep"));
    PACKTRAIL_TRY(check_term(event_.disposition, CbvKind::Disposition, "/disposition"));
    PACKTRAIL_TRY(check_terms(event_.persistent_disposition.set, "/persistentDisposition/set/"));
    PACKTRAIL_TRY(
        check_terms(event_.persistent_disposition.unset, "/persistentDisposition/unset/"));
    PACKTRAIL_TRY(check_place(event_.read_point, "/readPoint/id"));
    return check_place(event_.biz_location, "/bizLocation/id");
  }

  [[nodiscard]] Status check_terms(const std::vector<CbvTerm>& terms,
                                   std::string_view inside) const {
    for (std::size_t i = 0; i < terms.size(); ++i) {
      const std::string at = std::string(inside).append(std::to_string(i));
      if (terms[i].empty()) return refuse(at, "is empty", kEventRule);
      PACKTRAIL_TRY(check_term(terms[i], CbvKind::Disposition, at));
    }
    return {};
  }

  [[nodiscard]] Status check_place(const Place& place, std::string_view inside) const {
    if (place.empty() && place.extensions.empty()) return {};
    return check_uri(place.id, inside);
  }

  // A member that this event type does not have is an error, never dropped.
  [[nodiscard]] Status check_members_of_type() const {
    const EventType type = event_.type;
    const bool object = type == EventType::Object, transaction = type == EventType::Transaction,
               transformation = type == EventType::Transformation,
               with_children = type == EventType::Aggregation || type == EventType::Association;
    const struct {
      bool present;
      bool allowed;
      std::string_view inside;
    } members[] = {
        {!event_.epc_list.empty(), object || transaction, "/epcList"},
        {!event_.quantity_list.empty(), object || transaction, "/quantityList"},
        {!event_.parent_id.empty(), transaction || with_children, "/parentID"},
        {!event_.child_epcs.empty(), with_children, "/childEPCs"},
        {!event_.child_quantities.empty(), with_children, "/childQuantityList"},
        {!event_.input_epcs.empty(), transformation, "/inputEPCList"},
        {!event_.input_quantities.empty(), transformation, "/inputQuantityList"},
        {!event_.output_epcs.empty(), transformation, "/outputEPCList"},
        {!event_.output_quantities.empty(), transformation, "/outputQuantityList"},
        {!event_.transformation_id.empty(), transformation, "/transformationID"},
        {!event_.ilmd.empty(), object || transformation, "/ilmd"},
    };
    for (const auto& member : members) {
      if (!member.present || member.allowed) continue;
      return refuse(member.inside, std::string("is not a member of ").append(to_string(type)),
                    rule_of(type), "Leave it out or use another event type.");
    }
    return {};
  }

  [[nodiscard]] Status check_quantities(const std::vector<QuantityElement>& quantities,
                                        std::string_view inside) const {
    for (std::size_t i = 0; i < quantities.size(); ++i) {
      const QuantityElement& quantity = quantities[i];
      const auto at = [&](std::string_view name) {
        return std::string(inside).append("/").append(std::to_string(i)).append(name);
      };
      if (!is_uri(quantity.epc_class)) return check_uri(quantity.epc_class, at("/epcClass"));
      if (!quantity.quantity.empty() && !is_json_number(quantity.quantity)) {
        return refuse(at("/quantity"), "is not a decimal number",
                      "EPCIS 2.0 section 7.3 (QuantityElement)");
      }
      const std::string& uom = quantity.uom;
      const bool well_formed =
          uom.empty() ||
          ((uom.size() == 2 || uom.size() == 3) && std::all_of(uom.begin(), uom.end(), [](char c) {
             return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
           }));
      if (!well_formed) {
        return refuse(at("/uom"), "is not a unit code of two or three characters",
                      "EPCIS 2.0 section 7.3 (QuantityElement); UN/CEFACT Recommendation 20",
                      "Use a code such as KGM, or leave it out for a count.");
      }
    }
    return {};
  }

  [[nodiscard]] Status check_lists() const {
    PACKTRAIL_TRY(check_uris(event_.epc_list, "/epcList"));
    PACKTRAIL_TRY(check_uris(event_.child_epcs, "/childEPCs"));
    PACKTRAIL_TRY(check_uris(event_.input_epcs, "/inputEPCList"));
    PACKTRAIL_TRY(check_uris(event_.output_epcs, "/outputEPCList"));
    PACKTRAIL_TRY(check_optional_uri(event_.parent_id, "/parentID"));
    PACKTRAIL_TRY(check_optional_uri(event_.transformation_id, "/transformationID"));
    PACKTRAIL_TRY(check_quantities(event_.quantity_list, "/quantityList"));
    PACKTRAIL_TRY(check_quantities(event_.child_quantities, "/childQuantityList"));
    PACKTRAIL_TRY(check_quantities(event_.input_quantities, "/inputQuantityList"));
    PACKTRAIL_TRY(check_quantities(event_.output_quantities, "/outputQuantityList"));
    for (std::size_t i = 0; i < event_.biz_transactions.size(); ++i) {
      const std::string at = "/bizTransactionList/" + std::to_string(i);
      PACKTRAIL_TRY(check_uri(event_.biz_transactions[i].id, at + "/bizTransaction"));
      PACKTRAIL_TRY(
          check_term(event_.biz_transactions[i].type, CbvKind::BizTransactionType, at + "/type"));
    }
    PACKTRAIL_TRY(check_parties(event_.sources, "/sourceList/", "/source"));
    PACKTRAIL_TRY(check_parties(event_.destinations, "/destinationList/", "/destination"));
    for (std::size_t i = 0; i < event_.sensor_elements.size(); ++i) {
      PACKTRAIL_TRY(check_sensor_element(
          event_.sensor_elements[i],
          std::string(pointer_).append("/sensorElementList/").append(std::to_string(i))));
    }
    return {};
  }

  [[nodiscard]] Status check_parties(const std::vector<SourceDest>& parties, std::string_view list,
                                     std::string_view name) const {
    for (std::size_t i = 0; i < parties.size(); ++i) {
      const std::string at = std::string(list).append(std::to_string(i));
      if (parties[i].type.empty()) {
        return refuse(at + "/type", "is missing", "EPCIS 2.0 section 7.3 (Source, Destination)",
                      "Say owning_party, possessing_party, location or a URI of your own.");
      }
      PACKTRAIL_TRY(check_term(parties[i].type, CbvKind::SourceDestType, at + "/type"));
      PACKTRAIL_TRY(check_uri(parties[i].id, at + std::string(name)));
    }
    return {};
  }

  [[nodiscard]] Status check_object() const {
    const bool sensed = !event_.sensor_elements.empty() && !event_.read_point.empty();
    if (event_.epc_list.empty() && event_.quantity_list.empty() && !sensed) {
      return refuse("/epcList", "the event names no object", kObjectRule,
                    "Give epcList or quantityList, or sensorElementList with readPoint.");
    }
    if (!event_.ilmd.empty() && event_.action != Action::Add) {
      return refuse("/ilmd", "ilmd goes only with action ADD", kObjectRule,
                    "Leave it out, or record the commissioning.");
    }
    return {};
  }

  [[nodiscard]] Status check_parent_and_children() const {
    const bool association = event_.type == EventType::Association;
    const char* rule = rule_of(event_.type);
    if (event_.parent_id.empty() && (association || event_.action != Action::Observe)) {
      return refuse(
          "/parentID", "is missing", rule,
          association ? "Name the parent." : "Name the parent; only OBSERVE may leave it out.");
    }
    if (event_.child_epcs.empty() && event_.child_quantities.empty() &&
        event_.action != Action::Delete) {
      return refuse("/childEPCs", "the event names no child", rule,
                    "Give childEPCs or childQuantityList; only DELETE may leave both out.");
    }
    return {};
  }

  [[nodiscard]] Status check_transaction() const {
    if (event_.biz_transactions.empty()) {
      return refuse("/bizTransactionList", "is missing or empty", kTransactionRule,
                    "Name the business transaction.");
    }
    if (event_.epc_list.empty() && event_.quantity_list.empty() && event_.parent_id.empty() &&
        event_.action != Action::Delete) {
      return refuse("/epcList", "the event names no object", kTransactionRule,
                    "Give epcList, quantityList or parentID; only DELETE may leave all out.");
    }
    return {};
  }

  [[nodiscard]] Status check_transformation() const {
    const bool inputs = !event_.input_epcs.empty() || !event_.input_quantities.empty();
    const bool outputs = !event_.output_epcs.empty() || !event_.output_quantities.empty();
    if (event_.transformation_id.empty() ? (inputs && outputs) : (inputs || outputs)) return {};
    return refuse(inputs ? "/outputEPCList" : "/inputEPCList",
                  inputs ? "the event names no output" : "the event names no input",
                  kTransformationRule,
                  "Give inputs and outputs; with a transformationID one of them is enough.");
  }

  const Event& event_;
  std::string_view pointer_;
};

}  // namespace

bool is_uri(std::string_view text) {
  if (text.size() < 3 || text.size() > kUriSizeMax) return false;
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (!is_letter(text[0])) return false;
  std::size_t at = 1;
  while (at < text.size() && text[at] != ':') {
    const char c = text[at];
    if (!is_letter(c) && !(c >= '0' && c <= '9') && c != '+' && c != '-' && c != '.') return false;
    ++at;
  }
  if (at + 1 >= text.size()) return false;
  bool good = true;
  for (; at < text.size(); ++at) good &= kUriCharacters[static_cast<unsigned char>(text[at])];
  return good;
}

bool is_time_zone_offset(std::string_view text) {
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return false;
  for (const std::size_t at : {1U, 2U, 4U, 5U}) {
    if (text[at] < '0' || text[at] > '9') return false;
  }
  const int hours = (text[1] - '0') * 10 + (text[2] - '0');
  const int minutes = (text[4] - '0') * 10 + (text[5] - '0');
  return hours * 60 + minutes <= 14 * 60 && minutes < 60;
}

bool is_json_number(std::string_view text) {
  const auto skip_digits = [&] {
    const std::size_t before = text.size();
    while (!text.empty() && text[0] >= '0' && text[0] <= '9') text.remove_prefix(1);
    return before - text.size();
  };
  if (text.starts_with('-')) text.remove_prefix(1);
  const bool zero = text.starts_with('0');
  const std::size_t whole = skip_digits();
  if (whole == 0 || (zero && whole > 1)) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (skip_digits() == 0) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (skip_digits() == 0) return false;
  }
  return text.empty();
}

Status check_event(const Event& event, std::string_view pointer) {
  return Checker(event, pointer).check();
}

}  // namespace packtrail::epcis
