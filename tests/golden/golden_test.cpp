#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "engine_truth.h"
#include "golden_file.h"
#include "interpret/interpret.h"
#include "rule/check.h"
#include "rule/parser.h"
#include "rule/printer.h"

namespace tagsmith::golden {
namespace {

using base::Problems;
using base::Result;
using interpret::Truth;
using rule::Expression;
using rule::TypedRule;
using Lines = std::vector<std::string>;

std::vector<std::string> golden_files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(TAGSMITH_GOLDEN_FOLDER)) {
    if (entry.path().extension() == ".golden") {
      files.push_back(entry.path().string());
    }
  }
  std::ranges::sort(files);
  return files;
}

Result<TypedRule, Problems> check_text(std::string_view text, const GoldenFile& file) {
  const Expression expression = TAGSMITH_TRY(rule::parse_text(text));
  return rule::check(expression, file.schema, {});
}

/// The rules of the tags of a file, which has_tag asks.
std::vector<TypedRule> tags_of_file(const GoldenFile& file) {
  std::vector<TypedRule> tags;
  for (const auto& [code, text] : file.tags) {
    auto rule = check_text(text, file);
    if (!rule) {
      ADD_FAILURE() << "tag " << code << ": " << rule.error().front().message;
      return {};
    }
    tags.push_back(std::move(*rule));
  }
  return tags;
}

Truth interpreted(const GoldenFile& file, const std::vector<TypedRule>& tags, const TypedRule& rule,
                  const interpret::Row& row) {
  const interpret::Context context{
      .schema = &file.schema, .as_of = file.as_of, .has_tag = [&](std::string_view code) {
        for (size_t i = 0; i < tags.size(); ++i) {
          if (file.tags[i].first == code && interpreted(file, tags, tags[i], row) == Truth::kTrue) {
            return true;
          }
        }
        return false;
      }};
  return interpret::evaluate(rule, row, context);
}

Lines lines_of(const Problems& problems) {
  Lines lines;
  for (const base::Problem& problem : problems) {
    lines.push_back(fmt::format("error {} {}: {}{}", problem.code,
                                problem.path.empty() ? "-" : problem.path, problem.message,
                                problem.hint.empty() ? "" : " | " + problem.hint));
  }
  return lines;
}

/// What is true of every rule, whatever a case expects: its text means the same rule.
void expect_text_says_the_same(const GoldenFile& file, const TypedRule& rule,
                               const std::string& canonical) {
  const auto again = check_text(canonical, file);
  if (!again) {
    ADD_FAILURE() << canonical << ": the canonical text is refused: " << lines_of(again.error())[0];
    return;
  }
  EXPECT_EQ(print(*again, file.schema), canonical);
  EXPECT_TRUE(*again == rule) << canonical << ": the canonical text is another rule";
}

void expect_engine_agrees(const GoldenFile& file, const std::vector<TypedRule>& tags,
                          const TypedRule& rule, const std::vector<Truth>& truths) {
  const EngineTruth engine = engine_truth(file, rule, tags);
  auto user = file.users.begin();
  for (size_t i = 0; i < truths.size(); ++i, ++user) {
    EXPECT_EQ(engine.is_true[i], truths[i] == Truth::kTrue) << "engine, TRUE for " << user->first;
    EXPECT_EQ(engine.is_false[i], truths[i] == Truth::kFalse)
        << "engine, FALSE for " << user->first;
  }
}

std::string users_line(std::string_view truth, const std::vector<std::string>& users) {
  return fmt::format("{} {}", truth, fmt::join(users, " "));
}

Lines result_of_rule(const GoldenFile& file, const std::vector<TypedRule>& tags,
                     const TypedRule& rule) {
  const std::string canonical = print(rule, file.schema);
  expect_text_says_the_same(file, rule, canonical);
  std::vector<Truth> truths;
  std::vector<std::string> users_by_truth[3];
  for (const auto& [key, row] : file.users) {
    truths.push_back(interpreted(file, tags, rule, row));
    users_by_truth[static_cast<size_t>(truths.back())].push_back(key);
  }
  expect_engine_agrees(file, tags, rule, truths);
  Lines lines = {"canonical " + canonical};
  for (const auto& [truth, name] :
       {std::pair(Truth::kTrue, "true"), std::pair(Truth::kFalse, "false"),
        std::pair(Truth::kUnknown, "unknown")}) {
    if (const auto& users = users_by_truth[static_cast<size_t>(truth)]; !users.empty()) {
      lines.push_back(users_line(name, users));
    }
  }
  return lines;
}

Result<Expression, Problems> parse(const Case& test) {
  if (!test.json) {
    return rule::parse_text(test.source);
  }
  const base::Json value = TAGSMITH_TRY(base::parse_json(test.source));
  return rule::parse_rule(value);
}

Lines result_of(const GoldenFile& file, const std::vector<TypedRule>& tags, const Case& test) {
  const auto expression = parse(test);
  if (!expression) {
    return lines_of(expression.error());
  }
  if (!test.json) {
    const auto printed = rule::parse_text(print(*expression));
    EXPECT_TRUE(printed && *printed == *expression) << print(*expression);
  }
  const auto rule = rule::check(*expression, file.schema, test.options);
  return rule ? result_of_rule(file, tags, *rule) : lines_of(rule.error());
}

bool updates() {
  const char* update = std::getenv("TAGSMITH_UPDATE_GOLDEN");  // NOLINT(*-mt-unsafe): one thread
  return update != nullptr && std::string_view(update) == "1";
}

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, EveryRuleGivesWhatTheFileExpects) {
  const auto file = read_golden_file(GetParam());
  ASSERT_TRUE(file) << file.error().message;
  ASSERT_FALSE(file->cases.empty());
  const std::vector<TypedRule> tags = tags_of_file(*file);
  ASSERT_EQ(tags.size(), file->tags.size());
  std::vector<Lines> results;
  for (const Case& test : file->cases) {
    SCOPED_TRACE(fmt::format("{}:{}: {}", file->name, test.line, test.title));
    results.push_back(result_of(*file, tags, test));
    if (!updates()) {
      EXPECT_EQ(fmt::format("{}", fmt::join(results.back(), "\n")),
                fmt::format("{}", fmt::join(test.expected, "\n")));
    }
  }
  if (updates()) {
    const auto written = rewrite_golden_file(GetParam(), *file, results);
    ASSERT_TRUE(written) << written.error().message;
  }
}

std::string name_of_file(const testing::TestParamInfo<std::string>& info) {
  return std::filesystem::path(info.param).stem().string();
}

INSTANTIATE_TEST_SUITE_P(Files, Golden, testing::ValuesIn(golden_files()), name_of_file);

}  // namespace
}  // namespace tagsmith::golden
