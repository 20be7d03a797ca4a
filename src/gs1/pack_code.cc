#include "gs1/pack_code.h"

#include <array>
#include <cstring>
#include <variant>

#include "gs1/digital_link.h"
#include "gs1/epc.h"
#include "gs1/link_path.h"

namespace packtrail::gs1 {
namespace {

// What a fast reader has found so far. It takes only the four AIs in their plainest form and leaves
// everything else, every error included, to the general readers, which are the definition.
struct Found {
  std::optional<Gtin> gtin;
  std::optional<SerialNumber> serial;
  std::optional<Expiry> expiry;
  std::optional<Lot> lot;

  bool take(Ai ai, std::string_view value, Date reference) {
    if (ai == kAiGtin) return !gtin && (gtin = Gtin::try_parse(value)).has_value();
    if (ai == kAiSerial) return !serial && (serial = SerialNumber::try_parse(value)).has_value();
    if (ai == kAiExpiry)
      return !expiry && (expiry = Expiry::try_parse(value, reference)).has_value();
    if (ai == kAiLot) return !lot && (lot = Lot::try_parse(value)).has_value();
    return false;
  }
  [[nodiscard]] bool complete() const { return gtin && serial; }
  [[nodiscard]] PackCode code() const { return {*gtin, *serial, expiry, lot}; }
};

bool read_raw_fast(std::string_view text, Date reference, Found& found) {
  std::size_t at = gs1_aim_prefix(text);
  if (at < text.size() && text[at] == kGroupSeparator) ++at;
  while (at < text.size()) {
    if (text.size() - at < 3) return false;
    const char first = text[at];
    const char second = text[at + 1];
    at += 2;
    std::size_t size = 0;
    Ai ai{};
    if (first == '0' && second == '1') {
      ai = kAiGtin;
      size = Gtin::kSize;
    } else if (first == '1' && second == '7') {
      ai = kAiExpiry;
      size = Expiry::kSize;
    } else {
      ai = first == '2' && second == '1' ? kAiSerial : kAiLot;
      if (ai == kAiLot && !(first == '1' && second == '0')) return false;
      const auto* end = static_cast<const char*>(
          std::memchr(text.data() + at, kGroupSeparator, text.size() - at));
      size = end == nullptr ? text.size() - at : static_cast<std::size_t>(end - text.data()) - at;
    }
    if (text.size() - at < size || !found.take(ai, text.substr(at, size), reference)) return false;
    at += size;
    if (at < text.size() && text[at] == kGroupSeparator) ++at;
  }
  return found.complete();
}

bool read_bracketed_fast(std::string_view text, Date reference, Found& found) {
  const char open = text[0];
  const char close = open == '(' ? ')' : ']';
  std::size_t at = 0;
  while (at < text.size()) {
    if (text.size() - at < 5 || text[at] != open || text[at + 3] != close) return false;
    const auto ai = Ai::parse(text.substr(at + 1, 2));
    if (!ai) return false;
    at += 4;
    const std::size_t end = std::min(text.find(open, at), text.size());
    const std::string_view value = text.substr(at, end - at);
    if (value.find(close) != std::string_view::npos) return false;
    if (!found.take(*ai, value, reference)) return false;
    at = end;
  }
  return found.complete();
}

bool take_encoded(Found& found, Ai ai, std::string_view encoded, Date reference) {
  if (encoded.find('%') == std::string_view::npos) return found.take(ai, encoded, reference);
  std::array<char, 32> decoded;
  const auto size = percent_decode(encoded, decoded.data(), decoded.size());
  return size && found.take(ai, {decoded.data(), *size}, reference);
}

bool read_link_fast(std::string_view text, Date reference, Found& found) {
  const auto link = split_link(text);
  if (!link || link->has_fragment || !link->in_order()) return false;
  for (const LinkPath::Pair& pair : link->path()) {
    if (!take_encoded(found, pair.ai, pair.value, reference)) return false;
  }
  std::string_view query = link->query;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query = pair.size() < query.size() ? query.substr(pair.size() + 1) : std::string_view();
    if (pair.size() < 4 || pair[2] != '=' || pair[0] != '1') return false;
    if (pair[1] != '7' && pair[1] != '0') return false;
    if (!take_encoded(found, pair[1] == '7' ? kAiExpiry : kAiLot, pair.substr(3), reference)) {
      return false;
    }
  }
  return found.complete();
}

Error code_error(std::string message, std::string field, std::string rule, std::string remedy) {
  return Error{.code = Errc::InvalidArgument,
               .message = std::move(message),
               .field = std::move(field),
               .offset = 0,
               .rule = std::move(rule),
               .remedy = std::move(remedy)};
}

Result<PackCode> read_urn(std::string_view text) {
  auto parsed = parse_epc(text);
  if (!parsed) return std::move(parsed).error();
  if (const auto* sgtin = std::get_if<Sgtin>(&parsed->value)) {
    return PackCode{sgtin->gtin, sgtin->serial, std::nullopt, std::nullopt};
  }
  return code_error("the EPC names no single pack", "EPC", "urn:epc:id:sgtin:...",
                    "give the EPC of a pack");
}

}  // namespace

