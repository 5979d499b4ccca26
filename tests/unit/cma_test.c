/*
 * CMA: taking and giving back, alignment, lending, moving what stands in the way,
 * passing over what cannot move. The area is the test's own; the one of cma= has
 * its cases in kernel/cma_boot_test.c.
 */
#include "cma_test.h"
#include "said.h"

#include <lib/vsprintf.h>

TEST(cma, a_new_area_is_free_memory_that_counts_as_cma)
{
	unsigned long free = nr_free_pages(), managed = nr_managed_pages();
	unsigned long total = totalcma_pages;

	NEED_AREA();
	EXPECT_EQ(nr_managed_pages(), managed);
	EXPECT_EQ(nr_free_pages(), free);
	EXPECT_EQ(totalcma_pages, total + AREA_PAGES);
	EXPECT_EQ(cma_used_pages(area), 0);
	EXPECT_EQ(cma_largest_run(area), AREA_PAGES);
	EXPECT_EQ(cma_lent_pages(area), 0);
	drop_area();
	EXPECT_EQ(totalcma_pages, total);
	EXPECT_EQ(nr_managed_pages(), managed);
	EXPECT_EQ(nr_free_pages(), free);
}

TEST(cma, the_lowest_place_is_taken_and_given_back)
{
	struct page *a, *b, *c;
	unsigned long free;

	NEED_AREA();
	free = free_cma();
	a = cma_alloc(area, 100, 0);
	b = cma_alloc(area, 1, 0);
	EXPECT_EQ(place(a), 0);
	EXPECT_EQ(place(b), 100);
	EXPECT_EQ(free_cma(), free - 101);
	EXPECT_EQ(cma_used_pages(area), 101);
	for (int i = 0; i < 100; i++)
		EXPECT_EQ(page_count(a + i), 1);
	EXPECT_EQ(cma_check(), 0);
	EXPECT(cma_release(area, a, 100));
	c = cma_alloc(area, 50, 0);
	EXPECT_EQ(place(c), 0);
	EXPECT(cma_release(area, c, 50));
	EXPECT(cma_release(area, b, 1));
	EXPECT_EQ(free_cma(), free);
	EXPECT_EQ(area->nr_allocated, 3);
	drop_area();
}

TEST(cma, a_block_is_aligned_as_asked)
{
	struct page *first, *page;

	NEED_AREA();
	first = cma_alloc(area, 1, 0);
	for (unsigned int order = 1; order < MAX_ORDER; order++) {
		page = cma_alloc(area, 3, order);
		EXPECT_EQ(place(page), 1L << order); /* 0 is taken */
		EXPECT(cma_release(area, page, 3));
	}
	EXPECT(cma_release(area, first, 1));
	/* the area itself is aligned to one block only */
	page = cma_alloc(area, 1, MAX_ORDER);
	ASSERT(page != NULL);
	EXPECT_EQ(page_to_pfn(page) % (2 * MAX_ORDER_NR_PAGES), 0);
	EXPECT(cma_release(area, page, 1));
	drop_area();
}

TEST(cma, a_block_may_span_blocks_of_the_top_order)
{
	unsigned long from = MAX_ORDER_NR_PAGES - 7;
	struct page *low, *page;

	NEED_AREA();
	low = cma_alloc(area, from, 0);
	page = cma_alloc(area, 14, 0);
	EXPECT_EQ(place(page), (long)from);
	EXPECT_EQ(buddy_check(), 0);
	EXPECT(cma_release(area, low, from));
	EXPECT(cma_release(area, page, 14));
	drop_area();
}

