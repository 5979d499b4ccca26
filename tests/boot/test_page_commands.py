"""The monitor's commands of the page allocator: alloc, free, buddy, fragmentation."""

import re

import pytest

from k896.zoneinfo import buddyinfo, zones
from support import ask, booted

SIZE = "1G"  # with a little highmem


@pytest.fixture(scope="module")
def machine():
    with booted(SIZE, fast=True) as machine:
        yield machine


def frame(output: str) -> str:
    return re.match(r"pfn (0x[0-9a-f]+), ", output)[1]


def free_kb(machine) -> int:
    return int(ask(machine, "free").splitlines()[1].split()[3])


pytestmark = pytest.mark.xdist_group("page-commands")


@pytest.mark.parametrize("line,zone,block", [
    ("alloc 0", "Normal", "Unmovable"),
    ("alloc 3 GFP_HIGHUSER __GFP_ZERO", "HighMem", "Unmovable"),
    ("alloc 2 highuser_movable|comp", "HighMem", "Movable"),
    ("alloc 5 GFP_DMA", "DMA", "Unmovable"),
    ("alloc 1 KERNEL RECLAIMABLE", "Normal", "Reclaimable"),
])
def test_alloc_says_where_the_block_is_and_free_gives_it_back(machine, line, zone, block):
    order = int(line.split()[1])
    output = ask(machine, line)
    pfn = int(frame(output), 16)
    assert f"order {order}, zone {zone}, pageblock {block}: physical {pfn << 12:#x}, " in output
    assert pfn % (1 << order) == 0
    assert ("highmem" in output) == (zone == "HighMem")
    if zone != "HighMem":
        assert f"address {0xC0000000 + (pfn << 12):#x}" in output
    assert ask(machine, f"free {pfn}") == f"{1 << order} pages given back\n"
    assert "0 violations" in ask(machine, "buddy")


def test_free_all_gives_back_what_every_alloc_took(machine):
    ask(machine, "free all")
    before = buddyinfo(ask(machine, "cat /proc/buddyinfo"))["HighMem"]
    for order in (10, 7, 7, 6):  # smaller ones wait in a per-CPU list
        ask(machine, f"alloc {order} GFP_HIGHUSER_MOVABLE")
    assert ask(machine, "free all") == f"{1024 + 128 + 128 + 64} pages given back\n"
    assert buddyinfo(ask(machine, "cat /proc/buddyinfo"))["HighMem"] == before
    assert ask(machine, "free all") == "0 pages given back\n"


def test_a_block_is_given_back_once(machine):
    pfn = frame(ask(machine, "alloc 2"))
    ask(machine, f"free {pfn}")
    answer = machine.command(f"free {pfn}")
    assert answer.status == 1 and pfn in answer.output


@pytest.mark.parametrize("word", ["0", "0x100", "16777215", "16777216", "-1", "frog", "0x",
                                  "99999999999999999999", "ALL"])
def test_what_alloc_never_took_is_not_freed(machine, word):
    answer = machine.command(f"free {word}")
    assert answer.status == 1 and answer.output.strip()
    assert "0 violations" in ask(machine, "buddy")


def test_the_middle_of_a_block_is_not_freed(machine):
    pfn = int(frame(ask(machine, "alloc 3")), 16)
    assert machine.command(f"free {pfn + 1}").status == 1
    assert ask(machine, f"free {pfn}") == "8 pages given back\n"


@pytest.mark.parametrize("line,says", [
    ("alloc", "usage"),
    ("alloc 11", "0 to 10"),
    ("alloc -1", "0 to 10"),
    ("alloc frog", "0 to 10"),
    ("alloc 0 frog", "no such GFP flag"),
    ("alloc 0 GFP_KERNEL|", "no such GFP flag"),
    ("alloc 0 dma highmem", "contradicts itself"),
    ("alloc 0 movable reclaimable", "contradicts itself"),
    ("alloc 0 atomic nofail", "contradicts itself"),
    ("alloc 0 kernel nofail", "NOFAIL"),
    ("free 1 2", "usage"),
    ("buddy x", "usage"),
    ("fragmentation x", "usage"),
])
def test_a_wrong_line_is_answered_and_nothing_is_taken(machine, line, says):
    before = free_kb(machine)
    answer = machine.command(line)
    assert answer.status != 0 and says in answer.output, answer
    assert free_kb(machine) == before


