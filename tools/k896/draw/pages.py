"""Page frames: the buddy system, the marks, CMA, guard pages."""

import re
from typing import Sequence

from k896.draw import read
from k896.draw.ask import Ask, Picture
from k896.draw.boots import DEBUG, MAIN
from k896.draw.canvas import BODY, FREE, GREY, GUARD, HOLE, MARK, TABLE, USED, Canvas
from k896.draw.read import PAGE

# The buddy system: a block is split, and merged again.

WANTED, LARGEST = 6, 10
SPLIT = f"alloc {WANTED} GFP_KERNEL __GFP_RECLAIMABLE"


def page_allocator(said: Sequence[str]) -> Canvas:
    before, taken, during, _, after = said
    frame, order = read.frames(taken)
    counts = [read.buddyinfo(text)["Normal"] for text in (before, during, after)]
    sheet = Canvas("A block is halved until it fits; its buddies bring it back together",
                   f"A block of 1,024 frames is split for one of {1 << order}: at each step "
                   "the upper half becomes a free block of the next lower order. Beside it "
                   "how the lengths of the free lists change, and change back.", 300,
                   MAIN.source("cat /proc/buddyinfo", SPLIT, "cat /proc/buddyinfo",
                               "free all"))
    for number, step in enumerate(range(LARGEST, order - 1, -1)):
        _split_row(sheet, BODY + 44 + 46 * number, frame, step)
    sheet.text(70, BODY + 44 + 46 * (LARGEST - order + 1) + 14,
               f"frame {frame:#x}: {1 << order} frames are taken", size=12)
    _lists(sheet, counts, order)
    return sheet


def _split_row(sheet: Canvas, y: float, frame: int, order: int) -> None:
    """The block of this order, and behind it its buddy, which stays free."""
    wide = 400 * 2 ** (order - LARGEST)
    sheet.text(60, y + 22, str(order), anchor="end", bold=True)
    sheet.box(70, y, wide, 34, USED if order == WANTED else TABLE,
              label=f"{frame:#x}" if order > 8 else "", mono=True)
    if order < LARGEST:
        sheet.box(70 + wide, y, wide, 34, FREE,
                  label=f"{frame + (1 << order):#x}" if order > 7 else "", mono=True)
    if order in (6, 7):
        sheet.text(78 + 2 * wide, y + 22, f"buddy {frame + (1 << order):#x}", mono=True,
                   size=12)
    if order > WANTED:
        sheet.line((70, y + 34), (70, y + 46), dashed=True)
        sheet.line((70 + wide, y + 34), (70 + wide, y + 46), dashed=True)


def _lists(sheet: Canvas, counts: Sequence[Sequence[int]], order: int) -> None:
    sheet.text(60, BODY + 32, "order", anchor="end", size=12, colour=GREY)
    sheet.text(640, BODY + 14, "free blocks of zone Normal", anchor="middle", bold=True)
    for x, words in ((590, "taken"), (690, "given back")):
        sheet.text(x, BODY + 32, words, anchor="middle", size=12, colour=GREY)
    for number, step in enumerate(range(LARGEST, order - 1, -1)):
        y = BODY + 66 + 46 * number
        for x, new in ((590, counts[1]), (690, counts[2])):
            change = new[step] - counts[0][step]
            sheet.text(x, y, f"{change:+}" if change else "as before", anchor="middle",
                       bold=bool(change))


# The marks of two zones, near zero.

POINTS = 0.15  # a page
COLUMN = 120


