"""./k896 draw: the pictures of the docs, made from what the kernel itself says.

Each picture is a function in one of the modules here: it names the machines and the
commands, reads their answers, and draws on a Canvas. What changes with every build, such
as the image's size, is left out or rounded, so that a picture changes only when what it
shows does.
"""

import argparse
import sys

from k896 import EXIT_UNAVAILABLE, ROOT, Problem, Usage, relative, tell, words

FOLDER = ROOT / "docs" / "img"


def options(own: list[str], extra: list[str]) -> argparse.Namespace:
    """Check ./k896 draw's words and options."""
    parser = words.Parser("draw")
    parser.add_argument("--check", action="store_true")
    chosen = parser.parse(own)
    if extra:
        raise Usage(f"./k896 draw takes no '{extra[0]}'")
    return chosen


def pictures() -> list:
    """All of them."""
    try:
        from k896.draw import highmem, machine, objects, pages, tables
    except ModuleNotFoundError as missing:
        raise Problem(f"the package python3-{missing.name} is missing",
                      EXIT_UNAVAILABLE) from None
    return [picture for module in (machine, tables, pages, objects,
                                                          highmem)
            for picture in module.PICTURES]


def differing(names: list[str]) -> list[str]:
    """Those that would be drawn otherwise than they are in docs/img."""
    return [name for name, svg in _drawn(names).items() if _committed(name) != svg]


def _drawn(names: list[str]) -> dict[str, str]:
    from k896.draw import ask
    return ask.drawn(pictures(), names)


def _committed(name: str) -> str:
    path = FOLDER / f"{name}.svg"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def run(chosen: argparse.Namespace) -> int:
    """Draw, or with --check say what is not as it would be drawn: 1 if anything is not."""
    known = [picture.name for picture in pictures()]
    for name in chosen.words:
        if name not in known:
            raise Usage(f"there is no picture {name}" + words.nearest(name, known))
    names = chosen.words or known
    if chosen.check:
        different = differing(names)
        for name in different:
            tell(f"{relative(FOLDER / name)}.svg is not what the kernel says now; "
                 f"./k896 draw {name} draws it again: look at it, and commit it")
        return 1 if different else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, svg in _drawn(names).items():
        path = FOLDER / f"{name}.svg"
        path.write_text(svg, encoding="utf-8")
        print(relative(path))
    sys.stdout.flush()
    return 0
