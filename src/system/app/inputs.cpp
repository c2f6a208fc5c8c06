#include "app/inputs.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <iterator>
#include <utility>

#include "base/problem.h"
#include "base/similar.h"
#include "column/days.h"
#include "column/readers.h"
#include "dataset/discover.h"

namespace tagsmith::app {
namespace {

base::Error bad_zone(const std::string& zone, std::string hint) {
  return {.code = base::ErrorCode::kInvalidArgument,
          .message = fmt::format("--zone {}: no such time zone", base::quote(zone)),
          .hint = hint.empty() ? "write a name like Asia/Shanghai" : std::move(hint)};
}

}  // namespace

base::Result<std::int32_t> read_day(std::string_view option, const std::string& text) {
  constexpr size_t kDayLength = 10;
  const auto moment = column::read_moment(text);
  if (text.size() != kDayLength || !moment || !moment->is_day) {
    return base::Error{
        .code = base::ErrorCode::kInvalidArgument,
        .message = fmt::format("{} {} is no day of the calendar", option, base::quote(text)),
        .hint = "write YYYY-MM-DD, for example 2025-11-22"};
  }
  return column::day_of(moment->micros);
}

base::Status check_zone(const std::string& zone) {
  try {
    const date::tzdb& zones = date::get_tzdb();
    if (std::ranges::find(zones.zones, zone, &date::time_zone::name) != zones.zones.end()) {
      return {};
    }
    std::vector<std::string> names;
    std::ranges::transform(zones.zones, std::back_inserter(names),
                           [](const date::time_zone& one) { return one.name(); });
    return bad_zone(zone, base::did_you_mean(zone, names));
  } catch (const std::exception& error) {
    return base::unavailable(fmt::format("cannot read the tz database: {}", error.what()));
  }
}

std::int32_t day_in_zone(std::int64_t utc_micros, const std::string& zone) {
  try {
    const date::sys_time<std::chrono::microseconds> time{std::chrono::microseconds(utc_micros)};
    return column::day_of(date::locate_zone(zone)->to_local(time).time_since_epoch().count());
  } catch (const std::exception&) {  // the tz database has no such zone
    return column::day_of(utc_micros);
  }
}

std::int64_t end_of_day(std::int32_t day, const std::string& zone) {
  const date::local_days next{date::days(day + 1)};
  const date::local_time<std::chrono::microseconds> midnight{next};
  try {
    return date::locate_zone(zone)
        ->to_sys(midnight, date::choose::earliest)
        .time_since_epoch()
        .count();
  } catch (const std::exception&) {
    return midnight.time_since_epoch().count();
  }
}

base::Result<dataset::DataSet> open_tables(dataset::Reader& reader, const Inputs& inputs) {
  const dataset::DataOptions options{.day = inputs.day, .key = inputs.key, .zone = inputs.zone};
  std::vector<dataset::TableSource> sources;
  if (!inputs.folder.empty()) {
    sources = TAGSMITH_TRY(dataset::discover(inputs.folder, options));
  }
  for (const std::string& definition : inputs.tables) {
    auto source = dataset::table_of_definition(definition, options);
    if (!source) {
      base::Error error = std::move(source).error();
      return error.symbol.empty() ? std::move(error).while_doing("--table") : error;
    }
    sources.push_back(std::move(source).value());
  }
  return dataset::describe(reader, std::move(sources));
}

}  // namespace tagsmith::app
