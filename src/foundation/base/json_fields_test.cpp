#include "base/json_fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tagsmith::base {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(JsonFields, GivesWhatIsThere) {
  const Json json =
      parse_json(R"({"name":"a","on":true,"count":18446744073709551615,"step":-3,"none":null,)"
                 R"("names":["x","y"]})")
          .value();
  JsonFields fields(json);
  EXPECT_EQ(fields.text("name"), "a");
  EXPECT_TRUE(fields.boolean("on"));
  EXPECT_EQ(fields.integer<std::uint64_t>("count"), 18'446'744'073'709'551'615u);
  EXPECT_EQ(fields.integer<int>("step"), -3);
  EXPECT_THAT(fields.texts("names"), ElementsAre("x", "y"));
  EXPECT_TRUE(fields.has("name"));
  EXPECT_FALSE(fields.has("none"));
  EXPECT_FALSE(fields.has("other"));
  EXPECT_TRUE(fields.status());
}

TEST(JsonFields, TheFirstMemberThatIsWrongIsNamed) {
  const Json json = parse_json(R"({"a":"x","b":3000000000,"c":1.0,"d":[1],"e":-1})").value();
  const auto first_wrong = [&](auto read) {
    JsonFields fields(json);
    read(fields);
    fields.text("later");
    const Status status = fields.status();
    return status ? std::string() : status.error().message;
  };
  EXPECT_THAT(first_wrong([](JsonFields& f) { f.integer<std::int64_t>("a"); }), HasSubstr("'a'"));
  EXPECT_THAT(first_wrong([](JsonFields& f) { f.integer<std::int32_t>("b"); }), HasSubstr("'b'"));
  EXPECT_THAT(first_wrong([](JsonFields& f) { f.integer<std::int64_t>("c"); }), HasSubstr("'c'"));
  EXPECT_THAT(first_wrong([](JsonFields& f) { f.integer<std::uint32_t>("e"); }), HasSubstr("'e'"));
  EXPECT_THAT(first_wrong([](JsonFields& f) { f.texts("d"); }), HasSubstr("'d'"));
  EXPECT_THAT(first_wrong([](JsonFields& f) { f.boolean("a"); }), HasSubstr("'a'"));
  EXPECT_THAT(first_wrong([](JsonFields& f) { f.list("a"); }), HasSubstr("'a'"));
  EXPECT_THAT(first_wrong([](JsonFields& f) { f.text("x"); }), HasSubstr("'x'"));
}

}  // namespace
}  // namespace tagsmith::base
