"""The object allocators: the common suites with each of them, and their reporters.

--allocator keeps to one of the three; what is said of all holds for it alone then.
"""

import functools
import re

import pytest

from k896 import BUILD, ROOT, build
from support import ORACLE, ask, assert_all_passed, booted, ktap, run

PRESETS = {"slab": "default", "slub": "slub", "slob": "slob"}
PROGRAMS = {"slab": "unit-pae", "slub": "unit-slub", "slob": "unit-slob"}
COMMON = ["slab", "slab_debug", "slab_fault", "slab_model"]
SIZES = ["16M", "512M", "64G"]
SUITE_SECONDS = 240

ROW = re.compile(r"(?P<name>\S+) +(?P<active_objs>\d+) +(?P<num_objs>\d+) +(?P<objsize>\d+) "
                 r"+(?P<objperslab>\d+) +(?P<pagesperslab>\d+) : tunables +(?P<limit>\d+) "
                 r"+(?P<batchcount>\d+) +(?P<shared>\d+) : slabdata +(?P<active_slabs>\d+) "
                 r"+(?P<num_slabs>\d+) +(?P<sharedavail>\d+)")


def pytest_generate_tests(metafunc):
    if "allocator" in metafunc.fixturenames:
        chosen = metafunc.config.option.allocator
        names = [chosen] if chosen else list(PRESETS)
        metafunc.parametrize("allocator", [
            pytest.param(name, marks=pytest.mark.xdist_group(f"slab-{name}"))
            for name in names], scope="module")


@pytest.fixture(scope="module")
def machine(allocator):
    with booted("512M", preset=PRESETS[allocator], fast=True) as machine:
        yield machine


def own_suites(allocator: str) -> list[str]:
    """Suites of one allocator alone, if it has any."""
    files = (ROOT / "tests" / "unit").glob(f"{allocator}*own_test.c")
    return sorted({suite for file in files
                   for suite in re.findall(r"^TEST\((\w+),", file.read_text(), re.M)}
                  - set(COMMON))


def caches(slabinfo: str) -> dict[str, dict[str, int]]:
    """Rows of a /proc/slabinfo by name; every line must be of its form."""
    lines = slabinfo.splitlines()
    found = {}
    for line in lines[2:]:
        match = ROW.fullmatch(line)
        assert match, line
        found[match["name"]] = {key: int(value) for key, value in
                                match.groupdict().items() if key != "name"}
    assert len(found) == len(lines) - 2, "a name stands twice"
    return found


# The suites


@functools.cache
def host_programs() -> None:
    build.project(ROOT / "tests" / "host", BUILD / "host", "host")


def test_suites_pass_on_the_host(allocator, seed):
    host_programs()
    suites = COMMON + own_suites(allocator)
    done = run(BUILD / "host" / PROGRAMS[allocator], "--seed", seed, *suites)
    assert done.code == 0, done.out + done.err
    assert "not ok" not in done.out


@pytest.mark.parametrize("size", SIZES)
def test_suites_pass_in_the_kernel(allocator, size, seed):
    with booted(size, preset=PRESETS[allocator], fast=True, append="loglevel=1") as machine:
        for suite in COMMON + own_suites(allocator):
            answer = machine.command(f"test {suite} {seed}", timeout=SUITE_SECONDS)
            assert_all_passed(ktap(answer.output)[suite])
        assert "slab_check: 0 violations" in ask(machine, "slab")
        assert "0 violations" in ask(machine, "buddy")


def test_suites_pass_while_every_cache_is_debugged(allocator, seed):
    with booted("64M", preset=PRESETS[allocator], fast=True,
                append="slab_debug=FZPU loglevel=1") as machine:
        for suite in ("slab", "slab_model", "slab_debug"):
            answer = machine.command(f"test {suite} {seed}", timeout=SUITE_SECONDS)
            assert_all_passed(ktap(answer.output)[suite])
        assert "slab_check: 0 violations" in ask(machine, "slab")


def test_a_kernel_whose_objects_fail_at_random_lives(allocator):
    with booted("64M", preset=PRESETS[allocator], fast=True,
                append="failslab=50,1,-1 fail_seed=7") as machine:
        assert "failslab: probability 50%" in ask(machine, "dmesg")
        assert machine.command("slabmix").status == 1  # 3400 objects: some do fail
        assert "slab_check: 0 violations" in ask(machine, "slab")


