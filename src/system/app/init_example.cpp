#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "app/embedded_files.h"
#include "app/generate.h"
#include "app/init.h"
#include "base/assert.h"
#include "base/language.h"
#include "base/problem.h"
#include "files/folder.h"
#include "files/sha256.h"

namespace tagsmith::app {
namespace {

constexpr std::string_view kPurchases = "CDNOW_master.txt";
constexpr size_t kPurchasesBytesMax = size_t{64} << 20;
constexpr std::uint64_t kSeedUsers = 1000;

// Writes the embedded files of a folder of the source, those that start with `below`.
base::Status write_embedded(const std::string& folder, const std::string& source,
                            std::string_view below) {
  for (const EmbeddedFile& file : embedded_files()) {
    if (file.path.starts_with(source + std::string(below))) {
      TAGSMITH_TRY(write_new_file(folder, file.path.substr(source.size()), file.text));
    }
  }
  return {};
}

// "SUM  NAME" a line, as sha256sum writes it.
std::string_view pinned_sum() {
  for (const EmbeddedFile& file : embedded_files()) {
    const size_t name =
        file.path.ends_with("cdnow.sha256") ? file.text.find(kPurchases) : std::string_view::npos;
    constexpr size_t kSumLength = 64;
    constexpr size_t kBlanks = 2;
    if (name != std::string_view::npos && name >= kSumLength + kBlanks) {
      return file.text.substr(name - kBlanks - kSumLength, kSumLength);
    }
  }
  TAGSMITH_ASSERT(false && "the pinned sum is compiled in");
  return {};
}

// Where tools/setup puts the purchases.
std::string cached_purchases() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
    return std::string(value == nullptr ? "" : value);
  };
  std::string cache = variable("TAGSMITH_CACHE");
  if (cache.empty()) {
    cache = variable("HOME") + "/.cache/tagsmith";
  }
  return fmt::format("{}/data/cdnow/{}", cache, kPurchases);
}

base::Result<std::string> read_purchases(const std::string& given) {
  const std::string path = given.empty() ? cached_purchases() : given;
  constexpr std::string_view kWhatToDo = base::marked(
      "`make setup` in Tagsmith's source folder fetches them; or name the file with --data: it is "
      "lifetimes/datasets/CDNOW_master.txt of the Python package Lifetimes 0.11.3. --example seed "
      "needs no data");
  auto text = files::read_file(path, kPurchasesBytesMax);
  if (!text) {
    base::Error error =
        std::move(text).error().while_doing(base::tr("the purchases of the example shop"));
    error.hint = base::tr(kWhatToDo);
    return error;
  }
  const std::string sum = files::sha256(*text);
  if (sum != pinned_sum()) {
    base::Error error = base::invalid_argument(
        base::message("the purchases of the example shop: {} is another file: its sha256 is {} and "
                      "not {}",
                      base::quote(path, path.size()), sum, pinned_sum()));
    error.hint = base::tr(kWhatToDo);
    return error;
  }
  return text;
}

}  // namespace

base::Status write_schemas(const std::string& folder) {
  return write_embedded(folder, "examples/seed/", "schema/");
}

base::Result<NewProject> write_shop(const std::string& folder, const InitOptions& options) {
  const std::string purchases = TAGSMITH_TRY(read_purchases(options.data));
  TAGSMITH_TRY(write_embedded(folder, "examples/shop/", ""));
  TAGSMITH_TRY(write_new_file(folder, fmt::format("raw/{}", kPurchases), purchases));
  return NewProject{.as_of = "1998-06-30"};
}

base::Result<NewProject> write_seed(const std::string& folder, const InitOptions& options) {
  const std::string day = GenerateOptions().day;
  TAGSMITH_TRY(write_embedded(folder, "examples/seed/", ""));
  TAGSMITH_TRY(write_seed_tables(files::join(folder, "warehouse/v1"),
                                 options.users.value_or(kSeedUsers), day));
  return NewProject{.as_of = day};
}

}  // namespace tagsmith::app
