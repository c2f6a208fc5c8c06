#!/usr/bin/env python3
"""Plants each mistake that tools/messages --check has to see in a source and a catalogue of two texts.

    messages_selftest.py SOURCE_FOLDER
"""

import importlib.machinery
import importlib.util
import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(sys.argv[1]).resolve()
sys.dont_write_bytecode = True
LOADER = importlib.machinery.SourceFileLoader("messages", str(ROOT / "tools" / "messages"))
messages = importlib.util.module_from_spec(importlib.util.spec_from_loader("messages", LOADER))
LOADER.exec_module(messages)

SOURCE = """
std::string say() { return base::tr("one " "text") + base::message("{} of {:>4}", 1, 2); }
"""
HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'
TEXT = 'msgid "one text"\nmsgstr "文本"\n'
VALUES = 'msgid "{} of {:>4}"\nmsgstr "{1:>4} 的 {0}"\n'


class Messages(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="tagsmith-messages-")
        self.addCleanup(temporary.cleanup)
        self.root = pathlib.Path(temporary.name)
        (self.root / "po").mkdir()
        (self.root / "src").mkdir()
        (self.root / "src" / "say_test.cpp").write_text('auto no_product = base::tr("of a test");')

    def check(self, *entries, source=SOURCE):
        (self.root / "src" / "say.cpp").write_text(source)
        (self.root / messages.CATALOGUE).write_text("\n".join([HEAD, *entries]))
        return messages.check(self.root)

    def assert_one(self, problems, what):
        self.assertEqual(len(problems), 1, problems)
        self.assertIn(what, problems[0])

    def test_what_is_right_passes(self):
        self.assertEqual(self.check(TEXT, VALUES), [])
        self.assertEqual(self.check(TEXT, VALUES.replace("{1:>4} 的 {0}", "{} 之 {:>4}")), [])

    def test_a_message_without_a_translation(self):
        self.assert_one(self.check(VALUES), "say.cpp: no translation of 'one text'")

    def test_marked_texts_are_messages(self):
        source = SOURCE + 'constexpr auto kText = base::marked("of a table");'
        self.assert_one(self.check(TEXT, VALUES, source=source), "no translation of 'of a table'")

    def test_a_translation_of_nothing(self):
        gone = 'msgid "gone"\nmsgstr "没有"\n'
        self.assert_one(self.check(TEXT, VALUES, gone), "no source has 'gone'")
        self.assert_one(self.check(TEXT, VALUES, "".join(f"#~ {line}\n" for line in gone.splitlines())), "no source")

    def test_an_empty_translation(self):
        self.assert_one(self.check(TEXT.replace("文本", ""), VALUES), "empty")

    def test_a_fuzzy_translation(self):
        self.assert_one(self.check("#, fuzzy\n" + TEXT, VALUES), "fuzzy")

    def test_other_placeholders(self):
        for wrong in ("{} 的", "{} 的 {}", "{0:>4} 的 {1}", "{} 的 {1:>4}", "{} 的 {:>4} {}", "{} 的 {:>4", "的"):
            with self.subTest(wrong):
                self.assert_one(self.check(TEXT, VALUES.replace("{1:>4} 的 {0}", wrong)), "other placeholders")

    def test_braces_of_a_text_that_is_no_format(self):
        source = SOURCE.replace('one " "text', 'a { in a text')
        right = TEXT.replace("one text", "a { in a text").replace("文本", "文本 {")
        self.assertEqual(self.check(right, VALUES, source=source), [])
        self.assert_one(self.check(right.replace("文本 {", "文本"), VALUES, source=source), "other placeholders")

    def test_what_is_an_error_without_a_mark(self):
        for wrong in ('.message = "a text"', ".hint =\n  fmt::format(\"a {}\", 1)", 'hint.hint = is_near ? "a" : ""',
                      'return base::not_found("a text")', '.hint = R"(a text)"',
                      'add(make_problem(kCode, place,\n  text, "what to write instead"));'):
            with self.subTest(wrong):
                self.assert_one(self.check(TEXT, VALUES, source=SOURCE + wrong), "say.cpp:3: no tr() or message()")
        for right in ('.message = base::tr("one " "text")', '.hint = ""', ".hint = is_near ? base::tr(kNear) : near",
                      '.code = ErrorCode::kInternal, .message = "a bug"', '// .message = what it says',
                      'make_problem(kCode, place, base::tr("one " "text"), listed(names, ", "))'):
            with self.subTest(right):
                self.assertEqual(self.check(TEXT, VALUES, source=SOURCE + right), [])

    def test_a_file_that_is_no_catalogue(self):
        self.assertNotEqual(messages.msgfmt_problems(self.root / "src" / "say_test.cpp"), [])
        self.assertNotEqual(self.check(TEXT.replace("one text", "one text\\n"), VALUES), [])

    def test_update_keeps_what_is_known(self):
        self.check(TEXT, 'msgid "gone"\nmsgstr "没有"\n')
        messages.update(self.root)
        self.assert_one(messages.check(self.root), "empty: '{} of {:>4}'")
        self.assertIn("文本", (self.root / messages.CATALOGUE).read_text())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
