#include "membership/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "membership/memory_store_test.h"

namespace tagsmith::membership {
namespace {

using testing::HasSubstr;
using testing::Not;

// Three users of whom the feed knows: a has tag 5, b has 5 and 6, c had 5 and lost it.
void fill(MemoryStore& store) {
  const auto grant = [](const std::string& user, std::int32_t tag) {
    return ManualEdit{.user_id = user, .tag_id = tag, .actor = "ann"};
  };
  store
      .edit({.set = {grant("a", 5), grant("b", 5), grant("b", 6), grant("c", 5)},
             .stamp = {.time = 10}})
      .value();
  store.edit({.remove = {grant("c", 5)}, .stamp = {.time = 20}}).value();
}

TEST(Verify, AStoreIsWhatItsFeedSays) {
  MemoryStore store;
  EXPECT_TRUE(verify(store));
  fill(store);
  EXPECT_TRUE(verify(store));
}

TEST(Verify, NamesUsersThatSomebodyElseChanged) {
  MemoryStore store;
  fill(store);
  store.rows.at("a").tags.clear();
  store.put("stranger", {6}, 1);
  store.rows.erase("b");
  const base::Status verified = verify(store);
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().symbol, kStoreDrift);
  EXPECT_THAT(verified.error().message, HasSubstr("3 users"));
  for (const std::string user : {"'a'", "'b'", "'stranger'"}) {
    EXPECT_THAT(verified.error().message, HasSubstr(user));
  }
  EXPECT_THAT(verified.error().message, Not(HasSubstr("'c'")));
}

}  // namespace
}  // namespace tagsmith::membership
