/*
 * The other boot allocator: what memory there is and what of it is in use, as two
 * sorted arrays of byte ranges. Unlike a bitmap it needs nothing from anybody to
 * begin with, costs as much for 64 GiB as for 16 MiB, and knows highmem. Free is
 * what is in `memory` and not in `reserved`; an allocation is the highest (or
 * lowest) place in a free range that is aligned, and one more reservation.
 *
 * The interface and its corner cases are those of Linux 6.1's mm/memblock.c; the
 * code is built otherwise. Adding a range fills the gaps between the regions that
 * are there; everything else makes its ends borders between regions and then
 * works on whole ones; both end by joining neighbours, where something changed
 * only. The iterators walk the regions of one list and the gaps of the other like
 * the merging of two sorted lists.
 *
 * Different from Linux 6.1:
 *   - One node. There is no physmem list and no deferred initialisation.
 *   - memblock_trim_memory() keeps total_size right.
 *   - memblock_mark_mirror() does not ask for kernelcore=mirror.
 *   - An array grows when new borders do not fit, not when two might not.
 *   - After memblock_free_all() allocating fails, with a warning: Linux passes
 *     the request on to slab. Handing over leaves HOTPLUG flags as they are.
 *
 * Invariants, which memblock_check() verifies for both lists:
 *   1. 1 <= cnt <= max; regions are sorted by base, none is empty or wraps, no
 *      two overlap. Without any region, cnt is 1 and regions[0] is all zeros.
 *   2. Two regions that touch differ in their flags; reserved ones have none.
 *   3. total_size is the sum of the regions' sizes.
 *   4. An array that has grown lies in memory that is reserved.
 */
#include <lib/bug.h>
#include <lib/errno.h>
#include <lib/params.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <lib/util.h>
#include <mm/memblock.h>
#include <mm/page_alloc.h>

