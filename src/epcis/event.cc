#include "epcis/event.h"

namespace packtrail::epcis {
namespace {

// Takes `head` off the front of `text`; false, and nothing taken, when it is not there.
bool take(std::string_view& text, std::string_view head) {
  if (!text.starts_with(head)) return false;
  text.remove_prefix(head.size());
  return true;
}

constexpr std::string_view kUrnKinds[] = {"bizstep:", "disp:", "btt:", "sdt:", "er:"};
constexpr std::string_view kWebKinds[] = {"BizStep-", "Disp-", "BTT-", "SDT-", "ER-"};

}  // namespace

std::string_view to_string(EventType type) {
  switch (type) {
    case EventType::Object:
      return "ObjectEvent";
    case EventType::Aggregation:
      return "AggregationEvent";
    case EventType::Transaction:
      return "TransactionEvent";
    case EventType::Transformation:
      return "TransformationEvent";
    case EventType::Association:
      return "AssociationEvent";
  }
  return {};
}

std::string_view to_string(Action action) {
  switch (action) {
    case Action::Add:
      return "ADD";
    case Action::Observe:
      return "OBSERVE";
    case Action::Delete:
      return "DELETE";
  }
  return {};
}

std::string_view CbvTerm::word() const {
  std::string_view rest = text;
  if (take(rest, "urn:epcglobal:cbv:")) {
    for (const std::string_view kind : kUrnKinds) {
      if (take(rest, kind)) return rest;
    }
  } else if (take(rest, "cbv:") || take(rest, "https://ref.gs1.org/cbv/") ||
             take(rest, "http://ref.gs1.org/cbv/") || take(rest, "https://ns.gs1.org/cbv/") ||
             take(rest, "http://ns.gs1.org/cbv/")) {
    for (const std::string_view kind : kWebKinds) {
      if (take(rest, kind)) return rest;
    }
  }
  return text;
}

std::string ExtensionField::name() const {
  if (prefix.empty()) return local_name;
  std::string result;
  result.reserve(prefix.size() + 1 + local_name.size());
  result.append(prefix).append(1, ':').append(local_name);
  return result;
}

const std::string* EventContext::namespace_of(std::string_view prefix) const {
  for (const ContextEntry& entry : entries) {
    if (entry.kind == ContextEntry::Kind::Prefix && entry.name == prefix) return &entry.value;
  }
  return nullptr;
}

}  // namespace packtrail::epcis
