"""/proc/slabinfo of SLAB, SLUB or SLOB, whichever the kernel was built with.

Active are the objects that somebody holds: those in a CPU's array or free list are
not, as in the kernel's own file.
"""

from typing import Callable, Iterator, NamedTuple

import gdb

from k896gdb import target
from k896gdb.target import PAGE, Broken

CACHES_MAX = 4096
TITLES = ("# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> "
          ": tunables <limit> <batchcount> <sharedfactor> "
          ": slabdata <active_slabs> <num_slabs> <sharedavail>")


class Info(NamedTuple):
    """A line of /proc/slabinfo."""

    active: int
    objects: int
    size: int
    per_slab: int
    pages: int
    limit: int = 0
    batch: int = 0
    shared: int = 0
    active_slabs: int = 0
    slabs: int = 0
    shared_avail: int = 0

    def line(self, name: str) -> str:
        return (f"{name:<17} {self.active:6} {self.objects:6} {self.size:6} {self.per_slab:4} "
                f"{self.pages:4} : tunables {self.limit:4} {self.batch:4} {self.shared:4} "
                f": slabdata {self.active_slabs:6} {self.slabs:6} {self.shared_avail:6}")


def _frames() -> int:
    return target.integer("max_mapnr")


def _inside(cache: int, *path: str) -> int:
    """Address of a member of a member of a struct kmem_cache."""
    kind = target.type_of("struct kmem_cache")
    for step in path:
        cache += kind[step].bitpos // 8
        kind = kind[step].type
    return cache


# ---- SLAB: three lists of slabs, and arrays in front of them


def _slab_list(cache: int, name: str) -> tuple[int, int]:
    """How many slabs are on a list, and how many of their objects are handed out."""
    slabs = handed_out = 0
    for slab in target.entries(_inside(cache, "lists", name), "struct slab", "list", _frames()):
        slabs += 1
        handed_out += int(target.struct_at(slab, "struct slab")["inuse"])
    return slabs, handed_out


def _avail(array: int) -> int:
    """Objects in an array; it may not be there."""
    return int(target.struct_at(array, "struct array_cache")["avail"]) if array else 0


def _slab_info(address: int, cache: gdb.Value) -> Info:
    full, partial, free = (_slab_list(address, name) for name in
                           ("slabs_full", "slabs_partial", "slabs_free"))
    slabs = full[0] + partial[0] + free[0]
    shared = _avail(int(cache["lists"]["shared"]))
    arrays = cache["array"]
    cached = shared + sum(_avail(int(arrays[cpu])) for cpu in range(arrays.type.range()[1] + 1))
    cut = cache["g"]
    return Info(full[1] + partial[1] + free[1] - cached, slabs * int(cut["num"]),
                int(cut["buffer_size"]), int(cut["num"]), 1 << int(cut["gfporder"]),
                int(cache["limit"]), int(cache["batchcount"]), int(cache["shared"]),
                full[0] + partial[0], slabs, shared)


# ---- SLUB: free lists inside the objects


def _free_objects(cache: gdb.Value, first: int, most: int) -> int:
    """The length of a free list."""
    count, at = 0, first
    while at:
        if count > most:
            raise Broken(f"the free list at {first:#010x} is broken: it is longer than the "
                         f"{most} objects of its slab")
        before, at = at, target.word(at + int(cache["offset"]))
        count += 1
        if at % target.POINTER:
            raise Broken(f"the free list at {first:#010x} is broken at {before:#010x}: it goes "
                         f"on at {at:#010x}, no address of an object")
    return count


def _slub_slabs(address: int, cache: gdb.Value) -> Iterator[tuple[int, int]]:
    """Each slab's objects, and how many of them somebody holds."""
    own = cache["cpu_slab"]
    for cpu in range(own.type.range()[1] + 1):
        if int(own[cpu]["page"]):
            page = target.struct_at(int(own[cpu]["page"]), "struct page")
            objects = int(page["objects"])
            yield objects, int(page["inuse"]) - _free_objects(
                cache, int(own[cpu]["freelist"]), objects)
    for name in ("partial", "full"):
        for slab in target.entries(_inside(address, "node", name), "struct page", "lru",
                                   _frames()):
            page = target.struct_at(slab, "struct page")
            yield int(page["objects"]), int(page["inuse"])


def _slub_info(address: int, cache: gdb.Value) -> Info:
    slabs = list(_slub_slabs(address, cache))
    return Info(sum(inuse for _, inuse in slabs), sum(objects for objects, _ in slabs),
                int(cache["size"]), int(cache["oo"]["objects"]), 1 << int(cache["oo"]["order"]),
                active_slabs=sum(inuse > 0 for _, inuse in slabs), slabs=len(slabs))


# ---- SLOB: no slabs; a cache counts its objects


def _slob_info(_address: int, cache: gdb.Value) -> Info:
    active, size = int(cache["active"]), max(int(cache["size"]), 1)
    return Info(active, active, int(cache["size"]), max(PAGE // size, 1), -(-size // PAGE))


class Allocator(NamedTuple):
    chain: str  # the list of all caches
    member: str  # of struct kmem_cache, in it
    info: Callable[[int, gdb.Value], Info]


ALLOCATORS = (Allocator("cache_chain", "next", _slab_info),
              Allocator("slab_caches", "list", _slub_info),
              Allocator("slob_caches", "list", _slob_info))


def _allocator() -> Allocator:
    for allocator in ALLOCATORS:
        if target.has(allocator.chain):
            return allocator
    raise Broken("this kernel has none of SLAB, SLUB and SLOB")


def describe() -> Iterator[str]:
    """All caches; of one whose lists are broken, what is wrong with it."""
    allocator = _allocator()
    chain = target.address_of(allocator.chain)
    if target.is_empty(chain):
        raise Broken("there are no caches yet")
    yield "slabinfo - version: 2.1"
    yield TITLES
    for address in target.entries(chain, "struct kmem_cache", allocator.member, CACHES_MAX):
        cache = target.struct_at(address, "struct kmem_cache")
        name = target.string(int(cache["name"]))
        try:
            yield allocator.info(address, cache).line(name)
        except Broken as error:
            yield f"{name:<17} {error}"
