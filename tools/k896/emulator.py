"""One emulated machine with k896 in it: start, read, type, ask, end.

Machine is what QEMU and Bochs have in common, and what exec, the tests and
graders use:

    with emulator.create(Config(kernel=..., iso=...)) as machine:
        status, output = machine.command("cat /proc/iomem")

The console is the first serial port. Commands are typed in the monitor's
scripted mode: byte 0x01 at the empty prompt is answered by 0x06; from then on
each line is answered by 0x02, the command's output, 0x03, its exit status in
decimal and a newline. One command is sent at a time. A machine that ends, by
itself or by a panic, raises Ended with the reason; one that takes too long
raises TimedOut. The process is always killed from outside in the end.
"""

import atexit
import contextlib
import ctypes
import os
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, NamedTuple, Optional, Sequence

from k896 import EXIT_UNAVAILABLE, Problem, Usage

MIB = 1 << 20
GIB = 1 << 30

PROMPT = b"k896> "
START_SCRIPT = b"\x01"
ACK = b"\x06\n"
STX = b"\x02"
ETX = re.compile(rb"\x03(\d{1,3})\n")
COMMAND_BYTES_MAX = 1023

STAMP = rb"(?:^|\x02)(?:\[ *\d+\.\d+\] )?"  # what may precede a kernel's line
PANIC = re.compile(STAMP + rb"Kernel panic - not syncing(?:: )?([^\n]*)", re.M)
REFUSAL = re.compile(STAMP + rb"(?:k896: )?(this kernel cannot run on this CPU[^\n]*)", re.M)
ESCAPES = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")

FATAL_GRACE_SECONDS = 3.0  # silence after a panic that does not end the emulator
READY_SECONDS = 120.0
COMMAND_SECONDS = 120.0
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Config:
    """What to start. memory in bytes; cpu None: the emulator's default of ours.

    iso or, with fast, kernel is booted; append and modules are already in the
    iso unless fast is set. machine_options: more of QEMU's -machine. log: a
    file that receives all console text. debugger_script: Bochs's commands.
    stays: QEMU stops at a panic or a triple fault instead of ending, for a debugger.
    """

    memory: int
    iso: Optional[Path] = None
    kernel: Optional[Path] = None
    machine: str = "pc"
    cpu: Optional[str] = None
    append: str = ""
    fast: bool = False
    modules: Sequence[tuple[Path, str]] = ()
    display: bool = False
    extra: Sequence[str] = ()
    machine_options: str = ""
    log: Optional[Path] = None
    debugger_script: str = ""
    stays: bool = False


class Answer(NamedTuple):
    """What a command did: its exit status and its output, newlines as \\n."""

    status: int
    output: str


@dataclass(frozen=True)
class Ending:
    """Why a machine is over.

    kind: poweroff, reset, panic, refused; died or closed: the emulator's own end.
    """

    kind: str
    sentence: str

    def __str__(self) -> str:
        return self.sentence


class Ended(Exception):
    """The machine ended while something was awaited from it."""

    def __init__(self, ending: Ending):
        super().__init__(ending.sentence)
        self.ending = ending


class TimedOut(Exception):
    """Something awaited did not come in time; the text says what."""


