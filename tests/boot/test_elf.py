"""What a newer binutils or GCC could break in the kernel's file."""

import subprocess

import pytest
from elftools.elf.constants import P_FLAGS
from elftools.elf.elffile import ELFFile

from k896.emulator import MIB
from support import kernel

PRESETS = {"default": 0xC0000000, "debug": 0xC0000000, "no-pae": 0xC0000000,
           "clang": 0xC0000000, "split-2g": 0x80000000, "split-1g": 0x40000000}
MULTIBOOT2_SEARCH_BYTES = 32768
MULTIBOOT2_MAGIC = bytes.fromhex("d65052e8")


@pytest.fixture(params=PRESETS)
def preset(request):
    return request.param


@pytest.fixture
def elf(preset):
    with open(kernel(preset), "rb") as file:
        yield ELFFile(file)


def loads(elf):
    return [segment for segment in elf.iter_segments() if segment["p_type"] == "PT_LOAD"]


def test_it_is_a_32_bit_x86_program(elf):
    assert elf.elfclass == 32 and elf["e_machine"] == "EM_386"
    assert elf["e_type"] == "ET_EXEC"


def test_no_segment_is_writable_and_executable(elf):
    both = P_FLAGS.PF_W | P_FLAGS.PF_X
    assert loads(elf)
    for segment in elf.iter_segments():
        assert segment["p_flags"] & both != both, segment.header


def test_there_are_only_load_and_stack_segments(elf):
    kinds = {segment["p_type"] for segment in elf.iter_segments()}
    assert kinds <= {"PT_LOAD", "PT_GNU_STACK"}, kinds


def test_there_are_no_note_sections(elf):
    assert [section.name for section in elf.iter_sections()
            if section["sh_type"] == "SHT_NOTE" or section.name.startswith(".note")] == []


def test_nothing_is_linked_dynamically_or_relocated(elf):
    names = {section.name for section in elf.iter_sections()}
    assert not names & {".dynamic", ".interp", ".got", ".got.plt", ".plt", ".rel.dyn"}, names


def test_the_first_byte_is_loaded_at_one_mebibyte(elf):
    assert min(segment["p_paddr"] for segment in loads(elf)) == MIB


def test_all_but_the_boot_code_is_linked_at_the_direct_map(elf, preset):
    for segment in loads(elf):
        assert segment["p_vaddr"] - segment["p_paddr"] in (0, PRESETS[preset]), segment.header
    assert any(segment["p_vaddr"] != segment["p_paddr"] for segment in loads(elf))


def test_segments_do_not_overlap_in_memory(elf):
    ranges = sorted((segment["p_paddr"], segment["p_paddr"] + segment["p_memsz"])
                    for segment in loads(elf))
    for (_, end), (start, _) in zip(ranges, ranges[1:]):
        assert end <= start, ranges


def test_the_entry_is_in_an_executable_segment_that_is_mapped_as_loaded(elf):
    entry = elf["e_entry"]
    assert any(segment["p_vaddr"] == segment["p_paddr"]
               and segment["p_vaddr"] <= entry < segment["p_vaddr"] + segment["p_memsz"]
               and segment["p_flags"] & P_FLAGS.PF_X for segment in loads(elf)), hex(entry)


def test_grub_takes_it_by_its_multiboot2_header(preset):
    path = kernel(preset)
    subprocess.run(["grub-file", "--is-x86-multiboot2", path], check=True)
    head = path.read_bytes()[:MULTIBOOT2_SEARCH_BYTES]
    at = head.find(MULTIBOOT2_MAGIC)
    assert at >= 0 and at % 8 == 0
