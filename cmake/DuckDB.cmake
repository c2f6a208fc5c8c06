# libduckdb as an imported target. The files come from tools/setup, which pins and checks them.
if(NOT EXISTS "${TAGSMITH_DEPS}/duckdb/include/duckdb.h" OR NOT EXISTS "${TAGSMITH_DEPS}/duckdb/lib/libduckdb.so")
  message(FATAL_ERROR "libduckdb is not in ${TAGSMITH_DEPS}/duckdb: run 'make setup' first")
endif()
add_library(duckdb SHARED IMPORTED)
set_target_properties(duckdb PROPERTIES
  IMPORTED_LOCATION "${TAGSMITH_DEPS}/duckdb/lib/libduckdb.so"
  INTERFACE_INCLUDE_DIRECTORIES "${TAGSMITH_DEPS}/duckdb/include")
