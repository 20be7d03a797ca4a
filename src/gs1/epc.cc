#include "gs1/epc.h"

#include <array>
#include <cstring>

#include "gs1/charset.h"
#include "gs1/digital_link.h"
#include "gs1/link_path.h"

namespace packtrail::gs1 {
namespace {

enum class Scheme : std::uint8_t { Sgtin, Sscc, Sgln, Grai, Giai, Lgtin };

struct SchemeRow {
  Scheme scheme;
  std::string_view prefix;
  std::size_t digits;  // Company prefix and reference together; 0: the reference is free text.
  bool has_serial;     // A third field follows.
};
constexpr SchemeRow kSchemes[] = {
    {Scheme::Sgtin, "urn:epc:id:sgtin:", 13, true},
    {Scheme::Sscc, "urn:epc:id:sscc:", 17, false},
    {Scheme::Sgln, "urn:epc:id:sgln:", 12, true},
    {Scheme::Lgtin, "urn:epc:class:lgtin:", 13, true},
    {Scheme::Grai, "urn:epc:id:grai:", 12, true},
    {Scheme::Giai, "urn:epc:id:giai:", 0, false},
};
constexpr std::string_view kGraiPattern = "urn:epc:idpat:grai:";

// Longest component (30) with every character escaped, and the longest text around it.
constexpr std::size_t kCanonicalMax = 30 * 3 + 64;

// Writes canonical texts into a buffer that is large enough for every value.
class Writer {
 public:
  Writer& put(std::string_view text) {
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
    return *this;
  }
  Writer& put(char c) {
    *at_++ = c;
    return *this;
  }
  Writer& put_escaped(std::string_view text, CharClass plain) {
    static constexpr char kHex[] = "0123456789ABCDEF";
    for (const char c : text) {
      if (is_in(c, plain)) {
        *at_++ = c;
      } else {
        const auto byte = static_cast<unsigned char>(c);
        *at_++ = '%';
        *at_++ = kHex[byte >> 4];
        *at_++ = kHex[byte & 15];
      }
    }
    return *this;
  }
  [[nodiscard]] std::string_view text() const {
    return {buffer_.data(), static_cast<std::size_t>(at_ - buffer_.data())};
  }

