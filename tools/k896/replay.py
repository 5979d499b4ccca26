"""Boot k896 with the memory map of a real machine (tools/replay-e820).

The map is read from what that machine's Linux prints, /proc/iomem or the
BIOS-e820 lines of dmesg, and handed to the kernel as memmap=exactmap,... The
emulator gets as much memory as the map's RAM spans: it lends pages only when
they are touched, so that 64 GiB cost little. Where a PC emulator can have no
RAM (the BIOS area, its device windows below 4 GiB, beyond 64 GiB) RAM is
clipped, and each clip is told.
"""

import argparse
import re
import sys
from typing import NamedTuple, Optional, Sequence

from k896 import EXIT_DATA, Problem, Usage, cli, iomem, tell
from k896 import words as words_
from k896.emulator import GIB, MIB, size_text

RAM, RESERVED, ACPI = "@", "$", "#"  # as memmap= spells the types

NAMES = {
    "system ram": RAM, "usable": RAM, "ram": RAM,
    "reserved": RESERVED, "unusable": RESERVED, "unusable memory": RESERVED,
    "acpi tables": ACPI, "acpi data": ACPI,
    "acpi nvs": RESERVED, "acpi non-volatile storage": RESERVED,
    "persistent memory": RESERVED, "persistent memory (legacy)": RESERVED,
    "persistent": RESERVED, "soft reserved": RESERVED, "device reserved": RESERVED,
}
KERNEL_OWN = re.compile(r"Kernel |Crash kernel|RAM buffer", re.I)

DMESG_LINE = re.compile(
    r"BIOS-e820: \[mem 0x([0-9a-f]+)-0x([0-9a-f]+)\] (.+?)\s*$", re.I)
OLD_DMESG_LINE = re.compile(
    r"BIOS-e820: ([0-9a-f]{8,16}) - ([0-9a-f]{8,16}) \((.+?)\)", re.I)
FIRMWARE_LINE = re.compile(r"0x([0-9a-f]+) 0x([0-9a-f]+) (.+?)\s*$", re.I)
TIMESTAMP = re.compile(r"^(?:\S+ +)*?\[ *\d+\.\d+\] ")

LOW_RAM_MIN = 32 * MIB
LOW_ROOM = 4 * MIB  # for the firmware's tables, above the RAM of the map
LOW_RAM_MAX = 0xE0000000  # the emulator's devices need the rest below 4 GiB
BIOS_START, BIOS_END = 0xA0000, 0x100000
PAE_END = 64 * GIB
PARAMETERS_MAX = 4000  # the kernel keeps 4096 bytes of command line


class Range(NamedTuple):
    """[start, end) of a type."""

    start: int
    end: int
    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.start:#x}-{self.end - 1:#x} {self.name}"


class Map(NamedTuple):
    """A machine's map. changed: names that the kernel's parameter cannot tell."""

    ranges: list[Range]
    changed: list[str]


def parse(text: str) -> Map:
    """Find out which kind of text it is and read it. Raises Problem."""
    lines = text.splitlines()
    for pattern, half_open in ((DMESG_LINE, False), (OLD_DMESG_LINE, True)):
        found = [match for match in map(pattern.search, lines) if match]
        if found:
            return _map([(int(match[1], 16), int(match[2], 16) + (not half_open), match[3])
                         for match in found])
    found = [match for match in map(FIRMWARE_LINE.match, lines) if match]
    if found:
        return _map([(int(match[1], 16), int(match[2], 16) + 1, match[3])
                     for match in found])
    clean = "\n".join(TIMESTAMP.sub("", line) for line in lines)
    try:
        nodes = iomem.parse(clean)
    except iomem.Malformed as error:
        raise Problem("neither a /proc/iomem nor dmesg's BIOS-e820 lines: "
                      f"{error}", EXIT_DATA) from None
    return _map(list(_top_ranges(nodes)))


def _top_ranges(nodes):
    """Ranges of the firmware's types, the outermost one where they nest."""
    for node in nodes:
        if node.name.lower() in NAMES:
            yield node.start, node.last + 1, node.name
        else:
            yield from _top_ranges(node.children)


def _map(entries: Sequence[tuple[int, int, str]]) -> Map:
    ranges, changed = [], []
    for start, end, name in entries:
        kind = NAMES.get(name.lower())
        if kind is None:
            kind = RESERVED
        if end <= start:
            raise Problem(f"the range {start:#x}-{end - 1:#x} ends before it starts",
                          EXIT_DATA)
        if kind == RESERVED and name.lower() != "reserved" and name not in changed:
            changed.append(name)
        ranges.append(Range(start, end, kind, name))
    if not any(item.kind == RAM for item in ranges):
        raise Problem("the map has no System RAM", EXIT_DATA)
    return Map(sorted(ranges), changed)


class Plan(NamedTuple):
    """What to boot. clipped: sentences about RAM that the emulator cannot have."""

    parameters: str
    memory: int
    machine_options: str
    clipped: list[str]


