"""The upper end of the address space: layout and window, and who uses it.

The borders that the kernel prints are compared with the ones that follow from the
split, the format of page tables, the memory and vmalloc=; what lies between them
with the addresses that were given out.
"""

import json
import re
import shlex
import subprocess

import pytest

from k896 import BUILD, ROOT, symbols
from k896 import words
from k896.emulator import MIB, Ended
from k896.qemu import CPU_40BIT
from support import PAGE, ask, assert_all_passed, booted, k896, kernel, ktap

TOP = 1 << 32
KERNEL_START = {"split-2g": 0x80000000, "split-1g": 0x40000000}
FIXADDR_TOP = 0xFFFFF000
PKMAP_SLOTS = {"no-pae": 1024}
PMD = {"no-pae": 4 * MIB}
GAP = 8 * MIB
RESERVE = 128 * MIB
LINES_MAX, COLUMNS_MAX = 40, 78

MACHINES = [("default", "4G", ""), ("default", "8G", ""), ("default", "4G", "vmalloc=192M"),
            ("default", "64M", ""), ("no-pae", "2G", ""), ("split-2g", "4G", ""),
            ("split-1g", "4G", ""), ("default", "1G", "highmem=512M")]

BORDER = re.compile(r"^([0-9a-f]{8})  \+-+\+$")
BLOCK = re.compile(r"^          \| (\S+) +(\d+)([KM])  (.*?) *\|$")
IN_USE = re.compile(r"^\[(#*)(\.*)\] (\d+) of (\d+) (\w+)$")
PART = re.compile(r"^          \|    (\S+) +([0-9a-f]{8})-([0-9a-f]{8}) +(\d+)([KM])")
WINDOW = re.compile(r"^([0-9a-f]{8})-([0-9a-f]{8}) +(\d+)([KM])  (\S+) +(.*)$")
UNIT = {"K": 1 << 10, "M": 1 << 20}


def drawn(text: str) -> dict[str, tuple[int, int, str]]:
    """The drawing's blocks: [start, end) and what is said, by name; "-" are left out."""
    blocks, end, waiting = {}, None, None
    for line in text.splitlines():
        border, block = BORDER.match(line), BLOCK.match(line)
        if border:
            start = int(border[1], 16)
            if waiting:
                name, size, unit, more = waiting
                assert (end - start) // UNIT[unit] == int(size), line
                if name != "-":
                    blocks[name] = (start, end, more)
            end, waiting = (start, None) if waiting else (TOP, None)
        elif block and not PART.match(line):
            assert waiting is None, f"two blocks without a border: {line}"
            waiting = block.groups()
    return blocks


def expected(preset: str, mem: str, append: str, fixmap_start: int) -> dict[str, tuple]:
    """The borders, computed from the contract of asm/memory_layout.h."""
    start = KERNEL_START.get(preset, 0xC0000000)
    pmd, slots = PMD.get(preset, 2 * MIB), PKMAP_SLOTS.get(preset, 512)
    options = dict(word.split("=") for word in append.split())
    reserve = words.memory_size(options.get("vmalloc", "128M"))
    ram = words.memory_size(mem)
    most = TOP - start - reserve
    if ram > most:
        lowmem_end = start + most
    else:  # QEMU's firmware keeps the last 128 KiB
        lowmem_end = start + ram - 128 * 1024
        lowmem_end -= words.memory_size(options["highmem"]) if "highmem" in options else 0
    pkmap = (fixmap_start - PAGE * (slots + 1)) // pmd * pmd
    vmalloc = (lowmem_end + 2 * GAP - 1) // GAP * GAP
    return {"fixmap": (fixmap_start, FIXADDR_TOP), "pkmap": (pkmap, pkmap + slots * PAGE),
            "vmalloc": (vmalloc, pkmap - 2 * PAGE), "gap": (lowmem_end, vmalloc),
            "lowmem": (start, lowmem_end), "user": (0, start)}


@pytest.mark.parametrize("preset,mem,append", MACHINES)
def test_layout_draws_the_borders_that_follow_from_the_build(preset, mem, append):
    with booted(mem, preset=preset, append=append, fast=True) as machine:
        text, log = ask(machine, "layout"), ask(machine, "dmesg")
    blocks = drawn(text)
    assert {name: block[:2] for name, block in blocks.items()} == \
        expected(preset, mem, append, blocks["fixmap"][0])
    assert list(blocks) == ["fixmap", "pkmap", "vmalloc", "gap", "lowmem", "user"]
    for name in ("fixmap", "pkmap", "vmalloc", "lowmem"):
        start, end, _ = blocks[name]
        assert f"{name:8}: 0x{start:08x} - 0x{end:08x}" in log
    lines = text.splitlines()
    assert len(lines) <= LINES_MAX and max(map(len, lines)) <= COLUMNS_MAX
    assert ("highmem" in text) == bool(re.search(r" [1-9]\d*MB HIGHMEM", log))


