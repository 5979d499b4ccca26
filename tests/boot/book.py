"""The pages of the book, read by a Markdown parser: links, anchors, names, transcripts."""

import functools
import re
from pathlib import Path
from typing import Iterator, NamedTuple

from markdown_it import MarkdownIt

from k896 import BUILD, ROOT

MARK = re.compile(r"<!-- (compare|run|not run|full)(?:: (.+))? -->")
NOT_SOURCE = (".md", ".svg")
PROMPT = "$ "
KERNEL_PROMPT = "k896> "
GAP = "..."
VERDICT = re.compile(r"k896: ok: \d+ commands? succeeded")
TOOL_SAYS = re.compile(r"k896: ")
STAMP = re.compile(r"^\[ *\d+\.\d+\] ")
CALLER = re.compile(r"^ +(\[<\w+>\]|from) \S+\+0?x?\w+/0x\w+$")
BAR = re.compile(r"(?<=\[)[#.]+(?=\])|^ +[#c.]{8,}$")
NUMBER = re.compile(r"(?<![\w.])-(?=\d)|[0-9a-fA-F]*\d[0-9a-fA-F]*")


@functools.cache
def pages() -> tuple[Path, ...]:
    """README.md, the chapters, the labs, and what the tests' folders say of themselves."""
    return tuple(path for pattern in ("README.md", "docs/**/*.md", "labs/**/*.md",
                                      "tests/*/README.md")
                 for path in sorted(ROOT.glob(pattern)))


@functools.cache
def parsed(page: Path) -> tuple:
    parser = MarkdownIt("commonmark").enable("table")
    return tuple(parser.parse(page.read_text()))


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


# Links


def _inline(page: Path, kinds: tuple[str, ...]) -> Iterator[tuple]:
    """(line, token) of the inline tokens of these kinds."""
    for token in parsed(page):
        for child in token.children or ():
            if child.type in kinds:
                yield token.map[0] + 1, child


def links(page: Path) -> list[tuple[int, str]]:
    """(line, target) of every link and image."""
    return [(line, token.attrs.get("href") or token.attrs.get("src"))
            for line, token in _inline(page, ("link_open", "image"))]


def anchor(heading: str) -> str:
    """The name that GitHub and mdBook give a heading."""
    kept = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return kept.replace(" ", "-")


@functools.cache
def anchors(page: Path) -> frozenset[str]:
    found: list[str] = []
    tokens = parsed(page)
    for before, token in zip(tokens, tokens[1:]):
        if before.type == "heading_open":
            text = "".join(child.content for child in token.children)
            name = anchor(text)
            again = found.count(name)
            found.append(f"{name}-{again}" if again else name)
    return frozenset(found)


def names(page: Path) -> list[tuple[int, str]]:
    """(line, text) of everything in backticks."""
    return [(line, token.content) for line, token in _inline(page, ("code_inline",))]


# Transcripts


class Command(NamedTuple):
    """A line that a reader types, and what the page shows below it."""

    text: str
    shown: tuple[str, ...]


class Block(NamedTuple):
    page: Path
    line: int
    mark: str  # compare, run, not run, full, or nothing
    reason: str
    commands: tuple[Command, ...]

    @property
    def place(self) -> str:
        return f"{name_of(self.page)}:{self.line}"


@functools.cache
def blocks() -> tuple[Block, ...]:
    """Every block of every page that shows commands with their output."""
    return tuple(block for page in pages() for block in _blocks(page))


def _blocks(page: Path) -> Iterator[Block]:
    mark, reason = "", ""
    for token in parsed(page):
        if token.type == "html_block":
            found = MARK.search(token.content)
            mark, reason = (found[1], found[2] or "") if found else ("", "")
        elif token.type in ("fence", "code_block"):
            commands = _session(token.content) or tuple(_commands(token.content))
            if commands:
                yield Block(page, token.map[0] + 1, mark, reason, commands)
            mark, reason = "", ""
        elif not token.type.startswith("list_item"):
            mark, reason = "", ""


