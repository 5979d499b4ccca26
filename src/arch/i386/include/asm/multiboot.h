/*
 * Multiboot: how GRUB (version 2) and QEMU's -kernel (version 1) load a kernel
 * and what they tell it. Constants from the Multiboot2 Specification 2.0 (3.1:
 * header, 3.6: boot information) and the Multiboot Specification 0.6.96 (3.1.1
 * and 3.3), under our own names.
 */
#ifndef ASM_MULTIBOOT_H
#define ASM_MULTIBOOT_H

#include <lib/types.h>

/* ---- Version 2 ---- */

#define MULTIBOOT2_HEADER_MAGIC     0xe85250d6 /* first word of our header */
#define MULTIBOOT2_BOOTLOADER_MAGIC 0x36d76289 /* in EAX when we are entered */
#define MULTIBOOT2_ARCH_I386        0
#define MULTIBOOT2_TAG_ALIGN        8

enum multiboot2_tag_type {
	MULTIBOOT2_TAG_END = 0,
	MULTIBOOT2_TAG_CMDLINE = 1,
	MULTIBOOT2_TAG_LOADER_NAME = 2,
	MULTIBOOT2_TAG_MODULE = 3,
	MULTIBOOT2_TAG_BASIC_MEMINFO = 4,
	MULTIBOOT2_TAG_MMAP = 6,
	MULTIBOOT2_TAG_ACPI_OLD = 14,
	MULTIBOOT2_TAG_ACPI_NEW = 15,
};

struct multiboot2_info {
	u32 total_size; /* bytes, this header and the end tag included */
	u32 reserved;
};

struct multiboot2_tag {
	u32 type;
	u32 size; /* bytes, these two words included, the padding not */
};

struct multiboot2_module {
	struct multiboot2_tag tag;
	u32 start;
	u32 end;
	/* then its command line, with a NUL */
};

struct multiboot2_basic_meminfo {
	struct multiboot2_tag tag;
	u32 lower_kb;
	u32 upper_kb;
};

struct multiboot2_mmap {
	struct multiboot2_tag tag;
	u32 entry_size;
	u32 entry_version;
	/* then the entries, entry_size bytes each */
};

/* The types are those of e820. */
struct multiboot2_mmap_entry {
	u64 addr;
	u64 len;
	u32 type;
	u32 reserved;
};

/* ---- Version 1 ---- */

#define MULTIBOOT1_HEADER_MAGIC     0x1badb002
#define MULTIBOOT1_BOOTLOADER_MAGIC 0x2badb002
#define MULTIBOOT1_PAGE_ALIGN       0x00000001 /* header flags: modules on pages */
#define MULTIBOOT1_MEMORY_INFO      0x00000002 /* header flags: tell us the memory */

/* Which fields of the information are valid. */
#define MULTIBOOT1_INFO_MEMORY  0x00000001
#define MULTIBOOT1_INFO_CMDLINE 0x00000004
#define MULTIBOOT1_INFO_MODS    0x00000008
#define MULTIBOOT1_INFO_MMAP    0x00000040
#define MULTIBOOT1_INFO_LOADER  0x00000200

/* All addresses are physical. What follows the loader's name is not for us. */
struct multiboot1_info {
	u32 flags;
	u32 mem_lower_kb;
	u32 mem_upper_kb;
	u32 boot_device;
	u32 cmdline;
	u32 mods_count;
	u32 mods_addr;
	u32 syms[4];
	u32 mmap_length; /* bytes */
	u32 mmap_addr;
	u32 drives_length;
	u32 drives_addr;
	u32 config_table;
	u32 loader_name;
};

struct multiboot1_module {
	u32 start;
	u32 end;
	u32 cmdline;
	u32 reserved;
};

/* The next entry is at this one's address + size + 4. */
struct multiboot1_mmap_entry {
	u32 size; /* of what follows this word: 20 or more */
	u32 addr_low, addr_high;
	u32 len_low, len_high;
	u32 type;
};

struct boot_info;

/*
 * Read the information at `info`, of which `limit` bytes may be touched, into
 * *out, which is cleared first. Needs no alignment. What is wrong with the
 * information is printed as a warning and skipped or cut. 0; -EINVAL if not even
 * its first eight bytes make sense, *out is then empty.
 */
int multiboot2_parse(const void *info, size_t limit, struct boot_info *out);

/* Where the parser finds [addr, addr + len) of physical memory: a pointer that
 * is good for these bytes, or NULL if they cannot be reached. */
typedef const void *(*phys_reader)(u32 addr, size_t len);

/*
 * Likewise for version 1; `info` is good for sizeof(struct multiboot1_info)
 * bytes, everything else is asked of `phys`. QEMU puts its kernel's file name
 * in front of the command line: it is dropped. Always returns 0.
 */
int multiboot1_parse(const void *info, phys_reader phys, struct boot_info *out);

#endif
