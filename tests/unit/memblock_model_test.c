/*
 * memblock against a model that knows every unit of a small address space by
 * itself: what kind of memory it is, and whether it is reserved. The model's
 * lists are made anew from the units after every operation; it allocates by
 * trying every address.
 */
#include "memblock_world.h"

#include <lib/string.h>
#include <lib/util.h>

#define NR_UNITS 120 /* never more than 128 regions, borders included */
#define NO_RAM   0xff
#define STEPS    4000
#define NR_RUNS  5

/* Where unit 0 lies and how large a unit is. */
static const struct {
	phys_addr_t base, unit;
} spaces[NR_RUNS] = {
    {0, 256}, /* with the first page, never given out */
    {0x10000000, 4096},
    {0xffff8000ULL, 1024},             /* across 4 GiB */
    {0xff0000000ULL, 1 << 21},         /* up to 64 GiB and above */
    {PHYS_ADDR_MAX - NR_UNITS + 1, 1}, /* the last bytes */
};

static phys_addr_t base, unit;

static struct {
	u8 flags[NR_UNITS]; /* or NO_RAM */
	bool reserved[NR_UNITS];
	int nr_units;
	bool bottom_up;
	int limit; /* of mapped memory, in units */
} model;

static phys_addr_t address(int i)
{
	return base + (phys_addr_t)i * unit;
}

/* ---- The model's lists, compared with memblock's ---- */

static int memory_kind(int i)
{
	return model.flags[i] == NO_RAM ? -1 : model.flags[i];
}

static int reserved_kind(int i)
{
	return model.reserved[i] ? MEMBLOCK_NONE : -1;
}

/* Runs of units of one kind are the regions. */
static void compare_list(const struct memblock_type *type, int (*kind)(int))
{
	unsigned long nr = 0;
	phys_addr_t bytes = 0;
	int end;

	for (int i = 0; i < model.nr_units; i = end) {
		for (end = i + 1; end < model.nr_units && kind(end) == kind(i);)
			end++;
		if (kind(i) < 0)
			continue;
		EXPECT(region_is(type, nr, address(i), address(end) - address(i),
		                 (enum memblock_flags)kind(i)));
		bytes += address(end) - address(i);
		nr++;
	}
	EXPECT_EQ(type->cnt, nr ? nr : 1);
	EXPECT_EQ(type->total_size, bytes);
}

static bool may_use(int i)
{
	return model.flags[i] != NO_RAM && !(model.flags[i] & MEMBLOCK_NOMAP) &&
	       !model.reserved[i];
}

/* Free memory by iteration: upward into units, downward out of them again. */
static void compare_iteration(void)
{
	static int seen[NR_UNITS];
	phys_addr_t start, end;
	u64 i;

	memset(seen, 0, sizeof(seen));
	for_each_free_mem_range (i, NUMA_NO_NODE, MEMBLOCK_NONE, &start, &end, NULL)
		for (int u = 0; u < model.nr_units; u++)
			if (address(u) >= start && address(u) < end)
				seen[u] += 1;
	for_each_free_mem_range_reverse (i, NUMA_NO_NODE, MEMBLOCK_NONE, &start, &end,
	                                 NULL)
		for (int u = 0; u < model.nr_units; u++)
			if (address(u) >= start && address(u) < end)
				seen[u] += 2;
	for (int u = 0; u < model.nr_units; u++) {
		if (seen[u] != (may_use(u) ? 3 : 0))
			EXPECT_EQ(seen[u], may_use(u) ? 3 : 0);
	}
}

static void compare_all(void)
{
	compare_list(&memblock.memory, memory_kind);
	compare_list(&memblock.reserved, reserved_kind);
	compare_iteration();
	EXPECT_EQ(memblock_check(), 0);
}

/* ---- Random operations, done by both ---- */

struct units {
	int start, end;
};

static struct units random_units(u64 *random)
{
	u32 longest = 1u << ktest_random_below(random, 7);
	int start = (int)ktest_random_below(random, (u32)model.nr_units);
	int nr = (int)ktest_random_below(random, longest) + 1;

	return (struct units){start, min(start + nr, model.nr_units)};
}

