"""The labs and their grader: solutions, starts and wrong solutions get what they should."""

import json
import os
import re
from pathlib import Path

import pytest

from k896 import ROOT, fences, grade, labs, trial
from support import k896, run

# One worker, since all share the grader's build folder.
pytestmark = pytest.mark.xdist_group("labs")

WRONG = ROOT / "tests" / "labs" / "wrong"
WRONG_AT_LEAST = 5
POINTS = re.compile(r"^Loses (\d+) points?$", re.M)
LOSS = re.compile(r"^(\d+\.\d+) (wrong|panicked|timed out|did not boot|does not build): (.+)$",
                  re.M)
LABS = labs.all_labs()


def patches(lab: int) -> list[Path]:
    return sorted(WRONG.glob(f"{lab}-*.patch"))


def copy_of(lab: int, folder: Path, fill=labs.solution) -> Path:
    """A student's copy of a lab, solved unless told otherwise."""
    folder.mkdir()
    labs.write_code(LABS[lab], folder, fill)
    return folder


def wrong_copy(patch: Path, folder: Path) -> Path:
    copy_of(int(patch.name.partition("-")[0]), folder)
    done = run("git", "apply", patch, cwd=folder)
    assert done.code == 0, done.err
    return folder


def losses(told: dict) -> set:
    return {(item["item"], one["verdict"], one["name"]) for item in told["items"]
            for one in item["behaviours"] if one["points"] < one["of"]}


def to_crlf(folder: Path) -> None:
    for path in (folder / "src").rglob("*"):
        if path.suffix in labs.CODE_SUFFIXES:
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


# Every lab


def test_fences_points_and_texts_are_sound():
    assert labs.check() == []


@pytest.mark.parametrize("lab", LABS)
def test_the_solution_gets_every_point(lab, tmp_path):
    told = grade.grade(LABS[lab], copy_of(lab, tmp_path / "solved"))
    assert told["points"] == told["of"] == labs.POINTS_OF_A_LAB, losses(told)


@pytest.mark.parametrize("lab", LABS)
def test_the_untouched_start_compiles_and_gets_nothing(lab, tmp_path, capfd):
    start = copy_of(lab, tmp_path / "start", labs.stub)
    told = grade.grade(LABS[lab], start)
    assert [item["points"] for item in told["items"]] == [0] * len(LABS[lab].items)
    assert {verdict for _, verdict, _ in losses(told)} == {trial.NOT_BEGUN}
    trial.kernel_of(grade.read_student(start).sources)
    assert "warning" not in capfd.readouterr().err


@pytest.mark.parametrize("lab", LABS)
def test_there_are_enough_wrong_solutions(lab):
    assert len(patches(lab)) >= WRONG_AT_LEAST


@pytest.mark.parametrize("patch", [
    pytest.param(patch, id=patch.stem, marks=[] if at < WRONG_AT_LEAST else pytest.mark.full)
    for lab in LABS for at, patch in enumerate(patches(lab))])
def test_a_wrong_solution_loses_what_it_must(patch, tmp_path):
    text = patch.read_text()
    expected = set(LOSS.findall(text))
    told = grade.grade(LABS[int(patch.name.partition("-")[0])],
                       wrong_copy(patch, tmp_path / "wrong"))
    assert losses(told) == expected
    assert told["of"] - told["points"] == int(POINTS.search(text)[1]) > 0


@pytest.mark.parametrize("lab", LABS)
def test_three_runs_agree_whatever_the_line_endings(lab, tmp_path):
    patch = patches(lab)[0]
    item = LOSS.search(patch.read_text())[1]
    folder = wrong_copy(patch, tmp_path / "wrong")
    first, second = (grade.grade(LABS[lab], folder, item) for _ in range(2))
    to_crlf(folder)
    assert first == second == grade.grade(LABS[lab], folder, item) and losses(first)


# The grader, by lab 3


def replace(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new))


def test_one_item_done_is_graded_with_the_rest_filled_in(tmp_path):
    folder = copy_of(3, tmp_path / "copy", lambda fence: fence.region
                     if fence.item == "3.4" else fence.stub)
    told = grade.grade(LABS[3], folder)
    assert [item["points"] for item in told["items"]] == [0, 0, 0, 25]


def test_without_its_marks_an_item_is_tried_together_with_all_else(tmp_path):
    folder = copy_of(3, tmp_path / "copy")
    replace(folder, "src/mm/bootmem.c", "/* LAB 3.4 END */\n", "")
    told = grade.grade(LABS[3], folder)
    assert told["points"] == 100 and "3.4" in told["notes"][0]


def test_a_kernel_that_does_not_boot_says_why(tmp_path):
    folder = copy_of(3, tmp_path / "copy")
    replace(folder, "src/mm/bootmem.c", "		release(pfn, order);\n",
            '		panic("no %s", "luck");\n		release(pfn, order);\n')
    told = grade.grade(LABS[3], folder, item="3.4")
    assert (told["points"], told["of"], len(told["items"])) == (0, 25, 1)
    behaviours = told["items"][0]["behaviours"]
    assert {one["reason"] for one in behaviours} == {"no luck"}
    assert [one["verdict"] for one in behaviours] == [trial.PANICKED] * 3 + [trial.NOT_BOOTED]
    assert told["notes"] == ["as it is, the kernel did not boot: no luck"]


