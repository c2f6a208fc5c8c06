# libduckdb as an imported target. The files come from tools/setup; their pinned sums are compared
# again here, so that no build uses a file that somebody changed.
set(duckdb_root "${TAGSMITH_DEPS}/duckdb")
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
  set(duckdb_pins "${CMAKE_SOURCE_DIR}/tools/pins/duckdb-arm64.sha256")
else()
  set(duckdb_pins "${CMAKE_SOURCE_DIR}/tools/pins/duckdb-x64.sha256")
endif()
file(STRINGS "${duckdb_pins}" duckdb_lines)
foreach(line IN LISTS duckdb_lines)
  string(REGEX MATCH "^([0-9a-f]+)  (.+)$" matched "${line}")
  set(wanted "${CMAKE_MATCH_1}")
  set(path "${duckdb_root}/${CMAKE_MATCH_2}")
  set(found "absent")
  if(EXISTS "${path}")
    file(SHA256 "${path}" found)
  endif()
  if(NOT found STREQUAL wanted)
    message(FATAL_ERROR "${path} is missing or is not the pinned file (sha256 ${found}): run 'make setup'")
  endif()
endforeach()

add_library(duckdb SHARED IMPORTED)
set_target_properties(duckdb PROPERTIES
  IMPORTED_LOCATION "${duckdb_root}/lib/libduckdb.so"
  INTERFACE_INCLUDE_DIRECTORIES "${duckdb_root}/include")
