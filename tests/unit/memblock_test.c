/*
 * memblock's two lists: how they change, and what they answer. What Linux 6.1's
 * returns in the same cases was the measure; sums were made by hand.
 */
#include "memblock_world.h"
#include "said.h"

#include <lib/errno.h>
#include <lib/string.h>
#include <lib/util.h>
#include <lib/vsprintf.h>

u8 world[WORLD_BYTES] __aligned(4096);

static struct memblock_region memory_regions[INIT_MEMBLOCK_REGIONS];
static struct memblock_region reserved_regions[INIT_MEMBLOCK_REGIONS];

void memblock_world_reset(void)
{
	memset(memory_regions, 0, sizeof(memory_regions));
	memset(reserved_regions, 0, sizeof(reserved_regions));
	memblock = (struct memblock){
	    .current_limit = MEMBLOCK_ALLOC_ANYWHERE,
	    .memory = {1, INIT_MEMBLOCK_REGIONS, 0, memory_regions, "memory"},
	    .reserved = {1, INIT_MEMBLOCK_REGIONS, 0, reserved_regions, "reserved"},
	};
	movable_node_enabled = false;
	memblock_debug = false;
}

struct machines_memblock memblock_world_begin(void)
{
	struct machines_memblock saved = {memblock, memblock_debug,
	                                  movable_node_enabled};

	memblock_world_reset();
	return saved;
}

void memblock_world_end(struct machines_memblock *saved)
{
	EXPECT_EQ(memblock_check(), 0);
	memblock = saved->memblock;
	memblock_debug = saved->debug;
	movable_node_enabled = saved->movable_node;
}

TEST(memblock, an_empty_list_has_one_region_of_zeros)
{
	OWN_MEMBLOCK();

	LIST_IS_EMPTY(memory);
	LIST_IS_EMPTY(reserved);
	EXPECT_EQ(memblock.memory.max, 128);
	EXPECT_EQ(memblock_phys_mem_size(), 0);
	EXPECT_EQ(memblock_start_of_DRAM(), 0);
	EXPECT_EQ(memblock_end_of_DRAM(), 0);
	EXPECT(!memblock_is_memory(0));
	EXPECT(!memblock_is_region_reserved(0, PHYS_ADDR_MAX));
}

TEST(memblock, the_first_region_takes_the_empty_ones_place)
{
	OWN_MEMBLOCK();

	EXPECT_EQ(memblock_add(0x40000000, 0x400000), 0);
	LIST_HAS(memory, 1, 0x400000);
	MEMORY_IS(0, 0x40000000, 0x400000);
	LIST_IS_EMPTY(reserved);
}

TEST(memblock, a_region_has_the_flags_that_it_was_added_with)
{
	OWN_MEMBLOCK();

	EXPECT_EQ(memblock_add_node(0x100000, 0x1000, 3, MEMBLOCK_HOTPLUG), 0);
	LIST_HAS(memory, 1, 0x1000);
	MEMORY_FLAGS(0, 0x100000, 0x1000, MEMBLOCK_HOTPLUG);
	EXPECT_EQ(memblock_get_region_node(&memblock.memory.regions[0]), 0);
}

TEST(memblock, regions_apart_are_kept_in_order)
{
	OWN_MEMBLOCK();

	memblock_add(0x40000000, 0x2000);
	memblock_add(0x1000000000ULL, 0x1000);
	memblock_add(0x20000000, 0x4000);
	LIST_HAS(memory, 3, 0x7000);
	MEMORY_IS(0, 0x20000000, 0x4000);
	MEMORY_IS(1, 0x40000000, 0x2000);
	MEMORY_IS(2, 0x1000000000ULL, 0x1000);
}

TEST(memblock, a_range_over_a_regions_start_extends_it_downward)
{
	OWN_MEMBLOCK();

	memblock_add(0x20000, 0x10000);
	memblock_add(0x18000, 0xc000);
	LIST_HAS(memory, 1, 0x18000);
	MEMORY_IS(0, 0x18000, 0x18000);
}