def test_only_plain_code_files_are_taken_from_a_student(tmp_path):
    src = tmp_path / "src"
    src.mkdir()
    (src / "good.c").write_bytes(b"\xef\xbb\xbfint a;\r\n\xff\r\n")
    (src / "link.c").symlink_to("/etc/passwd")
    (src / "semi;colon.c").write_text("")
    (src / "large.h").write_bytes(b" " * (grade.FILE_BYTES_MAX + 1))
    (src / "CMakeLists.txt").write_text("execute_process(COMMAND touch /tmp/x)")
    os.mkfifo(src / "pipe.c")
    (src / "folder").symlink_to("/usr/include")
    student = grade.read_student(tmp_path)
    assert list(student.sources) == ["src/good.c"]
    assert student.sources["src/good.c"].startswith("int a;\n") and len(student.notes) == 4


FENCE = """\
/* LAB 9.1 BEGIN
 * Do it.
 *
 * START WITH
 *	return 0;
 * static int zero;
 */
	return 1;
/* LAB 9.1 END */
"""


def test_a_fence_is_cut_and_filled():
    assert fences.filled(f"a\n{FENCE}b\n", "f", 8, labs.stub) == "a\n\treturn 1;\nb\n"
    cut = fences.filled(f"a\n{FENCE}b\n", "f", 9, labs.stub)
    assert cut == ("a\n/* LAB 9.1 BEGIN\n * Do it.\n */\n\treturn 0;\nstatic int zero;\n"
                   "/* LAB 9.1 END */\nb\n")
    assert fences.exchanged(cut, {("9.1", 0): "	x();\n"}) == (
        "a\n/* LAB 9.1 BEGIN\n * Do it.\n */\n\tx();\n/* LAB 9.1 END */\nb\n")


def test_comments_and_white_space_are_no_code():
    assert fences.code_words("a /* b\n */ = // c\n\t1; /* no end") == ["a", "=", "1;"]
    assert fences.code_words("/* " * 100_000) == []


@pytest.mark.parametrize("old,new", [
    ("/* LAB 9.1 END */\n", ""), ("9.1 END", "9.2 END"), (" * START WITH\n", ""),
    (" * Do it.\n", ""), ("	return 1;\n", ""), ("9.1 BEGIN", "9.1 BEGINS"),
    ("	return 1;\n", FENCE.replace("9.1", "9.2")), ("	return 1;\n", "/* LAB 9.1 END */\n")])
def test_a_fence_that_is_not_sound_is_told(old, new):
    with pytest.raises(fences.Malformed):
        fences.of_reference(FENCE.replace(old, new, 1), "f.c")


# The commands


def test_a_working_copy_starts_from_one_commit_and_grades_itself(tmp_path):
    nobody = {**os.environ, "HOME": str(tmp_path), "GIT_CONFIG_GLOBAL": "/dev/null",
              "GIT_DIR": "/nonexistent"}
    done = k896("lab", "start", "3", tmp_path / "my copy", env=nobody)
    assert done.code == 0, done.err
    copy = tmp_path / "my copy"
    assert run("git", "log", "--oneline", cwd=copy).out.count("\n") == 1
    assert run("git", "status", "--porcelain", cwd=copy).out == ""
    assert not (copy / "tests" / "labs").exists()
    own = run(copy / "k896", "grade", "3", "--json", cwd=copy)
    assert own.code == 0, own.err
    told = json.loads(own.out)
    assert (told["lab"], told["points"], told["of"]) == (3, 0, 100)
    assert run(copy / "k896", "lab", "check").code == 70
    assert run(copy / "k896", "grade", "3", tmp_path).code == 64
    again = k896("lab", "start", "3", copy)
    assert again.code == 64 and "not empty" in again.err


@pytest.mark.full
def test_a_working_copy_grades_what_was_done_in_it(tmp_path):
    copy = tmp_path
    labs.write_copy(LABS[3], copy, lambda fence: fence.stub
                    if fence.item == "3.4" else fence.region)
    own = run(copy / "k896", "grade", "3", "--json", cwd=copy)
    assert own.code == 0, own.err
    # the model of 3.2 hands over at its end, by 3.4
    assert [item["points"] for item in json.loads(own.out)["items"]] == [30, 21, 20, 0]


@pytest.mark.parametrize("name", ["", "a;b", "a\nb", "file", "file/lab", "no/such/place", "-x"])
def test_lab_start_refuses_a_folder_that_makes_no_sense(name, tmp_path):
    (tmp_path / "file").write_text("")
    done = run(ROOT / "k896", "lab", "start", "3", name, cwd=tmp_path)
    assert done.code == 64 and done.err.count("\n") == 1, done.err
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize("code,line", [
    (64, "lab"), (64, "lab start"), (64, "lab start 77"), (64, "lab check 3"), (64, "grade"),
    (64, "grade x"), (64, "grade 77"), (64, "grade 3 . --item 4.1"), (64, "grade 3 --seed x"),
    (65, "grade 3 tests"), (65, "grade 3 /nonexistent")])
def test_words_that_make_no_sense_are_refused(code, line):
    assert k896(*line.split(), cwd=ROOT).code == code
