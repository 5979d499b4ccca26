"""The labs: what labs/*/points.json says, ./k896 lab start, ./k896 lab check.

A lab is a folder labs/NN-NAME and fences in the source (k896.fences). Its working copy
is the tree with the lab's regions cut out; labs/started.json in it tells that it is one.
"""

import argparse
import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterator, Optional

from k896 import EXIT_DATA, EXIT_UNAVAILABLE, ROOT, Problem, Usage, fences, relative, tell, words
from k896.fences import Fence

FOLDERS = ROOT / "labs"
STARTED = "labs/started.json"
CODE_SUFFIXES = (".c", ".h", ".asm")
# In a working copy these would tell the solution, or be about other trees.
KEPT_BACK = ("tests/labs/", "tests/boot/test_labs.py")
UNUSABLE = re.compile(r"[\x00-\x1f\x7f;$\"\\]")
CASE = re.compile(r"^TEST\((\w+),\s*(\w+)\)", re.M)
POINTS_OF_A_LAB = 100
# In one boot. QEMU's watchdog card ib700 has 15 steps; k896.trial says how long one is.
INSTRUCTIONS_STEP, INSTRUCTIONS_STEPS = 500 * 10**6, 15
IDENTITY = ("-c", "user.name=k896", "-c", "user.email=k896@localhost",
            "-c", "core.autocrlf=false", "-c", "core.hooksPath=/dev/null",
            "-c", "commit.gpgSign=false", "-c", "init.templateDir=")


@dataclass(frozen=True)
class Boot:
    """In which machine cases run: the kernel's parameters, the limit of the boot."""

    append: str
    instructions_max: int


@dataclass(frozen=True)
class Behaviour:
    """Something that the student's code does, and the cases that all must pass."""

    name: str
    points: int
    cases: tuple[str, ...]
    boot: Boot


@dataclass(frozen=True)
class Item:
    """An exercise. number: "3.2"."""

    number: str
    title: str
    behaviours: tuple[Behaviour, ...]

    @property
    def points(self) -> int:
        return sum(behaviour.points for behaviour in self.behaviours)


@dataclass(frozen=True)
class Lab:
    """labs/NN-NAME/points.json."""

    number: int
    folder: Path
    title: str
    seed: int
    memory: str
    items: tuple[Item, ...]

    @property
    def points(self) -> int:
        return sum(item.points for item in self.items)


# Reading


def all_labs() -> dict[int, Lab]:
    """The labs that are graded, by number."""
    files = sorted(FOLDERS.glob("[0-9][0-9]-*/points.json"))
    return {lab.number: lab for lab in map(_read, files)}


def lab_of(number: int) -> Lab:
    labs = all_labs()
    if number not in labs:
        known = ", ".join(map(str, labs))
        raise Usage(f"there is no lab {number} to work on; there is {known}")
    return labs[number]


def _read(file: Path) -> Lab:
    try:
        data = json.loads(file.read_text())
        usual = Boot("", INSTRUCTIONS_STEP)
        return Lab(number=int(file.parent.name[:2]), folder=file.parent, title=data["title"],
                   seed=int(data["seed"]), memory=data["memory"],
                   items=tuple(_item(item, _boot(data, usual)) for item in data["items"]))
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise Problem(f"{relative(file)} is not as docs/labs.md tells: "
                      f"{type(error).__name__} {error}", EXIT_DATA) from None


def _boot(data: dict, otherwise: Boot) -> Boot:
    return Boot(str(data.get("append", otherwise.append)),
                int(data.get("instructions_max", otherwise.instructions_max)))


def _item(data: dict, boot: Boot) -> Item:
    behaviours = tuple(
        Behaviour(entry["name"], int(entry["points"]), tuple(entry["cases"]),
                  _boot(entry, boot)) for entry in data["behaviours"])
    return Item(data["item"], data["title"], behaviours)


# The source with its fences


def source_files() -> dict[str, str]:
    """Our own C, header and assembly files by path, as they are."""
    return {str(path.relative_to(ROOT)): path.read_text()
            for path in sorted((ROOT / "src").rglob("*"))
            if path.suffix in CODE_SUFFIXES and path.is_file()}


def all_fences() -> dict[tuple[str, str, int], Fence]:
    """By path, item and place."""
    return {(path, fence.item, fence.place): fence for path, text in source_files().items()
            for fence in fences.of_reference(text, path)}


