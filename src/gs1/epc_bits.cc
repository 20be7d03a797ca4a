#include "gs1/epc_bits.h"

#include <algorithm>

#include "base/assert.h"
#include "gs1/charset.h"

namespace packtrail::gs1 {
namespace {

constexpr std::string_view kHexDigits = "0123456789ABCDEF";
constexpr std::string_view kLowerHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kCode40 = " ABCDEFGHIJKLMNOPQRSTUVWXYZ-.:0123456789";  // 0 is padding.
constexpr std::size_t kIndicatorBits = 3;
constexpr std::size_t kLengthBits = 5;
constexpr std::size_t kTextMax = 31;
constexpr unsigned kTerminator = 15;
constexpr unsigned kDelimiter = 14;

bool all_of(std::string_view text, std::string_view set) {
  return text.find_first_not_of(set) == std::string_view::npos;
}

std::size_t bits_of(TextEncoding encoding, std::size_t size) {
  switch (encoding) {
    case TextEncoding::Integer:
      return bits_of_digits(size);
    case TextEncoding::Hex:
    case TextEncoding::LowerHex:
      return size * 4;
    case TextEncoding::Base64:
      return size * 6;
    case TextEncoding::Ascii:
      return size * 7;
    case TextEncoding::Code40:
      break;
  }
  return (size + 2) / 3 * 16;
}

bool holds(TextEncoding encoding, std::string_view text) {
  switch (encoding) {
    case TextEncoding::Integer:
      return find_outside(text, kDigit) == text.size();
    case TextEncoding::Hex:
      return all_of(text, kHexDigits);
    case TextEncoding::LowerHex:
      return all_of(text, kLowerHexDigits);
    case TextEncoding::Base64:
      return all_of(text, kBase64);
    case TextEncoding::Ascii:
      return true;
    case TextEncoding::Code40:
      break;
  }
  return all_of(text, kCode40.substr(1));
}

void put_mapped(EpcBits& bits, std::string_view text, std::string_view set, std::size_t width) {
  for (const char c : text) bits.put(set.find(c), width);
}

std::optional<std::string> take_mapped(EpcBits& bits, std::size_t size, std::string_view set,
                                       std::size_t width) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    const auto at = bits.take32(width);
    if (!at || *at >= set.size()) return std::nullopt;
    text.push_back(set[*at]);
  }
  return text;
}

void put_code40(EpcBits& bits, std::string_view text) {
  for (std::size_t i = 0; i < text.size(); i += 3) {
    std::size_t group = 1;
    std::size_t weight = 1600;
    for (std::size_t k = i; k < std::min(i + 3, text.size()); ++k, weight /= 40) {
      group += kCode40.find(text[k]) * weight;
    }
    bits.put(group, 16);
  }
}

std::optional<std::string> take_code40(EpcBits& bits, std::size_t size) {
  std::string text;
  while (text.size() < size) {
    const auto group = bits.take32(16);
    if (!group || *group == 0 || *group > 64000) return std::nullopt;
    const std::uint32_t value = *group - 1;
    for (const std::uint32_t at : {value / 1600, value / 40 % 40, value % 40}) {
      const bool padding = text.size() == size;
      if ((at == 0) != padding) return std::nullopt;
      if (!padding) text.push_back(kCode40[at]);
    }
  }
  return text;
}

std::optional<std::string> take_integer(EpcBits& bits, std::size_t size) {
  const auto number = bits.take(bits_of_digits(size));
  if (!number) return std::nullopt;
  return from_wide(*number, size);
}

}  // namespace

void EpcBits::put(Wide value, std::size_t count) {
  PACKTRAIL_ASSERT(count <= 128 && size_ + count <= kMax);
  for (std::size_t i = count; i-- > 0;) {
    if ((value >> i & 1) != 0) {
      bytes_[size_ / 8] = static_cast<std::uint8_t>(bytes_[size_ / 8] | 0x80U >> size_ % 8);
    }
    ++size_;
  }
}

void EpcBits::put_digits(std::string_view digits) {
  for (const char c : digits) put(static_cast<unsigned>(c - '0'), 4);
}

void EpcBits::pad_to(std::size_t multiple) { put(0, (multiple - size_ % multiple) % multiple); }

std::string EpcBits::to_hex() const {
  PACKTRAIL_ASSERT(size_ % 4 == 0);
  std::string hex;
  hex.reserve(size_ / 4);
  for (std::size_t i = 0; i < size_ / 4; ++i) {
    const unsigned byte = bytes_[i / 2];
    hex.push_back(kHexDigits[i % 2 == 0 ? byte >> 4 : byte & 15]);
  }
  return hex;
}

std::optional<EpcBits> EpcBits::from_hex(std::string_view hex) {
  if (hex.size() * 4 > kMax) return std::nullopt;
  EpcBits bits;
  for (const char c : hex) {
    std::size_t value = kHexDigits.find(c);
    if (value == std::string_view::npos) value = kLowerHexDigits.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits.put(value, 4);
  }
  return bits;
}

std::optional<Wide> EpcBits::take(std::size_t count) {
  if (count > 128 || size_ - position_ < count) return std::nullopt;
  Wide value = 0;
  for (std::size_t i = 0; i < count; ++i, ++position_) {
    value = value << 1 | (bytes_[position_ / 8] >> (7 - position_ % 8) & 1U);
  }
  return value;
}

