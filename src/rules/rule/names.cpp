#include "rule/names_internal.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "base/language.h"
#include "base/similar.h"
#include "base/words.h"
#include "rule/one_problem_internal.h"
#include "rule/problems.h"

namespace tagsmith::rule {
namespace {

using base::Problems;
using base::Result;
using column::ColumnId;
using column::TableSchema;

constexpr size_t kNamesShownMax = 8;  // in one hint

std::string dotted_table(const ColumnName& name) {
  return name.database.empty() ? name.table : name.database + "." + name.table;
}

std::string listed(std::vector<std::string> names, std::string_view separator) {
  const bool more = names.size() > kNamesShownMax;
  names.resize(std::min(names.size(), kNamesShownMax));
  return fmt::format("{}{}", fmt::join(names, separator), more ? ", ..." : "");
}

}  // namespace

std::string dotted(const ColumnName& name) {
  std::string text;
  for (const std::string& part : {name.database, name.table}) {
    text += part.empty() ? "" : part + ".";
  }
  return text + name.column;
}

std::string described(const column::Schema& schema, ColumnId column) {
  return fmt::format("{} ({})", schema.display_name(column),
                     column::to_string(schema.type(column)));
}

Names::Names(const column::Schema& schema, const std::vector<std::string>& search)
    : schema_(schema) {
  for (size_t table = 0; table < schema.tables.size(); ++table) {
    all_.push_back(table);
  }
  std::set<size_t> named;
  for (const std::string& entry : search) {
    const Tables found = schema.tables_named(entry);
    named.insert(found.begin(), found.end());
    if (found.size() > 1 && ambiguous_search_.empty()) {
      ambiguous_search_ = entry;
    }
  }
  std::ranges::copy_if(all_, std::back_inserter(searched_),
                       [&](size_t table) { return search.empty() || named.contains(table); });
}

Result<ColumnId, Problems> Names::find(const ColumnName& name, const NamePlaces& places) const {
  if (!name.table.empty()) {
    return find_in_named_table(name, places);
  }
  if (!ambiguous_search_.empty()) {
    return ambiguous_table(ambiguous_search_, places.column);
  }
  return find_in_one_of(searched_, name.column, places);
}

Result<ColumnId, Problems> Names::find_reference(const ColumnName& name, ColumnId own,
                                                 const NamePlaces& places) const {
  if (!name.table.empty()) {
    return find_in_named_table(name, places);
  }
  if (own.table != column::kKeyTable && name.column != schema_.key.name) {
    if (const auto beside = schema_.tables[own.table].find(name.column)) {
      return ColumnId{.table = own.table, .column = *beside};
    }
  }
  return find_in_one_of(all_, name.column, places);
}

Result<ColumnId, Problems> Names::find_in_named_table(const ColumnName& name,
                                                      const NamePlaces& places) const {
  const size_t table = TAGSMITH_TRY(find_table(name, places));
  if (name.column == schema_.key.name) {
    return column::kKeyColumn;
  }
  if (const auto found = schema_.tables[table].find(name.column)) {
    return ColumnId{.table = table, .column = *found};
  }
  return one_problem(
      kColumnUnknown, places.column,
      base::message("table {} has no column {}", shown(table), base::quote(name.column)),
      hint_for_column({table}, name.column, places));
}

Result<ColumnId, Problems> Names::find_in_one_of(const Tables& tables, std::string_view column,
                                                 const NamePlaces& places) const {
  if (column == schema_.key.name) {
    return column::kKeyColumn;
  }
  const Tables found = holders(tables, column);
  if (found.size() == 1) {
    return ColumnId{.table = found.front(), .column = *schema_.tables[found.front()].find(column)};
  }
  if (found.empty()) {
    return one_problem(kColumnUnknown, places.column,
                       tables.size() < all_.size()
                           ? base::message("no searched table has a column {}", base::quote(column))
                           : base::message("no table has a column {}", base::quote(column)),
                       hint_for_column(tables, column, places));
  }
  std::vector<std::string> names;
  std::ranges::transform(found, std::back_inserter(names), [&](size_t t) { return shown(t); });
  return one_problem(kColumnAmbiguous, places.column,
                     base::message("column {} is in several tables: {}", base::quote(column),
                                   listed(std::move(names), ", ")),
                     base::message("write {}", qualified(found, column, places)));
}

Result<size_t, Problems> Names::find_table(const ColumnName& name, const NamePlaces& places) const {
  const std::string written = dotted_table(name);
  const Tables found = schema_.tables_named(written);
  if (found.size() == 1) {
    return found.front();
  }
  if (found.empty()) {
    return one_problem(kTableUnknown, places.table,
                       base::message("no table {}", base::quote(written)), hint_for_table(name));
  }
  return ambiguous_table(written, places.table);
}

Problems Names::ambiguous_table(std::string_view written, const std::string& place) const {
  std::vector<std::string> names;
  for (const size_t table : schema_.tables_named(written)) {
    names.push_back(schema_.tables[table].full_name());
  }
  const std::string choices = listed(names, base::tr(" or "));
  return one_problem(kTableAmbiguous, place,
                     base::message("table {} is in several databases: {}", base::quote(written),
                                   listed(std::move(names), ", ")),
                     base::message("write {}", choices));
}

Names::Tables Names::holders(const Tables& tables, std::string_view column) const {
  Tables found;
  std::ranges::copy_if(tables, std::back_inserter(found), [&](size_t table) {
    return schema_.tables[table].find(column).has_value();
  });
  return found;
}

std::string Names::hint_for_table(const ColumnName& name) const {
  for (const TableSchema& table : schema_.tables) {
    if (table.name == name.table) {
      return base::message("did you mean '{}'?", table.full_name());
    }
  }
  std::vector<std::string> candidates;
  for (const size_t table : all_) {
    candidates.push_back(name.database.empty() ? shown(table) : schema_.tables[table].full_name());
  }
  std::string hint = base::did_you_mean(dotted_table(name), candidates);
  return hint.empty() && !candidates.empty()
             ? base::message("tables: {}", listed(std::move(candidates), ", "))
             : hint;
}

std::string Names::hint_for_column(const Tables& tables, std::string_view column,
                                   const NamePlaces& places) const {
  const Tables elsewhere = holders(all_, column);
  if (!elsewhere.empty()) {
    return base::message("write {}", qualified(elsewhere, column, places));
  }
  const size_t dot = column.rfind('.');
  if (places.json && dot != std::string_view::npos) {
    const Tables named = holders(all_, column.substr(dot + 1));
    const auto meant = std::ranges::find_if(named, [&](size_t table) {
      return schema_.tables[table].name == column.substr(0, dot) ||
             schema_.tables[table].full_name() == column.substr(0, dot);
    });
    if (meant != named.end()) {
      return base::message(R"(write "table": "{}", "field": "{}")", shown(*meant),
                           column.substr(dot + 1));
    }
  }
  std::string hint = hint_for_near_column(tables, column, places);
  if (places.may_be_text) {
    return hint + (hint.empty() ? "" : " ") +
           base::message("a text is in single quotes: {}", base::in_quotes(column, '\''));
  }
  return hint.empty() ? base::message("columns: {}", listed(columns_of(tables), ", ")) : hint;
}

std::string Names::hint_for_near_column(const Tables& tables, std::string_view column,
                                        const NamePlaces& places) const {
  std::vector<std::string> candidates = {schema_.key.name};
  for (const size_t table : tables) {
    std::ranges::transform(schema_.tables[table].columns, std::back_inserter(candidates),
                           &column::Column::name);
  }
  const std::string near = base::nearest(column, candidates);
  std::string hint = base::did_you_mean(column, candidates);
  if (const Tables of_near = holders(tables, near); of_near.size() > 1) {
    hint += " " + base::message("write {}", qualified(of_near, near, places));
  }
  return hint;
}

std::vector<std::string> Names::columns_of(const Tables& tables) const {
  std::vector<std::string> names = {schema_.key.name};
  for (const size_t table : tables) {
    for (const column::Column& column : schema_.tables[table].columns) {
      if (names.size() > kNamesShownMax) {
        return names;
      }
      const bool one = holders(tables, column.name).size() == 1;
      names.push_back(one ? column.name : shown(table) + "." + column.name);
    }
  }
  return names;
}

std::string Names::qualified(const Tables& tables, std::string_view column,
                             const NamePlaces& places) const {
  std::vector<std::string> choices;
  for (const size_t table : tables) {
    choices.push_back(places.json ? fmt::format("\"table\": \"{}\"", shown(table))
                                  : fmt::format("{}.{}", shown(table), column));
  }
  return listed(std::move(choices), base::tr(" or "));
}

std::string Names::shown(size_t table) const {
  const std::string& name = schema_.tables[table].name;
  return std::ranges::count(schema_.tables, name, &TableSchema::name) == 1
             ? name
             : schema_.tables[table].full_name();
}

}  // namespace tagsmith::rule
