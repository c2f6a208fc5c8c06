#!/usr/bin/env python3
"""Runs the demonstration and counts again what it prints.

usage: demo_test.py PROJECT_FOLDER TAGSMITH_BINARY DATA_FOLDER

The printed table must equal the counts of the store, the tags that a loop of this script finds in the
purchases themselves, and eight counts known beforehand. What the demonstration says to try next must run.
"""

import collections
import datetime
import decimal
import json
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
import unittest

PROJECT, BINARY, DATA = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
AS_OF = datetime.date(1998, 6, 30)
CUSTOMERS = 23_570
KNOWN = {
    "big_spender": 734,
    "frequent_buyer": 950,
    "bought_lately": 1_554,
    "one_time_buyer": 11_908,
    "gone_for_a_year": 15_238,
    "january_cohort": 7_846,
    "free_only": 68,
    "worth_keeping": 1_560,
}
SECONDS_MAX = 10


class Customer:
    def __init__(self):
        self.days, self.cds, self.spend = [], 0, decimal.Decimal()

    def add(self, day, cds, dollars):
        self.days.append(datetime.datetime.strptime(day, "%Y%m%d").date())
        self.cds += int(cds)
        self.spend += decimal.Decimal(dollars)

    def tags(self):
        """The codes of the tags, by the meaning that their names have."""
        purchases, first, last = len(self.days), min(self.days), max(self.days)
        idle = (AS_OF - last).days
        holds = {
            "big_spender": self.spend >= 500,
            "frequent_buyer": purchases > 10,
            "bought_lately": idle <= 30,
            "one_time_buyer": purchases == 1,
            "gone_for_a_year": idle >= 365,
            "january_cohort": (first.year, first.month) == (1997, 1),
            "free_only": self.spend == 0,
            "worth_keeping": purchases >= 2 and idle <= 90 and self.spend >= 200,
            "loyal": purchases >= 5 and idle <= 180,
            "slipping_away": purchases >= 3 and 91 <= idle <= 365,
            "collector": self.cds >= 50 and self.spend >= 500,
            "at_risk": (purchases > 10 or self.spend >= 500) and idle > 180,
            "came_back": (AS_OF - first).days > 365 and idle < 60,
            "small_baskets": purchases >= 3 and self.cds <= purchases,
        }
        return {name for name, held in holds.items() if held}


def read_customers():
    customers = collections.defaultdict(Customer)
    with open(DATA / "CDNOW_master.txt", encoding="ascii") as lines:
        next(lines)
        for line in lines:
            customer, *purchase = line.split()
            customers[customer].add(*purchase)
    return customers


class Demo(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.place = pathlib.Path(cls.folder.name) / "build/demo"  # as tools/demo makes it
        cls.place.mkdir(parents=True)
        for name, target in (("examples", PROJECT / "examples"), ("data", DATA), ("tagsmith", BINARY)):
            (cls.place / name).symlink_to(target)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        cls.output = cls.bash("examples/shop/demo", cls.place, TAGSMITH=str(BINARY))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        # Of the processor, not of the clock: other tests run at the same time.
        cls.seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        cls.shop = cls.place / "shop"
        cls.tags = {tag["code"]: tag for tag in cls.lines("tags", "list", "--json")}
        cls.stored = cls.lines("users", " or ".join(f"has_tag('{code}')" for code in cls.tags), "--out", "tags.jsonl")

    @classmethod
    def lines(cls, *arguments):
        """The lines of JSON that a command prints in the project, or writes to tags.jsonl."""
        done = subprocess.run([BINARY, *arguments], cwd=cls.shop, check=True, capture_output=True, text=True, timeout=60)
        written = cls.shop / "tags.jsonl"
        return [json.loads(line) for line in
                (written.read_text(encoding="utf-8") if "--out" in arguments else done.stdout).splitlines()]

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def bash(cls, command, folder, **environment):
        done = subprocess.run(["bash", "-euc", command], cwd=folder, env={**os.environ, **environment},
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=240, check=False)
        if done.returncode != 0:
            raise AssertionError(f"{command}: exit code {done.returncode}\n{done.stdout}")
        return done.stdout

    def test_the_printed_table_has_the_known_counts(self):
        printed = {row[1]: (row[2], row[3]) for row in re.finditer(
            r"(?m)^ *\d+  (\w+) .* ([\d,]+) +([\d.]+) %  #* *\d+  1998-06-30$", self.output)}
        self.assertEqual({code: int(count.replace(",", "")) for code, (count, _) in printed.items()},
                         {code: tag["members"] for code, tag in self.tags.items() if tag["rule_version"]})
        for code, (_, share) in printed.items():
            self.assertEqual(share, f"{100 * self.tags[code]['members'] / len(self.stored):.1f}", code)
        self.assertEqual({code: self.tags[code]["members"] for code in KNOWN}, KNOWN)

    def test_every_customer_has_the_tags_that_the_purchases_give(self):
        codes = {tag["id"]: code for code, tag in self.tags.items()}
        purchases = read_customers()
        self.assertEqual(len(purchases), CUSTOMERS)
        expected = {customer: tags for customer, bought in purchases.items() if (tags := bought.tags())}
        self.assertEqual({line["user_id"]: {codes[tag] for tag in line["tag_ids"]} for line in self.stored}, expected)
        self.assertEqual(set().union(*expected.values()), set(self.tags) - {"guest_of_honour"})

    def test_the_rules_are_written_in_all_notations(self):
        written = "".join(path.read_text(encoding="utf-8") for path in (PROJECT / "examples/shop/tags").iterdir())
        for notation in (r"when: ", r"rule: \{ conditions:", r"- condition:", r"rule: '\{\"conditions"):
            self.assertRegex(written, notation)

    def test_it_shows_each_step(self):
        for step in (r"E_COLUMN_UNKNOWN: no table has a column 'spent'; did you mean 'spend'\?\n",
                     r"exit code 2\n", r"15 tags, 14 rules, 1 table, 4 tests: all good\n4 tests passed\n",
                     r"23,570 users looked at, 22,318 rows would be written, 50,213 gains, 0 losses\n",
                     r"run 1, as of 1998-06-30: 23,570 users looked at, 22,318 rows written, 50,213 gains, 0 losses\n",
                     r"true    spend >= 200   \[spend = 499.06\]\n",
                     r"nearest miss: cds >= 50 would have to be true: it is false \[cds = 36\]\n",
                     r"no tag changes\nrun 2, as of 1998-06-30: 23,570 users looked at, 0 rows written",
                     r"big_spender +734 +679 +-55  new rule  -00145 ",
                     r"-00145 +spend >= 525 is false \[spend = 5[012]\d\.\d\d\]\n"):
            self.assertRegex(self.output, step)

    def test_it_fits_a_terminal_and_is_read_in_one_go(self):
        lines = self.output.splitlines()
        self.assertLess(len(lines), 140)
        self.assertLessEqual(max(len(line) for line in lines), 100)

    def test_what_it_says_to_try_next_runs(self):
        commands = self.output.split("== Next")[1].split("\n\n")[1]
        self.assertEqual(commands.count("\ntagsmith "), 3)
        printed = self.bash(commands, self.folder.name)
        self.assertIn("55 rows written, 0 gains, 65 losses", printed)
        self.assertRegex(printed, r"UTC  left     big_spender")

    def test_it_takes_seconds(self):
        self.assertLess(self.seconds, SECONDS_MAX)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
