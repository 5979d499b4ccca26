/*
 * Merging, exhaustively. What the free lists look like depends on which pages of
 * a block are free, and not on the order in which they came: if, from every set
 * of free pages, freeing any further page leads to the lists that the larger set
 * must have, then by induction every order of frees does.
 */
#include "ktest.h"

#include "buddy_test.h"

#define TOP_ORDER 4
#define TOP_PAGES (1U << TOP_ORDER)

#ifdef K896_HOST
#define MERGE_ORDER 4 /* 65,536 sets, half a million frees */
#else
#define MERGE_ORDER 3 /* 256 sets; the rest on the host */
#endif

static struct zone *zone;
static struct page *block; /* of TOP_ORDER, its buddy is in use */

/* Whether pages [first, first + 2^order) are all in the set. */
static bool all_in(u32 set, unsigned int first, unsigned int order)
{
	u32 mask = ((order == 5 ? 0 : 1U << (1U << order)) - 1) << first;

	return (set & mask) == mask;
}

/* The order that the block at `first` must have: the largest whole one. */
static int expected_order(u32 set, unsigned int first)
{
	int best = -1;

	for (unsigned int order = 0; order <= TOP_ORDER; order++) {
		if (first & ((1U << order) - 1) || !all_in(set, first, order))
			break;
		best = (int)order;
	}
	return best;
}

static bool lists_match(u32 set)
{
	for (unsigned int i = 0; i < TOP_PAGES;) {
		int order = expected_order(set, i);

		if (order < 0) {
			if (PageBuddy(block + i))
				return false;
			i++;
			continue;
		}
		if (!PageBuddy(block + i) || block[i].private != (unsigned long)order)
			return false;
		for (unsigned int k = 1; k < 1U << order; k++)
			if (PageBuddy(block + i + k))
				return false;
		i += 1U << order;
	}
	return true;
}

static void free_in_block(unsigned int i)
{
	__free_one_page(zone, block + i, 0, get_pageblock_migratetype(block));
}

static void take_all_back(void)
{
	for (unsigned int i = 0; i < TOP_PAGES; i++) {
		unsigned long order = block[i].private;

		if (!PageBuddy(block + i))
			continue;
		del_from_free_list(zone, block + i, (unsigned int)order);
		zone->vm_stat[NR_FREE_PAGES] -= 1UL << order;
	}
}

static bool check_set(u32 set, unsigned int pages)
{
	bool good = true;

	for (unsigned int next = 0; next < pages && good; next++) {
		if (set & 1U << next)
			continue;
		for (unsigned int i = 0; i < pages; i++)
			if (set & 1U << i)
				free_in_block(i);
		good = lists_match(set);
		free_in_block(next);
		good = good && lists_match(set | 1U << next);
		take_all_back();
		if (!good)
			ktest_printf("set %#x, then page %u\n", set, next);
	}
	return good;
}

TEST(buddy_merge, every_order_of_frees_leads_to_the_same_blocks)
{
	struct page *pair = alloc_pages(GFP_KERNEL, TOP_ORDER + 1);
	unsigned int pages = 1U << MERGE_ORDER;
	unsigned long flags;
	bool good = true;

	ASSERT(pair != NULL);
	block = pair;
	zone = page_zone(pair);
	local_irq_save(flags);
	pair->_count = 0;
	for (u32 set = 0; set < 1U << pages && good; set++)
		good = check_set(set, pages);
	pair->_count = 1;
	local_irq_restore(flags);
	EXPECT(good);
	__free_pages(pair, TOP_ORDER + 1);
	EXPECT_EQ(buddy_check(), 0);
}

TEST(buddy_merge, both_halves_of_the_top_order_stay_apart)
{
	struct page *page = alloc_pages(GFP_KERNEL, MAX_ORDER - 1);
	unsigned long blocks;

	ASSERT(page != NULL);
	zone = page_zone(page);
	blocks = zone->free_area[MAX_ORDER - 1].nr_free;
	__free_pages(page, MAX_ORDER - 1);
	EXPECT_EQ(zone->free_area[MAX_ORDER - 1].nr_free, blocks + 1);
}
