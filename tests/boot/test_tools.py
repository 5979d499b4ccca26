"""What a user types: the words of ./k896, its exit codes, and the tools."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pexpect
import pytest

from k896 import ROOT, iomem, iso, replay, symbols
from k896.emulator import MIB, Config, create
from support import K896, ORACLE, ask, booted, k896, kernel, run

IOMEM_DIFF = ROOT / "tools" / "iomem-diff"
REPLAY = ROOT / "tools" / "replay-e820"
MKISO = ROOT / "tools" / "mkiso.py"
USAGE, DATA, UNAVAILABLE, BROKEN, INTERRUPTED = 64, 65, 69, 70, 130
SMALL = ("--mem", "128M")


# Wrong words


@pytest.mark.parametrize("arguments,expected", [
    (["rnu"], "run"),
    (["exce", "help"], "exec"),
    (["--run"], "run"),
    (["frobnicate"], "run, exec, debug, bochs, test"),
    (["exec", "--men", "4G", "help"], "--mem"),
    (["exec", "--timout=3", "help"], "--timeout"),
    (["run", "--timeout", "3"], "--"),
    (["exec", "--mem", "4Q", "help"], "4Q"),
    (["exec", "--mem", "0", "help"], "between"),
    (["exec", "--mem", "99999G", "help"], "1000G"),
    (["exec", "--mem"], "--mem needs a value"),
    (["exec", "--machine", "q36", "help"], "q35"),
    (["exec", "--emulator", "quemu", "help"], "qemu"),
    (["exec", "--emulator", "bochs", "--fast", "help"], "--fast"),
    (["exec", "--emulator", "bochs", "--machine", "q35", "help"], "pc"),
    (["exec", "--preset", "defualt", "help"], "default"),
    (["exec", "--timeout", "-1", "help"], "--timeout"),
    (["exec", "--timeout", "soon", "help"], "soon"),
    (["exec", "--append", "a\nb", "help"], "--append"),
    (["exec"], "command"),
    (["exec", "a\nb"], "control character"),
    (["exec", "x" * 1024], "1023"),
    (["run", "help"], "./k896 exec"),
    (["debug", "--emulator", "bochs"], "./k896 bochs"),
    (["bochs", "--emulator", "qemu"], "./k896 debug"),
    (["test", "uint"], "unit"),
    (["test", "--sed", "1"], "--seed"),
    (["test", "--seed", "x"], "--seed"),
    (["test", "fuzz", "--seconds", "no"], "no"),
    (["clean", "all"], "all"),
    (["help", "me"], "me"),
    (["lab", "start", "9"], "labs/09-page-faults/README.md tells"),
    (["grade", "10"], "labs/10-system-call/README.md tells"),
])
def test_a_wrong_word_gets_one_line_with_the_right_one(arguments, expected):
    done = k896(*arguments)
    assert done.code == USAGE and done.out == ""
    assert len(done.err.splitlines()) == 1 and done.err.startswith("k896: "), done.err
    assert expected in done.err


@pytest.mark.parametrize("arguments", [[], ["help"], ["--help"], ["-h"], ["exec", "--help"]])
def test_help_names_every_word_and_option(arguments):
    done = k896(*arguments)
    assert done.code == 0 and done.err == ""
    for word in ("run", "exec", "debug", "bochs", "test", "clean", "help", "--mem",
                 "--machine", "--cpu", "--emulator", "--append", "--display", "--timeout",
                 "--fast", "--preset", "no-pae", "witness"):
        assert word in done.out, word


# exec


def test_exec_prints_only_what_the_commands_print():
    done = k896("exec", *SMALL, "echo one", "echo two")
    assert (done.code, done.out) == (0, "one\ntwo\n")
    assert done.err == "k896: ok: 2 commands succeeded\n"


def test_exec_takes_options_between_its_commands():
    done = k896("exec", "echo one", "--mem", "64M", "echo two", "--fast")
    assert (done.code, done.out) == (0, "one\ntwo\n")


def test_exec_works_from_anywhere(tmp_path):
    assert k896("exec", *SMALL, "echo here", cwd=tmp_path).out == "here\n"


def test_exec_goes_on_after_a_failed_command_and_exits_1():
    done = k896("exec", *SMALL, "echo one", "no_such_command", "echo two")
    assert done.code == 1
    assert done.out.startswith("one\n") and done.out.endswith("two\n")
    assert "'no_such_command' (status 127)" in done.err


@pytest.mark.parametrize("emulator", ["qemu", "bochs"])
def test_exec_of_a_panic_exits_2_and_shows_it(emulator):
    done = k896("exec", *SMALL, "--emulator", emulator, "echo before", "crash panic", "echo no")
    assert done.code == 2
    assert done.out.startswith("before\n") and "Call Trace" in done.out
    assert "Kernel panic - not syncing" in done.out and "\nno\n" not in done.out
    assert "panicked" in done.err and "crash panic" in done.err


def test_exec_of_a_cpu_without_pae_exits_2_and_says_why():
    done = k896("exec", *SMALL, "--cpu", "pentium", "help")
    assert done.code == 2 and done.out == "" and "PAE" in done.err


def test_exec_times_out_with_3_and_says_for_what_it_waited():
    done = k896("exec", *SMALL, "--timeout", "2", "help", "--", "-S")
    assert done.code == 3 and done.out == ""
    assert "time-out" in done.err and "prompt" in done.err


@pytest.mark.parametrize("emulator", ["qemu", "bochs"])
@pytest.mark.parametrize("command", ["poweroff", "reboot"])
def test_a_machine_that_ends_because_it_was_told_to_ends_well(command, emulator):
    arguments = ["exec", *SMALL, "--emulator", emulator]
    done = k896(*arguments, "echo x", command)
    assert done.code == 0 and done.out.startswith("x\n"), done
    assert k896(*arguments, command, "echo x").code == 1


def test_exec_of_a_triple_fault_exits_2(tmp_path):
    """A kernel whose interrupt table is empty when it divides by nothing."""
    source = tmp_path / "triple.asm"
    source.write_text("""\
