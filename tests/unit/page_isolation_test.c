/* Isolation: pageblocks out of circulation, and back without a trace. */
#include "movable_test.h"

#include <mm/page-isolation.h>

static unsigned long free_cma(void)
{
	return zone_page_state(page_zone(pfn_to_page(area_pfn(0))), NR_FREE_CMA_PAGES);
}

TEST(page_isolation, isolated_pages_are_not_free_and_come_back)
{
	unsigned long free, cma;
	struct page_blocker b;

	NEED_AREA();
	free = nr_free_pages();
	cma = free_cma();
	EXPECT_EQ(start_isolate_page_range(area_pfn(0), area_pfn(1), MIGRATE_CMA, &b),
	          0);
	EXPECT_EQ(nr_free_pages(), free - pageblock_nr_pages);
	EXPECT_EQ(free_cma(), cma - pageblock_nr_pages);
	EXPECT_EQ(test_pages_isolated(area_pfn(0), area_pfn(pageblock_nr_pages), &b),
	          0);
	EXPECT_EQ(buddy_check(), 0);
	undo_isolate_page_range(area_pfn(0), area_pfn(1), MIGRATE_CMA);
	EXPECT_EQ(nr_free_pages(), free);
	EXPECT_EQ(free_cma(), cma);
	drop_area();
}

TEST(page_isolation, a_part_of_a_larger_free_block_is_cut_out_and_grows_together)
{
	unsigned long last = AREA_PAGES - 1;
	struct page_blocker b;

	NEED_AREA();
	drain_all_pages();
	EXPECT_EQ(free_block_of(area_pfn(last))->private, MAX_ORDER - 1);
	EXPECT_EQ(start_isolate_page_range(area_pfn(last), area_pfn(last + 1),
	                                   MIGRATE_CMA, &b),
	          0);
	EXPECT_EQ(free_block_of(area_pfn(last))->private, pageblock_order);
	EXPECT_EQ(get_pageblock_migratetype(pfn_to_page(area_pfn(0))), MIGRATE_CMA);
	EXPECT_EQ(buddy_check(), 0);
	undo_isolate_page_range(area_pfn(last), area_pfn(last + 1), MIGRATE_CMA);
	EXPECT_EQ(free_block_of(area_pfn(last))->private, MAX_ORDER - 1);
	drop_area();
}

TEST(page_isolation, a_page_freed_in_an_isolated_block_stays_there)
{
	struct page_blocker b = {0, 0, NULL};
	struct page *page;
	unsigned long free;

	NEED_AREA();
	page = borrow_from_area(7, 1);
	ASSERT(page != NULL);
	EXPECT_EQ(start_isolate_page_range(area_pfn(8), area_pfn(9), MIGRATE_CMA, &b),
	          0);
	free = nr_free_pages();
	EXPECT_EQ(test_pages_isolated(area_pfn(0), area_pfn(9), &b), -EBUSY);
	EXPECT_EQ(b.pfn, area_pfn(7));
	__free_page(page);
	drain_all_pages();
	EXPECT_EQ(nr_free_pages(), free);
	EXPECT_EQ(test_pages_isolated(area_pfn(0), area_pfn(pageblock_nr_pages), &b),
	          0);
	EXPECT_EQ(buddy_check(), 0);
	undo_isolate_page_range(area_pfn(8), area_pfn(9), MIGRATE_CMA);
	EXPECT_EQ(nr_free_pages(), free + pageblock_nr_pages);
	drop_area();
}

TEST(page_isolation, pages_in_per_cpu_lists_follow_when_those_are_drained)
{
	struct page_blocker b = {0, 0, NULL};
	struct page *page;

	NEED_AREA();
	page = borrow_from_area(3, 1);
	ASSERT(page != NULL);
	drain_all_pages();
	__free_page(page);
	EXPECT_EQ(start_isolate_page_range(area_pfn(0), area_pfn(4), MIGRATE_CMA, &b),
	          0);
	EXPECT_EQ(test_pages_isolated(area_pfn(0), area_pfn(4), &b), -EBUSY);
	EXPECT_EQ(b.pfn, area_pfn(3));
	drain_all_pages();
	EXPECT_EQ(test_pages_isolated(area_pfn(0), area_pfn(4), &b), 0);
	undo_isolate_page_range(area_pfn(0), area_pfn(4), MIGRATE_CMA);
	drop_area();
}

