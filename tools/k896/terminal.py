"""The machine's console on the user's terminal (./k896 run)."""

import contextlib
import os
import select
import sys
import termios
import tty

from k896 import Problem, tell
from k896.bochs import Bochs
from k896.emulator import Config, Ended, Machine
from k896.qemu import Qemu

ESCAPE = b"\x01"  # Ctrl-A, as QEMU has it
READ_BYTES = 4096


def run(emulator: str, config: Config) -> bool:
    """Boot and stay until the machine ends or the user leaves.

    Returns whether it ended badly (a panic, a refusal, a reset).
    """
    if config.display and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise Problem("--display: there is no graphical display here")
    machine = Bochs(config) if emulator == "bochs" else Qemu(config, console="terminal")
    tell(machine.describe())
    tell("to leave, type poweroff at the kernel's prompt, or press Ctrl-A and then X")
    with _terminal_kept(raw=emulator == "bochs"), machine:
        if emulator == "bochs":
            ending = _bridge(machine)
        else:
            ending = machine.wait_end(float("inf"))
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


def _bridge(machine: Machine):
    """Copy between the terminal and the console; the ending, None if the user left."""
    keys = Keys()
    shown = 0
    typing = True
    while not machine.ending:
        if typing and select.select([0], [], [], 0)[0]:
            data = os.read(0, READ_BYTES)
            typing = bool(data)
            with contextlib.suppress(Ended):
                machine.type(keys.take(data))
        if keys.left:
            return None
        machine._pump(0.02)
        os.write(1, bytes(machine.text[shown:]).replace(b"\n", b"\r\n"))
        shown = len(machine.text)
    return machine.ending


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
