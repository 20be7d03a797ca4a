#include <cstddef>

#include "rules/model.h"

namespace packtrail::embedded {
extern const unsigned char medicine_model[];
extern const std::size_t medicine_model_size;
}  // namespace packtrail::embedded

namespace packtrail::rules {

std::string_view medicine_model_text() {
  return {reinterpret_cast<const char*>(embedded::medicine_model), embedded::medicine_model_size};
}

}  // namespace packtrail::rules
