#!/usr/bin/env python3
"""`tagsmith help`, its topics and their examples, and the documents that are written from the program.

usage: help_test.py TAGSMITH_BINARY SOURCE_FOLDER [unittest arguments]

TAGSMITH_UPDATE_GOLDEN=1 writes the documents anew.
"""

import json
import os
import pathlib
import re
import shlex
import sys
import unittest

from cli import CliTest, ProjectTest, columns_of

SOURCE = pathlib.Path(sys.argv[2]).resolve()
TOPICS = ("rules", "dates", "nulls", "tables", "guards", "exit-codes", "project")
DOCUMENTS = {"commands": "docs/reference/commands.md", "truth-tables": "docs/reference/truth-tables.md"}
# One user with a column of every kind that the topics name; the age is null.
TABLE = """users=select 'u1' as user_id, 'VIP2' as level, null::int as age, 'Rome' as city, 10 as income, 5 as spent,
['BTC'] as coins, '9.5' as score, true as is_new, timestamp '2025-11-22 09:30:00' as last_login,
date '2025-11-01' as joined, '1995-05-05' as birthday"""


class Help(CliTest):
    def test_every_command_has_one_line(self):
        out = self.tagsmith("help", code=0).out
        for group in ("Rules and tables:", "A project:", "Who, why, by hand:", "This program:", "Topics:"):
            self.assertIn(f"\n{group}\n", out)
        for verb in ("eval", "columns", "generate", "validate", "test", "plan", "run", "runs", "why", "users",
                     "init", "history", "feed", "tags", "health", "grant", "block", "help", "completion", *TOPICS):
            self.assertEqual(len(re.findall(rf"(?m)^  {verb} +\S", out)), 1, verb)
        self.assertNotIn("\nSubcommands:", out, "a command stands under no heading: see groups() in command_line.cpp")
        for hidden in ("reference", "codes"):
            self.assertNotRegex(out, rf"(?m)^  {hidden} ")

    def test_help_of_a_command_is_its_help(self):
        for command in (("run",), ("runs", "abandon"), ("tags", "list")):
            self.assertEqual(self.tagsmith("help", *command, code=0).out, self.tagsmith(*command, "--help", code=0).out)

    def test_a_topic_is_one_screen(self):
        for topic in TOPICS:
            with self.subTest(topic):
                lines = self.tagsmith("help", topic, code=0).out.splitlines()
                self.assertLessEqual(len(lines), 26)
                self.assertTrue(all(columns_of(line) <= 80 for line in lines), topic)


class Examples(CliTest):
    def rules_of(self, topic):
        return [line[4:] for line in self.tagsmith("help", topic, code=0).out.splitlines()
                if re.match(r"    [a-z]", line)]

    def reasons(self, rules):
        self.put("rules.json", json.dumps([{"tag_id": i + 1, "name": str(i), "rule": rule}
                                           for i, rule in enumerate(rules)]))
        said = self.tagsmith("eval", "--rules", "rules.json", "--table", TABLE, "--as-of", "2025-11-22", "--why", "u1",
                             "--json", code=0)
        return [tag["rules"][0]["truth"] for tag in json.loads(said.out)["tags"]]

    def test_every_rule_is_one(self):
        for topic, least in (("rules", 8), ("dates", 9), ("nulls", 9)):
            rules = self.rules_of(topic)
            self.assertGreaterEqual(len(rules), least)
            rules = [rule.replace("has_tag('vip')", "has_tag('0')") for rule in rules]
            self.assertEqual(len(self.reasons(rules)), len(rules))

    def test_what_the_topic_of_nulls_says_is_so(self):
        rules = self.rules_of("nulls")
        said = [re.search(r"-- (true|false|unknown)", rule).group(1) for rule in rules]
        self.assertEqual(self.reasons(rules), said)

    def test_the_json_rule_is_one(self):
        text = self.tagsmith("help", "rules", code=0).out
        rule = json.loads(text[text.index('  {"logic"'):text.index("\n\nA rule is understood")])
        self.assertEqual(len(self.reasons([rule])), 1)


class Commands(ProjectTest):
    def commands_of(self, topic):
        text = self.tagsmith("help", topic, code=0).out.replace("\n      ", " ")
        return [shlex.split(line)[1:] for line in text.splitlines() if line.startswith("  tagsmith ")]

    def test_every_command_is_one(self):
        self.put("users.csv", "user_id,age,level,income\nu17,30,VIP2,5\n")
        self.put("tags/value.yaml", "tags:\n  - { id: 1, code: vip, when: \"level in ('VIP2', 'VIP3')\" }\n")
        self.tagsmith("run", code=0)
        count = 0
        for topic in TOPICS:
            for command in self.commands_of(topic):
                with self.subTest(topic=topic, command=command):
                    said = self.tagsmith(*command)
                    self.assertEqual(said.code, 0, said)
                    count += 1
        self.assertGreaterEqual(count, 10)

    def test_the_project_is_one(self):
        text = self.tagsmith("help", "project", code=0).out
        for name, end in (("tagsmith.yaml", "\n\ntags/value.yaml:"), ("tags/value.yaml", "\n\nFrom writing")):
            start = text.index(f"\n{name}:\n\n") + len(f"\n{name}:\n\n")
            self.put(name, "".join(line[2:] + "\n" for line in text[start:text.index(end, start)].splitlines()))
        self.tagsmith("validate", code=0)


class Documents(CliTest):
    def test_they_are_what_the_program_writes(self):
        for name, path in DOCUMENTS.items():
            written = self.tagsmith("reference", name, code=0).out
            if os.environ.get("TAGSMITH_UPDATE_GOLDEN"):
                (SOURCE / path).write_text(written)
            with self.subTest(path):
                self.assertEqual((SOURCE / path).read_text(), written,
                                 "write it anew: TAGSMITH_UPDATE_GOLDEN=1 ctest --preset dev -R '^help$'")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
