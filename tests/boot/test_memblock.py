"""Both boot allocators on the same machines: what one leaves, the other leaves too."""

import re

import pytest

from support import PAGE, ask, assert_all_passed, booted, firmware_map, ktap

ALLOCATORS = ("bitmap", "memblock")
# The bitmap's pages come back, and page tables are pages for both.
FEW_PAGES = 8


def zone_pages(machine) -> list[tuple[int, int]]:
    """(present, managed) of each zone."""
    found = re.findall(r"^ +present +(\d+)$\n(?:.*\n)*?^ +managed +(\d+)$",
                       ask(machine, "cat /proc/zoneinfo"), re.M)
    assert found
    return [(int(present), int(managed)) for present, managed in found]


def lists(text: str) -> dict[str, list[tuple[int, int]]]:
    """The two lists of /proc/memblock, as [start, end)."""
    found: dict[str, list[tuple[int, int]]] = {}
    current = None
    for line in text.splitlines():
        head = re.match(r"(memory|reserved): (\d+) of (\d+) regions, \d+ kB$", line)
        region = re.match(r" *(\d+): 0x(\w{16})\.\.0x(\w{16}) \w+$", line)
        if head:
            current = found[head[1]] = []
        elif region:
            assert int(region[1]) == len(current)
            current.append((int(region[2], 16), int(region[3], 16) + 1))
    return found


@pytest.mark.parametrize("size", ["16M", "512M", "4G", "64G"])
def test_both_allocators_leave_the_same_memory(size):
    pages = {}
    for allocator in ALLOCATORS:
        with booted(size, fast=size != "64G", append=f"bootmem={allocator}") as machine:
            pages[allocator] = zone_pages(machine)
            first = ask(machine, "cat /proc/memblock").splitlines()[0]
            assert first == f"boot allocator: {allocator}"
    for bitmap, memblock in zip(pages["bitmap"], pages["memblock"], strict=True):
        assert bitmap[0] == memblock[0]
        assert abs(bitmap[1] - memblock[1]) <= FEW_PAGES


@pytest.mark.parametrize("size", ["64M", "4G"])
def test_memblock_knows_the_machines_ram(size):
    with booted(size, append="bootmem=memblock") as machine:
        ranges = firmware_map(ask(machine, "dmesg"))
        found = lists(ask(machine, "cat /proc/memblock"))
    usable = [(max(start, PAGE) if start == 0 else start, end // PAGE * PAGE)
              for start, end, kind in ranges if kind == "usable"]
    assert found["memory"] == usable
    assert any(start <= 0x100000 < end for start, end in found["reserved"])


def test_the_unit_tests_pass_on_memblock(seed):
    with booted("512M", append="bootmem=memblock") as machine:
        output = machine.command(f'test "" {seed}', timeout=240).output
    results = ktap(output)
    assert {"memblock", "nobootmem", "bootmem", "memblock_boot"} <= set(results)
    for cases in results.values():
        assert_all_passed(cases)


def test_a_map_of_many_pieces_makes_the_array_grow():
    # 150 holes of a page each: more ranges than the first array has room for
    holes = " ".join(f"memmap=4K${0x1000000 + i * 0x10000:#x}" for i in range(150))
    with booted("64M", fast=True, append=f"bootmem=memblock {holes}") as machine:
        text = ask(machine, "cat /proc/memblock")
        assert "memory: 152 of 256 regions" in text
        assert len(lists(text)["memory"]) == 152
        present, managed = zone_pages(machine)[1]
        assert 0 < managed <= present
        assert_all_passed(ktap(ask(machine, "test memblock_boot"))["memblock_boot"])


def test_what_allocator_is_meant_must_be_clear():
    with booted(fast=True, append="bootmem=memblock,nonsense") as machine:
        assert 'Malformed boot parameter "bootmem=memblock,nonsense"' in ask(machine, "dmesg")
        assert "boot allocator: bitmap" in ask(machine, "cat /proc/memblock")


def test_debug_shows_what_memblock_does():
    with booted(fast=True, append="bootmem=memblock memblock=debug") as machine:
        dmesg = ask(machine, "dmesg")
    assert "MEMBLOCK configuration:" in dmesg
    assert re.search(r"memblock_add: \[0x0{12}1000-0x0{11}9efff\] ", dmesg)
    assert "memblock_phys_alloc_range: 4096 bytes align=0x1000" in dmesg
