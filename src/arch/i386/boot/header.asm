; The two Multiboot headers. GRUB reads the second version's, which must lie in
; the first 32 KiB of the file; QEMU's -kernel reads the first version's, in the
; first 8 KiB. The section .multiboot opens the image. (Multiboot 0.6.96, 3.1;
; Multiboot2 2.0, 3.1)

MULTIBOOT1_MAGIC     equ 0x1BADB002
MULTIBOOT1_PAGE_ALIGN equ 1 << 0
MULTIBOOT1_MEM_INFO  equ 1 << 1
MULTIBOOT1_FLAGS     equ MULTIBOOT1_PAGE_ALIGN | MULTIBOOT1_MEM_INFO

MULTIBOOT2_MAGIC     equ 0xE85250D6
MULTIBOOT2_I386      equ 0
TAG_END              equ 0
TAG_INFORMATION_REQUEST equ 1
TAG_MODULE_ALIGN     equ 6
TAG_OPTIONAL         equ 1
INFO_CMDLINE         equ 1
INFO_MODULE          equ 3
INFO_BASIC_MEMINFO   equ 4
INFO_MMAP            equ 6

section .multiboot progbits alloc noexec nowrite align=8

align 4
	dd MULTIBOOT1_MAGIC
	dd MULTIBOOT1_FLAGS
	dd -(MULTIBOOT1_MAGIC + MULTIBOOT1_FLAGS)

align 8
header2:
	dd MULTIBOOT2_MAGIC
	dd MULTIBOOT2_I386
	dd header2_end - header2
	dd -(MULTIBOOT2_MAGIC + MULTIBOOT2_I386 + (header2_end - header2))
request:
	dw TAG_INFORMATION_REQUEST
	dw TAG_OPTIONAL
	dd request_end - request
	dd INFO_CMDLINE, INFO_MODULE, INFO_BASIC_MEMINFO, INFO_MMAP
request_end:
align 8
	dw TAG_MODULE_ALIGN
	dw TAG_OPTIONAL
	dd 8
	dw TAG_END
	dw 0
	dd 8
header2_end:
