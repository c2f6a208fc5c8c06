#include "app/project_store.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "app/wiring.h"
#include "app/work.h"
#include "base/language.h"
#include "files/folder.h"

namespace tagsmith::app {
namespace {

constexpr size_t kGitFileBytesMax = size_t{64} << 20;  // packed-refs of the largest repositories

std::string trimmed(const std::string& text) {
  const size_t end = text.find_last_not_of(" \t\r\n");
  return end == std::string::npos ? std::string() : text.substr(0, end + 1);
}

// What a file of git says; empty where it cannot be read.
std::string git_file(const std::string& path) {
  const auto text = files::read_file(path, kGitFileBytesMax);
  return text ? trimmed(*text) : std::string();
}

bool is_hash(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string resolved(const std::string& folder, const std::string& path) {
  return path.starts_with('/') ? path : files::join(folder, path);
}

// The folder with git's HEAD: ".git", or where the file ".git" of a further work tree points.
std::optional<std::string> git_folder(const std::string& start) {
  std::error_code ignored;  // what cannot be looked at is no folder of git
  for (auto folder = std::filesystem::absolute(start, ignored);; folder = folder.parent_path()) {
    std::string git = files::join(folder.string(), ".git");
    if (std::filesystem::is_directory(git, ignored)) {
      return git;
    }
    constexpr std::string_view kPointer = "gitdir: ";
    if (const std::string text = git_file(git); text.starts_with(kPointer)) {
      return resolved(folder.string(), text.substr(kPointer.size()));
    }
    if (folder == folder.parent_path()) {
      return std::nullopt;
    }
  }
}

// Lines of packed-refs: "HASH NAME".
std::string packed_ref(const std::string& packed, const std::string& name) {
  const std::string wanted = " " + name;
  for (size_t start = 0; start < packed.size();) {
    const size_t end = std::min(packed.find('\n', start), packed.size());
    const std::string line = packed.substr(start, end - start);
    if (line.ends_with(wanted)) {
      return line.substr(0, line.size() - wanted.size());
    }
    start = end + 1;
  }
  return {};
}

}  // namespace

base::Result<std::unique_ptr<store::Store>> open_store(const std::string& store_url, bool create) {
  if (store_url.empty()) {
    return base::Error{.code = base::ErrorCode::kInvalidArgument,
                       .message = base::tr("the project names no store"),
                       .symbol = "E_STORE_URL",
                       .path = "tagsmith.yaml",
                       .hint = base::tr("add a line: 'store: sqlite:tags.db'")};
  }
  return store::open(TAGSMITH_TRY(make_database(store_url)), create);
}

base::Result<std::string> changes_path(store::Store& store, std::int64_t run_id) {
  const membership::StoreMark mark = TAGSMITH_TRY(store.tags().mark());
  return files::join(std::string(kStateFolder),
                     fmt::format("runs/{}-{}.changes", mark.store_id, run_id));
}

std::string actor_of(const std::string& option) {
  if (!option.empty()) {
    return option;
  }
  const char* user = std::getenv("USER");  // NOLINT(concurrency-mt-unsafe): nobody sets any
  return user != nullptr && *user != '\0' ? user : "unknown";
}

std::string git_commit(const std::string& folder) {
  const std::optional<std::string> git = git_folder(folder);
  if (!git) {
    return {};
  }
  constexpr std::string_view kReference = "ref: ";
  std::string commit = git_file(files::join(*git, "HEAD"));
  if (commit.starts_with(kReference)) {
    const std::string name = commit.substr(kReference.size());
    const std::string common = git_file(files::join(*git, "commondir"));
    const std::string shared = common.empty() ? *git : resolved(*git, common);
    commit = git_file(files::join(*git, name));
    if (commit.empty()) {
      commit = git_file(files::join(shared, name));
    }
    if (commit.empty()) {
      commit = packed_ref(git_file(files::join(shared, "packed-refs")), name);
    }
  }
  return is_hash(commit) ? commit : std::string();
}

}  // namespace tagsmith::app
