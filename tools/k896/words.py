"""The command line's words: options, sizes, and what to say about a wrong one."""

import argparse
import difflib
import re
from typing import NoReturn, Sequence

from k896 import Usage
from k896.emulator import GIB, MIB

SIZE = re.compile(r"(\d+)([KMG]?)B?", re.I)
SIZE_UNITS = {"": MIB, "K": 1024, "M": MIB, "G": GIB}
MEMORY_MIN = 2 * MIB
MEMORY_MAX = 1000 * GIB


def nearest(word: str, right: Sequence[str]) -> str:
    """'; did you mean X?', or all the right words if none is near."""
    near = difflib.get_close_matches(word, right, n=1, cutoff=0.5)
    return f"; did you mean {near[0]}?" if near else f"; it is one of {', '.join(right)}"


def split_emulator_arguments(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """What stands before and behind the first `--`."""
    words = list(words)
    if "--" not in words:
        return words, []
    at = words.index("--")
    return words[:at], words[at + 1:]


def memory_size(text: str) -> int:
    """'4G', '512M', '65536K' or plain megabytes, in bytes."""
    match = SIZE.fullmatch(text)
    if not match:
        raise Usage(f"--mem {text}: a size is a number with K, M or G behind it, as 512M")
    size = int(match[1]) * SIZE_UNITS[match[2].upper()]
    if not MEMORY_MIN <= size <= MEMORY_MAX:
        raise Usage(f"--mem {text}: the memory must be between 2M and 1000G")
    return size


def seconds(option: str, text: str) -> float:
    """The value of an option that is a time."""
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 0 < value <= 1e6:
        raise Usage(f"{option} {text}: expected a number of seconds above 0")
    return value


def boot_parameters(text: str) -> str:
    if not text.isprintable():
        raise Usage("--append: boot parameters are one line of printable text")
    return text


class Parser(argparse.ArgumentParser):
    """argparse with one clear line for a wrong option, and words anywhere.

    Words that are no options are left in .words, in their order.
    """

    def __init__(self, word: str):
        super().__init__(prog=f"./k896 {word}", add_help=False, allow_abbrev=False)
        self.add_argument("--yes", action="store_true")
        self.add_argument("--help", "-h", action="store_true")

    def parse(self, words: Sequence[str]) -> argparse.Namespace:
        options, rest = self.parse_known_args(words)
        for word in rest:
            if word.startswith("-") and word != "-":
                self.wrong_option(word)
        options.words = rest
        return options

    def wrong_option(self, word: str) -> NoReturn:
        right = sorted(name for action in self._actions for name in action.option_strings
                       if name.startswith("--"))
        raise Usage(f"{self.prog} has no option {word.partition('=')[0]}"
                    + nearest(word.partition("=")[0], right))

    def error(self, message: str) -> NoReturn:
        wrong = re.match(r"argument (\S+): invalid choice: '(.*?)' \(choose from (.*)\)",
                         message)
        if wrong:
            right = [word.strip("' ") for word in wrong[3].split(",")]
            message = f"{wrong[1]} {wrong[2]}{nearest(wrong[2], right)}"
        message = re.sub(r"argument (\S+): expected one argument", r"\1 needs a value",
                         message)
        raise Usage(f"{self.prog}: {message}")
