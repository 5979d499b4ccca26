"""./k896 bench boot, memory, profile, and the picture: costs that are no figure's row."""

import json
import re
import xml.etree.ElementTree

import pytest

from k896 import bench, bench_boot, bench_memory, bench_plot, bench_profile, counted, words
from support import ORACLE, kernel, k896

TARGETS = json.loads(counted.TARGETS.read_text())
SMALL, MIDDLE, USUAL = "128M", "1G", "4G"
BY_FRAME = ("zones", "memory")  # the steps that touch every page frame
BY_LOWMEM = ("bootmem",)  # a bitmap of lowmem: no larger above 896 MiB
OTHERS_MAX = 20_000  # instructions that another step may differ by: a longer line to print


# Boot


@pytest.fixture(scope="module")
def boots() -> dict[str, bench_boot.Boot]:
    return {size: bench_boot.measure(words.memory_size(size))
            for size in (SMALL, MIDDLE, USUAL)}


def check_linear(small: bench_boot.Boot, large: bench_boot.Boot, by_frame: dict[str, float]):
    """Each step of large costs what a line through by_frame's slopes allows."""
    frames = large.frames - small.frames
    for step, ticks in large.steps.items():
        more = ticks - small.steps[step]
        assert more <= by_frame.get(step, 0) * frames + OTHERS_MAX, step


def slopes(small: bench_boot.Boot, large: bench_boot.Boot) -> dict[str, float]:
    return {step: 1.05 * (large.steps[step] - small.steps[step]) / (large.frames - small.frames)
            for step in BY_FRAME}


def test_no_step_of_the_boot_grows_faster_than_the_page_frames(boots):
    check_linear(boots[MIDDLE], boots[USUAL], slopes(boots[SMALL], boots[MIDDLE]))


def test_instructions_a_frame_fall_as_memory_grows(boots):
    assert boots[SMALL].per_frame > boots[MIDDLE].per_frame > boots[USUAL].per_frame


@pytest.mark.full
def test_64_gib_cost_no_more_a_frame_than_4_gib(boots):
    large = bench_boot.measure(words.memory_size("64G"))
    check_linear(boots[USUAL], large, slopes(boots[SMALL], boots[MIDDLE]))
    assert large.per_frame < boots[USUAL].per_frame


def test_two_boots_cost_the_same(boots):
    assert bench_boot.measure(words.memory_size(SMALL)) == boots[SMALL]


def test_memory_bring_up_meets_its_target(boots):
    ours = boots[USUAL].between("entry", "memory")
    theirs = bench_boot.theirs("memblock_free_all", from_start=True)
    assert theirs == pytest.approx(850e6, rel=0.001)
    assert ours <= TARGETS["memory_bring_up_4G"] * theirs


def test_a_step_that_grew_too_fast_would_be_found(boots):
    steps = dict(boots[USUAL].steps, paging=boots[USUAL].steps["paging"] + 100_000)
    with pytest.raises(AssertionError, match="paging"):
        check_linear(boots[MIDDLE], bench_boot.Boot(boots[USUAL].frames, steps),
                     slopes(boots[SMALL], boots[MIDDLE]))


def test_the_table_adds_up():
    done = k896("bench", "boot", "--mem", SMALL)
    assert done.code == 0, done.err
    rows = dict(re.findall(r"^(\w[\w ]*\w|\w+) +([\d,.]+)$", done.out, re.M))
    numbers = {name: float(value.replace(",", "")) for name, value in rows.items()}
    whole, frames, each = (numbers.pop(name) for name in ("all", "page frames", "a frame"))
    assert sum(numbers.values()) == whole
    assert frames == bench_memory.taken((ORACLE / "pc-128M" / "zoneinfo").read_text()).present
    assert each == pytest.approx(whole / frames, abs=0.06)


# Memory


def test_what_a_real_linux_takes_is_read():
    found = bench_memory.taken((ORACLE / "pc-4G" / "zoneinfo").read_text())
    assert found == (1048446, 16822)
    parts = bench_memory.peer_sections((ORACLE / "pc-4G" / "dmesg").read_text())
    assert parts["kernel code"] == 9423 << 10 and parts["bss"] == 476 << 10


def test_boot_takes_as_few_pages_as_promised():
    ours = bench_memory.taken(counted.text_of(["cat /proc/zoneinfo"]))
    theirs = bench_memory.taken((ORACLE / "pc-4G" / "zoneinfo").read_text())
    assert ours.present == theirs.present
    assert ours.taken <= TARGETS["pages_taken_4G"] * theirs.taken


