#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dataset/data_set.h"
#include "dataset/reader.h"
#include "project/project.h"

namespace tagsmith::app {

/// The options that say which tables there are; the same for every command that reads tables.
struct Inputs {
  std::string folder;               // --data; may be empty when there is a table
  std::vector<std::string> tables;  // --table NAME=SELECT or NAME=PATTERN
  std::string key = "user_id";      // --key
  std::string day;                  // --dt; empty: the newest partition
  std::string zone = "UTC";         // --zone
};

/// The day of a text that is exactly YYYY-MM-DD and in the calendar, as days since 1970-01-01;
/// kInvalidArgument names the option.
base::Result<std::int32_t> read_day(std::string_view option, const std::string& text);

/// Refuses a zone that the tz database does not have.
base::Status check_zone(const std::string& zone);

/// The day that it is somewhere; where the zone does not exist, in UTC.
std::int32_t day_in_zone(std::int64_t utc_micros, const std::string& zone);

/// The moment at which a day of a zone ends.
std::int64_t end_of_day(std::int32_t day, const std::string& zone);

/// Refuses a result that would take the place of a file that is read, or become one: the file of
/// rules, a file that --table names, a .parquet inside of --data. Reads nothing.
base::Status check_output(const std::string& out, const std::string& rules, const Inputs& inputs);

/// The same for a file that `option` names for a project to write: refuses the store, the files
/// that the project is written in, and whatever its tables read. In the project's folder.
base::Status check_output_of_project(std::string_view option, const std::string& out,
                                     const project::Project& project);

/// Says with --verbose which tables there are, and what each is read from.
void tell_tables(const dataset::DataSet& data);

/// All tables of the options, described.
base::Result<dataset::DataSet> open_tables(dataset::Reader& reader, const Inputs& inputs);

}  // namespace tagsmith::app
