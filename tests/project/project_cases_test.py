#!/usr/bin/env python3
"""What `tagsmith validate` and `tagsmith test` print for projects with mistakes, and whether the schemas agree.

usage: project_cases_test.py PROJECT_FOLDER TAGSMITH_BINARY

The files of cases/ are as tests/case_file.py says, with one remark more:

    # schema: refuses | silent | accepts        (accepts where none is said)

A case without tagsmith.yaml has the one below, and users.csv; one without a command runs validate. "refuses": a
schema of docs/schema/ refuses one of its files, as the command does; "silent": the command refuses what a schema
cannot know.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import jsonschema
import yaml

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from case_file import check_cases  # noqa: E402

PROJECT, BINARY = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
SETTINGS = "project: cases\ndatasets:\n  users: { path: users.csv }\nstore: sqlite:tags.db\n"
USERS = ("user_id,age,level,income,joined,seen,vip\n"
         "u1,20,VIP1,10.50,2025-01-01,2025-01-01 10:00:00,true\n"
         "u2,30,,12.00,2025-02-01,2025-01-02 11:00:00,false\n")


class Loader(yaml.SafeLoader):
    """YAML as editors read it: the core schema of YAML 1.2."""


Loader.yaml_implicit_resolvers = {}
for tag, pattern, first in (
        ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
        ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
        ("int", r"[-+]?[0-9]+", list("-+0123456789")),
        ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789"))):
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"(?:{pattern})\\Z"), first)
Loader.add_constructor("tag:yaml.org,2002:float", lambda loader, node: float(node.value))
Loader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value))


def schema_of(path):
    kind = "tagsmith" if path == "tagsmith.yaml" else path.split("/")[0]
    return kind if kind in SCHEMAS and path.endswith(".yaml") else None


def load_schemas():
    schemas = {path.stem: json.loads(path.read_text(encoding="utf-8"))
               for path in (PROJECT / "docs/schema").glob("*.json")}
    store = {schema["$id"]: schema for schema in schemas.values()}
    validators = {}
    for name, schema in schemas.items():
        jsonschema.Draft202012Validator.check_schema(schema)
        resolver = jsonschema.RefResolver(schema["$id"], schema, store=store)
        validators[name] = jsonschema.Draft202012Validator(schema, resolver=resolver)
    return validators


SCHEMAS = load_schemas()


def schema_refuses(path, text):
    name = schema_of(path)
    if name is None:
        return False
    try:
        return not SCHEMAS[name].is_valid(yaml.load(text, Loader))
    except yaml.YAMLError:
        return True


class Cases(unittest.TestCase):
    maxDiff = None

    def test_every_case_prints_what_it_says(self):
        def check_schemas(case, printed):
            refused = any(schema_refuses(name, text) for name, text in case.files.items())
            schema = case.remark("schema", "accepts")
            self.assertEqual(schema == "refuses", refused, "by the schemas")
            self.assertEqual(schema == "accepts", "exit code 2" not in printed, "by the command")

        usual = {"tagsmith.yaml": SETTINGS, "users.csv": USERS}
        count = check_cases(self, PROJECT / "tests/project/cases", lambda case: case.run(BINARY, usual), check_schemas)
        self.assertGreater(count, 40)

    def test_the_schemas_accept_the_examples_and_the_examples_name_them(self):
        found = 0
        for settings in sorted((PROJECT / "examples").glob("*/tagsmith.yaml")):
            folder = settings.parent
            for path in [settings, *folder.glob("tags/*.yaml"), *folder.glob("tests/*.yaml")]:
                with self.subTest(path=path):
                    found += 1
                    text = path.read_text(encoding="utf-8")
                    schema = SCHEMAS[schema_of(str(path.relative_to(folder)))]
                    schema.validate(yaml.load(text, Loader))
                    named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", text)
                    self.assertTrue(named)
                    self.assertEqual((path.parent / named[1]).resolve().parent, PROJECT / "docs/schema")
        self.assertGreaterEqual(found, 4)

    def test_a_file_that_is_no_text_is_refused_with_its_place(self):
        for content, expected in ((b"- id: 1\n  code: a\xff\n", "tags/a.yaml:2:10: E_PROJECT_YAML: byte 0xFF is no UTF-8"),
                                  (b"- id: 1\n\tcode: a\n", "tags/a.yaml:2:1: E_PROJECT_YAML: no YAML"),
                                  ("- id: 1".encode("utf-16"), "tags/a.yaml:1:1: E_PROJECT_YAML: byte 0xFF"),
                                  (b"- {id: 1, code: a}\n\x04- 7\n", "tags/a.yaml:2:1: E_PROJECT_YAML: control character"),
                                  (b"a: &a [1]\nb: [*a, *a]\n", "tags/a.yaml:1:4: E_PROJECT_YAML: an anchor"),
                                  (b"[" * 100_000, "tags/a.yaml:1:")):
            with self.subTest(content=content[:20]), tempfile.TemporaryDirectory() as place:
                folder = pathlib.Path(place)
                (folder / "tags").mkdir()
                (folder / "tagsmith.yaml").write_text(SETTINGS)
                (folder / "users.csv").write_text(USERS)
                (folder / "tags/a.yaml").write_bytes(content)
                done = subprocess.run([BINARY, "validate"], cwd=place, capture_output=True, text=True, timeout=60,
                                      check=False)
                self.assertIn(expected, done.stdout)
                self.assertEqual(done.returncode, 2)

    def test_a_byte_order_mark_is_no_part_of_the_text(self):
        with tempfile.TemporaryDirectory() as place:
            folder = pathlib.Path(place)
            (folder / "tagsmith.yaml").write_text("\ufeff" + SETTINGS, encoding="utf-8")
            (folder / "users.csv").write_text(USERS)
            done = subprocess.run([BINARY, "validate"], cwd=place, capture_output=True, text=True, timeout=60,
                                  check=False)
            self.assertEqual((done.stdout, done.returncode), ("0 tags, 0 rules, 1 table, 0 tests: all good\n", 0))

    def test_a_link_out_of_the_folder_is_not_followed(self):
        with tempfile.TemporaryDirectory() as place:
            folder = pathlib.Path(place, "mine")
            (folder / "tags").mkdir(parents=True)
            (folder / "tagsmith.yaml").write_text(SETTINGS)
            (folder / "users.csv").write_text(USERS)
            secret = pathlib.Path(place, "secret.yaml")
            secret.write_text("password: 'hunter2'\n")
            (folder / "tags/a.yaml").symlink_to(secret)
            (folder / "tags/b.yaml").symlink_to(pathlib.Path(place, "nothing.yaml"))
            done = subprocess.run([BINARY, "validate"], cwd=folder, capture_output=True, text=True, timeout=60,
                                  check=False)
            self.assertIn("tags/a.yaml: E_PROJECT_FILE: a link that leads out of the project's folder", done.stdout)
            self.assertIn("tags/b.yaml: E_PROJECT_FILE: ", done.stdout)
            self.assertNotIn("hunter2", done.stdout + done.stderr)

    def test_a_file_beyond_the_limit_is_not_read(self):
        with tempfile.TemporaryDirectory() as place:
            folder = pathlib.Path(place)
            (folder / "tags").mkdir()
            (folder / "tagsmith.yaml").write_text(SETTINGS)
            (folder / "users.csv").write_text(USERS)
            with open(folder / "tags/a.yaml", "wb") as file:
                file.truncate(65 << 20)  # sparse
            done = subprocess.run([BINARY, "validate"], cwd=place, capture_output=True, text=True, timeout=60,
                                  check=False)
            self.assertIn("tags/a.yaml: E_PROJECT_FILE: ", done.stdout)
            self.assertIn("67108864", done.stdout.replace(",", ""))
            self.assertEqual(done.returncode, 2)

    def test_a_project_is_found_from_its_folders_and_files_are_relative_to_it(self):
        with tempfile.TemporaryDirectory() as place:
            folder = pathlib.Path(place, "mine")
            (folder / "tags").mkdir(parents=True)
            (folder / "tagsmith.yaml").write_text(SETTINGS + "  # users.csv stands beside this file\n")
            (folder / "users.csv").write_text(USERS)
            for where, arguments in ((folder / "tags", []), (place, ["--project", "mine"])):
                done = subprocess.run([BINARY, "validate", *arguments], cwd=where, capture_output=True, text=True,
                                      timeout=60, check=False)
                self.assertEqual(done.stdout, "0 tags, 0 rules, 1 table, 0 tests: all good\n")
            done = subprocess.run([BINARY, "validate"], cwd=place, capture_output=True, text=True, timeout=60,
                                  check=False)
            self.assertEqual(done.returncode, 2)
            self.assertIn("no tagsmith.yaml in '.' or a folder around it", done.stderr)

    def test_ten_thousand_rules_are_checked_quickly(self):
        with tempfile.TemporaryDirectory() as place:
            folder = pathlib.Path(place)
            (folder / "tags").mkdir()
            (folder / "tagsmith.yaml").write_text(SETTINGS)
            (folder / "users.csv").write_text(USERS)
            (folder / "tags/many.yaml").write_text("".join(
                f"- id: {i}\n  code: t{i}\n  when: age >= {i} and level in ('VIP1', 'VIP2') or income < {i}.5\n"
                for i in range(1, 10_001)))
            done = subprocess.run([BINARY, "validate"], cwd=place, capture_output=True, text=True, timeout=60,
                                  check=False)
            self.assertEqual(done.stdout, "10,000 tags, 10,000 rules, 1 table, 0 tests: all good\n")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
