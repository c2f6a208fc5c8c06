#include "project/settings_internal.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "base/language.h"
#include "base/similar.h"
#include "base/words.h"
#include "project/problems.h"
#include "project/zones.h"

namespace tagsmith::project {
namespace {

class Settings {
 public:
  Settings(YamlFile& file, const YamlNode& root, Project& project)
      : file_(file),
        project_(project),
        fields_(file, root, "tagsmith.yaml",
                {"project", "timezone", "key", "datasets", "population", "search", "upper_bound",
                 "store", "catalog", "guards", "environments"}) {}

  void read(const std::string& environment, catalog::TagGuards& tag_guards) {
    if (!fields_.is_map()) {
      return;
    }
    fields_.require("project");
    project_.name = fields_.text("project").value_or("");
    project_.key = fields_.text("key").value_or(project_.key);
    project_.upper_bound = fields_.boolean("upper_bound").value_or(false);
    read_zone();
    read_catalog();
    if (const YamlNode* datasets = fields_.require("datasets")) {
      read_datasets(*datasets);
    }
    read_population();
    read_search();
    if (const YamlNode* guards = fields_.get("guards")) {
      read_guards(*guards, tag_guards);
    }
    read_store(environment);
  }

 private:
  void read_zone() {
    const auto zone = fields_.text("timezone");
    if (!zone) {
      return;
    }
    project_.zone = *zone;
    if (const base::Status known = check_zone(*zone, zone_names()); !known) {
      file_.add_problem(*fields_.get("timezone"), kProjectValue, known.error().message,
                        known.error().hint);
    }
  }

  void read_catalog() {
    const auto catalog = fields_.text("catalog");
    if (catalog && *catalog != "files") {
      file_.add_problem(*fields_.get("catalog"), kProjectValue,
                        base::message("the catalogue is {}", base::quote(*catalog)),
                        base::tr("this version knows 'files': tags/*.yaml are the truth"));
    }
  }

  void read_datasets(const YamlNode& datasets) {
    if (datasets.kind != YamlNode::Kind::kMap || datasets.members.empty()) {
      file_.add_problem(
          datasets, kProjectType,
          base::message("'datasets' is {}",
                        datasets.kind == YamlNode::Kind::kMap ? "empty" : kind_of(datasets)),
          base::tr("it is a map from the name of each table to where it is"));
      return;
    }
    for (const auto& [key, value] : datasets.members) {
      read_dataset(key, value);
    }
  }

  void read_dataset(const YamlNode& key, const YamlNode& value) {
    Dataset dataset{.key = project_.key, .place = file_.place(key)};
    const size_t point = key.text.find('.');
    dataset.database = point == std::string::npos ? "" : key.text.substr(0, point);
    dataset.name = point == std::string::npos ? key.text : key.text.substr(point + 1);
    if (!base::is_identifier(dataset.name) ||
        (point != std::string::npos && !base::is_identifier(dataset.database))) {
      file_.add_problem(
          key, kProjectValue, base::message("{} is no name of a table", base::quote(key.text)),
          base::tr("letters, digits and '_', not a digit first: users or shop.users"));
    }
    const std::string what = base::message("the dataset {}", base::quote(key.text));
    Fields fields(file_, value, what, {"path", "sql", "key", "partition", "changed_at"});
    if (fields.is_map()) {
      const bool has_path = fields.get("path") != nullptr;
      if (has_path == (fields.get("sql") != nullptr)) {
        file_.add_problem(key, kProjectKey,
                          base::message("{} has {}", what,
                                        has_path ? base::tr("both 'path' and 'sql'")
                                                 : base::tr("no 'path' and no 'sql'")),
                          base::tr("give one of them"));
      }
      dataset.path = fields.text("path").value_or("");
      dataset.sql = fields.text("sql").value_or("");
      dataset.key = fields.text("key").value_or(dataset.key);
      dataset.changed_at = fields.text("changed_at").value_or("");
      if (const YamlNode* partition = fields.get("partition")) {
        read_partition(*partition, dataset);
      }
    }
    project_.datasets.push_back(std::move(dataset));
  }

