/*
 * Allocating from memblock: where the result lies, top-down and bottom-up, with
 * bounds, alignments and neighbours. Expected addresses were worked out by hand,
 * and agree with what Linux 6.1 does. Most memory here is named, not touched.
 */
#include "memblock_world.h"
#include "said.h"

#include <lib/string.h>
#include <lib/util.h>

#define BASE  0x10000000ULL
#define SIZE  0x8000ULL
#define END   (BASE + SIZE)
#define LINE  SMP_CACHE_BYTES
#define FIRST (memblock.reserved.regions[0])

static void new_memory(void)
{
	memblock_world_reset();
	memblock_add(BASE, SIZE);
}

/* The raw functions, as physical addresses; 0 is NULL. */
static phys_addr_t phys_of(const void *p)
{
	return p ? __pa(p) : 0;
}

static phys_addr_t try_nid(phys_addr_t size, phys_addr_t align, phys_addr_t min_addr,
                           phys_addr_t max_addr)
{
	return phys_of(
	    memblock_alloc_try_nid_raw(size, align, min_addr, max_addr, NUMA_NO_NODE));
}

static phys_addr_t any(phys_addr_t size, phys_addr_t align)
{
	return phys_of(memblock_alloc_raw(size, align));
}

TEST(memblock, the_highest_place_is_taken_and_reserved)
{
	OWN_MEMBLOCK();

	EXPECT(!memblock_bottom_up());
	new_memory();
	EXPECT_EQ(any(0x200, LINE), END - 0x200);
	LIST_HAS(reserved, 1, 0x200);
	RESERVED_IS(0, END - 0x200, 0x200);
	EXPECT_EQ(any(0x1000, LINE), END - 0x1200);
	LIST_HAS(reserved, 1, 0x1200); /* side by side: one region */
}

TEST(memblock, bottom_up_the_lowest_place_is_taken)
{
	OWN_MEMBLOCK();

	new_memory();
	memblock_set_bottom_up(true);
	EXPECT(memblock_bottom_up());
	EXPECT_EQ(any(0x200, LINE), BASE);
	EXPECT_EQ(any(0x1000, LINE), BASE + 0x200);
	LIST_HAS(reserved, 1, 0x1200);
	memblock_set_bottom_up(false);
	EXPECT_EQ(any(0x100, LINE), END - 0x100);
}

TEST(memblock, an_alignment_leaves_a_gap)
{
	OWN_MEMBLOCK();

	new_memory();
	memblock_reserve(END - 0x10, 0x10);
	EXPECT_EQ(any(0x100, 0x200), END - 0x200);
	EXPECT_EQ(any(0x10, 0x10), END - 0x20); /* the gap's rest, above it */
	LIST_HAS(reserved, 2, 0x120);
	new_memory();
	memblock_set_bottom_up(true);
	memblock_reserve(BASE, 0x10);
	EXPECT_EQ(any(0x100, 0x200), BASE + 0x200);
	EXPECT_EQ(any(0x10, 0x10), BASE + 0x10);
}

TEST(memblock, alignment_is_that_of_the_physical_address)
{
	OWN_MEMBLOCK();

	memblock_add(0x12345000, 0x100000);
	EXPECT_EQ(any(0x1000, 0x100000), 0x12400000);
	EXPECT_EQ(any(0x1000, 0x10000), 0x12440000);
	EXPECT_EQ(any(0x1000, 0x200000), 0);
	memblock_set_bottom_up(true);
	EXPECT_EQ(any(1, 0x8000), 0x12348000);
	EXPECT_EQ(any(1, 1), 0x12345000);
}

TEST(memblock, a_gap_between_reservations_is_used_if_it_is_large_enough)
{
	OWN_MEMBLOCK();

	new_memory();
	memblock_reserve(END - 0x1000, 0x1000);
	memblock_reserve(END - 0x2400, 0x1000);
	EXPECT_EQ(any(0x400, LINE), END - 0x1400);
	LIST_HAS(reserved, 1, 0x2400);
	memblock_reserve(BASE + 0x100, 0x100);
	EXPECT_EQ(any(0x5900, LINE), BASE + 0x300);
	EXPECT_EQ(any(0x200, LINE), 0); /* two of 0x100 are left */
	EXPECT_EQ(any(0x100, 0x100), BASE + 0x200);
	EXPECT_EQ(any(0x100, 0x100), BASE);
	LIST_HAS(reserved, 1, SIZE);
	EXPECT_EQ(any(1, 1), 0);
}

