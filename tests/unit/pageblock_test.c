/*
 * Grouping by mobility: who takes from whom, when a pageblock changes its type,
 * and what is never taken. The cases that need to know where every block lies
 * run on the host, on a machine built anew for each.
 */
#include "ktest.h"

#include "buddy_test.h"

TEST(pageblock, the_fallback_table_ends_in_the_reserve_and_lends_cma_to_movable_only)
{
	for (int type = 0; type < MIGRATE_PCPTYPES; type++) {
		bool cma = false, self = false;
		int n = 0;

		for (; fallbacks[type][n] != MIGRATE_RESERVE; n++) {
			cma |= fallbacks[type][n] == MIGRATE_CMA;
			self |= fallbacks[type][n] == type;
		}
		EXPECT_EQ(n, type == MIGRATE_MOVABLE ? 3 : 2);
		EXPECT_EQ(cma, type == MIGRATE_MOVABLE);
		EXPECT(!self);
	}
}

TEST(pageblock, a_mask_names_its_mobility)
{
	if (page_group_by_mobility_disabled)
		SKIP("grouping is off");
	EXPECT_EQ(gfp_migratetype(GFP_KERNEL), MIGRATE_UNMOVABLE);
	EXPECT_EQ(gfp_migratetype(GFP_KERNEL | __GFP_RECLAIMABLE), MIGRATE_RECLAIMABLE);
	EXPECT_EQ(gfp_migratetype(GFP_HIGHUSER_MOVABLE), MIGRATE_MOVABLE);
}

TEST(pageblock, every_block_starts_movable_or_reserved)
{
	struct zone *zone;

	for_each_populated_zone (zone)
		EXPECT(zone->free_area[MAX_ORDER - 1].nr_free > 0);
	EXPECT_EQ(buddy_check(), 0);
}

#ifdef K896_HOST
#include "machine.h"

static enum migratetype type_of(const struct page *page)
{
	return get_pageblock_migratetype(page);
}

static unsigned int blocks_of_type(const struct zone *zone, enum migratetype type)
{
	unsigned int n = 0;

	for (unsigned long pfn = ALIGN(zone->zone_start_pfn, pageblock_nr_pages);
	     pfn < zone_end_pfn(zone); pfn += pageblock_nr_pages)
		n += type_of(pfn_to_page(pfn)) == type;
	return n;
}

/* 4096 pages of DMA; marks leave pages_min: the book keeps as many blocks. */
TEST(pageblock, each_zone_keeps_whole_blocks_for_its_min_mark)
{
	struct zone *zone;

	host_machine_init();
	for_each_populated_zone (zone)
		EXPECT_EQ(blocks_of_type(zone, MIGRATE_RESERVE),
			  DIV_ROUND_UP(zone->pages_min, pageblock_nr_pages));
}

/* In ZONE_DMA: in the other one the object allocator was first. */
TEST(pageblock, the_first_unmovable_page_takes_a_largest_block_with_it)
{
	struct zone *dma = &contig_page_data.node_zones[ZONE_DMA];
	struct page *page;

	host_machine_init();
	EXPECT_EQ(blocks_of_type(dma, MIGRATE_UNMOVABLE), 0);
	page = alloc_pages(GFP_DMA, 1);
	ASSERT(page != NULL);
	/* an order-10 block: both of its pageblocks with PAE, the one without */
	EXPECT_EQ(blocks_of_type(dma, MIGRATE_UNMOVABLE),
		  MAX_ORDER_NR_PAGES / pageblock_nr_pages);
	EXPECT_EQ(type_of(page), MIGRATE_UNMOVABLE);
	__free_pages(page, 1);
}

TEST(pageblock, later_unmovable_pages_come_from_the_block_that_was_taken)
{
	unsigned long block;
	struct page *first;

	host_machine_init();
	first = alloc_pages(GFP_KERNEL, 1);
	ASSERT(first != NULL);
	block = page_to_pfn(first) & ~(MAX_ORDER_NR_PAGES - 1);
	for (int i = 0; i < 200; i++) {
		struct page *page = alloc_pages(GFP_KERNEL, 1);

		ASSERT(page != NULL);
		EXPECT_EQ(page_to_pfn(page) & ~(MAX_ORDER_NR_PAGES - 1), block);
	}
	host_machine_init();
}

/* Break every movable block of the zone into pieces of the order: in each pair,
 * one piece stays free and one in use. */
static void fragment(enum zone_type type, unsigned int order, gfp_t gfp)
{
	struct zone *zone = &contig_page_data.node_zones[type];
	LIST_HEAD(kept);
	struct page *page, *next;
	unsigned int n = 0;

	while (zone_page_state(zone, NR_FREE_PAGES) > zone->pages_high + 4096) {
		page = alloc_pages(gfp | __GFP_NOWARN, order);
		if (!page)
			break;
		list_add_tail(&page->lru, &kept);
	}
	list_for_each_entry_safe (page, next, &kept, lru)
		if (n++ & 1) {
			list_del(&page->lru);
			__free_pages(page, order);
		}
}

