"""The machine and its boot: memory map, steps, the two boot allocators, threads."""

import bisect
import itertools
import re
from typing import NamedTuple, Sequence

from k896 import Problem
from k896.draw import read
from k896.draw.ask import Ask, Picture
from k896.draw.boots import MAIN, MEMBLOCK, STEPS, THREADS
from k896.draw.canvas import (BODY, EDGE, FREE, GREY, GUARD, HIGH, HOLE, MARK, TABLE, USED,
                              Canvas)
from k896.draw.read import GIB, MIB, Range

# The memory map: two columns of one scale, and the first MiB enlarged.

LOWMEM_END = 896 * MIB
SCALE = 92 / GIB  # points a byte
FIRST, PHYSICAL, VIRTUAL, COLUMN = 80, 280, 530, 120  # where the columns are, and how wide
FLOOR = BODY + 5 * 92 + 30  # where address 0 is


def _height(address: int) -> float:
    return FLOOR - address * SCALE


def _kind(what: str) -> str:
    return {"System RAM": USED}.get(what, HOLE)


def memory_map(said: Sequence[str]) -> Canvas:
    iomem, layout = said
    sheet = Canvas("RAM has more addresses than the kernel: the rest is highmem",
                   "Left the physical addresses of a machine of 4 GiB, with RAM up to 3 GiB "
                   "and from 4 to 5 GiB; right the 4 GiB of virtual addresses. The first 896 "
                   "MiB of RAM are mapped at 0xC0000000; the other RAM has no address.",
                   5 * 92 + 60, MAIN.source("cat /proc/iomem", "layout"))
    ranges = read.iomem(iomem)
    _first_mib(sheet, ranges)
    _virtual(sheet, layout)
    _physical(sheet, ranges)
    return sheet


def _first_mib(sheet: Canvas, ranges: Sequence[Range]) -> None:
    left, top, scale = FIRST, BODY + 150, 290 / MIB
    sheet.text(left + 60, BODY + 20, "the first MiB", anchor="middle", bold=True)
    sheet.line((left + COLUMN, top), (PHYSICAL, _height(MIB) - 1), dashed=True)
    sheet.line((left + COLUMN, top + 290), (PHYSICAL, FLOOR), dashed=True)
    sheet.box(left, top, COLUMN, 290, HOLE)
    for start, end, what in ranges:
        if end > MIB:
            continue
        y = top + 290 - end * scale
        tall = (end - start) * scale
        if what != "System RAM" and tall < 14:
            continue
        sheet.box(left, y, COLUMN, tall, _kind(what), label=what, size=11)
        sheet.text(left - 6, y + tall, f"{start:x}", size=11, anchor="end", mono=True)
    sheet.text(left - 6, top + 4, f"{MIB:x}", size=11, anchor="end", mono=True)


def _physical(sheet: Canvas, ranges: Sequence[Range]) -> None:
    left = PHYSICAL
    sheet.text(left + 60, BODY + 20, "physical", anchor="middle", bold=True)
    sheet.box(left, _height(5 * GIB), COLUMN, FLOOR - _height(5 * GIB), HOLE)
    for start, end, what in ranges:
        y, tall = _height(end), (end - start) * SCALE
        if what != "System RAM" and tall > 0.2:
            sheet.box(left, y, COLUMN, tall, EDGE)
        elif what == "System RAM" and end > MIB:
            _ram(sheet, left, start, end)
    sheet.text(left + 60, _height(int(3.5 * GIB)) + 4, "devices, ROM", size=12,
               anchor="middle")
    for gib in range(6):
        sheet.text(left + COLUMN + 6, _height(gib * GIB) + 4, f"{gib} GiB", size=11)


def _ram(sheet: Canvas, left: float, start: int, end: int) -> None:
    """A range of RAM, cut where lowmem ends."""
    if start < LOWMEM_END:
        sheet.box(left, _height(LOWMEM_END), COLUMN, FLOOR - _height(LOWMEM_END), USED,
                  label="lowmem")
        start = LOWMEM_END
    sheet.box(left, _height(end), COLUMN, (end - start) * SCALE, HIGH, label="highmem")


