// base/strong.h - scalar ids that cannot be mixed up.
//
//   using LedgerPosition = Strong<std::uint64_t, struct LedgerPositionTag>;
//
// Explicit in, explicit out (`value()`), ordered, hashable; no arithmetic by accident.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <utility>

namespace packtrail {

template <class T, class Tag>
class Strong {
 public:
  constexpr Strong() = default;
  constexpr explicit Strong(T value) : value_(std::move(value)) {}

  [[nodiscard]] constexpr const T& value() const { return value_; }
  friend constexpr auto operator<=>(const Strong&, const Strong&) = default;

 private:
  T value_{};
};

}  // namespace packtrail

template <class T, class Tag>
struct std::hash<packtrail::Strong<T, Tag>> {
  std::size_t operator()(const packtrail::Strong<T, Tag>& id) const noexcept {
    return std::hash<T>{}(id.value());
  }
};
