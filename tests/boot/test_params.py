"""Boot parameters, as GRUB and as QEMU's own loader hand them over."""

import re

import pytest

from support import ask, booted, firmware_map, k896, zones


def user_map(dmesg: str) -> list[tuple[int, int, str]]:
    return [(int(start, 16), int(last, 16) + 1, kind) for start, last, kind in
            re.findall(r"user: \[mem 0x(\w+)-0x(\w+)\] (.+)", dmesg)]


def dmesg_with(append: str, mem: str = "128M", **more) -> str:
    with booted(mem, append=append, **more) as machine:
        return ask(machine, "dmesg")


@pytest.mark.parametrize("fast", [False, True], ids=["grub", "fast"])
def test_a_malformed_and_an_unknown_parameter_are_named_and_ignored(fast):
    arguments = ["--fast"] if fast else []
    done = k896("exec", "--mem", "128M", "--append", "mem=banana wibble=3", "dmesg",
                *arguments)
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    malformed = [line for line in lines if "banana" in line and "command line" not in line]
    assert malformed and "SIZE" in malformed[0], "it says what was expected"
    assert any("wibble" in line and "command line" not in line for line in lines)
    assert firmware_map(done.out)[-2][1] <= 128 << 20


def test_the_command_line_is_readable_and_without_a_file_name():
    for fast in (False, True):
        with booted(append="loglevel=8 wibble=a$b", fast=fast) as machine:
            assert ask(machine, "cat /proc/cmdline").split() == ["loglevel=8", "wibble=a$b"]


def test_mem_ends_ram_at_its_value():
    with booted("128M", append="mem=64M") as machine:
        assert "00100000-03ffffff : System RAM" in ask(machine, "cat /proc/iomem")
        zone = zones(ask(machine, "cat /proc/zoneinfo"))["Normal"]
    assert zone.start_pfn + zone.spanned == (64 << 20) // 4096


def test_memmap_adds_reserves_and_marks_ranges():
    text = dmesg_with("memmap=1M$16M memmap=2M#32M")
    found = user_map(text)
    assert (0x1000000, 0x1100000, "reserved") in found
    assert any(start == 0x2000000 and end == 0x2200000 and "ACPI" in kind
               for start, end, kind in found), found


def test_exactmap_replaces_the_whole_map():
    text = dmesg_with("memmap=exactmap memmap=640K@0 memmap=31M@1M")
    assert user_map(text) == [(0, 0xA0000, "usable"), (0x100000, 0x2000000, "usable")]


def test_a_malformed_memmap_element_takes_no_other_with_it():
    text = dmesg_with("memmap=1M$16M,frog,1M$24M")
    assert [line for line in text.splitlines() if "frog" in line and "ommand line" not in line]
    starts = [start for start, _, kind in user_map(text) if kind == "reserved"]
    assert 0x1000000 in starts and 0x1800000 in starts


def test_highmem_makes_a_high_zone_on_a_small_machine():
    with booted("512M", append="highmem=256M") as machine:
        found = zones(ask(machine, "cat /proc/zoneinfo"))
    assert found["HighMem"].present == (256 << 20) // 4096


def test_vmalloc_moves_the_end_of_lowmem():
    with booted("1G", append="vmalloc=256M") as machine:
        found = zones(ask(machine, "cat /proc/zoneinfo"))
    normal = found["Normal"]
    assert (normal.start_pfn + normal.spanned) * 4096 < 800 << 20
    assert found["HighMem"].start_pfn == normal.start_pfn + normal.spanned


def test_quiet_shows_less_and_dmesg_keeps_all():
    with booted(append="quiet") as machine:
        before_prompt = machine.console_text()
        assert "BIOS-e820" in ask(machine, "dmesg")
    assert "BIOS-e820" not in before_prompt


@pytest.mark.parametrize("level,shown", [(8, True), (1, False)])
def test_loglevel_decides_what_the_console_shows(level, shown):
    with booted(append=f"loglevel={level}") as machine:
        assert ("BIOS-e820" in machine.console_text()) == shown


@pytest.mark.parametrize("consoles", ["console=ttyS0", "console=tty0 console=ttyS0,115200n8"])
def test_consoles_are_chosen_by_name(consoles):
    with booted(append=consoles) as machine:
        assert "boot parameter" not in ask(machine, "dmesg")


def test_every_parameter_of_the_documentation_is_known():
    known = ("mem=100M memmap=1M$16M highmem=16M vmalloc=128M loglevel=7 quiet nopse "
             "console=ttyS0 bootmem=debug")
    with booted(append=known) as machine:
        dmesg = ask(machine, "dmesg")
    assert not re.findall(r".*(?:Unknown|Malformed) boot parameter.*", dmesg)


def test_nopse_maps_lowmem_in_4_kib_pages():
    with booted(append="nopse") as machine:
        assert "2048K pages" not in ask(machine, "cat /proc/pagetables")
    with booted() as machine:
        assert "2048K pages" in ask(machine, "cat /proc/pagetables")


def test_selftest_runs_all_suites_and_powers_off():
    from k896.emulator import Config, create
    from k896 import BUILD, iso, words
    from support import kernel
    path = BUILD / "default" / "test-selftest.iso"
    iso.make(kernel(), path, "selftest")
    with create("qemu", Config(memory=words.memory_size("128M"), iso=path)) as machine:
        ending = machine.wait_end(240)
        text = machine.console_text()
    path.unlink()
    assert ending.kind == "poweroff", f"{ending}\n{text[-2000:]}"
    assert "KTAP version 1" in text and "not ok" not in text


@pytest.mark.parametrize("words", ["quiet quiet", "mem=", "mem=0", "memmap=@", "highmem=x",
                                   "vmalloc=0", "loglevel=", "console=", "= =", "a" * 900,
                                   "mem=1K", "memmap=exactmap", "memmap=99999999999999999G$0",
                                   "vmalloc=4095M", "highmem=99999G", "mem=4M"])
def test_no_parameter_keeps_the_kernel_from_its_prompt(words):
    with booted("128M", append=words, fast=True) as machine:
        assert ask(machine, "echo alive").strip() == "alive"
