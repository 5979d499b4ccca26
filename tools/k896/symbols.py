"""The symbols of a kernel ELF."""

from pathlib import Path

from k896 import EXIT_UNAVAILABLE, Problem


def load(kernel: Path) -> dict[str, int]:
    """Name to linked (virtual) address, for everything that has a section."""
    try:
        from elftools.elf.elffile import ELFFile
    except ImportError:
        raise Problem("python3-pyelftools is missing", EXIT_UNAVAILABLE) from None
    with open(kernel, "rb") as file:
        table = ELFFile(file).get_section_by_name(".symtab")
        if table is None:
            raise Problem(f"{kernel} has no symbol table")
        return {symbol.name: symbol["st_value"] for symbol in table.iter_symbols()
                if symbol.name and symbol["st_shndx"] != "SHN_UNDEF"
                and symbol["st_info"]["type"] != "STT_FILE"}
