"""Fences: the places of the source that a lab cuts out.

    /* LAB 3.2 BEGIN
     * What the student reads.
     * START WITH
     *	return false;
     */
    ... the real code ...
    /* LAB 3.2 END */

A student's copy has the comment without START WITH, then the lines that stood behind
it, then the end: the region that is the student's own. docs/labs.md tells the rules.
"""

import re
from typing import Callable, Iterable, NamedTuple

from k896 import EXIT_DATA, Problem

START = "START WITH"
FENCE = re.compile(
    r"^(?P<head>(?P<indent>[ \t]*)/\* LAB (?P<item>\d+\.\d+) BEGIN\b(?P<comment>.*?)\*/[ \t]*\n)"
    r"(?P<region>.*?)"
    r"^(?P<tail>[ \t]*/\* LAB (?P=item) END \*/[ \t]*(?:\n|\Z))", re.M | re.S)
MARK = re.compile(r"\bLAB\s*\d[\d.]*\s*(?:BEGIN|END)\b")
COMMENT = re.compile(r"/\*(?:.*?\*/|.*\Z)|//[^\n]*", re.S)
MARKS_OF_A_FENCE = 2
MARKS_MAX = 200  # in a student's file; with more it is taken to have none


class Fence(NamedTuple):
    """One place. place: its number among the item's places in this file, from 0."""

    item: str
    place: int
    head: str  # what the student sees in front of the region
    stub: str
    region: str  # here: the real code; in a student's file: the student's
    tail: str
    text: str  # what the student reads

    @property
    def lab(self) -> int:
        return int(self.item.partition(".")[0])


class Malformed(Problem):
    """A fence that is not one, with its file and line."""

    def __init__(self, path: str, line: int, what: str):
        super().__init__(f"{path}:{line}: {what}", EXIT_DATA)


def of_reference(text: str, path: str) -> list[Fence]:
    """The fences of a file of the real source; Malformed if one is not well-formed."""
    _check_marks(text, path)
    fences = []
    for match, place in _numbered(FENCE.finditer(text)):
        line = text.count("\n", 0, match.start()) + 1
        said, found, stub = match["comment"].partition(START)
        lines = said.splitlines()
        text_said = " ".join(_bare(part) for part in lines).strip()
        if not found or _bare(lines[-1]):
            raise Malformed(path, line, f"LAB {match['item']} has no line {START}")
        if not text_said:
            raise Malformed(path, line, f"LAB {match['item']} does not tell what to do")
        if not match["region"].strip():
            raise Malformed(path, line, f"LAB {match['item']} encloses no code")
        head = _without_last_lines(match["head"].partition(START)[0]) + match["indent"] + " */\n"
        fences.append(Fence(match["item"], place, head, _stub(stub), match["region"],
                            match["tail"], text_said))
    return fences


def of_student(text: str) -> list[Fence]:
    """The regions that a student's file still has."""
    if text.count("LAB") > MARKS_MAX:
        return []
    return [Fence(match["item"], place, match["head"], "", match["region"], match["tail"], "")
            for match, place in _numbered(FENCE.finditer(text))]


def filled(text: str, path: str, lab: int, fill: Callable[[Fence], str]) -> str:
    """A file of the real source as a copy for the lab has it.

    The lab's regions hold fill(fence); other labs' fences are gone, their code stays.
    """
    fences = iter(of_reference(text, path))

    def put(_: re.Match) -> str:
        fence = next(fences)
        if fence.lab != lab:
            return fence.region
        return fence.head + fill(fence) + fence.tail

    return FENCE.sub(put, text)


def exchanged(text: str, regions: dict[tuple[str, int], str]) -> str:
    """A student's file with other text in the regions named by item and place."""
    fences = iter(of_student(text))

    def put(match: re.Match) -> str:
        fence = next(fences)
        return match["head"] + regions.get((fence.item, fence.place), fence.region) + fence.tail

    return FENCE.sub(put, text)


def code_words(text: str) -> list[str]:
    """The text without comments and white space."""
    return COMMENT.sub(" ", text).split()


def _numbered(matches: Iterable[re.Match]) -> Iterable[tuple[re.Match, int]]:
    """Each match with its number among those of its item."""
    seen: dict[str, int] = {}
    for match in matches:
        place = seen.get(match["item"], 0)
        seen[match["item"]] = place + 1
        yield match, place


def _check_marks(text: str, path: str) -> None:
    """Every mark belongs to a fence, and none stands inside one."""
    marks = [match.start() for match in MARK.finditer(text)]
    paired = set()
    for match in FENCE.finditer(text):
        inside = [at for at in marks if match.start() <= at < match.end()]
        if len(inside) == MARKS_OF_A_FENCE:
            paired.update(inside)
    for at in marks:
        if at not in paired:
            line = text.count("\n", 0, at) + 1
            raise Malformed(path, line, f"'{MARK.search(text, at)[0]}' is not one end of a "
                            "fence: BEGIN and END of one number, nothing nested")


def _bare(line: str) -> str:
    """A comment's line without its star."""
    return line.strip().removeprefix("*").strip()


def _without_last_lines(head: str) -> str:
    """Without the empty comment lines at the end."""
    lines = head.splitlines()
    while lines and not _bare(lines[-1]):
        lines.pop()
    return "\n".join(lines) + "\n"


def _stub(lines: str) -> str:
    """The code behind START WITH: ' *<tab>code' and ' * code' without their stars."""
    bare = (re.sub(r"^[ \t]*\*? ?", "", line, count=1) for line in lines.split("\n")[1:-1])
    return "".join(line.rstrip() + "\n" for line in bare)
