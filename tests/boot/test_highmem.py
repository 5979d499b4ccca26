"""kmap, kmap_atomic and bounce buffers on machines that have highmem."""

import re

import pytest

from k896.emulator import Ended
from support import ask, assert_all_passed, booted, ktap

SUITES = ("kmap", "kmap_atomic", "highmem", "bounce")
HEAD = re.compile(r"^slots: (\d+)  free: (\d+)  in use: (\d+)  to be flushed: (\d+)  "
                  r"last: (\d+)  flushes: (\d+)  waiters: (\d+)$", re.M)
SLOT = re.compile(r"^ *(\d+) ([0-9a-f]{8}) +([0-9a-f]+) +(\d+)  (mapped, (\d+) users?|"
                  r"unused, to be flushed)$", re.M)
CHECKED = re.compile(r"^Checked +(\d+)$", re.M)
MEMTEST_SECONDS = 120


def run_suites(machine, seed, suites=SUITES) -> str:
    """Their output, none of which may be skipped for want of highmem."""
    output = ""
    for suite in suites:
        text = machine.command(f"test {suite} {seed}", timeout=120).output
        assert_all_passed(ktap(text)[suite])
        output += text
    assert "SKIP highmem" not in output and "SKIP a slot" not in output, output
    return output


@pytest.mark.parametrize("preset,mem,append", [
    ("default", "1G", ""), ("default", "8G", ""), ("default", "128M", "highmem=32M"),
    ("debug", "1G", ""), ("no-pae", "1G", ""), ("clang", "1G", ""),
    ("default", "1G", "tlb=check"), ("no-pae", "1G", "tlb=check"),
    ("default", "1G", "page_poison=on page_owner=on debug_pagealloc=on")])
def test_suites_pass_where_there_is_highmem(preset, mem, append, seed):
    with booted(mem, preset=preset, append=append, fast=True) as machine:
        run_suites(machine, seed)
        head = HEAD.search(ask(machine, "cat /proc/pkmap"))
    assert head[1] == ("1024" if preset == "no-pae" else "512")
    assert (head[3], head[7]) == ("0", "0"), "a test left something mapped"


def test_guards_stand_between_the_slots_of_a_debug_build(seed):
    with booted("1G", preset="debug", fast=True) as machine:
        output = run_suites(machine, seed, ["kmap_atomic"])
    assert "guards_between_slots_fault\n" in output, "it was skipped"


def test_each_address_that_is_unmapped_is_touched_under_tlb_check(seed):
    with booted("1G", append="tlb=check", fast=True) as machine:
        begin = int(CHECKED.search(ask(machine, "cat /proc/tlbinfo"))[1])
        run_suites(machine, seed, ["kmap"])
        assert int(CHECKED.search(ask(machine, "cat /proc/tlbinfo"))[1]) > begin + 512


def test_suites_pass_on_bochs(seed):
    # its TLB keeps global pages over a reload of CR3, as hardware does
    with booted("64M", emulator="bochs",
                append="highmem=16M tlb=check loglevel=1") as machine:
        run_suites(machine, seed, ["kmap", "kmap_atomic", "bounce"])


@pytest.mark.parametrize("jitter", [1, 2])
def test_contention_passes_whenever_threads_are_switched(jitter, seed):
    with booted("1G", append=f"preempt_jitter={seed + jitter}", fast=True) as machine:
        run_suites(machine, seed, ["kmap", "kmap_atomic"])


# ---- Contents


def memtest(mem: str, **more) -> int:
    """Pages that kept their words through both kinds of mapping."""
    with booted(mem, fast=True, **more) as machine:
        answer = machine.command("memtest", timeout=MEMTEST_SECONDS)
        head = HEAD.search(ask(machine, "cat /proc/pkmap"))
    assert answer.status == 0, answer.output
    assert answer.output.count(": 0 pages are wrong") == 2, answer.output
    assert head[3] == "0"
    return int(re.match(r"(\d+) pages of highmem", answer.output)[1])


@pytest.mark.parametrize("preset,mem,at_least", [
    ("default", "4G", 3190), ("no-pae", "2G", 1140)])
def test_no_two_frames_of_highmem_are_one(preset, mem, at_least):
    assert memtest(mem, preset=preset) >= at_least << 8


