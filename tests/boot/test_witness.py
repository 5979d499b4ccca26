"""What the kernel says about its page tables, and what an emulator says.

For addresses chosen by --seed, the monitor's pt is compared with QEMU's
gva2gpa and info tlb, and with the entries that Bochs's debugger reads; the
merged /proc/pagetables with QEMU's info tlb, merged here, and Bochs's info tab. And
the windows above lowmem, while pages are mapped there and after they were unmapped.
"""

import functools
import random
import re
from typing import NamedTuple, Optional

import pytest

from k896 import symbols
from k896 import words
from k896.emulator import Config, create
from support import PAGE, ask, booted, image, kernel

ADDRESSES = 1000
PER_COMMAND = 40
ADDRESS_SPACE = 1 << 32
PAGE_OFFSETS = {"split-2g": 0x80000000, "split-1g": 0x40000000}
LARGE_PAGE = {"no-pae": 4 << 20}

# How pt names the flags that QEMU's info tlb shows as letters.
TLB_LETTERS = {"X": "NX", "G": "G", "P": "PS", "C": "PCD", "T": "PWT", "U": "US", "W": "RW"}
# The CPU may set these at any time between two looks.
LATE = {"A", "D"}
LATE_BITS = 0x60

MACHINES = [("default", "4G"), ("default", "128M"), ("no-pae", "1G"), ("split-2g", "2G"),
            ("split-1g", "512M")]


class Entry(NamedTuple):
    level: str
    value: int
    flags: frozenset


class Walk(NamedTuple):
    """pt's answer: the entries read, and the physical address at the end."""

    entries: list[Entry]
    physical: Optional[int]


ENTRY = re.compile(r"^(P\w+) *\[ *\d+\] at [0-9a-f]+: ([0-9a-f]+)  "
                   r"(?:-> [0-9a-f]+ (.*)|not present)$")
END = re.compile(r"^([0-9a-f]{8})(?:: not mapped| -> ([0-9a-f]+), .*)$")


def walks(text: str) -> dict[int, Walk]:
    """All answers of pt in a text, by virtual address."""
    found, entries = {}, []
    for line in text.splitlines():
        entry, end = ENTRY.match(line), END.match(line)
        if entry:
            entries.append(Entry(entry[1], int(entry[2], 16),
                                 frozenset((entry[3] or "").split())))
        else:
            assert end, f"pt printed a line of no known form: {line!r}"
            found[int(end[1], 16)] = Walk(entries, int(end[2], 16) if end[2] else None)
            entries = []
    return found


def addresses(preset: str, memory: int, seed: int) -> list[int]:
    """Lowmem, its edges, the kernel's parts, the fixed windows, and nowhere."""
    choose = random.Random(f"{seed} {preset} {memory}")
    offset = PAGE_OFFSETS.get(preset, 0xC0000000)
    lowmem = min(memory, ADDRESS_SPACE - offset - (128 << 20))
    names = symbols.load(kernel(preset))
    linked = [address for address in names.values() if address >= offset]
    edges = [offset + address for address in
             (0, PAGE, 0x9FC00, 0xA0000, 0xFFFFF, 0x100000, 0x1FFFFF, 0x200000, lowmem - 1,
              lowmem, lowmem - (2 << 20), lowmem - (4 << 20))]
    edges += [0, PAGE, 0x100000, offset - 1, 0xFFFFF000, 0xFFFFFFFF]
    chosen = [address % ADDRESS_SPACE for address in edges]
    kinds = [
        lambda: offset + choose.randrange(lowmem),
        lambda: choose.choice(linked),
        lambda: choose.randrange(min(linked), max(linked)),
        lambda: offset + choose.randrange(4 << 20),
        lambda: choose.randrange(0xFFC00000, ADDRESS_SPACE),
        lambda: choose.randrange(ADDRESS_SPACE),
        lambda: choose.randrange(offset),
    ]
    while len(set(chosen)) < ADDRESSES:
        chosen.append(choose.choice(kinds)())
    return sorted(set(chosen))


def pt(machine, wanted: list[int]) -> dict[int, Walk]:
    """The kernel's own answers."""
    found = {}
    for begin in range(0, len(wanted), PER_COMMAND):
        words_ = " ".join(f"{address:#x}" for address in wanted[begin:begin + PER_COMMAND])
        found.update(walks(ask(machine, f"pt {words_}")))
    assert sorted(found) == wanted
    return found


@functools.cache
def qemu(preset: str, mem: str, seed: int):
    """pt's answers, /proc/pagetables, and QEMU's view of the same moment."""
    wanted = addresses(preset, words.memory_size(mem), seed)
    with booted(mem, preset=preset) as machine:
        tables = ask(machine, "cat /proc/pagetables")
        found = pt(machine, wanted)
        machine.monitor("stop")
        physical = {address: machine.monitor(f"gva2gpa {address:#x}") for address in wanted}
        return tables, found, physical, tlb(machine.monitor("info tlb"), preset)