# /proc/slabinfo


def test_slabinfo_has_the_columns_of_a_real_one(machine):
    real = (ORACLE / "pc-4G" / "slabinfo").read_text()
    ours = ask(machine, "cat /proc/slabinfo")
    assert ours.splitlines()[:2] == real.splitlines()[:2]
    assert caches(real) and caches(ours)


def test_slabinfo_adds_up(machine, allocator):
    for name, row in caches(ask(machine, "cat /proc/slabinfo")).items():
        assert row["active_objs"] <= row["num_objs"], name
        assert row["active_slabs"] <= row["num_slabs"], name
        if allocator != "slob":
            assert row["num_objs"] == row["num_slabs"] * row["objperslab"], name
            assert row["objsize"] * row["objperslab"] <= row["pagesperslab"] * 4096, name


def test_every_size_class_has_its_cache(machine, allocator):
    if allocator == "slob":
        pytest.skip("SLOB has one cache for all sizes")
    sizes = [32, 64, 96, 128, 192] + [1 << shift for shift in range(8, 23)]
    names = caches(ask(machine, "cat /proc/slabinfo"))
    for size in sizes:
        assert f"kmalloc-{size}" in names and f"kmalloc-dma-{size}" in names


def test_tunables_are_written_as_to_slabinfo(machine, allocator):
    if allocator != "slab":
        assert machine.command("slabinfo kmem_cache 20 10 2").status == 1
        return
    ask(machine, "slabinfo kmalloc-128 20 10 2")
    row = caches(ask(machine, "cat /proc/slabinfo"))["kmalloc-128"]
    assert (row["limit"], row["batchcount"], row["shared"]) == (20, 10, 2)


@pytest.mark.parametrize("line,message", [
    ("slabinfo no-such-cache 1 1 1", "no such cache"),
    ("slabinfo kmem_cache 0 1 1", "BATCH"),
    ("slabinfo kmem_cache 10 11 1", "BATCH"),
    ("slabinfo kmem_cache 10 x 1", "BATCH"),
    ("slabinfo kmem_cache 10 5 -1", "SHARED"),
    ("slab no-such-cache", "no such cache"),
])
def test_what_makes_no_sense_is_refused(machine, line, message):
    answer = machine.command(line)
    assert answer.status == 1 and message in answer.output


# Drawings and sums


def test_a_drawing_shows_each_object_once(machine, allocator):
    output = ask(machine, "slab kmem_cache" if allocator != "slob" else "slab kmalloc-any")
    counted = re.search(r"# (\d+) used, c (\d+) free in an array, \. (\d+) free", output)
    drawn = "".join(re.findall(r"^ {12}([#.c]+)$", output, re.M))
    assert [drawn.count(mark) for mark in "#c."] == [int(number) for number in counted.groups()]
    if allocator != "slob":
        named = len(caches(ask(machine, "cat /proc/slabinfo")))
        assert drawn.count("#") in (named, named - 1)  # kmem_cache itself may be static


def test_meminfo_tells_the_pages_of_slabs(machine):
    kb = dict(re.findall(r"^(\w+): +(\d+) kB$", ask(machine, "cat /proc/meminfo"), re.M))
    pages = int(re.search(r"(\d+) pages", ask(machine, "slab"))[1])
    assert int(kb["Slab"]) == int(kb["SReclaimable"]) + int(kb["SUnreclaim"]) == 4 * pages


def test_the_mix_gives_its_pages_back(machine):
    before = ask(machine, "slab").splitlines()[0]
    rows = ask(machine, "slabmix 5").splitlines()
    full = [int(number) for number in re.findall(r" (\d+)", rows[1])]
    assert full[0] > 3000 and full[2] * 4096 > full[1]
    assert ask(machine, "slabmix 5").splitlines() == rows
    assert ask(machine, "slab").splitlines()[0] == before


def test_costs_are_told_for_each_size(machine):
    rows = ask(machine, "slabcost").splitlines()
    assert len(rows) == 9 and all(re.search(r" \d+\.\d +\d+\.\d$", row) for row in rows[1:])
