"""Reading what the kernel prints, for the pictures."""

import re
from typing import NamedTuple

PAGE = 4096
MIB = 1 << 20
GIB = 1 << 30


class Range(NamedTuple):
    """[start, end) and what it is."""

    start: int
    end: int
    what: str


def iomem(text: str) -> list[Range]:
    """The outermost ranges of /proc/iomem."""
    return [Range(int(start, 16), int(last, 16) + 1, what)
            for start, last, what in re.findall(r"^(\w+)-(\w+) : (.*)$", text, re.M)]


def zones(zoneinfo: str) -> dict[str, dict[str, int]]:
    """The numbers of each populated zone of /proc/zoneinfo."""
    found = {}
    for part in re.split(r"^Node 0, zone +", zoneinfo, flags=re.M)[1:]:
        numbers = {key: int(value) for key, value in
                   re.findall(r"^ +(?:pages )?(\w+) +(\d+)$", part.split("pagesets")[0], re.M)}
        if numbers["spanned"]:
            found[part.split()[0]] = numbers
    return found


def buddyinfo(text: str) -> dict[str, list[int]]:
    """Free blocks of each order, by zone."""
    return {name: [int(word) for word in counts.split()]
            for name, counts in re.findall(r"^Node 0, zone +(\w+) +(.*)$", text, re.M)}


class Entry(NamedTuple):
    """A level of the command pt's walk."""

    level: str
    index: int
    at: int
    value: int
    flags: str


def walk(text: str) -> list[Entry]:
    """What pt printed, level by level; entries that are not present too."""
    return [Entry(level, int(index), int(at, 16), int(value, 16), flags.strip())
            for level, index, at, value, flags in re.findall(
                r"(PDPT|PD|PT) *\[ *(\d+)\] at (\w+): (\w+)(?:  -> \w+)? +(.*)$", text, re.M)]


def is_mapped(pt: str) -> bool:
    return "not mapped" not in pt


def frames(alloc: str) -> tuple[int, int]:
    """The first frame and the order of the block that alloc took."""
    found = re.search(r"pfn 0x(\w+), order (\d+)", alloc)
    return int(found[1], 16), int(found[2])


class Slab(NamedTuple):
    """A slab as the command slab draws it; marks: a letter for each object."""

    address: int
    kind: str
    colour: int
    marks: str


def slabs(text: str) -> list[Slab]:
    return [Slab(int(address, 16), kind, int(colour), re.sub(r"\s", "", marks))
            for address, kind, colour, marks in re.findall(
                r"^(0x\w+) +(\S+) +\+(\d+) +\d+ of +\d+\n((?: +[#.c]+\n)+)", text, re.M)]


def words_of_memory(x: str) -> dict[int, int]:
    """Address and value of each word that the command x printed."""
    found = {}
    for address, row in re.findall(r"^(\w{8}): ((?:\w{8} )+)", x, re.M):
        for number, word in enumerate(row.split()):
            found[int(address, 16) + 4 * number] = int(word, 16)
    return found


def size_text(size: int) -> str:
    """1048576 -> '1 MiB', with three digits."""
    for unit, name in ((GIB, "GiB"), (MIB, "MiB"), (1024, "KiB")):
        if size >= unit:
            number = f"{size / unit:.2f}"[:4].rstrip("0").rstrip(".")
            return f"{size // unit if size >= 100 * unit else number} {name}"
    return f"{size} bytes"
