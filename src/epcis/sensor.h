// epcis/sensor.h - the rules of EPCIS 2.0 sensor elements.
//
// A sensor element stays a tree of fields, as captured; these functions say whether the tree is one
// that EPCIS 2.0 section 7.3 allows and what its bare words stand for.
//
// Thread safety: pure. Cost: one pass over the tree.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "epcis/event.h"

namespace packtrail::epcis {

// Whether `word` is a measurement type of the GS1 Web Vocabulary ("Temperature").
[[nodiscard]] bool is_measurement_type(std::string_view word);

// Whether `word` is a component of the CBV 2.0 ("latitude").
[[nodiscard]] bool is_component(std::string_view word);

// Checks one element of sensorElementList. `pointer` is the JSON pointer of the element.
[[nodiscard]] Status check_sensor_element(const ExtensionField& element, std::string_view pointer);

}  // namespace packtrail::epcis
