"""The stopped machine: its memory, the kernel's variables, its lists."""

import re
import struct
from functools import lru_cache
from typing import Iterator

import gdb

PAGE = 4096
POINTER = 4
WORDS_AT_ONCE = 512  # in one question to QEMU's monitor
QUADWORD = re.compile(r"0x([0-9a-f]{16})\b")


class Broken(Exception):
    """Memory holds what cannot be right. The text says what, and where."""


class Unreadable(Broken):
    """There is no memory at an address."""


# ---- Memory. It is read in pages, which are kept while one command runs.

_virtual: dict[int, bytes] = {}
_physical: dict[tuple[int, int], bytes] = {}


def forget() -> None:
    """The machine may have run, or somebody may have written to its memory."""
    _virtual.clear()
    _physical.clear()


def _page(start: int) -> bytes:
    if start not in _virtual:
        memory = gdb.selected_inferior().read_memory(start, PAGE)
        _virtual[start] = bytes(memory)
    return _virtual[start]


def read(address: int, size: int) -> bytes:
    """Bytes at a virtual address, as the CPU would read them now."""
    data = b""
    at = address
    while at < address + size:
        start = at & -PAGE
        try:
            page = _page(start)
        except (gdb.MemoryError, OverflowError):
            raise Unreadable(f"there is no memory at {at:#010x}") from None
        data += page[at - start:address + size - start]
        at = start + PAGE
    return data


def read_physical(address: int, size: int) -> bytes:
    """Bytes at a physical address, a multiple of 8: from the direct map, or QEMU."""
    if (address, size) not in _physical:
        data = _from_direct_map(address, size)
        _physical[address, size] = data or _from_monitor(address, size)
    return _physical[address, size]


def _from_direct_map(address: int, size: int) -> bytes:
    """Empty where there is none: highmem, and before the kernel has made it."""
    try:
        if address + size > integer("max_low_pfn") * PAGE:
            return b""
        return read(layout("page_offset") + address, size)
    except Broken:
        return b""


def _from_monitor(address: int, size: int) -> bytes:
    """QEMU's monitor reads any physical address; answers 0 where nothing is."""
    count = -(-size // 8)
    data = b""
    for at in range(0, count, WORDS_AT_ONCE):
        words = min(WORDS_AT_ONCE, count - at)
        try:
            answer = gdb.execute(f"monitor xp /{words}gx {address + 8 * at:#x}",
                                 to_string=True)
        except gdb.error as error:
            raise Unreadable(f"physical {address:#x} cannot be read: {error}") from None
        found = [int(word, 16) for word in QUADWORD.findall(
            re.sub(r"^[0-9a-f]+:", "", answer, flags=re.M))]
        if len(found) != words:
            raise Unreadable(f"there is no memory at physical {address:#x}")
        data += struct.pack(f"<{words}Q", *found)
    return data[:size]


def word(address: int) -> int:
    """An aligned pointer or long at a virtual address."""
    return struct.unpack("<I", read(address, POINTER))[0]


# ---- Types and variables


@lru_cache(maxsize=None)
def type_of(name: str) -> gdb.Type:
    """A type by its name in C, as 'struct page'."""
    try:
        return gdb.lookup_type(name)
    except gdb.error:
        raise Broken(f"the debugging information has no {name}") from None


@lru_cache(maxsize=None)
def offset(type_name: str, member: str) -> int:
    """Bytes from a struct's start to a member."""
    return type_of(type_name)[member].bitpos // 8


@lru_cache(maxsize=None)
def enum(name: str) -> dict[str, int]:
    """The constants of an enum, by name."""
    return {field.name: field.enumval for field in type_of(name).fields()}


def value(address: int, of: gdb.Type) -> gdb.Value:
    """What lies at an address, as a value of that type that is read already."""
    return gdb.Value(read(address, of.sizeof), of)


def struct_at(address: int, type_name: str) -> gdb.Value:
    return value(address, type_of(type_name))


def _symbol(name: str):
    return gdb.lookup_global_symbol(name) or gdb.lookup_static_symbol(name)


def has(name: str) -> bool:
    """Whether this build of the kernel has such a variable."""
    return _symbol(name) is not None


def address_of(name: str) -> int:
    symbol = _symbol(name)
    if symbol is None:
        raise Broken(f"this kernel has no variable {name}")
    return int(symbol.value().address)


def variable(name: str) -> gdb.Value:
    address = address_of(name)
    return value(address, _symbol(name).type)


def integer(name: str) -> int:
    return int(variable(name))


def layout(name: str) -> int:
    """A border of the address space (struct memory_layout)."""
    return int(variable("memory_layout")[name])


def label(name: str) -> int:
    """An address that the linker script names."""
    try:
        return int(gdb.parse_and_eval(f"(unsigned long)&{name}"))
    except gdb.error:
        raise Broken(f"this kernel has no symbol {name}") from None


def string(address: int) -> str:
    """A name that the kernel points to; bounded."""
    data = b""
    while b"\0" not in data and len(data) < 64:
        data += read(address + len(data), 1)
    return data.partition(b"\0")[0].decode("latin-1")


def symbol_text(address: int) -> str:
    """'function+0x12', or the address if it lies in none."""
    answer = gdb.execute(f"info symbol {address:#x}", to_string=True)
    found = re.match(r"(\S+)(?: \+ (\d+))? in section", answer)
    return f"{found[1]}+{int(found[2] or 0):#x}" if found else f"{address:#010x}"


# ---- Lists


def is_empty(head: int) -> bool:
    """Also if it has not been set up."""
    return word(head) in (0, head)


def nodes(head: int, most: int) -> Iterator[int]:
    """The entries of a struct list_head, by address; both directions must agree."""
    before, node = head, word(head)
    for _ in range(most + 1):
        if node % POINTER:
            raise Broken(f"the list at {head:#010x} is broken at {before:#010x}: "
                         f"its next is {node:#010x}, no address of an entry")
        try:
            after, prev = struct.unpack("<II", read(node, 2 * POINTER))
        except Unreadable:
            raise Broken(f"the list at {head:#010x} is broken at {before:#010x}: "
                         f"its next is {node:#010x}, where no memory is") from None
        if prev != before:
            raise Broken(f"the list at {head:#010x} is broken at {node:#010x}: its prev "
                         f"is {prev:#010x}, but it follows {before:#010x}")
        if node == head:
            return
        yield node
        before, node = node, after
    raise Broken(f"the list at {head:#010x} is broken at {before:#010x}: it is longer "
                 f"than the {most} entries that there can be")


def entries(head: int, type_name: str, member: str, most: int) -> Iterator[int]:
    """The structs on a list, by address."""
    inside = offset(type_name, member)
    for node in nodes(head, most):
        yield node - inside
