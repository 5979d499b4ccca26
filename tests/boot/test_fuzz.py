"""libFuzzer on the code that reads what the world wrote.

Each target starts from its corpus and runs for --fuzz-seconds; what it finds is
left in build/fuzz/found, to be added to the corpus with the fix.
"""

import functools
import re

import pytest

from k896 import BUILD, ROOT, build
from support import run

SOURCE = ROOT / "tests" / "fuzz"
FOLDER = BUILD / "fuzz"
TARGETS = ["multiboot2", "e820", "params"]
START_SECONDS = 60


@functools.cache
def targets_built() -> None:
    build.project(SOURCE, FOLDER, "fuzz", "-DCMAKE_C_COMPILER=clang")


def test_every_target_has_a_corpus_and_is_run():
    sources = sorted(path.stem.removeprefix("fuzz_") for path in SOURCE.glob("fuzz_*.c"))
    assert sources == sorted(TARGETS)
    for target in TARGETS:
        assert any((SOURCE / "corpus" / target).iterdir())


@pytest.mark.parametrize("target", TARGETS)
def test_no_input_breaks(target, seed, fuzz_seconds):
    targets_built()
    found = FOLDER / "found" / target
    grown = FOLDER / "grown" / target
    for folder in (found, grown):
        folder.mkdir(parents=True, exist_ok=True)
    done = run(FOLDER / f"fuzz_{target}", f"-seed={seed % (1 << 31) or 1}",
               f"-max_total_time={max(1, round(fuzz_seconds))}", "-print_final_stats=1",
               f"-artifact_prefix={found}/", grown, SOURCE / "corpus" / target,
               seconds=fuzz_seconds + START_SECONDS)
    assert done.code == 0, done.err[-6000:]
    executed = re.search(r"stat::number_of_executed_units: *(\d+)", done.err)
    assert executed and int(executed[1]) > 1000 * fuzz_seconds / 30, done.err[-2000:]
