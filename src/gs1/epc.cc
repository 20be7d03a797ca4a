#include "gs1/epc.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "gs1/charset.h"
#include "gs1/checked_text.h"
#include "gs1/digit_key.h"
#include "gs1/digital_link.h"
#include "gs1/epc_shape.h"
#include "gs1/link_path.h"

namespace packtrail::gs1 {
namespace {

// The longest component (30) with every character escaped, and the longest text around it.
constexpr std::size_t kCanonicalMax = 30 * 3 + 64;

// Writes canonical texts into a buffer that is large enough for every value.
class Writer {
 public:
  Writer& put(std::string_view text) {
    at_ = std::copy(text.begin(), text.end(), at_);
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

// "urn:epc:id:SCHEME:GCP.REFERENCE.TAIL"; the lead digit (indicator, extension) moves behind the
// dot (TDS 6.3). Precondition: takes_prefix(parts, gcp).
void put_urn(Writer& out, const EpcParts& parts, std::size_t gcp) {
  const EpcShape& shape = *parts.shape;
  const bool pattern = shape.tail == EpcTail::Optional && parts.tail.empty();
  const std::string_view body = parts.body();
  out.put(pattern ? shape.pattern : shape.urn).put(body.substr(0, gcp)).put('.');
  if (shape.digits != 0) {
    out.put(parts.lead()).put(body.substr(gcp));
  } else {
    out.put_escaped(body.substr(gcp), kUrnPlain);
  }
  if (shape.pieces) {
    out.put('.').put(parts.pieces.substr(0, 2)).put('.').put(parts.pieces.substr(2));
  }
  if (!parts.tail.empty()) {
    out.put('.').put_escaped(parts.tail, kUrnPlain);
  } else if (shape.tail == EpcTail::Extension) {
    out.put(".0");
  } else if (pattern) {
    out.put(".*");
  }
}

// "/AI/KEY", "/AI/KEY/AI/TAIL".
void put_link(Writer& out, const EpcParts& parts) {
  const EpcShape& shape = *parts.shape;
  out.put('/').put(shape.ai).put('/');
  if (shape.scheme == EpcScheme::kGrai) out.put('0');
  if (shape.digits != 0) {
    out.put(parts.key).put(parts.pieces);
  } else {
    out.put_escaped(parts.key, kUriUnreserved);
  }
  if (parts.tail.empty()) return;
  if (!shape.tail_ai.empty()) out.put('/').put(shape.tail_ai).put('/');
  out.put_escaped(parts.tail, kUriUnreserved);
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

// Points at the byte where the fields stop being what `shape` asks for. `prefix` is what the text
// begins with.
Error urn_error(std::string_view text, const EpcShape& shape, std::string_view prefix) {
  std::size_t at = prefix.size();
  while (at < text.size() && is_digit(text[at])) ++at;
  const std::size_t gcp = at - prefix.size();
  std::string rule(prefix);
  rule += "CompanyPrefix.Reference";
  if (shape.pieces) rule += ".Piece.Total";
  if (shape.tail != EpcTail::None) rule += prefix == shape.pattern ? ".*" : ".Serial";
  rule += ", company prefix 6 to 12 digits";
  if (shape.digits != 0) {
    rule += ", both together " + std::to_string(shape.digits) + " digits";
  }
  rule += "; serials escape \" % & / < > ? as %XX (GS1 EPC Tag Data Standard 6)";
  std::string message = "the EPC URN is malformed";
  if (gcp < kUrnGcpMin || gcp > kUrnGcpMax) {
    message = "company prefix has " + std::to_string(gcp) + " digits";
    at = prefix.size();
  } else if (at < text.size() && text[at] == '.' && shape.digits != 0) {
    ++at;
    while (at < text.size() && is_digit(text[at])) ++at;
    const std::size_t digits = at - prefix.size() - 1;
    if (digits != shape.digits) {
      message = "company prefix and reference have " + std::to_string(digits) + " digits";
    } else if (shape.pieces) {
      message = "piece, total or serial are missing or wrong";
    } else if (shape.tail != EpcTail::None) {
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

struct ReadUrn {
  Epc value;
  std::size_t gcp = 0;
};

// Key of digits: "GCP.REF" with `shape.digits` digits together, put together with the lead first.
// The number of characters read; 0 when they are not there.
std::size_t read_digits(std::string_view body, const EpcShape& shape, std::size_t gcp,
                        std::array<char, 17>& out) {
  const std::size_t end = shape.digits + 1U;
  if (body.size() < end || gcp >= end) return 0;
  char* to = out.data();
  std::size_t from = gcp + 1;
  if (shape.led) {
    if (from >= end) return 0;
    *to++ = body[from++];
  }
  std::memcpy(to, body.data(), gcp);
  if (from < end) std::memcpy(to + gcp, body.data() + from, end - from);
  return end;
}

// Key of text: "GCP.REF", the reference unescaped. The number of characters read; 0 when wrong.
std::size_t read_text(std::string_view body, std::size_t gcp, std::array<char, 64>& out,
                      std::size_t& size) {
  if (find_outside(body.substr(0, gcp), kDigit) != gcp) return 0;
  const std::size_t end = std::min(body.find('.', gcp + 1), body.size());
  std::array<char, 32> buffer;
  const auto reference = decode_urn(body.substr(gcp + 1, end - gcp - 1), buffer);
  if (!reference || reference->empty() || gcp + reference->size() > out.size()) return 0;
  std::memcpy(out.data(), body.data(), gcp);
  std::memcpy(out.data() + gcp, reference->data(), reference->size());
  size = gcp + reference->size();
  return end;
}

// `body` follows the prefix of the URN; `pattern`: its last field must be '*'.
std::optional<ReadUrn> read_urn(std::string_view body, const EpcShape& shape, bool pattern) {
  const std::size_t gcp = body.find('.');
  if (gcp == std::string_view::npos || gcp < kUrnGcpMin || gcp > kUrnGcpMax) return std::nullopt;
  std::array<char, 64> text;
  std::array<char, 17> digits;
  std::string_view key;
  std::size_t at = 0;
  if (shape.digits != 0) {
    at = read_digits(body, shape, gcp, digits);
    key = {digits.data(), shape.digits};
  } else if (shape.tail == EpcTail::None) {
    // The reference is the last field, so dots in it are its own.
    std::array<char, 32> buffer;
    const auto reference = decode_urn(body.substr(gcp + 1), buffer);
    if (!reference || reference->empty() || find_outside(body.substr(0, gcp), kDigit) != gcp) {
      return std::nullopt;
    }
    std::memcpy(text.data(), body.data(), gcp);
    if (reference->size() > text.size() - gcp) return std::nullopt;
    std::memcpy(text.data() + gcp, reference->data(), reference->size());
    key = {text.data(), gcp + reference->size()};
    at = body.size();
  } else {
    std::size_t size = 0;
    at = read_text(body, gcp, text, size);
    key = {text.data(), size};
  }
  if (at == 0) return std::nullopt;
  std::array<char, 4> piece_digits;
  std::string_view pieces;
  if (shape.pieces) {
    if (body.size() < at + 6 || body[at] != '.' || body[at + 3] != '.') return std::nullopt;
    piece_digits = {body[at + 1], body[at + 2], body[at + 4], body[at + 5]};
    pieces = {piece_digits.data(), piece_digits.size()};
    at += 6;
  }
  std::string_view tail;
  std::array<char, 64> buffer;
  if (shape.tail != EpcTail::None) {
    if (at >= body.size() || body[at] != '.') return std::nullopt;
    const std::string_view field = body.substr(at + 1);
    if (pattern) {
      if (field != "*") return std::nullopt;
    } else {
      const auto decoded = decode_urn(field, buffer);
      if (!decoded || decoded->empty()) return std::nullopt;
      tail = *decoded;
    }
  } else if (at != body.size()) {
    return std::nullopt;
  }
  auto value = make_epc(shape.scheme, key, pieces, tail);
  if (!value) return std::nullopt;
  return ReadUrn{*std::move(value), gcp};
}

struct UrnPrefix {
  const EpcShape* shape = nullptr;
  std::string_view prefix;
  bool pattern = false;
};

UrnPrefix find_prefix(std::string_view text) {
  for (std::size_t i = 0; i + 1 < kEpcSchemeCount; ++i) {
    const EpcShape& shape = shape_of(static_cast<EpcScheme>(i));
    if (!shape.urn.empty() && text.starts_with(shape.urn)) return {&shape, shape.urn, false};
    if (!shape.pattern.empty() && text.starts_with(shape.pattern)) {
      return {&shape, shape.pattern, true};
    }
  }
  return {};
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

constexpr Ai kAi254{254, 3};
constexpr Ai kAi8011{8011, 4};
constexpr Ai kAi235{235, 3};

// A GTIN of 8, 12 or 13 digits as one of 14.
std::optional<Gtin> read_gtin(std::string_view digits) {
  if (digits.size() == Gtin::kSize) return Gtin::try_parse(digits);
  const auto widened = Gtin::parse_any(digits);
  if (!widened) return std::nullopt;
  return *widened;
}

LinkMatch read_gtin_link(const LinkPath& link, std::string_view key, std::string_view tail,
                         std::optional<Epc>& out) {
  const Ai last = link.path().back().ai;
  const bool alone = link.count == 1;
  if (find_outside(key, kDigit) != key.size()) return LinkMatch::NotOurs;
  if (!alone && last != kAiSerial && last != kAiLot && last != kAi235) return LinkMatch::NotOurs;
  if (alone && key.size() != 8 && (key.size() < 12 || key.size() > 14)) return LinkMatch::NotOurs;
  // The lot of a consumer product variant is no LGTIN.
  if (last == kAiLot && link.count > 2) return LinkMatch::NotOurs;
  const auto gtin = read_gtin(key);
  if (!gtin || (!alone && tail.empty()) || !link.in_order()) return LinkMatch::Malformed;
  const EpcScheme scheme = alone               ? EpcScheme::kGtin
                           : last == kAiSerial ? EpcScheme::kSgtin
                           : last == kAiLot    ? EpcScheme::kLgtin
                                               : EpcScheme::kUpui;
  out = make_epc(scheme, gtin->digits().substr(0, 13), {}, tail);
  return out ? LinkMatch::Value : LinkMatch::Malformed;
}

// A key of `digits` digits, check digit included, and perhaps more text behind them.
LinkMatch read_digit_link(EpcScheme scheme, std::string_view value, std::size_t digits,
                          std::string_view tail, std::optional<Epc>& out) {
  if (value.size() < digits || find_outside(value.substr(0, digits), kDigit) != digits) {
    return find_outside(value, kDigit) == value.size() ? LinkMatch::Malformed : LinkMatch::NotOurs;
  }
  if (value.size() > digits) {
    if (shape_of(scheme).tail != EpcTail::Optional || !shape_of(scheme).tail_ai.empty()) {
      return LinkMatch::Malformed;
    }
    tail = value.substr(digits);
  }
  if (!has_valid_check_digit(value.substr(0, digits))) return LinkMatch::Malformed;
  out = make_epc(scheme, value.substr(0, digits - 1), {}, tail);
  return out ? LinkMatch::Value : LinkMatch::Malformed;
}

// Keys whose values have the digits they should are taken as meant; a path that only looks like a
// key ("/01/introduction") is an ordinary URI, and so is a link whose qualifier makes another
// identity.
LinkMatch read_link(const LinkPath& link, std::optional<Epc>& out) {
  std::array<char, 128> key_buffer;
  std::array<char, 64> buffer;
  const LinkPath::Pair& key = link.path().front();
  const auto value = decode_link(key.value, key_buffer);
  if (!value) return LinkMatch::NotOurs;
  const LinkPath::Pair& last = link.path().back();
  const bool alone = link.count == 1;
  std::string_view tail;  // Empty when alone, or on a bad escape.
  if (!alone) tail = decode_link(last.value, buffer).value_or(std::string_view());
  switch (key.ai.number) {
    case 1:
      return read_gtin_link(link, *value, tail, out);
    case 0:
      if (find_outside(*value, kDigit) != value->size()) return LinkMatch::NotOurs;
      return alone ? read_digit_link(EpcScheme::kSscc, *value, Sscc::kSize, {}, out)
                   : LinkMatch::Malformed;
    case 253:
      return alone ? read_digit_link(EpcScheme::kGdti, *value, Gln::kSize, {}, out)
                   : LinkMatch::Malformed;
    case 255:
      return alone ? read_digit_link(EpcScheme::kSgcn, *value, Gln::kSize, {}, out)
                   : LinkMatch::Malformed;
    case 401:
      if (!alone) return LinkMatch::NotOurs;
      out = make_epc(EpcScheme::kGinc, *value, {}, {});
      return out ? LinkMatch::Value : LinkMatch::NotOurs;
    case 402:
      return alone ? read_digit_link(EpcScheme::kGsin, *value, Gsin::kSize, {}, out)
                   : LinkMatch::Malformed;
    case 414:
      if (find_outside(*value, kDigit) != value->size() || (!alone && last.ai != kAi254)) {
        return LinkMatch::NotOurs;
      }
      if (!alone && (tail.empty() || !link.in_order())) return LinkMatch::Malformed;
      return read_digit_link(EpcScheme::kSgln, *value, Gln::kSize, tail, out);
    case 417:
      return alone ? read_digit_link(EpcScheme::kPgln, *value, Pgln::kSize, {}, out)
                   : LinkMatch::NotOurs;
    case 8003:
      if (value->size() < 14 || !alone) return LinkMatch::NotOurs;
      if (value->front() != '0') return LinkMatch::Malformed;
      return read_digit_link(EpcScheme::kGrai, value->substr(1), Gln::kSize, {}, out);
    case 8004:
      if (!alone) return LinkMatch::NotOurs;
      out = make_epc(EpcScheme::kGiai, *value, {}, {});
      return out ? LinkMatch::Value : LinkMatch::NotOurs;
    case 8006:
      if (value->size() != 18 || find_outside(*value, kDigit) != 18) return LinkMatch::NotOurs;
      if (!alone && last.ai != kAiSerial) return LinkMatch::NotOurs;
      if ((!alone && tail.empty()) || !link.in_order() ||
          !has_valid_check_digit(value->substr(0, 14))) {
        return LinkMatch::Malformed;
      }
      out = make_epc(EpcScheme::kItip, value->substr(0, 13), value->substr(14), tail);
      return out ? LinkMatch::Value : LinkMatch::Malformed;
    case 8010:
      if (!alone && (last.ai != kAi8011 || tail.empty() || !link.in_order()))
        return LinkMatch::Malformed;
      out = make_epc(EpcScheme::kCpi, *value, {}, tail);
      return out ? LinkMatch::Value : alone ? LinkMatch::NotOurs : LinkMatch::Malformed;
    case 8017:
      return alone ? read_digit_link(EpcScheme::kGsrnp, *value, Gsrnp::kSize, {}, out)
                   : LinkMatch::NotOurs;
    case 8018:
      return alone ? read_digit_link(EpcScheme::kGsrn, *value, Gsrn::kSize, {}, out)
                   : LinkMatch::NotOurs;
    default:
      return LinkMatch::NotOurs;
  }
}

Error link_error(std::string_view text) {
  auto parsed = parse_digital_link(text);
  if (!parsed) {
    Error error = std::move(parsed).error();
    if (error.field == "Digital Link") error.field = "EPC";
    return error;
  }
  return epc_error("the Digital Link names no single object", 0, text.size(),
                   "a key that EPCIS knows, with its qualifiers (GS1 EPC Tag Data Standard 6)",
                   "give the link of one object");
}

Result<ParsedEpc> read_other(std::string_view text) {
  auto other = OtherUri::parse(text);
  if (!other) return std::move(other).error();
  return ParsedEpc{Epc(*std::move(other)), {EpcSpelling::Kind::Other, 0, {}}, true};
}

// A pack being read, written once and copied once: its parts are short arrays, and each copy of
// freshly written bytes costs a stalled load. Turns into the result where the result lies.
struct PackReading {
  std::array<char, SerialNumber::kSizeMax> serial{};
  std::size_t serial_size = 0;
  std::array<char, Gtin::kSize> gtin;
  EpcSpelling spelling;
  bool is_canonical = true;

  operator ParsedEpc() const {  // NOLINT(google-explicit-constructor): constructs in place.
    return ParsedEpc{Epc(Sgtin{Gtin(CheckedText{gtin.data(), gtin.size()}),
                               SerialNumber::of_valid(serial, serial_size)}),
                     spelling, is_canonical};
  }
};

// A serial number written with escapes. `plain` are the characters that its canonical text does not
// escape, `allowed` those that may stand unescaped at all.
bool read_serial(std::string_view text, CharClass plain, CharClass allowed, PackReading& out) {
  constexpr std::size_t kMax = SerialNumber::kSizeMax;
  // Most serials need no escape: one pass without a branch finds out.
  if (text.size() <= kMax) {
    unsigned all = 0xFF;
    for (std::size_t i = 0; i < text.size(); ++i) {
      all &= kCharClasses[static_cast<unsigned char>(text[i])];
      out.serial[i] = text[i];
    }
    out.serial_size = text.size();
    if ((all & plain) != 0 && (all & kCset82) != 0) return !text.empty();
    out.serial.fill('\0');
  }
  std::size_t size = 0;
  unsigned good = kCset82;
  bool is_canonical = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (size == kMax) return false;
    char c = text[i];
    unsigned set = kCharClasses[static_cast<unsigned char>(c)];
    if ((set & plain) == 0) {
      if (c == '%') {
        const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
        const int low = high < 0 ? -1 : hex_value(text[i + 2]);
        if (low < 0) return false;
        c = static_cast<char>(high * 16 + low);
        set = kCharClasses[static_cast<unsigned char>(c)];
        is_canonical &= (set & plain) == 0 && text[i + 1] < 'a' && text[i + 2] < 'a';
        i += 2;
      } else if ((set & allowed) != 0) {
        is_canonical = false;
      } else {
        return false;
      }
    }
    good &= set;
    out.serial[size++] = c;
  }
  out.serial_size = size;
  out.is_canonical = is_canonical;
  return good != 0 && size != 0;
}

constexpr std::string_view kSgtinUrn = "urn:epc:id:sgtin:";
constexpr std::size_t kGtinField = 14;  // 13 digits and the dot after the company prefix.

// The straight way for the commonest URN. False when it is anything else: then the general way
// finds out what.
bool read_sgtin_urn(std::string_view text, PackReading& out) {
  if (text.size() < kSgtinUrn.size() + kGtinField + 2 || !text.starts_with(kSgtinUrn)) return false;
  const char* body = text.data() + kSgtinUrn.size();
  if (body[kGtinField] != '.') return false;
  // The first dot among places 6 to 12, without a branch for each: eight bytes at once, where the
  // lowest byte that equals '.' is the lowest one whose high bit appears.
  std::uint64_t dots = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    dots |= std::uint64_t{static_cast<unsigned char>(body[kUrnGcpMin + i])} << 8 * i;
  }
  dots ^= 0x2e2e2e2e2e2e2e2eU;
  dots = (dots - 0x0101010101010101U) & ~dots & 0x8080808080808080U;
  const std::size_t gcp = kUrnGcpMin + static_cast<std::size_t>(std::countr_zero(dots)) / 8;
  if (gcp > kUrnGcpMax) return false;
  unsigned sum = 0;
  unsigned bad = 0;
  const auto take = [&](std::size_t to, char c) {
    const auto value = static_cast<unsigned>(static_cast<unsigned char>(c)) - unsigned{'0'};
    bad |= value > 9 ? 1U : 0U;
    sum += to % 2 == 0 ? value * 3U : value;
    out.gtin[to] = c;
  };
  take(0, body[gcp + 1]);
  for (std::size_t i = 0; i < 12; ++i) take(i + 1, body[i < gcp ? i : i + 2]);
  if (bad != 0) return false;
  out.gtin[13] = static_cast<char>('0' + (10 - sum % 10) % 10);
  out.spelling = {EpcSpelling::Kind::Urn, static_cast<std::uint8_t>(gcp), {}};
  return read_serial(text.substr(kSgtinUrn.size() + kGtinField + 1), kUrnPlain, kUrnPlain, out);
}

bool is_plain(std::string_view segments) {
  bool plain = true;
  for (const char c : segments) plain &= is_in(c, kUriPlain) || c == '/';
  return plain;
}

// The same for a link whose path ends with /01/ and 14 digits, /21/ and a serial number. A variant
// (22) and a lot (10) may stand between them, and a query behind: they are not of the identity.
bool read_sgtin_link(std::string_view text, PackReading& out) {
  constexpr std::size_t kKeyPart = 4 + Gtin::kSize;  // "/01/" and the digits.
  if (!looks_like_link(text)) return false;
  const std::size_t path_end = std::min(text.find('?'), text.size());
  const std::string_view query = text.substr(path_end);
  const std::size_t slash = text.rfind('/', path_end - 1);
  const std::size_t host = text[4] == ':' ? 7 : 8;
  if (slash <= host + kKeyPart + 3 || text[host] == '/') return false;
  if (std::memcmp(text.data() + slash - 3, "/21", 3) != 0) return false;
  std::size_t key_end = slash - 3;
  const auto ends_with_key = [&] {
    return key_end > host + kKeyPart &&
           std::memcmp(text.data() + key_end - kKeyPart, "/01/", 4) == 0;
  };
  bool alone = query.empty();
  for (const char* qualifier : {"/10", "/22"}) {
    if (ends_with_key()) break;
    const std::size_t value = text.rfind('/', key_end - 1);
    if (value <= host + kKeyPart + 3 || value + 1 == key_end) return false;
    if (std::memcmp(text.data() + value - 3, qualifier, 3) != 0) continue;
    key_end = value - 3;
    alone = false;
  }
  if (!ends_with_key()) return false;
  const std::size_t stem_size = key_end - kKeyPart;
  const char* const digits = text.data() + stem_size + 4;
  const auto sum = detail::digit_sum<Gtin::kSize>(digits, 1);
  if (!sum || *sum % 10 != 0 || !is_plain(text.substr(host, stem_size - host))) return false;
  if (!is_plain(text.substr(key_end, slash - key_end))) return false;
  if (find_outside(query, kUriChar) != query.size()) return false;
  std::memcpy(out.gtin.data(), digits, Gtin::kSize);
  out.spelling = {EpcSpelling::Kind::DigitalLink, 0, text.substr(0, stem_size)};
  if (!read_serial(text.substr(slash + 1, path_end - slash - 1), kUriUnreserved, kUriPlain, out)) {
    return false;
  }
  out.is_canonical &= alone;
  return true;
}

// Every scheme and both kinds of text.
Result<ParsedEpc> parse_epc_general(std::string_view text) {
  if (text.starts_with("urn:epc:")) {
    const UrnPrefix found = find_prefix(text);
    if (found.shape == nullptr) return read_other(text);
    auto read = text.size() > kEpcTextMax
                    ? std::nullopt
                    : read_urn(text.substr(found.prefix.size()), *found.shape, found.pattern);
    if (!read) {
      // Other patterns stand for many classes.
      if (found.pattern) return read_other(text);
      return urn_error(text.substr(0, kEpcTextMax), *found.shape, found.prefix);
    }
    Writer canonical;
    put_urn(canonical, *parts_of(read->value), read->gcp);
    return ParsedEpc{std::move(read->value),
                     {EpcSpelling::Kind::Urn, static_cast<std::uint8_t>(read->gcp), {}},
                     canonical.text() == text};
  }
  if (text.size() > kEpcTextMax || !looks_like_link(text)) return read_other(text);
  const auto link = split_link(text);
  if (!link) {
    const auto current = without_short_names(text);
    if (!current) return read_other(text);
    auto parsed = parse_epc_general(*current);
    if (!parsed || epc_scheme(parsed->value) == EpcScheme::kOther) return read_other(text);
    parsed->spelling.stem = text.substr(0, parsed->spelling.stem.size());
    parsed->is_canonical = false;
    return parsed;
  }
  std::optional<Epc> value;
  const LinkMatch match = read_link(*link, value);
  if (match == LinkMatch::NotOurs) return read_other(text);
  if (match == LinkMatch::Malformed) return link_error(text);
  Writer canonical;
  put_link(canonical, *parts_of(*value));
  return ParsedEpc{*std::move(value),
                   {EpcSpelling::Kind::DigitalLink, 0, link->stem},
                   text.substr(link->stem.size()) == canonical.text()};
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
  PackReading pack;
  const bool urn = text.starts_with('u');
  if (urn ? read_sgtin_urn(text, pack)
          : text.size() <= kEpcTextMax && read_sgtin_link(text, pack)) {
    return pack;
  }
  return parse_epc_general(text);
}
bool append_epc(std::string& out, const Epc& value, const EpcSpelling& spelling) {
  if (const auto* other = std::get_if<OtherUri>(&value)) {
    out += other->text();
    return true;
  }
  Writer text;
  const EpcParts parts = *parts_of(value);
  switch (spelling.kind) {
    case EpcSpelling::Kind::Urn:
      if (!takes_prefix(parts, spelling.gcp_length)) return false;
      put_urn(text, parts, spelling.gcp_length);
      break;
    case EpcSpelling::Kind::DigitalLink:
      put_link(text, parts);
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

std::string to_hri(const Epc& value) {
  if (const auto* other = std::get_if<OtherUri>(&value)) return other->text();
  const EpcParts parts = *parts_of(value);
  std::string out = "(";
  out.append(parts.shape->ai).append(1, ')');
  if (parts.shape->scheme == EpcScheme::kGrai) out.push_back('0');
  out.append(parts.key).append(parts.pieces);
  if (parts.tail.empty()) return out;
  if (!parts.shape->tail_ai.empty()) {
    out.append(1, '(').append(parts.shape->tail_ai).append(1, ')');
  }
  return out.append(parts.tail);
}

std::size_t hash_value(const Epc& value) noexcept {
  const auto mix = [](std::size_t a, std::size_t b) { return a * 0x9e3779b97f4a7c15U ^ b; };
  const std::hash<std::string_view> of;
  const auto parts = parts_of(value);
  if (!parts) return mix(of(std::get<OtherUri>(value).text()), value.index());
  std::size_t hash = of(parts->key);
  if (parts->shape->pieces) hash = mix(hash, of(parts->pieces));
  if (!parts->tail.empty()) hash = mix(hash, of(parts->tail));
  return mix(hash, value.index());
}

}  // namespace packtrail::gs1
