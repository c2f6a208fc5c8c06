#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace tagsmith::base {

/// Reads the members of an object that this program wrote. What is missing or wrong gives an empty
/// value, and the first such member is the answer of status(); so a reader asks once, at the end.
class JsonFields {
 public:
  explicit JsonFields(const Json& object) : object_(object) {}

  /// There, and not null.
  [[nodiscard]] bool has(std::string_view key) const;

  std::string text(std::string_view key);
  bool boolean(std::string_view key);
  const Json::List& list(std::string_view key);
  std::vector<std::string> texts(std::string_view key);

  template <typename Integer>
  Integer integer(std::string_view key) {
    if constexpr (std::is_unsigned_v<Integer>) {
      return static_cast<Integer>(unsigned_integer(key, std::numeric_limits<Integer>::max()));
    } else {
      return static_cast<Integer>(signed_integer(key, std::numeric_limits<Integer>::min(),
                                                 std::numeric_limits<Integer>::max()));
    }
  }

  /// Notes that a member is not what it should be.
  void fail(std::string_view key);

  /// kInvalidArgument naming the first member that failed.
  [[nodiscard]] Status status() const;

 private:
  const Json* find(std::string_view key);
  std::int64_t signed_integer(std::string_view key, std::int64_t min, std::int64_t max);
  std::uint64_t unsigned_integer(std::string_view key, std::uint64_t max);

  const Json& object_;
  std::optional<std::string> failed_;
};

}  // namespace tagsmith::base
