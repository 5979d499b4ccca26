"""Addresses and page tables: paging, highpte, fixmap, TLB."""

import math
import re
from typing import NamedTuple, Sequence

from k896.draw import read
from k896.draw.ask import Ask, Picture
from k896.draw.boots import MAIN, MEMBLOCK
from k896.draw.canvas import (BODY, FREE, GREY, GUARD, HIGH, HOLE, MARK, TABLE, USED, Canvas)
from k896.draw.read import PAGE, Entry

# paging: one address on its way through three tables.

ADDRESS = 0xC0101234
FIELDS = ((2, "PDPT"), (9, "page directory"), (9, "page table"), (12, "offset"))
TABLE_LEFT, TABLE_STEP, TABLE_WIDE, TABLE_TALL = 40, 188, 150, 170


def paging(said: Sequence[str]) -> Canvas:
    walk = read.walk(said[0])
    sheet = Canvas(f"How the CPU finds {ADDRESS:#x}: three tables, an index for each",
                   f"The address {ADDRESS:#x} cut into 2, 9, 9 and 12 bits. Each of the first "
                   "three parts is an index into a table; the entry there leads to the next "
                   "table, and the last one to the page frame.", 354,
                   MAIN.source(f"pt {ADDRESS:x}"))
    middles = _address_bits(sheet)
    for number, entry in enumerate(walk):
        left = TABLE_LEFT + number * TABLE_STEP
        y = _one_table(sheet, left, entry)
        sheet.arrow((middles[number], BODY + 84), (left + TABLE_WIDE / 2, y - 20), colour=GREY,
                    dashed=True)
        target = left + TABLE_STEP
        sheet.arrow((left + TABLE_WIDE, y), (left + TABLE_WIDE + 19, y),
                    (left + TABLE_WIDE + 19, BODY + 152), (target, BODY + 152))
    _frame(sheet, walk[-1], middles[-1])
    return sheet


def _address_bits(sheet: Canvas) -> list[float]:
    """The row of 32 bits; where the middle of each field is."""
    x, bit, middles = 110.0, 18, []
    left = 32
    for bits, name in FIELDS:
        left -= bits
        value = ADDRESS >> left & (1 << bits) - 1
        sheet.box(x, BODY + 24, bits * bit, 30, TABLE if bits < 12 else USED,
                  label=f"{value:0{bits}b}", mono=True, size=16)
        middles.append(x + bits * bit / 2)
        sheet.text(middles[-1], BODY + 18, name, size=12, anchor="middle")
        sheet.text(middles[-1], BODY + 74, f"{value:#x}" if bits == 12 else str(value),
                   bold=True, anchor="middle")
        x += bits * bit
    return middles


def _one_table(sheet: Canvas, left: float, entry: Entry) -> float:
    """A table with its entry; the height at which that lies."""
    top, entries = BODY + 142, 4 if entry.level == "PDPT" else 512
    start = entry.at - 8 * entry.index
    sheet.text(left + TABLE_WIDE, top - 6, entry.level, bold=True, anchor="end")
    sheet.text(left, top + TABLE_TALL + 18, f"{entries} entries of 8 bytes", size=11,
               colour=GREY)
    where = "where CR3 says" if entry.level == "PDPT" else f"at {start:#x}"
    sheet.text(left, top + TABLE_TALL + 34, where, size=11, colour=GREY)
    sheet.box(left, top, TABLE_WIDE, TABLE_TALL, TABLE)
    y = top + 22 + (TABLE_TALL - 62) * entry.index / (entries - 1)
    sheet.box(left, y, TABLE_WIDE, 40, MARK)
    sheet.text(left + 6, y + 16, f"[{entry.index}]", size=11, bold=True)
    sheet.text(left + TABLE_WIDE - 6, y + 16, f"{entry.value:#x}", size=12, mono=True,
               anchor="end")
    sheet.text(left + 6, y + 33, re.sub(r"^-> \w+ ", "", entry.flags), size=11)
    return y + 20


