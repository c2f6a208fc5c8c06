# tagsmith_embed(TARGET FILE ...)
#
# Compiles files of the source into TARGET, named by their paths from its root: embedded_files() of
# app/embedded_files.h. A changed file is compiled anew. No file may hold `)embedded"`.

if(NOT CMAKE_SCRIPT_MODE_FILE)
  function(tagsmith_embed target)
    set(output "${CMAKE_CURRENT_BINARY_DIR}/embedded_files.cpp")
    set(script "${CMAKE_SOURCE_DIR}/cmake/EmbedFiles.cmake")
    list(TRANSFORM ARGN PREPEND "${CMAKE_SOURCE_DIR}/" OUTPUT_VARIABLE paths)
    add_custom_command(OUTPUT "${output}"
      COMMAND "${CMAKE_COMMAND}" "-DROOT=${CMAKE_SOURCE_DIR}" "-DOUTPUT=${output}" "-DFILES=${ARGN}" -P "${script}"
      DEPENDS ${paths} "${script}"
      VERBATIM)
    target_sources(${target} PRIVATE "${output}")
  endfunction()
  return()
endif()

set(entries "")
foreach(file IN LISTS FILES)
  file(READ "${ROOT}/${file}" text)
  string(APPEND entries "    {\"${file}\", R\"embedded(${text})embedded\"},\n")
endforeach()
file(WRITE "${OUTPUT}" "#include \"app/embedded_files.h\"

namespace tagsmith::app {
namespace {

constexpr EmbeddedFile kFiles[] = {
${entries}};

}  // namespace

std::span<const EmbeddedFile> embedded_files() { return kFiles; }

}  // namespace tagsmith::app
")
