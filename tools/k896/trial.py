"""Trying a student's kernel: build it, boot it, run test cases in it, say what came.

The machine counts instructions (QEMU's icount), and a watchdog card that is armed from
outside before the first instruction ends it when there were too many. Nothing here looks
at a clock, but for a safety net whose time is the grader's failure, not the student's.
"""

import re
import socket
import tempfile
from pathlib import Path
from typing import NamedTuple, Optional, Sequence

from k896 import BUILD, ROOT, Problem, build, words
from k896.emulator import Config, Ending, TimedOut
from k896.labs import INSTRUCTIONS_STEP, INSTRUCTIONS_STEPS, Boot, Lab
from k896.qemu import Qemu

PASSED, WRONG, PANICKED, TIMED_OUT = "passed", "wrong", "panicked", "timed out"
NOT_BOOTED, NOT_BUILT, NOT_BEGUN = "did not boot", "does not build", "not begun"

SAFETY_SECONDS = 600
COMMANDS_BYTES = 3500  # of the kernel's 4096 bytes of parameters
DETERMINISTIC = ["-seed", "1", "-rtc", "base=2026-01-01T00:00:00,clock=vm"]
# An instruction takes 4 ns of the machine's time, so that the card's two seconds are
# labs.INSTRUCTIONS_STEP instructions. Time that the kernel sleeps counts as well.
CLOCK = ["-icount", "shift=2,sleep=off", *DETERMINISTIC]
WATCHDOG_PORT = 0x443  # of the card ib700: writing n arms it for 2 * (15 - n) seconds

BLOCK = re.compile(r"^KTAP version 1\n1\.\.1\n", re.M)
RESULT = re.compile(r"^    (not )?ok 1 (\w+)( # SKIP .*)?$", re.M)
CHECK = re.compile(r"^    # ((?:tests|src)/\S+:\d+: .*(?:\n    # +(?:got|expected) \".*)*)", re.M)
BUG = re.compile(r"kernel BUG at (\S+)!\n(?:\[[ \d.]+\] )?(.*)")
PANIC = re.compile(r"Kernel panic - not syncing: (.*)")
MISSING = re.compile(r"^test: .*: no such suite or case$", re.M)
ERROR = re.compile(r"^.*?(?P<what>(?:src|tests)/\S+?:\d+(?::\d+)?: (?:fatal )?error: .*)$", re.M)
LINKER = re.compile(r"(?P<what>(?:undefined reference|multiple definition) .*)$", re.M)


class Outcome(NamedTuple):
    """verdict: one of the words above. reason: one sentence, "" if it passed."""

    verdict: str
    reason: str = ""


class NotBuilt(Exception):
    """The student's files do not compile; the text is the compiler's first error."""


# Building

OWN = BUILD / "labs"


def kernel_of(sources: dict[str, str]) -> Path:
    """The kernel from these files of src/, all else being this tree's; NotBuilt.

    One folder serves all, so that only what differs from the last one is compiled.
    """
    tree, made = OWN / "tree", OWN / "made"
    with build.lock("labs"):
        _fill(tree, sources)
        if not (made / "build.ninja").exists():
            build.watched(["cmake", "--preset", "default", "-S", str(tree), "-B", str(made)],
                          "configuring the grader's build")
        compiled(lambda: build.watched(["cmake", "--build", str(made)], "building"))
    return made / "k896.elf"


def compiled(perform):
    """perform(), with a failed compilation told as NotBuilt."""
    try:
        return perform()
    except Problem as problem:
        error = ERROR.search(problem.details) or LINKER.search(problem.details)
        if not error:
            raise
        raise NotBuilt(error["what"].strip()) from None


def _fill(tree: Path, sources: dict[str, str]) -> None:
    """Make the tree hold these files and this tree's own, touching only what differs."""
    wanted = {path: text.encode("utf-8", "surrogateescape") for path, text in sources.items()}
    for folder in ("cmake", "src", "tests/unit", "tools"):
        for path in (ROOT / folder).rglob("*"):
            name = str(path.relative_to(ROOT))
            if path.is_file() and path.suffix != ".pyc" and not _is_code(name):
                wanted[name] = path.read_bytes()
    for name in ("CMakeLists.txt", "CMakePresets.json"):
        wanted[name] = (ROOT / name).read_bytes()
    for path in list(tree.rglob("*")):
        if path.is_file() and str(path.relative_to(tree)) not in wanted:
            path.unlink()
    for name, content in wanted.items():
        file = tree / name
        if not file.is_file() or file.read_bytes() != content:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)


def _is_code(name: str) -> bool:
    """Of src/, what the caller gives."""
    return name.startswith("src/") and name.endswith((".c", ".h", ".asm"))


# Booting


