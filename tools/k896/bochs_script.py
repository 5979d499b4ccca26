"""./k896 bochs --script FILE: a session with Bochs's debugger, written down.

The machine stands still between two lines of the script. A line is one of

    # TEXT            printed
    boot OPTIONS      of ./k896 bochs; the first line that is no text, if at all
    kernel COMMAND    run until the kernel has done this at its prompt
    let NAME = VALUE  remember a number
    check VALUE       the script fails here if it is 0 or False
    q                 the end, before the file's
    anything else     a command of Bochs's debugger; `c` runs the machine until it stops
                      by itself, or until the end of a kernel command that a breakpoint
                      had stopped

In all but `boot`, {VALUE} or {VALUE:FORMAT} stands for a number, as in a Python
f-string. A VALUE is Python's arithmetic over names, over sym("NAME"), the address of a
symbol of the kernel, and over said("PATTERN"), the hexadecimal number that the first
group of a regular expression finds in what was answered last.

What a script may take is counted in the machine's own time, so that it does not depend
on the host's speed; an outer limit in seconds is for an emulator that hangs.
"""

import os
import re
import shlex
import sys
from pathlib import Path
from typing import NoReturn, Optional

from k896 import Problem, Usage, relative, symbols, tell
from k896.bochs import Bochs
from k896.emulator import ETX, STX, Config, Ended, TimedOut, command_bytes

TICKS = 4_000_000_000  # 20 times what a boot takes
SECONDS_MAX = 300.0
ESCAPES = re.compile(rb"\x1b\[\?2004[hl]\r?")
PROMPT = re.compile(rb"<bochs:\d+> $")
EMPTY = ("", "[bochs]:")  # lines of an answer that say nothing
STOPPED_AT = re.compile(r"^Next at t=(\d+)", re.M)
NO_SYMBOL = re.compile(r" <bogus\+ *\d+>")
SUBSTITUTION = re.compile(r"\{([^{}:]+)(?::([^{}]*))?\}")
SYNTAX_ERROR = re.compile(r"^:\d+: syntax error.*", re.M)
RUNS = ("c", "cont", "continue")
QUITS = ("q", "quit", "exit")
EXIT_FAILED, EXIT_KERNEL, EXIT_TIMEOUT = 1, 2, 3  # as exec's


class Stopped(Exception):
    """The machine stopped in the debugger while something else was awaited."""


class Debugged(Bochs):
    """A machine that stands still in Bochs's debugger, except while a method runs it."""

    steps = True

    def __init__(self, config: Config, ticks: int = TICKS):
        super().__init__(config)
        self.ticks = ticks  # of its clock, until it is too late
        self.status = 0  # of the kernel command that ended last
        self._runs = False
        self._to_type = b""
        self._open = False  # a kernel command that has not ended
        self._breaking = False  # the command `break`, which stops the machine, has not

    def start(self) -> None:
        super().start()
        self._runs = True  # until the debugger's first prompt
        self._until_it_stops("Bochs's debugger")
        self.debugger(f"sb {self.ticks}")

    def debugger(self, command: str) -> str:
        """One command of the debugger's; its answer."""
        self._send(command)
        return self._until_it_stops(f"the debugger's answer to '{command}'")

    def run(self) -> str:
        """Until the open kernel command has ended, or the machine stops by itself."""
        self._send("c")
        try:
            self._end_of_break()
            if self._open:
                return self._end_of_command()
        except Stopped as stop:
            return str(stop)
        return self._until_it_stops("the machine to stop by itself")

    def kernel(self, command: str) -> str:
        """One command at the kernel's prompt; what it prints, or where it was stopped."""
        if self._open:
            raise Usage("the last kernel command was stopped before its end; c goes on")
        self._open, self._to_type = True, command_bytes(command)
        return self.run()

    # The machinery.

    def _send(self, command: str) -> None:
        self._output_text = b""
        self._runs = True
        os.write(self._output, command.encode() + b"\n")

    def _answer_text(self) -> str:
        text = PROMPT.sub(b"", ESCAPES.sub(b"", self._output_text))
        lines = text.decode(errors="replace").replace("\r", "").split("\n")
        return "".join(f"{NO_SYMBOL.sub('', line)}\n" for line in lines if line not in EMPTY)

    def _wait(self, look, timeout: float, what: str):
        def look_or_stop():
            found = look()
            if found is None and self._runs and PROMPT.search(
                    ESCAPES.sub(b"", self._output_text[-100:])):
                self._runs = False
                self._check_ticks(what)
                raise Stopped(self._answer_text())
            return found

        return super()._wait(look_or_stop, timeout, what)

    def _check_ticks(self, what: str) -> None:
        at = STOPPED_AT.search(self._answer_text())
        if at and int(at[1]) >= self.ticks:
            raise TimedOut(f"{what}: the {self.ticks:,} ticks of the machine's clock that a "
                           "script has are over")

    def _until_it_stops(self, what: str) -> str:
        try:
            self._wait(lambda: None, SECONDS_MAX, what)
        except Stopped as stop:
            return str(stop)
        raise AssertionError("_wait returned nothing")

    def _end_of_command(self) -> str:
        """Its output; then the machine is stopped by another one, `break`."""
        self.ready(SECONDS_MAX)
        self.type(self._to_type)
        self._to_type = b""
        end = self.wait_for(ETX.pattern, SECONDS_MAX, "the end of the kernel's command")
        output = end.string[:end.start()].rpartition(STX)[2]
        self.status = int(end[1])
        self.type(b"break\n")
        self._until_it_stops("the machine to stop at break")
        self._open, self._breaking = False, True
        return bytes(output).decode(errors="replace")

    def _end_of_break(self) -> None:
        if self._breaking:
            self.wait_for(ETX.pattern, SECONDS_MAX)
            self._breaking = False


