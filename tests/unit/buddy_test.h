/* What the suites of the page allocator share. */
#ifndef BUDDY_TEST_H
#define BUDDY_TEST_H

#include "../../src/mm/page_alloc/internal.h"

/* Free blocks of each order in all zones, the per-CPU lists emptied first. */
struct buddy_counts {
	unsigned long nr_free[MAX_NR_ZONES][MAX_ORDER];
};

static inline void count_blocks(struct buddy_counts *counts)
{
	struct zone *zone;

	drain_all_pages();
	for_each_zone (zone)
		for (int order = 0; order < MAX_ORDER; order++)
			counts->nr_free[zone_idx(zone)][order] =
				zone->free_area[order].nr_free;
}

/* Pages that nobody has: on the free lists and on the per-CPU lists. */
static inline unsigned long nr_unused_pages(void)
{
	unsigned long pages = nr_free_pages();
	struct zone *zone;

	for_each_zone (zone)
		pages += (unsigned long)zone_pcp(zone)->count;
	return pages;
}

static inline bool same_blocks(const struct buddy_counts *a, const struct buddy_counts *b)
{
	for (int z = 0; z < MAX_NR_ZONES; z++)
		for (int order = 0; order < MAX_ORDER; order++)
			if (a->nr_free[z][order] != b->nr_free[z][order])
				return false;
	return true;
}

#endif
