#include <utility>

#include <fmt/format.h>

#include "store/stores_internal.h"
#include "store/transaction_internal.h"

namespace tagsmith::store {
namespace {

using catalog::RuleVersion;

RuleVersion read_version(SqlRow row) {
  RuleVersion version{.tag_id = static_cast<std::int32_t>(integer_of(row.at(0))),
                      .number = static_cast<int>(integer_of(row.at(1))),
                      .code = text_of(std::move(row.at(2))),
                      .text = text_of(std::move(row.at(3))),
                      .grant_days = std::nullopt,
                      .actor = text_of(std::move(row.at(5))),
                      .commit = text_of(std::move(row.at(6))),
                      .recorded_micros = integer_of(row.at(7))};
  if (const auto days = optional_integer_of(row.at(4))) {
    version.grant_days = static_cast<int>(*days);
  }
  return version;
}

class CatalogStore final : public catalog::CatalogStore {
 public:
  explicit CatalogStore(Session& session) : session_(session) {}

  base::Result<std::vector<RuleVersion>> newest_versions() override {
    return versions(
        "where number = (select max(number) from tagsmith_rule_versions w "
        "where w.tag_id = v.tag_id) order by tag_id",
        {});
  }

  base::Result<std::vector<RuleVersion>> versions_of(std::int32_t tag_id) override {
    const SqlRow key{std::int64_t{tag_id}};
    return versions("where tag_id = ? order by number", key);
  }

 private:
  base::Result<std::vector<RuleVersion>> versions(std::string_view rest,
                                                  std::span<const SqlValue> parameters) {
    const std::string sql = fmt::format(
        "select tag_id, number, code, rules, grant_days, actor, commit_id, recorded_at "
        "from tagsmith_rule_versions v {}",
        rest);
    std::vector<RuleVersion> found;
    for (SqlRow& row : TAGSMITH_TRY(all_rows(*session_.connection, sql, parameters))) {
      found.push_back(read_version(std::move(row)));
    }
    return found;
  }

  Session& session_;
};

}  // namespace

std::unique_ptr<catalog::CatalogStore> catalog_store(Session& session) {
  return std::make_unique<CatalogStore>(session);
}

}  // namespace tagsmith::store
