/*
 * Splitting, merging, falling back and stealing, in a zone of one block of the top
 * order: its frames are borrowed from the kernel's zones, its lists are its own. So
 * each case says which blocks are free, and knows what must come of it.
 */
#include "ktest.h"

#include "buddy_test.h"

#include <lib/string.h>

#define TOP (MAX_ORDER - 1)

static struct zone zone;
static struct page *frames; /* the zone's, MAX_ORDER_NR_PAGES of them */
static u8 types[MAX_ORDER_NR_PAGES / pageblock_nr_pages]; /* what they were */

static void set_types(enum migratetype type)
{
	for (unsigned long i = 0; i < ARRAY_SIZE(types); i++)
		set_pageblock_migratetype(frames + i * pageblock_nr_pages, type);
}

static bool open_zone(void)
{
	int order, type;

	frames = alloc_pages(GFP_KERNEL | __GFP_NOWARN, TOP);
	if (!EXPECT(frames != NULL))
		return false;
	frames->_count = 0;
	memset(&zone, 0, sizeof(zone));
	zone.zone_start_pfn = page_to_pfn(frames);
	zone.spanned_pages = MAX_ORDER_NR_PAGES;
	for_each_migratetype_order (order, type)
		INIT_LIST_HEAD(&zone.free_area[order].free_list[type]);
	for (unsigned long i = 0; i < ARRAY_SIZE(types); i++)
		types[i] = (u8)get_pageblock_migratetype(frames + i * pageblock_nr_pages);
	set_types(MIGRATE_MOVABLE);
	return true;
}

static void close_zone(void)
{
	for (unsigned long i = 0; i < MAX_ORDER_NR_PAGES; i++) {
		__ClearPageBuddy(frames + i);
		frames[i].private = 0;
	}
	for (unsigned long i = 0; i < ARRAY_SIZE(types); i++)
		set_pageblock_migratetype(frames + i * pageblock_nr_pages,
					  (enum migratetype)types[i]);
	frames->_count = 1;
	__free_pages(frames, TOP);
}

/* A case with the zone open, which is closed whatever happens in it. */
#define ZONE_TEST(suite, name)                                                         \
	static void in_zone_##name(void);                                              \
	TEST(suite, name)                                                              \
	{                                                                              \
		unsigned long flags;                                                   \
                                                                                       \
		if (!open_zone())                                                      \
			return;                                                        \
		local_irq_save(flags);                                                 \
		in_zone_##name();                                                      \
		local_irq_restore(flags);                                              \
		close_zone();                                                          \
	}                                                                              \
	static void in_zone_##name(void)

/* Frame `at` begins a free block; nothing is merged with it. */
static void put(unsigned long at, unsigned int order, enum migratetype type)
{
	add_to_free_list(&zone, frames + at, order, type);
	count_free(&zone, type, 1L << order);
}

static void give(unsigned long at, unsigned int order, enum migratetype type)
{
	__free_one_page(&zone, frames + at, order, type);
}

/* The number of a page that was taken; of none, what no block has. */
static unsigned long at(const struct page *page)
{
	return page ? (unsigned long)(page - frames) : ~0UL;
}

static bool is_free(unsigned long first, unsigned int order, enum migratetype type)
{
	const struct list_head *list = &zone.free_area[order].free_list[type], *entry;

	if (!PageBuddy(frames + first) || frames[first].private != order)
		return false;
	list_for_each (entry, list)
		if (entry == &frames[first].lru)
			return true;
	return false;
}

static unsigned long nr_blocks(void)
{
	unsigned long nr = 0;

	for (int order = 0; order < MAX_ORDER; order++)
		nr += zone.free_area[order].nr_free;
	return nr;
}

/* ---- Taking ---- */

ZONE_TEST(buddy_zone, the_smallest_block_that_is_large_enough_is_taken)
{
	put(512, 9, MIGRATE_MOVABLE);
	put(256, 5, MIGRATE_MOVABLE);
	put(8, 3, MIGRATE_MOVABLE);
	EXPECT_EQ(at(__rmqueue_smallest(&zone, 2, MIGRATE_MOVABLE)), 8);
	EXPECT_EQ(at(__rmqueue_smallest(&zone, 4, MIGRATE_MOVABLE)), 256);
	EXPECT_EQ(at(__rmqueue_smallest(&zone, 6, MIGRATE_MOVABLE)), 512);
}