TEST(memblock, a_range_over_a_regions_end_extends_it_upward)
{
	OWN_MEMBLOCK();

	memblock_add(0x20000, 0x10000);
	memblock_add(0x28000, 0x10000);
	LIST_HAS(memory, 1, 0x18000);
	MEMORY_IS(0, 0x20000, 0x18000);
}

TEST(memblock, a_range_inside_a_region_or_added_twice_changes_nothing)
{
	OWN_MEMBLOCK();

	memblock_add(0x800000, 0x2000000);
	EXPECT_EQ(memblock_add(0x1000000, 0x100000), 0);
	EXPECT_EQ(memblock_add(0x800000, 0x2000000), 0);
	EXPECT_EQ(memblock_add(0x800000, 0), 0);
	LIST_HAS(memory, 1, 0x2000000);
	MEMORY_IS(0, 0x800000, 0x2000000);
}

TEST(memblock, a_range_that_fills_the_gap_between_two_regions_joins_them)
{
	OWN_MEMBLOCK();

	memblock_add(0x1000, 0x1000);
	memblock_add(0x3000, 0x1000);
	memblock_add(0x2000, 0x1000);
	LIST_HAS(memory, 1, 0x3000);
	MEMORY_IS(0, 0x1000, 0x3000);
}

TEST(memblock, a_range_over_many_regions_leaves_one)
{
	OWN_MEMBLOCK();

	for (phys_addr_t base = 0x10000; base < 0x40000; base += 0x4000)
		memblock_add(base, 0x1000);
	LIST_HAS(memory, 12, 0xc000);
	memblock_add(0x12000, 0x1e000); /* over seven, and up to the next */
	LIST_HAS(memory, 5, 0x1000 + 0x1f000 + 3 * 0x1000);
	MEMORY_IS(0, 0x10000, 0x1000);
	MEMORY_IS(1, 0x12000, 0x1e000 + 0x1000);
	MEMORY_IS(2, 0x34000, 0x1000);
}

TEST(memblock, what_is_there_keeps_its_flags_when_a_range_is_added_over_it)
{
	OWN_MEMBLOCK();

	memblock_add_node(0x4000, 0x1000, 0, MEMBLOCK_HOTPLUG);
	memblock_add(0x3000, 0x3000);
	LIST_HAS(memory, 3, 0x3000);
	MEMORY_IS(0, 0x3000, 0x1000);
	MEMORY_FLAGS(1, 0x4000, 0x1000, MEMBLOCK_HOTPLUG);
	MEMORY_IS(2, 0x5000, 0x1000);
	memblock_add_node(0x6000, 0x1000, 0, MEMBLOCK_NOMAP);
	LIST_HAS(memory, 4, 0x4000);
}

TEST(memblock, a_range_that_would_reach_beyond_2_64_ends_there)
{
	OWN_MEMBLOCK();
	phys_addr_t base = PHYS_ADDR_MAX - 0x100000;

	memblock_add(base, 0x200000);
	LIST_HAS(memory, 1, 0x100000);
	MEMORY_IS(0, base, 0x100000);
	memblock_reserve(base, PHYS_ADDR_MAX);
	RESERVED_IS(0, base, 0x100000);
	memblock_remove(PHYS_ADDR_MAX - 0x80000, 0x100000);
	MEMORY_IS(0, base, 0x80000);
	memblock_phys_free(PHYS_ADDR_MAX - 0x80000, 0x100000);
	RESERVED_IS(0, base, 0x80000);
	EXPECT(memblock_is_region_reserved(base + 0x7ffff, PHYS_ADDR_MAX));
	EXPECT(!memblock_is_region_memory(base, PHYS_ADDR_MAX));
}

