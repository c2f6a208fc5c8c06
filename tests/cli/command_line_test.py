#!/usr/bin/env python3
"""What the program shows a person at a terminal and a script behind a pipe.

usage: command_line_test.py TAGSMITH_BINARY [unittest arguments]
"""

import json
import re
import sys
import unittest

from cli import BINARY, CliTest, ProjectTest, columns_of

COLOR = re.compile(r"\x1b\[[0-9;]*m")
WIDTHS = (40, 80, 200)
WHY = ("why", "user_number_0001", "vip")


def lines_of(shown):
    """What stays on a terminal: without colors, and of a line that is erased only what comes after."""
    lines = [line.split("\r\x1b[K")[-1] for line in COLOR.sub("", shown).split("\n")]
    return [line for line in lines if line]


def json_lines(text):
    return [json.loads(line) for line in text.splitlines()]


class Colors(ProjectTest):
    def setUp(self):
        super().setUp()
        self.run_once()

    def test_a_terminal_shows_truth_in_colors_and_a_pipe_does_not(self):
        shown = self.on_terminal(*WHY)
        self.assertIn("\x1b[32m✓\x1b[0m tag 1 vip", shown.out)
        self.assertNotRegex(self.tagsmith(*WHY).out, COLOR)
        self.assertNotRegex(self.on_terminal(*WHY, out=False).out, COLOR)

    def test_false_is_red(self):
        shown = self.on_terminal("why", "user_number_0002", "vip")
        self.assertIn("\x1b[31m✗\x1b[0m tag 1 vip", shown.out)

    def test_the_words_of_a_terminal_without_signs_have_colors(self):
        self.assertIn("\x1b[32mtrue\x1b[0m    tag 1 vip", self.on_terminal(*WHY, LANG="C").out)

    def test_who_wants_no_colors_gets_none(self):
        for options, changes in (((), {"NO_COLOR": "1"}), ((), {"TERM": "dumb"}), (("--color", "never"), {})):
            with self.subTest(options=options, changes=changes):
                self.assertNotRegex(self.on_terminal(*WHY, *options, **changes).out, COLOR)
        self.assertRegex(self.on_terminal(*WHY, NO_COLOR="").out, COLOR)

    def test_always_is_always(self):
        self.assertRegex(self.tagsmith(*WHY, "--color", "always", NO_COLOR="1").out, COLOR)
        self.assertRegex(self.tagsmith("--color", "always", *WHY).out, COLOR)

    def test_json_has_no_colors(self):
        self.assertNotRegex(self.tagsmith(*WHY, "--color", "always", "--json").out, COLOR)

    def test_a_plan_shows_gains_and_losses(self):
        self.put("users.csv", "user_id,age,level\n" + "".join(f"new_{i},30,VIP\n" for i in range(3)))
        shown = self.on_terminal("plan", "--as-of", "2025-11-23")
        self.assertRegex(shown.out, r"\x1b\[32m\+3\x1b\[0m")
        self.assertRegex(shown.out, r"\x1b\[31m-\d+\x1b\[0m")
        self.assertIn("\x1b[33mheld", shown.out)

    def test_colors_do_not_move_columns(self):
        plain = self.on_terminal("tags", "list", "--color", "never")
        self.assertEqual(COLOR.sub("", self.on_terminal("tags", "list").out), plain.out)