std::optional<std::uint32_t> EpcBits::take32(std::size_t count) {
  const auto value = take(count);
  if (!value) return std::nullopt;
  return static_cast<std::uint32_t>(*value);
}

bool EpcBits::rest_is_zero() const {
  EpcBits rest = *this;
  while (rest.position_ < rest.size_) {
    if (rest.take(1) != Wide{0}) return false;
  }
  return true;
}

std::size_t bits_of_digits(std::size_t digits) {
  Wide largest = 0;
  for (std::size_t i = 0; i < digits; ++i) largest = largest * 10 + 9;
  std::size_t bits = 0;
  for (; largest != 0; largest >>= 1) ++bits;
  return bits;
}

Wide to_wide(std::string_view digits) {
  Wide number = 0;
  for (const char c : digits) number = number * 10 + static_cast<unsigned>(c - '0');
  return number;
}

std::string plain_number(Wide number) {
  std::string text;
  do {
    text.insert(text.begin(), static_cast<char>('0' + static_cast<int>(number % 10)));
    number /= 10;
  } while (number != 0);
  return text;
}

std::optional<std::string> from_wide(Wide number, std::size_t digits) {
  std::string text(digits, '0');
  for (std::size_t i = digits; i-- > 0; number /= 10) {
    text[i] = static_cast<char>('0' + static_cast<int>(number % 10));
  }
  if (number != 0) return std::nullopt;
  return text;
}

void put_text(EpcBits& bits, std::string_view text) {
  PACKTRAIL_ASSERT(!text.empty() && text.size() <= kTextMax);
  TextEncoding best = TextEncoding::Ascii;
  for (int i = 0; i <= static_cast<int>(TextEncoding::Code40); ++i) {
    const auto encoding = static_cast<TextEncoding>(i);
    const std::size_t size = bits_of(encoding, text.size());
    const std::size_t least = bits_of(best, text.size());
    if ((size < least || (size == least && encoding < best)) && holds(encoding, text)) {
      best = encoding;
    }
  }
  bits.put(static_cast<unsigned>(best), kIndicatorBits);
  bits.put(text.size(), kLengthBits);
  switch (best) {
    case TextEncoding::Integer:
      bits.put(to_wide(text), bits_of_digits(text.size()));
      return;
    case TextEncoding::Hex:
      return put_mapped(bits, text, kHexDigits, 4);
    case TextEncoding::LowerHex:
      return put_mapped(bits, text, kLowerHexDigits, 4);
    case TextEncoding::Base64:
      return put_mapped(bits, text, kBase64, 6);
    case TextEncoding::Ascii:
      for (const char c : text) bits.put(static_cast<unsigned char>(c), 7);
      return;
    case TextEncoding::Code40:
      return put_code40(bits, text);
  }
}

std::optional<std::string> take_text(EpcBits& bits, std::size_t size_max) {
  const auto encoding = bits.take32(kIndicatorBits);
  const auto size = bits.take32(kLengthBits);
  if (!encoding || !size || *size == 0 || *size > size_max) return std::nullopt;
  switch (*encoding) {
    case 0:
      return take_integer(bits, *size);
    case 1:
      return take_mapped(bits, *size, kHexDigits, 4);
    case 2:
      return take_mapped(bits, *size, kLowerHexDigits, 4);
    case 3:
      return take_mapped(bits, *size, kBase64, 6);
    case 4: {
      std::string text;
      for (std::size_t i = 0; i < *size; ++i) {
        const auto c = bits.take32(7);
        if (!c) return std::nullopt;
        text.push_back(static_cast<char>(*c));
      }
      return text;
    }
    case 5:
      return take_code40(bits, *size);
    default:
      return std::nullopt;
  }
}

void put_number(EpcBits& bits, std::string_view digits) {
  bits.put(digits.size(), 4);
  bits.put(to_wide(digits), bits_of_digits(digits.size()));
}

std::optional<std::string> take_number(EpcBits& bits, std::size_t size_max) {
  const auto size = bits.take32(4);
  if (!size || *size == 0 || *size > size_max) return std::nullopt;
  return take_integer(bits, *size);
}

void put_delimited(EpcBits& bits, std::string_view text) {
  const std::size_t digits = find_outside(text, kDigit);
  bits.put_digits(text.substr(0, digits));
  if (digits == text.size()) {
    bits.put(kTerminator, 4);
  } else {
    bits.put(kDelimiter, 4);
    put_text(bits, text.substr(digits));
  }
}

std::optional<std::string> take_delimited(EpcBits& bits, std::size_t size_max) {
  std::string text;
  while (text.size() <= size_max) {
    const auto digit = bits.take32(4);
    if (!digit) return std::nullopt;
    if (*digit <= 9) {
      text.push_back(static_cast<char>('0' + *digit));
    } else if (*digit == kTerminator) {
      return text;
    } else if (*digit == kDelimiter) {
      const auto rest = take_text(bits, size_max - text.size());
      if (!rest || is_digit(rest->front())) return std::nullopt;
      return text + *rest;
    } else {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace packtrail::gs1