TEST(memblock, reservations_follow_the_same_rules)
{
	OWN_MEMBLOCK();

	memblock_reserve(0x20000, 0x1000);
	memblock_reserve(0x80000, 0x1000);
	memblock_reserve(0x10000, 0x1000);
	LIST_HAS(reserved, 3, 0x3000);
	memblock_reserve(0x11000, 0xf800);
	LIST_HAS(reserved, 2, 0x12000);
	RESERVED_IS(0, 0x10000, 0x11000);
	memblock_reserve(0x7f801, 0x800);
	RESERVED_IS(1, 0x7f801, 0x17ff);
	LIST_IS_EMPTY(memory);
}

TEST(memblock, removing_the_only_region_leaves_zeros)
{
	OWN_MEMBLOCK();

	memblock_add(0x1000, 0x1000);
	EXPECT_EQ(memblock_remove(0x1000, 0x1000), 0);
	LIST_IS_EMPTY(memory);
	memblock_reserve(0x1000, 0x1000);
	EXPECT_EQ(memblock_phys_free(0, PHYS_ADDR_MAX), 0);
	LIST_IS_EMPTY(reserved);
}

TEST(memblock, removing_what_is_not_there_changes_nothing)
{
	OWN_MEMBLOCK();

	memblock_add(0x8000, 0x4000);
	EXPECT_EQ(memblock_remove(0x10000, 0x1000), 0);
	EXPECT_EQ(memblock_remove(0x7000, 0x1000), 0);
	EXPECT_EQ(memblock_remove(0xc000, 0x1000), 0);
	EXPECT_EQ(memblock_remove(0x9000, 0), 0);
	LIST_HAS(memory, 1, 0x4000);
	MEMORY_IS(0, 0x8000, 0x4000);
}

TEST(memblock, removing_over_an_end_shortens_a_region)
{
	OWN_MEMBLOCK();

	memblock_add(0x8000, 0x4000);
	memblock_remove(0x6000, 0x3000);
	MEMORY_IS(0, 0x9000, 0x3000);
	memblock_remove(0xb000, 0x3000);
	MEMORY_IS(0, 0x9000, 0x2000);
	LIST_HAS(memory, 1, 0x2000);
}

TEST(memblock, removing_from_the_middle_makes_two_of_a_region)
{
	OWN_MEMBLOCK();

	memblock_add_node(0x100000, 0x800000, 0, MEMBLOCK_MIRROR);
	memblock_remove(0x400000, 0x100000);
	LIST_HAS(memory, 2, 0x700000);
	MEMORY_FLAGS(0, 0x100000, 0x300000, MEMBLOCK_MIRROR);
	MEMORY_FLAGS(1, 0x500000, 0x400000, MEMBLOCK_MIRROR);
}

TEST(memblock, removing_over_several_regions_cuts_the_outer_ones)
{
	OWN_MEMBLOCK();

	memblock_add(0x1000, 0x2000);
	memblock_add(0x4000, 0x1000);
	memblock_add(0x6000, 0x2000);
	memblock_remove(0x2000, 0x5000);
	LIST_HAS(memory, 2, 0x2000);
	MEMORY_IS(0, 0x1000, 0x1000);
	MEMORY_IS(1, 0x7000, 0x1000);
}

TEST(memblock, freeing_takes_an_address_or_nothing)
{
	OWN_MEMBLOCK();

	memblock_reserve(__pa(world), 0x3000);
	memblock_free(NULL, 0x1000);
	LIST_HAS(reserved, 1, 0x3000);
	memblock_free(world + 0x1000, 0x1000);
	LIST_HAS(reserved, 2, 0x2000);
	RESERVED_IS(1, __pa(world) + 0x2000, 0x1000);
}

