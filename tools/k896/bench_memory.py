"""./k896 bench memory: what the kernel costs in memory, beside a real Linux.

Bytes for each page frame, the image by section, the pages that boot takes (present less
managed) on each machine of tests/oracle, and what the three object allocators take for
the same objects.
"""

import argparse
import contextlib
import re
from pathlib import Path
from typing import Iterator, NamedTuple

from k896 import ROOT, Problem, Usage, build, counted, symbols, words, zoneinfo
from k896.emulator import GIB, MIB

ORACLE = ROOT / "tests" / "oracle"
PAGE_BYTES = 4096
SMALLEST = "no-tests"  # the preset to compare: Linux has no unit tests in it either
PEER_STRUCT_PAGE = 40
FRAMES_MAX = 64 * GIB // PAGE_BYTES
GROWTH_SIZES = ("1G", "2G")  # both have lowmem full
MIX_MEMORY = 64 * MIB
ALLOCATORS = {"slab": "default", "slub": "slub", "slob": "slob"}

# Ours, and the parts of Linux's "Memory:" line that hold the same.
SECTIONS = {".boot": "", ".text": "kernel code", ".rodata": "rodata", ".data": "rwdata",
            ".init.text": "init", ".bss": "bss"}
SHF_ALLOC = 2
LOADED = (".boot", ".text", ".rodata", ".data", ".init.text", ".init.data")
MIX_ROW = re.compile(r"^(all of them|none left, shrunk) +(\d+) +(\d+) +(\d+) +(\d+)", re.M)


class Taken(NamedTuple):
    """Pages of RAM, and those of them that boot keeps."""

    present: int
    taken: int


def options(own: list[str], extra: list[str]) -> argparse.Namespace:
    """Check the words and options behind ./k896 bench memory."""
    chosen = words.Parser("bench memory").parse(own)
    if chosen.words or extra:
        raise Usage(f"./k896 bench memory takes no '{(chosen.words + extra)[0]}'")
    return chosen


@contextlib.contextmanager
def elf_file(kernel: Path):
    """The kernel's ELF, opened."""
    from elftools.elf.elffile import ELFFile  # not there before ./k896 has installed it
    with open(kernel, "rb") as file:
        yield ELFFile(file)


# A page frame


def struct_size(kernel: Path, name: str) -> int:
    """sizeof(struct name), from the debugging information."""
    with elf_file(kernel) as elf:
        for unit in elf.get_dwarf_info().iter_CUs():
            for entry in unit.get_top_DIE().iter_children():
                named = entry.attributes.get("DW_AT_name")
                size = entry.attributes.get("DW_AT_byte_size")
                if (entry.tag == "DW_TAG_structure_type" and size and named
                        and named.value == name.encode()):
                    return size.value
    raise Problem(f"{kernel} does not describe struct {name}")


def object_size(kernel: Path, name: str) -> int:
    """The bytes of a static object."""
    with elf_file(kernel) as elf:
        found = elf.get_section_by_name(".symtab").get_symbol_by_name(name)
        if not found:
            raise Problem(f"{kernel} has no {name}")
        return found[0]["st_size"]


def frame_rows() -> Iterator[str]:
    """What is kept for each page frame."""
    kernel = build.kernel(SMALLEST)
    page = struct_size(kernel, "page")
    yield f"{'bytes a page frame':<22}{'k896':>9}{'Linux 6.1':>11}{'ratio':>7}"
    yield (f"{'struct page':<22}{page:>9.3f}{PEER_STRUCT_PAGE:>11.3f}"
           f"{page / PEER_STRUCT_PAGE:>7.2f}")
    for name in ("pageblock_flags", "mem_map_present"):
        yield f"{name:<22}{object_size(kernel, name) / FRAMES_MAX:>9.5f}  room for 64 GiB"
    ours, theirs = growth(*measured(SMALLEST)), growth(*(
        taken((ORACLE / f"pc-{size}" / "zoneinfo").read_text()) for size in GROWTH_SIZES))
    yield f"{'boot takes, measured':<22}{ours:>9.3f}{theirs:>11.3f}{ours / theirs:>7.2f}"
    owner = growth(*measured(SMALLEST, "page_owner=on")) - ours
    yield f"{'page_owner=on, more':<22}{owner:>9.3f}"


def measured(preset: str, append: str = "") -> list[Taken]:
    """What boot takes on the machines of GROWTH_SIZES."""
    return [taken(counted.text_of(["cat /proc/zoneinfo"], words.memory_size(size), preset,
                                  append)) for size in GROWTH_SIZES]


def growth(small: Taken, large: Taken) -> float:
    """Bytes that boot takes for each page frame that one machine has more."""
    return (large.taken - small.taken) * PAGE_BYTES / (large.present - small.present)


