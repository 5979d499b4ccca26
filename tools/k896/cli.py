"""The words of ./k896 and what they do."""

import argparse
import os
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Callable, NoReturn, Sequence

from k896 import (BUILD, EXIT_BROKEN, EXIT_INTERRUPTED, Problem, Usage, bochs_script, build,
                  iso, relative, tell)
from k896 import words as words_
from k896.emulator import (GIB, MIB, Config, Ended, Machine, TimedOut, command_bytes,
                           create)

HELP = """\
./k896 run      build, boot in an emulator, and leave you at the kernel's prompt
./k896 exec 'COMMAND' ...
                boot without a window, type the commands at the kernel's prompt,
                print only what they print; exit 0 if all succeeded, 1 if a command
                failed, 2 if the kernel refused the machine, panicked, triple-faulted
                or was reset, 3 on time-out; the verdict in words goes to stderr
./k896 debug    QEMU, stopped at its first instruction, with gdb attached, which
                knows the kernel's structures (gdb's help k896)
./k896 bochs    Bochs's own debugger, stopped at start_kernel
./k896 test [WHAT ...]
                run the tests: {groups}
./k896 bench [NAME]
                count the instructions of the kernel's operations (those whose name
                begins with NAME)
./k896 bench growth [NAME]
                how they grow with the memory in use, the areas that live, and the
                like; exit 1 if one grows faster than it should
./k896 bench boot
                the boot by its steps, at 128M to 64G (--mem SIZE,SIZE)
./k896 bench memory
                bytes a page frame, the image by section, pages taken at boot, the
                three object allocators on the same objects
./k896 bench profile NAME
                the instructions of one figure by function
./k896 lab start N [DIR]
                make a working copy of lab N for yourself; lab check looks whether
                the fences that the labs are cut at are sound
./k896 grade N [DIR]
                points for a working copy, and the reason for each that is lost
./k896 draw [NAME ...] [--check]
                draw the pictures of the docs, docs/img, from what the kernel says;
                with --check, exit 1 if one is not as it would be drawn now
./k896 build    build the kernel and its ISO, build/PRESET/k896.iso
./k896 clean    remove everything that was built
./k896 help     this text

Options of run, exec, debug and bochs:
  --mem SIZE           4G unless told (Bochs 512M); 128M, 64G, ...
  --machine pc|q35     QEMU's machine
  --cpu MODEL          the emulator's name of a CPU
  --emulator qemu|bochs
  --append 'PARAMETERS'  boot parameters
  --display            with the machine's screen in a window
  --preset NAME        which build: {presets}
  -- ARGUMENT ...      the rest goes to the emulator as it is
Options of bochs:
  --script FILE        run the commands in FILE and exit (docs/bochs.md)
  --ticks N            of the machine's clock that the script may take (4000000000)
Options of exec:
  --timeout SECONDS    for boot and commands together, 120 unless told
  --fast               boot the kernel without GRUB and the ISO (QEMU only)
Options of test:
  --seconds N          how long each fuzzer runs (30)
  --seed N             of the random choices
  --allocator slab|slub|slob
                       test slab: with this one alone
  -- ARGUMENT ...      the rest goes to pytest as it is
Options of bench:
  --mem SIZE, --preset NAME  as above
  --compare            beside a real Linux's figures; all of them are drawn, too, in
                       docs/img/bench.svg
  --svg FILE           draw them there
  --json FILE          write them to a file
Options of lab start:
  --solved             with the real code where the holes are
Options of grade:
  --item N.M           this exercise alone
  --seed N             of the random tests, other than the lab's own
  --json               for programs
--yes installs missing packages without asking.

Other exit codes: 64 wrong word or option, 65 a file is not what it should be,
69 a program is missing, 70 the build or the start of the emulator failed, 130
interrupted.
"""

