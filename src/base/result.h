// base/result.h - the one way a function in this product says "this may fail".
//
// Same member names as std::expected, so the day the toolchain has it in C++20 reach this file
// becomes an alias. It exists because tl::expected lacks [[nodiscard]] on the type.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <tl/expected.hpp>

namespace packtrail {

// Chosen by what the caller can do about it, not by where it came from.
enum class Errc : unsigned char {
  InvalidArgument,     // The request is wrong in itself; do not retry.
  NotFound,            // Nothing of that name exists, or the viewer may not see it.
  AlreadyExists,       // Same identity, other content; do not retry.
  FailedPrecondition,  // Wrong state (pack already decommissioned); fix the state first.
  PermissionDenied,    // The actor may not do this; another actor may.
  Aborted,             // Lost a race; retry the whole read-modify-write.
  Unavailable,         // Retry this same call, with back-off.
  ResourceExhausted,   // A named limit is reached; the message names it.
  DataLoss,            // A checksum or an invariant failed on stored data; page someone.
};

// What went wrong, for the person who has to mend it. `message` says what is wrong; the other
// texts are empty where they would add nothing.
struct Error {
  Errc code = Errc::InvalidArgument;
  std::string message;
  std::string field = {};                  // "product.gtin", a JSON pointer, "line 12", an AI.
  std::optional<std::size_t> offset = {};  // First offending byte within the field.
  std::size_t length = 0;               // Number of offending bytes; 0 when something is missing.
  std::string rule = {};                // The rule, with its source where it has one.
  std::string remedy = {};              // What to do.
  const char* file = __builtin_FILE();  // clang-14 has no std::source_location.
  int line = __builtin_LINE();

  // "product.gtin: check digit is 3, should be 2 (offset 13). Rule: ... Remedy: ...".
  [[nodiscard]] std::string to_text() const;
};

// "not_found", ...: stable, for machines.
[[nodiscard]] const char* to_string(Errc code);

template <class T, class E = Error>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  using error_type = E;

  template <class U = T>
  requires(std::is_constructible_v<tl::expected<T, E>, U&&> &&
           !std::is_same_v<std::remove_cvref_t<U>, Result>) Result(U&& value)
      : rep_(std::forward<U>(value)) {}  // NOLINT(google-explicit-constructor)
  Result(E error)
      : rep_(tl::make_unexpected(std::move(error))) {}  // NOLINT(google-explicit-constructor)
  Result() requires std::is_void_v<T>
  = default;

  [[nodiscard]] bool has_value() const noexcept { return rep_.has_value(); }
  explicit operator bool() const noexcept { return has_value(); }
  decltype(auto) operator*() const& {
    if constexpr (!std::is_void_v<T>) return *rep_;
  }
  decltype(auto) operator*() & {
    if constexpr (!std::is_void_v<T>) return *rep_;
  }
  decltype(auto) operator*() && {
    if constexpr (!std::is_void_v<T>) return *std::move(rep_);
  }
  auto operator->() const { return rep_.operator->(); }
  auto operator->() { return rep_.operator->(); }
  [[nodiscard]] const E& error() const& { return rep_.error(); }
  [[nodiscard]] E&& error() && { return std::move(rep_).error(); }

 private:
  tl::expected<T, E> rep_;
};

template <class E>
class [[nodiscard]] Result<void, E> {
 public:
  using value_type = void;
  using error_type = E;
  Result() = default;
  Result(E error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)
  [[nodiscard]] bool has_value() const noexcept { return !error_.has_value(); }
  explicit operator bool() const noexcept { return has_value(); }
  void operator*() const {}
  [[nodiscard]] const E& error() const& { return *error_; }
  [[nodiscard]] E&& error() && { return *std::move(error_); }

 private:
  std::optional<E> error_;
};

using Status = Result<void>;

}  // namespace packtrail

// Evaluates EXPR; on failure returns its error from the enclosing function, else yields the value.
#define PACKTRAIL_TRY(EXPR)                                                    \
  (__extension__({                                                             \
    auto packtrail_try_result = (EXPR);                                        \
    if (!packtrail_try_result) return std::move(packtrail_try_result).error(); \
    *std::move(packtrail_try_result);                                          \
  }))
