#!/usr/bin/env python3
"""The default test run: dev build, all tests but the long ones; then the asan build and its tests.

Ends with a table (step, minutes, tests, what was left out) and ctest's own closing lines. The run
fails when a build or a test fails, and also when anything was skipped, disabled or filtered that
tests/left-out.txt does not list: a test that silently does not run is worse than none. A line of that
file that nothing was left out for fails it too.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree

sys.dont_write_bytecode = True

from environment import clean_environment  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent
ASAN_LABELS = ["unit", "golden", "fuzz", "crash", "verbs"]


def run(command, keep=None):
    """Runs a command with its output shown; whether it succeeded, and the last line that has `keep`."""
    print(f"\n== {' '.join(map(str, command))}", flush=True)
    kept = ""
    with subprocess.Popen(command, cwd=ROOT, env=clean_environment(), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace") as process:
        for line in process.stdout:
            print(line, end="", flush=True)
            if keep and keep in line:
                kept = line.strip()
    return process.returncode == 0, kept


class LeftOut:
    """The lines of tests/left-out.txt, and which of them something was left out for."""

    def __init__(self, path):
        self.place_of = {}  # (preset, what): where it is listed
        self.used = set()   # places
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            parts = [part.strip() for part in line.split("|")]
            words = parts[0].split()
            if len(parts) != 3 or not all(parts) or len(words) not in (1, 2):
                sys.exit(f"{path}:{number}: expected '[PRESET] WHAT | why | what runs it'")
            for preset in [words[0]] if len(words) == 2 else ["dev", "asan"]:
                self.place_of[preset, words[-1]] = f"{path.name}:{number}: {parts[0]}"

    def has(self, preset, *names):
        places = {self.place_of[preset, name] for name in names if (preset, name) in self.place_of}
        self.used |= places
        return bool(places)

    def problems(self):
        """A line that nothing was left out for is stale: it would excuse what comes to bear its name."""
        return [f"{place}: nothing was left out for this line; remove it"
                for place in sorted(set(self.place_of.values()) - self.used)]


def declared_tests(preset):
    """name -> labels of every test that ctest knows in a preset."""
    output = subprocess.run(["ctest", "--preset", preset, "--show-only=json-v1"], cwd=ROOT, text=True,
                            env=clean_environment(), capture_output=True, check=True).stdout
    tests = {}
    for test in json.loads(output)["tests"]:
        properties = {entry["name"]: entry["value"] for entry in test.get("properties", [])}
        tests[test["name"]] = properties.get("LABELS", [])
    return tests


def cases_not_run(name, output):
    """What GoogleTest's output says did not run: names of cases, or of the whole test."""
    skipped = re.findall(r"^\[  SKIPPED \] (\S+?)(?:,.*)?(?: \(\d+ ms\))?$", output, re.MULTILINE)
    missing = {f"{name}/{case}" for case in skipped if "." in case}
    if re.search(r"YOU HAVE \d+ DISABLED TEST", output):
        missing.add(f"{name}/DISABLED")
    if "Note: Google Test filter" in output:
        missing.add(f"{name}/filtered")
    if re.search(r"^\[==========\] (Running )?0 tests", output, re.MULTILINE):
        missing.add(f"{name}/empty")
    return missing


class TestStep:
    """One ctest run: what ran, what did not, and whether that is accounted for."""

    def __init__(self, preset, arguments, left_out):
        self.preset, self.left_out = preset, left_out
        self.ran, self.cases, self.problems, self.left = 0, 0, [], []
        report = ROOT / "build" / preset / "tests.xml"
        report.unlink(missing_ok=True)
        passed, self.closing_line = run(["ctest", "--preset", preset, *arguments, "--output-junit", report,
                      "--test-output-size-passed", "1000000"], keep="tests passed,")
        if not passed:
            self.problems.append(f"ctest --preset {preset} failed")
        try:
            self.read(ElementTree.parse(report).getroot())
        except (OSError, ElementTree.ParseError) as error:
            self.problems.append(f"{preset}: the report of the tests cannot be read: {error}")
        if self.ran == 0:
            self.problems.append(f"{preset}: no test ran")

    def read(self, suite):
        declared = declared_tests(self.preset)
        seen, not_run, failed = set(), set(), []
        for case in suite.iter("testcase"):
            name, output = case.get("name"), case.findtext("system-out") or ""
            seen.add(name)
            if case.get("status") == "fail":
                failed.append(name)
            elif case.get("status") != "run":
                not_run.add(name)
                continue
            self.ran += 1
            self.cases += sum(map(int, re.findall(r"^\[==========\] (\d+) tests? from .* ran", output, re.MULTILINE)))
            not_run |= cases_not_run(name, output)
        not_run |= set(declared) - seen
        self.account_for(not_run, declared)
        self.problems += [f"{self.preset}: {name} failed" for name in failed]

    def account_for(self, not_run, declared):
        for name in sorted(not_run):
            if self.left_out.has(self.preset, name, *declared.get(name, [])):
                self.left.append(name)
            else:
                labels = ", ".join(declared.get(name, [])) or "none"
                self.problems.append(f"{self.preset}: {name} (labels: {labels}) did not run, "
                                     "and tests/left-out.txt does not say so")


def table(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        print(f"  {row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:>{widths[2]}}  {row[3]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set-up-seconds", type=float, default=0)
    set_up_seconds = parser.parse_args().set_up_seconds
    left_out = LeftOut(ROOT / "tests" / "left-out.txt")
    rows = [("step", "minutes", "tests", "left out"), ("set-up", f"{set_up_seconds / 60:.1f}", "", "")]
    problems, closing_lines, steps = [], [], 0

    short = ["-LE", "^long$"]
    presets = {"dev": ([], short),
               "asan": (["--target", *(f"tests_{label}" for label in ASAN_LABELS)],
                        ["-L", f"^({'|'.join(ASAN_LABELS)})$", *short])}
    for preset, (targets, arguments) in presets.items():
        start = time.monotonic()
        built = all(run(["cmake", *action])[0]
                    for action in (["--preset", preset], ["--build", "--preset", preset, *targets]))
        rows.append((f"{preset} build", f"{(time.monotonic() - start) / 60:.1f}", "", ""))
        if not built:
            problems.append(f"the {preset} build failed")
            continue
        start = time.monotonic()
        step = TestStep(preset, arguments, left_out)
        counted = f"{step.ran} ({step.cases} cases)"
        rows.append((f"{preset} tests", f"{(time.monotonic() - start) / 60:.1f}", counted, ", ".join(step.left)))
        problems += step.problems
        steps += 1
        closing_lines.append(step.closing_line)

    if steps == len(presets):  # else not every line had its chance
        problems += left_out.problems()

    print("\nThe run:")
    table(rows)
    for problem in problems:
        print(f"  FAILED: {problem}")
    print()
    print("\n".join(closing_lines), flush=True)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