def test_memory_that_is_not_there_is_refused_with_linux_s_report(machine):
    taken = 0
    while True:
        answer = machine.command("alloc 10 GFP_DMA")
        if answer.status:
            break
        taken += 1
    assert taken in (2, 3) and "no block of order 10" in answer.output
    assert ask(machine, "free all") == f"{taken * 1024} pages given back\n"
    assert "page allocation failure" in ask(machine, "dmesg")
    assert machine.command("alloc 10 GFP_DMA NOWARN").status == 0
    ask(machine, "free all")


def test_buddy_draws_what_buddyinfo_counts(machine):
    ask(machine, "alloc 0 GFP_HIGHUSER")
    text = ask(machine, "buddy")
    drawn = {}
    for part in re.split(r"^zone ", text, flags=re.M)[1:]:
        rows = re.findall(r"^ +\d+((?: +[\d.]+){6})", part, re.M)
        drawn[part.split(":")[0]] = [sum(int(n) for n in row.split() if n != ".")
                                     for row in rows]
    assert drawn == buddyinfo(ask(machine, "cat /proc/buddyinfo"))
    ask(machine, "free all")


def expected_indices(counts: list[int], order: int) -> tuple[int, int]:
    """Unusable and fragmentation index, in thousandths."""
    free = sum(n << o for o, n in enumerate(counts))
    blocks = sum(counts)
    suitable = sum(n << o - order for o, n in enumerate(counts) if o >= order)
    unusable = (free - (suitable << order)) * 1000 // free if free else 1000
    if not blocks:
        return unusable, 0
    if suitable:
        return unusable, -1000
    return unusable, 1000 - (1000 + (free * 1000 >> order)) // blocks


def test_fragmentation_is_computed_from_the_free_lists(machine):
    while machine.command("alloc 9 GFP_DMA NOWARN").status == 0:
        pass  # DMA: in pieces
    counts = buddyinfo(ask(machine, "cat /proc/buddyinfo"))
    rows = re.findall(r"^Node 0, zone +(\w+) ([-\d. ]+)$", ask(machine, "fragmentation"), re.M)
    printed = [(name, [round(float(n) * 1000) for n in numbers.split()])
               for name, numbers in rows]
    expected = [(name, [expected_indices(counts[name], order)[kind] for order in range(11)])
                for kind in (0, 1) for name in counts]
    assert printed == expected
    assert dict(printed)["DMA"][9] > -1000, "an allocation that fails was looked at"
    ask(machine, "free all")


def test_the_marks_hold_to_the_page():
    """4096 kB: min 1024. Below it, without waiting a quarter less; GFP_ATOMIC a half,
    and a quarter of the rest."""
    with booted("16M", fast=True, append="min_free_kbytes=4096") as machine:
        def left_by(mask: str) -> int:
            for order in (6, 0):
                while machine.command(f"alloc {order} {mask} NOWARN").status == 0:
                    pass
            zone = zones(ask(machine, "cat /proc/zoneinfo"))["DMA"]
            return zone.free + zone.pcp_count

        before = zones(ask(machine, "cat /proc/zoneinfo"))["DMA"]
        assert left_by("KERNEL") == 1024
        assert left_by("NOWAIT") == 1024 - 256
        assert left_by("ATOMIC") == 1024 - 512 - 128
        assert left_by("KERNEL") == 1024 - 512 - 128
        taken = before.free + before.pcp_count - (1024 - 512 - 128)
        assert ask(machine, "free all") == f"{taken} pages given back\n"
        assert "0 violations" in ask(machine, "buddy")
