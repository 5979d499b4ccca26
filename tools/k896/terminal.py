"""The machine's console on the user's terminal (./k896 run)."""

import contextlib
import os
import select
import sys
import termios
import time
import tty
from typing import Optional

from k896 import EXIT_UNAVAILABLE, Problem, tell
from k896.emulator import PROMPT, Config, Ended, Ending, Machine, create
from k896.qemu import Qemu

QUIET_SECONDS = 1.0  # after the end of the input, the prompt for so long is the end
ESCAPE = b"\x01"  # Ctrl-A, as QEMU has it
READ_BYTES = 4096


def run(emulator: str, config: Config) -> bool:
    """Boot and stay until the machine ends or the user leaves.

    Returns whether it ended badly (a panic, a refusal, a reset). Input that is no
    terminal is typed once the prompt is there; at its end the machine is left.
    """
    if config.display and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise Problem("--display: there is no graphical display here", EXIT_UNAVAILABLE)
    by_qemu = emulator == "qemu" and sys.stdin.isatty()
    machine = Qemu(config, console="terminal") if by_qemu else create(emulator, config)
    tell(machine.describe())
    tell("to leave, type poweroff at the kernel's prompt, or press Ctrl-A and then X")
    with _terminal_kept(raw=not by_qemu), machine:
        if by_qemu:
            ending = machine.wait_end(float("inf"))
        elif sys.stdin.isatty():
            ending = _bridge(machine)
        else:
            ending = _feed(machine)
    if ending is None:
        return False
    tell(ending.sentence)
    return ending.kind in ("panic", "refused", "reset", "died")


@contextlib.contextmanager
def _terminal_kept(raw: bool):
    """Give the terminal back as it was, whatever the emulator does to it."""
    if not sys.stdin.isatty():
        yield
        return
    before = termios.tcgetattr(0)
    try:
        if raw:
            tty.setraw(0, termios.TCSANOW)
        yield
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, before)


def _bridge(machine: Machine) -> Optional[Ending]:
    """Copy between the terminal and the console; the ending, None if the user left."""
    keys = Keys()
    show = Shown(machine, newline=b"\r\n")
    while not machine.ending:
        if select.select([0], [], [], 0)[0]:
            data = os.read(0, READ_BYTES)
            with contextlib.suppress(Ended):
                machine.type(keys.take(data))
            keys.left |= not data
        if keys.left:
            return None
        machine._pump(0.02)
        show()
    return machine.ending


def _feed(machine: Machine) -> Optional[Ending]:
    """Type what comes from a file or pipe; the ending, None if the input ended."""
    show = Shown(machine, newline=b"\n")
    waiting = True
    reading = True
    quiet_since = time.monotonic()
    while not machine.ending:
        machine._pump(0.02)
        if show():
            quiet_since = time.monotonic()
        waiting = waiting and PROMPT not in machine.text
        if reading and not waiting and select.select([0], [], [], 0)[0]:
            data = os.read(0, READ_BYTES)
            reading = bool(data)
            with contextlib.suppress(Ended):
                machine.type(data.replace(b"\n", b"\r"))
            quiet_since = time.monotonic()
        done = not reading and machine.text.endswith(PROMPT)
        if done and time.monotonic() - quiet_since > QUIET_SECONDS:
            return None
    return machine.ending


class Shown:
    """Writes what the console has printed since the last call."""

    def __init__(self, machine: Machine, newline: bytes):
        self.machine = machine
        self.newline = newline
        self.length = 0

    def __call__(self) -> bool:
        """Whether there was anything."""
        new = bytes(self.machine.text[self.length:])
        self.length += len(new)
        sys.stdout.buffer.write(new.replace(b"\n", self.newline))
        sys.stdout.buffer.flush()
        return bool(new)


class Keys:
    """Ctrl-A X leaves, Ctrl-A A types a Ctrl-A, all else goes through."""

    def __init__(self):
        self.left = False
        self._escaped = False

    def take(self, data: bytes) -> bytes:
        """What of these keys is for the machine."""
        out = b""
        for key in (bytes([value]) for value in data):
            if self._escaped:
                self._escaped = False
                self.left |= key in b"xX"
                out += ESCAPE if key in (b"a", b"A", ESCAPE) else b""
            elif key == ESCAPE:
                self._escaped = True
            else:
                out += key
        return out
