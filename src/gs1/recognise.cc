#include "gs1/recognise.h"

#include <algorithm>
#include <array>
#include <optional>

#include "gs1/charset.h"
#include "gs1/check_digit.h"
#include "gs1/digital_link.h"
#include "gs1/epc.h"
#include "gs1/partners.h"
#include "gs1/pzn.h"

namespace packtrail::gs1 {
namespace {

Error text_error(std::string message, std::size_t offset, std::size_t length, std::string rule,
                 std::string remedy) {
  return Error{.code = Errc::InvalidArgument,
               .message = std::move(message),
               .field = "text",
               .offset = offset,
               .length = length,
               .rule = std::move(rule),
               .remedy = std::move(remedy)};
}

bool names_something(const ElementString& elements) {
  for (std::size_t i = 0; i < elements.size(); ++i) {
    if (!find_ai(elements[i].ai)->link_key.empty()) return true;
  }
  return false;
}

Result<Recognised> read_element_string(std::string_view text) {
  auto elements = ElementString::parse(text);
  if (!elements) return std::move(elements).error();
  Recognised found;
  found.elements = *elements;
  if (text[0] == '(' || text[0] == '[') {
    found.syntax = text[0] == '(' ? Syntax::RoundBrackets : Syntax::SquareBrackets;
    return found;
  }
  const std::size_t aim = gs1_aim_prefix(text);
  found.syntax = aim == 0 ? Syntax::RawElementString : Syntax::AimElementString;
  found.aim = text.substr(0, aim);
  std::string_view body = text.substr(aim);
  if (!body.empty() && body[0] == kGroupSeparator) body.remove_prefix(1);
  const auto separators = [](std::string_view s) {
    return std::count(s.begin(), s.end(), kGroupSeparator);
  };
  const std::string raw = found.elements.to_raw();
  // A repeated element is kept once, so only texts of the same elements can be compared.
  found.superfluous_separator = body.size() - static_cast<std::size_t>(separators(body)) ==
                                    raw.size() - static_cast<std::size_t>(separators(raw)) &&
                                separators(body) > separators(raw);
  return found;
}

// Schemes are the same in any case (RFC 3986 3.1), and yet Digital Links have them in one case.
Error mixed_scheme_error(std::string_view text, std::size_t size) {
  Error error = text_error("the scheme mixes small and capital letters", 0, size,
                           "http or https, all small or all capital letters (GS1 Digital Link: URI "
                           "Syntax 4.2; RFC 3986 3.1 recommends small ones)",
                           "begin the link with " + std::string(size == 5 ? "https" : "http"));
  error.field = "Digital Link";
  error.message += ": " + std::string(text.substr(0, size));
  return error;
}

Result<Recognised> read_link(std::string_view text) {
  auto link = parse_digital_link(text);
  if (!link) return std::move(link).error();
  Recognised found;
  found.syntax = Syntax::DigitalLink;
  found.elements = link->elements;
  found.stem = link->stem;
  return found;
}

// The Digital Link of a value says which AIs it is made of.
Result<ElementString> elements_of(const Epc& value) {
  const std::string link =
      PACKTRAIL_TRY(format_epc(value, {EpcSpelling::Kind::DigitalLink, 0, "https://id.gs1.org"}));
  return PACKTRAIL_TRY(parse_digital_link(link)).elements;
}

Result<Recognised> read_urn(std::string_view text) {
  auto epc = parse_epc(text);
  if (!epc) return std::move(epc).error();
  if (epc->spelling.kind != EpcSpelling::Kind::Urn) {
    const bool pattern = text.starts_with("urn:epc:idpat:");
    return text_error(
        pattern ? "the pattern names no single kind of object" : "the URN is of no EPC scheme", 0,
        text.size(),
        pattern ? "urn:epc:idpat: with '*' as the last part alone (GS1 EPC Tag Data Standard 8)"
                : "urn:epc:id:, urn:epc:class:, urn:epc:idpat:, urn:epc:tag: or urn:epc:raw: and a "
                  "GS1 scheme",
        "give the URN of one GS1 key");
  }
  Recognised found;
  found.syntax = text.starts_with("urn:epc:idpat:")   ? Syntax::EpcPattern
                 : text.starts_with("urn:epc:class:") ? Syntax::EpcClassUrn
                                                      : Syntax::EpcUrn;
  found.elements = PACKTRAIL_TRY(elements_of(epc->value));
  found.gcp_length = epc->spelling.gcp_length;
  return found;
}

std::string two_digits(unsigned number) {
  return std::string(1, static_cast<char>('0' + number / 10)) +
         static_cast<char>('0' + number % 10);
}

Result<Recognised> read_tag(Result<EpcTag> tag, Syntax syntax) {
  if (!tag) return std::move(tag).error();
  Recognised found;
  found.syntax = syntax;
  found.elements = PACKTRAIL_TRY(elements_of(tag->value));
  if (const auto& date = tag->date) {
    PACKTRAIL_TRY(found.elements.add(
        date->ai, two_digits(date->year) + two_digits(date->month) + two_digits(date->day)));
  }
  found.gcp_length = tag->gcp_length;
  found.tag = *std::move(tag);
  return found;
}

bool may_be_epc_hex(std::string_view text) {
  constexpr std::size_t kHexMin = 12;  // The shortest tags hold three words.
  if (text.size() < kHexMin || text.size() > kEpcHexMax) return false;
  return text.find_first_not_of("0123456789ABCDEFabcdef") == std::string_view::npos;
}

// An element string whose values happen to be hexadecimal digits is an element string. One (40x)
// may be the bits of an ITIP as well, by its headers 40 and 41: with letters in it, the bits win.
Result<Recognised> read_hex(std::string_view text) {
  auto raw = read_element_string(text);
  const bool digits = find_outside(text, kDigit) == text.size();
  if (raw && (digits || raw->elements.size() > 1) && names_something(raw->elements)) return raw;
  auto tag = read_tag(parse_epc_hex(text), Syntax::EpcBinary);
  if (tag) return tag;
  const EpcHexFit fit = epc_hex_fit(text);
  const bool broken_tag = fit == EpcHexFit::Whole || (fit == EpcHexFit::Short && !digits);
  // Elements whose partners are missing are no better than a tag with a broken field.
  if (raw && (digits || !broken_tag || check_partners(raw->elements))) return raw;
  if (!broken_tag && leading_ai(text).entry != nullptr) return raw;
  if (leading_ai(text).entry == nullptr) return tag;
  Error error = std::move(tag).error();
  const std::string ai(to_text(leading_ai(text).ai).view());
  error.remedy +=
      raw ? "; as an element string it is (" + ai + ") without its partners"
          : "; it is no element string either: (" + raw.error().field + "): " + raw.error().message;
  return error;
}

// The AIs that say the same; a PPN has none of its own, but its PZN makes an NTIN. The century of a
// date is dropped again by its two digits, so any reference day does.
Result<Recognised> read_message(std::string_view text) {
  const IfaPack pack = PACKTRAIL_TRY(parse_ifa(text, *Date::from_ymd(2000, 1, 1)));
  Recognised found;
  found.syntax = Syntax::Mh10Message;
  if (text[0] == ']') found.aim = text.substr(0, 3);
  if (const auto gtin = pack.trade_item()) {
    PACKTRAIL_TRY(found.elements.add(kAiGtin, gtin->digits()));
  }
  if (pack.serial) PACKTRAIL_TRY(found.elements.add(kAiSerial, pack.serial->text()));
  if (pack.expiry) PACKTRAIL_TRY(found.elements.add(kAiExpiry, pack.expiry->yymmdd()));
  if (pack.lot) PACKTRAIL_TRY(found.elements.add(kAiLot, pack.lot->text()));
  found.ifa = pack;
  return found;
}

bool has_key_size(std::string_view text) {
  const std::size_t size = text.size();
  return (size == 8 || size == 12 || size == 13 || size == 14 || size == 18) &&
         find_outside(text, kDigit) == size;
}

Result<Recognised> read_plain_key(std::string_view digits) {
  const bool sscc = digits.size() == 18;
  if (!has_valid_check_digit(digits)) {
    return explain_key(digits, digits.size(), sscc ? "SSCC" : "GTIN",
                       sscc ? "SSCC" : "GTIN-" + std::to_string(digits.size()));
  }
  Recognised found;
  found.syntax = Syntax::PlainKey;
  found.may_be_gln = digits.size() == 13;
  std::string value(digits);
  if (!sscc) value.insert(0, 14 - digits.size(), '0');
  PACKTRAIL_TRY(found.elements.add(sscc ? kAiSscc : kAiGtin, value));
  return found;
}

// EAN/UPC and ITF-14 symbols carry the digits of a key and nothing else.
std::size_t key_aim_prefix(std::string_view text) {
  const std::string_view id = text.substr(0, 3);
  return id == "]E0" || id == "]E4" || id == "]I1" ? 3 : 0;
}

// German numbers without anything around them, when all their check digits are right.
std::optional<Recognised> read_german(std::string_view digits) {
  Recognised found;
  std::optional<Pzn> pzn;
  if (digits.size() == Pzn::kSize) {
    found.syntax = Syntax::PlainPzn;
    if (auto parsed = Pzn::parse(digits)) pzn = *parsed;
  } else if (digits.starts_with(Ppn::kPznAgency)) {
    found.syntax = Syntax::PlainPpn;
    if (const auto ppn = Ppn::parse(digits)) pzn = ppn->pzn();
  }
  if (!pzn || !found.elements.add(kAiGtin, pzn->ntin().digits())) return std::nullopt;
  found.ifa.emplace();
  found.ifa->ppn = Ppn::of(*pzn);
  return found;
}

// Digits alone may be an element string or a key: what names something as AIs is an element string.
Result<Recognised> read_digits(std::string_view text) {
  auto raw = read_element_string(text);
  if (raw && names_something(raw->elements)) return raw;
  auto key = read_plain_key(text);
  auto german = read_german(text);
  if (key) {
    key->may_be_pzn = german && german->syntax == Syntax::PlainPzn;
    return key;
  }
  // A date alone lacks its partners; a number whose check digits are right lacks nothing.
  if (german && !(raw && check_partners(raw->elements))) return *std::move(german);
  if (!raw && raw.error().offset.value_or(0) < 16) return key;
  if (raw) raw->may_be_key = true;
  return raw;
}

}  // namespace

const char* to_string(Syntax syntax) {
  switch (syntax) {
    case Syntax::RawElementString:
      return "raw_element_string";
    case Syntax::AimElementString:
      return "aim_element_string";
    case Syntax::RoundBrackets:
      return "round_brackets";
    case Syntax::SquareBrackets:
      return "square_brackets";
    case Syntax::DigitalLink:
      return "digital_link";
    case Syntax::EpcUrn:
      return "epc_urn";
    case Syntax::EpcClassUrn:
      return "epc_class_urn";
    case Syntax::EpcPattern:
      return "epc_pattern";
    case Syntax::EpcTagUrn:
      return "epc_tag_urn";
    case Syntax::EpcRawUrn:
      return "epc_raw_urn";
    case Syntax::EpcBinary:
      return "epc_binary";
    case Syntax::Mh10Message:
      return "mh10_message";
    case Syntax::PlainKey:
      return "plain_key";
    case Syntax::PlainPpn:
      return "plain_ppn";
    case Syntax::PlainPzn:
      return "plain_pzn";
  }
  return "unknown";
}

std::size_t mixed_scheme_size(std::string_view text) {
  for (const std::string_view scheme : {"https", "http"}) {
    const std::size_t size = scheme.size();
    if (looks_like_link(text) || text.size() < size) continue;
    if (!text.substr(size).starts_with("://")) continue;
    const auto same = [](char a, char b) { return a == b || a == b - 'a' + 'A'; };
    if (std::equal(scheme.begin(), scheme.end(), text.begin(),
                   [&](char small, char c) { return same(c, small); })) {
      return size;
    }
  }
  return 0;
}

Result<Recognised> recognise(std::string_view text) {
  if (text.empty()) {
    return text_error("there is no text", 0, 0,
                      "an element string, a Digital Link, an EPC or the digits of a key",
                      "scan or type a code");
  }
  if (text.size() > kRecogniseMax) {
    return text_error("the text has " + std::to_string(text.size()) + " bytes", kRecogniseMax,
                      text.size() - kRecogniseMax,
                      "at most " + std::to_string(kRecogniseMax) + " bytes", "give one code");
  }
  if (looks_like_link(text)) return read_link(text);
  if (const std::size_t size = mixed_scheme_size(text)) return mixed_scheme_error(text, size);
  if (text.starts_with("urn:epc:tag:")) return read_tag(parse_tag_uri(text), Syntax::EpcTagUrn);
  if (text.starts_with("urn:epc:raw:")) return read_tag(parse_raw_uri(text), Syntax::EpcRawUrn);
  if (text.starts_with("urn:")) return read_urn(text);
  if (looks_like_mh10(text)) return read_message(text);
  if (has_key_size(text)) return read_digits(text);
  if (key_aim_prefix(text) != 0 && has_key_size(text.substr(3))) {
    auto key = read_plain_key(text.substr(3));
    if (!key) {
      Error error = std::move(key).error();
      if (error.offset) *error.offset += 3;
      return error;
    }
    key->aim = text.substr(0, 3);
    key->may_be_gln = false;
    return key;
  }
  if (may_be_epc_hex(text)) return read_hex(text);
  return read_element_string(text);
}

}  // namespace packtrail::gs1
