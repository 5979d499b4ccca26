"""Zones, and the buddy system's free blocks, counted on the lists themselves."""

from typing import Iterator, NamedTuple

import gdb

from k896gdb import target
from k896gdb.target import Broken


class Zone(NamedTuple):
    """A zone as it lies in memory."""

    address: int
    value: gdb.Value

    @property
    def name(self) -> str:
        return target.string(int(self.value["name"]))

    def __getitem__(self, member: str) -> int:
        return int(self.value[member])

    def stat(self, item: str) -> int:
        return int(self.value["vm_stat"][target.enum("enum zone_stat_item")[item]])

    def inside(self, *path) -> int:
        """Address of a member of a member, as inside('free_area', 3, 'nr_free')."""
        address, kind = self.address, target.type_of("struct zone")
        for step in path:
            if isinstance(step, int):
                kind = kind.target()
                address += step * kind.sizeof
            else:
                address += kind[step].bitpos // 8
                kind = kind[step].type
        return address


def zone_of(number: int) -> Zone:
    """By enum zone_type."""
    kind = target.type_of("struct zone")
    address = (target.address_of("contig_page_data")
               + target.offset("struct pglist_data", "node_zones") + number * kind.sizeof)
    return Zone(address, target.value(address, kind))


def zones() -> Iterator[Zone]:
    """The populated ones."""
    for number in range(target.enum("enum zone_type")["MAX_NR_ZONES"]):
        zone = zone_of(number)
        if zone["present_pages"]:
            yield zone


def orders() -> int:
    """MAX_ORDER."""
    return target.type_of("struct zone")["free_area"].type.range()[1] + 1


def migrate_types() -> list[str]:
    names = target.variable("migratetype_names")
    return [target.string(int(names[i])) for i in range(names.type.range()[1] + 1)]


# ---- k896-zones


COLUMNS = [("start_pfn", "zone_start_pfn"), ("spanned", "spanned_pages"),
           ("present", "present_pages"), ("managed", "managed_pages"), ("min", "pages_min"),
           ("low", "pages_low"), ("high", "pages_high")]


def describe() -> Iterator[str]:
    found = list(zones())
    if not found:
        raise Broken("there are no zones yet")
    yield ("zone     " + "".join(f"{title:>10}" for title, _ in COLUMNS)
           + "      free   per-CPU  protection")
    for zone in found:
        yield (f"{zone.name:<9}" + "".join(f"{zone[member]:10}" for _, member in COLUMNS)
               + f"{zone.stat('NR_FREE_PAGES'):10}{_per_cpu(zone):10}  {_protection(zone)}")


def _per_cpu(zone: Zone) -> int:
    sets = zone.value["pageset"]
    return sum(int(sets[cpu]["pcp"]["count"]) for cpu in range(sets.type.range()[1] + 1))


def _protection(zone: Zone) -> str:
    reserve = zone.value["lowmem_reserve"]
    return "(" + ", ".join(str(int(reserve[i]))
                           for i in range(reserve.type.range()[1] + 1)) + ")"


# ---- k896-buddy


def free_list(zone: Zone, order: int, kind: int) -> Iterator[int]:
    """The struct pages of the blocks on one list."""
    most = (zone["spanned_pages"] >> order) + 1
    head = zone.inside("free_area", order, "free_list", kind)
    return target.entries(head, "struct page", "lru", most)


class Blocks(NamedTuple):
    """counts[type][order], and what is wrong with the lists."""

    counts: list[list[int]]
    problems: list[str]


def blocks(zone: Zone) -> Blocks:
    found = Blocks([[0] * orders() for _ in migrate_types()], [])
    for order in range(orders()):
        for kind, name in enumerate(migrate_types()):
            try:
                for _ in free_list(zone, order, kind):
                    found.counts[kind][order] += 1
            except Broken as error:
                found.problems.append(f"zone {zone.name}, order {order}, {name}: {error}")
        listed = sum(row[order] for row in found.counts)
        counted = int(zone.value["free_area"][order]["nr_free"])
        if listed != counted:
            found.problems.append(f"zone {zone.name}, order {order}: nr_free is {counted}, "
                                  f"on the lists are {listed}")
    return found


def describe_buddy() -> Iterator[str]:
    """As /proc/buddyinfo, then by type as the first part of /proc/pagetypeinfo."""
    found = [(zone, blocks(zone)) for zone in zones()]
    for zone, have in found:
        sums = [sum(row[order] for row in have.counts) for order in range(orders())]
        yield (f"Node 0, zone {zone.name:>8} " + "".join(f"{n:6} " for n in sums))
    yield ""
    for zone, have in found:
        for name, row in zip(migrate_types(), have.counts):
            yield (f"Node    0, zone {zone.name:>8}, type {name:>12} "
                   + "".join(f"{n:6} " for n in row))
    for _, have in found:
        yield from have.problems
