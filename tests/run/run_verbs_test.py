#!/usr/bin/env python3
"""What `tagsmith plan`, `run` and `runs` do to the store of a small project, and what they say.

usage: run_verbs_test.py TAGSMITH_BINARY [unittest arguments]
"""

import json
import os
import pathlib
import pty
import shlex
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

BINARY = pathlib.Path(sys.argv[1]).resolve()
DAY = "2025-11-22"
SETTINGS = """\
project: shop
datasets:
  users: { path: users.csv }
store: sqlite:tags.db
"""
TAGS = {
    "vip": "{ id: 1, code: vip, when: \"level = 'VIP'\" }",
    "adult": "{ id: 2, code: adult, when: age >= 18 }",
    "adult_vip": "{ id: 3, code: adult_vip, when: has_tag('vip') and has_tag('adult') }",
    "guest": "{ id: 9, code: guest }",
}


class Said:
    """What a command printed, and how it ended."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    @property
    def lines(self):
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def last(self):
        return self.lines[-1]

    @property
    def errors(self):
        return [json.loads(line) for line in self.err.splitlines() if line.startswith("{")]

    def __repr__(self):
        return f"exit code {self.code}\n{self.out}{self.err}"


class ProjectTest(unittest.TestCase):
    """A project of users.csv with 200 users: u0, u1, ...; every second a VIP, three in four adults."""

    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="tagsmith-run-")
        self.addCleanup(self.temporary.cleanup)
        self.folder = pathlib.Path(self.temporary.name)
        self.users = {f"u{i}": {"age": 10 + i % 4 * 10, "level": "VIP" if i % 2 else "basic"} for i in range(200)}
        self.tags = dict(TAGS)
        self.put("tagsmith.yaml", SETTINGS)
        self.clock = 0

    def put(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text() != text:  # its time of change is a pin of a run
            path.write_text(text)

    def write(self):
        self.put("users.csv", "user_id,age,level\n" + "".join(
            f"{user},{cells['age']},{cells['level']}\n" for user, cells in self.users.items()))
        self.put("tags/tags.yaml", "tags:\n" + "".join(f"  - {tag}\n" for tag in self.tags.values()))

    def tagsmith(self, *arguments, **options):
        done = subprocess.run([BINARY, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=120,
                              stdin=subprocess.DEVNULL, check=False, **options)
        return Said(done.returncode, done.stdout, done.stderr)

    def plan(self, *arguments):
        self.write()
        return self.tagsmith("plan", "--as-of", DAY, *arguments)

    def run_tags(self, *arguments, code=0):
        """Runs at a time that is a minute after the last one, and prints JSON."""
        self.write()
        self.clock += 1
        said = self.tagsmith("run", "--as-of", DAY, "--started-at", f"2025-11-22 10:{self.clock:02}:00", "--json",
                             *arguments)
        self.assertEqual(said.code, code, said)
        return said

    def sql(self, statement, *parameters):
        connection = sqlite3.connect(self.folder / "tags.db")
        try:
            rows = connection.execute(statement, parameters).fetchall()
            connection.commit()
            return rows
        finally:
            connection.close()

    def edit(self, user, tag_id, kind, expires_at=None):
        self.sql("insert into tagsmith_manual values (?, ?, ?, 'ann', 'because', 1, ?)", user, tag_id, kind, expires_at)

    def rows(self):
        return {row[0]: row[1:] for row in self.sql(
            "select user_id, tag_ids, tag_details, created_time, updated_time from user_tags")}

    def tags_of(self, user):
        return json.loads(self.rows()[user][0]) if user in self.rows() else None

    def members(self, tag_id):
        return {user for user, row in self.rows().items() if tag_id in json.loads(row[0])}

    def feed(self):
        return self.sql("select kind, user_id, tag_id from tagsmith_feed where kind in ('entered', 'left') order by seq")

    def dump(self):
        return {table: self.sql(f"select * from {table} order by 1, 2") for table in
                ("user_tags", "tagsmith_feed", "tagsmith_manual", "tagsmith_tag_states", "tagsmith_rule_versions")}


class Runs(ProjectTest):
    def test_the_first_run_gives_the_tags_of_the_rules(self):
        last = self.run_tags().last
        self.assertEqual(self.members(1), {f"u{i}" for i in range(200) if i % 2})
        self.assertEqual(self.members(2), {f"u{i}" for i in range(200) if i % 4})
        self.assertEqual(self.members(3), self.members(1) & self.members(2))
        self.assertEqual(self.tags_of("u1"), [1, 2, 3])
        self.assertEqual({key: last[key] for key in ("users", "tags", "entered", "left", "gone", "held", "rows_written")},
                         {"users": 200, "tags": 4, "entered": 350, "left": 0, "gone": 0, "held": 0, "rows_written": 150})
        self.assertGreaterEqual(last["duration_ms"], 0)

    def test_a_second_run_writes_nothing(self):
        self.run_tags()
        before, feed = self.rows(), self.feed()
        self.assertEqual(self.run_tags().last["rows_written"], 0)
        self.assertEqual(self.run_tags("--mode", "incremental").last["rows_written"], 0)
        self.assertEqual(self.rows(), before)
        self.assertEqual(self.feed(), feed)

    def test_a_narrowed_rule_takes_the_tag_away_and_grants_stay(self):
        self.run_tags()
        self.edit("u0", 1, "grant")
        self.edit("u1", 1, "grant")
        self.edit("u3", 1, "block")
        self.assertEqual(self.run_tags().last["entered"], 1)
        self.tags["vip"] = "{ id: 1, code: vip, when: \"level = 'VIP' and age > 30\" }"
        said = self.run_tags("--accept", "rule_changed:vip", "--accept", "lost:vip", "--accept", "lost:adult_vip")
        self.assertEqual(self.members(1), {f"u{i}" for i in range(7, 200, 4)} | {"u0", "u1"})
        self.assertNotIn(1, self.tags_of("u3"))
        self.assertEqual(said.last["left"], 49 + 49)  # of vip and of adult_vip
        versions = self.sql("select number, rules from tagsmith_rule_versions where tag_id = 1 order by number")
        self.assertEqual([number for number, _ in versions], [1, 2])

    def test_tags_leaves_other_tags_alone(self):
        self.run_tags()
        self.users["u0"] = {"age": 90, "level": "VIP"}
        self.run_tags("--tags", "vip")
        self.assertEqual(self.tags_of("u0"), [1])
        self.run_tags("--tags", "2")
        self.assertEqual(self.tags_of("u0"), [1, 2])

    def test_users_leaves_other_users_alone(self):
        self.run_tags()
        for user in ("u0", "u4", "u8"):
            self.users[user] = {"age": 90, "level": "VIP"}
        self.assertEqual(self.run_tags("--users", "u0,nobody").last["unknown_users"], ["nobody"])
        self.assertEqual(self.tags_of("u0"), [1, 2, 3])
        self.assertIsNone(self.tags_of("u4"))
        self.put("ids.txt", "u4\r\nu8\n\n")
        self.run_tags("--users", "@ids.txt")
        self.assertEqual(self.tags_of("u8"), [1, 2, 3])

    def test_a_refused_rule_removes_nobody_and_holds_its_dependants(self):
        self.run_tags()
        before = self.dump()
        self.tags["vip"] = "{ id: 1, code: vip, when: \"levle = 'VIP'\" }"
        self.users["u1"]["age"] = 1
        refused = self.run_tags(code=2)
        self.assertEqual([(error["code"], error.get("tag_id"), error["file"], error["line"]) for error in refused.errors],
                         [("E_COLUMN_UNKNOWN", 1, "tags/tags.yaml", 2), ("E_TAG_REFUSED", 3, "tags/tags.yaml", 4)])
        self.assertIn("did you mean 'level'", refused.errors[0]["hint"])
        self.assertEqual(self.dump(), before)
        held = self.run_tags("--skip-refused", code=3)
        self.assertEqual([line["held"] for line in held.lines if "cause" in line], ["vip", "adult_vip"])
        self.assertEqual(held.last["held"], 2)
        self.assertEqual(self.tags_of("u1"), [1, 3])

    def test_a_user_gone_from_all_tables_loses_the_rule_tags(self):
        self.run_tags()
        self.edit("u1", 9, "grant")
        self.run_tags()
        del self.users["u1"]
        last = self.run_tags().last
        self.assertEqual((last["gone"], last["left"]), (1, 3))
        self.assertEqual(self.tags_of("u1"), [9])
        self.assertEqual(self.run_tags().last["gone"], 0)

    def test_all_mistakes_are_told_at_once_and_nothing_is_made(self):
        self.tags["vip"] = "{ id: 1, code: vip, when: \"levle = 'VIP'\" }"
        self.tags["adult"] = "{ id: 1, code: vip, wehn: age >= }"
        said = self.run_tags(code=2)
        self.assertGreaterEqual(len(said.errors), 3, said)
        self.assertFalse((self.folder / "tags.db").exists())


class Guards(ProjectTest):
    """Each guard trips once, names what accepts it, and is accepted once."""

    def setUp(self):
        super().setUp()
        self.run_tags()
        self.before = self.rows()

    def assert_holds_run(self, name):
        said = self.run_tags(code=3)
        self.assertEqual([line["guard"] for line in said.lines if "guard" in line], [name])
        self.assertEqual({key: said.last[key] for key in ("state", "rows_written", "entered", "left", "held")},
                         {"state": "held", "rows_written": 0, "entered": 0, "left": 0, "held": 4})
        self.assertEqual(self.rows(), self.before)
        told = self.tagsmith("run", "--as-of", DAY)
        self.assertEqual(told.code, 3)
        self.assertIn(f"tagsmith run --accept {name}\n", told.out)
        self.assertIn("nothing was written", told.out)

    def assert_holds_tag(self, name, *others):
        said = self.run_tags(*others, code=3)
        tag = name.split(":")[1]
        held = {line["held"]: line for line in said.lines if "cause" in line}
        self.assertEqual(held[tag]["accept"], name)
        return held

    def test_fewer_rows(self):
        self.users = {user: cells for user, cells in self.users.items() if user < "u15"}
        said = self.run_tags(code=3)
        self.assertEqual([line["guard"] for line in said.lines if "guard" in line], ["input_rows:users", "gone"])
        self.assertEqual(self.rows(), self.before)
        self.run_tags("--accept", "input_rows:users", "--accept", "gone", "--accept", "lost:vip", "--accept", "lost:adult",
                      "--accept", "lost:adult_vip")
        self.assertEqual(self.members(1), {user for user, cells in self.users.items() if cells["level"] == "VIP"})

    def test_gone(self):
        for user in ("u1", "u3"):
            del self.users[user]
        self.assert_holds_run("gone")
        self.assertEqual(self.run_tags("--accept", "gone").last["gone"], 2)

    def test_null_keys(self):
        self.users[""] = {"age": 1, "level": "basic"}
        self.assert_holds_run("null_keys:users")
        self.run_tags("--accept", "null_keys:users")

    def test_to_zero(self):
        for cells in self.users.values():
            cells["level"] = "basic"
        held = self.assert_holds_tag("to_zero:vip")
        self.assertEqual(held["adult_vip"]["accept"], "to_zero:adult_vip")
        self.assertEqual(len(self.members(1)), 100)
        self.run_tags("--accept", "to_zero:vip", "--accept", "to_zero:adult_vip")
        self.assertEqual(self.members(1), set())

    def test_lost(self):
        for i in range(1, 80, 2):
            self.users[f"u{i}"]["level"] = "basic"
        self.assert_holds_tag("lost:vip")
        self.assertEqual(len(self.members(1)), 100)
        self.run_tags("--accept", "lost:vip", "--accept", "lost:adult_vip")
        self.assertEqual(len(self.members(1)), 60)

    def test_gained(self):
        for i in range(1000):
            self.users[f"new{i}"] = {"age": 1, "level": "VIP"}
        held = self.assert_holds_tag("gained:vip")
        self.assertEqual((held["adult_vip"]["cause"], held["adult_vip"]["accept"]), ("depends_on", ""))
        self.run_tags("--accept", "gained:vip")
        self.assertEqual(len(self.members(1)), 1100)

    def test_a_changed_rule(self):
        self.tags["vip"] = "{ id: 1, code: vip, when: \"level = 'VIP' and age > 10\" }"
        self.assert_holds_tag("rule_changed:vip")
        self.assertEqual(self.run_tags("--yes").last["held"], 0)

    def test_unreadable_cells(self):
        self.tags["vip"] = "{ id: 1, code: vip, when: number(level) > 3 }"
        self.run_tags("--accept", "unreadable:users.level", "--accept", "rule_changed:vip", "--accept", "to_zero:vip",
                      "--accept", "to_zero:adult_vip", code=0)
        self.before = self.rows()
        self.assert_holds_run("unreadable:users.level")

    def test_an_accepted_guard_that_is_none(self):
        said = self.run_tags("--accept", "lots:vip", code=2)
        self.assertEqual(said.errors[0]["code"], "E_RUN_ACCEPT")
        self.assertIn("lost:vip", said.errors[0]["hint"])


class Plans(ProjectTest):
    def test_a_plan_writes_nothing(self):
        said = self.plan()
        self.assertEqual(said.code, 0, said)
        self.assertEqual(said.out.splitlines()[0].split(), ["tag", "before", "after", "enter", "leave", "users"])
        self.assertEqual(said.out.splitlines()[1].split()[:6], ["vip", "0", "100", "+100", "new", "tag"])
        self.assertTrue(all(len(line) <= 100 for line in said.out.splitlines()), said)
        self.assertFalse((self.folder / "tags.db").exists())
        self.assertEqual(os.listdir(self.folder / ".tagsmith"), [".gitignore"])

    def test_a_plan_says_what_the_run_does(self):
        planned = self.plan("--json").last
        done = self.run_tags().last
        same = ("users", "tags", "entered", "left", "gone", "held", "rows_written")
        self.assertEqual({key: planned[key] for key in same}, {key: done[key] for key in same})

    def test_a_plan_tells_why(self):
        self.run_tags()
        self.tags["vip"] = "{ id: 1, code: vip, when: \"level = 'VIP' and age > 30\" }"
        self.users["u0"] = {"age": 90, "level": "VIP"}
        del self.users["u101"]
        accept = ("--accept", "lost:vip", "--accept", "lost:adult_vip")
        said = self.plan("--why", "2", *accept)
        why = said.out.split("why vip\n")[1].splitlines()
        self.assertEqual([" ".join(line.split()) for line in why[:3]],
                         ["+u0 level = 'VIP' is true [level = 'VIP']; age > 30 is true [age = 90]",
                          "-u1 age > 30 is false [age = 20]", "-u101 in no table any more"])
        self.assertIn("why adult_vip\n", said.out)
        reasons = self.plan("--why", "2", "--json", *accept).lines[0]["reasons"]
        self.assertIn({"user_id": "u101", "enters": False, "reason": "in no table any more"}, reasons)
        self.assertNotIn("reasons", self.plan("--json", *accept).lines[0])
        self.assertNotIn("why", self.plan(*accept).out)

    def test_a_saved_plan_is_run_as_it_was_shown(self):
        self.plan("--save", "first.plan", "--started-at", "2025-11-22 09:00:00")
        said = self.tagsmith("run", "--plan", "first.plan", "--json")
        self.assertEqual(said.code, 0, said)
        self.assertEqual(said.last["entered"], 350)
        self.assertEqual(self.rows()["u1"][2], "2025-11-22 09:00:00.000000")

    def test_a_shown_plan_needs_no_accept_for_a_changed_rule(self):
        self.run_tags()
        self.tags["vip"] = "{ id: 1, code: vip, when: \"level = 'VIP' and age > 10\" }"
        planned = self.plan("--save", "a.plan")
        self.assertEqual(planned.code, 0, planned)
        self.assertIn("--accept rule_changed:vip", planned.out)
        self.assertEqual(self.tagsmith("run", "--plan", "a.plan").code, 0)

    def test_a_saved_plan_is_refused_when_something_moved(self):
        self.run_tags()
        self.users["u0"]["level"] = "VIP"
        cases = {
            "rules": lambda: self.tags.update(vip="{ id: 1, code: vip, when: age > 20 }"),
            "input": lambda: self.users["u2"].update(level="VIP"),
            "store": lambda: self.run_tags(),
        }
        for what, move in cases.items():
            with self.subTest(what):
                self.plan("--save", "a.plan")
                move()
                self.write()
                before = self.dump()
                said = self.tagsmith("run", "--plan", "a.plan")
                self.assertEqual((said.code, said.errors[0]["code"]), (2, "E_RUN_PLAN_MOVED"), said)
                self.assertEqual(self.dump(), before)
                self.tags = dict(TAGS)

    def moved(self, *move):
        """What `run` says of a plan that was saved before each of the moves."""
        messages = []
        for change in move:
            planned = self.plan("--save", "a.plan")
            self.assertEqual(planned.code, 0, planned)
            change()
            said = self.tagsmith("run", "--plan", "a.plan")
            self.assertEqual((said.code, said.errors[0]["code"]), (2, "E_RUN_PLAN_MOVED"), said)
            messages.append(said.errors[0]["message"])
        return messages

    def test_a_saved_plan_is_refused_when_the_project_reads_in_another_way(self):
        def settings(text):
            return lambda: self.put("tagsmith.yaml", SETTINGS + text)
        messages = self.moved(settings("timezone: Asia/Shanghai\n"), settings("upper_bound: true\n"),
                              settings("population: users\n"))
        self.assertEqual({"settings" in message for message in messages}, {True}, messages)

    def test_a_saved_plan_is_refused_when_a_file_of_a_select_changed(self):
        self.put("tagsmith.yaml", SETTINGS.replace("{ path: users.csv }", "{ sql: \"select * from 'users.csv'\" }"))
        self.write()
        messages = self.moved(
            lambda: self.put("users.csv", (self.folder / "users.csv").read_text().replace("u2,30", "u2,31")),
            lambda: self.put("tagsmith.yaml", SETTINGS.replace(
                "{ path: users.csv }", "{ sql: \"select * from 'users.csv' where user_id <> 'u1'\" }")))
        self.assertIn("the input", messages[0])
        self.assertIn("settings", messages[1])

    def test_an_incremental_run_over_a_select_sees_its_files(self):
        self.put("tagsmith.yaml", SETTINGS.replace("{ path: users.csv }", "{ sql: \"select * from 'users.csv'\" }"))
        self.run_tags("--mode", "incremental")
        self.assertEqual(self.run_tags("--mode", "incremental").last["users"], 0, "nothing changed")
        self.users["u0"]["level"] = "VIP"
        self.assertEqual(self.run_tags("--mode", "incremental").last["entered"], 1)

    def test_a_plan_over_files_that_nobody_knows_is_not_saved(self):
        self.put("one.txt", "u1")
        self.put("tagsmith.yaml", SETTINGS.replace(
            "{ path: users.csv }",
            "{ sql: \"select content as user_id, 20 as age, 'VIP' as level from read_text('one.txt')\" }"))
        said = self.plan("--save", "a.plan")
        self.assertEqual((said.code, said.errors[0]["code"]), (2, "E_RUN_PLAN"), said)
        self.assertFalse((self.folder / "a.plan").exists())
        self.run_tags()
        self.put("one.txt", "u2")
        self.assertEqual(self.run_tags("--mode", "incremental", "--accept", "gone").last["entered"], 3)

    def test_a_run_does_not_start_before_the_last_one(self):
        self.run_tags()
        before = self.dump()
        for verb in ("run", "plan"):
            said = self.tagsmith(verb, "--as-of", DAY, "--started-at", "2025-11-22 10:00:59")
            self.assertEqual((said.code, said.errors[0]["code"]), (2, "E_RUN_START"), said)
        self.assertEqual(self.dump(), before)

    def test_a_plan_is_saved_over_nothing_that_the_project_needs(self):
        self.run_tags()
        self.put("more.csv", "user_id,n\nu1,1\n")
        self.put("tagsmith.yaml", SETTINGS.replace(
            "datasets:\n", "datasets:\n  bought: { sql: \"select user_id, n from 'more.csv'\" }\n"))
        for path in ("more.csv", "tags.db", "tags.db-wal", "tagsmith.yaml", "tags/tags.yaml", "tags/new.yaml", "users.csv",
                     "tests/a.yaml", ".tagsmith/x"):
            with self.subTest(path):
                file = self.folder / path
                before = file.read_bytes() if file.exists() else None
                said = self.plan("--save", path)
                self.assertEqual(said.code, 2, said)
                self.assertIn("name a file that no input is", said.err)
                self.assertEqual(file.read_bytes() if file.exists() else None, before)
        self.assertEqual(self.plan("--save", "a.plan").code, 0)

    def test_a_plan_is_not_saved_beside_an_unfinished_run(self):
        self.run_tags()
        self.sql("update tagsmith_runs set state = 'publishing', ended_at = null")
        said = self.plan("--save", "a.plan")
        self.assertEqual((said.code, said.errors[0]["code"]), (2, "E_RUN_UNFINISHED"), said)
        self.assertFalse((self.folder / "a.plan").exists())

    def test_the_column_of_changes_is_looked_for_in_its_own_table(self):
        self.put("assets.csv", "user_id,changed\nu1,2025-11-22\n")
        self.put("tagsmith.yaml", SETTINGS.replace(
            "users.csv }", "users.csv }\n  assets: { path: assets.csv, changed_at: changed }"))
        self.write()
        self.assertEqual(self.tagsmith("validate").code, 0)
        self.put("tagsmith.yaml", SETTINGS.replace(
            "users.csv }", "users.csv, changed_at: changed }\n  assets: { path: assets.csv }"))
        said = self.tagsmith("validate")
        self.assertEqual(said.code, 2, said)
        self.assertIn("the table 'users' has no column 'changed'", said.out + said.err)

    def test_two_stores_of_one_project_keep_their_changes_apart(self):
        self.put("tagsmith.yaml", SETTINGS + "environments:\n  other: { store: sqlite:other.db }\n")
        self.run_tags()
        self.write()
        self.tagsmith("run", "--as-of", DAY, "--env", "other")
        paths = {self.sql("select change_set from tagsmith_runs")[0][0]}
        connection = sqlite3.connect(self.folder / "other.db")
        paths.add(connection.execute("select change_set from tagsmith_runs").fetchone()[0])
        connection.close()
        self.assertEqual(len(paths), 2, paths)

    def test_stages(self):
        said = self.plan("--stages")
        self.assertIn("rule 0, tag 1 'vip'\nlevel = 'VIP'\n", said.out)
        self.assertIn("has_tag('vip')", said.out)
        self.assertIn("program\n", said.out)

    def test_on_a_terminal_a_changed_rule_is_asked_for(self):
        self.run_tags()
        self.tags["vip"] = "{ id: 1, code: vip, when: \"level = 'VIP' and age > 10\" }"
        self.write()
        for answer, code in (("n", 3), ("y", 0)):
            main, terminal = pty.openpty()
            process = subprocess.Popen([BINARY, "run", "--as-of", DAY], cwd=self.folder, stdin=terminal, stdout=terminal,
                                       stderr=terminal, close_fds=True)
            os.close(terminal)
            shown = b""
            while b"Publish it?" not in shown:
                shown += os.read(main, 4096)
            os.write(main, answer.encode() + b"\n")
            try:
                while chunk := os.read(main, 4096):
                    shown += chunk
            except OSError:  # the other end is closed
                pass
            os.close(main)
            self.assertEqual(process.wait(60), code, shown.decode())
            self.assertIn("rule_changed:vip", shown.decode())


class BadInput(ProjectTest):
    def assert_refused(self, said, symbol, code):
        self.assertEqual(said.code, code, said)
        self.assertEqual(said.errors[-1]["code"], symbol, said)
        self.assertTrue(said.errors[-1]["hint"], said)

    def test_no_project(self):
        said = self.tagsmith("run", "--project", "/")
        self.assertEqual(said.code, 2, said)
        self.assertIn("tagsmith.yaml", said.err)

    def test_a_database_that_is_none_of_ours(self):
        self.write()
        self.put("tags.db", "this is no database, but a text that is longer than a header of one would be\n" * 20)
        said = self.tagsmith("run")
        self.assertEqual(said.code in (1, 2) and said.errors[0]["code"].startswith("E_STORE"), True, said)
        os.unlink(self.folder / "tags.db")
        self.sql("create table user_tags (a text)")
        self.assert_refused(self.tagsmith("run"), "E_STORE_FOREIGN", 2)
        self.assertEqual(self.sql("select count(*) from sqlite_master"), [(1,)])

    def test_a_database_of_a_newer_version(self):
        self.run_tags()
        self.sql("update tagsmith_store set schema_version = 99")
        self.assert_refused(self.tagsmith("run"), "E_STORE_VERSION", 2)
        self.assert_refused(self.tagsmith("plan"), "E_STORE_VERSION", 2)

    def test_a_locked_database(self):
        self.run_tags()
        before = self.rows()
        connection = sqlite3.connect(self.folder / "tags.db", isolation_level=None)
        connection.execute("begin exclusive")
        try:
            said = self.tagsmith("run", "--as-of", DAY)
        finally:
            connection.rollback()
            connection.close()
        self.assert_refused(said, "E_STORE_LOCKED", 1)
        self.assertEqual(self.rows(), before)

    def test_a_store_that_somebody_else_wrote_to(self):
        self.run_tags()
        self.run_tags("--verify")
        self.sql("update user_tags set tag_ids = '[1]', tag_details = json_object('1', json_extract(tag_details, '$.1')) "
                 "where user_id = 'u1'")
        self.assert_refused(self.run_tags("--verify", code=1), "E_STORE_DRIFT", 1)

    def test_an_unknown_tag_and_an_older_day(self):
        self.run_tags()
        self.assert_refused(self.run_tags("--tags", "vpi", code=2), "E_RUN_TAG", 2)
        older = self.tagsmith("run", "--as-of", "2025-11-21")
        self.assert_refused(older, "E_RUN_REWIND", 2)
        self.assertIn("2025-11-22", older.errors[0]["message"])
        self.assertEqual(self.tagsmith("run", "--as-of", "2025-11-21", "--rewind").code, 0)
        self.assert_refused(self.run_tags("--days", "3", "--rewind", code=2), "E_RUN_DAYS", 2)

    def test_a_partition_that_is_late(self):
        self.write()
        self.put("tagsmith.yaml", SETTINGS.replace(
            "{ path: users.csv }", "{ path: users, partition: { column: dt, ready: _SUCCESS } }"))
        (self.folder / "users/dt=2025-11-21").mkdir(parents=True)
        said = self.tagsmith("run", "--as-of", DAY)
        self.assert_refused(said, "E_DATA_PARTITION", 2)
        self.assertIn("dt=2025-11-21", said.errors[0]["hint"])
        (self.folder / "users/dt=2025-11-22").mkdir()
        said = self.tagsmith("run", "--as-of", DAY)
        self.assert_refused(said, "E_DATA_PARTITION", 2)
        self.assertFalse((self.folder / "tags.db").exists())

    def test_a_column_that_is_gone(self):
        self.run_tags()
        before = self.dump()
        self.write()
        self.put("users.csv", "user_id,age\nu1,20\n")
        said = self.tagsmith("run", "--as-of", DAY)
        self.assertEqual((said.code, said.errors[0]["code"]), (2, "E_COLUMN_UNKNOWN"), said)
        self.assertEqual(self.dump(), before)

    def test_a_full_disk(self):
        self.run_tags()
        for i in range(20_000):
            self.users[f"new{i}"] = {"age": 40, "level": "VIP"}
        self.write()
        limited = ["bash", "-c", f"ulimit -f 600; exec {shlex.quote(str(BINARY))} run --as-of {DAY} "
                   "--accept gained:vip --accept gained:adult --accept gained:adult_vip "
                   "--started-at '2025-11-22 12:00:00'"]
        done = subprocess.run(limited, cwd=self.folder, capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 1, done)
        self.assertIsNone(self.tags_of("new1") if self.tags_of("new19999") else None)
        said = self.run_tags("--accept", "gained:vip", "--accept", "gained:adult", "--accept", "gained:adult_vip")
        self.assertEqual(self.tags_of("new19999"), [1, 2, 3], said)

    def test_options_that_contradict(self):
        self.write()
        for options in (["--plan", "a", "--tags", "vip"], ["--days", "x"], ["--mode", "some"], ["--tags", ""],
                        ["--mode", "full", "--days", "3"], ["--tags", "a,,b"], ["--started-at", "noon"]):
            self.assertEqual(self.tagsmith("run", *options).code, 2, options)


class CutOff(ProjectTest):
    """Runs whose process ended in the middle, as they stand in the store then."""

    def interrupted(self, after_s, *arguments):
        process = subprocess.Popen([BINARY, "run", "--as-of", DAY, *arguments], cwd=self.folder, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(after_s)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
        return Said(process.returncode, out, err)

    def test_an_interrupt_is_resumed(self):
        for i in range(30_000):
            self.users[f"new{i}"] = {"age": 40, "level": "VIP"}
        self.write()
        codes = set()
        for tenths in range(1, 30):
            said = self.interrupted(tenths / 20)
            codes.add(said.code)
            if said.code == 0:
                break
            if said.code == -signal.SIGINT:  # before main(), where nothing was begun
                self.assertEqual(said.out + said.err, "")
                continue
            self.assertEqual(said.code, 130, said)
            if "run " in said.err:
                self.assertEqual(said.err.count("goes on with it"), 1, said)
        self.assertIn(130, codes)
        said = self.tagsmith("run", "--as-of", DAY, "--json")
        self.assertEqual(said.code, 0, said)
        self.assertEqual(self.tags_of("new29999"), [1, 2, 3])
        times = {row[2] for row in self.rows().values()}
        self.assertEqual(len(times), 1, "the rows of one run carry one time")
        states = self.sql("select state from tagsmith_runs order by run_id")
        self.assertNotIn(("publishing",), states)
        self.assertNotIn(("pinned",), states)

    def publishing(self):
        """A run that was killed in the middle of publishing 30,000 new users."""
        for i in range(30_000):
            self.users[f"new{i}"] = {"age": 40, "level": "VIP"}
        self.write()
        trace = self.folder / "trace"
        process = subprocess.Popen([BINARY, "run", "--as-of", DAY, "--started-at", "2025-11-22 09:00:00"],
                                   cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   env={**os.environ, "TAGSMITH_TRACE_FILE": str(trace)})
        deadline = time.monotonic() + 100
        while not (trace.exists() and "insert into user_tags" in trace.read_text()):
            self.assertLess(time.monotonic(), deadline)
            self.assertIsNone(process.poll(), "it was faster than the test")
            time.sleep(0.002)
        process.kill()
        process.wait()
        self.assertEqual(self.sql("select state from tagsmith_runs"), [("publishing",)])

    def test_a_killed_run_is_gone_on_with(self):
        self.publishing()
        self.assertIn("run 1 is unfinished: `tagsmith run` completes it first", self.plan().out)
        said = self.run_tags()
        self.assertEqual((said.last["run"], said.last["rows_written"]), (1, 30_150))
        self.assertIn("was cut off while it published", said.err)
        self.assertEqual({row[2] for row in self.rows().values()}, {"2025-11-22 09:00:00.000000"})

    def test_a_killed_run_is_completed_before_one_with_other_pins(self):
        self.publishing()
        self.users["u1"]["level"] = "basic"
        said = self.run_tags()
        self.assertEqual((said.last["run"], said.last["left"], said.last["rows_written"]), (2, 2, 1))
        self.assertIn("completing it first", said.err)
        self.assertEqual(self.sql("select state from tagsmith_runs order by run_id"), [("published",), ("published",)])
        rows = self.rows()
        self.assertEqual((rows["u1"][0], rows["u1"][2], rows["u1"][3]),
                         ("[2]", "2025-11-22 09:00:00.000000", "2025-11-22 10:01:00.000000"))

    def test_two_runs_at_once(self):
        for i in range(30_000):
            self.users[f"new{i}"] = {"age": 40, "level": "VIP"}
        self.write()
        both = [subprocess.Popen([BINARY, "run", "--as-of", DAY], cwd=self.folder, text=True, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.PIPE) for _ in range(2)]
        ends = sorted((process.communicate(timeout=120)[1], process.returncode) for process in both)
        for text, code in ends:
            self.assertIn(code, (0, 1), ends)
            self.assertTrue(code == 0 or "E_LEASE_BUSY" in text, ends)
        self.assertIn(0, [code for _, code in ends])
        again = self.tagsmith("run", "--as-of", DAY, "--verify", "--json")
        self.assertEqual((again.code, again.last["rows_written"]), (0, 0), again)

    def cut_off(self, state):
        """A run that stands as if its process had ended: the store of a run, set back."""
        self.write()
        self.tagsmith("run", "--as-of", DAY, "--started-at", "2025-11-22 09:00:00")
        self.sql("delete from user_tags")
        self.sql("delete from tagsmith_feed")
        self.sql("delete from tagsmith_tag_states")
        self.sql("delete from tagsmith_rule_versions")
        self.sql("update tagsmith_feed_head set seq = 0, user_rows = 0, updated_time = ''")
        self.sql("update tagsmith_runs set state = ?, plan = null, change_set = '', change_set_hash = '', chunks = 0, "
                 "rows_written = 0, entered = 0, lost = 0, ended_at = null", state)

    def test_a_pinned_run_is_gone_on_with(self):
        self.cut_off("pinned")
        said = self.run_tags()
        self.assertEqual(said.last["run"], 1)
        self.assertIn("going on with it", said.err)
        self.assertEqual(self.rows()["u1"][2], "2025-11-22 09:00:00.000000")

    def test_a_pinned_run_with_other_pins_is_marked_as_failed(self):
        self.cut_off("pinned")
        self.users["u0"]["level"] = "VIP"
        said = self.run_tags()
        self.assertEqual(said.last["run"], 2)
        self.assertIn("run 1 ended before it published anything", said.err)
        self.assertEqual(self.sql("select state from tagsmith_runs order by run_id"), [("failed",), ("published",)])

    def test_a_run_without_its_changes_has_to_be_abandoned(self):
        self.run_tags()
        self.sql("update tagsmith_runs set state = 'publishing', ended_at = null")  # all but its last transaction
        self.sql("delete from tagsmith_feed where kind = 'published'")
        self.sql("update tagsmith_feed_head set seq = (select max(seq) from tagsmith_feed)")
        self.users["u0"]["level"] = "VIP"
        said = self.run_tags(code=2)
        self.assertEqual(said.errors[0]["code"], "E_CHANGE_SET", said)
        self.assertIn("tagsmith runs abandon 1", said.errors[0]["hint"])
        self.assertIn("publishing", self.tagsmith("runs", "list").out)
        self.assertEqual(self.tagsmith("runs", "abandon", "1").code, 0)
        self.assertEqual(self.members(1), set())
        self.assertEqual(self.run_tags().code, 0)
        self.assertEqual(len(self.members(1)), 101)

    def test_a_run_that_is_being_given_up_says_so_and_how_to_go_on(self):
        self.run_tags()
        self.sql("update tagsmith_runs set state = 'publishing', ended_at = null, revert_below = 100")
        self.sql("delete from tagsmith_feed where kind = 'published'")
        self.sql("update tagsmith_feed_head set seq = (select max(seq) from tagsmith_feed)")
        self.assertIn("run 1, being given up; tagsmith runs abandon 1 goes on", self.tagsmith("health").out)
        self.assertIn("being given up", self.tagsmith("runs", "list").out)
        said = self.run_tags(code=2)
        self.assertEqual(said.errors[0]["code"], "E_RUN_UNFINISHED", said)
        self.assertIn("tagsmith runs abandon 1", said.errors[0]["hint"])
        self.assertEqual(self.tagsmith("runs", "abandon", "1").code, 0)
        self.assertEqual(self.run_tags().code, 0)

    def test_an_older_day_is_refused_before_an_unfinished_run_is_completed(self):
        self.run_tags()
        self.assertEqual(self.tagsmith("run", "--as-of", "2025-11-23", "--mode", "full").code, 0)
        self.sql("update tagsmith_runs set state = 'publishing', ended_at = null where run_id = 2")
        self.sql("update tagsmith_tag_states set last_run = 1, last_as_of = last_as_of - 1")
        said = self.run_tags(code=2)
        self.assertEqual(said.errors[0]["code"], "E_RUN_REWIND", said)
        self.assertEqual(self.sql("select state from tagsmith_runs where run_id = 2"), [("publishing",)])

    def test_a_file_in_the_place_of_the_state_folder_is_named(self):
        self.put(".tagsmith", "")
        said = self.run_tags(code=1)
        self.assertIn("cannot make the folder '.tagsmith'", said.err)
        self.assertIn("must be a folder", said.err)

    def test_a_pinned_run_may_be_abandoned(self):
        self.cut_off("pinned")
        self.assertEqual(self.tagsmith("runs", "abandon", "1").code, 0)
        self.assertEqual(self.tagsmith("runs", "abandon", "1").code, 0)
        self.assertEqual(self.sql("select state from tagsmith_runs"), [("abandoned",)])

    def test_one_run_at_a_time(self):
        self.run_tags()
        self.assertEqual(self.sql("select holder from tagsmith_fences where name = 'run'"), [("",)])
        self.sql("update tagsmith_fences set holder = 'elsewhere/1/1' where name = 'run'")
        busy = self.tagsmith("run", "--as-of", DAY)
        self.assertEqual((busy.code, busy.errors[0]["code"]), (1, "E_LEASE_BUSY"), busy)


class RunsVerb(ProjectTest):
    def test_runs_are_listed_and_shown(self):
        self.assertEqual(self.tagsmith("runs", "list").code, 2)
        self.run_tags("--actor", "ann")
        self.run_tags("--tags", "vip", "--users", "u1,u2")
        table = self.tagsmith("runs", "list").out.splitlines()
        self.assertEqual(len(table), 3)
        self.assertIn("1 tag, 2 users", table[1])
        self.assertIn("ann", table[2])
        shown = self.tagsmith("runs", "show", "1")
        self.assertIn("run 1, published\n", shown.out)
        self.assertIn("150 rows written, 350 gains", shown.out)
        as_json = self.tagsmith("runs", "show", "1", "--json").last
        self.assertEqual((as_json["rows_written"], as_json["pins"]["zone"], len(as_json["plan"]["tags"])), (150, "UTC", 4))
        self.assertEqual(len(self.tagsmith("runs", "list", "--json", "--last", "1").lines), 1)
        unknown = self.tagsmith("runs", "show", "7")
        self.assertEqual((unknown.code, unknown.errors[0]["code"]), (2, "E_RUN_UNKNOWN"))
        self.assertEqual(self.tagsmith("runs", "abandon", "1").code, 2)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:], verbosity=1)
