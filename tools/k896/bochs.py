"""A machine in Bochs: the console on a pty, its output on another one.

The text screen is on a third pty, which Bochs makes itself and names in its
output; it must be read, or Bochs stops when the pty is full.

Bochs always exits with status 1; its log tells a power-off, a reset and a
triple fault apart, and the console's text a panic. Debian's Bochs starts in its
debugger, which gets its commands from a file: `c` to run a machine, or what
Config.debugger_script says; what the debugger answers is in debugger_log().
bochs_script.py drives it step by step instead.
"""

import contextlib
import os
import re
import subprocess
import termios
import tty
from glob import glob
from pathlib import Path

from k896 import EXIT_UNAVAILABLE, Problem, Usage
from k896.emulator import MIB, Config, Ending, Machine, size_text

CPU = "core_duo_t2400_yonah"  # 32-bit, PAE, NX
CPU_ALIASES = {"pentium3": "p3_katmai"}  # QEMU's name: Bochs's name
# How fast the CPU is beside the serial line. With Bochs's own 4 million, only 350
# instructions pass in a byte's time, and the receiver overruns while the screen
# scrolls.
INSTRUCTIONS_PER_SECOND = 20_000_000
SHARE = Path("/usr/share/bochs")
HOST_MEGABYTES_MAX = 2048
GUEST_MEGABYTES_MAX = 16384

SCREEN = re.compile(rb'Bochs connected to screen "([^"]+)"')
LATER_RESET = re.compile(r"^0*[1-9]\d*i\[SYS *\] bx_pc_system_c::Reset\(", re.M)
LOG_TAIL_BYTES = 20000
OUTPUT_BYTES_MAX = 1 << 20
READ_BYTES = 65536


class Bochs(Machine):
    """Headless unless config.display asks for a window."""

    name = "Bochs"
    steps = False  # the debugger waits for commands from here

    def __init__(self, config: Config):
        super().__init__(config)
        self._output = -1  # what Bochs prints
        self._output_text = b""
        self._screen = -1  # Bochs's own pty
        self._slave = -1
        self._log_path = self.folder / "bochs.log"

    @property
    def cpu(self) -> str:
        return CPU_ALIASES.get(self.config.cpu, self.config.cpu) or CPU

    def describe(self) -> str:
        return f"Bochs, CPU {self.cpu}, {size_text(self.config.memory)}, booting the ISO"

    def start(self) -> None:
        self.console, self._slave = _raw_pty()
        self._output, output_slave = _raw_pty()
        rc = self.folder / "bochsrc"
        rc.write_text(configuration(
            self.config, self.cpu, self.folder, f"mode=term, dev={os.ttyname(self._slave)}",
            _window_library() if self.config.display else "term",
            magic_break=self.steps or bool(self.config.debugger_script)))
        self._spawn(
            ["bochs", "-q", "-f", rc, *self._debugger_arguments(), *self.config.extra],
            stdin=output_slave, stdout=output_slave, stderr=subprocess.STDOUT,
            env=dict(os.environ, TERM="vt100"))
        os.close(output_slave)

    def _debugger_arguments(self) -> list:
        if self.steps:
            return []
        script = self.folder / "debugger-commands"
        script.write_text(self.config.debugger_script or "c\n")
        return ["-rc", script, "-dbglog", self.folder / "debugger.log"]

    def debugger_log(self) -> str:
        """What Bochs's debugger has printed so far."""
        try:
            return (self.folder / "debugger.log").read_text(errors="replace")
        except OSError:
            return ""

    # The machinery.

    def _other_input(self) -> list[int]:
        return [source for source in (self._output, self._screen) if source >= 0]

    def _take_other(self, descriptor: int) -> None:
        try:
            piece = os.read(descriptor, READ_BYTES)
        except OSError:
            piece = b""
        if descriptor == self._screen:
            if not piece:
                os.close(self._screen)
                self._screen = -1
            return
        self._output_text = (self._output_text + piece)[-OUTPUT_BYTES_MAX:]
        named = SCREEN.search(self._output_text)
        if named and self._screen < 0:
            with contextlib.suppress(OSError, termios.error):  # Bochs has just ended
                self._screen = os.open(named[1], os.O_RDWR | os.O_NOCTTY)
                tty.setraw(self._screen, termios.TCSANOW)
        if not piece:
            os.close(self._output)
            self._output = -1

    def _close_other(self) -> None:
        for descriptor in (self._output, self._screen, self._slave):
            if descriptor >= 0:
                os.close(descriptor)
        self._output = self._screen = self._slave = -1

    def _pump(self, seconds: float) -> None:
        super()._pump(seconds)
        if not self.ending and LATER_RESET.search(self._bochs_log()):
            self._finish()

    def _finish(self) -> None:
        if self.process.poll() is None and self._fatal_at is None:
            self.process.terminate()  # it was reset: it would boot again
        super()._finish()

    def _bochs_log(self) -> str:
        try:
            with open(self._log_path, "rb") as file:
                file.seek(0, os.SEEK_END)
                file.seek(max(0, file.tell() - LOG_TAIL_BYTES))
                return file.read().decode(errors="replace")
        except OSError:
            return ""

    def _why(self) -> Ending:
        log = self._bochs_log()
        if LATER_RESET.search(log):
            return Ending("reset", "the machine was reset")
        if "exception with no resolution" in log:
            return Ending("reset", "the machine triple-faulted")
        if "soft power off" in log or "Shutdown port: shutdown requested" in log:
            return Ending("poweroff", "the machine was powered off")
        reasons = re.findall(r">>PANIC<< *(.*)", log + self._output_text.decode("latin-1"))
        return Ending("died", "Bochs ended: "
                      + (reasons[-1].strip() if reasons else "no reason logged"))


def configuration(config: Config, cpu: str, folder: Path, com1: str, library: str,
                  magic_break: bool = False) -> str:
    """The text of a bochsrc. A link to the ISO is laid into folder."""
    if not SHARE.is_dir():
        raise Problem("Bochs's BIOS is missing (package bochsbios)", EXIT_UNAVAILABLE)
    iso = folder / "k896.iso"
    iso.symlink_to(Path(config.iso).resolve())
    megabytes = config.memory // MIB
    if config.memory % MIB or not 1 <= megabytes <= GUEST_MEGABYTES_MAX:
        raise Usage(f"Bochs takes whole megabytes up to {GUEST_MEGABYTES_MAX}M, "
                    f"not {size_text(config.memory)}")
    host = min(megabytes, HOST_MEGABYTES_MAX)
    return f"""\
memory: guest={megabytes}, host={host}
cpu: model={cpu}, ips={INSTRUCTIONS_PER_SECOND}, reset_on_triple_fault=0
romimage: file={SHARE}/BIOS-bochs-latest
vgaromimage: file={SHARE}/VGABIOS-lgpl-latest
ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
ata0-master: type=cdrom, path={iso}, status=inserted
boot: cdrom
clock: sync=none
com1: enabled=1, {com1}
display_library: {library}
plugin_ctrl: speaker=0
magic_break: enabled={int(magic_break)}
log: {folder}/bochs.log
panic: action=fatal
error: action=report
info: action=report
"""


def _window_library() -> str:
    for library in ("x", "sdl2", "sdl", "wx"):
        if glob(f"/usr/lib/*/bochs/plugins/libbx_{library}_gui.so"):
            return library
    raise Problem("Bochs has no graphical display here; install bochs-x",
                  EXIT_UNAVAILABLE)


def _raw_pty() -> tuple[int, int]:
    master, slave = os.openpty()
    tty.setraw(slave, termios.TCSANOW)
    return master, slave
