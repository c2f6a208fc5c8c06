#!/usr/bin/env python3
"""Hands the default test run what ctest and GoogleTest print, and sees it miss nothing.

    run_tests_selftest.py SOURCE_FOLDER
"""

import pathlib
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(sys.argv[1]).resolve()
sys.path.insert(0, str(ROOT / "tools"))
sys.dont_write_bytecode = True

import run_tests  # noqa: E402

PASSED = """[==========] Running 2 tests from 1 test suite.
[       OK ] Rule.Holds (0 ms)
[==========] 2 tests from 1 test suite ran. (0 ms total)
"""
DECLARED = {"rule": ["unit"], "long_rule": ["differential", "long"], "rule_bench": ["bench"]}


def step_after(report, left_out="long | minutes | make test-long\nasan bench | slow | ctest\n", preset="dev"):
    """A test step that read a report, without running anything."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(left_out)
        file.flush()
        listed = run_tests.LeftOut(pathlib.Path(file.name))
    step = run_tests.TestStep.__new__(run_tests.TestStep)
    step.preset, step.left_out = preset, listed
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

    def test_refuses_a_line_without_a_reason(self):
        with self.assertRaises(SystemExit):
            step_after(case("rule"), "long | minutes\n")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
