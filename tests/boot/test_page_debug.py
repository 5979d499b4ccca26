"""Page debugging: bugs planted in a running kernel, and what catches and names them.

Each option is booted; `crash KIND` then does the wrong thing for real. What the
options do short of a crash is in tests/unit/page_debug_test.c, whose cases run
here under the options that they need.
"""

import re

import pytest

from k896.emulator import Ended
from support import ask, assert_all_passed, booted, k896, ktap

EXIT_PANIC = 2

PAGEALLOC = "debug_pagealloc=on"
GUARDS = "debug_pagealloc=on debug_guardpage_minorder=2"
POISON = "page_poison=on"
OWNER = "page_owner=on"

# Option, bug, and what must be said.
CAUGHT = [
    (PAGEALLOC, "use-after-free", ["use after free: ", "which is free",
                                   "page_owner=on would say who freed it"]),
    (f"{PAGEALLOC} {OWNER}", "use-after-free",
     ["use after free: ", "was taken as order 0, mask ", "was freed by",
      "crash_use_after_free+"]),
    (POISON, "use-after-free",
     ["BUG: page_poison: ", "4 bytes differ, the first at 0, the last at 0x3",
      "000: 00 00 00 00 aa aa", "page_poison: it was written to while it was free"]),
    (GUARDS, "write-past-end", ["past the end: ", "is in guard page"]),
    (f"{GUARDS} {OWNER}", "write-past-end", ["past the end: ", "crash_write_past_end+"]),
    (f"{POISON} {OWNER}", "write-past-end",
     ["BUG: page_poison: ", "perhaps a write past the end of the page before it",
      "crash_write_past_end+"]),
    (OWNER, "wrong-order", ["is freed as order 1, but was taken as order 2",
                            "crash_wrong_order+"]),
    ("", "double-free", ["it is free already"]),
    (OWNER, "double-free", ["it is free already", "was freed by", "crash_double_free+"]),
    ("", "free-reserved", ["it is reserved, nobody may free it"]),
]


def crash(options: str, kind: str) -> str:
    """What the kernel says while it dies of the bug."""
    with booted("128M", append=options, fast=True) as machine:
        begin = len(machine.console_text())
        with pytest.raises(Ended) as ended:
            machine.command(f"crash {kind}")
        assert ended.value.ending.kind == "panic", machine.tail()
        return machine.console_text()[begin:]


@pytest.mark.parametrize("options,kind,texts", CAUGHT,
                         ids=[f"{kind}-by-{options or 'nothing'}"
                              for options, kind, _ in CAUGHT])
def test_planted_bug_is_caught_and_named(options, kind, texts):
    said = crash(options, kind)
    for text in texts:
        assert text in said, said
    assert "Kernel panic - not syncing" in said


@pytest.mark.parametrize("kind", ["use-after-free", "write-past-end", "wrong-order"])
def test_without_the_option_the_bug_goes_unseen(kind):
    with booted("64M", fast=True) as machine:
        answer = machine.command(f"crash {kind}")
    assert answer.status == 1 and "the kernel survived" in answer.output


def test_exec_tells_a_planted_bug_by_its_exit_code():
    done = k896("exec", "--fast", "--mem", "64M", "--append", OWNER, "crash wrong-order")
    assert done.code == EXIT_PANIC, done.err
    assert "freed as another order than it was taken as" in done.out + done.err


def test_a_leak_is_named_by_page_owner():
    with booted("64M", append=OWNER, fast=True) as machine:
        ask(machine, "page_owner mark")
        before = ask(machine, "page_owner grown")
        for _ in range(3):
            ask(machine, "alloc 1 GFP_KERNEL")
        grown = ask(machine, "page_owner grown")
        ask(machine, "free all")
        after = ask(machine, "page_owner grown")
    assert before == after == ""
    assert grown.startswith("6 pages, 24K, chain "), grown
    assert "alloc_command+" in grown


def test_page_owner_file_has_linux_layout():
    with booted("64M", append=OWNER, fast=True) as machine:
        pfn = int(re.match(r"pfn (0x\w+),", ask(machine, "alloc 2 GFP_KERNEL"))[1], 16)
        text = ask(machine, "cat /proc/page_owner")
    blocks = text.split("\n\n")
    mine = [block for block in blocks if f"\nPFN {pfn} " in block]
    assert len(mine) == 1, text
    lines = mine[0].splitlines()
    assert re.fullmatch(r"Page allocated via order 2, mask 0x[0-9a-f]+\(GFP_KERNEL\S*\)",
                        lines[0]), lines[0]
    assert re.fullmatch(rf"PFN {pfn} type Unmovable Block {pfn >> 9} type Unmovable "
                        r"Flags 0x[0-9a-f]+\(.*\)", lines[1]), lines[1]
    assert len(lines) > 3
    for line in lines[2:]:
        assert re.fullmatch(r" \[<[0-9a-f]{8}>\] [\w.]+\+\S+", line), line