TEST(memblock, a_flag_splits_a_region_and_clearing_it_joins_it_again)
{
	OWN_MEMBLOCK();

	memblock_add(0x10000, 0x10000);
	EXPECT_EQ(memblock_mark_hotplug(0x14000, 0x4000), 0);
	LIST_HAS(memory, 3, 0x10000);
	MEMORY_IS(0, 0x10000, 0x4000);
	MEMORY_FLAGS(1, 0x14000, 0x4000, MEMBLOCK_HOTPLUG);
	MEMORY_IS(2, 0x18000, 0x8000);
	EXPECT_EQ(memblock_mark_nomap(0x16000, 0x4000), 0);
	LIST_HAS(memory, 5, 0x10000);
	MEMORY_FLAGS(2, 0x16000, 0x2000, MEMBLOCK_HOTPLUG | MEMBLOCK_NOMAP);
	MEMORY_FLAGS(3, 0x18000, 0x2000, MEMBLOCK_NOMAP);
	EXPECT_EQ(memblock_clear_hotplug(0, PHYS_ADDR_MAX), 0);
	LIST_HAS(memory, 3, 0x10000);
	MEMORY_FLAGS(1, 0x16000, 0x4000, MEMBLOCK_NOMAP);
	EXPECT_EQ(memblock_clear_nomap(0x16000, 0x4000), 0);
	LIST_HAS(memory, 1, 0x10000);
	MEMORY_IS(0, 0x10000, 0x10000);
}

TEST(memblock, a_flag_is_set_where_there_is_memory_only)
{
	OWN_MEMBLOCK();

	memblock_add(0x10000, 0x1000);
	memblock_add(0x20000, 0x1000);
	memblock_mark_mirror(0x10800, 0x20000);
	LIST_HAS(memory, 3, 0x2000);
	MEMORY_IS(0, 0x10000, 0x800);
	MEMORY_FLAGS(1, 0x10800, 0x800, MEMBLOCK_MIRROR);
	MEMORY_FLAGS(2, 0x20000, 0x1000, MEMBLOCK_MIRROR);
	EXPECT(memblock_has_mirror());
	EXPECT(memblock_is_mirror(&memblock.memory.regions[1]));
	EXPECT(!memblock_is_nomap(&memblock.memory.regions[1]));
}

TEST(memblock, trimming_leaves_what_is_aligned)
{
	OWN_MEMBLOCK();

	memblock_add(0x10000, 0x4000);
	memblock_add(0x20000, 0x1000);
	memblock_trim_memory(0x1000);
	LIST_HAS(memory, 2, 0x5000);
	MEMORY_IS(0, 0x10000, 0x4000);
	MEMORY_IS(1, 0x20000, 0x1000);
}

TEST(memblock, trimming_shortens_at_both_ends_and_drops_what_is_too_small)
{
	OWN_MEMBLOCK();

	memblock_add(0xffe, 0x4);      /* two bytes on either side of a border */
	memblock_add(0x10010, 0x2000); /* 0x11000 to 0x12000 remain */
	memblock_add(0x20000, 0x1fff); /* 0x20000 to 0x21000 */
	memblock_add(0x30001, 0x1ffe); /* between two borders: nothing */
	memblock_add(0x40000, 0x1000);
	memblock_trim_memory(0x1000);
	LIST_HAS(memory, 3, 0x3000);
	MEMORY_IS(0, 0x11000, 0x1000);
	MEMORY_IS(1, 0x20000, 0x1000);
	MEMORY_IS(2, 0x40000, 0x1000);
	memblock_trim_memory(0x10000);
	LIST_IS_EMPTY(memory);
}

TEST(memblock, trimming_the_last_bytes_below_2_64_does_not_wrap)
{
	OWN_MEMBLOCK();

	memblock_add(PHYS_ADDR_MAX - 0x800, 0x800);
	memblock_trim_memory(0x1000);
	LIST_IS_EMPTY(memory);
}