def _virtual(sheet: Canvas, layout: str) -> None:
    left = VIRTUAL
    sheet.text(left + 60, BODY + 20, "virtual", anchor="middle", bold=True)
    borders = [int(word, 16) for word in re.findall(r"^(\w{8})  \+", layout, re.M)]
    names = re.findall(r"^ {10}\| (\w\S*|-) ", layout, re.M)
    borders[0] = 4 * GIB
    blocks = {name: (low, high) for name, high, low in zip(names, borders, borders[1:])}
    user, lowmem = blocks["user"], blocks["lowmem"]
    right = PHYSICAL + COLUMN
    sheet.area((right, _height(LOWMEM_END)), (right, FLOOR), (left, _height(lowmem[0])),
               (left, _height(lowmem[1])), fill=USED, faint=True)
    sheet.box(left, _height(4 * GIB), COLUMN, FLOOR - _height(4 * GIB), MARK)
    sheet.box(left, _height(user[1]), COLUMN, FLOOR - _height(user[1]), FREE,
              label="a process")
    sheet.box(left, _height(lowmem[1]), COLUMN, (lowmem[1] - lowmem[0]) * SCALE, USED,
              label="lowmem")
    for address in (user[0], lowmem[0], lowmem[1]):
        sheet.text(left + 126, _height(address) + 4, f"{address:08x}", size=11, mono=True)
    sheet.text(left, _height(4 * GIB) - 22, "the last 128 MiB are windows:", size=12)
    sheet.text(left, _height(4 * GIB) - 7, "vmalloc, pkmap, fixmap", size=12)


# The boot: a bar for each step.


class Step(NamedTuple):
    """A step of the boot; instructions in thousands."""

    name: str
    thousands: int

    @property
    def size(self) -> int:
        return bisect.bisect_right(LIMITS, self.thousands)


ROW = 21
ALLOCATORS = {"bootmem": "bootmem", "memory": "page allocator", "slab": "slab",
              "vmalloc": "vmalloc"}
# Far from what the steps cost, so that a change of a few instructions changes no bar.
LIMITS = (30, 300, 3000, 30000)
SIZES = ("below 30,000", "below 300,000", "below 3 million", "below 30 million", "more")


def boot(said: Sequence[str]) -> Canvas:
    steps = [Step(name, int(usecs)) for name, usecs in
             re.findall(r"initcall (\w+) returned after (\d+) usecs", said[0])]
    sheet = Canvas("Each step of the boot stands on those before it",
                   "The steps of start_kernel from top to bottom, each with the order of "
                   "magnitude of its instructions, and which allocator there is meanwhile.",
                   len(steps) * ROW + 70, STEPS.source("dmesg"))
    for number, step in enumerate(steps):
        y = BODY + 30 + number * ROW
        sheet.text(120, y + 14, step.name, anchor="end")
        sheet.box(130, y + 3, 20 + 80 * step.size, ROW - 6, USED)
        sheet.text(158 + 80 * step.size, y + 14, SIZES[step.size], size=11, colour=GREY)
    sheet.text(130, BODY + 14, "instructions, on a logarithmic scale", size=12, bold=True)
    _who_serves(sheet, [step.name for step in steps])
    return sheet


def _who_serves(sheet: Canvas, names: Sequence[str]) -> None:
    """A column for each allocator, from the step that makes it to the prompt."""
    bottom = BODY + 30 + len(names) * ROW
    sheet.text(565, BODY + 14, "who gives out memory", size=12, bold=True)
    top = {name: BODY + 30 + names.index(name) * ROW for name in ALLOCATORS}
    sheet.box(570, top["bootmem"], 26, top["memory"] - top["bootmem"], TABLE)
    sheet.text(602, top["bootmem"] + 14, "bootmem")
    sheet.text(602, top["memory"] - 6, "retires: all to the page allocator", size=11,
               colour=GREY)
    columns = ("memory", "slab", "vmalloc")
    for number, name in enumerate(columns):
        x = 570 + 34 * number
        sheet.box(x, top[name], 26, bottom - top[name], (USED, FREE, HIGH)[number])
    for number, name in enumerate(columns):
        y = bottom - 72 + 34 * number
        sheet.text(680, y + 4, ALLOCATORS[name], size=12)
        sheet.line((677, y), (596 + 34 * number, y))
    sheet.text(130, bottom + 18, "then the prompt: k896>", bold=True)


# bootmem: one strip of pages for each moment of its life.


class Strip(NamedTuple):
    """Bits of the bitmap, by segment: the pages between two borders."""

    title: str
    bits: tuple[bool, ...]


BITMAP_LEFT, BITMAP_WIDTH = 40, 720


