#include "epcis/context.h"

namespace packtrail::epcis {
namespace {

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

}  // namespace packtrail::epcis
