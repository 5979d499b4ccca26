"""The picture of ./k896 bench --compare: two bars a figure on a log scale, drawn by gnuplot.

The same figures give the same bytes. The background is white, so that it can be read on
a dark page, too.
"""

import json
import subprocess
from pathlib import Path
from typing import NamedTuple

from k896 import ROOT, Problem, counted

DEFAULT = ROOT / "docs" / "img" / "bench.svg"
TITLE = "k896 and Linux 6.1: instructions an operation, on a log scale"
WIDTH, ROW_HEIGHT, MARGINS = 860, 24, 110  # in pixels
LEFT, RIGHT = 20, 4000000  # of the scale, in instructions
OURS, THEIRS, TARGET = "#0b5fd0", "#b4b9c1", "#d1242f"

SCRIPT = """\
set terminal svg noenhanced size {width},{height} dynamic font "sans-serif,12" background "#ffffff"
set encoding utf8
set title "{title}" font "sans-serif,14"
set logscale x
set format x "%.0f"
set tmargin 3
set bmargin 4
set xrange [{left}:{right}]
set yrange [{rows}-0.4:-0.6]
set grid xtics linecolor "#e4e7eb" linetype 1
set border 0
set tics scale 0 textcolor "#24292f"
set key outside bottom center horizontal
set style fill solid noborder
set lmargin 34
$figures << END
{figures}
END
plot $figures using ({left}):1:({left}):3:($1-0.36):1:ytic(2) with boxxyerror \\
         linecolor "{ours}" title "k896", \\
     "" using ({left}):1:({left}):4:1:($1+0.36) with boxxyerror \\
         linecolor "{theirs}" title "Linux 6.1", \\
     "" using 5:($1-0.42):(0):(0.42) with vectors nohead linewidth 3 \\
         linecolor "{target}" title "at most", \\
     "" using 4:1:6 with labels left offset 0.6,0 font "sans-serif,11" \\
         textcolor "#24292f" notitle
"""


class Bar(NamedTuple):
    """Instructions of ours and of the peer, and the part of the peer's that was promised."""

    name: str
    ours: float
    theirs: float
    target: float


def bars(medians: dict[str, float]) -> list[Bar]:
    """Those figures that have a target, in their order."""
    peer = json.loads(counted.PEER.read_text())["lean"]
    targets = json.loads(counted.TARGETS.read_text())["figures"]
    return [Bar(name, ours, peer[name], targets[name]) for name, ours in medians.items()
            if name in targets]


def script(shown: list[Bar]) -> str:
    """What gnuplot is told."""
    rows = [f'{row} "{bar.name}" {bar.ours} {bar.theirs} {bar.theirs * bar.target:.1f} '
            f'"{bar.ours / bar.theirs:.2f}"' for row, bar in enumerate(shown)]
    return SCRIPT.format(width=WIDTH, height=MARGINS + ROW_HEIGHT * len(shown), title=TITLE,
                         left=LEFT, right=RIGHT, rows=len(shown), figures="\n".join(rows),
                         ours=OURS, theirs=THEIRS, target=TARGET)


def svg(shown: list[Bar]) -> str:
    """The picture, with words for those who cannot see it."""
    try:
        done = subprocess.run(["gnuplot"], input=script(shown), capture_output=True, text=True)
    except FileNotFoundError:
        raise Problem("gnuplot is missing (package gnuplot-nox)") from None
    if done.returncode or not done.stdout.rstrip().endswith("</svg>"):
        raise Problem("gnuplot could not draw", details=done.stderr)
    better = sum(bar.ours <= bar.theirs * bar.target for bar in shown)
    head, _, rest = done.stdout.partition("<title>")
    body = rest.partition("</desc>")[2]
    return (f"{head}<title>{TITLE}</title>\n<desc>{len(shown)} figures, {better} of them at "
            f"most as high as their target; the numbers are the ratios.</desc>{body}")


def draw(medians: dict[str, float], file: Path) -> None:
    """Write the picture of these figures."""
    shown = bars(medians)
    if not shown:
        raise Problem("none of these figures has a target, so there is nothing to draw", 1)
    text = svg(shown)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    except OSError as error:
        raise Problem(f"--svg {file}: {error.strerror}") from None