ZONE_TEST(buddy_zone, the_rest_goes_back_as_one_block_of_each_order_between)
{
	put(64, 6, MIGRATE_MOVABLE);
	EXPECT_EQ(at(__rmqueue_smallest(&zone, 3, MIGRATE_MOVABLE)), 64);
	EXPECT(is_free(64 + 8, 3, MIGRATE_MOVABLE));
	EXPECT(is_free(64 + 16, 4, MIGRATE_MOVABLE));
	EXPECT(is_free(64 + 32, 5, MIGRATE_MOVABLE));
	EXPECT_EQ(nr_blocks(), 3);
}

ZONE_TEST(buddy_zone, one_page_of_the_largest_block_leaves_a_block_of_every_order)
{
	put(0, TOP, MIGRATE_RECLAIMABLE);
	EXPECT_EQ(at(__rmqueue_smallest(&zone, 0, MIGRATE_RECLAIMABLE)), 0);
	for (unsigned int order = 0; order < TOP; order++)
		EXPECT(is_free(1UL << order, order, MIGRATE_RECLAIMABLE));
	EXPECT_EQ(nr_blocks(), TOP);
}

ZONE_TEST(buddy_zone, a_block_of_the_right_order_stays_in_one_piece)
{
	put(16, 4, MIGRATE_MOVABLE);
	put(8, 3, MIGRATE_MOVABLE);
	EXPECT_EQ(at(__rmqueue_smallest(&zone, 3, MIGRATE_MOVABLE)), 8);
	EXPECT(is_free(16, 4, MIGRATE_MOVABLE));
	EXPECT_EQ(nr_blocks(), 1);
}

ZONE_TEST(buddy_zone, what_is_taken_is_neither_counted_nor_marked_as_free)
{
	struct page *page;

	put(0, 5, MIGRATE_MOVABLE);
	page = __rmqueue_smallest(&zone, 5, MIGRATE_MOVABLE);
	ASSERT_EQ(at(page), 0);
	EXPECT_EQ(zone_page_state(&zone, NR_FREE_PAGES), 0);
	EXPECT(!PageBuddy(page));
	EXPECT_EQ(page->private, 0);
	put(64, 5, MIGRATE_CMA);
	EXPECT(__rmqueue_smallest(&zone, 2, MIGRATE_CMA) != NULL);
	EXPECT_EQ(zone_page_state(&zone, NR_FREE_PAGES), 32 - 4);
	EXPECT_EQ(zone_page_state(&zone, NR_FREE_CMA_PAGES), 32 - 4);
}

ZONE_TEST(buddy_zone, neither_smaller_blocks_nor_another_type_s_will_do)
{
	put(0, 3, MIGRATE_MOVABLE);
	put(64, 6, MIGRATE_UNMOVABLE);
	EXPECT_EQ(__rmqueue_smallest(&zone, 4, MIGRATE_MOVABLE), NULL);
	EXPECT_EQ(nr_blocks(), 2);
}

/* ---- Giving back ---- */

ZONE_TEST(buddy_zone, two_buddies_become_one_block)
{
	put(8, 2, MIGRATE_MOVABLE);
	give(12, 2, MIGRATE_MOVABLE); /* the upper half comes last ... */
	EXPECT(is_free(8, 3, MIGRATE_MOVABLE));
	put(32 + 4, 2, MIGRATE_MOVABLE);
	give(32, 2, MIGRATE_MOVABLE); /* ... or the lower one */
	EXPECT(is_free(32, 3, MIGRATE_MOVABLE));
	EXPECT_EQ(nr_blocks(), 2);
	EXPECT_EQ(zone_page_state(&zone, NR_FREE_PAGES), 16);
}

