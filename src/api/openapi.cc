#include "api/openapi.h"

#include <cstddef>

namespace packtrail::embedded {
extern const unsigned char openapi_yaml[];
extern const std::size_t openapi_yaml_size;
}  // namespace packtrail::embedded

namespace packtrail::api {

std::string_view openapi_text() {
  return {reinterpret_cast<const char*>(embedded::openapi_yaml), embedded::openapi_yaml_size};
}

}  // namespace packtrail::api
