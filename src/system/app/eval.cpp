#include "app/eval.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <numeric>
#include <utility>

#include "app/activity.h"
#include "app/color.h"
#include "app/exit_code.h"
#include "app/terminal.h"
#include "app/text_table.h"
#include "base/json.h"
#include "base/problem.h"
#include "catalog/checked_rules.h"
#include "catalog/rule_file.h"
#include "dataset/join.h"
#include "engine/program.h"
#include "explain/explain.h"
#include "files/atomic_file.h"
#include "files/folder.h"
#include "rule/lint.h"
#include "rule/printer.h"
#include "run/evaluate.h"
#include "sql/duckdb.h"

namespace tagsmith::app {
namespace {

base::Error usage_error(std::string message, std::string hint) {
  base::Error error = base::invalid_argument(std::move(message));
  error.hint = std::move(hint);
  return error;
}

std::vector<std::string> split_at_commas(const std::string& text) {
  std::vector<std::string> parts;
  for (size_t start = 0; !text.empty() && start <= text.size();) {
    const size_t end = std::min(text.find(',', start), text.size());
    parts.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

// What all ways of `eval` need: tables, rules that mean something, the day.
struct Prepared {
  std::unique_ptr<dataset::Reader> reader;
  dataset::DataSet data;
  catalog::CheckedRules rules;
  std::int32_t as_of = 0;
  std::string key;
};

void print_problems(const std::vector<catalog::RuleProblem>& problems) {
  std::string lines;
  for (const catalog::RuleProblem& problem : problems) {
    lines += catalog::to_json(problem) + "\n";
  }
  std::fwrite(lines.data(), 1, lines.size(), stderr);
}

// The names of --search have to be tables: a misspelt one would make fields unknown.
base::Status check_search(const std::vector<std::string>& search, const column::Schema& schema) {
  const auto names_of = [&](const std::vector<size_t>& tables) {
    std::vector<std::string> names;
    for (const size_t table : tables) {
      names.push_back(schema.tables[table].full_name());
    }
    return names;
  };
  for (const std::string& name : search) {
    const std::vector<size_t> found = schema.tables_named(name);
    if (found.empty()) {
      std::vector<size_t> all(schema.tables.size());
      std::iota(all.begin(), all.end(), size_t{0});
      return usage_error(fmt::format("--search: no table {}", base::quote(name)),
                         fmt::format("the tables are {}", fmt::join(names_of(all), ", ")));
    }
    if (found.size() > 1) {
      return usage_error(fmt::format("--search: table {} is in several databases: {}",
                                     base::quote(name), fmt::join(names_of(found), ", ")),
                         fmt::format("write {}", fmt::join(names_of(found), " or ")));
    }
  }
  return {};
}

// Everything before the first row is read. Rules that are refused are printed; without
// --skip-refused they end the command, which is told by an empty optional.
base::Result<std::optional<Prepared>> prepare(const EvalOptions& options,
                                              const Progress& progress) {
  Prepared prepared{.as_of = TAGSMITH_TRY(read_day("--as-of", options.as_of))};
  Inputs inputs = options.inputs;
  inputs.day = inputs.day.empty() ? options.as_of : inputs.day;
  TAGSMITH_TRY(read_day("--dt", inputs.day));
  TAGSMITH_TRY(check_zone(inputs.zone));
  prepared.key = inputs.key;

  const std::string text = TAGSMITH_TRY(files::read_file(options.rules, base::kJsonBytesMax));
  auto file = catalog::parse_rule_file(text);
  if (!file) {
    auto problems = std::move(file).error();
    for (catalog::RuleProblem& problem : problems) {
      problem.problem.message.insert(0, options.rules + ": ");
    }
    print_problems(problems);
    return std::optional<Prepared>();
  }
  progress.show("looking at the tables");
  prepared.reader = TAGSMITH_TRY(make_reader(options.resources));
  prepared.data = TAGSMITH_TRY(open_tables(*prepared.reader, inputs));
  const rule::CheckOptions check{.search = split_at_commas(options.search),
                                 .upper_bound = options.upper_bound,
                                 .as_of = prepared.as_of};
  TAGSMITH_TRY(check_search(check.search, prepared.data.schema));
  progress.show("checking the rules");
  prepared.rules = catalog::check_rules(*file, prepared.data.schema, check);
  progress.clear();
  print_problems(prepared.rules.problems);
  if (!prepared.rules.problems.empty() && !options.skip_refused) {
    return std::optional<Prepared>();
  }
  return std::optional(std::move(prepared));
}

base::Status answer_why(const Prepared& prepared, const EvalOptions& options) {
  if (options.why_tag) {
    const bool known = std::ranges::any_of(prepared.rules.rules, [&](const auto& checked) {
      return checked.tag_id == *options.why_tag;
    });
    if (!known) {
      return usage_error(
          fmt::format("--tag {}: no rule of that tag can be evaluated", *options.why_tag),
          "name the tag_id of a rule of the file");
    }
  }
  const auto reasons = TAGSMITH_TRY(explain::explain_user(
      *prepared.reader, prepared.data, prepared.rules,
      {.user_id = *options.why_user, .as_of = prepared.as_of, .tag_id = options.why_tag}));
  if (!reasons) {
    return usage_error(fmt::format("no table has a row with {} = {}", prepared.key,
                                   base::quote(*options.why_user)),
                       "ids are compared byte by byte");
  }
  return print(options.json ? explain::to_json(*reasons) + "\n"
                            : with_painted_marks(printable(
                                  explain::to_text(*reasons, stdout_shows_signs()), true)));
}

std::string stages_text(const Prepared& prepared, const rule::LoweredRules& lowered,
                        const engine::Program& program) {
  std::string out;
  for (size_t i = 0; i < lowered.size(); ++i) {
    const catalog::CheckedRule& checked = prepared.rules.rules[i];
    out += fmt::format("rule {}, tag {} {}\n{}\n", i, checked.tag_id, base::quote(checked.name),
                       rule::print(checked.rule, prepared.data.schema));
    for (const rule::Remark& remark : rule::lint(checked.rule, prepared.data.schema)) {
      out += fmt::format("remark {} {}\n", remark.code, remark.message);
    }
    out += fmt::format("lowered\n{}\n\n", rule::to_text(lowered[i], prepared.data.schema));
  }
  return out + "program\n" + program.stages() + "\n";
}

// The columns that rules read in which some cells gave no value; nothing when all did.
std::string odd_cells_text(const dataset::JoinedUsers& users) {
  using enum TextTable::Align;
  using enum TextTable::Fit;
  TextTable table({{"column"},
                   {"read as", kLeft, kCut},
                   {"null", kRight, kDrop},
                   {"unreadable", kRight},
                   {"NaN", kRight, kDrop}});
  bool empty = true;
  for (const dataset::ReadingCounts& reading : users.readings) {
    const engine::CellCounts& cells = reading.cells;
    if (cells.nulls + cells.unreadable + cells.nans > 0) {
      table.add({reading.table + "." + reading.column, reading.as, share(cells.nulls, cells.rows),
                 grouped(cells.unreadable), grouped(cells.nans)});
      empty = false;
    }
  }
  return empty ? std::string() : table.text(0, table_width());
}

std::string summary_text(const Prepared& prepared, const dataset::JoinedUsers& users,
                         const run::RunCounts& counts) {
  std::map<std::int32_t, std::pair<size_t, std::string>> names;  // the first in the file
  for (const catalog::CheckedRule& checked : prepared.rules.rules) {
    const std::pair named(checked.position, checked.name);
    const auto [place, added] = names.emplace(checked.tag_id, named);
    place->second = std::min(place->second, named);
  }
  using enum TextTable::Align;
  constexpr auto kCut = TextTable::Fit::kCut;
  TextTable table({{"tag", kRight}, {"name", kLeft, kCut}, {"users", kRight}, {"share", kRight}});
  for (const run::TagCount& tag : counts.tags) {
    table.add({std::to_string(tag.tag_id), names.at(tag.tag_id).second, grouped(tag.users),
               share(tag.users, counts.users)});
  }
  std::string out = table.text(0, table_width());
  out += fmt::format("{} users, {} of them with a tag\n", grouped(counts.users),
                     grouped(counts.users_with_tags));
  for (const dataset::TableCounts& of_table : users.counts) {
    if (of_table.scan.null_keys > 0) {
      out += fmt::format("table {}: {} rows without a key were skipped\n", of_table.table,
                         grouped(of_table.scan.null_keys));
    }
  }
  out += odd_cells_text(users);
  if (prepared.rules.refused_count > 0) {
    out +=
        fmt::format("{} rules were refused and contribute nothing\n", prepared.rules.refused_count);
  }
  return out;
}

base::Status write_tags(const Prepared& prepared, const EvalOptions& options,
                        const engine::Program& program, OutputFormat format,
                        files::AtomicFile& file, const Progress& progress) {
  const auto users = TAGSMITH_TRY(dataset::join(
      *prepared.reader, prepared.data, program,
      [&](std::string_view table) { progress.show(fmt::format("reading {}", table)); }));
  std::vector<std::int32_t> tag_of_rule;
  for (const catalog::CheckedRule& checked : prepared.rules.rules) {
    tag_of_rule.push_back(checked.tag_id);
  }
  progress.show("evaluating");
  const auto writer = TAGSMITH_TRY(make_tag_writer(format, file));
  const auto counts = TAGSMITH_TRY(run::evaluate(program, tag_of_rule, users, *writer));
  TAGSMITH_TRY(writer->finish());
  TAGSMITH_TRY(file.commit());
  progress.clear();
  return options.summary ? print(summary_text(prepared, users, counts)) : base::Status();
}

base::Status answer_sql(const Prepared& prepared, const rule::LoweredRules& lowered) {
  std::vector<sql::QueryRule> about;
  for (const catalog::CheckedRule& checked : prepared.rules.rules) {
    about.push_back({.tag_id = checked.tag_id,
                     .label = fmt::format("{}: {}", checked.name,
                                          rule::print(checked.rule, prepared.data.schema))});
  }
  const auto relations = TAGSMITH_TRY(duckdb_relations(prepared.data));
  const auto query = sql::write_query(lowered, about, prepared.data.schema, relations);
  if (!query) {
    const base::Problem& first = query.error().front();
    return base::Error{.code = base::ErrorCode::kInvalidArgument,
                       .message = first.message,
                       .symbol = first.code,
                       .path = first.path,
                       .hint = first.hint};
  }
  // A SELECT makes days of moments by the zone of the session that runs the query.
  const bool has_select = std::ranges::any_of(prepared.data.sources, [](const auto& source) {
    return source.format == dataset::TableSource::Format::kSelect;
  });
  const std::string zone =
      has_select ? "SET TimeZone = '" + prepared.data.sources.front().zone + "';\n\n" : "";
  return print(zone + sql::to_text(*query));
}

// Gives the exit code, or the error that ends the command.
base::Result<int> run_eval(const EvalOptions& options) {
  const Progress progress;
  std::optional<OutputFormat> format;
  std::optional<files::AtomicFile> file;
  const bool only_answers = options.why_user || !options.sql_dialect.empty();
  if (!options.out.empty() && !only_answers) {
    format = TAGSMITH_TRY(output_format("--out", options.out));
    TAGSMITH_TRY(check_output(options.out, options.rules, options.inputs));
    file.emplace(TAGSMITH_TRY(files::AtomicFile::create(options.out)));
  } else if (!only_answers && !options.stages) {
    return usage_error("--out is missing", "say where the tags go: --out tags.parquet");
  }
  const std::optional<Prepared> prepared = TAGSMITH_TRY(prepare(options, progress));
  if (!prepared) {
    return kRefused;
  }
  if (options.why_user) {
    TAGSMITH_TRY(answer_why(*prepared, options));
    return kDone;
  }
  const rule::LoweredRules lowered =
      catalog::lower_rules(prepared->rules, prepared->data.schema, prepared->as_of);
  if (!options.sql_dialect.empty()) {
    TAGSMITH_TRY(answer_sql(*prepared, lowered));
    return kDone;
  }
  const auto program = engine::compile(lowered, prepared->data.schema);
  if (options.stages) {
    TAGSMITH_TRY(print(stages_text(*prepared, lowered, *program)));
  }
  if (file) {
    TAGSMITH_TRY(write_tags(*prepared, options, *program, *format, *file, progress));
  }
  return kDone;
}

}  // namespace

int eval(const EvalOptions& options) {
  auto result = run_eval(options);
  return result ? *result : report(result.error());
}

}  // namespace tagsmith::app
