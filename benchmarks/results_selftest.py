#!/usr/bin/env python3
"""The file of results is one of sections, and its picture shows its figures.

    results_selftest.py BENCHMARKS_FOLDER
"""

import pathlib
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

FOLDER = pathlib.Path(sys.argv[1]).resolve()
sys.path.insert(0, str(FOLDER))
sys.dont_write_bytecode = True

import chart  # noqa: E402
from results import write_section  # noqa: E402

RESULTS = """# Daily runs

10 users, 3 tables. More.

### First

| | least s | median s |
| --- | ---: | ---: |
| Tagsmith | 1.00 | 2.00 | x |
| DuckDB, <a> | 4.00 | 8.00 | x |

# Other

### No panel
"""


class Sections(unittest.TestCase):
    def test_a_section_is_written_in_its_place(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "RESULTS.md"
            for title, text in (("A", "first\n## below"), ("B", "second\n"), ("A", "third")):
                write_section(file, title, text)
            self.assertEqual(file.read_text(), "# A\n\nthird\n\n# B\n\nsecond\n")


class Chart(unittest.TestCase):
    def test_it_reads_the_median_of_every_engine(self):
        about, panels = chart.read(RESULTS)
        self.assertEqual(about, "10 users, 3 tables")
        self.assertEqual(panels, [chart.Panel("First", [("Tagsmith", 2.0), ("DuckDB, <a>", 8.0)])])

    def test_bars_are_as_long_as_their_figures(self):
        root = ElementTree.fromstring(chart.svg(*chart.read(RESULTS)))
        bars = {bar.get("class"): float(bar.get("width")) for bar in root.iter("{http://www.w3.org/2000/svg}rect")}
        self.assertAlmostEqual(bars["theirs"], 4 * bars["ours"])
        texts = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
        for wanted in ("First", "DuckDB, <a>", "2.00 s", "8.00 s", "0 s", "6 s"):
            self.assertIn(wanted, texts)

    def test_ticks_are_round_and_few(self):
        for largest, step in ((0.04, 0.01), (8, 2), (10, 2), (28, 10), (179, 50), (1000, 200)):
            self.assertAlmostEqual(chart.step_of(largest), step)

    def test_the_picture_shows_the_results_beside_it(self):
        results = FOLDER / "RESULTS.md"
        self.assertEqual(chart.picture_of(results).read_text(encoding="utf-8"),
                         chart.svg(*chart.read(results.read_text(encoding="utf-8"))), "run chart.py RESULTS.md")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
