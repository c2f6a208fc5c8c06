// Writes the rows of a SELECT into a Parquet file.
//
//   write_parquet FILE SELECT

#include <cstdio>
#include <string>

#include "adapters/duckdb/database.h"

namespace duckdb = tagsmith::duckdb;

int main(int count, char** arguments) {
  if (count != 3) {
    std::fputs("usage: write_parquet FILE SELECT\n", stderr);
    return 2;
  }
  const auto database = duckdb::Database::open();
  if (!database) {
    std::fprintf(stderr, "%s\n", database.error().message.c_str());
    return 1;
  }
  const auto written =
      (*database)->query_text("COPY (" + std::string(arguments[2]) + ") TO " +
                              duckdb::quote_text(arguments[1]) + " (FORMAT parquet)");
  if (!written) {
    std::fprintf(stderr, "%s\n", written.error().message.c_str());
    return 1;
  }
  return 0;
}
