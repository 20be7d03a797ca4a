// rooms: app
//
// The configuration file: every text gives settings or one error, never a crash.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "app/config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto nothing = [](const std::string&) { return std::optional<std::string>(); };
  const auto config = packtrail::app::Config::from_text(text, nothing);
  if (!config && config.error().message.empty()) std::abort();
  return 0;
}