TEST(memblock, what_does_not_fit_fails_and_changes_nothing)
{
	OWN_MEMBLOCK();

	EXPECT_EQ(any(1, 1), 0); /* no memory at all */
	new_memory();
	EXPECT_EQ(any(SIZE + 1, LINE), 0);
	EXPECT_EQ(any(PHYS_ADDR_MAX, LINE), 0);
	memblock_set_bottom_up(true);
	EXPECT_EQ(any(SIZE + 1, LINE), 0);
	EXPECT_EQ(any(PHYS_ADDR_MAX, LINE), 0);
	LIST_IS_EMPTY(reserved);
	EXPECT_EQ(any(SIZE, LINE), BASE);
	LIST_HAS(reserved, 1, SIZE);
}

TEST(memblock, an_allocation_does_not_span_regions_of_different_kinds)
{
	OWN_MEMBLOCK();

	new_memory();
	memblock_mark_hotplug(BASE + SIZE / 2, SIZE / 2);
	EXPECT_EQ(any(SIZE / 2 + 1, 1), 0);
	EXPECT_EQ(any(SIZE / 2, 1), BASE + SIZE / 2);
	EXPECT_EQ(any(SIZE / 2, 1), BASE);
}

static void allocate_unaligned(void *unused)
{
	(void)unused;
	EXPECT_EQ(any(4, 0), END - LINE);
	EXPECT_EQ(memblock_phys_alloc(4, 0), END - 2 * LINE);
}

TEST(memblock, no_alignment_is_warned_of_and_means_a_cache_line)
{
	OWN_MEMBLOCK();

	new_memory();
	EXPECT_WARNING(allocate_unaligned, NULL);
	LIST_HAS(reserved, 2, 8);
}

static void allocate_oddly(void *unused)
{
	(void)unused;
	any(4, 48);
}

TEST(memblock, an_alignment_that_is_no_power_of_two_is_caught)
{
	OWN_MEMBLOCK();

	new_memory();
	EXPECT_BUG(allocate_oddly, NULL);
	LIST_IS_EMPTY(reserved);
}

TEST(memblock, the_first_page_is_never_given_out)
{
	OWN_MEMBLOCK();

	memblock_add(0, 0x3000);
	EXPECT_EQ(any(0x3000, 1), 0);
	memblock_set_bottom_up(true);
	EXPECT_EQ(any(0x800, 1), 0x1000);
	memblock_set_bottom_up(false);
	EXPECT_EQ(any(0x1800, 1), 0x1800);
	EXPECT_EQ(any(1, 1), 0);
}

TEST(memblock, an_allocation_lies_between_its_bounds)
{
	OWN_MEMBLOCK();

	new_memory();
	EXPECT_EQ(try_nid(0x100, LINE, BASE + 0x200, BASE + 0x600), BASE + 0x500);
	EXPECT_EQ(try_nid(0x100, LINE, BASE + 0x200, BASE + 0x600), BASE + 0x400);
	memblock_set_bottom_up(true);
	EXPECT_EQ(try_nid(0x100, LINE, BASE + 0x200, BASE + 0x600), BASE + 0x200);
	EXPECT_EQ(try_nid(0x100, LINE, BASE + 0x200, BASE + 0x600), BASE + 0x300);
	LIST_HAS(reserved, 1, 0x400);
	/* Full: below the lower bound rather than not at all. */
	EXPECT_EQ(try_nid(0x100, LINE, BASE + 0x200, BASE + 0x600), BASE);
}

TEST(memblock, bounds_that_leave_exactly_the_size_leave_one_place)
{
	OWN_MEMBLOCK();

	new_memory();
	EXPECT_EQ(try_nid(0x200, LINE, BASE + 0x400, BASE + 0x600), BASE + 0x400);
	memblock_set_bottom_up(true);
	EXPECT_EQ(try_nid(0x200, LINE, BASE + 0x800, BASE + 0xa00), BASE + 0x800);
	LIST_HAS(reserved, 2, 0x400);
}