def watermarks(said: Sequence[str]) -> Canvas:
    """Pages are rounded to hundreds, because the image's size moves the marks."""
    zones = read.zones(said[0])
    floor = BODY + 330
    sheet = Canvas("The last pages of a zone are not for everybody",
                   "The lowest 2,000 pages of the zones Normal and HighMem, with the marks "
                   "high, low and min; and below min, who may still take a page.", 370,
                   MAIN.source("cat /proc/zoneinfo"))
    for left, name in ((90, "Normal"), (300, "HighMem")):
        zone = zones[name]
        sheet.text(left + COLUMN / 2, BODY + 14, name, bold=True, anchor="middle")
        sheet.text(left + COLUMN / 2, BODY + 352, f"of {round(zone['managed'], -3):,}", size=11,
                   anchor="middle", colour=GREY)
        marks = {mark: round(zone[mark], -2) for mark in ("min", "low", "high")}
        levels = [0, *marks.values(), 2000]
        fills = (GUARD, MARK, TABLE, FREE)
        for low, high, fill in zip(levels, levels[1:], fills):
            sheet.box(left, floor - high * POINTS, COLUMN, (high - low) * POINTS, fill)
        for mark, level in marks.items():
            sheet.text(left + COLUMN + 5, floor - level * POINTS + 4, f"{mark} {level:,}",
                       size=12)
    sheet.text(80, floor + 4, "0", size=11, anchor="end")
    sheet.text(80, floor - 2000 * POINTS + 4, "2,000", size=11, anchor="end")
    sheet.text(80, floor - 1000 * POINTS + 4, "1,000", size=11, anchor="end")
    _who_may(sheet, round(zones["Normal"]["min"], -2))
    return sheet


def _who_may(sheet: Canvas, least: int) -> None:
    floor = BODY + 330
    for part in (0.75, 0.5, 0.375):
        y = floor - least * part * POINTS
        sheet.line((90, y), (90 + COLUMN, y), dashed=True, colour=GREY)
    left = 500
    rows = ((FREE, "above high", "everybody, from this zone first"),
            (TABLE, "high to low", "the same; here reclaim would run"),
            (MARK, "low to min", "if no zone is above its low mark"),
            (GUARD, "below min", "only who is urgent:"),
            ("", "down to 3/4", "no __GFP_WAIT"),
            ("", "down to 1/2", "__GFP_HIGH"),
            ("", "down to 3/8", "GFP_ATOMIC, both"),
            ("", "down to 0", "who frees memory by it"))
    sheet.text(left, BODY + 44, "Free pages and who is served", bold=True)
    for number, (fill, level, words) in enumerate(rows):
        y = BODY + 74 + 30 * number
        if fill:
            sheet.box(left, y - 11, 14, 14, fill)
        sheet.text(left + 22, y, level, size=12)
        sheet.text(left + 104, y, words, size=11, colour=GREY)


# CMA: an area that is lent.

CMA_RUN = 1500
CMA_FRAMES = 4096
BLOCK = 1024
MOVABLE = "alloc 10 GFP_HIGHUSER_MOVABLE"
BLOCKS_TAKEN = 7


def cma(said: Sequence[str]) -> Canvas:
    base = int(re.search(r"^\w+ +0x(\w+) ", said[0], re.M)[1], 16) // PAGE
    blocks = [read.frames(text)[0] for text in said[1:1 + BLOCKS_TAKEN]]
    run = int(re.search(r"pfn 0x(\w+)", said[1 + BLOCKS_TAKEN])[1], 16)
    sheet = Canvas("CMA's area is lent to movable pages, until somebody needs a long run",
                   "64 MiB of RAM with an area of 16 MiB. Movable blocks are taken one after "
                   "the other: the first ones lie outside of the area, then it is borrowed "
                   "from. A run of 1,500 frames is given out of what is left.", 280,
                   DEBUG.source(MOVABLE, "...", f"cma alloc {CMA_RUN}"))
    wide = 720 / (64 << 20) * PAGE
    sheet.text(40, BODY + 18, "RAM, 64 MiB: movable blocks of 4 MiB in the order in which "
               "they were taken")
    sheet.box(40, BODY + 28, 720, 44, HOLE)
    sheet.box(40 + base * wide, BODY + 28, CMA_FRAMES * wide, 44, FREE)
    for number, frame in enumerate(blocks, 1):
        fill = USED if base <= frame < base + CMA_FRAMES else TABLE
        sheet.box(40 + frame * wide, BODY + 28, BLOCK * wide, 44, fill, label=str(number))
    _cma_area(sheet, base, blocks, run, wide)
    return sheet


