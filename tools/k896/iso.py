"""The BIOS-bootable ISO: GRUB by grub-mkrescue, the kernel, modules, a menu.

GRUB gets only the modules that the menu needs, which makes an ISO of about 1 MB
in 0.2 s. The kernel's debugging sections stay outside: GRUB would load them
into memory. With parameters or modules, the menu gets one more entry, which is
the default and starts at once.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Sequence

from k896 import ROOT, Problem, tell

GRUB_CFG = ROOT / "grub.cfg"
WORD = re.compile(r'(?:"[^"]*"|\S)+')  # of boot parameters; quotes hold blanks together
GRUB_MODULES = "normal multiboot2 iso9660 biosdisk serial terminal terminfo"


def grub_words(parameters: str) -> str:
    """The parameters as words of a GRUB script.

    Single quotes keep $, ;, {} and the like. When GRUB puts the kernel's line
    together it sets a word with a blank in double quotes, which is what the kernel
    wants; so name="a b" is given without its own, before which GRUB would write a
    backslash, as it does before each single quote and backslash.
    """
    words = [word.replace('"', "") if " " in word else word
             for word in WORD.findall(parameters)]
    return " ".join("'" + word.replace("'", r"'\''") + "'" for word in words)


def menu(grub_cfg: str, append: str, modules: Sequence[tuple[str, str]]) -> str:
    """The menu, with one more entry that starts at once.

    modules: (name of the file below /boot/modules, its command line).
    """
    lines = [f"\tmultiboot2 /boot/k896.elf {grub_words(append)}".rstrip()]
    lines += [f"\tmodule2 /boot/modules/{name} {grub_words(line)}".rstrip()
              for name, line in modules]
    entry = 'menuentry "k896 as asked for" --id asked {\n' + "\n".join(lines) + "\n}\n"
    return f"{grub_cfg}\n{entry}set default=asked\nset timeout=0\n"


def make(kernel: Path, output: Path, append: str = "",
         modules: Sequence[tuple[Path, str]] = (), at_once: bool = False,
         grub_cfg: Path = GRUB_CFG) -> None:
    """Write the ISO to output, which appears complete or not at all.

    modules: (file, its command line). at_once: start without showing the menu,
    which append and modules imply.
    """
    for program in ("grub-mkrescue", "objcopy"):
        if not shutil.which(program):
            raise Problem(f"{program} is missing")
    with tempfile.TemporaryDirectory(prefix="k896-iso-") as folder:
        boot = Path(folder, "tree", "boot")
        (boot / "grub").mkdir(parents=True)
        _run(["objcopy", "--strip-debug", kernel, boot / "k896.elf"])
        named = []
        for number, (file, line) in enumerate(modules):
            (boot / "modules").mkdir(exist_ok=True)
            shutil.copyfile(file, boot / "modules" / str(number))
            named.append((str(number), line))
        text = grub_cfg.read_text()
        if append or modules or at_once:
            text = menu(text, append, named)
        (boot / "grub" / "grub.cfg").write_text(text)
        image = Path(folder, "k896.iso")
        _run(["grub-mkrescue", f"--install-modules={GRUB_MODULES}", "--fonts=",
              "--themes=", "--locales=", "-o", image, boot.parent])
        output.parent.mkdir(parents=True, exist_ok=True)
        partial = output.with_name(f"{output.name}.{os.getpid()}")
        shutil.copyfile(image, partial)
        partial.replace(output)


def cached(kernel: Path, output: Path, at_once: bool = False) -> Path:
    """The ISO without parameters, made anew if the kernel or the menu is newer."""
    newest = max(path.stat().st_mtime_ns for path in (kernel, GRUB_CFG, Path(__file__)))
    if not output.exists() or output.stat().st_mtime_ns < newest:
        make(kernel, output, at_once=at_once)
    return output


def _run(command: Sequence) -> None:
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace")
    if done.returncode:
        raise Problem(f"{command[0]} failed", details=done.stdout)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="mkiso.py", description="Put a k896 kernel on a BIOS-bootable ISO.")
    parser.add_argument("--kernel", type=Path, required=True, metavar="ELF")
    parser.add_argument("--grub-cfg", type=Path, default=GRUB_CFG, metavar="FILE")
    parser.add_argument("--output", type=Path, required=True, metavar="ISO")
    parser.add_argument("--append", default="", metavar="PARAMETERS",
                        help="add a default entry with these boot parameters")
    parser.add_argument("--module", action="append", default=[], metavar="FILE:CMDLINE",
                        help="a boot module of the default entry, with its line")
    options = parser.parse_args()
    modules = []
    for module in options.module:
        file, _, line = module.partition(":")
        modules.append((Path(file), line))
    for path in (options.kernel, options.grub_cfg, *(file for file, _ in modules)):
        if not path.is_file():
            parser.error(f"there is no file {path}")
    try:
        make(options.kernel, options.output, options.append, modules,
             grub_cfg=options.grub_cfg)
    except Problem as problem:
        tell(str(problem))
        sys.stderr.write(problem.details)
        return problem.code
    return 0
