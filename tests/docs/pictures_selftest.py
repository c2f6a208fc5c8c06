#!/usr/bin/env python3
"""Hands tools/pictures what a terminal gets, and looks at what it draws.

    pictures_selftest.py SOURCE_FOLDER
"""

import importlib.machinery
import importlib.util
import pathlib
import sys
import unittest
import xml.etree.ElementTree

sys.dont_write_bytecode = True
TOOL = str(pathlib.Path(sys.argv[1]).resolve() / "tools/pictures")
LOADER = importlib.machinery.SourceFileLoader("pictures", TOOL)
pictures = importlib.util.module_from_spec(importlib.util.spec_from_loader("pictures", LOADER))
LOADER.exec_module(pictures)


def texts(shown):
    return [pictures.text_of(line) for line in pictures.screen_of(shown)]


class PicturesTest(unittest.TestCase):
    def test_a_line_that_is_replaced_does_not_show(self):
        self.assertEqual(texts("\r\x1b[Kreading ...\r\x1b[Kdone\r\n$ "), ["done", "$ "])
        self.assertEqual(texts("reading\rd\n"), ["deading"])

    def test_styles_last_until_they_end(self):
        line = pictures.screen_of("\x1b[1;32ma\x1b[39mb\x1b[0mc")[0]
        bold_green, bold = (True, False, pictures.PALETTE[2]), (True, False, pictures.FOREGROUND)
        self.assertEqual(line, [("a", bold_green), ("b", bold), ("c", pictures.PLAIN)])

    def test_what_it_cannot_draw_is_an_error(self):
        for shown in ("\x1b[48;5;1ma", "\x1b[2J", "\x1b[?25l"):
            with self.assertRaises(ValueError):
                pictures.screen_of(shown)

    def test_times_are_masked_and_days_are_not(self):
        line = pictures.masked(pictures.screen_of("since 2031-12-01 03:21:41 UTC, as of 1998-06-30")[0])
        self.assertEqual(pictures.text_of(line), f"since {pictures.MASK} UTC, as of 1998-06-30")

    def test_a_wide_character_takes_two_columns(self):
        self.assertEqual([run[:3] for run in pictures.runs_of(pictures.screen_of("a \u5ba2 b")[0])],
                         [(0, 2, "a "), (2, 2, "\u5ba2"), (4, 2, " b")])

    def test_a_picture_is_xml_with_the_text_in_it(self):
        chapters = "".join(f"== chapter {number}\n\n$ a < b && \u2588\n\n" for number in range(1, 8))
        for name, svg in pictures.pictures_of(chapters).items():
            shown = "".join(xml.etree.ElementTree.fromstring(svg).itertext())
            self.assertIn(f"== chapter {pictures.CHAPTERS[name][0]}", shown)
            self.assertIn("$ a < b && \u2588", shown)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
