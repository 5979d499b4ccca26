/*
 * bootmem on small private nodes. Most cases never touch the memory that they
 * allocate (bootmem_place() only marks the bitmap), so that their addresses are
 * the same on the host and in the kernel and were worked out by hand.
 */
#include "ktest.h"

#include <lib/errno.h>
#include <lib/string.h>
#include <lib/util.h>
#include <mm/bootmem.h>

#define NONE        (~0ULL)
#define MAP_LONGS   (PAGE_SIZE / sizeof(unsigned long))
#define NODE_PAGES  8192UL /* 32 MiB: ISA DMA's 16 and as much above */
#define NODE_BYTES  (NODE_PAGES << PAGE_SHIFT)
#define ARENA_PAGES 8UL

static struct bootmem_data node;
static unsigned long map[MAP_LONGS];
static u8 arena[ARENA_PAGES << PAGE_SHIFT] __aligned(4096);

/* A node of NODE_PAGES at 0, all reserved, and one that is all free. */
static void new_node(void)
{
	memset(&node, 0, sizeof(node));
	init_bootmem_map(&node, map, 0, NODE_PAGES);
}

static void new_free_node(void)
{
	new_node();
	free_bootmem_core(&node, 0, NODE_BYTES);
}

static phys_addr_t place(unsigned long size, unsigned long align, phys_addr_t goal,
                         phys_addr_t limit)
{
	const struct bootmem_request req = {size, align, goal, limit};
	phys_addr_t addr;

	return bootmem_place(&node, &req, &addr) ? addr : NONE;
}

static bool page_is_free(unsigned long pfn)
{
	struct bootmem_run run = {0};

	while (bootmem_next_run(&node, &run)) {
		if (pfn >= run.start_pfn && pfn < run.end_pfn)
			return !run.reserved;
	}
	return false;
}

TEST(bootmem, the_bitmap_has_one_bit_a_page)
{
	EXPECT_EQ(bootmem_bootmap_pages(1), 1);
	EXPECT_EQ(bootmem_bootmap_pages(32768), 1);
	EXPECT_EQ(bootmem_bootmap_pages(32769), 2);
	EXPECT_EQ(bootmem_bootmap_pages(229376), 7); /* 896 MiB: 28 KiB */
}

TEST(bootmem, every_page_is_reserved_at_first)
{
	struct bootmem_run run = {0};

	new_node();
	EXPECT_EQ(bootmem_nr_free(&node), 0);
	EXPECT_EQ(place(1, 1, 0, 0), NONE);
	ASSERT(bootmem_next_run(&node, &run));
	EXPECT(run.reserved);
	EXPECT_EQ(run.start_pfn, 0);
	EXPECT_EQ(run.end_pfn, NODE_PAGES);
	EXPECT(!bootmem_next_run(&node, &run));
	EXPECT_EQ(bootmem_check_core(&node), 0);
}

TEST(bootmem, freeing_rounds_inward)
{
	new_node();
	free_bootmem_core(&node, 0x1800, 0x4000); /* half of 1, 2 to 4, half of 5 */
	EXPECT_EQ(bootmem_nr_free(&node), 3);
	EXPECT(!page_is_free(1));
	EXPECT(page_is_free(2));
	EXPECT(page_is_free(4));
	EXPECT(!page_is_free(5));
	EXPECT_EQ(bootmem_check_core(&node), 0);
}

TEST(bootmem, freeing_less_than_a_page_frees_nothing)
{
	new_node();
	free_bootmem_core(&node, 0x1001, 0xfff);
	free_bootmem_core(&node, 0x1800, 0x1000);
	EXPECT_EQ(bootmem_nr_free(&node), 0);
	EXPECT_EQ(bootmem_check_core(&node), 0);
}

TEST(bootmem, a_page_that_is_cut_by_the_end_of_ram_may_be_named_when_freeing)
{
	new_node();
	free_bootmem_core(&node, NODE_BYTES - 0x1000, 0x1800);
	EXPECT_EQ(bootmem_nr_free(&node), 1);
	EXPECT_EQ(bootmem_check_core(&node), 0);
}

TEST(bootmem, reserving_rounds_outward)
{
	new_free_node();
	EXPECT_EQ(reserve_bootmem_core(&node, 0x1fff, 0x1002, BOOTMEM_DEFAULT), 0);
	EXPECT_EQ(bootmem_nr_free(&node), NODE_PAGES - 3);
	EXPECT(page_is_free(0));
	EXPECT(!page_is_free(1));
	EXPECT(!page_is_free(3));
	EXPECT(page_is_free(4));
	EXPECT_EQ(bootmem_check_core(&node), 0);
}

