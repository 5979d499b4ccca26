"""./k896 bench: figures that repeat to the digit, and a comparison that is one."""

import json

import pytest

from k896 import bench
from support import booted, k896

QUICK = "page_order0"  # two figures
PEER = json.loads(bench.PEER.read_text())["lean"]


def test_two_runs_print_the_same_digits():
    first, second = bench.text_of("k"), bench.text_of("k")
    assert first == second and len(bench.figures(first)) >= 10


def test_every_figure_is_measured_and_has_a_peer():
    found = bench.figures(bench.text_of(""))
    assert len(found) >= 38 and set(found) <= set(PEER)
    for name, figure in found.items():
        assert 0 < figure.least <= figure.median <= figure.most, name


def test_the_table_and_the_file_say_the_same(tmp_path):
    file = tmp_path / "figures.json"
    done = k896("bench", QUICK, "--compare", "--json", file)
    assert done.code == 0, done.err
    written = json.loads(file.read_text())["figures"]
    assert len(written) == 2
    for name, ours in written.items():
        row = next(line.split() for line in done.out.splitlines() if line.startswith(name + " "))
        assert float(row[1]) == ours
        assert float(row[2]) == pytest.approx(PEER[name], abs=0.051)
        assert float(row[3]) == pytest.approx(ours / PEER[name], abs=0.006)


def test_what_makes_no_sense_is_refused(tmp_path):
    assert k896("bench", "two", "words").code == 64
    assert k896("bench", 'a" panic').code == 64
    assert k896("bench", "no_such_figure").code == 1
    assert k896("bench", QUICK, "--json", tmp_path / "no" / "folder").code == 70


def test_the_bench_gives_back_what_it_took():
    with booted("1G", fast=True) as machine:
        machine.command("bench kmalloc_32")  # caches may keep the slabs that it needs
        before = machine.command("slab").output.splitlines()[0]
        assert machine.command("bench kmalloc_32").status == 0
        assert machine.command("bench nothing_begins_so").status == 1
        assert machine.command("slab").output.splitlines()[0] == before
        assert "0 violations" in machine.command("buddy").output
