"""A machine in QEMU: the console on a socket, questions by QMP.

exec's kernel ends QEMU through isa-debug-exit, which turns the value v into
exit status 2v+1: a panic writes 1, a refused CPU 2. With -no-reboot a triple
fault ends QEMU with status 0, as poweroff does: QMP's SHUTDOWN event has the
reason that tells them apart.
"""

import json
import os
import socket
import subprocess
import time
from typing import Optional

from k896 import Problem
from k896.emulator import GIB, MIB, Config, Ending, Machine, size_text

# Debian's default for qemu-system-i386 has PAE but neither NX nor 36 bits.
CPU_32BIT = "qemu32,+nx,+pse36"
# For more memory than 36 bits of addresses hold; and for page tables above 4 GiB,
# whose addresses qemu-system-i386 cuts to 32 bits.
CPU_40BIT = "qemu64"

MEMORY_OF_32BIT = 60 * GIB  # above it, qemu-system-i386 has too few address bits
RESERVE_SHARE = 0.6  # of the host's free memory; above it, memory comes lazily

PANIC_STATUS = 3
REFUSED_STATUS = 5
START_SECONDS = 20.0
QMP_SECONDS = 60.0


class Qemu(Machine):
    """console: where the machine's serial port is.

    "socket": here, for command(); "terminal": on this process's own terminal,
    shared with QEMU's monitor; otherwise what QEMU calls a character device
    with the id console, for example "pty,id=console".
    """

    name = "QEMU"

    def __init__(self, config: Config, console: str = "socket"):
        super().__init__(config)
        self._console_kind = console
        self.events: list[dict] = []
        self._answers: list[dict] = []
        self._qmp: Optional[socket.socket] = None
        self._qmp_text = b""

    @property
    def binary(self) -> str:
        wide = self.config.memory > MEMORY_OF_32BIT or self.config.cpu == CPU_40BIT
        return "qemu-system-x86_64" if wide else "qemu-system-i386"

    @property
    def cpu(self) -> str:
        if self.config.cpu:
            return self.config.cpu
        return CPU_40BIT if self.config.memory > MEMORY_OF_32BIT else CPU_32BIT

    def describe(self) -> str:
        boot = "the kernel itself" if self.config.fast else "the ISO"
        return (f"{self.binary}, machine {self.config.machine}, CPU {self.cpu}, "
                f"{size_text(self.config.memory)}, booting {boot}")

    def arguments(self) -> list[str]:
        """QEMU's arguments, except for the console's and the monitor's."""
        config = self.config
        machine = config.machine
        if config.machine_options:
            machine += "," + config.machine_options
        words = []
        if config.memory > _free_memory() * RESERVE_SHARE:
            words += ["-object", "memory-backend-ram,id=ram,reserve=off,"
                      f"size={config.memory}"]
            machine += ",memory-backend=ram"
        words += ["-machine", machine, "-cpu", self.cpu, "-m", _megabytes(config.memory),
                  "-no-reboot"]
        words += (["-no-shutdown"] if config.stays
                  else ["-device", "isa-debug-exit,iobase=0xf4,iosize=4"])
        if not config.display:
            words += ["-display", "none"]
        if config.fast:
            words += ["-kernel", str(config.kernel), "-append", config.append]
            if config.modules:
                words += ["-initrd", ",".join(f"{file} {line}".strip().replace(",", ",,")
                                              for file, line in config.modules)]
        else:
            words += ["-cdrom", str(config.iso), "-boot", "d"]
        return words

    def start(self) -> None:
        qmp = _listen(self.folder / "qmp")
        console = None
        device = self._console_kind
        streams = {}
        if device == "socket":
            console = _listen(self.folder / "console")
            device = _socket("console", self.folder / "console")
        more = ["-serial", "chardev:console"]
        if device == "terminal":
            device = "stdio,id=console,mux=on,signal=off"
            more += ["-mon", "chardev=console,mode=readline"]
        else:
            errors = open(self.folder / "errors", "wb")
            streams = dict(stdin=subprocess.DEVNULL, stdout=errors, stderr=errors)
        self._spawn([self.binary, *self.arguments(), "-chardev", device, *more,
                     "-chardev", _socket("qmp", self.folder / "qmp"),
                     "-mon", "chardev=qmp,mode=control", *self.config.extra],
                    own_session=bool(streams), **streams)
        if console:
            self.console = self._accept(console).detach()
        self._qmp = self._accept(qmp)
        self.qmp("qmp_capabilities")

    def qmp(self, execute: str, **arguments):
        """One command of QEMU's machine protocol; its return value."""
        request = {"execute": execute, "arguments": arguments}
        self._qmp.sendall(json.dumps(request).encode() + b"\n")
        deadline = time.monotonic() + QMP_SECONDS
        while not self._answers:
            if self._qmp is None or time.monotonic() > deadline:
                raise Problem(f"QEMU did not answer {execute}", details=self._errors())
            if self._readable(self._qmp.fileno()):
                self._take_other(self._qmp.fileno())
        answer = self._answers.pop(0)
        if "error" in answer:
            raise Problem(f"QEMU: {execute}: {answer['error'].get('desc')}")
        return answer["return"]

    def monitor(self, line: str) -> str:
        """One command of QEMU's human monitor (`info tlb`, `gva2gpa ADDRESS`)."""
        text = self.qmp("human-monitor-command", **{"command-line": line})
        return text.replace("\r", "")

    # The machinery.

    def _accept(self, listener: socket.socket) -> socket.socket:
        deadline = time.monotonic() + START_SECONDS
        with listener:
            while not self._readable(listener.fileno()):
                if self.process.poll() is not None:
                    raise Problem(f"{self.binary} did not start", details=self._errors())
                if time.monotonic() > deadline:
                    raise Problem(f"{self.binary} did not come up in time",
                                  details=self._errors())
            return listener.accept()[0]

    def _errors(self) -> str:
        try:
            return (self.folder / "errors").read_text(errors="replace")
        except OSError:
            return ""

    def _other_input(self) -> list[int]:
        return [self._qmp.fileno()] if self._qmp else []

    def _take_other(self, descriptor: int) -> None:
        try:
            piece = self._qmp.recv(65536)
        except OSError:
            piece = b""
        if not piece:
            self._close_other()
            return
        *lines, self._qmp_text = (self._qmp_text + piece).split(b"\n")
        for line in lines:
            message = json.loads(line)
            if "event" in message:
                self.events.append(message)
            elif "return" in message or "error" in message:
                self._answers.append(message)

    def _close_other(self) -> None:
        if self._qmp:
            self._qmp.close()
            self._qmp = None

    def _shutdown_reason(self) -> str:
        for event in reversed(self.events):
            if event["event"] == "SHUTDOWN":
                return event["data"].get("reason", "")
        return ""

    def _panicked(self) -> bool:
        status = self.process.poll()
        return status == PANIC_STATUS or (status is None and super()._panicked())

    def _why(self) -> Ending:
        status = self.process.poll()
        reason = self._shutdown_reason()
        if status is None:
            return Ending("died", "QEMU closed the console but goes on")
        if status == REFUSED_STATUS:
            return Ending("refused", "the kernel refused this machine")
        if status == PANIC_STATUS:
            return Ending("panic", "the kernel panicked")
        if status > PANIC_STATUS and status % 2:
            return Ending("panic", f"the kernel ended QEMU with status {status}")
        if status == 0 and reason == "guest-shutdown":
            return Ending("poweroff", "the machine was powered off")
        if status == 0 and reason == "guest-reset":
            return Ending("reset", "the machine triple-faulted or was reset")
        if status == 0:
            return Ending("closed", f"QEMU was closed ({reason or 'from outside'})")
        errors = self._errors().strip()
        return Ending("died", f"QEMU ended with status {status}"
                      + (f": {errors}" if errors else ""))


def _socket(name: str, path) -> str:
    return f"socket,id={name},path={str(path).replace(',', ',,')}"


def _listen(path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen(1)
    return listener


def _megabytes(size: int) -> str:
    return f"{size // MIB}M" if size % MIB == 0 else f"{size // 1024}K"


def _free_memory() -> int:
    """The host's available memory in bytes."""
    try:
        with open("/proc/meminfo") as file:
            for line in file:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
