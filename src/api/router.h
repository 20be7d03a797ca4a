// api/router.h - from method and path to the function that answers.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http.h"

namespace packtrail::api {

// Path segments that a pattern named, percent-decoded.
using PathValues = std::vector<std::string>;

class Router {
 public:
  using Function = std::function<Response(const Request&, const PathValues&)>;

  // Pattern: "/api/v1/orders/{orderId}"; a segment in braces takes exactly one encoded segment.
  void add(std::string_view method, std::string_view pattern, Function function);

  // 404 when no pattern fits, 405 with Allow when only the method differs, 400 on a broken escape.
  [[nodiscard]] Response route(const Request& request) const;

  // "GET /api/v1/orders/{orderId}", in order of registration: the API file is checked against it.
  [[nodiscard]] std::vector<std::string> routes() const;

 private:
  struct Route {
    std::string method;
    std::string pattern;
    std::vector<std::string> segments;  // Empty text: takes any value.
    Function function;
  };
  std::vector<Route> routes_;
};

}  // namespace packtrail::api
