"""./k896 grade: points for a student's copy of a lab.

Only the C, header and assembly files below src/ are the student's; tests, build and
tools are this tree's. They are tried as they are, with items that were not begun filled
in from this tree. An item that loses a behaviour is tried again alone: its regions in
this tree, all else the real code, so that it does not pay for other items' mistakes.
In a working copy there is no real code, so its own grade is that of the first try.
"""

import argparse
import json
import os
import re
import stat
import sys
from pathlib import Path
from typing import Iterator, NamedTuple, Optional

from k896 import EXIT_DATA, ROOT, Problem, Usage, build, fences, labs, relative, trial, words
from k896.labs import CODE_SUFFIXES, Behaviour, Boot, Item, Lab
from k896.trial import NOT_BEGUN, NOT_BOOTED, NOT_BUILT, PASSED, NotBuilt, Outcome

FILE_BYTES_MAX, FILES_MAX = 1 << 20, 2000
NAME = re.compile(r"[\w./+-]+", re.A)
SEED_BITS = 64
Place = tuple[str, int]  # an item's number and the place's


class Student(NamedTuple):
    """sources: normalised texts by path. notes: what the student should know."""

    sources: dict[str, str]
    notes: list[str]


class Graded(NamedTuple):
    behaviour: Behaviour
    outcome: Outcome
    case: str  # the first that shows a loss, or the first

    @property
    def points(self) -> int:
        return self.behaviour.points if self.outcome.verdict == PASSED else 0


Grades = dict[str, list[Graded]]  # by item


# The student's files


def read_student(folder: Path) -> Student:
    """The regular code files below src/, with Unix line endings."""
    if not (folder / "src").is_dir() or (folder / "src").is_symlink():
        raise Problem(f"{relative(folder)} has no folder src: it is no copy of the kernel",
                      EXIT_DATA)
    sources, notes = {}, []
    for path in _code_files(folder / "src"):
        name = str(path.relative_to(folder))
        content = _read(path) if NAME.fullmatch(name) else None
        if content is None:
            notes.append(f"{name} was left out: not a regular file of at most "
                         f"{FILE_BYTES_MAX >> 20} MiB with a plain name")
        else:
            sources[name] = content
        if len(sources) > FILES_MAX:
            raise Problem(f"{relative(folder)} has more than {FILES_MAX} source files",
                          EXIT_DATA)
    return Student(sources, notes)


def _code_files(top: Path) -> Iterator[Path]:
    for folder, subfolders, names in os.walk(top):  # does not follow symbolic links
        subfolders.sort()
        for name in sorted(names):
            if name.endswith(CODE_SUFFIXES):
                yield Path(folder) / name


def _read(path: Path) -> Optional[str]:
    """None: not to be taken."""
    try:
        opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(opened, "rb") as file:
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            return None
        content = file.read(FILE_BYTES_MAX + 1)
    if len(content) > FILE_BYTES_MAX:
        return None
    text = content.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n")


class Work:
    """Which regions of a lab a student has, and what has become of them."""

    def __init__(self, lab: Lab, student: Student):
        self.lab = lab
        self.regions = {(path, fence.item, fence.place): fence.region
                        for path, text in student.sources.items()
                        for fence in fences.of_student(text) if fence.lab == lab.number}

    def of(self, item: str) -> list[str]:
        return [self.regions[key] for key in sorted(self.regions) if key[1] == item]

    def places(self, item: str) -> set:
        return {key for key in self.regions if key[1] == item}


# Grading


