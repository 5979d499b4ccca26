#!/usr/bin/python3
"""Write what a real Linux printed of its zones (tests/oracle) as a table in C.

usage: oracle-table.py [ORACLE-FOLDER] >tests/unit/watermark_oracle.h
"""

import re
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP / "tools"))

from k896.zoneinfo import ZONES, Zone, meminfo, zones  # noqa: E402

KB_A_PAGE = 4

HEAD = """\
/*
 * The zones of thirteen machines as a real Linux 6.1 printed them, in pages.
 * tools/oracle-table.py made this table from tests/oracle, and a test of
 * tests/boot makes it again and compares.
 */
#ifndef WATERMARK_ORACLE_H
#define WATERMARK_ORACLE_H

#include <mm/mmzone.h>

struct oracle_zone {
	unsigned long managed;
	unsigned long min, low, high;
	unsigned long protection[MAX_NR_ZONES];
	int batch, pcp_high; /* 0: the zone is empty and has no lists */
};

struct oracle_machine {
	const char *name;
	unsigned long min_free_kbytes;
	unsigned long reserve; /* what MemAvailable leaves out of MemFree */
	struct oracle_zone zones[MAX_NR_ZONES];
};

/* clang-format off */
static const struct oracle_machine oracle[] = {
"""
TAIL = """\
};
/* clang-format on */

#endif
"""


def reserve_pages(memory: dict[str, int], zone: dict[str, Zone]) -> int:
    """MemAvailable is MemFree and half of what can be reclaimed, less this.

    These machines had no page cache that counts: Active(file), Inactive(file) 0.
    """
    assert memory["Active(file)"] == memory["Inactive(file)"] == 0
    reclaimable = memory["KReclaimable"] // KB_A_PAGE
    spared = min(reclaimable // 2, sum(z.low for z in zone.values()))
    return ((memory["MemFree"] - memory["MemAvailable"]) // KB_A_PAGE
            + reclaimable - spared)


def zone_line(zone: Zone) -> str:
    protection = ", ".join(map(str, zone.protection))
    return (f"\t\t[ZONE_{zone.name.upper()}] = {{{zone.managed}, {zone.min}, {zone.low}, "
            f"{zone.high},\n\t\t\t{{{protection}}}, {zone.pcp_batch}, {zone.pcp_high}}},\n")


def machine_entry(folder: Path) -> str:
    found = zones((folder / "zoneinfo").read_text())
    memory = meminfo((folder / "meminfo").read_text())
    kbytes = re.search(r"min_free_kbytes = (\d+)", (folder / "sysctl").read_text())[1]
    return (f"\t{{\"{folder.name}\", {kbytes}, {reserve_pages(memory, found)}, {{\n"
            + "".join(zone_line(found[name]) for name in ZONES) + "\t}},\n")


def table(oracle: Path) -> str:
    """The whole header."""
    machines = sorted(folder for folder in oracle.iterdir() if folder.is_dir())
    return HEAD + "".join(machine_entry(folder) for folder in machines) + TAIL


def main(arguments: list[str]) -> int:
    if len(arguments) > 1 or arguments[:1] in (["-h"], ["--help"]):
        print(__doc__.strip(), file=sys.stderr)
        return 64
    sys.stdout.write(table(Path(arguments[0]) if arguments else TOP / "tests" / "oracle"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
