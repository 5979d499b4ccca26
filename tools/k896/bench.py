"""./k896 bench: the kernel's own benchmark, in an emulator that counts instructions.

Two runs print the same digits. The kernel's command is src/monitor/bench; a real
Linux's figures are in tests/bench. WORDS are what is no row of that command.
"""

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Callable, NamedTuple

from k896 import (Problem, Usage, bench_boot, bench_memory, bench_plot, bench_profile, build,
                  counted, growth, relative, tell, words)
from k896.emulator import GIB

WORDS = {"boot": bench_boot, "memory": bench_memory, "profile": bench_profile}
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
    parser.add_argument("--svg", type=Path)
    chosen = parser.parse(own)
    if chosen.help:
        return chosen
    chosen.part = chosen.words.pop(0) if set(chosen.words[:1]) & set(PARTS) else ""
    if len(chosen.words) > 1 or extra:
        raise Usage(f"./k896 bench takes no '{(chosen.words[1:] + extra)[0]}'")
    if chosen.part and (chosen.compare or chosen.svg):
        raise Usage(f"./k896 bench {chosen.part} has nothing to compare with")
    chosen.name = chosen.words[0] if chosen.words else ""
    if not NAME.fullmatch(chosen.name):
        raise Usage(f"'{chosen.name}' is no beginning of a figure's name")
    chosen.memory = words.memory_size(chosen.mem)
    chosen.perform = PARTS.get(chosen.part, _figures)
    return chosen


def text_of(name: str, memory: int = 4 * GIB, preset: str = "default") -> str:
    """What `bench NAME` prints in a machine that counts instructions."""
    return counted.text_of([f"bench {name}"], memory, preset)


def figures(text: str) -> dict[str, Figure]:
    """The rows by name."""
    return {row[0]: Figure(*map(float, row[1:])) for row in ROW.findall(text)}


def compared(found: dict[str, Figure]) -> list[str]:
    """The table beside the peer's lean column, and our target where there is one."""
    peer = json.loads(PEER.read_text())["lean"]
    targets = json.loads(counted.TARGETS.read_text())["figures"]
    lines = [f"{'instructions per operation':<40} {'k896':>11} {'Linux 6.1':>11} {'ratio':>6}"
             f" {'at most':>8}"]
    for name, figure in found.items():
        theirs, target = peer.get(name), targets.get(name)
        line = f"{name:<40} {figure.median:>11.1f}"
        line += f" {theirs:>11.1f} {figure.median / theirs:>6.2f}" if theirs else f" {'-':>11}"
        if target:
            line += f" {target:>8.2f}" + (" missed" if figure.median > target * theirs else "")
        lines.append(line)
    return lines


def write_json(path: str, content: dict) -> None:
    """What --json asks for."""
    try:
        with open(path, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=1)
            file.write("\n")
    except OSError as error:
        raise Problem(f"--json {path}: {error.strerror}") from None


def run(chosen: argparse.Namespace) -> int:
    """Do what the words say; 1 if something is not as it should be."""
    return chosen.perform(chosen)


def _growth(chosen: argparse.Namespace) -> int:
    """1 if a cost grows faster than it should."""
    text = text_of(f"growth {chosen.name}", chosen.memory, chosen.preset)
    found = growth.rows(text)
    if not found:
        raise Problem(f"no row of growth begins with '{chosen.name}'", 1, text[-500:])
    print("\n\n".join("\n".join(growth.table(row)) for row in found))
    if chosen.json:
        write_json(chosen.json, {"growth": {row.name: {
            "order": row.order, "n": row.what, "points": dict(row.points)} for row in found}})
    sys.stdout.flush()
    verdicts = [growth.judge(row) for row in found]
    return 0 if all(verdict is None or verdict.holds for verdict in verdicts) else 1


def _figures(chosen: argparse.Namespace) -> int:
    """1 if there is no such figure."""
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
    medians = {name: figure.median for name, figure in found.items()}
    picture = chosen.svg or (bench_plot.DEFAULT if chosen.compare and not chosen.name else None)
    if chosen.json:
        write_json(chosen.json, {"figures": medians})
    if picture:
        bench_plot.draw(medians, picture)
        tell(f"drew {relative(picture)}")
    sys.stdout.flush()
    return 0


# What else ./k896 bench measures, by its first word.
PARTS: dict[str, Callable[[argparse.Namespace], int]] = {"growth": _growth}
