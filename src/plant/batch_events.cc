#include "plant/batch_events.h"

#include <utility>

#include "gs1/asset.h"
#include "gs1/epc.h"

namespace packtrail::plant {
namespace {

std::string pgln(const gs1::Gln& gln, const gs1::CompanyPrefix& prefix) {
  const std::string_view digits = gln.digits();
  std::string text = "urn:epc:id:pgln:";
  text += digits.substr(0, prefix.size());
  text += '.';
  text += digits.substr(prefix.size(), digits.size() - 1 - prefix.size());
  return text;
}

std::string biz_transaction(const gs1::Gln& gln, const std::string& number) {
  return "urn:epcglobal:cbv:bt:" + std::string(gln.digits()) + ":" + number;
}

// An order's keys are valid and its prefix is one that URNs have: the text exists.
std::string urn(const gs1::Epc& epc, std::size_t gcp_length) {
  auto text = gs1::to_urn(epc, gcp_length);
  return text ? *std::move(text) : std::string();
}

epcis::ExtensionField field(std::string_view prefix, std::string_view space, std::string_view name,
                            std::string_view text) {
  epcis::ExtensionField out;
  out.prefix = prefix;
  out.namespace_uri = space;
  out.local_name = name;
  out.text = text;
  return out;
}

}  // namespace

BatchEvents::BatchEvents(const Order& order) : order_(order) {
  const auto& plant = order.plant();
  const std::size_t size = plant.company_prefix.size();
  biz_location_ = urn(gs1::Sgln{plant.gln, std::nullopt}, size);
  std::optional<gs1::GlnExtension> line;
  if (const auto parsed = gs1::GlnExtension::parse(plant.line)) line = *parsed;
  read_point_ = urn(gs1::Sgln{plant.gln, line}, size);
  sender_ = pgln(plant.gln, plant.company_prefix);
  receiver_ = pgln(order.shipping().receiver, order.shipping().receiver_prefix);
}

std::string BatchEvents::pack_epc(const gs1::SerialNumber& serial) const {
  return urn(gs1::Sgtin{order_.product().gtin, serial}, order_.plant().company_prefix.size());
}

std::string BatchEvents::container_epc(const gs1::Sscc& sscc) const {
  return urn(sscc, order_.plant().company_prefix.size());
}

epcis::Event BatchEvents::object(epcis::Action action, std::string_view step,
                                 std::string_view disposition, epcis::TextList epcs,
                                 UtcTime time) const {
  epcis::Event event;
  event.type = epcis::EventType::Object;
  event.action = action;
  event.event_time = epcis::EventTime::of(time);
  event.time_zone_offset = "+00:00";
  event.epc_list = std::move(epcs);
  event.biz_step.text = step;
  event.disposition.text = disposition;
  event.read_point.id = read_point_;
  event.biz_location.id = biz_location_;
  return event;
}

epcis::Event BatchEvents::aggregation(epcis::Action action, std::string_view step,
                                      std::string parent, epcis::TextList children,
                                      UtcTime time) const {
  epcis::Event event = object(action, step, "in_progress", {}, time);
  event.type = epcis::EventType::Aggregation;
  event.parent_id = std::move(parent);
  event.child_epcs = std::move(children);
  return event;
}

epcis::Event BatchEvents::commission_packs(epcis::TextList epcs, UtcTime time) const {
  epcis::Event event = object(epcis::Action::Add, "commissioning", "active", std::move(epcs), time);
  event.ilmd.push_back(field(kIlmdPrefix, kIlmdNamespace, "lotNumber", order_.batch().lot.text()));
  event.ilmd.push_back(field(kIlmdPrefix, kIlmdNamespace, "itemExpirationDate",
                             order_.batch().expiry.resolved().to_iso()));
  return event;
}

epcis::Event BatchEvents::commission_container(std::string_view epc, UtcTime time) const {
  return object(epcis::Action::Add, "commissioning", "active", epcis::TextList{epc}, time);
}

epcis::Event BatchEvents::pack(std::string parent, epcis::TextList children, Fill fill,
                               UtcTime time) const {
  epcis::Event event =
      aggregation(epcis::Action::Add, "packing", std::move(parent), std::move(children), time);
  if (fill == Fill::Partial) {
    event.extensions.push_back(field(kExtensionPrefix, kExtensionNamespace, "partial", "true"));
  }
  return event;
}

epcis::Event BatchEvents::unpack(std::string parent, epcis::TextList children, UtcTime time) const {
  return aggregation(epcis::Action::Delete, "unpacking", std::move(parent), std::move(children),
                     time);
}

epcis::Event BatchEvents::sample(epcis::TextList epcs, UtcTime time) const {
  return object(epcis::Action::Observe, "sampling", "non_sellable_other", std::move(epcs), time);
}

epcis::Event BatchEvents::hold(epcis::TextList epcs, UtcTime time) const {
  return object(epcis::Action::Observe, "holding", "non_sellable_other", std::move(epcs), time);
}

epcis::Event BatchEvents::decommission(epcis::TextList epcs, UtcTime time) const {
  return object(epcis::Action::Delete, "decommissioning", "inactive", std::move(epcs), time);
}

epcis::Event BatchEvents::ship(epcis::TextList pallets, UtcTime time) const {
  epcis::Event event =
      object(epcis::Action::Observe, "shipping", "in_transit", std::move(pallets), time);
  event.biz_location = {};
  const auto& shipping = order_.shipping();
  event.biz_transactions = {{{"desadv"}, biz_transaction(order_.plant().gln, shipping.delivery)},
                            {{"po"}, biz_transaction(shipping.receiver, shipping.purchase_order)}};
  event.sources = {{{"owning_party"}, sender_}, {{"possessing_party"}, sender_}};
  event.destinations = {{{"owning_party"}, receiver_}, {{"possessing_party"}, receiver_}};
  return event;
}

}  // namespace packtrail::plant
