// api/openapi.h - the API description, compiled in from api/openapi.yaml.
#pragma once

#include <string_view>

namespace packtrail::api {

[[nodiscard]] std::string_view openapi_text();

}  // namespace packtrail::api
