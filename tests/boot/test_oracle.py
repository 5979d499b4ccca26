"""The figures that a real Linux printed on the same machines (tests/oracle)."""

import json
import re

import pytest

from k896 import iomem
from support import ORACLE, ask, booted, firmware_map, run, zones

MACHINES = sorted(folder.name for folder in ORACLE.iterdir() if folder.is_dir())
FIRMWARE_NAMES = {"System RAM": "usable", "Reserved": "reserved",
                  "ACPI Tables": "ACPI data", "ACPI Non-volatile Storage": "ACPI NVS"}


def oracle(name: str, file: str) -> str:
    return (ORACLE / name / file).read_text()


@pytest.fixture(scope="module", params=[
    pytest.param(name, marks=pytest.mark.xdist_group(f"oracle-{name}")) for name in MACHINES])
def both(request):
    """What k896 prints on one of the machines, and its name."""
    meta = json.loads(oracle(request.param, "meta.json"))
    with booted(meta["size"], machine=meta["machine"]) as machine:
        return request.param, {"iomem": ask(machine, "cat /proc/iomem"),
                               "zoneinfo": ask(machine, "cat /proc/zoneinfo"),
                               "dmesg": ask(machine, "dmesg")}


def test_firmware_map_is_linux_s(both):
    name, ours = both
    theirs = [(int(start, 16), int(last, 16) + 1, FIRMWARE_NAMES[kind]) for start, last, kind
              in re.findall(r"^0x(\w+) 0x(\w+) (.+)$", oracle(name, "firmware_memmap"), re.M)]
    assert firmware_map(ours["dmesg"]) == theirs


def test_iomem_is_linux_s_by_iomem_diff(both, tmp_path):
    name, ours = both
    saved = tmp_path / "iomem"
    saved.write_text(ours["iomem"])
    done = run("tools/iomem-diff", saved, ORACLE / name / "iomem", cwd=ORACLE.parent.parent)
    assert done.code == 0, done.out + done.err


def test_iomem_has_linux_s_very_format(both):
    """Beyond the numbers: digits, spaces, indentation of all lines that must agree."""
    name, ours = both

    def lines(text):
        return [line.strip() for line in text.splitlines()
                if not iomem.reason_to_leave_out(line.partition(" : ")[2])]

    assert lines(ours["iomem"]) == lines(oracle(name, "iomem"))


def test_kernel_s_own_lines_lie_in_ram(both):
    _, ours = both
    parents = {child.name: node.name for node in iomem.parse(ours["iomem"])
               for child in node.children if child.name.startswith("Kernel ")}
    assert parents == {f"Kernel {part}": "System RAM"
                       for part in ("code", "rodata", "data", "bss")}


def test_zones_are_linux_s(both):
    name, ours = both
    assert zones(ours["zoneinfo"]) == zones(oracle(name, "zoneinfo"))


def test_available_high_and_low_memory_are_linux_s(both):
    name, ours = both
    pattern = r"(\d+)MB (HIGHMEM|LOWMEM) available"
    assert re.findall(pattern, ours["dmesg"]) == re.findall(pattern, oracle(name, "dmesg"))
