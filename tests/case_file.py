"""Files of cases: what a command of the program prints in a folder that holds given files.

    === name of the case
    # a word on it
    $ eval --rules rules.json ...
    --- data/users.csv
    its text
    --- prints
    what the command prints, with the last line "exit code N"

A file that the command makes in the folder itself is printed too, after a line with its name and a colon. With
TAGSMITH_UPDATE_GOLDEN=1 what is printed is written into the cases; read the diff.
"""

import os
import pathlib
import re
import shlex
import subprocess
import tempfile

UPDATE = os.environ.get("TAGSMITH_UPDATE_GOLDEN") == "1"


def write_text(path, text):
    path.write_text(text, encoding="utf-8")


class Case:
    def __init__(self, text):
        head, *parts = re.split(r"(?m)^--- (?=\S)", text)
        self.head = head
        self.name, *remarks = head.splitlines()
        self.command = next((line[2:] for line in remarks if line.startswith("$ ")), "validate")
        self.files = {}
        for part in parts:
            name, _, body = part.partition("\n")
            self.files[name.strip()] = body
        self.expected = self.files.pop("prints", "")

    def remark(self, key, default):
        """The VALUE of a line `# KEY: VALUE`."""
        found = re.search(rf"(?m)^# {key}: (.*)$", self.head)
        return found[1].strip() if found else default

    def run(self, program, more_files=None, write=write_text):
        """What is printed. `write` makes a file of a path and what the case says of it."""
        with tempfile.TemporaryDirectory() as place:
            files = {**(more_files or {}), **self.files}
            for name, text in files.items():
                path = pathlib.Path(place, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                write(path, text)
            before = set(os.listdir(place))
            done = subprocess.run([program, *shlex.split(self.command)], cwd=place, text=True, timeout=60, check=False,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            made = sorted(set(os.listdir(place)) - before)
            texts = [f"{name}:\n{pathlib.Path(place, name).read_text(encoding='utf-8')}" for name in made
                     if not pathlib.Path(place, name).is_dir()]
            return "".join([done.stdout, *texts, f"exit code {done.returncode}\n"])

    def text(self, printed):
        files = "".join(f"--- {name}\n{body}" for name, body in self.files.items())
        return f"=== {self.head}{files}--- prints\n{printed.rstrip()}\n\n"


def check_cases(test, folder, run, check=None):
    """Runs the cases of all files of a folder, each as a subtest; their number."""
    count = 0
    for path in sorted(folder.glob("*.txt")):
        top, *texts = re.split(r"(?m)^=== ", path.read_text(encoding="utf-8"))
        written = top
        for case in map(Case, texts):
            count += 1
            printed = run(case)
            written += case.text(printed)
            with test.subTest(file=path.name, case=case.name):
                if not UPDATE:
                    test.assertEqual(case.expected.strip(), printed.strip())
                if check:
                    check(case, printed)
        if UPDATE:
            write_text(path, written.rstrip("\n") + "\n")
    return count