TEST(cma, the_whole_area_can_be_taken_and_then_nothing_more)
{
	struct page *page;

	NEED_AREA();
	page = cma_alloc(area, AREA_PAGES, 0);
	EXPECT_EQ(place(page), 0);
	EXPECT_EQ(cma_largest_run(area), 0);
	said_nothing_yet();
	EXPECT_EQ(cma_alloc(area, 1, 0), NULL);
	EXPECT(said("cma: test: alloc failed, req-size: 1 pages"));
	EXPECT_EQ(area->nr_failed, 1);
	EXPECT_EQ(cma_remove_area(area), -EBUSY);
	EXPECT(cma_release(area, page, AREA_PAGES));
	page = cma_alloc(area, AREA_PAGES, 0);
	EXPECT_EQ(place(page), 0);
	EXPECT(cma_release(area, page, AREA_PAGES));
	drop_area();
}

TEST(cma, a_request_that_makes_no_sense_is_refused)
{
	NEED_AREA();
	EXPECT_EQ(cma_alloc(area, 0, 0), NULL);
	EXPECT_EQ(cma_alloc(area, AREA_PAGES + 1, 0), NULL);
	EXPECT_EQ(cma_alloc(area, ~0UL, 0), NULL);
	EXPECT_EQ(cma_alloc(area, 1, CMA_MAX_ALIGN_ORDER + 1), NULL);
	EXPECT_EQ(cma_alloc(area, 1, ~0u), NULL);
	EXPECT_EQ(cma_alloc(area, AREA_PAGES, CMA_MAX_ALIGN_ORDER), NULL);
	drop_area();
}

TEST(cma, a_part_can_be_given_back_but_nothing_else)
{
	struct page *page, *other;

	NEED_AREA();
	other = alloc_page(GFP_KERNEL);
	page = cma_alloc(area, 10, 0);
	ASSERT(page && other);
	EXPECT(!cma_release(area, NULL, 1));
	EXPECT(!cma_release(area, other, 1));
	EXPECT(!cma_release(area, page, 0));
	EXPECT(!cma_release(area, page, AREA_PAGES + 1));
	EXPECT(!cma_release(area, page, ~0UL));
	EXPECT(!cma_release(area, page - 1, 1));
	said_nothing_yet();
	EXPECT(!cma_release(area, page, 11));
	EXPECT(said("not all of it is given out"));
	EXPECT(cma_release(area, page + 2, 3));
	EXPECT(!cma_release(area, page + 2, 3));
	EXPECT(!cma_release(area, page, 10));
	EXPECT_EQ(cma_used_pages(area), 7);
	EXPECT(cma_release(area, page, 2));
	EXPECT(cma_release(area, page + 5, 5));
	EXPECT_EQ(cma_used_pages(area), 0);
	__free_page(other);
	drop_area();
}

TEST(cma, a_page_with_another_reference_is_freed_with_the_last_one)
{
	struct page *page;

	NEED_AREA();
	page = cma_alloc(area, 4, 0);
	ASSERT(page != NULL);
	get_page(page + 1);
	said_nothing_yet();
	EXPECT(cma_release(area, page, 4));
	EXPECT(said("1 pages from pfn"));
	EXPECT_EQ(cma_lent_pages(area), 1);
	EXPECT_EQ(place(cma_alloc(area, 4, 0)), 2);
	put_page(page + 1);
	EXPECT_EQ(place(cma_alloc(area, 2, 0)), 0);
	EXPECT(cma_release(area, page, 6));
	drop_area();
}

TEST(cma, what_is_lent_moves_out_of_the_way_with_its_contents)
{
	struct page *page;

	NEED_AREA();
	ASSERT(lend(300, 2, 3));
	EXPECT_EQ(cma_lent_pages(area), 300);
	page = cma_alloc(area, AREA_PAGES, 0);
	EXPECT_EQ(place(page), 0);
	EXPECT_EQ(owner.nr_moved, 300);
	EXPECT_EQ(area->nr_migrated, 300);
	for (unsigned int i = 0; i < 300; i++)
		EXPECT(!in_area(owner.object[i]) && !PageHighMem(owner.object[i]));
	expect_intact(300);
	EXPECT_EQ(cma_lent_pages(area), 0);
	EXPECT_EQ(buddy_check(), 0);
	owner_free_all();
	EXPECT(cma_release(area, page, AREA_PAGES));
	drop_area();
}