TEST(bootmem, reserving_exclusively_what_is_reserved_fails_and_changes_nothing)
{
	new_free_node();
	EXPECT_EQ(reserve_bootmem_core(&node, 0x4000, 0x1000, BOOTMEM_EXCLUSIVE), 0);
	EXPECT_EQ(reserve_bootmem_core(&node, 0x2000, 0x2001, BOOTMEM_EXCLUSIVE),
	          -EBUSY);
	EXPECT_EQ(bootmem_nr_free(&node), NODE_PAGES - 1);
	EXPECT(page_is_free(2));
}

TEST(bootmem, reserving_twice_counts_a_page_once)
{
	new_free_node();
	EXPECT_EQ(reserve_bootmem_core(&node, 0x4000, 0x2000, BOOTMEM_DEFAULT), 0);
	EXPECT_EQ(reserve_bootmem_core(&node, 0x3000, 0x4000, BOOTMEM_DEFAULT), 0);
	EXPECT_EQ(bootmem_nr_free(&node), NODE_PAGES - 4);
	EXPECT_EQ(bootmem_check_core(&node), 0);
}

TEST(bootmem, the_runs_alternate_and_cover_the_node)
{
	struct bootmem_run run = {0};

	new_node();
	free_bootmem_core(&node, 0, 0x2000);
	free_bootmem_core(&node, 0x5000, 0x7000);
	ASSERT(bootmem_next_run(&node, &run));
	EXPECT(!run.reserved && run.start_pfn == 0 && run.end_pfn == 2);
	ASSERT(bootmem_next_run(&node, &run));
	EXPECT(run.reserved && run.start_pfn == 2 && run.end_pfn == 5);
	ASSERT(bootmem_next_run(&node, &run));
	EXPECT(!run.reserved && run.start_pfn == 5 && run.end_pfn == 12);
	ASSERT(bootmem_next_run(&node, &run));
	EXPECT(run.reserved && run.start_pfn == 12 && run.end_pfn == NODE_PAGES);
	EXPECT(!bootmem_next_run(&node, &run));
	EXPECT_EQ(bootmem_largest_run(&node), 7);
}

TEST(bootmem, the_first_run_that_is_long_enough_is_taken)
{
	new_node();
	free_bootmem_core(&node, 0x1000, 0x1000);
	free_bootmem_core(&node, 0x3000, 0x2000);
	free_bootmem_core(&node, 0x8000, 0x3000);
	EXPECT_EQ(place(0x3000, PAGE_SIZE, 0, 0), 0x8000);
	EXPECT_EQ(place(0x1800, PAGE_SIZE, 0, 0), 0x3000);
	EXPECT_EQ(place(0x1000, PAGE_SIZE, 0, 0), 0x1000);
	EXPECT_EQ(bootmem_nr_free(&node), 0);
	EXPECT_EQ(bootmem_check_core(&node), 0);
}

TEST(bootmem, alignment_is_that_of_the_physical_address)
{
	memset(&node, 0, sizeof(node));
	init_bootmem_map(&node, map, 3, 64);
	free_bootmem_core(&node, 0x3000, 61 << PAGE_SHIFT);
	EXPECT_EQ(place(PAGE_SIZE, 0x4000, 0, 0), 0x4000);
	EXPECT_EQ(place(PAGE_SIZE, 0x10000, 0, 0), 0x10000);
	EXPECT_EQ(place(PAGE_SIZE, 0x20000, 0, 0), 0x20000);
	EXPECT_EQ(place(PAGE_SIZE, 0x40000, 0, 0), NONE);
	EXPECT_EQ(place(PAGE_SIZE, PAGE_SIZE, 0, 0), 0x3000);
	EXPECT_EQ(bootmem_check_core(&node), 0);
}

TEST(bootmem, a_hole_left_by_an_alignment_is_used_by_the_next_that_fits)
{
	new_free_node();
	EXPECT_EQ(place(PAGE_SIZE, PAGE_SIZE, 0x1000000, 0), 0x1000000);
	EXPECT_EQ(place(PAGE_SIZE, 0x400000, 0x1000000, 0), 0x1400000);
	EXPECT_EQ(place(PAGE_SIZE, PAGE_SIZE, 0x1000000, 0), 0x1001000);
	EXPECT_EQ(place(PAGE_SIZE, PAGE_SIZE, 0x1000000, 0), 0x1002000);
	EXPECT_EQ(bootmem_check_core(&node), 0);
}

TEST(bootmem, the_search_begins_at_the_goal)
{
	new_free_node();
	EXPECT_EQ(place(PAGE_SIZE, PAGE_SIZE, 0x1000000, 0), 0x1000000);
	EXPECT_EQ(place(0x2000, PAGE_SIZE, 0x1000000, 0), 0x1001000);
	EXPECT_EQ(place(PAGE_SIZE, PAGE_SIZE, 0, 0), 0);
	EXPECT_EQ(place(PAGE_SIZE, PAGE_SIZE, 0x1000800, 0), 0x1003000);
	EXPECT_EQ(place(PAGE_SIZE, PAGE_SIZE, 0x800800, 0), 0x801000);
}

