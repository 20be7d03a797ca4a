// trace/texts.h - recurring texts numbered in order of appearance: terms and batches.
//
// The commit thread adds; texts beyond what is published belong to it alone until then, and go
// away again when it discards. Readers ask only for numbers that their view holds.
//
// Thread safety: `text` from any thread; the rest from the commit thread.
// Cost: one hash probe to number a text; a shared lock to read one.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <shared_mutex>
#include <string>
#include <string_view>

namespace packtrail::trace {

class Texts {
 public:
  // Numbers start at 1; 0 is the empty text.
  std::uint32_t number(std::string_view text) {
    if (text.empty()) return 0;
    if (const auto it = numbers_.find(text); it != numbers_.end()) return it->second;
    const std::unique_lock lock(mutex_);
    texts_.emplace_back(text);
    const auto number = static_cast<std::uint32_t>(texts_.size());
    numbers_.emplace(texts_.back(), number);  // A deque's elements stay where they are.
    return number;
  }
  [[nodiscard]] std::uint32_t find(std::string_view text) const {
    const auto it = numbers_.find(text);
    return it == numbers_.end() ? 0 : it->second;
  }
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(texts_.size()); }
  // Commit thread: valid until a discard takes it back.
  [[nodiscard]] std::string_view peek(std::uint32_t number) const {
    return number == 0 || number > texts_.size() ? std::string_view() : texts_[number - 1];
  }
  [[nodiscard]] std::string text(std::uint32_t number) const {
    const std::shared_lock lock(mutex_);
    return number == 0 || number > texts_.size() ? std::string() : texts_[number - 1];
  }
  void shrink_to(std::uint32_t size) {
    const std::unique_lock lock(mutex_);
    while (texts_.size() > size) {
      numbers_.erase(texts_.back());
      texts_.pop_back();
    }
  }

 private:
  mutable std::shared_mutex mutex_;
  std::deque<std::string> texts_;
  boost::unordered_flat_map<std::string_view, std::uint32_t> numbers_;
};

}  // namespace packtrail::trace
