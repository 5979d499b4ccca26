"""Objects: a slab of each allocator, and the three side by side."""

import re
from typing import Sequence

from k896.draw import read
from k896.draw.ask import Ask, Picture
from k896.draw.boots import SLAB, SLOB, SLUB
from k896.draw.canvas import BODY, FREE, GREY, HOLE, MARK, TABLE, USED, Canvas
from k896.draw.read import PAGE, Slab

LEFT, WIDE = 40, 720
BYTE = WIDE / PAGE
MARKS = {"#": USED, "c": MARK, ".": FREE}

# SLAB: colours.


def slab(said: Sequence[str]) -> Canvas:
    size = int(re.search(r"(\d+) as they lie there", said[0])[1])
    found = sorted(read.slabs(said[0]))
    sheet = Canvas("The slabs of a cache begin their objects at colours that take turns",
                   "Pages of 4,096 bytes, each with a slab of the cache kmem_cache: first the "
                   "descriptor and the colour, then the objects, in use, free in the CPU's "
                   "array, or free in the slab.", len(found) * 76 + 74,
                   SLAB.source("slab kmem_cache"))
    for number, one in enumerate(found):
        _one_slab(sheet, BODY + 16 + 76 * number, number + 1, one, size)
    y = BODY + 16 + 76 * len(found) + 10
    sheet.key(LEFT, y + 14, (TABLE, "descriptor and colour"), (USED, "in use"),
              (MARK, "free, in the CPU's array"), (FREE, "free, in the slab"),
              (HOLE, "left over"))
    sheet.text(LEFT, y + 38, f"{len(found[0].marks)} objects of {size} bytes; colours are a "
               "cache line apart, so that equal fields do not compete for equal lines",
               size=12, colour=GREY)
    return sheet


def _one_slab(sheet: Canvas, y: float, number: int, one: Slab, size: int) -> None:
    sheet.text(LEFT, y + 14, f"slab {number}", bold=True)
    sheet.text(LEFT + 50, y + 14, f"first object at byte {one.colour}, {one.kind}", size=12)
    sheet.box(LEFT, y + 22, WIDE, 36, HOLE)
    sheet.box(LEFT, y + 22, one.colour * BYTE, 36, TABLE)
    for place, mark in enumerate(one.marks):
        sheet.box(LEFT + (one.colour + place * size) * BYTE, y + 22, size * BYTE, 36,
                  MARKS[mark])


# SLUB: the free list inside the objects. The page arrays of these vmalloc areas, four
# bytes a page, are objects of kmalloc-256.

AREAS = ("vmalloc 200K", "vmalloc 204K", "vmalloc 208K", "vmalloc 212K", "vmalloc 216K")
SHOWN = 10
SLUB_SIZE = 256


def _area(number: int):
    """vfree of the area that the vmalloc with this number took."""
    return lambda answers: "vfree 0x" + re.match(r"0x(\w+)", answers[number])[1]


def _look(answers: Sequence[str]) -> str:
    return f"x {read.slabs(answers[-1])[0].address:#x} {SHOWN * SLUB_SIZE // 4}"


def slub(said: Sequence[str]) -> Canvas:
    one, memory = read.slabs(said[-3])[0], read.words_of_memory(said[-2])
    free = [place for place in range(SHOWN) if one.marks[place] != "#"]
    follows = {place: (memory[one.address + SLUB_SIZE * place] - one.address) // SLUB_SIZE
               for place in free}
    sheet = Canvas("SLUB: a free object holds the address of the next one",
                   "The first objects of a slab of kmalloc-256, in use or free. Arrows lead "
                   "from each free object to the next in the list, as read from memory.", 240,
                   SLUB.source(*AREAS[:4], "vfree ADDRESS", "...", "slab kmalloc-256",
                               "x ADDRESS"))
    wide, top = WIDE / SHOWN, BODY + 92
    for place in range(SHOWN):
        x = LEFT + wide * place
        used = place not in follows
        sheet.box(x, top, wide, 54, USED if used else FREE)
        sheet.text(x + wide / 2, top + 20, str(place), anchor="middle", bold=True)
        sheet.text(x + wide / 2, top + 42, "in use" if used else f"next: {follows[place]}",
                   size=12, anchor="middle")
        if not used:
            _link(sheet, place, min(follows[place], SHOWN), wide, top)
    first = next(place for place in free if place not in follows.values())
    x = LEFT + wide * (first + 0.5)
    sheet.box(x - 45, BODY + 16, 90, 26, MARK, label="freelist")
    sheet.arrow((x, BODY + 42), (x, top))
    sheet.text(LEFT, top + 136, f"kmalloc-256, {len(one.marks)} objects in a page, the first "
               f"{SHOWN}; objects {_spoken(follows)} are free", size=12, colour=GREY)
    return sheet


