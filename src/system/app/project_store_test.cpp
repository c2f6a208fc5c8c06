#include "app/project_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scratch/folder.h"

namespace tagsmith::app {
namespace {

using testing::HasSubstr;

const std::string kHash = "0123456789abcdef0123456789abcdef01234567";

TEST(GitCommit, IsTheBranchsNewestOne) {
  const scratch::Folder folder;
  folder.put("shop/tags/value.yaml", "");
  EXPECT_EQ(git_commit(folder.path("shop/tags")), "");
  folder.put(".git/HEAD", "ref: refs/heads/main\n");
  EXPECT_EQ(git_commit(folder.path("shop/tags")), "") << "a branch without a commit";
  folder.put(".git/refs/heads/main", kHash + "\n");
  EXPECT_EQ(git_commit(folder.path("shop/tags")), kHash);
}

TEST(GitCommit, IsFoundWhereGitPacksItsBranches) {
  const scratch::Folder folder;
  folder.put(".git/HEAD", "ref: refs/heads/main\n");
  folder.put(".git/packed-refs", "# pack-refs with: peeled\n" + std::string(40, 'a') +
                                     " refs/heads/other-main\n" + kHash + " refs/heads/main\n");
  EXPECT_EQ(git_commit(folder.path()), kHash);
}

TEST(GitCommit, IsFoundFromAFurtherWorkTree) {
  const scratch::Folder folder;
  folder.put("work/.git", "gitdir: ../repository/worktrees/work\n");
  folder.put("repository/worktrees/work/HEAD", "ref: refs/heads/main\n");
  folder.put("repository/worktrees/work/commondir", "../..\n");
  folder.put("repository/refs/heads/main", kHash);
  EXPECT_EQ(git_commit(folder.path("work")), kHash);
}

TEST(GitCommit, IsNothingThatIsNoHash) {
  const scratch::Folder folder;
  folder.put(".git/HEAD", "0123\n");
  EXPECT_EQ(git_commit(folder.path()), "");
  folder.put(".git/HEAD", kHash + "\n");
  EXPECT_EQ(git_commit(folder.path()), kHash);
}

TEST(OpenStore, MakesTheStoreOnlyWhereItMay) {
  const scratch::Folder folder;
  const std::string url = "sqlite:" + folder.path("tags.db");
  EXPECT_EQ(open_store(url, /*create=*/false).error().code, base::ErrorCode::kNotFound);
  EXPECT_TRUE(folder.names().empty());
  EXPECT_TRUE(open_store(url, /*create=*/true).has_value());
  EXPECT_TRUE(open_store(url, /*create=*/false).has_value());
}

TEST(OpenStore, SaysWhatToWriteWhereNoStoreIsNamed) {
  EXPECT_THAT(open_store("", /*create=*/true).error().hint, HasSubstr("store: sqlite:"));
  EXPECT_EQ(open_store("oracle:x", /*create=*/true).error().symbol, "E_STORE_URL");
}

}  // namespace
}  // namespace tagsmith::app
