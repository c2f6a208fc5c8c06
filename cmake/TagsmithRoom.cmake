# tagsmith_room(NAME [SOURCES ...] [DEPENDS room ...] [LIBRARIES target ...] [TESTS ...] [TEST_LABEL label]
#               [FUZZERS ...] [BENCHES ...])
#
# Declares one room: a library tagsmith_NAME from SOURCES (header-only when there are none), a test
# executable NAME_test from TESTS, one fuzzer an entry of FUZZERS. A room may only name rooms in
# DEPENDS that were declared before it: the order of src/CMakeLists.txt is the architecture.
# The graph is also written down for the test `architecture`.
set_property(GLOBAL PROPERTY TAGSMITH_ROOMS "")

add_library(tagsmith_flags INTERFACE)
if(TAGSMITH_WERROR)
  target_compile_options(tagsmith_flags INTERFACE -Wall -Wextra -Wshadow -Wconversion -Wnon-virtual-dtor
    -Woverloaded-virtual -Wold-style-cast -Wswitch -Wno-missing-field-initializers -Werror)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    target_compile_options(tagsmith_flags INTERFACE -Wthread-safety)
  endif()
endif()

function(tagsmith_room name)
  cmake_parse_arguments(ROOM "" "TEST_LABEL" "SOURCES;DEPENDS;LIBRARIES;TESTS;FUZZERS;BENCHES;TEST_DEPENDS" ${ARGN})
  if(ROOM_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "room '${name}': not understood: ${ROOM_UNPARSED_ARGUMENTS}")
  endif()
  cmake_path(GET CMAKE_CURRENT_SOURCE_DIR PARENT_PATH floor)
  if(floor MATCHES "/adapters$")
    cmake_path(GET floor PARENT_PATH floor)
  endif()

  set(targets "")
  foreach(dependency IN LISTS ROOM_DEPENDS ROOM_TEST_DEPENDS)
    if(NOT TARGET tagsmith_${dependency})
      message(FATAL_ERROR "room '${name}' may not depend on '${dependency}': "
                          "it is not declared above it in src/CMakeLists.txt")
    endif()
  endforeach()
  foreach(dependency IN LISTS ROOM_DEPENDS)
    list(APPEND targets tagsmith_${dependency})
  endforeach()

  if(ROOM_SOURCES)
    add_library(tagsmith_${name} STATIC ${ROOM_SOURCES})
    set(scope PUBLIC)
    target_link_libraries(tagsmith_${name} PRIVATE tagsmith_flags)
    set_target_properties(tagsmith_${name} PROPERTIES UNITY_BUILD ${TAGSMITH_UNITY} UNITY_BUILD_BATCH_SIZE 0)
  else()
    add_library(tagsmith_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(tagsmith_${name} ${scope} "${floor}")
  target_link_libraries(tagsmith_${name} ${scope} ${targets} ${ROOM_LIBRARIES})

  if(ROOM_TESTS)
    add_executable(${name}_test ${ROOM_TESTS})
    target_link_libraries(${name}_test PRIVATE tagsmith_${name} tagsmith_flags GTest::gmock GTest::gtest_main)
    foreach(dependency IN LISTS ROOM_TEST_DEPENDS)
      target_link_libraries(${name}_test PRIVATE tagsmith_${dependency})
    endforeach()
    if(NOT ROOM_TEST_LABEL)
      set(ROOM_TEST_LABEL unit)
    endif()
    add_test(NAME ${name} COMMAND ${name}_test)
    set_tests_properties(${name} PROPERTIES LABELS ${ROOM_TEST_LABEL} TIMEOUT 120)
  endif()

  file(RELATIVE_PATH folder "${CMAKE_SOURCE_DIR}/src" "${CMAKE_CURRENT_SOURCE_DIR}")
  set_property(GLOBAL APPEND PROPERTY TAGSMITH_ROOMS "${folder}|${ROOM_DEPENDS}|${ROOM_TEST_DEPENDS}")
endfunction()