TEST(cma, only_what_stands_in_the_way_moves)
{
	struct page *page;

	NEED_AREA();
	ASSERT(lend(10, 0, 10));
	page = cma_alloc(area, 35, 0);
	EXPECT_EQ(place(page), 0);
	EXPECT_EQ(owner.nr_moved, 4); /* at 0, 10, 20, 30 */
	for (unsigned int i = 4; i < 10; i++)
		EXPECT_EQ(place(owner.object[i]), 10L * i);
	expect_intact(10);
	EXPECT(cma_release(area, page, 35));
	owner_free_all();
	drop_area();
}

TEST(cma, a_pinned_page_is_named_and_the_next_range_taken)
{
	struct page *page;
	char text[80];

	NEED_AREA();
	ASSERT(lend(3, 20, 20)); /* 20, 40, 60 */
	get_page(owner.object[1]);
	said_nothing_yet();
	page = cma_alloc(area, 64, 0);
	EXPECT_EQ(place(page), 41);
	snprintf(text, sizeof(text), "pfn %#lx cannot move, it is pinned",
	         area_pfn(40));
	EXPECT(said(text));
	EXPECT(said("trying the next range"));
	EXPECT_EQ(area->nr_busy, 1);
	EXPECT_EQ(place(owner.object[0]), 20); /* nothing was moved in vain */
	EXPECT_EQ(place(owner.object[1]), 40);
	EXPECT(!in_area(owner.object[2]) || place(owner.object[2]) < 41 ||
	       place(owner.object[2]) >= 41 + 64);
	expect_intact(3);
	EXPECT_EQ(cma_check(), 0);
	put_page(owner.object[1]);
	EXPECT(cma_release(area, page, 64));
	owner_free_all();
	drop_area();
}

TEST(cma, a_page_without_operations_is_passed_over_too)
{
	struct page *stuck, *page;

	NEED_AREA();
	stuck = borrow_from_area(0, 1);
	ASSERT(stuck != NULL);
	said_nothing_yet();
	page = cma_alloc(area, 16, 4);
	EXPECT_EQ(place(page), 16);
	EXPECT(said("its owner has not said how to move it"));
	EXPECT_EQ(cma_alloc(area, AREA_PAGES - 16, 0), NULL);
	EXPECT(cma_release(area, page, 16));
	EXPECT_EQ(place(cma_alloc(area, AREA_PAGES - 1, 0)), 1);
	EXPECT(cma_release(area, stuck + 1, AREA_PAGES - 1));
	__free_page(stuck);
	drop_area();
}

TEST(cma, a_block_that_is_in_the_way_is_passed_over_in_one_step)
{
	struct page *compound, *page;

	NEED_AREA();
	page = borrow_from_area(64, 64);
	compound = borrow_from_area(256, 64);
	ASSERT(page && compound);
	for (int i = 1; i < 64; i++) { /* as alloc_pages(gfp, 6) leaves them */
		page[i]._count = 0;
		compound[i]._count = 0;
		compound[i].first_page = compound;
		__SetPageTail(compound + i);
	}
	__SetPageHead(compound);
	compound[1].index = 6;
	EXPECT_EQ(place(cma_alloc(area, 150, 0)), 320);
	EXPECT_EQ(area->nr_busy, 3); /* the block's head, its rest; the compound page */
	EXPECT(cma_release(area, page + 256, 150));
	__ClearPageHead(compound);
	for (int i = 1; i < 64; i++) {
		__ClearPageTail(compound + i);
		compound[i].first_page = NULL;
		compound[i]._count = page[i]._count = 1;
	}
	compound[1].index = 0;
	free_contig_range(page_to_pfn(page), 64);
	free_contig_range(page_to_pfn(compound), 64);
	drop_area();
}

