# How every target is compiled and linked: warnings, sanitizers, linker. No precompiled headers:
# their bytes hold absolute paths, and a second clone would find nothing in ccache.
add_compile_options("-ffile-prefix-map=${CMAKE_SOURCE_DIR}=.") # objects say nothing of this folder

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(--param=ggc-min-heapsize=524288) # in KB: collecting garbage early is a tenth of a compilation
endif()

add_library(tagsmith_flags INTERFACE)
if(TAGSMITH_WERROR)
  # Designated initialisers leave members to their defaults on purpose: g++ would warn about each.
  target_compile_options(tagsmith_flags INTERFACE -Wall -Wextra -Wshadow -Wconversion
    -Wnon-virtual-dtor -Woverloaded-virtual -Wold-style-cast -Wswitch -Wno-missing-field-initializers
    -Werror)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_BUILD_TYPE STREQUAL "Release")
    # g++ 12 reports these inside its own std::string and std::variant when everything is inlined;
    # the sanitizers and the debug build watch for the real ones.
    target_compile_options(tagsmith_flags INTERFACE -Wno-restrict -Wno-stringop-overflow
      -Wno-maybe-uninitialized)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    target_compile_options(tagsmith_flags INTERFACE -Wthread-safety)
  endif()
endif()

set(TAGSMITH_TEST_ENVIRONMENT "LC_ALL=" "LC_MESSAGES=C") # for every test: what it compares with is in English
set(TAGSMITH_TEST_PATIENCE 1)     # times the TIMEOUT of every test
if(TAGSMITH_SANITIZER STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
  set(TAGSMITH_TEST_PATIENCE 4)
elseif(TAGSMITH_SANITIZER STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  add_link_options(-fsanitize=thread)
  set(TAGSMITH_TEST_PATIENCE 10)
elseif(TAGSMITH_SANITIZER)
  message(FATAL_ERROR "TAGSMITH_SANITIZER is '${TAGSMITH_SANITIZER}': 'address' and 'thread' are known")
endif()
if(TAGSMITH_SANITIZER)
  set(symbolizer "external_symbolizer_path=/usr/bin/llvm-symbolizer-19")
  list(APPEND TAGSMITH_TEST_ENVIRONMENT
    "ASAN_OPTIONS=halt_on_error=1:detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1:${symbolizer}"
    "UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1:${symbolizer}"
    "LSAN_OPTIONS=suppressions='${CMAKE_SOURCE_DIR}/tests/lsan.suppressions'"
    "TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1:suppressions='${CMAKE_SOURCE_DIR}/tests/tsan.suppressions':${symbolizer}")
endif()
if(TAGSMITH_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "TAGSMITH_FUZZ needs clang: libFuzzer is part of it")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

find_program(TAGSMITH_MOLD mold)
if(TAGSMITH_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
