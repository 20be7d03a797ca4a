#include "epcis/event_hash.h"

#include <algorithm>
#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "base/crypto.h"
#include "epcis/canonical_uri.h"
#include "epcis/cbv.h"
#include "epcis/sensor.h"

namespace packtrail::epcis {
namespace {

using Kind = ExtensionField::Kind;

constexpr std::string_view kRdfsNamespace = "http://www.w3.org/2000/01/rdf-schema#";
constexpr std::string_view kGs1Vocabulary = "https://gs1.org/voc/";
constexpr std::string_view kCbvVocabulary = "https://ref.gs1.org/cbv/";
constexpr std::string_view kEpcisVocabulary = "https://ref.gs1.org/epcis/";

// The order of sensor members; other members of an element are user fields.
constexpr std::string_view kMetadataOrder[] = {"time",
                                               "startTime",
                                               "endTime",
                                               "deviceID",
                                               "deviceMetadata",
                                               "rawData",
                                               "dataProcessingMethod",
                                               "bizRules"};
constexpr std::string_view kReportOrder[] = {"type",
                                             "exception",
                                             "deviceID",
                                             "deviceMetadata",
                                             "rawData",
                                             "dataProcessingMethod",
                                             "bizRules",
                                             "time",
                                             "microorganism",
                                             "chemicalSubstance",
                                             "value",
                                             "component",
                                             "stringValue",
                                             "booleanValue",
                                             "hexBinaryValue",
                                             "uriValue",
                                             "minValue",
                                             "maxValue",
                                             "meanValue",
                                             "sDev",
                                             "percRank",
                                             "percValue",
                                             "uom",
                                             "coordinateReferenceSystem"};

// UTC, milliseconds, rounded half up.
std::string canonical_time(UtcTime time) {
  std::int64_t ms = (time.us + 500) / 1000;
  if (time.us + 500 < 0 && (time.us + 500) % 1000 != 0) --ms;
  return UtcTime{ms * 1000}.to_text();
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A decimal number without sign '+', leading and trailing zeros and exponent; any other text as it
// is. Exponents beyond kExponentMax stay: their digits would fill the memory.
std::string canonical_number(std::string_view text) {
  constexpr int kExponentMax = 400;
  std::string_view rest = text;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  std::string digits;
  std::ptrdiff_t point = -1;  // Digits before the decimal point.
  std::size_t at = 0;
  for (; at < rest.size() && (is_digit(rest[at]) || (rest[at] == '.' && point < 0)); ++at) {
    if (rest[at] == '.') {
      point = static_cast<std::ptrdiff_t>(digits.size());
    } else {
      digits.push_back(rest[at]);
    }
  }
  if (digits.empty()) return std::string(text);
  if (point < 0) point = static_cast<std::ptrdiff_t>(digits.size());
  if (at < rest.size()) {
    if (rest[at] != 'e' && rest[at] != 'E') return std::string(text);
    rest.remove_prefix(at + 1);
    const bool down = rest.starts_with('-');
    if (down || rest.starts_with('+')) rest.remove_prefix(1);
    if (rest.empty() || !std::all_of(rest.begin(), rest.end(), is_digit)) return std::string(text);
    int exponent = 0;
    for (const char c : rest) exponent = std::min(exponent * 10 + (c - '0'), kExponentMax + 1);
    if (exponent > kExponentMax) return std::string(text);
    point += down ? -exponent : exponent;
  }
  if (point <= 0) {
    digits.insert(0, static_cast<std::size_t>(1 - point), '0');
    point = 1;
  }
  if (static_cast<std::size_t>(point) > digits.size()) {
    digits.resize(static_cast<std::size_t>(point), '0');
  }
  const auto whole_size = static_cast<std::size_t>(point);
  std::string whole = digits.substr(0, whole_size), fraction = digits.substr(whole_size);
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size() - 1));
  fraction.erase(fraction.find_last_not_of('0') + 1);
  std::string out;
  if (negative && (whole != "0" || !fraction.empty())) out.push_back('-');
  out.append(whole);
  if (!fraction.empty()) out.append(".").append(fraction);
  return out;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n\f\v";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// A CBV value of any kind in its web spelling; other texts as they are.
std::string canonical_vocabulary(std::string_view text) {
  if (text.starts_with("urn:epcglobal:cbv:")) {
    for (const CbvKind kind : {CbvKind::BizStep, CbvKind::Disposition, CbvKind::BizTransactionType,
                               CbvKind::SourceDestType, CbvKind::ErrorReason}) {
      if (cbv_word(kind, text)) return to_cbv_web_uri(kind, text);
    }
  }
  return std::string(text);
}

class Prehash {
 public:
  Prehash(const Event& event, const EventContext& context) : event_(event), context_(context) {}