bits 32
section .boot progbits alloc exec
align 8
header: dd 0xe85250d6, 0, 16 + 8, -(0xe85250d6 + 24)
dw 0, 0
dd 8
global _start
_start: lidt [empty]
int3
empty: dw 0
dd 0
""")
    object_, elf = tmp_path / "triple.o", tmp_path / "triple.elf"
    run("nasm", "-f", "elf32", source, "-o", object_)
    run("ld", "-m", "elf_i386", "-Ttext=0x100000", "--section-start=.boot=0x100000", object_,
        "-o", elf)
    for emulator in ("qemu", "bochs"):
        image = tmp_path / "triple.iso"
        iso.make(elf, image, at_once=True)
        with create(emulator, Config(memory=64 * MIB, iso=image)) as machine:
            ending = machine.wait_end(60)
        assert ending.kind == "reset" and "triple" in ending.sentence, ending


def test_exec_reports_an_emulator_that_does_not_start():
    for arguments in (["--cpu", "frog"], ["--", "-frog"],
                      ["--emulator", "bochs", "--cpu", "frog"]):
        done = k896("exec", *SMALL, "help", *arguments)
        assert done.code == BROKEN and "frog" in done.err or "cpu" in done.err, done


def test_exec_passes_the_emulator_s_own_arguments():
    done = k896("exec", "dmesg", "--mem", "1G", "--", "-M", "max-ram-below-4g=64M")
    assert done.code == 0
    assert "[mem 0x0000000100000000-0x000000013bffffff] usable" in done.out


def test_append_reaches_the_kernel_as_typed():
    text = "mem=64M memmap=1M$16M a=$x;{y}|&<>* b=%d"
    for fast in ([], ["--fast"]):
        done = k896("exec", *SMALL, "--append", text, "cat /proc/cmdline", *fast)
        assert done.out == text + "\n", done


def children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(word) for word in path.read_text().split()] if path.exists() else []


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("number,code", [(signal.SIGINT, INTERRUPTED),
                                         (signal.SIGTERM, INTERRUPTED),
                                         (signal.SIGKILL, -signal.SIGKILL)])
@pytest.mark.parametrize("emulator", ["qemu", "bochs"])
def test_no_emulator_outlives_its_command(emulator, number, code):
    process = subprocess.Popen([K896, "exec", *SMALL, "--emulator", emulator, "help", "--",
                                *["-S"] * (emulator == "qemu")],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    emulators = []
    while not emulators and time.monotonic() < deadline:
        emulators = [pid for pid in children(process.pid) if any(
            name in Path(f"/proc/{pid}/comm").read_text() for name in ("qemu", "bochs"))]
        time.sleep(0.02)
    process.send_signal(number)
    assert process.wait(30) == code
    while any(map(alive, emulators)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert emulators and not any(map(alive, emulators))


# run, debug, bochs: on a terminal


@pytest.fixture
def on_terminal():
    started = []

    def start(*arguments):
        child = pexpect.spawn(str(K896), list(arguments), timeout=60, encoding="utf-8",
                              codec_errors="replace", echo=False)
        started.append(child)
        return child

    yield start
    for child in started:
        child.close(force=True)


@pytest.mark.parametrize("emulator", ["qemu", "bochs"])
def test_run_leaves_one_at_the_prompt_and_says_how_to_leave(on_terminal, emulator):
    child = on_terminal("run", *SMALL, "--emulator", emulator)
    child.expect(r"CPU [\w,+]+, 128 MiB")
    child.expect("to leave, type poweroff .*Ctrl-A and then X")
    child.expect("k896> ")
    child.send("echo hello there\r")
    child.expect("hello there\r+\n")
    child.expect("k896> ")
    child.send("poweroff\r")
    child.expect("the machine was powered off")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


@pytest.mark.parametrize("emulator", ["qemu", "bochs"])
def test_run_is_left_by_control_a_x(on_terminal, emulator):
    child = on_terminal("run", *SMALL, "--emulator", emulator, "--append", "a=b")
    child.expect("k896> ")
    child.send("\x01x")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_control_c_at_the_prompt_is_the_kernel_s(on_terminal):
    child = on_terminal("run", *SMALL, "--append", "a=b")
    child.expect("k896> ")
    child.send("ech\x03")
    child.expect("k896> ")
    child.send("echo still here\r")
    child.expect("still here\r+\n")


def test_a_panic_in_run_is_an_exit_of_2(on_terminal):
    child = on_terminal("run", *SMALL, "--append", "a=b")
    child.expect("k896> ")
    child.send("crash panic\r")
    child.expect("Kernel panic - not syncing")
    child.expect("panicked")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 2


def test_the_menu_is_on_the_terminal(on_terminal):
    child = on_terminal("run", *SMALL)
    child.expect("k896 with 512 MiB")
    child.expect("k896> ")


def test_run_takes_its_input_from_a_pipe():
    for last in ("poweroff\n", ""):
        done = k896("run", *SMALL, stdin="echo piped in\n" + last)
        assert done.code == 0 and "\npiped in\n" in done.out, done


def test_debug_is_gdb_with_symbols_before_the_first_instruction(on_terminal):
    child = on_terminal("debug", *SMALL)
    child.expect(r"\(gdb\) ")
    child.sendline("info registers eip")
    child.expect("0xfff0")
    child.expect(r"\(gdb\) ")
    child.sendline("continue")
    child.expect(r"Temporary breakpoint 1, .*start_kernel")
    child.expect(r"\(gdb\) ")
    child.sendline("info line")
    child.expect(r"main\.c")
    child.sendline("k896-maps")
    child.expect(r"0xc0000000-0xffffffff -> 0x000000000 1048576K")
    child.sendline("quit")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_bochs_s_debugger_stops_at_start_kernel(on_terminal):
    child = on_terminal("bochs")
    child.expect(r"start_kernel.*<bochs:\d+>")
    child.sendline("r")
    child.expect(r"rip: 0+_(\w+)")
    assert int(child.match[1], 16) == symbols.load(kernel())["start_kernel"]
    child.sendline("q")
    child.expect(pexpect.EOF)


# The shell script's part


@pytest.fixture
def bare(tmp_path):
    """A PATH with next to nothing in it: (folder, run(words...))."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "dirname", "grep", "env", "cat"):
        (folder / name).symlink_to(shutil.which(name))

    def start(*words, **more):
        return run("/bin/sh", K896, *words, env={"PATH": str(folder)}, **more)

    return folder, start


