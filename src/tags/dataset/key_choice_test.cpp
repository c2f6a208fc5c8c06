#include "dataset/key_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace tagsmith::dataset {
namespace {

using column::Column;
using column::TypeKind;
using testing::ElementsAre;
using testing::HasSubstr;

Column text(std::string name) { return {.name = std::move(name), .type = {TypeKind::kText}}; }
Column integer(std::string name) { return {.name = std::move(name), .type = {TypeKind::kInt}}; }

// The keys of tables in which the columns named in `unique` never have a value twice: "table key".
std::vector<std::string> keys_of(const std::vector<KeylessTable>& tables,
                                 const std::vector<std::string>& unique,
                                 const std::vector<std::string>& wanted = {}) {
  const auto keys = choose_keys(
      tables, wanted, [&](size_t, const std::string& column) -> base::Result<KeyCounts> {
        const bool is_unique = std::ranges::find(unique, column) != unique.end();
        return KeyCounts{.rows = 3, .nulls = 0, .distinct = is_unique ? 3u : 2u};
      });
  if (!keys) {
    EXPECT_EQ(keys.error().symbol, "E_DATA_KEY");
    return {keys.error().message, keys.error().hint};
  }
  std::vector<std::string> out;
  for (size_t i = 0; i < tables.size(); ++i) {
    const auto& key = (*keys)[i];
    out.push_back(tables[i].name + " " +
                  (key ? key->column + (key->is_integer ? " int" : "") : "none"));
  }
  return out;
}

TEST(KeyChoice, TheNameOfAUsersIdDecidesWhateverIsUnique) {
  EXPECT_THAT(
      keys_of({{"orders", {integer("order_id"), text("user_id"), text("uid")}}}, {"order_id"}),
      ElementsAre("orders user_id"));
  EXPECT_THAT(keys_of({{"a", {text("x"), integer("User-ID")}}}, {}), ElementsAre("a User-ID int"));
  EXPECT_THAT(keys_of({{"a", {text("x"), text("客户编号")}}}, {}), ElementsAre("a 客户编号"));
}

TEST(KeyChoice, AnIdIsOneOfUsersInATableOfUsersOrAlone) {
  EXPECT_THAT(
      keys_of({{"users", {integer("id")}}, {"orders", {integer("id"), text("user_id")}}}, {}),
      ElementsAre("users id int", "orders user_id"));
  EXPECT_THAT(keys_of({{"things", {integer("id")}}}, {}), ElementsAre("things id int"));
  EXPECT_THAT(keys_of({{"users", {text("user_id")}}, {"goods", {text("id")}}}, {"id"}),
              ElementsAre(HasSubstr("table 'goods' has 'id'"), HasSubstr("--key id")));
}

TEST(KeyChoice, OfTwoNamesAsPlainTheOneOfMoreTablesThenTheUniqueOneIsTaken) {
  const KeylessTable both{"both", {text("customer_id"), text("client_id")}};
  EXPECT_THAT(keys_of({both, {"other", {text("client_id")}}}, {}),
              ElementsAre("both client_id", "other client_id"));
  EXPECT_THAT(keys_of({both}, {"customer_id"}), ElementsAre("both customer_id"));
  EXPECT_THAT(keys_of({both}, {}),
              ElementsAre(HasSubstr("table 'both' has 'customer_id', 'client_id'"),
                          HasSubstr("--key customer_id")));
}

TEST(KeyChoice, WithoutSuchANameItIsTheOneColumnThatIsUniqueEverywhere) {
  const std::vector<KeylessTable> tables = {{"a", {text("x"), text("y"), text("z")}},
                                            {"b", {text("y"), text("x")}}};
  EXPECT_THAT(keys_of(tables, {"y", "z"}), ElementsAre("a y", "b y"));
  EXPECT_THAT(keys_of(tables, {"x", "y"}).front(), HasSubstr("table 'a' has 'x', 'y'"));
  EXPECT_THAT(keys_of(tables, {}).front(), HasSubstr("no column says who the user is"));
}

TEST(KeyChoice, ATableInWhichNoColumnCanBeTheKeyHasNone) {
  EXPECT_THAT(keys_of({{"users", {text("user_id")}}, {"rates", {text("rate")}}}, {}),
              ElementsAre("users user_id", "rates none"));
}

TEST(KeyChoice, WhatIsWantedDecides) {
  const std::vector<KeylessTable> tables = {
      {"a", {text("user_id"), text("who")}}, {"b", {text("wer")}}, {"c", {text("sku")}}};
  EXPECT_THAT(keys_of(tables, {"sku"}, {"who", "wer"}), ElementsAre("a who", "b wer", "c none"));
  EXPECT_THAT(keys_of(tables, {}, {"whoo"}),
              ElementsAre(HasSubstr("no table has a column 'whoo'"), "did you mean 'who'?"));
}

TEST(KeyChoice, AKeyIsTextOrAWholeNumber) {
  const Column number{.name = "user_id", .type = {TypeKind::kDouble}};
  const Column wide{.name = "uid",
                    .type = {.kind = TypeKind::kDecimal, .precision = 38, .scale = 0}};
  EXPECT_THAT(keys_of({{"a", {number, wide}}}, {}), ElementsAre("a uid int"));
  EXPECT_THAT(keys_of({{"a", {number}}}, {}, {"user_id"}).front(), HasSubstr("'user_id'"));
}

}  // namespace
}  // namespace tagsmith::dataset
