"""gdb's commands against what the kernel itself says, and what QEMU says.

One machine in the order of the tests: at its prompt, then crashed by a process's page
fault with page tables in highmem, then with lists and tables broken by gdb.
"""

import re
import subprocess

import pytest

from k896 import debuggers
from k896.emulator import Config, create
from support import ask, booted, kernel

HIGHMEM_PFN = 0x38100  # with 1 GiB: a frame that kmap has mapped
FIXED_SLOT, FIXED_PHYSICAL = 3, 0xB8000
PROCESS = 0x08048000  # what crash process maps; it touches the page behind
FILES = ("pagetables", "zoneinfo", "buddyinfo", "pagetypeinfo", "slabinfo", "vmallocinfo")
GDB_SECONDS = 60
MARK = "------ "
ON_PER_CPU_LIST = ("(unsigned long)contig_page_data.node_zones[1].pageset[0].pcp.lists[0][0].next"
                   " - (unsigned long)&((struct page *)0)->lru")

pytestmark = pytest.mark.xdist_group("gdb")


class Gdb:
    """Attaches to a machine that runs, asks, and lets it go on."""

    def __init__(self, machine, socket):
        self.machine, self.socket = machine, socket

    def __call__(self, *commands: str) -> dict[str, str]:
        """What each command prints."""
        words = debuggers.gdb_command(self.machine, self.socket) + ["-batch"]
        for command in commands:
            words += ["-ex", f"echo \\n{MARK}{command}\\n", "-ex", command]
        done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=GDB_SECONDS)
        assert "Traceback" not in done.stdout, done.stdout
        parts = done.stdout.split(f"\n{MARK}")[1:]
        parts[-1] = re.sub(r"\[Inferior 1 .* detached\]\n$", "", parts[-1])
        return {name: text for name, _, text in (part.partition("\n") for part in parts)}


@pytest.fixture(scope="module")
def attached(tmp_path_factory):
    socket = tmp_path_factory.mktemp("gdb") / "socket"
    with booted("1G", fast=True, append="highpte=on", stays=True,
                extra=debuggers.stub(socket)) as machine:
        yield Gdb(machine, socket)


@pytest.fixture(scope="module")
def prompt(attached):
    """What the kernel says at its prompt, and the same from gdb."""
    machine = attached.machine
    ask(machine, f"kmap {HIGHMEM_PFN:x}")
    area = re.search("0x([0-9a-f]{8})", ask(machine, "vmalloc 16K"))[1]
    fixed = re.search("at ([0-9a-f]{8})",
                      ask(machine, f"fixmap {FIXED_SLOT} {FIXED_PHYSICAL:x}"))[1]
    addresses = ["c0101000", "c0fedabc", "ffc01000", area, fixed, "1000", "f8000000", "f8600000"]
    frames = ["1", "5678", f"{HIGHMEM_PFN:x}", "3f000"]
    said = {f"pt {address}": ask(machine, f"pt {address}") for address in addresses}
    said |= {f"pfn {pfn}": ask(machine, f"pfn {pfn}") for pfn in frames}
    for _ in range(2):  # so that nothing is set up by the reading itself
        said |= {name: ask(machine, f"cat /proc/{name}") for name in FILES}
    said["info mem"] = machine.monitor("info mem")
    found = attached(
        *[f"k896-pt 0x{address}" for address in addresses], "k896-maps", "k896-zones",
        "k896-buddy", "k896-slab", "k896-vm", *[f"k896-page 0x{pfn}" for pfn in frames],
        "k896-page mem_map + 0x5678", "k896-page 0xc5678abc", f"k896-page 0x{area}",
        "k896-page cache_chain.prev", f"k896-page {ON_PER_CPU_LIST}",
        "k896-page 0x123456", "k896-pt", "k896-pt nonsense", "help k896")
    return said, found


def test_a_walk_is_the_kernel_s(prompt):
    said, found = prompt
    for name, theirs in said.items():
        if name.startswith("pt "):
            head, ours = found[f"k896-pt 0x{name[3:]}"].split("\n", 1)
            assert head.startswith("CR3 ")
            if "not mapped" in theirs:
                ours = re.sub(r"not mapped: .*", "not mapped", ours)
            assert ours == theirs


@pytest.mark.parametrize("address,end", [("1000", "PDPT[0]"), ("f8000000", "PD[448]")])
def test_a_walk_says_where_it_ends(prompt, address, end):
    assert prompt[1][f"k896-pt 0x{address}"].endswith(
        f"not mapped: the walk ends at {end}, which is not present\n")


MAPPING = re.compile(r"^0x(\w+)-0x(\w+) -> 0x\w+ +\d+K in \d+K pages: (.*?) *\((.*)\)$", re.M)


def test_mappings_are_proc_pagetables_with_names(prompt):
    said, found = prompt
    assert re.sub(r" *\(.*\)$", "", found["k896-maps"], flags=re.M) == \
        re.sub(r" +$", "", said["pagetables"], flags=re.M)
    names = [name for _, _, _, name in MAPPING.findall(found["k896-maps"])]
    assert {"direct map", "direct map: .text", "direct map: .rodata", "pkmap: slot 1",
            f"fixmap: FIX_BTMAP_END+{FIXED_SLOT}"} <= set(names)
    assert any(re.fullmatch(r"vmalloc: vmalloc by \w+\+0x\w+", name) for name in names)


