#!/usr/bin/python3
"""Write a kernel's symbols into the room that its section .rodata keeps for them.

usage: kallsyms.py KERNEL.ELF

The room lies between __start_kallsyms and __stop_kallsyms. The table, all words
little-endian: the count; the addresses, ascending; for each symbol the offset of
its name in what follows; the names, each nm's type letter, the name and a NUL.
"""
import struct
import sys

from elftools.elf.elffile import ELFFile

LETTERS = {".text": "t", ".init.text": "t", ".boot": "t", ".rodata": "r",
           ".data": "d", ".init.data": "d", ".bss": "b"}
KINDS = ("STT_FUNC", "STT_OBJECT", "STT_NOTYPE")


def letter(elf, symbol):
    index = symbol["st_shndx"]
    if not isinstance(index, int):
        return "A" if symbol["st_info"]["bind"] == "STB_GLOBAL" else "a"
    kind = LETTERS.get(elf.get_section(index).name, "?")
    return kind.upper() if symbol["st_info"]["bind"] == "STB_GLOBAL" else kind


def read_symbols(elf):
    """(address, type letter, name), sorted by address; of the high half only."""
    low = min(s["sh_addr"] for s in elf.iter_sections() if s.name == ".text")
    found = {}
    for symbol in elf.get_section_by_name(".symtab").iter_symbols():
        if (symbol.name and symbol["st_value"] >= low and symbol["st_shndx"] != "SHN_UNDEF"
                and symbol["st_info"]["type"] in KINDS):
            found.setdefault((symbol["st_value"], symbol.name), letter(elf, symbol))
    # At one address the function or object is the better name for a backtrace
    # than a border, so it comes last: a search finds the last of equals.
    borders = ("_", "__start", "__stop")
    return sorted(((a, l, n) for (a, n), l in found.items()),
                  key=lambda s: (s[0], not s[2].startswith(borders), s[2]))


def encode(symbols):
    offsets, names = [], b""
    for _, kind, name in symbols:
        offsets.append(len(names))
        names += kind.encode() + name.encode() + b"\0"
    words = [len(symbols), *(s[0] for s in symbols), *offsets]
    return struct.pack(f"<{len(words)}I", *words) + names


def main(path):
    with open(path, "r+b") as file:
        elf = ELFFile(file)
        symbols = read_symbols(elf)
        borders = {s.name: s["st_value"]
                   for s in elf.get_section_by_name(".symtab").iter_symbols()
                   if s.name in ("__start_kallsyms", "__stop_kallsyms")}
        start, stop = borders["__start_kallsyms"], borders["__stop_kallsyms"]
        segment = next(p for p in elf.iter_segments()
                       if p["p_vaddr"] <= start < p["p_vaddr"] + p["p_filesz"])
        table = encode(symbols)
        if len(table) > stop - start:
            sys.exit(f"kallsyms.py: {len(symbols)} symbols need {len(table)} bytes, room is "
                     f"{stop - start}: raise K896_KALLSYMS_KIB in CMakeLists.txt")
        file.seek(segment["p_offset"] + start - segment["p_vaddr"])
        file.write(table.ljust(stop - start, b"\0"))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