ZONE_TEST(buddy_zone, neighbours_that_are_no_buddies_stay_apart)
{
	put(1, 0, MIGRATE_MOVABLE);
	give(2, 0, MIGRATE_MOVABLE);
	EXPECT(is_free(1, 0, MIGRATE_MOVABLE));
	EXPECT(is_free(2, 0, MIGRATE_MOVABLE));
	put(12, 2, MIGRATE_MOVABLE);
	give(16, 2, MIGRATE_MOVABLE);
	EXPECT(is_free(12, 2, MIGRATE_MOVABLE));
	EXPECT(is_free(16, 2, MIGRATE_MOVABLE));
	put(34, 0, MIGRATE_MOVABLE);
	give(33, 0, MIGRATE_MOVABLE);
	EXPECT(is_free(33, 0, MIGRATE_MOVABLE));
	EXPECT(is_free(34, 0, MIGRATE_MOVABLE));
}

ZONE_TEST(buddy_zone, the_last_page_to_come_back_joins_a_block_of_every_order)
{
	for (unsigned int order = 0; order < TOP; order++)
		put(1UL << order, order, MIGRATE_MOVABLE);
	give(0, 0, MIGRATE_MOVABLE);
	EXPECT(is_free(0, TOP, MIGRATE_MOVABLE));
	EXPECT_EQ(nr_blocks(), 1);
}

ZONE_TEST(buddy_zone, a_buddy_in_pieces_is_left_alone)
{
	put(4, 1, MIGRATE_MOVABLE); /* frames 6 and 7 are in use */
	give(0, 2, MIGRATE_MOVABLE);
	EXPECT(is_free(0, 2, MIGRATE_MOVABLE));
	EXPECT(is_free(4, 1, MIGRATE_MOVABLE));
}

ZONE_TEST(buddy_zone, a_buddy_in_another_zone_is_left_alone)
{
	const unsigned long other = 1UL << ZONES_PGSHIFT;

	put(4, 2, MIGRATE_MOVABLE);
	frames[4].flags ^= other;
	give(0, 2, MIGRATE_MOVABLE);
	frames[4].flags ^= other;
	EXPECT(is_free(0, 2, MIGRATE_MOVABLE));
	EXPECT(is_free(4, 2, MIGRATE_MOVABLE));
}

ZONE_TEST(buddy_zone, cma_and_isolated_pageblocks_do_not_merge_with_others)
{
	const unsigned long next = pageblock_nr_pages;

	if (pageblock_order == TOP)
		SKIP("a pageblock is a block of the top order");
	set_pageblock_migratetype(frames + next, MIGRATE_CMA);
	put(next, pageblock_order, MIGRATE_CMA);
	give(0, pageblock_order, MIGRATE_MOVABLE);
	EXPECT(is_free(0, pageblock_order, MIGRATE_MOVABLE));
	EXPECT(is_free(next, pageblock_order, MIGRATE_CMA));
}

ZONE_TEST(buddy_zone, pageblocks_of_other_types_do_merge)
{
	const unsigned long next = pageblock_nr_pages;

	if (pageblock_order == TOP)
		SKIP("a pageblock is a block of the top order");
	set_pageblock_migratetype(frames + next, MIGRATE_UNMOVABLE);
	put(next, pageblock_order, MIGRATE_UNMOVABLE);
	give(0, pageblock_order, MIGRATE_MOVABLE);
	EXPECT(is_free(0, TOP, MIGRATE_MOVABLE));
}

ZONE_TEST(buddy_zone, a_buddy_that_was_merged_is_no_longer_marked)
{
	put(12, 2, MIGRATE_MOVABLE);
	give(8, 2, MIGRATE_MOVABLE);
	EXPECT(!PageBuddy(frames + 12));
	EXPECT_EQ(frames[12].private, 0);
}

/* ---- Another type's blocks ---- */

ZONE_TEST(buddy_zone, of_all_types_in_the_row_the_largest_block_is_taken)
{
	put(0, 3, MIGRATE_RECLAIMABLE);
	put(64, 5, MIGRATE_MOVABLE);
	EXPECT_EQ(at(__rmqueue_fallback(&zone, 0, MIGRATE_UNMOVABLE)), 64);
}

