"""/proc/iomem as a tree, and the comparison of two of them (tools/iomem-diff).

Some lines cannot agree between k896 and Linux and are left out on both sides:
the kernel's own, and what Linux learns from ACPI's bytecode (PCI Bus, PCI
MMCONFIG, PNP...). What stood under such a line moves up to its parent. All else
is compared to the byte: depth, first and last address, name.
"""

import argparse
import re
import sys
from dataclasses import dataclass, field
from typing import Iterator, NamedTuple, Optional, Sequence

LINE = re.compile(r"^( *)([0-9a-f]+)-([0-9a-f]+) : (.+?)\s*$")
INDENT = 2
LEFT_OUT = (
    ("the kernel's own", re.compile(r"Kernel (code|rodata|data|bss)$")),
    ("from ACPI's bytecode", re.compile(r"(PCI Bus |PCI MMCONFIG |PNP|pnp )")),
)
ADAPTER_ROM = "Adapter ROM"
ROM_START, ROM_END = 0xC0000, 0xF0000

EXIT_EQUAL, EXIT_DIFFERS, EXIT_MALFORMED = 0, 1, 2


class Malformed(Exception):
    """The text is no /proc/iomem; says where and why."""


@dataclass
class Node:
    """One line: addresses as printed, the last byte included."""

    start: int
    last: int
    name: str
    children: list["Node"] = field(default_factory=list)


class Line(NamedTuple):
    """A line of the comparison; depth is counted after the left-out ones went."""

    depth: int
    start: int
    last: int
    name: str

    def __str__(self) -> str:
        return f"{'  ' * self.depth}{self.start:08x}-{self.last:08x} : {self.name}"


def parse(text: str) -> list[Node]:
    """The tree's top level. Raises Malformed."""
    root = Node(0, (1 << 64) - 1, "")
    path = [root]
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        match = LINE.match(line)
        if not match:
            raise Malformed(f"line {number} is no 'START-END : NAME': {line.strip()!r}")
        depth, odd = divmod(len(match[1]), INDENT)
        node = Node(int(match[2], 16), int(match[3], 16), match[4])
        if odd or depth >= len(path):
            raise Malformed(f"line {number} is indented as no child can be: {line!r}")
        del path[depth + 1:]
        _add(path[-1], node, number)
        path.append(node)
    if not root.children:
        raise Malformed("it has no lines")
    if not any(node.last for node in flat(root.children)):
        raise Malformed("all addresses are zero: read /proc/iomem as root")
    return root.children


def _add(parent: Node, node: Node, number: int) -> None:
    where = f"line {number} ({node.start:x}-{node.last:x} : {node.name})"
    if node.last < node.start:
        raise Malformed(f"{where} ends before it starts")
    if node.start < parent.start or node.last > parent.last:
        raise Malformed(f"{where} reaches out of its parent {parent.name}")
    before = parent.children[-1] if parent.children else None
    if before and node.last and node.start <= before.last:
        raise Malformed(f"{where} is not behind the line before it, {before.name}")
    parent.children.append(node)


def flat(nodes: Sequence[Node], depth: int = 0) -> Iterator[Line]:
    """All lines in the order in which /proc/iomem prints them."""
    for node in nodes:
        yield Line(depth, node.start, node.last, node.name)
        yield from flat(node.children, depth + 1)


def reason_to_leave_out(name: str) -> Optional[str]:
    """Why a line of this name cannot agree; None if it must."""
    for reason, pattern in LEFT_OUT:
        if pattern.match(name):
            return reason
    return None


def comparable(nodes: Sequence[Node], depth: int = 0) -> Iterator[Line]:
    """The lines that must agree, with the depth that they have among themselves."""
    for node in nodes:
        left_out = reason_to_leave_out(node.name) is not None
        if not left_out:
            yield Line(depth, node.start, node.last, node.name)
        yield from comparable(node.children, depth if left_out else depth + 1)