def _link(sheet: Canvas, start: int, end: int, wide: float, top: float) -> None:
    """An arrow below the row, deeper the longer it is; and its own way for each direction."""
    x, to = LEFT + wide * (start + 0.6), min(LEFT + wide * (end + 0.4), LEFT + WIDE + 16)
    depth = top + 54 + 14 + 9 * min(abs(end - start), 5)
    sheet.arrow((x, top + 54), (x, depth), (to, depth),
                (to, top + (54 if end < SHOWN else 62)), dashed=end >= SHOWN)


def _spoken(places: Sequence[int]) -> str:
    return ", ".join(str(place) for place in sorted(places))


# SLOB: everything beside everything.


def slob(said: Sequence[str]) -> Canvas:
    one = read.slabs(said[-2])[0]
    sheet = Canvas("SLOB: objects of all kinds share a page, and free space is a list of runs",
                   "A page of 4,096 bytes in squares of 32 bytes, used or free. Where objects "
                   "were given back a hole is left, which the next that fits will take.", 210,
                   SLOB.source(*AREAS[:4], "vfree ADDRESS", "...", "slab kmalloc-any"))
    per_row = len(one.marks) // 2
    side = WIDE / per_row
    for place, mark in enumerate(one.marks):
        sheet.box(LEFT + side * (place % per_row), BODY + 50 + 46 * (place // per_row), side,
                  30, MARKS[mark])
    last = -100.0  # a label is some 90 points wide
    for run in re.finditer(r"\.+", one.marks[:per_row]):
        x = LEFT + side * (run.start() + run.end()) / 2
        whole = re.match(r"\.+", one.marks[run.start():])[0]
        if x - last > 100:
            sheet.text(x, BODY + 42, f"free: {32 * len(whole)}", size=11, anchor="middle")
            sheet.line((x, BODY + 45), (x, BODY + 50))
            last = x
    for row in range(2):
        sheet.text(LEFT, BODY + 92 + 46 * row, f"+{row * PAGE // 2}", size=10, mono=True,
                   colour=GREY)
    sheet.key(LEFT, BODY + 172, (USED, "32 bytes with an object in them"),
              (FREE, "32 free bytes"))
    sheet.text(LEFT, BODY + 198, "kmalloc puts 8 bytes in front of what it gives, with the "
               "size; objects of a cache need nothing", size=12, colour=GREY)
    return sheet


# All three: pages for the same objects.

NAMES = ("SLAB", "SLUB", "SLOB")
ROWS = ("3,408 objects", "every other one freed", "as many again, of other kinds")


def slab_compare(said: Sequence[str]) -> Canvas:
    found = [[(int(asked), int(pages)) for asked, pages in
              re.findall(r"^\w.*? +\d+ +(\d+) +(\d+) +\d+ +\d+%$", text, re.M)]
             for text in said]
    sheet = Canvas("Pages that each allocator needs for the same objects",
                   "Bars for SLAB, SLUB and SLOB: pages that they hold after 3,408 objects "
                   "were taken, after half of them were freed, and after as many were taken "
                   "again; beside them how many pages the bytes alone would fill.", 350,
                   "./k896 exec --preset default|slub|slob --mem 16M 'slabmix'")
    scale = 3.4
    for row, title in enumerate(ROWS):
        top = BODY + 14 + 112 * row
        asked = found[0][row][0] / PAGE
        sheet.text(LEFT, top + 12, title, bold=True)
        sheet.text(LEFT + 300, top + 12, f"blue: the {asked:.0f} pages that were asked for",
                   size=12, colour=GREY)
        for number, name in enumerate(NAMES):
            y, pages = top + 22 + 26 * number, found[number][row][1]
            sheet.text(LEFT + 44, y + 15, name, size=12, anchor="end")
            sheet.box(LEFT + 52, y, pages * scale, 20, TABLE)
            sheet.box(LEFT + 52, y, asked * scale, 20, USED)
            sheet.text(LEFT + 60 + pages * scale, y + 15,
                       f"{pages} pages, {100 * (pages / asked - 1):.0f}% more", size=12)
    return sheet


GAPS = AREAS + (_area(1), _area(3))
PICTURES = [
    Picture("slab", (Ask(SLAB, ("slab kmem_cache",)),), slab),
    Picture("slub", (Ask(SLUB, GAPS + ("slab kmalloc-256", _look, "vfree all")),), slub),
    Picture("slob", (Ask(SLOB, GAPS + ("slab kmalloc-any", "vfree all")),), slob),
    Picture("slab-compare", tuple(Ask(boot, ("slabmix",)) for boot in (SLAB, SLUB, SLOB)),
            slab_compare),
]