TEST(memblock, a_memory_limit_counts_memory_not_addresses)
{
	OWN_MEMBLOCK();

	memblock_add(0x1000, 0x1000);
	memblock_add(0x10000, 0x2000);
	memblock_add(0x20000, 0x4000);
	memblock_reserve(0x11000, 0x10000);
	memblock_reserve(0x30000, 0x1000);
	memblock_enforce_memory_limit(0);
	memblock_enforce_memory_limit(0x7001);
	LIST_HAS(memory, 3, 0x7000);
	LIST_HAS(reserved, 2, 0x11000);
	memblock_enforce_memory_limit(0x2800);
	LIST_HAS(memory, 2, 0x2800);
	MEMORY_IS(1, 0x10000, 0x1800);
	LIST_HAS(reserved, 1, 0x800);
	RESERVED_IS(0, 0x11000, 0x800);
}

TEST(memblock, a_memory_limit_that_is_a_regions_end_cuts_right_there)
{
	OWN_MEMBLOCK();

	memblock_add(0x1000, 0x1000);
	memblock_add(0x10000, 0x1000);
	memblock_reserve(0x8000, 0x1000); /* in the hole behind it */
	memblock_enforce_memory_limit(0x1000);
	LIST_HAS(memory, 1, 0x1000);
	LIST_IS_EMPTY(reserved);
}

TEST(memblock, capping_keeps_what_is_not_in_the_direct_map)
{
	OWN_MEMBLOCK();

	said_nothing_yet();
	memblock_cap_memory_range(0x1000, 0x1000);
	EXPECT(said("no memory to cap"));
	memblock_add(0x10000, 0x10000);
	memblock_mark_nomap(0x11000, 0x1000);
	memblock_mark_nomap(0x1e000, 0x1000);
	memblock_reserve(0x10000, 0x10000);
	memblock_cap_memory_range(0x14000, 0);
	LIST_HAS(memory, 5, 0x10000);
	memblock_cap_memory_range(0x14000, 0x4000);
	LIST_HAS(memory, 3, 0x6000);
	MEMORY_FLAGS(0, 0x11000, 0x1000, MEMBLOCK_NOMAP);
	MEMORY_IS(1, 0x14000, 0x4000);
	MEMORY_FLAGS(2, 0x1e000, 0x1000, MEMBLOCK_NOMAP);
	LIST_HAS(reserved, 1, 0x4000);
	RESERVED_IS(0, 0x14000, 0x4000);
}

TEST(memblock, a_cap_through_memory_outside_of_the_direct_map_leaves_it_whole)
{
	OWN_MEMBLOCK();

	memblock_add_node(0x10000, 0x4000, 0, MEMBLOCK_NOMAP);
	memblock_cap_memory_range(0x12000, 0x1000);
	LIST_HAS(memory, 1, 0x4000);
	memblock_add(0x20000, 0x4000);
	memblock_mem_limit_remove_map(0x5000);
	LIST_HAS(memory, 2, 0x5000);
	MEMORY_IS(1, 0x20000, 0x1000);
}

TEST(memblock, questions_about_bytes)
{
	OWN_MEMBLOCK();

	memblock_add(0x10000, 0x4000);
	memblock_mark_nomap(0x12000, 0x1000);
	memblock_reserve(0x13000, 0x2000);
	EXPECT(!memblock_is_memory(0xffff));
	EXPECT(memblock_is_memory(0x10000));
	EXPECT(memblock_is_memory(0x13fff));
	EXPECT(!memblock_is_memory(0x14000));
	EXPECT(memblock_is_memory(0x12000) && !memblock_is_map_memory(0x12000));
	EXPECT(memblock_is_map_memory(0x11fff) && memblock_is_map_memory(0x13000));
	EXPECT(!memblock_is_map_memory(0x14000));
	EXPECT(!memblock_is_reserved(0x12fff) && memblock_is_reserved(0x13000));
	EXPECT(memblock_is_reserved(0x14fff) && !memblock_is_reserved(0x15000));
	EXPECT(!memblock_is_memory(0x100010000ULL)); /* the same, cut to 32 bits */
	EXPECT_EQ(memblock_start_of_DRAM(), 0x10000);
	EXPECT_EQ(memblock_end_of_DRAM(), 0x14000);
	EXPECT_EQ(memblock_phys_mem_size(), 0x4000);
	EXPECT_EQ(memblock_reserved_size(), 0x2000);
}

