// gs1/gtin_form.h - which of its four forms a GTIN has: 8, 12, 13 or 14 digits as printed.
//
// Databases and AI (01) hold 14 digits; the leading zeros tell the form (GenSpecs 3.3.2, 7.9), as
// no GTIN-13 begins like a shorter one. A GTIN-12 may be printed zero-suppressed as UPC-E. Thread
// safety: free functions. Cost: no heap.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "gs1/gtin.h"

namespace packtrail::gs1 {

enum class GtinForm : std::uint8_t { kGtin8 = 8, kGtin12 = 12, kGtin13 = 13, kGtin14 = 14 };

[[nodiscard]] GtinForm form_of(const Gtin& gtin);
// The digits of its form: 8, 12, 13 or 14. Views `gtin`.
[[nodiscard]] std::string_view printed(const Gtin& gtin);

// The 8 digits of the zero-suppressed UPC-E form: number system 0, six digits, check digit. Nothing
// unless the GTIN is a GTIN-12 whose zeros can be left out.
[[nodiscard]] std::optional<std::array<char, 8>> upc_e(const Gtin& gtin);
// The GTIN that eight digits of a UPC-E symbol stand for. They look like a GTIN-8: only the
// symbology tells them apart. Fails on other text and on a wrong check digit.
Result<Gtin> parse_upc_e(std::string_view eight_digits);

}  // namespace packtrail::gs1
