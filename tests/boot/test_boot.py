"""The machines that the kernel must boot on, and those that it must refuse."""

import re

import pytest

from k896 import iomem, words
from k896.emulator import Config, Ended, TimedOut, create
from support import (PAGE, PAE_END_PFN, PFN_4GIB, ask, booted, expected_zones, firmware_map,
                     image, k896, kernel, zones)

SIZES = ["16M", "64M", "128M", "512M", "896M", "1G", "2G", "3G", "4G", "8G", "16G", "64G"]
SPLITS = {"default": 0xC0000000, "split-2g": 0x80000000, "split-1g": 0x40000000}


def assert_memory_is_right(machine, page_offset=0xC0000000, end_pfn=PAE_END_PFN):
    """RAM and zones are what follows from the firmware's map, by a model."""
    dmesg = ask(machine, "dmesg")
    ranges = firmware_map(dmesg)
    found = zones(ask(machine, "cat /proc/zoneinfo"))
    assert found == expected_zones(ranges, page_offset, end_pfn)
    usable = [(max(start, PAGE) if start == 0 else start, end)
              for start, end, kind in ranges if kind == "usable"]
    printed = [(node.start, node.last + 1)
               for node in iomem.parse(ask(machine, "cat /proc/iomem"))
               if node.name == "System RAM"]
    assert printed == [(start, min(end, end_pfn * PAGE)) for start, end in usable
                       if start < end_pfn * PAGE] or printed == usable
    managed = sum(map(int, re.findall(r"^ +managed +(\d+)$",
                                      ask(machine, "cat /proc/zoneinfo"), re.M)))
    assert 0 < managed <= sum(zone.present for zone in found.values())
    assert f"MemTotal: {managed * PAGE // 1024} kB" in re.sub(
        r" +", " ", ask(machine, "cat /proc/meminfo"))


def assert_ends_by_poweroff(machine):
    """The end marker: the machine switches itself off when it is told to."""
    machine.type(b"poweroff\n")
    assert machine.wait_end(60).kind == "poweroff", machine.ending


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", ["pc", "q35"])
def test_every_machine_boots_with_its_memory(kind, size):
    with booted(size, machine=kind) as machine:
        assert_memory_is_right(machine)
        assert_ends_by_poweroff(machine)


@pytest.mark.parametrize("size", ["128M", "512M", "2G"])
def test_bochs_boots_the_same_iso(size):
    with booted(size, emulator="bochs") as machine:
        assert_memory_is_right(machine)
        assert_ends_by_poweroff(machine)


@pytest.mark.parametrize("size", ["16M", "4G", "8G"])
def test_it_boots_without_grub(size):
    with booted(size, fast=True) as machine:
        assert_memory_is_right(machine)
        assert_ends_by_poweroff(machine)


def test_little_ram_below_4g_and_the_rest_above():
    with booted("1G", machine_options="max-ram-below-4g=64M") as machine:
        assert_memory_is_right(machine)


def test_a_map_beyond_64_gib_is_cut_with_a_message():
    with booted("66G") as machine:
        assert_memory_is_right(machine)
        beyond = [line for line in ask(machine, "dmesg").splitlines()
                  if re.search(r"ignor|beyond|above|drop", line, re.I)]
        assert beyond


@pytest.mark.parametrize("cpu,arguments", [
    ("pentium", []), ("pentium", ["--fast"]), ("486", []), ("486", ["--fast"]),
    ("pentium", ["--emulator", "bochs"])])
def test_a_cpu_without_pae_is_refused_in_a_sentence(cpu, arguments):
    done = k896("exec", "--mem", "128M", "--cpu", cpu, "help", *arguments)
    assert done.code == 2 and done.out == "", done
    assert "PAE" in done.err or cpu == "486" and "CPUID" in done.err, done.err


@pytest.mark.parametrize("emulator", ["qemu", "bochs"])
def test_a_cpu_without_nx_boots_and_says_so(emulator):
    with booted("128M", emulator=emulator,
                cpu="pentium3" if emulator == "qemu" else "p3_katmai") as machine:
        assert re.search(r"NX \(Execute Disable\) protection cannot be enabled: missing in CPU",
                         ask(machine, "dmesg"))
        assert "nx" not in ask(machine, "cat /proc/pagetables")
        assert_memory_is_right(machine)


def test_a_cpu_with_nx_says_that_it_is_active():
    with booted() as machine:
        assert "NX (Execute Disable) protection: active" in ask(machine, "dmesg")


# Other builds of the kernel


@pytest.mark.parametrize("size", ["128M", "4G"])
@pytest.mark.parametrize("preset", ["clang", "debug"])
def test_other_builds_boot(preset, size):
    with booted(size, preset=preset) as machine:
        assert_memory_is_right(machine)
        assert ("clang" in ask(machine, "dmesg").splitlines()[0]) == (preset == "clang")
        assert_ends_by_poweroff(machine)


