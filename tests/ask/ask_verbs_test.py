#!/usr/bin/env python3
"""What `tagsmith why`, `users`, `history`, `tags list`, `feed`, `health`, `grant` and `block` answer and do.

usage: ask_verbs_test.py TAGSMITH_BINARY [unittest arguments]
"""

import json
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import unittest

BINARY = pathlib.Path(sys.argv[1]).resolve()
DAY = "2025-11-22"
SETTINGS = """\
project: shop
datasets:
  users: { path: users.csv }
store: sqlite:tags.db
"""
TAGS = """\
tags:
  - { id: 1, code: vip, when: "level = 'VIP'", grant_days: 30 }
  - { id: 2, code: adult, when: age >= 18 }
  - { id: 3, code: adult_vip, when: has_tag('vip') and has_tag('adult') }
  - { id: 9, code: guest }
"""
USERS = "user_id,age,level\nann,31,VIP\nbob,17,VIP\ncid,45,basic\ndan,,\n"


class Said:
    """What a command printed, and how it ended."""

    def __init__(self, done):
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr

    @property
    def lines(self):
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def errors(self):
        return [json.loads(line) for line in self.err.splitlines() if line.startswith("{")]

    def __repr__(self):
        return f"exit code {self.code}\n{self.out}{self.err}"


