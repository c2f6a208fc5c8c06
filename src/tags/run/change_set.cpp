#include "run/change_set.h"

#include <fmt/format.h>

#include <utility>

#include "base/json.h"
#include "base/json_fields.h"
#include "base/problem.h"
#include "files/atomic_file.h"
#include "files/line_reader.h"
#include "files/sha256.h"
#include "run/json_internal.h"

namespace tagsmith::run {
namespace {

using membership::Evidence;
using membership::RuleResult;

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

base::Error broken(const std::string& path, std::string_view why) {
  return {.code = base::ErrorCode::kInvalidArgument,
          .message = fmt::format("the change set {} {}", base::quote(path, path.size()), why),
          .symbol = std::string(kChangeSetBroken),
          .path = path,
          .hint = "abandon its run and plan again"};
}

std::string to_json(const Evidence& evidence) {
  return fmt::format(R"({{"tag_id":{},"value":{},"reason":{}}})", evidence.tag_id, evidence.value,
                     base::json_quoted(evidence.reason));
}

std::string to_json(const RuleResult& user) {
  std::string out = fmt::format(
      R"({{"user_id":{},"in_input":{},"tags":{})", base::json_quoted(user.user_id), user.in_input,
      json_list(user.tags, [](std::int32_t tag) { return std::to_string(tag); }));
  if (!user.evidence.empty()) {
    out += R"(,"evidence":)" +
           json_list(user.evidence, [](const Evidence& evidence) { return to_json(evidence); });
  }
  return out + "}";
}

base::Result<RuleResult> parse_user(std::string_view line) {
  const base::Json object = TAGSMITH_TRY(parse_object(line, "line"));
  base::JsonFields fields(object);
  RuleResult user{.user_id = fields.text("user_id"), .in_input = fields.boolean("in_input")};
  for (const base::Json& tag : fields.list("tags")) {
    user.tags.push_back(tag.number() == nullptr ? 0 : std::atoi(tag.number()->text.c_str()));
  }
  if (fields.has("evidence")) {
    for (const base::Json& one : fields.list("evidence")) {
      base::JsonFields of_tag(one);
      const base::Json* value = one.find("value");
      user.evidence.push_back({.tag_id = of_tag.integer<std::int32_t>("tag_id"),
                               .value = value == nullptr ? "null" : base::to_text(*value),
                               .reason = of_tag.text("reason")});
      TAGSMITH_TRY(of_tag.status());
    }
  }
  TAGSMITH_TRY(fields.status());
  return user;
}

class FileWriter final : public ChangeSetWriter {
 public:
  explicit FileWriter(files::AtomicFile file) : file_(std::move(file)) {}

  base::Status start(const std::string& pins_json) {
    return write(fmt::format("{{\"change_set\":1,\"pins\":\"{}\"}}\n", files::sha256(pins_json)));
  }

  base::Status append(const RuleResult& user) override {
    const std::string line = to_json(user) + "\n";
    // The id would come back as another one.
    if (user.user_id.find(kReplacement) == std::string::npos &&
        line.find(kReplacement) < line.find(R"(,"in_input")")) {
      return base::Error{
          .code = base::ErrorCode::kInvalidArgument,
          .message = fmt::format("the user id {} is no UTF-8", base::quote(user.user_id)),
          .symbol = "E_DATA_KEY",
          .hint = "give ids in UTF-8"};
    }
    ++users_;
    return write(line);
  }

  base::Result<std::string> finish() override {
    TAGSMITH_TRY(write(fmt::format("{{\"users\":{}}}\n", users_)));
    TAGSMITH_TRY(file_.commit());
    return hash_.finish();
  }

 private:
  base::Status write(std::string_view line) {
    hash_.add(line);
    return file_.write(line);
  }

  files::AtomicFile file_;
  files::Sha256 hash_;
  std::uint64_t users_ = 0;
};

base::Result<files::LineReader> open(const std::string& path) {
  auto reader = files::LineReader::open(path, base::kJsonBytesMax);
  if (!reader && reader.error().code == base::ErrorCode::kNotFound) {
    return broken(path, "is missing");
  }
  return reader;
}

class FileReader final : public ChangeSetReader {
 public:
  FileReader(std::string path, files::LineReader lines)
      : path_(std::move(path)), lines_(std::move(lines)) {}

  base::Result<std::vector<RuleResult>> next_chunk() override {
    std::vector<RuleResult> chunk;
    size_t bytes = 0;
    while (!at_end_ && chunk.size() < kChunkRows && bytes < kChunkBytes) {
      const auto line = TAGSMITH_TRY(lines_.next());
      if (!line) {
        return broken(path_, "ends before its last line");
      }
      if (line->starts_with(R"({"users":)")) {
        at_end_ = true;
        break;
      }
      auto user = parse_user(*line);
      if (!user) {
        return broken(path_, fmt::format("cannot be read: {}", user.error().message));
      }
      bytes += line->size();
      chunk.push_back(std::move(*user));
    }
    return chunk;
  }

 private:
  std::string path_;
  files::LineReader lines_;
  bool at_end_ = false;
};

}  // namespace

base::Result<std::unique_ptr<ChangeSetWriter>> write_change_set(const std::string& path,
                                                                const std::string& pins_json) {
  auto writer = std::make_unique<FileWriter>(
      TAGSMITH_TRY(files::AtomicFile::create(path, files::Access::kOwnerOnly)));
  TAGSMITH_TRY(writer->start(pins_json));
  return std::unique_ptr<ChangeSetWriter>(std::move(writer));
}

base::Result<std::unique_ptr<ChangeSetReader>> read_change_set(const std::string& path,
                                                               const std::string& hash) {
  // All of it before any of it is used: what a user of it writes cannot be taken back.
  files::LineReader whole = TAGSMITH_TRY(open(path));
  files::Sha256 sum;
  for (;;) {
    const auto line = TAGSMITH_TRY(whole.next());
    if (!line) {
      break;
    }
    sum.add(*line);
    sum.add(whole.ended_in_a_line() ? "" : "\n");
  }
  if (sum.finish() != hash) {
    return broken(path, "is not the one that was planned: its hash differs");
  }
  files::LineReader lines = TAGSMITH_TRY(open(path));
  TAGSMITH_TRY(lines.next());  // the header
  return std::unique_ptr<ChangeSetReader>(std::make_unique<FileReader>(path, std::move(lines)));
}

}  // namespace tagsmith::run
