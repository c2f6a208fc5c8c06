// A program for kill_run_test.py to kill: publishes the scenario of these tests, many times larger.
//
//   crash_victim make FOLDER COPIES          yesterday's store
//   crash_victim run FOLDER COPIES [TRACE]   today's run, or what is left of it
//   crash_victim dump FOLDER COPIES          all that the store holds

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>

#include "scenario.h"
#include "store/traced_database.h"

namespace {

using tagsmith::crash::Scenario;

int run(const Scenario& scenario, const std::string& trace) {
  auto database = scenario.database();
  if (!trace.empty()) {
    database = tagsmith::store::traced(database, trace).value();
  }
  const auto counts = scenario.run(database);
  if (!counts) {
    fmt::print(stderr, "{}: {}\n", counts.error().symbol, counts.error().message);
    return 1;
  }
  fmt::print("{} rows\n", counts->rows_written);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::span arguments(argv, static_cast<size_t>(argc));
  if (arguments.size() < 4) {
    return 2;
  }
  const std::string verb = arguments[1];
  const std::string folder = arguments[2];
  const int copies = std::atoi(arguments[3]);  // NOLINT(cert-err34-c): a test gives it
  if (verb == "make") {
    const Scenario made(folder, copies);
    return 0;
  }
  const Scenario scenario = Scenario::open(folder, copies);
  if (verb == "dump") {
    fmt::print("{}", scenario.dump());
    return 0;
  }
  return run(scenario, arguments.size() > 4 ? arguments[4] : "");
}
