/*
 * The binary buddy system (Knowlton 1965; Knuth vol. 1, 2.5): free_area[order]
 * lists free blocks of 2^order frames, one list for each migrate type. Taking a
 * block splits a larger one and puts the upper halves back (expand); giving one
 * back merges it with its buddy, the block whose frame number differs in one
 * bit, for as long as that is free and whole. (Gorman ch. 6; Professional
 * Linux Kernel Architecture 3.5.5)
 *
 * Invariants, verified by buddy_check: a block's first page, and no other, has
 * PG_buddy and its order in private; a block is aligned to its size and inside
 * its zone; two buddies are never both free below the top order, unless a border
 * of isolated or CMA memory lies between them; nr_free and NR_FREE_PAGES agree
 * with the lists.
 */
#include "internal.h"

#include <lib/bug.h>

void add_to_free_list(struct zone *zone, struct page *page, unsigned int order,
		      enum migratetype type)
{
	page->private = order;
	__SetPageBuddy(page);
	list_add(&page->lru, &zone->free_area[order].free_list[type]);
	zone->free_area[order].nr_free++;
}

void del_from_free_list(struct zone *zone, struct page *page, unsigned int order)
{
	list_del(&page->lru);
	__ClearPageBuddy(page);
	page->private = 0;
	zone->free_area[order].nr_free--;
}

static inline bool page_is_buddy(const struct page *page, unsigned int order,
				 const struct page *of)
{
	return PageBuddy(page) && page->private == order &&
	       page_zonenum(page) == page_zonenum(of);
}

/* Blocks of a pageblock and more merge only if that mixes nothing which must
 * stay apart: isolated memory, and memory lent by CMA. */
static bool may_merge(const struct page *a, const struct page *b)
{
	enum migratetype ta = get_pageblock_migratetype(a);
	enum migratetype tb = get_pageblock_migratetype(b);

	return ta == tb || (ta < MIGRATE_CMA && tb < MIGRATE_CMA);
}

void __free_one_page(struct zone *zone, struct page *page, unsigned int order,
		     enum migratetype type)
{
	unsigned long pfn = page_to_pfn(page);

	count_free(zone, type, 1L << order);
	for (; order < MAX_ORDER - 1; order++) {
		unsigned long buddy_pfn = pfn ^ (1UL << order);
		struct page *buddy = page + (buddy_pfn - pfn);

		if (!pfn_valid(buddy_pfn) || !page_is_buddy(buddy, order, page))
			break;
		if (order >= pageblock_order && !may_merge(page, buddy))
			break;
		del_from_free_list(zone, buddy, order);
		page += (buddy_pfn & pfn) - pfn;
		pfn &= buddy_pfn;
	}
	add_to_free_list(zone, page, order, type);
}

void expand(struct zone *zone, struct page *page, unsigned int low, unsigned int high,
	    enum migratetype type)
{
	while (high > low) {
		high--;
		add_to_free_list(zone, page + (1UL << high), high, type);
	}
}

struct page *__rmqueue_smallest(struct zone *zone, unsigned int order,
				enum migratetype type)
{
	for (unsigned int current = order; current < MAX_ORDER; current++) {
		struct list_head *list = &zone->free_area[current].free_list[type];
		struct page *page;

		if (list_empty(list))
			continue;
		page = list_first_entry(list, struct page, lru);
		del_from_free_list(zone, page, current);
		count_free(zone, type, -(1L << order));
		expand(zone, page, order, current, type);
		return page;
	}
	return NULL;
}

struct page *__rmqueue(struct zone *zone, unsigned int order, enum migratetype type)
{
	struct page *page = __rmqueue_smallest(zone, order, type);

	if (unlikely(!page))
		page = __rmqueue_fallback(zone, order, type);
	return page;
}
