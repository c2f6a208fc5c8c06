#!/usr/bin/env python3
"""What `tagsmith eval` makes of files and rules: the decisions about reading, and about which rules count.

usage: reading_cases_test.py PROJECT_FOLDER TAGSMITH_BINARY WRITE_PARQUET_BINARY

The files of cases/ are as tests/case_file.py says. The text of a *.parquet that begins with "select" is the SELECT whose
rows it holds.
"""

import pathlib
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from case_file import check_cases, write_text  # noqa: E402

PROJECT, PROGRAM, WRITE_PARQUET = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])


def write(path, text):
    if path.suffix == ".parquet" and text.lstrip().startswith("select "):
        subprocess.run([WRITE_PARQUET, path, text.strip()], check=True, timeout=60)
    else:
        write_text(path, text)


class Cases(unittest.TestCase):
    maxDiff = None

    def test_every_case_prints_what_it_says(self):
        count = check_cases(self, PROJECT / "tests/reading/cases", lambda case: case.run(PROGRAM, write=write))
        self.assertGreater(count, 30)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