#define memblock_dbg(fmt, ...)                                                         \
	do {                                                                           \
		if (memblock_debug)                                                    \
			pr_info(fmt, ##__VA_ARGS__);                                   \
	} while (0)

#define CALLER() __builtin_return_address(0)

/* [start, end) */
struct range {
	phys_addr_t start, end;
};

static struct memblock_region memory_init_regions[INIT_MEMBLOCK_MEMORY_REGIONS];
static struct memblock_region reserved_init_regions[INIT_MEMBLOCK_RESERVED_REGIONS];

struct memblock memblock = {
    .current_limit = MEMBLOCK_ALLOC_ANYWHERE,
    .memory = {.cnt = 1,
               .max = INIT_MEMBLOCK_MEMORY_REGIONS,
               .regions = memory_init_regions,
               .name = "memory"},
    .reserved = {.cnt = 1,
                 .max = INIT_MEMBLOCK_RESERVED_REGIONS,
                 .regions = reserved_init_regions,
                 .name = "reserved"},
};

/* What an empty list without an array shows. */
static struct memblock_region no_region;

bool memblock_debug;
/* Weak: Linux has it in another file, and a test program its own. */
__attribute__((weak)) bool movable_node_enabled;
static bool can_resize;
static bool has_mirror;

static int memblock_parameter(const char *value)
{
	if (!value || strcmp(value, "debug") != 0)
		return -EINVAL;
	memblock_debug = true;
	return 0;
}
early_param("memblock", memblock_parameter, "memblock=debug");

static int movable_node_parameter(const char *value)
{
	if (value)
		return -EINVAL;
	movable_node_enabled = true;
	return 0;
}
early_param("movable_node", movable_node_parameter,
            "movable_node, without a value: boot leaves HOTPLUG memory alone");

/* ---- Regions of a list ---- */

static phys_addr_t region_end(const struct memblock_region *region)
{
	return region->base + region->size;
}

static unsigned long nr_regions(const struct memblock_type *type)
{
	return type->regions[0].size ? type->cnt : 0;
}

static struct range range_of(phys_addr_t base, phys_addr_t size)
{
	return (struct range){base, base + min(size, PHYS_ADDR_MAX - base)};
}

static phys_addr_t array_bytes(unsigned long nr)
{
	return PAGE_ALIGN((phys_addr_t)nr * sizeof(struct memblock_region));
}

/* The first region that ends above addr; nr_regions() if none does. */
static unsigned long first_above(const struct memblock_type *type, phys_addr_t addr)
{
	unsigned long low = 0, high = nr_regions(type);

	while (low < high) {
		unsigned long middle = (low + high) / 2;

		if (region_end(&type->regions[middle]) > addr)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* Is addr inside a region, neither its first byte nor the one behind its last? */
static bool cuts_region(const struct memblock_type *type, phys_addr_t addr)
{
	unsigned long i = first_above(type, addr);

	return i < nr_regions(type) && type->regions[i].base < addr;
}

static void insert_region(struct memblock_type *type, unsigned long index,
                          phys_addr_t base, phys_addr_t size, enum memblock_flags flags)
{
	struct memblock_region *region = &type->regions[index];
	unsigned long nr = nr_regions(type);

	BUG_ON(nr >= type->max);
	memmove(region + 1, region, (nr - index) * sizeof(*region));
	*region = (struct memblock_region){base, size, flags};
	type->cnt = nr + 1;
	type->total_size += size;
}

/* Regions [first, end) go. */
static void remove_regions(struct memblock_type *type, unsigned long first,
                           unsigned long end)
{
	struct memblock_region *regions = type->regions;

	if (first >= end)
		return;
	for (unsigned long i = first; i < end; i++)
		type->total_size -= regions[i].size;
	memmove(&regions[first], &regions[end], (type->cnt - end) * sizeof(*regions));
	type->cnt -= end - first;
	if (!type->cnt) {
		type->cnt = 1;
		regions[0] = (struct memblock_region){0};
	}
}

/* Join neighbours that touch and are alike, among [first - 1, end]. */
static void merge_regions(struct memblock_type *type, unsigned long first,
                          unsigned long end)
{
	struct memblock_region *regions = type->regions;
	unsigned long i = first ? first - 1 : 0;

	end = min(end + 1, nr_regions(type));
	while (i + 1 < end) {
		struct memblock_region *next = &regions[i + 1];

		if (region_end(&regions[i]) != next->base ||
		    regions[i].flags != next->flags) {
			i++;
			continue;
		}
		regions[i].size += next->size;
		type->cnt--;
		end--;
		memmove(next, next + 1, (type->cnt - i - 1) * sizeof(*next));
	}
}

/* ---- Growing an array ---- */

/* A place for an array, clear of `taken`, which is about to be reserved. 0: none. */
static phys_addr_t find_array(phys_addr_t bytes, struct range taken)
{
	phys_addr_t limit = memblock.current_limit;
	phys_addr_t addr = memblock_find_in_range(taken.end, limit, bytes, PAGE_SIZE);

	if (!addr && taken.end)
		addr = memblock_find_in_range(0, min(taken.start, limit), bytes,
		                              PAGE_SIZE);
	return addr;
}

static int memblock_double_array(struct memblock_type *type, struct range taken)
{
	struct memblock_region *old = type->regions;
	bool has_grown = type->max > INIT_MEMBLOCK_REGIONS;
	phys_addr_t old_bytes = array_bytes(type->max);
	phys_addr_t bytes = array_bytes(type->max * 2);
	phys_addr_t addr;

	if (!can_resize || !memblock.current_limit)
		return -ENOMEM;
	/* Only a reservation and a new array can want the same memory. */
	if (type != &memblock.reserved)
		taken = (struct range){0, 0};
	addr = find_array(bytes, taken);
	if (!addr) {
		pr_err("memblock: Failed to double %s array from %lu to %lu entries!\n",
		       type->name, type->max, type->max * 2);
		return -ENOMEM;
	}
	memblock_dbg("memblock: %s is doubled to %lu at [%#018llx-%#018llx]\n",
	             type->name, type->max * 2, addr, addr + bytes - 1);
	if (type != &memblock.reserved && memblock_reserve(addr, bytes))
		return -ENOMEM;
	type->regions = memcpy(__va(addr), old, type->cnt * sizeof(*old));
	type->max *= 2;
	if (has_grown)
		memblock_phys_free(__pa(old), old_bytes);
	/* `reserved` has room for its own new array only now. */
	if (type == &memblock.reserved)
		BUG_ON(memblock_reserve(addr, bytes));
	return 0;
}

/* ---- Changing a list ---- */

/*
 * The first stretch of [*pos, end) that no region covers: from *pos, moved up, to
 * the result. *index is moved to the region behind it. 0: there is none.
 */
static phys_addr_t next_gap(const struct memblock_type *type, unsigned long *index,
                            phys_addr_t *pos, phys_addr_t end)
{
	unsigned long nr = nr_regions(type);

	for (; *index < nr && type->regions[*index].base <= *pos; ++*index)
		*pos = max(*pos, region_end(&type->regions[*index]));
	if (*pos >= end)
		return 0;
	return *index < nr ? min(end, type->regions[*index].base) : end;
}

static unsigned long count_gaps(const struct memblock_type *type, struct range range)
{
	unsigned long index = first_above(type, range.start), nr = 0;
	phys_addr_t pos = range.start, gap_end;

	for (; (gap_end = next_gap(type, &index, &pos, range.end)); pos = gap_end)
		nr++;
	return nr;
}

static void fill_gaps(struct memblock_type *type, struct range range,
                      enum memblock_flags flags)
{
	unsigned long first = first_above(type, range.start), index = first;
	phys_addr_t pos = range.start, gap_end;

	for (; (gap_end = next_gap(type, &index, &pos, range.end)); pos = gap_end)
		insert_region(type, index, pos, gap_end - pos, flags);
	merge_regions(type, first, index);
}

static int add_range(struct memblock_type *type, phys_addr_t base, phys_addr_t size,
                     enum memblock_flags flags)
{
	struct range range = range_of(base, size);
	unsigned long nr_gaps;

	for (;;) {
		/* Growing `reserved` adds a region to it. */
		nr_gaps = count_gaps(type, range);
		if (nr_regions(type) + nr_gaps <= type->max)
			break;
		if (memblock_double_array(type, range))
			return -ENOMEM;
	}
	if (nr_gaps)
		fill_gaps(type, range, flags);
	return 0;
}

/* Make addr a border between regions. Returns the first region at or above it. */
static unsigned long split_at(struct memblock_type *type, phys_addr_t addr)
{
	unsigned long i = first_above(type, addr);
	struct memblock_region *region = &type->regions[i];
	phys_addr_t rest;

	if (i == nr_regions(type) || region->base >= addr)
		return i;
	rest = region_end(region) - addr;
	region->size -= rest;
	type->total_size -= rest;
	insert_region(type, i + 1, addr, rest, region->flags);
	return i + 1;
}

/* Make both ends borders: what is in the range is regions [*first, *end) then. */
static int isolate_range(struct memblock_type *type, struct range range,
                         unsigned long *first, unsigned long *end)
{
	*first = *end = 0;
	if (range.start == range.end)
		return 0;
	while (nr_regions(type) + cuts_region(type, range.start) +
	           cuts_region(type, range.end) >
	       type->max)
		if (memblock_double_array(type, range))
			return -ENOMEM;
	*first = split_at(type, range.start);
	*end = split_at(type, range.end);
	return 0;
}

static int remove_range(struct memblock_type *type, phys_addr_t base, phys_addr_t size)
{
	unsigned long first, end;

	if (isolate_range(type, range_of(base, size), &first, &end))
		return -ENOMEM;
	remove_regions(type, first, end);
	return 0;
}

static int change_flag(phys_addr_t base, phys_addr_t size, enum memblock_flags flag,
                       bool set)
{
	struct memblock_type *type = &memblock.memory;
	unsigned long first, end;

	if (isolate_range(type, range_of(base, size), &first, &end))
		return -ENOMEM;
	for (unsigned long i = first; i < end; i++) {
		unsigned int flags = type->regions[i].flags & ~(unsigned int)flag;

		type->regions[i].flags = set ? flags | flag : flags;
	}
	merge_regions(type, first, end);
	return 0;
}

/* name: [first-last] caller */
static void say(const char *name, phys_addr_t base, phys_addr_t size, void *caller)
{
	memblock_dbg("%s: [%#018llx-%#018llx] %pS\n", name, base, base + size - 1,
	             caller);
}

int memblock_add_node(phys_addr_t base, phys_addr_t size, int nid,
                      enum memblock_flags flags)
{
	memblock_dbg("%s: [%#018llx-%#018llx] nid=%d flags=%x %pS\n", __func__, base,
	             base + size - 1, nid, flags, CALLER());
	return add_range(&memblock.memory, base, size, flags);
}

int memblock_add(phys_addr_t base, phys_addr_t size)
{
	say(__func__, base, size, CALLER());
	return add_range(&memblock.memory, base, size, MEMBLOCK_NONE);
}

int memblock_remove(phys_addr_t base, phys_addr_t size)
{
	say(__func__, base, size, CALLER());
	return remove_range(&memblock.memory, base, size);
}

int memblock_reserve(phys_addr_t base, phys_addr_t size)
{
	say(__func__, base, size, CALLER());
	return add_range(&memblock.reserved, base, size, MEMBLOCK_NONE);
}

int memblock_phys_free(phys_addr_t base, phys_addr_t size)
{
	say(__func__, base, size, CALLER());
	return remove_range(&memblock.reserved, base, size);
}

void memblock_free(void *ptr, size_t size)
{
	if (ptr)
		memblock_phys_free(__pa(ptr), size);
}

void memblock_allow_resize(void)
{
	can_resize = true;
}

int memblock_mark_hotplug(phys_addr_t base, phys_addr_t size)
{
	return change_flag(base, size, MEMBLOCK_HOTPLUG, true);
}

int memblock_clear_hotplug(phys_addr_t base, phys_addr_t size)
{
	return change_flag(base, size, MEMBLOCK_HOTPLUG, false);
}

int memblock_mark_mirror(phys_addr_t base, phys_addr_t size)
{
	has_mirror = true;
	return change_flag(base, size, MEMBLOCK_MIRROR, true);
}

int memblock_mark_nomap(phys_addr_t base, phys_addr_t size)
{
	return change_flag(base, size, MEMBLOCK_NOMAP, true);
}

int memblock_clear_nomap(phys_addr_t base, phys_addr_t size)
{
	return change_flag(base, size, MEMBLOCK_NOMAP, false);
}

bool memblock_has_mirror(void)
{
	return has_mirror;
}

void memblock_trim_memory(phys_addr_t align)
{
	struct memblock_type *type = &memblock.memory;

	for (unsigned long i = nr_regions(type); i-- > 0;) {
		struct memblock_region *region = &type->regions[i];
		phys_addr_t start = ALIGN(region->base, align);
		phys_addr_t end = ALIGN_DOWN(region_end(region), align);

		/* A start that wraps: no multiple lies above the base. */
		if (start < region->base || start >= end) {
			remove_regions(type, i, i + 1);
			continue;
		}
		type->total_size -= region->size - (end - start);
		region->base = start;
		region->size = end - start;
	}
}

/* The address below which `limit` bytes of memory lie; PHYS_ADDR_MAX if there are
 * no more than that. */
static phys_addr_t address_of_limit(phys_addr_t limit)
{
	const struct memblock_region *region;

	for_each_mem_region (region) {
		if (limit <= region->size)
			return region->base + limit;
		limit -= region->size;
	}
	return PHYS_ADDR_MAX;
}

void memblock_enforce_memory_limit(phys_addr_t limit)
{
	phys_addr_t end = limit ? address_of_limit(limit) : PHYS_ADDR_MAX;

	if (end == PHYS_ADDR_MAX)
		return;
	remove_range(&memblock.memory, end, PHYS_ADDR_MAX);
	remove_range(&memblock.reserved, end, PHYS_ADDR_MAX);
}

/* Remove those of the regions [first, end) that are in the direct map. */
static void remove_mapped(unsigned long first, unsigned long end)
{
	struct memblock_type *type = &memblock.memory;

	for (unsigned long i = end; i-- > first;)
		if (!memblock_is_nomap(&type->regions[i]))
			remove_regions(type, i, i + 1);
}

void memblock_cap_memory_range(phys_addr_t base, phys_addr_t size)
{
	struct memblock_type *type = &memblock.memory;
	struct range range = range_of(base, size);
	unsigned long first, end;

	if (!size)
		return;
	if (!nr_regions(type)) {
		pr_warn("memblock: no memory to cap yet\n");
		return;
	}
	if (isolate_range(type, range, &first, &end))
		return;
	remove_mapped(end, nr_regions(type));
	remove_mapped(0, first);
	merge_regions(type, 0, nr_regions(type));
	remove_range(&memblock.reserved, 0, range.start);
	remove_range(&memblock.reserved, range.end, PHYS_ADDR_MAX);
}

void memblock_mem_limit_remove_map(phys_addr_t limit)
{
	phys_addr_t end = limit ? address_of_limit(limit) : PHYS_ADDR_MAX;

	if (end != PHYS_ADDR_MAX)
		memblock_cap_memory_range(0, end);
}

void memblock_set_current_limit(phys_addr_t limit)
{
	memblock.current_limit = limit;
}

phys_addr_t memblock_get_current_limit(void)
{
	return memblock.current_limit;
}

/* ---- Iteration ---- */

/* Is the iteration to pass over this region? Reservations are all alike. */
static bool is_passed_over(const struct memblock_type *type,
                           struct memblock_region *region, int nid,
                           enum memblock_flags flags)
{
	if (type != &memblock.memory)
		return false;
	if (nid != NUMA_NO_NODE && nid != memblock_get_region_node(region))
		return true;
	if (movable_node_enabled && memblock_is_hotpluggable(region) &&
	    !(flags & MEMBLOCK_HOTPLUG))
		return true;
	if ((flags & MEMBLOCK_MIRROR) && !memblock_is_mirror(region))
		return true;
	if (memblock_is_nomap(region) && !(flags & MEMBLOCK_NOMAP))
		return true;
	return memblock_is_driver_managed(region) && !(flags & MEMBLOCK_DRIVER_MANAGED);
}

/* How many gaps a list has, before, between and behind its regions. */
static u32 nr_gaps(const struct memblock_type *type)
{
	return type ? (u32)nr_regions(type) + 1 : 1;
}

static struct range gap_of(const struct memblock_type *type, u32 index)
{
	struct range gap = {0, PHYS_ADDR_MAX};

	if (index > 0)
		gap.start = region_end(&type->regions[index - 1]);
	if (index + 1 < nr_gaps(type))
		gap.end = type->regions[index].base;
	return gap;
}

/* Where an iteration stands: at region a of one list and gap b of the other. */
static u64 pack(u32 a, u32 b)
{
	return (u64)b << 32 | a;
}

/* What a region and a gap have in common. false: nothing. */
static bool common_range(struct memblock_region *region, struct range gap,
                         phys_addr_t *out_start, phys_addr_t *out_end, int *out_nid)
{
	phys_addr_t start = max(region->base, gap.start);
	phys_addr_t end = min(region_end(region), gap.end);

	if (start >= end)
		return false;
	if (out_start)
		*out_start = start;
	if (out_end)
		*out_end = end;
	if (out_nid)
		*out_nid = memblock_get_region_node(region);
	return true;
}

void __next_mem_range(u64 *idx, int nid, enum memblock_flags flags,
                      struct memblock_type *type_a, struct memblock_type *type_b,
                      phys_addr_t *out_start, phys_addr_t *out_end, int *out_nid)
{
	u32 a = (u32)*idx, b = (u32)(*idx >> 32);

	while (a < nr_regions(type_a) && b < nr_gaps(type_b)) {
		struct memblock_region *region = &type_a->regions[a];
		struct range gap = gap_of(type_b, b);

		if (region_end(region) <= gap.end)
			a++;
		else
			b++;
		*idx = pack(a, b);
		if (!is_passed_over(type_a, region, nid, flags) &&
		    common_range(region, gap, out_start, out_end, out_nid))
			return;
	}
	*idx = MEMBLOCK_NO_MORE;
}

/* The same from the other end: a and b count what is left. */
void __next_mem_range_rev(u64 *idx, int nid, enum memblock_flags flags,
                          struct memblock_type *type_a, struct memblock_type *type_b,
                          phys_addr_t *out_start, phys_addr_t *out_end, int *out_nid)
{
	bool begin = *idx == MEMBLOCK_NO_MORE;
	u32 a = begin ? (u32)nr_regions(type_a) : (u32)*idx;
	u32 b = begin ? nr_gaps(type_b) : (u32)(*idx >> 32);

	while (a > 0 && b > 0) {
		struct memblock_region *region = &type_a->regions[a - 1];
		struct range gap = gap_of(type_b, b - 1);

		if (region->base >= gap.start)
			a--;
		else
			b--;
		*idx = pack(a, b);
		if (!is_passed_over(type_a, region, nid, flags) &&
		    common_range(region, gap, out_start, out_end, out_nid))
			return;
	}
	*idx = MEMBLOCK_NO_MORE;
}

void __next_mem_pfn_range(int *idx, int nid, unsigned long *out_start_pfn,
                          unsigned long *out_end_pfn, int *out_nid)
{
	while (++*idx < (int)nr_regions(&memblock.memory)) {
		const struct memblock_region *region = &memblock.memory.regions[*idx];
		unsigned long start = memblock_region_memory_base_pfn(region);
		unsigned long end = memblock_region_memory_end_pfn(region);

		if (nid != NUMA_NO_NODE && nid != MAX_NUMNODES &&
		    nid != memblock_get_region_node(region))
			continue;
		if (start >= end)
			continue;
		if (out_start_pfn)
			*out_start_pfn = start;
		if (out_end_pfn)
			*out_end_pfn = end;
		if (out_nid)
			*out_nid = memblock_get_region_node(region);
		return;
	}
	*idx = -1;
}

/* ---- Allocating ---- */

/* The place for `size` bytes in what `free` and `bounds` share; 0: none. */
static phys_addr_t place_in(struct range free, struct range bounds, phys_addr_t size,
                            phys_addr_t align)
{
	phys_addr_t start = max(free.start, bounds.start);
	phys_addr_t end = min(free.end, bounds.end);
	phys_addr_t addr;

	if (end < start || end - start < size)
		return 0;
	if (!memblock.bottom_up) {
		addr = ALIGN_DOWN(end - size, align);
		return addr >= start ? addr : 0;
	}
	addr = ALIGN(start, align);
	return addr >= start && addr < end && end - addr >= size ? addr : 0;
}

phys_addr_t memblock_find_in_range_node(phys_addr_t size, phys_addr_t align,
                                        phys_addr_t start, phys_addr_t end, int nid,
                                        enum memblock_flags flags)
{
	bool up = memblock.bottom_up;
	struct range bounds = {max_t(phys_addr_t, start, PAGE_SIZE), end};
	struct range free;
	phys_addr_t addr;
	u64 i = up ? 0 : MEMBLOCK_NO_MORE;

	BUG_ON(!is_power_of_2(align));
	if (end == MEMBLOCK_ALLOC_ACCESSIBLE || end == MEMBLOCK_ALLOC_NOLEAKTRACE)
		bounds.end = memblock.current_limit;
	do {
		(up ? __next_mem_range : __next_mem_range_rev)(
		    &i, nid, flags, &memblock.memory, &memblock.reserved, &free.start,
		    &free.end, NULL);
		if (i == MEMBLOCK_NO_MORE)
			return 0;
		addr = place_in(free, bounds, size, align);
	} while (!addr);
	return addr;
}

/* Mirrored memory if there is any, else whatever there is. */
static phys_addr_t find_preferred(phys_addr_t size, phys_addr_t align,
                                  phys_addr_t start, phys_addr_t end, int nid)
{
	phys_addr_t addr;

	if (has_mirror) {
		addr = memblock_find_in_range_node(size, align, start, end, nid,
		                                   MEMBLOCK_MIRROR);
		if (addr)
			return addr;
		memblock_dbg("Could not allocate %pa bytes of mirrored memory\n",
		             &size);
	}
	return memblock_find_in_range_node(size, align, start, end, nid, MEMBLOCK_NONE);
}

phys_addr_t memblock_find_in_range(phys_addr_t start, phys_addr_t end, phys_addr_t size,
                                   phys_addr_t align)
{
	return find_preferred(size, align, start, end, NUMA_NO_NODE);
}

phys_addr_t memblock_alloc_range_nid(phys_addr_t size, phys_addr_t align,
                                     phys_addr_t start, phys_addr_t end, int nid,
                                     bool exact_nid)
{
	phys_addr_t addr;

	if (WARN_ON(!memblock.current_limit))
		return 0;
	if (WARN_ON(nid == MAX_NUMNODES))
		nid = NUMA_NO_NODE;
	if (WARN_ON(!align))
		align = SMP_CACHE_BYTES;
	addr = find_preferred(size, align, start, end, nid);
	if (!addr && nid != NUMA_NO_NODE && !exact_nid)
		addr = find_preferred(size, align, start, end, NUMA_NO_NODE);
	if (!addr || memblock_reserve(addr, size))
		return 0;
	return addr;
}

phys_addr_t memblock_phys_alloc_range(phys_addr_t size, phys_addr_t align,
                                      phys_addr_t start, phys_addr_t end)
{
	memblock_dbg("%s: %llu bytes align=%#llx from=%pa max_addr=%pa %pS\n", __func__,
	             size, align, &start, &end, CALLER());
	return memblock_alloc_range_nid(size, align, start, end, NUMA_NO_NODE, false);
}

phys_addr_t memblock_phys_alloc_try_nid(phys_addr_t size, phys_addr_t align, int nid)
{
	return memblock_alloc_range_nid(size, align, 0, MEMBLOCK_ALLOC_ACCESSIBLE, nid,
	                                false);
}

/* In the direct map; without min_addr if that is in the way. */
static void *alloc_mapped(phys_addr_t size, phys_addr_t align, struct range bounds,
                          int nid, bool exact_nid)
{
	phys_addr_t end = min(bounds.end, memblock.current_limit);
	phys_addr_t addr =
	    memblock_alloc_range_nid(size, align, bounds.start, end, nid, exact_nid);

	if (!addr && bounds.start)
		addr = memblock_alloc_range_nid(size, align, 0, end, nid, exact_nid);
	return addr ? __va(addr) : NULL;
}

static void say_alloc(const char *name, phys_addr_t size, phys_addr_t align,
                      struct range bounds, int nid, void *caller)
{
	memblock_dbg("%s: %llu bytes align=%#llx nid=%d from=%pa max_addr=%pa %pS\n",
	             name, size, align, nid, &bounds.start, &bounds.end, caller);
}

void *memblock_alloc_exact_nid_raw(phys_addr_t size, phys_addr_t align,
                                   phys_addr_t min_addr, phys_addr_t max_addr, int nid)
{
	struct range bounds = {min_addr, max_addr};

	say_alloc(__func__, size, align, bounds, nid, CALLER());
	return alloc_mapped(size, align, bounds, nid, true);
}

void *memblock_alloc_try_nid_raw(phys_addr_t size, phys_addr_t align,
                                 phys_addr_t min_addr, phys_addr_t max_addr, int nid)
{
	struct range bounds = {min_addr, max_addr};

	say_alloc(__func__, size, align, bounds, nid, CALLER());
	return alloc_mapped(size, align, bounds, nid, false);
}

void *memblock_alloc_try_nid(phys_addr_t size, phys_addr_t align, phys_addr_t min_addr,
                             phys_addr_t max_addr, int nid)
{
	struct range bounds = {min_addr, max_addr};
	void *ptr;

	say_alloc(__func__, size, align, bounds, nid, CALLER());
	ptr = alloc_mapped(size, align, bounds, nid, false);
	return ptr ? memset(ptr, 0, (size_t)size) : NULL;
}

/* ---- Questions ---- */

/* The region with that byte, or NULL. */
static struct memblock_region *region_at(struct memblock_type *type, phys_addr_t addr)
{
	unsigned long i = first_above(type, addr);

	if (i == nr_regions(type) || type->regions[i].base > addr)
		return NULL;
	return &type->regions[i];
}

bool memblock_is_memory(phys_addr_t addr)
{
	return region_at(&memblock.memory, addr);
}

bool memblock_is_reserved(phys_addr_t addr)
{
	return region_at(&memblock.reserved, addr);
}

bool memblock_is_map_memory(phys_addr_t addr)
{
	struct memblock_region *region = region_at(&memblock.memory, addr);

	return region && !memblock_is_nomap(region);
}

bool memblock_is_region_memory(phys_addr_t base, phys_addr_t size)
{
	const struct memblock_region *region = region_at(&memblock.memory, base);

	return region && region_end(region) >= range_of(base, size).end;
}

bool memblock_is_region_reserved(phys_addr_t base, phys_addr_t size)
{
	return memblock_overlaps_region(&memblock.reserved, base, size);
}

bool memblock_addrs_overlap(phys_addr_t base1, phys_addr_t size1, phys_addr_t base2,
                            phys_addr_t size2)
{
	return base1 < range_of(base2, size2).end && base2 < range_of(base1, size1).end;
}

bool memblock_overlaps_region(struct memblock_type *type, phys_addr_t base,
                              phys_addr_t size)
{
	unsigned long i = first_above(type, base);

	return i < nr_regions(type) && type->regions[i].base < range_of(base, size).end;
}

phys_addr_t memblock_phys_mem_size(void)
{
	return memblock.memory.total_size;
}

phys_addr_t memblock_reserved_size(void)
{
	return memblock.reserved.total_size;
}

phys_addr_t memblock_start_of_DRAM(void)
{
	return memblock.memory.regions[0].base;
}

phys_addr_t memblock_end_of_DRAM(void)
{
	return region_end(&memblock.memory.regions[memblock.memory.cnt - 1]);
}

/* ---- The end of the boot ---- */

unsigned long memblock_release_all(memblock_release_t release)
{
	phys_addr_t start, end, limit = memblock.current_limit;
	unsigned long released = 0;
	u64 i;

	BUG_ON(!limit);
	/* Whatever was kept from the boot is the page allocator's all the same. */
	for_each_free_mem_range (i, NUMA_NO_NODE, MEMBLOCK_HOTPLUG, &start, &end,
	                         NULL) {
		unsigned long start_pfn = PFN_UP(start);
		unsigned long end_pfn = PFN_DOWN(min(end, limit));

		if (start_pfn < end_pfn)
			released += release(start_pfn, end_pfn);
	}
	memblock.current_limit = 0;
	return released;
}

unsigned long memblock_free_all(void)
{
	return memblock_release_all(free_reserved_range);
}

/* Empty a list for good. Returns the pages of its array if that had grown. */
static unsigned long release_array(struct memblock_type *type,
                                   memblock_release_t release)
{
	unsigned long start_pfn = PFN_DOWN(__pa(type->regions));
	unsigned long end_pfn = start_pfn + PFN_DOWN(array_bytes(type->max));
	bool has_grown = type->max > INIT_MEMBLOCK_REGIONS;

	*type =
	    (struct memblock_type){.cnt = 1, .regions = &no_region, .name = type->name};
	return has_grown ? release(start_pfn, end_pfn) : 0;
}

unsigned long memblock_release_arrays(memblock_release_t release)
{
	BUG_ON(memblock.current_limit);
	return release_array(&memblock.memory, release) +
	       release_array(&memblock.reserved, release);
}

unsigned long memblock_discard(void)
{
	return memblock_release_arrays(free_reserved_range);
}

static void dump_type(const struct memblock_type *type)
{
	pr_info(" %s.cnt  = 0x%lx\n", type->name, type->cnt);
	for (unsigned long i = 0; i < type->cnt; i++) {
		const struct memblock_region *region = &type->regions[i];

		pr_info(" %s[0x%lx]\t[%#018llx-%#018llx], %#018llx bytes flags: 0x%x\n",
		        type->name, i, region->base, region_end(region) - 1,
		        region->size, region->flags);
	}
}

void memblock_dump_all(void)
{
	if (!memblock_debug)
		return;
	pr_info("MEMBLOCK configuration:\n");
	pr_info(" memory size = %pa reserved size = %pa\n", &memblock.memory.total_size,
	        &memblock.reserved.total_size);
	dump_type(&memblock.memory);
	dump_type(&memblock.reserved);
}

/* ---- The checker ---- */

static unsigned int violated(bool violation, const struct memblock_type *type,
                             unsigned long index, const char *what)
{
	if (violation)
		pr_err("memblock_check: %s[%lu] %s\n", type->name, index, what);
	return violation;
}

static unsigned int check_region(const struct memblock_type *type, unsigned long i)
{
	const struct memblock_region *region = &type->regions[i];
	const struct memblock_region *next = i + 1 < type->cnt ? region + 1 : NULL;
	unsigned int nr;

	nr =
	    violated(!region->size, type, i, "is empty") +
	    violated(region_end(region) < region->base, type, i, "wraps") +
	    violated(type == &memblock.reserved && region->flags, type, i, "has flags");
	if (!next)
		return nr;
	return nr +
	       violated(next->base < region_end(region), type, i,
	                "overlaps the next, or is not below it") +
	       violated(next->base == region_end(region) &&
	                    next->flags == region->flags,
	                type, i, "should have been joined with the next");
}

static unsigned int check_type(struct memblock_type *type)
{
	const struct memblock_region *first = &type->regions[0];
	phys_addr_t bytes = array_bytes(type->max), sum = 0;
	unsigned int nr = 0;

	if (type->cnt == 1 && !first->size)
		return violated(first->base || first->flags || type->total_size, type,
		                0, "is no region, but not all zeros");
	if (violated(type->cnt < 1 || type->cnt > type->max, type, type->cnt,
	             "is the end, beyond the array's"))
		return 1;
	for (unsigned long i = 0; i < type->cnt; i++) {
		sum += type->regions[i].size;
		nr += check_region(type, i);
	}
	nr += violated(sum != type->total_size, type, type->cnt,
	               "is the end, and total_size is not the sum");
	if (type->max > INIT_MEMBLOCK_REGIONS)
		nr += violated(
		    count_gaps(&memblock.reserved, range_of(__pa(first), bytes)), type,
		    0, "is in an array that is not reserved");
	return nr;
}

unsigned int memblock_check(void)
{
	return check_type(&memblock.memory) + check_type(&memblock.reserved);
}
