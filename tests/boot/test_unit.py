"""The unit tests of tests/unit, on the host under sanitizers and in the kernel.

Each suite is a test here. What suites there are is read from the sources, so
that one that does not run at all is a failure.
"""

import functools
import re

import pytest

from k896 import BUILD, ROOT, build
from support import ask, assert_all_passed, booted, ktap, run

UNIT = ROOT / "tests" / "unit"
CASE = re.compile(r"^TEST\((\w+),\s*(\w+)\)", re.M)
# What each build defines, of the names that the tests' #ifdefs ask for.
HOST_PROGRAMS = {"unit-pae": {"K896_HOST", "CONFIG_SLAB"},
                 "unit-nopae": {"K896_HOST", "CONFIG_SLAB"},
                 "unit-slub": {"K896_HOST", "CONFIG_SLUB"},
                 "unit-slob": {"K896_HOST", "CONFIG_SLOB"}}
KERNELS = {"default": {"CONFIG_SLAB"}, "no-pae": {"CONFIG_SLAB"}, "debug": {"CONFIG_SLAB"},
           "clang": {"CONFIG_SLAB"}, "slub": {"CONFIG_SLUB"}, "slob": {"CONFIG_SLOB"}}
ASKED_FOR = set().union(*HOST_PROGRAMS.values())


def suites_in(*folders, defined: set[str]) -> list[str]:
    """The suites with a case in a build that defines these names."""
    return sorted({suite for folder in folders for file in folder.glob("*_test.c")
                   for suite, _ in CASE.findall(as_built(file.read_text(), defined))})


def as_built(text: str, defined: set[str]) -> str:
    """The text without what #ifdef keeps from this build; other conditions hold."""
    kept, conditions = [], []
    for line in text.splitlines():
        words = line.replace("# ", "#").split()
        if words and words[0] in ("#if", "#ifdef", "#ifndef"):
            known = words[0] != "#if" and words[1] in ASKED_FOR
            conditions.append((words[1] in defined) == (words[0] == "#ifdef")
                              if known else True)
        elif words and words[0] in ("#else", "#elif"):
            conditions[-1] = not conditions[-1]
        elif words and words[0] == "#endif":
            conditions.pop()
        elif all(conditions):
            kept.append(line)
    return "\n".join(kept)


def on_the_host(program: str) -> list[str]:
    """All suites once for each page-table format, the allocators' with each of them."""
    suites = suites_in(UNIT, defined=HOST_PROGRAMS[program])
    if "CONFIG_SLAB" in HOST_PROGRAMS[program]:
        return suites
    return [suite for suite in suites if suite.startswith(("slab", "slub", "slob"))]


def in_the_kernel(preset: str) -> list[str]:
    return suites_in(UNIT, UNIT / "kernel", defined=KERNELS[preset])


@functools.cache
def host_programs() -> None:
    build.project(ROOT / "tests" / "host", BUILD / "host", "host")


@functools.cache
def in_kernel(preset: str, seed: int) -> dict:
    """All suites of one kernel, in one boot. They may fail: the cases tell."""
    with booted("1G", preset=preset) as machine:
        return ktap(machine.command(f'test "" {seed}', timeout=240).output)


@pytest.mark.parametrize("program,suite", [
    (program, suite) for program in HOST_PROGRAMS for suite in on_the_host(program)])
def test_suite_passes_on_the_host(program, suite, seed):
    host_programs()
    done = run(BUILD / "host" / program, "--seed", seed, suite)
    assert done.code in (0, 1), done.out + done.err
    results = ktap(done.out)
    assert list(results) == [suite]
    assert_all_passed(results[suite])
    assert done.code == 0 and not done.err, done.err


@pytest.mark.parametrize("program", HOST_PROGRAMS)
def test_host_program_refuses_a_suite_that_is_not_there(program):
    host_programs()
    assert run(BUILD / "host" / program, "no_such_suite").code == 2


@pytest.mark.parametrize("preset,suite", [
    pytest.param(preset, suite, marks=pytest.mark.xdist_group(f"kernel-{preset}"))
    for preset in KERNELS for suite in in_the_kernel(preset)])
def test_suite_passes_in_the_kernel(preset, suite, seed):
    results = in_kernel(preset, seed)
    assert suite in results, f"{suite} did not run; these did: {', '.join(results)}"
    assert_all_passed(results[suite])


# What the code under test says is kept from Bochs's console: it takes minutes.


def test_suites_about_the_cpu_pass_on_bochs(seed):
    """Those that have cases which only the kernel can run: page tables, faults, flags."""
    with booted("64M", emulator="bochs", append="loglevel=1") as machine:
        for suite in suites_in(UNIT / "kernel", defined=KERNELS["default"]):
            output = machine.command(f"test {suite} {seed}", timeout=240).output
            assert_all_passed(ktap(output)[suite])


@pytest.mark.full
def test_all_suites_pass_on_bochs(seed):
    with booted("64M", emulator="bochs", append="loglevel=1") as machine:
        output = machine.command(f'test "" {seed}', timeout=600).output
    for cases in ktap(output).values():
        assert_all_passed(cases)


def test_monitor_says_that_a_suite_is_not_there():
    with booted() as machine:
        answer = machine.command("test no_such_suite")
    assert answer.status == 1 and "no_such_suite" in answer.output


def test_one_suite_or_one_case_runs_alone():
    with booted() as machine:
        assert list(ktap(ask(machine, "test bitmap"))) == ["bitmap"]
        alone = ktap(ask(machine, "test bitmap.bits_of_a_word"))
        assert [case.name for case in alone["bitmap"]] == ["bits_of_a_word"]
        assert machine.command("test bitmap.no_such_case").status == 1
