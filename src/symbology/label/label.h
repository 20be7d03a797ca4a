// symbology/label/label.h - pack and case labels as SVG (for people and PDF) and ZPL II (for
// printers).
//
// All texts are escaped for their format: XML 1.0 entities; ^FH hexadecimal for ^, ~ and _ in ZPL.
// Control characters and invalid UTF-8 are refused, so no product name can add an element to a
// picture or a command to a printer's stream. Dates and lots are shown as given (Directive
// 2001/83/EC art. 54 wants them human-readable in any case).
//
// Thread safety: free functions. Cost: tens of microseconds, mostly the symbol.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "symbology/raster.h"

namespace packtrail::symbology {

inline constexpr std::size_t kLabelTextMax = 200;  // Bytes of UTF-8 in any one field.

// The unique identifier and what stands beside it (Commission Delegated Regulation (EU) 2016/161
// art. 4 and 7).
struct PackLabel {
  std::string product_name;
  std::string strength;  // "500 mg"; may be empty.
  std::string form;      // "film-coated tablets"; may be empty.
  std::string gtin;      // 14 digits.
  std::string serial;
  std::string expiry_text;    // As people read it: "2027-12-31" or "12/2027".
  std::string expiry_yymmdd;  // As AI (17) carries it.
  std::string lot;
};

// A logistic label (GS1 Logistic Label Guideline): the SSCC, and what a homogeneous unit contains.
struct CaseLabel {
  std::string product_name;
  std::string quantity;  // Count of trade items, AI (37): 1 to 8 digits.
  std::string lot;
  std::string expiry_text;
  std::string content_gtin;  // AI (02), 14 digits.
  std::string sscc;          // 18 digits.
};

// "[01]..[21]..[17]..[10]..": what the pack's symbol carries. Not validated; make_gs1_datamatrix
// does.
[[nodiscard]] std::string element_text(const PackLabel& label);

// All four fail with InvalidArgument (field names the part) for a text that is empty where it must
// not be, longer than kLabelTextMax, not UTF-8 or holding control characters, and as
// make_gs1_datamatrix or make_gs1_128 and module_of do for the data and the printer.
// The SVG is in millimetres at the printed size; modules are <path> squares with crisp edges.
[[nodiscard]] Result<std::string> to_svg(const PackLabel& label, const PrintSpec& spec = {});
[[nodiscard]] Result<std::string> to_svg(const CaseLabel& label,
                                         const PrintSpec& spec = PrintSpec::logistic(300));
// One format, ^XA to ^XZ, in UTF-8 (^CI28). The printer draws the symbol (^BX, ^BC).
[[nodiscard]] Result<std::string> to_zpl(const PackLabel& label, const PrintSpec& spec = {});
[[nodiscard]] Result<std::string> to_zpl(const CaseLabel& label,
                                         const PrintSpec& spec = PrintSpec::logistic(300));

}  // namespace packtrail::symbology
