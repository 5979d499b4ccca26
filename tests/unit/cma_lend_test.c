/*
 * CMA's memory as the page allocator lends it: to whom, and that it comes back.
 */
#include "cma_test.h"

/* Allocate until nothing is left; how many of the pages are the area's. */
static unsigned long take_all(gfp_t gfp, struct list_head *taken)
{
	unsigned long nr = 0;
	struct page *page;

	while ((page = alloc_page(gfp))) {
		list_add(&page->lru, taken);
		nr += in_area(page);
	}
	return nr;
}

static void free_list(struct list_head *taken)
{
	struct page *page, *next;

	list_for_each_entry_safe (page, next, taken, lru)
		__free_page(page);
	INIT_LIST_HEAD(taken);
}

TEST(cma, movable_allocations_get_its_pages_and_others_never)
{
	unsigned long free, lent;
	LIST_HEAD(taken);

	if (page_group_by_mobility_disabled)
		SKIP("mobility grouping is off: nothing is movable");
	if (debug_guardpage_minorder())
		SKIP("guard pages take more than what was asked for");
	NEED_AREA();
	free = free_cma();
	EXPECT_EQ(take_all(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY, &taken), 0);
	EXPECT_EQ(take_all(GFP_ATOMIC | __GFP_NOWARN, &taken), 0);
	EXPECT_EQ(free_cma(), free);
	free_list(&taken);
	lent = take_all(GFP_LOW_MOVABLE, &taken);
	EXPECT(lent > AREA_PAGES / 2);
	EXPECT_EQ(cma_lent_pages(area), lent);
	EXPECT_EQ(take_all(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY, &taken), 0);
	EXPECT_EQ(buddy_check(), 0);
	free_list(&taken);
	EXPECT_EQ(free_cma(), free);
	drop_area();
}

TEST(cma, what_the_page_allocator_lent_comes_back)
{
	struct page *page, *next;
	unsigned int nr = 0;
	LIST_HEAD(taken);

	if (page_group_by_mobility_disabled)
		SKIP("mobility grouping is off: nothing is movable");
	NEED_AREA();
	owner_reset();
	take_all(GFP_LOW_MOVABLE, &taken);
	list_for_each_entry_safe (page, next, &taken, lru) {
		if (!in_area(page) || nr == 1000)
			continue;
		list_del(&page->lru);
		owner_adopt(nr++, page);
	}
	free_list(&taken);
	EXPECT(nr > 0);
	page = cma_alloc(area, AREA_PAGES, 0);
	EXPECT_EQ(place(page), 0);
	EXPECT_EQ(owner.nr_moved, nr);
	expect_intact(nr);
	EXPECT(cma_release(area, page, AREA_PAGES));
	owner_free_all();
	drop_area();
}

TEST(cma, without_memory_to_move_to_it_fails_and_nothing_is_lost)
{
	unsigned int nr = 0;
	struct page *page;
	LIST_HEAD(taken);

	if (page_group_by_mobility_disabled)
		SKIP("mobility grouping is off: nothing is movable");
	NEED_AREA();
	ASSERT(lend(200, 0, 1));
	nr = 200;
	take_all(GFP_LOW_MOVABLE, &taken);
	while ((page = alloc_page(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY)))
		list_add(&page->lru, &taken);
	EXPECT_EQ(cma_alloc(area, 200, 0), NULL);
	EXPECT(owner.nr_put_back > 0);
	expect_intact(nr);
	EXPECT_EQ(buddy_check(), 0);
	free_list(&taken);
	page = cma_alloc(area, 200, 0);
	EXPECT_EQ(place(page), 0);
	expect_intact(nr);
	EXPECT(cma_release(area, page, 200));
	owner_free_all();
	drop_area();
}

TEST(cma, its_small_blocks_do_not_keep_others_from_larger_ones)
{
	static struct page singles[80];
	static struct zone zone;

	/* 200 pages free: 80 single ones of CMA's, 20 others, 50 of order 1 */
	memset(&zone, 0, sizeof(zone));
	for (int order = 0; order < MAX_ORDER; order++)
		INIT_LIST_HEAD(&zone.free_area[order].free_list[MIGRATE_CMA]);
	for (int i = 0; i < 80; i++)
		list_add(&singles[i].lru, &zone.free_area[0].free_list[MIGRATE_CMA]);
	zone.free_area[0].nr_free = 100;
	zone.free_area[1].nr_free = 50;
	zone.vm_stat[NR_FREE_PAGES] = 200;
	zone.vm_stat[NR_FREE_CMA_PAGES] = 80;
	/* not movable: 120 - 1 pages, 99 of them of order 1; half the mark is left */
	EXPECT(zone_watermark_ok(&zone, 1, 118, ZONE_NORMAL, 0));
	EXPECT(!zone_watermark_ok(&zone, 1, 119, ZONE_NORMAL, 0));
	EXPECT(!zone_watermark_ok(&zone, 2, 10, ZONE_NORMAL, 0));
	/* movable: 200 - 1, of which 99 of order 1 */
	EXPECT(zone_watermark_ok(&zone, 1, 197, ZONE_NORMAL, ALLOC_CMA));
	EXPECT(!zone_watermark_ok(&zone, 1, 198, ZONE_NORMAL, ALLOC_CMA));
}
