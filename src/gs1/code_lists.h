// gs1/code_lists.h - the foreign code lists that GS1 values point into: countries, currencies,
// package types.
//
// ISO 3166-1, ISO 4217 and the GS1 package type list (UN/ECE Recommendation 21 with GS1's pallet
// types), as of January 2026. Thread safety: constants. Cost: one table look-up, no heap.
#pragma once

#include <string_view>

namespace packtrail::gs1 {

// "528" -> "NL". Empty when `numeric` is not the three-digit ISO 3166-1 number of a country.
[[nodiscard]] std::string_view country_alpha2(std::string_view numeric);

// Two capital letters that ISO 3166-1 assigns.
[[nodiscard]] bool is_country_alpha2(std::string_view letters);

// "978" -> "EUR". Empty when `numeric` is not a three-digit ISO 4217 number.
[[nodiscard]] std::string_view currency_alpha(std::string_view numeric);

// 1..3 characters of the package type list, capitals: "PX", "201".
[[nodiscard]] bool is_package_type(std::string_view code);

}  // namespace packtrail::gs1