 private:
  std::array<char, kCanonicalMax> buffer_;
  char* at_ = buffer_.data();
};

// "GCP.<lead><rest>": the lead digit (indicator, extension) moves behind the dot (TDS 6.3).
void put_led(Writer& out, char lead, std::string_view body, std::size_t gcp) {
  out.put(body.substr(0, gcp)).put('.').put(lead).put(body.substr(gcp));
}

void put_gtin(Writer& out, const Gtin& gtin, std::size_t gcp) {
  put_led(out, gtin.digits()[0], gtin.digits().substr(1, 12), gcp);
}

void put_urn(Writer& out, const Sgtin& value, std::size_t gcp) {
  out.put("urn:epc:id:sgtin:");
  put_gtin(out, value.gtin, gcp);
  out.put('.').put_escaped(value.serial.text(), kUrnPlain);
}
void put_urn(Writer& out, const Lgtin& value, std::size_t gcp) {
  out.put("urn:epc:class:lgtin:");
  put_gtin(out, value.gtin, gcp);
  out.put('.').put_escaped(value.lot.text(), kUrnPlain);
}
void put_urn(Writer& out, const Sscc& value, std::size_t gcp) {
  out.put("urn:epc:id:sscc:");
  put_led(out, value.digits()[0], value.digits().substr(1, 16), gcp);
}
void put_urn(Writer& out, const Sgln& value, std::size_t gcp) {
  const std::string_view digits = value.gln.digits();
  out.put("urn:epc:id:sgln:").put(digits.substr(0, gcp)).put('.').put(digits.substr(gcp, 12 - gcp));
  out.put('.').put_escaped(value.extension ? value.extension->text() : "0", kUrnPlain);
}
void put_urn(Writer& out, const Grai& value, std::size_t gcp) {
  const std::string_view digits = value.asset_type.digits();
  out.put(value.serial ? "urn:epc:id:grai:" : kGraiPattern);
  out.put(digits.substr(0, gcp)).put('.').put(digits.substr(gcp, 12 - gcp)).put('.');
  if (value.serial) {
    out.put_escaped(value.serial->text(), kUrnPlain);
  } else {
    out.put('*');
  }
}
void put_urn(Writer& out, const Giai& value, std::size_t gcp) {
  out.put("urn:epc:id:giai:").put(value.text().substr(0, gcp)).put('.');
  out.put_escaped(value.text().substr(gcp), kUrnPlain);
}
void put_urn(Writer&, const OtherUri&, std::size_t) {}

void put_link(Writer& out, const Sgtin& value) {
  out.put("/01/").put(value.gtin.digits()).put("/21/");
  out.put_escaped(value.serial.text(), kUriUnreserved);
}
void put_link(Writer& out, const Lgtin& value) {
  out.put("/01/").put(value.gtin.digits()).put("/10/");
  out.put_escaped(value.lot.text(), kUriUnreserved);
}
void put_link(Writer& out, const Sscc& value) { out.put("/00/").put(value.digits()); }
void put_link(Writer& out, const Sgln& value) {
  out.put("/414/").put(value.gln.digits());
  if (value.extension) out.put("/254/").put_escaped(value.extension->text(), kUriUnreserved);
}
void put_link(Writer& out, const Grai& value) {
  out.put("/8003/0").put(value.asset_type.digits());
  if (value.serial) out.put_escaped(value.serial->text(), kUriUnreserved);
}
void put_link(Writer& out, const Giai& value) {
  out.put("/8004/").put_escaped(value.text(), kUriUnreserved);
}
void put_link(Writer&, const OtherUri&) {}

bool has_urn(const Epc& value, std::size_t gcp) {
  if (gcp < kUrnGcpMin || gcp > kUrnGcpMax) return false;
  const auto* giai = std::get_if<Giai>(&value);
  if (giai == nullptr) return true;
  return giai->size() > gcp && find_outside(giai->text(), kDigit) >= gcp;
}

Error epc_error(std::string message, std::size_t offset, std::size_t length, std::string rule,
                std::string remedy) {
  return Error{.code = Errc::InvalidArgument,
               .message = std::move(message),
               .field = "EPC",
               .offset = offset,
               .length = length,
               .rule = std::move(rule),
               .remedy = std::move(remedy)};
}

// Points at the byte after `prefix` where the fields stop being "digits.digits[.text]".
Error urn_error(std::string_view text, const SchemeRow& row) {
  std::size_t at = row.prefix.size();
  while (at < text.size() && is_digit(text[at])) ++at;
  const std::size_t gcp = at - row.prefix.size();
  std::string rule(row.prefix);
  rule += "CompanyPrefix.Reference";
  if (row.has_serial) rule += ".Serial";
  rule += ", company prefix 6 to 12 digits";
  if (row.digits != 0) {
    rule += ", both together " + std::to_string(row.digits) + " digits";
  }
  rule += "; serials escape \" % & / < > ? as %XX (GS1 EPC Tag Data Standard 6)";
  std::string message = "the EPC URN is malformed";
  if (gcp < kUrnGcpMin || gcp > kUrnGcpMax) {
    message = "company prefix has " + std::to_string(gcp) + " digits";
    at = row.prefix.size();
  } else if (at < text.size() && text[at] == '.' && row.digits != 0) {
    ++at;
    while (at < text.size() && is_digit(text[at])) ++at;
    const std::size_t digits = at - row.prefix.size() - 1;
    if (digits != row.digits) {
      message = "company prefix and reference have " + std::to_string(digits) + " digits";
    } else if (row.has_serial) {
      message = "the serial part is missing, too long, or holds a character that must be escaped";
    }
  }
  return epc_error(std::move(message), at, at < text.size() ? text.size() - at : 0, std::move(rule),
                   "compare with the sender's data; write escapes as %XX");
}

// A URN component: plain characters and escapes. Decodes into `out` only when there are escapes.
template <std::size_t N>
std::optional<std::string_view> decode_urn(std::string_view text, std::array<char, N>& out) {
  const std::size_t plain = find_outside(text, kUrnPlain);
  if (plain == text.size()) return text;
  for (std::size_t i = plain; i < text.size(); ++i) {
    if (!is_in(text[i], kUrnPlain) && text[i] != '%') return std::nullopt;
  }
  const auto size = percent_decode(text, out.data(), out.size());
  if (!size) return std::nullopt;
  return std::string_view(out.data(), *size);
}

struct UrnFields {
  std::size_t gcp = 0;
  std::array<char, 17>
      digits{};           // Company prefix and reference, lead digit first where there is one.
  std::string_view rest;  // After the second dot, or after the first for free references.
};

// "GCP.REF[.REST]" with `count` digits in GCP and REF together; `led`: REF's first digit leads.
bool split_urn(std::string_view body, std::size_t count, bool led, bool has_rest, UrnFields& out) {
  const std::size_t end = count + 1;
  if (body.size() < end) return false;
  const std::size_t dot = body.find('.');
  if (dot < kUrnGcpMin || dot > kUrnGcpMax || dot >= end) return false;
  out.gcp = dot;
  char* to = out.digits.data();
  std::size_t from = dot + 1;
  if (led) {
    if (from >= end) return false;
    *to++ = body[from++];
  }
  std::memcpy(to, body.data(), dot);
  if (from < end) std::memcpy(to + dot, body.data() + from, end - from);
  if (has_rest) {
    if (body.size() < end + 2 || body[end] != '.') return false;
    out.rest = body.substr(end + 1);
    return true;
  }
  return body.size() == end;
}

template <class Key>
std::optional<Key> complete(const UrnFields& fields, std::size_t count) {
  return Key::complete(std::string_view(fields.digits.data(), count));
}

std::optional<Epc> read_urn(std::string_view text, const SchemeRow& row, std::size_t& gcp) {
  const std::string_view body = text.substr(row.prefix.size());
  std::array<char, 32> buffer;
  UrnFields fields;
  if (row.scheme == Scheme::Giai) {
    const std::size_t dot = body.find('.');
    if (dot == std::string_view::npos || dot < kUrnGcpMin || dot > kUrnGcpMax) return std::nullopt;
    if (find_outside(body.substr(0, dot), kDigit) != dot) return std::nullopt;
    const auto reference = decode_urn(body.substr(dot + 1), buffer);
    if (!reference || reference->empty() || reference->size() > Giai::kSizeMax - dot) {
      return std::nullopt;
    }
    std::array<char, Giai::kSizeMax> whole;
    std::memcpy(whole.data(), body.data(), dot);
    std::memcpy(whole.data() + dot, reference->data(), reference->size());
    gcp = dot;
    const auto giai = Giai::try_parse({whole.data(), dot + reference->size()});
    if (!giai) return std::nullopt;
    return Epc(*giai);
  }
  const bool led = row.digits != 12;
  if (!split_urn(body, row.digits, led, row.has_serial, fields)) return std::nullopt;
  gcp = fields.gcp;
  if (row.scheme == Scheme::Sscc) {
    const auto sscc = complete<Sscc>(fields, row.digits);
    if (!sscc) return std::nullopt;
    return Epc(*sscc);
  }
  const auto rest = decode_urn(fields.rest, buffer);
  if (!rest) return std::nullopt;
  if (led) {
    const auto gtin = complete<Gtin>(fields, row.digits);
    if (!gtin) return std::nullopt;
    if (row.scheme == Scheme::Sgtin) {
      const auto serial = SerialNumber::try_parse(*rest);
      if (!serial) return std::nullopt;
      return Epc(Sgtin{*gtin, *serial});
    }
    const auto lot = Lot::try_parse(*rest);
    if (!lot) return std::nullopt;
    return Epc(Lgtin{*gtin, *lot});
  }
  const auto gln = complete<Gln>(fields, row.digits);
  if (!gln) return std::nullopt;
  if (row.scheme == Scheme::Grai) {
    const auto serial = GraiSerial::try_parse(*rest);
    if (!serial) return std::nullopt;
    return Epc(Grai{*gln, *serial});
  }
  if (*rest == "0") return Epc(Sgln{*gln, std::nullopt});
  const auto extension = GlnExtension::try_parse(*rest);
  if (!extension) return std::nullopt;
  return Epc(Sgln{*gln, *extension});
}

// The value of a link path as plain text, or nothing on a bad escape.
template <std::size_t N>
std::optional<std::string_view> decode_link(std::string_view text, std::array<char, N>& out) {
  if (text.find('%') == std::string_view::npos) return text;
  const auto size = percent_decode(text, out.data(), out.size());
  if (!size) return std::nullopt;
  return std::string_view(out.data(), *size);
}

enum class LinkMatch : std::uint8_t { Value, Malformed, NotOurs };

// Keys whose values have the digits they should are taken as meant; a path that only looks like a
// key ("/01/introduction") is an ordinary URI.
LinkMatch read_link(const LinkPath& link, std::optional<Epc>& out) {
  std::array<char, 64> key_buffer;
  std::array<char, 64> buffer;
  const LinkPath::Pair& key = link.pairs[0];
  const auto key_value = decode_link(key.value, key_buffer);
  if (!key_value) return LinkMatch::NotOurs;
  const bool digits = find_outside(*key_value, kDigit) == key_value->size();
  const LinkPath::Pair& last = link.pairs[link.count - 1];
  const auto last_value = decode_link(last.value, buffer);
  if (key.ai == kAiGtin) {
    const bool instance = last.ai == kAiSerial;
    if (!digits || link.count < 2 || !(instance || last.ai == kAiLot)) return LinkMatch::NotOurs;
    auto gtin = Gtin::try_parse(*key_value);
    if (!gtin && key_value->size() < Gtin::kSize) {
      if (const auto widened = Gtin::parse_any(*key_value)) gtin = *widened;
    }
    if (!gtin || !last_value || !link.in_order()) return LinkMatch::Malformed;
    if (instance) {
      const auto serial = SerialNumber::try_parse(*last_value);
      if (!serial) return LinkMatch::Malformed;
      out.emplace(Sgtin{*gtin, *serial});
    } else {
      const auto lot = Lot::try_parse(*last_value);
      if (!lot) return LinkMatch::Malformed;
      out.emplace(Lgtin{*gtin, *lot});
    }
    return LinkMatch::Value;
  }
  if (key.ai == kAiSscc) {
    if (!digits) return LinkMatch::NotOurs;
    const auto sscc = Sscc::try_parse(*key_value);
    if (!sscc || link.count != 1) return LinkMatch::Malformed;
    out.emplace(*sscc);
    return LinkMatch::Value;
  }
  if (key.ai == Ai{414, 3}) {
    if (!digits || (link.count == 2 && last.ai == Ai{7040, 4})) return LinkMatch::NotOurs;
    const auto gln = Gln::try_parse(*key_value);
    if (!gln || !last_value || !link.in_order()) return LinkMatch::Malformed;
    if (link.count == 1 || *last_value == "0") {
      out.emplace(Sgln{*gln, std::nullopt});
      return LinkMatch::Value;
    }
    const auto extension = GlnExtension::try_parse(*last_value);
    if (!extension) return LinkMatch::Malformed;
    out.emplace(Sgln{*gln, *extension});
    return LinkMatch::Value;
  }
  if (key.ai == Ai{8003, 4}) {
    if (key_value->size() < 14 || link.count != 1) return LinkMatch::NotOurs;
    const auto grai = Grai::parse(*key_value);
    if (!grai) return LinkMatch::Malformed;
    out.emplace(*grai);
    return LinkMatch::Value;
  }
  if (key.ai == Ai{8004, 4} && link.count == 1) {
    const auto giai = Giai::try_parse(*key_value);
    if (!giai || find_outside(giai->text(), kDigit) < CompanyPrefix::kSizeMin) {
      return LinkMatch::NotOurs;
    }
    out.emplace(*giai);
    return LinkMatch::Value;
  }
  return LinkMatch::NotOurs;
}

Error link_error(std::string_view text) {
  auto parsed = parse_digital_link(text);
  if (!parsed) {
    Error error = std::move(parsed).error();
    if (error.field == "Digital Link") error.field = "EPC";
    return error;
  }
  return epc_error("the Digital Link names no single object", 0, text.size(),
                   "01+21, 01+10, 00, 414[+254], 8003 or 8004", "give the link of one object");
}

Result<ParsedEpc> read_other(std::string_view text) {
  auto other = OtherUri::parse(text);
  if (!other) return std::move(other).error();
  return ParsedEpc{Epc(*std::move(other)), {EpcSpelling::Kind::Other, 0, {}}, true};
}

}  // namespace

Result<OtherUri> OtherUri::parse(std::string_view text) {
  const std::string rule = "a URI of RFC 3986, at most " + std::to_string(kSizeMax) + " bytes";
  const std::string remedy = "give an EPC URN, a Digital Link or another URI";
  if (text.size() > kSizeMax) {
    return epc_error("the URI has " + std::to_string(text.size()) + " bytes", kSizeMax,
                     text.size() - kSizeMax, rule, remedy);
  }
  const std::size_t bad = find_outside(text, kUriChar);
  if (bad != text.size()) {
    return epc_error("the text holds a character that a URI cannot hold", bad, 1, rule, remedy);
  }
  const std::size_t colon = text.find(':');
  bool scheme =
      colon != std::string_view::npos && colon > 0 && colon + 1 < text.size() && !is_digit(text[0]);
  for (std::size_t i = 0; scheme && i < colon; ++i) {
    scheme = is_in(text[i], kUriUnreserved) ? text[i] != '_' && text[i] != '~' : text[i] == '+';
  }
  if (!scheme || text[0] == '-' || text[0] == '.' || text[0] == '+') {
    return epc_error("the text is no URI", 0, text.size(), rule, remedy);
  }
  return OtherUri(text);
}

Result<ParsedEpc> parse_epc(std::string_view text) {
  if (text.starts_with("urn:epc:")) {
    for (const SchemeRow& row : kSchemes) {
      if (!text.starts_with(row.prefix)) continue;
      std::size_t gcp = 0;
      auto value = text.size() > kEpcTextMax ? std::nullopt : read_urn(text, row, gcp);
      if (!value) return urn_error(text.substr(0, kEpcTextMax), row);
      Writer canonical;
      std::visit([&](const auto& v) { put_urn(canonical, v, gcp); }, *value);
      return ParsedEpc{*std::move(value),
                       {EpcSpelling::Kind::Urn, static_cast<std::uint8_t>(gcp), {}},
                       canonical.text() == text};
    }
    return read_other(text);
  }
  if (text.size() > kEpcTextMax || !looks_like_link(text)) return read_other(text);
  const auto link = split_link(text);
  if (!link) return read_other(text);
  std::optional<Epc> value;
  const LinkMatch match = read_link(*link, value);
  if (match == LinkMatch::NotOurs) return read_other(text);
  if (match == LinkMatch::Malformed) return link_error(text);
  Writer canonical;
  std::visit([&](const auto& v) { put_link(canonical, v); }, *value);
  return ParsedEpc{*std::move(value),
                   {EpcSpelling::Kind::DigitalLink, 0, link->stem},
                   text.substr(link->stem.size()) == canonical.text()};
}

bool append_epc(std::string& out, const Epc& value, const EpcSpelling& spelling) {
  if (const auto* other = std::get_if<OtherUri>(&value)) {
    out += other->text();
    return true;
  }
  Writer text;
  switch (spelling.kind) {
    case EpcSpelling::Kind::Urn:
      if (!has_urn(value, spelling.gcp_length)) return false;
      std::visit([&](const auto& v) { put_urn(text, v, spelling.gcp_length); }, value);
      break;
    case EpcSpelling::Kind::DigitalLink:
      std::visit([&](const auto& v) { put_link(text, v); }, value);
      out += spelling.stem;
      break;
    case EpcSpelling::Kind::Other:
      return false;
  }
  out += text.text();
  return true;
}

Result<std::string> format_epc(const Epc& value, const EpcSpelling& spelling) {
  std::string text;
  if (append_epc(text, value, spelling)) return text;
  return epc_error("the value has no text in this spelling", 0, 0,
                   "an EPC URN has a company prefix of 6 to 12 digits, within the key",
                   "give the length of the company prefix");
}

Result<std::string> to_urn(const Epc& value, std::size_t gcp_length) {
  const std::size_t shown = gcp_length > kUrnGcpMax ? 0 : gcp_length;
  return format_epc(value, {EpcSpelling::Kind::Urn, static_cast<std::uint8_t>(shown), {}});
}

namespace {
struct HriWriter {
  std::string out;
  void add(std::string_view ai, std::string_view value) {
    out.append(1, '(').append(ai).append(1, ')').append(value);
  }
  void operator()(const Sgtin& v) { out = v.to_hri(); }
  void operator()(const Lgtin& v) {
    add("01", v.gtin.digits());
    add("10", v.lot.text());
  }
  void operator()(const Sscc& v) { add("00", v.digits()); }
  void operator()(const Sgln& v) {
    add("414", v.gln.digits());
    if (v.extension) add("254", v.extension->text());
  }
  void operator()(const Grai& v) {
    add("8003", "0");
    out.append(v.asset_type.digits());
    if (v.serial) out.append(v.serial->text());
  }
  void operator()(const Giai& v) { add("8004", v.text()); }
  void operator()(const OtherUri& v) { out = v.text(); }
};

struct Hasher {
  static std::size_t mix(std::size_t a, std::size_t b) { return a * 0x9e3779b97f4a7c15U ^ b; }
  static std::size_t of(std::string_view text) { return std::hash<std::string_view>{}(text); }
  std::size_t operator()(const Sgtin& v) const { return std::hash<Sgtin>{}(v); }
  std::size_t operator()(const Lgtin& v) const { return std::hash<Lgtin>{}(v); }
  std::size_t operator()(const Sscc& v) const { return of(v.digits()); }
  std::size_t operator()(const Sgln& v) const {
    return mix(of(v.gln.digits()), v.extension ? of(v.extension->text()) : 0);
  }
  std::size_t operator()(const Grai& v) const {
    return mix(of(v.asset_type.digits()), v.serial ? of(v.serial->text()) : 0);
  }
  std::size_t operator()(const Giai& v) const { return of(v.text()); }
  std::size_t operator()(const OtherUri& v) const { return of(v.text()); }
};
}  // namespace

std::string to_hri(const Epc& value) {
  HriWriter writer;
  std::visit(writer, value);
  return std::move(writer.out);
}

std::size_t hash_value(const Epc& value) noexcept {
  return Hasher::mix(std::visit(Hasher{}, value), value.index());
}

}  // namespace packtrail::gs1
