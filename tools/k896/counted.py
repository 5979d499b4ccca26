"""A machine that counts: QEMU's clock advances by one for each instruction.

Nothing is typed and the serial line goes to a file, so two runs print the same bytes.
"""

import tempfile
from pathlib import Path
from typing import Sequence

from k896 import ROOT, Problem, build
from k896.emulator import GIB, Config
from k896.qemu import Qemu

PEER = ROOT / "tests" / "bench" / "linux-6.1-686-pae.json"  # a real Linux's figures
TARGETS = ROOT / "tests" / "bench" / "targets.json"  # ours: what part of these at most
ICOUNT = ["-icount", "shift=0,sleep=off", "-seed", "1",
          "-rtc", "base=2026-01-01T00:00:00,clock=vm"]
SECONDS = 600


def text_of(commands: Sequence[str], memory: int = 4 * GIB, preset: str = "default",
            append: str = "") -> str:
    """What these commands print at boot, and then power off."""
    runs = " ".join(f'run="{command}"' for command in [*commands, "poweroff"])
    config = Config(memory=memory, kernel=build.kernel(preset), fast=True, extra=ICOUNT,
                    append=f"quiet {append} {runs}")
    with tempfile.TemporaryDirectory(prefix="k896-counted-") as folder:
        output = Path(folder) / "serial"
        with Qemu(config, f"file,id=console,path={output}") as machine:
            ending = machine.wait_end(SECONDS)
        text = output.read_text(errors="replace").replace("\r", "")
    if ending.kind != "poweroff":
        raise Problem(f"'{commands[0]}' did not end: {ending.sentence}", details=text[-2000:])
    return text
