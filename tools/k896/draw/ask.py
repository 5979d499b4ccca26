"""What the pictures are made of: machines that are booted, and what they are asked."""

from concurrent.futures import ThreadPoolExecutor
from typing import Callable, NamedTuple, Sequence, Union

from k896 import Problem, build, counted
from k896.draw.canvas import Canvas
from k896.emulator import GIB, MIB, Config, Ended
from k896.qemu import Qemu

SECONDS = 60
MACHINES_AT_A_TIME = 2


class Boot(NamedTuple):
    """A machine. counted: its clock counts instructions, so nothing is typed, the commands
    are parameters (not too long: src/monitor/startup.c), and all that it prints is one
    answer."""

    mem: str
    append: str = ""
    preset: str = "default"
    counted: bool = False

    @property
    def memory(self) -> int:
        return int(self.mem[:-1]) * (GIB if self.mem.endswith("G") else MIB)

    def source(self, *commands: str) -> str:
        """How to see what a picture shows."""
        preset = "" if self.preset == "default" else f" --preset {self.preset}"
        append = f" --append '{self.append}'" if self.append else ""
        typed = "".join(f" '{command}'" for command in commands)
        return f"./k896 exec{preset} --mem {self.mem}{append}{typed}"


# A command, or what makes one from the answers so far.
Command = Union[str, Callable[[Sequence[str]], str]]


class Ask(NamedTuple):
    """Commands, to be typed one after the other; they undo what they change, so that the
    next picture's find the machine as it was."""

    boot: Boot
    commands: tuple[Command, ...]

    @property
    def ends(self) -> bool:
        last = self.commands[-1]
        return isinstance(last, str) and last.startswith("crash")


class Picture(NamedTuple):
    """draw gets the answers to all commands, in their order."""

    name: str
    asks: tuple[Ask, ...]
    draw: Callable[[Sequence[str]], Canvas]


def _typed(boot: Boot, asks: Sequence[Ask]) -> dict[Ask, list[str]]:
    """One boot for all that want it; who ends the machine comes last."""
    config = Config(memory=boot.memory, kernel=build.kernel(boot.preset), fast=True,
                    append=boot.append)
    with Qemu(config) as machine:
        return {ask: _conversation(machine, ask)
                for ask in sorted(asks, key=lambda ask: ask.ends)}


def _conversation(machine: Qemu, ask: Ask) -> list[str]:
    answers: list[str] = []
    for command in ask.commands:
        line = command if isinstance(command, str) else command(answers)
        try:
            answer = machine.command(line, SECONDS)
        except Ended as end:
            if not ask.ends:
                raise Problem(f"'{line}': {end.ending}", details=machine.tail()) from None
            answers.append(bytes(machine.text[machine.at:]).decode(errors="replace"))
            break
        if answer.status:
            raise Problem(f"'{line}' failed", details=answer.output)
        answers.append(answer.output)
    return answers


def _answers(boot: Boot, asks: Sequence[Ask]) -> dict[Ask, list[str]]:
    if boot.counted:
        return {ask: [counted.text_of(ask.commands, boot.memory, boot.preset, boot.append)]
                for ask in asks}
    return _typed(boot, asks)


def drawn(all_pictures: Sequence[Picture], names: Sequence[str]) -> dict[str, str]:
    """The SVG of each named picture. A boot is asked all that it is asked for all of
    them, so that one picture alone comes out as it does with the others."""
    wanted = [picture for picture in all_pictures if picture.name in names]
    boots = list(dict.fromkeys(ask.boot for picture in wanted for ask in picture.asks))
    by_boot = [(boot, [ask for picture in all_pictures for ask in picture.asks
                       if ask.boot == boot]) for boot in boots]
    for boot in boots:
        build.kernel(boot.preset)
    answers: dict[Ask, list[str]] = {}
    with ThreadPoolExecutor(MACHINES_AT_A_TIME) as pool:
        for found in pool.map(lambda pair: _answers(*pair), by_boot):
            answers.update(found)
    return {picture.name: _svg(picture, [line for ask in picture.asks
                                         for line in answers[ask]]) for picture in wanted}


def _svg(picture: Picture, said: Sequence[str]) -> str:
    try:
        return picture.draw(said).svg()
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise Problem(f"the picture {picture.name} does not understand what the kernel says: "
                      f"{type(error).__name__}: {error}; its text is in tools/k896/draw",
                      details="\n".join(said)[-2000:]) from error
