"""The book is true: its links lead somewhere, the names are in the tree, the commands work.

How a block of a page is marked: docs/testing.md, "The book".
"""

import contextlib
import functools
import io
import itertools
import re
import shlex
import urllib.parse
from pathlib import Path
from typing import Iterable, NamedTuple, Optional

import pytest

import book
from k896 import ROOT, Usage, cli
from support import kernel, run

EXCEPTIONS = ROOT / "tests" / "docs" / "names"
CONTENTS = ROOT / "docs" / "README.md"
SUMMARY = ROOT / "docs" / "SUMMARY.md"

FUNCTION = re.compile(r"([A-Za-z_]\w*)\([^()]*\)")
IDENTIFIER = re.compile(r"[A-Za-z]\w*_\w*")
PARAMETER = re.compile(r"([a-z]\w*)=\S*")
PROC = re.compile(r"/proc/([a-z_]+)")
FILE = re.compile(r"[\w.-]+(/[\w.-]+)*\.(c|h|asm|in|py|md|cmake|cfg|json|rc|sh|patch|svg)")
PATTERN = re.compile(r"(?<![A-Z])N(AME)?(?![A-Z])")  # N and NAME stand for something
SHELL = re.compile(r"[|;&<>`$\n]")
PLACEHOLDER = re.compile(r"\b[A-Z]{2,}\b|\.\.\.|\$\(|\[--")

# Commands of the kernel's prompt that change nothing: they can share a machine.
LOOKING = {"cat", "dmesg", "echo", "free", "help", "layout", "pfn", "pt", "slab", "sym", "window",
           "x"}
# Words of ./k896 whose blocks are not run: a person types there, or other tests do it.
NOT_RUN = {"bochs", "build", "clean", "debug", "grade", "help", "lab", "run", "test"}
SECONDS_OF_A_BLOCK = 300


# Links


@pytest.mark.parametrize("page", book.pages(), ids=book.name_of)
def test_every_link_leads_to_a_file_and_a_heading(page):
    wrong = [f"{book.name_of(page)}:{line}: {target}" for line, target in book.links(page)
             if not _leads_somewhere(page, target)]
    assert not wrong, "\n".join(wrong)


def _leads_somewhere(page: Path, target: str) -> bool:
    if re.match(r"[a-z]+:", target):
        return True  # the web's
    path, _, heading = urllib.parse.unquote(target).partition("#")
    place = (page.parent / path).resolve() if path else page
    if ROOT not in place.parents or not place.exists():
        return False
    return not heading or (place.suffix == ".md" and heading in book.anchors(place))


@pytest.mark.parametrize("target,leads", [
    ("boot.md", True), ("boot.md#boot-parameters", True), ("#contents", True),
    ("../src/mm/bootmem.c", True), ("https://example.org/x", True),
    ("no-such.md", False), ("boot.md#no-such", False), ("#no-such", False),
    ("../../outside.md", False), ("../src/mm/bootmem.c#L1", False),
])
def test_a_link_that_leads_nowhere_is_noticed(target, leads):
    assert _leads_somewhere(CONTENTS, target) == leads


def test_the_headings_names_are_github_s():
    assert book.anchor("`kmap`: who, when - and why?") == "kmap-who-when---and-why"
    assert "the-book" in book.anchors(CONTENTS)


def test_every_chapter_is_in_the_contents_and_the_summary_says_the_same():
    order = [target for _, target in book.links(SUMMARY)]
    chapters = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md", "SUMMARY.md"}
    assert order[0] == "README.md" and sorted(order[1:]) == sorted(chapters)
    named = [target for _, target in book.links(CONTENTS) if target in chapters]
    assert list(dict.fromkeys(named)) == order[1:], "another order than in the summary"


# Names


@functools.cache
def exceptions() -> tuple[str, ...]:
    lines = EXCEPTIONS.read_text().splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


def _unknown(text: str) -> Optional[str]:
    """The name in this piece of code that should be in the tree, and is not."""
    if PATTERN.search(text):
        return None
    if found := PROC.fullmatch(text):
        return None if f"PROC_FILE({found[1]}," in book.source() else text
    if FILE.fullmatch(text):
        return None if any(path.endswith("/" + text) for path in book.paths()) else text
    found = FUNCTION.fullmatch(text) or PARAMETER.fullmatch(text)
    name = found[1] if found else text if IDENTIFIER.fullmatch(text) else None
    return None if name is None or name in book.words_of_the_source() else name