static void change_memory(u64 *random, struct units r)
{
	static const u8 kinds[] = {MEMBLOCK_NONE, MEMBLOCK_NONE, MEMBLOCK_HOTPLUG,
	                           MEMBLOCK_MIRROR, MEMBLOCK_NOMAP};
	u8 flags = kinds[ktest_random_below(random, ARRAY_SIZE(kinds))];
	bool add = ktest_random_below(random, 3);
	phys_addr_t size = address(r.end) - address(r.start);

	if (add)
		EXPECT_EQ(memblock_add_node(address(r.start), size, 0, flags), 0);
	else
		EXPECT_EQ(memblock_remove(address(r.start), size), 0);
	for (int i = r.start; i < r.end; i++) {
		if (!add)
			model.flags[i] = NO_RAM;
		else if (model.flags[i] == NO_RAM)
			model.flags[i] = flags;
	}
}

static void change_reserved(u64 *random, struct units r)
{
	bool reserve = ktest_random_below(random, 2);
	phys_addr_t size = address(r.end) - address(r.start);

	if (reserve)
		EXPECT_EQ(memblock_reserve(address(r.start), size), 0);
	else
		EXPECT_EQ(memblock_phys_free(address(r.start), size), 0);
	for (int i = r.start; i < r.end; i++)
		model.reserved[i] = reserve;
}

static void change_flags(u64 *random, struct units r)
{
	static int (*const calls[])(phys_addr_t, phys_addr_t) = {
	    memblock_mark_hotplug, memblock_clear_hotplug, memblock_mark_nomap,
	    memblock_clear_nomap,  memblock_mark_mirror,
	};
	static const u8 set[] = {MEMBLOCK_HOTPLUG, 0, MEMBLOCK_NOMAP, 0,
	                         MEMBLOCK_MIRROR};
	static const u8 clear[] = {0, MEMBLOCK_HOTPLUG, 0, MEMBLOCK_NOMAP, 0};
	u32 which = ktest_random_below(random, ARRAY_SIZE(calls));

	EXPECT_EQ(calls[which](address(r.start), address(r.end) - address(r.start)), 0);
	for (int i = r.start; i < r.end; i++) {
		if (model.flags[i] != NO_RAM)
			model.flags[i] =
			    (u8)((model.flags[i] | set[which]) & ~clear[which]);
	}
}

/* May [start, end) be one allocation of memory that has these flags? */
static bool fits(int start, int end, u8 wanted)
{
	if (address(start) < PAGE_SIZE)
		return false;
	for (int i = start; i < end; i++) {
		if (!may_use(i) || model.flags[i] != model.flags[start])
			return false;
	}
	return (model.flags[start] & wanted) == wanted;
}

/* The unit where `nr` units go, inside [min, max); -1: nowhere. */
static int model_find(int nr, phys_addr_t align, int min, int max, u8 wanted)
{
	int found = -1;

	for (int i = min; i + nr <= max; i++) {
		if ((address(i) & (align - 1)) || !fits(i, i + nr, wanted))
			continue;
		found = i;
		if (model.bottom_up)
			break;
	}
	return found;
}

static int model_alloc(int nr, phys_addr_t align, int min, int max)
{
	int found = model_find(nr, align, min, max, MEMBLOCK_MIRROR);

	if (found < 0)
		found = model_find(nr, align, min, max, 0);
	if (found < 0 && min)
		found = model_alloc(nr, align, 0, max);
	for (int i = found; i >= 0 && i < found + nr; i++)
		model.reserved[i] = true;
	return found;
}

static void allocate(u64 *random, struct units r)
{
	u32 longest = 1u << ktest_random_below(random, 5);
	int nr = (int)ktest_random_below(random, longest) + 1;
	phys_addr_t align = unit << ktest_random_below(random, 5);
	bool bounded = ktest_random_below(random, 2);
	int min = bounded ? r.start : 0, max = bounded ? r.end : model.nr_units;
	int expected = model_alloc(nr, align, min, min(max, model.limit));
	void *p = memblock_alloc_try_nid_raw(
	    nr * unit, align, bounded ? address(min) : 0,
	    bounded ? address(max) : MEMBLOCK_ALLOC_ACCESSIBLE, NUMA_NO_NODE);

	if (!EXPECT_EQ(p, expected < 0 ? NULL : __va(address(expected))))
		ktest_printf("%d units, align %llu, from %d below %d", nr, align, min,
		             max);
}

