/* The two indices on free lists made by hand, and the counts of real ones. */
#include "ktest.h"

#include <lib/string.h>
#include <mm/fragmentation.h>
#include <mm/page_alloc.h>

static struct zone zone;

static int unusable(unsigned int order)
{
	struct contig_page_info info;

	fill_contig_page_info(&zone, order, &info);
	return unusable_free_index(order, &info);
}

static int index_of(unsigned int order)
{
	struct contig_page_info info;

	fill_contig_page_info(&zone, order, &info);
	return fragmentation_index(order, &info);
}

/* 4 * 1 + 2 * 2 + 1 * 4 = 12 pages in 7 blocks */
static void three_orders(void)
{
	memset(&zone, 0, sizeof(zone));
	zone.free_area[0].nr_free = 4;
	zone.free_area[1].nr_free = 2;
	zone.free_area[2].nr_free = 1;
}

TEST(fragmentation, the_figures_of_a_zone_are_those_of_its_lists)
{
	struct contig_page_info info;

	three_orders();
	fill_contig_page_info(&zone, 1, &info);
	EXPECT_EQ(info.free_pages, 12);
	EXPECT_EQ(info.free_blocks_total, 7);
	EXPECT_EQ(info.free_blocks_suitable, 4); /* 2, and 2 out of the block of 4 */
}

TEST(fragmentation, unusable_is_the_part_in_blocks_that_are_too_small)
{
	three_orders();
	EXPECT_EQ(unusable(0), 0);
	EXPECT_EQ(unusable(1), 333);  /* 4 of 12 */
	EXPECT_EQ(unusable(2), 666);  /* 8 of 12 */
	EXPECT_EQ(unusable(3), 1000); /* all */
}

TEST(fragmentation, where_nothing_is_free_nothing_is_usable)
{
	memset(&zone, 0, sizeof(zone));
	EXPECT_EQ(unusable(0), 1000);
	EXPECT_EQ(unusable(10), 1000);
	EXPECT_EQ(index_of(3), 0);
}

TEST(fragmentation, an_allocation_that_would_succeed_has_the_index_minus_one)
{
	three_orders();
	EXPECT_EQ(index_of(0), -1000);
	EXPECT_EQ(index_of(2), -1000);
}

TEST(fragmentation, memory_in_pieces_is_told_from_too_little_memory)
{
	three_orders();
	EXPECT_EQ(index_of(3), 643); /* 1000 - (1000 + 1500) / 7 */
	/* a thousand single pages: order 3 fails for their pieces alone */
	memset(&zone, 0, sizeof(zone));
	zone.free_area[0].nr_free = 1000;
	EXPECT_EQ(index_of(3), 874); /* 1000 - (1000 + 125000) / 1000 */
	/* two single pages: there is too little */
	zone.free_area[0].nr_free = 2;
	EXPECT_EQ(index_of(3), 375); /* 1000 - (1000 + 250) / 2 */
	/* one block of half the size: nothing is in pieces */
	zone.free_area[0].nr_free = 0;
	zone.free_area[2].nr_free = 1;
	EXPECT_EQ(index_of(3), -500); /* 1000 - (1000 + 500) / 1 */
}

TEST(fragmentation, sixty_four_gib_of_single_pages_do_not_overflow)
{
	memset(&zone, 0, sizeof(zone));
	zone.free_area[0].nr_free = 1UL << 24;
	EXPECT_EQ(unusable(0), 0);
	EXPECT_EQ(unusable(1), 1000);
	EXPECT_EQ(index_of(10), 1000); /* 1000 - (1000 + 16384000) / 16777216 */
	EXPECT_EQ(index_of(1), 500);   /* 1000 - (1000 + 8388608000) / 16777216 */
}

TEST(fragmentation, the_types_lists_add_up_to_the_blocks_of_an_order)
{
	struct zone *z;

	for_each_populated_zone (z) {
		for (unsigned int order = 0; order < MAX_ORDER; order++) {
			unsigned long sum = 0;

			for (int type = 0; type < MIGRATE_TYPES; type++)
				sum += nr_free_blocks(z, order, (enum migratetype)type);
			EXPECT_EQ(sum, z->free_area[order].nr_free);
		}
	}
}

TEST(fragmentation, every_pageblock_with_ram_is_counted_once)
{
	unsigned long blocks[MIGRATE_TYPES], pages = 0, counted = 0;
	struct zone *z;

	for_each_populated_zone (z) {
		count_pageblocks(z, blocks);
		for (int type = 0; type < MIGRATE_TYPES; type++)
			counted += blocks[type];
		pages += z->present_pages;
	}
	EXPECT(counted * pageblock_nr_pages >= pages);
	EXPECT(counted <= DIV_ROUND_UP(max_mapnr, pageblock_nr_pages));
	/* each run of RAM may begin and end within a block */
	EXPECT(counted * pageblock_nr_pages < pages + 16 * MAX_ORDER_NR_PAGES);
}