  void read_partition(const YamlNode& node, Dataset& dataset) {
    if (!dataset.sql.empty()) {
      file_.add_problem(
          node, kProjectKey, base::tr("a dataset with 'sql' has no 'partition'"),
          base::tr("name the files of the partition in the SELECT, or give a 'path'"));
    }
    Fields fields(file_, node, "'partition'", {"column", "format", "ready"});
    Partition partition;
    partition.column = fields.text("column").value_or(partition.column);
    partition.format = fields.text("format").value_or(partition.format);
    partition.ready = fields.text("ready").value_or("");
    check_format(fields, partition.format);
    for (const std::string_view key : {"column", "ready"}) {
      const std::string& name = key == "column" ? partition.column : partition.ready;
      if (name.find_first_of(key == "column" ? "/=" : "/") != std::string::npos) {
        file_.add_problem(
            *fields.get(key), kProjectValue, base::message("'{}' is {}", key, base::quote(name)),
            key == "column" ? base::tr("it is the name before '=' in the names of the folders")
                            : base::tr("it is the name of a file in the partition's folder"));
      }
    }
    dataset.partition = std::move(partition);
  }

  void check_format(Fields& fields, const std::string& format) {
    std::string rest = format;
    for (const std::string_view part : {"%Y", "%m", "%d"}) {
      const size_t at = rest.find(part);
      if (at != std::string::npos) {
        rest.erase(at, part.size());
      } else {
        rest = "%";
        break;
      }
    }
    if (rest.find_first_of("%/") != std::string::npos) {
      file_.add_problem(*fields.get("format"), kProjectValue,
                        base::message("'format' is {}", base::quote(format)),
                        base::tr("it has %Y, %m and %d once each: \"%Y-%m-%d\", \"%Y%m%d\""));
    }
  }

  std::vector<std::string> dataset_names() const {
    std::vector<std::string> names;
    for (const Dataset& dataset : project_.datasets) {
      names.push_back(full_name(dataset));
    }
    return names;
  }

  // Adds a problem when `name` is none of the datasets' ("table" or "db.table").
  void check_dataset_name(const YamlNode& node, const std::string& name) {
    const bool known = std::ranges::any_of(project_.datasets, [&](const Dataset& dataset) {
      return dataset.name == name || full_name(dataset) == name;
    });
    if (!known) {
      const std::vector<std::string> names = dataset_names();
      std::string hint = base::did_you_mean(name, names);
      file_.add_problem(node, kProjectUnknown,
                        base::message("there is no dataset {}", base::quote(name)),
                        hint.empty() ? base::message("the datasets are {}", fmt::join(names, ", "))
                                     : std::move(hint));
    }
  }

  void read_population() {
    if (const auto population = fields_.text("population")) {
      project_.population = *population;
      check_dataset_name(*fields_.get("population"), *population);
    }
  }

  void read_search() {
    const YamlNode* search = fields_.get("search");
    if (search == nullptr || !expect_list(file_, *search, "'search'")) {
      return;
    }
    for (const YamlNode& part : search->list) {
      if (const auto name = read_text(file_, part, base::tr("a table of 'search'"))) {
        project_.search.push_back(*name);
        check_dataset_name(part, *name);
      }
    }
  }

  void read_guards(const YamlNode& node, catalog::TagGuards& tag_guards) {
    Fields fields(file_, node, "'guards'",
                  {"input_rows_percent", "gone_percent", "unreadable_percent", "unreadable_rise",
                   "null_keys_percent", "tags"});
    constexpr double kPercentMax = 100;
    catalog::RunGuards& guards = project_.guards;
    const auto percent = [&](std::string_view key, double& value) {
      value = fields.number(key, 0, kPercentMax).value_or(value);
    };
    percent("input_rows_percent", guards.input_rows_percent);
    percent("gone_percent", guards.gone_percent);
    percent("unreadable_percent", guards.unreadable_percent);
    percent("unreadable_rise", guards.unreadable_rise);
    percent("null_keys_percent", guards.null_keys_percent);
    if (const YamlNode* tags = fields.get("tags")) {
      tag_guards = read_tag_guards(file_, *tags, tag_guards);
    }
  }

