#!/usr/bin/env python3
"""How long a person waits: for the bare program, for an answer to "why", for the check of a big project.

    waiting_times.py TAGSMITH_BINARY PURCHASES [--rules N] [--rounds N] [--write FILE]

PURCHASES is the file that examples/shop reads. The project to check has N rules over the three tables of
examples/seed, in text and JSON, a hundred a file.
"""

import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True

from results import machine, write_section  # noqa: E402

RULES_A_FILE = 100


def conditions(number):
    """A rule, as text or as JSON; none of them like another, as in a project that grew for years."""
    value = {"field": "total_asset_value", "operator": ">=", "value": 1000 + number, "type": "number"}
    level = {"field": "user_level", "operator": "in", "value": [f"VIP{number % 7}", f"L{number}"], "type": "string"}
    return [
        f"total_asset_value >= {number} and kyc_status = 'verified'",
        f"trade_count_30d > {number} or (risk_score <= {number % 100} and cash_balance > {number}.5)",
        {"logic": "AND", "conditions": [value, level]},
        f"registration_date >= today() - {1 + number % 3650} days and not (user_level in ('VIP1', 'L{number}'))",
        {"logic": "OR", "conditions": [level, {"field": "last_login_date", "operator": "recent_days",
                                               "value": 1 + number % 3650, "type": "date"}]},
        f"age >= {number % 90} and total_asset_value between {number} and {2 * number + 10}",
        f"user_level is null and cash_balance > {number} and has_tag('tag_{number // 2}')",
    ][number % 7]


def write_rules(folder, rules):
    """In the place of the tags of a project, and of their tests."""
    shutil.rmtree(folder / "tags")
    shutil.rmtree(folder / "tests")
    (folder / "tags").mkdir()
    for first in range(0, rules, RULES_A_FILE):
        lines = ["tags:"]
        for number in range(first, min(first + RULES_A_FILE, rules)):
            rule = conditions(number)
            key = "when" if isinstance(rule, str) else "rule"
            lines.append(f"  - {{ id: {number + 1}, code: tag_{number}, {key}: {json.dumps(rule)} }}")
        (folder / f"tags/{first:06}.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


class Benchmark:
    def __init__(self, arguments, folder):
        self.arguments, self.folder = arguments, folder

    def run(self, place, *command):
        done = subprocess.run([self.arguments.binary, *command], cwd=place, text=True, capture_output=True)
        if done.returncode != 0:
            sys.exit(f"tagsmith {' '.join(map(str, command))}: {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    def milliseconds(self, place, *command):
        """Of each round, after one that is not counted: it finds nothing in the caches."""
        found = []
        for _ in range(1 + self.arguments.rounds):
            start = time.monotonic()
            self.run(place, *command)
            found.append((time.monotonic() - start) * 1000)
        return found[1:]

    def rows(self):
        """(what, promise in ms or None, the times in ms)."""
        shop, big = self.folder / "shop", self.folder / "big"
        self.run(self.folder, "init", "shop", "--example", "shop", "--data", self.arguments.purchases)
        self.run(shop, "run", "--as-of", "1998-07-01", "--yes")
        self.run(self.folder, "init", "big", "--example", "seed")
        write_rules(big, self.arguments.rules)
        said = self.run(big, "validate", "--as-of", "2025-11-22")
        assert said.startswith(f"{self.arguments.rules:,} tags, {self.arguments.rules:,} rules, 3 tables"), said
        why = ["why", "00004", "worth_keeping", "--as-of", "1998-07-01"]
        assert "nearest miss" in self.run(shop, *why)
        yield "a bare start: `tagsmith --version`", None, self.milliseconds(shop, "--version")
        yield "`tagsmith why USER TAG` in examples/shop", 200, self.milliseconds(shop, *why)
        yield (f"`tagsmith validate` of {self.arguments.rules:,} rules", 2000,
               self.milliseconds(big, "validate", "--as-of", "2025-11-22"))

    def table(self):
        lines = ["| | least ms | median ms | promised | |", "| --- | ---: | ---: | ---: | --- |"]
        for what, promise, times in self.rows():
            middle = statistics.median(times)
            promised, kept = (f"{promise:,} ms", "kept" if middle < promise else "**missed**") if promise else ("", "")
            lines.append(f"| {what} | {min(times):,.0f} | {middle:,.0f} | {promised} | {kept} |")
            print(lines[-1], flush=True)
        return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("purchases", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--rules", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--write", type=pathlib.Path, help="the file of results to write the section of")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tagsmith-bench-") as folder:
        table = Benchmark(arguments, pathlib.Path(folder)).table()
    if arguments.write:
        write_section(arguments.write, "Waiting times", f"{ABOUT}\n{arguments.rounds} rounds. {machine()}; "
                      f"{time.strftime('%Y-%m-%d')}.\n\n{table}")
    return 0


ABOUT = """\
Wall time of the whole program, from its start to its end, files in the cache of the system. `why` reads the purchases
of all customers, as the table of examples/shop is a SELECT. The rules of `validate` differ from each other, in text
and JSON, a hundred a file, over three tables of 1,000 users.
"""

if __name__ == "__main__":
    sys.exit(main())
