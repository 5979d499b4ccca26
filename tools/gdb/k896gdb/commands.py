"""The commands as gdb knows them: k896-pt and so on."""

from typing import Callable, Iterator

import gdb

from k896gdb import frame, paging, regions, slab, target, vmalloc, zones
from k896gdb.target import Broken


def _number(argument: str) -> gdb.Value:
    """An expression, as gdb understands it; its value as an unsigned long."""
    value = gdb.parse_and_eval(argument)
    if value.type.strip_typedefs().code == gdb.TYPE_CODE_STRUCT:
        value = value.address
    return value.cast(gdb.lookup_type("unsigned long"))


def _pt(argument: str) -> Iterator[str]:
    return paging.describe(paging.walk(int(_number(argument))))


def _maps(_argument: str) -> Iterator[str]:
    for item in paging.ranges():
        name = regions.name(item.start, item.last)
        if item.problem:
            yield f"0x{item.start:08x}-0x{item.last:08x}: {item.problem}  ({name})"
        else:
            yield (f"0x{item.start:08x}-0x{item.last:08x} -> 0x{item.physical:09x} "
                   f"{item.last + 1 - item.start >> 10:7}K in {item.page_size >> 10}K pages: "
                   f"{item.rights}  ({name})")


class Command(gdb.Command):
    """One command: prints the lines that `lines` yields of its argument."""

    def __init__(self, name: str, usage: str, help_text: str,
                 lines: Callable[[str], Iterator[str]]):
        self.__doc__ = f"{help_text}\n\nUsage: {name} {usage}".strip()
        self._name, self._usage, self._lines = name, usage, lines
        super().__init__(name, gdb.COMMAND_DATA)

    def invoke(self, argument: str, _from_tty: bool) -> None:
        if bool(argument) != bool(self._usage):
            raise gdb.GdbError(f"Usage: {self._name} {self._usage}".strip())
        target.forget()
        try:
            for line in self._lines(argument):
                gdb.write(line + "\n")
        except (Broken, gdb.error) as error:
            raise gdb.GdbError(f"{self._name}: {error}") from None


COMMANDS = [
    ("k896-pt", "ADDRESS", "Walk the page tables for an address, from CR3 on.\n"
     "Of each level: the entry's index, where it lies, its value, what it leads to,\n"
     "its flags by the manual's names. At last the physical address, or where the\n"
     "walk ends.", _pt),
    ("k896-maps", "", "Show all mappings of the address space, merged into ranges.\n"
     "As /proc/pagetables, with the name of what lies there.", _maps),
    ("k896-zones", "", "Show the zones: frames, marks, free pages, per-CPU lists.",
     lambda _: zones.describe()),
    ("k896-buddy", "", "Count the free blocks by zone and order, then by migrate type.\n"
     "As /proc/buddyinfo and /proc/pagetypeinfo, but counted on the lists.",
     lambda _: zones.describe_buddy()),
    ("k896-slab", "", "Show the caches of objects, as /proc/slabinfo does.",
     lambda _: slab.describe()),
    ("k896-vm", "", "Show the areas of vmalloc's window, as /proc/vmallocinfo does.\n"
     "Those that wait for a flush of the TLB are shown too.",
     lambda _: vmalloc.describe()),
    ("k896-page", "PAGE", "Show what is known of one page frame, and where it is mapped.\n"
     "PAGE is a frame number, the address of a struct page, or any address that is\n"
     "mapped. A number that could be two of these is taken for the first.",
     lambda argument: frame.describe(_number(argument))),
]
OVERVIEW = ("Commands that show a stopped k896; they only read, and call nothing in it.\n\n"
            + "\n".join(f"{f'{name} {usage}'.strip():<18} -- {text.partition(chr(10))[0]}"
                        for name, usage, text, _ in COMMANDS))


def register() -> None:
    """Make the commands known to gdb, and `help k896`, which lists them."""
    for command in COMMANDS:
        Command(*command)
    Command("k896", "", OVERVIEW, lambda _: iter(OVERVIEW.splitlines()))
