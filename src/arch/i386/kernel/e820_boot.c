/*
 * The machine's memory map on its way through the boot: taken from the boot
 * information, sanitised, printed, changed by mem= and memmap=, and cleared of
 * the BIOS's own areas below 1 MiB.
 *
 * The order and the lines are those of Linux 6.1. Different here: a parameter
 * takes effect on the sanitised map at once, so the order of sanitising cannot
 * matter; a malformed element of memmap= changes nothing at all; and a map that
 * parameters have left without RAM is given up for the firmware's.
 *
 * Invariant: between any two calls from outside, `e820` is sanitised.
 */
#include <asm/boot_info.h>
#include <asm/e820.h>
#include <asm/page.h>
#include <lib/bug.h>
#include <lib/errno.h>
#include <lib/kstrtox.h>
#include <lib/params.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <lib/util.h>
#include <lib/vsprintf.h>

#define KIB_SHIFT 10
/* Longer than any element of memmap= can be. */
#define MEMMAP_ELEMENT_MAX 96
/* Conventional memory ends here at the latest: the video RAM follows. */
#define MEM_LOWER_MAX_KIB (VIDEO_RAM_START >> KIB_SHIFT)
/* Below 4 GiB there is always a ROM, so the first hole is below it. */
#define MEM_UPPER_MAX_KIB ((u32)((GiB(4) - MiB(1)) >> KIB_SHIFT))

struct e820_map e820;
struct e820_map e820_firmware;

/* Parameters have changed `e820`. */
static bool user_defined;

/* "[mem 0x000a0000-0x000fffff]", the range of an action, and what it does. */
static void print_action(const char *what, u64 start, u64 size, const char *types)
{
	pr_info("e820: %s [mem 0x%08llx-0x%08llx]%s\n", what, start, start + size - 1,
	        types);
}

u64 e820_update(u64 start, u64 size, u32 old_type, u32 new_type)
{
	char types[2 * E820_WORD_MAX + 8], old[E820_WORD_MAX], new[E820_WORD_MAX];

	snprintf(types, sizeof(types), " %s ==> %s",
	         e820_type_word(old_type, old, sizeof(old)),
	         e820_type_word(new_type, new, sizeof(new)));
	print_action("update", start, size, types);
	return e820_range_update(&e820, start, size, old_type, new_type);
}

u64 e820_remove(u64 start, u64 size, u32 old_type, bool check_type)
{
	char types[E820_WORD_MAX + 1] = "";

	if (check_type) {
		types[0] = ' ';
		e820_type_word(old_type, types + 1, sizeof(types) - 1);
	}
	print_action("remove", start, size, types);
	return e820_range_remove(&e820, start, size, old_type, check_type);
}

static bool map_has_ram(const struct e820_map *map)
{
	unsigned long start, end;
	unsigned int i = 0;

	return e820_next_ram(map, MAX_ARCH_PFN, &i, &start, &end);
}

static u32 limit_basic(const char *what, u32 kib, u32 max_kib)
{
	if (kib <= max_kib)
		return kib;
	pr_warn("e820: basic memory information claims %u KiB of RAM %s: "
	        "%u KiB are believed\n",
	        kib, what, max_kib);
	return max_kib;
}

/* The oldest form of a memory map: two sizes (INT 15h, AH = 88h and E801h). */
static void map_from_basic(const struct boot_info *boot)
{
	u64 lower = limit_basic("below 1 MiB", boot->mem_lower_kb, MEM_LOWER_MAX_KIB);
	u64 upper = limit_basic("above 1 MiB", boot->mem_upper_kb, MEM_UPPER_MAX_KIB);

	e820.nr = 0;
	e820_add(&e820, 0, lower << KIB_SHIFT, E820_RAM);
	e820_add(&e820, BIOS_END, upper << KIB_SHIFT, E820_RAM);
	e820_sanitize(&e820, NULL);
}

void e820_setup(const struct boot_info *boot)
{
	const char *who = "BIOS-e820";

	memcpy(&e820, &boot->map, sizeof(e820));
	if (boot->dropped_entries)
		pr_warn("e820: the firmware's map has %u entries more than the %u that "
		        "fit: dropped\n",
		        boot->dropped_entries, E820_MAX);
	e820_sanitize(&e820, e820_print_fate);
	e820_fates_done();
	if (!map_has_ram(&e820) && boot->has_basic) {
		pr_warn("e820: the boot loader gave no memory map%s: falling back to "
		        "its basic memory information\n",
		        boot->has_map ? " with RAM in it" : "");
		map_from_basic(boot);
		who = "BIOS-88";
	}
	pr_info("BIOS-provided physical RAM map:\n");
	e820_print(&e820, who);
	if (!map_has_ram(&e820))
		panic("No memory: the boot loader gave %s and %s",
		      boot->has_map ? "a memory map without RAM" : "no memory map",
		      boot->has_basic ? "basic memory sizes of nothing"
		                      : "no basic memory sizes");
	memcpy(&e820_firmware, &e820, sizeof(e820));
	user_defined = false;
}