def test_page_owner_says_that_it_is_off():
    with booted("64M", fast=True) as machine:
        for line in ("page_owner", "page_owner top", "cat /proc/page_owner"):
            answer = machine.command(line)
            assert answer.status == 1 and "boot with page_owner=on" in answer.output


def test_page_owner_says_what_it_costs():
    with booted("128M", append=OWNER, fast=True) as machine:
        cost = re.search(r"page_owner: recording costs (\d+)K: 8 bytes a frame",
                         machine.console_text())
        assert f"the records fill {cost[1]}K" in ask(machine, "page_owner")


def test_debug_pagealloc_maps_lowmem_in_small_pages():
    with booted("64M", append=PAGEALLOC, fast=True) as machine:
        assert "2048K pages" not in ask(machine, "cat /proc/pagetables")


def test_fail_page_alloc_makes_the_chosen_allocations_fail():
    every_third = [0, 0, 1] * 4  # the boot has allocated too: it may begin anywhere
    with booted("64M", append="fail_page_alloc=100,3,-1", fast=True) as machine:
        said = [machine.command("alloc 0").status for _ in range(9)]
    assert said in (every_third[:9], every_third[1:10], every_third[2:11])
    with booted("64M", append="fail_page_alloc=100,3,2", fast=True) as machine:
        for _ in range(9):
            machine.command("alloc 0")
        assert ask(machine, "dmesg").count("fails on purpose") == 2


def test_fail_seed_repeats_the_failures():
    def failures(seed: int) -> list[int]:
        with booted("64M", append=f"fail_page_alloc=50,1,-1 fail_seed={seed}",
                    fast=True) as machine:
            return [machine.command("alloc 0").status for _ in range(24)]
    first = failures(1)
    assert 0 < sum(first) < 24
    assert failures(1) == first
    assert failures(2) != first


@pytest.mark.parametrize("word", ["debug_pagealloc=maybe", "page_poison=", "page_owner",
                                  "fail_page_alloc=10,1", "fail_page_alloc=101,1,1",
                                  "debug_guardpage_minorder=9", "init_on_free=2"])
def test_a_malformed_option_is_named_and_ignored(word):
    with booted("64M", append=word, fast=True) as machine:
        lines = [line for line in ask(machine, "dmesg").splitlines()
                 if word in line and "ommand line" not in line]
        assert lines, "nothing was said"
        assert ask(machine, "test page_debug")


def test_options_that_exclude_one_another_say_so():
    with booted("64M", append="debug_guardpage_minorder=1 page_poison=on init_on_free=1",
                fast=True) as machine:
        text = ask(machine, "dmesg")
        assert "debug_guardpage_minorder=1 does nothing without" in text
        assert "init_on_free=1 would spoil page_poison=on" in text
        assert_all_passed(ktap(ask(machine, "test page_debug"))["page_debug"])


SETS = [PAGEALLOC, f"{GUARDS} {OWNER}", f"{POISON} {OWNER}", "init_on_alloc=1 init_on_free=1",
        f"{PAGEALLOC} {OWNER}", ""]


def test_every_case_of_page_debugging_runs_under_some_options():
    ran, skipped = set(), set()
    for options in SETS:
        with booted("1G" if options != SETS[2] else "128M", append=options,
                    fast=True) as machine:
            cases = ktap(ask(machine, "test page_debug"))["page_debug"]
        assert_all_passed(cases)
        for case in cases:
            name, _, skip = case.name.partition(" # SKIP")
            (skipped if skip else ran).add(name)
    assert not skipped - ran
    print(f"{len(ran)} cases of page_debug, {len(CAUGHT)} planted bugs")


@pytest.mark.parametrize("options", [
    f"{PAGEALLOC} {OWNER}",
    pytest.param(f"{POISON} {OWNER} init_on_alloc=1", marks=pytest.mark.full)])
def test_all_suites_pass_with_the_options_on(options, seed):
    with booted("64M", append=options, fast=True) as machine:
        output = machine.command(f'test "" {seed}', timeout=300).output
    for cases in ktap(output).values():
        assert_all_passed(cases)


@pytest.mark.parametrize("options", [PAGEALLOC, OWNER])
def test_no_pae_kernel_has_them_too(options):
    with booted("64M", preset="no-pae", append=options, fast=True) as machine:
        assert_all_passed(ktap(ask(machine, "test page_debug"))["page_debug"])


def test_on_bochs_what_is_not_mapped_faults_as_well():
    """Its TLB forgets only what it is told to."""
    with booted("64M", emulator="bochs", append=f"{GUARDS} {OWNER}") as machine:
        assert_all_passed(ktap(ask(machine, "test page_debug"))["page_debug"])
