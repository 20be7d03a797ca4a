// gs1/digit_key.h - keys of N digits that end with the mod-10 check digit: GLN, GSRN, GSIN, ...
//
// Tag carries kAi and kName (for error texts) and kSize. Valid once it exists (GenSpecs 7.9).
// Thread safety: immutable value. Cost: kSize bytes, no heap.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "gs1/check_digit.h"

namespace packtrail::gs1 {

namespace detail {

// The weighted sum of N digits whose last one has weight `last` (1 or 3); nothing when one is no
// digit. The size is a constant, so the loop is straight code.
template <std::size_t N>
std::optional<unsigned> digit_sum(const char* digits, unsigned last) noexcept {
  unsigned sum = 0;
  bool bad = false;
  for (std::size_t i = 0; i < N; ++i) {
    const auto value = static_cast<unsigned>(static_cast<unsigned char>(digits[i])) - '0';
    bad |= value > 9;
    sum += (N - 1 - i) % 2 == 0 ? value * last : value * (4 - last);
  }
  if (bad) return std::nullopt;
  return sum;
}

// Copies `digits` when they are N digits that end with their check digit.
template <std::size_t N>
bool check_into(std::array<char, N>& out, std::string_view digits) noexcept {
  if (digits.size() != N) return false;
  const auto sum = digit_sum<N>(digits.data(), 1);
  if (!sum || *sum % 10 != 0) return false;
  std::memcpy(out.data(), digits.data(), N);
  return true;
}

// Copies `body` and its check digit; false unless body is exactly N - 1 digits.
template <std::size_t N>
bool complete_into(std::array<char, N>& out, std::string_view body) noexcept {
  if (body.size() != N - 1) return false;
  const auto sum = digit_sum<N - 1>(body.data(), 3);
  if (!sum) return false;
  std::memcpy(out.data(), body.data(), N - 1);
  out[N - 1] = static_cast<char>('0' + (10 - *sum % 10) % 10);
  return true;
}

}  // namespace detail

template <class Tag>
class DigitKey {
 public:
  static constexpr std::size_t kSize = Tag::kSize;

  // Exactly kSize digits with a right check digit. The error names the offending byte and, for a
  // wrong check digit, the right one.
  static Result<DigitKey> parse(std::string_view digits) {
    if (const auto key = try_parse(digits)) return *key;
    return explain_key(digits, kSize, Tag::kAi, Tag::kName);
  }
  // As parse, without a reason: for hot loops.
  static std::optional<DigitKey> try_parse(std::string_view digits) noexcept {
    DigitKey key;
    if (!detail::check_into(key.digits_, digits)) return std::nullopt;
    return key;
  }
  // Completes kSize - 1 digits with their check digit; nothing unless they are that many digits.
  static std::optional<DigitKey> complete(std::string_view body) noexcept {
    DigitKey key;
    if (!detail::complete_into(key.digits_, body)) return std::nullopt;
    return key;
  }

  [[nodiscard]] std::string_view digits() const { return {digits_.data(), digits_.size()}; }
  friend auto operator<=>(const DigitKey&, const DigitKey&) = default;

 private:
  DigitKey() = default;
  std::array<char, kSize> digits_;
};

}  // namespace packtrail::gs1

template <class Tag>
struct std::hash<packtrail::gs1::DigitKey<Tag>> {
  std::size_t operator()(const packtrail::gs1::DigitKey<Tag>& key) const noexcept {
    return std::hash<std::string_view>{}(key.digits());
  }
};