def test_mappings_are_those_of_qemu_s_info_mem(prompt):
    said, found = prompt
    merged = []
    for start, last, rights, _ in MAPPING.findall(found["k896-maps"]):
        start, end, write = int(start, 16), int(last, 16) + 1, "write" in rights
        if merged and merged[-1][1:] == (start, write):
            start = merged.pop()[0]
        merged.append((start, end, write))
    assert merged == [(int(start, 16), int(end, 16), write == "w") for start, end, write in
                      re.findall(r"^(\w+)-(\w+) \w+ -r(.)$", said["info mem"], re.M)]


def test_zones_are_those_of_proc_zoneinfo(prompt):
    said, found = prompt
    title, *rows = found["k896-zones"].splitlines()
    theirs = {}
    for part in re.split(r"^Node 0, zone +", said["zoneinfo"], flags=re.M)[1:]:
        numbers = re.findall(r"^(?:  pages)? +(\w+):? +(\d+)$", part, re.M)
        theirs[part.split()[0]] = dict(reversed(numbers)) | {  # the first "high" is the mark
            "protection": re.search(r"protection: (.*)", part)[1]}
    assert len(rows) == 3
    for row in rows:
        name, *values = row.split(maxsplit=len(title.split()) - 1)
        for column, value in zip(title.split()[1:], values):
            key = "count" if column == "per-CPU" else column
            assert value == theirs[name][key], f"{name}: {column}"


def test_free_blocks_are_those_of_the_kernel_s_files(prompt):
    said, found = prompt
    blocks, types = found["k896-buddy"].split("\n\n")
    assert blocks + "\n" == said["buddyinfo"]
    assert types.splitlines() == re.findall(r"^Node    0, .*$", said["pagetypeinfo"], re.M)


def test_caches_are_those_of_proc_slabinfo(prompt):
    said, found = prompt
    assert found["k896-slab"] == said["slabinfo"]


def test_areas_are_those_of_proc_vmallocinfo(prompt):
    said, found = prompt
    assert found["k896-vm"] == re.sub(r"(\+0x\w+)/0x\w+", r"\1", said["vmallocinfo"])
    assert len(found["k896-vm"].splitlines()) >= 2


def test_a_frame_is_what_the_kernel_says_of_it(prompt):
    said, found = prompt
    for name, theirs in said.items():
        if name.startswith("pfn "):
            ours = found[f"k896-page 0x{name[4:]}"].splitlines()
            assert ours[:2] == theirs.splitlines()[:2]
            direct = re.search(r"mapped at (\w+)", theirs)
            if direct:
                assert any(f"mapped at {direct[1]} " in line for line in ours)


def test_a_frame_is_found_by_number_struct_page_and_address(prompt):
    _, found = prompt
    assert (found["k896-page 0x5678"] == found["k896-page mem_map + 0x5678"]
            == found["k896-page 0xc5678abc"])
    assert "mapped at ffc01000 by a page of 4K: write nx global (pkmap: slot 1)" in \
        found[f"k896-page {HIGHMEM_PFN:#x}"]
    assert re.search(r"of 2\^10 frames at 0x5400$", found["k896-page 0x5678"], re.M)
    assert "\na slab of the cache kmem_cache\n" in found["k896-page cache_chain.prev"]
    assert re.search(r"^free: in the block of 2\^0 frames at \w+, on CPU 0's list of zone Normal$",
                     found[f"k896-page {ON_PER_CPU_LIST}"], re.M)
    area = next(name for name in found if name.startswith("k896-page 0xf8"))
    assert f"mapped at {area[12:]} by a page of 4K" in found[area]


def test_what_cannot_be_found_is_told(prompt):
    _, found = prompt
    assert "0x00123456 is no frame, no struct page, and not mapped" in \
        found["k896-page 0x123456"]
    assert found["k896-pt"] == "Usage: k896-pt ADDRESS\n"
    assert found["k896-pt nonsense"] == 'k896-pt: No symbol "nonsense" in current context.\n'
    for name in ("pt", "maps", "zones", "buddy", "slab", "vm", "page"):
        assert re.search(rf"^k896-{name}\b.* -- .+\.$", found["help k896"], re.M)


@pytest.fixture(scope="module")
def crashed(attached, prompt):
    """The panic's text."""
    machine = attached.machine
    machine.type(b"crash process\n")
    machine.wait_for(rb"Kernel panic.*\n")
    return machine.console_text()


