"""Marks, reserves and per-CPU lists, computed again from outside.

The model below knows nothing but the managed pages of each zone. It is first
held against the figures of a real Linux, then against k896 on machines of many
sizes.
"""

import importlib.util
import re
from math import isqrt

import pytest

from k896 import ROOT
from k896.zoneinfo import Zone, buddyinfo, meminfo, pageblocks, pagetypes, zones
from support import ORACLE, PAGE, ask, booted

SIZES = ["16M", "64M", "128M", "512M", "896M", "1G", "2G", "3G", "4G", "8G", "64G"]
MACHINES = sorted(folder.name for folder in ORACLE.iterdir() if folder.is_dir())
MIB = 1 << 20
LOWMEM_END_PFN = 896 * MIB // PAGE
BLOCK_PAGES = 1024  # of the largest order

# What Linux handed over after it had set its marks: tests/oracle/README.md.
FREED_LATER = 492


def rounddown_pow2(number: int) -> int:
    return 1 << number.bit_length() - 1


def is_high(zone: Zone, all_zones: dict[str, Zone]) -> bool:
    if zone.name != "Movable":
        return zone.name == "HighMem"
    return (all_zones["HighMem"].populated
            or zone.populated and zone.start_pfn >= LOWMEM_END_PFN)


def low_pages(found: dict[str, Zone]) -> int:
    return sum(zone.managed for zone in found.values() if not is_high(zone, found))


def default_kbytes(found: dict[str, Zone]) -> int:
    return min(max(isqrt(16 * 4 * low_pages(found)), 128), 262144)


