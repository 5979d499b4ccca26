/*
 * Allocate until failure, for each kind of mask: in every zone that the mask
 * reaches, exactly as many pages stay free as the marks say, and everything comes
 * back. Large blocks are taken first, so that 64 GiB take no longer than 1 GiB.
 */
#include "ktest.h"

#include "buddy_test.h"

struct taken {
	struct list_head blocks; /* by page.lru, the order in page.index */
	unsigned long pages;
};

static void take_all(struct taken *taken, gfp_t gfp)
{
	INIT_LIST_HEAD(&taken->blocks);
	taken->pages = 0;
	for (int order = MAX_ORDER - 1; order >= 0; order--) {
		struct page *page;

		while ((page = alloc_pages(gfp, (unsigned int)order))) {
			page->index = (unsigned long)order;
			list_add(&page->lru, &taken->blocks);
			taken->pages += 1UL << order;
		}
	}
}

static void give_all_back(struct taken *taken)
{
	struct page *page, *next;

	list_for_each_entry_safe (page, next, &taken->blocks, lru) {
		unsigned int order = (unsigned int)page->index;

		list_del(&page->lru);
		page->index = 0;
		__free_pages(page, order);
	}
}

/* Per-CPU lists that hold nothing back: the marks can then be met to the page. */
static void cut_pcp(bool cut)
{
	struct zone *zone;

	drain_all_pages();
	for_each_populated_zone (zone) {
		setup_pcp(zone_pcp(zone), zone->pages_low, zone->managed_pages);
		if (cut)
			zone_pcp(zone)->batch = zone_pcp(zone)->high = 1;
	}
}

/* What zone_watermark_ok leaves, by the book: half of it for __GFP_HIGH, a
 * quarter of the rest for those that cannot wait. */
static unsigned long mark_for(const struct zone *zone, gfp_t gfp)
{
	unsigned long mark = zone->pages_min;

	if (gfp & __GFP_HIGH)
		mark -= mark / 2;
	if (!(gfp & __GFP_WAIT))
		mark -= mark / 4;
	return mark;
}

static unsigned long nr_free_cma(void)
{
	unsigned long pages = 0;
	struct zone *zone;

	for_each_zone (zone)
		pages += zone_page_state(zone, NR_FREE_CMA_PAGES);
	return pages;
}

static void expect_marks_met(gfp_t gfp)
{
	const struct zonelist *list = gfp_zonelist(gfp);

	for (const struct zoneref *z = list->_zonerefs; z->zone; z++) {
		unsigned long keep = mark_for(z->zone, gfp) +
				     z->zone->lowmem_reserve[list->classzone_idx];
		unsigned long most = z->zone->managed_pages;

		/* what CMA lends is not for pages that cannot move */
		if (!(gfp & __GFP_MOVABLE))
			keep += zone_page_state(z->zone, NR_FREE_CMA_PAGES);

		/* a reserve larger than the zone keeps all of it */
		if (keep < most)
			EXPECT_EQ(zone_page_state(z->zone, NR_FREE_PAGES) +
				  (unsigned long)zone_pcp(z->zone)->count, keep);
	}
}

static void exhaust(gfp_t gfp)
{
	struct buddy_counts before, after;
	unsigned long free;
	struct taken taken;

	cut_pcp(true);
	count_blocks(&before);
	free = nr_free_pages();
	take_all(&taken, gfp | __GFP_NOWARN);
	EXPECT(taken.pages > 0);
	EXPECT_EQ(nr_free_pages() + taken.pages, free);
	expect_marks_met(gfp);
	EXPECT_EQ(buddy_check(), 0);
	give_all_back(&taken);
	count_blocks(&after);
	EXPECT(same_blocks(&before, &after));
	cut_pcp(false);
}

TEST(exhaustion, gfp_kernel_stops_at_the_min_mark)
{
	exhaust(GFP_KERNEL | __GFP_NORETRY);
}

