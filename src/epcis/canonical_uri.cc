#include "epcis/canonical_uri.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "gs1/check_digit.h"
#include "gs1/digital_link.h"

namespace packtrail::epcis {
namespace {

constexpr std::string_view kStem = "https://id.gs1.org/";

// What follows company prefix and reference in a URN, and what becomes of it.
enum class Tail : std::uint8_t {
  None,       // Nothing may follow.
  Qualifier,  // "/AI/text".
  Extension,  // As Qualifier, but "0" means none (SGLN).
  Appended,   // Joined to the key (GRAI, GDTI, SGCN).
  Pieces,     // "piece.total.serial" (ITIP).
  Pattern,    // Must be "*" and is dropped.
  PiecePattern,
};

struct Scheme {
  std::string_view prefix;
  std::string_view key_ai;
  std::size_t digits;  // Company prefix and reference together; 0: the reference is free text.
  bool led;            // The first digit of the reference leads the key (TDS 6.3).
  bool zero;           // A '0' leads the key (GRAI).
  Tail tail;
  std::string_view tail_ai;
};

constexpr Scheme kSchemes[] = {
    {"urn:epc:id:sgtin:", "01", 13, true, false, Tail::Qualifier, "21"},
    {"urn:epc:id:sscc:", "00", 17, true, false, Tail::None, ""},
    {"urn:epc:id:sgln:", "414", 12, false, false, Tail::Extension, "254"},
    {"urn:epc:id:pgln:", "417", 12, false, false, Tail::None, ""},
    {"urn:epc:class:lgtin:", "01", 13, true, false, Tail::Qualifier, "10"},
    {"urn:epc:idpat:sgtin:", "01", 13, true, false, Tail::Pattern, ""},
    {"urn:epc:id:grai:", "8003", 12, false, true, Tail::Appended, ""},
    {"urn:epc:idpat:grai:", "8003", 12, false, true, Tail::Pattern, ""},
    {"urn:epc:id:giai:", "8004", 0, false, false, Tail::None, ""},
    {"urn:epc:id:gdti:", "253", 12, false, false, Tail::Appended, ""},
    {"urn:epc:idpat:gdti:", "253", 12, false, false, Tail::Pattern, ""},
    {"urn:epc:id:gsrn:", "8018", 17, false, false, Tail::None, ""},
    {"urn:epc:id:gsrnp:", "8017", 17, false, false, Tail::None, ""},
    {"urn:epc:id:cpi:", "8010", 0, false, false, Tail::Qualifier, "8011"},
    {"urn:epc:idpat:cpi:", "8010", 0, false, false, Tail::Pattern, ""},
    {"urn:epc:id:sgcn:", "255", 12, false, false, Tail::Appended, ""},
    {"urn:epc:idpat:sgcn:", "255", 12, false, false, Tail::Pattern, ""},
    {"urn:epc:id:ginc:", "401", 0, false, false, Tail::None, ""},
    {"urn:epc:id:gsin:", "402", 16, false, false, Tail::None, ""},
    {"urn:epc:id:itip:", "8006", 13, true, false, Tail::Pieces, "21"},
    {"urn:epc:idpat:itip:", "8006", 13, true, false, Tail::PiecePattern, ""},
    {"urn:epc:id:upui:", "01", 13, true, false, Tail::Qualifier, "235"},
    {"urn:epc:idpat:upui:", "01", 13, true, false, Tail::Pattern, ""},
};

// Which keys and qualifiers a constrained canonical link may have, finest qualifier first.
struct Key {
  std::string_view ai;
  std::string_view qualifiers[3];
};
constexpr Key kKeys[] = {{"01", {"21", "235", "10"}},
                         {"00", {}},
                         {"414", {"254"}},
                         {"417", {}},
                         {"253", {}},
                         {"255", {}},
                         {"401", {}},
                         {"402", {}},
                         {"8003", {}},
                         {"8004", {}},
                         {"8006", {"21", "10"}},
                         {"8010", {"8011"}},
                         {"8017", {}},
                         {"8018", {}}};

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// GS1 Digital Link, URI syntax 1.2, table of characters that must be escaped. What is escaped
// already stays so.
void append_escaped(std::string& out, std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  for (const char c : text) {
    if (std::string_view("!()*+,:").find(c) == std::string_view::npos) {
      out.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.append({'%', kHex[byte >> 4U], kHex[byte & 15U]});
    }
  }
}

// As append_escaped, for text without any escapes.
void append_plain(std::string& out, std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  for (const char c : text) {
    if (std::string_view("!()*+,:\"#%&/<>?").find(c) == std::string_view::npos) {
      out.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.append({'%', kHex[byte >> 4U], kHex[byte & 15U]});
    }
  }
}

// The key's digits with their check digit, or nothing when the URN is malformed.
std::optional<std::string> key_of(const Scheme& scheme, std::string_view gcp,
                                  std::string_view reference) {
  std::string key;
  if (scheme.digits == 0) {
    key.assign(gcp);
    append_escaped(key, reference);
    return key;
  }
  if (gcp.size() + reference.size() != scheme.digits || !all_digits(reference)) {
    return std::nullopt;
  }
  if (scheme.zero) key.push_back('0');
  if (scheme.led) {
    if (reference.empty()) return std::nullopt;
    key.push_back(reference.front());
    reference.remove_prefix(1);
  }
  key.append(gcp).append(reference);
  const auto check = gs1::check_digit(key);
  if (!check) return std::nullopt;
  key.push_back(*check);
  return key;
}

std::optional<std::string> from_urn(const Scheme& scheme, std::string_view body) {
  const std::size_t dot = body.find('.');
  if (dot == std::string_view::npos || dot < 6 || dot > 12 || !all_digits(body.substr(0, dot))) {
    return std::nullopt;
  }
  const std::string_view gcp = body.substr(0, dot);
  std::string_view reference = body.substr(dot + 1), tail;
  if (scheme.tail != Tail::None) {
    // A free reference has no dot in it where a tail follows (CPI), so the last dot divides.
    const std::size_t end = scheme.digits == 0 ? reference.rfind('.') : reference.find('.');
    if (end == std::string_view::npos) return std::nullopt;
    tail = reference.substr(end + 1);
    reference = reference.substr(0, end);
    if (tail.empty()) return std::nullopt;
  }
  if (reference.empty() && scheme.digits == 0) return std::nullopt;
  const auto key = key_of(scheme, gcp, reference);
  if (!key) return std::nullopt;
  std::string out;
  out.reserve(kStem.size() + key->size() + tail.size() + 16);
  out.append(kStem).append(scheme.key_ai).append("/").append(*key);
  switch (scheme.tail) {
    case Tail::None:
      break;
    case Tail::Pattern:
      if (tail != "*") return std::nullopt;
      break;
    case Tail::Appended:
      append_escaped(out, tail);
      break;
    case Tail::Extension:
      if (tail == "0") break;
      [[fallthrough]];
    case Tail::Qualifier:
      out.append("/").append(scheme.tail_ai).append("/");
      append_escaped(out, tail);
      break;
    case Tail::Pieces:
    case Tail::PiecePattern: {
      // "pp.tt.rest"
      if (tail.size() < 7 || tail[2] != '.' || tail[5] != '.' || !all_digits(tail.substr(0, 2)) ||
          !all_digits(tail.substr(3, 2))) {
        return std::nullopt;
      }
      out.append(tail.substr(0, 2)).append(tail.substr(3, 2));
      const std::string_view rest = tail.substr(6);
      if (scheme.tail == Tail::PiecePattern) {
        if (rest != "*") return std::nullopt;
        break;
      }
      out.append("/").append(scheme.tail_ai).append("/");
      append_escaped(out, rest);
      break;
    }
  }
  return out;
}

std::optional<std::string> from_link(std::string_view uri) {
  const auto link = gs1::parse_digital_link(uri);
  if (!link || link->path_size == 0) return std::nullopt;
  const auto primary = link->elements[0];
  const gs1::AiText ai = gs1::to_text(primary.ai);
  const auto found = std::find_if(std::begin(kKeys), std::end(kKeys),
                                  [&](const Key& key) { return key.ai == ai.view(); });
  if (found == std::end(kKeys)) return std::nullopt;
  std::string out(kStem);
  out.append(ai.view()).append("/");
  append_plain(out, primary.value);
  for (const std::string_view qualifier : found->qualifiers) {
    if (qualifier.empty()) break;
    for (std::size_t i = 1; i < link->path_size; ++i) {
      const auto element = link->elements[i];
      if (gs1::to_text(element.ai).view() != qualifier) continue;
      out.append("/").append(qualifier).append("/");
      append_plain(out, element.value);
      return out;
    }
  }
  return out;
}

}  // namespace

std::string canonical_uri(std::string_view uri) {
  std::optional<std::string> canonical;
  if (uri.starts_with("urn:epc:")) {
    for (const Scheme& scheme : kSchemes) {
      if (!uri.starts_with(scheme.prefix)) continue;
      canonical = from_urn(scheme, uri.substr(scheme.prefix.size()));
      break;
    }
  } else if (gs1::looks_like_link(uri)) {
    canonical = from_link(uri);
  }
  return canonical ? *std::move(canonical) : std::string(uri);
}

}  // namespace packtrail::epcis
