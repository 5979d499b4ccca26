"""vmalloc on windows and machines of all sizes, its commands and its reporters."""

import re

import pytest

from support import ORACLE, ask, assert_all_passed, booted, ktap

SUITES = ["vmalloc", "vmalloc_fault", "vmalloc_ioremap", "vmalloc_model", "vmalloc_scenario"]
PAGE = 4096
QUIET = "loglevel=1"

LAYOUT = re.compile(r"vmalloc : 0x(\w+) - 0x(\w+) +\( *(\d+) MB\)")
LINE = re.compile(r"0x(?P<start>[0-9a-f]{8})-0x(?P<end>[0-9a-f]{8}) (?P<size> {0,6}\d+) "
                  r"(?P<caller>[\w.]+\+0x[0-9a-f]+/0x[0-9a-f]+)(?: pages=(?P<pages>\d+))?"
                  r"(?: phys=0x[0-9a-f]{16})?(?P<words>(?: (?:ioremap|vmalloc|vmap|user|"
                  r"vpages))*)")


def passes(machine, *suites):
    for suite in suites:
        assert_all_passed(ktap(ask(machine, f"test {suite}"))[suite])


def window(machine) -> tuple[int, int]:
    start, end, _ = LAYOUT.search(ask(machine, "dmesg")).groups()
    return int(start, 16), int(end, 16)


def meminfo(machine) -> dict[str, int]:
    """In bytes."""
    return {name: int(kb) << 10 for name, kb in
            re.findall(r"^(\w+): +(\d+) kB$", ask(machine, "cat meminfo"), re.M)}


def areas(machine) -> list[dict]:
    """/proc/vmallocinfo; each line must be of Linux's form."""
    found = []
    for line in ask(machine, "cat vmallocinfo").splitlines():
        match = LINE.fullmatch(line)
        assert match, line
        area = match.groupdict()
        assert int(area["end"], 16) - int(area["start"], 16) == int(area["size"]), line
        found.append(area)
    return found


# The window


@pytest.mark.parametrize("size,append", [
    ("64M", ""), ("4G", ""), ("64G", ""), ("1G", "vmalloc=192M"), ("1G", "vmalloc=24M"),
    ("1G", "vmalloc=768M"), ("1G", "highmem=512M"), ("512M", "debug_pagealloc=on"),
    ("512M", "tlb=check"), ("512M", "preempt_jitter=7")])
def test_the_suites_pass_in_each_window(size, append):
    with booted(size, append=f"{append} {QUIET}", fast=True) as machine:
        passes(machine, *SUITES)


@pytest.mark.parametrize("preset", ["split-2g", "split-1g"])
def test_the_suites_pass_with_each_split(preset):
    with booted("512M", preset=preset, append=QUIET, fast=True) as machine:
        passes(machine, *SUITES)


@pytest.mark.parametrize("size,append,megabytes", [
    # 2 MiB of pkmap and 2 of fixmap are above it, 8 MiB of gap below
    ("1G", "", 115), ("1G", "vmalloc=192M", 179), ("1G", "vmalloc=24M", 11),
    ("1G", "vmalloc=768M", 755), ("1G", "highmem=512M", 115)])
def test_parameters_set_the_window_s_size(size, append, megabytes):
    with booted(size, append=append, fast=True) as machine:
        start, end = window(machine)
        assert (end - start) >> 20 == megabytes
        assert meminfo(machine)["VmallocTotal"] == end - start
        ask(machine, f"vmalloc {(end - start - PAGE) // 4}")
        assert meminfo(machine)["VmallocUsed"] >= (end - start) // 4


def test_an_area_as_large_as_the_window_and_ram_allow():
    with booted("1G", append="vmalloc=64M", fast=True) as machine:
        start, end = window(machine)
        most = end - start - PAGE
        assert machine.command(f"vmalloc {most + 1}").status == 1
        # its array of pages needs addresses as well
        assert machine.command(f"vmalloc {most}").status == 1
        assert ask(machine, f"vmalloc {most - 64 * PAGE}")
        ask(machine, "vfree all")
        passes(machine, "vmalloc")


# Commands and reporters


def test_vmalloc_takes_and_vfree_gives_back():
    with booted("1G", fast=True) as machine:
        first = re.fullmatch(r"0x(\w+): 8192 bytes and a guard page, 2 pages, 2 of them "
                             r"highmem\n?", ask(machine, "vmalloc 5000"))
        ask(machine, "vmalloc 3M")
        ours = [area for area in areas(machine) if area["caller"].startswith("vmalloc_command")
                or area["caller"].startswith("keep")]
        assert [area["pages"] for area in ours] == ["2", "768"]
        assert ours[0]["start"] == first[1]
        assert "2 pages given back" in ask(machine, f"vfree 0x{first[1]}")
        assert machine.command(f"vfree 0x{first[1]}").status == 1
        assert "1 area of 768 pages" in ask(machine, "vfree all")
        assert "0 areas of 0 pages" in ask(machine, "vfree all")


@pytest.mark.parametrize("words,status", [
    ("vmalloc", 2), ("vmalloc 1 2", 2), ("vmalloc 0", 1), ("vmalloc banana", 1),
    ("vmalloc 4G", 1), ("vmalloc 3G", 1), ("vfree", 2), ("vfree 0", 1), ("vfree banana", 1)])
def test_wrong_words_are_refused(words, status):
    with booted("128M", fast=True) as machine:
        assert machine.command(words).status == status


def test_vmallocinfo_is_sorted_and_sums_up_to_meminfo():
    with booted("512M", fast=True) as machine:
        for size in ("1", "10M", "7K", "100K"):
            ask(machine, f"vmalloc {size}")
        found = areas(machine)
        assert meminfo(machine)["VmallocUsed"] == sum(int(area["size"]) for area in found)
    starts = [int(area["start"], 16) for area in found]
    assert len(found) >= 4 and starts == sorted(starts)
    assert any(area["words"] == " vmalloc vpages" for area in found)


@pytest.mark.parametrize("machine", ["pc-1G", "pc-4G", "pc-8G"])
def test_linux_s_own_vmallocinfo_is_of_the_same_form(machine):
    lines = (ORACLE / machine / "vmallocinfo").read_text().splitlines()
    assert lines and all(LINE.fullmatch(line) for line in lines)


@pytest.mark.parametrize("emulator,size", [("qemu", "1G"), ("bochs", "64M")])
def test_touching_a_guard_page_is_a_fault_that_names_the_address(emulator, size):
    with booted(size, emulator=emulator, fast=emulator == "qemu") as machine:
        start = int(re.match(r"0x(\w+)", ask(machine, "vmalloc 4096"))[1], 16)
        assert machine.command(f"x {start + PAGE - 4:#x} 1").status == 0
        answer = machine.command(f"x {start + PAGE:#x}")
        assert answer.status == 1 or "not mapped" in answer.output