def stub(fence: Fence) -> str:
    return fence.stub


def solution(fence: Fence) -> str:
    return fence.region


# lab start


def started_as() -> Optional[int]:
    """Which lab this tree is a working copy of."""
    return started_in(ROOT)


def started_in(folder: Path) -> Optional[int]:
    """The same of any folder, whose content is not trusted."""
    try:
        return int(json.loads((folder / STARTED).read_text())["lab"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError):
        raise Problem(f"{relative(folder / STARTED)} is damaged; take it from the copy's "
                      f"first commit: git checkout HEAD -- {STARTED}", EXIT_DATA) from None


def untouched_digests() -> dict[str, str]:
    """In a working copy: each item's regions as they were at the start, as digests."""
    return dict(json.loads((ROOT / STARTED).read_text())["untouched"])


def digest(regions: list[str]) -> str:
    """Of code, comments and white space aside."""
    said = " ".join(fences.code_words("\n".join(regions)))
    return hashlib.sha256(said.encode("utf-8", "surrogateescape")).hexdigest()


def write_copy(lab: Lab, folder: Path, fill: Callable[[Fence], str] = stub) -> None:
    """The working copy without its git repository, into a folder that is there."""
    for path in _tracked():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, folder / path)
    write_code(lab, folder, fill)


def write_code(lab: Lab, folder: Path, fill: Callable[[Fence], str] = stub) -> None:
    """What of a working copy the grader looks at."""
    for path, text in source_files().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(fences.filled(text, path, lab.number, fill))
    (folder / STARTED).parent.mkdir(exist_ok=True)
    cut: dict[str, list[str]] = {}
    for fence in all_fences().values():
        if fence.lab == lab.number:
            cut.setdefault(fence.item, []).append(fence.stub)
    note = {"lab": lab.number,
            "untouched": {item: digest(stubs) for item, stubs in sorted(cut.items())}}
    (folder / STARTED).write_text(json.dumps(note, indent=1) + "\n")


def _tracked() -> Iterator[str]:
    for name in _git(ROOT, "ls-files", "-z").split("\0"):
        if name and not name.startswith(KEPT_BACK) and (ROOT / name).is_file():
            yield name