  std::string text() {
    add("eventType", to_string(event_.type));
    add("eventTime", canonical_time(event_.event_time.instant));
    add("eventTimeZoneOffset", event_.time_zone_offset);
    add_epcs("epcList", event_.epc_list);
    add_uri("parentID", event_.parent_id);
    add_epcs("inputEPCList", event_.input_epcs);
    add_epcs("childEPCs", event_.child_epcs);
    add_quantities("quantityList", event_.quantity_list);
    add_quantities("childQuantityList", event_.child_quantities);
    add_quantities("inputQuantityList", event_.input_quantities);
    add_epcs("outputEPCList", event_.output_epcs);
    add_quantities("outputQuantityList", event_.output_quantities);
    if (event_.action) add("action", to_string(*event_.action));
    add_uri("transformationID", event_.transformation_id);
    if (!event_.biz_step.empty()) add("bizStep", term(CbvKind::BizStep, event_.biz_step));
    if (!event_.disposition.empty()) {
      add("disposition", term(CbvKind::Disposition, event_.disposition));
    }
    add_persistent_disposition();
    add_place("readPoint", event_.read_point);
    add_place("bizLocation", event_.biz_location);
    add_sensor_elements();
    add_rest();
    return std::move(out_);
  }

 private:
  void add(std::string_view name, std::string_view value) {
    out_.append(name).append("=").append(value);
  }
  void add_uri(std::string_view name, std::string_view uri) {
    if (!uri.empty()) add(name, value_of(uri));
  }

  static void sort_and_append(std::string& out, std::vector<std::string>& texts) {
    std::sort(texts.begin(), texts.end());
    for (const std::string& text : texts) out.append(text);
  }

  [[nodiscard]] std::string term(CbvKind kind, const CbvTerm& term) const {
    if (cbv_word(kind, term.text)) return to_cbv_web_uri(kind, term.text);
    return value_of(term.text);
  }

  // A compact URI whose prefix is declared becomes the whole URI (JSON-LD).
  [[nodiscard]] std::string expanded(std::string_view text) const {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos || text.substr(colon + 1).starts_with("//")) {
      return std::string(text);
    }
    const std::string_view prefix = text.substr(0, colon);
    const std::string* space = event_.context.namespace_of(prefix);
    if (space == nullptr) space = context_.namespace_of(prefix);
    std::string_view uri;
    if (space != nullptr) {
      uri = *space;
    } else if (prefix == "gs1") {
      uri = kGs1Vocabulary;
    } else if (prefix == "cbv") {
      uri = kCbvVocabulary;
    } else if (prefix == "epcis") {
      uri = kEpcisVocabulary;
    } else {
      return std::string(text);
    }
    return std::string(uri).append(text.substr(colon + 1));
  }

  // The one spelling of a value: number, vocabulary, identifier, or the text itself.
  [[nodiscard]] std::string value_of(std::string_view raw) const {
    const std::string_view text = trimmed(raw);
    if (!text.empty() &&
        (is_digit(text[0]) || text[0] == '-' || text[0] == '+' || text[0] == '.')) {
      return canonical_number(text);
    }
    if (text.starts_with("urn:epc:")) return canonical_uri(text);
    return canonical_uri(canonical_vocabulary(expanded(text)));
  }

  void add_epcs(std::string_view name, const TextList& epcs) {
    if (epcs.empty()) return;
    std::vector<std::string> texts;
    texts.reserve(epcs.size());
    for (const std::string_view epc : epcs) texts.push_back("epc=" + value_of(epc));
    out_.append(name);
    sort_and_append(out_, texts);
  }

  void add_quantities(std::string_view name, const std::vector<QuantityElement>& quantities) {
    if (quantities.empty()) return;
    std::vector<std::string> texts;
    for (const QuantityElement& quantity : quantities) {
      std::string text = "quantityElementepcClass=" + value_of(quantity.epc_class);
      if (!quantity.quantity.empty()) {
        text.append("quantity=").append(canonical_number(quantity.quantity));
      }
      if (!quantity.uom.empty()) text.append("uom=").append(value_of(quantity.uom));
      texts.push_back(std::move(text));
    }
    out_.append(name);
    sort_and_append(out_, texts);
  }

  void add_persistent_disposition() {
    if (event_.persistent_disposition.empty()) return;
    out_.append("persistentDisposition");
    const auto terms = [&](std::string_view name, const std::vector<CbvTerm>& list) {
      std::vector<std::string> texts;
      for (const CbvTerm& item : list) {
        texts.push_back(std::string(name).append("=").append(term(CbvKind::Disposition, item)));
      }
      sort_and_append(out_, texts);
    };
    terms("set", event_.persistent_disposition.set);
    terms("unset", event_.persistent_disposition.unset);
  }

  void add_place(std::string_view name, const Place& place) {
    if (place.empty()) return;
    out_.append(name);
    add("id", value_of(place.id));
    std::vector<std::string> texts;
    for (const ExtensionField& field : place.extensions) collect(field, texts);
    sort_and_append(out_, texts);
  }

  // Appends to `texts` what one user field says: one text, or one per item of a list.
  void collect(const ExtensionField& field, std::vector<std::string>& texts) const {
    if (is_comment(field)) return;
    std::string name;
    if (field.namespace_uri.empty()) {
      name = field.local_name;
    } else {
      name.append("{").append(field.namespace_uri).append("}").append(field.local_name);
    }
    if (field.kind == Kind::Array) {
      for (const ExtensionField& item : field.children) texts.push_back(name + content(item));
    } else {
      texts.push_back(name + content(field));
    }
  }

