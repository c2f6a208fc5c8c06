#!/usr/bin/env python3
"""Draws the section "Daily runs" of the results: daily_runs.svg beside them.

    chart.py RESULTS_FILE
"""

import dataclasses
import html
import pathlib
import re
import sys

SECTION = "Daily runs"
OURS = "Tagsmith"

WIDTH, LEFT, RIGHT = 860, 262, 90         # of the picture; of the names; of the figures behind the bars
ROW, BAR, PANEL_HEAD, PANEL_FOOT, HEAD = 25, 16, 34, 40, 78
TICKS = 4

# On a white page and on a dark one: the picture has its own ground.
STYLE = """
text { font: 13px system-ui, "DejaVu Sans", sans-serif; fill: #1f2328 }
.title { font-size: 18px; font-weight: 600 }
.panel { font-size: 14px; font-weight: 600 }
.note, .tick { font-size: 12px; fill: #59636e }
.end { text-anchor: end }
.middle { text-anchor: middle }
.ground { fill: #ffffff }
.value { paint-order: stroke; stroke: #ffffff; stroke-width: 5px }
.grid { stroke: #d1d9e0 }
.ours { fill: #1f6feb }
.theirs { fill: #b08800 }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc }
  .note, .tick { fill: #9198a1 }
  .ground { fill: #0d1117 }
  .value { stroke: #0d1117 }
  .grid { stroke: #3d444d }
}
"""


@dataclasses.dataclass
class Panel:
    title: str
    seconds: list  # (engine, median seconds)


def read(results):
    """What the section says about its measurement, and its panels."""
    section = re.search(rf"^# {SECTION}\n(.*?)(?=^# |\Z)", results, re.MULTILINE | re.DOTALL)[1]
    about = re.search(r"^([\d,]+ users, .*?)\. ", section, re.MULTILINE)[1]
    if "**Preliminary.**" in section:
        about += "; preliminary, on a busy machine"
    panels = []
    for part in section.split("\n### ")[1:]:
        rows = re.findall(r"^\| (.+?) \| [\d.]+ \| ([\d.]+) \|", part, re.MULTILINE)
        panels.append(Panel(part.split("\n")[0], [(name, float(seconds)) for name, seconds in rows]))
    return about, panels


def step_of(largest):
    """The distance of the ticks: 1, 2 or 5 times a power of ten, a few of them below the largest value."""
    power = 10.0 ** -3
    while True:
        for factor in (1, 2, 5):
            if largest / (power * factor) <= TICKS + 1:
                return power * factor
        power *= 10


class Drawing:
    def __init__(self):
        self.parts, self.y = [], 0

    def text(self, x, y, text, kind=""):
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}">{html.escape(text)}</text>')

    def panel(self, panel):
        largest = max(seconds for _, seconds in panel.seconds)
        scale = (WIDTH - LEFT - RIGHT) / largest
        top = self.y + PANEL_HEAD
        bottom = top + ROW * len(panel.seconds)
        self.text(16, self.y + 20, panel.title, "panel")
        step = step_of(largest)
        for number in range(int(largest / step) + 1):
            x = LEFT + number * step * scale
            self.parts.append(f'<line x1="{x:.1f}" y1="{top}" x2="{x:.1f}" y2="{bottom}" class="grid"/>')
            self.text(x, bottom + 16, f"{number * step:g} s", "tick middle")
        for row, (engine, seconds) in enumerate(panel.seconds):
            y = top + ROW * row
            who = "ours" if engine.startswith(OURS) else "theirs"
            self.text(LEFT - 10, y + 17, engine, "end")
            self.parts.append(f'<rect x="{LEFT}" y="{y + (ROW - BAR) / 2}" width="{seconds * scale:.1f}" '
                              f'height="{BAR}" class="{who}"/>')
            self.text(LEFT + seconds * scale + 6, y + 17, f"{seconds:.2f} s", "value")
        self.y = bottom + PANEL_FOOT


def svg(about, panels):
    drawing = Drawing()
    drawing.text(16, 30, "Daily runs: seconds of each engine, median; less is better", "title")
    drawing.text(16, 52, f"{about}. Each panel has a scale of its own.", "note")
    drawing.y = HEAD
    for panel in panels:
        drawing.panel(panel)
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {drawing.y}" width="{WIDTH}" '
        f'height="{drawing.y}" role="img">',
        "<title>Daily runs: seconds of each engine</title>", f"<style>{STYLE}</style>",
        f'<rect class="ground" width="{WIDTH}" height="{drawing.y}"/>', *drawing.parts, "</svg>", ""])


def picture_of(results_file):
    return results_file.with_name("daily_runs.svg")


def draw(results_file):
    picture_of(results_file).write_text(svg(*read(results_file.read_text(encoding="utf-8"))), encoding="utf-8")


if __name__ == "__main__":
    draw(pathlib.Path(sys.argv[1]))
