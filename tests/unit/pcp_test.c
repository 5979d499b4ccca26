/*
 * The per-CPU lists: what they hold, when they are filled and emptied, and that
 * nothing is lost or left apart on the way.
 */
#include "ktest.h"

#include "buddy_test.h"

#define BLOCKS 512

static struct page *blocks[BLOCKS];
static struct page frames[MAX_ORDER_NR_PAGES]; /* of no memory */

TEST(pcp, small_blocks_come_from_the_per_cpu_list_and_go_back_there)
{
	for (unsigned int order = 0; order < NR_PCP_ORDERS; order++) {
		struct page *page = alloc_pages(GFP_KERNEL, order), *again;
		unsigned long free = nr_free_pages();

		ASSERT(page != NULL);
		__free_pages(page, order);
		EXPECT_EQ(nr_free_pages(), free); /* not on the free lists */
		again = alloc_pages(GFP_KERNEL, order);
		EXPECT_EQ(again, page); /* hot: the last one in is the first one out */
		__free_pages(again, order);
	}
}

TEST(pcp, larger_blocks_go_straight_to_the_free_lists)
{
	struct page *page = alloc_pages(GFP_KERNEL, NR_PCP_ORDERS);
	unsigned long free = nr_free_pages();

	ASSERT(page != NULL);
	__free_pages(page, NR_PCP_ORDERS);
	EXPECT_EQ(nr_free_pages(), free + (1UL << NR_PCP_ORDERS));
}

TEST(pcp, a_cold_page_goes_to_the_far_end)
{
	struct page *hot = alloc_page(GFP_KERNEL), *cold = alloc_page(GFP_KERNEL);
	struct page *page;

	ASSERT(hot && cold);
	__free_page(hot);
	free_cold_page(cold);
	page = alloc_page(GFP_KERNEL);
	EXPECT_EQ(page, hot);
	__free_page(page);
	page = alloc_page(GFP_KERNEL | __GFP_COLD);
	EXPECT_EQ(page, cold);
	__free_page(page);
}

TEST(pcp, draining_empties_every_per_cpu_list)
{
	struct zone *zone;

	__free_page(alloc_page(GFP_KERNEL));
	drain_all_pages();
	for_each_populated_zone (zone)
		EXPECT_EQ(zone_pcp(zone)->count, 0);
	EXPECT_EQ(buddy_check(), 0);
}

TEST(pcp, an_empty_list_is_refilled_by_about_a_batch)
{
	for (unsigned int order = 0; order < NR_PCP_ORDERS; order++) {
		struct per_cpu_pages *pcp;
		struct page *page;

		drain_all_pages();
		page = alloc_pages(GFP_KERNEL, order);
		ASSERT(page != NULL);
		pcp = zone_pcp(page_zone(page));
		EXPECT_EQ(pcp->count, (max(pcp->batch >> order, 1) - 1) << order);
		__free_pages(page, order);
	}
	EXPECT_EQ(buddy_check(), 0);
}

TEST(pcp, a_refill_brings_a_cut_block_in_the_order_of_its_addresses)
{
	struct page *page, *next;

	drain_all_pages();
	page = alloc_page(GFP_KERNEL);
	next = alloc_page(GFP_KERNEL);
	ASSERT(page && next);
	if (!(page_to_pfn(page) & 1) && zone_pcp(page_zone(page))->batch > 1)
		EXPECT_EQ(next, page + 1);
	__free_page(page);
	__free_page(next);
}

/* Blocks of pseudo-random orders, freed as they were taken or backwards. */
static void take_and_give(u64 *seed, bool backwards)
{
	unsigned int orders[BLOCKS], n = 0;

	for (; n < BLOCKS; n++) {
		orders[n] = ktest_random_below(seed, NR_PCP_ORDERS);
		blocks[n] = alloc_pages(GFP_KERNEL, orders[n]);
		if (!blocks[n])
			break;
	}
	for (unsigned int i = 0; i < n; i++) {
		unsigned int at = backwards ? n - 1 - i : i;
		const struct per_cpu_pages *pcp = zone_pcp(page_zone(blocks[at]));

		__free_pages(blocks[at], orders[at]);
		EXPECT(pcp->count < pcp->high);
	}
	EXPECT_EQ(buddy_check(), 0);
}

TEST(pcp, never_holds_high_pages_and_gives_back_what_merges)
{
	struct buddy_counts before, after;
	u64 seed = ktest_seed();

	count_blocks(&before);
	for (int round = 0; round < 8; round++)
		take_and_give(&seed, round & 1);
	count_blocks(&after);
	EXPECT(same_blocks(&before, &after));
}

TEST(pcp, a_list_of_another_order_is_no_help_until_it_is_drained)
{
	struct page *page = alloc_pages(GFP_KERNEL, 3);
	struct per_cpu_pages *pcp;

	ASSERT(page != NULL);
	pcp = zone_pcp(page_zone(page));
	drain_all_pages();
	__free_pages(page, 3);
	EXPECT_EQ(pcp->count, 8);
	EXPECT_EQ(buddy_check(), 0);
	drain_all_pages();
	EXPECT_EQ(pcp->count, 0);
	EXPECT_EQ(buddy_check(), 0);
}

TEST(pcp, the_checker_sees_a_block_that_is_in_use)
{
	struct page *page = alloc_pages(GFP_KERNEL, 2);

	ASSERT(page != NULL);
	__free_pages(page, 2);
	page[3]._count = 1;
	EXPECT_EQ(buddy_check(), 1);
	page[3]._count = 0;
	EXPECT_EQ(buddy_check(), 0);
}

/* ---- Every page of a block is looked at ---- */

static const struct page good_page = {._mapcount = -1, .flags = BIT(PG_dirty)};

static bool one_bad_page_is_found(unsigned long nr, unsigned long at, struct page bad)
{
	bool found;

	frames[at] = bad;
	found = pages_are_bad(frames, nr);
	frames[at] = good_page;
	return found;
}

TEST(pcp, one_bad_page_spoils_a_block_of_any_order)
{
	struct page flag = good_page, used = good_page, mapped = good_page,
		    cached = good_page;

	flag.flags |= BIT(PG_locked);
	used._count = 1;
	mapped._mapcount = 0;
	cached.mapping = frames;
	for (unsigned long i = 0; i < MAX_ORDER_NR_PAGES; i++)
		frames[i] = good_page;
	for (unsigned int order = 0; order < MAX_ORDER; order++) {
		unsigned long nr = 1UL << order, step = order > 6 ? 37 : 1;

		EXPECT(!pages_are_bad(frames, nr));
		for (unsigned long at = 0; at < nr; at += step) {
			EXPECT(one_bad_page_is_found(nr, at, flag));
			EXPECT(one_bad_page_is_found(nr, at, used));
			EXPECT(one_bad_page_is_found(nr, at, mapped));
			EXPECT(one_bad_page_is_found(nr, at, cached));
		}
		EXPECT(one_bad_page_is_found(nr, nr - 1, flag));
	}
}

static void free_order_5(void *page)
{
	__free_pages(page, 5);
}

TEST(pcp, a_mapped_page_in_the_middle_of_a_block_is_caught)
{
	struct page *page = alloc_pages(GFP_KERNEL, 5);

	ASSERT(page != NULL);
	page[17]._mapcount = 0;
	EXPECT_BUG(free_order_5, page);
	page[17]._mapcount = -1;
	page->_count = 1; /* the attempt dropped the reference */
	__free_pages(page, 5);
	EXPECT_EQ(buddy_check(), 0);
}
