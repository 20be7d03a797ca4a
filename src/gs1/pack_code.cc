#include "gs1/pack_code.h"

#include <array>
#include <cstring>
#include <variant>

#include "gs1/ai_date.h"
#include "gs1/charset.h"
#include "gs1/digital_link.h"
#include "gs1/epc.h"
#include "gs1/link_bits.h"
#include "gs1/text_bits.h"

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

// The four AIs of a pack; the first two digits of a text say which one stands there.
enum Slot : std::uint8_t { kGtinSlot, kSerialSlot, kExpirySlot, kLotSlot, kSlots };
struct SlotRule {
  std::size_t size_fixed;
  std::size_t fixed;  // All ones when the size is fixed; zero when a separator or the end ends it.
  std::size_t size_max;
  TextBits::Row foreign;
};
constexpr std::array<SlotRule, kSlots> kSlotRules{{
    {Gtin::kSize, ~std::size_t{0}, Gtin::kSize, TextBits::Row::NotDigit},
    {0, 0, SerialNumber::kSizeMax, TextBits::Row::NotCset82},
    {Expiry::kSize, ~std::size_t{0}, Expiry::kSize, TextBits::Row::NotDigit},
    {0, 0, Lot::kSizeMax, TextBits::Row::NotCset82},
}};
constexpr std::array<std::uint8_t, 100> make_slots() {
  std::array<std::uint8_t, 100> slots{};
  for (auto& slot : slots) slot = kSlots;
  slots[1] = kGtinSlot;
  slots[21] = kSerialSlot;
  slots[17] = kExpirySlot;
  slots[10] = kLotSlot;
  return slots;
}
constexpr auto kSlotOf = make_slots();

// AI (22), consumer product variant, stands in the path of a link and not in a PackCode.
constexpr std::size_t kVariantSizeMax = 20;

struct Place {
  std::uint16_t begin = 0;
  std::uint16_t size = 0;
};

// Where the values of the four AIs are, each of right length and characters; nothing when an AI is
// another one or comes twice. No branch depends on which AI stands where.
template <class Bits>
bool find_places(std::string_view text, const Bits& bits, std::array<Place, kSlots>& places) {
  std::size_t at = gs1_aim_prefix(text);
  at += static_cast<std::size_t>(at < text.size() && text[at] == kGroupSeparator);
  while (at < text.size()) {
    if (text.size() - at < 3) return false;
    const unsigned tens = static_cast<unsigned char>(text[at]) - unsigned{'0'};
    const unsigned ones = static_cast<unsigned char>(text[at + 1]) - unsigned{'0'};
    if (tens > 9 || ones > 9) return false;
    const std::uint8_t slot = kSlotOf[tens * 10 + ones];
    if (slot == kSlots) return false;
    const SlotRule& rule = kSlotRules[slot];
    const std::size_t begin = at + 2;
    const std::size_t separator = bits.next_separator(begin);
    const std::size_t end = separator + ((begin + rule.size_fixed - separator) & rule.fixed);
    const std::size_t size = end - begin;
    if (end > text.size() || size - 1 >= rule.size_max) return false;
    if (!bits.is_clear(rule.foreign, begin, size) || places[slot].size != 0) return false;
    places[slot] = {static_cast<std::uint16_t>(begin), static_cast<std::uint16_t>(size)};
    at = end + static_cast<std::size_t>(bits.is_separator(end));
  }
  return places[kGtinSlot].size != 0 && places[kSerialSlot].size != 0;
}

// A day that exists; month 0 for none.
struct Ymd {
  int year = 0;
  int month = 0;
  int day = 0;
};

// The day of six digits; none when it does not exist. As parse_ai_date.
Ymd resolve(const char* yymmdd, Date reference) {
  static constexpr std::array<std::uint8_t, 16> kDays{0,  31, 28, 31, 30, 31, 30,
                                                      31, 31, 30, 31, 30, 31};
  const auto two = [](const char* digits) { return (digits[0] - '0') * 10 + (digits[1] - '0'); };
  const int month = two(yymmdd + 2);
  if (month < 1 || month > 12) return {};
  const int year = full_year(two(yymmdd), reference.year());
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  const int last = kDays[static_cast<std::size_t>(month)] + static_cast<int>(leap && month == 2);
  const int day = two(yymmdd + 4);
  if (day > last) return {};
  return {year, month, day == 0 ? last : day};
}

struct PlacedCode {
  static constexpr std::size_t kTail = 32;

  std::string_view text;
  std::array<Place, kSlots> places{};
  // The last kTail characters of `text`, and zeros: what stands near the end is read from here.
  std::array<char, 2 * kTail> tail;
  Ymd expiry;

