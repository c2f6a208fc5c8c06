#!/usr/bin/env python3
"""Hands the default test run what ctest and GoogleTest print, and sees it miss nothing; sees the long
tests know the state of the tree and the shell's settings reach no test.

    run_tests_selftest.py SOURCE_FOLDER
"""

import contextlib
import importlib.machinery
import importlib.util
import io
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import unittest.mock
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(sys.argv[1]).resolve()
sys.path.insert(0, str(ROOT / "tools"))
sys.dont_write_bytecode = True

import run_tests  # noqa: E402

LOADER = importlib.machinery.SourceFileLoader("long_tests", str(ROOT / "tools" / "long"))
long_tests = importlib.util.module_from_spec(importlib.util.spec_from_loader("long_tests", LOADER))
sys.modules["long_tests"] = long_tests  # dataclasses look themselves up there
LOADER.exec_module(long_tests)

PASSED = """[==========] Running 2 tests from 1 test suite.
[       OK ] Rule.Holds (0 ms)
[==========] 2 tests from 1 test suite ran. (0 ms total)
"""
DECLARED = {"rule": ["unit"], "long_rule": ["differential", "long"], "rule_bench": ["bench"]}


def left_out_of(lines):
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(lines)
        file.flush()
        return run_tests.LeftOut(pathlib.Path(file.name))


def step_after(report, left_out="long | minutes | make test-long\nasan bench | slow | ctest\n", preset="dev"):
    """A test step that read a report, without running anything."""
    step = run_tests.TestStep.__new__(run_tests.TestStep)
    step.preset, step.left_out = preset, left_out_of(left_out)
    step.ran, step.cases, step.problems, step.left = 0, 0, [], []
    run_tests.declared_tests = lambda _: DECLARED
    step.read(ElementTree.fromstring(f"<testsuite>{report}</testsuite>"))
    return step


def case(name, status="run", output=PASSED):
    return f'<testcase name="{name}" status="{status}"><system-out>{output}</system-out></testcase>'


class DefaultRun(unittest.TestCase):
    def test_counts_tests_and_cases(self):
        step = step_after(case("rule") + case("rule_bench", output=""))
        self.assertEqual((step.ran, step.cases, step.problems, step.left), (2, 2, [], ["long_rule"]))

    def test_names_what_silently_did_not_run(self):
        rest = case("rule_bench", output="")
        cases = [
            ("a skipped case", "[  SKIPPED ] Rule.Later (0 ms)\n", "rule/Rule.Later"),
            ("a disabled case", "  YOU HAVE 1 DISABLED TEST\n", "rule/DISABLED"),
            ("a filter", "Note: Google Test filter = Rule.*\n", "rule/filtered"),
            ("an empty executable", "[==========] Running 0 tests from 0 test suites.\n", "rule/empty"),
        ]
        for what, output, expected in cases:
            with self.subTest(what):
                step = step_after(case("rule", output=output) + rest)
                self.assertIn(expected, "\n".join(step.problems))
                listed = step_after(case("rule", output=output) + rest,
                                    f"long | minutes | x\n{expected} | a reason | a command\n")
                self.assertEqual(listed.problems, [])

    def test_names_a_test_that_ctest_left_out(self):
        for status in ("notrun", "disabled"):
            step = step_after(case("rule", status) + case("rule_bench", output=""))
            self.assertIn("rule (labels: unit) did not run", "\n".join(step.problems))
        self.assertIn("rule_bench", "\n".join(step_after(case("rule")).problems))
        self.assertEqual(step_after(case("rule"), preset="asan").problems, [])

    def test_names_a_failed_test(self):
        step = step_after(case("rule", "fail") + case("rule_bench", output=""))
        self.assertIn("dev: rule failed", step.problems)

    def test_names_a_line_that_nothing_was_left_out_for(self):
        lines = "long | minutes | x\nasan bench | slow | x\nasan gone | a reason | x\nrule/Rule.Gone | a reason | x\n"
        left_out = left_out_of(lines)
        self.assertTrue(left_out.has("dev", "long_rule", "differential", "long"))
        self.assertTrue(left_out.has("asan", "rule_bench", "bench"))
        self.assertFalse(left_out.has("dev", "rule_bench", "bench"))
        stale = "\n".join(left_out.problems())
        self.assertIn(":3: asan gone", stale)
        self.assertIn(":4: rule/Rule.Gone", stale)
        self.assertEqual(len(left_out.problems()), 2, stale)

    def test_refuses_a_line_without_a_reason(self):
        with self.assertRaises(SystemExit):
            step_after(case("rule"), "long | minutes\n")


FOREIGN = {"GTEST_FILTER": "None.*", "CTEST_OUTPUT_ON_FAILURE": "1", "TAGSMITH_UPDATE_GOLDEN": "1"}


class ForeignSettings(unittest.TestCase):
    def test_reach_no_command(self):
        with unittest.mock.patch.dict(os.environ, FOREIGN):
            said = subprocess.run([ROOT / "tools" / "environment.py", "env"], capture_output=True, text=True).stdout
        self.assertIn("PATH=", said)
        for name in FOREIGN:
            self.assertNotIn(name, said)

    def test_reach_no_long_step(self):
        step = long_tests.Step("step", ["sh", "-c", 'test -z "$GTEST_FILTER"'])
        with tempfile.TemporaryDirectory() as folder, \
                unittest.mock.patch.object(long_tests, "LONG", pathlib.Path(folder)), \
                unittest.mock.patch.dict(os.environ, FOREIGN), contextlib.redirect_stdout(io.StringIO()):
            passed, line = long_tests.run_step("topic", "state", step)
        self.assertTrue(passed, line)

    def test_reach_no_ctest_of_a_script(self):
        for line in (ROOT / "tools" / "check").read_text().splitlines():
            if re.match(r"\s*ctest ", line):
                self.fail(f"tools/check runs ctest with the settings of the shell: {line}")


class StateOfTree(unittest.TestCase):
    def test_has_the_contents_of_every_file(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            git = ["git", "-C", root, "-c", "user.name=n", "-c", "user.email=e"]
            (root / "tracked").write_bytes(b"\x00\xff")
            for command in (["init", "--quiet"], ["add", "tracked"], ["commit", "--quiet", "-m", "m"]):
                subprocess.run([*git, *command], check=True)
            states = [long_tests.state_of_tree(root)]
            self.assertNotIn("changed", states[0])
            for name, content in [("new", b"1"), ("new", b"2"), ("other", b"2"), ("tracked", b"\x00\xfe")]:
                (root / name).write_bytes(content)
                states.append(long_tests.state_of_tree(root))
            self.assertEqual(len(set(states)), len(states), states)
            self.assertEqual(long_tests.state_of_tree(root), states[-1])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
