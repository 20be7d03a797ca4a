// app/assets.h - the console's files, compiled into the program.
#pragma once

#include <optional>
#include <string_view>

#include "api/api.h"

namespace packtrail::app {

// The file at "/index.html" or "/assets/NAME". Nothing when there is none, or when the program was
// built without the console.
[[nodiscard]] std::optional<api::Asset> console_asset(std::string_view path, bool accepts_br);

}  // namespace packtrail::app
