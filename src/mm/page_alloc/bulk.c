/*
 * Many single pages in one call, for those who do not care where they are. A few come
 * off the per-CPU list in one go. For many, whole free blocks are taken apart, small
 * ones first, and pages that come back one behind the other go back as blocks: the
 * lists are touched once a block instead of once a page. (Linux has alloc_pages_bulk
 * since 5.13, page by page; the freeing half is ours.) What is short, debugged, or
 * shared goes the usual way.
 *
 * Taking small blocks first mends nothing and spoils nothing: large blocks are
 * split only when there are no others.
 */
#include "internal.h"

#include <lib/bug.h>
#include <mm/highmem.h>

#define BLOCKS_MIN 64 /* fewer pages are quicker from the per-CPU list */

/* ---- Taking ---- */

/* How many pages the zone can give without going below its low mark. */
static unsigned long spare_pages(const struct zonelist *zonelist)
{
	const struct zone *zone = zonelist->_zonerefs[0].zone;
	unsigned long free = zone->vm_stat[NR_FREE_PAGES];
	unsigned long mark = zone->pages_low +
			     zone->lowmem_reserve[zonelist->classzone_idx] +
			     zone->vm_stat[NR_FREE_CMA_PAGES];

	return free > mark ? free - mark : 0;
}

static inline void prep_single(struct page *page, gfp_t gfp)
{
	if (page_is_bad(page))
		bad_page(page, "it was changed while it was free");
	page->private = 0;
	page->_count = 1;
	if (gfp & __GFP_ZERO)
		clear_highpage(page);
}

static void take_apart(struct page *page, unsigned long nr, gfp_t gfp,
		       struct page **pages)
{
	for (struct page *end = page + nr; page < end; page++) {
		prep_single(page, gfp);
		*pages++ = page;
	}
}

/* Up to nr pages off the hot end of a list; returns how many. */
static unsigned long cut_list(struct list_head *list, unsigned long nr,
			      struct page **pages)
{
	struct list_head *entry = list->next;
	unsigned long got = 0;

	for (; got < nr && entry != list; entry = entry->next)
		pages[got++] = list_entry(entry, struct page, lru);
	__list_join(list, entry);
	return got;
}

static unsigned long take_listed(gfp_t gfp, unsigned long nr, struct page **pages)
{
	const struct zonelist *zonelist = gfp_zonelist(gfp);
	struct zone *zone = zonelist->_zonerefs[0].zone;
	enum migratetype type = gfp_migratetype(gfp);
	struct per_cpu_pages *pcp = zone_pcp(zone);
	struct list_head *list = &pcp->lists[0][type];
	unsigned long flags, got = 0;

	nr = min(nr, spare_pages(zonelist));
	local_irq_save(flags);
	while (got < nr && (!list_empty(list) || pcp_refill(zone, 0, type)))
		got += cut_list(list, nr - got, pages + got);
	pcp->count -= (int)got;
	local_irq_restore(flags);
	for (unsigned long i = 0; i < got; i++)
		prep_single(pages[i], gfp);
	return got;
}

static unsigned long take_blocks(gfp_t gfp, unsigned long nr, struct page **pages)
{
	const struct zonelist *zonelist = gfp_zonelist(gfp);
	struct zone *zone = zonelist->_zonerefs[0].zone;
	unsigned long flags, got = 0;

	nr = min(nr, spare_pages(zonelist));
	while (got < nr) {
		unsigned int order;
		struct page *page;

		local_irq_save(flags);
		page = rmqueue_block(zone, 0, min(__fls(nr - got), MAX_ORDER - 1U),
				     gfp_migratetype(gfp), &order);
		local_irq_restore(flags);
		if (!page)
			break;
		take_apart(page, 1UL << order, gfp, pages + got);
		got += 1UL << order;
	}
	return got;
}

static inline unsigned long take_singly(gfp_t gfp, unsigned long got, unsigned long nr,
					struct page **pages)
{
	for (; got < nr; got++) {
		pages[got] = __alloc_pages(gfp, 0, gfp_zonelist(gfp));
		if (unlikely(!pages[got]))
			break;
	}
	return got;
}

unsigned long alloc_pages_bulk(gfp_t gfp, unsigned long nr, struct page **pages)
{
	unsigned long got;

	if (unlikely(gfp_contradicts(gfp))) {
		alloc_pages_contradiction(gfp, 0);
		return 0;
	}
	if (unlikely(gfp_always & __GFP_HOOKS))
		return take_singly(gfp, 0, nr, pages);
	got = nr < BLOCKS_MIN ? take_listed(gfp, nr, pages) : take_blocks(gfp, nr, pages);
	return take_singly(gfp, got, nr, pages);
}

/* ---- Giving back ---- */

/* Whether ours is the last reference to a single page; it is dropped then. Nobody
 * can take another one behind our back. */
static inline bool drop_last(struct page *page)
{
	if (unlikely(page->_count != 1 || PageCompound(page)))
		return false;
	page->_count = 0;
	if (page_is_bad(page))
		bad_page(page, "it is still in use");
	return true;
}

/* Free the pages that follow one another from the first on; returns how many. */
static unsigned long free_first_run(struct page **pages, unsigned long nr)
{
	struct page *first = pages[0];
	unsigned long in_block = page_to_pfn(first) & (pageblock_nr_pages - 1);
	unsigned long most = min(nr, pageblock_nr_pages - in_block), n = 0;
	unsigned long flags;

	while (n < most && pages[n] == first + n && drop_last(first + n))
		n++;
	if (unlikely(!n)) {
		__free_page(first);
		return 1;
	}
	local_irq_save(flags);
	free_run(page_zone(first), first, n);
	local_irq_restore(flags);
	return n;
}

static void free_singly(struct page **pages, unsigned long nr)
{
	for (struct page **end = pages + nr; pages < end; pages++) {
		if (likely(!free_hooks && drop_last(*pages)))
			free_hot_cold_page(*pages, 0, false);
		else
			__free_page(*pages);
	}
}

void free_pages_bulk(struct page **pages, unsigned long nr)
{
	unsigned long freed;

	if (nr < BLOCKS_MIN || free_hooks) {
		free_singly(pages, nr);
		return;
	}
	for (; nr; nr -= freed) {
		freed = free_first_run(pages, nr);
		pages += freed;
	}
}
