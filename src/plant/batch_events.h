// plant/batch_events.h - the EPCIS events of an order, made of its master data and EPC texts.
//
// EPCs are pure identity URNs with the order's company prefix; the read point is the line, the
// business location the plant (SGLN with the line as extension, and without one). What happened
// when is the caller's: events are given their time.
//
// Thread safety: const methods are safe together. Cost: the texts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "epcis/event.h"
#include "gs1/serial.h"
#include "gs1/sscc.h"
#include "plant/order.h"

namespace packtrail::plant {

inline constexpr std::string_view kExtensionPrefix = "packtrail";
inline constexpr std::string_view kExtensionNamespace = "urn:packtrail:epcis";
inline constexpr std::string_view kIlmdPrefix = "cbvmda";
inline constexpr std::string_view kIlmdNamespace = "urn:epcglobal:cbv:mda";

enum class Fill : std::uint8_t { Full, Partial };

class BatchEvents {
 public:
  // `order` outlives the BatchEvents.
  explicit BatchEvents(const Order& order);

  [[nodiscard]] std::string pack_epc(const gs1::SerialNumber& serial) const;
  [[nodiscard]] std::string container_epc(const gs1::Sscc& sscc) const;

  // ObjectEvent ADD commissioning / active; packs carry lot and expiry, containers do not.
  [[nodiscard]] epcis::Event commission_packs(epcis::TextList epcs, UtcTime time) const;
  [[nodiscard]] epcis::Event commission_container(std::string_view epc, UtcTime time) const;
  // AggregationEvent ADD packing / in_progress; a partial unit carries packtrail:partial.
  [[nodiscard]] epcis::Event pack(std::string parent, epcis::TextList children, Fill fill,
                                  UtcTime time) const;
  // AggregationEvent DELETE unpacking / in_progress.
  [[nodiscard]] epcis::Event unpack(std::string parent, epcis::TextList children,
                                    UtcTime time) const;
  // ObjectEvent OBSERVE sampling / non_sellable_other.
  [[nodiscard]] epcis::Event sample(epcis::TextList epcs, UtcTime time) const;
  // ObjectEvent OBSERVE holding / non_sellable_other: quarantine.
  [[nodiscard]] epcis::Event hold(epcis::TextList epcs, UtcTime time) const;
  // ObjectEvent DELETE decommissioning / inactive.
  [[nodiscard]] epcis::Event decommission(epcis::TextList epcs, UtcTime time) const;
  // ObjectEvent OBSERVE shipping / in_transit with delivery, purchase order and both parties. No
  // business location: after shipping there is none.
  [[nodiscard]] epcis::Event ship(epcis::TextList pallets, UtcTime time) const;

  // "urn:epc:id:pgln:<prefix>.<party reference>" of sender and receiver.
  [[nodiscard]] const std::string& sender() const { return sender_; }
  [[nodiscard]] const std::string& receiver() const { return receiver_; }

 private:
  [[nodiscard]] epcis::Event object(epcis::Action action, std::string_view step,
                                    std::string_view disposition, epcis::TextList epcs,
                                    UtcTime time) const;
  [[nodiscard]] epcis::Event aggregation(epcis::Action action, std::string_view step,
                                         std::string parent, epcis::TextList children,
                                         UtcTime time) const;

  const Order& order_;
  std::string read_point_;
  std::string biz_location_;
  std::string sender_;
  std::string receiver_;
};

}  // namespace packtrail::plant