  [[nodiscard]] bool has(Slot slot) const { return places[slot].size != 0; }
  [[nodiscard]] const char* at(Slot slot) const { return text.data() + places[slot].begin; }
  // As `at`, with at least kTail bytes that can be read.
  [[nodiscard]] const char* readable(Slot slot) const {
    const std::size_t begin = places[slot].begin;
    const std::size_t tail_begin = text.size() - kTail;
    return begin <= tail_begin ? text.data() + begin : tail.data() + (begin - tail_begin);
  }
  [[nodiscard]] CheckedText checked(Slot slot) const { return {readable(slot), places[slot].size}; }
  // Every value is made where it is to stand: one that is made elsewhere and moved there is written
  // twice, and read back before the first writing has reached the cache.
  operator PackCode() const {  // NOLINT(google-explicit-constructor): Result makes it in place.
    PackCode code{Gtin(CheckedText{at(kGtinSlot), Gtin::kSize}), SerialNumber(checked(kSerialSlot)),
                  std::nullopt, std::nullopt};
    if (has(kExpirySlot)) {
      code.expiry.emplace(CheckedText{at(kExpirySlot), Expiry::kSize},
                          *Date::from_ymd(expiry.year, expiry.month, expiry.day));
    }
    if (has(kLotSlot)) code.lot.emplace(checked(kLotSlot));
    return code;
  }
};

// What is left to check when the values stand where `code` says, with their lengths and characters.
bool finish(std::string_view text, Date reference, PlacedCode& code) {
  code.text = text;
  if (!check_digit_holds(code.at(kGtinSlot) + Gtin::kSize, Gtin::kSize)) return false;
  if (code.has(kExpirySlot)) {
    code.expiry = resolve(code.at(kExpirySlot), reference);
    if (code.expiry.month == 0) return false;
  }
  std::memcpy(code.tail.data(), text.data() + text.size() - PlacedCode::kTail, PlacedCode::kTail);
  std::memset(code.tail.data() + PlacedCode::kTail, 0, PlacedCode::kTail);
  return true;
}

