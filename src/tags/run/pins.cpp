#include "run/pins.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "base/json_fields.h"
#include "base/language.h"
#include "base/problem.h"
#include "column/days.h"
#include "column/readers.h"
#include "run/json_internal.h"

namespace tagsmith::run {
namespace {

InputFile read_file(base::JsonFields& fields) {
  InputFile file{.table = fields.text("table"),
                 .path = fields.text("path"),
                 .bytes = fields.integer<std::uint64_t>("bytes"),
                 .modified_nanos = fields.integer<std::int64_t>("modified_nanos")};
  if (fields.has("etag")) {
    file.etag = fields.text("etag");
  }
  return file;
}

std::string to_json(const InputFile& file) {
  std::string out = fmt::format(R"({{"table":{},"path":{},"bytes":{},"modified_nanos":{})",
                                base::json_quoted(file.table), base::json_quoted(file.path),
                                file.bytes, file.modified_nanos);
  if (!file.etag.empty()) {
    out += fmt::format(R"(,"etag":{})", base::json_quoted(file.etag));
  }
  return out + "}";
}

std::string to_json(const PinnedTag& tag) {
  return fmt::format(R"({{"tag_id":{},"rule_version":{}}})", tag.tag_id, tag.rule_version);
}

void read_mode(base::JsonFields& fields, Mode& mode) {
  const std::string name = fields.text("mode");
  mode = name == "incremental" ? Mode::kIncremental : Mode::kFull;
  if (name != name_of(mode)) {
    fields.fail("mode");
  }
}

std::int32_t read_day(base::JsonFields& fields, std::string_view key) {
  const auto moment = column::read_moment(fields.text(key));
  if (!moment || !moment->is_day) {
    fields.fail(key);
    return 0;
  }
  return column::day_of(moment->micros);
}

membership::Micros read_time(base::JsonFields& fields, std::string_view key) {
  const auto time = membership::read_time(fields.text(key));
  if (!time) {
    fields.fail(key);
  }
  return time.value_or(0);
}

}  // namespace

std::string_view name_of(Mode mode) {
  switch (mode) {
    case Mode::kFull:
      return "full";
    case Mode::kIncremental:
      break;
  }
  return "incremental";
}

bool asks_for_everybody(const Pins& pins) { return !pins.users && !pins.days; }

bool has_unknown_files(const Pins& pins) {
  return std::ranges::any_of(pins.files, [](const InputFile& file) { return file.path.empty(); });
}

bool same_run(const Pins& left, const Pins& right) {
  Pins same_start = left;
  same_start.started_at = right.started_at;
  return same_start == right && !has_unknown_files(right);
}

std::string to_json(const Pins& pins) {
  std::string out = fmt::format(
      R"({{"as_of":"{}","partition":{},"zone":{},"upper_bound":{},"started_at":"{}","mode":"{}")",
      column::day_text(pins.as_of), base::json_quoted(pins.partition), base::json_quoted(pins.zone),
      pins.upper_bound, membership::time_text(pins.started_at), name_of(pins.mode));
  if (pins.days) {
    out += fmt::format(R"(,"days":{})", *pins.days);
  }
  out += fmt::format(R"(,"tags":{},"all_tags":{})",
                     json_list(pins.tags, [](const PinnedTag& tag) { return to_json(tag); }),
                     pins.all_tags);
  if (pins.users) {
    out += R"(,"users":)" + json_list(*pins.users, base::json_quoted);
  }
  return out +
         fmt::format(R"(,"population":{},"files":{},"reading":{},"edits":{}}})",
                     base::json_quoted(pins.population),
                     json_list(pins.files, [](const InputFile& file) { return to_json(file); }),
                     base::json_quoted(pins.reading), base::json_quoted(pins.edits));
}

base::Result<Pins> parse_pins(std::string_view json) {
  const base::Json object = TAGSMITH_TRY(parse_object(json, base::tr("pins")));
  base::JsonFields fields(object);
  Pins pins{.as_of = read_day(fields, "as_of"),
            .partition = fields.text("partition"),
            .zone = fields.text("zone"),
            .upper_bound = fields.boolean("upper_bound"),
            .started_at = read_time(fields, "started_at"),
            .all_tags = fields.boolean("all_tags"),
            .population = fields.text("population"),
            .reading = fields.text("reading"),
            .edits = fields.text("edits")};
  read_mode(fields, pins.mode);
  if (fields.has("days")) {
    pins.days = fields.integer<int>("days");
  }
  read_objects(fields, "tags", [&](base::JsonFields& tag) {
    pins.tags.push_back({.tag_id = tag.integer<std::int32_t>("tag_id"),
                         .rule_version = tag.integer<int>("rule_version")});
  });
  if (fields.has("users")) {
    pins.users = fields.texts("users");
  }
  read_objects(fields, "files",
               [&](base::JsonFields& file) { pins.files.push_back(read_file(file)); });
  TAGSMITH_TRY(told_of(fields.status(), base::tr("pins")));
  return pins;
}

}  // namespace tagsmith::run
