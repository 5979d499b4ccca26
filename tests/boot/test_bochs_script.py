"""./k896 bochs --script: the example in docs, and what a script may do wrong."""

import re

import pytest

from k896 import ROOT, symbols
from support import k896, kernel

EXAMPLE = ROOT / "docs" / "examples" / "walk-pae.rc"
BOOT = "boot --mem 64M\n"
XP = re.compile(r"^0x(\w+):\t0x(\w+)", re.M)  # the first of a line
PT = re.compile(r"^P\w+ *\[ *\d+\] at (\w+): (\w+) ", re.M)
PT_END = re.compile(r"^(\w{8}) -> (\w+), (\d+)K page", re.M)


@pytest.fixture
def script(tmp_path):
    """Runs a script of these lines."""
    def start(*lines: str, options=()):
        path = tmp_path / "script.rc"
        path.write_text(BOOT + "".join(f"{line}\n" for line in lines))
        return k896("bochs", "--script", path, *options)
    return start


def numbers(pairs) -> list[tuple[int, ...]]:
    return [tuple(int(word, 16) for word in pair) for pair in pairs]


def test_the_example_walks_four_addresses_as_the_kernel_does():
    done = k896("bochs", "--script", EXAMPLE)
    assert done.code == 0, done.err + done.out
    walks = re.split(r"^# ==== \d\. .*: (\w{8})\n", done.out.split("\n# ---- And")[0],
                     flags=re.M)[1:]
    kernel_says = re.split(r"(?<=page: write nx global\n)", done.out.split("k896> pt ")[1])[:4]
    assert len(walks) == 8
    for address, bochs_says, theirs in zip(walks[::2], walks[1::2], kernel_says):
        ours = numbers(XP.findall(bochs_says))
        entries = numbers(PT.findall(theirs))
        assert ours[:len(entries)] == entries, address
        assert len(ours) == len(entries) or ours[-1][1] == 0, "vmalloc's guard"
        end = PT_END.search(theirs)
        assert end[1] == address and f"{address} -> {end[2]}" in bochs_says
        assert len(entries) == (2 if end[3] == "2048" else 3)
    regions = [int(address, 16) for address in walks[::2]]
    assert regions[0] < regions[2] < 0xFFC00000 <= regions[1] < regions[3]


def test_a_script_stops_where_its_breakpoints_are(script):
    done = script('lb {sym("start_kernel"):#x}', "c", 'lb {sym("vmalloc_command"):#x}',
                  "kernel vmalloc 16K", r'let eip = said("Breakpoint 2, 0x0*(\w+)")',
                  'check eip == sym("vmalloc_command")', "# at {eip:x}", "c",
                  r'check said("0x(\w+): 16384 bytes") & 0xfff == 0', "q", "nonsense")
    assert done.code == 0, done.err + done.out
    assert f"# at {symbols.load(kernel())['vmalloc_command']:x}\n" in done.out
    first = re.search(r"Breakpoint 1, 0x0*(\w+)", done.out)[1]
    assert int(first, 16) == symbols.load(kernel())["start_kernel"]


@pytest.mark.parametrize("line,text", [
    ("nonsense", "Bochs's debugger does not know 'nonsense'"),
    ("check sym('start_kernel') == 1", "this is not so: sym('start_kernel') == 1"),
    ("let x = said('(z+)')", "the last answer has nothing like (z+)"),
    ("page {y:#x}", "name 'y' is not defined")])
def test_a_wrong_line_is_named(script, line, text):
    done = script("# first", line, "# never reached")
    assert done.code == 1 and "# never reached" not in done.out
    assert "script.rc:3: " in done.err and text in done.err


def test_a_command_that_fails_fails_the_script(script):
    done = script("kernel kmap fffff")
    assert done.code == 1 and "'kmap fffff' failed with status 1" in done.err


def test_a_panic_is_an_exit_of_2(script):
    done = script("kernel crash null")
    assert done.code == 2 and "script.rc:2: the kernel panicked" in done.err
    assert "PDPT[  0]" in done.err, "the kernel's report is missing"


def test_a_script_that_never_ends_is_ended_by_the_machine_s_clock(script):
    done = script("c", options=["--ticks", "10000000"])
    assert done.code == 3 and "script.rc:2: " in done.err
    assert "10,000,000 ticks of the machine's clock" in done.err


def test_a_script_that_is_not_there_is_told():
    done = k896("bochs", "--script", "/nowhere/x.rc")
    assert done.code == 64 and "/nowhere/x.rc" in done.err
