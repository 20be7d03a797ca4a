#include "gs1/digital_link.h"

#include <algorithm>

#include "gs1/charset.h"
#include "gs1/link_bits.h"
#include "gs1/link_path.h"

namespace packtrail::gs1 {
namespace {

constexpr LinkKey kLinkKeys[] = {
    {{0, 2}, {}, 0, {}},
    {{1, 2}, {{{22, 2}, {10, 2}, {21, 2}}}, 3, {235, 3}},
    {{253, 3}, {}, 0, {}},
    {{255, 3}, {}, 0, {}},
    {{401, 3}, {}, 0, {}},
    {{402, 3}, {}, 0, {}},
    {{414, 3}, {{{254, 3}}}, 1, {7040, 4}},
    {{415, 3}, {{{8020, 4}}}, 1, {}},
    {{417, 3}, {{{7040, 4}}}, 1, {}},
    {{8003, 4}, {}, 0, {}},
    {{8004, 4}, {{{7040, 4}}}, 1, {}},
    {{8006, 4}, {{{22, 2}, {10, 2}, {21, 2}}}, 3, {}},
    {{8010, 4}, {{{8011, 4}}}, 1, {}},
    {{8013, 4}, {}, 0, {}},
    {{8017, 4}, {{{8019, 4}}}, 1, {}},
    {{8018, 4}, {{{8019, 4}}}, 1, {}},
};

// The words that versions 1.0 and 1.1 allowed for AIs.
struct ShortName {
  std::string_view name;
  std::string_view ai;
};
constexpr ShortName kShortNames[] = {
    {"gtin", "01"},   {"cpv", "22"},    {"lot", "10"},     {"ser", "21"},     {"sscc", "00"},
    {"gln", "414"},   {"glnx", "254"},  {"party", "417"},  {"gdti", "253"},   {"gcn", "255"},
    {"ginc", "401"},  {"gsin", "402"},  {"grai", "8003"},  {"giai", "8004"},  {"itip", "8006"},
    {"cpid", "8010"}, {"cpsn", "8011"}, {"gmn", "8013"},   {"gsrnp", "8017"}, {"gsrn", "8018"},
    {"srin", "8019"}, {"payTo", "415"}, {"refNo", "8020"}, {"exp", "17"},
};

// The AI of a short name; the text itself when it is none.
std::string_view long_name(std::string_view name) {
  for (const ShortName& row : kShortNames) {
    if (row.name == name) return row.ai;
  }
  return name;
}

// Longest value of any AI, so a longer decoded text is wrong whatever its AI is.
constexpr std::size_t kDecodedMax = 128;

Error link_error(std::string message, std::size_t offset, std::size_t length, std::string rule,
                 std::string remedy) {
  return Error{.code = Errc::InvalidArgument,
               .message = std::move(message),
               .field = "Digital Link",
               .offset = offset,
               .length = length,
               .rule = std::move(rule),
               .remedy = std::move(remedy)};
}

// "GS1 Digital Link: URI Syntax 4.8: 414, then 254; or 7040 alone".
std::string order_rule(const LinkKey& key) {
  std::string rule = "GS1 Digital Link: URI Syntax 4.8: " + std::string(to_text(key.key).view());
  for (std::size_t i = 0; i < key.qualifier_count; ++i) {
    rule.append(i == 0 ? ", then " : ", ").append(to_text(key.qualifiers[i]).view());
  }
  if (key.qualifier_count == 0) rule += ", which has no qualifiers";
  if (key.alternative.digits != 0) {
    rule.append("; or ").append(to_text(key.alternative).view()).append(" alone");
  }
  return rule;
}

// Decodes `encoded`, which stands at `offset` of the URI, and adds it. Offsets of errors within the
// value point at the encoded value's start when escapes make exact places meaningless.
Status add_encoded(ElementString& elements, Ai ai, std::string_view encoded, std::size_t offset) {
  std::array<char, kDecodedMax> decoded;
  std::string_view value = encoded;
  std::optional<std::size_t> size = encoded.size();
  if (encoded.size() > decoded.size() || encoded.find('%') != std::string_view::npos) {
    size = percent_decode(encoded, decoded.data(), decoded.size());
    value = {decoded.data(), size.value_or(0)};
  }
  if (!size) {
    Error error = link_error("the value is too long or holds a bad escape", offset, encoded.size(),
                             "'%' and two hexadecimal digits (RFC 3986 2.1)",
                             "write every reserved character as %XX");
    error.field = to_text(ai).view();
    return error;
  }
  std::array<char, 14> widened;
  if (ai == kAiGtin && (value.size() == 8 || value.size() == 12 || value.size() == 13)) {
    widened.fill('0');
    std::copy(value.begin(), value.end(),
              widened.end() - static_cast<std::ptrdiff_t>(value.size()));
    value = {widened.data(), widened.size()};
  }
  Status added = elements.add(ai, value);
  if (added) return added;
  Error error = std::move(added).error();
  const bool exact = value.size() == encoded.size() && error.offset.has_value();
  error.offset = offset + (exact ? *error.offset : 0);
  if (!exact) error.length = encoded.size();
  return error;
}

// True for a last path segment as compression writes it: eh or ex and hexadecimal or base 64 digits
// (GS1 EPC-binary form), or base 64 with digits and letters of both cases (URI compression).
bool looks_compressed(std::string_view uri) {
  const std::string_view path = uri.substr(0, uri.find_first_of("?#"));
  const std::string_view last = path.substr(path.rfind('/') + 1);
  if (last.size() < 10 || find_outside(last, kCset64) != last.size()) return false;
  if (last.starts_with("eh") || last.starts_with("ex")) return true;
  bool digit = false;
  bool upper = false;
  bool lower = false;
  for (const char c : last) {
    digit |= is_digit(c);
    upper |= c >= 'A' && c <= 'Z';
    lower |= c >= 'a' && c <= 'z';
  }
  return digit && upper && lower;
}

Status add_query(DigitalLink& link, std::string_view uri, std::string_view query) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query = pair.size() < query.size() ? query.substr(pair.size() + 1) : std::string_view();
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view name = pair.substr(0, equals);
    const auto offset = static_cast<std::size_t>(pair.data() - uri.data());
    const bool numeric = name.size() >= 2 && name.size() <= Ai::kTextMax &&
                         find_outside(name, kDigit) == name.size();
    if (!numeric) {
      if (!pair.empty()) link.has_foreign_query = true;
      continue;
    }
    const auto ai = Ai::parse(name);
    if (!ai || !find_ai(*ai)->link_attribute) {
      return link_error("the query holds a number that is no AI of a Digital Link query", offset,
                        name.size(), "GS1 Digital Link: URI Syntax 4.10",
                        "put qualifiers in the path and remove what is no AI");
    }
    if (equals == pair.size()) {
      return link_error("the AI has no value", offset, pair.size(), "AI=value", "give the value");
    }
    PACKTRAIL_TRY(add_encoded(link.elements, *ai, pair.substr(equals + 1), offset + equals + 1));
  }
  return {};
}

}  // namespace

