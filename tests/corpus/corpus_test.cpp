// The rules of both JSON forms over generated warehouses, through every way of evaluating them: the
// reference interpreter, the engine on files, and the query that `eval --sql duckdb` prints.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/duckdb/database.h"
#include "adapters/duckdb/reader.h"
#include "app/generate.h"
#include "app/inputs.h"
#include "catalog/checked_rules.h"
#include "catalog/rule_file.h"
#include "column/days.h"
#include "dataset/data_set.h"
#include "dataset/join.h"
#include "engine/program.h"
#include "interpret/interpret.h"
#include "run/evaluate.h"
#include "scratch/folder.h"
#include "sql/duckdb.h"

namespace tagsmith {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kUsers = 3000;
constexpr const char* kDay = "2025-11-22";

// user -> tags, as DuckDB prints a list: "[1, 5]".
using Tags = std::map<std::string, std::string>;

std::string list_text(const std::vector<std::int32_t>& tags) {
  std::string text;
  for (const std::int32_t tag : tags) {
    text += (text.empty() ? "" : ", ") + fmt::format("{}", tag);
  }
  return "[" + text + "]";
}

// A folder of generated warehouses that goes with the process.
const fs::path& warehouses() {
  static const scratch::Folder folder;
  static const fs::path path = [] {
    EXPECT_EQ(app::generate({.users = kUsers, .folder = folder.path(), .day = kDay}), 0);
    return fs::path(folder.path());
  }();
  return path;
}

class TagMap : public dataset::TagFileWriter {
 public:
  base::Status append(std::string_view user_id, std::span<const std::int32_t> tag_ids) override {
    tags[std::string(user_id)] = list_text({tag_ids.begin(), tag_ids.end()});
    return {};
  }
  base::Status finish() override { return {}; }

  Tags tags;
};

// All rows of all tables, as the interpreter wants them.
class RowCollector : public dataset::BatchConsumer {
 public:
  RowCollector(std::map<std::string, interpret::Row>& rows, size_t table)
      : rows_(rows), table_(table) {}

  base::Status consume(const dataset::TableBatch& batch) override {
    for (size_t row = 0; row < batch.row_count; ++row) {
      interpret::Row& cells = rows_[std::string(batch.keys[row])];
      for (size_t c = 0; c < batch.columns.size(); ++c) {
        cells[{.table = table_, .column = c}] = batch.columns[c].value(row);
      }
    }
    return {};
  }

