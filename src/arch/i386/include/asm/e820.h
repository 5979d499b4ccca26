/*
 * The map of physical memory that the firmware gives (BIOS call INT 15h, AX =
 * E820h; ACPI specification, "System Address Map Interfaces"), made usable: one
 * sorted list of ranges that do not overlap.
 *
 * Nothing here sleeps or takes a lock: the map is made and changed by the boot,
 * on one CPU, and only read afterwards.
 */
#ifndef ASM_E820_H
#define ASM_E820_H

#include <lib/types.h>

/* The firmware's numbers. One that is not listed means reserved, and keeps its
 * number so that it can be printed. */
enum e820_type {
	E820_RAM = 1,
	E820_RESERVED = 2,
	E820_ACPI = 3, /* ACPI tables; an OS may take it once it has read them */
	E820_NVS = 4,  /* ACPI's own, also while the machine sleeps */
	E820_UNUSABLE = 5,
	E820_PMEM = 7,  /* memory that keeps its contents (ACPI 6) */
	E820_PRAM = 12, /* the same before there was a standard */
};

/* Bytes [addr, addr + size); a sum of exactly 2^64 (zero in 64 bits) is good. */
struct e820_entry {
	u64 addr;
	u64 size;
	u32 type;
};

#define E820_MAX 1024

struct e820_map {
	unsigned int nr;
	struct e820_entry entries[E820_MAX];
};

/* The machine's map as the kernel uses it; and as the firmware gave it, only
 * sanitised, before boot parameters changed the other one. */
extern struct e820_map e820;
extern struct e820_map e820_firmware;

/* The last byte of an entry whose size is not zero and which does not wrap. */
static inline u64 e820_last(const struct e820_entry *entry)
{
	return entry->addr + (entry->size - 1);
}

/* ---- The map as a data structure (e820.c); on any map ---- */

/* Append an entry. false: the map is full and unchanged. */
bool e820_add(struct e820_map *map, u64 addr, u64 size, u32 type);

/* What e820_sanitize() and its like can do to an entry that is not to be kept
 * as it is. */
enum e820_fate {
	E820_ZERO_LENGTH,  /* dropped */
	E820_WRAPPED_RAM,  /* ends beyond 2^64: its length is no length: dropped */
	E820_WRAPPED_REST, /* likewise, but not RAM: kept, ends at 2^64 */
	E820_NO_ROOM,      /* a piece for which the map has no entry left: dropped */
};

/* Told of each such entry; the entry is valid during the call only. */
typedef void (*e820_fate_fn)(const struct e820_entry *entry, enum e820_fate fate);

/*
 * Sort the map, cut overlaps so that the more restrictive type wins (unusable,
 * then the highest number, RAM last), join neighbours of one type, drop what is
 * empty or wraps. Where entries overlap the result may need more of them; if
 * that is more than E820_MAX, pieces that are not RAM go first (a hole is as
 * safe as they are), then RAM, each from the top. `fate` may be NULL. Returns
 * how often it was (or would have been) called. A map with nr > E820_MAX is cut
 * to E820_MAX. Uses static memory: one caller at a time.
 */
unsigned int e820_sanitize(struct e820_map *map, e820_fate_fn fate);

/*
 * For a loader with any number of entries: append, and when the map is full,
 * sanitise it to make room. Returns false if there is none: RAM is then lost,
 * and a restrictive entry is cut out of the RAM that it covers, so that nobody
 * uses it as such. The map must be sanitised again before use.
 */
bool e820_add_compacting(struct e820_map *map, u64 addr, u64 size, u32 type);

/*
 * Give what is of old_type in [start, start + size) the type new_type. The map
 * must be sanitised and stays so. A range beyond 2^64 ends there. Returns the
 * bytes changed (0 too if all 2^64 are). If cutting an entry needs more than
 * E820_MAX, the piece beside the range that has no room is dropped, with a
 * message.
 */
u64 e820_range_update(struct e820_map *map, u64 start, u64 size, u32 old_type,
                      u32 new_type);

/* Likewise, but remove it; of any type if check_type is false. */
u64 e820_range_remove(struct e820_map *map, u64 start, u64 size, u32 old_type,
                      bool check_type);

/*
 * One past the last frame that is RAM in full and lies below limit_pfn; 0 if
 * there is none. The map must be sanitised, for this and all that follow.
 */
unsigned long e820_end_of_ram_pfn(const struct e820_map *map, unsigned long limit_pfn);

/* Bytes of RAM at and above the frame limit_pfn. */
u64 e820_ram_above(const struct e820_map *map, unsigned long limit_pfn);

/* Bytes of RAM in all, partial pages included. */
u64 e820_ram_bytes(const struct e820_map *map);