def unknown_names() -> list[tuple[str, str]]:
    return [(f"{book.name_of(page)}:{line}", name) for page in book.pages()
            for line, text in book.names(page) if (name := _unknown(text))]


def test_every_name_of_the_book_is_in_the_tree():
    wrong = [f"{place}: {name}" for place, name in unknown_names() if name not in exceptions()]
    assert not wrong, "\n".join(wrong)


def test_no_exception_is_left_over():
    assert sorted(exceptions()) == sorted({name for _, name in unknown_names()})


@pytest.mark.parametrize("text,name", [
    ("no_such_call(order)", "no_such_call"), ("alloc_pages(order)", None),
    ("no_such_thing", "no_such_thing"), ("a word", None), ("word", None),
    ("nosuch=on", "nosuch"), ("tlb=check", None), ("mm/no.c", "mm/no.c"), ("mm/bootmem.c", None),
    ("/proc/nosuch", "/proc/nosuch"), ("/proc/iomem", None), ("tests/unit/NAME_test.c", None),
])
def test_a_name_that_is_gone_is_noticed(text, name):
    assert _unknown(text) == name


# Commands


def _first_words(line: str) -> list[str]:
    """The words of a line's first command, as a shell would split it."""
    line = line.replace("\\\n", " ").replace("2>&1", "")
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    return list(itertools.takewhile(lambda word: word[0] not in lexer.punctuation_chars, lexer))


def _option_error(line: str) -> Optional[str]:
    """What ./k896 has against this line's words, without running it."""
    word, *arguments = _first_words(line)[1:]
    if word in cli.COMMANDS and not arguments:
        return None  # the page speaks of the word
    if word == "exec":
        arguments.insert(0, "help")
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            cli._dispatch([word, *arguments])
    except Usage as problem:
        return str(problem)
    return None


def test_every_use_of_k896_has_its_words_and_options(monkeypatch):
    monkeypatch.setenv("K896_ONLY_CHECK", "1")
    monkeypatch.chdir(ROOT)
    lines = list(book.usage_lines())
    lines += [(block.place, command.text) for block in book.blocks()
              for command in block.commands if command.text.startswith("./k896 ")]
    wrong = [f"{place}: {line}: {error}" for place, line in lines
             if not PLACEHOLDER.search(line) and (error := _option_error(line))]
    assert lines and not wrong, "\n".join(wrong)
    assert _option_error("./k896 exec --mum 4G help") is not None


def _is_run(block: book.Block) -> bool:
    words = {_word(command.text) for command in block.commands}
    return block.mark != "not run" and words.isdisjoint(NOT_RUN)


def _is_slow(block: book.Block) -> bool:
    text = " ".join(command.text for command in block.commands)
    return block.mark == "full" or "./k896 bench" in text or "--emulator bochs" in text


def _word(text: str) -> str:
    """X of ./k896 X; "exec" for our tools, which are as quick; "" for other programs."""
    found = re.match(r"\./k896 (\w+)", text)
    if found:
        return found[1]
    return "exec" if re.match(r"(\w+=\S+ )?tools/", text) else ""


def _needs_a_mark(block: book.Block) -> bool:
    return not block.mark and any(not _word(command.text) for command in block.commands)


def test_what_is_not_run_says_why():
    silent = [block.place for block in book.blocks() if not block.reason
              and (block.mark in ("not run", "full") or _needs_a_mark(block))]
    assert not silent, "<!-- not run: REASON --> or another mark above " + ", ".join(silent)
    assert any(block.mark == "compare" for block in book.blocks())