 private:
  std::map<std::string, interpret::Row>& rows_;
  size_t table_;
};

struct Setting {
  std::unique_ptr<dataset::Reader> reader;
  dataset::DataSet data;
  catalog::CheckedRules rules;
  std::int32_t as_of = 0;
};

Setting open(const std::string& warehouse, const std::string& rules_file) {
  Setting setting;
  setting.reader = duckdb::make_reader({.threads = 2}).value();
  const app::Inputs inputs{.folder = (warehouses() / warehouse).string(), .day = kDay};
  setting.data = app::open_tables(*setting.reader, inputs).value();
  const std::string text = scratch::read_all(fs::path(TAGSMITH_SOURCE_FOLDER) / rules_file);
  setting.rules =
      catalog::check_rules(catalog::parse_rule_file(text).value(), setting.data.schema, {});
  for (const catalog::RuleProblem& problem : setting.rules.problems) {
    ADD_FAILURE() << to_json(problem);
  }
  setting.as_of = *column::days_from_civil(2025, 11, 22);
  return setting;
}

Tags by_interpreter(const Setting& setting) {
  std::map<std::string, interpret::Row> rows;
  for (size_t t = 0; t < setting.data.sources.size(); ++t) {
    dataset::ScanSpec spec{.source = setting.data.sources[t], .columns = {}, .only_user = {}};
    for (const column::Column& column : setting.data.schema.tables[t].columns) {
      spec.columns.push_back(column.name);
    }
    const auto scanned =
        setting.reader->scan(spec, [&] { return std::make_unique<RowCollector>(rows, t); });
    EXPECT_TRUE(scanned) << scanned.error().message;
  }
  const interpret::Context context{
      .schema = &setting.data.schema, .as_of = setting.as_of, .has_tag = {}};
  Tags tags;
  for (const auto& [user, row] : rows) {
    std::vector<std::int32_t> ids;
    for (const catalog::CheckedRule& rule : setting.rules.rules) {
      if (interpret::evaluate(rule.rule, row, context) == interpret::Truth::kTrue) {
        ids.push_back(rule.tag_id);
      }
    }
    tags[user] = list_text(ids);
  }
  return tags;
}

Tags by_engine(const Setting& setting) {
  const auto program = engine::compile(
      catalog::lower_rules(setting.rules, setting.data.schema, setting.as_of), setting.data.schema);
  const auto users = dataset::join(*setting.reader, setting.data, *program).value();
  std::vector<std::int32_t> tag_of_rule;
  for (const catalog::CheckedRule& rule : setting.rules.rules) {
    tag_of_rule.push_back(rule.tag_id);
  }
  TagMap map;
  EXPECT_TRUE(run::evaluate(*program, tag_of_rule, users, map));
  return map.tags;
}

Tags by_sql(const Setting& setting) {
  const auto database = duckdb::Database::open().value();
  std::vector<std::string> relations;
  for (const dataset::TableSource& source : setting.data.sources) {
    relations.push_back(duckdb::relation_sql(*database, source).value());
  }
  std::vector<sql::QueryRule> about;
  for (const catalog::CheckedRule& rule : setting.rules.rules) {
    about.push_back({.tag_id = rule.tag_id, .label = rule.name});
  }
  // No refusal on these corpora (SEMANTICS 24).
  const auto query =
      sql::write_query(catalog::lower_rules(setting.rules, setting.data.schema, setting.as_of),
                       about, setting.data.schema, relations)
          .value();
  for (const std::string& macro : query.macros) {
    EXPECT_TRUE(database->query_text(macro)) << macro;
  }
  const auto rows = database->query_text(query.select);
  EXPECT_TRUE(rows) << rows.error().message;
  Tags tags;
  for (const duckdb::TextRow& row : rows.value()) {
    tags[row[0].value()] = row[1].value();
  }
  return tags;
}

// How many users have each tag.
std::map<std::string, size_t> counts(const Tags& tags) {
  std::map<std::string, size_t> users;
  for (const auto& [user, list] : tags) {
    std::stringstream stream(list.substr(1, list.size() - 2));
    for (std::string tag; std::getline(stream, tag, ',');) {
      ++users[tag.front() == ' ' ? tag.substr(1) : tag];
    }
  }
  return users;
}

void expect_all_equal(const std::string& warehouse, const std::string& rules, size_t rule_count) {
  const Setting setting = open(warehouse, rules);
  ASSERT_EQ(setting.rules.rules.size(), rule_count);
  const Tags judged = by_interpreter(setting);
  EXPECT_GT(judged.size(), kUsers * 9 / 10);
  EXPECT_EQ(by_engine(setting), judged);
  EXPECT_EQ(by_sql(setting), judged);
  // A corpus whose rules are never or always TRUE would prove little.
  const auto users_of_tag = counts(judged);
  EXPECT_EQ(users_of_tag.size(), rule_count) << "a rule that no user fulfils";
  for (const auto& [tag, users] : users_of_tag) {
    EXPECT_LT(users, judged.size()) << "every user has tag " << tag;
  }
}

TEST(Corpus, TheEightRulesOfV1AreEqualThroughAllEvaluators) {
  expect_all_equal("v1", "examples/seed/rules.json", 8);
}

TEST(Corpus, TheRulesOfV2AreEqualOnTablesOfTexts) {
  expect_all_equal("v2", "tests/corpus/v2.json", 82);
}

TEST(Corpus, TheRulesOfV2AreEqualOnTypedTables) {
  expect_all_equal("v2_typed", "tests/corpus/v2.json", 82);
}

TEST(Corpus, TheSameArgumentsGenerateTheSameRows) {
  const fs::path again = warehouses() / "again";
  ASSERT_EQ(app::generate({.users = kUsers, .folder = again.string(), .day = kDay}), 0);
  const auto database = duckdb::Database::open().value();
  for (const std::string table : {"v1/user_basic_info", "v2/dws_user/dws_user_asset_df"}) {
    const auto rows = [&](const fs::path& root) {
      return database
          ->query_text(
              fmt::format("SELECT * FROM read_parquet({}) ORDER BY user_id",
                          duckdb::quote_text((root / table / "dt=2025-11-22/*.parquet").string())))
          .value();
    };
    const auto first = rows(warehouses());
    EXPECT_GT(first.size(), kUsers / 2);
    EXPECT_EQ(rows(again), first);
  }
}

TEST(Corpus, AFolderThatIsThereIsLeftAsItIs) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(app::generate({.users = 5, .folder = warehouses().string(), .day = kDay}), 2);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("is there already"), std::string::npos);
}

}  // namespace
}  // namespace tagsmith