def test_a_crashed_kernel_s_tables_in_highmem_are_walked(attached, crashed):
    found = attached(f"k896-pt {PROCESS + 4096:#x}", f"k896-pt {PROCESS:#x}", "k896-maps",
                     "k896-zones", "k896-slab")
    report = re.findall(r"\] ((?:PDPT|PD  |PT  )\[.*)", crashed)
    ours = found[f"k896-pt {PROCESS + 4096:#x}"].splitlines()
    assert len(report) == 3 and ours[1:4] == report
    table = int(re.search(r"PT  \[ 72\] at (\w+)", found[f"k896-pt {PROCESS:#x}"])[1], 16)
    assert table >= 896 << 20, "the page table is not in highmem"
    assert found[f"k896-pt {PROCESS:#x}"].endswith("-> 000000000, 4K page: write user nx\n")
    assert "in 4K pages: write user nx  (user)" in found["k896-maps"]
    assert "HighMem" in found["k896-zones"] and "kmalloc-32 " in found["k896-slab"]


def test_what_is_broken_is_told_with_its_place(attached, crashed):
    listed = "contig_page_data.node_zones[1].free_area[10].free_list[2]"
    found = attached(
        f"p/x &{listed}", f"p/x {listed}.next",
        f"set var {listed}.next->next = (void *)0xfffff000", "k896-buddy",
        "set var ((struct list_head *)cache_chain.next)->prev = (void *)0", "k896-slab",
        "set var vmlist.next->next = vmlist.next", "k896-vm",
        "set var ((unsigned long long *)0xc0001000)[5] = 0x8000000812345063",
        "k896-pt 0xc0a00000", "k896-maps", "set var mem_map = 0", "k896-page 0x5678")
    head, first = (found[name].split()[-1] for name in list(found)[:2])
    assert (f"zone Normal, order 10, Movable: the list at {head} is broken at {first}: its next "
            "is 0xfffff000, where no memory is\n") in found["k896-buddy"]
    assert re.search(r"order 10: nr_free is \d+, on the lists are \d+\n", found["k896-buddy"])
    assert re.search(r"the list at 0x\w+ is broken at 0x\w+: its prev is 0x00000000",
                     found["k896-slab"])
    assert re.search("the list at 0x.* is broken", found["k896-vm"])
    assert "the PT should lie at 812345000, but there is no memory" in \
        found["k896-pt 0xc0a00000"]
    assert re.search(r"^0xc0a00000-0xc0bfffff: the PT should lie at 812345000",
                     found["k896-maps"], re.M)
    assert "there is no memory at 0x" in found["k896-page 0x5678"]


def unstarted(socket) -> Config:
    return Config(memory=64 << 20, kernel=kernel(), fast=True, stays=True,
                  extra=["-S", *debuggers.stub(socket)])


def test_what_is_not_there_yet_is_told(tmp_path):
    socket = tmp_path / "socket"
    with create("qemu", unstarted(socket)) as machine:
        found = Gdb(machine, socket)("k896-pt 0xc0000000", "k896-zones", "hbreak start_kernel",
                                     "continue", "k896-maps", "k896-zones ", "k896-slab",
                                     "k896-vm", "k896-page 0")
    assert "paging is off" in found["k896-pt 0xc0000000"]
    assert "there is no memory at 0x" in found["k896-zones"]
    assert re.findall(r"^(\S+) -> 0x000000000 1048576K in 2048K pages: write  \((\S+)",
                      found["k896-maps"], re.M) == [
        ("0x00000000-0x3fffffff", "user)"), ("0xc0000000-0xffffffff", "direct")]
    assert "there are no zones yet" in found["k896-zones "]
    assert "there are no caches yet" in found["k896-slab"]
    assert "not set up yet" in found["k896-vm"]
    assert "has no struct page" in found["k896-page 0"] or "no memory" in found["k896-page 0"]


def test_a_triple_fault_stops_in_gdb(tmp_path):
    socket = tmp_path / "socket"
    with create("qemu", unstarted(socket)) as machine:
        found = Gdb(machine, socket)("hbreak start_kernel", "continue", "set var $cr3 = 0x3000",
                                     "continue ", "k896-pt $eip", "info registers eip")
    assert "SIGQUIT" in found["continue "]
    assert "not mapped: the walk ends at PDPT[3], which is not present" in \
        found["k896-pt $eip"]
    assert "<start_kernel>" in found["info registers eip"]


@pytest.mark.parametrize("preset,file,command", [
    ("no-pae", "pagetables", "k896-maps"), ("slub", "slabinfo", "k896-slab"),
    ("slob", "slabinfo", "k896-slab")])
def test_other_builds_are_read_too(preset, file, command, tmp_path):
    socket = tmp_path / "socket"
    with booted("1G", preset=preset, fast=True, extra=debuggers.stub(socket)) as machine:
        for _ in range(2):
            said = ask(machine, f"cat /proc/{file}")
        found = Gdb(machine, socket)(command)[command]
    assert re.sub(r" *(\(.*\))?$", "", found, flags=re.M) == re.sub(r" +$", "", said, flags=re.M)


def test_a_machine_of_64_bits_is_read_too(tmp_path):
    socket = tmp_path / "socket"
    with booted("1G", cpu="qemu64", fast=True, extra=debuggers.stub(socket)) as machine:
        said = ask(machine, "pt c0101000")
        found = Gdb(machine, socket)("k896-pt 0xc0101000")
    assert found["k896-pt 0xc0101000"].split("\n", 1)[1] == said
