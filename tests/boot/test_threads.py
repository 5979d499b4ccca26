"""Threads that preempt one another: all suites under preempt_jitter=, and that a seed
brings the same switches again where instructions are the clock (QEMU's -icount)."""

import re
import tempfile

import pytest

from k896 import words
from k896.emulator import Config, Ending
from k896.qemu import Qemu
from support import assert_all_passed, ask, booted, kernel, ktap

# One instruction is a nanosecond, and nobody waits. Without it QEMU lets interrupts
# in at jumps alone.
ICOUNT = ("-icount", "shift=0,sleep=off", "-rtc", "base=2020-01-01,clock=vm", "-seed", "1")
DIGEST = re.compile(r"selftest: jitter digest (\w{8}) after (\d+) intervals")
RACE = re.compile(r"^race (without|with) a lock: (\d+) updates, (\d+) counted, (\d+) lost$", re.M)


def by_instructions(append: str, seconds: float = 100) -> tuple[Ending, str]:
    """Boot a machine that ends by itself and hears nothing from outside. Its end and
    its console, which is a file, so that the machine never waits for a reader."""
    config = Config(memory=words.memory_size("512M"), kernel=kernel(), fast=True,
                    append=append, extra=ICOUNT)
    with tempfile.NamedTemporaryFile() as serial:
        with Qemu(config, f"file,id=console,path={serial.name}") as machine:
            ending = machine.wait_end(seconds)
        return ending, serial.read().decode(errors="replace").replace("\r", "")


def self_test(suite: str, jitter: int) -> tuple[str, int, str]:
    """Digest and intervals of a self test that passes, and all that it printed."""
    what = f"selftest={suite}" if suite else "selftest"
    ending, text = by_instructions(f"{what} preempt_jitter={jitter}")
    assert ending.kind == "poweroff", f"seed {jitter}: {ending}\n{text[-3000:]}"
    assert "selftest: all passed" in text and "not ok" not in text
    digest, intervals = DIGEST.search(text).groups()
    return digest, int(intervals), text


def race(jitter: int) -> dict[str, int]:
    """How many updates were lost, without and with a lock."""
    append = f'run=race run="race lock" run=poweroff preempt_jitter={jitter}'
    ending, text = by_instructions(append)
    assert ending.kind == "poweroff", f"{ending}\n{text[-2000:]}"
    return {how: int(lost) for how, _, _, lost in RACE.findall(text)}


def ticks(machine, name: str) -> int | None:
    """How many ticks the thread of that name has run; None if there is none."""
    found = re.search(rf"^ +\d+ {re.escape(name)} +\S+ \([a-z]+\) +(\d+)",
                      ask(machine, "cat /proc/sched"), re.M)
    return int(found[1]) if found else None


def test_all_suites_pass_while_threads_are_switched_anywhere(seed):
    jitter = seed % 1000
    with booted("512M", fast=True, append=f"preempt_jitter={jitter}") as machine:
        results = ktap(machine.command(f'test "" {seed}', timeout=240).output)
        switches = int(re.search(r"context switches: (\d+)", ask(machine, "cat /proc/sched"))[1])
    for suite in results:
        assert_all_passed(results[suite])
    assert switches > 10000, f"only {switches} switches: the jitter was not on"


def test_the_same_seed_switches_at_the_same_instructions():
    first, again, other = (self_test("concurrency", jitter) for jitter in (7, 7, 8))
    assert first == again
    assert first[0] != other[0]
    assert first[1] > 100


@pytest.mark.full
def test_the_whole_self_test_comes_again_to_the_last_byte():
    first, again, other = (self_test("", jitter) for jitter in (7, 7, 8))
    assert first == again
    assert first[0] != other[0]
    assert first[1] > 10000


@pytest.mark.full
@pytest.mark.parametrize("number", range(8))
def test_all_suites_pass_when_any_instruction_may_be_the_last(number, seed):
    self_test("", (seed + number) % (1 << 31))


def test_a_race_is_lost_and_the_same_seed_loses_it_the_same_way():
    first, again, other = race(3), race(3), race(4)
    assert first["without"] > 0
    assert first == again
    assert other["without"] > 0 and other["without"] != first["without"]
    assert first["with"] == other["with"] == 0


def test_the_prompt_answers_while_a_thread_is_busy():
    with booted("128M", fast=True) as machine:
        ask(machine, "spin 2")
        for number in range(20):
            assert ask(machine, f"echo {number}").strip() == str(number)
        for name in ("spinner/0", "spinner/1"):
            assert ticks(machine, name) > 0
        ask(machine, "spin 0")
        assert ticks(machine, "spinner/0") is None


def test_a_lockup_right_after_boot_is_reported():
    with booted("64M", fast=True,
                append='softlockup_thresh=1 run="crash lockup"') as machine:
        dmesg = ask(machine, "dmesg")
    assert re.search(r"soft lockup - CPU#0 stuck for \d+s! \[monitor:1\]", dmesg)
    assert "crash_lockup" in dmesg
