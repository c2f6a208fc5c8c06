# tagsmith_room(NAME [HOT] [SOURCES ...] [DEPENDS room ...] [LIBRARIES target ...]
#               [TESTS ...] [TEST_DEPENDS room ...] [FUZZERS ...] [BENCHES ...]
#               [PROGRAM name source])
#
# Declares one room: a library tagsmith_NAME from SOURCES (header-only when there are none) and what
# stands beside it. A room may only name rooms that were declared before it: the order of
# src/CMakeLists.txt is the architecture. TEST_DEPENDS counts for tests, fuzzers and benches.
#
#   HOT      optimised in Debug too: the tests run it for each of many values
#   TESTS    one executable NAME_test, test NAME (label unit)
#   FUZZERS  one executable an entry: x_fuzz.cpp becomes x_fuzz. In preset fuzz it is a fuzzer;
#            elsewhere the test x_fuzz (label fuzz) replays each file of the folder corpus/x_fuzz
#   PROGRAM  an executable of the room and the source of its main
#   BENCHES  one executable NAME_bench; the test NAME_bench (label bench) runs one short round
#
# tagsmith_test(NAME SOURCES ... DEPENDS room ... [LIBRARIES target ...] [LABELS label ...] [TIMEOUT s])
#
# Declares a test that crosses rooms, below tests/.
#
# Both write what they declared to rooms.json in the build folder, for the test `architecture`.

# Adds one entry, the JSON object of what was declared, to rooms.json.
function(tagsmith_record kind name)
  cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR BASE_DIRECTORY "${CMAKE_SOURCE_DIR}" OUTPUT_VARIABLE folder)
  set(members "\"kind\": \"${kind}\"" "\"name\": \"${name}\"" "\"folder\": \"${folder}\"")
  foreach(list_name IN ITEMS SOURCES DEPENDS TEST_DEPENDS LIBRARIES TESTS FUZZERS BENCHES PROGRAM)
    list(TRANSFORM ARG_${list_name} PREPEND "\"" OUTPUT_VARIABLE quoted)
    list(TRANSFORM quoted APPEND "\"")
    list(JOIN quoted ", " joined)
    string(TOLOWER "${list_name}" key)
    list(APPEND members "\"${key}\": [${joined}]")
  endforeach()
  list(JOIN members ", " joined)
  set_property(GLOBAL APPEND PROPERTY TAGSMITH_ROOMS "  {${joined}}")
endfunction()

function(tagsmith_write_rooms)
  get_property(rooms GLOBAL PROPERTY TAGSMITH_ROOMS)
  list(JOIN rooms ",\n" joined)
  file(WRITE "${CMAKE_BINARY_DIR}/rooms.json" "[\n${joined}\n]\n")
  get_property(fuzzers GLOBAL PROPERTY TAGSMITH_FUZZERS)
  file(GENERATE OUTPUT "${CMAKE_BINARY_DIR}/fuzzers.txt" CONTENT "${fuzzers}")
endfunction()
cmake_language(DEFER DIRECTORY "${CMAKE_SOURCE_DIR}" CALL tagsmith_write_rooms)

# The targets of the rooms in a list; a room that is not declared yet is an upward edge.
function(tagsmith_targets_of output name)
  set(targets "")
  foreach(dependency IN LISTS ARGN)
    if(NOT TARGET tagsmith_${dependency})
      message(FATAL_ERROR "room '${name}' may not depend on '${dependency}': "
                          "it is not declared above it in src/CMakeLists.txt")
    endif()
    list(APPEND targets tagsmith_${dependency})
  endforeach()
  set(${output} "${targets}" PARENT_SCOPE)
endfunction()

# Registers a test with what all tests share. Those that may take long begin first. The programs that the command names are built by the target tests_LABEL.
function(tagsmith_add_test name timeout_s labels)
  add_test(NAME ${name} COMMAND ${ARGN})
  list(TRANSFORM ARGN REPLACE "^\\$<TARGET_FILE:(.+)>$" "\\1" OUTPUT_VARIABLE programs)
  foreach(label IN LISTS labels)
    if(NOT TARGET tests_${label})
      add_custom_target(tests_${label})
    endif()
    foreach(program IN LISTS programs)
      if(TARGET ${program})
        add_dependencies(tests_${label} ${program})
      endif()
    endforeach()
  endforeach()
  math(EXPR timeout_s "${timeout_s} * ${TAGSMITH_TEST_PATIENCE}")
  set_tests_properties(${name} PROPERTIES LABELS "${labels}" TIMEOUT ${timeout_s} COST ${timeout_s}
    ENVIRONMENT "${TAGSMITH_TEST_ENVIRONMENT}")
endfunction()

