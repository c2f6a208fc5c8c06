# cmake -DFOLDER=FOLDER -DSOURCE=FILE [-DCOMMIT=HASH] -P Commit.cmake
#
# Writes the source of built_commit(): the commit of a git work tree, empty where FOLDER is none; COMMIT says it for
# sources without one. A file that says the same already keeps its time.
if(NOT DEFINED COMMIT)
  execute_process(COMMAND git -C "${FOLDER}" rev-parse --short=12 HEAD
    OUTPUT_VARIABLE COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
file(CONFIGURE OUTPUT "${SOURCE}" @ONLY CONTENT [[#include "app/version.h"

namespace tagsmith::app {

std::string_view built_commit() { return "@COMMIT@"; }

}  // namespace tagsmith::app
]])