def bootmem(said: Sequence[str]) -> Canvas:
    calls = [(word, int(start, 16), int(last, 16) + 1) for word, start, last in re.findall(
        r"bootmem: (init|free|reserve|alloc) +\[mem 0x(\w+)-0x(\w+)\]", said[0])]
    image, bitmap = [call[1:] for call in calls if call[0] == "reserve"][:2]
    borders = _borders(calls)
    tables = borders[1:3]  # pages taken from below, behind frame 0
    names = {0: "frame 0", tables[0]: "tables", image[0]: "image", bitmap[0]: "bitmap"}
    strips = _strips(calls, borders)
    sheet = Canvas("bootmem is one bit for each page of lowmem: 1 is taken, 0 is free",
                   "Lowmem from 0 to 896 MiB, not to scale, at five moments: all bits set; "
                   "RAM freed; image and bitmap reserved; page tables and mem_map taken; "
                   "a part of mem_map given back.",
                   len(strips) * 68 + 40, STEPS.source("dmesg"))
    wide = BITMAP_WIDTH / (len(borders) - 1)
    for number, border in enumerate(borders):
        if border not in (tables[1], image[1], bitmap[1]):
            sheet.text(BITMAP_LEFT + wide * number, BODY + 14,
                       read.size_text(border) if border else "0", size=11, anchor="middle")
    for address, name in names.items():
        sheet.text(BITMAP_LEFT + wide * (borders.index(address) + 0.5), BODY + 32, name,
                   size=12, anchor="middle", bold=True)
    for number, strip in enumerate(strips):
        _bitmap(sheet, BODY + 34 + number * 68, strip)
    return sheet


def _borders(calls: Sequence[tuple[str, int, int]]) -> list[int]:
    """Every address where something begins or ends; pages that were taken one behind
    the other, as one."""
    taken = [call for call in calls if call[0] == "alloc"]
    inner = {start for _, start, _ in taken} & {end for _, _, end in taken}
    return sorted({address for call in calls for address in call[1:]} - inner)


MOMENTS = ("init_bootmem: all are taken, for nobody knows better",
           "free_bootmem: what the firmware calls RAM is free",
           "reserve_bootmem: but for the kernel and the bitmap itself",
           "alloc_bootmem: page tables from below, mem_map from 16 MiB on",
           "free_bootmem: mem_map's part for the hole below 4 GiB is not needed")


