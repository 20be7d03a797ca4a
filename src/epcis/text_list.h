// epcis/text_list.h - many short texts in one buffer.
//
// An event may carry 10^6 EPCs; a string object and a heap block for each would cost more than
// reading them. A TextList keeps order and duplicates, and costs 4 bytes per text beside the text.
// The texts together hold at most 4 GiB - 1; readers have far lower limits.
//
// Thread safety: as a standard container. Views stay valid until the list changes or dies.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"

namespace packtrail::epcis {

class TextList {
 public:
  class Iterator {
   public:
    using value_type = std::string_view;
    using reference = std::string_view;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using iterator_category = std::input_iterator_tag;

    Iterator() = default;
    Iterator(const TextList* list, std::size_t at) : list_(list), at_(at) {}
    std::string_view operator*() const { return (*list_)[at_]; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++at_;
      return before;
    }
    bool operator==(const Iterator&) const = default;

   private:
    const TextList* list_ = nullptr;
    std::size_t at_ = 0;
  };
  using value_type = std::string_view;
  using const_iterator = Iterator;

  TextList() = default;
  TextList(std::initializer_list<std::string_view> texts) {
    for (const std::string_view text : texts) push_back(text);
  }

  void push_back(std::string_view text) {
    PACKTRAIL_ASSERT(text.size() <= UINT32_MAX - text_.size());
    text_.append(text);
    ends_.push_back(static_cast<std::uint32_t>(text_.size()));
  }
  void reserve(std::size_t count, std::size_t bytes) {
    ends_.reserve(count);
    text_.reserve(bytes);
  }
  void clear() {
    text_.clear();
    ends_.clear();
  }
  [[nodiscard]] std::size_t size() const { return ends_.size(); }
  [[nodiscard]] bool empty() const { return ends_.empty(); }
  [[nodiscard]] std::size_t byte_count() const { return text_.size(); }  // All texts together.

  // The text at `at`, which must be below size().
  [[nodiscard]] std::string_view operator[](std::size_t at) const {
    const std::size_t begin = at == 0 ? 0 : ends_[at - 1];
    return std::string_view(text_).substr(begin, ends_[at] - begin);
  }
  [[nodiscard]] Iterator begin() const { return {this, 0}; }
  [[nodiscard]] Iterator end() const { return {this, size()}; }
  bool operator==(const TextList&) const = default;

 private:
  std::string text_;
  std::vector<std::uint32_t> ends_;
};

}  // namespace packtrail::epcis