def _shared(block: book.Block) -> Optional[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The options and the commands of an exec that only looks, and can be one of many."""
    if len(block.commands) != 1 or block.mark in ("run", "full"):
        return None
    text = block.commands[0].text.replace("\\\n", " ")
    if not text.startswith("./k896 exec ") or SHELL.search(text) or " -- " in text:
        return None
    words = shlex.split(text)[2:]
    typed = tuple(cli.machine_parser("exec").parse(words).words)
    if not typed or any(line.split()[0] not in LOOKING for line in typed):
        return None
    return tuple(word for word in words if word not in typed), typed


def machines() -> dict[tuple[str, ...], list[book.Block]]:
    """The blocks that share a machine, by its options."""
    found: dict[tuple[str, ...], list[book.Block]] = {}
    for block in book.blocks():
        if _is_run(block) and not _is_slow(block) and (shared := _shared(block)):
            found.setdefault(shared[0], []).append(block)
    return found


def others() -> list:
    """The blocks that are run by themselves."""
    together = {block for blocks in machines().values() for block in blocks}
    alone = {block.commands: block for block in reversed(book.blocks())
             if block not in together and _is_run(block)}
    return [pytest.param(block, id=block.place,
                         marks=[pytest.mark.full] if _is_slow(block) else [])
            for block in reversed(alone.values())]


def compare(block: book.Block, command: book.Command, printed: Iterable[str]) -> None:
    if block.mark == "run" or not command.shown:
        return
    exact = block.mark == "compare"
    printed = list(printed)
    if not book.agrees(command.shown, printed, exact):
        pytest.fail(f"{block.place}: {command.text}\n--- shown\n"
                    + "\n".join(book.essence(command.shown, exact)) + "\n--- printed\n"
                    + "\n".join(book.essence(printed, exact)), pytrace=False)


@pytest.mark.parametrize("options", machines(), ids=lambda options: " ".join(options) or "4G")
def test_what_looks_at_a_machine_prints_what_the_pages_show(options):
    _built(" ".join(options))
    blocks = machines()[options]
    border = "-- the next block"
    typed: list[str] = []
    for block in blocks:
        typed += [*_shared(block)[1], f"echo {border}"]
    done = run(ROOT / "k896", "exec", *options, *typed)
    assert done.code == 0, done.err
    pieces = done.out.split(f"{border}\n")
    assert len(pieces) == len(blocks) + 1, done.out
    for block, printed in zip(blocks, pieces):
        compare(block, block.commands[0], printed.splitlines())


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder that looks like the project's, where a command may leave files."""
    for path in ROOT.iterdir():
        (tmp_path / path.name).symlink_to(path)
    return tmp_path


@pytest.mark.parametrize("block", others())
def test_the_commands_print_what_the_page_shows(block, folder):
    for command in block.commands:
        _built(command.text)
        done = run("sh", "-c", f"exec 2>&1\n{command.text}", cwd=folder,
                   seconds=SECONDS_OF_A_BLOCK)
        assert block.mark != "run" or done.code == 0, done.out
        compare(block, command, done.out.splitlines())


def _built(text: str) -> None:
    """Build what a command names first, so that its output has nothing about it."""
    for preset in re.findall(r"--preset ([\w-]+)", text):
        kernel(preset)
    kernel()


# Comparing


@pytest.mark.parametrize("shown,printed,exact,same", [
    (["a", "b"], ["a", "b"], True, True),
    (["a", "b"], ["a"], True, False),
    (["a"], ["a", "b"], True, False),
    (["a", "...", "d"], ["a", "b", "c", "d"], True, True),
    (["a", "..."], ["a"], True, True),
    (["...", "d"], ["a", "b", "c"], True, False),
    (["at c0101000"], ["at c0102000"], True, False),
    (["at c0101000"], ["at c0102000"], False, True),
    (["at c0101000"], ["by c0101000"], False, False),
    (["[    0.084573] BUG", "[    0.1]  [<c010fdc0>] f+0x1/0x2"], ["[   1.000001] BUG"], False,
     True),
    (["k896: ok: 1 command succeeded", "x"], ["x", "k896: ok: 1 command succeeded"], True, True),
    (["[##......] 12"], ["[###.....] 13"], False, True),
])
def test_a_page_is_compared_exactly_or_but_for_its_numbers(shown, printed, exact, same):
    assert book.agrees(shown, printed, exact) == same


def test_a_page_is_taken_apart_into_commands():
    text = "$ one \\\n  two\nshown\n$ three\n"
    assert [(command.text, command.shown) for command in book._commands(text)] == [
        ("one \\\n  two", ("shown",)), ("three", ())]
    session = book._session("$ ./k896 run --mem 4G\nhello\nk896> free\nmuch\n")
    assert session == (book.Command("./k896 exec --mem 4G 'free'", ("much",)),)