  [[nodiscard]] std::string content(const ExtensionField& field) const {
    switch (field.kind) {
      case Kind::Null:
        return "=null";
      case Kind::Bool:
        return "=" + field.text;
      case Kind::Number:
        return "=" + canonical_number(field.text);
      case Kind::Text: {
        const std::string value = value_of(field.text);
        return value.empty() ? value : "=" + value;
      }
      case Kind::Object:
      case Kind::Array:
        break;
    }
    std::vector<std::string> texts;
    for (const ExtensionField& child : field.children) collect(child, texts);
    std::string out;
    sort_and_append(out, texts);
    return out;
  }

  static bool is_comment(const ExtensionField& field) {
    return field.local_name == "comment" &&
           (field.namespace_uri.empty() || field.namespace_uri == kRdfsNamespace);
  }

  [[nodiscard]] std::string sensor_value(const ExtensionField& field) const {
    const std::string& name = field.local_name;
    if (field.kind == Kind::Bool) return field.text;
    if (name == "time" || name == "startTime" || name == "endTime") {
      const auto time = UtcTime::parse(field.text);
      return time ? canonical_time(*time) : field.text;
    }
    if ((name == "type" && is_measurement_type(field.text)) ||
        (name == "exception" && field.text.find(':') == std::string::npos)) {
      return std::string(kGs1Vocabulary).append(field.text);
    }
    if (name == "component" && is_component(field.text)) {
      return std::string(kCbvVocabulary).append("Comp-").append(field.text);
    }
    return value_of(field.text);
  }

  // "name", the known members in their order, then the user fields.
  [[nodiscard]] std::string sensor_part(const ExtensionField& object, std::string_view name,
                                        std::span<const std::string_view> order) const {
    std::string out(name);
    for (const std::string_view member : order) {
      for (const ExtensionField& field : object.children) {
        if (!field.namespace_uri.empty() || field.local_name != member) continue;
        out.append(member).append("=").append(sensor_value(field));
      }
    }
    append_user_fields(object, out);
    return out;
  }

  void append_user_fields(const ExtensionField& object, std::string& out) const {
    std::vector<std::string> texts;
    for (const ExtensionField& field : object.children) {
      const bool user =
          !field.namespace_uri.empty() || field.local_name.find(':') != std::string::npos;
      if (user) collect(field, texts);
    }
    sort_and_append(out, texts);
  }

  void add_sensor_elements() {
    if (event_.sensor_elements.empty()) return;
    std::vector<std::string> elements;
    for (const ExtensionField& element : event_.sensor_elements) {
      std::string text = "sensorElement";
      std::vector<std::string> reports;
      for (const ExtensionField& field : element.children) {
        if (!field.namespace_uri.empty()) continue;
        if (field.local_name == "sensorMetadata") {
          text.append(sensor_part(field, "sensorMetadata", kMetadataOrder));
        } else if (field.local_name == "sensorReport") {
          for (const ExtensionField& report : field.children) {
            reports.push_back(sensor_part(report, "sensorReport", kReportOrder));
          }
        }
      }
      sort_and_append(text, reports);
      append_user_fields(element, text);
      elements.push_back(std::move(text));
    }
    out_.append("sensorElementList");
    sort_and_append(out_, elements);
  }

  // Transactions, parties, ilmd and user fields stand in the order of their texts: so do the
  // reference values, where destinationList comes before sourceList.
  void add_rest() {
    std::vector<std::string> rest;
    const auto pairs = [&](std::string_view list, std::string_view name, CbvKind kind,
                           const auto& items) {
      if (items.empty()) return;
      std::vector<std::string> texts;
      for (const auto& item : items) {
        std::string text;
        if (!item.type.empty()) text.append("type=").append(term(kind, item.type));
        text.append(name).append("=").append(value_of(item.id));
        texts.push_back(std::move(text));
      }
      std::string text(list);
      sort_and_append(text, texts);
      rest.push_back(std::move(text));
    };
    pairs("bizTransactionList", "bizTransaction", CbvKind::BizTransactionType,
          event_.biz_transactions);
    pairs("destinationList", "destination", CbvKind::SourceDestType, event_.destinations);
    pairs("sourceList", "source", CbvKind::SourceDestType, event_.sources);
    if (!event_.ilmd.empty()) {
      std::vector<std::string> texts;
      for (const ExtensionField& field : event_.ilmd) collect(field, texts);
      std::string text = "ilmd";
      sort_and_append(text, texts);
      rest.push_back(std::move(text));
    }
    for (const ExtensionField& field : event_.extensions) collect(field, rest);
    sort_and_append(out_, rest);
  }

  const Event& event_;
  const EventContext& context_;
  std::string out_;
};

}  // namespace

std::string event_prehash(const Event& event, const EventContext& context) {
  return Prehash(event, context).text();
}

std::string event_hash_id(const Event& event, const EventContext& context) {
  const std::string prehash = event_prehash(event, context);
  return "ni:///sha-256;" + to_hex(sha256(as_bytes(prehash))) + "?ver=CBV2.0";
}

}  // namespace packtrail::epcis
