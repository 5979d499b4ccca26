"""./k896 debug (QEMU and gdb) and ./k896 bochs (Bochs's own debugger)."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from k896 import EXIT_UNAVAILABLE, ROOT, Problem, relative, tell
from k896 import symbols as symbols_
from k896.bochs import CPU, CPU_ALIASES, configuration
from k896.emulator import Config
from k896.qemu import Qemu

ENTRY = "start_kernel"
GDB_COMMANDS = ROOT / "tools" / "gdb" / "load.py"
VNC = 'rfb, options="timeout=0"'  # the one display that leaves the terminal alone


def gdb(config: Config, folder: Path) -> int:
    """QEMU, stopped before its first instruction, under gdb; ends with gdb."""
    if not shutil.which("gdb"):
        raise Problem("gdb is missing", EXIT_UNAVAILABLE)
    log = folder / "console.log"
    with tempfile.TemporaryDirectory(prefix="k896-") as sockets:
        socket = Path(sockets, "gdb")
        config = Config(**{**vars(config), "extra": ["-S", *stub(socket), *config.extra],
                           "stays": True})
        with Qemu(config, console=f"pty,id=console,logfile={log}") as machine:
            tell(machine.describe())
            tell(f"the console is on {_pty_of(machine)} (screen PTY), its text in "
                 f"{relative(log)}")
            tell(f"stopped at the first instruction; 'continue' goes on to {ENTRY}, "
                 "'quit' ends the machine, 'help k896' lists commands that look at the kernel")
            return _in_front(gdb_command(machine, socket) + ["-ex", f"thbreak {ENTRY}"])


def stub(socket: Path) -> list[str]:
    """QEMU's arguments for gdb to attach at a socket."""
    return ["-chardev", f"socket,id=gdb,path={socket},server=on,wait=off",
            "-gdb", "chardev:gdb"]


def gdb_command(machine: Qemu, socket: Path) -> list[str]:
    """gdb with the kernel's symbols and our commands, attached to a machine's stub."""
    architecture = "i386" if machine.binary.endswith("i386") else "i386:x86-64"
    return ["gdb", "-q", str(machine.config.kernel), "-ex", "set confirm off",
            "-ex", f"set architecture {architecture}", "-ex", f"target remote {socket}",
            "-ex", f"source {GDB_COMMANDS}"]


def _pty_of(machine: Qemu) -> str:
    for line in machine.monitor("info chardev").splitlines():
        if line.startswith("console:"):
            return line.rpartition("pty:")[2].strip()
    return "no pty"


def bochs(config: Config, folder: Path) -> int:
    """Bochs's debugger on this terminal, stopped where the kernel's C begins."""
    symbols = symbols_.load(config.kernel)
    if ENTRY not in symbols:
        raise Problem(f"{relative(config.kernel)} has no symbol {ENTRY}")
    log = folder / "console.log"
    cpu = CPU_ALIASES.get(config.cpu, config.cpu) or CPU
    with tempfile.TemporaryDirectory(prefix="k896-") as name:
        work = Path(name)
        work.joinpath("symbols").write_text("".join(
            f"{address:x} {symbol}\n" for symbol, address in sorted(symbols.items())))
        work.joinpath("commands").write_text(
            f'ldsym global "{work}/symbols"\nlb 0x{symbols[ENTRY]:x}\nc\n')
        rc = work / "bochsrc"
        rc.write_text(configuration(config, cpu, work, f"mode=file, dev={log}", VNC,
                                    magic_break=True))
        tell(f"Bochs, CPU {cpu}; the console's text is in {relative(log)}, the screen "
             "on VNC display localhost:0")
        tell(f"stops at {ENTRY}; 'help' lists the debugger's commands, 'c' goes on, "
             "'q' ends the machine")
        _in_front(["bochs", "-q", "-f", rc, "-rc", work / "commands", *config.extra])
    return 0


def _in_front(command: list) -> int:
    """Run a program that has the terminal, and Ctrl-C, to itself; its status."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        return subprocess.run([os.fspath(word) for word in command]).returncode
    finally:
        signal.signal(signal.SIGINT, before)
