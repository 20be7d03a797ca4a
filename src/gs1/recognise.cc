#include "gs1/recognise.h"

#include <algorithm>
#include <array>
#include <optional>

#include "gs1/charset.h"
#include "gs1/check_digit.h"
#include "gs1/digital_link.h"
#include "gs1/epc.h"

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

struct AimRow {
  std::string_view identifier;
  std::string_view name;
};
// ISO/IEC 15424, the symbologies that carry GS1 data, with and without FNC1 at their start.
constexpr AimRow kAimRows[] = {
    {"]d2", "GS1 DataMatrix"},
    {"]C1", "GS1-128"},
    {"]Q3", "GS1 QR Code"},
    {"]e0", "GS1 DataBar or GS1 Composite"},
    {"]J1", "GS1 DotCode"},
    {"]d1", "DataMatrix without FNC1"},
    {"]C0", "Code 128 without FNC1"},
    {"]Q1", "QR Code without FNC1"},
    {"]J0", "DotCode without FNC1"},
    {"]E0", "EAN-13, UPC-A or UPC-E"},
    {"]E4", "EAN-8"},
    {"]I1", "ITF-14 (Interleaved 2 of 5 with check digit)"},
    {"]I0", "Interleaved 2 of 5"},
};

bool is_primary_key(std::string_view ai) {
  constexpr std::string_view kKeys[] = {"00",   "01",   "253",  "255",  "401",  "402",
                                        "414",  "415",  "417",  "8003", "8004", "8006",
                                        "8010", "8013", "8017", "8018"};
  return std::find(std::begin(kKeys), std::end(kKeys), ai) != std::end(kKeys);
}

bool names_something(const ElementString& elements) {
  for (std::size_t i = 0; i < elements.size(); ++i) {
    if (is_primary_key(to_text(elements[i].ai).view())) return true;
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

Result<Recognised> read_link(std::string_view text) {
  auto link = parse_digital_link(text);
  if (!link) return std::move(link).error();
  Recognised found;
  found.syntax = Syntax::DigitalLink;
  found.elements = link->elements;
  found.stem = link->stem;
  return found;
}

Result<Recognised> read_urn(std::string_view text) {
  auto epc = parse_epc(text);
  if (!epc) return std::move(epc).error();
  if (epc->spelling.kind != EpcSpelling::Kind::Urn) {
    return text_error("no EPC scheme that Packtrail knows begins the URN", 0,
                      std::min(text.find(':', std::string_view("urn:epc:id:").size()), text.size()),
                      "GS1 EPC Tag Data Standard 6: urn:epc:id:, urn:epc:class: or urn:epc:idpat:",
                      "give the URN of a GS1 key");
  }
  // The Digital Link of the value says which AIs it is made of.
  const auto link =
      format_epc(epc->value, {EpcSpelling::Kind::DigitalLink, 0, "https://id.gs1.org"});
  if (!link) return std::move(link).error();
  const auto parsed = parse_digital_link(*link);
  if (!parsed) return std::move(parsed).error();
  Recognised found;
  found.syntax = text.starts_with("urn:epc:idpat:")   ? Syntax::EpcPattern
                 : text.starts_with("urn:epc:class:") ? Syntax::EpcClassUrn
                                                      : Syntax::EpcUrn;
  found.elements = parsed->elements;
  found.gcp_length = epc->spelling.gcp_length;
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

// Digits alone may be an element string or a key: what names something as AIs is an element string.
Result<Recognised> read_digits(std::string_view text) {
  auto raw = read_element_string(text);
  if (raw && names_something(raw->elements)) return raw;
  auto key = read_plain_key(text);
  if (key || (!raw && raw.error().offset.value_or(0) < 16)) return key;
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
    case Syntax::PlainKey:
      return "plain_key";
  }
  return "unknown";
}

std::string_view aim_symbology(std::string_view identifier) {
  for (const AimRow& row : kAimRows) {
    if (row.identifier == identifier) return row.name;
  }
  return {};
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
  if (text.starts_with("urn:")) return read_urn(text);
  if (has_key_size(text)) return read_digits(text);
  return read_element_string(text);
}

}  // namespace packtrail::gs1