class Grader:
    """Grades a student's files from this tree, which has the real code."""

    def __init__(self, lab: Lab, student: Student, seed: int):
        self.lab, self.student, self.seed = lab, student, seed
        self.work = Work(lab, student)
        self.notes = list(student.notes)
        self.real = {key: fence for key, fence in labs.all_fences().items()
                     if fence.lab == lab.number}
        self.begun = {item.number: self._begun(item.number) for item in lab.items}

    def _begun(self, item: str) -> bool:
        wanted = sorted(key for key in self.real if key[1] == item)
        if self.work.places(item) != set(wanted):
            self.notes.append(f"item {item}: its LAB comments are not where they were, so it "
                              "can be tried only together with all else")
            return True
        return any(fences.code_words(self.work.regions[key])
                   != fences.code_words(self.real[key].stub) for key in wanted)

    def grade(self, items: list[Item]) -> Grades:
        """Try all as it is, then alone each item that lost something."""
        begun = [item for item in items if self.begun[item.number]]
        whole = self._whole()
        grades = not_begun([item for item in items if item not in begun])
        grades |= tried(self.lab, lambda: trial.kernel_of(whole), begun, self.seed)
        self.notes += whole_fails(grades)
        for item in begun:
            alone = self._alone(item.number)
            lost = any(not graded.points for graded in grades[item.number])
            if lost and alone is not None and alone != whole:
                again = tried(self.lab, lambda: trial.kernel_of(alone), [item], self.seed)
                grades[item.number] = list(map(better, grades[item.number],
                                               again[item.number]))
        return grades

    def _whole(self) -> dict[str, str]:
        """The student's files, with the real code in what was not begun."""
        filled = dict(self.student.sources)
        for path in {key[0] for key in self.real} & set(filled):
            regions: dict[Place, str] = {
                key[1:]: fence.region for key, fence in self.real.items()
                if key[0] == path and not self.begun[key[1]]}
            filled[path] = fences.exchanged(filled[path], regions)
        return filled

    def _alone(self, item: str) -> Optional[dict[str, str]]:
        """This tree with the student's regions of one item; None without them."""
        if self.work.places(item) != {key for key in self.real if key[1] == item}:
            return None

        def fill(path: str):
            return lambda fence: (self.work.regions[path, fence.item, fence.place]
                                  if fence.item == item else fence.region)

        return {path: fences.filled(text, path, self.lab.number, fill(path))
                for path, text in labs.source_files().items()}


class OwnGrader:
    """Grades the working copy that this tree is."""

    def __init__(self, lab: Lab, student: Student, seed: int):
        self.lab, self.seed = lab, seed
        self.notes = [*student.notes, "graded as it is: one item's mistake may cost another "
                      "item's points here; your instructor's grader tries each alone"]
        work, untouched = Work(lab, student), labs.untouched_digests()
        self.begun = {item.number: labs.digest(work.of(item.number))
                      != untouched.get(item.number) for item in lab.items}

    def grade(self, items: list[Item]) -> Grades:
        begun = [item for item in items if self.begun[item.number]]
        return (not_begun([item for item in items if item not in begun])
                | tried(self.lab, lambda: trial.compiled(lambda: build.kernel("default")),
                        begun, self.seed))


def not_begun(items: list[Item]) -> Grades:
    outcome = Outcome(NOT_BEGUN, "the code is that of the start")
    return {item.number: [Graded(behaviour, outcome, behaviour.cases[0])
                          for behaviour in item.behaviours] for item in items}


def tried(lab: Lab, kernel, items: list[Item], seed: int) -> Grades:
    """Build the kernel, run these items' cases in it."""
    if not items:
        return {}
    behaviours = [behaviour for item in items for behaviour in item.behaviours]
    found: dict[tuple[Boot, str], Outcome] = {}
    try:
        image = kernel()
    except NotBuilt as error:
        failed = Outcome(NOT_BUILT, str(error))
        found = {(b.boot, case): failed for b in behaviours for case in b.cases}
    else:
        for boot in dict.fromkeys(behaviour.boot for behaviour in behaviours):
            cases = [case for behaviour in behaviours if behaviour.boot == boot
                     for case in behaviour.cases]
            results = trial.outcomes(image, lab, boot, cases, seed)
            found |= {(boot, case): outcome for case, outcome in results.items()}
    return {item.number: [_graded(behaviour, found) for behaviour in item.behaviours]
            for item in items}


def _graded(behaviour: Behaviour, found: dict[tuple[Boot, str], Outcome]) -> Graded:
    """By the first of its cases that did not pass."""
    for case in behaviour.cases:
        outcome = found[behaviour.boot, case]
        if outcome.verdict != PASSED:
            return Graded(behaviour, outcome, case)
    return Graded(behaviour, Outcome(PASSED), behaviour.cases[0])


def whole_fails(grades: Grades) -> list[str]:
    """What a student should know whose items are right but whose kernel is not."""
    for graded in (one for behaviours in grades.values() for one in behaviours):
        verdict, reason = graded.outcome
        if verdict in (NOT_BUILT, NOT_BOOTED):
            return [f"as it is, the kernel {verdict}: {reason}"]
    return []


def better(together: Graded, alone: Graded) -> Graded:
    return together if together.points else alone


# Telling


def report(lab: Lab, items: list[Item], grades: Grades, seed: int, notes: list[str]) -> dict:
    """What --json prints."""
    return {
        "lab": lab.number, "title": lab.title, "seed": seed,
        "points": sum(graded.points for item in items for graded in grades[item.number]),
        "of": sum(item.points for item in items), "notes": notes,
        "items": [{
            "item": item.number, "title": item.title,
            "points": sum(graded.points for graded in grades[item.number]),
            "of": item.points,
            "behaviours": [_behaviour(lab, graded, seed) for graded in grades[item.number]],
        } for item in items]}