@pytest.mark.parametrize("preset", ["default", "no-pae"])
def test_layout_shows_the_parts_of_the_image_where_they_are_linked(preset):
    with booted("256M", preset=preset, fast=True) as machine:
        text = ask(machine, "layout")
    names = symbols.load(kernel(preset))
    wanted = {".text": ("_text", "_etext"), ".rodata": ("__start_rodata", "__end_rodata"),
              ".data": ("_sdata", "_edata"), "init": ("__init_begin", "__init_end"),
              ".bss": ("__bss_start", "__bss_stop")}
    parts = {match[1]: (int(match[2], 16), int(match[3], 16) + 1)
             for match in map(PART.match, text.splitlines()) if match}
    for name, (start, end) in wanted.items():
        assert parts[name] == (names[start], names[end]), name
    assert parts["mem_map"][1] - parts["mem_map"][0] >= 256 * MIB // PAGE * 32


def test_a_bar_is_as_long_as_its_region_is_used():
    with booted("128M", fast=True) as machine:
        before = IN_USE.match(drawn(ask(machine, "layout"))["lowmem"][2])
        for _ in range(8):
            ask(machine, "alloc 10 GFP_KERNEL")  # 4 MiB each
        after = IN_USE.match(drawn(ask(machine, "layout"))["lowmem"][2])
    assert int(after[3]) - int(before[3]) in (32, 33)
    for bar in (before, after):
        width = len(bar[1]) + len(bar[2])
        share = int(bar[3]) * width / int(bar[4])
        assert share <= len(bar[1]) < share + 1, bar[0]


def listed(text: str) -> list[tuple[int, int, str, str]]:
    found = []
    for line in text.splitlines():
        match = WINDOW.match(line)
        assert match, line
        start, last = int(match[1], 16), int(match[2], 16)
        assert (last + 1 - start) // UNIT[match[4]] == int(match[3]), line
        found.append((start, last + 1, match[5], match[6]))
    return found


@pytest.mark.parametrize("preset,mem,append", MACHINES)
def test_window_leaves_no_address_out_up_to_the_last(preset, mem, append):
    with booted(mem, preset=preset, append=append, fast=True) as machine:
        rows, blocks = listed(ask(machine, "window")), drawn(ask(machine, "layout"))
    assert rows[0][0] == blocks["gap"][0] and rows[-1][1] == TOP
    for before, after in zip(rows, rows[1:]):
        assert before[1] == after[0], f"{before[0]:x}, {after[0]:x}"
    for name in ("gap", "vmalloc", "pkmap", "fixmap"):
        mine = [row for row in rows if row[2] == name]
        assert (mine[0][0], mine[-1][1]) == blocks[name][:2]


def test_window_names_every_slot_of_the_fixmap():
    layout_h = (kernel().parents[2] / "src/arch/i386/include/asm/memory_layout.h").read_text()
    enum = re.search(r"enum fixed_addresses \{(.*?)__end_of", layout_h, re.S)[1]
    names = set(re.findall(r"\b(FIX_\w+),", enum)) - {"FIX_KMAP_END", "FIX_BTMAP_BEGIN"}
    with booted("64M", fast=True) as machine:
        rows = listed(ask(machine, "window"))
    said = " ".join(text for _, _, region, text in rows if region == "fixmap")
    assert {"FIX_HOLE", "FIX_APIC_BASE", "FIX_KMAP_BEGIN", "FIX_BTMAP_END"} <= names
    for name in names:
        assert re.search(rf"\b{name}\b", said), f"{name} is not in {said}"


def test_window_shows_a_slot_that_is_mapped():
    with booted("64M", fast=True) as machine:
        said = ask(machine, "fixmap 5 b8000")
        rows, drawing = listed(ask(machine, "window")), drawn(ask(machine, "layout"))
        assert "maps nothing" in ask(machine, "fixmap 5")
        after = listed(ask(machine, "window"))
    address = int(re.search(r"FIX_BTMAP_END\+5 at (\w{8}) maps 0000b8000", said)[1], 16)
    assert (address, address + PAGE, "fixmap", "FIX_BTMAP_END+5 -> 0000b8000") in rows
    assert IN_USE.match(drawing["fixmap"][2])[3] == "1"
    assert not any("->" in text for _, _, region, text in after if region == "fixmap")


def test_fixmap_refuses_what_it_cannot_map():
    with booted("64M", fast=True) as machine:
        for line in ("fixmap 64 0", "fixmap 0 1000000000", "fixmap x 0", "fixmap -1"):
            assert machine.command(line).status == 1, line
        assert machine.command("fixmap").status == 2


