#include <fmt/format.h>

#include <algorithm>

#include "base/language.h"
#include "base/similar.h"
#include "project/problems.h"
#include "project/test_file_internal.h"

namespace tagsmith::project {
namespace {

void read_cells(YamlFile& file, const YamlNode& user, RuleTest& test) {
  if (user.kind != YamlNode::Kind::kMap) {
    file.add_problem(user, kProjectType, base::message("'user' is {}", kind_of(user)),
                     base::tr("it is a map from columns to values: { age: 20, level: VIP2 }"));
    return;
  }
  for (const auto& [key, value] : user.members) {
    if (check_scalars(file, value)) {
      test.cells.push_back(
          {.column = key.text, .value = to_json_value(value), .place = file.place(key)});
    }
  }
}

void read_codes(YamlFile& file, const YamlNode& list,
                const std::optional<std::vector<std::string>>& codes, RuleTest& test) {
  if (!expect_list(file, list, "'tags'")) {
    return;
  }
  for (const YamlNode& node : list.list) {
    const auto code = read_text(file, node, base::tr("a tag's code"));
    if (!code) {
      continue;
    }
    if (codes && std::ranges::find(*codes, *code) == codes->end()) {
      file.add_problem(node, kProjectUnknown,
                       base::message("there is no tag {}", base::quote(*code)),
                       base::did_you_mean(*code, *codes));
    } else if (std::ranges::find(test.tags, *code) != test.tags.end()) {
      file.add_problem(node, kProjectRepeated,
                       base::message("the tag {} stands here twice", base::quote(*code)),
                       base::tr("remove one of them"));
    } else {
      test.tags.push_back(*code);
    }
  }
  std::ranges::sort(test.tags);
}

void read_test(YamlFile& file, const YamlNode& node,
               const std::optional<std::vector<std::string>>& codes,
               const std::optional<std::string>& as_of, std::vector<RuleTest>& tests) {
  Fields fields(file, node, base::tr("a test"), {"name", "user", "tags", "as_of"});
  if (!fields.is_map()) {
    return;
  }
  RuleTest test{.as_of = as_of, .place = file.place(node)};
  test.name = fields.text("name").value_or("");
  if (const YamlNode* user = fields.require("user")) {
    read_cells(file, *user, test);
  }
  if (const YamlNode* tags = fields.require("tags")) {
    read_codes(file, *tags, codes, test);
  }
  if (const YamlNode* day = fields.get("as_of")) {
    test.as_of = read_day(file, *day, "'as_of'");
  }
  tests.push_back(std::move(test));
}

}  // namespace

void read_tests(YamlFile& file, const YamlNode& root,
                const std::optional<std::vector<std::string>>& codes,
                std::vector<RuleTest>& tests) {
  std::optional<std::string> as_of;
  const YamlNode* list = &root;
  if (root.kind == YamlNode::Kind::kNull) {
    return;
  }
  if (root.kind != YamlNode::Kind::kList) {
    Fields fields(file, root, base::tr("a file of tests"), {"as_of", "tests"});
    if (const YamlNode* day = fields.get("as_of")) {
      as_of = read_day(file, *day, "'as_of'");
    }
    list = fields.require("tests");
    if (list == nullptr || !expect_list(file, *list, "'tests'")) {
      return;
    }
  }
  for (const YamlNode& node : list->list) {
    read_test(file, node, codes, as_of, tests);
  }
}

}  // namespace tagsmith::project
