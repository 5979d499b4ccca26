"""How the cost of an operation grows: what `bench growth` printed, and a judgement.

A row has an expected order of growth, O(f), and costs at several sizes n. It holds if
between no two sizes the cost grows by more than slack times as much as f does:

    cost(b) / cost(a)  <=  slack * f(b) / f(a)      for every a < b

The same rule serves every order. For O(1) it says that no cost is more than slack times
one at a smaller size. All pairs are compared, not only neighbours, so that a cost which
grows a little too much at each step is found as well. A cost that has a constant part
grows less than f, which is allowed: O(f) is a bound.

The slack is there because seldom and costly steps (a refill of 63 pages) do not divide
evenly by the samples. Where f grows itself, less of it is needed.
"""

import math
import re
from typing import Callable, NamedTuple

COST_MIN = 0.1  # the kernel prints tenths; 0.0 would divide
KMAP_SLOTS = 512


class Order(NamedTuple):
    """f of O(f), and how much faster a cost may grow."""

    f: Callable[[int], float]
    slack: float


ORDERS = {
    "O(1)": Order(lambda n: 1.0, 1.5),
    "O(log n)": Order(lambda n: 1 + math.log2(max(n, 1)), 1.25),
    "O(n)": Order(lambda n: 1.0 + n, 1.25),
    "O(512/(512-n))": Order(lambda n: KMAP_SLOTS / (KMAP_SLOTS - n), 1.25),
}

HEAD = re.compile(r"^(\w+): (O\(.+\)), n: (.+)$")
POINT = re.compile(r"^ *(\d+) +(\d+\.\d)(?: +\d+\.\d){3}$")


class Point(NamedTuple):
    """What an operation costs at a size: instructions, the mean of many."""

    n: int
    cost: float


class Row(NamedTuple):
    """An operation, the order of growth that is expected, what n counts."""

    name: str
    order: str
    what: str
    points: list[Point]


class Verdict(NamedTuple):
    """The pair of sizes that speaks most against the order."""

    holds: bool
    first: Point
    last: Point
    grew: float  # the cost, from first to last, so many times
    expected: float  # f, so many times

    @property
    def sentence(self) -> str:
        """Whether it holds, and by what."""
        word = "holds" if self.holds else "DOES NOT HOLD"
        return (f"{word}: from n = {self.first.n} to {self.last.n} the cost grows "
                f"{self.grew:.2f}-fold, the order {self.expected:.2f}-fold")


def rows(text: str) -> list[Row]:
    """What the kernel printed, by row."""
    found: list[Row] = []
    for line in text.splitlines():
        if head := HEAD.match(line):
            found.append(Row(*head.groups(), []))
        elif found and (point := POINT.match(line)):
            found[-1].points.append(Point(int(point[1]), float(point[2])))
    return found


def _between(order: Order, first: Point, last: Point) -> Verdict:
    grew = max(last.cost, COST_MIN) / max(first.cost, COST_MIN)
    expected = order.f(last.n) / order.f(first.n)
    return Verdict(grew <= order.slack * expected, first, last, grew, expected)


def judge(row: Row) -> Verdict | None:
    """The worst pair; None if fewer than two sizes were measured."""
    order = ORDERS[row.order]
    pairs = [_between(order, first, last) for at, first in enumerate(row.points)
             for last in row.points[at + 1:]]
    return max(pairs, key=lambda pair: pair.grew / pair.expected, default=None)


def table(row: Row) -> list[str]:
    """The row's points beside its order, and whether it holds."""
    lines = [f"{row.name}: {row.order}, n: {row.what}",
             f"{'n':>10} {'instructions':>14} {'times the first':>17} {'order':>9}"]
    f = ORDERS[row.order].f
    for point in row.points:
        first = row.points[0]
        lines.append(f"{point.n:>10} {point.cost:>14.1f} "
                     f"{point.cost / max(first.cost, COST_MIN):>17.2f} "
                     f"{f(point.n) / f(first.n):>9.2f}")
    verdict = judge(row)
    return lines + [verdict.sentence if verdict else "not judged: fewer than two sizes"]
