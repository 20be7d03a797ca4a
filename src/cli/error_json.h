// cli/error_json.h - errors as JSON for commands whose --json answers on standard output.
//
// Thread safety: free functions.
#pragma once

#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "base/result.h"

namespace packtrail::cli {

// JSON is UTF-8; what a scanner sent, and an error quotes, need not be: other bytes become <E4>.
[[nodiscard]] std::string as_utf8(std::string_view text);

// code and message, and of field, offset with length, rule and remedy what the error has.
[[nodiscard]] boost::json::object error_json(const Error& error);

}  // namespace packtrail::cli