ZONE_TEST(buddy_zone, of_two_blocks_as_large_the_first_type_s_in_the_row_is_taken)
{
	put(0, 2, MIGRATE_MOVABLE); /* so small that no neighbour goes along */
	put(16, 2, MIGRATE_RECLAIMABLE);
	put(32, 2, MIGRATE_CMA);
	EXPECT_EQ(at(__rmqueue_fallback(&zone, 2, MIGRATE_UNMOVABLE)), 16);
	EXPECT_EQ(at(__rmqueue_fallback(&zone, 2, MIGRATE_UNMOVABLE)), 0);
	put(64, 2, MIGRATE_UNMOVABLE);
	EXPECT_EQ(at(__rmqueue_fallback(&zone, 2, MIGRATE_MOVABLE)), 32);
	EXPECT_EQ(at(__rmqueue_fallback(&zone, 2, MIGRATE_MOVABLE)), 64);
}

ZONE_TEST(buddy_zone, types_that_are_not_in_the_row_are_never_taken)
{
	put(0, 4, MIGRATE_CMA);
	put(16, 4, MIGRATE_ISOLATE);
	EXPECT_EQ(__rmqueue_fallback(&zone, 0, MIGRATE_UNMOVABLE), NULL);
	EXPECT_EQ(__rmqueue_fallback(&zone, 0, MIGRATE_RECLAIMABLE), NULL);
	EXPECT_EQ(at(__rmqueue_fallback(&zone, 4, MIGRATE_MOVABLE)), 0);
	EXPECT_EQ(__rmqueue_fallback(&zone, 0, MIGRATE_MOVABLE), NULL);
}

ZONE_TEST(buddy_zone, the_reserve_comes_last_and_stays_the_reserve)
{
	set_types(MIGRATE_RESERVE);
	put(0, 1, MIGRATE_RESERVE);
	put(2, 1, MIGRATE_RESERVE);
	put(128, 1, MIGRATE_MOVABLE);
	EXPECT_EQ(at(__rmqueue_fallback(&zone, 1, MIGRATE_UNMOVABLE)), 128);
	EXPECT_EQ(at(__rmqueue_fallback(&zone, 1, MIGRATE_UNMOVABLE)), 2);
	EXPECT(is_free(0, 1, MIGRATE_RESERVE));
	EXPECT_EQ(get_pageblock_migratetype(frames), MIGRATE_RESERVE);
}

ZONE_TEST(buddy_zone, blocks_that_are_too_small_are_no_help)
{
	put(0, 3, MIGRATE_MOVABLE);
	put(64, 3, MIGRATE_RESERVE);
	EXPECT_EQ(__rmqueue_fallback(&zone, 4, MIGRATE_UNMOVABLE), NULL);
	EXPECT_EQ(at(__rmqueue_fallback(&zone, 3, MIGRATE_UNMOVABLE)), 0);
}

/* ---- Whose pageblock it is then ---- */

ZONE_TEST(buddy_zone, moving_takes_every_free_block_of_one_pageblock_along)
{
	const unsigned long end = pageblock_nr_pages;

	put(8, 3, MIGRATE_MOVABLE);
	put(64, 0, MIGRATE_UNMOVABLE);
	put(end - 32, 5, MIGRATE_MOVABLE);
	if (pageblock_order < TOP)
		put(end, 5, MIGRATE_MOVABLE);
	EXPECT_EQ(move_freepages_block(&zone, frames + 70, MIGRATE_RECLAIMABLE),
		  8 + 1 + 32);
	EXPECT(is_free(8, 3, MIGRATE_RECLAIMABLE));
	EXPECT(is_free(64, 0, MIGRATE_RECLAIMABLE));
	EXPECT(is_free(end - 32, 5, MIGRATE_RECLAIMABLE));
	if (pageblock_order < TOP)
		EXPECT(is_free(end, 5, MIGRATE_MOVABLE));
	EXPECT_EQ(zone.free_area[5].nr_free, pageblock_order < TOP ? 2 : 1);
}