// Texts shorter than a tail are left to the general reader.
bool read_raw_fast(std::string_view text, Date reference, PlacedCode& code) {
  if (text.size() > TextBits::kTextMax || text.size() < PlacedCode::kTail) return false;
  const bool found = text.size() <= ShortTextBits::kTextMax
                         ? find_places(text, ShortTextBits(text), code.places)
                         : find_places(text, TextBits(text), code.places);
  return found && finish(text, reference, code);
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

// Where the values of a pack's link stand, still percent-encoded; sizes and characters are not
// checked. False for every link that is more than https://host/stem/01/../22/../10/../21/.., the
// middle two as they please, with AIs (17) and (10) and parameters that are no AIs in its query.
bool find_link_places(std::string_view text, const LinkBits& bits,
                      std::array<Place, kSlots>& places, Place& variant) {
  const std::size_t host = text[4] == ':' ? 7 : 8;
  const std::size_t path_end = bits.next_mark(host);
  if (path_end < text.size() && text[path_end] != '?') return false;
  // From the right, as the stem may hold anything. Each step: "/AI/value" ends at `end`.
  std::size_t end = path_end;
  std::size_t slash = 0;
  const auto steps_on = [&] {
    slash = bits.slash_before(end);
    return slash > host;
  };
  const auto stands = [&](const char* segment) {
    return std::memcmp(text.data() + slash - 3, segment, 3) == 0;
  };
  const auto take = [&](Place& place) {
    place = {static_cast<std::uint16_t>(slash + 1), static_cast<std::uint16_t>(end - slash - 1)};
    end = slash - 3;
    return place.size != 0;
  };
  if (!steps_on() || !stands("/21") || !take(places[kSerialSlot]) || !steps_on()) return false;
  if (stands("/10") && (!take(places[kLotSlot]) || !steps_on())) return false;
  if (stands("/22") && (!take(variant) || !steps_on())) return false;
  if (!stands("/01") || !take(places[kGtinSlot])) return false;
  if (end <= host || text[host] == '/') return false;
  for (std::size_t at = path_end + 1; at < text.size();) {
    const std::size_t next = bits.next_mark(at);
    if (next < text.size() && text[next] == '?') return false;
    std::size_t digits = at;
    while (digits < next && is_digit(text[digits])) ++digits;
    const std::size_t name = digits - at;
    if (name >= 2 && name <= Ai::kTextMax && (digits == next || text[digits] == '=')) {
      if (name != 2 || digits == next || text[at] != '1') return false;
      if (text[at + 1] != '7' && text[at + 1] != '0') return false;
      Place& place = places[text[at + 1] == '7' ? kExpirySlot : kLotSlot];
      if (place.size != 0 || next == digits + 1) return false;
      place = {static_cast<std::uint16_t>(digits + 1),
               static_cast<std::uint16_t>(next - digits - 1)};
    }
    at = next + 1;
  }
  return true;
}

// Several characters at once: each code is 0x30 to 0x3F, and still is when 6 is added.
template <class Word>
bool holds_digits(const char* at) {
  constexpr Word kEach = static_cast<Word>(~Word{0}) / 255;
  Word word;
  std::memcpy(&word, at, sizeof word);
  return (word & kEach * 0xF0) == kEach * 0x30 &&
         ((word + kEach * 6) & kEach * 0xF0) == kEach * 0x30;
}

bool may_be_link(std::string_view text) {
  return text.size() >= PlacedCode::kTail && text.size() <= LinkBits::kTextMax &&
         looks_like_link(text);
}

// A link without escapes.
bool read_link_fast(std::string_view text, Date reference, PlacedCode& code) {
  if (!may_be_link(text)) return false;
  const LinkBits bits(text);
  Place variant;
  if (bits.next_odd(0) != text.size() || !find_link_places(text, bits, code.places, variant)) {
    return false;
  }
  // Nothing odd, so every value is of CSET 82, and may be longer than its AI allows.
  const auto& [gtin, serial, expiry, lot] = code.places;
  if (gtin.size != Gtin::kSize || serial.size > SerialNumber::kSizeMax ||
      lot.size > Lot::kSizeMax || variant.size > kVariantSizeMax) {
    return false;
  }
  const char* const digits = text.data() + gtin.begin;
  if (!holds_digits<std::uint64_t>(digits) ||
      !holds_digits<std::uint64_t>(digits + Gtin::kSize - 8)) {
    return false;
  }
  if (expiry.size != 0) {
    const char* const day = text.data() + expiry.begin;
    if (expiry.size != Expiry::kSize || !holds_digits<std::uint32_t>(day) ||
        !holds_digits<std::uint32_t>(day + Expiry::kSize - 4)) {
      return false;
    }
  }
  return finish(text, reference, code);
}

// A link whose values hold escapes: '%' is the only odd character.
bool read_escaped_link(std::string_view text, Date reference, Found& found) {
  if (!may_be_link(text)) return false;
  const LinkBits bits(text);
  for (std::size_t odd = bits.next_odd(0); odd < text.size(); odd = bits.next_odd(odd + 1)) {
    if (text[odd] != '%') return false;
  }
  std::array<Place, kSlots> places{};
  Place variant;
  if (!find_link_places(text, bits, places, variant)) return false;
  std::array<char, kVariantSizeMax> decoded;
  const auto decode = [&](const Place& place) -> std::optional<std::string_view> {
    const std::string_view encoded = text.substr(place.begin, place.size);
    const auto size = percent_decode(encoded, decoded.data(), decoded.size());
    if (!size) return std::nullopt;
    return std::string_view(decoded.data(), *size);
  };
  static constexpr std::array<Ai, kSlots> kSlotAis{kAiGtin, kAiSerial, kAiExpiry, kAiLot};
  for (std::size_t slot = 0; slot < kSlots; ++slot) {
    if (places[slot].size == 0) continue;
    const auto value = decode(places[slot]);
    if (!value || !found.take(kSlotAis[slot], *value, reference)) return false;
  }
  if (variant.size == 0) return true;
  const auto value = decode(variant);
  return value && !value->empty() && find_outside(*value, kCset82) == value->size();
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

namespace {

// Every text but the plainest raw ones and links.
[[gnu::noinline]] Result<PackCode> read_general(std::string_view text, Date reference) {
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
      if (read_escaped_link(text, reference, found)) return found.code();
      auto link = parse_digital_link(text);
      if (!link) return std::move(link).error();
      return to_pack_code(link->elements, reference);
    }
    case 'u':
      return read_urn(text);
    default:
      break;
  }
  auto elements = ElementString::parse_raw(text);
  if (!elements) return std::move(elements).error();
  return to_pack_code(*elements, reference);
}

}  // namespace

Result<PackCode> read_pack_code(std::string_view text, Date reference) {
  const char first = text.empty() ? '(' : text[0];
  if (is_digit(first) | (first == ']') | (first == kGroupSeparator)) {
    PlacedCode code;
    if (read_raw_fast(text, reference, code)) return code;
  } else if ((first == 'h') | (first == 'H')) {
    PlacedCode code;
    if (read_link_fast(text, reference, code)) return code;
  }
  return read_general(text, reference);
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