class Errors(ProjectTest):
    def break_a_rule(self):
        self.put("tags/value.yaml", "tags:\n  - { id: 1, code: vip, when: levl = 'VIP' }\n")

    def test_a_terminal_reads_place_code_message_and_hint(self):
        self.break_a_rule()
        for verb in ("run", "plan"):
            with self.subTest(verb):
                shown = self.on_terminal(verb)
                self.assertEqual(shown.code, 2)
                errors = lines_of(shown.err)[-2:]
                self.assertEqual(errors[0], "tags/value.yaml:2:31: E_COLUMN_UNKNOWN: no table has a column 'levl'")
                self.assertEqual(errors[1], "  hint: did you mean 'level'?")
                self.assertIn("\x1b[1;31mE_COLUMN_UNKNOWN\x1b[0m", shown.err)
                self.assertNotIn("{", shown.err)

    def test_a_pipe_gets_lines_of_json(self):
        self.break_a_rule()
        for verb in ("run", "plan"):
            error, = json_lines(self.tagsmith(verb, code=2).err)
            self.assertEqual((error["tag_id"], error["code"], error["line"]), (1, "E_COLUMN_UNKNOWN", 2))

    def test_json_on_a_terminal_is_json(self):
        self.break_a_rule()
        shown = self.on_terminal("run", "--json")
        error, = json_lines("\n".join(lines_of(shown.err)))
        self.assertEqual(error["code"], "E_COLUMN_UNKNOWN")

    def test_skipping_refused_rules_works_on_a_terminal_too(self):
        self.put("tags/more.yaml", "tags:\n  - { id: 7, code: odd, when: levl = 'VIP' }\n")
        shown = self.on_terminal("plan", "--skip-refused")
        self.assertEqual(shown.code, 3, shown)
        self.assertIn("tags/more.yaml:2:", COLOR.sub("", shown.err))

    def test_eval_has_lines_of_json_everywhere(self):
        self.put("rules.json", '[{"tag_id": 1, "name": "vip", "rule": "levl = 1"}]')
        command = ("eval", "--rules", "rules.json", "--table", "users=users.csv", "--as-of", "2025-11-22", "--out", "o.csv")
        for said in (self.tagsmith(*command), self.on_terminal(*command)):
            self.assertEqual(said.code, 2)
            error, = json_lines("\n".join(lines_of(said.err)))
            self.assertEqual(error["code"], "E_COLUMN_UNKNOWN")
        missing = (*command[:4], "users=gone.csv", *command[5:])
        for said in (self.tagsmith(*missing), self.on_terminal(*missing)):
            self.assertRegex(said.err, r'\{"code":"E_DATA_FILE","path":"gone.csv"')

    def test_with_json_every_error_is_json(self):
        for command in (("run", "--project", "/", "--json"), ("why", "--json"), ("plan", "--json", "--nonsense"),
                        ("users", "--json", "level = 1"), ("runs", "show", "--json", "7"),
                        ("tags", "list", "--json", "--env", "none"), ("columns", "--json", "--data", "nowhere")):
            with self.subTest(command):
                said = self.tagsmith(*command)
                self.assertIn(said.code, (1, 2), said)
                errors = json_lines(said.err)
                self.assertTrue(errors, said)
                for error in errors:
                    self.assertTrue(error["code"].startswith("E_"), said)
                    self.assertIn("message", error)

    def test_control_characters_of_names_do_not_steer_the_terminal(self):
        shown = self.on_terminal("why", "\x1b[2Jann", "vip")
        self.assertNotIn("\x1b[2J", shown.err)


class Usage(CliTest):
    def test_what_was_meant(self):
        for command, hint in ((("rum",), "did you mean 'run'?"), (("run", "--taggs", "vip"), "did you mean '--tags'?"),
                              (("runs", "lsit"), "did you mean 'list'?"),
                              (("runs", "list", "--lst", "3"), "did you mean '--last'?"),
                              (("plan", "--taggs=vip"), "did you mean '--tags'?"),
                              (("run", "--quite"), "did you mean '--quiet'?"),
                              (("help", "dats"), "did you mean 'dates'?"), (("help", "rn"), "did you mean 'run'?")):
            with self.subTest(command):
                said = self.tagsmith(*command, code=2)
                self.assertIn(hint, said.err)

    def test_the_help_that_is_named_is_that_of_the_command(self):
        self.assertIn("see tagsmith runs list --help", self.tagsmith("runs", "list", "--lst", code=2).err)

    def test_values_of_choices_are_checked(self):
        for option in ("--color", "--log-format"):
            self.assertEqual(self.tagsmith("health", option, "blue").code, 2)
        self.assertEqual(self.tagsmith("health", "--quiet", "--verbose").code, 2)


class Tables(ProjectTest):
    def assert_fits(self, text, width):
        for line in text.splitlines():
            self.assertLessEqual(columns_of(line), width, line)

    def test_the_list_of_tags_fits(self):
        self.run_once()
        for width in WIDTHS:
            with self.subTest(width):
                shown = self.on_terminal("tags", "list", "--color", "never", width=width)
                self.assert_fits(shown.out, width)
                for code, members in (("vip", "30"), ("adult", "44"), ("guest", "0")):
                    self.assertRegex(shown.out, rf"\b{code}\b.*\b{members}\b")
                self.assertIn("…", shown.out)
                self.assertEqual("more in a wider terminal" in shown.out, width < 200, shown.out)

    def test_the_columns_of_tables_fit(self):
        for width in WIDTHS:
            with self.subTest(width):
                shown = self.on_terminal("columns", "--table", "users=users.csv", width=width)
                self.assert_fits(shown.out, width)
                self.assertIn("a_column_of_long_texts", shown.out)

    def test_a_plan_fits(self):
        for width in WIDTHS:
            with self.subTest(width):
                shown = self.on_terminal("plan", "--as-of", "2025-11-22", "--color", "never", width=width)
                table = shown.out[:shown.out.index("as of ")]
                self.assert_fits(table, width)
                self.assertRegex(table, r"\bvip\b.*\+30")
                self.assertEqual("+user_number_" in table, width >= 80, table)

    def test_runs_and_history_fit(self):
        self.run_once()
        for command in (("runs", "list"), ("history", "user_number_0001")):
            for width in WIDTHS:
                with self.subTest(command=command, width=width):
                    self.assert_fits(self.on_terminal(*command, "--color", "never", width=width).out, width)

    def test_a_pipe_gets_all(self):
        self.run_once()
        out = self.tagsmith("tags", "list", code=0).out
        self.assertIn("客户" * 30, out)
        self.assertIn("category", out)

    def test_a_terminal_without_signs_gets_points(self):
        self.run_once()
        out = self.on_terminal("tags", "list", width=80, LANG="C").out
        self.assertNotIn("…", out)
        self.assertIn("...", out)


