#!/usr/bin/env python3
"""Runs the commands of the documents and compares what they print.

A fenced block ```console holds commands ("$ command", a trailing backslash continues it) and under each
its output, standard output and error together. A line "..." stands for any lines. Blocks of one document
run in order in one empty folder that has `examples/` of the project and, under `data/`, the real customers.
A block that is not run needs `<!-- not run: reason -->` on the line before it; they are counted. Blocks
with another language (json, sql, text) are not commands.

usage: docs_test.py PROJECT_FOLDER TAGSMITH_BINARY DATA_FOLDER [DOCUMENT ...]
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


class Block:
    def __init__(self, document, line, lines, reason):
        self.place = f"{document}:{line}"
        self.lines = lines
        self.reason = reason

    def commands(self):
        """(command, expected lines) in order."""
        found = []
        continued = False
        for line in self.lines:
            if continued:
                found[-1][0] += "\n" + line
            elif line.startswith("$ "):
                found.append([line[2:], []])
            elif not found:
                sys.exit(f"{self.place}: a console block starts with '$ command'")
            else:
                found[-1][1].append(line)
                continue
            continued = line.endswith("\\")
        return found


def blocks_of(document, text):
    blocks, lines, start, reason = [], None, 0, None
    previous = ""
    for number, line in enumerate(text.splitlines(), 1):
        if lines is None and line.strip() == "```console":
            match = NOT_RUN.search(previous)
            lines, start, reason = [], number, match.group(1) if match else None
        elif lines is not None and line.strip() == "```":
            blocks.append(Block(document, start, lines, reason))
            lines = None
        elif lines is not None:
            lines.append(line)
        previous = line
    if lines is not None:
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


def main():
    project, binary, data = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
    documents = [pathlib.Path(d) for d in sys.argv[4:]] or sorted(
        [*project.glob("*.md"), *project.glob("docs/**/*.md")])
    failures, ran, left_out = [], 0, []
    for document in documents:
        name = document.resolve().relative_to(project)
        blocks = blocks_of(name, document.read_text(encoding="utf-8"))
        with tempfile.TemporaryDirectory() as folder:
            os.symlink(project / "examples", f"{folder}/examples")
            os.symlink(data, f"{folder}/data")
            tools = pathlib.Path(folder) / ".bin"
            tools.mkdir()
            os.symlink(binary, tools / "tagsmith")
            os.symlink(project / "examples/shop/demo", tools / "demo")
            environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8",
                           "TAGSMITH": str(binary)}
            for block in blocks:
                if block.reason:
                    left_out.append(f"{block.place}: {block.reason}")
                    continue
                for command, expected in block.commands():
                    ran += 1
                    actual = run(command, folder, environment)
                    if not matches([line.rstrip() for line in expected], actual):
                        failures.append(f"{block.place}: $ {command}\n--- in the document\n"
                                        + "\n".join(expected) + "\n--- printed\n" + "\n".join(actual))
    print("\n\n".join(failures))
    for line in left_out:
        print(f"not run: {line}")
    print(f"{ran} commands ran, {len(failures)} differ, {len(left_out)} blocks not run")
    if ran == 0:
        sys.exit("no command was found: the test would prove nothing")
    sys.exit(1 if failures else 0)


main()
