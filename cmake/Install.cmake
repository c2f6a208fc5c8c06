# What is installed, and where below the prefix: `make install` and `make package` follow these rules.
if(NOT TARGET tagsmith)
  return()
endif()

# The program finds libduckdb in ../lib/tagsmith, in the build folder as where it is installed: so its
# bytes do not say where it was built, and nothing is linked again.
set_target_properties(tagsmith PROPERTIES BUILD_WITH_INSTALL_RPATH ON INSTALL_RPATH "$ORIGIN/../lib/tagsmith")
target_link_options(tagsmith PRIVATE -Wl,--build-id=none) # a hash of debug information, which names folders
get_target_property(program_folder tagsmith BINARY_DIR)
get_target_property(libduckdb duckdb IMPORTED_LOCATION)
cmake_path(GET program_folder PARENT_PATH beside)
file(MAKE_DIRECTORY "${beside}/lib/tagsmith")
file(CREATE_LINK "${libduckdb}" "${beside}/lib/tagsmith/libduckdb.so" SYMBOLIC)

install(TARGETS tagsmith DESTINATION bin)
install(FILES "${libduckdb}" DESTINATION lib/tagsmith)
install(DIRECTORY docs/schema DESTINATION share/tagsmith)

# The documents keep their places among each other, so that their links hold.
set(documents share/doc/tagsmith)
install(FILES ARCHITECTURE.md CHANGELOG.md CONTRIBUTING.md GLOSSARY.md LICENSE README.md DESTINATION ${documents})
install(FILES benchmarks/RESULTS.md benchmarks/daily_runs.svg DESTINATION ${documents}/benchmarks)
install(DIRECTORY docs DESTINATION ${documents})
install(DIRECTORY examples DESTINATION ${documents}
  PATTERN demo PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE
  PATTERN raw EXCLUDE PATTERN warehouse EXCLUDE PATTERN "*.db*" EXCLUDE PATTERN ".*" EXCLUDE) # what runs make

# What the program says about itself: the man page, shell completions.
install(CODE "execute_process(COMMAND_ERROR_IS_FATAL ANY
  COMMAND /usr/bin/python3 \"${CMAKE_SOURCE_DIR}/cmake/spoken_files.py\"
          \"$<TARGET_FILE:tagsmith>\" \"${CMAKE_BINARY_DIR}/spoken\")")
install(DIRECTORY "${CMAKE_BINARY_DIR}/spoken/" DESTINATION share)