  // Reads the store's URL; an empty text where it has a problem. `chosen`: it will be opened.
  std::string read_store_url(const YamlNode& node, bool chosen) {
    const auto url = read_text(file_, node, "'store'");
    if (!url) {
      return "";
    }
    const size_t scheme = url->find("://");
    const size_t at = url->rfind('@');
    const bool has_password =
        (scheme != std::string::npos && at != std::string::npos &&
         url->substr(scheme + 3, at - std::min(at, scheme + 3)).find(':') != std::string::npos) ||
        url->find("password=") != std::string::npos;
    if (has_password) {  // the message must not show it
      file_.add_problem(node, kProjectValue, base::tr("the store's URL has a password in it"),
                        base::tr("remove it, and change it: files are read by many"));
      return "";
    }
    if (url->starts_with("mysql://")) {
      if (chosen) {
        file_.add_problem(
            node, kProjectValue,
            base::message("the store {} is MySQL, which is not in this version", base::quote(*url)),
            base::tr("write sqlite:PATH, or choose another environment with --env"));
      }
      return "";
    }
    constexpr std::string_view kSqlite = "sqlite:";
    const std::string path = url->starts_with(kSqlite) ? url->substr(kSqlite.size()) : "";
    if (path.empty() || path.starts_with("//") || path.starts_with(':') ||
        path.find('?') != std::string::npos) {
      file_.add_problem(node, kProjectValue,
                        base::message("the store {} is not one that is known", base::quote(*url)),
                        base::tr("write sqlite:PATH, for example sqlite:tags.db"));
      return "";
    }
    return *url;
  }

  void read_store(const std::string& environment) {
    if (const YamlNode* store = fields_.get("store")) {
      project_.store = read_store_url(*store, environment.empty());
    }
    const YamlNode* environments = fields_.get("environments");
    std::vector<std::string> names;
    if (environments != nullptr && environments->kind != YamlNode::Kind::kMap) {
      file_.add_problem(*environments, kProjectType,
                        base::message("'environments' is {}", kind_of(*environments)),
                        base::tr("it is a map from a name to its settings: prod: { store: ... }"));
    }
    bool found = environment.empty();
    for (size_t i = 0; environments != nullptr && i < environments->members.size(); ++i) {
      const auto& [key, value] = environments->members[i];
      names.push_back(key.text);
      const bool chosen = key.text == environment && !environment.empty();
      found = found || chosen;
      Fields fields(file_, value, base::message("the environment {}", base::quote(key.text)),
                    {"store"});
      if (const YamlNode* store = fields.require("store")) {
        std::string url = read_store_url(*store, chosen);
        if (chosen) {
          project_.store = std::move(url);
        }
      }
    }
    if (!found) {
      std::string hint = base::did_you_mean(environment, names);
      if (hint.empty()) {
        hint = names.empty() ? base::tr("tagsmith.yaml has no 'environments'")
                             : base::message("the environments are {}", fmt::join(names, ", "));
      }
      file_.add_problem(environments == nullptr ? 0 : environments->byte, kProjectUnknown,
                        base::message("there is no environment {}", base::quote(environment)),
                        std::move(hint));
    }
  }

  YamlFile& file_;
  Project& project_;
  Fields fields_;
};

}  // namespace

void read_settings(YamlFile& file, const YamlNode& root, const std::string& environment,
                   Project& project, catalog::TagGuards& tag_guards) {
  Settings(file, root, project).read(environment, tag_guards);
}

catalog::TagGuards read_tag_guards(YamlFile& file, const YamlNode& node,
                                   const catalog::TagGuards& defaults) {
  constexpr double kPercentMax = 100;
  constexpr double kGainMax = 1e9;
  constexpr std::int64_t kMembersMax = 1'000'000'000;
  catalog::TagGuards guards = defaults;
  Fields fields(file, node, base::tr("'guards' of tags"),
                {"to_zero", "lost_percent", "gained_percent", "members_min"});
  guards.to_zero = fields.boolean("to_zero").value_or(guards.to_zero);
  guards.lost_percent = fields.number("lost_percent", 0, kPercentMax).value_or(guards.lost_percent);
  guards.gained_percent =
      fields.number("gained_percent", 0, kGainMax).value_or(guards.gained_percent);
  if (const auto members = fields.integer("members_min", 0, kMembersMax)) {
    guards.members_min = static_cast<std::uint64_t>(*members);
  }
  return guards;
}

}  // namespace tagsmith::project
