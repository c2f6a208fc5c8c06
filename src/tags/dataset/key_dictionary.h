#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace tagsmith::dataset {

/// A user's number: 0 for the first key that was added, then 1, ...
using UserNumber = std::uint32_t;

/// Users of one data set; the number after the last.
inline constexpr size_t kUsersMax = 0xFFFF'FFFE;

/// Gives every distinct key a number. The texts of the keys stay where they are until the
/// dictionary is destroyed. Not thread-safe.
class KeyDictionary {
 public:
  KeyDictionary();

  [[nodiscard]] size_t size() const { return keys_.size(); }
  [[nodiscard]] std::string_view key(UserNumber user) const { return keys_[user]; }

  /// The number of `key`, a new one if it was not there. size() must be below kUsersMax.
  UserNumber find_or_add(std::string_view key);

  /// All users in the order of the bytes of their keys.
  [[nodiscard]] std::vector<UserNumber> sorted() const;

 private:
  std::string_view keep(std::string_view key);
  void grow();

  std::vector<std::string_view> keys_;  // by number
  std::vector<size_t> hashes_;          // by number
  std::vector<UserNumber> slots_;       // open addressing; a power of two, at most half full
  std::vector<std::unique_ptr<char[]>> chunks_;
  size_t chunk_left_ = 0;
};

}  // namespace tagsmith::dataset