def _frame(sheet: Canvas, last: Entry, offset_x: float) -> None:
    left, top = TABLE_LEFT + 3 * TABLE_STEP, BODY + 142
    frame = last.value & ((1 << 36) - 1) & -PAGE
    sheet.text(left + TABLE_WIDE, top - 6, "page frame", bold=True, anchor="end")
    sheet.box(left, top, TABLE_WIDE, TABLE_TALL, USED)
    y = top + TABLE_TALL * (ADDRESS % PAGE) / PAGE
    sheet.box(left, y, TABLE_WIDE, 24, MARK, label=f"+ {ADDRESS % PAGE:#x}", mono=True)
    sheet.text(left, top + TABLE_TALL + 18, f"at {frame:#x}, so the byte is", size=11,
               colour=GREY)
    sheet.text(left, top + TABLE_TALL + 34, f"at {frame + ADDRESS % PAGE:#x}", size=12,
               mono=True)
    sheet.arrow((offset_x, BODY + 84), (left + TABLE_WIDE / 2, y), colour=GREY, dashed=True)


# highpte: which tables lie where.


def highpte(said: Sequence[str]) -> Canvas:
    walk = read.walk(said[0])
    address = int(re.search(r"virtual address (\w+)", said[0])[1], 16)
    sheet = Canvas("highpte=on: the last level lies where the kernel has no address for it",
                   "CR3 and the tables of a process: PDPT and page directory lie in lowmem, "
                   "the page table in highmem. To read it the kernel maps it for a moment.",
                   250, MEMBLOCK.source("crash process"))
    sheet.box(40, BODY + 30, 470, 140, USED)
    sheet.box(510, BODY + 30, 250, 140, HIGH)
    sheet.text(50, BODY + 20, "lowmem, mapped for good", bold=True)
    sheet.text(520, BODY + 20, "highmem, from 896 MiB on", bold=True)
    for left, entry in zip((160, 330, 560), walk):
        start = entry.at & -PAGE if entry.level != "PDPT" else entry.at
        sheet.box(left, BODY + 54, 130, 84, TABLE, label="")
        sheet.text(left + 65, BODY + 76, entry.level, bold=True, anchor="middle")
        sheet.text(left + 65, BODY + 98, f"entry {entry.index}", anchor="middle")
        sheet.text(left + 65, BODY + 120, f"at {start >> 20} MiB", size=12, anchor="middle")
        sheet.arrow((left - 40 if left != 560 else 460, BODY + 96), (left, BODY + 96))
    sheet.box(60, BODY + 76, 60, 40, HOLE, label="CR3")
    sheet.box(560, BODY + 190, 130, 34, MARK, label="a fixmap slot")
    sheet.arrow((625, BODY + 190), (625, BODY + 140), dashed=True)
    sheet.text(545, BODY + 205, f"who reads entry {walk[-1].index}, here for the address "
               f"{address:#x}, must map the table first", size=12, anchor="end")
    return sheet


# fixmap: the slots from the top.


PURPOSES = {"FIX_HOLE": "never mapped", "FIX_APIC_BASE": "the local APIC, later",
            "FIX_IO_APIC_BASE": "the I/O APIC, later",
            "FIX_PT_WALK": "page tables in highmem, for reports",
            "FIX_KMAP_BEGIN": "kmap_atomic", "FIX_BTMAP_END": "early_ioremap"}
SLOT_ROW = 34