class Script:
    """The lines of a file, run one after the other."""

    def __init__(self, path: Path, machine: Debugged, addresses: dict[str, int]):
        self.path, self.machine, self.addresses = path, machine, addresses
        self.number = 0
        self.answer = ""
        self.names = {"sym": self._sym, "said": self._said}

    def run(self) -> None:
        for self.number, line in enumerate(_lines(self.path), 1):
            if line.strip() in QUITS:
                return
            try:
                self._line(line.strip())
            except Ended as end:
                self._fail(end.ending.sentence, EXIT_KERNEL, self.machine.tail())
            except TimedOut as awaited:
                self._fail(f"waited too long for {awaited}", EXIT_TIMEOUT)
            except Usage as wrong:
                self._fail(str(wrong), wrong.code)

    def _line(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        if not line or line.startswith("#"):
            print(self._filled(line))
        elif word == "let":
            name, _, value = rest.partition("=")
            self.names[name.strip()] = self._value(value)
        elif word == "check":
            if not self._value(rest):
                self._fail(f"this is not so: {rest}")
        elif word == "kernel":
            self._kernel(self._filled(rest))
        elif word != "boot":
            self._debugger(self._filled(line))

    def _kernel(self, command: str) -> None:
        print(f"k896> {command}", flush=True)
        self._answered(self.machine.kernel(command))
        if self.machine.status:
            self._fail(f"'{command}' failed with status {self.machine.status}")

    def _debugger(self, command: str) -> None:
        print(f"<bochs> {command}", flush=True)
        self._answered(self.machine.run() if command in RUNS else self.machine.debugger(command))
        wrong = SYNTAX_ERROR.search(self.answer)
        if wrong:
            self._fail(f"Bochs's debugger does not know '{command}'")

    def _answered(self, text: str) -> None:
        self.answer = text
        print(text, end="", flush=True)

    # Values

    def _sym(self, name: str) -> int:
        if name not in self.addresses:
            raise KeyError(f"the kernel has no symbol {name}")
        return self.addresses[name]

    def _said(self, pattern: str) -> int:
        found = re.search(pattern, self.answer)
        if not found:
            raise ValueError(f"the last answer has nothing like {pattern}")
        return int(found[1], 16)

    def _value(self, text: str):
        try:
            return eval(text.strip(), {"__builtins__": {}}, self.names)
        except Exception as error:
            self._fail(f"{text.strip()}: {error.args[0] if error.args else error}")

    def _filled(self, text: str) -> str:
        return SUBSTITUTION.sub(
            lambda part: format(self._value(part[1]), part[2] or ""), text)

    def _fail(self, why: str, code: int = EXIT_FAILED, details: str = "") -> NoReturn:
        sys.stdout.flush()
        raise Problem(f"{self.path}:{self.number}: {why}", code, details)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Usage(f"--script {path}: {error}") from None


def boot_options(path: Optional[str]) -> list[str]:
    """The words of the script's boot line."""
    for number, line in enumerate(_lines(Path(path)) if path else [], 1):
        if line.startswith("boot "):
            return shlex.split(line)[1:]
        if line.strip() and not line.startswith("#"):
            break
    return []


def run(config: Config, path: Path, ticks: int) -> int:
    """Boot a machine and run the script; 0, or a Problem that names the line."""
    with Debugged(config, ticks) as machine:
        tell(f"{machine.describe()}; script {relative(path)}")
        Script(path, machine, symbols.load(config.kernel)).run()
    return 0
