#include "run/saved_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/json.h"
#include "base/json_fields.h"
#include "base/language.h"
#include "base/problem.h"
#include "files/atomic_file.h"
#include "files/line_reader.h"
#include "files/sha256.h"
#include "run/change_set.h"
#include "run/json_internal.h"

namespace tagsmith::run {
namespace {

using catalog::RuleVersion;

base::Error broken(const std::string& path, std::string_view why) {
  return {.code = base::ErrorCode::kInvalidArgument,
          .message = base::message("{} is no plan that can be run: {}",
                                   base::quote(path, path.size()), why),
          .symbol = std::string(kPlanFile),
          .path = path,
          .hint = base::tr("make it again: plan --save FILE")};
}

std::string to_json(const RuleVersion& version) {
  std::string out =
      fmt::format(R"({{"tag_id":{},"number":{},"code":{},"text":{})", version.tag_id,
                  version.number, base::json_quoted(version.code), base::json_quoted(version.text));
  if (version.grant_days) {
    out += fmt::format(R"(,"grant_days":{})", *version.grant_days);
  }
  return out + fmt::format(R"(,"actor":{},"commit":{},"recorded_micros":{}}})",
                           base::json_quoted(version.actor), base::json_quoted(version.commit),
                           version.recorded_micros);
}

RuleVersion read_version(base::JsonFields& fields) {
  RuleVersion version{.tag_id = fields.integer<std::int32_t>("tag_id"),
                      .number = fields.integer<int>("number"),
                      .code = fields.text("code"),
                      .text = fields.text("text"),
                      .actor = fields.text("actor"),
                      .commit = fields.text("commit"),
                      .recorded_micros = fields.integer<std::int64_t>("recorded_micros")};
  if (fields.has("grant_days")) {
    version.grant_days = fields.integer<int>("grant_days");
  }
  return version;
}

std::string to_json(const SavedPlan& plan) {
  return fmt::format(
      R"({{"pins":{},"summary":{},"new_versions":{},"store_id":{},"seq":{},"change_set_hash":{}}})",
      to_json(plan.pins), to_json(plan.summary),
      json_list(plan.new_versions, [](const RuleVersion& version) { return to_json(version); }),
      base::json_quoted(plan.store.store_id), plan.store.seq,
      base::json_quoted(plan.change_set_hash));
}

base::Result<SavedPlan> parse(std::string_view json) {
  const base::Json object = TAGSMITH_TRY(parse_object(json, base::tr("plan")));
  base::JsonFields fields(object);
  SavedPlan plan{
      .store = {.store_id = fields.text("store_id"), .seq = fields.integer<std::uint64_t>("seq")},
      .change_set_hash = fields.text("change_set_hash")};
  read_objects(fields, "new_versions", [&](base::JsonFields& version) {
    plan.new_versions.push_back(read_version(version));
  });
  const base::Json* pins = object.find("pins");
  const base::Json* summary = object.find("summary");
  if (pins == nullptr || summary == nullptr) {
    return base::invalid_argument(base::tr("pins or summary are missing"));
  }
  TAGSMITH_TRY(fields.status());
  plan.pins = TAGSMITH_TRY(parse_pins(base::to_text(*pins)));
  plan.summary = TAGSMITH_TRY(parse_plan_summary(base::to_text(*summary)));
  return plan;
}

// The first line of the file: what the second one has to be.
std::string seal_of(std::string_view plan_json) {
  return fmt::format(R"({{"tagsmith_plan":1,"sha256":"{}"}})", files::sha256(plan_json));
}

base::Error moved(std::string_view what) {
  return {.code = base::ErrorCode::kInvalidArgument,
          .message = base::message("{} changed since the plan was made", what),
          .symbol = std::string(kPlanMoved),
          .hint = base::tr("look at a new plan: plan --save FILE")};
}

}  // namespace

base::Status check_can_be_saved(const Pins& pins) {
  const auto unknown = std::ranges::find(pins.files, "", &InputFile::path);
  if (unknown == pins.files.end()) {
    return {};
  }
  return base::Error{
      .code = base::ErrorCode::kInvalidArgument,
      .message =
          base::message("the SELECT of table {} reads files that only it knows, so nobody could "
                        "tell whether they are the same when the plan is run",
                        base::quote(unknown->table)),
      .symbol = std::string(kPlanFile),
      .hint =
          base::tr("name its files after FROM or in read_parquet(), or run without a saved plan")};
}

base::Status save_plan(const std::string& path, const SavedPlan& plan,
                       const std::string& change_set) {
  files::LineReader lines = TAGSMITH_TRY(files::LineReader::open(change_set, base::kJsonBytesMax));
  files::AtomicFile file = TAGSMITH_TRY(files::AtomicFile::create(path, files::Access::kOwnerOnly));
  const std::string json = to_json(plan);
  TAGSMITH_TRY(file.write(seal_of(json) + "\n" + json + "\n"));
  while (const auto line = TAGSMITH_TRY(lines.next())) {
    TAGSMITH_TRY(file.write(*line));
    TAGSMITH_TRY(file.write("\n"));
  }
  return file.commit();
}

base::Result<SavedPlan> load_plan(const std::string& path, const std::string& change_set) {
  files::LineReader lines = TAGSMITH_TRY(files::LineReader::open(path, base::kJsonBytesMax));
  const auto first = TAGSMITH_TRY(lines.next());
  const std::string seal(first.value_or(""));
  const auto second = TAGSMITH_TRY(lines.next());
  const std::string json(second.value_or(""));
  if (!seal.starts_with(R"({"tagsmith_plan":)")) {
    return broken(path, base::tr("it does not start as one"));
  }
  if (seal != seal_of(json)) {
    return broken(path, base::tr("it was changed or cut, or is of another version"));
  }
  auto plan = parse(json);
  if (!plan) {
    return broken(path, plan.error().message);
  }
  files::AtomicFile copy =
      TAGSMITH_TRY(files::AtomicFile::create(change_set, files::Access::kOwnerOnly));
  files::Sha256 hash;
  while (const auto line = TAGSMITH_TRY(lines.next())) {
    for (const std::string_view part :
         {*line, std::string_view(lines.ended_in_a_line() ? "" : "\n")}) {
      hash.add(part);
      TAGSMITH_TRY(copy.write(part));
    }
  }
  if (hash.finish() != plan->change_set_hash) {
    return broken(path, base::tr("its changes were changed or cut"));
  }
  TAGSMITH_TRY(copy.commit());
  return plan;
}

Request request_of(const Pins& pins, const Request& now) {
  Request request{.as_of = pins.as_of,
                  .partition = pins.partition,
                  .zone = now.zone,
                  .upper_bound = now.upper_bound,
                  .started_at = pins.started_at,
                  .mode = pins.mode,
                  .days = pins.days,
                  .users = pins.users,
                  .rewind = true};  // who made the plan was asked
  if (!pins.all_tags) {             // none of them may be left, which is not all of them
    request.tags.emplace();
    for (const PinnedTag& tag : pins.tags) {
      request.tags->push_back(std::to_string(tag.tag_id));
    }
  }
  return request;
}

base::Status check_not_moved(const SavedPlan& plan, const Pins& now,
                             const membership::StoreMark& store) {
  const Pins& then = plan.pins;
  if (store.store_id != plan.store.store_id) {
    return moved(base::tr("which store it is"));
  }
  if (then.tags != now.tags) {
    return moved(base::tr("the rules"));
  }
  if (then.files != now.files) {
    return moved(base::tr("the input"));
  }
  if (then.reading != now.reading || then.population != now.population || then.zone != now.zone ||
      then.upper_bound != now.upper_bound) {
    return moved(base::tr("the project's settings"));
  }
  if (then.edits != now.edits) {
    return moved(base::tr("the manual edits"));
  }
  return store.seq == plan.store.seq ? base::Status() : moved(base::tr("the store"));
}

}  // namespace tagsmith::run
