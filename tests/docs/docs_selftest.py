#!/usr/bin/env python3
"""Hands docs_test documents that are right and wrong, and sees it tell them apart.

    docs_selftest.py SOURCE_FOLDER
"""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(sys.argv[1]).resolve() / "tests/docs"))
sys.dont_write_bytecode = True

import docs_test  # noqa: E402


def checked(*lines):
    """The check after one document, and that document with the outputs that were printed."""
    check = docs_test.Check(update=False)
    project = pathlib.Path("/")
    with docs_test.Playground(project, pathlib.Path("/bin/true"), project) as playground:
        printed = check.document("guide.md", list(lines), playground)
    return check, printed


class DocsTest(unittest.TestCase):
    def test_an_output_as_written_passes(self):
        check, _ = checked("```console", "$ echo a; echo b >&2", "a", "b", "$ true", "```")
        self.assertEqual((check.ran, check.failures), (2, []))

    def test_an_output_that_differs_fails_and_is_what_update_writes(self):
        check, printed = checked("text", "```console", "$ echo a", "b", "```", "more")
        self.assertEqual(len(check.failures), 1)
        self.assertEqual(printed, ["text", "```console", "$ echo a", "a", "```", "more"])

    def test_an_output_that_is_missing_or_too_long_fails(self):
        self.assertEqual(len(checked("```console", "$ echo a", "```")[0].failures), 1)
        self.assertEqual(len(checked("```console", "$ true", "a", "```")[0].failures), 1)

    def test_dots_stand_for_any_lines(self):
        self.assertEqual(checked("```console", "$ seq 9", "1", "...", "5", "...", "```")[0].failures, [])
        self.assertEqual(len(checked("```console", "$ seq 9", "1", "...", "0", "...", "```")[0].failures), 1)

    def test_commands_go_on_after_a_backslash_and_in_a_here_document(self):
        check, _ = checked("```console", "$ cat > f << 'END'", "x", "END", "$ cat \\", "    f", "x", "```",
                           "```console", "$ cat f", "x", "```")
        self.assertEqual((check.ran, check.failures), (3, []))

    def test_blocks_that_are_not_run_have_a_reason_and_are_counted(self):
        check, _ = checked("<!-- not run: needs a network -->", "```console", "$ false", "x", "```",
                           "```sql", "select", "```")
        self.assertEqual((check.ran, check.left_out), (0, ["guide.md:2: needs a network"]))

    def test_a_block_without_a_command_or_an_end_is_an_error(self):
        for lines in (["```console", "echo a", "```"], ["```console", "$ echo a"]):
            with self.assertRaises(SystemExit):
                checked(*lines)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