static void cut_down(struct units r)
{
	memblock_cap_memory_range(address(r.start), address(r.end) - address(r.start));
	for (int i = 0; i < model.nr_units; i++) {
		if (i >= r.start && i < r.end)
			continue;
		if (model.flags[i] != NO_RAM && !(model.flags[i] & MEMBLOCK_NOMAP))
			model.flags[i] = NO_RAM;
	}
	/* Without memory, nothing was done. */
	for (int i = 0; i < model.nr_units; i++)
		model.reserved[i] &= i >= r.start && i < r.end;
}

static bool has_memory(void)
{
	return memblock_phys_mem_size() != 0;
}

static void change_attributes(u64 *random, struct units r)
{
	model.bottom_up = ktest_random_below(random, 2);
	memblock_set_bottom_up(model.bottom_up);
	model.limit = ktest_random_below(random, 4) ? model.nr_units : r.end;
	memblock_set_current_limit(address(model.limit));
}

static void operate(u64 *random)
{
	struct units r = random_units(random);

	switch (ktest_random_below(random, 12)) {
	case 0:
	case 1:
	case 2:
		change_memory(random, r);
		break;
	case 3:
	case 4:
	case 5:
		change_reserved(random, r);
		break;
	case 6:
		change_flags(random, r);
		break;
	case 7:
		change_attributes(random, r);
		break;
	case 8:
		if (ktest_random_below(random, 16) == 0 && has_memory())
			cut_down(r);
		break;
	default:
		allocate(random, r);
	}
}

static void run_space(int space, u64 *random)
{
	base = spaces[space].base;
	unit = spaces[space].unit;
	memset(&model, 0, sizeof(model));
	memset(model.flags, NO_RAM, sizeof(model.flags));
	model.nr_units = NR_UNITS - 1;
	model.limit = model.nr_units;
	memblock_world_reset();
	memblock_set_current_limit(address(model.limit));

	for (int step = 0; step < STEPS && !ktest_failed(); step++) {
		operate(random);
		compare_all();
		if (ktest_failed())
			ktest_printf("space %d, step %d", space, step);
	}
}

TEST(memblock, random_operations_agree_with_a_model_of_every_unit)
{
	OWN_MEMBLOCK();
	u64 random = ktest_seed();

	for (int space = 0; space < NR_RUNS && !ktest_failed(); space++)
		run_space(space, &random);
}

/* ---- Arrays that grow under random reservations ---- */

#define NR_SLOTS   1200 /* some 300 regions: the array doubles twice */
#define SLOT_BASE  0x300000000ULL
#define SLOT_STEPS 3000

static bool slots[NR_SLOTS];

/* The regions above SLOT_BASE are the slots; below are the arrays themselves. */
static void compare_slots(void)
{
	const struct memblock_region *region;
	phys_addr_t next = SLOT_BASE;
	int i = 0;

	for_each_reserved_mem_region (region) {
		if (region->base < SLOT_BASE)
			continue;
		for (; next < region->base; next += PAGE_SIZE)
			EXPECT(!slots[i++]);
		for (; next < region->base + region->size; next += PAGE_SIZE)
			EXPECT(slots[i++]);
	}
	while (i < NR_SLOTS)
		EXPECT(!slots[i++]);
	EXPECT_EQ(memblock_check(), 0);
}

TEST(memblock, random_reservations_survive_the_growing_of_the_array)
{
	OWN_MEMBLOCK();
	u64 random = ktest_seed();

	memset(slots, 0, sizeof(slots));
	memblock_allow_resize();
	memblock_add(__pa(world), WORLD_BYTES);
	for (int step = 0; step < SLOT_STEPS && !ktest_failed(); step++) {
		int first = (int)ktest_random_below(&random, NR_SLOTS);
		int nr = min(ktest_random_below(&random, 8) ? 1 : 3, NR_SLOTS - first);
		phys_addr_t addr = SLOT_BASE + (phys_addr_t)first * PAGE_SIZE;
		bool reserve = ktest_random_below(&random, 2);

		if (reserve)
			EXPECT_EQ(memblock_reserve(addr, nr * PAGE_SIZE), 0);
		else
			EXPECT_EQ(memblock_phys_free(addr, nr * PAGE_SIZE), 0);
		for (int i = first; i < first + nr; i++)
			slots[i] = reserve;
		if (step % 16 == 0)
			compare_slots();
	}
	compare_slots();
	EXPECT_EQ(memblock.reserved.max, 4 * INIT_MEMBLOCK_REGIONS);
}
