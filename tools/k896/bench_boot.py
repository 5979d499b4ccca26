"""./k896 bench boot: the instructions from the kernel's first one to its prompt.

The kernel adds them up by step (its command boottime). How they grow: a step that works
on each page frame is linear in the frames, all others cost the same on any machine.
"""

import argparse
import json
import re
from typing import NamedTuple, Sequence

from k896 import Usage, build, counted, words, zoneinfo

SIZES = ("128M", "1G", "4G", "16G", "64G")
PEER_SIZE = "4G"
ROW = re.compile(r"^(\w+) +(\d+)$", re.M)

# What can be compared: a name, our steps from the first to the last, the peer's function.
# "entry" with a function that Linux leaves at the end of the same work: all before, too.
BESIDE = (
    ("memory bring-up", "entry", "memory", "memblock_free_all"),
    ("the firmware's map", "memory_map", "memory_map", "e820__memory_setup"),
    ("page tables", "paging", "paging", "init_mem_mapping"),
    ("zones, struct page", "zones", "zones", "free_area_init"),
    ("zonelists", "zonelists", "zonelists", "build_all_zonelists"),
    ("free memory handed over", "memory", "memory", "mem_init"),
    ("object caches", "slab", "slab", "kmem_cache_init"),
    ("vmalloc", "vmalloc", "vmalloc", "vmalloc_init"),
    ("scheduler", "sched", "sched", "sched_init"),
    ("init sections given back", "initmem", "initmem", "free_initmem"),
)


class Boot(NamedTuple):
    """Page frames of RAM, and the instructions of each step in their order."""

    frames: int
    steps: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.steps.values())

    @property
    def per_frame(self) -> float:
        return self.total / self.frames

    def between(self, first: str, last: str) -> int:
        """The instructions from the beginning of one step to the end of another."""
        names = list(self.steps)
        chosen = names[names.index(first):names.index(last) + 1]
        return sum(self.steps[name] for name in chosen)


def options(own: list[str], extra: list[str]) -> argparse.Namespace:
    """Check the words and options behind ./k896 bench boot."""
    parser = words.Parser("bench boot")
    parser.add_argument("--mem", default=",".join(SIZES))
    parser.add_argument("--preset", default="default", choices=build.presets())
    chosen = parser.parse(own)
    if chosen.words or extra:
        raise Usage(f"./k896 bench boot takes no '{(chosen.words + extra)[0]}'")
    chosen.sizes = {name: words.memory_size(name) for name in chosen.mem.split(",")}
    return chosen


def read(text: str) -> Boot:
    """From what boottime and /proc/zoneinfo print."""
    steps = {name: int(ticks) for name, ticks in ROW.findall(text) if name != "all"}
    return Boot(sum(zone.present for zone in zoneinfo.zones(text).values()), steps)


def measure(memory: int, preset: str = "default") -> Boot:
    """Boot a machine and count."""
    return read(counted.text_of(["boottime", "cat /proc/zoneinfo"], memory, preset))


def table(boots: dict[str, Boot]) -> list[str]:
    """A column a machine: the steps, their sum, and the sum a page frame."""
    def row(name: str, values: Sequence[str]) -> str:
        return f"{name:<14}" + "".join(f"{value:>13}" for value in values)

    found = list(boots.values())
    lines = [row("instructions", list(boots))]
    lines += [row(step, [f"{boot.steps[step]:,}" for boot in found]) for step in found[0].steps]
    lines.append(row("all", [f"{boot.total:,}" for boot in found]))
    lines.append(row("page frames", [f"{boot.frames:,}" for boot in found]))
    lines.append(row("a frame", [f"{boot.per_frame:.1f}" for boot in found]))
    return lines


def theirs(function: str, from_start: bool) -> int:
    """The peer's instructions in a function, or from its start to the function's end."""
    stage = json.loads(counted.PEER.read_text())["boot_lean"][function]
    return stage["inside"] + (stage["at"] if from_start else 0)


def beside(boot: Boot) -> list[str]:
    """The steps that have a counterpart in Linux, with the ratio."""
    lines = [f"{'at ' + PEER_SIZE:<26}{'k896':>13}{'Linux 6.1':>13}{'ratio':>7}  in Linux"]
    for name, first, last, function in BESIDE:
        ours, peer = boot.between(first, last), theirs(function, first == "entry")
        where = ("startup_32 to the end of " if first == "entry" else "") + function
        lines.append(f"{name:<26}{ours:>13,}{peer:>13,}{ours / peer:>7.3f}  {where}")
    return lines


def run(chosen: argparse.Namespace) -> int:
    """Measure and print."""
    boots = {name: measure(memory, chosen.preset) for name, memory in chosen.sizes.items()}
    print("\n".join(table(boots)))
    if PEER_SIZE in boots:
        print("\n" + "\n".join(beside(boots[PEER_SIZE])))
    return 0