def fixmap(said: Sequence[str]) -> Canvas:
    rows = [(int(start, 16), (int(last, 16) + 1 - int(start, 16)) // PAGE, what)
            for start, last, what in re.findall(r"^(\w+)-(\w+) +\w+ +fixmap +(.*)$", said[1],
                                                re.M)][::-1]
    sheet = Canvas("Each slot of the fixmap has its address for ever; what it maps changes",
                   "The slots of the fixmap from the highest address down, with their names, "
                   "how many there are and what for. One of early_ioremap's is in use.",
                   len(rows) * SLOT_ROW + 36, MAIN.source("fixmap 3 fee00000", "window"))
    sheet.text(120, BODY + 16, f"{rows[0][0] + PAGE:x}", mono=True, anchor="end", size=12)
    sheet.text(130, BODY + 8, "FIXADDR_TOP", size=11, colour=GREY)
    for number, (start, slots, what) in enumerate(rows):
        _fixmap_row(sheet, BODY + 12 + number * SLOT_ROW, start, slots, what)
    return sheet


def _fixmap_row(sheet: Canvas, y: float, start: int, slots: int, what: str) -> None:
    name = re.match(r"[A-Z_]+", what)[0]
    target = re.search(r"-> (\w+)", what)
    fill = MARK if target else HOLE if name == "FIX_HOLE" else FREE
    label = re.sub(r": free$| -> \w+$", "", what)
    sheet.box(130, y, 330, SLOT_ROW, fill, label=label, size=12)
    sheet.text(120, y + SLOT_ROW + 4, f"{start:x}", mono=True, anchor="end", size=12)
    sheet.text(475, y + 21, f"{slots} slot{'s' * (slots > 1)}", size=12)
    if target:
        sheet.arrow((540, y + 17), (570, y + 17))
        sheet.text(576, y + 21, f"maps {int(target[1], 16):#x} now", size=12, bold=True)
    else:
        sheet.text(545, y + 21, PURPOSES[name], size=12, colour=GREY)


# TLB: what a mapping costs in flushes.


class Cost(NamedTuple):
    """A bar."""

    title: str
    number: int
    unit: str
    fill: str


def tlb(said: Sequence[str]) -> Canvas:
    pages = int(re.search(r"(\d+) pages of highmem", said[0])[1])
    counts = {name: [int(word) for word in words.split()] for name, words in
              re.findall(r"^(\w+) +(\d+ +\d+ +\d+)$", said[1], re.M)}
    sheet = Canvas("The same pages mapped: one flush for each, or one for 512 of them",
                   "How often the TLB was told to forget while memtest mapped all highmem "
                   "twice by kmap and twice by kmap_atomic, on a logarithmic scale.", 250,
                   MEMBLOCK.source("memtest", "cat /proc/tlbinfo"))
    bars = (Cost("kmap_atomic: mapped", 2 * pages, "pages", USED),
            Cost("invlpg", counts["KmapAtomic"][0], "times one page forgotten", GUARD),
            Cost("kmap: mapped", 2 * pages, "pages", USED),
            Cost("window flushed", counts["Kmap"][2], "times everything forgotten", GUARD))
    for decade in range(6):
        x = 190 + 74 * decade
        sheet.line((x, BODY + 24), (x, BODY + 220), dashed=True, colour=HOLE)
        sheet.text(x, BODY + 18, f"{10 ** decade:,}", size=11, anchor="middle")
    for number, bar in enumerate(bars):
        y = BODY + 34 + 44 * number + 14 * (number > 1)
        sheet.text(180, y + 20, bar.title, anchor="end")
        wide = 74 * math.log10(_rounded(bar.number))
        sheet.box(190, y, wide, 30, bar.fill)
        sheet.text(198 + wide, y + 20, f"about {_rounded(bar.number):,} {bar.unit}", size=12)
    return sheet


def _rounded(number: int) -> int:
    """Two digits, so that a page more or less does not matter."""
    return int(float(f"{number:.1e}"))


PICTURES = [
    Picture("paging", (Ask(MAIN, (f"pt {ADDRESS:x}",)),), paging),
    Picture("tlb", (Ask(MEMBLOCK, ("memtest", "cat /proc/tlbinfo")),), tlb),
    Picture("fixmap", (Ask(MAIN, ("fixmap 3 fee00000", "window", "fixmap 3")),), fixmap),
    Picture("highpte", (Ask(MEMBLOCK, ("crash process",)),), highpte),
]