TEST(exhaustion, gfp_nowait_may_take_a_quarter_of_the_reserve)
{
	exhaust(GFP_NOWAIT);
}

TEST(exhaustion, gfp_atomic_may_take_more_than_half_of_the_reserve)
{
	exhaust(GFP_ATOMIC);
}

TEST(exhaustion, gfp_highuser_leaves_lower_zones_their_reserve)
{
	exhaust(GFP_HIGHUSER | __GFP_NORETRY);
}

TEST(exhaustion, gfp_highuser_movable_does_too)
{
	exhaust(GFP_HIGHUSER_MOVABLE | __GFP_NORETRY);
}

TEST(exhaustion, gfp_dma_stays_in_its_zone)
{
	unsigned long normal = 0;
	struct zone *zone;
	struct taken taken;

	for_each_zone (zone)
		if (zone_idx(zone) != ZONE_DMA)
			normal += zone_page_state(zone, NR_FREE_PAGES);
	exhaust(GFP_DMA);
	take_all(&taken, GFP_DMA | __GFP_NOWARN);
	for_each_zone (zone)
		if (zone_idx(zone) != ZONE_DMA)
			normal -= zone_page_state(zone, NR_FREE_PAGES);
	EXPECT_EQ(normal, 0);
	give_all_back(&taken);
}

TEST(exhaustion, pf_memalloc_empties_the_last_page)
{
	struct buddy_counts before, after;
	struct taken taken;
	bool saved;

	count_blocks(&before);
	saved = memalloc_save();
	take_all(&taken, GFP_HIGHUSER | __GFP_NOWARN);
	EXPECT_EQ(nr_free_pages(), nr_free_cma());
	EXPECT_EQ(alloc_page(GFP_HIGHUSER | __GFP_NOWARN | __GFP_NOMEMALLOC), NULL);
	memalloc_restore(saved);
	EXPECT_EQ(alloc_page(GFP_ATOMIC | __GFP_NOWARN), NULL);
	give_all_back(&taken);
	count_blocks(&after);
	EXPECT(same_blocks(&before, &after));
	EXPECT_EQ(buddy_check(), 0);
}

static struct page *hoard;
static unsigned int count_calls, scan_calls;

static unsigned long hoard_count(struct shrinker *s, gfp_t gfp)
{
	(void)s, (void)gfp;
	count_calls++;
	return hoard ? 1 : 0;
}

static unsigned long hoard_scan(struct shrinker *s, unsigned long nr, gfp_t gfp)
{
	(void)s, (void)gfp;
	scan_calls++;
	if (!nr || !hoard)
		return 0;
	__free_pages(hoard, MAX_ORDER - 1);
	hoard = NULL;
	return 1;
}

TEST(exhaustion, a_shrinker_is_asked_before_an_allocation_fails)
{
	struct shrinker s = {.count = hoard_count, .scan = hoard_scan};
	struct taken taken;
	struct page *page;

	hoard = alloc_pages(GFP_KERNEL, MAX_ORDER - 1);
	if (!hoard)
		SKIP("no block of the top order");
	take_all(&taken, GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN);
	register_shrinker(&s);
	count_calls = scan_calls = 0;
	page = alloc_page(GFP_KERNEL);
	EXPECT(page != NULL);
	EXPECT(scan_calls == 1 && !hoard);
	unregister_shrinker(&s);
	if (page)
		__free_page(page);
	give_all_back(&taken);
	drain_all_pages();
	EXPECT_EQ(buddy_check(), 0);
}

static void alloc_nofail(void *unused)
{
	(void)unused;
	alloc_pages(GFP_KERNEL | __GFP_NOFAIL | __GFP_NOWARN, MAX_ORDER - 1);
}

TEST(exhaustion, nofail_without_anything_to_reclaim_stops_with_a_reason)
{
	struct taken taken;

	take_all(&taken, GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN);
	EXPECT_BUG(alloc_nofail, NULL);
	give_all_back(&taken);
	EXPECT_EQ(buddy_check(), 0);
}
