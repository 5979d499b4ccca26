"""What slab colouring is worth: the kernel's SLAB under cachegrind, and in theory.

tests/colour/walk goes through the first field of many objects of a cache, round
after round. cachegrind counts the misses of a first-level data cache of a given
geometry; the difference between many rounds and one is what a warm cache misses.
Theory is a simulation of that cache alone, with the addresses that the objects had.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections import OrderedDict
from pathlib import Path
from typing import NamedTuple, Sequence

from k896 import BUILD, EXIT_UNAVAILABLE, ROOT, Problem, build

SOURCE = ROOT / "tests" / "colour"
FOLDER = BUILD / "colour"
ROUNDS = 100
VALGRIND_SECONDS = 120
DEFAULT_GEOMETRY = "32768,8,64"
SIZE_MAX = 128 << 10


class Geometry(NamedTuple):
    """A cache: bytes in all, lines in a set, bytes in a line."""

    size: int
    ways: int
    line: int

    @property
    def sets(self) -> int:
        return self.size // self.ways // self.line

    def __str__(self) -> str:
        return f"{self.size},{self.ways},{self.line}"


class Case(NamedTuple):
    """Objects of one size, and what the table says of them."""

    size: int
    objects: int
    why: str


CASES = [
    Case(3000, 200, "much slack, more objects than a few sets hold"),
    Case(1500, 400, "likewise, five to a slab"),
    Case(508, 300, "seven colours"),
    Case(256, 200, "two colours"),
    Case(3000, 12, "so few that they fit anyway"),
    Case(3000, 2000, "so many that no arrangement holds them"),
    Case(4096, 200, "no slack, so no colours"),
    Case(500, 300, "less slack than a line"),
]


class Result(NamedTuple):
    """One way of laying the objects out. Misses are those of a round."""

    slabs: int
    measured: float
    theory: int


def geometry(text: str) -> Geometry:
    """'SIZE,WAYS,LINE' as cachegrind takes it."""
    match = re.fullmatch(r"(\d+),(\d+),(\d+)", text)
    if not match:
        raise argparse.ArgumentTypeError(f"{text}: expected SIZE,WAYS,LINE in bytes, as "
                                         + DEFAULT_GEOMETRY)
    found = Geometry(*map(int, match.groups()))
    sets, rest = divmod(found.size, max(1, found.ways * found.line))
    if rest or not sets or sets & sets - 1 or found.line < 16 or found.line & found.line - 1:
        raise argparse.ArgumentTypeError(f"{text}: sets and line must be powers of two")
    return found


def misses_of_a_round(cache: Geometry, addresses: Sequence[int]) -> int:
    """Of a cache that drops what was used longest ago, after a first round."""
    sets = [OrderedDict() for _ in range(cache.sets)]
    misses = 0
    for _ in range(2):
        misses = 0
        for line in (address // cache.line for address in addresses):
            lines = sets[line % cache.sets]
            if line in lines:
                lines.move_to_end(line)
                continue
            misses += 1
            lines[line] = True
            if len(lines) > cache.ways:
                lines.popitem(last=False)
    return misses


def built() -> Path:
    build.project(SOURCE, FOLDER, "colour")
    return FOLDER / "walk"


def _cachegrind(cache: Geometry, words: Sequence[str]) -> tuple[int, str]:
    """The data misses of walk with these words, and what it printed."""
    if not shutil.which("valgrind"):
        raise Problem("valgrind is missing", EXIT_UNAVAILABLE)
    with tempfile.NamedTemporaryFile() as counts:
        done = subprocess.run(
            ["valgrind", "--tool=cachegrind", "--cache-sim=yes", f"--D1={cache}",
             f"--I1={DEFAULT_GEOMETRY}", "--LL=8388608,16,64",
             f"--cachegrind-out-file={counts.name}", str(FOLDER / "walk"), *words],
            capture_output=True, text=True, timeout=VALGRIND_SECONDS)
        if done.returncode:
            raise Problem(f"walk {' '.join(words)} failed", details=done.stderr)
        text = Path(counts.name).read_text()
    names = re.search(r"^events: (.*)$", text, re.M)[1].split()
    events = dict(zip(names, map(int, re.search(r"^summary: (.*)$", text, re.M)[1].split())))
    return events["D1mr"] + events["D1mw"], done.stdout


def measure(cache: Geometry, size: int, objects: int, colouring: bool) -> Result:
    """Walk through objects of one size; build the program before."""
    words = ["on" if colouring else "off", str(size), str(objects)]
    warm, _ = _cachegrind(cache, [*words, "1"])
    total, printed = _cachegrind(cache, [*words, str(1 + ROUNDS)])
    head, *addresses = printed.splitlines()
    return Result(int(head.split()[1]), (total - warm) / ROUNDS,
                  misses_of_a_round(cache, [int(address, 16) for address in addresses]))


def ratio(off: float, on: float) -> str:
    """Misses with colouring as a part of those without."""
    return f"{on / off:.2f}" if off >= 0.5 else "-"


def row(cache: Geometry, case: Case) -> str:
    off, on = (measure(cache, case.size, case.objects, colouring)
               for colouring in (False, True))
    return (f"{case.size:>5} {case.objects:>8} {off.slabs:>6} {off.measured:>8.1f} {off.theory:>7} "
            f"{on.measured:>9.1f} {on.theory:>7}  {ratio(off.measured, on.measured):>5}  {case.why}")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="colour-report", allow_abbrev=False,
        description="D1 misses of a walk through objects, with slab colouring and without.")
    parser.add_argument("--D1", type=geometry, default=geometry(DEFAULT_GEOMETRY),
                        metavar="SIZE,WAYS,LINE", help=f"default {DEFAULT_GEOMETRY}")
    parser.add_argument("--size", type=int, help="of an object; without it, a table of cases")
    parser.add_argument("--objects", type=int, default=200)
    chosen = parser.parse_args(arguments)
    if chosen.size is not None and not 4 <= chosen.size <= SIZE_MAX:
        parser.error(f"--size {chosen.size}: 4 to {SIZE_MAX}")
    if not 1 <= chosen.objects <= 4000:
        parser.error(f"--objects {chosen.objects}: 1 to 4000")
    cases = CASES if chosen.size is None else [Case(chosen.size, chosen.objects, "")]
    try:
        built()
        print(f"D1: {chosen.D1.size} bytes, {chosen.D1.ways} ways, {chosen.D1.sets} sets, lines "
              f"of {chosen.D1.line} bytes; misses in one round through all objects")
        print("                      colouring off     colouring on")
        print(" size  objects  slabs measured  theory  measured  theory  ratio")
        for case in cases:
            print(row(chosen.D1, case).rstrip(), flush=True)
    except Problem as problem:
        print(f"colour-report: {problem}", problem.details, file=sys.stderr, sep="\n")
        return problem.code
    return 0