TEST(memblock, questions_about_ranges)
{
	OWN_MEMBLOCK();

	memblock_add(0x10000, 0x2000);
	memblock_add(0x14000, 0x2000);
	memblock_reserve(0x11000, 0x1000);
	EXPECT(memblock_is_region_memory(0x10000, 0x2000));
	EXPECT(!memblock_is_region_memory(0x10000, 0x2001));
	EXPECT(!memblock_is_region_memory(0xffff, 2));
	EXPECT(!memblock_is_region_memory(0x11000, 0x4000));
	EXPECT(!memblock_is_region_reserved(0x10000, 0x1000));
	EXPECT(memblock_is_region_reserved(0x10000, 0x1001));
	EXPECT(memblock_is_region_reserved(0x11fff, 1));
	EXPECT(!memblock_is_region_reserved(0x12000, 0x10000));
	EXPECT(memblock_overlaps_region(&memblock.memory, 0x11000, 0x1000));
	EXPECT(!memblock_overlaps_region(&memblock.memory, 0x12000, 0x2000));
	EXPECT(memblock_addrs_overlap(0x1000, 0x1000, 0x1fff, 1));
	EXPECT(!memblock_addrs_overlap(0x1000, 0x1000, 0x2000, 0x1000));
	EXPECT(!memblock_addrs_overlap(0x2000, 0x1000, 0x1000, 0x1000));
	EXPECT(memblock_addrs_overlap(PHYS_ADDR_MAX - 2, 9, PHYS_ADDR_MAX - 1, 9));
}

/* The ranges that an iteration gave, as "start-end start-end" in hexadecimal. */
static char listed[256];

static void list_range(phys_addr_t start, phys_addr_t end)
{
	size_t len = strlen(listed);

	snprintf(listed + len, sizeof(listed) - len, "%s%llx-%llx", len ? " " : "",
	         start, end);
}

static const char *list_free(enum memblock_flags flags, bool reverse)
{
	phys_addr_t start, end;
	u64 i;

	listed[0] = '\0';
	if (reverse) {
		for_each_free_mem_range_reverse (i, NUMA_NO_NODE, flags, &start, &end,
		                                 NULL)
			list_range(start, end);
	} else {
		for_each_free_mem_range (i, NUMA_NO_NODE, flags, &start, &end, NULL)
			list_range(start, end);
	}
	return listed;
}

TEST(memblock, free_memory_is_memory_less_reservations_in_either_direction)
{
	OWN_MEMBLOCK();

	EXPECT_STR(list_free(MEMBLOCK_NONE, false), "");
	EXPECT_STR(list_free(MEMBLOCK_NONE, true), "");
	memblock_add(0, 0x4000);
	memblock_add(0x8000, 0x8000);
	EXPECT_STR(list_free(MEMBLOCK_NONE, false), "0-4000 8000-10000");
	EXPECT_STR(list_free(MEMBLOCK_NONE, true), "8000-10000 0-4000");
	memblock_reserve(0x1000, 0x1000);
	memblock_reserve(0x3800, 0x5000); /* across the hole */
	memblock_reserve(0xf000, 0x9000); /* beyond the end */
	EXPECT_STR(list_free(MEMBLOCK_NONE, false), "0-1000 2000-3800 8800-f000");
	EXPECT_STR(list_free(MEMBLOCK_NONE, true), "8800-f000 2000-3800 0-1000");
	memblock_reserve(0, PHYS_ADDR_MAX);
	EXPECT_STR(list_free(MEMBLOCK_NONE, false), "");
	EXPECT_STR(list_free(MEMBLOCK_NONE, true), "");
}