def plan(ranges: Sequence[Range]) -> Plan:
    """Fit a machine around a map. Raises Problem if the map is too long to type."""
    kept: list[Range] = []
    clipped: list[str] = []
    for item in ranges:
        kept += _clip(item, clipped) if item.kind == RAM else [item]
    ram = [item for item in kept if item.kind == RAM]
    low_top = max((item.end for item in ram if item.end <= LOW_RAM_MAX), default=0)
    high_top = min(max((item.end for item in ram), default=0), PAE_END)
    low = max(LOW_RAM_MIN, _round_up(low_top + LOW_ROOM, MIB))
    high = max(0, _round_up(high_top, MIB) - 4 * GIB)
    low = min(low, LOW_RAM_MAX)
    words = ["exactmap"] + [f"{item.end - item.start:#x}{item.kind}{item.start:#x}"
                            for item in kept]
    parameters = "memmap=" + ",".join(words)
    if len(parameters) > PARAMETERS_MAX:
        raise Problem(f"the map has {len(kept)} ranges, more than fit on a command line",
                      EXIT_DATA)
    return Plan(parameters, low + high, f"max-ram-below-4g={low}", clipped)


def _clip(item: Range, clipped: list[str]) -> list[Range]:
    """What of a RAM range an emulated PC can have."""
    parts = [(item.start, item.end)]
    for start, end, why in ((BIOS_START, BIOS_END, "the emulator's BIOS and video memory"),
                            (LOW_RAM_MAX, 4 * GIB, "the emulator's devices")):
        cut = [(max(start, a), min(end, b)) for a, b in parts if a < end and b > start]
        for a, b in cut:
            clipped.append(f"RAM {a:#x}-{b - 1:#x} ({_amount(b - a)}) is left out: "
                           f"there are {why}")
        parts = [part for a, b in parts
                 for part in ((a, min(b, start)), (max(a, end), b)) if part[0] < part[1]]
    if item.end > PAE_END:
        beyond = item.end - max(item.start, PAE_END)
        clipped.append(f"RAM beyond 64 GiB ({_amount(beyond)}) is in the map, not in the "
                       "emulator: PAE does not reach it, and the kernel will say so")
    return [Range(a, b, RAM, item.name) for a, b in parts]


def _amount(size: int) -> str:
    return size_text(size) if size < 10 * MIB else f"{size / MIB:.0f} MiB"


def _round_up(value: int, unit: int) -> int:
    return -(-value // unit) * unit


def _options(arguments: Sequence[str]) -> Optional[argparse.Namespace]:
    own, extra = words_.split_emulator_arguments(arguments)
    parser = cli.machine_parser("exec")
    parser.prog = "replay-e820"
    parser.add_argument("--print", action="store_true")
    options = parser.parse(own)
    if options.help or not options.words:
        return None
    options.extra = extra
    if options.emulator != "qemu" or options.mem or options.machine != "pc":
        raise Usage("replay-e820 chooses the machine and its memory itself")
    cli.complete(options)
    options.file, *options.words = options.words
    return options


USAGE = """\
usage: replay-e820 FILE [OPTIONS OF exec] [--print] [COMMAND ...] [-- QEMU'S ARGUMENTS]

Boot k896 with the memory map of the machine that FILE was saved on: its
/proc/iomem (read as root), or its dmesg, or the BIOS-e820 lines of that; '-' is
standard input. With commands it works like ./k896 exec, without like ./k896 run.
--print only prints the boot parameters.
"""


def main(arguments: Sequence[str]) -> int:
    return cli.guarded(_main, arguments)


def _main(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    if options is None:
        sys.stdout.write(USAGE)
        return 0 if {"--help", "-h"} & set(arguments) else Usage("").code
    try:
        text = iomem.read(options.file)
    except OSError as error:
        raise Usage(f"{options.file}: {error.strerror}") from None
    found = parse(text)
    chosen = plan(found.ranges)
    if options.print:
        print(chosen.parameters)
        return 0
    _report(found, chosen)
    options.append = f"{chosen.parameters} {options.append}".strip()
    options.memory = chosen.memory
    if options.words:
        return cli.run_commands(options, chosen.machine_options)
    if sys.stdin.isatty():
        tell("try: cat /proc/iomem")
        return cli.interactive(options, chosen.machine_options)
    options.words = ["cat /proc/iomem"]
    return cli.run_commands(options, chosen.machine_options)


def _report(found: Map, chosen: Plan) -> None:
    ram = sum(item.end - item.start for item in found.ranges if item.kind == RAM)
    tell(f"{len(found.ranges)} ranges, {_amount(ram)} of RAM")
    if found.changed:
        tell(f"memmap= has no word for {', '.join(found.changed)}: taken as reserved")
    for sentence in chosen.clipped:
        tell(sentence)