@pytest.mark.parametrize("size", ["16M", "512M", "1G", "4G", "8G"])
@pytest.mark.parametrize("preset", ["split-2g", "split-1g"])
def test_every_split_maps_lowmem_at_its_start(preset, size):
    start = SPLITS[preset]
    with booted(size, preset=preset) as machine:
        assert_memory_is_right(machine, start)
        tables = ask(machine, "cat /proc/pagetables")
        assert tables.startswith(f"0x{start:08x}-"), tables
        assert ": not mapped" in ask(machine, f"pt 0x{start - 1:x}")
        assert_ends_by_poweroff(machine)


@pytest.mark.parametrize("size", ["64M", "1G", "4G", "8G"])
@pytest.mark.parametrize("cpu", [None, "pentium"])
def test_without_pae_it_uses_ram_below_4_gib_only(size, cpu):
    with booted(size, preset="no-pae", cpu=cpu) as machine:
        assert_memory_is_right(machine, end_pfn=PFN_4GIB)
        assert_ends_by_poweroff(machine)


def test_without_pae_bochs_boots_on_a_pentium():
    with booted("128M", preset="no-pae", emulator="bochs", cpu="pentium") as machine:
        assert_memory_is_right(machine)
        assert_ends_by_poweroff(machine)


@pytest.mark.parametrize("preset", ["split-2g", "split-1g", "no-pae", "clang"])
def test_other_builds_boot_in_bochs(preset):
    with booted("512M", preset=preset, emulator="bochs") as machine:
        assert_memory_is_right(machine, SPLITS.get(preset, 0xC0000000))


# What must fault, and what a fault looks like

CRASHES = {
    "null": "NULL pointer dereference",
    "identity": "unable to handle",
    "text": "write by the kernel",
    "rodata": "write by the kernel",
    "nx": "execut|instruction fetch|fetch",
    "divide": "divide",
    "opcode": "invalid opcode",
    "bug": "BUG",
    "panic": "crash panic was typed",
    "stack": "double fault",
    "atomic": "scheduling while atomic: monitor/1",
    "thread-stack": "double fault(.*\n)*.*Process overflow",
}


@pytest.mark.parametrize("emulator", ["qemu", "bochs"])
@pytest.mark.parametrize("kind", CRASHES)
def test_a_fault_is_reported_and_ends_the_machine(kind, emulator):
    report = crash_report(kind, emulator)
    assert re.search(CRASHES[kind], report, re.I), report
    assert "Call Trace:" in report and "Kernel panic - not syncing" in report
    named = r" \[<[0-9a-f]{8}>\] (monitor_execute|overflow_stack)\+0x[0-9a-f]+/0x[0-9a-f]+"
    assert re.search(named, report), report


def test_the_identity_map_is_gone():
    report = crash_report("identity", "qemu")
    assert "not mapped" in report, "the walk of the page tables is shown"
    with booted() as machine:
        for address in ("0", "0x1000", "0x100000", "0x3fffffff", "0xbfffffff"):
            assert "not mapped" in ask(machine, f"pt {address}")
        assert ask(machine, "cat /proc/pagetables").startswith("0xc0000000-")


def crash_report(kind: str, emulator: str) -> str:
    machine = create(emulator, Config(memory=words.memory_size("128M"), kernel=kernel(),
                                      iso=image()))
    with machine:
        machine.ready()
        begin = len(machine.text)
        with pytest.raises(Ended) as ended:
            machine.command(f"crash {kind}", timeout=60)
        assert ended.value.ending.kind == "panic", ended.value.ending
        return bytes(machine.text[begin:]).decode()


def test_kernel_text_and_data_have_their_rights():
    with booted("512M") as machine:
        rights = {name: ask(machine, f"pt 0x{address:x}").splitlines()[-1].split(": ")[1]
                  for name, address in section_addresses(machine).items()}
    assert rights == {"text": "global", "rodata": "nx global", "data": "write nx global",
                      "bss": "write nx global"}


def section_addresses(machine) -> dict[str, int]:
    """A byte in the middle of each of the kernel's parts, from /proc/iomem."""
    flat = iomem.flat(iomem.parse(ask(machine, "cat /proc/iomem")))
    names = {"Kernel code": "text", "Kernel rodata": "rodata", "Kernel data": "data",
             "Kernel bss": "bss"}
    return {names[line.name]: 0xC0000000 + (line.start + line.last) // 2
            for line in flat if line.name in names}


def test_boot_modules_are_reserved_to_the_byte(tmp_path):
    module = tmp_path / "module"
    module.write_bytes(bytes(5001))
    for fast in (False, True):
        with booted(modules=[(module, "first module")], fast=fast) as machine:
            dmesg = ask(machine, "dmesg")
            assert "module" in dmesg.lower(), dmesg


def test_a_machine_that_hangs_is_a_time_out():
    with pytest.raises(TimedOut):
        with create("qemu", Config(memory=words.memory_size("64M"), iso=image(),
                                   extra=("-S",))) as machine:
            machine.ready(2)


def test_a_long_help_is_printed_whole():
    with booted(fast=True) as machine:
        text = ask(machine, "help crash")
    assert len(text) > 1023, "longer than one console_printf"
    assert text.rstrip().endswith("thread-stack: recurse in a thread.")