TEST(memblock, bounds_that_are_not_aligned_are_rounded_inward)
{
	OWN_MEMBLOCK();

	new_memory();
	EXPECT_EQ(try_nid(0x80, LINE, BASE + 2, BASE + 0x202), BASE + 0x180);
	memblock_set_bottom_up(true);
	EXPECT_EQ(try_nid(0x80, LINE, BASE + 2, BASE + 0x202), BASE + LINE);
}

TEST(memblock, a_lower_bound_that_cannot_be_met_is_dropped)
{
	OWN_MEMBLOCK();

	new_memory();
	/* 0x80 bytes between the bounds, 0x100 wanted */
	EXPECT_EQ(try_nid(0x100, LINE, BASE + 0x200, BASE + 0x280), BASE + 0x180);
	/* above all memory */
	EXPECT_EQ(try_nid(0x100, LINE, END, END + 0x1000), END - 0x100);
	EXPECT_EQ(try_nid(0x100, LINE, END, MEMBLOCK_ALLOC_ACCESSIBLE), END - 0x200);
	memblock_set_bottom_up(true);
	EXPECT_EQ(try_nid(0x100, LINE, END - 0x80, END), BASE);
}

TEST(memblock, bounds_beyond_memory_are_cut)
{
	OWN_MEMBLOCK();

	new_memory();
	EXPECT_EQ(try_nid(0x400, LINE, BASE - 0x1000, END + 0x1000), END - 0x400);
	memblock_set_bottom_up(true);
	EXPECT_EQ(try_nid(0x400, LINE, BASE - 0x1000, END + 0x1000), BASE);
}

TEST(memblock, an_upper_bound_is_never_dropped)
{
	OWN_MEMBLOCK();

	new_memory();
	EXPECT_EQ(try_nid(0x100, LINE, 0, BASE + 0xff), 0);
	EXPECT_EQ(try_nid(0x100, LINE, BASE + 0x1000, BASE), 0);
	memblock_reserve(BASE, 0x1000);
	EXPECT_EQ(try_nid(0x100, LINE, BASE, BASE + 0x1000), 0);
	memblock_set_bottom_up(true);
	EXPECT_EQ(try_nid(0x100, LINE, BASE, BASE + 0x1000), 0);
	LIST_HAS(reserved, 1, 0x1000);
}

TEST(memblock, bounds_around_two_reservations_use_the_gap_between_them)
{
	OWN_MEMBLOCK();

	new_memory();
	memblock_reserve(BASE + 0x1000, 0x800);
	memblock_reserve(BASE + 0x2000, 0x800);
	EXPECT_EQ(try_nid(0x400, LINE, BASE + 0x1000, BASE + 0x2800), BASE + 0x1c00);
	LIST_HAS(reserved, 2, 0x1400);
	memblock_set_bottom_up(true);
	EXPECT_EQ(try_nid(0x400, LINE, BASE + 0x1000, BASE + 0x2800), BASE + 0x1800);
	LIST_HAS(reserved, 1, 0x1800);
	/* No gap is left: the lower bound goes, the highest place below remains. */
	memblock_set_bottom_up(false);
	EXPECT_EQ(try_nid(0x400, LINE, BASE + 0x1000, BASE + 0x2800), BASE + 0xc00);
}

TEST(memblock, the_current_limit_holds_for_mapped_memory)
{
	OWN_MEMBLOCK();

	new_memory();
	memblock_set_current_limit(BASE + 0x1000);
	EXPECT_EQ(memblock_get_current_limit(), BASE + 0x1000);
	EXPECT_EQ(any(0x100, LINE), BASE + 0xf00);
	EXPECT_EQ(try_nid(0x100, LINE, 0, MEMBLOCK_ALLOC_ANYWHERE), BASE + 0xe00);
	EXPECT_EQ(try_nid(0x100, LINE, BASE + 0x2000, END), BASE + 0xd00);
	EXPECT_EQ(memblock_phys_alloc(0x100, LINE), BASE + 0xc00);
	/* A physical address need not be mapped. */
	EXPECT_EQ(memblock_phys_alloc_range(0x100, LINE, 0, END), END - 0x100);
	EXPECT_EQ(memblock_phys_alloc_range(0x100, LINE, 0, MEMBLOCK_ALLOC_NOLEAKTRACE),
	          BASE + 0xb00);
}

