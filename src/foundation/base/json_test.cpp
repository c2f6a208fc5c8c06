#include "base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tagsmith::base {
namespace {

Problem problem_of(std::string_view text) {
  const auto result = parse_json(text);
  EXPECT_FALSE(result) << text;
  return result ? Problem{} : result.error().front();
}

TEST(Json, KeepsTheTextOfNumbersThatADoubleCannotHold) {
  const Json value = parse_json("[0.10, 1e3, 123456789012345678901234567890, -0.0]").value();
  EXPECT_EQ((*value.list())[0].number()->text, "0.10");
  EXPECT_EQ((*value.list())[1].number()->text, "1e3");
  EXPECT_EQ((*value.list())[2].number()->text, "123456789012345678901234567890");
  EXPECT_EQ((*value.list())[3].number()->text, "-0.0");
}

TEST(Json, RefusesADuplicateKeyWithItsPlace) {
  const Problem problem = problem_of(R"({"a":[{"b/c":1,"b/c":2}]})");
  EXPECT_EQ(problem.code, "E_DUPLICATE_KEY");
  EXPECT_EQ(problem.path, "/a/0/b~1c");
}

TEST(Json, EqualKeysOfDifferentObjectsAreNoDuplicates) {
  EXPECT_TRUE(parse_json(R"({"a":{"a":1},"b":{"a":2}})"));
}

TEST(Json, IsStrict) {
  for (const std::string_view text :
       {"", "[1,]", "{\"a\":1,}", "NaN", "Infinity", "-", "01", "1.", ".5", "[1] x", "{'a':1}",
        "\"\\ud800\"", "\"\xff\"", "\"a\nb\"", "// c\n1", "\xEF\xBB\xBF[1]", "1e999x"}) {
    SCOPED_TRACE(text);
    EXPECT_EQ(problem_of(text).code, "E_JSON");
  }
}

TEST(Json, KeepsANumberBeyondTheRangeOfADouble) {
  const auto value = parse_json("1e400");
  ASSERT_TRUE(value);
  EXPECT_EQ(value->number()->text, "1e400");
}

TEST(Json, ANumberBeyondEveryRangeIsAValueOfTheWrongTypeWithItsPlace) {
  const Problem problem = problem_of(R"({"a":[1,{"b":1e99999}]})");
  EXPECT_EQ(problem.code, "E_VALUE_TYPE");
  EXPECT_EQ(problem.path, "/a/1/b");
}

TEST(Json, SaysTheByteOfTheFirstError) { EXPECT_EQ(problem_of("[1, x]").path, "byte 4"); }

TEST(Json, RefusesDeepNestingInsteadOfOverflowingTheStack) {
  EXPECT_EQ(problem_of(std::string(100000, '[')).code, "E_LIMIT");
}

TEST(Json, WritesWhatItRead) {
  const std::string text = R"({"b":[1.50,null,true,"ü\"\n"],"a":{}})";
  EXPECT_EQ(to_text(parse_json(text).value()), text);
}

TEST(Json, EveryQuotedTextReadsBackAsItself) {
  for (int byte = 0; byte < 0x80; ++byte) {
    for (const std::string& text : {std::string(1, static_cast<char>(byte)),
                                    "plain" + std::string(1, static_cast<char>(byte)),
                                    std::string(1, static_cast<char>(byte)) + "ü"}) {
      const std::string quoted = json_quoted(text);
      SCOPED_TRACE(quoted);
      const auto value = parse_json(quoted);
      ASSERT_TRUE(value);
      ASSERT_NE(value->text(), nullptr);
      EXPECT_EQ(*value->text(), text);
    }
  }
}

TEST(Json, QuotesWhatIsNoUtf8AsAReplacement) {
  EXPECT_EQ(json_quoted("a\xFF"), "\"a\xEF\xBF\xBD\"");
  EXPECT_EQ(json_quoted(""), "\"\"");
}

}  // namespace
}  // namespace tagsmith::base