DEFAULT_MEMORY = {"qemu": 4 * GIB, "bochs": 512 * MIB}
EXEC_SECONDS = 120.0
EXEC_OK, EXEC_FAILED, EXEC_KERNEL, EXEC_TIMEOUT = 0, 1, 2, 3
ENDS_BY_COMMAND = {"poweroff": "poweroff", "reboot": "reset"}


def main(arguments: Sequence[str]) -> int:
    """Run one command line; its exit code."""
    return guarded(_dispatch, arguments)


def guarded(perform: Callable, arguments: Sequence[str]) -> int:
    """perform(list of arguments), with its Problems and signals as exit codes."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        return perform(list(arguments))
    except Problem as problem:
        tell(str(problem))
        if problem.details.strip():
            sys.stderr.write(problem.details.rstrip() + "\n")
        return problem.code
    except KeyboardInterrupt:
        tell("interrupted")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_INTERRUPTED


def _interrupt(*_) -> NoReturn:
    raise KeyboardInterrupt


def _dispatch(arguments: list[str]) -> int:
    word = arguments.pop(0) if arguments else "help"
    if word in ("-h", "--help"):
        word = "help"
    if word not in COMMANDS:
        raise Usage(f"there is no ./k896 {word}" + words_.nearest(word, list(COMMANDS))
                    + " (./k896 help tells more)")
    check, perform = COMMANDS[word]
    own, extra = words_.split_emulator_arguments(arguments)
    options = check(word, own, extra)
    if options.help:
        return _help(options)
    if os.environ.get("K896_ONLY_CHECK"):
        return 0
    return perform(options)


def _plain_options(word: str, own: list[str], extra: list[str]) -> argparse.Namespace:
    parser = words_.Parser(word)
    if word == "build":
        _preset_option(parser)
    options = parser.parse(own)
    if options.words or extra:
        raise Usage(f"./k896 {word} takes no '{(options.words + extra)[0]}'")
    return options


def _preset_option(parser: words_.Parser) -> None:
    parser.add_argument("--preset", default="default", choices=build.presets())


def _machine_options(word: str, own: list[str], extra: list[str]) -> argparse.Namespace:
    parser = machine_parser(word)
    options = parser.parse(own)
    if options.help:
        return options
    if word == "bochs" and options.script:
        options = parser.parse(bochs_script.boot_options(options.script) + own)
    options.extra = extra
    complete(options)
    if word != "exec" and options.words:
        raise Usage(f"./k896 {word} takes no '{options.words[0]}'; commands are for "
                    "./k896 exec, the emulator's arguments stand behind --")
    if word == "exec":
        if not options.words:
            raise Usage("./k896 exec needs a command to type, as ./k896 exec 'help'")
        for command in options.words:
            command_bytes(command)
    if word == "debug" and options.emulator == "bochs":
        raise Usage("./k896 debug is QEMU with gdb; Bochs's debugger is ./k896 bochs")
    return options


def machine_parser(word: str) -> words_.Parser:
    """The options that choose a machine, and exec's own."""
    parser = words_.Parser(word)
    parser.add_argument("--mem")
    parser.add_argument("--machine", choices=["pc", "q35"], default="pc")
    parser.add_argument("--cpu")
    parser.add_argument("--emulator", choices=["qemu", "bochs"],
                        default="bochs" if word == "bochs" else "qemu")
    parser.add_argument("--append", default="")
    parser.add_argument("--display", action="store_true")
    _preset_option(parser)
    if word == "bochs":
        parser.add_argument("--script")
        parser.add_argument("--ticks", type=int, default=bochs_script.TICKS)
    if word == "exec":
        parser.add_argument("--timeout", default=str(EXEC_SECONDS))
        parser.add_argument("--fast", action="store_true")
    return parser


