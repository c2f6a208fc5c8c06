#!/usr/bin/env python3
"""Runs the commands of the documents and compares what they print.

A fenced block ```console holds commands ("$ command"; a trailing backslash or a << 'WORD' continues it) and
under each its output, standard output and error together. A line "..." stands for any lines. Blocks of one
document run in order in one empty folder that has `examples/` of the project and, under `data/`, the real
customers. A block that is not run needs `<!-- not run: reason -->` on the line before it; they are counted.
Blocks with another language (json, sql, text) are not commands.

usage: docs_test.py PROJECT_FOLDER TAGSMITH_BINARY DATA_FOLDER [DOCUMENT ...]

With TAGSMITH_UPDATE_GOLDEN=1 outputs that differ are written into the documents; read the diff.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

# Commands that a reader types and that cannot run inside the tests, with what stands for them here.
STANDS_FOR = {
    "make demo": "demo",  # less the set-up and the build, which the test run has behind it
}
NOT_RUN = re.compile(r"<!-- not run: (.+) -->")
TIMEOUT_S = 120


HERE_DOCUMENT = re.compile(r"<< *'?(\w+)'?")


class Command:
    """One command of a document, with the lines that its output has there."""

    def __init__(self, text, first, after):
        self.text = text
        self.first, self.after = first, after  # the lines of the output, from 0

    def expected(self, lines):
        return [line.rstrip() for line in lines[self.first:self.after]]


class Block:
    def __init__(self, document, start, end, reason):
        self.document = document
        self.start, self.end = start, end  # the lines between the fences, from 0
        self.reason = reason

    @property
    def place(self):
        return f"{self.document}:{self.start}"

    def commands(self, lines):
        found, at = [], self.start
        while at < self.end:
            if not lines[at].startswith("$ "):
                sys.exit(f"{self.place}: a console block starts with '$ command'")
            text = lines[at][2:]
            word = HERE_DOCUMENT.search(text)
            at += 1
            while at < self.end and (text.endswith("\\") or (word and text.splitlines()[-1] != word[1])):
                text += "\n" + lines[at]
                word = word or HERE_DOCUMENT.search(lines[at])
                at += 1
            first = at
            while at < self.end and not lines[at].startswith("$ "):
                at += 1
            found.append(Command(text, first, at))
        return found


def blocks_of(document, lines):
    blocks, start, previous = [], None, ""
    for number, line in enumerate(lines):
        if start is None and line.strip() == "```console":
            match = NOT_RUN.search(previous)
            start, reason = number + 1, match.group(1) if match else None
        elif start is not None and line.strip() == "```":
            blocks.append(Block(document, start, number, reason))
            start = None
        previous = line
    if start is not None:
        sys.exit(f"{document}:{start}: the block has no end")
    return blocks


def matches(expected, actual):
    """True when the lines are equal, "..." standing for any number of lines."""
    if not expected:
        return not actual
    if expected[0] == "...":
        return any(matches(expected[1:], actual[i:]) for i in range(len(actual) + 1))
    return bool(actual) and expected[0] == actual[0] and matches(expected[1:], actual[1:])


def run(command, folder, environment):
    done = subprocess.run(
        ["bash", "-c", STANDS_FOR.get(command, command)],
        cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, timeout=TIMEOUT_S, check=False)
    return [line.rstrip() for line in done.stdout.decode("utf-8", "replace").splitlines()]


class Playground:
    """The empty folder that one document runs in, and the commands that it finds on its path."""

    def __init__(self, project, binary, data):
        self.folder, self.tools = tempfile.TemporaryDirectory(), tempfile.TemporaryDirectory()
        os.symlink(project / "examples", f"{self.folder.name}/examples")
        os.symlink(data, f"{self.folder.name}/data")
        os.symlink(binary, f"{self.tools.name}/tagsmith")
        os.symlink(project / "examples/shop/demo", f"{self.tools.name}/demo")
        self.environment = {**os.environ, "PATH": f"{self.tools.name}:{os.environ['PATH']}",
                            "LC_ALL": "C.UTF-8", "TAGSMITH": str(binary)}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.folder.cleanup()
        self.tools.cleanup()


class Check:
    """What came out of all documents."""

    def __init__(self, update):
        self.update = update
        self.ran, self.failures, self.left_out = 0, [], []

    def document(self, name, lines, playground):
        """Runs the blocks of one document; its lines with the outputs that were printed."""
        changes = []
        for block in blocks_of(name, lines):
            if block.reason:
                self.left_out.append(f"{block.place}: {block.reason}")
                continue
            for command in block.commands(lines):
                self.ran += 1
                actual = run(command.text, playground.folder.name, playground.environment)
                expected = command.expected(lines)
                if not matches(expected, actual):
                    changes.append((command, actual))
                    self.failures.append(f"{block.place}: $ {command.text}\n--- in the document\n"
                                         + "\n".join(expected) + "\n--- printed\n" + "\n".join(actual))
        lines = list(lines)
        for command, actual in reversed(changes):
            lines[command.first:command.after] = actual
        return lines


def main():
    project, binary, data = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
    documents = [pathlib.Path(d).resolve() for d in sys.argv[4:]] or sorted(
        [*project.glob("*.md"), *project.glob("docs/**/*.md")])
    if not (data / "CDNOW_master.txt").is_file():
        sys.exit(f"no purchases in {data}: run tools/setup")
    check = Check(update="TAGSMITH_UPDATE_GOLDEN" in os.environ)
    for document in documents:
        lines = document.read_text(encoding="utf-8").split("\n")
        with Playground(project, binary, data) as playground:
            printed = check.document(document.relative_to(project), lines, playground)
        if check.update and printed != lines:
            document.write_text("\n".join(printed), encoding="utf-8")
    print("\n\n".join(check.failures))
    for line in check.left_out:
        print(f"not run: {line}")
    print(f"{check.ran} commands ran, {len(check.failures)} differ, {len(check.left_out)} blocks not run")
    if check.ran == 0:
        sys.exit("no command was found: the test would prove nothing")
    sys.exit(1 if check.failures else 0)


if __name__ == "__main__":
    main()
