"""The pictures of the docs show what the kernel says, and can be read by everybody."""

import re
import xml.etree.ElementTree as xml

import pytest

from k896 import ROOT, Problem, Usage, draw
from k896.draw import ask, read
from k896.draw.canvas import BODY, WIDTH, Canvas

pytestmark = pytest.mark.xdist_group("pictures")  # they are drawn once
DOCS = ROOT / "docs"
NAMES = [picture.name for picture in draw.pictures()]
# What a page about a mechanism has, and those about tools have not.
MECHANISM = re.compile(r"^## .*([Dd]iffer.* Linux|Like Linux)", re.M)
BYTES_MAX = 40_000
SHOWN = re.compile(r"^!\[([^\]]+)\]\(img/([\w-]+)\.svg\)$", re.M)
SVG = "{http://www.w3.org/2000/svg}"
QUICK = "slub"  # one small machine


@pytest.fixture(scope="module")
def drawn() -> dict[str, str]:
    return ask.drawn(draw.pictures(), NAMES)


@pytest.fixture
def canvas() -> Canvas:
    return Canvas("A picture", "What is to be seen.", 100, "./k896 exec help")


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_shows_what_the_kernel_says_now(drawn, name):
    path = draw.FOLDER / f"{name}.svg"
    assert path.read_text(encoding="utf-8") == drawn[name], \
        f"docs/img/{name}.svg: if that is right, ./k896 draw {name}, look at it, commit it"


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_small_has_words_for_who_cannot_see_it_and_needs_nothing_else(name):
    text = (draw.FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    root = xml.fromstring(text)
    assert len(text) < BYTES_MAX
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") and len(root.findtext(f"{SVG}desc")) > 40
    assert "href=" not in text and "url(" not in text and "<script" not in text


@pytest.mark.parametrize("name", NAMES)
def test_a_chapter_shows_its_picture_with_words_in_its_place(name):
    shown = SHOWN.findall((DOCS / f"{name}.md").read_text(encoding="utf-8"))
    assert [alt for alt, image in shown if image == name and len(alt) > 30]


def test_every_page_about_a_mechanism_has_a_picture():
    mechanisms = {path.stem for path in DOCS.glob("*.md")
                  if MECHANISM.search(path.read_text(encoding="utf-8"))}
    assert len(mechanisms) > 15
    assert mechanisms <= set(NAMES)


def test_one_picture_is_drawn_as_it_is_with_all_others_and_check_says_if_it_differs(
        drawn, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(draw, "FOLDER", tmp_path)
    file = tmp_path / f"{QUICK}.svg"
    assert draw.run(draw.options([QUICK], [])) == 0
    assert file.read_text(encoding="utf-8") == drawn[QUICK]
    monkeypatch.setattr(ask, "drawn", lambda _, names: {name: drawn[name] for name in names})
    check = draw.options([QUICK, "--check"], [])
    assert draw.run(check) == 0
    file.write_text(drawn[QUICK].replace("in use", "lost"), encoding="utf-8")
    assert draw.run(check) == 1
    assert f"./k896 draw {QUICK}" in capsys.readouterr().err


def test_a_picture_that_is_not_there_is_told_with_the_nearest_name():
    with pytest.raises(Usage, match="did you mean watermarks"):
        draw.run(draw.options(["watermark"], []))


@pytest.mark.parametrize("x,y,words", [(20, 29, "over the heading"), (WIDTH - 20, BODY, "long"),
                                       (10, 1000, "below")])
def test_text_that_could_not_be_read_is_refused(canvas, x, y, words):
    with pytest.raises(Problem):
        canvas.text(x, y, words)


def test_text_beside_other_text_is_not_refused(canvas):
    canvas.text(20, BODY + 20, "left")
    canvas.text(80, BODY + 20, "right")
    canvas.text(20, BODY + 40, "below")
    assert canvas.svg().count("<text") == 5  # with heading and command


def test_sizes_are_said_with_three_digits():
    assert [read.size_text(size) for size in (100, 4096, 0x9F000, 0x38000000, 3 << 29)] == \
        ["100 bytes", "4 KiB", "636 KiB", "896 MiB", "1.5 GiB"]