const LinkKey* find_link_key(Ai ai) {
  for (const LinkKey& row : kLinkKeys) {
    if (row.key == ai) return &row;
  }
  return nullptr;
}

std::optional<std::size_t> qualifier_place(const LinkKey& key, Ai qualifier) {
  for (std::size_t i = 0; i < key.qualifier_count; ++i) {
    if (key.qualifiers[i] == qualifier) return i;
  }
  if (key.alternative.digits != 0 && key.alternative == qualifier) return key.qualifier_count;
  return std::nullopt;
}

bool LinkPath::in_order() const {
  std::size_t next = 0;
  for (const Pair& pair : path().subspan(1)) {
    const auto place = qualifier_place(*key, pair.ai);
    if (!place || *place < next) return false;
    if (*place == key->qualifier_count && count > 2) return false;
    next = *place + 1;
  }
  return true;
}

bool looks_like_link(std::string_view text) {
  return text.starts_with("https://") || text.starts_with("http://") ||
         text.starts_with("HTTPS://") || text.starts_with("HTTP://");
}

namespace {

// The path ends at `end`, the query at `hash`. slash_before(place) is the last '/' before a place;
// there is always the one of "://". False when no key ends the path.
template <class SlashBefore>
bool split_path(std::string_view uri, std::size_t end, std::size_t hash,
                const SlashBefore& slash_before, LinkPath& link) {
  const std::size_t host = uri[4] == ':' ? 7 : 8;
  if (end <= host || uri[host] == '/') return false;
  link.has_fragment = hash < uri.size();
  link.has_query = end < hash;
  if (link.has_query) link.query = uri.substr(end + 1, hash - end - 1);
  while (link.count < LinkPath::kPairsMax && link.key == nullptr) {
    const std::size_t value_slash = slash_before(end);
    if (value_slash <= host) return false;
    const std::size_t ai_slash = slash_before(value_slash);
    if (ai_slash <= host) return false;
    const auto ai = Ai::parse(uri.substr(ai_slash + 1, value_slash - ai_slash - 1));
    const std::string_view value = uri.substr(value_slash + 1, end - value_slash - 1);
    if (!ai || value.empty()) return false;
    ++link.count;
    link.pairs[LinkPath::kPairsMax - link.count] = {*ai, value};
    end = ai_slash;
    link.key = find_link_key(*ai);
  }
  link.stem = uri.substr(0, end);
  return link.key != nullptr;
}

bool split_into(std::string_view uri, LinkPath& link) {
  if (!looks_like_link(uri)) return false;
  if (uri.size() <= LinkBits::kTextMax) {
    const LinkBits bits(uri);
    if (bits.next_odd(0) == uri.size()) {  // So there is no fragment either.
      std::size_t end = bits.next_mark(0);
      while (end < uri.size() && uri[end] != '?') end = bits.next_mark(end + 1);
      return split_path(
          uri, end, uri.size(), [&](std::size_t place) { return bits.slash_before(place); }, link);
    }
  }
  if (find_outside(uri, kUriChar) != uri.size()) return false;
  const std::size_t hash = std::min(uri.find('#'), uri.size());
  return split_path(
      uri, std::min(uri.find('?'), hash), hash,
      [&](std::size_t place) { return uri.rfind('/', place - 1); }, link);
}

}  // namespace

