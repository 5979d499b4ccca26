"""What a user types: building, booting, testing k896. `./k896 help` tells more."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build"

# Exit codes of every command that is not one of exec's own (0 to 3).
EXIT_USAGE = 64  # a wrong word or option
EXIT_DATA = 65  # a file given is not what it should be
EXIT_UNAVAILABLE = 69  # a program or package is missing
EXIT_BROKEN = 70  # the kernel did not build, or the emulator did not start
EXIT_INTERRUPTED = 130  # Ctrl-C


class Problem(Exception):
    """Something to tell the user in one line, and the exit code that goes with it."""

    def __init__(self, sentence: str, code: int = EXIT_BROKEN, details: str = ""):
        super().__init__(sentence)
        self.code = code
        self.details = details


class Usage(Problem):
    """A wrong word or option."""

    def __init__(self, sentence: str):
        super().__init__(sentence, EXIT_USAGE)


def tell(sentence: str) -> None:
    """A line for the person at the terminal: stderr, so that stdout stays clean."""
    import sys

    print(f"k896: {sentence}", file=sys.stderr, flush=True)


def relative(path: os.PathLike) -> str:
    """A path as the user would type it from where they are, if that is shorter."""
    text = os.path.relpath(path)
    return min(text, str(path), key=len)
