// api/http.h - requests and responses as values, whatever carried them.
//
// The TCP server, the data folder's socket and a command that owns the folder itself all call the
// same Handler with these.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace packtrail::api {

enum class Peer : std::uint8_t {
  Network,      // TCP: nobody until credentials say otherwise.
  FolderOwner,  // The data folder's socket or the owning process itself.
};

struct Request {
  std::string method;  // Upper case.
  std::string path;    // As sent, percent-encoded, without query.
  std::string query;   // As sent, without '?'.
  std::map<std::string, std::string, std::less<>> headers;  // Names in lower case.
  std::string body;
  Peer peer = Peer::Network;
  std::string remote;  // Address for rate limits; empty for FolderOwner.

  [[nodiscard]] std::string_view header(std::string_view lower_case_name) const;
};

struct Response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  // Sent only when this much time has passed since arrival, rounded up to a multiple: answers to
  // strangers must not tell by their timing. 0: at once.
  unsigned time_bucket_ms = 0;
};

using Handler = std::function<Response(const Request&)>;

// Percent-decodes; nothing on a broken escape. '+' stays '+' in paths.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);
[[nodiscard]] std::string percent_encode(std::string_view text);  // All but RFC 3986 unreserved.

// Decoded names and values in order of appearance; '+' is a plus (GS1 serials hold it). Nothing on
// a broken escape or above kQueryParametersMax.
inline constexpr std::size_t kQueryParametersMax = 64;
using Query = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] std::optional<Query> parse_query(std::string_view query);
// The value of a name that appears exactly once; nothing otherwise.
[[nodiscard]] std::optional<std::string_view> single(const Query& query, std::string_view name);

// RFC 9457 problem of an error, with its HTTP status.
[[nodiscard]] unsigned http_status(Errc code);
[[nodiscard]] Response problem(const Error& error);
[[nodiscard]] Response problem(const Error& error, unsigned status);  // Where the transport says.
[[nodiscard]] Response problem(const std::vector<Error>& errors);     // `errors` lists all of them.

}  // namespace packtrail::api
