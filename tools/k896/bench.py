"""./k896 bench: the kernel's own benchmark, in an emulator that counts instructions.

Two runs print the same digits. The kernel's command is src/monitor/bench.c; a real
Linux's figures are in tests/bench. What is not a row of that command is a word of its
own, in a module of its own.
"""

import argparse
import json
import re
import sys
from typing import NamedTuple

from k896 import Problem, Usage, bench_boot, bench_memory, build, counted, words
from k896.emulator import GIB

WORDS = {"boot": bench_boot, "memory": bench_memory}
PEER = counted.PEER
NAME = re.compile(r"\w*")
ROW = re.compile(r"^(\w+) +(\d+\.\d) +(\d+\.\d) +(\d+\.\d)$", re.M)


class Figure(NamedTuple):
    """Instructions an operation: the median of ten batches, the least and the most."""

    median: float
    least: float
    most: float


def options(own: list[str], extra: list[str]) -> argparse.Namespace:
    """Check ./k896 bench's words and options."""
    if own and own[0] in WORDS:
        chosen = WORDS[own[0]].options(own[1:], extra)
        chosen.perform = WORDS[own[0]].run
        return chosen
    parser = words.Parser("bench")
    parser.add_argument("--mem", default="4G")
    parser.add_argument("--preset", default="default", choices=build.presets())
    parser.add_argument("--json")
    parser.add_argument("--compare", action="store_true")
    chosen = parser.parse(own)
    if chosen.help:
        return chosen
    if len(chosen.words) > 1 or extra:
        raise Usage(f"./k896 bench takes no '{(chosen.words[1:] + extra)[0]}'")
    chosen.name = chosen.words[0] if chosen.words else ""
    if not NAME.fullmatch(chosen.name):
        raise Usage(f"'{chosen.name}' is no beginning of a figure's name")
    chosen.memory = words.memory_size(chosen.mem)
    chosen.perform = run_figures
    return chosen


def text_of(name: str, memory: int = 4 * GIB, preset: str = "default") -> str:
    """What `bench NAME` prints in a machine that counts instructions."""
    return counted.text_of([f"bench {name}"], memory, preset)


def figures(text: str) -> dict[str, Figure]:
    """The rows by name."""
    return {row[0]: Figure(*map(float, row[1:])) for row in ROW.findall(text)}


def compared(found: dict[str, Figure]) -> list[str]:
    """The table beside the peer's lean column."""
    peer = json.loads(PEER.read_text())["lean"]
    lines = [f"{'instructions per operation':<40} {'k896':>11} {'Linux 6.1':>11} {'ratio':>6}"]
    for name, figure in found.items():
        theirs = peer.get(name)
        beside = f"{theirs:>11.1f} {figure.median / theirs:>6.2f}" if theirs else f"{'-':>11}"
        lines.append(f"{name:<40} {figure.median:>11.1f} {beside}")
    return lines


def run(chosen: argparse.Namespace) -> int:
    """Do what the words say."""
    return chosen.perform(chosen)


def run_figures(chosen: argparse.Namespace) -> int:
    """Measure, print, and write what was asked for; 1 if there is no such figure."""
    text = text_of(chosen.name, chosen.memory, chosen.preset)
    found = figures(text)
    if not found:
        raise Problem(f"no figure begins with '{chosen.name}'", 1, text[-500:])
    if chosen.compare:
        print("\n".join(compared(found)))
    else:
        print(f"{'instructions per operation':<40} {'median':>11} {'least':>11} {'most':>11}")
        for name, figure in found.items():
            print(f"{name:<40} {figure.median:>11.1f} {figure.least:>11.1f} {figure.most:>11.1f}")
    if chosen.json:
        medians = {name: figure.median for name, figure in found.items()}
        try:
            with open(chosen.json, "w", encoding="utf-8") as file:
                json.dump({"figures": medians}, file, indent=1)
                file.write("\n")
        except OSError as error:
            raise Problem(f"--json {chosen.json}: {error.strerror}") from None
    sys.stdout.flush()
    return 0
