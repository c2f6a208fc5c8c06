#!/usr/bin/env python3
"""Writes a catalogue of translations as the C++ source of app::chinese().

    translations.py CATALOGUE.po OUTPUT.cpp
"""

import pathlib
import sys

import polib

SOURCE = """\
#include "app/translations.h"

namespace tagsmith::app {{
namespace {{

constexpr base::Translation kChinese[] = {{
{entries}
}};

}}  // namespace

std::span<const base::Translation> chinese() {{ return kChinese; }}

}}  // namespace tagsmith::app
"""


def literal(text):
    escapes = {"\\": r"\\", '"': r"\"", "\n": r"\n", "\t": r"\t"}
    return '"' + "".join(escapes.get(sign, sign) for sign in text) + '"'


def main():
    catalogue, output = sys.argv[1:]
    entries = sorted(polib.pofile(catalogue).translated_entries(), key=lambda entry: entry.msgid.encode())
    lines = [f"    {{{literal(entry.msgid)}, {literal(entry.msgstr)}}}," for entry in entries]
    pathlib.Path(output).write_text(SOURCE.format(entries="\n".join(lines)), encoding="utf-8")


if __name__ == "__main__":
    main()