TEST(pageblock, a_small_movable_fallback_does_not_steal)
{
	struct zone *normal = &contig_page_data.node_zones[ZONE_NORMAL];
	unsigned long flags, moved;
	struct page *page;

	host_machine_init();
	/* one unmovable block, with a free piece of order 2 in it ... */
	page = alloc_pages(GFP_KERNEL, MAX_ORDER - 1);
	ASSERT(page != NULL);
	split_page(page, MAX_ORDER - 1);
	local_irq_save(flags);
	for (int i = 0; i < 4; i++) {
		page[4 + i]._count = 0;
		__free_one_page(normal, page + 4 + i, 0, MIGRATE_UNMOVABLE);
	}
	/* ... is a poor find for a movable page: it takes what it needs, no more */
	moved = blocks_of_type(normal, MIGRATE_UNMOVABLE);
	for (int order = MAX_ORDER - 1; order > 2; order--)
		for (int t = 0; t < MIGRATE_TYPES; t++)
			while (!list_empty(&normal->free_area[order].free_list[t]))
				del_from_free_list(normal,
					list_first_entry(
						&normal->free_area[order].free_list[t],
						struct page, lru), (unsigned int)order);
	EXPECT_EQ(__rmqueue(normal, 0, MIGRATE_MOVABLE), page + 4);
	EXPECT_EQ(type_of(page), MIGRATE_UNMOVABLE);
	EXPECT_EQ(blocks_of_type(normal, MIGRATE_UNMOVABLE), moved);
	EXPECT(!list_empty(&normal->free_area[1].free_list[MIGRATE_UNMOVABLE]));
	EXPECT(list_empty(&normal->free_area[1].free_list[MIGRATE_MOVABLE]));
	local_irq_restore(flags);
	host_machine_init();
}

/* A free run of `pages` at the start of a movable block; everything else of the
 * zone is in no list at all. */
static struct page *lone_run(struct zone *zone, unsigned long pages)
{
	unsigned long pfn = ALIGN(zone->zone_start_pfn, MAX_ORDER_NR_PAGES) +
			    4 * MAX_ORDER_NR_PAGES;
	int order, type;

	for_each_migratetype_order (order, type)
		INIT_LIST_HEAD(&zone->free_area[order].free_list[type]);
	for (order = 0; order < MAX_ORDER; order++)
		zone->free_area[order].nr_free = 0;
	for (unsigned long i = 0; i < zone->spanned_pages; i++)
		__ClearPageBuddy(pfn_to_page(zone->zone_start_pfn + i));
	zone->vm_stat[NR_FREE_PAGES] = 0;
	set_pageblock_migratetype(pfn_to_page(pfn), MIGRATE_MOVABLE);
	for (unsigned long i = 0; i < pages; i++)
		__free_one_page(zone, pfn_to_page(pfn + i), 0, MIGRATE_MOVABLE);
	return pfn_to_page(pfn);
}

TEST(pageblock, more_than_half_of_a_block_changes_its_type)
{
	struct zone *normal = &contig_page_data.node_zones[ZONE_NORMAL];
	unsigned long half = pageblock_nr_pages / 2;
	struct page *run;

	host_machine_init();
	run = lone_run(normal, half + 1);
	EXPECT(__rmqueue(normal, 0, MIGRATE_UNMOVABLE) != NULL);
	EXPECT_EQ(type_of(run), MIGRATE_UNMOVABLE);

	host_machine_init();
	run = lone_run(normal, half); /* exactly half is not more than half */
	EXPECT(__rmqueue(normal, 0, MIGRATE_UNMOVABLE) != NULL);
	EXPECT_EQ(type_of(run), MIGRATE_MOVABLE);
	host_machine_init();
}

TEST(pageblock, the_reserve_is_the_last_to_be_taken_and_keeps_its_type)
{
	struct zone *normal = &contig_page_data.node_zones[ZONE_NORMAL];
	struct page *run;

	host_machine_init();
	run = lone_run(normal, 0);
	set_pageblock_migratetype(run, MIGRATE_RESERVE);
	__free_one_page(normal, run, 0, MIGRATE_RESERVE);
	__free_one_page(normal, run + 1, 0, MIGRATE_RESERVE);
	EXPECT(__rmqueue(normal, 0, MIGRATE_UNMOVABLE) != NULL);
	EXPECT(__rmqueue(normal, 0, MIGRATE_MOVABLE) != NULL);
	EXPECT_EQ(type_of(run), MIGRATE_RESERVE);
	EXPECT_EQ(__rmqueue(normal, 0, MIGRATE_MOVABLE), NULL);
	host_machine_init();
}

TEST(pageblock, unmovable_pages_never_take_cma_memory)
{
	struct zone *normal = &contig_page_data.node_zones[ZONE_NORMAL];
	struct page *run;

	host_machine_init();
	run = lone_run(normal, 0);
	set_pageblock_migratetype(run, MIGRATE_CMA);
	__free_one_page(normal, run, 0, MIGRATE_CMA);
	EXPECT_EQ(zone_page_state(normal, NR_FREE_CMA_PAGES), 1);
	EXPECT_EQ(__rmqueue(normal, 0, MIGRATE_UNMOVABLE), NULL);
	EXPECT_EQ(__rmqueue(normal, 0, MIGRATE_RECLAIMABLE), NULL);
	EXPECT_EQ(__rmqueue(normal, 0, MIGRATE_MOVABLE), run);
	EXPECT_EQ(zone_page_state(normal, NR_FREE_CMA_PAGES), 0);
	EXPECT_EQ(type_of(run), MIGRATE_CMA);
	host_machine_init();
}

TEST(pageblock, fragmented_memory_keeps_every_list_sound)
{
	host_machine_init();
	fragment(ZONE_NORMAL, 0, GFP_KERNEL);
	fragment(ZONE_HIGHMEM, 3, GFP_HIGHUSER_MOVABLE);
	EXPECT_EQ(buddy_check(), 0);
	host_machine_init();
}
#endif