class AskTest(unittest.TestCase):
    """A project of four users; the first run is at 10:01 of a day, the next a minute later, and so on."""

    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="tagsmith-ask-")
        self.addCleanup(self.temporary.cleanup)
        self.folder = pathlib.Path(self.temporary.name)
        self.put("tagsmith.yaml", SETTINGS)
        self.put("tags/tags.yaml", TAGS)
        self.put("users.csv", USERS)
        self.clock = 0

    def put(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return name

    def tagsmith(self, *arguments, code=0):
        said = Said(subprocess.run([BINARY, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=120,
                                   stdin=subprocess.DEVNULL, check=False))
        self.assertEqual(said.code, code, said)
        return said

    def run_tags(self, *arguments, code=0):
        self.clock += 1
        return self.tagsmith("run", "--as-of", DAY, "--started-at", f"{DAY} 10:{self.clock:02}:00", *arguments,
                             code=code)

    def sql(self, statement, *parameters):
        connection = sqlite3.connect(self.folder / "tags.db")
        try:
            rows = connection.execute(statement, parameters).fetchall()
            connection.commit()
            return rows
        finally:
            connection.close()

    def leave_unfinished(self, run):
        """Makes a published run one that is publishing still."""
        self.sql("update tagsmith_runs set state = 'publishing', ended_at = null where run_id = ?", run)
        self.sql("delete from tagsmith_feed where kind = 'published' and run_id = ?", run)
        self.sql("update tagsmith_feed_head set seq = (select max(seq) from tagsmith_feed)")

    def users(self, expression, *arguments):
        return self.tagsmith("users", expression, *arguments).out.split()

    def answer(self, user, tag, *arguments):
        return self.tagsmith("why", user, tag, "--as-of", DAY, "--json", *arguments).lines[0]["tags"][0]


class Why(AskTest):
    def test_the_evidence_of_entry_stands_beside_what_the_rules_say_now(self):
        self.run_tags()
        said = self.tagsmith("why", "ann", "vip", "--as-of", DAY)
        self.assertIn("tag 1 vip: since 2025-11-22 10:01:00 UTC, by rule, rule version 1\n", said.out)
        self.assertIn("    entered by   level = 'VIP'\n    with values  {\"level\":\"VIP\"}\n", said.out)
        self.put("users.csv", USERS.replace("ann,31,VIP", "ann,31,gold"))
        said = self.tagsmith("why", "ann", "vip", "--as-of", DAY)
        self.assertIn("    would leave with the next run, unless a guard holds it\n", said.out)
        self.assertIn("[level = 'gold']", said.out)
        self.assertIn("    with values  {\"level\":\"VIP\"}\n", said.out)

    def test_a_tag_that_is_lacking_has_a_nearest_miss(self):
        self.run_tags()
        said = self.tagsmith("why", "bob", "--as-of", DAY)
        self.assertIn("nearest miss: age >= 18 would have to be true: it is false [age = 17]", said.out)

    def test_has_tag_is_answered_as_a_run_would(self):
        self.run_tags()
        self.assertEqual((self.answer("ann", "adult_vip")["next"], self.answer("cid", "adult_vip")["next"]),
                         (True, False))
        self.tagsmith("grant", "cid", "vip")
        self.tagsmith("block", "ann", "vip")
        self.assertEqual((self.answer("ann", "adult_vip")["next"], self.answer("cid", "adult_vip")["next"]),
                         (False, True))
        self.run_tags()
        self.assertEqual((self.answer("ann", "adult_vip")["has"], self.answer("cid", "adult_vip")["has"]),
                         (False, True))

    def test_a_past_moment_is_exact_and_has_no_values_of_today(self):
        self.run_tags()
        self.put("users.csv", USERS.replace("ann,31,VIP", "ann,31,gold"))
        self.run_tags("--accept", "to_zero:adult_vip")
        self.assertFalse(self.answer("ann", "vip")["has"])
        then = self.tagsmith("why", "ann", "vip", "--at", f"{DAY} 10:01:30", "--json").lines[0]
        self.assertTrue(then["tags"][0]["has"])
        self.assertEqual(then["tags"][0]["detail"]["value"], {"level": "VIP"})
        self.assertIsNone(then["tags"][0]["rules"])
        self.assertIn("evidence no longer available", self.tagsmith("why", "ann", "--at", DAY + " 11:00").out)
        self.tagsmith("why", "ann", "--at", DAY, code=2)

    def test_who_or_what_is_unknown_is_refused_with_a_hint(self):
        self.run_tags()
        for arguments, symbol, hint in ((("nobody",), "E_USER_UNKNOWN", "byte by byte"),
                                        (("ann", "vpi"), "E_TAG_UNKNOWN", "did you mean 'vip'?")):
            error = self.tagsmith("why", *arguments, code=2).errors[0]
            self.assertEqual(error["code"], symbol)
            self.assertIn(hint, error["hint"])
        self.assertIn("no time", self.tagsmith("why", "ann", "--at", "noon", code=2).err)

    def test_a_rule_that_is_refused_holds_its_tag(self):
        self.run_tags()
        self.put("tags/tags.yaml", TAGS.replace("age >= 18", "agee >= 18"))
        self.assertIn("E_COLUMN_UNKNOWN", self.answer("ann", "adult")["refused"])
        self.assertIsNone(self.answer("ann", "adult_vip")["next"])
        self.run_tags("--skip-refused", code=3)
        self.assertIn("agee", self.answer("ann", "adult")["stale"])
        self.assertTrue(self.answer("ann", "adult")["has"])
        self.put("tags/tags.yaml", TAGS)
        self.assertIn("    held by the last run: ", self.tagsmith("why", "ann", "adult", "--as-of", DAY).out)


class Users(AskTest):
    def test_tags_are_joined_with_and_or_not(self):
        self.run_tags()
        self.assertEqual(self.users("has_tag('vip')"), ["ann", "bob"])
        self.assertEqual(self.users("has_tag('vip') and not has_tag('adult')"), ["bob"])
        self.assertEqual(self.users("has_tag('vip') or has_tag('adult')"), ["ann", "bob", "cid"])
        self.assertEqual(self.users("has_tag('vip')", "--count"), ["2"])
        self.assertEqual(self.tagsmith("users", "has_tag('vip')", "--json").lines,
                         [{"user_id": "ann", "tag_ids": [1, 2, 3]}, {"user_id": "bob", "tag_ids": [1]}])

    def test_the_users_of_a_past_moment(self):
        self.run_tags()
        self.put("users.csv", USERS.replace("ann,31,VIP", "ann,31,gold").replace("dan,,", "dan,80,VIP"))
        self.run_tags()
        self.assertEqual(self.users("has_tag('vip')"), ["bob", "dan"])
        self.assertEqual(self.users("has_tag('vip')", "--at", f"{DAY} 10:01:00"), ["ann", "bob"])
        self.assertEqual(self.users("not has_tag('vip')", "--at", f"{DAY} 10:01:00"), ["cid"])
        self.assertEqual(self.users("not has_tag('vip')", "--at", f"{DAY} 10:00:59"), [])

    def test_what_an_unfinished_run_wrote_shows_only_with_live(self):
        self.run_tags()
        self.put("users.csv", USERS.replace("ann,31,VIP", "ann,31,gold").replace("dan,,", "dan,80,VIP"))
        self.run_tags()
        self.leave_unfinished(2)
        said = self.tagsmith("users", "has_tag('vip')")
        self.assertEqual(said.out.split(), ["ann", "bob"])
        self.assertIn("run 2 is publishing", said.err)
        self.assertEqual(self.users("has_tag('vip')", "--live"), ["bob", "dan"])
        self.assertTrue(self.answer("ann", "vip")["has"])
        self.assertFalse(self.answer("ann", "vip", "--live")["has"])
        last = self.tagsmith("feed", "--after", "0", "--json").lines[-1]
        self.assertEqual((last["kind"], last["run_id"]), ("published", 1))
        live = self.tagsmith("feed", "--after", str(last["seq"]), "--json", "--live").lines
        self.assertEqual({row["run_id"] for row in live}, {2})
        vip = self.tagsmith("tags", "list", "--json").lines[0]
        self.assertEqual(vip["members"], 2)
        self.assertIn("not published yet", self.tagsmith("history", "dan").out)
        self.assertIn("unfinished  run 2, publishing", self.tagsmith("health", code=3).out)

    def test_files_hold_the_users_with_their_tags(self):
        self.run_tags()
        self.assertEqual(self.tagsmith("users", "has_tag('vip')", "--out", "vips.csv").out, "2 users\n")
        self.assertEqual((self.folder / "vips.csv").read_text(), 'user_id,tag_ids\nann,"[1,2,3]"\nbob,[1]\n')
        self.tagsmith("users", "has_tag('vip')", "--out", "vips.jsonl")
        self.assertEqual((self.folder / "vips.jsonl").read_text().splitlines()[1], '{"user_id":"bob","tag_ids":[1]}')
        self.tagsmith("users", "has_tag('vip')", "--out", "vips.parquet")
        self.assertTrue((self.folder / "vips.parquet").read_bytes().startswith(b"PAR1"))
        self.tagsmith("users", "has_tag('vip')", "--out", "vips.txt", code=2)
        self.assertEqual(sorted(path.name for path in self.folder.glob("*vips*")),
                         ["vips.csv", "vips.jsonl", "vips.parquet"])

    def test_users_are_written_over_nothing_that_the_project_needs(self):
        self.run_tags()
        for path in ("users.csv", "tags/x.csv"):
            self.assertIn("no input", self.tagsmith("users", "has_tag('vip')", "--out", path, code=2).err)
        self.assertEqual((self.folder / "users.csv").read_text(), USERS)

    def test_columns_and_unknown_tags_are_refused(self):
        self.run_tags()
        errors = self.tagsmith("users", "has_tag('vpi') and age > 3", code=2).errors
        self.assertEqual([error["code"] for error in errors], ["E_TAG_UNKNOWN", "E_AUDIENCE_COLUMN"])
        self.assertEqual(errors[0]["hint"], "did you mean 'vip'?")
        self.assertIn("only has_tag works here", errors[1]["message"])
        self.assertEqual(self.tagsmith("users", "vip", code=2).errors[0]["hint"], "write has_tag('vip')")


class Edits(AskTest):
    def test_grants_enter_and_are_told_again_only_once(self):
        self.run_tags()
        said = self.tagsmith("grant", "dan", "vip", "guest", "--reason", "a friend", "--actor", "mia", "--json")
        self.assertEqual(said.lines[0], {"set": 2, "unchanged": 0, "entered": 2, "left": 0, "blocked": 0})
        before = self.sql("select * from user_tags order by user_id")
        said = self.tagsmith("grant", "dan", "vip", "guest", "--reason", "a friend", "--actor", "mia")
        self.assertEqual(said.out, "set 0, unchanged 2, entered 0, left 0\n")
        self.assertEqual(self.sql("select * from user_tags order by user_id"), before)
        detail = self.answer("dan", "vip")["detail"]
        self.assertEqual((detail["source"], detail["reason"], detail["actor"]), ("manual", "a friend", "mia"))
        self.assertIn("expires_at", detail)  # the tag's grant_days
        self.assertNotIn("expires_at", self.answer("dan", "guest")["detail"])
        self.run_tags()
        self.assertEqual(self.users("has_tag('guest')"), ["dan"])

    def test_a_block_wins_and_is_taken_back(self):
        self.run_tags()
        self.assertEqual(self.tagsmith("block", "ann", "1").out, "set 1, unchanged 0, entered 0, left 1\n")
        self.assertIn("a block wins", self.tagsmith("grant", "ann", "vip").out)
        self.run_tags("--accept", "to_zero:adult_vip")
        self.assertEqual(self.users("has_tag('vip')"), ["bob"])
        self.assertEqual(self.tagsmith("block", "ann", "vip", "--remove").out,
                         "removed 1, unchanged 0, entered 1, left 0\n")
        self.assertEqual(self.tagsmith("block", "ann", "vip", "--remove").out,
                         "removed 0, unchanged 1, entered 0, left 0\n")

    def test_every_bad_line_of_a_file_is_told(self):
        self.run_tags()
        (self.folder / "bad.csv").write_bytes(b'user_id,tag\nann,nosuch\nb\xffb,vip\nbob,vip\n,vip\n"cid"x,vip\n')
        errors = self.tagsmith("grant", "--file", "bad.csv", "--new-users", code=2).errors
        self.assertEqual([error["path"] for error in errors], [f"bad.csv:{line}" for line in (2, 3, 5, 6)])

    def test_a_last_day_ends_with_its_last_moment(self):
        self.run_tags()
        self.tagsmith("grant", "dan", "guest", "--expires", "2099-12-31")
        self.assertEqual(self.answer("dan", "guest")["detail"]["expires_at"], "2100-01-01 00:00:00.000000")
        self.put("tagsmith.yaml", SETTINGS + "timezone: Asia/Shanghai\n")
        self.tagsmith("grant", "dan", "guest", "--expires", "2099-12-31")
        self.assertEqual(self.answer("dan", "guest")["detail"]["expires_at"], "2099-12-31 16:00:00.000000")
        for bad in ("2020-01-01", "0d", "soon", "2025-13-01", "99999d"):
            self.assertEqual(self.tagsmith("grant", "dan", "guest", "--expires", bad, code=2).errors[0]["code"],
                             "E_EDIT")

    def test_a_user_without_an_id_is_refused(self):
        self.run_tags()
        self.assertIn("the user id is empty", self.tagsmith("grant", "", "guest", "--new-users", code=2).err)

    def test_a_user_that_nobody_knows_is_likely_a_slip(self):
        self.assertIn("--new-users", self.tagsmith("grant", "zoe", "guest", code=2).errors[0]["hint"])
        self.tagsmith("grant", "dan", "guest")  # the data know him, before any run
        self.tagsmith("grant", "zoe", "guest", "--new-users")
        self.assertEqual(self.users("has_tag('guest')"), ["dan", "zoe"])
        self.tagsmith("block", "zoe", "guest")  # the store knows her now

    def test_a_file_is_written_whole_or_not_at_all(self):
        self.run_tags()
        before = self.sql("select * from user_tags order by user_id")
        self.put("bad.csv", "user_id,tag,expires\nann,vpi,\nzed,guest,\ncid,guest,soon\ndan,guest,30d\ndan,guest,31d\n")
        errors = self.tagsmith("grant", "--file", "bad.csv", code=2).errors
        self.assertEqual([error["path"] for error in errors],
                         ["bad.csv:2", "bad.csv:3", "bad.csv:4", "bad.csv:6"])
        self.put("torn.csv", "user_id,tag\nann\n,guest\n")
        self.assertEqual([error["path"] for error in self.tagsmith("grant", "--file", "torn.csv", code=2).errors],
                         ["torn.csv:2", "torn.csv:3"])
        self.assertEqual(self.sql("select * from user_tags order by user_id"), before)
        self.assertEqual(self.sql("select count(*) from tagsmith_manual"), [(0,)])
        self.put("good.csv", "user_id,reason\nann,gift\nbob,\ncid,\n")
        self.assertEqual(self.tagsmith("grant", "guest", "--file", "good.csv", "--reason", "party").out,
                         "set 3, unchanged 0, entered 3, left 0\n")
        self.assertEqual(self.answer("ann", "guest")["grant"]["reason"], "gift")
        self.assertEqual(self.answer("bob", "guest")["grant"]["reason"], "party")
        self.assertEqual(self.tagsmith("grant", "guest", "--file", "good.csv", "--remove").out,
                         "removed 3, unchanged 0, entered 0, left 3\n")

    def test_a_large_file_is_one_transaction(self):
        self.run_tags()
        self.put("many.csv", "user_id\n" + "".join(f"n{i}\n" for i in range(20_000)))
        self.assertEqual(self.tagsmith("grant", "guest", "--file", "many.csv", "--new-users").out,
                         "set 20000, unchanged 0, entered 20000, left 0\n")
        self.assertEqual(len(self.sql("select distinct made_at from tagsmith_feed where run_id = 0")), 1)
        self.assertEqual(self.tagsmith("grant", "guest", "--file", "many.csv").out,
                         "set 0, unchanged 20000, entered 0, left 0\n")

    def test_words_that_are_missing_are_told(self):
        for arguments in ((), ("ann",)):
            self.assertIn("name a user and at least one tag", self.tagsmith("grant", *arguments, code=2).err)


class Lists(AskTest):
    def test_history_names_every_gain_and_loss(self):
        self.run_tags()
        self.tagsmith("grant", "dan", "guest", "--reason", "a friend", "--actor", "mia")
        self.tagsmith("grant", "dan", "guest", "--remove", "--reason", "no friend", "--actor", "kim")
        rows = [" ".join(row.split()[3:]) for row in self.tagsmith("history", "dan").out.splitlines()[1:]]
        self.assertEqual(rows, ["granted guest mia a friend",
                                "entered guest by hand (mia) manual a friend, by mia",
                                "grant removed guest kim no friend",
                                "left guest by hand (kim) manual a friend, by mia"])
        lines = self.tagsmith("history", "dan", "--json").lines
        self.assertEqual([(row["kind"], row["actor"], row["edit_reason"]) for row in lines],
                         [("granted", "mia", "a friend"), ("entered", "mia", "a friend"),
                          ("grant removed", "kim", "no friend"), ("left", "kim", "no friend")])
        self.assertEqual(self.tagsmith("feed", "--after", "0", "--json").lines[-1]["actor"], "kim")

    def test_history_keeps_a_block_that_changed_nothing_and_is_gone(self):
        self.run_tags()
        self.tagsmith("block", "dan", "guest", "--reason", "complained", "--actor", "mia")
        self.tagsmith("block", "dan", "guest", "--remove", "--actor", "kim")
        rows = [" ".join(row.split()[3:]) for row in self.tagsmith("history", "dan").out.splitlines()[1:]]
        self.assertEqual(rows, ["blocked guest mia complained", "block removed guest kim"])
        self.assertEqual(self.tagsmith("history", "nobody", code=2).errors[0]["code"], "E_USER_UNKNOWN")

    def test_tags_have_members_versions_and_runs(self):
        self.run_tags()
        vip = self.tagsmith("tags", "list", "--json").lines[0]
        self.assertEqual((vip["code"], vip["members"], vip["rule_version"], vip["last_run"], vip["as_of"], vip["stale"]),
                         ("vip", 2, 1, 1, DAY, None))
        listed = self.tagsmith("tags", "list").out
        self.assertIn("3 users in the store", listed)
        self.assertRegex(listed, r"66\.7 %  #######  ")
        self.put("tags/tags.yaml", TAGS.replace("  - { id: 9, code: guest }\n", ""))
        self.assertIn("not in the project", self.tagsmith("tags", "list").out)

    def test_the_feed_has_no_gaps_and_goes_on_from_a_number(self):
        self.run_tags()
        rows = self.tagsmith("feed", "--after", "0", "--json").lines
        self.assertEqual([row["seq"] for row in rows], list(range(1, len(rows) + 1)))
        self.assertEqual(self.tagsmith("feed", "--after", "2", "--limit", "1", "--json").lines, rows[2:3])
        self.assertEqual(self.tagsmith("feed", "--after", str(len(rows))).out, "")

    def test_health_has_three_answers(self):
        self.assertEqual(self.tagsmith("health", code=1).errors[0]["code"], "E_STORE")
        self.run_tags()
        self.assertTrue(self.tagsmith("health", "--json").lines[0]["healthy"])
        self.put("tags/tags.yaml", TAGS.replace("age >= 18", "agee >= 18"))
        self.run_tags("--skip-refused", code=3)
        sick = self.tagsmith("health", "--json", code=3).lines[0]
        self.assertEqual([held["code"] for held in sick["held"]], ["adult", "adult_vip"])
        (self.folder / "tags.db").write_text("no database")
        self.tagsmith("health", code=1)

    def test_a_tag_in_a_file_that_cannot_be_read_is_not_taken_for_removed(self):
        self.run_tags()
        self.put("tags/tags.yaml", TAGS + "  - {")
        refused = self.tagsmith("grant", "ann", "guest", code=2)
        self.assertIn("tags/tags.yaml:", refused.err)
        self.assertIn("the project cannot be read, and the tag guest was not found in what could", refused.err)
        self.assertNotIn("any more", refused.err)
        sick = self.tagsmith("health", "--json", code=3)
        self.assertEqual((sick.lines[0]["healthy"], sick.lines[0]["project_read"]), (False, False))
        text = self.tagsmith("health", code=3).out
        self.assertIn("project     cannot be read: tagsmith validate", text)
        self.assertNotIn("held        none", text)

    def test_a_project_that_is_none_is_refused(self):
        (self.folder / "tagsmith.yaml").write_text("project: [")
        for command in (("health",), ("tags", "list"), ("feed", "--after", "0"), ("users", "has_tag('vip')"),
                        ("history", "ann"), ("why", "ann"), ("grant", "ann", "vip")):
            with self.subTest(command):
                self.assertIn("tagsmith.yaml:1", self.tagsmith(*command, code=2).err)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