def test_window_shows_each_area_of_vmalloc():
    with booted("256M", fast=True) as machine:
        before = IN_USE.match(drawn(ask(machine, "layout"))["vmalloc"][2])
        start = int(ask(machine, "vmalloc 40K")[2:10], 16)
        rows = listed(ask(machine, "window"))
        after = IN_USE.match(drawn(ask(machine, "layout"))["vmalloc"][2])
        ask(machine, "vfree all")
        last = listed(ask(machine, "window"))
    mine = next(row for row in rows if row[0] == start)
    assert mine[1:3] == (start + 11 * PAGE, "vmalloc")  # the guard is a part of it
    assert mine[3].startswith("vmalloc, 10 pages, by vmalloc_command+")
    assert int(after[3]) - int(before[3]) == 44
    assert not any("vmalloc_command" in text for _, _, _, text in last)


def test_window_shows_runs_of_kmap_s_slots():
    with booted("1G", fast=True) as machine:
        first = int(re.search(r"0x(\w{8})", ask(machine, "kmap 38005"))[1], 16)
        for pfn in ("38005", "38006", "38007"):
            ask(machine, f"kmap {pfn}")
        ask(machine, "kunmap 38007")
        rows, drawing = listed(ask(machine, "window")), drawn(ask(machine, "layout"))
    assert (first, first + 2 * PAGE, "pkmap", "2 slots in use, 3 users") in rows
    assert (first + 2 * PAGE, first + 3 * PAGE, "pkmap",
            "1 slot unused, to be flushed") in rows
    assert IN_USE.match(drawing["pkmap"][2])[3] == "2"


@pytest.mark.parametrize("command", ["layout", "window"])
def test_commands_refuse_arguments(command):
    with booted("64M", fast=True) as machine:
        assert machine.command(f"{command} 1").status == 2


def test_the_shows_work_from_the_shell():
    done = k896("exec", "--fast", "--mem", "4G", "--append", "vmalloc=192M", "layout")
    assert done.code == 0 and "f4000000  +" in done.out, done.out + done.err


# A wrong slot of the fixmap


def compiled(source: str, tmp_path, preset: str = "default"):
    """Compile a file as the kernel's build compiles fixmap.c."""
    kernel(preset)
    commands = json.loads((BUILD / preset / "compile_commands.json").read_text())
    entry = next(entry for entry in commands if entry["file"].endswith("/mm/fixmap.c"))
    words_ = shlex.split(entry["command"])
    file = tmp_path / "slot.c"
    file.write_text(source)
    words_[words_.index("-o") + 1] = str(tmp_path / "slot.o")
    words_[words_.index("-c") + 1] = str(file)
    return subprocess.run(words_, cwd=entry["directory"], capture_output=True, text=True)


SLOT_USES = ["unsigned long f(void) { return fix_to_virt(%s); }",
             "void f(void) { set_fixmap(%s, 0x1000); }",
             "void f(void) { set_fixmap_nocache(%s, 0x1000); }",
             "void f(void) { clear_fixmap(%s); }"]


@pytest.mark.parametrize("use", SLOT_USES)
@pytest.mark.parametrize("preset", ["default", "debug", "clang"])
def test_a_wrong_constant_slot_does_not_compile(use, preset, tmp_path):
    proto = use.split("{")[0].rstrip() + ";\n"
    head = "#include <asm/fixmap.h>\n" + proto
    good = compiled(head + use % "FIX_BTMAP_BEGIN" + "\n", tmp_path, preset)
    assert good.returncode == 0, good.stderr
    for wrong in ("__end_of_fixed_addresses", "(enum fixed_addresses)-1"):
        bad = compiled(head + use % wrong + "\n", tmp_path, preset)
        assert bad.returncode != 0 and "slot does not exist" in bad.stderr, bad.stderr


# Flushes


def test_nobody_but_tlbflush_h_flushes():
    """CR3 and CR4 are also written by whoever turns paging on or switches."""
    allowed = {"invlpg": {"tlbflush.h"}, "write_cr3(": {"tlbflush.h", "pgalloc.h", "init.c"},
               "write_cr4(": {"tlbflush.h", "init.c", "early.c"}}
    sources = [file for kind in ("*.[ch]", "*.asm") for file in (ROOT / "src").rglob(kind)]
    assert len(sources) > 100
    comment = {".asm": re.compile(r";.*")}
    c_comment = re.compile(r"/\*.*?\*/", re.S)
    code = {file: comment.get(file.suffix, c_comment).sub("", file.read_text())
            for file in sources}
    for word, files in allowed.items():
        whole = re.compile(rf"\b{re.escape(word)}")
        found = {file.name for file, text in code.items() if whole.search(text)}
        assert found == files, word


CHECKED = re.compile(r"^Checked +(\d+)$", re.M)


@pytest.mark.parametrize("preset,append", [
    ("default", "tlb=check"), ("no-pae", "tlb=check"),
    ("default", "tlb=check debug_pagealloc=on")])