TLB = re.compile(r"^([0-9a-f]+): ([0-9a-f]+) ([-XGPDACTUW]{9})$", re.M)
NX_BIT = 1 << 63


class Row(NamedTuple):
    physical: int
    size: int
    flags: frozenset


def tlb(text: str, preset: str) -> dict[int, Row]:
    """QEMU's info tlb: page's virtual address to what it maps."""
    rows = {}
    for address, entry, letters in TLB.findall(text):
        flags = frozenset(TLB_LETTERS.get(letter, letter)
                          for letter in letters if letter != "-")
        size = LARGE_PAGE.get(preset, 2 << 20) if "PS" in flags else PAGE
        rows[int(address, 16) % ADDRESS_SPACE] = Row(int(entry, 16) & ~NX_BIT, size, flags)
    return rows


def machines(function):
    return pytest.mark.parametrize("preset,mem", [
        pytest.param(preset, mem, marks=pytest.mark.xdist_group(f"witness-{preset}-{mem}"))
        for preset, mem in MACHINES])(function)


@machines
def test_the_chosen_addresses_are_a_mixture(preset, mem, seed):
    _, found, _, _ = qemu(preset, mem, seed)
    mapped = [walk for walk in found.values() if walk.physical is not None]
    assert len(found) >= ADDRESSES
    assert ADDRESSES / 4 < len(mapped) < ADDRESSES
    sizes = {"PS" in walk.entries[-1].flags for walk in mapped}
    assert sizes == {True, False}, "large pages and small ones"


@machines
def test_pt_translates_as_qemu_does(preset, mem, seed):
    _, found, physical, _ = qemu(preset, mem, seed)
    for address, walk in found.items():
        answer = re.search(r"gpa: (0x[0-9a-f]+|0$)", physical[address])
        theirs = int(answer[1], 16) if answer else None
        assert answer or "Unmapped" in physical[address], physical[address]
        assert walk.physical == theirs, f"{address:#x}"


@machines
def test_pt_shows_the_flags_that_qemu_shows(preset, mem, seed):
    _, found, _, rows = qemu(preset, mem, seed)
    for address, walk in found.items():
        page = [address - address % size for size in (PAGE, LARGE_PAGE.get(preset, 2 << 20))]
        row = rows.get(page[0]) or rows.get(page[1])
        if walk.physical is None:
            assert rows.get(page[0]) is None, f"{address:#x}"
            continue
        ours = walk.entries[-1].flags - {"P"}
        assert ours - LATE == row.flags - LATE, f"{address:#x}"
        assert ours & LATE <= row.flags & LATE, f"{address:#x}: a bit went away"


def rights(flags: frozenset) -> str:
    return " ".join(name for name, shown in (
        ("user", "US" in flags), ("write", "RW" in flags), ("nx", "NX" in flags),
        ("global", "G" in flags), ("uncached", "PCD" in flags)) if shown)


class Range(NamedTuple):
    start: int
    last: int
    physical: int
    more: str


def merged(rows: dict[int, Row], with_rights: bool = True) -> list[Range]:
    """Pages that follow each other, of one size and right each."""
    found: list[Range] = []
    for address, row in sorted(rows.items()):
        more = f"{row.size // 1024}K pages: {rights(row.flags)}" if with_rights else ""
        before = found[-1] if found else None
        if (before and before.last + 1 == address and before.more == more
                and before.physical + address - before.start == row.physical):
            found[-1] = before._replace(last=address + row.size - 1)
        else:
            found.append(Range(address, address + row.size - 1, row.physical, more))
    return found


TABLES = re.compile(r"^0x(\w+)-0x(\w+) -> 0x(\w+) +(\d+)K in (\d+K pages: .*)$")


def printed(tables: str) -> list[Range]:
    """/proc/pagetables, read; its sizes are checked."""
    found = []
    for line in tables.splitlines():
        match = TABLES.match(line)
        assert match, line
        start, last = int(match[1], 16), int(match[2], 16)
        assert last + 1 - start == int(match[4]) * 1024, line
        found.append(Range(start, last, int(match[3], 16), match[5].rstrip()))
    return found


@machines
def test_pagetables_are_qemus_mappings_merged(preset, mem, seed):
    tables, _, _, rows = qemu(preset, mem, seed)
    assert printed(tables) == merged(rows)


# Bochs


