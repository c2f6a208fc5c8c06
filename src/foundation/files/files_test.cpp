#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "base/interrupt.h"
#include "files/atomic_file.h"
#include "files/folder.h"
#include "files/line_reader.h"
#include "files/sha256.h"
#include "scratch/folder.h"

namespace tagsmith::files {
namespace {

using base::ErrorCode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Folder, ListsFilesAndFoldersByName) {
  const scratch::Folder made;
  const std::string folder = made.path();
  made.put("b.txt", "x");
  made.put("B.txt", "x");
  std::filesystem::create_directory(join(folder, "a"));
  std::filesystem::create_symlink("a", join(folder, "link"));
  std::filesystem::create_symlink("nowhere", join(folder, "dangling"));
  ASSERT_EQ(mkfifo(join(folder, "pipe").c_str(), 0600), 0);

  std::vector<std::string> found;
  const std::vector<Entry> entries = list_folder(folder).value();
  for (const Entry& entry : entries) {
    found.push_back(entry.name + (entry.is_folder ? "/" : ""));
  }
  EXPECT_THAT(found, ElementsAre("B.txt", "a/", "b.txt", "dangling", "link/"));
}

TEST(Folder, SaysWhyAFolderCannotBeListed) {
  const scratch::Folder made;
  const std::string folder = made.path();
  made.put("file", "x");
  EXPECT_EQ(list_folder(join(folder, "none")).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(list_folder(join(folder, "file")).error().code, ErrorCode::kInvalidArgument);
}

TEST(Folder, ReadsAFileUpToItsLimit) {
  const scratch::Folder made;
  const std::string path = join(made.path(), "file");
  const std::string bytes(200'000, 'x');
  made.put(path, bytes);
  EXPECT_EQ(read_file(path, bytes.size()).value(), bytes);
  EXPECT_EQ(read_file(path, bytes.size() - 1).error().code, ErrorCode::kResourceExhausted);
  EXPECT_EQ(read_file(path + "x", 10).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(read_file(made.path(), 10).error().code, ErrorCode::kInvalidArgument);
}

TEST(Folder, FindsPathsByPattern) {
  const scratch::Folder made;
  for (const std::string name : {"b1.csv", "a2.csv", "c.txt", ".d.csv", "[x].csv"}) {
    made.put(name, "x");
  }
  const auto names_of = [&](const std::string& pattern) {
    std::vector<std::string> names = matching_paths(join(made.path(), pattern)).value();
    for (std::string& name : names) {
      name = name.substr(made.path().size() + 1);
    }
    return names;
  };
  EXPECT_THAT(names_of("*.csv"), ElementsAre("[x].csv", "a2.csv", "b1.csv"));
  EXPECT_THAT(names_of("?[12].csv"), ElementsAre("a2.csv", "b1.csv"));
  EXPECT_THAT(names_of("[x].csv"), ElementsAre("[x].csv"));
  EXPECT_THAT(names_of("none*.csv"), IsEmpty());
  EXPECT_THAT(names_of("none.csv"), IsEmpty());
}

TEST(Folder, FindsFilesAtAnyDepth) {
  const scratch::Folder made;
  const std::string folder = made.path();
  for (const char* name : {"x.csv", "a/x.csv", "a/[b]/c/x.csv", "a/[b]/c/y.csv", ".no/x.csv"}) {
    made.put(name, "x");
  }
  std::filesystem::create_directory_symlink(folder + "/a", folder + "/a/again");
  const auto names_of = [&](const std::string& pattern) {
    std::vector<std::string> names = matching_paths(join(folder, pattern)).value();
    for (std::string& name : names) {
      name = name.substr(folder.size() + 1);
    }
    return names;
  };
  EXPECT_THAT(names_of("**/x.csv"), ElementsAre("a/[b]/c/x.csv", "a/x.csv", "x.csv"));
  EXPECT_THAT(names_of("a/**/c/*.csv"), ElementsAre("a/[b]/c/x.csv", "a/[b]/c/y.csv"));
  EXPECT_THAT(names_of("**/**/y.csv"), ElementsAre("a/[b]/c/y.csv"));
  EXPECT_THAT(names_of("none/**/x.csv"), IsEmpty());
  EXPECT_THAT(names_of("**.csv"), ElementsAre("x.csv"));
}

TEST(AtomicFile, AppearsWholeWithCommitOnly) {
  const scratch::Folder made;
  const std::string folder = made.path();
  const std::string path = join(folder, "out.txt");
  made.put(path, "before");
  AtomicFile file = AtomicFile::create(path).value();
  file.write("after").value();
  EXPECT_EQ(made.get(path), "before");
  file.commit().value();
  EXPECT_EQ(made.get(path), "after");
  EXPECT_THAT(list_folder(folder).value(), ElementsAre(Entry{"out.txt", false}));
}

TEST(AtomicFile, LeavesNothingWithoutACommit) {
  const scratch::Folder made;
  const std::string folder = made.path();
  {
    AtomicFile file = AtomicFile::create(join(folder, "out.txt")).value();
    AtomicFile moved = std::move(file);
    moved.write(std::string(1 << 20, 'x')).value();
    EXPECT_EQ(list_folder(folder).value().size(), 1u);
  }
  EXPECT_THAT(list_folder(folder).value(), IsEmpty());
}

TEST(AtomicFile, AWriterMayReplaceTheTemporaryFile) {
  const scratch::Folder made;
  const std::string path = join(made.path(), "out.txt");
  AtomicFile file = AtomicFile::create(path).value();
  made.put(file.temporary_path() + "2", "theirs");
  std::filesystem::rename(file.temporary_path() + "2", file.temporary_path());
  file.commit().value();
  EXPECT_EQ(made.get(path), "theirs");
}

unsigned mode_of(const std::string& path) {
  return static_cast<unsigned>(std::filesystem::status(path).permissions());
}

TEST(AtomicFile, WritesThroughLinks) {
  const scratch::Folder made;
  const std::string folder = made.path();
  std::filesystem::create_directory(join(folder, "real"));
  std::filesystem::create_symlink("second", join(folder, "first"));
  std::filesystem::create_symlink("real/out.txt", join(folder, "second"));
  for (const std::string bytes : {"made through a dangling link", "replaced"}) {
    AtomicFile file = AtomicFile::create(join(folder, "first")).value();
    EXPECT_THAT(file.temporary_path(), HasSubstr("/real/.out.txt.tmp-"));
    file.write(bytes).value();
    file.commit().value();
    EXPECT_EQ(made.get("real/out.txt"), bytes);
  }
  EXPECT_TRUE(std::filesystem::is_symlink(join(folder, "first")));
  EXPECT_TRUE(std::filesystem::is_symlink(join(folder, "second")));
  EXPECT_THAT(list_folder(join(folder, "real")).value(), ElementsAre(Entry{"out.txt", false}));

  std::filesystem::create_symlink("circle", join(folder, "circle"));
  EXPECT_EQ(AtomicFile::create(join(folder, "circle")).error().code, ErrorCode::kInvalidArgument);
}

TEST(AtomicFile, KeepsTheModeOfTheFileItReplaces) {
  const scratch::Folder made;
  const std::string path = join(made.path(), "out.txt");
  for (const unsigned mode : {0600u, 0640u, 0664u, 0444u}) {
    SCOPED_TRACE(mode);
    made.put(path, "before");
    std::filesystem::permissions(path, std::filesystem::perms{mode});
    AtomicFile file = AtomicFile::create(path).value();
    EXPECT_EQ(mode_of(file.temporary_path()), 0600u);  // never wider on its way
    file.write("after").value();
    file.commit().value();
    EXPECT_EQ(mode_of(path), mode);
    std::filesystem::remove(path);
  }
  const mode_t before = umask(0027);
  AtomicFile file = AtomicFile::create(path).value();
  umask(before);
  file.commit().value();
  EXPECT_EQ(mode_of(path), 0640u);  // a new file has what the process gives
}

TEST(AtomicFile, RefusesWhatCannotBeAFile) {
  const scratch::Folder made;
  const std::string folder = made.path();
  made.put("file", "x");
  EXPECT_EQ(AtomicFile::create(folder).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(AtomicFile::create(folder + "/").error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(AtomicFile::create("").error().code, ErrorCode::kInvalidArgument);
  ASSERT_EQ(mkfifo(join(folder, "pipe").c_str(), 0600), 0);
  EXPECT_EQ(AtomicFile::create(join(folder, "pipe")).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(AtomicFile::create(folder + "/no/file").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(AtomicFile::create(folder + "/file/x").error().code, ErrorCode::kInvalidArgument);
}

TEST(AtomicFile, ASecondInterruptLeavesNothing) {
  const scratch::Folder made;
  const auto interrupt_twice = [&] {
    base::catch_interrupts();
    AtomicFile file = AtomicFile::create(join(made.path(), "out.txt")).value();
    const AtomicFile moved = std::move(file);
    std::raise(SIGINT);
    if (base::interrupted() && list_folder(made.path()).value().size() == 1) {
      std::raise(SIGINT);
    }
    std::_Exit(1);
  };
  EXPECT_EXIT(interrupt_twice(), testing::ExitedWithCode(130), "");
  EXPECT_THAT(list_folder(made.path()).value(), IsEmpty());
}

TEST(AtomicFolder, AppearsWholeWithCommitOnly) {
  const scratch::Folder made;
  const std::string path = join(made.path(), "out");
  const auto fill = [&](const std::string& name) {
    AtomicFolder folder = AtomicFolder::create(name).value();
    made.put(join(folder.temporary_path(), "file"), "x");
    return folder;
  };
  fill(path);
  EXPECT_THAT(list_folder(made.path()).value(), IsEmpty());
  fill(path + "/").commit().value();
  EXPECT_THAT(list_folder(made.path()).value(), ElementsAre(Entry{"out", true}));
  EXPECT_EQ(made.get(join(path, "file")), "x");
}

TEST(AtomicFolder, ReplacesNothingButAnEmptyFolder) {
  const scratch::Folder made;
  const std::string path = join(made.path(), "out");
  std::filesystem::create_directory(path);
  std::filesystem::permissions(path, std::filesystem::perms{0700});
  std::filesystem::create_symlink("out", join(made.path(), "link"));
  AtomicFolder first = AtomicFolder::create(join(made.path(), "link/")).value();
  first.commit().value();
  EXPECT_EQ(mode_of(path), 0700u);
  EXPECT_TRUE(std::filesystem::is_symlink(join(made.path(), "link")));

  AtomicFolder late = AtomicFolder::create(path).value();
  made.put(join(path, "file"), "x");
  EXPECT_EQ(late.commit().error().code, ErrorCode::kConflict);
  EXPECT_EQ(AtomicFolder::create(path).error().code, ErrorCode::kConflict);
  EXPECT_EQ(AtomicFolder::create(join(path, "file")).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(AtomicFolder::create(".").error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(AtomicFolder::create("").error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(AtomicFolder::create(join(path, "no/folder")).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(made.get(join(path, "file")), "x");
}

// A limit on the size of files stands for a full disk: the call fails in the same place.
TEST(AtomicFile, AFullDiskIsAnErrorThatNamesTheFileAndLeavesNothing) {
  const scratch::Folder made;
  const std::string folder = made.path();
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{.rlim_cur = 1 << 20, .rlim_max = before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  {
    AtomicFile file = AtomicFile::create(join(folder, "out.txt")).value();
    const base::Status status = file.write(std::string(2 << 20, 'x'));
    setrlimit(RLIMIT_FSIZE, &before);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::kUnavailable);
    EXPECT_THAT(status.error().message, HasSubstr("out.txt"));
  }
  EXPECT_THAT(list_folder(folder).value(), IsEmpty());
}

TEST(AtomicFile, MayBeForItsOwnerOnly) {
  const scratch::Folder folder;
  const std::string path = join(folder.path(), "private");
  AtomicFile file = AtomicFile::create(path, Access::kOwnerOnly).value();
  file.write("x").value();
  file.commit().value();
  struct stat status{};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST(Folder, TheStatusOfAFileIsItsSizeAndTime) {
  const scratch::Folder folder;
  const std::string path = join(folder.path(), "a");
  folder.put(path, "four");
  const timespec times[] = {{.tv_sec = 5, .tv_nsec = 0}, {.tv_sec = 1'763'807'400, .tv_nsec = 7}};
  ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  EXPECT_EQ(file_status(path).value(),
            (FileStatus{.bytes = 4, .modified_nanos = 1'763'807'400'000'000'007}));
  EXPECT_EQ(file_status(join(folder.path(), "b")).error().code, ErrorCode::kNotFound);
}

// The vectors of FIPS 180-2, and a text in pieces.
TEST(Sha256, IsTheOneOfTheStandard) {
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 hash;
  hash.add("a");
  hash.add("");
  hash.add("bc");
  EXPECT_EQ(hash.finish(), sha256("abc"));
}

std::vector<std::string> lines_of(const std::string& bytes, size_t line_bytes_max = 1 << 20) {
  const scratch::Folder folder;
  const std::string path = join(folder.path(), "lines");
  folder.put(path, bytes);
  LineReader reader = LineReader::open(path, line_bytes_max).value();
  std::vector<std::string> lines;
  for (;;) {
    const auto line = reader.next();
    if (!line) {
      lines.push_back("error: " + line.error().message);
      return lines;
    }
    if (!*line) {
      break;
    }
    lines.emplace_back(**line);
  }
  if (reader.ended_in_a_line()) {
    lines.emplace_back("(cut)");
  }
  return lines;
}

TEST(LineReader, GivesLinesAndTellsWhenTheLastOneWasCut) {
  EXPECT_THAT(lines_of(""), IsEmpty());
  EXPECT_THAT(lines_of("a\n\nb\n"), ElementsAre("a", "", "b"));
  EXPECT_THAT(lines_of("a\nb"), ElementsAre("a", "b", "(cut)"));
  const std::string wide(700'000, 'x');  // more than is read at once
  EXPECT_THAT(lines_of("a\n" + wide + "\nb\n"), ElementsAre("a", wide, "b"));
  EXPECT_THAT(lines_of(wide + "\n", 1000), ElementsAre(HasSubstr("more than 1000 bytes")));
}

TEST(LineReader, AFolderAndNothingAreErrors) {
  const scratch::Folder folder;
  EXPECT_EQ(LineReader::open(folder.path(), 9).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(LineReader::open(join(folder.path(), "no"), 9).error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace tagsmith::files
