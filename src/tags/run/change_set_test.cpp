#include "run/change_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "files/folder.h"

namespace tagsmith::run {
namespace {

using membership::RuleResult;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;

class ChangeSet : public testing::Test {
 public:
  ChangeSet()
      : path((std::filesystem::path(testing::TempDir()) /
              ("change_set-" + std::to_string(getpid()) + ".changes"))
                 .string()) {}
  ~ChangeSet() override { std::filesystem::remove(path); }
  ChangeSet(const ChangeSet&) = delete;
  ChangeSet& operator=(const ChangeSet&) = delete;

 protected:
  std::string write(const std::vector<RuleResult>& users) {
    const auto writer = write_change_set(path, "{}").value();
    for (const RuleResult& user : users) {
      writer->append(user).value();
    }
    return writer->finish().value();
  }

  std::vector<std::vector<RuleResult>> chunks(const std::string& hash) {
    const auto reader = read_change_set(path, hash).value();
    std::vector<std::vector<RuleResult>> all;
    for (;;) {
      auto chunk = reader->next_chunk().value();
      if (chunk.empty()) {
        EXPECT_THAT(reader->next_chunk().value(), IsEmpty());
        return all;
      }
      all.push_back(std::move(chunk));
    }
  }

  std::string path;
};

TEST_F(ChangeSet, IsReadBackAsItWasWritten) {
  const std::vector<RuleResult> users = {
      {.user_id = "a\n\"b\"",
       .tags = {5, 7},
       .evidence = {{5, R"({"age":19,"level":null})", "age >= 18"}, {7, "null", ""}}},
      {.user_id = "brackets",
       .tags = {8},
       .evidence = {{8, R"({"note":"],}\"[{","list":["a,b",null]})", "note = '\"\\],}'"}}},
      {.user_id = "gone", .in_input = false},
      {.user_id = "é", .tags = {7}}};
  const std::string hash = write(users);
  EXPECT_EQ(hash.size(), 64u);
  EXPECT_EQ(write(users), hash) << "the same changes are the same bytes";
  const auto all = chunks(hash);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_THAT(all[0], ElementsAreArray(users));
  EXPECT_EQ(files::read_file(path, 1 << 20)->substr(0, 25), R"({"change_set":1,"pins":"4)");
}

TEST_F(ChangeSet, WithoutUsersIsEmpty) { EXPECT_THAT(chunks(write({})), IsEmpty()); }

TEST_F(ChangeSet, ComesInChunksOfManyRowsOrManyBytes) {
  std::vector<RuleResult> users(kChunkRows + 1);
  for (size_t i = 0; i < users.size(); ++i) {
    users[i].user_id = "u" + std::to_string(100'000 + i);
  }
  const auto by_rows = chunks(write(users));
  ASSERT_EQ(by_rows.size(), 2u);
  EXPECT_EQ(by_rows[0].size(), kChunkRows);
  EXPECT_EQ(by_rows[1].front(), users.back());

  users.resize(3);
  for (RuleResult& user : users) {
    user.evidence = {{5, "null", std::string(kChunkBytes / 2 + 1, 'x')}};
  }
  const auto by_bytes = chunks(write(users));
  ASSERT_EQ(by_bytes.size(), 2u);
  EXPECT_EQ(by_bytes[0].size(), 2u);
}

TEST_F(ChangeSet, AChangedOrCutOrMissingFileIsRefused) {
  const std::string hash = write({{.user_id = "a", .tags = {5}}});
  const std::string bytes = *files::read_file(path, 1 << 20);
  const auto refused = [&](const std::string& now) {
    std::ofstream(path) << now;
    const auto reader = read_change_set(path, hash);
    EXPECT_FALSE(reader);
    return reader ? "" : reader.error().symbol + " " + reader.error().message;
  };
  EXPECT_THAT(refused(bytes + "x\n"), HasSubstr("E_CHANGE_SET"));
  EXPECT_THAT(refused(bytes.substr(0, bytes.size() - 1)), HasSubstr("its hash differs"));
  EXPECT_THAT(refused(bytes.substr(0, 40)), HasSubstr("its hash differs"));
  std::filesystem::remove(path);
  EXPECT_THAT(read_change_set(path, hash).error().message, HasSubstr("is missing"));
  EXPECT_EQ(read_change_set(path, hash).error().symbol, kChangeSetBroken);
}

TEST_F(ChangeSet, AnIdThatIsNoUtf8IsRefused) {
  const auto writer = write_change_set(path, "{}").value();
  EXPECT_EQ(writer->append({.user_id = "\xff"}).error().symbol, "E_DATA_KEY");
  EXPECT_TRUE(writer->append({.user_id = "\xEF\xBF\xBD"}));
}

}  // namespace
}  // namespace tagsmith::run
