/*
 * What the boot loader told us, in one form whichever way it told: Multiboot2
 * (GRUB) or Multiboot1 (QEMU's -kernel). Parsing is copying: nothing in here
 * points into memory that belongs to the loader.
 */
#ifndef ASM_BOOT_INFO_H
#define ASM_BOOT_INFO_H

#include <asm/e820.h>
#include <lib/params.h>
#include <lib/types.h>

#define BOOT_MODULES_MAX  16
#define BOOT_TEXT_MAX     64 /* a name's length, its NUL included */
#define ACPI_RSDP_V1_SIZE 20
#define ACPI_RSDP_V2_SIZE 36

/* A file that the loader put into memory: bytes [start, end), physical. */
struct boot_module {
	u64 start;
	u64 end;
	char cmdline[BOOT_TEXT_MAX];
};

struct boot_info {
	char cmdline[COMMAND_LINE_SIZE];
	bool cmdline_truncated; /* it was longer */
	char loader[BOOT_TEXT_MAX];

	struct e820_map map; /* as given: not sanitised */
	bool has_map;
	unsigned int dropped_entries; /* that the map had no room for */

	bool has_basic;   /* the two below are the loader's */
	u32 mem_lower_kb; /* RAM from 0 up */
	u32 mem_upper_kb; /* RAM from 1 MiB up to the first hole */

	unsigned int nr_modules;
	unsigned int dropped_modules;
	struct boot_module modules[BOOT_MODULES_MAX];

	u8 rsdp[ACPI_RSDP_V2_SIZE]; /* ACPI's root pointer, if the loader has it */
	u32 rsdp_len;               /* 0, or up to ACPI_RSDP_V2_SIZE bytes */
};

#endif
