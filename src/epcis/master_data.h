// epcis/master_data.h - the item's master data in an event's ILMD: which fields, which dates.
//
// CBV names the fields lotNumber and itemExpirationDate (CBV 2.0 section 9.2). A field of the same
// local name in a namespace of somebody else's means something else.
//
// Thread safety: functions of their arguments.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace packtrail::epcis {

inline constexpr std::string_view kLotNumber = "lotNumber";
inline constexpr std::string_view kItemExpirationDate = "itemExpirationDate";

// Whether a namespace is CBV's of master data: the URN, or the web form; with or without the
// separator at its end (EPCIS 2.0's JSON-LD context has one, XML 1.2 has none).
[[nodiscard]] bool is_master_data(std::string_view namespace_uri);

// The day that an xsd:date names (XML Schema 1.1 part 2, 3.3.9): "2027-12-31", and the same with a
// time zone, "2027-12-31Z", "2027-12-31+02:00", which does not change the day on the label. Years
// have four digits. Nothing when the text is anything else.
[[nodiscard]] std::optional<Date> parse_xsd_date(std::string_view text);

}  // namespace packtrail::epcis
