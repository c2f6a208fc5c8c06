#!/usr/bin/env python3
"""Runs the demonstration and counts again what it prints.

usage: demo_test.py PROJECT_FOLDER TAGSMITH_BINARY DATA_FOLDER

The printed table must equal the counts of the file that was written, the counts that a loop of this
script finds in the purchases themselves, and eight counts known beforehand. What the demonstration
says to try next must run.
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
    "big spender": 734,
    "frequent buyer": 950,
    "bought lately": 1_554,
    "one-time buyer": 11_908,
    "gone for a year": 15_238,
    "January cohort": 7_846,
    "free only": 68,
    "worth keeping": 1_560,
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
        """The names of the tags, by the meaning that the names have."""
        purchases, first, last = len(self.days), min(self.days), max(self.days)
        idle = (AS_OF - last).days
        holds = {
            "big spender": self.spend >= 500,
            "frequent buyer": purchases > 10,
            "bought lately": idle <= 30,
            "one-time buyer": purchases == 1,
            "gone for a year": idle >= 365,
            "January cohort": (first.year, first.month) == (1997, 1),
            "free only": self.spend == 0,
            "worth keeping": purchases >= 2 and idle <= 90 and self.spend >= 200,
            "loyal": purchases >= 5 and idle <= 180,
            "slipping away": purchases >= 3 and 91 <= idle <= 365,
            "collector": self.cds >= 50 and self.spend >= 500,
            "at risk of churn": (purchases > 10 or self.spend >= 500) and idle > 180,
            "came back": (AS_OF - first).days > 365 and idle < 60,
            "small baskets": purchases >= 3 and self.cds <= purchases,
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


def table_of(output):
    """name -> (tag id, users, share) of the last table that was printed."""
    table = {}
    for line in output.splitlines():
        if line.startswith("tag  name"):
            table = {}
        row = re.fullmatch(r" *(\d+)  (.+?)  +([\d,]+)  +([\d.]+) %", line)
        if row:
            table[row[2]] = (int(row[1]), int(row[3].replace(",", "")), row[4])
    return table


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
        cls.table = table_of(cls.output)
        written = (cls.place / "tags.jsonl").read_text(encoding="utf-8")
        cls.written = [json.loads(line) for line in written.splitlines()]

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def bash(cls, command, folder, **environment):
        done = subprocess.run(["bash", "-euc", command], cwd=folder, env={**os.environ, **environment},
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=60, check=False)
        if done.returncode != 0:
            raise AssertionError(f"{command}: exit code {done.returncode}\n{done.stdout}")
        return done.stdout

    def test_the_table_has_the_known_counts(self):
        self.assertGreaterEqual(len(self.table), 12)
        self.assertEqual({name: self.table[name][1] for name in KNOWN}, KNOWN)

    def test_the_table_counts_the_written_file(self):
        self.assertEqual(len(self.written), CUSTOMERS)
        users = collections.Counter(tag for line in self.written for tag in line["tag_ids"])
        self.assertEqual(dict(users), {tag: count for tag, count, _ in self.table.values()})
        for tag, count, share in self.table.values():
            self.assertEqual(share, f"{100 * count / CUSTOMERS:.1f}", f"tag {tag}")
        tagged = sum(1 for line in self.written if line["tag_ids"])
        self.assertIn(f"{CUSTOMERS:,} users, {tagged:,} of them with a tag", self.output)

    def test_every_customer_has_the_tags_that_the_purchases_give(self):
        names = {tag: name for name, (tag, _, _) in self.table.items()}
        expected = {customer: purchases.tags() for customer, purchases in read_customers().items()}
        found = {line["user_id"]: {names[tag] for tag in line["tag_ids"]} for line in self.written}
        self.assertEqual(set().union(*expected.values()), set(self.table))
        self.assertEqual(found, expected)

    def test_the_rules_are_written_in_all_notations(self):
        rules = [rule["rule"] for rule in json.loads((PROJECT / "examples/shop/rules.json").read_text())]
        texts = [rule for rule in rules if isinstance(rule, str)]
        grouped = [rule for rule in rules if not isinstance(rule, str) and "condition" in rule["conditions"][0]]
        self.assertGreaterEqual(len(texts), 3)
        self.assertGreaterEqual(len(grouped), 3)
        self.assertGreaterEqual(len(rules) - len(texts) - len(grouped), 3)

    def test_a_broken_rule_is_refused_and_a_customer_explained(self):
        self.assertIn('"code":"E_COLUMN_UNKNOWN"', self.output)
        self.assertIn("did you mean 'spend'?", self.output)
        self.assertIn("exit code 2", self.output)
        self.assertIn("nearest miss: spend >= 500 would have to be true", self.output)

    def test_what_it_says_to_try_next_runs(self):
        commands = self.output.split("== Next")[1].split("\n\n")[1]
        self.assertGreaterEqual(commands.count("tagsmith eval"), 2)
        printed = self.bash(commands, self.folder.name)
        self.assertIn("tag 12 at risk of churn", printed)
        self.assertIn("SELECT", printed)

    def test_it_takes_seconds(self):
        self.assertLess(self.seconds, SECONDS_MAX)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
