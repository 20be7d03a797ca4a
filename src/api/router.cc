#include "api/router.h"

namespace packtrail::api {
namespace {

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
  if (!path.empty() && path.front() == '/') path.remove_prefix(1);
  for (;;) {
    const std::size_t slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    path = path.substr(slash + 1);
  }
}

}  // namespace

void Router::add(std::string_view method, std::string_view pattern, Function function) {
  Route route{std::string(method), std::string(pattern), {}, std::move(function)};
  for (const std::string_view segment : split(pattern)) {
    route.segments.emplace_back(segment.starts_with('{') ? std::string_view() : segment);
  }
  routes_.push_back(std::move(route));
}

Response Router::route(const Request& request) const {
  const auto segments = split(request.path);
  std::string allowed;
  for (const Route& route : routes_) {
    if (route.segments.size() != segments.size()) continue;
    PathValues values;
    bool fits = true;
    for (std::size_t i = 0; i < segments.size() && fits; ++i) {
      if (!route.segments[i].empty() || route.pattern == "/") {
        fits = route.segments[i] == segments[i];
        continue;
      }
      auto value = percent_decode(segments[i]);
      fits = value && !value->empty();
      if (fits) values.push_back(*std::move(value));
    }
    if (!fits) continue;
    if (route.method == request.method) return route.function(request, values);
    allowed += (allowed.empty() ? "" : ", ") + route.method;
  }
  if (!allowed.empty()) {
    Response response = problem(
        Error{.message = request.method + " is not offered here", .remedy = "use " + allowed}, 405);
    response.headers.emplace_back("Allow", allowed);
    return response;
  }
  return problem(Error{.code = Errc::NotFound, .message = "nothing is at " + request.path});
}

std::vector<std::string> Router::routes() const {
  std::vector<std::string> names;
  for (const Route& route : routes_) names.push_back(route.method + " " + route.pattern);
  return names;
}

}  // namespace packtrail::api