TEST(memblock, physical_allocations_drop_no_bound)
{
	OWN_MEMBLOCK();

	new_memory();
	EXPECT_EQ(memblock_phys_alloc_range(0x100, LINE, END - 0x80, END), 0);
	EXPECT_EQ(memblock_phys_alloc_range(0x80, LINE, END - 0x80, END), END - 0x80);
	EXPECT_EQ(memblock_phys_alloc_try_nid(0x80, LINE, 5), END - 0x100);
	memblock_add(0x300000000ULL, 0x1000);
	EXPECT_EQ(memblock_phys_alloc(0x1000, PAGE_SIZE), 0x300000000ULL);
}

TEST(memblock, finding_reserves_nothing)
{
	OWN_MEMBLOCK();

	new_memory();
	EXPECT_EQ(memblock_find_in_range(0, MEMBLOCK_ALLOC_ACCESSIBLE, 0x1000, 0x1000),
	          END - 0x1000);
	EXPECT_EQ(memblock_find_in_range(BASE, BASE + 0x1800, 0x1000, 0x1000), BASE);
	EXPECT_EQ(memblock_find_in_range(END, BASE, 1, 1), 0);
	EXPECT_EQ(memblock_find_in_range_node(0x1000, 0x1000, 0, END, 0, MEMBLOCK_NONE),
	          END - 0x1000);
	EXPECT_EQ(memblock_find_in_range_node(0x1000, 0x1000, 0, END, 4, MEMBLOCK_NONE),
	          0);
	LIST_IS_EMPTY(reserved);
}

static void allocate_on_max_node(void *unused)
{
	(void)unused;
	EXPECT_EQ(memblock_phys_alloc_try_nid(0x100, LINE, MAX_NUMNODES), END - 0x200);
}

TEST(memblock, a_node_without_memory_falls_back_unless_it_must_be_that_one)
{
	OWN_MEMBLOCK();

	new_memory();
	EXPECT_EQ(phys_of(memblock_alloc_exact_nid_raw(0x100, LINE, 0, END, 2)), 0);
	EXPECT_EQ(phys_of(memblock_alloc_exact_nid_raw(0x100, LINE, 0, END, 0)),
	          END - 0x100);
	EXPECT_WARNING(allocate_on_max_node, NULL);
	EXPECT_EQ(
	    phys_of(memblock_alloc_exact_nid_raw(0x100, LINE, 0, END, NUMA_NO_NODE)),
	    END - 0x300);
}

TEST(memblock, memory_outside_of_the_direct_map_is_not_allocated)
{
	OWN_MEMBLOCK();

	new_memory();
	memblock_mark_nomap(BASE + 0x1000, SIZE - 0x1000);
	memblock_add_node(END, 0x1000, 0, MEMBLOCK_DRIVER_MANAGED);
	EXPECT_EQ(any(0x800, LINE), BASE + 0x800);
	EXPECT_EQ(any(0x1000, LINE), 0);
}

TEST(memblock, memory_that_may_be_unplugged_is_left_alone_with_movable_node)
{
	OWN_MEMBLOCK();

	new_memory();
	memblock_mark_hotplug(BASE + 0x4000, 0x4000);
	EXPECT_EQ(any(0x100, LINE), END - 0x100);
	movable_node_enabled = true;
	EXPECT_EQ(any(0x100, LINE), BASE + 0x3f00);
	EXPECT_EQ(any(0x4000, LINE), 0);
}

