"""./k896 bench profile NAME: the instructions of one figure by function.

The kernel steps through a batch and counts each address (its command bench profile). The
debugging information tells which function of the source each belongs to: one that the
compiler inlined is shown below the function that it has become a part of.
"""

import argparse
import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from k896 import Problem, Usage, build, counted, tell, words

HEAD = re.compile(r"^(\w+): (\d+) operations(.*)$", re.M)
ADDRESS = re.compile(r"^([0-9a-f]{8}) +(\d+)  ", re.M)
SHOWN_MIN = 0.01  # of the whole; below it, a row is one of the others


class Profile(NamedTuple):
    """How often each address was executed in so many operations."""

    name: str
    operations: int
    counts: dict[int, int]


class Place(NamedTuple):
    """A function, and the one in the machine code that it is inlined in, or itself."""

    function: str
    inside: str


def options(own: list[str], extra: list[str]) -> argparse.Namespace:
    """Check the words and options behind ./k896 bench profile."""
    parser = words.Parser("bench profile")
    parser.add_argument("--mem", default="4G")
    parser.add_argument("--preset", default="default", choices=build.presets())
    chosen = parser.parse(own)
    if chosen.help:
        return chosen
    if len(chosen.words) != 1 or extra:
        raise Usage("./k896 bench profile takes the name of one figure")
    chosen.name = chosen.words[0]
    if not re.fullmatch(r"\w+", chosen.name):
        raise Usage(f"'{chosen.name}' is no figure's name")
    chosen.memory = words.memory_size(chosen.mem)
    return chosen


def read(text: str, name: str) -> Profile:
    """What bench profile printed."""
    head = HEAD.search(text)
    if not head or head[1] != name:
        raise Problem(f"there is no profile of '{name}'; pairs and batches have one", 1,
                      text[-500:])
    if head[3]:
        tell(name + head[3])
    return Profile(name, int(head[2]), {int(address, 16): int(count) for address, count
                                        in ADDRESS.findall(text)})


def places(kernel: Path, addresses: list[int]) -> dict[int, Place]:
    """Where each address is in the source, asked of addr2line."""
    done = subprocess.run(["addr2line", "-e", str(kernel), "-a", "-f", "-i"], text=True,
                          input="".join(f"{address:#x}\n" for address in addresses),
                          capture_output=True, check=True)
    return read_places(done.stdout)


def read_places(text: str) -> dict[int, Place]:
    """From addr2line's output: an address, then function and line, innermost first."""
    found = {}
    for part in re.split(r"^0x(?=[0-9a-f]+$)", text, flags=re.M)[1:]:
        address, *lines = part.splitlines()
        functions = lines[::2]
        found[int(address, 16)] = Place(functions[0], functions[-1])
    return found


def by_function(profile: Profile, where: dict[int, Place]) -> dict[str, Counter[str]]:
    """Executed instructions: a function of the machine code, and what it consists of."""
    found: dict[str, Counter[str]] = {}
    for address, count in profile.counts.items():
        place = where[address]
        found.setdefault(place.inside, Counter())[place.function] += count
    return found


def shown(name: str, parts: Counter[str], least: float) -> list[tuple[str, int]]:
    """A row for the function, and below it those inlined ones that are worth a row."""
    inlined = [(f"  {part}", count) for part, count in parts.most_common()
               if part != name and count >= least]
    return [(name, parts.total()), *inlined]


def table(profile: Profile, where: dict[int, Place]) -> list[str]:
    """A row a function, the most expensive first."""
    found = by_function(profile, where)
    whole = sum(profile.counts.values())
    rows, others = [], 0
    for name, parts in sorted(found.items(), key=lambda item: (-item[1].total(), item[0])):
        if parts.total() >= SHOWN_MIN * whole:
            rows += shown(name, parts, SHOWN_MIN * whole)
        else:
            others += parts.total()
    rows += [("others", others), ("all", whole)]
    return [f"{profile.name:<34}{'instructions':>13}{'share':>8}"] + [
        f"{name:<34}{count / profile.operations:>13.1f}{count / whole:>8.1%}"
        for name, count in rows]


def run(chosen: argparse.Namespace) -> int:
    """Step through a batch, and print."""
    text = counted.text_of([f"bench profile {chosen.name}"], chosen.memory, chosen.preset)
    profile = read(text, chosen.name)
    where = places(build.kernel_path(chosen.preset), list(profile.counts))
    print("\n".join(table(profile, where)))
    return 0