TEST(cma, an_owner_who_refuses_at_the_last_moment_costs_nothing)
{
	struct page *page;

	NEED_AREA();
	ASSERT(lend(40, 0, 1)); /* more than one batch */
	owner.move_error = -EBUSY;
	owner.error_times = 1;
	said_nothing_yet();
	page = cma_alloc(area, 50, 0);
	EXPECT_EQ(place(page), 1);
	EXPECT(said("its owner does not move it"));
	EXPECT_EQ(place(owner.object[0]), 0);
	expect_intact(40);
	owner.keep = true;
	EXPECT_EQ(cma_alloc(area, AREA_PAGES, 0), NULL);
	expect_intact(40);
	EXPECT_EQ(buddy_check(), 0);
	owner.keep = false;
	EXPECT(cma_release(area, page, 50));
	owner_free_all();
	drop_area();
}

TEST(cma, many_busy_ranges_are_summed_up)
{
	struct page *stuck[10];

	NEED_AREA();
	for (unsigned long i = 0; i < 10; i++)
		ASSERT((stuck[i] = borrow_from_area(i * 200, 1)) != NULL);
	said_nothing_yet();
	EXPECT_EQ(cma_alloc(area, 400, 0), NULL);
	EXPECT_EQ(times_said("trying the next range"), 4);
	EXPECT_EQ(times_said("and more ranges are busy"), 1);
	EXPECT(said("alloc failed, req-size: 400 pages"));
	for (int i = 0; i < 10; i++)
		__free_page(stuck[i]);
	drop_area();
}

TEST(cma, the_checker_notices_what_is_wrong)
{
	struct page *page;

	NEED_AREA();
	page = cma_alloc(area, 1, 0);
	ASSERT(page != NULL);
	EXPECT_EQ(cma_check(), 0);
	bitmap_set(test_area.bitmap, 100, 1);
	EXPECT_EQ(cma_check(), 1);
	bitmap_clear(test_area.bitmap, 100, 1);
	page_zone(page)->cma_pages++;
	EXPECT_EQ(cma_check(), 1);
	page_zone(page)->cma_pages--;
	totalcma_pages--;
	EXPECT_EQ(cma_check(), 1);
	totalcma_pages++;
	set_pageblock_migratetype(page, MIGRATE_MOVABLE);
	EXPECT(cma_check() > 0);
	set_pageblock_migratetype(page, MIGRATE_CMA);
	EXPECT(cma_release(area, page, 1));
	drop_area();
}

TEST(cma, frames_that_cannot_be_an_area_are_refused)
{
	static unsigned long bitmap[BITS_TO_LONGS(MAX_ORDER_NR_PAGES)];
	unsigned long total = totalcma_pages;
	struct cma cma;

	said_nothing_yet();
	EXPECT_EQ(cma_init_area(&cma, "odd", 1, MAX_ORDER_NR_PAGES, bitmap), -EINVAL);
	EXPECT_EQ(cma_init_area(&cma, "odd", 0, 17, bitmap), -EINVAL);
	EXPECT_EQ(cma_init_area(&cma, "odd", 0, 0, bitmap), -EINVAL);
	EXPECT_EQ(times_said("odd: no area at pfn"), 3);
	EXPECT_EQ(times_said("it is not aligned"), 3);
	EXPECT_EQ(cma_init_area(&cma, "far", max_mapnr, MAX_ORDER_NR_PAGES, bitmap),
	          -EINVAL);
	EXPECT(said("not all of it is memory"));
	EXPECT_EQ(cma_init_area(&cma, "low", 0, MAX_ORDER_NR_PAGES, bitmap), -EINVAL);
	EXPECT(said("not all of it is reserved"));
	EXPECT_EQ(totalcma_pages, total);
	EXPECT_EQ(cma_check(), 0);
}
