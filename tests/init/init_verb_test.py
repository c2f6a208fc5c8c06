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


USERS = "user_id,age,level,joined\nann,31,VIP2,2024-02-29\nbob,17,VIP3,2025-11-20\ncleo,,VIP10,2025-06-01\n"


class From(InitTest):
    """Projects of files: each is validated, tested and planned as it is, and with its example."""

    def from_files(self, files, *arguments):
        """What init said about a folder `data` of files, in JSON, after the project was tried out."""
        for name, text in files.items():
            self.put(f"data/{name}", text)
        made = self.init("mine", "--from", "data", "--json", *arguments).last
        self.try_out(made)
        return made

    def try_out(self, made):
        for command in made["next"]:
            said = self.tagsmith(*shlex.split(command)[1:])
            self.assertEqual(said.code, 0, f"{command}\n{said}")
        for file in ("tags/first.yaml", "tests/first.yaml"):
            path = self.folder / made["folder"] / file
            head, _, example = path.read_text(encoding="utf-8").partition("\n\n")
            self.assertTrue(all(line.startswith("# ") for line in (head + "\n" + example).strip().split("\n")))
            path.write_text(re.sub(r"(?m)^# ", "", example), encoding="utf-8")
        for command in made["next"]:
            said = self.tagsmith(*shlex.split(command)[1:])
            self.assertEqual(said.code, 0, f"{command}\n{said}")
        self.assertIn("1 tag,", self.tagsmith(*shlex.split(made["next"][0])[1:]).out)

    def settings(self, name="mine"):
        return (self.folder / name / "tagsmith.yaml").read_text(encoding="utf-8")

    def tables(self, made):
        return {table["name"]: (table["key"], table["rows"], table["users"]) for table in made["tables"]}

    def columns_of(self, table):
        """The comment that lists the columns of a table."""
        lines = self.settings().split(f"\n  {table}:\n")[1].split("\n    path:")[0].split("\n    sql:")[0]
        return " ".join(line.strip("# ") for line in lines.splitlines())

    def test_a_file_is_a_table_and_the_settings_say_what_it_is(self):
        made = self.from_files({"users.csv": USERS})
        self.assertEqual(self.settings(), """\
# yaml-language-server: $schema=schema/tagsmith.json
project: mine

# The zone of timestamps that carry one, and of the day that a run takes for today.
timezone: UTC

# The column that says who the user is; a table that calls it otherwise has its own key.
key: user_id

# Paths count from this folder.
datasets:
  users:
    # Columns: age int, level text, joined date.
    path: ../data/users.csv

# Users, their tags and the evidence of each: a file of SQLite, made by the first run.
store: sqlite:tags.db
""")
        self.assertEqual(made["tables"], [{"name": "users", "from": "../data/users.csv", "key": "user_id", "rows": 3,
                                           "users": 3}])
        self.assertEqual(made["files"], [".gitignore", "schema/tags.json", "schema/tagsmith.json", "schema/tests.json",
                                         "tags/first.yaml", "tagsmith.yaml", "tests/first.yaml"])
        self.assertIn("age >= ", (self.folder / "mine/tags/first.yaml").read_text())

    def test_the_text_names_the_tables_and_what_to_do_next(self):
        self.put("data/users.csv", USERS)
        self.put("data/notes.txt", "x")
        said = self.init("mine", "--from", "data/")
        self.assertIn("\n  users  user_id     3      3  ../data/users.csv\n", said.out)
        self.assertIn("left out: ../data/notes.txt: no kind of file that is read\n", said.out)
        self.assertEqual([answer.code for answer in self.run_next_commands(said)], [0, 0, 0])

    def test_files_of_every_kind(self):
        generated = self.tagsmith("generate", "--users", "20", "--out", "made")
        self.assertEqual(generated.code, 0, generated)
        parquet = next((self.folder / "made/v1/user_basic_info").rglob("*.parquet")).read_bytes()
        made = self.from_files({
            "a.csv": USERS, "b.tsv": USERS.replace(",", "\t"), "c.jsonl": '{"user_id":"ann","x":1}\n',
            "d.ndjson": '{"user_id":"ann","y":true}\n', "e.parquet": parquet})
        self.assertEqual(list(self.tables(made)), ["a", "b", "c", "d", "e"])
        self.assertEqual({key for key, _, _ in self.tables(made).values()}, {"user_id"})

    def test_folders_of_files(self):
        more = USERS.replace("ann", "eve").replace("bob", "fay").replace("cleo", "gil")
        made = self.from_files({
            "parts/part-0.csv": USERS, "parts/part-1.csv": more,         # one table in parts
            "parts/_SUCCESS": "", "parts/.part-0.csv.crc": "x",
            "named/x.csv": USERS, "named/y.csv": more,                   # one table: the same columns
            "shop/users.csv": USERS, "shop/visits.csv": "user_id,visits\nann,3\n",  # a database
            "deep/one/a.csv": USERS, "deep/two/b.csv": more,             # a database of folders
            "loose_1.csv": USERS, "loose_2.csv": more,                   # named alike, the same columns
            "other_1.csv": USERS, "other_2.csv": "user_id,n\nann,1\n"})  # named alike, other columns
        self.assertEqual(self.tables(made), {
            "parts": ("user_id", 6, 6), "named": ("user_id", 6, 6), "loose": ("user_id", 6, 6),
            "shop.users": ("user_id", 3, 3), "shop.visits": ("user_id", 1, 1), "deep.one": ("user_id", 3, 3),
            "deep.two": ("user_id", 3, 3), "other_1": ("user_id", 3, 3), "other_2": ("user_id", 1, 1)})
        self.assertIn("path: \"../data/parts/*.csv\"\n", self.settings())

    def test_partitions_of_days(self):
        made = self.from_files({
            "plain/dt=2025-11-21/a.csv": USERS, "plain/dt=2025-11-22/a.csv": USERS,
            "marked/ds=20251121/a.csv": USERS, "marked/ds=20251121/_SUCCESS": "",
            "marked/ds=20251122/a.csv": USERS, "marked/ds=20251122/_SUCCESS": ""})
        self.assertEqual(made["as_of"], "2025-11-22")
        self.assertIn('partition: { column: dt, format: "%Y-%m-%d" }\n', self.settings())
        self.assertIn('partition: { column: ds, format: "%Y%m%d", ready: _SUCCESS }\n', self.settings())
        self.assertIn("3 users looked at", self.tagsmith("plan", "--project", "mine", "--as-of", "2025-11-21").out)
        self.assertNotIn("--dt", " ".join(made["next"]))

    def test_a_day_that_is_being_written_is_not_taken(self):
        made = self.from_files({
            "users/ds=20251121/a.csv": USERS, "users/ds=20251121/_SUCCESS": "",
            "users/ds=20251122/a.csv": USERS})
        self.assertEqual(made["as_of"], "2025-11-21")
        self.assertEqual(made["next"][0], "tagsmith validate --project mine")

    def test_parquet_in_partitions(self):
        self.assertEqual(self.tagsmith("generate", "--users", "20", "--out", "made").code, 0)
        made = self.init("mine", "--from", "made/v1", "--json").last
        self.assertEqual(list(self.tables(made)), ["user_activity_summary", "user_asset_summary", "user_basic_info"])
        self.assertEqual(made["as_of"], "2025-11-22")
        self.assertIn("path: ../made/v1/user_basic_info\n", self.settings())
        self.try_out(made)
        made = self.init("all", "--from", "made/v2", "--json").last
        self.assertEqual(len(made["tables"]), 7)
        self.assertEqual({name.split(".")[0] for name in self.tables(made)}, {"dws_user"})
        self.try_out(made)

    def test_folders_that_are_no_day_of_their_own(self):
        more = USERS.replace("ann", "eve").replace("bob", "fay").replace("cleo", "gil")
        made = self.from_files({
            "land/country=de/a.csv": USERS, "land/country=fr/a.csv": more,
            "split/year=2025/month=9/day=3/a.csv": more, "split/year=2025/month=10/day=2/a.csv": USERS,
            "hours/dt=2025-11-22/hour=00/a.csv": USERS, "hours/dt=2025-11-22/hour=01/a.csv": more,
            "hours/dt=2025-11-21/hour=01/a.csv": more})
        self.assertEqual(self.tables(made), {"land": ("user_id", 6, 6), "split": ("user_id", 3, 3),
                                             "hours": ("user_id", 6, 6)})
        self.assertIn("All folders country=... together; country is no column.", self.settings())
        self.assertIn("The files of year=2025/month=10/day=2 alone", self.settings())

    def test_of_files_named_after_days_the_last_is_taken(self):
        made = self.from_files({"users_20251121.csv": USERS + "dan,1,VIP1,2025-01-01\n", "users_20251122.csv": USERS})
        self.assertEqual(self.tables(made), {"users": ("user_id", 3, 3)})
        self.assertIn("path: ../data/users_20251122.csv\n", self.settings())

    def test_the_folder_itself_may_be_the_table(self):
        for files in ({"part-0.csv": USERS, "part-1.csv": USERS.replace("ann", "eve").replace("bob", "f").replace("cleo", "g")},
                      {"dt=2025-11-22/a.csv": USERS}):
            made = self.from_files(files)
            self.assertEqual(list(self.tables(made)), ["data"])
            subprocess.run(["rm", "-r", self.folder / "mine", self.folder / "data"], check=True)

    def test_a_table_that_calls_the_key_otherwise_has_its_own(self):
        made = self.from_files({"users.csv": USERS.replace("user_id", "id"), "visits.csv": "user_id,n\nann,3\n",
                                "money.csv": "user_id,sum\nann,3.5\n"})
        self.assertEqual({name: key for name, (key, _, _) in self.tables(made).items()},
                         {"users": "id", "visits": "user_id", "money": "user_id"})
        self.assertIn("key: user_id\n\n", self.settings())
        self.assertIn("    path: ../data/users.csv\n    key: id\n", self.settings())

    def test_a_key_that_is_a_number_here_and_text_there_becomes_text(self):
        made = self.from_files({"users.csv": "user_id,age\n7,31\n8,17\n", "visits.csv": "user_id,n\n7,3\nx9,1\n"})
        self.assertEqual(self.tables(made), {"users": ("user_id", 2, 2), "visits": ("user_id", 2, 2)})
        self.assertIn("    # user_id is a whole number here and text in another table: a user has one id, so it becomes\n"
                      "    # text here.\n", self.settings())
        self.assertIn("    sql: |\n      select * replace (\"user_id\"::varchar as \"user_id\")\n      from '../data/users.csv'\n",
                      self.settings())
        self.assertIn("3 users looked at", self.tagsmith("plan", "--project", "mine").out)

    def test_several_rows_of_a_user_become_one(self):
        made = self.from_files({"orders.csv": "user_id,day,amount,price,what\nann,2025-11-01,2,1.5,x\n"
                                              "ann,2025-11-03,3,2.5,y\neve,2025-11-02,4,0.5,z\n"})
        self.assertEqual(self.tables(made), {"orders": ("user_id", 3, 2)})
        self.assertIn("3 rows of 2 users: the SELECT makes one row of each user's.", self.columns_of("orders"))
        self.assertIn("Columns: rows_of_user int, first_day date, last_day date, sum_amount decimal(38,0), max_price "
                      "double.", self.columns_of("orders"))
        self.put("mine/tags/more.yaml", "tags:\n  - { id: 7, code: five, when: sum_amount = 5 and rows_of_user = 2 }\n")
        said = self.tagsmith("run", "--project", "mine", "--as-of", "2025-11-22")
        self.assertEqual(said.code, 0, said)
        self.assertEqual(self.tagsmith("users", "has_tag('five')", "--project", "mine").out.split()[-1:], ["ann"])

    def test_rows_of_all_days_are_added_up(self):
        made = self.from_files({"events/dt=2025-11-21/a.csv": "user_id,n\nann,1\nann,2\n",
                                "events/dt=2025-11-22/a.csv": "user_id,n\nann,4\nann,8\n"})
        self.assertEqual([table["from"] for table in made["tables"]], ["../data/events/dt=*/*.csv"])
        self.put("mine/tests/more.yaml", "tests: [ ]\n")
        self.put("mine/tags/more.yaml", "tags: [ { id: 7, code: all, when: sum_n = 15 } ]\n")
        (self.folder / "mine/tests/first.yaml").unlink()
        self.assertEqual(self.tagsmith("run", "--project", "mine", "--as-of", "2025-11-22").code, 0)
        self.assertIn("ann", self.tagsmith("users", "has_tag('all')", "--project", "mine").out)

    def test_names_that_are_no_identifiers(self):
        made = self.from_files({
            "My Users.csv": USERS.replace("age", "Total Spend").replace("level", "\"a \"\"b\"\", c\""),
            "订单.csv": "user_id,金额\nann,12\n", "2024.sales.csv": "user_id,x.y\nann,1\n", "my-users.csv": USERS,
            "it's [odd]*.csv": USERS, "spaced folder/part 1.csv": USERS, "数据/用户.csv": USERS, "USERS.csv": USERS,
            "spark.csv/part-0.csv": USERS, "[x]/a.csv": USERS, "[x]/b.csv": USERS.replace("ann", "eve").replace("bob", "f")
            .replace("cleo", "g")})
        names = list(self.tables(made))
        self.assertEqual(len(set(names)), 10)
        self.assertTrue(all(re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)?", name, re.ASCII) for name in names), names)
        self.assertIn("My_Users", names)
        self.assertIn("t2024_sales", names)
        self.assertIn('path: "../data/My Users.csv"\n', self.settings())
        self.assertIn('"Total Spend" int, "a ""b"", c" text', self.columns_of("My_Users"))

    def test_an_example_of_each_type_is_true_of_its_own_user(self):
        for number, (name, cells) in enumerate({"big id": ["123456789012345678901234567890"], "price": ["1.50", "0.25"],
                                                "what is it": ["it's \"so\"", "yes"], "day": ["2025-11-22"],
                                                "flag": ["true", "false"], "seen": ["2025-11-22 10:00:00"],
                                                "金额": ["-3"], "a.b": ["true x"], "null": ["null"]}.items()):
            with self.subTest(name):
                folder = f"type{number}"
                lines = "".join('u%d,"%s"\n' % (i, cell.replace('"', '""')) for i, cell in enumerate(cells))
                self.put(f"{folder}/t.csv", f'user_id,"{name}"\n{lines}')
                self.try_out(self.init(f"of_{folder}", "--from", folder, "--json").last)

    def test_a_table_of_keys_alone(self):
        self.from_files({"users.csv": "user_id\nann\n"})
        self.assertIn("No columns but the key.", self.settings())

    def test_a_key_in_doubt_is_asked_for(self):
        files = {"data/accounts.csv": "account_id,customer_id,x\n1,7,5\n2,8,5\n"}
        for name, text in files.items():
            self.put(name, text)
        self.refused("mine", "--from", "data", says=["E_DATA_KEY", "'account_id', 'customer_id'", "--key account_id"])
        made = self.init("mine", "--from", "data", "--key", "customer_id", "--json").last
        self.assertEqual(self.tables(made), {"accounts": ("customer_id", 2, 2)})
        self.try_out(made)

    def test_a_table_without_users_is_asked_about_or_left_out(self):
        self.put("data/users.csv", USERS)
        self.put("data/products.csv", "sku,title\nA1,pen\nA2,pen\n")
        self.refused("mine", "--from", "data", says=["table 'products' has 'sku'", "--key"])
        self.put("data/rates.csv", "rate\n1.5\n")
        made = self.init("mine", "--from", "data", "--key", "user_id", "--json").last
        self.assertEqual(made["left_out"], ["../data/products.csv: no column says who the user is",
                                            "../data/rates.csv: no column says who the user is"])
        self.assertIn("# Left out:\n# - ../data/products.csv: no column says who the user is\n", self.settings())
        self.try_out(made)

    def test_each_key_that_is_given_is_that_of_the_tables_that_have_it(self):
        made = self.from_files({"a.csv": "who,x\nann,1\n", "b.csv": "wer,y\nann,1\n"}, "--key", "who", "--key", "wer")
        self.assertEqual(self.tables(made), {"a": ("who", 1, 1), "b": ("wer", 1, 1)})

    def test_a_column_of_every_table_that_is_unique_is_the_key(self):
        made = self.from_files({"a.csv": "handle,x\nann,1\nbob,1\n", "b.csv": "y,handle\n1,ann\n1,eve\n"})
        self.assertEqual(self.tables(made), {"a": ("handle", 2, 2), "b": ("handle", 2, 2)})

    def test_rows_without_a_key_are_counted(self):
        self.from_files({"users.csv": USERS + ",9,VIP1,2025-01-01\n"})
        self.assertIn("1 of 4 rows have no user_id and are passed over.", self.columns_of("users"))

    def test_an_absolute_folder_stays_absolute_and_links_lead_where_they_lead(self):
        self.put("data/users.csv", USERS)
        (self.folder / "link").symlink_to("data")
        (self.folder / "elsewhere/deep").mkdir(parents=True)
        (self.folder / "there").symlink_to("elsewhere/deep")
        self.init("absolute", "--from", str(self.folder / "data"))
        self.assertIn(f"path: {self.folder}/data/users.csv\n", self.settings("absolute"))
        self.try_out(self.init("by_link", "--from", "link", "--json").last)
        self.try_out(self.init("there/mine", "--from", "data", "--json").last)
        self.try_out(self.init("data/mine", "--from", "data", "--json").last)

    def test_the_zone_is_written(self):
        self.from_files({"users.csv": USERS}, "--zone", "Asia/Shanghai")
        self.assertIn("timezone: Asia/Shanghai\n", self.settings())

    def test_what_is_no_folder_of_tables_is_refused(self):
        self.put("file.csv", USERS)
        (self.folder / "empty").mkdir()
        self.put("texts/a.txt", "x")
        self.put("broken/users.csv", "user_id,age\nann,31\nbob,17,oops\n")
        self.put("void/users.csv", "")
        self.put("keyless/t.csv", "x,y\n1.5,1.5\n1.5,1.5\n")
        self.put("good/users.csv", USERS)
        self.refused("mine", "--from", "gone", says=["E_DATA_FILE", "gone"])
        self.refused("mine", "--from", "file.csv", says="E_DATA_FILE")
        self.refused("mine", "--from", "empty", says="no table in 'empty'")
        self.refused("mine", "--from", "texts", says="no table in 'texts'")
        self.refused("mine", "--from", "broken", says=['"path":"broken/users.csv"', "line 3"])
        self.refused("mine", "--from", "void", says="void/users.csv")
        self.refused("mine", "--from", "keyless", says=["no column says who the user is", "'x', 'y'", "--key"])
        self.refused("mine", "--from", "good", "--key", "user_di", says=["user_di", "did you mean 'user_id'?"])
        self.refused("mine", "--from", "good", "--zone", "Mars", says="Mars")
        self.refused("mine", "--from", "good", "--example", "seed", says="--from")
        self.refused("mine", "--from", "good", "--users", "3", says="--users")
        self.refused("mine", "--key", "user_id", "--example", "seed", says="--from")
        self.refused("good", "--from", "good", says="good")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])
