"""What the kernel uses an address for: the regions of asm/memory_layout.h, by name."""

from typing import Iterator

from k896gdb import target, vmalloc
from k896gdb.target import PAGE, Broken

PARTS = [(".text", "_text", "_etext"), (".rodata", "__start_rodata", "__end_rodata"),
         (".data", "_sdata", "_edata"), ("init", "__init_begin", "__init_end"),
         (".bss", "__bss_start", "__bss_stop")]

# In enum fixed_addresses, names of the last slot of several.
LAST_SLOTS = ("FIX_KMAP_END", "FIX_BTMAP_BEGIN")


def lowmem_end() -> int:
    return target.integer("high_memory")


def _parts() -> Iterator[tuple[str, int, int]]:
    """What lies in the direct map."""
    for name, start, end in PARTS:
        yield name, target.label(start), target.label(end)
    start = target.integer("mem_map")
    yield ("mem_map", start,
           start + target.integer("max_mapnr") * target.type_of("struct page").sizeof)


def _direct_map(start: int, last: int) -> str:
    names = [name for name, begin, end in _parts() if begin <= last and start < end]
    return "direct map" + (": " + ", ".join(names) if names else "")


def _fixmap_slot(address: int) -> str:
    """The slot's name in enum fixed_addresses, counted down from FIXADDR_TOP."""
    index = (target.layout("fixaddr_top") - address - 1) // PAGE
    begin, name = max((value, name) for name, value in target.enum("enum fixed_addresses").items()
                      if value <= index and name not in LAST_SLOTS)
    return name if begin == index else f"{name}+{index - begin}"


def _fixmap(start: int, last: int) -> str:
    names = [_fixmap_slot(start), _fixmap_slot(last & -PAGE)]
    return f"fixmap: {names[0]}" + (f" .. {names[1]}" if names[1] != names[0] else "")


def _pkmap(start: int, last: int) -> str:
    slots = [(address - target.layout("pkmap_base")) // PAGE for address in (start, last)]
    return f"pkmap: slot {slots[0]}" + (f" .. {slots[1]}" if slots[1] > slots[0] else "")


def _vmalloc(start: int) -> str:
    for area in vmalloc.areas():
        if area.start <= start < area.end:
            return f"vmalloc: {area.kind} by {area.caller}"
    return "vmalloc: in no area"


def name(start: int, last: int) -> str:
    """The region that a range of addresses lies in."""
    try:
        return _region(start, last)
    except Broken as error:
        return str(error)


def _region(start: int, last: int) -> str:
    if start < target.layout("page_offset"):
        return "user"
    if start < lowmem_end() or not lowmem_end():
        return _direct_map(start, last)
    if start < target.layout("vmalloc_end"):
        return _vmalloc(start)
    if target.layout("pkmap_base") <= start < target.layout("pkmap_end"):
        return _pkmap(start, last)
    if target.layout("fixaddr_start") <= start < target.layout("fixaddr_top"):
        return _fixmap(start, last)
    return "nothing should be mapped here"