def outcomes(kernel: Path, lab: Lab, boot: Boot, cases: Sequence[str],
             seed: int) -> dict[str, Outcome]:
    """Each case's outcome. One that ends the machine costs only itself."""
    found: dict[str, Outcome] = {}
    left = list(dict.fromkeys(cases))
    while left:
        now = _that_fit(left, seed)
        text, ending = _run(kernel, lab, boot, now, seed)
        results = _results(text, now)
        found.update(zip(now, results))
        left = left[len(results):]
        if len(results) == len(now):
            continue
        fate = _fate(boot, text, ending)
        if not BLOCK.search(text):
            fate = Outcome(NOT_BOOTED, _before_the_tests(boot, text, ending))
            return found | {case: fate for case in left}
        found[left.pop(0)] = fate
    return found


def command(case: str, seed: int) -> str:
    """What is typed at the prompt to see a case."""
    return f"test {case} {seed}"


def _that_fit(cases: list[str], seed: int) -> list[str]:
    chosen, used = [], 0
    for case in cases:
        used += len(f'run="{command(case, seed)}" ')
        if chosen and used > COMMANDS_BYTES:
            break
        chosen.append(case)
    return chosen


def _run(kernel: Path, lab: Lab, boot: Boot, cases: list[str],
         seed: int) -> tuple[str, Ending]:
    """Run these cases in one machine; its console's text, and why it ended."""
    runs = " ".join(f'run="{command(case, seed)}"' for case in cases)
    with tempfile.TemporaryDirectory(prefix="k896-trial-") as folder:
        output, control = Path(folder) / "serial", Path(folder) / "qtest"
        config = Config(memory=words.memory_size(lab.memory), kernel=kernel, fast=True,
                        append=f"quiet {boot.append} {runs} run=poweroff",
                        extra=[*CLOCK, "-S", "-device", "ib700", "-action",
                               "watchdog=poweroff", "-qtest", f"unix:{control}"])
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(control))
            listener.listen(1)
            with Qemu(config, f"file,id=console,path={output}") as machine:
                _arm(listener, boot.instructions_max)
                machine.qmp("cont")
                ending = _end_of(machine)
        text = output.read_text(errors="replace").replace("\r", "")
    if MISSING.search(text):
        raise Problem(f"lab {lab.number}: {MISSING.search(text)[0]}")
    return text, ending


def _arm(listener: socket.socket, instructions: int) -> None:
    """Start the watchdog card through QEMU's test port."""
    code = INSTRUCTIONS_STEPS - instructions // INSTRUCTIONS_STEP
    listener.settimeout(SAFETY_SECONDS)
    connection, _ = listener.accept()
    with connection:
        connection.sendall(f"outb {WATCHDOG_PORT:#x} {code}\n".encode())
        if not connection.recv(100).startswith(b"OK"):
            raise Problem("QEMU's test port did not arm the watchdog")


def _end_of(machine: Qemu) -> Ending:
    try:
        ending = machine.wait_end(SAFETY_SECONDS)
    except TimedOut:
        raise Problem(f"the grader gave up after {SAFETY_SECONDS} seconds; that is its own "
                      "failure and says nothing of the student's kernel") from None
    if any(event["event"] == "WATCHDOG" for event in machine.events):
        return Ending(TIMED_OUT, "")
    if ending.kind in ("died", "refused"):
        raise Problem(f"the grader's machine failed: {ending.sentence}")
    return ending


# Reading


def _results(text: str, cases: list[str]) -> list[Outcome]:
    """The outcomes of the first cases, as far as they came to an end."""
    found = []
    for case, block in zip(cases, BLOCK.split(text)[1:]):
        result = RESULT.search(block)
        if not result or not case.endswith("." + result[2]):
            break
        found.append(_outcome(result, block[:result.start()]))
    return found


def _outcome(result: re.Match, said: str) -> Outcome:
    if result[3]:
        return Outcome(WRONG, result[3].replace(" # SKIP ", "skipped: "))
    if not result[1]:
        return Outcome(PASSED)
    first = CHECK.search(said)
    return Outcome(WRONG, re.sub(r"\s*\n    # +", " ", first[1]) if first
                   else "the test failed without a word")


def _fate(boot: Boot, text: str, ending: Ending) -> Outcome:
    """Why the machine ended in the middle of a case."""
    if ending.kind == TIMED_OUT:
        return Outcome(TIMED_OUT, f"still running after {boot.instructions_max // 10**6:,} "
                       "million instructions")
    return Outcome(PANICKED, panic_sentence(text) or "the machine triple-faulted or was reset")


def _before_the_tests(boot: Boot, text: str, ending: Ending) -> str:
    fate = _fate(boot, text, ending)
    said = "" if text.strip() else ", and it printed nothing"
    return f"{fate.reason}{said}"


def panic_sentence(text: str) -> Optional[str]:
    """What the kernel's last panic was about."""
    bugs, panics = BUG.findall(text), PANIC.findall(text)
    if panics and panics[-1].strip() == "kernel BUG" and bugs:
        return f"kernel BUG at {bugs[-1][0]}: {bugs[-1][1]}"
    return panics[-1].strip() if panics else None


