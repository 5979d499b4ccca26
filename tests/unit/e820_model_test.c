/*
 * The memory map against a model: a universe of 64 cells, each of which simply
 * has a type. Whatever the firmware lists is painted into the cells one by one;
 * the sanitised map must be the cells' own run-length form. The universe lies at
 * 0, across 4 GiB, or at the very end of 64 bits, where ranges can wrap.
 */
#include "ktest.h"

#include <asm/e820.h>
#include <lib/string.h>
#include <lib/util.h>

#ifdef K896_HOST
#define RANDOM_MAPS 100000
#else
#define RANDOM_MAPS 4000 /* a booted kernel runs in an emulator */
#endif

#define CELLS       64
#define NOTHING     0xeeeeeeee /* a cell that no entry covers */
#define ENTRIES_MAX 14
#define CELL_PAGE   4 /* cells that make a page, when a cell has 1 KiB */

/* From the weakest to the most restrictive. */
static const u32 types_by_strength[] = {E820_RAM, 0,  E820_RESERVED, E820_ACPI,
                                        E820_NVS, 20, E820_UNUSABLE};

/* Cells are 1 KiB or one byte; the last universe ends at 2^64 exactly. */
static const struct universe {
	u64 base;
	u64 cell;
} universes[] = {
    {0, 1},
    {0, 1024},
    {0x100000000 - 0x8000, 1024},
    {0xfffffff000000000, 1024},
    {0 - 64ULL, 1},
    {0 - 65536ULL, 1024},
};

static struct e820_map map;
static u32 cells[CELLS];
static const struct universe *universe;

static unsigned int strength(u32 type)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(types_by_strength); i++) {
		if (types_by_strength[i] == type)
			return i + 1;
	}
	return 0;
}

static bool ends_at_2_64(void)
{
	return universe->base + CELLS * universe->cell == 0;
}

/* Add [start, start + len) of type to the cells, and to the map under test. */
static void paint(unsigned int start, unsigned int len, u32 type)
{
	unsigned int i;
	bool wraps = ends_at_2_64() && start + len > CELLS;

	e820_add(&map, universe->base + start * universe->cell, len * universe->cell,
	         type);
	if (wraps && type == E820_RAM)
		return;
	for (i = start; i < start + len && i < CELLS; i++) {
		if (strength(type) > strength(cells[i]))
			cells[i] = type;
	}
}

static void random_map(u64 *state)
{
	unsigned int i, nr = ktest_random_below(state, ENTRIES_MAX + 1);

	map.nr = 0;
	for (i = 0; i < CELLS; i++)
		cells[i] = NOTHING;
	for (i = 0; i < nr; i++) {
		unsigned int start = ktest_random_below(state, CELLS);
		unsigned int len = ktest_random_below(state, CELLS - start + 1);
		u32 type = types_by_strength[ktest_random_below(
		    state, ARRAY_SIZE(types_by_strength))];

		if (ends_at_2_64())
			len += ktest_random_below(state, 3);
		paint(start, len, type);
	}
}

/* The map must list exactly the cells' runs. */
static void expect_map_is_cells(void)
{
	unsigned int i, end, n = 0;

	for (i = 0; i < CELLS; i = end) {
		for (end = i + 1; end < CELLS && cells[end] == cells[i]; end++)
			;
		if (cells[i] == NOTHING)
			continue;
		ASSERT(n < map.nr);
		ASSERT_EQ(map.entries[n].addr, universe->base + i * universe->cell);
		ASSERT_EQ(map.entries[n].size, (end - i) * universe->cell);
		ASSERT_EQ(map.entries[n].type, cells[i]);
		n++;
	}
	ASSERT_EQ(map.nr, n);
	ASSERT_EQ(e820_check(&map), 0);
}

/* Take each universe in turn; stop at the first map that is wrong. */
static void for_each_random_map(void (*check)(u64 *state))
{
	u64 state = ktest_seed();
	unsigned int i;

	for (i = 0; i < RANDOM_MAPS && !ktest_failed(); i++) {
		universe = &universes[i % ARRAY_SIZE(universes)];
		random_map(&state);
		e820_sanitize(&map, NULL);
		check(&state);
		if (ktest_failed())
			ktest_printf("in map %u of %u\n", i, RANDOM_MAPS);
	}
}