def _behaviour(lab: Lab, graded: Graded, seed: int) -> dict:
    behaviour = graded.behaviour
    return {"name": behaviour.name, "points": graded.points, "of": behaviour.points,
            "verdict": graded.outcome.verdict, "reason": graded.outcome.reason,
            "command": command(lab, behaviour.boot.append, graded.case, seed)}


def command(lab: Lab, append: str, case: str, seed: int) -> str:
    """What shows a case, typed in the student's folder."""
    parameters = f" --append '{append}'" if append else ""
    return (f"./k896 exec --fast --mem {lab.memory}{parameters} "
            f"'{trial.command(case, seed)}'")


def printed(told: dict) -> Iterator[str]:
    """The lines for people."""
    yield f"Lab {told['lab']}: {told['title']} (seed {told['seed']})"
    for item in told["items"]:
        yield ""
        yield f"{item['item']} {item['title']}: {item['points']} of {item['of']}"
        verdicts = {one["verdict"] for one in item["behaviours"]}
        if verdicts == {NOT_BEGUN}:
            yield f"  {NOT_BEGUN}: {item['behaviours'][0]['reason']}"
        for one in item["behaviours"]:
            yield f"  {one['points']:>2}/{one['of']:<2} {one['name']}"
            if one["verdict"] not in (PASSED, NOT_BEGUN):
                yield f"        {one['verdict']}: {one['reason']}"
                yield f"        {one['command']}"
    yield ""
    yield from (f"note: {note}" for note in told["notes"])
    yield f"{told['points']} of {told['of']} points"


# The word


def options(own: list[str], extra: list[str]) -> argparse.Namespace:
    """Check ./k896 grade's words and options."""
    parser = words.Parser("grade")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--item")
    parser.add_argument("--seed")
    chosen = parser.parse(own)
    if chosen.help:
        return chosen
    if not 1 <= len(chosen.words) <= 2 or extra:
        raise Usage("./k896 grade N [DIR]: the lab's number, and the copy's folder")
    chosen.number = labs.number(chosen.words[0])
    chosen.folder = chosen.words[1] if len(chosen.words) == 2 else None
    if chosen.seed is not None:
        chosen.seed = _seed(chosen.seed)
    return chosen


def _seed(text: str) -> int:
    try:
        value = int(text, 0)
    except ValueError:
        value = -1
    if not 0 <= value < 1 << SEED_BITS:
        raise Usage(f"--seed {text}: expected a number below 2^{SEED_BITS}")
    return value


def grade(lab: Lab, folder: Path, item: Optional[str] = None,
          seed: Optional[int] = None) -> dict:
    """Grade the copy in a folder; the report."""
    items = [one for one in lab.items if item in (None, one.number)]
    if not items:
        raise Usage(f"lab {lab.number} has no item {item}; it has "
                    + ", ".join(one.number for one in lab.items))
    seed = lab.seed if seed is None else seed
    kind = Grader if labs.started_as() is None else OwnGrader
    grader = kind(lab, read_student(folder), seed)
    return report(lab, items, grader.grade(items), seed, grader.notes)


def run(chosen: argparse.Namespace) -> int:
    """Grade and print; 0 whatever the points are."""
    lab = labs.lab_of(chosen.number)
    told = grade(lab, _folder(lab, chosen.folder), chosen.item, chosen.seed)
    if chosen.json:
        json.dump(told, sys.stdout, indent=1)
        print()
    else:
        print("\n".join(printed(told)))
    sys.stdout.flush()
    return 0


def _folder(lab: Lab, name: Optional[str]) -> Path:
    """Which copy is meant; a Problem if it is another lab's."""
    if labs.started_as() is not None:
        if name and Path(name).resolve() != ROOT:
            raise Usage("a working copy grades itself; leave the folder out")
        folder = ROOT
    else:
        folder = Path(os.path.abspath(name or f"lab{lab.number}"))
    if not folder.is_dir():
        raise Problem(f"there is no folder {relative(folder)}; ./k896 lab start "
                      f"{lab.number} makes one", EXIT_DATA)
    other = labs.started_in(folder)
    if other is not None and other != lab.number:
        raise Problem(f"{relative(folder)} is a copy of lab {other}, not of lab {lab.number}",
                      EXIT_DATA)
    return folder
