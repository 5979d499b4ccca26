"""Building with CMake's presets: quiet when there is little to do."""

import contextlib
import fcntl
import json
import os
import re
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

from k896 import BUILD, EXIT_UNAVAILABLE, ROOT, Problem, iso, tell

QUIET_SECONDS = 2  # a build that takes longer shows its progress
LINE_SECONDS = 5  # how often, where no terminal is

STEP = re.compile(rb"\[(\d+)/(\d+)\]")


def presets() -> list[str]:
    """The names that --preset takes, from CMakePresets.json."""
    try:
        configured = json.loads((ROOT / "CMakePresets.json").read_text())["configurePresets"]
    except (OSError, ValueError, KeyError) as error:
        raise Problem(f"CMakePresets.json cannot be read: {error}") from None
    return [preset["name"] for preset in configured if not preset.get("hidden")]


def kernel_path(preset: str) -> Path:
    return BUILD / preset / "k896.elf"


def iso_path(preset: str) -> Path:
    return BUILD / preset / "k896.iso"


def kernel(preset: str) -> Path:
    """Build the kernel of a preset if anything changed; its ELF's path."""
    folder = BUILD / preset
    with lock(preset):
        if _older(folder / "build.ninja", ROOT / "CMakePresets.json"):
            watched(["cmake", "--preset", preset], f"configuring {preset}")
        watched(["cmake", "--build", "--preset", preset], f"building {preset}")
    path = kernel_path(preset)
    if not path.is_file():
        raise Problem(f"the build of {preset} left no {path.name}")
    return path


def _older(made: Path, source: Path) -> bool:
    return not made.exists() or made.stat().st_mtime_ns < source.stat().st_mtime_ns


def product(preset: str) -> Path:
    """Build the kernel and its ISO; the ISO's path."""
    elf = kernel(preset)
    with lock(preset):
        return iso.cached(elf, iso_path(preset))


def project(source: Path, folder: Path, name: str, *arguments: str) -> None:
    """Build a CMake project of its own (the host tests, the fuzzers)."""
    with lock(name):
        if not (folder / "build.ninja").exists():
            watched(["cmake", "-G", "Ninja", "-S", str(source), "-B", str(folder),
                     *arguments], f"configuring {name}")
        watched(["cmake", "--build", str(folder)], f"building {name}")


@contextlib.contextmanager
def lock(name: str):
    """Two commands at a time must not build in the same folder."""
    BUILD.mkdir(exist_ok=True)
    with open(BUILD / f".lock-{name}", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def watched(command: list[str], what: str) -> None:
    """Run a build command; show its progress if it takes long, all if it fails."""
    if not shutil.which(command[0]):
        raise Problem(f"{command[0]} is missing", EXIT_UNAVAILABLE)
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    progress = Progress(what)
    output = bytearray()
    try:
        while True:
            ready, _, _ = select.select([process.stdout], [], [], 0.5)
            if ready:
                piece = os.read(process.stdout.fileno(), 65536)
                if not piece:
                    break
                output += piece
                steps = STEP.findall(piece)
                if steps:
                    progress.at = b"/".join(steps[-1]).decode()
            progress.show()
        process.wait()
    finally:
        progress.clear()
        if process.poll() is None:
            process.terminate()
            process.wait()
    if process.returncode:
        raise Problem(f"{what} failed", details=output.decode(errors="replace"))
    warnings = [line for line in output.decode(errors="replace").splitlines()
                if "warning:" in line]
    if warnings:
        sys.stderr.write("\n".join(warnings) + "\n")


class Progress:
    """One line on stderr that says how far the work is, once it takes a while."""

    def __init__(self, what: str):
        self.what = what
        self.at = ""
        self.next = time.monotonic() + QUIET_SECONDS
        self.terminal = sys.stderr.isatty()
        self.shown = False

    def show(self) -> None:
        now = time.monotonic()
        if now < self.next:
            return
        self.next = now + (0.2 if self.terminal else LINE_SECONDS)
        line = f"{self.what} {self.at}".rstrip()
        if self.terminal:
            sys.stderr.write(f"\rk896: {line}\x1b[K")
            sys.stderr.flush()
        else:
            tell(line + " ...")
        self.shown = True

    def clear(self) -> None:
        if self.shown and self.terminal:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