class Machine:
    """What the emulators share. Subclasses start the process and explain its end."""

    name = "emulator"

    def __init__(self, config: Config):
        self.config = config
        self.text = bytearray()  # all console output, without carriage returns
        self.at = 0  # up to here it has been consumed
        self.console: Optional[int] = None  # file descriptor
        self.process: Optional[subprocess.Popen] = None
        self.folder = Path(tempfile.mkdtemp(prefix="k896-"))
        self.ending: Optional[Ending] = None
        self.scripted = False
        self._fatal_at: Optional[float] = None
        self._log = open(config.log, "wb", buffering=0) if config.log else None

    def __enter__(self) -> "Machine":
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_) -> None:
        self.close()

    # What a subclass gives.

    def start(self) -> None:
        """Start the emulator; self.process and self.console are set after it."""
        raise NotImplementedError

    def describe(self) -> str:
        """Which emulator, machine, CPU and memory, in a few words."""
        raise NotImplementedError

    def _why(self) -> Ending:
        """Explain an ended process that printed neither panic nor refusal."""
        raise NotImplementedError

    def _other_input(self) -> list[int]:
        """File descriptors beside the console that _take_other reads."""
        return []

    def _take_other(self, descriptor: int) -> None:
        raise NotImplementedError

    def _close_other(self) -> None:
        raise NotImplementedError

    # What everybody uses.

    def wait_for(self, pattern: bytes, timeout: float = READY_SECONDS,
                 what: str = "") -> re.Match:
        """Read until the pattern matches console text not yet consumed; the match.

        The text is consumed up to the end of the match.
        """
        expression = re.compile(pattern, re.M)

        def look() -> Optional[re.Match]:
            return expression.search(self.text, self.at)

        match = self._wait(look, timeout, what or f"the text {pattern!r}")
        self.at = match.end()
        return match

    def ready(self, timeout: float = READY_SECONDS) -> None:
        """Wait for the prompt and enter the scripted mode, once."""
        if self.scripted:
            return
        deadline = time.monotonic() + timeout
        self.wait_for(re.escape(PROMPT), timeout, "the kernel's prompt")
        self.type(START_SCRIPT)
        self.wait_for(re.escape(ACK), max(1.0, deadline - time.monotonic()),
                      "the prompt's answer to Ctrl-A")
        self.scripted = True

    def command(self, line: str, timeout: float = COMMAND_SECONDS,
                show: Optional[Callable[[bytes], None]] = None) -> Answer:
        """Type one line, wait for its end. show receives the output as it comes."""
        self.ready(timeout)
        self.type(command_bytes(line))
        return self._answer(line, timeout, show)

    def _answer(self, line: str, timeout: float,
                show: Optional[Callable[[bytes], None]] = None) -> Answer:
        self.wait_for(re.escape(STX), timeout, f"the kernel to take '{line}'")
        begin = shown = self.at

        def look() -> Optional[re.Match]:
            nonlocal shown
            found = ETX.search(self.text, self.at)
            end = found.start() if found else len(self.text)
            if not found and b"\x03" in self.text[shown:end]:
                end = self.text.index(b"\x03", shown)  # its digits are on the way
            if show and end > shown:
                show(bytes(self.text[shown:end]))
            shown = max(shown, end)
            return found

        match = self._wait(look, timeout, f"the end of '{line}'")
        self.at = match.end()
        output = bytes(self.text[begin:match.start()]).decode(errors="replace")
        return Answer(int(match[1]), output)

    def type(self, data: bytes) -> None:
        """Write bytes to the console, as fast as the machine takes them."""
        while data:
            try:
                written = os.write(self.console, data)
            except (BrokenPipeError, ConnectionResetError, OSError):
                self._finish()
                raise Ended(self.ending) from None
            data = data[written:]

    def wait_end(self, timeout: float) -> Ending:
        """Read until the machine is over; why it is."""
        with contextlib.suppress(Ended):
            self._wait(lambda: None, timeout, "the machine's end")
        return self.ending

    def tail(self, lines: int = 40) -> str:
        """The last console lines, without GRUB's and other control sequences."""
        clean = ESCAPES.sub(b"", bytes(self.text)).decode(errors="replace")
        clean = re.sub(r"[\x00-\x08\x0b-\x1f]", "", clean)
        return "\n".join(clean.rstrip().splitlines()[-lines:])

    def console_text(self) -> str:
        return bytes(self.text).decode(errors="replace")

    def close(self) -> None:
        """Kill the emulator with all its children, and remove what it left."""
        _running.discard(self)
        if self.process and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self._kill()
            self.process.wait()
        if self.console is not None:
            os.close(self.console)
            self.console = None
        self._close_other()
        if self._log:
            self._log.close()
            self._log = None
        shutil.rmtree(self.folder, ignore_errors=True)

    # The machinery.

    def _kill(self) -> None:
        if os.getpgid(self.process.pid) == self.process.pid:
            os.killpg(self.process.pid, signal.SIGKILL)
        else:
            self.process.kill()

    def _spawn(self, command: Sequence[str], own_session: bool = True, **streams) -> None:
        """Start the process so that it never outlives this one."""
        if not shutil.which(command[0]):
            raise Problem(f"{command[0]} is missing", EXIT_UNAVAILABLE)
        parent = os.getpid()
        libc = ctypes.CDLL(None)

        def die_with_parent() -> None:
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:
                os._exit(1)

        self.process = subprocess.Popen(
            [str(word) for word in command], start_new_session=own_session,
            preexec_fn=die_with_parent, **streams)
        _running.add(self)

    def _wait(self, look: Callable, timeout: float, what: str):
        """Read until look() returns something; that."""
        deadline = time.monotonic() + timeout
        while True:
            found = look()
            if found is not None:
                return found
            if self.ending:
                raise Ended(self.ending)
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimedOut(what)
            self._pump(min(left, 0.5))

    def _pump(self, seconds: float) -> None:
        """Take in what comes within this time, and notice the end."""
        sources = [self.console] if self.console is not None else []
        sources += self._other_input()
        ready, _, _ = select.select(sources, [], [], seconds)
        for descriptor in ready:
            if descriptor == self.console:
                self._take_console()
            else:
                self._take_other(descriptor)
        if self.process.poll() is not None:
            self._finish()
        elif self._fatal_at is not None and not ready:
            if time.monotonic() - self._fatal_at > FATAL_GRACE_SECONDS:
                self._finish()

    def _take_console(self) -> None:
        try:
            piece = os.read(self.console, 65536)
        except OSError:  # a pty says so when its other side has gone
            piece = b""
        if not piece:
            os.close(self.console)
            self.console = None
            return
        if self._log:
            self._log.write(piece)
        start = max(0, len(self.text) - 200)
        self.text += piece.replace(b"\r", b"")
        if (self._fatal_at is not None or PANIC.search(self.text, start)
                or REFUSAL.search(self.text, start)):
            self._fatal_at = time.monotonic()

    def _finish(self) -> None:
        """The machine is over: read the rest, find out why."""
        if self.ending:
            return
        stop = time.monotonic() + 5
        while self.process.poll() is None and self._fatal_at is None:
            if time.monotonic() > stop:
                break
            time.sleep(0.02)
        while self.console is not None and self._readable(self.console):
            self._take_console()
        for descriptor in self._other_input():
            while descriptor in self._other_input() and self._readable(descriptor):
                self._take_other(descriptor)
        self.ending = self._said() or self._why()

    def _said(self) -> Optional[Ending]:
        """What the kernel itself printed about its end, if it did."""
        refusal = REFUSAL.search(self.text)
        if refusal:
            return Ending("refused", f"the kernel refused this machine: {_plain(refusal[1])}")
        panic = None
        for panic in PANIC.finditer(self.text):
            pass
        if panic and self._panicked():
            return Ending("panic", f"the kernel panicked: {_plain(panic[1])}")
        return None

    def _panicked(self) -> bool:
        """Is the panic that was printed the reason of the end? Not a dmesg's line."""
        return self._fatal_at is not None

    @staticmethod
    def _readable(descriptor: int) -> bool:
        return bool(select.select([descriptor], [], [], 0.05)[0])


