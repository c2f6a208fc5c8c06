#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "project/yaml_internal.h"

namespace tagsmith::project {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// "line:column code message; hint", one a problem
std::vector<std::string> problems_of(const std::string& text) {
  const SourceText source(text);
  std::vector<YamlProblem> problems;
  parse_yaml(source, problems);
  std::vector<std::string> out;
  for (const YamlProblem& problem : problems) {
    const Position at = source.position(problem.byte);
    out.push_back(fmt::format("{}:{} {} {}; {}", at.line, at.column, problem.code, problem.message,
                              problem.hint));
  }
  return out;
}

YamlNode parsed(const std::string& text) {
  std::vector<YamlProblem> problems;
  auto node = parse_yaml(SourceText(text), problems);
  EXPECT_THAT(problems, IsEmpty()) << text;
  return node.value_or(YamlNode());
}

std::string json_of(const std::string& text) { return base::to_text(to_json_value(parsed(text))); }

TEST(Yaml, BecomesJsonByOneRule) {
  EXPECT_EQ(json_of("a: 1\nb: 1.50\nc: 1e3\nd: -0"), R"({"a":1,"b":1.50,"c":1e3,"d":-0})");
  EXPECT_EQ(json_of("[true, false, null, ~, '', 'true', \"1\"]"),
            R"([true,false,null,null,"","true","1"])");
  EXPECT_EQ(json_of("{day: 2025-11-22, text: a b, empty: }"),
            R"({"day":"2025-11-22","text":"a b","empty":null})");
  EXPECT_EQ(json_of("- a\n- {b: [1, {c: d}]}\n"), R"(["a",{"b":[1,{"c":"d"}]}])");
  EXPECT_EQ(json_of(""), "null");
  EXPECT_EQ(json_of("# only a comment\n"), "null");
  EXPECT_EQ(json_of("\xEF\xBB\xBF"
                    "a: b"),
            R"({"a":"b"})");
  EXPECT_EQ(json_of("a: b\r\nc: d\r\n"), R"({"a":"b","c":"d"})");
  EXPECT_EQ(json_of("text: |\n  a\n  b\nfolded: >-\n  a\n  b\n"),
            R"({"text":"a\nb\n","folded":"a b"})");
}

TEST(Yaml, WhatVersionsOfYamlReadDifferentlyIsAmbiguous) {
  for (const char* text :
       {"yes",   "No",         "ON",   "off",   "y",     "N",     "True", "FALSE",
        "010",   "0x1F",       "0o17", "0b1",   "1_000", "+1",    ".5",   "5.",
        "12:30", "12:30:45.5", ".inf", "-.INF", ".NaN",  "+.5e3", "00"}) {
    EXPECT_TRUE(ambiguity(parsed(text)).has_value()) << text;
    EXPECT_FALSE(ambiguity(parsed(fmt::format("'{}'", text))).has_value()) << text;
  }
  for (const char* text :
       {"true",     "false", "null", "0",  "10", "-0.5", "1e3", "1E-7", "2025-11-22",
        "yes!",     "1.2.3", "1-2",  "e3", ".",  "-",    "a:b", "VIP2", "2025-11-22 10:30:00",
        "infinity", "nan"}) {
    if (std::string(text) != "-") {
      EXPECT_FALSE(ambiguity(parsed(text)).has_value()) << text;
    }
  }
  ASSERT_TRUE(ambiguity(parsed("on")));
  EXPECT_EQ(ambiguity(parsed("on"))->second, "write true or false, or the text 'on' in quotes");
}

TEST(Yaml, ProblemsHaveTheirPlace) {
  EXPECT_THAT(problems_of("a: 1\nb: 2\na: 3\n"),
              ElementsAre("3:1 E_DUPLICATE_KEY the key 'a' stands here for the second time; remove "
                          "one of them"));
  EXPECT_THAT(problems_of("x:\n  - {k: 1, 'k': 2}\n"),
              ElementsAre(HasSubstr("2:12 E_DUPLICATE_KEY")));
  EXPECT_THAT(
      problems_of("a: &b 1\nc: *b\n"),
      ElementsAre("1:4 E_PROJECT_YAML an anchor (&name) is not read; write the value "
                  "without it",
                  "2:4 E_PROJECT_YAML an alias (*name) is not read; write the value again"));
  EXPECT_THAT(problems_of("a: !!str 1\n"),
              ElementsAre("1:4 E_PROJECT_YAML the tag 'tag:yaml.org,2002:str' is not read; write "
                          "the value without it; a quoted scalar is a text"));
  EXPECT_THAT(problems_of("? [a]\n: b\n"),
              ElementsAre("1:3 E_PROJECT_YAML a key that is no text; a key is a name before a "
                          "colon"));
  EXPECT_THAT(problems_of("a: 1\n---\nb: 2\n"),
              ElementsAre("3:1 E_PROJECT_YAML a second document: one file holds one; remove the "
                          "line ---, or indent what belongs to what stands above"));
}

TEST(Yaml, WhatIsNoYamlHasItsPlace) {
  EXPECT_THAT(problems_of("a: b\n\tc: d\n"),
              ElementsAre(HasSubstr("indent by blanks, not by tabs")));
  EXPECT_THAT(problems_of("a: [1, 2\nb: 3\n"), ElementsAre(HasSubstr("E_PROJECT_YAML no YAML: ")));
  EXPECT_THAT(problems_of("a: 'b\n"), ElementsAre(HasSubstr("E_PROJECT_YAML no YAML: ")));
  EXPECT_THAT(problems_of("a: 'it''s\n"), ElementsAre(HasSubstr("a quote that never ends")));
  EXPECT_THAT(problems_of("a: '''it'\nb: ''''\nc: ''\n"), IsEmpty());
  EXPECT_THAT(problems_of("a: \"\\\"\n"), ElementsAre(HasSubstr("1:4 E_PROJECT_YAML no YAML: ")));
  EXPECT_THAT(problems_of("a: 'x' y\n"), ElementsAre(HasSubstr("E_PROJECT_YAML no YAML: ")));
  EXPECT_THAT(problems_of("a: 'x'y: z\n"), ElementsAre(HasSubstr("E_PROJECT_YAML no YAML: ")));
  EXPECT_THAT(problems_of("a: [1, 2] 3\n"), ElementsAre(HasSubstr("E_PROJECT_YAML no YAML: ")));
  EXPECT_THAT(problems_of("a: {b: 1} c: 2\n"), ElementsAre(HasSubstr("E_PROJECT_YAML no YAML: ")));
  EXPECT_THAT(problems_of("a: {b: 1 c: 2}\n"), ElementsAre(HasSubstr("E_PROJECT_YAML no YAML: ")));
  EXPECT_THAT(problems_of("a: 1\n b: 2\n"), ElementsAre(HasSubstr("E_PROJECT_YAML no YAML: ")));
  EXPECT_THAT(problems_of("- a\nb: c\n"),
              ElementsAre(HasSubstr("2:1 E_PROJECT_YAML a second document")));
  EXPECT_THAT(problems_of("a:\n- b\n c: d\n"), ElementsAre(HasSubstr("E_PROJECT_YAML no YAML: ")));
  EXPECT_THAT(problems_of("a: [b\n"), ElementsAre(HasSubstr("E_PROJECT_YAML no YAML: ")));
  EXPECT_THAT(problems_of("a: @b\n"), ElementsAre(HasSubstr("E_PROJECT_YAML no YAML: ")));
  EXPECT_THAT(problems_of("a: b: c\n"), ElementsAre(HasSubstr("1:5 E_PROJECT_YAML no YAML: ")));
  EXPECT_THAT(problems_of("a: 1\nb: \xFF\n"),
              ElementsAre("2:4 E_PROJECT_YAML byte 0xFF is no UTF-8; save the file as UTF-8"));
  EXPECT_THAT(problems_of("a: \xED\xA0\x80\n"),
              ElementsAre(HasSubstr("1:4 E_PROJECT_YAML byte 0xED")));
  EXPECT_THAT(problems_of("a: 1\n\x04 b: 2\n"),
              ElementsAre("2:1 E_PROJECT_YAML control character 0x04; write it as an escape in a "
                          "double-quoted text"));
  EXPECT_THAT(problems_of(std::string("a\0b", 3)),
              ElementsAre(HasSubstr("control character 0x00")));
}

TEST(Yaml, DeepNestingIsRefusedBeforeItHurts) {
  EXPECT_THAT(problems_of(std::string(210, '[') + std::string(210, ']')), testing::Not(IsEmpty()));
  EXPECT_THAT(problems_of(std::string(100'000, '[')), testing::Not(IsEmpty()));
  std::string maps;
  for (int i = 0; i < 1000; ++i) {
    maps += std::string(static_cast<size_t>(i), ' ') + "a:\n";
  }
  EXPECT_THAT(problems_of(maps), testing::Not(IsEmpty()));
}

TEST(Yaml, ColumnsCountCharacters) {
  const SourceText source("a\n名字: 'x'\n");
  EXPECT_EQ(source.position(0), (Position{1, 1}));
  EXPECT_EQ(source.position(2 + 6), (Position{2, 3}));
  EXPECT_EQ(source.position(1000), (Position{3, 1}));
  EXPECT_EQ(SourceText("\xEF\xBB\xBF"
                       "ab")
                .position(4),
            (Position{1, 2}));
}

// "line:column" of the first `needle` in the text of the only scalar of the map in `yaml`.
std::string place_in_text(const std::string& yaml, const std::string& needle) {
  const SourceText source(yaml);
  std::vector<YamlProblem> problems;
  const auto node = parse_yaml(source, problems);
  const YamlNode& scalar = node->members.front().value;
  const size_t offset = scalar.text.find(needle);
  EXPECT_NE(offset, std::string::npos) << scalar.text;
  const Position at = source.position(byte_of_text(source, scalar, offset));
  return fmt::format("{}:{}", at.line, at.column);
}

TEST(Yaml, APlaceInATextIsFollowedIntoTheFile) {
  EXPECT_EQ(place_in_text("when: age >= NN", "NN"), "1:14");
  EXPECT_EQ(place_in_text("when: 'level = ''a'' NN'", "NN"), "1:22");
  EXPECT_EQ(place_in_text(R"(when: "level = \"\u00e9\\\" NN")", "NN"), "1:29");
  EXPECT_EQ(place_in_text("when: 名 = NN", "NN"), "1:11");
  EXPECT_EQ(place_in_text("when: age >= 1\n  and NN > 2", "NN"), "2:7");
  EXPECT_EQ(place_in_text("when: 'age >= 1\n\n  and NN > 2'", "NN"), "3:7");
  EXPECT_EQ(place_in_text("when: |\n  age >= 1\n    and b = 2\n\n  or NN", "NN"), "5:6");
  EXPECT_EQ(place_in_text("when: |2-  # a comment\n\n    age\n  NN\n", "NN"), "4:3");
  EXPECT_EQ(place_in_text("when: >\n  age >= 1\n  and b = 2\n\n  or NN\n", "NN"), "5:6");
  EXPECT_EQ(place_in_text("when: >-\n  age\n    NN", "NN"), "3:5");
  EXPECT_EQ(place_in_text("when: \"a \\\n  NN\"", "NN"), "2:3");
  EXPECT_EQ(place_in_text("when: a  b   NN", "NN"), "1:14");
}

}  // namespace
}  // namespace tagsmith::project
