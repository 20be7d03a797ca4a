// gs1/component_text.h - a short text held in place: serial numbers, lots, extensions.
//
// Tag carries kAi (for error texts), kName, kSizeMax and, unless it is CSET 82, kSet. Valid once it
// exists: 1..kSizeMax characters of the set. Thread safety: immutable value. Cost: kSizeMax + 1
// bytes, no heap.
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
#include "gs1/charset.h"
#include "gs1/checked_text.h"

namespace packtrail::gs1 {

// Why `text` is not 1..size_max characters of `set` (kCset82, kCset39 or kDigit). Precondition: it
// is not.
[[nodiscard]] Error explain_component(std::string_view text, std::size_t size_max, CharClass set,
                                      std::string_view ai, std::string_view name);

namespace detail {
template <class Tag>
constexpr CharClass set_of() {
  if constexpr (requires { Tag::kSet; }) {
    return Tag::kSet;
  } else {
    return kCset82;
  }
}
}  // namespace detail

template <class Tag>
class ComponentText {
 public:
  static constexpr std::size_t kSizeMax = Tag::kSizeMax;
  static constexpr CharClass kSet = detail::set_of<Tag>();

  // 1..kSizeMax characters of kSet; the error names the first offending byte.
  static Result<ComponentText> parse(std::string_view text) {
    if (auto value = try_parse(text)) return *value;
    return explain_component(text, kSizeMax, kSet, Tag::kAi, Tag::kName);
  }
  // As parse, without a reason: for hot loops.
  static std::optional<ComponentText> try_parse(std::string_view text) noexcept {
    if (text.empty() || text.size() > kSizeMax) return std::nullopt;
    ComponentText value;
    unsigned good = kSet;
    for (std::size_t i = 0; i < text.size(); ++i) {
      value.text_[i] = text[i];
      good &= kCharClasses[static_cast<unsigned char>(text[i])];
    }
    if (good == 0) return std::nullopt;
    value.size_ = static_cast<std::uint8_t>(text.size());
    return value;
  }

  // Without checking, for a caller that made the text of checked characters itself.
  // Precondition: 1 <= size <= kSizeMax, kSet up to `size`, zeros from there on.
  static ComponentText of_valid(const std::array<char, kSizeMax>& padded,
                                std::size_t size) noexcept {
    ComponentText value;
    value.text_ = padded;
    value.size_ = static_cast<std::uint8_t>(size);
    return value;
  }

  // 1..kSizeMax characters that a reader has checked, where kSizeMax bytes can be read: without a
  // branch on the size.
  explicit ComponentText(CheckedText checked) noexcept {
    static constexpr std::array<char, 2 * kSizeMax> kKeep = [] {
      std::array<char, 2 * kSizeMax> keep{};
      for (std::size_t i = 0; i < kSizeMax; ++i) keep[i] = static_cast<char>(-1);
      return keep;
    }();
    const char* const keep = kKeep.data() + kSizeMax - checked.size;
    std::size_t done = 0;
    for (; done + 8 <= kSizeMax; done += 8) keep_word<std::uint64_t>(done, checked.at, keep);
    for (; done + 4 <= kSizeMax; done += 4) keep_word<std::uint32_t>(done, checked.at, keep);
    for (; done < kSizeMax; ++done) keep_word<std::uint8_t>(done, checked.at, keep);
    size_ = static_cast<std::uint8_t>(checked.size);
  }

  [[nodiscard]] std::string_view text() const { return {text_.data(), size_}; }
  [[nodiscard]] std::size_t size() const { return size_; }
  // Order of the texts as bytes; equal only when every character is.
  friend auto operator<=>(const ComponentText&, const ComponentText&) = default;

 private:
  ComponentText() = default;
  template <class Word>
  void keep_word(std::size_t at, const char* text, const char* keep) noexcept {
    Word characters;
    Word mask;
    std::memcpy(&characters, text + at, sizeof(Word));
    std::memcpy(&mask, keep + at, sizeof(Word));
    characters = static_cast<Word>(characters & mask);
    std::memcpy(text_.data() + at, &characters, sizeof(Word));
  }
  std::array<char, kSizeMax> text_{};  // Zero-padded, so the defaulted comparison is exact.
  std::uint8_t size_ = 0;
};

}  // namespace packtrail::gs1

template <class Tag>
struct std::hash<packtrail::gs1::ComponentText<Tag>> {
  std::size_t operator()(const packtrail::gs1::ComponentText<Tag>& value) const noexcept {
    return std::hash<std::string_view>{}(value.text());
  }
};