def test_suites_pass_while_every_unmapped_address_is_touched(preset, append, seed):
    with booted("1G", preset=preset, append=append, fast=True) as machine:
        begin = int(CHECKED.search(ask(machine, "cat /proc/tlbinfo"))[1])
        for suite in ("tlb", "fixmap", "paging", "pgalloc", "page_debug", "buddy"):
            output = machine.command(f"test {suite} {seed}", timeout=120).output
            assert_all_passed(ktap(output)[suite])
        end = int(CHECKED.search(ask(machine, "cat /proc/tlbinfo"))[1])
    assert begin > 0, "early_ioremap was used before"
    assert end > begin + 50


def test_on_bochs_too_every_unmapped_address_faults(seed):
    with booted("64M", emulator="bochs", append="tlb=check loglevel=1") as machine:
        for suite in ("tlb", "fixmap", "pgalloc"):
            assert_all_passed(ktap(ask(machine, f"test {suite} {seed}"))[suite])
        assert CHECKED.search(ask(machine, "cat /proc/tlbinfo"))


def panics(append: str, kind: str, mem: str = "2G", emulator: str = "qemu") -> str:
    """What the kernel says while it dies."""
    with booted(mem, append=append, fast=emulator == "qemu", emulator=emulator) as machine:
        begin = len(machine.console_text())
        with pytest.raises(Ended) as ended:
            machine.command(f"crash {kind}")
        assert ended.value.ending.kind == "panic", machine.tail()
        return machine.console_text()[begin:]


@pytest.mark.parametrize("emulator", ["qemu", "bochs"])
def test_a_flush_that_is_forgotten_is_caught(emulator):
    said = panics("tlb=check", "stale-tlb", "64M", emulator)
    assert re.search(r"tlb=check: fff\w{5} was unmapped and can still be read: its entry is "
                     r"gone, but the TLB was not flushed", said), said


def test_without_the_check_a_forgotten_flush_goes_unseen():
    with booted("64M", fast=True) as machine:
        answer = machine.command("crash stale-tlb")
        assert answer.status == 1 and "the kernel survived" in answer.output


def test_a_malformed_tlb_option_is_named_and_ignored():
    with booted("64M", append="tlb=chekc highpte=maybe", fast=True) as machine:
        log, info = ask(machine, "dmesg"), ask(machine, "cat /proc/tlbinfo")
    assert "Checked" not in info
    lines = [line for line in log.splitlines() if "ommand line" not in line]
    for word in ("tlb=chekc", "highpte=maybe"):
        assert any(word in line for line in lines), word


# Page tables in high memory

TABLE = re.compile(r"^ *# first table at (0x[0-9a-f]+)$", re.M)
NOT_LOADED = "not loaded into CR3"


def first_table(machine) -> tuple[int, str]:
    output = ask(machine, "test pgalloc")
    assert_all_passed(ktap(output)["pgalloc"])
    return int(TABLE.search(output)[1], 16), output


@pytest.mark.parametrize("emulator", ["qemu", "bochs"])
def test_page_tables_in_highmem_below_4_gib_are_used_by_the_cpu(emulator):
    with booted("2G" if emulator == "qemu" else "1G", emulator=emulator) as machine:
        where, output = first_table(machine)
    assert 896 * MIB <= where < TOP and NOT_LOADED not in output


@pytest.mark.parametrize("emulator,mem,append,lowest", [
    ("qemu", "2G", "highpte=on", 896 * MIB), ("bochs", "1G", "highpte=on", 896 * MIB),
    ("qemu", "2G", "", 0)])
def test_a_panic_walks_the_page_tables_of_a_process(emulator, mem, append, lowest):
    said = panics(append, "process", mem, emulator)
    assert "virtual address 08049000" in said
    table = re.search(r"PT  \[ 73\] at ([0-9a-f]+): 0+  not present", said)
    assert table and "08049000: not mapped" in said, said
    assert lowest <= int(table[1], 16) < lowest + (TOP if lowest else 896 * MIB)


@pytest.mark.parametrize("append", ["", "highpte=on"])
def test_page_tables_above_4_gib_are_used_by_a_cpu_that_reaches_them(append):
    """64 MiB of RAM below 4 GiB, 192 MiB above: all of highmem lies there."""
    with booted("256M", fast=True, cpu=CPU_40BIT, append=append,
                machine_options="max-ram-below-4g=64M") as machine:
        where, output = first_table(machine)
    assert where >= TOP and NOT_LOADED not in output


def test_the_walk_follows_a_table_above_4_gib_that_the_cpu_does_not():
    with booted("256M", fast=True, machine_options="max-ram-below-4g=64M") as machine:
        where, output = first_table(machine)
    assert where >= TOP and NOT_LOADED in output