TEST(bootmem, a_goal_that_cannot_be_met_falls_back_to_the_start)
{
	new_free_node();
	reserve_bootmem_core(&node, 0x1000000, 0xfff000, BOOTMEM_DEFAULT);
	EXPECT_EQ(place(0x2000, PAGE_SIZE, 0x1000000, 0), 0); /* one page is there */
	EXPECT_EQ(place(PAGE_SIZE, PAGE_SIZE, NODE_BYTES, 0), 0x2000);
	EXPECT_EQ(place(PAGE_SIZE, PAGE_SIZE, (1ULL << 44) + 0x800000, 0), 0x3000);
	EXPECT_EQ(place(PAGE_SIZE, PAGE_SIZE, 0x1000000, 0), NODE_BYTES - PAGE_SIZE);
	EXPECT_EQ(bootmem_check_core(&node), 0);
}

TEST(bootmem, an_allocation_ends_at_or_below_its_limit)
{
	new_node();
	free_bootmem_core(&node, 0xffe000, 0x4000); /* two pages on either side */
	EXPECT_EQ(place(0x3000, PAGE_SIZE, 0, MAX_DMA_ADDRESS), NONE);
	EXPECT_EQ(place(0x2000, PAGE_SIZE, 0x1000000, MAX_DMA_ADDRESS), 0xffe000);
	EXPECT_EQ(place(1, 1, 0, MAX_DMA_ADDRESS), NONE);
	EXPECT_EQ(place(1, 1, 0, 0x800), NONE);
	EXPECT_EQ(place(0x2000, PAGE_SIZE, 0, 0), 0x1000000);
	EXPECT_EQ(bootmem_check_core(&node), 0);
}

TEST(bootmem, small_allocations_share_a_page)
{
	new_free_node();
	EXPECT_EQ(place(100, 32, 0, 0), 0);
	EXPECT_EQ(place(100, 32, 0, 0), 128);
	EXPECT_EQ(place(28, 4, 0, 0), 228);
	EXPECT_EQ(place(3840, 32, 0, 0), 256); /* to the page's last byte */
	EXPECT_EQ(bootmem_nr_free(&node), NODE_PAGES - 1);
	EXPECT_EQ(place(1, 1, 0, 0), 0x1000);
	EXPECT_EQ(bootmem_nr_free(&node), NODE_PAGES - 2);
	EXPECT_EQ(bootmem_check_core(&node), 0);
}

TEST(bootmem, an_allocation_may_run_on_from_the_shared_page_into_the_next)
{
	new_free_node();
	EXPECT_EQ(place(0x1100, 32, 0, 0), 0);
	EXPECT_EQ(place(0x1000, 32, 0, 0), 0x1100); /* 0x1100 to 0x2100 */
	EXPECT_EQ(bootmem_nr_free(&node), NODE_PAGES - 3);
	EXPECT_EQ(place(16, 16, 0, 0), 0x2100);
	EXPECT_EQ(bootmem_check_core(&node), 0);
}

TEST(bootmem, an_allocation_does_not_run_on_into_a_reserved_page)
{
	new_free_node();
	reserve_bootmem_core(&node, 0x1000, 0x1000, BOOTMEM_DEFAULT);
	EXPECT_EQ(place(100, 32, 0, 0), 0);
	EXPECT_EQ(place(4000, 32, 0, 0), 0x2000);
	EXPECT_EQ(place(64, 32, 0, 0), 0x2fa0); /* behind the last one: 4000 = 0xfa0 */
	/* 32 bytes are left, and page 3 is free. */
	EXPECT_EQ(place(64, 32, 0, 0), 0x2fe0);
}

TEST(bootmem, the_rest_of_a_shared_page_serves_when_no_page_is_left)
{
	new_free_node();
	EXPECT_EQ(place(NODE_BYTES - 100, 32, 0, 0), 0);
	EXPECT_EQ(bootmem_nr_free(&node), 0);
	EXPECT_EQ(place(101, 1, 0, 0), NONE);
	EXPECT_EQ(place(1, 1, MAX_DMA_ADDRESS, 0), NODE_BYTES - 100);
	EXPECT_EQ(place(99, 1, 0, 0), NODE_BYTES - 99); /* to the last byte */
	EXPECT_EQ(place(1, 1, 0, 0), NONE);
	EXPECT_EQ(bootmem_check_core(&node), 0);
}