static void check_sanitised(u64 *state)
{
	(void)state;
	expect_map_is_cells();
}

TEST(e820, a_random_map_comes_out_as_the_model_paints_it)
{
	for_each_random_map(check_sanitised);
}

/* Change random cells, in the map and in the model; new_type NOTHING removes. */
static void check_changed(u64 *state)
{
	unsigned int start = ktest_random_below(state, CELLS);
	unsigned int len = ktest_random_below(state, CELLS - start + 1);
	u32 kinds = ARRAY_SIZE(types_by_strength), changed = 0, i;
	u32 old_type = types_by_strength[ktest_random_below(state, kinds)];
	u32 new_type = types_by_strength[ktest_random_below(state, kinds)];
	bool remove = ktest_random_below(state, 2);
	bool any = remove && ktest_random_below(state, 2);
	u64 addr = universe->base + start * universe->cell, size = len * universe->cell;
	u64 returned;

	for (i = start; i < start + len; i++) {
		if (cells[i] == NOTHING || (!any && cells[i] != old_type))
			continue;
		cells[i] = remove ? NOTHING : new_type;
		changed++;
	}
	if (remove)
		returned = e820_range_remove(&map, addr, size, old_type, !any);
	else
		returned = e820_range_update(&map, addr, size, old_type, new_type);
	ASSERT_EQ(returned, changed * universe->cell);
	expect_map_is_cells();
}

TEST(e820, updating_and_removing_ranges_is_what_the_model_does)
{
	for_each_random_map(check_changed);
}

/* Is the page of which `cell` is the first RAM in all its cells? */
static bool page_is_ram(unsigned int cell)
{
	unsigned int i;

	for (i = cell; i < cell + CELL_PAGE; i++) {
		if (cells[i] != E820_RAM)
			return false;
	}
	return true;
}

/* The frames that the ranges name must be the model's whole pages of RAM. The
 * limit is any frame near the universe. */
static void check_frames(u64 *state)
{
	u64 base_pfn = universe->base >> 12, limit;
	unsigned long start = 0, end = 0, highest = 0;
	unsigned int cell, i = 0;
	bool more;

	if (universe->cell != 1024 || base_pfn > 0xffffff00)
		return;
	limit = base_pfn + ktest_random_below(state, CELLS / CELL_PAGE + 2);
	more = e820_next_ram(&map, (unsigned long)limit, &i, &start, &end);
	for (cell = 0; cell < CELLS; cell += CELL_PAGE) {
		unsigned long pfn = (unsigned long)base_pfn + cell / CELL_PAGE;
		bool ram = page_is_ram(cell) && pfn < limit;

		if (more && pfn >= end)
			more =
			    e820_next_ram(&map, (unsigned long)limit, &i, &start, &end);
		ASSERT_EQ(more && pfn >= start && pfn < end, ram);
		highest = ram ? pfn + 1 : highest;
	}
	ASSERT_EQ(e820_end_of_ram_pfn(&map, (unsigned long)limit), highest);
}

TEST(e820, ram_ranges_name_the_models_whole_pages)
{
	for_each_random_map(check_frames);
}

/* A full map of random pieces: the sweep's own limits. */
TEST(e820, a_full_random_map_comes_out_sound)
{
	u64 state = ktest_seed();
	unsigned int round, i;

	for (round = 0; round < 20 && !ktest_failed(); round++) {
		map.nr = 0;
		for (i = 0; i < E820_MAX; i++)
			e820_add(&map, ktest_random(&state) >> (round + 12),
			         ktest_random(&state) >> (round + 22),
			         1 + ktest_random_below(&state, 5));
		e820_sanitize(&map, NULL);
		EXPECT(map.nr <= E820_MAX);
		EXPECT_EQ(e820_check(&map), 0);
	}
}
