"""Page tables as the CPU reads them: SDM vol. 3A, 4.3 (32-bit) and 4.4 (PAE)."""

import struct
from typing import Iterator, NamedTuple, Optional

import gdb

from k896gdb import target
from k896gdb.target import Broken, Unreadable

CR0_PG = 1 << 31
CR4_PSE, CR4_PAE = 1 << 4, 1 << 5
P, RW, US, PWT, PCD, A, D, PS, G = (1 << bit for bit in range(9))
NX = 1 << 63
FRAME = 0xF_FFFF_F000  # 36 bits of physical address
ADDRESS_SPACE = 1 << 32

FLAGS = [(P, "P"), (RW, "RW"), (US, "US"), (PWT, "PWT"), (PCD, "PCD"), (A, "A"), (D, "D"),
         (PS, "PS"), (G, "G"), (1 << 9, "AVL9"), (1 << 10, "AVL10"), (1 << 11, "AVL11"),
         (NX, "NX")]


class Level(NamedTuple):
    """One table on the way: which bits of the address choose its entry."""

    name: str
    shift: int
    bits: int
    has_rights: bool  # a PDPTE has no RW, US or NX

    @property
    def entries(self) -> int:
        return 1 << self.bits

    def index(self, address: int) -> int:
        return address >> self.shift & self.entries - 1


class Format(NamedTuple):
    levels: tuple[Level, ...]
    entry_size: int
    large_pages: bool


class Entry(NamedTuple):
    level: Level
    index: int
    where: int  # physical
    value: int

    def flags(self) -> str:
        names = [name for bit, name in FLAGS if self.value & bit]
        if self.level.name == "PT":  # the bit means something else there
            names = ["PAT" if name == "PS" else name for name in names]
        return " ".join(names)


class Rights(NamedTuple):
    """What all levels together allow."""

    write: bool = True
    user: bool = True
    execute: bool = True

    def below(self, entry: Entry) -> "Rights":
        if not entry.level.has_rights:
            return self
        return Rights(self.write and bool(entry.value & RW),
                      self.user and bool(entry.value & US),
                      self.execute and not entry.value & NX)

    def text(self, last: Entry) -> str:
        """As the kernel's pt says it."""
        words = [(self.write, "write"), (self.user, "user"), (not self.execute, "nx"),
                 (last.value & G, "global"), (last.value & PCD, "uncached"),
                 (last.value & PWT, "writethrough")]
        return " ".join(name for shown, name in words if shown)


# ---- What the CPU is set to


def _register(name: str) -> int:
    try:
        return int(gdb.parse_and_eval(f"${name}"))
    except gdb.error:
        raise Broken(f"this target does not show {name}; QEMU does") from None


def cr3() -> int:
    return _register("cr3")


def current_format() -> Format:
    """Of the tables in force; Broken while paging is off."""
    if not _register("cr0") & CR0_PG:
        raise Broken("paging is off (CR0.PG = 0): every address is physical")
    cr4 = _register("cr4")
    if cr4 & CR4_PAE:
        return Format((Level("PDPT", 30, 2, False), Level("PD", 21, 9, True),
                       Level("PT", 12, 9, True)), 8, True)
    return Format((Level("PD", 22, 10, True), Level("PT", 12, 10, True)), 4,
                  bool(cr4 & CR4_PSE))


# ---- Tables


def _table(form: Format, level: Level, base: int) -> tuple[int, ...]:
    """All entries of a table."""
    data = target.read_physical(base, level.entries * form.entry_size)
    return struct.unpack(f"<{level.entries}{'Q' if form.entry_size == 8 else 'I'}", data)


def _base(form: Format) -> int:
    return cr3() & (~0x1F if form.entry_size == 8 else ~0xFFF)


def _maps_a_page(form: Format, depth: int, value: int) -> bool:
    last = len(form.levels) - 1
    return depth == last or (depth == last - 1 and form.large_pages and bool(value & PS))


class Walk(NamedTuple):
    address: int
    entries: list[Entry]
    rights: Rights
    physical: Optional[int]  # None: not mapped
    why: str  # not mapped: where the walk ends

    @property
    def page_size(self) -> int:
        return 1 << self.entries[-1].level.shift


def walk(address: int) -> Walk:
    """From CR3 to the page, or as far as it goes."""
    form = current_format()
    base, rights, found = _base(form), Rights(), []
    for depth, level in enumerate(form.levels):
        index = level.index(address)
        try:
            value = _table(form, level, base)[index]
        except Unreadable as error:
            return Walk(address, found, rights, None,
                        f"the {level.name} should lie at {base:09x}, but {error}")
        entry = Entry(level, index, base + index * form.entry_size, value)
        found.append(entry)
        if not value & P:
            return Walk(address, found, rights, None,
                        f"the walk ends at {level.name}[{index}], which is not present")
        rights = rights.below(entry)
        if _maps_a_page(form, depth, value):
            inside = (1 << level.shift) - 1
            return Walk(address, found, rights,
                        value & FRAME & ~inside | address & inside, "")
        base = value & FRAME
    raise AssertionError("the last level always ends the walk")


def describe(found: Walk) -> Iterator[str]:
    """In the words of the kernel's pt."""
    digits = 2 * current_format().entry_size
    yield f"CR3 {cr3():08x}"
    for entry in found.entries:
        head = (f"{entry.level.name:<4}[{entry.index:3}] at {entry.where:09x}: "
                f"{entry.value:0{digits}x}")
        flags = entry.flags()
        if entry.value & P:
            yield f"{head}  -> {entry.value & FRAME:09x} {flags}"
        else:
            yield f"{head}  not present" + (f": {flags}" if flags else "")
    if found.physical is None:
        yield f"{found.address:08x}: not mapped: {found.why}"
    else:
        yield (f"{found.address:08x} -> {found.physical:09x}, {found.page_size >> 10}K page: "
               f"{found.rights.text(found.entries[-1])}")


# ---- All mappings


class Range(NamedTuple):
    """Consecutive addresses that map consecutive memory in one way."""

    start: int
    last: int
    physical: int
    page_size: int
    rights: str
    problem: str = ""  # not empty: the table for these addresses cannot be read

    def joins(self, other: "Range") -> bool:
        return (not self.problem and not other.problem and self.last + 1 == other.start
                and self.physical + other.start - self.start == other.physical
                and self.page_size == other.page_size and self.rights == other.rights)


def _pages(form: Format, depth: int, base: int, start: int, rights: Rights) -> Iterator[Range]:
    level = form.levels[depth]
    size = 1 << level.shift
    try:
        table = _table(form, level, base)
    except Unreadable as error:
        yield Range(start, start + size * level.entries - 1, 0, 0, "",
                    f"the {level.name} should lie at {base:09x}, but {error}")
        return
    for index, value in enumerate(table):
        if not value & P:
            continue
        entry = Entry(level, index, base + index * form.entry_size, value)
        at, allowed = start + index * size, rights.below(entry)
        if _maps_a_page(form, depth, value):
            yield Range(at, at + size - 1, value & FRAME & -size, size, allowed.text(entry))
        else:
            yield from _pages(form, depth + 1, value & FRAME, at, allowed)


def ranges() -> Iterator[Range]:
    """Every mapping of the address space, lowest first, merged."""
    form = current_format()
    before = None
    for page in _pages(form, 0, _base(form), 0, Rights()):
        if before and before.joins(page):
            before = before._replace(last=page.last)
            continue
        if before:
            yield before
        before = page
    if before:
        yield before