class Difference(NamedTuple):
    """One row of the comparison; kind: same, differs, only here, only there."""

    kind: str
    ours: Optional[Line]
    theirs: Optional[Line]

    def __str__(self) -> str:
        line = self.ours or self.theirs
        more = f"   (there: {str(self.theirs).strip()})" if self.kind == "differs" else ""
        if more and self.theirs.depth != self.ours.depth:
            more = more[:-1] + f", {self.theirs.depth} deep)"
        return f"{self.kind:<10} {line}{more}"


def compare(ours: Sequence[Node], theirs: Sequence[Node],
            loader_rom: bool = False) -> list[Difference]:
    """Every comparable line of both, in the order of addresses."""
    here, there = list(comparable(ours)), list(comparable(theirs))
    same = [line for line in here if line in there]
    rows = [Difference("same", line, line) for line in same]
    here = [line for line in here if line not in same]
    there = [line for line in there if line not in same]
    for test in (_same_start, _overlap):
        for line in list(here):
            partner = next((other for other in there if test(line, other)), None)
            if partner:
                rows.append(Difference("differs", line, partner))
                here.remove(line)
                there.remove(partner)
    if loader_rom:
        extra = next((line for line in here if line.name == ADAPTER_ROM
                      and ROM_START <= line.start < ROM_END), None)
        if extra:
            here.remove(extra)
    rows += [Difference("only here", line, None) for line in here]
    rows += [Difference("only there", None, line) for line in there]
    return sorted(rows, key=lambda row: _order(row.ours or row.theirs))


def _order(line: Line) -> tuple[int, int, int]:
    return line.start, line.depth, -line.last


def _same_start(line: Line, other: Line) -> bool:
    return line.start == other.start


def _overlap(line: Line, other: Line) -> bool:
    return (line.start <= other.last and other.start <= line.last
            and line.name == other.name)


def summary(rows: Sequence[Difference], *trees: Sequence[Node]) -> str:
    """'14 same, 0 differ, ...', and what was left out."""
    kinds = [row.kind for row in rows]
    counts = (f"{kinds.count('same')} same, {kinds.count('differs')} differ, "
              f"{kinds.count('only here')} only here, {kinds.count('only there')} only there")
    reasons = [reason_to_leave_out(line.name) for tree in trees for line in flat(tree)]
    left = [f"{reasons.count(reason)} {reason}" for reason, _ in LEFT_OUT
            if reason in reasons]
    return counts + (f"; left out on both sides: {', '.join(left)}" if left else "")


def read(path: str) -> str:
    """A file's text, or standard input's for '-'."""
    if path == "-":
        return sys.stdin.read()
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


class _Parser(argparse.ArgumentParser):
    def error(self, message: str):
        self.exit(EXIT_MALFORMED, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str]) -> int:
    parser = _Parser(
        prog="iomem-diff", allow_abbrev=False,
        description="Compare two /proc/iomem line by line; '-' is standard input.",
        epilog="Exit: 0 equal, 1 different, 2 wrong usage or malformed input.")
    parser.add_argument("ours", metavar="OURS")
    parser.add_argument("theirs", metavar="THEIRS")
    parser.add_argument("--loader-rom", action="store_true",
                        help="OURS was booted by -kernel: it may have one more Adapter ROM")
    parser.add_argument("--quiet", action="store_true", help="print only what is not the same")
    options = parser.parse_args(arguments)
    if options.ours == options.theirs == "-":
        parser.error("only one of the two can be standard input")
    trees = []
    for path in (options.ours, options.theirs):
        try:
            trees.append(parse(read(path)))
        except OSError as error:
            parser.error(f"{path}: {error.strerror}")
        except Malformed as error:
            parser.error(f"{path}: {error}")
    rows = compare(*trees, loader_rom=options.loader_rom)
    for row in rows:
        if row.kind != "same" or not options.quiet:
            print(row)
    print(summary(rows, *trees))
    return EXIT_DIFFERS if any(row.kind != "same" for row in rows) else EXIT_EQUAL