@pytest.mark.full
def test_no_two_frames_of_highmem_are_one_at_8g():
    assert memtest("8G") >= 7280 << 8


def test_memtest_fails_where_there_is_no_highmem():
    with booted("64M", fast=True) as machine:
        assert machine.command("memtest").status == 1


# ---- The prompt and the file


def test_a_frame_is_mapped_and_unmapped_from_the_prompt():
    with booted("2G", fast=True) as machine:
        ask(machine, "kmap 50000")
        said = ask(machine, "kmap 50000")
        address = re.search(r"frame 0x50000, zone HighMem, is at 0x([0-9a-f]{8})", said)[1]
        assert "page tables" not in ask(machine, f"x {address} 4")
        pt = ask(machine, f"pt {address}")
        assert re.search(r"50000000\b", pt), pt
        slots = SLOT.findall(ask(machine, "cat /proc/pkmap"))
        assert [slot[1:4] for slot in slots] == [(address, "50000", "3")]
        assert "users left: 1" in ask(machine, "kunmap 50000")
        assert "users left: 0" in ask(machine, f"kunmap {address}")
        assert machine.command("kunmap 50000").status == 1
        head = HEAD.search(ask(machine, "cat /proc/pkmap"))
    assert head.groups() == ("512", "511", "0", "1", "1", "0", "0")


@pytest.mark.parametrize("line,text", [
    ("kmap fffff", "there is no frame 0xfffff"), ("kmap a0", "frame 0xa0 is not RAM"),
    ("kmap 123456789abcdef", "there is no frame"), ("kmap nonsense", "nonsense"),
    ("kunmap ffc00000", "slot 0, at ffc00000, is free"),
    ("kunmap 50000", "is not mapped")])
def test_a_frame_that_cannot_be_mapped_is_refused(line, text):
    with booted("2G", fast=True) as machine:
        answer = machine.command(line)
    assert answer.status == 1 and text in answer.output


def test_the_prompt_refuses_to_wait_for_a_slot():
    with booted("2G", fast=True) as machine:
        for pfn in range(0x50000, 0x50200):
            ask(machine, f"kmap {pfn:x}")
        answer = machine.command("kmap 50200")
        assert answer.status == 1 and "all 512 slots are in use" in answer.output
        ask(machine, "kmap 50007")  # shares its slot
        ask(machine, "kunmap 50001")
        ask(machine, "kmap 50200")
        head = HEAD.search(ask(machine, "cat /proc/pkmap"))
    assert head[3] == "512"


def test_meminfo_counts_bounce_pages():
    with booted("64M", fast=True) as machine:
        lines = ask(machine, "cat /proc/meminfo").splitlines()
    names = [line.split(":")[0] for line in lines]
    assert "Bounce:                0 kB" in lines
    assert names.index("SUnreclaim") < names.index("Bounce") < names.index("VmallocTotal")


# ---- What is said of misuse


@pytest.mark.parametrize("preset", ["default", "debug"])
@pytest.mark.parametrize("kind,texts", [
    ("kmap-order", [r"kunmap_atomic\([0-9a-f]{8}, no type\): that is slot 0 of the stack, "
                    r"which maps frame 0x100; slots in use: 2; the latest on the stack: "
                    r"slot 1 of the stack, which maps frame 0x101"]),
    ("kmap-type", [r"kunmap_atomic\([0-9a-f]{8}, the slot of KM_USER1\): that is the slot of "
                   r"KM_USER0, which maps frame 0x100"]),
    ("kmap-busy", [r"kmap_atomic\(frame 0x101, by type\): the slot of KM_USER0, which maps "
                   r"frame 0x100"]),
    ("kmap-sleep", [r"scheduling while atomic", r"a kmap_atomic is open"]),
    ("kmap-stale", [r"unable to handle kernel paging request at virtual address ff"])])
def test_misuse_says_what_is_there(preset, kind, texts):
    with booted("64M", preset=preset, fast=True) as machine:
        with pytest.raises(Ended) as ended:
            machine.command(f"crash {kind}")
        said = machine.console_text()
    assert ended.value.ending.kind == "panic"
    for text in texts:
        assert re.search(text, said), said
