"""Slab colouring, measured: it helps where theory says it must, and nowhere else.

The kernel's own SLAB runs under cachegrind (tools/colour-report); theory is the
simulation of one cache with least-recently-used replacement, from the addresses that
the objects had.
"""

import functools
import re

import pytest

from k896 import ROOT, colour
from k896.colour import Geometry, geometry
from support import run

REPORT = ROOT / "tools" / "colour-report"
USUAL = Geometry(32768, 8, 64)  # 64 sets: a page of lines in each way
SMALL = Geometry(16384, 4, 64)
WIDE = Geometry(49152, 12, 64)
NOISE = 2  # misses of a round that the walk's surroundings may make

pytestmark = pytest.mark.xdist_group("colour")  # one worker measures each case once


@functools.cache
def measured(cache: Geometry, size: int, objects: int) -> tuple[colour.Result, colour.Result]:
    """Without colouring and with it."""
    colour.built()
    return (colour.measure(cache, size, objects, False),
            colour.measure(cache, size, objects, True))


# Slack for several colours; so many objects that the few sets where uncoloured slabs
# put their first fields overflow, and few enough for all sets together.
MUST_HELP = [
    (USUAL, 3000, 200),
    (USUAL, 1500, 400),
    (USUAL, 508, 300),
    (USUAL, 256, 200),
    (USUAL, 2100, 150),
    (SMALL, 3000, 100),
    (WIDE, 508, 400),
]

# No slack; less of it than a line; a working set that fits anyway; one that fits
# nowhere.
CANNOT_HELP = [
    (USUAL, 4096, 200),
    (USUAL, 512, 400),
    (USUAL, 64, 3000),
    (USUAL, 500, 300),
    (USUAL, 3000, 12),
    (USUAL, 3000, 2000),
    (SMALL, 4096, 100),
]


@pytest.mark.parametrize("cache,size,objects", MUST_HELP)
def test_colouring_lowers_the_misses_where_it_must(cache, size, objects):
    off, on = measured(cache, size, objects)
    assert off.theory > 0.9 * objects, "the case is chosen wrongly"
    assert on.theory < off.theory / 2, "the case is chosen wrongly"
    assert off.measured > 0.9 * objects
    assert on.measured < off.measured / 2


@pytest.mark.parametrize("cache,size,objects", CANNOT_HELP)
def test_colouring_changes_nothing_where_it_cannot(cache, size, objects):
    off, on = measured(cache, size, objects)
    assert on.theory == off.theory, "the case is chosen wrongly"
    assert abs(on.measured - off.measured) <= NOISE + off.measured / 50


@pytest.mark.parametrize("cache,size,objects", MUST_HELP + CANNOT_HELP)
def test_cachegrind_and_theory_agree(cache, size, objects):
    for result in measured(cache, size, objects):
        assert abs(result.measured - result.theory) <= NOISE + result.theory / 50, result


def test_a_cache_keeps_what_fits_and_drops_what_was_used_longest_ago():
    cache = Geometry(256, 2, 64)  # two sets of two lines
    assert colour.misses_of_a_round(cache, [0, 64, 128, 192]) == 0
    assert colour.misses_of_a_round(cache, [0, 128, 256]) == 3  # in turn, in one set
    assert colour.misses_of_a_round(cache, [0, 128, 256, 64]) == 3
    assert colour.misses_of_a_round(cache, [0, 4, 60, 64]) == 0


def test_the_report_prints_both_and_their_ratio():
    done = run(REPORT, "--D1", "32768,8,64", "--size", "3000", "--objects", "200")
    assert done.code == 0, done.err
    size, objects, slabs, off, theory_off, on, theory_on, ratio = \
        done.out.splitlines()[-1].split()
    assert (size, objects, slabs) == ("3000", "200", "100")
    assert float(off) > 190 and float(on) < 10
    assert float(ratio) == pytest.approx(float(on) / float(off), abs=0.01)
    assert re.search(r"32768 bytes, 8 ways, 64 sets", done.out)


@pytest.mark.parametrize("arguments", [
    ["--D1", "frog"], ["--D1", "32768,8"], ["--D1", "32768,7,64"], ["--D1", "0,0,0"],
    ["--size", "0"], ["--size", "10000000"], ["--objects", "0"], ["--sise", "3"],
])
def test_a_wrong_option_is_answered(arguments):
    done = run(REPORT, *arguments)
    assert done.code == 2 and arguments[0].replace("sise", "") in done.err + "--"


def test_geometries_are_read_as_cachegrind_reads_them():
    assert geometry("32768,8,64") == USUAL
    assert USUAL.sets == 64 and str(WIDE) == "49152,12,64"
