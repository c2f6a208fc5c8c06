#include "app/generate.h"

#include <fmt/format.h>

#include <filesystem>
#include <string_view>
#include <system_error>
#include <vector>

#include "app/exit_code.h"
#include "app/inputs.h"
#include "app/wiring.h"
#include "base/language.h"
#include "files/atomic_file.h"

namespace tagsmith::app {
namespace {

// What a column holds: a pool of texts as an SQL list, and the type that the texts have in typed
// tables. A cell is the pool's element at the hash of user and column, or null for one user in
// nine.
struct Pool {
  std::string_view texts;
  std::string_view type;
};

constexpr Pool kMoney{
    "['0', '0.01', '-1', '9999.99', '10000', '10000.01', '49999.99', '50000', '50000.50', "
    "'50000.51', "
    "'99999.99', '100000', '100000.01', '100000.00000001', ' 100000 ', '1e5', '2500000', '123.45', "
    "'7000', "
    "'9007199254740993', '9007199254740992', 'n/a', '', '1,000', '0x10', 'NaN']",
    "DECIMAL(30, 8)"};
constexpr Pool kCount{
    "['0', '1', '2', '3', '4', '5', '9', '10', '11', '12', '40', '100', '5.', ' 3 ', '1_0', '', "
    "'many']",
    "INTEGER"};
constexpr Pool kRate{
    "['0', '0.0014', '0.0015', '0.00150001', '0.0016', '.5', '1', '15e-4', 'none']",
    "DECIMAL(9, 8)"};
constexpr Pool kTime{
    "['2025-01-01', '2024-12-31', '2025-01-02', '2025-01-31', '2025-02-01', '2024-02-29', "
    "'2025-01-01 00:00:00', "
    "'2025-01-01 00:00:00.000001', '2024-12-31 23:59:59.999999', '2025-01-31 23:59:59.999999', "
    "'2025-11-22 00:00:00', '2025-11-22 10:30:00', '2025-11-22 10:30:00.000001', '2025-11-21 "
    "23:59:59.999999', "
    "'2025-11-15 00:00:00', '2025-11-14 23:59:59.999999', '2025-11-16', '2025-10-23', '2025-10-22 "
    "12:00:00', "
    "'2025-10-24', '2025-11-19', '2025-11-20', '2023-02-27', '2023-02-26', '2025-12-01', "
    "'2025-11-01 00:00:00', "
    "'2025-10-31 23:59:59.999999', ' 2025-01-01 ', '2025-11-22T09:00', '2025-02-29', '20250101', "
    "'2025-1-1', '', "
    "'2025-01-01 24:00:00', '2025-01-01Z']",
    "TIMESTAMP"};
constexpr Pool kFlag{
    "['true', 'false', 'True', 'FALSE', 't', 'f', 'yes', 'no', '1', '0', ' y ', '2', '', "
    "'unknown']",
    "BOOLEAN"};
constexpr Pool kLevel{"['VIP0', 'VIP1', 'VIP2', 'VIP3', 'VIP4', 'VIP10', 'vip2', ' VIP2', '']",
                      "VARCHAR"};
constexpr Pool kMethod{"['email', 'phone', 'Google', 'Email', 'e%mail', '']", "VARCHAR"};
constexpr Pool kStyle{"['high-leverage', 'low-frequency', 'hedge']", "VARCHAR"};
constexpr Pool kCountry{"['CN', 'US', 'DE', 'cn', 'it''s', '中国', 'C_', '']", "VARCHAR"};
constexpr Pool kSystem{"['Android', 'iOS', 'Windows', 'Linux', 'L', 'android', 'Windows 11', '']",
                       "VARCHAR"};
constexpr Pool kMail{
    "['gmail.com', 'GMAIL.com', 'qq.com', '100%.com', 'under_score.org', 'ü.com', 'a\"b.com', "
    "'o''brien.net', '', "
    "'mail', 'x\\y.com', '😀.com']",
    "VARCHAR"};
constexpr Pool kAddress{"['192.168.0.1', '192.168.10.2', '192_168.0.1', '10.0.0.1', '192.168', '']",
                        "VARCHAR"};
constexpr Pool kLists{
    "[['BTC'], ['BTC', 'ETH'], ['ETH', 'BTC', 'SOL'], [], ['DOGE'], ['BTC', NULL], [NULL], "
    "['btc'], "
    "['DOGE', NULL], ['new', 'vip'], ['vip'], ['it''s', 'a,b'], ['']]",
    "VARCHAR[]"};
constexpr Pool kAge{"['17', '18', '19', '24', '29', '30', '31', '45', '65', '0', '-1', '120']",
                    "INTEGER"};
constexpr Pool kScore{
    "['0', '10', '29.999999999999996', '30', '30.000000000000004', '55.5', '100', 'NaN', 'inf', "
    "'-0.0']",
    "DOUBLE"};
constexpr Pool kVerified{"['verified', 'pending', 'rejected', 'Verified', '']", "VARCHAR"};
constexpr Pool kAssets{
    "['0', '99999.99', '99999.99999999999', '100000', '100000.00000000001', '49999.99', '50000', "
    "'50000.01', '150000', "
    "'2000000', 'NaN', 'inf']",
    "DOUBLE"};

struct ColumnPlan {
  std::string_view name;
  const Pool* pool;
};
struct TablePlan {
  std::string_view name;
  std::vector<ColumnPlan> columns;
};

const std::vector<TablePlan>& v1_tables() {
  static const std::vector<TablePlan> tables = {
      {"user_basic_info",
       {{"age", &kAge},
        {"user_level", &kLevel},
        {"kyc_status", &kVerified},
        {"registration_date", &kTime},
        {"risk_score", &kScore}}},
      {"user_asset_summary", {{"total_asset_value", &kAssets}, {"cash_balance", &kAssets}}},
      {"user_activity_summary", {{"trade_count_30d", &kCount}, {"last_login_date", &kTime}}}};
  return tables;
}

const std::vector<TablePlan>& v2_tables() {
  static const std::vector<TablePlan> tables = {
      {"dws_user_profile_df",
       {{"register_time", &kTime},
        {"register_method", &kMethod},
        {"register_country", &kCountry},
        {"is_kyc_completed", &kFlag},
        {"is_2fa_enabled", &kFlag},
        {"user_level", &kLevel}}},
      {"dws_user_asset_df",
       {{"total_deposit_amount", &kMoney},
        {"total_withdraw_amount", &kMoney},
        {"net_deposit_amount", &kMoney},
        {"last_deposit_time", &kTime},
        {"withdraw_count_30d", &kCount},
        {"deposit_fail_count", &kCount},
        {"spot_position_value", &kMoney},
        {"contract_position_value", &kMoney},
        {"current_total_position_value", &kMoney},
        {"available_balance", &kMoney}}},
      {"dws_user_trading_df",
       {{"spot_trade_count", &kCount},
        {"last_trade_time", &kTime},
        {"contract_trading_style", &kStyle}}},
      {"dws_user_activity_df",
       {{"last_login_time", &kTime},
        {"login_count_7d", &kCount},
        {"login_ip_address", &kAddress},
        {"country_region_code", &kCountry},
        {"email_suffix", &kMail},
        {"operating_system", &kSystem}}},
      {"dws_user_risk_df", {{"is_blacklist_user", &kFlag}, {"is_high_risk_ip", &kFlag}}},
      {"dws_user_marketing_df",
       {{"successful_invites_count", &kCount},
        {"spot_commission_rate", &kRate},
        {"total_commission_amount", &kMoney}}},
      {"dws_user_behavior_df",
       {{"current_holding_coins", &kLists},
        {"traded_coins_list", &kLists},
        {"reward_claim_history", &kLists},
        {"used_coupon_types", &kLists}}}};
  return tables;
}

std::string cell_sql(std::string_view table, const ColumnPlan& column, bool typed) {
  const std::string draw = fmt::format("hash(i, '{}.{}')", table, column.name);
  const std::string text = fmt::format("list_extract({0}, 1 + (({1} >> 8) % len({0}))::BIGINT)",
                                       column.pool->texts, draw);
  const std::string value =
      typed ? fmt::format("TRY_CAST({} AS {})", text, column.pool->type) : text;
  return fmt::format("CASE WHEN {} % 9 = 0 THEN NULL ELSE {} END AS {}", draw, value, column.name);
}

base::Status write_table(SelectWriter& writer, const TablePlan& table, bool typed,
                         std::uint64_t users, const std::filesystem::path& folder,
                         const std::string& day) {
  const std::filesystem::path partition = folder / table.name / ("dt=" + day);
  std::error_code error;
  std::filesystem::create_directories(partition, error);
  if (error) {
    return base::unavailable(base::message("make {}: {}", partition.string(), error.message()));
  }
  std::string columns;
  for (const ColumnPlan& column : table.columns) {
    columns += ", " + cell_sql(table.name, column, typed);
  }
  return writer.write_parquet(
      fmt::format("SELECT 'user_' || lpad(i::VARCHAR, 7, '0') AS user_id{} "
                  "FROM range(1, {}) AS users(i) WHERE hash(i, '{}') % 10 <> 0 ORDER BY i",
                  columns, users + 1, table.name),
      (partition / "part-0.parquet").string());
}

base::Status write_v1(SelectWriter& writer, std::uint64_t users,
                      const std::filesystem::path& folder, const std::string& day) {
  for (const TablePlan& table : v1_tables()) {
    TAGSMITH_TRY(write_table(writer, table, /*typed=*/true, users, folder, day));
  }
  return {};
}

base::Status write_warehouses(const GenerateOptions& options) {
  TAGSMITH_TRY(read_day("--dt", options.day));
  files::AtomicFolder folder = TAGSMITH_TRY(files::AtomicFolder::create(options.folder));
  SelectWriter writer = TAGSMITH_TRY(SelectWriter::make());
  const std::filesystem::path root(folder.temporary_path());
  TAGSMITH_TRY(write_v1(writer, options.users, root / "v1", options.day));
  for (const bool typed : {false, true}) {
    const std::filesystem::path warehouse = root / (typed ? "v2_typed" : "v2") / "dws_user";
    for (const TablePlan& table : v2_tables()) {
      TAGSMITH_TRY(write_table(writer, table, typed, options.users, warehouse, options.day));
    }
  }
  return folder.commit();
}

}  // namespace

int generate(const GenerateOptions& options) {
  const base::Status written = write_warehouses(options);
  return written ? kDone : report(written.error());
}

base::Status write_seed_tables(const std::string& folder, std::uint64_t users,
                               const std::string& day) {
  SelectWriter writer = TAGSMITH_TRY(SelectWriter::make());
  return write_v1(writer, users, folder, day);
}

}  // namespace tagsmith::app
