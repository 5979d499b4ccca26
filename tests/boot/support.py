"""Booting a machine for a test, and reading what it prints."""

import functools
import os
import re
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, NamedTuple

from k896 import BUILD, ROOT, build, iso, words
from k896.emulator import Config, Ended, Machine, TimedOut, create

ORACLE = ROOT / "tests" / "oracle"
K896 = ROOT / "k896"

PAGE = 4096
DMA_END_PFN = 0x1000  # 16 MiB
PAE_END_PFN = 1 << 24  # 64 GiB
PFN_4GIB = 1 << 20
HIGH_RESERVE = 128 << 20  # of the kernel's share, above the direct map

TOOL_SECONDS = 300


@functools.cache
def kernel(preset: str = "default") -> Path:
    return build.kernel(preset)


@functools.cache
def image(preset: str = "default") -> Path:
    """The ISO that starts at once."""
    elf = kernel(preset)
    with build.lock(preset):
        return iso.cached(elf, BUILD / preset / "k896-at-once.iso", at_once=True)


@contextmanager
def booted(mem: str = "128M", *, preset: str = "default", emulator: str = "qemu",
           append: str = "", fast: bool = False, modules=(), **more) -> Iterator[Machine]:
    """A machine at its prompt. What goes wrong is told with the console's text."""
    elf = kernel(preset)
    boot = None
    own_image = bool(append or modules) and not fast
    if own_image:
        boot = BUILD / preset / f"test-{os.getpid()}.iso"
        iso.make(elf, boot, append, modules)
    elif not fast:
        boot = image(preset)
    machine = create(emulator, Config(memory=words.memory_size(mem), kernel=elf, iso=boot,
                                      append=append, fast=fast, modules=modules, **more))
    try:
        with machine:
            machine.ready()
            yield machine
    except (Ended, TimedOut) as error:
        raise AssertionError(f"{type(error).__name__}: {error}\n{machine.tail()}") from None
    finally:
        if own_image:
            boot.unlink(missing_ok=True)


def ask(machine: Machine, line: str) -> str:
    """The output of a command that must succeed."""
    answer = machine.command(line)
    assert answer.status == 0, f"'{line}' failed with {answer.status}: {answer.output}"
    return answer.output


class Done(NamedTuple):
    code: int
    out: str
    err: str


def run(*command, stdin: str = "", seconds: float = TOOL_SECONDS, **more) -> Done:
    """Run a program of ours as a user does."""
    done = subprocess.run([str(word) for word in command], input=stdin, text=True,
                          capture_output=True, timeout=seconds, errors="replace", **more)
    return Done(done.returncode, done.stdout, done.stderr)


def k896(*arguments, **more) -> Done:
    return run(K896, *arguments, **more)


# What the kernel prints, read.


class Zone(NamedTuple):
    start_pfn: int
    spanned: int
    present: int


def zones(zoneinfo: str) -> dict[str, Zone]:
    """The populated zones of a /proc/zoneinfo."""
    found = {}
    for part in re.split(r"^Node 0, zone +", zoneinfo, flags=re.M)[1:]:
        number = {key: int(value) for key, value in
                  re.findall(r"^ +(spanned|present|start_pfn:) +(\d+)$", part, re.M)}
        if number["spanned"]:
            found[part.split()[0]] = Zone(number["start_pfn:"], number["spanned"],
                                          number["present"])
    return found


def firmware_map(dmesg: str) -> list[tuple[int, int, str]]:
    """The BIOS-e820 lines: [start, end) and type."""
    return [(int(start, 16), int(last, 16) + 1, kind) for start, last, kind in
            re.findall(r"BIOS-e820: \[mem 0x(\w+)-0x(\w+)\] (.+)", dmesg)]


def expected_zones(ranges, page_offset: int = 0xC0000000,
                   end_pfn: int = PAE_END_PFN) -> dict[str, Zone]:
    """The zones that follow from a firmware map: a model of whole frames."""
    lowmem_end = ((1 << 32) - page_offset - HIGH_RESERVE) // PAGE
    frames = []
    for start, end, kind in ranges:
        if kind != "usable":
            continue
        for piece_start, piece_end in ((max(start, PAGE), min(end, 0xA0000)),
                                       (max(start, 0x100000), end)):
            first = -(-piece_start // PAGE)
            last = min(piece_end // PAGE, end_pfn)
            if first < last:
                frames.append((first, last))
    top = max(last for _, last in frames)
    limits = {"DMA": (1, DMA_END_PFN), "Normal": (DMA_END_PFN, lowmem_end),
              "HighMem": (lowmem_end, end_pfn)}
    found = {}
    for name, (low, high) in limits.items():
        inside = [(max(first, low), min(last, high)) for first, last in frames
                  if first < high and last > low]
        if inside:
            found[name] = Zone(low, min(top, high) - low, sum(b - a for a, b in inside))
    return found


class Case(NamedTuple):
    name: str
    passed: bool
    notes: str


KTAP_PLAN = re.compile(r"^( *)1\.\.(\d+)$")
KTAP_RESULT = re.compile(r"^( *)(not )?ok \d+ (.*)$")
SUBTEST_INDENT = 4


def ktap(text: str) -> dict[str, list[Case]]:
    """Suites and their cases. Checks that plans and results agree."""
    suites: dict[str, list[Case]] = {}
    cases: list[Case] = []
    planned = None
    suites_planned = None
    notes: list[str] = []
    for line in text.splitlines():
        plan, result = KTAP_PLAN.match(line), KTAP_RESULT.match(line)
        if plan and plan[1]:
            planned = int(plan[2])
        elif plan:
            suites_planned = int(plan[2])
        elif result and len(result[1]) == SUBTEST_INDENT:
            cases.append(Case(result[3], not result[2], "\n".join(notes)))
            notes = []
        elif result and not result[1]:
            assert planned == len(cases), f"{result[3]}: {len(cases)} of {planned} ran"
            suites[result[3]] = cases
            all_passed = all(case.passed for case in cases)
            assert all_passed == (not result[2]), f"{result[3]}: its verdict is wrong"
            cases, notes, planned = [], [], None
        else:
            notes.append(line)
    assert not cases and suites_planned == len(suites), \
        f"the output ends after {len(suites)} of {suites_planned} suites:\n{text[-2000:]}"
    return suites


def assert_all_passed(cases: list[Case]) -> None:
    failed = [f"{case.name}\n{case.notes}" for case in cases if not case.passed]
    assert cases and not failed, "\n".join(failed) or "no case ran"
