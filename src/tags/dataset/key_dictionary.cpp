#include "dataset/key_dictionary.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <numeric>

#include "base/assert.h"

namespace tagsmith::dataset {
namespace {

constexpr UserNumber kFree = 0xFFFF'FFFF;
constexpr size_t kFirstSlots = 1024;
constexpr size_t kChunkBytes = size_t{1} << 20;

}  // namespace

KeyDictionary::KeyDictionary() : slots_(kFirstSlots, kFree) {}

UserNumber KeyDictionary::find_or_add(std::string_view key) {
  const size_t hash = std::hash<std::string_view>()(key);
  const size_t mask = slots_.size() - 1;
  size_t slot = hash & mask;
  for (; slots_[slot] != kFree; slot = (slot + 1) & mask) {
    const UserNumber user = slots_[slot];
    if (hashes_[user] == hash && keys_[user] == key) {
      return user;
    }
  }
  TAGSMITH_ASSERT(keys_.size() < kUsersMax);
  const auto user = static_cast<UserNumber>(keys_.size());
  keys_.push_back(keep(key));
  hashes_.push_back(hash);
  slots_[slot] = user;
  if (keys_.size() * 2 > slots_.size()) {
    grow();
  }
  return user;
}

std::vector<UserNumber> KeyDictionary::sorted() const {
  std::vector<UserNumber> users(keys_.size());
  std::iota(users.begin(), users.end(), UserNumber{0});
  std::ranges::sort(users, {}, [this](UserNumber user) { return keys_[user]; });
  return users;
}

std::string_view KeyDictionary::keep(std::string_view key) {
  if (chunks_.empty() || key.size() > chunk_left_) {
    chunk_left_ = std::max(kChunkBytes, key.size());
    chunks_.push_back(std::make_unique<char[]>(chunk_left_));
  }
  // A chunk fills from its end: what is left is its start.
  chunk_left_ -= key.size();
  char* place = chunks_.back().get() + chunk_left_;
  std::memcpy(place, key.data(), key.size());
  return {place, key.size()};
}

void KeyDictionary::grow() {
  std::vector<UserNumber> slots(slots_.size() * 2, kFree);
  const size_t mask = slots.size() - 1;
  for (UserNumber user = 0; user < keys_.size(); ++user) {
    size_t slot = hashes_[user] & mask;
    while (slots[slot] != kFree) {
      slot = (slot + 1) & mask;
    }
    slots[slot] = user;
  }
  slots_ = std::move(slots);
}

}  // namespace tagsmith::dataset
