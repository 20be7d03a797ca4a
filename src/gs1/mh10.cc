#include "gs1/mh10.h"

#include <algorithm>

#include "gs1/charset.h"

namespace packtrail::gs1 {
namespace {

constexpr std::string_view kAim = "]d1";
constexpr std::size_t kIdentifierDigitsMax = 3;

Error mh10_error(std::string message, std::size_t offset, std::size_t length, std::string remedy) {
  return Error{.code = Errc::InvalidArgument,
               .message = std::move(message),
               .field = "MH10 message",
               .offset = offset,
               .length = length,
               .rule = "[)> RS 06 GS, fields parted by GS, RS EOT (ISO/IEC 15434, ANSI MH10.8.2)",
               .remedy = std::move(remedy)};
}

// Size of the data identifier that `field` begins with; 0 when it begins with none.
std::size_t identifier_size(std::string_view field) {
  const std::size_t digits = find_outside(field, kDigit);
  if (digits > kIdentifierDigitsMax || digits == field.size()) return 0;
  return field[digits] >= 'A' && field[digits] <= 'Z' ? digits + 1 : 0;
}

// Moves an error of a field's value to the message.
template <class T>
Result<T> at_field(const Mh10Message& message, const Mh10Field& field, Result<T> result) {
  if (result) return result;
  Error error = std::move(result).error();
  error.offset = message.offset_of(field.value) + error.offset.value_or(0);
  error.field = field.identifier;
  return error;
}

Result<Date> parse_production(std::string_view value) {
  if (value.size() == 8 && find_outside(value, kDigit) == value.size()) {
    std::string iso(value.substr(0, 4));
    iso.append(1, '-').append(value.substr(4, 2)).append(1, '-').append(value.substr(6));
    if (const auto date = Date::parse(iso)) return *date;
  }
  return mh10_error("the production date is no day", 0, value.size(),
                    "write it as YYYYMMDD, for example 20261231");
}

}  // namespace

bool looks_like_mh10(std::string_view text) {
  if (text.starts_with(kAim)) text.remove_prefix(kAim.size());
  return text.starts_with(kMh10Header);
}

Result<Mh10Message> Mh10Message::parse(std::string_view text) {
  if (text.size() > kMh10Max) {
    return mh10_error("the message has " + std::to_string(text.size()) + " characters", kMh10Max,
                      text.size() - kMh10Max, "give one message of at most 512 characters");
  }
  if (!looks_like_mh10(text)) {
    return mh10_error("the message does not begin with the header of format 06", 0, 0,
                      "check that the reader sends control characters");
  }
  Mh10Message message;
  message.text_ = text;
  std::size_t at = kMh10Header.size() + (text.starts_with(kAim) ? kAim.size() : 0);
  const std::size_t end = text.size() - kMh10Trailer.size();
  if (!text.ends_with(kMh10Trailer) || end < at) {
    return mh10_error("the message does not end with RS and EOT", text.size(), 0,
                      "read the symbol again; check that the reader sends control characters");
  }
  while (at <= end) {
    const std::size_t next = std::min(text.find('\x1d', at), end);
    const std::string_view field = text.substr(at, next - at);
    const std::size_t size = identifier_size(field);
    if (size == 0) {
      return mh10_error("the field does not begin with a data identifier", at, field.size(),
                        "write digits and a capital letter before the value: 9N, 1T, D, S");
    }
    for (std::size_t i = size; i < field.size(); ++i) {
      if (field[i] >= ' ' && field[i] <= '~') continue;
      return mh10_error("the field holds a character that is not printable", at + i, 1,
                        "replace the character");
    }
    const Mh10Field added{field.substr(0, size), field.substr(size)};
    if (added.value.empty()) {
      return mh10_error("the field has no value", at, field.size(), "give the value");
    }
    if (message.find(added.identifier)) {
      return mh10_error("the data identifier stands twice", at, size, "remove one of the fields");
    }
    if (message.size_ == kMh10FieldsMax) {
      return mh10_error("the message has too many fields", at, end - at,
                        "give at most " + std::to_string(kMh10FieldsMax) + " fields");
    }
    message.fields_[message.size_++] = added;
    at = next + 1;
  }
  return message;
}

std::optional<std::string_view> Mh10Message::find(std::string_view identifier) const {
  for (const Mh10Field& field : fields()) {
    if (field.identifier == identifier) return field.value;
  }
  return std::nullopt;
}

std::size_t Mh10Message::offset_of(std::string_view value) const {
  return static_cast<std::size_t>(value.data() - text_.data());
}

std::optional<Gtin> IfaPack::trade_item() const {
  if (gtin) return gtin;
  const auto pzn = ppn ? ppn->pzn() : std::nullopt;
  if (!pzn) return std::nullopt;
  return pzn->ntin();
}

Result<IfaPack> parse_ifa(std::string_view text, Date reference) {
  const Mh10Message message = PACKTRAIL_TRY(Mh10Message::parse(text));
  IfaPack pack;
  for (const Mh10Field& field : message.fields()) {
    const std::string_view di = field.identifier;
    const std::string_view value = field.value;
    if (di == "9N") pack.ppn = PACKTRAIL_TRY(at_field(message, field, Ppn::parse(value)));
    if (di == "8P") pack.gtin = PACKTRAIL_TRY(at_field(message, field, Gtin::parse_any(value)));
    if (di == "1T") pack.lot = PACKTRAIL_TRY(at_field(message, field, Lot::parse(value)));
    if (di == "S")
      pack.serial = PACKTRAIL_TRY(at_field(message, field, SerialNumber::parse(value)));
    if (di == "D") {
      pack.expiry = PACKTRAIL_TRY(at_field(message, field, Expiry::parse(value, reference)));
    }
    if (di == "16D") {
      pack.production = PACKTRAIL_TRY(at_field(message, field, parse_production(value)));
    }
  }
  if (!pack.ppn && !pack.gtin) {
    return mh10_error("the message names no product", 0, 0, "give 9N with the PPN, or 8P");
  }
  return pack;
}

Result<std::string> to_mh10(const IfaPack& pack) {
  if (!pack.ppn && !pack.gtin) {
    return mh10_error("the pack has neither PPN nor GTIN", 0, 0, "give its PPN");
  }
  std::string out(kMh10Header);
  const auto put = [&](std::string_view identifier, std::string_view value) {
    if (out.size() > kMh10Header.size()) out.push_back('\x1d');
    out.append(identifier).append(value);
  };
  if (pack.ppn) put("9N", pack.ppn->text());
  if (pack.gtin) put("8P", pack.gtin->digits());
  if (pack.lot) put("1T", pack.lot->text());
  if (pack.expiry) put("D", pack.expiry->yymmdd());
  if (pack.serial) put("S", pack.serial->text());
  if (pack.production) {
    std::string digits;
    for (const char c : pack.production->to_iso()) {
      if (c != '-') digits.push_back(c);
    }
    put("16D", digits);
  }
  return out.append(kMh10Trailer);
}

}  // namespace packtrail::gs1
