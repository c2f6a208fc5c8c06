#!/usr/bin/env python3
"""Writes what the program says about itself as files below share/: the man page, shell completions.

    spoken_files.py TAGSMITH FOLDER
"""

import pathlib
import re
import shutil
import subprocess
import sys

COMPLETIONS = {
    "bash": "bash-completion/completions/tagsmith",
    "zsh": "zsh/site-functions/_tagsmith",
    "fish": "fish/vendor_completions.d/tagsmith.fish",
}


def said(program, *arguments):
    return subprocess.run([program, *arguments], text=True, capture_output=True, check=True).stdout


def commands_of(text):
    """The commands that a help names, whatever groups they stand in."""
    return re.findall(r"^  ([a-z]+) {2,}\S", text, re.MULTILINE)


def as_typed(text):
    """roff that shows a text as it is."""
    lines = text.strip("\n").replace("\\", r"\e").replace("-", r"\-").split("\n")
    return "\n".join([".nf", *(rf"\&{line}" if line[:1] in ".'" else line for line in lines), ".fi"])


def sections(program, *command):
    """The help of a command and of those below it."""
    text = said(program, *command, "--help")
    title = [f".SS tagsmith {' '.join(command)}"] if command else []
    found = [*title, as_typed(text)]
    for name in commands_of(text):
        found += sections(program, *command, name)
    return found


def man_page(program):
    version = said(program, "--version").splitlines()[0].split()[1]
    purpose, *_ = said(program, "--help").splitlines()
    return "\n".join([
        f'.TH TAGSMITH 1 "" "tagsmith {version}" "User Commands"',
        ".SH NAME", rf"tagsmith \- {purpose[0].lower()}{purpose[1:].rstrip('.')}",
        ".SH SYNOPSIS", r".B tagsmith", r"COMMAND [OPTION]...",
        ".SH COMMANDS", *sections(program),
        ".SH SEE ALSO", "The guide and the reference, in share/doc/tagsmith/docs beside the program.", ""])


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    shutil.rmtree(folder, ignore_errors=True)
    texts = {"man/man1/tagsmith.1": man_page(program)}
    if "completion" in commands_of(said(program, "--help")):
        texts |= {path: said(program, "completion", shell) for shell, path in COMPLETIONS.items()}
    for path, text in texts.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