def _strips(calls: Sequence[tuple[str, int, int]], borders: Sequence[int]) -> list[Strip]:
    """The bitmap after each run of equal calls."""
    middles = [(low + high) // 2 for low, high in zip(borders, borders[1:])]
    bits = [False] * len(middles)
    found = []
    for word, run in itertools.groupby(calls, key=lambda call: call[0]):
        for _, start, end in run:
            bits = [word != "free" if start <= middle < end else bit
                    for bit, middle in zip(bits, middles)]
        found.append(tuple(bits))
    return [Strip(*pair) for pair in zip(MOMENTS, found, strict=True)]


def _bitmap(sheet: Canvas, y: float, strip: Strip) -> None:
    sheet.text(BITMAP_LEFT, y + 20, strip.title, size=13)
    wide = BITMAP_WIDTH / len(strip.bits)
    for number, bit in enumerate(strip.bits):
        x = BITMAP_LEFT + number * wide
        sheet.box(x, y + 28, wide, 28, USED if bit else FREE)
        sheet.text(x + wide / 2, y + 47, ("1 1 1" if bit else "0 0 0"), mono=True, size=13,
                   anchor="middle")


# memblock: two lists, and what follows from them.


def memblock(said: Sequence[str]) -> Canvas:
    lists = {name: _regions(said[0], name) for name in ("memory", "reserved")}
    borders = sorted({0} | {address for found in lists.values() for region in found
                            for address in region[:2]})
    free = _difference(lists["memory"], lists["reserved"], borders)
    sheet = Canvas("memblock keeps two lists; what is free is the difference",
                   "Three rows of ranges over all of RAM, not to scale: the regions of "
                   "memory, those that are reserved, and the free gaps that follow.", 230,
                   MEMBLOCK.source("cat /proc/memblock"))
    wide = 610 / (len(borders) - 1)
    x_of = {border: 130 + wide * number for number, border in enumerate(borders)}
    inexact = {region.end for region in lists["reserved"][:2]}  # other with each image
    for border, x in x_of.items():
        if border not in inexact:
            sheet.text(x, BODY + 14, read.size_text(border) if border else "0", size=11,
                       anchor="middle")
        sheet.line((x, BODY + 20), (x, BODY + 220), dashed=True, colour=HOLE)
    rows = (("memory", lists["memory"], USED), ("reserved", lists["reserved"], GUARD),
            ("free", free, FREE))
    for number, (name, found, fill) in enumerate(rows):
        y = BODY + 34 + 62 * number
        sheet.text(118, y + 24, name, anchor="end", bold=True)
        for region in found:
            x = x_of[region.start]
            sheet.box(x, y, x_of[region.end] - x, 36, fill, label=region.what)
    for start, words in ((lists["reserved"][0].start, "page tables"),
                         (lists["reserved"][1].start, "image"),
                         (lists["reserved"][2].start, "mem_map")):
        sheet.text(x_of[start] + wide / 2, BODY + 148, words, size=11, anchor="middle")
    return sheet


def _regions(text: str, name: str) -> list[Range]:
    part = re.search(rf"^{name}: .*\n((?: +\d+: .*\n)+)", text, re.M)[1]
    return [Range(int(start, 16), int(last, 16) + 1, number) for number, start, last in
            re.findall(r"(\d+): 0x(\w+)\.\.0x(\w+)", part)]


def _difference(memory: Sequence[Range], reserved: Sequence[Range],
                borders: Sequence[int]) -> list[Range]:
    def inside(address: int, ranges: Sequence[Range]) -> bool:
        return any(start <= address < end for start, end, _ in ranges)

    return [Range(low, high, "") for low, high in zip(borders, borders[1:])
            if inside(low, memory) and not inside(low, reserved)]


# Threads: whose tick each one was.


COLOURS = {"monitor": MARK, "spinner/0": USED, "spinner/1": FREE, "spinner/2": HIGH}
SAMPLES = 2
SLICE = 5  # ticks
ROUNDS = 3  # drawn


def threads(said: Sequence[str]) -> Canvas:
    samples = [{name: int(ticks) for name, ticks in re.findall(
        r"^ +\d+ (\S+) .*?\) +(\d+) +\d+ +\d+$", part, re.M)}
        for part in said[0].split("jiffies: ")[1:]]
    sheet = Canvas("In turn, five ticks each: who is busy gets no more than the others",
                   "The first ticks of a machine with the prompt at work and three threads "
                   "that only count: each has 5 ticks of 4 milliseconds, then the next runs.",
                   250, THREADS.source("spin 3", "antifrag", "cat /proc/sched"))
    slices = _slices(samples)
    wide = 640 / sum(ticks for _, ticks in slices)
    at = 0
    for name, ticks in slices:
        y = BODY + 20 + 44 * list(COLOURS).index(name)
        for tick in range(ticks):
            sheet.box(130 + wide * (at + tick), y, wide, 32, COLOURS[name])
        at += ticks
    for number, name in enumerate(COLOURS):
        sheet.text(120, BODY + 40 + 44 * number, name, anchor="end")
        sheet.line((130, BODY + 52 + 44 * number), (770, BODY + 52 + 44 * number))
    for tick in range(0, at + 1, SLICE):
        x = 130 + wide * tick
        sheet.line((x, BODY + 12), (x, BODY + 196), dashed=True, colour=HOLE)
        sheet.text(x, BODY + 212, str(tick), size=11, anchor="middle")
    sheet.text(130, BODY + 232, "ticks since the first thread started, one square each: "
               "4 ms, 250 in a second", size=12, colour=GREY)
    return sheet


def _slices(samples: Sequence[dict[str, int]]) -> list[tuple[str, int]]:
    """Who ran, and for how many ticks at a time. The prompt runs when a sample is taken;
    between two of them the others had a number of whole slices, in the queue's order."""
    others = [name for name in COLOURS if name != "monitor"]
    turns = [["monitor", 0]]
    for before, after in zip(samples, samples[1:]):
        left = after["monitor"] - before["monitor"]
        rounds = {(after[name] - before[name]) / SLICE for name in others}
        for _ in range(int(min(rounds))):
            left -= SLICE - turns[-1][1]
            turns[-1][1] = SLICE
            turns += [[name, SLICE] for name in others] + [["monitor", 0]]
        turns[-1][1] += left
        if len(rounds) > 1 or not 0 <= turns[-1][1] <= SLICE:
            raise Problem(f"threads do not run in turn for {SLICE} ticks", details=str(samples))
    return [(name, ticks) for name, ticks in turns[:ROUNDS * len(COLOURS)]]


PICTURES = [
    Picture("boot", (Ask(STEPS, ("dmesg",)),), boot),
    Picture("memory-map", (Ask(MAIN, ("cat /proc/iomem", "layout")),), memory_map),
    Picture("bootmem", (Ask(STEPS, ("dmesg",)),), bootmem),
    Picture("memblock", (Ask(MEMBLOCK, ("cat /proc/memblock",)),), memblock),
    Picture("threads", (Ask(THREADS, ("spin 3",) + ("cat /proc/sched", "antifrag") * SAMPLES
                            + ("cat /proc/sched",)),), threads),
]