Result<PackCode> to_pack_code(const ElementString& elements, Date reference) {
  const auto gtin = elements.find(kAiGtin);
  const auto serial = elements.find(kAiSerial);
  if (!gtin || !serial) {
    return code_error(!gtin ? "the product code is missing" : "the serial number is missing",
                      !gtin ? "01" : "21",
                      "a medicine pack carries (01) and (21) (EU 2016/161 Art. 4; GenSpecs 3.5.2)",
                      "scan the two-dimensional code of a single pack");
  }
  Found found;
  PACKTRAIL_TRY(Gtin::parse(*gtin));
  found.gtin = Gtin::try_parse(*gtin);
  PACKTRAIL_TRY(SerialNumber::parse(*serial));
  found.serial = SerialNumber::try_parse(*serial);
  if (const auto expiry = elements.find(kAiExpiry)) {
    found.expiry = PACKTRAIL_TRY(Expiry::parse(*expiry, reference));
  }
  if (const auto lot = elements.find(kAiLot)) found.lot = PACKTRAIL_TRY(Lot::parse(*lot));
  return found.code();
}

Result<PackCode> read_pack_code(std::string_view text, Date reference) {
  if (text.empty()) {
    return code_error("there is no code", "code", "an element string, a Digital Link or an EPC URN",
                      "scan or type the code of a pack");
  }
  if (text.size() > kPackCodeTextMax) {
    return code_error("the code has " + std::to_string(text.size()) + " bytes", "code",
                      "at most " + std::to_string(kPackCodeTextMax) + " bytes",
                      "give the code of one pack");
  }
  Found found;
  switch (text[0]) {
    case '(':
    case '[': {
      if (read_bracketed_fast(text, reference, found)) return found.code();
      auto elements = ElementString::parse_bracketed(text);
      if (!elements) return std::move(elements).error();
      return to_pack_code(*elements, reference);
    }
    case 'h':
    case 'H': {
      if (read_link_fast(text, reference, found)) return found.code();
      auto link = parse_digital_link(text);
      if (!link) return std::move(link).error();
      return to_pack_code(link->elements, reference);
    }
    case 'u':
      return read_urn(text);
    default:
      break;
  }
  if (read_raw_fast(text, reference, found)) return found.code();
  auto elements = ElementString::parse_raw(text);
  if (!elements) return std::move(elements).error();
  return to_pack_code(*elements, reference);
}

std::string PackCode::to_element_string() const {
  std::string out;
  out.reserve(2 + Gtin::kSize + 3 + SerialNumber::kSizeMax + 2 + Expiry::kSize + 2 + Lot::kSizeMax);
  out.append("01").append(gtin.digits()).append("21").append(serial.text());
  if (expiry || lot) out.push_back(kGroupSeparator);
  if (expiry) out.append("17").append(expiry->yymmdd());
  if (lot) out.append("10").append(lot->text());
  return out;
}

std::string PackCode::to_bracketed() const {
  const auto holds = [](std::string_view text) {
    return text.find_first_of("()") != std::string_view::npos;
  };
  const bool square = holds(serial.text()) || (lot && holds(lot->text()));
  std::string out;
  const auto put = [&](std::string_view ai, std::string_view value) {
    out.append(1, square ? '[' : '(').append(ai).append(1, square ? ']' : ')').append(value);
  };
  put("01", gtin.digits());
  put("21", serial.text());
  if (expiry) put("17", expiry->yymmdd());
  if (lot) put("10", lot->text());
  return out;
}

std::string PackCode::to_digital_link(std::string_view stem) const {
  while (!stem.empty() && stem.back() == '/') stem.remove_suffix(1);
  std::string out(stem);
  out.append("/01/").append(gtin.digits());
  if (lot) {
    out.append("/10/");
    append_percent_encoded(out, lot->text());
  }
  out.append("/21/");
  append_percent_encoded(out, serial.text());
  if (expiry) out.append("?17=").append(expiry->yymmdd());
  return out;
}

}  // namespace packtrail::gs1
