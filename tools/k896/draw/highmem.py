"""Addresses for pages that have none: kmap, kmap_atomic, vmalloc."""

import re
from typing import Sequence

from k896.draw import read
from k896.draw.ask import Ask, Picture
from k896.draw.boots import MAIN
from k896.draw.canvas import (BODY, FREE, GREY, GUARD, HIGH, HOLE, MARK, USED, Canvas)
from k896.draw.read import PAGE

# kmap: the first slots of the window.

SLOTS_SHOWN = 7
KMAP = ("kmap 50000", "kmap 50000", "kmap 50001", "kmap 50002", "kmap 50003", "kunmap 50001",
        "kunmap 50003", "cat /proc/pkmap")
KUNMAP = ("kunmap 50000", "kunmap 50000", "kunmap 50002")


def kmap(said: Sequence[str]) -> Canvas:
    text = said[len(KMAP) - 1]
    slots = {int(slot): (address, frame, int(count)) for slot, address, frame, count in
             re.findall(r"^ *(\d+) (\w{8}) +(\w+) +(\d+) ", text, re.M)}
    last = int(re.search(r"last: (\d+)", text)[1])
    sheet = Canvas("A slot is free, in use, or waits for the next flush of the TLB",
                   "The first slots of kmap's window of 512: the page frame that each maps, "
                   "and its count: 0 free, 1 given back but not flushed, n + 1 for n users.",
                   254, MAIN.source(*KMAP))
    wide, top = 90, BODY + 46
    for slot in range(SLOTS_SHOWN):
        x = 40 + wide * slot
        _, frame, count = slots.get(slot, ("", "", 0))
        fill = (FREE, MARK)[count] if count < 2 else USED
        state = ("free", "to be flushed")[count] if count < 2 else _users(count - 1)
        sheet.text(x + wide / 2, top - 24, f"slot {slot}", anchor="middle", size=12)
        sheet.text(x + wide / 2, top - 8, f"{0xFFC00000 + slot * PAGE:x}", anchor="middle",
                   mono=True, size=11)
        sheet.box(x, top, wide, 62, fill)
        sheet.text(x + wide / 2, top + 26, f"count {count}", anchor="middle", bold=True)
        sheet.text(x + wide / 2, top + 48, state, anchor="middle", size=12)
        if frame:
            sheet.arrow((x + wide / 2, top + 62), (x + wide / 2, top + 92),
                        dashed=count == 1)
            sheet.box(x + 6, top + 92, wide - 12, 32, HIGH, label=f"0x{frame}", mono=True)
    sheet.text(40 + wide * SLOTS_SHOWN + 8, top + 36, "... to slot 511")
    x = 40 + wide * (last + 1.5)
    sheet.arrow((x, top + 150), (x, top + 64))
    sheet.text(x - 8, top + 166, "the next kmap looks here: slots are taken in turn, and when "
               "the turn", size=12, anchor="middle")
    sheet.text(x - 8, top + 184, "comes round, one flush frees all that wait", size=12,
               anchor="middle")
    return sheet


def _users(users: int) -> str:
    return f"{users} user{'s' * (users != 1)}"


# kmap_atomic: a stack, and what is caught.


def kmap_atomic(said: Sequence[str]) -> Canvas:
    slot, frame, used, top_slot, top_frame = re.search(
        r"that is slot (\d+) of the stack, which maps frame (\w+); slots in use: (\d+); "
        r"the latest on the stack: slot (\d+) of the stack, which maps frame (\w+)",
        said[0]).groups()
    base = int(re.search(r"kunmap_atomic\((\w+),", said[0])[1], 16) - int(slot) * PAGE
    sheet = Canvas("kmap_atomic's slots are a stack: only the latest can be given back",
                   "The lowest slots of the stack at three moments: one page mapped, two "
                   "pages mapped, and the attempt to give back the first one, which stops "
                   "the kernel because the second lies above it.", 260,
                   MAIN.source("crash kmap-order"))
    moments = ((f"kmap_atomic({frame})", (frame,)),
               (f"kmap_atomic({top_frame})", (frame, top_frame)),
               (f"kunmap_atomic({base + int(slot) * PAGE:x})", (frame, top_frame)))
    for number, (title, stack) in enumerate(moments):
        x = 120 + 235 * number
        sheet.text(x + 85, BODY + 18, title, anchor="middle", bold=True)
        for place in range(4):
            y = BODY + 150 - 40 * place
            sheet.box(x, y, 170, 40, USED if place < len(stack) else FREE,
                      label=f"frame {stack[place]}" if place < len(stack) else "not mapped")
    for place in range(4):
        y = BODY + 175 - 40 * place
        sheet.text(112, y, f"{base + place * PAGE:x}", mono=True, size=12, anchor="end")
    sheet.box(590, BODY + 150 - 40 * int(slot), 170, 40, edge="#c0392b", thick=3)
    sheet.text(675, BODY + 212, f"BUG: slot {top_slot} is on top", anchor="middle", bold=True,
               colour="#c0392b")
    sheet.text(40, BODY + 240, f"stops the kernel: {used} slots are in use, and this is not "
               "the latest of them", size=12, colour=GREY)
    return sheet