BOCHS_MACHINES = [("default", "128M"), ("no-pae", "128M")]
BOCHS_LEVELS = {"PDPTE": "PDPT", "PDPE": "PDPT", "PDE": "PD", "PTE": "PT"}
PAGE_ENTRY = re.compile(r"^ (\w+): 0x([0-9a-f]+) ", re.M)
PAGE_END = re.compile(r"maps to physical page 0x([0-9a-f]+)")
INFO_TAB = re.compile(r"^0x([0-9a-f]+)-0x([0-9a-f]+) -> 0x([0-9a-f]+)-0x[0-9a-f]+", re.M)


@functools.cache
def bochs(preset: str, mem: str, seed: int):
    """pt's answers, /proc/pagetables, and the log of Bochs's debugger."""
    wanted = addresses(preset, words.memory_size(mem), seed)
    script = "c\n" + "".join(f"page {address:#x}\n" for address in wanted) + "info tab\nq\n"
    machine = create("bochs", Config(memory=words.memory_size(mem), iso=image(preset),
                                     debugger_script=script))
    with machine:
        machine.ready()
        found = pt(machine, wanted)
        tables = ask(machine, "cat /proc/pagetables")
        machine.type(b"break\n")
        machine.wait_end(120)
        return tables, found, machine.debugger_log()


def in_bochs(function):
    return pytest.mark.parametrize("preset,mem", [
        pytest.param(preset, mem, marks=[pytest.mark.xdist_group(f"witness-bochs-{preset}"),
                                         *([] if preset == "default" else [pytest.mark.full])])
        for preset, mem in BOCHS_MACHINES])(function)


@in_bochs
def test_pt_reads_the_entries_that_bochs_reads(preset, mem, seed):
    _, found, log = bochs(preset, mem, seed)
    answers = dict(re.findall(r"^page 0x([0-9a-f]+)\n((?:.*\n)*?)(?=page |info )", log, re.M))
    assert len(answers) == len(found)
    for address, walk in found.items():
        answer = answers[f"{address:x}"]
        theirs = [(BOCHS_LEVELS[level], int(value, 16) & ~LATE_BITS)
                  for level, value in PAGE_ENTRY.findall(answer)]
        ours = [(entry.level, entry.value & ~LATE_BITS) for entry in walk.entries]
        assert ours[len(ours) - len(theirs):] == theirs, f"{address:#x}: {answer}"
        assert len(ours) - len(theirs) <= 1, "Bochs leaves out the PDPT at most"
        end = PAGE_END.search(answer)
        assert (int(end[1], 16) if end else None) == (
            walk.physical - address % PAGE if walk.physical is not None else None), answer


@in_bochs
def test_pagetables_are_bochs_s_mappings(preset, mem, seed):
    tables, _, log = bochs(preset, mem, seed)
    theirs = [Range(int(start, 16), int(last, 16), int(physical, 16), "")
              for start, last, physical in INFO_TAB.findall(log)]
    pages = {item.start: Row(item.physical, item.last + 1 - item.start, frozenset())
             for item in printed(tables)}
    assert merged(pages, with_rights=False) == theirs


# The windows above lowmem: kmap, fixmap, vmalloc


PKMAP_BASE = {"no-pae": 0xFF800000}
PKMAP_SLOTS = {"no-pae": 1024}
VMALLOC_START = 0xF8800000  # with 896 MiB of lowmem or more
HIGHMEM_PFN = (896 << 20) // PAGE
LOOKED_AT = 64  # pages of each window
FIXED_SLOT, FIXED_PHYSICAL = 3, 0xB8000
ADDRESS = re.compile(r"\b(?:0x)?([0-9a-f]{8})\b")


def window_pages(preset: str) -> list[int]:
    """The first pages of pkmap and vmalloc, and the last of the address space."""
    starts = (PKMAP_BASE.get(preset, 0xFFC00000), VMALLOC_START,
              ADDRESS_SPACE - 2 * LOOKED_AT * PAGE, ADDRESS_SPACE - LOOKED_AT * PAGE)
    return sorted(start + page * PAGE for start in starts for page in range(LOOKED_AT))


def address_in(output: str) -> int:
    return int(ADDRESS.search(output)[1], 16)


def map_in_windows(machine, seed: int) -> dict[int, int]:
    """Map frames in each window; virtual address to the frame that is known, or 0."""
    frames = random.Random(seed).sample(range(HIGHMEM_PFN, HIGHMEM_PFN + 1024), 3)
    mapped = {address_in(ask(machine, f"kmap {pfn:#x}")): pfn * PAGE for pfn in frames}
    mapped[address_in(ask(machine, f"fixmap {FIXED_SLOT} {FIXED_PHYSICAL:x}"))] = \
        FIXED_PHYSICAL
    area = address_in(ask(machine, "vmalloc 16K"))
    mapped.update({area + page * PAGE: 0 for page in range(4)})
    return mapped