def complete(options: argparse.Namespace) -> None:
    """Turn the options' texts into values, and refuse what does not fit together."""
    options.memory = (words_.memory_size(options.mem) if options.mem
                      else DEFAULT_MEMORY[options.emulator])
    words_.boot_parameters(options.append)
    options.fast = getattr(options, "fast", False)
    if hasattr(options, "timeout"):
        options.timeout = words_.seconds("--timeout", options.timeout)
    if options.emulator == "bochs":
        if options.fast:
            raise Usage("--fast is QEMU's; Bochs boots the ISO")
        if options.machine != "pc":
            raise Usage("Bochs has no machine but pc")


def config_of(options: argparse.Namespace, machine_options: str = "",
              at_once: bool = True) -> Config:
    """Build what the options name and say how to boot it."""
    kernel = build.kernel(options.preset)
    image = None
    if not options.fast:
        image = _image(options, kernel, at_once)
    return Config(memory=options.memory, iso=image, kernel=kernel, machine=options.machine,
                  cpu=options.cpu, append=options.append, fast=options.fast,
                  display=options.display, extra=options.extra,
                  machine_options=machine_options)


def _image(options: argparse.Namespace, kernel, at_once: bool):
    if options.append:
        image = BUILD / options.preset / f"k896-{os.getpid()}.iso"
        iso.make(kernel, image, options.append)
        _temporary.append(image)
        return image
    name = "k896-at-once.iso" if at_once else "k896.iso"
    with build.lock(options.preset):
        return iso.cached(kernel, BUILD / options.preset / name, at_once)


_temporary: list = []


def _remove_temporary() -> None:
    while _temporary:
        _temporary.pop().unlink(missing_ok=True)


# exec


def run_commands(options: argparse.Namespace, machine_options: str = "") -> int:
    """Boot, type options.words, print what they print; exec's exit code."""
    try:
        machine = create(options.emulator, config_of(options, machine_options))
        verdict = Verdict(machine, options.words, options.timeout)
        try:
            machine.start()
            code = verdict.type_all()
        finally:
            machine.close()
    finally:
        _remove_temporary()
    tell(verdict.sentence)
    return code


class Verdict:
    """Types commands at a machine and judges what comes of it."""

    def __init__(self, machine: Machine, commands: Sequence[str], timeout: float):
        self.machine = machine
        self.commands = list(commands)
        self.timeout = timeout
        self.deadline = time.monotonic() + timeout
        self.sentence = ""
        self.done = 0  # commands whose end was seen
        self.failed: list[str] = []

    def type_all(self) -> int:
        try:
            self.machine.ready(self._left())
            for command in self.commands:
                answer = self.machine.command(command, self._left(), _show)
                self.done += 1
                if answer.status:
                    self.failed.append(f"'{command}' (status {answer.status})")
        except Ended as end:
            return self._ended(end.ending)
        except TimedOut as awaited:
            self.sentence = (f"time-out: waited {self.timeout:g} seconds in all, "
                             f"at last for {awaited}")
            self._show_tail()
            return EXEC_TIMEOUT
        if self.failed:
            self.sentence = f"failed: {', '.join(self.failed)}"
            return EXEC_FAILED
        self.sentence = f"ok: {_count(self.done)} succeeded"
        return EXEC_OK

    def _left(self) -> float:
        return max(0.0, self.deadline - time.monotonic())

    def _ended(self, ending) -> int:
        typed = self.commands[self.done] if self.machine.scripted else ""
        wanted = typed.split()[0] if typed.split() else ""
        if ENDS_BY_COMMAND.get(wanted) == ending.kind:
            left = self.commands[self.done + 1:]
            if left:
                self.sentence = f"failed: '{typed}' ended the machine before '{left[0]}'"
                return EXEC_FAILED
            if self.failed:
                self.sentence = f"failed: {', '.join(self.failed)}"
                return EXEC_FAILED
            self.sentence = f"ok: {_count(self.done + 1)} succeeded, '{wanted}' the last"
            return EXEC_OK
        when = f"at '{typed}'" if typed else "before the prompt"
        self.sentence = f"{ending.sentence} ({when})"
        if not typed:
            self._show_tail()
        return EXIT_BROKEN if ending.kind in ("died", "closed") else EXEC_KERNEL

    def _show_tail(self) -> None:
        """What the console said last, where it is not on stdout anyway."""
        tail = self.machine.tail()
        if tail:
            sys.stderr.write(f"{tail}\n")