def command_bytes(line: str) -> bytes:
    """A command as it is typed; Usage if it cannot be typed at all."""
    data = line.encode()
    if re.search(rb"[\x00-\x1f\x7f]", data):
        raise Usage(f"the command {line!r} has a control character in it; "
                    "give each command as one argument")
    if len(data) > COMMAND_BYTES_MAX:
        raise Usage(f"the command '{line[:20]}...' is longer than "
                    f"{COMMAND_BYTES_MAX} bytes")
    return data + b"\n"


def _plain(text: bytes) -> str:
    """A sentence that goes on: without its full stop."""
    return text.decode(errors="replace").rstrip().rstrip(".")


def size_text(size: int) -> str:
    """4294967296 -> '4 GiB'."""
    for unit, name in ((GIB, "GiB"), (MIB, "MiB"), (1024, "KiB")):
        if size % unit == 0:
            return f"{size // unit} {name}"
    return f"{size} bytes"


_running: set[Machine] = set()


@atexit.register
def _close_all() -> None:
    for machine in list(_running):
        machine.close()


def create(emulator: str, config: Config) -> Machine:
    """A machine, not yet started. emulator: qemu or bochs."""
    if emulator == "bochs":
        from k896.bochs import Bochs
        return Bochs(config)
    from k896.qemu import Qemu
    return Qemu(config)