def test_a_page_frame_costs_one_struct_page():
    page = bench_memory.struct_size(kernel("no-tests"), "page")
    small, large = bench_memory.measured("no-tests")
    assert bench_memory.growth(small, large) == pytest.approx(page, abs=0.1)


def test_the_image_without_tests_is_as_small_as_promised():
    found = bench_memory.sections(kernel("no-tests"))
    assert set(found) <= {*bench_memory.LOADED, ".bss"}
    assert bench_memory.loaded(found) <= TARGETS["image_bytes"]


def test_slabmix_is_read():
    rows = bench_memory.mix(
        "slab                               objects       bytes   pages     KiB  overhead\n"
        "all of them                           3408      521419     155     620       21%\n"
        "every other one freed, shrunk         1704      267152     149     596      128%\n"
        "none left, shrunk                        0           0       3      12\n")
    assert rows == {"all of them": [3408, 521419, 155, 620], "none left, shrunk": [0, 0, 3, 12]}


# Profiles


@pytest.mark.parametrize("name", ["page_order0_pair", "kmap_hot_pair"])
def test_the_steps_of_a_profile_are_the_figure(name):
    text = counted.text_of([f"bench profile {name}", f"bench {name}"])
    profile = bench_profile.read(text, name)
    each = sum(profile.counts.values()) / profile.operations
    loop = 3  # what bench subtracts: count, compare, jump
    assert each - loop == pytest.approx(bench.figures(text)[name].median, abs=1.1)


def test_the_rows_of_a_profile_add_up():
    done = k896("bench", "profile", "kmalloc_64_pair")
    assert done.code == 0, done.err
    outer = dict(re.findall(r"^(\w+) +([\d.]+) +[\d.]+%$", done.out, re.M))
    whole = float(outer.pop("all"))
    assert {"kfree", "kmem_cache_alloc"} < set(outer)
    assert sum(map(float, outer.values())) == pytest.approx(whole, abs=0.5)


def test_inlined_functions_are_told_from_what_they_are_in():
    where = bench_profile.read_places("0xc0100010\nlist_add\n/list.h:3\nfree_page\n/page.c:9\n"
                                      "0xc0100012\nfree_page\n/page.c:10\n")
    assert where == {0xC0100010: ("list_add", "free_page"),
                     0xC0100012: ("free_page", "free_page")}
    profile = bench_profile.Profile("made_up", 10, {0xC0100010: 30, 0xC0100012: 70})
    assert [row.split() for row in bench_profile.table(profile, where)[1:]] == [
        ["free_page", "10.0", "100.0%"], ["list_add", "3.0", "30.0%"],
        ["others", "0.0", "0.0%"], ["all", "10.0", "100.0%"]]


def test_what_is_no_loop_is_not_profiled():
    done = k896("bench", "profile", "page_order0_alloc")
    assert done.code == 1 and "no profile" in done.err


# The picture


def test_the_picture_is_the_same_for_the_same_figures(tmp_path):
    medians = {"page_order0_pair": 137.0, "vmalloc_8m_pair": 161121.1, "ref_invlpg": 3.0}
    first, second = tmp_path / "new" / "first.svg", tmp_path / "second.svg"
    bench_plot.draw(medians, first)
    bench_plot.draw(medians, second)
    text = first.read_text()
    assert text == second.read_text()
    root = xml.etree.ElementTree.fromstring(text)
    words_in_it = " ".join("".join(root.itertext()).split())
    assert "page_order0_pair" in words_in_it and "0.17" in words_in_it
    assert "ref_invlpg" not in words_in_it  # it has no target
    assert "2 figures, 1 of them" in words_in_it  # 137 of 673 is more than 0.2


def test_every_target_is_a_figure_of_the_peer():
    peer = json.loads(counted.PEER.read_text())["lean"]
    assert set(TARGETS["figures"]) <= set(peer)


def test_nothing_to_draw_is_a_mistake(tmp_path):
    assert k896("bench", "ref_invlpg", "--svg", tmp_path / "none.svg").code == 1
    assert not (tmp_path / "none.svg").exists()


@pytest.mark.parametrize("line", [
    ["boot", "now"], ["boot", "--mem", "much"], ["memory", "--mem", "4G"], ["profile"],
    ["profile", "two", "names"], ["profile", "a b"], ["growth", "--svg", "x.svg"]])
def test_wrong_words_are_refused(line):
    assert k896("bench", *line).code == 64
