"""./k896 test: which pytest files, built beforehand, run on all cores."""

import argparse
import importlib.util
import os
import subprocess
import sys

from k896 import EXIT_UNAVAILABLE, ROOT, Problem, Usage, build, words

FOLDER = ROOT / "tests" / "boot"
GROUPS = {
    "unit": ["test_unit.py"],
    "boot": ["test_boot.py", "test_params.py", "test_elf.py"],
    "pages": ["test_buddy.py", "test_memblock.py", "test_page_commands.py", "test_page_debug.py",
              "test_zoneinfo_marks.py"],
    "window": ["test_window.py"],
    "slab": ["test_slab.py"],
    "vmalloc": ["test_vmalloc.py"],
    "highmem": ["test_highmem.py"],
    "threads": ["test_threads.py"],
    "bench": ["test_bench.py", "test_bench_cost.py"],
    "labs": ["test_labs.py"],
    "colour": ["test_colour.py"],
    "pictures": ["test_pictures.py"],
    "oracle": ["test_oracle.py"],
    "debuggers": ["test_gdb.py", "test_bochs_script.py"],
    "witness": ["test_witness.py"],
    "fuzz": ["test_fuzz.py"],
    "tools": ["test_tools.py"],
    "docs": ["test_docs.py"],
    "full": [],
}
FUZZ_SECONDS = 10
ALLOCATORS = ("slab", "slub", "slob")
WORKERS_MIN, WORKERS_MAX = 2, 8
PYTEST_MODULES = {"pytest": "python3-pytest", "xdist": "python3-pytest-xdist"}


def options(own: list[str], extra: list[str]) -> argparse.Namespace:
    """Check ./k896 test's words and options."""
    parser = words.Parser("test")
    parser.add_argument("--seconds", default=str(FUZZ_SECONDS))
    parser.add_argument("--seed")
    parser.add_argument("--allocator", choices=ALLOCATORS)
    chosen = parser.parse(own)
    chosen.extra = extra
    chosen.seconds = words.seconds("--seconds", chosen.seconds)
    if chosen.seed is not None:
        try:
            int(chosen.seed, 0)
        except ValueError:
            raise Usage(f"--seed {chosen.seed}: expected a number") from None
    for word in chosen.words:
        if word not in GROUPS:
            raise Usage(f"./k896 test knows no '{word}'"
                        + words.nearest(word, list(GROUPS)))
    return chosen


def _workers() -> int:
    """One more than there are CPUs: a third of a test's time is waiting."""
    return min(WORKERS_MAX, max(WORKERS_MIN, (os.cpu_count() or 1) + 1))


def run(chosen: argparse.Namespace) -> int:
    """Build what the tests boot, then hand over to pytest; its exit status."""
    for module, package in PYTEST_MODULES.items():
        if importlib.util.find_spec(module) is None:
            raise Problem(f"{package} is missing", EXIT_UNAVAILABLE)
    build.kernel("default")
    wanted = [name for word in chosen.words for name in GROUPS[word]]
    if not chosen.words or "full" in chosen.words:
        wanted = sorted({name for names in GROUPS.values() for name in names})
    command = [sys.executable, "-m", "pytest", "-n", str(_workers()),
               "--dist", "loadgroup", "--fuzz-seconds", f"{chosen.seconds:g}"]
    if chosen.seed is not None:
        command += ["--seed", chosen.seed]
    if "full" in chosen.words:
        command += ["--full"]
    if chosen.allocator:
        command += ["--allocator", chosen.allocator]
    # A lab's working copy has no test of the labs.
    command += [str(FOLDER / name) for name in dict.fromkeys(wanted) if (FOLDER / name).exists()]
    return subprocess.run(command + chosen.extra, cwd=ROOT).returncode
