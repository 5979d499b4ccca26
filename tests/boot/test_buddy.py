"""The page allocator on machines of all sizes, and what grouping by mobility is worth."""

import re

import pytest

from support import ask, assert_all_passed, booted, ktap

SUITES = ["buddy", "buddy_merge", "buddy_model", "exhaustion", "pageblock"]


@pytest.mark.parametrize("size,append", [("16M", ""), ("512M", ""), ("512M", "cma=64M"),
                                         ("4G", ""), ("64G", "")])
def test_the_allocator_s_suites_pass(size, append):
    with booted(size, append=append, fast=True) as machine:
        for suite in SUITES:
            assert_all_passed(ktap(ask(machine, f"test {suite}"))[suite])


def whole_blocks(append: str) -> int:
    """Per cent of the pageblocks that could be free as a whole and are."""
    with booted("1G", append=append, fast=True) as machine:
        found = re.search(r"(\d+) %$", ask(machine, "antifrag 7"), re.M)
    return int(found[1])


def test_grouping_by_mobility_keeps_large_blocks_possible():
    assert whole_blocks("") >= 90
    assert whole_blocks("page_group_by_mobility=off") <= 40
