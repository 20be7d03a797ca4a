#include "gs1/epc_tag.h"

#include <algorithm>
#include <array>

#include "base/time.h"
#include "gs1/charset.h"
#include "gs1/epc_bits.h"
#include "gs1/epc_shape.h"

namespace packtrail::gs1 {
namespace {

// How the reference and the tail stand in the bits.
enum class Reference : std::uint8_t {
  Digits,  // As many digits as the key leaves.
  Number,  // A number without leading zeros (GIAI-96, CPI-96).
  Text7,   // 7-bit characters (GIAI-202).
  Text6,   // 6-bit characters up to a zero (CPI-var).
  Fields,  // The '+' codings: no partition.
};
enum class TailBits : std::uint8_t {
  None,
  Reserved,  // Zero bits.
  Number,    // A number without leading zeros.
  Padded,    // A number with '1' before it, so that leading zeros are kept.
  Text7,
  Text,     // Indicator, length and characters.
  Counted,  // Length and a number.
};

struct CodingRow {
  EpcCoding coding;
  std::string_view name;
  EpcScheme scheme;
  std::uint8_t header;
  Reference reference;
  std::uint8_t prefix_bits;  // Company prefix and reference together.
  TailBits tail;
  std::uint8_t tail_bits;
};
// TDS 14.6; the order is the order of preference within a scheme.
constexpr std::array<CodingRow, kEpcCodingCount> kCodings{{
    {EpcCoding::kSgtin96, "sgtin-96", EpcScheme::kSgtin, 0x30, Reference::Digits, 44,
     TailBits::Number, 38},
    {EpcCoding::kSgtin198, "sgtin-198", EpcScheme::kSgtin, 0x36, Reference::Digits, 44,
     TailBits::Text7, 140},
    {EpcCoding::kSscc96, "sscc-96", EpcScheme::kSscc, 0x31, Reference::Digits, 58,
     TailBits::Reserved, 24},
    {EpcCoding::kSgln96, "sgln-96", EpcScheme::kSgln, 0x32, Reference::Digits, 41, TailBits::Number,
     41},
    {EpcCoding::kSgln195, "sgln-195", EpcScheme::kSgln, 0x39, Reference::Digits, 41,
     TailBits::Text7, 140},
    {EpcCoding::kGrai96, "grai-96", EpcScheme::kGrai, 0x33, Reference::Digits, 44, TailBits::Number,
     38},
    {EpcCoding::kGrai170, "grai-170", EpcScheme::kGrai, 0x37, Reference::Digits, 44,
     TailBits::Text7, 112},
    {EpcCoding::kGiai96, "giai-96", EpcScheme::kGiai, 0x34, Reference::Number, 82, TailBits::None,
     0},
    {EpcCoding::kGiai202, "giai-202", EpcScheme::kGiai, 0x38, Reference::Text7, 188, TailBits::None,
     0},
    {EpcCoding::kGsrn96, "gsrn-96", EpcScheme::kGsrn, 0x2D, Reference::Digits, 58,
     TailBits::Reserved, 24},
    {EpcCoding::kGsrnp96, "gsrnp-96", EpcScheme::kGsrnp, 0x2E, Reference::Digits, 58,
     TailBits::Reserved, 24},
    {EpcCoding::kGdti96, "gdti-96", EpcScheme::kGdti, 0x2C, Reference::Digits, 41, TailBits::Number,
     41},
    {EpcCoding::kGdti113, "gdti-113", EpcScheme::kGdti, 0x3A, Reference::Digits, 41,
     TailBits::Padded, 58},
    {EpcCoding::kGdti174, "gdti-174", EpcScheme::kGdti, 0x3E, Reference::Digits, 41,
     TailBits::Text7, 119},
    {EpcCoding::kSgcn96, "sgcn-96", EpcScheme::kSgcn, 0x3F, Reference::Digits, 41, TailBits::Padded,
     41},
    {EpcCoding::kCpi96, "cpi-96", EpcScheme::kCpi, 0x3C, Reference::Number, 51, TailBits::Number,
     31},
    {EpcCoding::kCpiVar, "cpi-var", EpcScheme::kCpi, 0x3D, Reference::Text6, 0, TailBits::Number,
     40},
    {EpcCoding::kItip110, "itip-110", EpcScheme::kItip, 0x40, Reference::Digits, 44,
     TailBits::Number, 38},
    {EpcCoding::kItip212, "itip-212", EpcScheme::kItip, 0x41, Reference::Digits, 44,
     TailBits::Text7, 140},
    {EpcCoding::kSgtinPlus, "SGTIN+", EpcScheme::kSgtin, 0xF7, Reference::Fields, 0, TailBits::Text,
     0},
    {EpcCoding::kDsgtinPlus, "DSGTIN+", EpcScheme::kSgtin, 0xFB, Reference::Fields, 0,
     TailBits::Text, 0},
    {EpcCoding::kSsccPlus, "SSCC+", EpcScheme::kSscc, 0xF9, Reference::Fields, 0, TailBits::None,
     0},
    {EpcCoding::kSglnPlus, "SGLN+", EpcScheme::kSgln, 0xF2, Reference::Fields, 0, TailBits::Text,
     0},
    {EpcCoding::kGraiPlus, "GRAI+", EpcScheme::kGrai, 0xF1, Reference::Fields, 0, TailBits::Text,
     0},
    {EpcCoding::kGiaiPlus, "GIAI+", EpcScheme::kGiai, 0xFA, Reference::Fields, 0, TailBits::None,
     0},
    {EpcCoding::kGsrnPlus, "GSRN+", EpcScheme::kGsrn, 0xF4, Reference::Fields, 0, TailBits::None,
     0},
    {EpcCoding::kGsrnpPlus, "GSRNP+", EpcScheme::kGsrnp, 0xF5, Reference::Fields, 0, TailBits::None,
     0},
    {EpcCoding::kGdtiPlus, "GDTI+", EpcScheme::kGdti, 0xF6, Reference::Fields, 0, TailBits::Text,
     0},
    {EpcCoding::kSgcnPlus, "SGCN+", EpcScheme::kSgcn, 0xF8, Reference::Fields, 0, TailBits::Counted,
     0},
    {EpcCoding::kCpiPlus, "CPI+", EpcScheme::kCpi, 0xF0, Reference::Fields, 0, TailBits::Counted,
     0},
    {EpcCoding::kItipPlus, "ITIP+", EpcScheme::kItip, 0xF3, Reference::Fields, 0, TailBits::Text,
     0},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kCodings.size(); ++i) {
    if (kCodings[i].coding != static_cast<EpcCoding>(i)) return false;
  }
  return true;
}
static_assert(in_order());

const CodingRow& row_of(EpcCoding coding) { return kCodings[static_cast<std::size_t>(coding)]; }

// Bits of the company prefix by its digits, 12 down to 6 (TDS 14.3): the partition is the place.
constexpr std::array<std::uint8_t, 7> kPrefixBits{40, 37, 34, 30, 27, 24, 20};

struct OtherHeader {
  std::uint8_t header;
  std::string_view what;
};
constexpr OtherHeader kOtherHeaders[] = {
    {0x00, "an unprogrammed tag"},
    {0x2F, "USDoD-96, a code of the US Department of Defense and no GS1 key"},
    {0x35, "GID-96, a general identifier and no GS1 key"},
    {0x3B, "ADI-var, an aerospace and defence identifier and no GS1 key"},
    {0xE2, "tag identification memory and no EPC"},
    {0xE6, "CPI++"},
    {0xE7, "GSRN++"},
    {0xE8, "GSRNP++"},
    {0xE9, "SGLN++"},
    {0xEA, "GDTI++"},
    {0xEB, "GRAI++"},
    {0xEC, "SGCN++"},
    {0xED, "ITIP++"},
    {0xEE, "GIAI++"},
    {0xEF, "SSCC++"},
    {0xFC, "DSGTIN++"},
    {0xFD, "SGTIN++"},
};

// The dates of a DSGTIN+ by their indicator.
constexpr std::array<Ai, 7> kTagDates{
    {{11, 2}, {13, 2}, {15, 2}, {16, 2}, {17, 2}, {7006, 4}, {7007, 4}}};

Error tag_error(std::string message, std::string rule, std::string remedy) {
  return Error{.code = Errc::InvalidArgument,
               .message = std::move(message),
               .field = "EPC tag",
               .rule = std::move(rule),
               .remedy = std::move(remedy)};
}

std::string upper(std::string_view name) {
  std::string text(name);
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

// What a tail must be to stand in `row`; empty when `tail` is.
std::string tail_fault(const CodingRow& row, std::string_view tail) {
  const bool digits = find_outside(tail, kDigit) == tail.size();
  switch (row.tail) {
    case TailBits::Number: {
      if (!digits) return "the serial holds letters";
      if (tail.size() > 1 && tail[0] == '0') return "the serial begins with zero";
      if (tail.size() > 13 || to_wide(tail) >> row.tail_bits != 0) {
        return "the serial is not below " + plain_number(Wide{1} << row.tail_bits);
      }
      return {};
    }
    case TailBits::Padded:
      if (!digits) return "the serial holds letters";
      if (tail.size() > 17 || to_wide("1" + std::string(tail)) >> row.tail_bits != 0) {
        return "the serial has too many digits";
      }
      return {};
    case TailBits::Text7:
      return tail.size() * 7 > row.tail_bits ? "the serial has too many characters" : "";
    default:
      return {};
  }
}

std::size_t reference_bits(const CodingRow& row, std::size_t gcp) {
  return row.prefix_bits - kPrefixBits[kUrnGcpMax - gcp];
}

std::string reference_fault(const CodingRow& row, const EpcParts& parts, std::size_t gcp) {
  const std::string_view reference = parts.body().substr(gcp);
  if (row.reference == Reference::Text7) {
    return reference.size() * 7 > reference_bits(row, gcp) ? "the reference has too many characters"
                                                           : "";
  }
  if (row.reference != Reference::Number) return {};
  if (find_outside(reference, kDigit) != reference.size()) return "the reference holds letters";
  if (reference.size() > 1 && reference[0] == '0') return "the reference begins with zero";
  const std::size_t bits = reference_bits(row, gcp);
  if (reference.size() > 19 || to_wide(reference) >> bits != 0) {
    return "the reference is not below " + plain_number(Wide{1} << bits);
  }
  // CPI-96 counts digits, too (TDS 14.6.11.1).
  if (row.scheme == EpcScheme::kCpi && reference.size() > 15 - gcp) {
    return "the reference has more than " + std::to_string(15 - gcp) + " digits";
  }
  return {};
}

// Why `row` cannot hold the value; empty when it can.
std::string fault(const CodingRow& row, const EpcParts& parts, std::size_t gcp) {
  if (parts.shape->tail == EpcTail::Optional && parts.tail.empty()) {
    return "the value has no serial, so it names a class and no object";
  }
  if (row.reference == Reference::Fields) return {};
  std::string found = reference_fault(row, parts, gcp);
  const std::string_view tail =
      parts.shape->tail == EpcTail::Extension && parts.tail.empty() ? "0" : parts.tail;
  return found.empty() ? tail_fault(row, tail) : found;
}

Error unknown_prefix() {
  return tag_error("the length of the company prefix is not known",
                   "classic codings split the key after the company prefix (TDS 14.3)",
                   "load GS1's GCP length list or set the company's prefix, or use a '+' coding");
}

Error no_coding(const CodingRow& row, const Epc& value, std::size_t gcp, std::string why) {
  std::string remedy = "use a '+' coding of TDS 2";
  const auto other = choose_coding(value, gcp);
  if (other) remedy = "use " + upper(to_string(*other)) + " or a '+' coding of TDS 2";
  if (is_class(value)) remedy = "give the serial";
  return tag_error(upper(row.name) + " cannot hold the value: " + why,
                   "GS1 EPC Tag Data Standard 14", std::move(remedy));
}

void put_text7(EpcBits& bits, std::string_view text, std::size_t width) {
  for (const char c : text) bits.put(static_cast<unsigned char>(c), 7);
  for (std::size_t left = width - text.size() * 7; left > 0;) {
    const std::size_t step = std::min<std::size_t>(left, 64);
    bits.put(0, step);
    left -= step;
  }
}

std::optional<std::string> take_text7(EpcBits& bits, std::size_t width) {
  std::string text;
  bool ended = false;
  for (; width >= 7; width -= 7) {
    const auto c = bits.take32(7);
    if (!c || (ended && *c != 0)) return std::nullopt;
    ended |= *c == 0;
    if (!ended) text.push_back(static_cast<char>(*c));
  }
  if (bits.take(width) != Wide{0}) return std::nullopt;
  return text;
}

void put_classic(EpcBits& bits, const CodingRow& row, const EpcParts& parts, std::size_t gcp) {
  const std::size_t partition = kUrnGcpMax - gcp;
  bits.put(partition, 3);
  bits.put(to_wide(parts.body().substr(0, gcp)), kPrefixBits[partition]);
  const std::string_view reference = parts.body().substr(gcp);
  switch (row.reference) {
    case Reference::Digits:
      bits.put(to_wide(std::string(parts.lead()).append(reference)), reference_bits(row, gcp));
      break;
    case Reference::Number:
      bits.put(to_wide(reference), reference_bits(row, gcp));
      break;
    case Reference::Text7:
      put_text7(bits, reference, reference_bits(row, gcp));
      break;
    case Reference::Text6:
      for (const char c : reference) bits.put(static_cast<unsigned>(c) & 0x3F, 6);
      bits.put(0, 6);
      break;
    case Reference::Fields:
      break;
  }
  if (parts.shape->pieces) {
    bits.put(to_wide(parts.pieces.substr(0, 2)), 7);
    bits.put(to_wide(parts.pieces.substr(2)), 7);
  }
  const std::string_view tail =
      parts.shape->tail == EpcTail::Extension && parts.tail.empty() ? "0" : parts.tail;
  switch (row.tail) {
    case TailBits::Reserved:
      bits.put(0, row.tail_bits);
      break;
    case TailBits::Number:
      bits.put(to_wide(tail), row.tail_bits);
      break;
    case TailBits::Padded:
      bits.put(to_wide("1" + std::string(tail)), row.tail_bits);
      break;
    case TailBits::Text7:
      put_text7(bits, tail, row.tail_bits);
      break;
    default:
      break;
  }
}

void put_plus(EpcBits& bits, const CodingRow& row, const EpcParts& parts) {
  if (parts.shape->digits == 0) {
    put_delimited(bits, parts.key);
  } else {
    if (row.scheme == EpcScheme::kGrai) bits.put(0, 4);
    bits.put_digits(parts.key);
    bits.put_digits(parts.pieces);
  }
  const std::string_view tail =
      parts.shape->tail == EpcTail::Extension && parts.tail.empty() ? "0" : parts.tail;
  if (row.tail == TailBits::Text) put_text(bits, tail);
  if (row.tail == TailBits::Counted) put_number(bits, tail);
}

// All bits of a coding; nothing when they depend on the value.
std::optional<std::size_t> bits_of(const CodingRow& row) {
  if (row.reference == Reference::Fields || row.reference == Reference::Text6) return std::nullopt;
  constexpr std::size_t kHead = 8 + 3 + 3;  // Header, filter, partition.
  const std::size_t pieces = row.scheme == EpcScheme::kItip ? 14 : 0;
  return kHead + row.prefix_bits + pieces + row.tail_bits;
}

// The field that is being read, so that a refusal can name it and its bits.
struct FieldMark {
  std::string_view name = "header";
  std::size_t begin = 0;
  std::size_t size = 0;  // 0: as far as was read.
  std::string wants;     // "0 to 6"; empty: what the coding's table says.

  void at(const EpcBits& bits, std::string_view field, std::size_t width = 0,
          std::string_view range = {}) {
    name = field;
    begin = bits.position();
    size = width;
    wants = range;
  }
};

Error field_error(const EpcBits& bits, const FieldMark& mark, std::string_view coding) {
  const bool cut = mark.begin + std::max<std::size_t>(mark.size, 1) > bits.size();
  const std::size_t read = bits.position() - std::min(mark.begin, bits.position());
  const std::size_t size = std::min(std::max<std::size_t>(mark.size != 0 ? mark.size : read, 1),
                                    bits.size() - std::min(mark.begin, bits.size()));
  std::string message = "the bits are no " + std::string(coding) + ": the " +
                        std::string(mark.name) + " at bit " + std::to_string(mark.begin);
  message += cut ? " is cut off" : " (" + std::to_string(size) + " bits) is out of range";
  if (!cut && !mark.wants.empty()) message += ", should be " + mark.wants;
  Error error =
      tag_error(std::move(message), "fields within their limits, zeros after the EPC (TDS 14.6)",
                "read the tag again, or compare with what was to be written");
  error.offset = mark.begin / 4;
  error.length = size == 0 ? 0 : (mark.begin + size + 3) / 4 - mark.begin / 4;
  return error;
}

struct TakenParts {
  std::string key;  // Lead digit first, no check digit; or the text.
  std::string pieces;
  std::string tail;
  std::size_t gcp = 0;
};

std::optional<TakenParts> take_classic(EpcBits& bits, const CodingRow& row, const EpcShape& shape,
                                       FieldMark& mark) {
  mark.at(bits, "partition", 3, "0 to 6");
  const auto partition = bits.take32(3);
  if (!partition || *partition >= kPrefixBits.size()) return std::nullopt;
  TakenParts out;
  out.gcp = kUrnGcpMax - *partition;
  mark.at(bits, "company prefix", kPrefixBits[*partition],
          "a number of " + std::to_string(out.gcp) + " digits");
  const auto prefix_bits = bits.take(kPrefixBits[*partition]);
  if (!prefix_bits) return std::nullopt;
  const auto prefix = from_wide(*prefix_bits, out.gcp);
  if (!prefix) return std::nullopt;
  mark.at(bits, "reference", row.reference == Reference::Text6 ? 0 : reference_bits(row, out.gcp));
  switch (row.reference) {
    case Reference::Digits: {
      mark.wants = "a number of " + std::to_string(shape.digits - out.gcp) + " digits";
      const auto number = bits.take(reference_bits(row, out.gcp));
      if (!number) return std::nullopt;
      const auto reference = from_wide(*number, shape.digits - out.gcp);
      if (!reference) return std::nullopt;
      const std::size_t lead = shape.led ? 1 : 0;
      out.key = reference->substr(0, lead) + *prefix + reference->substr(lead);
      break;
    }
    case Reference::Number: {
      const auto number = bits.take(reference_bits(row, out.gcp));
      if (!number) return std::nullopt;
      out.key = *prefix + plain_number(*number);
      break;
    }
    case Reference::Text7: {
      const auto reference = take_text7(bits, reference_bits(row, out.gcp));
      if (!reference || reference->empty()) return std::nullopt;
      out.key = *prefix + *reference;
      break;
    }
    case Reference::Text6: {
      out.key = *prefix;
      for (;;) {
        const auto c = bits.take32(6);
        if (!c || out.key.size() > Cpid::kSizeMax) return std::nullopt;
        if (*c == 0) break;
        out.key.push_back(static_cast<char>(*c < 32 ? *c + 64 : *c));
      }
      break;
    }
    case Reference::Fields:
      return std::nullopt;
  }
  if (shape.pieces) {
    const auto two = [&](std::string_view name) -> std::optional<std::string> {
      mark.at(bits, name, 7, "1 to 99");
      const auto number = bits.take(7);
      if (!number || *number == 0) return std::nullopt;
      return from_wide(*number, 2);
    };
    const auto piece = two("piece");
    const auto total = piece ? two("total of pieces") : std::nullopt;
    if (!total) return std::nullopt;
    if (*piece > *total) {
      mark.begin -= 7;
      mark.name = "piece";
      mark.wants = "at most the total, " + *total;
      return std::nullopt;
    }
    out.pieces = *piece + *total;
  }
  if (row.tail != TailBits::None) mark.at(bits, "serial", row.tail_bits);
  switch (row.tail) {
    case TailBits::Reserved:
      mark.at(bits, "reserved field", row.tail_bits, "zero");
      if (bits.take(row.tail_bits) != Wide{0}) return std::nullopt;
      break;
    case TailBits::Number:
    case TailBits::Padded: {
      const auto number = bits.take(row.tail_bits);
      if (!number) return std::nullopt;
      out.tail = plain_number(*number);
      if (row.tail == TailBits::Padded) {
        mark.wants = "1 and then the digits";
        if (out.tail.front() != '1') return std::nullopt;
        out.tail.erase(0, 1);
        if (out.tail.empty()) return std::nullopt;
      }
      break;
    }
    case TailBits::Text7: {
      auto text = take_text7(bits, row.tail_bits);
      if (!text || text->empty()) return std::nullopt;
      out.tail = *std::move(text);
      break;
    }
    default:
      break;
  }
  return out;
}

std::optional<TakenParts> take_plus(EpcBits& bits, const CodingRow& row, const EpcShape& shape,
                                    FieldMark& mark) {
  TakenParts out;
  mark.at(bits, "key");
  const auto digits = [&](std::size_t count) -> std::optional<std::string> {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
      const auto digit = bits.take32(4);
      if (!digit || *digit > 9) return std::nullopt;
      text.push_back(static_cast<char>('0' + *digit));
    }
    return text;
  };
  if (shape.digits == 0) {
    auto key = take_delimited(bits, 30);
    if (!key) return std::nullopt;
    out.key = *std::move(key);
  } else {
    if (row.scheme == EpcScheme::kGrai && digits(1) != "0") return std::nullopt;
    mark.at(bits, "key", (shape.digits + 1U) * 4U, "digits of four bits each");
    auto key = digits(shape.digits + 1U);
    if (!key) return std::nullopt;
    mark.wants = "digits with a right check digit";
    if (!has_valid_check_digit(*key)) return std::nullopt;
    key->pop_back();
    out.key = *std::move(key);
    if (shape.pieces) {
      mark.at(bits, "piece and total", 16, "01 to 99 each, the piece not above the total");
      auto pieces = digits(4);
      const std::string_view both = pieces ? std::string_view(*pieces) : std::string_view();
      if (!pieces || both.starts_with("00") || both.substr(0, 2) > both.substr(2)) {
        return std::nullopt;
      }
      out.pieces = *std::move(pieces);
    }
  }
  if (row.tail == TailBits::None) return out;
  mark.at(bits, "serial");
  auto tail = row.tail == TailBits::Text ? take_text(bits, 31) : take_number(bits, 15);
  if (!tail) return std::nullopt;
  out.tail = *std::move(tail);
  return out;
}

bool is_date(const TagDate& date) {
  if (date.year > 99 || date.month < 1 || date.month > 12) return false;
  // Century does not matter for the length of a month but in 2100, which is beyond the window.
  return date.day <= Date::days_in_month(2000 + date.year, date.month) &&
         (date.day != 0 || date.ai.digits == 2);
}

std::optional<TagDate> take_date(EpcBits& bits) {
  const auto type = bits.take32(4);
  const auto year = bits.take32(7);
  const auto month = bits.take32(4);
  const auto day = bits.take32(5);
  if (!type || !year || !month || !day || *type >= kTagDates.size()) return std::nullopt;
  const TagDate date{kTagDates[*type], static_cast<std::uint8_t>(*year),
                     static_cast<std::uint8_t>(*month), static_cast<std::uint8_t>(*day)};
  if (!is_date(date)) return std::nullopt;
  return date;
}

Status put_date(EpcBits& bits, const std::optional<TagDate>& date) {
  const auto type =
      date ? std::find(kTagDates.begin(), kTagDates.end(), date->ai) : kTagDates.end();
  if (type == kTagDates.end() || !is_date(*date)) {
    return tag_error("DSGTIN+ needs a date", "a day of AI 11, 13, 15, 16, 17, 7006 or 7007",
                     "give the date, or use SGTIN+");
  }
  bits.put(static_cast<unsigned>(type - kTagDates.begin()), 4);
  bits.put(date->year, 7);
  bits.put(date->month, 4);
  bits.put(date->day, 5);
  return {};
}

Error unknown_header(std::uint32_t header) {
  for (const OtherHeader& row : kOtherHeaders) {
    if (row.header != header) continue;
    if (row.what.ends_with("++")) {
      return tag_error("the tag uses " + std::string(row.what) +
                           ", which carries the host name of a Digital Link and is not supported",
                       "GS1 EPC Tag Data Standard 2.3, 14.6", "write the tag with the '+' coding");
    }
    return tag_error("the header says " + std::string(row.what), "GS1 EPC Tag Data Standard 14.2",
                     "give an EPC of a GS1 key");
  }
  return tag_error("no coding has the header " + plain_number(header),
                   "GS1 EPC Tag Data Standard 14.2", "check that the bits begin with the header");
}

Result<EpcBits> to_bits(const EpcTag& tag) {
  const CodingRow& row = row_of(tag.coding);
  const auto parts = parts_of(tag.value);
  if (!parts || row.scheme != parts->shape->scheme) {
    return tag_error(upper(row.name) + " holds no " + std::string(to_string(epc_scheme(tag.value))),
                     "GS1 EPC Tag Data Standard 14.2", "choose a coding of the value's scheme");
  }
  if (tag.filter > 7) {
    return tag_error("the filter value is " + std::to_string(tag.filter), "0 to 7 (TDS 10)",
                     "choose one of the scheme's filter values");
  }
  const bool plus = is_plus(tag.coding);
  if (!plus && !takes_prefix(*parts, tag.gcp_length)) return unknown_prefix();
  std::string why = fault(row, *parts, tag.gcp_length);
  if (!why.empty()) return no_coding(row, tag.value, plus ? 0 : tag.gcp_length, std::move(why));
  EpcBits bits;
  bits.put(row.header, 8);
  if (plus) bits.put(0, 1);  // No further data follows.
  bits.put(tag.filter, 3);
  if (tag.coding == EpcCoding::kDsgtinPlus) PACKTRAIL_TRY(put_date(bits, tag.date));
  if (plus) {
    put_plus(bits, row, *parts);
  } else {
    put_classic(bits, row, *parts, tag.gcp_length);
  }
  return bits;
}

const CodingRow* row_of_header(std::optional<std::uint32_t> header) {
  for (const CodingRow& row : kCodings) {
    if (header == row.header) return &row;
  }
  return nullptr;
}

Result<EpcTag> from_bits(EpcBits bits) {
  const auto header = bits.take32(8);
  if (!header) {
    return tag_error("there are fewer than 8 bits", "GS1 EPC Tag Data Standard 14.2",
                     "give all bits of the EPC");
  }
  const CodingRow* row = row_of_header(header);
  if (row == nullptr) {
    Error error = unknown_header(*header);
    error.offset = 0;
    error.length = 2;
    return error;
  }
  const std::string name = upper(row->name);
  if (const auto all = bits_of(*row); all && bits.size() < *all) {
    Error error = tag_error("the header says " + name + ", which has " + std::to_string(*all) +
                                " bits, and there are " + std::to_string(bits.size()),
                            "GS1 EPC Tag Data Standard 14.6", "give all bits of the EPC");
    error.offset = bits.size() / 4;
    error.length = 0;
    return error;
  }
  const bool plus = is_plus(row->coding);
  const EpcShape& shape = shape_of(row->scheme);
  const auto more = plus ? bits.take32(1) : 0;
  FieldMark mark;
  mark.at(bits, "filter value", 3);
  const auto filter = bits.take32(3);
  std::optional<TagDate> date;
  const bool dated = row->coding == EpcCoding::kDsgtinPlus;
  if (dated && filter) {
    mark.at(bits, "date", 20, "a day that exists");
    date = take_date(bits);
  }
  std::optional<TakenParts> taken;
  if (more && filter && (!dated || date)) {
    taken = plus ? take_plus(bits, *row, shape, mark) : take_classic(bits, *row, shape, mark);
  }
  if (!taken) return field_error(bits, mark, name);
  const auto value = make_epc(row->scheme, taken->key, taken->pieces, taken->tail);
  const bool has_more = more == 1U;
  if (!value) return field_error(bits, mark, name);
  if (!has_more && !bits.rest_is_zero()) {
    mark.at(bits, "rest", bits.size() - bits.position(), "zero");
    return field_error(bits, mark, name);
  }
  EpcTag tag{*value,
             row->coding,
             static_cast<std::uint8_t>(*filter),
             static_cast<std::uint8_t>(taken->gcp),
             date,
             has_more};
  // The extension "0" is no extension; any other value must come back as it was.
  if (!plus) {
    const auto parts = parts_of(tag.value);
    const std::string why = takes_prefix(*parts, tag.gcp_length)
                                ? fault(*row, *parts, tag.gcp_length)
                                : std::string("the company prefix does not fit the key");
    if (!why.empty()) {
      return tag_error("the bits are no " + name + ": " + why, "GS1 EPC Tag Data Standard 14.6",
                       "read the tag again");
    }
  }
  return tag;
}

constexpr std::string_view kTagPrefix = "urn:epc:tag:";
constexpr std::string_view kRawPrefix = "urn:epc:raw:";

Error hex_error(std::string_view hex) {
  std::size_t bad = 0;
  while (bad < hex.size() && EpcBits::from_hex(hex.substr(bad, 1))) ++bad;
  Error error = tag_error(hex.size() > kEpcHexMax ? "the text is longer than any EPC"
                                                  : "the text holds no hexadecimal digit here",
                          "hexadecimal digits, at most " + std::to_string(kEpcHexMax),
                          "give the EPC memory as hexadecimal digits without spaces");
  error.offset = hex.size() > kEpcHexMax ? kEpcHexMax : bad;
  error.length = hex.size() > kEpcHexMax ? hex.size() - kEpcHexMax : 1;
  return error;
}

}  // namespace

std::string_view to_string(EpcCoding coding) { return row_of(coding).name; }

std::optional<EpcCoding> parse_coding(std::string_view name) {
  for (const CodingRow& row : kCodings) {
    if (row.name == name) return row.coding;
  }
  return std::nullopt;
}

bool is_plus(EpcCoding coding) { return row_of(coding).reference == Reference::Fields; }

Result<EpcCoding> choose_coding(const Epc& value, std::size_t gcp_length) {
  const auto parts = parts_of(value);
  std::string why = "the scheme has no binary coding";
  if (parts && (gcp_length == 0 || takes_prefix(*parts, gcp_length))) {
    for (const CodingRow& row : kCodings) {
      if (row.scheme != parts->shape->scheme || is_plus(row.coding) != (gcp_length == 0) ||
          row.coding == EpcCoding::kGdti113 || row.coding == EpcCoding::kDsgtinPlus) {
        continue;
      }
      why = fault(row, *parts, gcp_length);
      if (why.empty()) return row.coding;
    }
  } else if (parts) {
    return unknown_prefix();
  }
  return tag_error("no tag can hold the value: " + why, "GS1 EPC Tag Data Standard 14",
                   gcp_length == 0 ? "give an object with its serial" : "use a '+' coding");
}

Result<std::string> to_epc_hex(const EpcTag& tag, EpcHexEnd end) {
  EpcBits bits = PACKTRAIL_TRY(to_bits(tag));
  bits.pad_to(end == EpcHexEnd::Word ? 16 : 4);
  return bits.to_hex();
}

Result<EpcTag> parse_epc_hex(std::string_view hex) {
  if (hex.size() > kEpcHexMax) return hex_error(hex);
  const auto bits = EpcBits::from_hex(hex);
  if (!bits) return hex_error(hex);
  return from_bits(*bits);
}

EpcHexFit epc_hex_fit(std::string_view hex) {
  auto bits = EpcBits::from_hex(hex);
  const CodingRow* row = bits ? row_of_header(bits->take32(8)) : nullptr;
  const auto all = row != nullptr ? bits_of(*row) : std::nullopt;
  constexpr std::size_t kWord = 16;
  if (!all || bits->size() + kWord < *all) return EpcHexFit::None;
  if (bits->size() < *all) return EpcHexFit::Short;
  const std::size_t padded = (*all + kWord - 1) / kWord * kWord;
  for (std::size_t left = padded; left > 8; --left) {
    if (bits->position() < bits->size()) bits->take(1);
  }
  return bits->rest_is_zero() ? EpcHexFit::Whole : EpcHexFit::None;
}

bool looks_like_tag_uri(std::string_view text) {
  return text.starts_with(kTagPrefix) || text.starts_with(kRawPrefix);
}

Result<std::string> to_tag_uri(const EpcTag& tag) {
  const CodingRow& row = row_of(tag.coding);
  if (is_plus(tag.coding)) {
    return tag_error(upper(row.name) + " has no tag URI", "GS1 EPC Tag Data Standard 12.1",
                     "write the bits or a Digital Link instead");
  }
  PACKTRAIL_TRY(to_bits(tag));  // Whatever the tag could not carry has no tag URI.
  const std::string urn = PACKTRAIL_TRY(to_urn(tag.value, tag.gcp_length));
  const EpcShape& shape = shape_of(row.scheme);
  std::string text(kTagPrefix);
  text.append(row.name).append(1, ':').append(std::to_string(tag.filter)).append(1, '.');
  return text.append(urn, shape.urn.size());
}

Result<EpcTag> parse_tag_uri(std::string_view text) {
  if (text.starts_with(kRawPrefix)) return parse_raw_uri(text);
  const std::string rule = "urn:epc:tag:CODING:FILTER.CompanyPrefix.Reference... (TDS 12.1)";
  const auto wrong = [&](std::string message, std::size_t offset, std::size_t length) {
    Error error = tag_error(std::move(message), rule, "compare with the sender's data");
    error.offset = offset;
    error.length = length;
    return error;
  };
  if (!text.starts_with(kTagPrefix) || text.size() > kEpcTextMax) {
    return wrong("the text is no tag URI", 0, std::min(text.size(), kEpcTextMax));
  }
  const std::size_t colon = text.find(':', kTagPrefix.size());
  const std::string_view name =
      text.substr(kTagPrefix.size(), std::min(colon, text.size()) - kTagPrefix.size());
  const auto coding = parse_coding(name);
  if (!coding || is_plus(*coding) || colon == std::string_view::npos) {
    return wrong("no coding of a GS1 key has this name", kTagPrefix.size(), name.size());
  }
  const std::size_t at = colon + 1;
  if (text.size() < at + 2 || text[at] < '0' || text[at] > '7' || text[at + 1] != '.') {
    return wrong("the filter value is missing or not 0 to 7", at, at < text.size() ? 1U : 0U);
  }
  const CodingRow& row = row_of(*coding);
  const EpcShape& shape = shape_of(row.scheme);
  auto parsed = parse_epc(std::string(shape.urn).append(text.substr(at + 2)));
  if (!parsed) {
    Error error = std::move(parsed).error();
    if (error.offset) {
      const std::size_t inside = *error.offset - std::min(*error.offset, shape.urn.size());
      error.offset = at + 2 + inside;
    }
    error.field = "EPC tag";
    error.rule = rule;
    return error;
  }
  EpcTag tag{std::move(parsed->value),    *coding,      static_cast<std::uint8_t>(text[at] - '0'),
             parsed->spelling.gcp_length, std::nullopt, false};
  PACKTRAIL_TRY(to_bits(tag));
  return tag;
}

Result<std::string> to_raw_uri(const EpcTag& tag) {
  EpcBits bits = PACKTRAIL_TRY(to_bits(tag));
  bits.pad_to(16);
  return std::string(kRawPrefix) + std::to_string(bits.size()) + ".x" + bits.to_hex();
}

Result<EpcTag> parse_raw_uri(std::string_view text) {
  const std::size_t dot = text.find(".x");
  std::size_t count = 0;
  bool good = text.starts_with(kRawPrefix) && dot != std::string_view::npos && dot >= 13 &&
              dot <= 16 && text.size() <= dot + 2 + kEpcHexMax;
  for (std::size_t i = kRawPrefix.size(); good && i < dot; ++i) {
    good = is_digit(text[i]);
    count = count * 10 + static_cast<std::size_t>(text[i] - '0');
  }
  if (!good || (count + 3) / 4 != text.size() - dot - 2) {
    Error error = tag_error("the text is no raw EPC URI",
                            "urn:epc:raw:BITS.xHEX, one digit for four bits (TDS 12.3)",
                            "give the number of bits and all of them");
    error.offset = 0;
    error.length = text.size();
    return error;
  }
  auto tag = parse_epc_hex(text.substr(dot + 2));
  if (tag) return tag;
  Error error = std::move(tag).error();
  if (error.offset) *error.offset += dot + 2;
  return error;
}

}  // namespace packtrail::gs1
