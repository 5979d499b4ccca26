"""The areas of the vmalloc window, as /proc/vmallocinfo prints them."""

from typing import Iterator, NamedTuple

from k896gdb import target
from k896gdb.target import PAGE, Broken

# VM_... of mm/vmalloc.h
IOREMAP, ALLOC, MAP, USERMAP, VPAGES, LAZY = 0x1, 0x2, 0x4, 0x8, 0x10, 0x100
WORDS = [(IOREMAP, " ioremap"), (ALLOC, " vmalloc"), (MAP, " vmap"), (USERMAP, " user"),
         (VPAGES, " vpages")]


class Area(NamedTuple):
    start: int
    end: int  # with the guard page
    flags: int
    pages: int
    physical: int
    caller: str

    @property
    def lazy(self) -> bool:
        return bool(self.flags & LAZY)

    @property
    def kind(self) -> str:
        return next((word.strip() for flag, word in WORDS if self.flags & flag), "reserved")

    def __str__(self) -> str:
        head = f"0x{self.start:08x}-0x{self.end:08x} {self.end - self.start:7} "
        if self.lazy:
            return head + "given back, waits for a flush of the TLB"
        return (head + self.caller + (f" pages={self.pages}" if self.pages else "")
                + (f" phys=0x{self.physical:016x}" if self.physical else "")
                + "".join(word for flag, word in WORDS if self.flags & flag))


def _area(address: int) -> Area:
    area = target.struct_at(address, "struct vm_struct")
    start, size = int(area["addr"]), int(area["size"])
    return Area(start, start + size, int(area["flags"]), int(area["nr_pages"]),
                int(area["phys_addr"]), target.symbol_text(int(area["caller"])))


def areas() -> Iterator[Area]:
    """In use or lazily freed, lowest first. The last entry of vmlist ends the window."""
    end = target.layout("vmalloc_end")
    at = target.integer("high_memory")
    vmlist = target.address_of("vmlist")
    if target.is_empty(vmlist):
        raise Broken("the vmalloc window is not set up yet")
    for address in target.entries(vmlist, "struct vm_struct", "list", (end - at) // PAGE):
        if address == target.address_of("vmap_end"):
            continue
        area = _area(address)
        if not at <= area.start < area.end <= end or area.start % PAGE:
            raise Broken(f"the area described at {address:#010x} is broken: it reaches from "
                         f"{area.start:#010x} to {area.end:#010x}, and must lie between "
                         f"{at:#010x} and {end:#010x}")
        yield area
        at = area.end


def describe() -> Iterator[str]:
    yield from map(str, areas())