def expected_marks(found: dict[str, Zone], kbytes: int) -> dict[str, tuple[int, int, int]]:
    marks = {}
    for name, zone in found.items():
        share = kbytes // 4 * zone.managed // low_pages(found)
        least = min(max(zone.managed // 1024, 32), 128) if is_high(zone, found) else share
        step = max(share // 4, zone.managed * 10 // 10000)
        marks[name] = (least, least + step, least + 2 * step)
    return marks


def expected_protection(found: dict[str, Zone]) -> dict[str, list[int]]:
    ratios = {"DMA": 256, "Normal": 32}
    names = list(found)
    protection = {}
    for i, name in enumerate(names):
        above, protection[name] = 0, []
        for j, other in enumerate(names):
            above += found[other].managed if j > i else 0
            useful = j > i and name in ratios and found[name].managed
            protection[name].append(above // ratios[name] if useful else 0)
    return protection


def expected_batch(zone: Zone) -> int:
    base = max(1, min(zone.managed // 1024, 256) // 4)
    return max(1, rounddown_pow2(base + base // 2) - 1)


def expected_reserve(found: dict[str, Zone]) -> int:
    return sum(min(max(zone.protection) + zone.high, zone.managed)
               for zone in found.values())


def assert_figures_follow(found: dict[str, Zone], kbytes: int) -> None:
    assert {n: (z.min, z.low, z.high) for n, z in found.items()} == \
        expected_marks(found, kbytes)
    assert {n: z.protection for n, z in found.items()} == expected_protection(found)
    for zone in found.values():
        if zone.populated:
            assert zone.pcp_batch == expected_batch(zone), zone
            assert zone.pcp_high == max(zone.low, 4 * zone.pcp_batch), zone


def machine_zones(machine) -> dict[str, Zone]:
    return zones(ask(machine, "cat /proc/zoneinfo"))


# The model, and the table that the unit tests have


@pytest.mark.parametrize("name", MACHINES)
def test_model_gives_linux_s_figures(name):
    found = zones((ORACLE / name / "zoneinfo").read_text())
    found["Normal"].managed -= FREED_LATER
    kbytes = int(re.search(r"min_free_kbytes = (\d+)",
                           (ORACLE / name / "sysctl").read_text())[1])
    assert_figures_follow(found, kbytes)


def test_table_of_the_unit_tests_is_what_the_oracle_says():
    spec = importlib.util.spec_from_file_location("oracle_table",
                                                  ROOT / "tools" / "oracle-table.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    committed = (ROOT / "tests" / "unit" / "watermark_oracle.h").read_text()
    assert tool.table(ORACLE) == committed, \
        "run tools/oracle-table.py >tests/unit/watermark_oracle.h"


# k896's own figures


@pytest.fixture(scope="module", params=[
    pytest.param(size, marks=pytest.mark.xdist_group(f"marks-{size}")) for size in SIZES])
def report(request):
    """The files of one machine, after a few allocations have cut its blocks up."""
    with booted(request.param, fast=True) as machine:
        for line in ("alloc 0", "alloc 3 GFP_HIGHUSER", "alloc 0 GFP_DMA",
                     "alloc 1 GFP_HIGHUSER_MOVABLE", "alloc 2 kernel|reclaimable"):
            ask(machine, line)
        return {name: ask(machine, f"cat /proc/{name}")
                for name in ("zoneinfo", "buddyinfo", "pagetypeinfo", "meminfo")}


def test_marks_reserves_and_lists_follow_from_the_managed_pages(report):
    found = zones(report["zoneinfo"])
    assert_figures_follow(found, default_kbytes(found))


def test_every_populated_zone_manages_what_it_has_at_most(report):
    for zone in zones(report["zoneinfo"]).values():
        assert 0 <= zone.free <= zone.managed <= zone.present <= zone.spanned
        assert zone.stat.get("nr_free_pages", 0) == zone.free
        assert zone.stat.get("nr_free_cma", 0) == 0 == zone.cma


def test_buddyinfo_adds_up_to_the_free_pages(report):
    found = zones(report["zoneinfo"])
    assert {name: sum(n << order for order, n in enumerate(counts))
            for name, counts in buddyinfo(report["buddyinfo"]).items()} == \
        {name: zone.free for name, zone in found.items() if zone.populated}


def test_pagetypeinfo_adds_up_to_buddyinfo(report):
    kinds = pagetypes(report["pagetypeinfo"])
    assert {name: [sum(column) for column in zip(*of.values())]
            for name, of in kinds.items()} == buddyinfo(report["buddyinfo"])


def test_pageblocks_cover_the_zones(report):
    found = zones(report["zoneinfo"])
    for name, of in pageblocks(report["pagetypeinfo"]).items():
        zone, frames = found[name], sum(of.values()) * 512
        assert zone.present <= frames <= zone.spanned + 2 * BLOCK_PAGES, name


def test_meminfo_adds_up(report):
    found, memory = zones(report["zoneinfo"]), meminfo(report["meminfo"])
    high = [zone for zone in found.values() if is_high(zone, found)]
    assert memory["MemTotal"] == 4 * sum(zone.managed for zone in found.values())
    assert memory["MemFree"] == 4 * sum(zone.free for zone in found.values())
    assert memory["HighTotal"] == 4 * sum(zone.managed for zone in high)
    assert memory["HighFree"] == 4 * sum(zone.free for zone in high)
    assert memory["LowTotal"] == memory["MemTotal"] - memory["HighTotal"]
    assert memory["LowFree"] == memory["MemFree"] - memory["HighFree"]
    assert memory["MemAvailable"] == max(0, memory["MemFree"] - 4 * expected_reserve(found))
    assert memory["VmallocUsed"] + memory["VmallocChunk"] <= memory["VmallocTotal"]
    lowmem_kb = 4 * max(zone.start_pfn + zone.spanned for zone in found.values()
                        if zone.populated and not is_high(zone, found))
    assert abs(memory["DirectMap4k"] + memory["DirectMap2M"] - lowmem_kb) <= 4


# The format


def shape(line: str) -> str:
    return re.sub(r"\d+", "#", line)


def columns(line: str) -> list[int]:
    """Where each word ends."""
    return [word.end() for word in re.finditer(r"\S+", line)]


def is_subsequence(few, many) -> bool:
    rest = iter(many)
    return all(item in rest for item in few)


def linux_file(name: str) -> str:
    return (ORACLE / "pc-4G" / name).read_text()


@pytest.fixture(scope="module")
def ours():
    """What k896 prints on the machine that the oracle's pc-4G is."""
    with booted("4G", fast=True) as machine:
        return {name: ask(machine, f"cat /proc/{name}")
                for name in ("zoneinfo", "buddyinfo", "pagetypeinfo", "meminfo")}


@pytest.mark.xdist_group("format")
def test_zoneinfo_s_lines_are_linux_s_in_its_order(ours):
    def lines_of(text):
        return {part.split()[0]: [shape(line) for line in part.splitlines()[1:]]
                for part in re.split(r"^Node 0, zone +", text, flags=re.M)[1:]
                if "pages free" in part}

    theirs, found = lines_of(linux_file("zoneinfo")), lines_of(ours["zoneinfo"])
    assert list(found) == list(theirs)
    for name in found:
        assert is_subsequence(found[name], theirs[name]), found[name]
    assert re.findall(r"^Node.*$", ours["zoneinfo"], re.M) == \
        re.findall(r"^Node.*$", linux_file("zoneinfo"), re.M)


@pytest.mark.xdist_group("format")
def test_buddyinfo_has_linux_s_columns(ours):
    assert [columns(line) for line in ours["buddyinfo"].splitlines()] == \
        [columns(line) for line in linux_file("buddyinfo").splitlines()]
    assert all(line.endswith(" ") for line in ours["buddyinfo"].splitlines())


@pytest.mark.xdist_group("format")
def test_pagetypeinfo_has_linux_s_columns(ours):
    mine, theirs = ours["pagetypeinfo"].splitlines(), linux_file("pagetypeinfo").splitlines()
    assert mine[:4] == theirs[:4], "sizes, a blank line, the orders"
    wanted = {tuple(columns(line)) for line in theirs if ", type " in line}
    assert {tuple(columns(line)) for line in mine if ", type " in line} == wanted
    head = len("Number of blocks type ")
    last = [next(line for line in text if line.startswith("Number of blocks"))
            for text in (mine, theirs)]
    assert columns(last[0][head:])[:5] == columns(last[1][head:])
    assert last[0][head:].split() == ["Unmovable", "Reclaimable", "Movable", "Reserve",
                                      "CMA", "Isolate"]
    rows = [[columns(line) for line in text if re.match(r"Node 0, zone +\w+ +\d", line)]
            for text in (mine, theirs)]
    assert [row[:-1] for row in rows[0]] == rows[1]


@pytest.mark.xdist_group("format")
def test_meminfo_has_linux_s_lines_in_its_order(ours):
    theirs = [line.split(":")[0] for line in linux_file("meminfo").splitlines()]
    mine = [line.split(":")[0] for line in ours["meminfo"].splitlines()]
    assert is_subsequence([name for name in mine if not name.startswith("Cma")], theirs)
    ends = columns(linux_file("meminfo").splitlines()[0])[1:]
    assert all(columns(line)[1:] == ends for line in ours["meminfo"].splitlines())


# Parameters


@pytest.mark.parametrize("size,kbytes", [("64M", 128), ("128M", 4096), ("1G", 65536)])
def test_min_free_kbytes_sets_the_marks(size, kbytes):
    with booted(size, fast=True, append=f"min_free_kbytes={kbytes}") as machine:
        assert_figures_follow(machine_zones(machine), kbytes)


@pytest.mark.parametrize("value", ["127", "262145", "banana", "", "-1", "99999999999999999999"])
def test_a_min_free_kbytes_that_cannot_be_is_named_and_ignored(value):
    with booted("64M", fast=True, append=f"min_free_kbytes={value}") as machine:
        found = machine_zones(machine)
        lines = [line for line in ask(machine, "dmesg").splitlines()
                 if "min_free_kbytes" in line and "ommand line" not in line]
    assert_figures_follow(found, default_kbytes(found))
    assert lines and "128 to 262144" in lines[0], lines


def test_movablecore_cuts_a_movable_zone_from_highmem():
    with booted("2G", fast=True, append="movablecore=512M") as machine:
        found = machine_zones(machine)
        block = ask(machine, "alloc 4 GFP_HIGHUSER_MOVABLE")
        unmovable = ask(machine, "alloc 4 GFP_HIGHUSER")
    movable, high = found["Movable"], found["HighMem"]
    assert movable.start_pfn % BLOCK_PAGES == 0
    assert high.start_pfn == LOWMEM_END_PFN
    assert high.start_pfn + high.spanned == movable.start_pfn
    assert abs(movable.present - 512 * MIB // PAGE) <= BLOCK_PAGES
    assert_figures_follow(found, default_kbytes(found))
    assert "zone Movable" in block and "zone HighMem" in unmovable


def test_kernelcore_leaves_the_rest_to_the_movable_zone():
    with booted("2G", fast=True, append="kernelcore=1G") as machine:
        found = machine_zones(machine)
    core = sum(found[name].present for name in ("DMA", "Normal", "HighMem"))
    assert 0 <= core - 1024 * MIB // PAGE <= BLOCK_PAGES
    assert found["Movable"].present > 0
    assert_figures_follow(found, default_kbytes(found))


def test_a_movable_zone_of_lowmem_counts_as_lowmem():
    with booted("256M", fast=True, append="movablecore=128M") as machine:
        found = machine_zones(machine)
        block = ask(machine, "alloc 0 GFP_HIGHUSER_MOVABLE")
        kernel = ask(machine, "alloc 0 GFP_KERNEL")
        memory = meminfo(ask(machine, "cat /proc/meminfo"))
    assert abs(found["Movable"].present - 128 * MIB // PAGE) <= BLOCK_PAGES
    assert not found["HighMem"].populated and memory["HighTotal"] == 0
    assert_figures_follow(found, default_kbytes(found))
    assert "zone Movable" in block and "address 0x" in block and "zone Normal" in kernel


def test_kernelcore_beyond_all_ram_changes_nothing():
    with booted("128M", fast=True, append="kernelcore=4G") as machine:
        found = machine_zones(machine)
    assert not found["Movable"].populated
    assert_figures_follow(found, default_kbytes(found))