TEST(memblock, the_last_byte_below_2_64_minus_one_is_iterated_too)
{
	OWN_MEMBLOCK();

	memblock_add(PHYS_ADDR_MAX - 1, 1);
	memblock_add(0, 1);
	EXPECT_STR(list_free(MEMBLOCK_NONE, false),
	           "0-1 fffffffffffffffe-ffffffffffffffff");
	EXPECT_STR(list_free(MEMBLOCK_NONE, true),
	           "fffffffffffffffe-ffffffffffffffff 0-1");
}

TEST(memblock, iteration_passes_over_flags_that_were_not_asked_for)
{
	OWN_MEMBLOCK();

	memblock_add(0x1000, 0x1000);
	memblock_add_node(0x2000, 0x1000, 0, MEMBLOCK_HOTPLUG);
	memblock_add_node(0x3000, 0x1000, 0, MEMBLOCK_MIRROR);
	memblock_add_node(0x4000, 0x1000, 0, MEMBLOCK_NOMAP);
	memblock_add_node(0x5000, 0x1000, 0, MEMBLOCK_DRIVER_MANAGED);
	EXPECT_STR(list_free(MEMBLOCK_NONE, false), "1000-2000 2000-3000 3000-4000");
	EXPECT_STR(list_free(MEMBLOCK_MIRROR, true), "3000-4000");
	EXPECT_STR(list_free(MEMBLOCK_NOMAP | MEMBLOCK_DRIVER_MANAGED, true),
	           "5000-6000 4000-5000 3000-4000 2000-3000 1000-2000");
	movable_node_enabled = true;
	EXPECT_STR(list_free(MEMBLOCK_NONE, false), "1000-2000 3000-4000");
	EXPECT_STR(list_free(MEMBLOCK_HOTPLUG, false), "1000-2000 2000-3000 3000-4000");
}

TEST(memblock, all_memory_of_other_nodes_is_none)
{
	OWN_MEMBLOCK();
	phys_addr_t start, end;
	int nid = -7, nr = 0;
	u64 i;

	memblock_add(0x1000, 0x1000);
	for_each_free_mem_range (i, 2, MEMBLOCK_NONE, &start, &end, NULL)
		nr++;
	EXPECT_EQ(nr, 0);
	for_each_free_mem_range (i, 0, MEMBLOCK_NONE, NULL, &end, &nid)
		nr++;
	EXPECT_EQ(nr, 1);
	EXPECT_EQ(nid, 0);
}

TEST(memblock, each_list_can_be_iterated_alone)
{
	OWN_MEMBLOCK();
	const struct memblock_region *region;
	phys_addr_t start, end;
	u64 i;

	memblock_add(0x1000, 0x1000);
	memblock_add_node(0x3000, 0x1000, 0, MEMBLOCK_NOMAP);
	memblock_add_node(0x5000, 0x1000, 0, MEMBLOCK_HOTPLUG);
	memblock_reserve(0x800, 0x1000);
	memblock_reserve(0x5800, 0x800);
	listed[0] = '\0';
	for_each_mem_range (i, &start, &end)
		list_range(start, end);
	EXPECT_STR(listed, "1000-2000 5000-6000");
	listed[0] = '\0';
	for_each_mem_range_rev (i, &start, &end)
		list_range(start, end);
	EXPECT_STR(listed, "5000-6000 1000-2000");
	listed[0] = '\0';
	for_each_reserved_mem_range (i, &start, &end)
		list_range(start, end);
	EXPECT_STR(listed, "800-1800 5800-6000");
	listed[0] = '\0';
	for_each_mem_region (region)
		list_range(region->base, region->base + region->size);
	EXPECT_STR(listed, "1000-2000 3000-4000 5000-6000");
	listed[0] = '\0';
	for_each_reserved_mem_region (region)
		list_range(memblock_region_reserved_base_pfn(region),
		           memblock_region_reserved_end_pfn(region));
	EXPECT_STR(listed, "0-2 5-6");
}

