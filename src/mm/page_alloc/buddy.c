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
 * with the lists. mem_map covers whole blocks of the top order, so that a frame's
 * buddy always has an entry.
 */
#include "internal.h"

#include <lib/bug.h>

#define BUDDY_FLAGS (BIT(PG_buddy) | ~0UL << ZONES_PGSHIFT)

/* The flags that say of a page that it is the first of a free block of the zone. */
static inline unsigned long buddy_flags(const struct page *page)
{
	return (page->flags | BIT(PG_buddy)) & BUDDY_FLAGS;
}

static inline bool page_is_buddy(const struct page *page, unsigned int order,
				 unsigned long flags)
{
	/* LAB 5.2 BEGIN
	 * Whether a free block of this order begins with the page, in the zone that flags
	 * (from buddy_flags) tell.
	 * START WITH
	 *	(void)page, (void)order, (void)flags;
	 *	return false;
	 */
	return (page->flags & BUDDY_FLAGS) == flags && page->private == order;
	/* LAB 5.2 END */
}

/* Blocks of a pageblock and more merge only if that mixes nothing which must
 * stay apart: isolated memory, and memory lent by CMA. */
static inline bool may_merge(const struct page *a, const struct page *b)
{
	enum migratetype ta = get_pageblock_migratetype(a);
	enum migratetype tb = get_pageblock_migratetype(b);

	return ta == tb || (ta < MIGRATE_CMA && tb < MIGRATE_CMA);
}

void __free_one_page(struct zone *zone, struct page *page, unsigned int order,
		     enum migratetype type)
{
	unsigned long index = page_to_pfn(page) & (MAX_ORDER_NR_PAGES - 1);
	unsigned long size = 1UL << order, flags = buddy_flags(page);
	struct page *base = page - index;

	count_free(zone, type, (long)size);
	/* LAB 5.2 BEGIN
	 * Merge with the buddy while it is free and whole, up to the top order; across a
	 * pageblock's border only what may_merge. Then put the block on type's list.
	 * base is the first page of the top order's block, index the block's place in it.
	 * START WITH
	 *	(void)flags;
	 *	add_to_free_list(zone, base + index, order, type);
	 */
	for (; order < MAX_ORDER - 1; order++, size <<= 1) {
		struct page *buddy = base + (index ^ size);

		if (!page_is_buddy(buddy, order, flags))
			break;
		if (order >= pageblock_order && !may_merge(base + index, buddy))
			break;
		del_from_free_list(zone, buddy, order);
		index &= ~size;
	}
	add_to_free_list(zone, base + index, order, type);
	/* LAB 5.2 END */
}

void expand(struct zone *zone, struct page *page, unsigned int low, unsigned int high,
	    enum migratetype type)
{
	/* LAB 5.1 BEGIN
	 * Put the upper half of the block on type's list, then that of the lower half, and
	 * so on, until 2^low frames are left.
	 * START WITH
	 *	for (unsigned long i = 1UL << low; i < 1UL << high; i++)
	 *		add_to_free_list(zone, page + i, 0, type);
	 */
	while (high > low) {
		high--;
		add_to_free_list(zone, page + (1UL << high), high, type);
	}
	/* LAB 5.1 END */
}

struct page *__rmqueue_smallest(struct zone *zone, unsigned int order,
				enum migratetype type)
{
	/* LAB 5.1 BEGIN
	 * Take a block of the lowest order, from order on, of which type has one: off its
	 * list, out of the count, the rest of it back on the lists. NULL if there is none.
	 * START WITH
	 *	unsigned int current = order;
	 *	struct page *page;
	 *
	 *	if (list_empty(&zone->free_area[current].free_list[type]))
	 *		current = MAX_ORDER - 1;
	 *	if (list_empty(&zone->free_area[current].free_list[type]))
	 *		return NULL;
	 *	page = list_first_entry(&zone->free_area[current].free_list[type],
	 *				struct page, lru);
	 *	del_from_free_list(zone, page, current);
	 *	count_free(zone, type, -(1L << order));
	 *	expand(zone, page, order, current, type);
	 *	return page;
	 */
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
	/* LAB 5.1 END */
}

struct page *rmqueue_block(struct zone *zone, unsigned int least, unsigned int most,
			   enum migratetype type, unsigned int *order)
{
	for (*order = least; *order < most; (*order)++)
		if (!list_empty(&zone->free_area[*order].free_list[type]))
			break;
	return __rmqueue_smallest(zone, *order, type);
}

void free_run(struct zone *zone, struct page *page, unsigned long nr)
{
	enum migratetype type = get_pageblock_migratetype(page);

	while (nr) {
		unsigned int order =
			min(__fls(nr), __ffs(page_to_pfn(page) | pageblock_nr_pages));

		__free_one_page(zone, page, order, type);
		page += 1UL << order;
		nr -= 1UL << order;
	}
}

struct page *__rmqueue(struct zone *zone, unsigned int order, enum migratetype type)
{
	struct page *page = __rmqueue_smallest(zone, order, type);

	if (unlikely(!page))
		page = __rmqueue_fallback(zone, order, type);
	return page;
}
