#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <memory>
#include <optional>

#include "app/asking.h"
#include "app/exit_code.h"
#include "app/inputs.h"
#include "app/questions.h"
#include "app/terminal.h"
#include "base/interrupt.h"
#include "base/json.h"
#include "base/language.h"
#include "files/atomic_file.h"
#include "membership/audience.h"

namespace tagsmith::app {
namespace {

constexpr size_t kPrintedAtOnce = size_t{1} << 16;

// Where the users go: a file, or lines on stdout.
class Sink {
 public:
  static base::Result<Sink> make(const UsersOptions& options) {
    Sink sink(options);
    if (!options.out.empty()) {
      const OutputFormat format = TAGSMITH_TRY(output_format("--out", options.out));
      sink.file_ =
          std::make_unique<files::AtomicFile>(TAGSMITH_TRY(files::AtomicFile::create(options.out)));
      sink.writer_ = TAGSMITH_TRY(make_tag_writer(format, *sink.file_));
    }
    return sink;
  }

  base::Status add(const membership::UserTags& user) {
    ++count_;
    if (writer_) {
      return writer_->append(user.user_id, user.tags);
    }
    if (options_->count) {
      return {};
    }
    text_ += options_->project.json
                 ? fmt::format("{{\"user_id\":{},\"tag_ids\":[{}]}}\n",
                               base::json_quoted(user.user_id), fmt::join(user.tags, ","))
                 : user.user_id + "\n";
    return text_.size() < kPrintedAtOnce ? base::Status() : flush();
  }

  base::Status finish() {
    const bool json = options_->project.json;
    if (writer_) {
      TAGSMITH_TRY(writer_->finish());
      TAGSMITH_TRY(file_->commit());
    }
    if (options_->count || writer_) {
      text_ += json              ? fmt::format("{{\"users\":{}}}\n", count_)
               : options_->count ? fmt::format("{}\n", count_)
                                 : base::message("{} users\n", count_);
    }
    return flush();
  }

 private:
  explicit Sink(const UsersOptions& options) : options_(&options) {}

  base::Status flush() {
    const base::Status printed = print(text_);
    text_.clear();
    return printed;
  }

  const UsersOptions* options_;
  std::unique_ptr<files::AtomicFile> file_;
  std::unique_ptr<dataset::TagFileWriter> writer_;
  std::string text_;
  std::uint64_t count_ = 0;
};

void print_problems(const base::Problems& problems) {
  for (const base::Problem& problem : problems) {
    report({.code = base::ErrorCode::kInvalidArgument,
            .message = problem.message,
            .symbol = problem.code,
            .path = problem.path,
            .hint = problem.hint});
  }
}

base::Result<int> answer(UsersOptions options) {
  const explain::View view = TAGSMITH_TRY(read_view(options.live, options.at));
  options.out = from_here(options.out);
  const auto asking = TAGSMITH_TRY(open_asking(options.project));
  if (!asking) {
    return kRefused;
  }
  if (!options.out.empty()) {
    TAGSMITH_TRY(check_output_of_project("--out", options.out, asking->project));
  }
  const auto audience = membership::Audience::parse(options.expression, asking->tags);
  if (!audience) {
    print_problems(audience.error());
    return kRefused;
  }
  if (!view.live) {
    TAGSMITH_TRY(note_unfinished(asking->store->runs()));
  }
  Sink sink = TAGSMITH_TRY(Sink::make(options));
  const auto cursor =
      TAGSMITH_TRY(explain::members(asking->store->tags(), asking->store->runs(), view));
  while (const auto user = TAGSMITH_TRY(cursor->next())) {
    if (base::interrupted()) {
      return base::cancelled();
    }
    if (audience->contains(user->tags)) {
      TAGSMITH_TRY(sink.add(*user));
    }
  }
  TAGSMITH_TRY(sink.finish());
  return kDone;
}

}  // namespace

int users(const UsersOptions& options) {
  const auto result = answer(options);
  return result ? *result : report(result.error());
}

}  // namespace tagsmith::app
