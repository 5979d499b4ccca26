"""/proc/zoneinfo, /proc/buddyinfo, /proc/pagetypeinfo and /proc/meminfo as numbers.

Reads what k896 prints and what Linux prints; lines that only one has are ignored.
"""

import re
from dataclasses import dataclass, field
from typing import Optional

ZONES = ("DMA", "Normal", "HighMem", "Movable")


@dataclass
class Zone:
    """Pages throughout; populated: it has frames, and Linux printed its lists."""

    name: str
    free: int
    min: int
    low: int
    high: int
    spanned: int
    present: int
    managed: int
    cma: int
    protection: list[int]
    start_pfn: Optional[int] = None
    pcp_count: int = 0
    pcp_high: int = 0
    pcp_batch: int = 0
    stat: dict[str, int] = field(default_factory=dict)

    @property
    def populated(self) -> bool:
        return self.present > 0


SIZES = ("min", "low", "high", "spanned", "present", "managed", "cma")


def zones(text: str) -> dict[str, Zone]:
    """All zones of a /proc/zoneinfo by name, empty ones too."""
    found = {}
    for part in re.split(r"^Node 0, zone +", text, flags=re.M)[1:]:
        def number(pattern: str) -> Optional[int]:
            match = re.search(rf"^ +{pattern} +(\d+)$", part, re.M)
            return int(match[1]) if match else None

        zone = Zone(part.split()[0], number("pages free"), *(number(name) for name in SIZES),
                    [int(n) for n in re.search(r"protection: \((.+)\)", part)[1].split(", ")])
        if zone.populated:
            zone.start_pfn = number("start_pfn:")
            zone.pcp_count, zone.pcp_high, zone.pcp_batch = (
                number(name) for name in ("count:", "high:", "batch:"))
            zone.stat = {name: int(value) for name, value in
                         re.findall(r"^ +(nr_\w+) +(\d+)$", part, re.M)}
        found[zone.name] = zone
    return found


def meminfo(text: str) -> dict[str, int]:
    """KiB by label."""
    return {name: int(value) for name, value in re.findall(r"^(\S+): +(\d+) kB$", text, re.M)}


def buddyinfo(text: str) -> dict[str, list[int]]:
    """Free blocks of each order by zone."""
    return {name: [int(n) for n in counts.split()] for name, counts in
            re.findall(r"^Node 0, zone +(\w+) +([\d ]+)$", text, re.M)}


def pagetypes(text: str) -> dict[str, dict[str, list[int]]]:
    """From /proc/pagetypeinfo: free blocks of each order, by zone and type."""
    found: dict[str, dict[str, list[int]]] = {}
    for name, kind, counts in re.findall(
            r"^Node +0, zone +(\w+), type +(\w+) +([\d ]+)$", text, re.M):
        found.setdefault(name, {})[kind] = [int(n) for n in counts.split()]
    return found


def pageblocks(text: str) -> dict[str, dict[str, int]]:
    """From /proc/pagetypeinfo: the number of pageblocks, by zone and type."""
    table = text.partition("Number of blocks type ")[2]
    kinds = table.split("\n", 1)[0].split()
    return {name: dict(zip(kinds, (int(n) for n in counts.split()))) for name, counts in
            re.findall(r"^Node 0, zone +(\w+) +([\d ]+)$", table, re.M)}
