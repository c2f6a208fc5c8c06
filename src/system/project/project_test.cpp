#include "project/project.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "rule/printer.h"

namespace tagsmith::project {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A folder that goes away again.
class Folder {
 public:
  Folder() {
    std::string name =
        (std::filesystem::temp_directory_path() / "tagsmith-project-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  void write(const std::string& name, const std::string& text) const {
    const std::filesystem::path file = std::filesystem::path(path_) / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string path_of(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

TEST(Project, IsLookedForUpwards) {
  const Folder folder;
  folder.write("tagsmith.yaml", "");
  folder.write("tags/deep/x", "");
  EXPECT_EQ(find_project(folder.path_of("tags/deep")).value(), folder.path());
  EXPECT_EQ(find_project(folder.path_of("tags/../tags/")).value(), folder.path());

  const auto none = find_project("/");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, base::ErrorCode::kNotFound);
  EXPECT_EQ(none.error().message, "no tagsmith.yaml in '/' or a folder around it");

  const auto mistyped = find_project(folder.path_of("tgas"));
  ASSERT_FALSE(mistyped) << "the project around it is another one";
  EXPECT_EQ(mistyped.error().code, base::ErrorCode::kNotFound);
  EXPECT_THAT(mistyped.error().message, HasSubstr("no folder '"));
}

TEST(Project, ATagHasAllRulesOfItsList) {
  const Folder folder;
  folder.write("tagsmith.yaml", "project: shop\ndatasets: { users: { path: u.csv } }\n");
  folder.write("tags/a.yaml",
               "- { id: 1, code: a, when: [ age > 1, age < 0, level = 'x' ] }\n"
               "- id: 2\n  code: b\n  rule:\n    - age > 1\n"
               "    - { conditions: [ { field: age, operator: '<', value: 0 } ] }\n");
  const auto project = read_project(folder.path(), "");
  ASSERT_TRUE(project);
  EXPECT_THAT(project->catalog.tags.at(0).rules, testing::SizeIs(3));
  EXPECT_THAT(project->catalog.tags.at(1).rules, testing::SizeIs(2));
}

TEST(Project, HasTheValuesOfItsFiles) {
  const Folder folder;
  folder.write("tagsmith.yaml", R"(
project: shop
timezone: Asia/Shanghai
key: uid
datasets:
  users: { path: users.csv, changed_at: seen }
  shop.orders: { sql: select 1, key: customer }
  logs: { path: logs, partition: { column: ds, format: "%Y%m%d", ready: _SUCCESS } }
population: users
search: [ users, shop.orders ]
upper_bound: true
store: sqlite:tags.db
guards: { gone_percent: 2.5, tags: { lost_percent: 40 } }
environments: { test: { store: "sqlite:test.db" } }
)");
  folder.write("tags/b.yaml", R"(
- { id: 2, code: b, rule: { conditions: [ { field: age, operator: ">", value: 1, type: number } ] } }
- { id: 1, code: a, name: { zh: 甲 }, when: age >, grant_days: 7, guards: { to_zero: false } }
)");
  folder.write("tests/a.yaml", "as_of: 2025-11-22\ntests: [ { user: { age: 2 }, tags: [ b ] } ]\n");

  const auto read = read_project(folder.path(), "test");
  ASSERT_TRUE(read) << to_text(read.error().front());
  const Project& project = *read;
  EXPECT_EQ(project.name, "shop");
  EXPECT_EQ(project.zone, "Asia/Shanghai");
  EXPECT_EQ(project.store, "sqlite:test.db");
  EXPECT_EQ(project.population, "users");
  EXPECT_THAT(project.search, ElementsAre("users", "shop.orders"));
  EXPECT_TRUE(project.upper_bound);
  EXPECT_EQ(project.guards.gone_percent, 2.5);
  EXPECT_EQ(project.guards.null_keys_percent, 0.1);
  ASSERT_EQ(project.datasets.size(), 3u);
  EXPECT_EQ(project.datasets[0], (Dataset{.name = "users",
                                          .path = "users.csv",
                                          .key = "uid",
                                          .changed_at = "seen",
                                          .place = "tagsmith.yaml:6:3"}));
  EXPECT_EQ(project.datasets[1].database, "shop");
  EXPECT_EQ(project.datasets[1].key, "customer");
  EXPECT_EQ(project.datasets[2].partition,
            (Partition{.column = "ds", .format = "%Y%m%d", .ready = "_SUCCESS"}));

  ASSERT_EQ(project.catalog.tags.size(), 2u);
  const catalog::Tag& a = project.catalog.tags[0];
  EXPECT_EQ(a.id, 1);
  EXPECT_EQ(a.name.any(), "甲");
  EXPECT_EQ(a.grant_days, 7);
  EXPECT_FALSE(a.guards.to_zero);
  EXPECT_EQ(a.guards.lost_percent, 40);
  ASSERT_EQ(a.rules.size(), 1u);
  EXPECT_FALSE(a.rules[0].expression);  // refuses the tag, not the project
  const FileProblem problem = located(project, a.rules[0].place, a.rules[0].problems.front());
  EXPECT_THAT(to_text(problem), HasSubstr("tags/b.yaml:3:49: E_SYNTAX: "));
  const catalog::Tag& b = project.catalog.tags[1];
  EXPECT_EQ(b.rules.at(0).place, "tags/b.yaml:2:27");
  EXPECT_EQ(rule::print(*b.rules.at(0).expression), "age > 1");
  EXPECT_EQ(b.guards.lost_percent, 40);
  ASSERT_EQ(project.tests.size(), 1u);
  EXPECT_EQ(project.tests[0].as_of, "2025-11-22");
  EXPECT_THAT(project.tests[0].tags, ElementsAre("b"));
}

TEST(Project, WithoutSettingsHasOneProblem) {
  const Folder folder;
  const auto read = read_project(folder.path(), "");
  ASSERT_FALSE(read);
  ASSERT_EQ(read.error().size(), 1u);
  EXPECT_THAT(to_text(read.error()[0]), HasSubstr("tagsmith.yaml: E_PROJECT_FILE: cannot "));
}

TEST(Project, ReadsWhatItCanOfAFolderWithMistakes) {
  const Folder folder;
  folder.write("tagsmith.yaml", "project: shop\ndatasets: { users: { path: u.csv } }\n");
  folder.write("tags/a.yaml", "- { id: 1, code: a, when: has_tag('b') }\n- { code: b }\n");
  const Reading reading = read_folder(folder.path(), "");
  EXPECT_TRUE(reading.settings_read);
  ASSERT_EQ(reading.problems.size(), 1u);
  EXPECT_EQ(to_text(reading.problems[0]),
            "tags/a.yaml:2:3: E_PROJECT_KEY: a tag has no 'id'; add 'id:'");
  EXPECT_EQ(reading.project.catalog.tags.size(), 2u);
}

TEST(Problems, ArePrintedForPeopleAndAsJson) {
  const FileProblem problem{
      .file = "tags/a.yaml",
      .line = 2,
      .column = 3,
      .problem = {.code = "E_X", .path = "/a", .message = "a \"b\"\nc", .hint = ""}};
  EXPECT_EQ(to_text(problem), "tags/a.yaml:2:3: E_X: a \"b\" c");
  EXPECT_EQ(to_json(problem),
            R"({"file":"tags/a.yaml","line":2,"column":3,"code":"E_X","path":"/a",)"
            R"("message":"a \"b\"\nc","hint":""})");
  EXPECT_EQ(
      to_text({.file = "x", .problem = {.code = "E_X", .path = "", .message = "m", .hint = "h"}}),
      "x: E_X: m; h");
}

// The files of the only dataset, relative to the folder, or "CODE message; hint".
std::vector<std::string> files_of(const Folder& folder, const Dataset& dataset,
                                  const std::string& day) {
  const Project project{.folder = folder.path(), .zone = "UTC", .datasets = {dataset}};
  const auto sources = table_sources(project, day);
  if (!sources) {
    return {sources.error().symbol + " " + sources.error().message + "; " + sources.error().hint};
  }
  std::vector<std::string> files;
  for (const std::string& file : sources->front().files) {
    files.push_back(file.substr(folder.path().size() + 1));
  }
  return files;
}

TEST(Tables, APartitionMayHoldTextFilesOfOneKind) {
  const Folder folder;
  folder.write("logs/dt=2025-11-22/a.csv", "");
  folder.write("logs/dt=2025-11-22/b.csv", "");
  folder.write("logs/dt=2025-11-23/a.csv", "");
  folder.write("logs/dt=2025-11-23/b.tsv", "");
  const Dataset logs{.name = "logs", .path = "logs", .partition = Partition()};
  EXPECT_THAT(files_of(folder, logs, "2025-11-22"),
              ElementsAre("logs/dt=2025-11-22/a.csv", "logs/dt=2025-11-22/b.csv"));
  EXPECT_THAT(files_of(folder, logs, "2025-11-23"),
              ElementsAre(testing::StartsWith("E_DATA_FILE table 'logs': partition dt=2025-11-23 "
                                              "holds files of several kinds")));
}

TEST(Tables, APartitionIsFoundByItsColumnAndFormat) {
  const Folder folder;
  folder.write("logs/ds=20251121/a.parquet", "");
  folder.write("logs/ds=20251122/a.parquet", "");
  folder.write("logs/ds=20251122/_old.parquet", "");
  folder.write("logs/ds=20251122/b.csv", "");
  folder.write("logs/ds=20251123/_SUCCESS", "");
  folder.write("logs/ds=99/a.parquet", "");
  folder.write("logs/dt=20251130/a.parquet", "");
  Dataset logs{
      .name = "logs", .path = "logs", .partition = Partition{.column = "ds", .format = "%Y%m%d"}};
  EXPECT_THAT(files_of(folder, logs, "2025-11-22"), ElementsAre("logs/ds=20251122/a.parquet"));
  EXPECT_THAT(
      files_of(folder, logs, ""),
      ElementsAre("E_DATA_PARTITION table 'logs': partition ds=20251123 holds no data file; "
                  "wait for the job that writes it"));
  EXPECT_THAT(files_of(folder, logs, "2025-11-20"),
              ElementsAre("E_DATA_PARTITION table 'logs': there is no partition ds=20251120; the "
                          "newest partition is ds=20251123"));
}

TEST(Tables, APartitionWithoutItsMarkerIsNotComplete) {
  const Folder folder;
  folder.write("logs/day=22.11.2025/a.parquet", "");
  folder.write("logs/day=21.11.2025/a.parquet", "");
  folder.write("logs/day=21.11.2025/_SUCCESS", "");
  const Dataset logs{
      .name = "logs",
      .path = "logs",
      .partition = Partition{.column = "day", .format = "%d.%m.%Y", .ready = "_SUCCESS"}};
  EXPECT_THAT(files_of(folder, logs, "2025-11-21"), ElementsAre("logs/day=21.11.2025/a.parquet"));
  EXPECT_THAT(
      files_of(folder, logs, "2025-11-22"),
      ElementsAre("E_DATA_PARTITION table 'logs': partition day=22.11.2025 is not complete: "
                  "it has no _SUCCESS; wait for the job that writes it"));
  EXPECT_THAT(files_of(folder, logs, ""), ElementsAre("logs/day=21.11.2025/a.parquet"))
      << "the newest that is complete";
  folder.write("none/day=22.11.2025/a.parquet", "");
  Dataset none = logs;
  none.path = "none";
  EXPECT_THAT(files_of(folder, none, ""), ElementsAre(HasSubstr("22.11.2025 is not complete")));
}

TEST(Tables, AFolderWithoutDeclaredPartitionsIsOneTable) {
  const Folder folder;
  folder.write("plain/a.parquet", "");
  folder.write("plain/b.parquet", "");
  folder.write("days/dt=2025-11-22/a.parquet", "");
  folder.write("two/x/a.parquet", "");
  folder.write("two/y/a.parquet", "");
  EXPECT_THAT(files_of(folder, {.name = "t", .path = "plain"}, "2025-11-22"),
              ElementsAre("plain/a.parquet", "plain/b.parquet"));
  EXPECT_THAT(files_of(folder, {.name = "t", .path = "days"}, "2025-11-22"),
              ElementsAre("days/dt=2025-11-22/a.parquet"));
  EXPECT_THAT(files_of(folder, {.name = "t", .path = "two"}, ""),
              ElementsAre(HasSubstr("two holds 2 tables; name the folder of one of them")));
  EXPECT_THAT(files_of(folder, {.name = "t", .path = "none"}, ""),
              ElementsAre(HasSubstr("'path' is a folder, a file or a pattern")));
  EXPECT_THAT(files_of(folder, {.name = "t", .path = "plain/*.parquet"}, ""),
              ElementsAre("plain/a.parquet", "plain/b.parquet"));
}

TEST(Tables, AreNamedAndKeyedByTheProject) {
  const Project project{
      .folder = ".",
      .zone = "Asia/Shanghai",
      .datasets = {{.database = "shop", .name = "orders", .sql = "select 1", .key = "c"}}};
  const auto sources = table_sources(project, "").value();
  EXPECT_EQ(sources.at(0), (dataset::TableSource{.database = "shop",
                                                 .name = "orders",
                                                 .format = dataset::TableSource::Format::kSelect,
                                                 .select = "select 1",
                                                 .key = "c",
                                                 .zone = "Asia/Shanghai"}));
}

}  // namespace
}  // namespace tagsmith::project
