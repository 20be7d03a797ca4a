#include "api/http.h"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "base/bytes.h"

namespace packtrail::api {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string_view title(unsigned status) {
  switch (status) {
    case 400:
      return "The request is wrong";
    case 401:
      return "Credentials are missing or not valid";
    case 403:
      return "Not allowed";
    case 404:
      return "Not found";
    case 405:
      return "Method not allowed";
    case 409:
      return "Conflict with the present state";
    case 413:
      return "Too large";
    case 415:
      return "Unsupported media type";
    case 429:
      return "Too many requests";
    case 431:
      return "The header is too large";
    case 503:
      return "Not available now";
    default:
      return "Internal error";
  }
}

boost::json::object to_object(const Error& error) {
  boost::json::object object;
  object["code"] = to_string(error.code);
  object["detail"] = error.message;
  if (!error.field.empty()) object["field"] = error.field;
  if (error.offset) object["offset"] = *error.offset;
  if (error.length != 0) object["length"] = error.length;
  if (!error.rule.empty()) object["rule"] = error.rule;
  if (!error.remedy.empty()) object["remedy"] = error.remedy;
  return object;
}

Response make_problem(boost::json::object body, unsigned status) {
  body["type"] = "about:blank";
  body["title"] = title(status);
  body["status"] = status;
  Response response;
  response.status = status;
  response.content_type = "application/problem+json";
  response.body = boost::json::serialize(body) + "\n";
  return response;
}

}  // namespace

std::string_view Request::header(std::string_view lower_case_name) const {
  const auto found = headers.find(lower_case_name);
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i + 1]);
    const int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    decoded += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return decoded;
}

std::string percent_encode(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                            (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (unreserved) {
      encoded += c;
    } else {
      constexpr char kDigits[] = "0123456789ABCDEF";
      const auto byte = static_cast<unsigned char>(c);
      encoded += '%';
      encoded += kDigits[byte >> 4];
      encoded += kDigits[byte & 15];
    }
  }
  return encoded;
}

std::optional<Query> parse_query(std::string_view query) {
  Query parameters;
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view part = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    auto name = percent_decode(part.substr(0, equals));
    auto value = equals == std::string_view::npos ? std::optional<std::string>("")
                                                  : percent_decode(part.substr(equals + 1));
    if (!name || !value || parameters.size() == kQueryParametersMax) return std::nullopt;
    parameters.emplace_back(*std::move(name), *std::move(value));
  }
  return parameters;
}

std::optional<std::string_view> single(const Query& query, std::string_view name) {
  std::optional<std::string_view> found;
  for (const auto& [key, value] : query) {
    if (key != name) continue;
    if (found) return std::nullopt;
    found = value;
  }
  return found;
}

unsigned http_status(Errc code) {
  switch (code) {
    case Errc::InvalidArgument:
      return 400;
    case Errc::NotFound:
      return 404;
    case Errc::AlreadyExists:
    case Errc::FailedPrecondition:
    case Errc::Aborted:
      return 409;
    case Errc::PermissionDenied:
      return 403;
    case Errc::ResourceExhausted:
      return 429;
    case Errc::Unavailable:
      return 503;
    case Errc::DataLoss:
      return 500;
  }
  return 500;
}

Response problem(const Error& error) { return problem(error, http_status(error.code)); }

Response problem(const Error& error, unsigned status) {
  return make_problem(to_object(error), status);
}

Response problem(const std::vector<Error>& errors) {
  if (errors.empty()) return problem(Error{.code = Errc::DataLoss, .message = "no error given"});
  boost::json::object body = to_object(errors.front());
  boost::json::array all;
  for (const Error& error : errors) all.push_back(to_object(error));
  body["errors"] = std::move(all);
  return make_problem(std::move(body), http_status(errors.front().code));
}

}  // namespace packtrail::api
