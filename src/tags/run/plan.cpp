#include "run/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/json.h"
#include "base/json_fields.h"
#include "base/language.h"
#include "run/json_internal.h"

namespace tagsmith::run {
namespace {

using base::json_quoted;
using base::JsonFields;
using Cause = HeldTag::Cause;

constexpr std::array kCauses = {Cause::kRefused, Cause::kGuard, Cause::kDependsOn, Cause::kFrozen};

std::string to_json(const TableRows& table) {
  return fmt::format(R"({{"table":{},"rows":{},"null_keys":{}}})", json_quoted(table.table),
                     table.rows, table.null_keys);
}

TableRows read_table(JsonFields& fields) {
  return {.table = fields.text("table"),
          .rows = fields.integer<std::uint64_t>("rows"),
          .null_keys = fields.integer<std::uint64_t>("null_keys")};
}

std::string to_json(const ColumnCounts& column) {
  return fmt::format(R"({{"table":{},"column":{},"rows":{},"nulls":{},"unreadable":{},"nans":{}}})",
                     json_quoted(column.table), json_quoted(column.column), column.rows,
                     column.nulls, column.unreadable, column.nans);
}

ColumnCounts read_column(JsonFields& fields) {
  return {.table = fields.text("table"),
          .column = fields.text("column"),
          .rows = fields.integer<std::uint64_t>("rows"),
          .nulls = fields.integer<std::uint64_t>("nulls"),
          .unreadable = fields.integer<std::uint64_t>("unreadable"),
          .nans = fields.integer<std::uint64_t>("nans")};
}

std::string to_json(const TagPlan& tag) {
  return fmt::format(
      R"({{"tag_id":{},"code":{},"before":{},"entered":{},"left":{},)"
      R"("left_by_hand":{},"is_new":{},"rule_changed":{},"entered_sample":{},"left_sample":{}}})",
      tag.tag_id, json_quoted(tag.code), tag.before, tag.entered, tag.left, tag.left_by_hand,
      tag.is_new, tag.rule_changed, json_list(tag.entered_sample, json_quoted),
      json_list(tag.left_sample, json_quoted));
}

// Of a plan that was stored before there was such a count.
std::uint64_t optional_count(JsonFields& fields, std::string_view key) {
  return fields.has(key) ? fields.integer<std::uint64_t>(key) : 0;
}

TagPlan read_tag(JsonFields& fields) {
  return {.tag_id = fields.integer<std::int32_t>("tag_id"),
          .code = fields.text("code"),
          .before = fields.integer<std::uint64_t>("before"),
          .entered = fields.integer<std::uint64_t>("entered"),
          .left = fields.integer<std::uint64_t>("left"),
          .left_by_hand = optional_count(fields, "left_by_hand"),
          .is_new = fields.boolean("is_new"),
          .rule_changed = fields.boolean("rule_changed"),
          .entered_sample = fields.texts("entered_sample"),
          .left_sample = fields.texts("left_sample")};
}

std::string to_json(const HeldTag& held) {
  return fmt::format(R"({{"tag_id":{},"code":{},"cause":"{}","why":{},"accept":{}}})", held.tag_id,
                     json_quoted(held.code), name_of(held.cause), json_quoted(held.why),
                     json_quoted(held.accept));
}

HeldTag read_held(JsonFields& fields) {
  HeldTag held{.tag_id = fields.integer<std::int32_t>("tag_id"),
               .code = fields.text("code"),
               .why = fields.text("why"),
               .accept = fields.text("accept")};
  const auto cause =
      std::ranges::find(kCauses, fields.text("cause"), [](Cause one) { return name_of(one); });
  if (cause == kCauses.end()) {
    fields.fail("cause");
  } else {
    held.cause = *cause;
  }
  return held;
}

template <typename Value, typename Read>
void read_all(JsonFields& fields, std::string_view key, std::vector<Value>& to, Read read) {
  read_objects(fields, key, [&](JsonFields& one) { to.push_back(read(one)); });
}

template <typename Value>
std::string all_to_json(const std::vector<Value>& values) {
  return json_list(values, [](const Value& value) { return to_json(value); });
}

}  // namespace

std::string_view name_of(HeldTag::Cause cause) {
  switch (cause) {
    case Cause::kRefused:
      return "refused";
    case Cause::kGuard:
      return "guard";
    case Cause::kDependsOn:
      return "depends_on";
    case Cause::kFrozen:
      break;
  }
  return "frozen";
}

std::string to_json(const PlanSummary& summary) {
  return fmt::format(
      R"({{"users":{},"users_before":{},"changed_users":{},"gone":{},"entered":{},"left":{},)"
      R"("unknown_users":{},"tables":{},"columns":{},"tags":{},"held":{},"feed_seen":{}}})",
      summary.users, summary.users_before, summary.changed_users, summary.gone, summary.entered,
      summary.left, json_list(summary.unknown_users, json_quoted), all_to_json(summary.tables),
      all_to_json(summary.columns), all_to_json(summary.tags), all_to_json(summary.held),
      summary.feed_seen);
}

base::Result<PlanSummary> parse_plan_summary(std::string_view json) {
  const base::Json object = TAGSMITH_TRY(parse_object(json, base::tr("summary of a plan")));
  JsonFields fields(object);
  PlanSummary summary{.users = fields.integer<std::uint64_t>("users"),
                      .users_before = fields.integer<std::uint64_t>("users_before"),
                      .changed_users = fields.integer<std::uint64_t>("changed_users"),
                      .gone = fields.integer<std::uint64_t>("gone"),
                      .entered = fields.integer<std::uint64_t>("entered"),
                      .left = fields.integer<std::uint64_t>("left"),
                      .unknown_users = fields.texts("unknown_users")};
  read_all(fields, "tables", summary.tables, read_table);
  read_all(fields, "columns", summary.columns, read_column);
  read_all(fields, "tags", summary.tags, read_tag);
  read_all(fields, "held", summary.held, read_held);
  summary.feed_seen = optional_count(fields, "feed_seen");
  TAGSMITH_TRY(told_of(fields.status(), base::tr("summary of a plan")));
  return summary;
}

bool looked_at_everybody(const Plan& plan) {
  return asks_for_everybody(plan.pins) && plan.pins.all_tags && !plan.summary.tables.empty();
}

}  // namespace tagsmith::run
