"""What all of tests/boot shares: the tools' package, --seed, --fuzz-seconds, --allocator."""

import random
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
sys.path.insert(0, str(TESTS.parent / "tools"))

SEED_BITS = 31


def pytest_addoption(parser):
    parser.addoption("--seed", type=lambda text: int(text, 0),
                     help="of all random choices; printed at the start")
    parser.addoption("--fuzz-seconds", type=float, default=10,
                     help="how long each fuzzer runs")
    parser.addoption("--full", action="store_true",
                     help="also the tests marked full, which take long")
    parser.addoption("--allocator", choices=("slab", "slub", "slob"),
                     help="the tests of the object allocators with this one alone")


def pytest_configure(config):
    """All workers share one seed, which the controller chose and prints."""
    if config.option.seed is None:
        config.option.seed = random.SystemRandom().getrandbits(SEED_BITS)


def pytest_collection_modifyitems(config, items):
    if config.option.full:
        return
    skip = pytest.mark.skip(reason="takes long: --full, or ./k896 test full")
    for item in items:
        if "full" in item.keywords:
            item.add_marker(skip)


def pytest_report_header(config):
    return f"seed: {config.option.seed} (--seed {config.option.seed} repeats it)"


@pytest.fixture(scope="session")
def seed(request) -> int:
    return request.config.option.seed


@pytest.fixture
def fuzz_seconds(request) -> float:
    return request.config.getoption("--fuzz-seconds")

