#pragma once

#include <optional>
#include <utility>
#include <variant>

#include "base/assert.h"
#include "base/error.h"
#include "base/problem.h"

namespace tagsmith::base {

/// A value of T, or the E that says why there is none. Names follow std::expected, which our
/// compilers do not both have. Reading the side that is not there is a bug and stops the process.
template <typename T, typename E = Error>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  using error_type = E;

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(*-explicit-*)
  Result(E error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(*-explicit-*)

  [[nodiscard]] bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& value() & {
    TAGSMITH_ASSERT(has_value());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    TAGSMITH_ASSERT(has_value());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    TAGSMITH_ASSERT(has_value());
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  E& error() & {
    TAGSMITH_ASSERT(!has_value());
    return *std::get_if<1>(&state_);
  }
  const E& error() const& {
    TAGSMITH_ASSERT(!has_value());
    return *std::get_if<1>(&state_);
  }
  E&& error() && {
    TAGSMITH_ASSERT(!has_value());
    return std::move(*std::get_if<1>(&state_));
  }

 private:
  std::variant<T, E> state_;
};

/// Success, or an Error.
class [[nodiscard]] Status {
 public:
  using error_type = Error;

  Status() = default;
  Status(Error error) : error_(std::move(error)) {}  // NOLINT(*-explicit-*)

  [[nodiscard]] bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }
  void value() const { TAGSMITH_ASSERT(has_value()); }

  const Error& error() const& {
    TAGSMITH_ASSERT(error_.has_value());
    return *error_;
  }
  Error&& error() && {
    TAGSMITH_ASSERT(error_.has_value());
    return std::move(*error_);
  }

 private:
  std::optional<Error> error_;
};

}  // namespace tagsmith::base

/// The value of `expression` (a Result or Status), or a return of its error from this function.
/// A GNU statement expression; it does not nest.
#define TAGSMITH_TRY(expression)                     \
  __extension__({                                    \
    auto tagsmith_try_result = (expression);         \
    if (!tagsmith_try_result.has_value()) {          \
      return std::move(tagsmith_try_result).error(); \
    }                                                \
    std::move(tagsmith_try_result).value();          \
  })