ZONE_TEST(buddy_zone, moving_stays_inside_the_zone)
{
	put(0, 6, MIGRATE_MOVABLE);
	put(64, 6, MIGRATE_MOVABLE);
	put(128, 7, MIGRATE_MOVABLE);
	zone.zone_start_pfn += 64;
	zone.spanned_pages = 64; /* the blocks around it are another's */
	EXPECT_EQ(move_freepages_block(&zone, frames + 64, MIGRATE_UNMOVABLE), 64);
	EXPECT(is_free(0, 6, MIGRATE_MOVABLE));
	EXPECT(is_free(64, 6, MIGRATE_UNMOVABLE));
	EXPECT(is_free(128, 7, MIGRATE_MOVABLE));
}

ZONE_TEST(buddy_zone, who_gets_more_than_half_of_a_pageblock_gets_its_type)
{
	put(pageblock_nr_pages / 2, pageblock_order - 1, MIGRATE_MOVABLE);
	put(8, 0, MIGRATE_MOVABLE);
	EXPECT(__rmqueue_fallback(&zone, 0, MIGRATE_UNMOVABLE) != NULL);
	EXPECT_EQ(get_pageblock_migratetype(frames), MIGRATE_UNMOVABLE);
	EXPECT(is_free(8, 0, MIGRATE_UNMOVABLE));
}

ZONE_TEST(buddy_zone, half_of_a_pageblock_is_taken_without_its_type)
{
	const unsigned long half = pageblock_nr_pages / 2;

	put(half, pageblock_order - 1, MIGRATE_MOVABLE);
	EXPECT_EQ(at(__rmqueue_fallback(&zone, 0, MIGRATE_UNMOVABLE)), half);
	EXPECT_EQ(get_pageblock_migratetype(frames), MIGRATE_MOVABLE);
	EXPECT(is_free(half + 1, 0, MIGRATE_UNMOVABLE));
}

ZONE_TEST(buddy_zone, every_pageblock_of_a_larger_block_changes_its_type)
{
	put(0, TOP, MIGRATE_MOVABLE);
	EXPECT_EQ(at(__rmqueue_fallback(&zone, 0, MIGRATE_UNMOVABLE)), 0);
	for (unsigned long i = 0; i < MAX_ORDER_NR_PAGES; i += pageblock_nr_pages)
		EXPECT_EQ(get_pageblock_migratetype(frames + i), MIGRATE_UNMOVABLE);
	EXPECT(is_free(1, 0, MIGRATE_UNMOVABLE));
}

/* A small block of the type `from`, with a smaller one in the same pageblock; returns
 * whether that one goes along. */
static bool neighbour_goes_along(enum migratetype start_type, enum migratetype from)
{
	enum migratetype rest;

	set_types(from);
	put(0, 2, from);
	put(8, 0, from);
	EXPECT_EQ(at(__rmqueue_fallback(&zone, 0, start_type)), 0);
	EXPECT_EQ(get_pageblock_migratetype(frames), from);
	rest = is_free(8, 0, start_type) ? start_type : from;
	EXPECT(is_free(8, 0, rest) && is_free(1, 0, rest));
	return rest == start_type;
}

ZONE_TEST(buddy_zone, a_small_block_is_taken_without_its_neighbours)
{
	EXPECT(!neighbour_goes_along(MIGRATE_MOVABLE, MIGRATE_UNMOVABLE));
}

ZONE_TEST(buddy_zone, reclaimable_pages_take_the_neighbours_of_a_small_block_along)
{
	EXPECT(neighbour_goes_along(MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE));
}

ZONE_TEST(buddy_zone, cma_memory_is_borrowed_and_stays_cma)
{
	set_types(MIGRATE_CMA);
	put(0, pageblock_order, MIGRATE_CMA);
	EXPECT_EQ(at(__rmqueue_fallback(&zone, 0, MIGRATE_MOVABLE)), 0);
	EXPECT_EQ(get_pageblock_migratetype(frames), MIGRATE_CMA);
	EXPECT(is_free(1, 0, MIGRATE_CMA));
	EXPECT_EQ(zone_page_state(&zone, NR_FREE_CMA_PAGES), pageblock_nr_pages - 1);
}