std::optional<LinkPath> split_link(std::string_view uri) {
  std::optional<LinkPath> link(std::in_place);
  if (!split_into(uri, *link)) link.reset();
  return link;
}

std::optional<std::size_t> percent_decode(std::string_view text, char* out, std::size_t capacity) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (size == capacity) return std::nullopt;
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    out[size++] = c;
  }
  return size;
}

void append_percent_encoded(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  for (const char c : text) {
    if (is_in(c, kUriUnreserved)) {
      out.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.append({'%', kHex[byte >> 4], kHex[byte & 15]});
    }
  }
}

Result<DigitalLink> parse_digital_link(std::string_view uri) {
  if (uri.size() > kDigitalLinkMax) {
    return link_error("the URI has " + std::to_string(uri.size()) + " bytes", kDigitalLinkMax,
                      uri.size() - kDigitalLinkMax,
                      "at most " + std::to_string(kDigitalLinkMax) + " bytes", "shorten it");
  }
  if (!looks_like_link(uri)) {
    return link_error("the text is no http or https URI", 0, 0, "http:// or https://, in one case",
                      "give the whole URI");
  }
  const auto split = split_link(uri);
  if (!split) {
    const std::size_t bad = find_outside(uri, kUriChar);
    if (bad != uri.size()) {
      return link_error("the URI holds a character that a URI cannot hold", bad, 1, "RFC 3986 2",
                        "write it as %XX");
    }
    if (const auto current = without_short_names(uri)) {
      auto read = parse_digital_link(*current);
      if (!read) {
        // Places in the longer text say nothing about this one.
        Error error = std::move(read).error();
        error.offset = 0;
        error.length = uri.size();
        return error;
      }
      DigitalLink link = *std::move(read);
      link.stem = uri.substr(0, link.stem.size());
      link.has_short_names = true;
      return link;
    }
    if (looks_compressed(uri)) {
      const std::string_view path = uri.substr(0, uri.find_first_of("?#"));
      const std::size_t last = path.rfind('/') + 1;
      return link_error("the link seems to be compressed, and compressed links are not read", last,
                        path.size() - last, "uncompressed syntax (GS1 Digital Link: URI Syntax 4)",
                        "give the uncompressed link, or what its domain resolves it to");
    }
    return link_error("no primary key ends the path", 0, 0,
                      "host, stem, key AI, value, then qualifiers (GS1 Digital Link: URI Syntax 4)",
                      "end the path with /01/ and the GTIN, or another key");
  }
  if (!split->in_order()) {
    const auto offset = split->stem.size();
    return link_error("the qualifiers do not belong to the key or are out of order", offset,
                      uri.size() - offset, order_rule(*split->key),
                      "put the qualifiers in this order, and other AIs into the query");
  }
  Result<DigitalLink> result{DigitalLink()};
  DigitalLink& link = *result;
  link.stem = split->stem;
  for (const LinkPath::Pair& pair : split->path()) {
    const auto offset = static_cast<std::size_t>(pair.value.data() - uri.data());
    PACKTRAIL_TRY(add_encoded(link.elements, pair.ai, pair.value, offset));
  }
  link.path_size = split->count;
  link.has_foreign_query = split->has_fragment;
  PACKTRAIL_TRY(add_query(link, uri, split->query));
  return result;
}

