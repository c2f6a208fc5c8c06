#include "run/change_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "base/json.h"
#include "base/language.h"
#include "base/problem.h"
#include "catalog/json_slices.h"
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
          .message = base::message("the change set {} {}", base::quote(path, path.size()), why),
          .symbol = std::string(kChangeSetBroken),
          .path = path,
          .hint = base::tr("abandon its run and plan again")};
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

// A line is ours to the byte, the hash of the file says so. Most of it is evidence, which is only
// handed on: it is cut out as it stands, since reading it takes longer than all else.

base::Error unreadable(std::string_view text) {
  return base::invalid_argument(base::message("what is {}", base::quote(text)));
}

using Members = std::vector<catalog::MemberSlice>;

base::Result<Members> members_of(std::string_view text) {
  auto members = catalog::member_slices(text);
  return members ? base::Result<Members>(*std::move(members)) : unreadable(text);
}

base::Result<std::vector<std::string_view>> elements_of(std::string_view text) {
  auto elements = catalog::list_slices(text);
  return elements ? base::Result<std::vector<std::string_view>>(*std::move(elements))
                  : unreadable(text);
}

// The text of a member; empty where there is none.
std::string_view member(const Members& members, std::string_view quoted_key) {
  const auto found = std::ranges::find(members, quoted_key, &catalog::MemberSlice::first);
  return found == members.end() ? std::string_view() : found->second;
}

base::Result<std::string> read_text(std::string_view text) {
  if (text.size() >= 2 && text.find('\\') == std::string_view::npos) {
    return std::string(text.substr(1, text.size() - 2));
  }
  const auto json = base::parse_json(text);
  return json && json->text() != nullptr ? base::Result<std::string>(*json->text())
                                         : unreadable(text);
}

base::Result<std::int32_t> read_tag_id(std::string_view text) {
  std::int32_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  return error == std::errc() && end == text.data() + text.size() ? base::Result<std::int32_t>(id)
                                                                  : unreadable(text);
}

base::Result<Evidence> parse_evidence(std::string_view text) {
  const Members members = TAGSMITH_TRY(members_of(text));
  return Evidence{.tag_id = TAGSMITH_TRY(read_tag_id(member(members, R"("tag_id")"))),
                  .value = std::string(member(members, R"("value")")),
                  .reason = TAGSMITH_TRY(read_text(member(members, R"("reason")")))};
}

base::Result<RuleResult> parse_user(std::string_view line) {
  const Members members = TAGSMITH_TRY(members_of(line));
  RuleResult user{.user_id = TAGSMITH_TRY(read_text(member(members, R"("user_id")"))),
                  .in_input = member(members, R"("in_input")") == "true"};
  for (const std::string_view tag : TAGSMITH_TRY(elements_of(member(members, R"("tags")")))) {
    user.tags.push_back(TAGSMITH_TRY(read_tag_id(tag)));
  }
  const std::string_view evidence = member(members, R"("evidence")");
  if (!evidence.empty()) {
    for (const std::string_view one : TAGSMITH_TRY(elements_of(evidence))) {
      user.evidence.push_back(TAGSMITH_TRY(parse_evidence(one)));
    }
  }
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
          .message = base::message("the user id {} is no UTF-8", base::quote(user.user_id)),
          .symbol = "E_DATA_KEY",
          .hint = base::tr("give ids in UTF-8")};
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
    return broken(path, base::tr("is missing"));
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
        return broken(path_, base::tr("ends before its last line"));
      }
      if (line->starts_with(R"({"users":)")) {
        at_end_ = true;
        break;
      }
      auto user = parse_user(*line);
      if (!user) {
        return broken(path_, base::message("cannot be read: {}", user.error().message));
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
    return broken(path, base::tr("is not the one that was planned: its hash differs"));
  }
  files::LineReader lines = TAGSMITH_TRY(open(path));
  TAGSMITH_TRY(lines.next());  // the header
  return std::unique_ptr<ChangeSetReader>(std::make_unique<FileReader>(path, std::move(lines)));
}

}  // namespace tagsmith::run