TEST(bootmem, a_page_aligned_allocation_shares_no_page)
{
	new_free_node();
	EXPECT_EQ(place(100, 32, 0, 0), 0);
	EXPECT_EQ(place(100, PAGE_SIZE, 0, 0), 0x1000);
	EXPECT_EQ(place(100, 32, 0, 0), 0x1080); /* but lends its own rest */
	EXPECT_EQ(place(PAGE_SIZE, PAGE_SIZE, 0, 0), 0x2000);
	EXPECT_EQ(place(100, 32, 0, 0), 0x3000); /* a full page has no rest */
}

TEST(bootmem, a_shared_page_below_the_goal_is_the_second_choice)
{
	new_free_node();
	EXPECT_EQ(place(100, 32, 0, 0), 0);
	EXPECT_EQ(place(100, 32, 0x1000000, 0), 0x1000000);
	EXPECT_EQ(place(100, 32, 0x1000000, MAX_DMA_ADDRESS), 0x1000);
	reserve_bootmem_core(&node, 0x2000, NODE_BYTES - 0x2000, BOOTMEM_DEFAULT);
	EXPECT_EQ(place(100, 32, 0x1000000, 0), 0x1080);
	EXPECT_EQ(bootmem_nr_free(&node), 0);
}

TEST(bootmem, freeing_the_shared_page_ends_its_sharing)
{
	new_free_node();
	EXPECT_EQ(place(100, 32, 0, 0), 0);
	free_bootmem_core(&node, 0, PAGE_SIZE);
	reserve_bootmem_core(&node, 0, PAGE_SIZE, BOOTMEM_DEFAULT);
	EXPECT_EQ(place(100, 32, 0, 0), 0x1000);
	EXPECT_EQ(bootmem_check_core(&node), 0);
}

TEST(bootmem, freed_pages_are_found_again)
{
	new_free_node();
	EXPECT_EQ(place(0x8000, PAGE_SIZE, 0x1000000, 0), 0x1000000);
	free_bootmem_core(&node, 0x1003000, 0x2000);
	EXPECT_EQ(place(PAGE_SIZE, PAGE_SIZE, 0x1000000, 0), 0x1003000);
	EXPECT_EQ(place(PAGE_SIZE, PAGE_SIZE, 0x1000000, 0), 0x1004000);
	EXPECT_EQ(place(PAGE_SIZE, PAGE_SIZE, 0x1000000, 0), 0x1008000);
	EXPECT_EQ(bootmem_check_core(&node), 0);
}

TEST(bootmem, what_does_not_fit_changes_nothing)
{
	new_free_node();
	EXPECT_EQ(place(NODE_BYTES + 1, 1, 0, 0), NONE);
	EXPECT_EQ(place(0xffffffffUL, 1, 0, 0), NONE);
	EXPECT_EQ(place(1, 0x80000000UL, 0x1000, 0), 0);
	EXPECT_EQ(place(PAGE_SIZE, 0x80000000UL, 0, 0), NONE);
	EXPECT_EQ(bootmem_nr_free(&node), NODE_PAGES - 1);
	EXPECT_EQ(bootmem_check_core(&node), 0);
}

TEST(bootmem, the_whole_node_can_be_allocated)
{
	new_free_node();
	EXPECT_EQ(place(NODE_BYTES, PAGE_SIZE, 0x1000000, 0), 0);
	EXPECT_EQ(bootmem_nr_free(&node), 0);
	EXPECT_EQ(bootmem_largest_run(&node), 0);
	EXPECT_EQ(place(1, 1, 0x1000000, 0), NONE);
	EXPECT_EQ(bootmem_check_core(&node), 0);
}

TEST(bootmem, allocated_memory_is_zeroed_and_no_other)
{
	phys_addr_t base = __pa(arena);
	const struct bootmem_request first = {0x1801, 32, 0, 0};
	const struct bootmem_request second = {100, 32, 0, 0};
	u8 *p;

	memset(arena, 0xaa, sizeof(arena));
	memset(&node, 0, sizeof(node));
	init_bootmem_map(&node, map, PFN_DOWN(base), PFN_DOWN(base) + ARENA_PAGES);
	free_bootmem_core(&node, base + 0x1000, 0x4000);
	p = __alloc_bootmem_core(&node, &first);
	ASSERT(p == arena + 0x1000);
	EXPECT(!memchr_inv(p, 0, 0x1801));
	EXPECT(!memchr_inv(p + 0x1801, 0xaa, 0x2000));
	EXPECT(!memchr_inv(arena, 0xaa, 0x1000));
	p = __alloc_bootmem_core(&node, &second);
	ASSERT(p == arena + 0x2820);
	EXPECT(!memchr_inv(p, 0, 100));
	EXPECT_EQ(p[-1], 0xaa);
	EXPECT_EQ(p[100], 0xaa);
}
