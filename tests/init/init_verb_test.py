#!/usr/bin/env python3
"""Projects that `tagsmith init` makes: what is in them, that they work as they are, and what is refused.

usage: init_verb_test.py PROJECT_FOLDER TAGSMITH_BINARY CACHE_FOLDER [unittest arguments]
"""

import json
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import unittest

PROJECT, BINARY, CACHE = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
PURCHASES = CACHE / "data/cdnow/CDNOW_master.txt"
KNOWN = {"big_spender": 734, "frequent_buyer": 950, "bought_lately": 1554, "one_time_buyer": 11908,
         "gone_for_a_year": 15238, "january_cohort": 7846, "free_only": 68, "worth_keeping": 1560}


class Said:
    """What a command printed, and how it ended."""

    def __init__(self, done):
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr

    @property
    def last(self):
        return json.loads(self.out.splitlines()[-1])

    def __repr__(self):
        return f"exit code {self.code}\n{self.out}{self.err}"


class InitTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="tagsmith-init-")
        self.addCleanup(self.temporary.cleanup)
        self.folder = pathlib.Path(self.temporary.name)

    def put(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))

    def tagsmith(self, *arguments, **environment):
        return Said(subprocess.run([BINARY, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=120,
                                   stdin=subprocess.DEVNULL, check=False,
                                   env={**os.environ, "TAGSMITH_CACHE": str(CACHE), **environment}))

    def init(self, *arguments, code=0, **environment):
        said = self.tagsmith("init", *arguments, **environment)
        self.assertEqual(said.code, code, said)
        return said

    def files_of(self, name):
        return {str(path.relative_to(self.folder / name)): path.read_bytes()
                for path in (self.folder / name).rglob("*") if path.is_file()}

    def everything(self):
        return sorted(path.name for path in self.folder.iterdir())

    def run_next_commands(self, said):
        """The commands that init named, as a person would type them; what each said."""
        commands = said.out.split("next:\n")[1].splitlines()
        self.assertEqual(len(commands), 3, said)
        answers = []
        for command in commands:
            program, *arguments = shlex.split(command)
            self.assertEqual(program, "tagsmith")
            answers.append(self.tagsmith(*arguments))
        return answers

    def refused(self, *arguments, says, **environment):
        """That init is refused with these words, and leaves nothing behind."""
        before = self.everything()
        said = self.init(*arguments, code=2, **environment)
        self.assertEqual(said.out, "")
        for text in [says] if isinstance(says, str) else says:
            self.assertIn(text, said.err)
        self.assertEqual(self.everything(), before)
        return said


def files_of_example(name):
    """The files of an example that make a project."""
    folder = PROJECT / "examples" / name
    paths = [folder / ".gitignore", folder / "tagsmith.yaml", *folder.glob("tags/*.yaml"), *folder.glob("tests/*.yaml"),
             *folder.glob("schema/*.json")]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


class Examples(InitTest):
    def test_shop_has_the_files_of_the_source_and_the_purchases(self):
        said = self.init("shop", "--example", "shop")
        expected = {**files_of_example("shop"), "raw/CDNOW_master.txt": PURCHASES.read_bytes()}
        self.assertEqual(self.files_of("shop"), expected)
        self.assertGreaterEqual(len(expected), 8)
        self.assertEqual(said.out.split("next:")[0], "made shop\n" + "".join(f"  {path}\n" for path in sorted(expected)))
        self.assertEqual(self.everything(), ["shop"])

    def test_shop_validates_passes_its_tests_and_runs(self):
        validated, tested, ran = self.run_next_commands(self.init("shop", "--example", "shop"))
        self.assertEqual((validated.code, validated.out), (0, "15 tags, 14 rules, 1 table, 4 tests: all good\n"))
        self.assertEqual((tested.code, tested.out), (0, "4 tests passed\n"))
        self.assertEqual(ran.code, 0, ran)
        self.assertIn("as of 1998-06-30: 23,570 users looked at", ran.out)
        for code, members in KNOWN.items():
            counted = self.tagsmith("users", f"has_tag('{code}')", "--count", "--project", "shop")
            self.assertEqual(counted.out.strip().replace(",", "").split()[0], str(members), code)

    def test_shop_has_many_tags_with_names_in_two_languages(self):
        text = "".join(text.decode() for path, text in files_of_example("shop").items() if path.startswith("tags/"))
        names = re.findall(r"(?m)^    name: \{ en: ([^,]+), zh: ([^}]*[\u4e00-\u9fff][^}]*) \}", text)
        self.assertGreaterEqual(len(names), 12)

    def test_seed_has_the_files_of_the_source_and_the_tables_of_generate(self):
        said = self.init("seed", "--example", "seed")
        generated = self.tagsmith("generate", "--users", "1000", "--out", "made")
        self.assertEqual(generated.code, 0, generated)
        tables = {f"warehouse/{path}": data for path, data in self.files_of("made").items() if path.startswith("v1/")}
        self.assertEqual(len(tables), 3)
        self.assertEqual(self.files_of("seed"), {**files_of_example("seed"), **tables})
        validated, tested, ran = self.run_next_commands(said)
        self.assertEqual((validated.code, validated.out), (0, "8 tags, 8 rules, 3 tables, 3 tests: all good\n"))
        self.assertEqual((tested.code, tested.out), (0, "3 tests passed\n"))
        self.assertEqual(ran.code, 0, ran)
        self.assertIn("as of 2025-11-22: 1,000 users looked at", ran.out)

    def test_the_tags_of_seed_are_all_in_flat_json(self):
        text = (PROJECT / "examples/seed/tags/tags.yaml").read_text(encoding="utf-8")
        self.assertEqual(text.count("\n    rule:\n      logic: AND\n      conditions:"), 8)
        self.assertNotIn("when:", text)

    def test_users_says_how_many(self):
        said = self.init("seed", "--example", "seed", "--users", "50")
        self.assertIn("50 users looked at", self.run_next_commands(said)[2].out)

    def test_json_says_the_same_as_the_text(self):
        text = self.init("a", "--example", "seed").out
        found = self.init("b", "--example", "seed", "--json").last
        self.assertEqual(found["folder"], "b")
        self.assertEqual(found["as_of"], "2025-11-22")
        self.assertEqual(found["files"], sorted(self.files_of("b")))
        self.assertEqual(found["next"], [line.strip().replace("project a", "project b")
                                         for line in text.split("next:\n")[1].splitlines()])

    def test_an_empty_folder_is_filled_and_a_name_with_blanks_can_be_typed_again(self):
        (self.folder / "my shop").mkdir()
        said = self.init("my shop", "--example", "seed", "--users", "10")
        self.assertIn("tagsmith validate --project 'my shop'\n", said.out)
        self.assertEqual([answer.code for answer in self.run_next_commands(said)], [0, 0, 0])

    def test_what_is_there_is_refused_and_left(self):
        self.put("full/mine.txt", "mine")
        self.put("file", "mine")
        for arguments in (["--example", "seed"], ["--example", "shop"]):
            self.refused("full", *arguments, says="full")
            self.refused("file", *arguments, says="it is no folder")
            self.refused("no/such", *arguments, says="no")
            self.refused(".", *arguments, says="it names no new folder")
        self.assertEqual(self.files_of("full"), {"mine.txt": b"mine"})

    def test_without_the_purchases_it_says_where_they_were_looked_for(self):
        nowhere = str(self.folder / "nowhere")
        self.refused("shop", "--example", "shop", TAGSMITH_CACHE=nowhere,
                     says=[f"{nowhere}/data/cdnow/CDNOW_master.txt", "make setup", "--data", "--example seed"])
        self.refused("shop", "--example", "shop", TAGSMITH_CACHE="", HOME=nowhere,
                     says=f"{nowhere}/.cache/tagsmith/data/cdnow/CDNOW_master.txt")
        self.refused("shop", "--example", "shop", "--data", "gone.txt", says=["gone.txt", "make setup"])
        self.refused("shop", "--example", "shop", "--data", ".", says=["make setup"])

    def test_other_purchases_are_refused_wherever_they_are(self):
        self.put("cache/data/cdnow/CDNOW_master.txt", PURCHASES.read_bytes().replace(b"00001", b"00002", 1))
        self.refused("shop", "--example", "shop", TAGSMITH_CACHE=str(self.folder / "cache"), says="is another file")
        self.refused("shop", "--example", "shop", "--data", "cache/data/cdnow/CDNOW_master.txt", says="is another file")

    def test_data_names_the_purchases(self):
        self.put("log.txt", PURCHASES.read_bytes())
        self.init("shop", "--example", "shop", "--data", "log.txt", TAGSMITH_CACHE="/nowhere")
        self.assertEqual(self.files_of("shop")["raw/CDNOW_master.txt"], PURCHASES.read_bytes())

    def test_options_that_mean_nothing_are_refused(self):
        self.refused("x", "--example", "shpo", says="shpo")
        self.refused("x", "--example", "seed", "--data", "f", says="--data is the purchases of --example shop")
        self.refused("x", "--example", "shop", "--users", "5", says="--users is the number of users of --example seed")
        self.refused("x", "--example", "seed", "--users", "0", says="--users")
        self.refused("", "--example", "seed", says="must not be empty")
        self.refused("--example", "seed", says="NAME")
        self.refused("x", says="--example")

    def test_an_interrupt_leaves_nothing(self):
        process = subprocess.Popen([BINARY, "init", "big", "--example", "seed", "--users", "20000000"], cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while process.poll() is None and not list(self.folder.glob(".big.tmp-*")):
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        self.assertEqual(self.everything(), [])

    def test_help_has_examples_that_are_commands(self):
        said = self.tagsmith("init", "--help")
        self.assertEqual(said.code, 0)
        self.assertIn("tagsmith init shop --example shop\n", said.out)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])
