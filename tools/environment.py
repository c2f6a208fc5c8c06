#!/usr/bin/env python3
"""Runs a command without the settings of somebody's shell that decide which tests run, or what they
compare with.

    tools/environment.py COMMAND ...
"""

import os
import re
import sys

FOREIGN_SETTINGS = re.compile(r"GTEST_|GLOG_|CTEST_|TAGSMITH_UPDATE|ASAN_|UBSAN_|LSAN_|TSAN_")


def clean_environment():
    return {name: value for name, value in os.environ.items() if not FOREIGN_SETTINGS.match(name)}


if __name__ == "__main__":
    os.execvpe(sys.argv[1], sys.argv[1:], clean_environment())