TEST(page_isolation, a_page_that_cannot_move_is_named_and_nothing_changes)
{
	struct page_blocker b = {0, 0, NULL};
	unsigned long free, at = AREA_PAGES - 5;
	struct page *page;

	NEED_AREA();
	page = borrow_from_area(at, 1);
	ASSERT(page != NULL);
	free = nr_free_pages();
	EXPECT_EQ(start_isolate_page_range(area_pfn(0), area_pfn(AREA_PAGES),
	                                   MIGRATE_CMA, &b),
	          -EBUSY);
	EXPECT_EQ(b.pfn, area_pfn(at));
	EXPECT_STR(b.why, "its owner has not said how to move it");
	EXPECT_EQ(nr_free_pages(), free);
	for (unsigned long i = 0; i < AREA_PAGES; i += pageblock_nr_pages)
		EXPECT_EQ(get_pageblock_migratetype(pfn_to_page(area_pfn(i))),
		          MIGRATE_CMA);
	EXPECT_EQ(buddy_check(), 0);
	/* beside the frames that are wanted it does no harm */
	EXPECT_EQ(start_isolate_page_range(area_pfn(0), area_pfn(at), MIGRATE_CMA, &b),
	          0);
	undo_isolate_page_range(area_pfn(0), area_pfn(at), MIGRATE_CMA);
	EXPECT_EQ(nr_free_pages(), free);
	__free_page(page);
	drop_area();
}

TEST(page_isolation, a_block_is_isolated_once_and_only_as_what_it_is)
{
	struct page_blocker b = {0, 0, NULL};

	NEED_AREA();
	EXPECT_EQ(start_isolate_page_range(area_pfn(0), area_pfn(1), MIGRATE_CMA, &b),
	          0);
	EXPECT_EQ(start_isolate_page_range(area_pfn(1), area_pfn(2), MIGRATE_CMA, &b),
	          -EBUSY);
	EXPECT_STR(b.why, "its pageblock is isolated already");
	undo_isolate_page_range(area_pfn(0), area_pfn(1), MIGRATE_CMA);
	EXPECT_EQ(
	    start_isolate_page_range(area_pfn(0), area_pfn(1), MIGRATE_MOVABLE, &b),
	    -EBUSY);
	EXPECT_STR(b.why, "its pageblock is of another type");
	drop_area();
}

TEST(page_isolation, a_range_that_is_empty_or_no_zones_is_refused)
{
	struct page_blocker b = {0, 0, NULL};
	const struct zone *zone = &contig_page_data.node_zones[ZONE_NORMAL];

	EXPECT_EQ(start_isolate_page_range(4096, 4096, MIGRATE_MOVABLE, &b), -EINVAL);
	EXPECT_EQ(
	    start_isolate_page_range(max_mapnr, max_mapnr + 1, MIGRATE_MOVABLE, &b),
	    -EINVAL);
	if (!populated_zone(zone))
		SKIP("no second zone");
	EXPECT_EQ(start_isolate_page_range(
		      zone->zone_start_pfn - 1, zone->zone_start_pfn + 1,
		      get_pageblock_migratetype(pfn_to_page(zone->zone_start_pfn - 1)),
		      &b),
	          -EINVAL);
	EXPECT_EQ(buddy_check(), 0);
}

TEST(page_isolation, nothing_is_allocated_from_isolated_blocks)
{
	struct page_blocker b = {0, 0, NULL};
	struct page *page, *next;
	LIST_HEAD(taken);

	NEED_AREA();
	EXPECT_EQ(start_isolate_page_range(area_pfn(0), area_pfn(AREA_PAGES),
	                                   MIGRATE_CMA, &b),
	          0);
	while ((page = alloc_page(GFP_LOW_MOVABLE | __GFP_COLD))) {
		list_add(&page->lru, &taken);
		if (!EXPECT(!in_area(page)))
			break;
	}
	list_for_each_entry_safe (page, next, &taken, lru)
		__free_page(page);
	undo_isolate_page_range(area_pfn(0), area_pfn(AREA_PAGES), MIGRATE_CMA);
	drop_area();
}
