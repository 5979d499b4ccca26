"""A sheet to draw on: what all pictures of the docs look like.

800 wide, as a README shows it; own light paper, so that it reads on a dark page too;
fonts that every viewer has. The sheet refuses text that runs over its edge or over
other text, because nobody looks at a picture again that a tool has redrawn.
"""

import re
import textwrap
from typing import NamedTuple, Sequence

import svgwrite

from k896 import Problem

WIDTH = 800
MARGIN = 16
BODY = 46  # where the picture proper begins, below the heading
FOOT = 30
SOURCE_LETTERS, SOURCE_LINE = 114, 14  # of the command below the picture

INK, GREY, PAPER, EDGE = "#1f2933", "#5a6672", "#fcfcf8", "#8a94a0"
USED, FREE, HIGH, TABLE = "#9cc3e6", "#dff0d8", "#d5c3ea", "#f5e8bf"
HOLE, GUARD, MARK = "#e4e4e0", "#f2a59b", "#f6c36b"

# Widths of a letter as a part of the font's size, on the safe side.
SANS, BOLD, MONO = 0.52, 0.56, 0.602
ANCHORS = {"start": 0.0, "middle": 0.5, "end": 1.0}


class Text(NamedTuple):
    """Where a line of text lies, for the check."""

    words: str
    left: float
    top: float
    right: float
    bottom: float

    def covers(self, other: "Text") -> bool:
        return (self.left < other.right and other.left < self.right
                and self.top < other.bottom and other.top < self.bottom)


class Canvas:
    """One picture. heading: the idea, in a sentence; description: for who cannot see it."""

    def __init__(self, heading: str, description: str, height: int, source: str):
        lines = _wrapped(source)
        self.height = height + BODY + FOOT + SOURCE_LINE * (len(lines) - 1)
        self._texts: list[Text] = []
        self._drawing = svgwrite.Drawing(
            size=(WIDTH, self.height), viewBox=f"0 0 {WIDTH} {self.height}", debug=False,
            role="img", font_family="sans-serif")
        self._drawing.set_desc(title=heading, desc=description)
        self.box(0.5, 0.5, WIDTH - 1, self.height - 1, PAPER, round_by=8)
        self.text(MARGIN, 28, heading, size=17, bold=True)
        for number, line in enumerate(reversed(lines)):
            self.text(MARGIN, self.height - 12 - SOURCE_LINE * number, line, size=11, mono=True,
                      colour=GREY)

    def text(self, x: float, y: float, words: str, *, size: float = 13, anchor: str = "start",
             bold: bool = False, mono: bool = False, colour: str = INK) -> None:
        """A line of text; y is its base line."""
        self._note(x, y, words, size, anchor, MONO if mono else BOLD if bold else SANS)
        style = {"font_size": size, "fill": colour}
        if anchor != "start":
            style["text_anchor"] = anchor
        if bold:
            style["font_weight"] = "bold"
        if mono:
            style["font_family"] = "monospace"
        self._drawing.add(self._drawing.text(words, insert=(_short(x), _short(y)), **style))

    def _note(self, x: float, y: float, words: str, size: float, anchor: str,
              letter: float) -> None:
        width = len(words) * size * letter
        left = x - width * ANCHORS[anchor]
        new = Text(words, left, y - 0.75 * size, left + width, y + 0.2 * size)
        if left < 2 or new.right > WIDTH - 2 or new.bottom > self.height:
            raise Problem(f"'{words}' runs over the picture's edge")
        for old in self._texts:
            if new.covers(old):
                raise Problem(f"'{words}' lies over '{old.words}'")
        self._texts.append(new)

    def box(self, x: float, y: float, width: float, height: float, fill: str = "none", *,
            label: str = "", size: float = 13, mono: bool = False, edge: str = EDGE,
            round_by: float = 0, thick: float = 1) -> None:
        """A rectangle, with a label in its middle."""
        style = {"fill": fill, "stroke": edge}
        if thick != 1:
            style["stroke_width"] = thick
        if round_by:
            style["rx"] = round_by
        self._drawing.add(self._drawing.rect(
            (_short(x), _short(y)), (_short(width), _short(height)), **style))
        if label:
            self.text(x + width / 2, y + height / 2 + size * 0.35, label, size=size,
                      anchor="middle", mono=mono)

    def line(self, *points: tuple[float, float], colour: str = EDGE, thick: float = 1,
             dashed: bool = False) -> None:
        style = {"fill": "none", "stroke": colour}
        if thick != 1:
            style["stroke_width"] = thick
        if dashed:
            style["stroke_dasharray"] = "4 3"
        self._drawing.add(self._drawing.polyline(_all_short(points), **style))

    def arrow(self, *points: tuple[float, float], colour: str = INK, thick: float = 1.2,
              dashed: bool = False) -> None:
        """A line with a head at its last point."""
        self.line(*points, colour=colour, thick=thick, dashed=dashed)
        (x0, y0), (x, y) = points[-2:]
        length = ((x - x0) ** 2 + (y - y0) ** 2) ** 0.5 or 1
        dx, dy = (x - x0) / length, (y - y0) / length
        self.area((x, y), (x - 8 * dx - 3.5 * dy, y - 8 * dy + 3.5 * dx),
                  (x - 8 * dx + 3.5 * dy, y - 8 * dy - 3.5 * dx), fill=colour)

    def area(self, *points: tuple[float, float], fill: str, faint: bool = False) -> None:
        """A polygon without an edge."""
        style = {"fill": fill}
        if faint:
            style["fill_opacity"] = 0.45
        self._drawing.add(self._drawing.polygon(_all_short(points), **style))

    def key(self, x: float, y: float, *entries: tuple[str, str]) -> None:
        """What the colours mean, in a row."""
        for fill, words in entries:
            self.box(x, y - 10, 12, 12, fill)
            self.text(x + 17, y, words, size=12)
            x += 17 + len(words) * 12 * SANS + 18

    def svg(self) -> str:
        return self._drawing.tostring().replace("><", ">\n<") + "\n"


def _wrapped(command: str) -> list[str]:
    """In lines that fit; what stands in quotes stays together."""
    tied = re.sub(r"'[^']*'", lambda quoted: quoted[0].replace(" ", "\0"), command)
    return [line.replace("\0", " ") for line in
            textwrap.wrap(tied, SOURCE_LETTERS, break_on_hyphens=False)]


def _short(number: float) -> float:
    """As few digits as can be seen."""
    rounded = round(number, 1)
    return int(rounded) if rounded == int(rounded) else rounded


def _all_short(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(_short(x), _short(y)) for x, y in points]