std::optional<std::string> without_short_names(std::string_view uri) {
  if (!looks_like_link(uri) || uri.size() > kDigitalLinkMax) return std::nullopt;
  const std::size_t path_end = std::min(uri.find_first_of("?#"), uri.size());
  const std::size_t host = uri[4] == ':' ? 7 : 8;
  std::string tail;  // Pairs read so far, from the right.
  std::size_t end = path_end;
  bool changed = false;
  bool has_key = false;
  for (std::size_t pair = 0; pair < LinkPath::kPairsMax && !has_key; ++pair) {
    const std::size_t value = uri.substr(0, end).rfind('/');
    if (value == std::string_view::npos || value <= host) return std::nullopt;
    const std::size_t name = uri.substr(0, value).rfind('/');
    if (name == std::string_view::npos || name < host) return std::nullopt;
    const std::string_view written = uri.substr(name + 1, value - name - 1);
    const std::string_view ai_text = long_name(written);
    const auto ai = Ai::parse(ai_text);
    if (!ai) return std::nullopt;
    changed |= ai_text != written;
    tail.insert(0, uri.substr(value, end - value));
    tail.insert(0, ai_text).insert(0, 1, '/');
    has_key = find_link_key(*ai) != nullptr;
    end = name;
  }
  if (!changed || !has_key) return std::nullopt;
  std::string out(uri.substr(0, end));
  out += tail;
  std::string_view rest = uri.substr(path_end);
  if (!rest.starts_with('?')) return out.append(rest);
  const std::string_view fragment = rest.substr(std::min(rest.find('#'), rest.size()));
  rest.remove_suffix(fragment.size());
  while (!rest.empty()) {  // Each round begins with '?' or '&'.
    const std::size_t next = std::min(rest.find('&', 1), rest.size());
    const std::size_t equals = std::min(rest.find('='), next);
    out.append(rest.substr(0, 1)).append(long_name(rest.substr(1, equals - 1)));
    out.append(rest.substr(equals, next - equals));
    rest.remove_prefix(next);
  }
  return out.append(fragment);
}

Result<std::string> to_canonical_link(const ElementString& elements) {
  return to_digital_link(elements, kCanonicalStem);
}

Result<std::string> to_digital_link(const ElementString& elements, std::string_view stem) {
  while (!stem.empty() && stem.back() == '/') stem.remove_suffix(1);
  if (!looks_like_link(stem) || stem.size() <= stem.find("://") + 3 ||
      stem.find_first_of("?#") != std::string_view::npos ||
      find_outside(stem, kUriChar) != stem.size()) {
    Error error = link_error("the stem is no http or https address", 0, stem.size(),
                             "scheme, host and perhaps a path", "for example https://id.gs1.org");
    error.field = "stem";
    return error;
  }
  const LinkKey* key = nullptr;
  for (std::size_t i = 0; i < elements.size() && key == nullptr; ++i) {
    key = find_link_key(elements[i].ai);
  }
  if (key == nullptr) {
    return link_error("no element is a primary key", 0, 0, "GS1 Digital Link: URI Syntax 4",
                      "add the key of the object, for example (01)");
  }
  std::string out(stem);
  const auto put = [&](char before, Ai ai, char between, std::string_view value) {
    out.push_back(before);
    out.append(to_text(ai).view());
    out.push_back(between);
    append_percent_encoded(out, value);
  };
  put('/', key->key, '/', *elements.find(key->key));
  bool has_qualifier = false;
  for (std::size_t i = 0; i < key->qualifier_count; ++i) {
    if (const auto value = elements.find(key->qualifiers[i])) {
      put('/', key->qualifiers[i], '/', *value);
      has_qualifier = true;
    }
  }
  if (key->alternative.digits != 0) {
    if (const auto value = elements.find(key->alternative)) {
      if (has_qualifier) {
        return link_error("two qualifiers exclude each other", 0, 0,
                          "GS1 Digital Link: URI Syntax 4.8", "remove one of them");
      }
      put('/', key->alternative, '/', *value);
    }
  }
  char before = '?';
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const auto [ai, value] = elements[i];
    if (ai == key->key || qualifier_place(*key, ai)) continue;
    if (!find_ai(ai)->link_attribute) {
      Error error = link_error("a Digital Link of this key cannot carry the AI", 0, 0,
                               "GS1 Digital Link: URI Syntax 4.10", "leave it out");
      error.field = to_text(ai).view();
      return error;
    }
    put(before, ai, '=', value);
    before = '&';
  }
  return out;
}

}  // namespace packtrail::gs1