/* mem= and an element of memmap= that is a size alone: no RAM from there on. The
 * range is printed as Linux's, which leaves the last byte of all out. */
static void limit_ram(struct e820_map *map, u64 size)
{
	print_action("remove", size, UINT64_MAX - size, " usable");
	e820_range_remove(map, size, UINT64_MAX - size, E820_RAM, true);
}

int e820_apply_mem(struct e820_map *map, const char *value)
{
	u64 size;

	if (!parse_size(value, &size) || !size)
		return -EINVAL;
	limit_ram(map, size);
	return 0;
}

/* The type that the sign between size and start stands for, or 0. */
static u32 type_of_sign(char sign)
{
	switch (sign) {
	case '@':
		return E820_RAM;
	case '#':
		return E820_ACPI;
	case '$':
		return E820_RESERVED;
	default:
		return 0;
	}
}

int e820_apply_memmap(struct e820_map *map, const char *element)
{
	struct e820_entry entry;
	const char *sign;

	if (!strcmp(element, "exactmap")) {
		map->nr = 0;
		return 0;
	}
	if (!memparse_checked(element, &entry.size, &sign) || !entry.size)
		return -EINVAL;
	if (!*sign) {
		limit_ram(map, entry.size);
		return 0;
	}
	entry.type = type_of_sign(*sign);
	if (!entry.type || !parse_size(sign + 1, &entry.addr) ||
	    e820_last(&entry) < entry.addr)
		return -EINVAL;
	if (!e820_add_compacting(map, entry.addr, entry.size, entry.type))
		e820_print_fate(&entry, E820_NO_ROOM);
	e820_sanitize(map, e820_print_fate);
	e820_fates_done();
	return 0;
}

static int mem_param(const char *value)
{
	int err = e820_apply_mem(&e820, value);

	user_defined |= !err;
	return err;
}
early_param("mem", mem_param, "mem=SIZE[KMG], where RAM is to end");

static void memmap_element(const char *element)
{
	if (!e820_apply_memmap(&e820, element)) {
		user_defined = true;
		return;
	}
	pr_warn(
	    "Boot parameter memmap=: \"%s\" ignored: expected SIZE[KMG]@START (RAM), "
	    "SIZE#START (ACPI data), SIZE$START (reserved), SIZE (where RAM is to "
	    "end) or exactmap\n",
	    element);
}

/* A comma list: each element stands for itself, so a malformed one is reported
 * here and takes no other with it. */
static int memmap_param(const char *value)
{
	char element[MEMMAP_ELEMENT_MAX];
	size_t len;

	if (!value)
		return -EINVAL;
	for (;; value += len + 1) {
		len = strcspn(value, ",");
		strlcpy(element, value, min(len + 1, sizeof(element)));
		memmap_element(element);
		if (!value[len])
			return 0;
	}
}
early_param("memmap", memmap_param, "memmap=SIZE[KMG]@START, a comma list");

/* What the firmware lists as RAM below 1 MiB although it is its own. */
static void trim_bios_ranges(void)
{
	e820_update(0, PAGE_SIZE, E820_RAM, E820_RESERVED);
	e820_remove(VIDEO_RAM_START, BIOS_END - VIDEO_RAM_START, E820_RAM, true);
}

void e820_finish(void)
{
	if (user_defined) {
		pr_info("user-defined physical RAM map:\n");
		e820_print(&e820, "user");
	}
	trim_bios_ranges();
	if (!user_defined || map_has_ram(&e820))
		return;
	pr_warn("e820: mem= and memmap= leave no RAM: both ignored\n");
	memcpy(&e820, &e820_firmware, sizeof(e820));
	trim_bios_ranges();
}

void e820_add_kernel_range(phys_addr_t start, phys_addr_t end)
{
	if (e820_all_of_type(&e820, start, end, E820_RAM))
		return;
	pr_warn("e820: the kernel's own [mem 0x%08llx-0x%08llx] is not all RAM in the "
	        "map: taken as RAM\n",
	        start, end - 1);
	e820_range_remove(&e820, start, end - start, 0, false);
	if (!e820_add(&e820, start, end - start, E820_RAM))
		panic("e820: no room in the map for the kernel's own memory");
	e820_sanitize(&e820, e820_print_fate);
	e820_fates_done();
}

unsigned long e820_last_pfn(unsigned long limit_pfn)
{
	unsigned long last_pfn = e820_end_of_ram_pfn(&e820, limit_pfn);
	u64 ignored = e820_ram_above(&e820, limit_pfn);

	pr_info("last_pfn = 0x%lx max_arch_pfn = 0x%lx\n", last_pfn, limit_pfn);
	if (ignored)
		pr_warn("e820: %llu KiB of RAM at and above 0x%llx cannot be reached "
		        "and are ignored\n",
		        ignored >> KIB_SHIFT, PFN_PHYS(limit_pfn));
	return last_pfn;
}