# vmalloc: pages in a row from frames that are not.

SCATTER = 6
VMALLOC = ("vmalloc 20K", "vmalloc 5000", "cat /proc/vmallocinfo")


def _give_back(number: int):
    """free of the frame that the alloc with this number took."""
    return lambda answers: f"free {read.frames(answers[number])[0]:#x}"


def _walk_pages(answers: Sequence[str]) -> str:
    start, end = _areas(answers[-1])[1]
    return "pt " + " ".join(f"{address:x}" for address in range(start, end, PAGE))


def _areas(vmallocinfo: str) -> list[tuple[int, int]]:
    return [(int(start, 16), int(end, 16)) for start, end in
            re.findall(r"^0x(\w+)-0x(\w+) ", vmallocinfo, re.M)]


def vmalloc(said: Sequence[str]) -> Canvas:
    areas = _areas(said[-4])
    targets = re.findall(r"^\w{8}(?:: not mapped| -> (\w+),)", said[-3], re.M)
    frames = [int(target, 16) // PAGE for target in targets if target]
    sheet = Canvas("vmalloc: addresses in a row, page frames wherever some are free",
                   "Areas of the vmalloc window, each with a guard page behind it that is not "
                   "mapped. Lines lead from the pages of one area to their frames, which do "
                   "not lie in a row.", 300,
                   MAIN.source("alloc 0 GFP_HIGHUSER", "...", "vmalloc 20K",
                               "cat /proc/vmallocinfo"))
    wide = 720 / ((areas[-1][1] - areas[0][0]) // PAGE)
    low, high = min(frames) - 1, max(frames) + 2
    narrow = 720 / (high - low)
    _window(sheet, areas, wide)
    sheet.text(40, BODY + 268, f"page frames of highmem, from {low + 1:#x} on; the others "
               "are in use", size=12, colour=GREY)
    for frame in range(low, high):
        sheet.box(40 + (frame - low) * narrow, BODY + 206, narrow, 40,
                  HIGH if frame in frames else HOLE)
        if frame in frames:
            sheet.text(40 + (frame - low + 0.5) * narrow, BODY + 231, f"{frame & 0xff:02x}",
                       mono=True, size=12, anchor="middle")
    first = (areas[1][0] - areas[0][0]) // PAGE
    for number, frame in enumerate(frames):
        sheet.arrow((40 + (first + number + 0.5) * wide, BODY + 88),
                    (40 + (frame - low + 0.5) * narrow, BODY + 206))
    return sheet


def _window(sheet: Canvas, areas: Sequence[tuple[int, int]], wide: float) -> None:
    names = ("a thread's stack", "vmalloc 20K", "vmalloc 5000")
    for (start, end), name in zip(areas, names):
        first, pages = (start - areas[0][0]) // PAGE, (end - start) // PAGE
        x = 40 + first * wide
        sheet.text(x, BODY + 22, name, size=12, bold=True)
        sheet.text(x, BODY + 38, f"{start:x}", size=11, mono=True)
        for page in range(pages):
            guard = page == pages - 1
            sheet.box(x + page * wide, BODY + 46, wide, 42, GUARD if guard else USED,
                      label="guard" if guard else "", size=11)


PICTURES = [
    Picture("kmap", (Ask(MAIN, KMAP + KUNMAP),), kmap),
    Picture("kmap-atomic", (Ask(MAIN, ("crash kmap-order",)),), kmap_atomic),
    Picture("vmalloc", (Ask(MAIN, ("alloc 0 GFP_HIGHUSER",) * SCATTER
                            + (_give_back(4), _give_back(0), _give_back(2)) + VMALLOC
                            + (_walk_pages, "vfree all", "free all")),), vmalloc),
]
