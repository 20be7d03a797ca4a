#include "cli/error_json.h"

#include <fmt/format.h>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace packtrail::cli {

namespace json = boost::json;

std::string as_utf8(std::string_view text) {
  boost::system::error_code wrong;
  (void)json::parse(json::serialize(json::value(json::string(text))), wrong);
  if (!wrong) return std::string(text);
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out.push_back(c);
    } else {
      out += fmt::format("<{:02X}>", byte);
    }
  }
  return out;
}

json::object error_json(const Error& error) {
  json::object shown{{"code", to_string(error.code)}, {"message", as_utf8(error.message)}};
  if (!error.field.empty()) shown["field"] = as_utf8(error.field);
  if (error.offset) {
    shown["offset"] = *error.offset;
    shown["length"] = error.length;
  }
  if (!error.rule.empty()) shown["rule"] = error.rule;
  if (!error.remedy.empty()) shown["remedy"] = as_utf8(error.remedy);
  return shown;
}

}  // namespace packtrail::cli