TEST(memblock, mirrored_memory_is_preferred)
{
	OWN_MEMBLOCK();

	new_memory();
	memblock_mark_mirror(BASE + 0x2000, 0x1000);
	EXPECT_EQ(any(0x800, LINE), BASE + 0x2800);
	EXPECT_EQ(any(0x800, LINE), BASE + 0x2000);
	memblock_debug = true;
	said_nothing_yet();
	EXPECT_EQ(any(0x800, LINE), END - 0x800);
	EXPECT(said("Could not allocate 0x0000000000000800 bytes of mirrored memory"));
}

TEST(memblock, allocated_memory_is_zeroed_and_no_other)
{
	OWN_MEMBLOCK();
	u8 *p;

	memblock_add(__pa(world), WORLD_BYTES);
	memset(world, 0xaa, WORLD_BYTES);
	p = memblock_alloc(0x1801, 0x1000);
	ASSERT(p == world + WORLD_BYTES - 0x2000);
	EXPECT(!memchr_inv(p, 0, 0x1801));
	EXPECT(!memchr_inv(world, 0xaa, WORLD_BYTES - 0x2000));
	EXPECT(!memchr_inv(p + 0x1801, 0xaa, 0x7ff));
	p = memblock_alloc_node(0x100, LINE, 0);
	ASSERT(p == world + WORLD_BYTES - 0x100); /* in the rest of its page */
	EXPECT(!memchr_inv(p, 0, 0x100));
	memset(world, 0xaa, WORLD_BYTES);
	p = memblock_alloc_raw(0x1000, 0x1000);
	EXPECT(p && !memchr_inv(p, 0xaa, 0x1000));
	memblock_free(p, 0x1000);
	EXPECT(memblock_alloc_try_nid(0x1000, 0x1000, 0, 0, 0) == p);
	EXPECT(!memchr_inv(p, 0, 0x1000));
}

TEST(memblock, an_allocation_from_an_address_is_above_it)
{
	OWN_MEMBLOCK();
	phys_addr_t base = __pa(world);

	memblock_add(base, WORLD_BYTES);
	EXPECT_EQ(phys_of(memblock_alloc_from(0x100, LINE, base + 0x4000)),
	          base + WORLD_BYTES - 0x100);
	memblock_set_bottom_up(true);
	EXPECT_EQ(phys_of(memblock_alloc_from(0x100, LINE, base + 0x4000)),
	          base + 0x4000);
	EXPECT_EQ(phys_of(memblock_alloc_from(0x100, LINE, base + 0x4001)),
	          base + 0x4100);
	EXPECT_EQ(phys_of(memblock_alloc_from(0x100, 0x1000, base + WORLD_BYTES - 1)),
	          base);
}

TEST(memblock, a_low_allocation_ends_below_4_gib)
{
	OWN_MEMBLOCK();
	phys_addr_t base = __pa(world);

	memblock_add(base, WORLD_BYTES);
	memblock_add(0x200000000ULL, 0x1000);
	EXPECT_EQ(phys_of(memblock_alloc_low(0x100, LINE)), base + WORLD_BYTES - 0x100);
	EXPECT_EQ(memblock_phys_alloc(0x100, LINE), 0x200000f00ULL);
}

TEST(memblock, memory_that_was_freed_is_found_again)
{
	OWN_MEMBLOCK();

	new_memory();
	EXPECT_EQ(any(SIZE, LINE), BASE);
	memblock_phys_free(BASE + 0x3000, 0x1000);
	EXPECT_EQ(any(0x1001, 1), 0);
	EXPECT_EQ(any(0x1000, 0x1000), BASE + 0x3000);
}

TEST(memblock, debug_says_each_allocation)
{
	OWN_MEMBLOCK();

	new_memory();
	memblock_debug = true;
	said_nothing_yet();
	any(0x100, 0x40);
	EXPECT(said("memblock_alloc_try_nid_raw: 256 bytes align=0x40 nid=-1 "
	            "from=0x0000000000000000 max_addr=0x0000000000000000 "));
	EXPECT(said("memblock_reserve: [0x0000000010007f00-0x0000000010007fff] "));
	memblock_phys_alloc_range(0x10, 0x10, BASE, END);
	EXPECT(said("memblock_phys_alloc_range: 16 bytes align=0x10 "
	            "from=0x0000000010000000 max_addr=0x0000000010008000 "));
}