def _commands(text: str) -> Iterator[Command]:
    """Lines that begin with "$ ", each with the lines that follow."""
    typed, shown, continues = "", [], False
    for line in text.splitlines():
        if continues or line.startswith(PROMPT):
            if typed and not continues:
                yield Command(typed, tuple(shown))
            typed = f"{typed}\n{line}" if continues else line.removeprefix(PROMPT)
            shown = [] if not continues else shown
            continues = line.endswith("\\")
        elif typed:
            shown.append(line)
    if typed:
        yield Command(typed, tuple(shown))


def _session(text: str) -> tuple[Command, ...]:
    """What was typed at the kernel's prompt, as one ./k896 exec with the same commands."""
    lines = text.splitlines()
    typed = [line.removeprefix(KERNEL_PROMPT) for line in lines
             if line.startswith(KERNEL_PROMPT)]
    if not typed:
        return ()
    start = "./k896 exec"
    if lines[0].startswith(PROMPT + "./k896 run"):
        start = lines.pop(0).removeprefix(PROMPT).replace("./k896 run", start)
    quoted = " ".join(f"'{command}'" for command in typed)
    first = next(index for index, line in enumerate(lines) if line.startswith(KERNEL_PROMPT))
    shown = tuple(line for line in lines[first:] if not line.startswith(KERNEL_PROMPT))
    return (Command(f"{start} {quoted}", shown),)


def usage_lines() -> Iterator[tuple[str, str]]:
    """(place, line) of each ./k896 line of a block that shows no output, and in backticks."""
    for page in pages():
        for token in parsed(page):
            if token.type in ("fence", "code_block"):
                lines = token.content.replace("\\\n", " ").splitlines()
                for number, line in enumerate(lines):
                    if line.startswith("./k896 "):
                        place = f"{name_of(page)}:{token.map[0] + 1 + number}"
                        yield place, re.split(r"  +| #", line)[0]
        for line, text in names(page):
            if text.startswith("./k896 "):
                yield f"{name_of(page)}:{line}", text


# Comparing


def without_numbers(line: str) -> str:
    """What stays of a line in another build: no time, no figure, no address, no blanks."""
    line = BAR.sub("", STAMP.sub("", line))
    line = NUMBER.sub(lambda found: "" if found[0] == "-" else "#", line)
    return " ".join(line.split())


def essence(lines, exact: bool) -> list[str]:
    """The lines to compare: without the verdict; if not exact, without what a build changes."""
    if exact:
        return [line.rstrip() for line in lines if not VERDICT.fullmatch(line)]
    return [text for line in lines
            if not TOOL_SAYS.match(line) and not CALLER.match(STAMP.sub("", line))
            and (text := without_numbers(line))]


def agrees(shown, printed, exact: bool) -> bool:
    """Is shown what was printed? A line of three dots stands for any lines."""
    pattern = "".join(r"(.*\n)*?" if line.strip() == GAP else re.escape(line) + r"\n"
                      for line in essence(shown, exact))
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in essence(printed, exact))) \
        is not None


# The tree


@functools.cache
def tree() -> tuple[Path, ...]:
    """Every file that belongs to the project."""
    return tuple(path for path in ROOT.rglob("*") if path.is_file()
                 and BUILD not in path.parents and ROOT / ".git" not in path.parents
                 and "__pycache__" not in path.parts)


@functools.cache
def paths() -> tuple[str, ...]:
    return tuple(f"/{path.relative_to(ROOT)}" for path in tree())


@functools.cache
def source() -> str:
    """The text of the tree, but for the pages and what speaks of them."""
    return "\n".join(path.read_text(errors="ignore") for path in tree()
                     if path.suffix not in NOT_SOURCE and path.name != "test_docs.py"
                     and path.parent != ROOT / "tests" / "docs")


@functools.cache
def words_of_the_source() -> frozenset[str]:
    return frozenset(re.findall(r"[A-Za-z_]\w*", source()))