class Activity(ProjectTest):
    def test_a_terminal_sees_how_far_a_run_is(self):
        shown = self.on_terminal("run", "--as-of", "2025-11-22")
        self.assertEqual(shown.code, 0, shown)
        self.assertRegex(shown.err, r"publishing  \[#+-*\] +\d+ %  \d+ of 52 users")
        self.assertTrue(shown.err.endswith("\r\x1b[K"), shown)

    def test_a_narrow_terminal_is_not_wrapped(self):
        shown = self.on_terminal("run", "--as-of", "2025-11-22", width=20)
        for line in shown.err.replace("\n", "\r").split("\r"):
            self.assertLess(columns_of(line.replace("\x1b[K", "")), 20)

    def test_a_pipe_sees_nothing(self):
        self.assertEqual(self.tagsmith("run", "--as-of", "2025-11-22", code=0).err, "")

    def test_quiet_is_results_and_errors(self):
        shown = self.on_terminal("run", "--as-of", "2025-11-22", "--quiet")
        self.assertEqual((shown.code, shown.err), (0, ""))
        self.assertIn("60 users looked at", shown.out)
        again = self.tagsmith("run", "--as-of", "2025-11-22", "--quiet", "--mode", "nonsense", code=2)
        self.assertIn("--mode", again.err)

    def test_verbose_tells_what_is_read_and_how_long_it_took(self):
        err = self.tagsmith("run", "--as-of", "2025-11-22", "--verbose", code=0).err
        self.assertIn("table users: 'users.csv', 3 columns\n", err)
        for stage in ("checking the rules", "publishing"):
            self.assertRegex(err, rf"(?m)^{stage}: \d+\.\d\d\d s$")

    def test_verbose_tells_of_eval_too(self):
        self.put("rules.json", '[{"tag_id": 1, "name": "vip", "rule": "level = \'VIP\'"}]')
        err = self.tagsmith("eval", "--rules", "rules.json", "--table", "users=users.csv", "--as-of", "2025-11-22",
                            "--out", "o.csv", "-v", code=0).err
        self.assertRegex(err, r"(?m)^evaluating: \d+\.\d\d\d s$")

    def test_log_lines_as_json(self):
        said = self.tagsmith("run", "--as-of", "2025-11-22", "--verbose", "--log-format", "json", code=0)
        lines = json_lines(said.err)
        for line in lines:
            self.assertRegex(line["time"], r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\.\d{6}")
            self.assertEqual(line["level"], "debug")
        stages = {line["stage"]: line["seconds"] for line in lines if "stage" in line}
        self.assertGreater(stages["publishing"], 0)
        self.assertIn({"table": "users", "from": "users.csv", "files": 1, "columns": 3},
                      [{key: line[key] for key in ("table", "from", "files", "columns")}
                       for line in lines if "table" in line])

    def test_notes_are_log_lines(self):
        start = ("run", "--as-of", "2025-11-22", "--started-at", "2025-11-22 10:00:00")
        self.tagsmith(*start, code=0)
        self.assertEqual(self.tagsmith(*start, code=0).err, "run 1 of this start is published already\n")
        self.assertEqual(self.tagsmith(*start, "--quiet", code=0).err, "")
        line, = json_lines(self.tagsmith(*start, "--log-format", "json", code=0).err)
        self.assertEqual((line["level"], line["run"]), ("info", 1))


class Version(CliTest):
    LIBRARIES = ("DuckDB", "SQLite", "OpenSSL", "fmt", "CLI11", "nlohmann json", "yaml-cpp", "date", "tz database")

    def test_text(self):
        out = self.tagsmith("--version", code=0).out
        self.assertRegex(out, r"^tagsmith \d+\.\d+\.\d+\ncommit ([0-9a-f]{12}|unknown)\nbuild \w+\n")
        for name in self.LIBRARIES:
            self.assertRegex(out, rf"(?m)^{name} v?\d[\w.]*$")

    def test_json(self):
        said = json.loads(self.tagsmith("--version", "--json", code=0).out)
        self.assertEqual(tuple(said["libraries"]), self.LIBRARIES)
        text = self.tagsmith("--version", code=0).out
        self.assertIn(f"tagsmith {said['version']}\ncommit {said['commit'] or 'unknown'}\nbuild {said['build']}\n", text)


if __name__ == "__main__":
    if not BINARY.exists():
        sys.exit(f"no program {BINARY}")
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
