"""One page frame: its struct page in words, its block, and every address that maps it."""

from typing import Iterator, NamedTuple

import gdb

from k896gdb import paging, regions, target, zones
from k896gdb.target import PAGE, Broken

ZONE_SHIFT = 30  # of the zone's number in page.flags
BITS_PER_LONG = 32
NOT_FLAGS = ("NR_PAGEFLAGS", "PG_isolated")


class Page(NamedTuple):
    pfn: int
    address: int  # of the struct page
    value: gdb.Value

    def flags(self) -> list[str]:
        bits = int(self.value["flags"])
        return [name[3:] for name, bit in target.enum("enum pageflags").items()
                if name not in NOT_FLAGS and bits >> bit & 1]


def _page_size() -> int:
    return target.type_of("struct page").sizeof


def page_of(pfn: int) -> Page:
    """Broken if there is no struct page for the frame."""
    frames = target.integer("max_mapnr")
    block, bit = divmod(pfn >> zones.orders() - 1, BITS_PER_LONG)
    present = target.address_of("mem_map_present") + block * target.POINTER
    if pfn >= frames or not target.word(present) >> bit & 1:
        raise Broken(f"frame {pfn:#x} has no struct page: RAM ends at frame "
                     f"{target.integer('max_pfn'):#x}, or it lies in a hole")
    address = target.integer("mem_map") + pfn * _page_size()
    return Page(pfn, address, target.struct_at(address, "struct page"))


def find(argument: gdb.Value) -> Page:
    """By the address of a struct page, by frame number, or by an address that is mapped."""
    number = int(argument) & paging.ADDRESS_SPACE - 1
    start, frames = target.integer("mem_map"), target.integer("max_mapnr")
    if number < frames:
        return page_of(number)
    index, rest = divmod(number - start, _page_size())
    if 0 <= index < frames and not rest:
        return page_of(index)
    found = paging.walk(number)
    if found.physical is None:
        raise Broken(f"{number:#010x} is no frame, no struct page, and not mapped: {found.why}")
    return page_of(found.physical // PAGE)


# ---- What it is


def _block_of(page: Page) -> Iterator[str]:
    """The free block of the buddy system that the frame lies in."""
    for order in range(zones.orders()):
        pfn = page.pfn & -(1 << order)
        try:
            head = page_of(pfn)
        except Broken:
            return
        if "buddy" in head.flags() and int(head.value["private"]) >= order:
            size = int(head.value["private"])
            place = "first" if pfn == page.pfn else f"number {page.pfn - pfn}"
            yield f"free: {place} of the block of 2^{size} frames at {pfn:#x}"
            return


def _per_cpu_lists(zone: zones.Zone) -> Iterator[tuple[int, int, int]]:
    """CPU, order and address of each list in front of a zone."""
    sets = zone.value["pageset"]
    lists = sets[0]["pcp"]["lists"].type
    for cpu in range(sets.type.range()[1] + 1):
        for order in range(lists.range()[1] + 1):
            for kind in range(lists.target().range()[1] + 1):
                yield cpu, order, zone.inside("pageset", cpu, "pcp", "lists", order, kind)


def _on_per_cpu_list(page: Page) -> Iterator[str]:
    for zone in zones.zones():
        for cpu, order, head in _per_cpu_lists(zone):
            first = page.pfn & -(1 << order)
            block = page.address - (page.pfn - first) * _page_size()
            if block in target.entries(head, "struct page", "lru", zone["spanned_pages"]):
                yield (f"free: in the block of 2^{order} frames at {first:#x}, on CPU {cpu}'s "
                       f"list of zone {zone.name}")


def _owner(page: Page) -> Iterator[str]:
    """Whose it is, if it is free or a slab's or part of a compound page."""
    flags, value = page.flags(), page.value
    if "tail" in flags:
        head = (int(value["first_page"]) - target.integer("mem_map")) // _page_size()
        yield f"part of the compound page at {head:#x}"
        yield from _slab(page_of(head))
    elif "slab" in flags:
        yield from _slab(page)
    elif not int(value["_count"]) and "reserved" not in flags:
        free = list(_block_of(page)) or list(_on_per_cpu_list(page))
        yield from free or ["without users, and on no free list"]


def _slab(page: Page) -> Iterator[str]:
    if "slab" not in page.flags():
        return
    if target.has("slob_caches"):
        yield "a page of SLOB's"
        return
    member = page.value["lru"]["next"] if target.has("cache_chain") else page.value["slab"]
    cache = target.struct_at(int(member), "struct kmem_cache")
    yield f"a slab of the cache {target.string(int(cache['name']))}"


def _mapped(page: Page) -> Iterator[str]:
    where = page.pfn * PAGE
    for item in paging.ranges():
        if not item.problem and 0 <= where - item.physical <= item.last - item.start:
            address = item.start + where - item.physical
            yield (f"mapped at {address:08x} by a page of {item.page_size >> 10}K: "
                   f"{item.rights} ({regions.name(address, address + PAGE - 1)})")


def _hex(value: gdb.Value) -> str:
    """As the kernel's %#lx."""
    return f"{int(value):#x}" if int(value) else "0"


def describe(argument: gdb.Value) -> Iterator[str]:
    page = find(argument)
    value = page.value
    bits = int(value["flags"])
    zone = zones.zone_of(bits >> ZONE_SHIFT).name
    types = zones.migrate_types()
    block = int(target.variable("pageblock_flags")[
        page.pfn * PAGE // target.layout("pmd_size")])
    yield (f"pfn {page.pfn:#x}  physical {page.pfn * PAGE:09x}  struct page "
           f"{page.address:08x}  zone {zone}")
    yield (f"flags {bits:08x} ({' '.join(page.flags())})  count {int(value['_count'])}  "
           f"mapcount {int(value['_mapcount']) + 1}  private {_hex(value['private'])}  "
           f"mapping {int(value['mapping']):08x}  index {_hex(value['index'])}")
    yield f"pageblock {types[block] if block < len(types) else block}"
    yield from _owner(page)
    yield from list(_mapped(page)) or ["mapped nowhere"]

