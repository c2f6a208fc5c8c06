#include <array>
#include <charconv>
#include <utility>

#include "adapters/duckdb/select_internal.h"
#include "adapters/duckdb/source_internal.h"
#include "base/language.h"
#include "base/words.h"

namespace tagsmith::duckdb {
namespace {

using base::Json;
using base::Result;

// NOLINTNEXTLINE(misc-no-recursion): parse_json limits the depth.
void collect(const Json& node, Mentions& out) {
  if (node.list() != nullptr) {
    for (const Json& element : *node.list()) {
      collect(element, out);
    }
  }
  if (node.object() == nullptr) {
    return;
  }
  const std::string type = text_of(node, "type");
  const Json* names = node.find("column_names");
  if (type == "BASE_TABLE") {
    out.tables.push_back(&node);
  } else if (const Json* function = node.find("function");
             type == "TABLE_FUNCTION" && function != nullptr) {
    out.table_functions.push_back({.call = function, .has_alias = !text_of(node, "alias").empty()});
  } else if (!text_of(node, "function_name").empty()) {
    out.functions.push_back(&node);
  } else if (type == "COLUMN_REF" && names != nullptr && names->list() != nullptr &&
             names->list()->size() == 1 && names->list()->front().text() != nullptr) {
    out.words.push_back(*names->list()->front().text());
  }
  const Json* sample = node.find("sample");
  out.takes_sample = out.takes_sample || (sample != nullptr && sample->object() != nullptr);
  if (const Json* with = node.find("cte_map"); with != nullptr) {
    const Json* map = with->find("map");
    for (const Json& entry :
         map != nullptr && map->list() != nullptr ? *map->list() : Json::List()) {
      out.own_names.push_back(base::lower(text_of(entry, "key")));
    }
  }
  for (const auto& [key, member] : *node.object()) {
    collect(member, out);
  }
}

}  // namespace

base::Error refused(std::string message, std::string hint) {
  return broken(std::move(message), {}, std::move(hint));
}

std::string text_of(const Json& node, std::string_view key) {
  const Json* value = node.find(key);
  return value != nullptr && value->text() != nullptr ? *value->text() : std::string();
}

std::optional<size_t> offset_of(const Json& node) {
  const Json* value = node.find("query_location");
  if (value == nullptr || value->number() == nullptr) {
    return std::nullopt;
  }
  const std::string& digits = value->number()->text;
  size_t offset = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), offset);
  return read.ec == std::errc() ? std::optional(offset) : std::nullopt;
}

const Json::List& arguments_of(const Json& function) {
  static const Json::List none;
  const Json* arguments = function.find("children");
  return arguments != nullptr && arguments->list() != nullptr ? *arguments->list() : none;
}

Option option_of(const Json& argument) {
  const Json* left = argument.find("left");
  const Json* names = left != nullptr ? left->find("column_names") : nullptr;
  if (text_of(argument, "type") == "COMPARE_EQUAL" && names != nullptr &&
      names->list() != nullptr && names->list()->size() == 1 &&
      names->list()->front().text() != nullptr) {
    return {.name = base::lower(*names->list()->front().text()), .value = argument.find("right")};
  }
  return {.name = base::lower(text_of(argument, "alias")), .value = &argument};
}

Mentions mentions_of(const Json& tree) {
  Mentions mentions;
  collect(tree, mentions);
  return mentions;
}

Result<Json> syntax_tree(Connection& connection, const std::string& select) {
  const std::array<std::string_view, 1> parameters{select};
  const auto rows = TAGSMITH_TRY(connection.texts(
      "SELECT CAST(json_serialize_sql(CAST($1 AS VARCHAR)) AS VARCHAR)", parameters));
  auto tree = base::parse_json(rows.at(0).at(0).value_or(""));
  const Json* failed = tree ? tree->find("error") : nullptr;
  if (failed != nullptr && failed->boolean() != nullptr && !*failed->boolean()) {
    return std::move(tree).value();
  }
  TAGSMITH_TRY(connection.names_of_select(select));  // says what is wrong with it
  return refused(base::tr("a SELECT whose parts cannot be seen"),
                 base::tr("nest it less deeply, and leave away what is no part of a plain SELECT"));
}

}  // namespace tagsmith::duckdb