function(tagsmith_add_fuzzer source libraries)
  cmake_path(GET source STEM fuzzer)
  set(corpus "${CMAKE_CURRENT_SOURCE_DIR}/corpus/${fuzzer}")
  add_executable(${fuzzer} "${source}")
  target_link_libraries(${fuzzer} PRIVATE ${libraries})
  if(TAGSMITH_FUZZ)
    target_link_options(${fuzzer} PRIVATE -fsanitize=fuzzer)
    # Name, executable, corpus: what tools/long runs.
    set_property(GLOBAL APPEND_STRING PROPERTY TAGSMITH_FUZZERS "${fuzzer}\t$<TARGET_FILE:${fuzzer}>\t${corpus}\n")
  else()
    target_sources(${fuzzer} PRIVATE "${CMAKE_SOURCE_DIR}/cmake/replay_main.cpp")
    tagsmith_add_test(${fuzzer} 120 fuzz ${fuzzer} "${corpus}")
  endif()
endfunction()

# Parsing headers takes most of a build. The other presets compile each file by itself, so none leans on what its
# neighbour includes.
function(tagsmith_in_few_pieces target)
  if(TAGSMITH_SANITIZER)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 12)
  endif()
endfunction()

function(tagsmith_room name)
  cmake_parse_arguments(ARG "HOT" ""
    "SOURCES;DEPENDS;LIBRARIES;TESTS;TEST_DEPENDS;FUZZERS;BENCHES;PROGRAM" ${ARGN})
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "room '${name}': not understood: ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  tagsmith_record(room ${name})
  tagsmith_targets_of(depends ${name} ${ARG_DEPENDS})
  tagsmith_targets_of(test_depends ${name} ${ARG_TEST_DEPENDS})

  cmake_path(GET CMAKE_CURRENT_SOURCE_DIR PARENT_PATH include_root)
  if(include_root MATCHES "/adapters$")
    cmake_path(GET include_root PARENT_PATH include_root)
  endif()
  if(ARG_SOURCES)
    add_library(tagsmith_${name} STATIC ${ARG_SOURCES})
    set(scope PUBLIC)
    target_link_libraries(tagsmith_${name} PRIVATE tagsmith_flags)
    tagsmith_in_few_pieces(tagsmith_${name})
    # Optimising what runs seldom takes longer than it saves. Not for tsan: libduckdb would lock its mutexes by a
    # std::mutex::lock() that is not inlined here, and unlock them unseen.
    if(NOT ARG_HOT AND NOT TAGSMITH_SANITIZER STREQUAL "thread")
      target_compile_options(tagsmith_${name} PRIVATE $<$<CONFIG:Debug>:-O0>)
    endif()
  else()
    add_library(tagsmith_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(tagsmith_${name} ${scope} "${include_root}")
  target_link_libraries(tagsmith_${name} ${scope} ${depends} ${ARG_LIBRARIES})

  set(libraries tagsmith_${name} tagsmith_flags ${test_depends})
  foreach(source IN LISTS ARG_FUZZERS)
    tagsmith_add_fuzzer(${source} "${libraries}")
  endforeach()
  if(TAGSMITH_FUZZ)
    return()
  endif()
  if(ARG_PROGRAM)
    list(POP_FRONT ARG_PROGRAM program)
    add_executable(${program} ${ARG_PROGRAM})
    target_link_libraries(${program} PRIVATE tagsmith_${name} tagsmith_flags)
  endif()
  if(ARG_TESTS)
    add_executable(${name}_test ${ARG_TESTS})
    tagsmith_in_few_pieces(${name}_test)
    target_link_libraries(${name}_test PRIVATE ${libraries} GTest::gmock GTest::gtest_main)
    # Optimising a test takes longer than running it.
    target_compile_options(${name}_test PRIVATE $<$<CONFIG:Debug>:-O0>)
    tagsmith_add_test(${name} 120 unit ${name}_test)
  endif()
  if(ARG_BENCHES)
    add_executable(${name}_bench ${ARG_BENCHES})
    target_link_libraries(${name}_bench PRIVATE ${libraries} benchmark::benchmark_main)
    tagsmith_add_test(${name}_bench 120 bench ${name}_bench --benchmark_min_time=0.001)
  endif()
endfunction()

function(tagsmith_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPENDS;LIBRARIES;LABELS" ${ARGN})
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "test '${name}': not understood: ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  tagsmith_record(test ${name})
  if(TAGSMITH_FUZZ)
    return()
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  tagsmith_targets_of(depends ${name} ${ARG_DEPENDS})
  add_executable(${name}_test ${ARG_SOURCES})
  tagsmith_in_few_pieces(${name}_test)
  target_link_libraries(${name}_test PRIVATE
    ${depends} ${ARG_LIBRARIES} tagsmith_flags GTest::gmock GTest::gtest_main)
  tagsmith_add_test(${name} ${ARG_TIMEOUT} "${ARG_LABELS}" ${name}_test)
endfunction()