TEST(memblock, frames_are_those_that_lie_in_memory_as_a_whole)
{
	OWN_MEMBLOCK();
	unsigned long start, end;
	int i, nid;

	memblock_add(0x1800, 0x3000);         /* frames 2 and 3 */
	memblock_add(0x10001, 0x1ffe);        /* none */
	memblock_add(0x123456000ULL, 0x1000); /* above 4 GiB */
	listed[0] = '\0';
	for_each_mem_pfn_range (i, NUMA_NO_NODE, &start, &end, &nid)
		list_range(start, end);
	EXPECT_STR(listed, "2-4 123456-123457");
	EXPECT_EQ(nid, 0);
}

TEST(memblock, the_checker_sees_every_kind_of_damage)
{
	OWN_MEMBLOCK();
	struct memblock_region *regions = memblock.memory.regions;

	memblock_add(0x1000, 0x1000);
	memblock_add(0x3000, 0x1000);
	memblock_reserve(0x1000, 0x1000);
	ASSERT_EQ(memblock_check(), 0);
	memblock.memory.total_size++;
	EXPECT_EQ(memblock_check(), 1);
	memblock.memory.total_size--;
	regions[1].base = 0x2000; /* touches the first */
	EXPECT_EQ(memblock_check(), 1);
	regions[1].base = 0x1fff; /* overlaps it */
	EXPECT_EQ(memblock_check(), 1);
	regions[1].base = 0x800; /* lies below it */
	EXPECT_EQ(memblock_check(), 1);
	regions[1] = (struct memblock_region){PHYS_ADDR_MAX, 0x1000, MEMBLOCK_NONE};
	EXPECT_EQ(memblock_check(), 1);
	regions[1] = (struct memblock_region){0x3000, 0, MEMBLOCK_NONE};
	EXPECT_EQ(memblock_check(), 2); /* empty, and the sum is wrong */
	regions[1].size = 0x1000;
	memblock.memory.cnt = 129;
	EXPECT_EQ(memblock_check(), 1);
	memblock.memory.cnt = 0;
	EXPECT_EQ(memblock_check(), 1);
	memblock.memory.cnt = 2;
	memblock.reserved.regions[0].flags = MEMBLOCK_HOTPLUG;
	EXPECT_EQ(memblock_check(), 1);
	memblock_phys_free(0x1000, 0x1000);
	memblock.reserved.regions[0].base = 1;
	EXPECT_EQ(memblock_check(), 1);
	memblock.reserved.regions[0].base = 0;
}

TEST(memblock, debug_says_each_change)
{
	OWN_MEMBLOCK();

	said_nothing_yet();
	memblock_add(0x1000, 0x1000);
	memblock_dump_all();
	EXPECT_EQ(times_said("memblock"), 0);
	memblock_debug = true;
	memblock_add(0x100000000ULL, 0x1000);
	EXPECT(said("memblock_add: [0x0000000100000000-0x0000000100000fff] "));
	memblock_reserve(0x1000, 0x800);
	EXPECT(said("memblock_reserve: [0x0000000000001000-0x00000000000017ff] "));
	memblock_phys_free(0x1400, 0x400);
	EXPECT(said("memblock_phys_free: [0x0000000000001400-0x00000000000017ff] "));
	memblock_dump_all();
	EXPECT(said(" memory size = 0x0000000000002000 "
	            "reserved size = 0x0000000000000400"));
	EXPECT(said(" memory.cnt  = 0x2"));
	EXPECT(said(" memory[0x1]\t[0x0000000100000000-0x0000000100000fff], "
	            "0x0000000000001000 bytes flags: 0x0"));
	EXPECT(said(" reserved[0x0]\t[0x0000000000001000-0x00000000000013ff], "
	            "0x0000000000000400 bytes flags: 0x0"));
}
