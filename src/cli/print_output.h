// cli/print_output.h - a page in the form that --format names, written where --out says.
//
// Not for other rooms. Thread safety: free functions.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "symbology/label/page.h"

namespace packtrail::cli {

// For help texts: "png, svg, pdf, zpl, ...".
inline constexpr const char* kPrintFormats =
    "png, svg, pdf, zpl, zpl-raster, epl, epl-raster, tspl, tspl-raster";

// InvalidArgument (field "--format") for a name that is none of kPrintFormats, else as the output.
[[nodiscard]] Result<Bytes> print_page(const symbology::Page& page, std::string_view format);

// To the file, or to standard output when `out` is empty. Fails with Unavailable; that standard
// output did not take it shows when the program ends.
[[nodiscard]] Status deliver(ByteView bytes, const std::filesystem::path& out);

// What --dpi gave; nothing is the template's own. InvalidArgument for another than 203, 300, 600.
[[nodiscard]] Status check_dpi(const std::optional<int>& dpi);

// At most 1 MiB. NotFound, ResourceExhausted.
[[nodiscard]] Result<std::string> read_small_file(const std::filesystem::path& path);

// "12.5" as micrometres, 0.001 to 1000 mm. InvalidArgument with `field`.
[[nodiscard]] Result<int> micrometres_of(std::string_view millimetres, const char* field);

}  // namespace packtrail::cli