def _git(folder: Path, *arguments: str) -> str:
    """Run git on this folder alone, whatever the user's settings are."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(["git", "-C", str(folder), *IDENTITY, *arguments], text=True,
                              capture_output=True, env=clean, stdin=subprocess.DEVNULL)
    except FileNotFoundError:
        raise Problem("git is missing", EXIT_UNAVAILABLE) from None
    if done.returncode:
        raise Problem(f"git {arguments[0]} failed in {folder}", details=done.stderr)
    return done.stdout


def start(lab: Lab, name: str, fill: Callable[[Fence], str] = stub) -> None:
    """Write the working copy and make a git repository of it, all or nothing."""
    folder = _place_for(name)
    try:
        made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise Problem(f"{folder.parent}: {error.strerror}") from None
    try:
        write_copy(lab, made, fill)
        _git(made, "init", "-q", "-b", "main")
        _git(made, "add", "-A", "-f")
        _git(made, "commit", "-q", "-m", f"Lab {lab.number}: {lab.title}, the start")
        made.chmod(0o755)
        made.rename(folder)
    except OSError as error:
        raise Problem(f"{folder} could not be written: {error.strerror}") from None
    finally:
        with contextlib.suppress(OSError):
            shutil.rmtree(made)
    tell(f"lab {lab.number}, {lab.title}: your copy is {relative(folder)}")
    tell(f"read {relative(folder / 'labs' / lab.folder.name / 'README.md')}; the places "
         f"that are yours: grep -rn 'LAB {lab.number}' {relative(folder)}/src")
    tell(f"./k896 grade {lab.number} in that folder tells how far you are")


def _place_for(name: str) -> Path:
    """The folder to make, where nothing may be yet."""
    if not name or UNUSABLE.search(name):
        raise Usage(f"lab start: {name!r} is no usable name for a folder (control "
                    "characters, ; $ \" and \\ trouble the build)")
    folder = Path(os.path.abspath(name))
    try:
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            raise Usage(f"lab start: {name} is there and is no folder")
        if folder.is_dir() and any(folder.iterdir()):
            raise Usage(f"lab start: {name} is there and not empty; nothing was changed")
        if not folder.parent.is_dir():
            raise Usage(f"lab start: there is no folder {relative(folder.parent)}")
    except OSError as error:
        raise Problem(f"lab start: {name}: {error.strerror}") from None
    return folder


# lab check


def check() -> list[str]:
    """What is wrong with the fences, the points and the patches; one line each."""
    wrong = []
    try:
        labs, cut = all_labs(), all_fences()
    except Problem as problem:
        return [str(problem)]
    cases = {f"{suite}.{name}" for file in (ROOT / "tests" / "unit").rglob("*_test.c")
             for suite, name in CASE.findall(file.read_text())}
    in_points = [item.number for lab in labs.values() for item in lab.items]
    in_source = {fence.item for fence in cut.values()}
    for (path, item, _) in cut:
        if item not in in_points:
            wrong.append(f"{path}: LAB {item} is in no points.json")
    for lab in labs.values():
        wrong += [f"{relative(lab.folder)}: {sentence}"
                  for sentence in _check_lab(lab, in_source, cases)]
    return wrong


def _check_lab(lab: Lab, in_source: set[str], cases: set[str]) -> Iterator[str]:
    numbers = [item.number for item in lab.items]
    if numbers != [f"{lab.number}.{i + 1}" for i in range(len(numbers))]:
        yield f"items are {', '.join(numbers)}, not {lab.number}.1, {lab.number}.2, ..."
    if lab.points != POINTS_OF_A_LAB:
        yield f"{lab.points} points in all, not {POINTS_OF_A_LAB}"
    for text in ("README.md", "README.zh.md"):
        yield from _check_text(lab, text)
    names = [behaviour.name for item in lab.items for behaviour in item.behaviours]
    yield from (f"two behaviours are called '{name}'"
                for name in sorted(set(names)) if names.count(name) > 1)
    for item in lab.items:
        if item.number not in in_source:
            yield f"item {item.number} has no fence in the source"
        for behaviour in item.behaviours:
            yield from (f"'{behaviour.name}': {wrong}" for wrong in _check_numbers(behaviour))
            yield from (f"there is no test case {case}" for case in behaviour.cases
                        if case not in cases)


def _check_numbers(behaviour: Behaviour) -> Iterator[str]:
    steps, rest = divmod(behaviour.boot.instructions_max, INSTRUCTIONS_STEP)
    if rest or not 0 < steps <= INSTRUCTIONS_STEPS:
        yield "instructions_max is not 500 million or a multiple of it up to 7,500 million"
    if behaviour.points < 1 or not behaviour.cases:
        yield "at least a point and a case are needed"


def _check_text(lab: Lab, name: str) -> Iterator[str]:
    """A heading for each item, which ends in its number of points."""
    file = lab.folder / name
    if not file.is_file():
        yield f"there is no {name}"
        return
    headings = dict(re.findall(r"^#+ (\d+\.\d+)\b.*?(\d+)\D*$", file.read_text(), re.M))
    for item in lab.items:
        if headings.get(item.number) != str(item.points):
            yield f"{name} has no heading '{item.number} ... ({item.points} points)'"


# The words


def options(own: list[str], extra: list[str]) -> argparse.Namespace:
    """Check ./k896 lab's words and options."""
    parser = words.Parser("lab")
    parser.add_argument("--solved", action="store_true")
    chosen = parser.parse(own)
    if chosen.help:
        return chosen
    given = chosen.words + extra
    if given[:1] == ["start"] and 2 <= len(given) <= 3:
        chosen.number = number(given[1])
        chosen.folder = given[2] if len(given) == 3 else f"lab{chosen.number}"
    elif given != ["check"] or chosen.solved:
        raise Usage("./k896 lab start N [DIR] or ./k896 lab check")
    return chosen


def number(text: str) -> int:
    if not re.fullmatch(r"\d{1,2}", text):
        raise Usage(f"'{text}' is no number of a lab")
    return int(text)


def run(chosen: argparse.Namespace) -> int:
    if started_as() is not None:
        raise Problem(f"this tree is itself a working copy of lab {started_as()}; "
                      "lab start and lab check are for the whole tree")
    if chosen.words[0] == "start":
        start(lab_of(chosen.number), chosen.folder, solution if chosen.solved else stub)
        return 0
    wrong = check()
    print("\n".join(wrong) or f"{len(all_fences())} fences, {len(all_labs())} labs: ok")
    return 1 if wrong else 0