def unmap_in_windows(machine, mapped: dict[int, int]) -> None:
    for physical in mapped.values():
        if physical >= HIGHMEM_PFN * PAGE:
            ask(machine, f"kunmap {physical // PAGE:#x}")
    ask(machine, f"fixmap {FIXED_SLOT}")
    ask(machine, "vfree all")


def flush_pkmap(machine, preset: str) -> None:
    """Use every slot once more: the window comes round, and what is unused goes."""
    for pfn in range(HIGHMEM_PFN + 2048, HIGHMEM_PFN + 2048 + PKMAP_SLOTS.get(preset, 512)):
        ask(machine, f"kmap {pfn:#x}")
        ask(machine, f"kunmap {pfn:#x}")


def check_mapped(found: dict[int, Walk], mapped: dict[int, int]) -> None:
    assert len(mapped) == 8
    for address, physical in mapped.items():
        assert found[address].physical is not None, f"{address:#x}"
        assert physical in (0, found[address].physical), f"{address:#x}"


def check_unmapped(found: dict[int, Walk], mapped: dict[int, int], flushed: bool) -> None:
    """kmap's slots may stay as they were until the window comes round."""
    for address, physical in mapped.items():
        if physical < HIGHMEM_PFN * PAGE:
            assert found[address].physical is None, f"{address:#x}"
        elif flushed:
            assert found[address].physical != physical, f"{address:#x}"


def qemu_agrees(machine, preset: str) -> dict[int, Walk]:
    """pt on every page of the windows, after QEMU has said the same."""
    wanted = window_pages(preset)
    found = pt(machine, wanted)
    machine.monitor("stop")
    rows = tlb(machine.monitor("info tlb"), preset)
    for address, walk in found.items():
        answer = machine.monitor(f"gva2gpa {address:#x}")
        theirs = re.search(r"gpa: (0x[0-9a-f]+|0$)", answer)
        assert theirs or "Unmapped" in answer, answer
        assert walk.physical == (int(theirs[1], 16) if theirs else None), f"{address:#x}"
        row = rows.get(address)
        assert (row.physical if row else None) == walk.physical, f"{address:#x}"
        if row:
            assert walk.entries[-1].flags - {"P"} - LATE == row.flags - LATE, f"{address:#x}"
    machine.monitor("cont")
    return found


@pytest.mark.parametrize("preset,mem", [("default", "2G"), ("no-pae", "1G")])
def test_qemu_sees_the_windows_as_pt_does(preset, mem, seed):
    with booted(mem, preset=preset, fast=True) as machine:
        qemu_agrees(machine, preset)
        mapped = map_in_windows(machine, seed)
        check_mapped(qemu_agrees(machine, preset), mapped)
        unmap_in_windows(machine, mapped)
        check_unmapped(qemu_agrees(machine, preset), mapped, flushed=False)
        flush_pkmap(machine, preset)
        check_unmapped(qemu_agrees(machine, preset), mapped, flushed=True)


def bochs_pages(log: str) -> list[dict[int, str]]:
    """The answers to each round of `page`, by address; rounds follow each other."""
    rounds: list[dict[int, str]] = [{}]
    for address, answer in re.findall(
            r"^page 0x([0-9a-f]+)\n((?:.*\n)*?)(?=page |c\n|q\n|c$|q$)", log, re.M):
        if int(address, 16) in rounds[-1]:
            rounds.append({})
        rounds[-1][int(address, 16)] = answer
    return rounds


def bochs_agrees(found: dict[int, Walk], answers: dict[int, str]) -> None:
    assert sorted(answers) == sorted(found)
    for address, walk in found.items():
        end = PAGE_END.search(answers[address])
        assert (int(end[1], 16) if end else None) == walk.physical, answers[address]
        theirs = [int(value, 16) & ~LATE_BITS
                  for _, value in PAGE_ENTRY.findall(answers[address])]
        ours = [entry.value & ~LATE_BITS for entry in walk.entries]
        assert ours[len(ours) - len(theirs):] == theirs, answers[address]


def test_bochs_sees_the_windows_as_pt_does(seed):
    wanted = window_pages("default")
    once = "c\n" + "".join(f"page {address:#x}\n" for address in wanted)
    config = Config(memory=words.memory_size("1G"), iso=image(), debugger_script=2 * once + "q\n")
    with create("bochs", config) as machine:
        machine.ready()
        mapped = map_in_windows(machine, seed)
        while_mapped = pt(machine, wanted)
        ask(machine, "break")
        unmap_in_windows(machine, mapped)
        afterwards = pt(machine, wanted)
        machine.type(b"break\n")
        machine.wait_end(120)
        rounds = bochs_pages(machine.debugger_log())
    assert len(rounds) == 2
    check_mapped(while_mapped, mapped)
    bochs_agrees(while_mapped, rounds[0])
    check_unmapped(afterwards, mapped, flushed=False)
    bochs_agrees(afterwards, rounds[1])