def _cma_area(sheet: Canvas, base: int, blocks: Sequence[int], run: int, wide: float) -> None:
    top, large = BODY + 130, 720 / CMA_FRAMES
    sheet.line((40 + base * wide, BODY + 72), (40, top), dashed=True)
    sheet.line((40 + (base + CMA_FRAMES) * wide, BODY + 72), (760, top), dashed=True)
    sheet.text(400, top - 14, f"the area: {CMA_FRAMES:,} frames", anchor="middle")
    sheet.box(40, top, 720, 60, FREE)
    for frame in blocks:
        if base <= frame < base + CMA_FRAMES:
            sheet.box(40 + (frame - base) * large, top, BLOCK * large, 60, USED,
                      label="lent")
    sheet.box(40 + (run - base) * large, top, CMA_RUN * large, 60, MARK,
              label=f"cma alloc {CMA_RUN}")
    for number in range(0, CMA_FRAMES + 1, BLOCK):
        sheet.text(40 + number * large, top + 76, f"{base + number:#x}", size=11, mono=True,
                   anchor="middle")
    sheet.key(40, top + 112, (TABLE, "movable, elsewhere"), (USED, "movable, lent"),
              (MARK, "given out as one run"), (FREE, "free"))


# Guard pages: what is behind a small block.

GUARDED_ORDER = 2


def _each_page(order: int):
    """pt for the pages of the block that holds what alloc took."""
    def command(answers: Sequence[str]) -> str:
        frame, _ = read.frames(answers[order])
        return "pt " + " ".join(f"{0xC0000000 + (frame + page) * PAGE:x}"
                                for page in range(1 << GUARDED_ORDER))
    return command


def page_debugging(said: Sequence[str]) -> Canvas:
    orders = range(GUARDED_ORDER + 1)
    sheet = Canvas("Behind a small block lie guard pages: one byte too far is a fault",
                   "Blocks of one, two and four pages with debug_guardpage_minorder=2: what "
                   "a block leaves of four pages is not mapped.", 230,
                   DEBUG.source("alloc 0", "pt ADDRESS ..."))
    for order in orders:
        y = BODY + 20 + 62 * order
        sheet.text(40, y + 29, f"alloc {order}", bold=True)
        verdicts = re.findall(r"^\w{8}(?: ->|: not mapped).*$", said[len(orders) + order],
                              re.M)
        for page, verdict in enumerate(verdicts):
            mapped = read.is_mapped(verdict)
            sheet.box(120 + 150 * page, y, 150, 46, USED if mapped else GUARD,
                      label="in use, mapped" if mapped else "guard: not mapped", size=12)
        edge = 120 + 150 * (1 << order)
        if order < GUARDED_ORDER:
            sheet.line((edge, y - 4), (edge, y + 50), thick=3, colour="#c0392b")
    sheet.text(120, BODY + 222, "red line: the end of what was asked for. The first byte "
               "behind it stops the writer at once", size=12, colour=GREY)
    return sheet


PICTURES = [
    Picture("page-allocator", (Ask(MAIN, ("cat /proc/buddyinfo", SPLIT, "cat /proc/buddyinfo",
                                          "free all", "cat /proc/buddyinfo")),),
            page_allocator),
    Picture("watermarks", (Ask(MAIN, ("cat /proc/zoneinfo",)),), watermarks),
    Picture("cma", (Ask(DEBUG, ("cma",) + (MOVABLE,) * BLOCKS_TAKEN
                        + (f"cma alloc {CMA_RUN}", "free all")),), cma),
    Picture("page-debugging", (Ask(DEBUG, ("alloc 0", "alloc 1", "alloc 2", _each_page(0),
                                           _each_page(1), _each_page(2), "free all")),),
            page_debugging),
]
