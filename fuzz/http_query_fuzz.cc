// rooms: api
//
// Percent-coding and query strings of requests: what strangers send first.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "api/http.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace api = packtrail::api;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (api::percent_decode(api::percent_encode(text)) != text) std::abort();
  const auto query = api::parse_query(text);
  if (!query) return 0;
  if (query->size() > api::kQueryParametersMax) std::abort();
  for (const auto& [name, value] : *query) {
    const auto found = api::single(*query, name);
    if (found && *found != value) std::abort();
  }
  return 0;
}