def put(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text("#!/bin/sh\n" + text)
    (folder / name).chmod(0o755)


def test_without_apt_the_missing_programs_are_listed(bare):
    _, start = bare
    done = start("run")
    assert done.code == UNAVAILABLE and "no apt" in done.err
    for program in ("gcc", "nasm", "cmake", "ninja", "grub-mkrescue", "qemu-system-i386"):
        assert f"  {program}\n" in done.err
    assert "bochs" not in done.err and "clang" not in done.err, "run needs less than test"
    assert "  clang\n" in start("test").err
    assert "  bochs\n" in start("run", "--emulator", "bochs").err
    assert "  bochs\n" in start("run", "--emulator=bochs").err


def test_a_wrong_option_is_told_before_anything_is_installed(bare):
    _, start = bare
    done = start("run", "--mum", "4G")
    assert done.code == USAGE and "--mem" in done.err and "apt" not in done.err


@pytest.mark.parametrize("user,words,answer,installs,by", [
    (0, [], "", True, "direct"), (1000, ["--yes"], "", True, "sudo"),
    (1000, [], "y\n", False, ""),  # nobody to ask: no terminal
])
def test_packages_are_installed_by_root_or_after_asking(bare, tmp_path, user, words, answer,
                                                        installs, by):
    folder, start = bare
    log = tmp_path / "log"
    put(folder, "id", f"echo {user}")
    put(folder, "apt-get", f'echo "$SUDO apt-get $*" >> {log}; exit 0')
    put(folder, "sudo", 'SUDO=sudo; export SUDO; exec "$@"')
    done = start("run", *words, stdin=answer)
    assert done.code == UNAVAILABLE, "the packages are not there in the end"
    assert "grub-pc-bin" not in done.err or "grub-common" in done.err
    assert re.search(r"will be installed:.* gcc .*qemu-system-x86", done.err)
    calls = log.read_text() if log.exists() else ""
    assert ("install --no-install-recommends" in calls) == installs
    assert ("sudo apt-get" in calls) == (by == "sudo")


def test_a_person_is_asked_before_sudo(bare, tmp_path):
    folder, _ = bare
    put(folder, "id", "echo 1000")
    put(folder, "sudo", "exit 1")
    put(folder, "apt-get", "exit 1")
    for answer in ("n", ""):
        child = pexpect.spawn("/bin/sh", [str(K896), "run"], env={"PATH": str(folder)},
                              timeout=20, encoding="utf-8")
        child.expect(r"use sudo apt-get to install them\? \[y/N\]")
        child.sendline(answer)
        child.expect("nothing was installed")
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == UNAVAILABLE


def test_clean_removes_what_was_built_and_nothing_else(tmp_path):
    for name in ("tools", "CMakePresets.json", "k896"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    (tmp_path / "build" / "default").mkdir(parents=True)
    assert run(tmp_path / "k896", "clean").code == 0
    assert not (tmp_path / "build" / "default").exists()
    assert {path.name for path in tmp_path.iterdir()} <= {
        "tools", "CMakePresets.json", "k896", "build"}


def test_the_script_is_posix_sh():
    assert K896.read_text().startswith("#!/bin/sh\n")
    for shell in ("dash", "bash"):
        if shutil.which(shell):
            assert run(shell, "-n", K896).code == 0


# The ISO


def test_mkiso_quotes_parameters_and_takes_modules(tmp_path):
    module = tmp_path / "a module"
    module.write_text("contents")
    image = tmp_path / "made.iso"
    done = run(MKISO, "--kernel", kernel(), "--grub-cfg", ROOT / "grub.cfg", "--output", image,
               "--append", 'x=$HOME;y run="vmalloc 4K"', "--module", f"{module}:its line")
    assert done.code == 0, done.err
    with create("qemu", Config(memory=64 * MIB, iso=image)) as machine:
        assert ask(machine, "cat /proc/cmdline") == 'x=$HOME;y "run=vmalloc 4K"\n'
        assert "vmalloc_command" in ask(machine, "cat /proc/vmallocinfo"), "it was not run"
    assert run(MKISO, "--kernel", tmp_path / "none", "--output", image).code == 2


def test_every_menu_entry_boots():
    text = (ROOT / "grub.cfg").read_text()
    entries = re.findall(r"multiboot2 /boot/k896\.elf ?(.*)", text)
    assert "" in entries and "selftest" in entries and len(entries) >= 4
    for parameters in entries:
        if parameters != "selftest":
            with booted("512M", append=parameters) as machine:
                assert ask(machine, "cat /proc/cmdline").strip() == parameters


# iomem-diff

MAP = """\
00000000-00000fff : Reserved
00001000-0009fbff : System RAM
000a0000-000bffff : PCI Bus 0000:00
  000a0000-000bffff : Video RAM area
000f0000-000fffff : Reserved
  000f0000-000fffff : System ROM
00100000-07ffffff : System RAM
  01000000-01933eff : Kernel code
fed00000-fed003ff : HPET 0
  fed00000-fed003ff : PNP0103:00
"""


def diff(tmp_path, ours: str, theirs: str = MAP, *options):
    (tmp_path / "theirs").write_text(theirs)
    return run(IOMEM_DIFF, "-", tmp_path / "theirs", *options, stdin=ours)


def test_a_map_equals_itself(tmp_path):
    done = diff(tmp_path, MAP)
    assert done.code == 0 and not re.search("^(differs|only)", done.out, re.M)
    assert "7 same, 0 differ, 0 only here, 0 only there" in done.out


def test_lines_that_cannot_agree_are_left_out_and_their_children_move_up(tmp_path):
    ours = MAP.replace("000a0000-000bffff : PCI Bus 0000:00\n", "").replace(
        "  000a0000", "000a0000").replace("  fed00000-fed003ff : PNP0103:00\n", "")
    ours = ours.replace("01000000-01933eff : Kernel code", "00100000-00133fff : Kernel code")
    assert diff(tmp_path, ours).code == 0


@pytest.mark.parametrize("change,kind", [
    (("07ffffff", "07fffffe"), "differs"),
    (("000f0000-000fffff : Reserved", "000f0000-000fffff : Adapter ROM"), "differs"),
    (("  000f0000-000fffff : System ROM\n", ""), "only there"),
    (("fed00000-fed003ff : HPET 0\n", "fec00000-fec003ff : IOAPIC 0\n"
      "fed00000-fed003ff : HPET 0\n"), "only here"),
    (("  000f0000-000fffff : System ROM\n", "  000f0000-000f7fff : System ROM\n"), "differs"),
])
def test_every_kind_of_difference_is_told(tmp_path, change, kind):
    done = diff(tmp_path, MAP.replace(*change))
    assert done.code == 1
    assert [line.split("  ")[0].strip() for line in done.out.splitlines()
            if re.match("differs|only", line)][0].startswith(kind), done.out


def test_a_line_that_is_deeper_differs(tmp_path):
    ours = MAP.replace("  000f0000-000fffff : System ROM",
                       "  000f0000-000fffff : PCI X\n    000f0000-000fffff : System ROM")
    done = diff(tmp_path, ours)
    assert done.code == 1 and "only here" in done.out


def test_the_loader_s_rom_is_tolerated_when_asked(tmp_path):
    ours = MAP.replace("000f0000-000fffff : Reserved",
                       "000cb000-000cbfff : Adapter ROM\n000f0000-000fffff : Reserved")
    assert diff(tmp_path, ours).code == 1
    assert diff(tmp_path, ours, MAP, "--loader-rom").code == 0


@pytest.mark.parametrize("text,why", [
    ("", "no lines"), ("frog\n", "line 1"), ("00000000-00000fff Reserved\n", "line 1"),
    ("    00000000-00000fff : Reserved\n", "line 1"),
    (" 00000000-00000fff : Reserved\n", "line 1"),
    ("00001000-00000fff : Reserved\n", "ends before"),
    ("00001000-00001fff : A\n  00000000-00001fff : B\n", "line 2"),
    ("00001000-00001fff : A\n00001800-00002fff : B\n", "line 2"),
    ("00000000-00000000 : Reserved\n00000000-00000000 : System RAM\n", "root"),
])
def test_malformed_input_is_told_with_its_place(tmp_path, text, why):
    done = diff(tmp_path, text)
    assert done.code == 2 and done.out == "" and why in done.err, done


def test_iomem_diff_refuses_wrong_usage(tmp_path):
    for arguments in ([], ["a"], ["-", "-"], ["--frog", "a", "b"], [tmp_path / "none", "-"]):
        assert run(IOMEM_DIFF, *arguments).code == 2


@pytest.mark.parametrize("name", sorted(
    path.parent.name for path in ORACLE.glob("*/iomem")))
def test_every_oracle_map_is_read_whole(name):
    text = (ORACLE / name / "iomem").read_text()
    lines = [str(line) for line in iomem.flat(iomem.parse(text))]
    assert lines == text.splitlines()


# replay-e820


@pytest.mark.parametrize("file", ["iomem", "dmesg", "firmware_memmap"])
@pytest.mark.parametrize("name", ["pc-512M", "pc-4G", "q35-4G", "pc-64G"])
def test_all_saved_forms_of_a_map_give_the_same_ram(name, file):
    ranges = replay.parse((ORACLE / name / file).read_text()).ranges
    reference = re.findall(r"^0x(\w+) 0x(\w+) System RAM$",
                           (ORACLE / name / "firmware_memmap").read_text(), re.M)
    ram = [(max(item.start, 0x1000), item.end) for item in ranges if item.kind == replay.RAM]
    assert ram == [(max(int(a, 16), 0x1000), int(b, 16) + 1) for a, b in reference]


def test_a_replayed_map_is_what_the_kernel_then_has(tmp_path):
    saved = tmp_path / "saved"
    done = run(REPLAY, ORACLE / "pc-4G" / "iomem", "cat /proc/iomem")
    assert done.code == 0, done.err
    saved.write_text(done.out)
    ours = [line for line in done.out.splitlines() if "System RAM" in line]
    theirs = [line for line in (ORACLE / "pc-4G" / "iomem").read_text().splitlines()
              if "System RAM" in line]
    assert ours == theirs


LAPTOP = """\
[    0.000000] BIOS-e820: [mem 0x0000000000000000-0x0000000000057fff] usable
[    0.000000] BIOS-e820: [mem 0x0000000000058000-0x0000000000058fff] reserved
[    0.000000] BIOS-e820: [mem 0x0000000000059000-0x000000000009efff] usable
[    0.000000] BIOS-e820: [mem 0x000000000009f000-0x00000000000fffff] reserved
[    0.000000] BIOS-e820: [mem 0x0000000000100000-0x00000000bd2f4fff] usable
[    0.000000] BIOS-e820: [mem 0x00000000bd2f5000-0x00000000bd2f5fff] ACPI NVS
[    0.000000] BIOS-e820: [mem 0x00000000bd2f6000-0x00000000c8d4efff] usable
[    0.000000] BIOS-e820: [mem 0x00000000c8d4f000-0x00000000c8dcbfff] ACPI data
[    0.000000] BIOS-e820: [mem 0x00000000c8dcc000-0x00000000cfffffff] reserved
[    0.000000] BIOS-e820: [mem 0x00000000e0000000-0x00000000efffffff] reserved
[    0.000000] BIOS-e820: [mem 0x0000000100000000-0x000000042dffffff] usable
"""


def test_a_laptop_s_dmesg_boots_with_its_holes(tmp_path):
    saved = tmp_path / "dmesg"
    saved.write_text(LAPTOP)
    done = run(REPLAY, saved, "cat /proc/iomem")
    assert done.code == 0, done.err
    assert "ACPI NVS: taken as reserved" in done.err
    for line in ("00059000-0009efff : System RAM", "00100000-bd2f4fff : System RAM",
                 "bd2f5000-bd2f5fff : Reserved", "bd2f6000-c8d4efff : System RAM",
                 "c8d4f000-c8dcbfff : ACPI Tables", "100000000-42dffffff : System RAM"):
        assert line in done.out, done.out


def test_ram_that_no_emulator_has_is_clipped_and_told():
    plan = replay.plan(replay.parse(
        "0x0 0xfffff System RAM\n0x100000 0xefffffff System RAM\n"
        "0x100000000 0x10ffffffff System RAM\n").ranges)
    assert "0xa0000@0x0" in plan.parameters and "0xdff00000@0x100000" in plan.parameters
    assert "0x1000000000@0x100000000" in plan.parameters, "the kernel itself cuts at 64 GiB"
    assert plan.memory == 0xE0000000 + (60 << 30)
    assert len(plan.clipped) == 3


@pytest.mark.parametrize("text", ["", "frog\n", "00000000-00000000 : System RAM\n",
                                  "00001000-00001fff : Reserved\n"])
def test_a_file_that_is_no_map_is_refused(tmp_path, text):
    saved = tmp_path / "saved"
    saved.write_text(text)
    done = run(REPLAY, saved, "help")
    assert done.code == DATA and len(done.err.splitlines()) == 1, done


def test_replay_e820_refuses_wrong_usage(tmp_path):
    assert run(REPLAY).code == USAGE
    assert run(REPLAY, tmp_path / "none").code == USAGE
    assert run(REPLAY, ORACLE / "pc-4G" / "iomem", "--mem", "4G").code == USAGE
    assert run(REPLAY, "--help").code == 0


def test_nothing_here_needs_another_python():
    assert sys.version_info >= (3, 11)
    assert os.path.realpath(sys.executable).startswith("/usr/bin/python3")