def _show(piece: bytes) -> None:
    sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()


def _count(number: int) -> str:
    return "1 command" if number == 1 else f"{number} commands"


# The other words


def _run(options: argparse.Namespace) -> int:
    return interactive(options)


def interactive(options: argparse.Namespace, machine_options: str = "") -> int:
    """The machine's console on this terminal; 0, or 2 if it did not end well."""
    from k896 import terminal
    try:
        config = config_of(options, machine_options, at_once=not sys.stdin.isatty())
        return EXEC_KERNEL if terminal.run(options.emulator, config) else EXEC_OK
    finally:
        _remove_temporary()


def _debug(options: argparse.Namespace) -> int:
    from k896 import debuggers
    try:
        return debuggers.gdb(config_of(options), BUILD / options.preset)
    finally:
        _remove_temporary()


def _bochs(options: argparse.Namespace) -> int:
    from k896 import debuggers
    if options.emulator != "bochs":
        raise Usage("./k896 bochs is Bochs; QEMU with gdb is ./k896 debug")
    try:
        if options.script:
            return bochs_script.run(config_of(options), Path(options.script),
                                    options.ticks)
        return debuggers.bochs(config_of(options), BUILD / options.preset)
    finally:
        _remove_temporary()


def _build(options: argparse.Namespace) -> int:
    tell(f"built {relative(build.product(options.preset))}")
    return 0


def _test_options(word: str, own: list[str], extra: list[str]) -> argparse.Namespace:
    from k896 import testing
    return testing.options(own, extra)


def _test(options: argparse.Namespace) -> int:
    from k896 import testing
    return testing.run(options)


def _bench_options(word: str, own: list[str], extra: list[str]) -> argparse.Namespace:
    from k896 import bench
    return bench.options(own, extra)


def _bench(options: argparse.Namespace) -> int:
    from k896 import bench
    return bench.run(options)


def _draw_options(word: str, own: list[str], extra: list[str]) -> argparse.Namespace:
    from k896 import draw
    return draw.options(own, extra)


def _draw(options: argparse.Namespace) -> int:
    from k896 import draw
    return draw.run(options)


def _lab_options(word: str, own: list[str], extra: list[str]) -> argparse.Namespace:
    from k896 import labs
    return labs.options(own, extra)


def _lab(options: argparse.Namespace) -> int:
    from k896 import labs
    return labs.run(options)


def _grade_options(word: str, own: list[str], extra: list[str]) -> argparse.Namespace:
    from k896 import grade
    return grade.options(own, extra)


def _grade(options: argparse.Namespace) -> int:
    from k896 import grade
    return grade.run(options)


def _clean(options: argparse.Namespace) -> int:
    shutil.rmtree(BUILD, ignore_errors=True)
    return 0


def _help(options: argparse.Namespace) -> int:
    from k896 import testing
    sys.stdout.write(HELP.format(groups=", ".join(testing.GROUPS),
                                 presets=", ".join(build.presets())))
    return 0


COMMANDS: dict[str, tuple[Callable, Callable]] = {
    "run": (_machine_options, _run),
    "exec": (_machine_options, run_commands),
    "debug": (_machine_options, _debug),
    "bochs": (_machine_options, _bochs),
    "test": (_test_options, _test),
    "bench": (_bench_options, _bench),
    "draw": (_draw_options, _draw),
    "lab": (_lab_options, _lab),
    "grade": (_grade_options, _grade),
    "build": (_plain_options, _build),
    "clean": (_plain_options, _clean),
    "help": (_plain_options, _help),
}
