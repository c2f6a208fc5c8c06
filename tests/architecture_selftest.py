#!/usr/bin/env python3
"""Plants violations in a small house of its own and sees the architecture check refuse each.

    architecture_selftest.py SOURCE_FOLDER CMAKE
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(sys.argv[1]).resolve()
CMAKE = sys.argv[2]
sys.path.insert(0, str(ROOT / "tests"))
sys.dont_write_bytecode = True

import architecture  # noqa: E402

HOUSE = {
    "src/foundation/base/ground.h": "#pragma once\n",
    "src/foundation/base/ground.cpp": '#include "base/ground.h"\n#include <nlohmann/json.hpp>\n',
    "src/foundation/base/ground_internal.h": "#pragma once\n",
    "src/foundation/scratch/folder.h": "#pragma once\n",
    "src/rules/rule/parser.h": '#pragma once\n#include "base/ground.h"\n',
    "src/rules/rule/parser.cpp": '#include "rule/parser.h"\n#include <vector>\n#include <fmt/core.h>\n',
    "src/rules/rule/parser_test.cpp": '#include "rule/parser.h"\n#include <gtest/gtest.h>\n',
    "src/rules/engine/engine.h": '#pragma once\n#include "base/ground.h"\n',
    "src/jobs/job/decide.cpp": "#include <vector>\n",
    "src/system/adapters/duckdb/reader.h": "#pragma once\n",
    "src/system/adapters/duckdb/reader.cpp": '#include "adapters/duckdb/reader.h"\n#include <duckdb.h>\n',
    "src/system/app/wiring.cpp": '#include "adapters/duckdb/reader.h"\n',
    "src/system/app/eval.cpp": "#include <vector>\n",
    "tests/golden/golden_test.cpp": '#include "rule/parser.h"\n',
}


def room(folder, depends=(), kind="room", **lists):
    entry = {"kind": kind, "name": folder.rsplit("/", 1)[1], "folder": folder, "depends": list(depends)}
    for key in ("sources", "test_depends", "libraries", "tests", "fuzzers", "benches", "program"):
        entry[key] = lists.get(key, [])
    return entry


ROOMS = [
    room("src/foundation/base", sources=["ground.cpp"]),
    room("src/foundation/scratch"),
    room("src/rules/rule", ["base", "scratch"], sources=["parser.cpp"], tests=["parser_test.cpp"]),
    room("src/rules/engine", ["base"]),
    room("src/jobs/job", sources=["decide.cpp"]),
    room("src/system/adapters/duckdb", sources=["reader.cpp"]),
    room("src/system/app", ["duckdb"], sources=["wiring.cpp", "eval.cpp"]),
    room("tests/golden", ["rule"], kind="test", sources=["golden_test.cpp"]),
]


def problems_after(path=None, text=""):
    """The violations of the house with one file added or lengthened."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, content in HOUSE.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(content)
        if path:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            with open(root / path, "a") as file:
                file.write(text)
        return list(architecture.violations(root, json.loads(json.dumps(ROOMS))))


class ArchitectureCheck(unittest.TestCase):
    def test_accepts_a_tidy_house(self):
        self.assertEqual(problems_after(), [])

    def test_refuses_each_planted_violation(self):
        cases = [
            ("an edge that is not declared", "src/rules/rule/parser.cpp",
             '#include "engine/engine.h"\n', "DEPENDS of rule does not name engine"),
            ("a header that no room has", "src/rules/rule/parser.h",
             '#include "rule/absent.h"\n', "in no room"),
            ("a header included by its bare name", "src/rules/rule/parser.cpp",
             '#include "parser.h"\n', "in no room"),
            ("another room's internals", "src/rules/rule/parser.cpp",
             '#include "base/ground_internal.h"\n', "internal to src/foundation/base"),
            ("DuckDB outside its adapter", "src/rules/rule/parser.cpp",
             "#include <duckdb.h>\n", "only src/system/adapters/duckdb may see"),
            ("an adapter past the wiring", "src/system/app/eval.cpp",
             '#include "adapters/duckdb/reader.h"\n', "only src/system/app/wiring.cpp may see"),
            ("what is for tests, in the product", "src/rules/rule/parser.cpp",
             '#include "scratch/folder.h"\n', "is for tests"),
            ("DuckDB in quotes", "src/rules/rule/parser.cpp",
             '#include "duckdb.h"\n', "only src/system/adapters/duckdb may see"),
            ("a command line below the app", "src/rules/engine/engine.h",
             "#include <CLI/CLI.hpp>\n", "in a header"),
            ("a foreign JSON reader", "src/rules/rule/parser.cpp",
             "#include <nlohmann/json.hpp>\n", "only src/foundation/base may see"),
            ("a heavy header in a header", "src/foundation/base/ground.h",
             "#include <nlohmann/json.hpp>\n", "in a header"),
            ("a library that nobody chose", "src/rules/rule/parser.cpp",
             "#include <boost/any.hpp>\n", "does not list"),
            ("a test library in the product", "src/rules/rule/parser.cpp",
             "#include <gtest/gtest.h>\n", "only test may see"),
            ("a thread in a rule", "src/rules/rule/parser.cpp",
             "#include <thread>\n", "rules and jobs know no threads"),
            ("a file in a decision about jobs", "src/jobs/job/decide.cpp",
             "#include <fstream>\n", "rules and jobs know no threads, files"),
            ("a test that uses an undeclared room", "src/rules/rule/parser_test.cpp",
             '#include "engine/engine.h"\n', "TEST_DEPENDS of rule does not name engine"),
            ("a crossing test that uses an undeclared room", "tests/golden/golden_test.cpp",
             '#include "engine/engine.h"\n', "does not name engine"),
            ("a source that no room lists", "src/rules/rule/stray.cpp", "", "is listed by no room"),
            ("a source that no test lists", "tests/golden/stray.cpp", "", "is listed by no test"),
            ("a file outside every room", "src/rules/stray.h", "", "stands in no room"),
            ("a file named for nothing", "src/rules/rule/string_utils.h", "", "named for nothing"),
            ("a folder named for nothing", "src/rules/rule/common/x.h", "", "named for nothing"),
        ]
        for what, path, text, expected in cases:
            with self.subTest(what):
                found = problems_after(path, text)
                self.assertTrue(found, "nothing was refused")
                self.assertIn(expected, "\n".join(found))

    def test_the_build_refuses_an_upward_edge(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "CMakeLists.txt").write_text(
                "cmake_minimum_required(VERSION 3.25)\nproject(house LANGUAGES NONE)\n"
                f'list(APPEND CMAKE_MODULE_PATH "{ROOT}/cmake")\n'
                "add_library(tagsmith_flags INTERFACE)\ninclude(TagsmithRoom)\n"
                "add_subdirectory(src/rules/rule)\nadd_subdirectory(src/rules/engine)\n")
            for name, depends in (("rule", "engine"), ("engine", "rule")):
                (root / "src/rules" / name).mkdir(parents=True)
                (root / "src/rules" / name / "CMakeLists.txt").write_text(
                    f"tagsmith_room({name} DEPENDS {depends})\n")
            configure = [CMAKE, "-S", root, "-B", root / "build"]
            refused = subprocess.run(configure, capture_output=True, text=True)
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn("room 'rule' may not depend on 'engine'", " ".join(refused.stderr.split()))

            (root / "src/rules/rule/CMakeLists.txt").write_text("tagsmith_room(rule)\n")
            accepted = subprocess.run(configure, capture_output=True, text=True)
            self.assertEqual(accepted.returncode, 0, accepted.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
