#include "epcis/context.h"

#include <utility>

namespace packtrail::epcis {
namespace {

// What the EPCIS context itself declares; documents use these without saying so.
constexpr std::pair<std::string_view, std::string_view> kStandardPrefixes[] = {
    {"epcis", "https://ref.gs1.org/epcis/"},
    {"cbv", "https://ref.gs1.org/cbv/"},
    {"cbvmda", "urn:epcglobal:cbv:mda:"},
    {"gs1", "https://gs1.org/voc/"},
    {"rdfs", "http://www.w3.org/2000/01/rdf-schema#"},
    {"owl", "http://www.w3.org/2002/07/owl#"},
    {"xsd", "http://www.w3.org/2001/XMLSchema#"},
    {"dcterms", "http://purl.org/dc/terms/"},
};

void declare(const ExtensionFields& fields, EventContext& context) {
  for (const ExtensionField& field : fields) {
    if (!field.prefix.empty() && context.namespace_of(field.prefix) == nullptr) {
      context.entries.push_back({ContextEntry::Kind::Prefix, field.prefix, field.namespace_uri});
    }
    declare(field.children, context);
  }
}

}  // namespace

void declare_prefixes(const Event& event, EventContext& context) {
  declare(event.ilmd, context);
  declare(event.sensor_elements, context);
  declare(event.extensions, context);
  declare(event.read_point.extensions, context);
  declare(event.biz_location.extensions, context);
  if (event.error_declaration) declare(event.error_declaration->extensions, context);
}

std::string_view resolve_prefix(std::string_view prefix, const EventContext& event,
                                const EventContext& document) {
  if (const std::string* space = event.namespace_of(prefix)) return *space;
  if (const std::string* space = document.namespace_of(prefix)) return *space;
  for (const auto& [standard, uri] : kStandardPrefixes) {
    if (standard == prefix) return uri;
  }
  return {};
}

}  // namespace packtrail::epcis
