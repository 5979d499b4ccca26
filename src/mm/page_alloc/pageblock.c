/*
 * Grouping by mobility, against fragmentation: every pageblock has a type, and
 * an allocation takes pages from blocks of its own type as long as there are
 * any. When there are none, it takes from another type's the largest block that
 * it can find, so that it comes back for the next ones, and, if that gives it
 * more than half of the pageblock, the whole pageblock changes its type.
 * (Professional Linux Kernel Architecture 3.5.2, "Reducing Fragmentation"; Mel
 * Gorman and Andy Whitcroft, "The What, The Why and the Where To of
 * Anti-Fragmentation", OLS 2006)
 */
#include "internal.h"

#include <lib/bug.h>

u8 pageblock_flags[MAX_PAGEBLOCKS];

const char *const migratetype_names[MIGRATE_TYPES] = {
	"Unmovable", "Reclaimable", "Movable", "Reserve", "CMA", "Isolate"};

/*
 * CMA memory is lent to nobody but movable pages, which can be moved out again;
 * the reserve is everybody's last resort. A row ends with MIGRATE_RESERVE.
 */
const u8 fallbacks[MIGRATE_TYPES][MIGRATE_TYPES] = {
	[MIGRATE_UNMOVABLE] = {MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE, MIGRATE_RESERVE},
	[MIGRATE_RECLAIMABLE] = {MIGRATE_UNMOVABLE, MIGRATE_MOVABLE, MIGRATE_RESERVE},
	[MIGRATE_MOVABLE] = {MIGRATE_CMA, MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE,
			     MIGRATE_RESERVE},
	[MIGRATE_RESERVE] = {MIGRATE_RESERVE},
	[MIGRATE_CMA] = {MIGRATE_RESERVE},
	[MIGRATE_ISOLATE] = {MIGRATE_RESERVE},
};

void set_pageblock_migratetype(struct page *page, enum migratetype type)
{
	pageblock_flags[page_to_pfn(page) >> pageblock_order] = (u8)type;
}

/* LAB 5.4 BEGIN
 * Put the free blocks of page's pageblock, and of this zone, on type's lists. They stay
 * what they are: their order, their marks and the counts do not change. Returns how many
 * pages that are.
 * START WITH
 * unsigned long move_freepages_block(struct zone *zone, struct page *page,
 *				   enum migratetype type)
 * {
 *	(void)zone, (void)page, (void)type;
 *	return 0;
 * }
 */
static void move_block(struct page *page, struct zone *zone, enum migratetype type)
{
	list_del(&page->lru);
	list_add(&page->lru, &zone->free_area[page->private].free_list[type]);
}

unsigned long move_freepages_block(struct zone *zone, struct page *page,
				   enum migratetype type)
{
	unsigned long start = page_to_pfn(page) & ~(pageblock_nr_pages - 1);
	unsigned long end = min(start + pageblock_nr_pages, zone_end_pfn(zone));
	unsigned long moved = 0;

	for (unsigned long pfn = max(start, zone->zone_start_pfn); pfn < end;) {
		struct page *p = pfn_to_page(pfn);

		if (!PageBuddy(p)) {
			pfn++;
			continue;
		}
		move_block(p, zone, type);
		moved += 1UL << p->private;
		pfn += 1UL << p->private;
	}
	return moved;
}
/* LAB 5.4 END */

/* LAB 5.4 BEGIN
 * An allocation of start_type takes the free block `page` of that order from the type
 * `from`: how much of the pageblock changes hands? Returns the type whose lists the rest
 * of the block shall go to.
 * START WITH
 * static enum migratetype steal(struct zone *zone, struct page *page, unsigned int order,
 *			      enum migratetype start_type, enum migratetype from)
 * {
 *	(void)zone, (void)page, (void)order, (void)start_type;
 *	return from;
 * }
 */
/* The type of every pageblock in a free block of that order or more. */
static void change_pageblock_range(struct page *page, unsigned int order,
				   enum migratetype type)
{
	for (unsigned long i = 0; i < 1UL << order; i += pageblock_nr_pages)
		set_pageblock_migratetype(page + i, type);
}

/*
 * Whether an allocation of type start_type that must take a foreign block of
 * this order should take its neighbours along. Small movable allocations should
 * not: they can be moved away later, so mixing them in does little harm.
 */
static bool should_steal(unsigned int order, enum migratetype start_type)
{
	return order >= pageblock_order / 2 || start_type == MIGRATE_RECLAIMABLE ||
	       page_group_by_mobility_disabled;
}

/* Returns the type whose lists the rest of the block shall go to. */
static enum migratetype steal(struct zone *zone, struct page *page, unsigned int order,
			      enum migratetype start_type, enum migratetype from)
{
	unsigned long pages;

	if (is_migrate_cma(from) || from == MIGRATE_RESERVE)
		return from; /* borrowed, never owned */
	if (order >= pageblock_order) {
		change_pageblock_range(page, order, start_type);
		return start_type;
	}
	if (!should_steal(order, start_type))
		return from;
	pages = move_freepages_block(zone, page, start_type);
	if (pages > pageblock_nr_pages / 2 || page_group_by_mobility_disabled)
		set_pageblock_migratetype(page, start_type);
	return start_type;
}
/* LAB 5.4 END */

static struct page *take_from(struct zone *zone, unsigned int order,
			      unsigned int current, enum migratetype start_type,
			      enum migratetype from)
{
	struct list_head *list = &zone->free_area[current].free_list[from];
	struct page *page = list_first_entry(list, struct page, lru);
	enum migratetype rest = steal(zone, page, current, start_type, from);

	del_from_free_list(zone, page, current);
	zone->vm_stat[NR_FREE_PAGES] -= 1UL << order;
	if (is_migrate_cma(from))
		zone->vm_stat[NR_FREE_CMA_PAGES] -= 1UL << order;
	expand(zone, page, order, current, rest);
	return page;
}

struct page *__rmqueue_fallback(struct zone *zone, unsigned int order,
				enum migratetype start_type)
{
	/* LAB 5.3 BEGIN
	 * take_from the largest block, of order or more, of the types in start_type's row of
	 * fallbacks; of two as large, from the one that stands first. If they have none, take
	 * from the reserve, which is never stolen from.
	 * START WITH
	 *	const enum migratetype from = MIGRATE_MOVABLE;
	 *
	 *	for (unsigned int current = order; current < MAX_ORDER; current++)
	 *		if (!list_empty(&zone->free_area[current].free_list[from]))
	 *			return take_from(zone, order, current, start_type, from);
	 *	return NULL;
	 */
	for (int current = MAX_ORDER - 1; current >= (int)order; current--) {
		const struct free_area *area = &zone->free_area[current];
		const u8 *from = fallbacks[start_type];

		for (; *from != MIGRATE_RESERVE; from++)
			if (!list_empty(&area->free_list[*from]))
				return take_from(zone, order, (unsigned int)current,
						 start_type, (enum migratetype)*from);
	}
	return __rmqueue_smallest(zone, order, MIGRATE_RESERVE);
	/* LAB 5.3 END */
}