/* Is all of [start, end) of that type? An empty range is. */
bool e820_all_of_type(const struct e820_map *map, u64 start, u64 end, u32 type);

/*
 * RAM in whole pages, below limit_pfn, lowest first: finds the first range
 * [*start_pfn, *end_pfn) at or after entry *i, not empty, and sets *i behind it.
 * false: no more.
 *
 *	unsigned int i;
 *	unsigned long start, end;
 *
 *	for_each_ram_range(&e820, MAX_ARCH_PFN, i, start, end)
 *		reserve(start, end);
 */
bool e820_next_ram(const struct e820_map *map, unsigned long limit_pfn, unsigned int *i,
                   unsigned long *start_pfn, unsigned long *end_pfn);

#define for_each_ram_range(map, limit_pfn, i, start_pfn, end_pfn)                      \
	for ((i) = 0; e820_next_ram(map, limit_pfn, &(i), &(start_pfn), &(end_pfn));)

/* ---- The map for people (e820_print.c) ---- */

/* The name of a type in /proc/iomem, "System RAM"; and in the boot log, "usable"
 * or, for a number without a word, "type 20": put into buf and returned. */
#define E820_WORD_MAX 24
const char *e820_type_name(u32 type);
const char *e820_type_word(u32 type, char *buf, size_t size);

/* An e820_fate_fn that prints a warning: the first few in full, then counts.
 * e820_fates_done() prints what was counted only, and starts anew. */
void e820_print_fate(const struct e820_entry *entry, enum e820_fate fate);
void e820_fates_done(void);

/* Print the map in Linux's format, one line an entry, `who` in front:
 * "BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable". */
void e820_print(const struct e820_map *map, const char *who);

/* Violations of "sorted, no overlap, no empty or wrapping entry, neighbours of
 * one type joined", each printed. 0: the map is sound. */
unsigned int e820_check(const struct e820_map *map);

/* ---- The machine's map through the boot (e820_boot.c) ---- */

struct boot_info;

/*
 * Fill `e820` from what the loader gave and print it as Linux does; without a
 * map, or with one that holds no RAM, fall back to the basic memory sizes, and
 * without those panic, saying what was missing. Before parse_params(), whose
 * mem= and memmap= change the map.
 */
void e820_setup(const struct boot_info *boot);

/*
 * After parse_params(): print the map if parameters changed it; if they left no
 * whole page of RAM, say so and return to the firmware's. Then take the first
 * page (the BIOS's data) and the ROM area below 1 MiB out of the RAM, with
 * Linux's messages.
 */
void e820_finish(void);

/* Make sure that [start, end), physical, is RAM: the kernel lies there. Says so
 * if the map had it otherwise. After e820_finish(). */
void e820_add_kernel_range(phys_addr_t start, phys_addr_t end);

/* As above on `e820`, with Linux's line: "e820: update [mem ...] usable ==>
 * reserved", "e820: remove [mem ...] usable". */
u64 e820_update(u64 start, u64 size, u32 old_type, u32 new_type);
u64 e820_remove(u64 start, u64 size, u32 old_type, bool check_type);

/* e820_end_of_ram_pfn() of `e820`, printed as Linux does; says how much RAM
 * lies above the limit and is ignored. */
unsigned long e820_last_pfn(unsigned long limit_pfn);

/* What mem= and memmap= mean, applied to a map: 0, or -EINVAL and the map is
 * unchanged. memmap is one element, without a comma. */
int e820_apply_mem(struct e820_map *map, const char *value);
int e820_apply_memmap(struct e820_map *map, const char *element);

/* ---- The map in the resource tree (resource.c) ---- */

/* Physical bounds of the kernel's sections, each [start, end). */
struct kernel_sections {
	phys_addr_t text, text_end;
	phys_addr_t rodata, rodata_end;
	phys_addr_t data, data_end;
	phys_addr_t bss, bss_end;
};

struct resource;

/*
 * The early half: RAM and whatever keeps its place (all but Reserved above
 * 1 MiB), the kernel's sections, the Video RAM area. After the ROM scan, so
 * that "System ROM" comes to lie under "Reserved", and before PCI.
 */
void e820_reserve_resources(const struct e820_map *map, struct resource *root,
                            const struct kernel_sections *kernel);

/*
 * The late half, after the PCI devices' own ranges are in: Reserved above
 * 1 MiB, widened where it cuts into something, and "RAM buffer": from the end
 * of each RAM range to the next 64 KiB (below 1 MiB), 1 MiB (below 16 MiB) or
 * 64 MiB boundary, where nothing else lies. Before IOAPIC, HPET, Local APIC.
 */
void e820_reserve_resources_late(const struct e820_map *map, struct resource *root);

#endif