# The image


def sections(kernel: Path) -> dict[str, int]:
    """Bytes of each section that takes memory, in their order."""
    with elf_file(kernel) as elf:
        return {section.name: section["sh_size"] for section in elf.iter_sections()
                if section["sh_flags"] & SHF_ALLOC and section["sh_size"]}


def symbol_room(kernel: Path) -> int:
    """Bytes of .rodata that the kernel's own table of symbols may fill."""
    found = symbols.load(kernel)
    return found["__stop_kallsyms"] - found["__start_kallsyms"]


def peer_sections(dmesg: str) -> dict[str, int]:
    """Bytes by name, from Linux's line "Memory: ... (9423K kernel code, ...)"."""
    line = re.search(r"Memory: .*\((.*)\)", dmesg)[1]
    return {name: int(size) * 1024 for size, name in re.findall(r"(\d+)K ([a-z ]+)", line)}


def image_rows() -> Iterator[str]:
    """The image by section, without and with the unit tests."""
    small, tested = (build.kernel(preset) for preset in (SMALLEST, "default"))
    ours, full = sections(small), sections(tested)
    theirs = peer_sections((ORACLE / "pc-4G" / "dmesg").read_text())
    yield f"{'bytes of the image':<22}{'k896':>9}{'with tests':>12}{'Linux 6.1':>12}{'ratio':>7}"
    for name, size in ours.items():
        peer = theirs.get(SECTIONS.get(name, ""))
        beside = f"{peer:>12,}{size / peer:>7.3f}" if peer else ""
        yield f"{name:<22}{size:>9,}{full[name]:>12,}{beside}"
    yield f"{'  of .rodata, symbols':<22}{symbol_room(small):>9,}{symbol_room(tested):>12,}"
    mine, big = loaded(ours), loaded(full)
    peer = sum(theirs[name] for name in ("kernel code", "rwdata", "rodata"))
    yield f"{'all but .bss':<22}{mine:>9,}{big:>12,}{peer:>12,}{mine / peer:>7.3f}"


def loaded(found: dict[str, int]) -> int:
    """Bytes that the loader copies."""
    return sum(found.get(name, 0) for name in LOADED)


# Boot


def taken(zone_text: str) -> Taken:
    """From a /proc/zoneinfo of either kernel."""
    zones = zoneinfo.zones(zone_text).values()
    present = sum(zone.present for zone in zones)
    return Taken(present, present - sum(zone.managed for zone in zones))


def machines() -> dict[str, int]:
    """The oracle's machines of the kind pc by name, and their memory, smallest first."""
    found = {folder.name: words.memory_size(folder.name.removeprefix("pc-"))
             for folder in ORACLE.glob("pc-*")}
    return dict(sorted(found.items(), key=lambda machine: machine[1]))


def taken_rows() -> Iterator[str]:
    """The pages that boot keeps, on every machine where a real Linux was asked, too."""
    yield (f"{'pages taken at boot':<22}{'present':>12}{'k896':>9}{'Linux 6.1':>11}{'ratio':>7}"
           f"{'with tests':>12}")
    for name, memory in machines().items():
        ours, tested = (taken(counted.text_of(["cat /proc/zoneinfo"], memory, preset))
                        for preset in (SMALLEST, "default"))
        theirs = taken((ORACLE / name / "zoneinfo").read_text())
        yield (f"{name:<22}{ours.present:>12,}{ours.taken:>9,}{theirs.taken:>11,}"
               f"{ours.taken / theirs.taken:>7.2f}{tested.taken:>12,}")


# Objects


def mix(text: str) -> dict[str, list[int]]:
    """slabmix's rows: objects, bytes asked for, pages taken, KiB."""
    return {row[0]: [int(n) for n in row[1:]] for row in MIX_ROW.findall(text)}


def mix_rows() -> Iterator[str]:
    """The same objects, in the same order, by each allocator."""
    yield (f"{'slabmix':<22}{'objects':>9}{'bytes':>9}{'pages':>7}{'more than asked':>17}"
           f"{'none left':>11}")
    for name, preset in ALLOCATORS.items():
        rows = mix(counted.text_of(["slabmix"], MIX_MEMORY, preset))
        objects, asked, pages, _ = rows["all of them"]
        more = pages * PAGE_BYTES / asked - 1
        yield (f"{name:<22}{objects:>9,}{asked:>9,}{pages:>7}{more:>17.0%}"
               f"{rows['none left, shrunk'][2]:>11}")


def run(chosen: argparse.Namespace) -> int:
    """Print all four tables."""
    for rows in (frame_rows, image_rows, taken_rows, mix_rows):
        for line in rows():
            print(line, flush=True)
        if rows != mix_rows:
            print()
    return 0
