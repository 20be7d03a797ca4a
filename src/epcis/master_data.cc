#include "epcis/master_data.h"

namespace packtrail::epcis {
namespace {

constexpr std::size_t kDaySize = 10;  // "2027-12-31".

// "Z", or "+hh:mm" up to 14:00.
bool is_zone(std::string_view text) {
  if (text == "Z") return true;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return false;
  const auto two_digits = [&](std::size_t at) {
    const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : 100; };
    return digit(text[at]) * 10 + digit(text[at + 1]);
  };
  const int hours = two_digits(1);
  const int minutes = two_digits(4);
  return (hours < 14 && minutes < 60) || (hours == 14 && minutes == 0);
}

}  // namespace

bool is_master_data(std::string_view namespace_uri) {
  if (!namespace_uri.empty() &&
      std::string_view(":#/").find(namespace_uri.back()) != std::string_view::npos) {
    namespace_uri.remove_suffix(1);
  }
  return namespace_uri == "urn:epcglobal:cbv:mda" ||
         namespace_uri == "https://ref.gs1.org/cbv/mda" ||
         namespace_uri == "https://ref.gs1.org/cbv";
}

std::optional<Date> parse_xsd_date(std::string_view text) {
  const std::string_view zone = text.size() > kDaySize ? text.substr(kDaySize) : std::string_view();
  if (!zone.empty() && !is_zone(zone)) return std::nullopt;
  return Date::parse(text.substr(0, kDaySize));
}

}  // namespace packtrail::epcis
