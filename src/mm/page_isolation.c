/*
 * Isolating pageblocks. A block's type is what freeing looks at to choose a list,
 * so changing it to MIGRATE_ISOLATE and moving the free pages over is all: the
 * lists of that type are no allocation's. Isolated pages do not count as free.
 *
 * A free block may be larger than a pageblock (order 10 against 9 under PAE);
 * it is cut at the border first, and grows together again when the isolation
 * ends. Different from Linux: a caller who is refused learns the frame and the
 * reason; only the frames that the caller wants must be movable, not the whole
 * pageblock; the range need not be aligned.
 *
 * Invariant, verified by buddy_check: free blocks of an isolated pageblock are
 * on the MIGRATE_ISOLATE lists, no others are, and NR_FREE_PAGES counts none.
 */
#include "page_alloc/internal.h"

#include <lib/errno.h>
#include <mm/migrate.h>
#include <mm/page-isolation.h>

static int refuse(struct page_blocker *blocker, unsigned long pfn,
                  unsigned long end_pfn, const char *why)
{
	*blocker = (struct page_blocker){pfn, end_pfn, why};
	return -EBUSY;
}

struct page *free_block_of(unsigned long pfn)
{
	for (unsigned int order = 0; order < MAX_ORDER; order++) {
		struct page *head = pfn_to_page(pfn & ~((1UL << order) - 1));

		if (PageBuddy(head))
			return head->private >= order ? head : NULL;
	}
	return NULL;
}

/* The frame behind a page that is in use, or behind its compound page. */
static unsigned long behind(struct page *page)
{
	struct page *head = compound_head(page);

	return page_to_pfn(head) + (1UL << compound_order(head));
}

/* Interrupts off. Whether a frame of [start, end) is in use and cannot move. */
static bool has_unmovable_pages(unsigned long start, unsigned long end,
                                struct page_blocker *blocker)
{
	for (unsigned long pfn = start; pfn < end;) {
		struct page *page = pfn_to_page(pfn);
		const char *why;

		if (PageBuddy(page)) {
			pfn += 1UL << page->private;
			continue;
		}
		why = page_immovable_reason(page);
		if (why)
			return refuse(blocker, pfn, behind(page), why);
		pfn++;
	}
	return false;
}

/* Interrupts off. Cut the free block around a pageblock down to pageblocks. */
static void split_larger_block(struct zone *zone, unsigned long pfn)
{
	struct page *head = free_block_of(pfn);
	unsigned int order;

	if (pageblock_order == MAX_ORDER - 1 || !head || head->private <= pageblock_order)
		return; /* without PAE no block is larger */
	order = (unsigned int)head->private;
	del_from_free_list(zone, head, order);
	for (unsigned long i = 0; i < 1UL << order; i += pageblock_nr_pages)
		add_to_free_list(zone, head + i, pageblock_order,
		                 get_pageblock_migratetype(head + i));
}

/* Interrupts off: nobody changes the type between the look at it and here. */
static int __isolate_block(struct page *page, enum migratetype type,
                           unsigned long start_pfn, unsigned long end_pfn,
                           struct page_blocker *blocker)
{
	unsigned long block = page_to_pfn(page) & ~(pageblock_nr_pages - 1), moved;
	struct zone *zone = page_zone(page);

	if (is_migrate_isolate(type))
		return refuse(blocker, block, block + pageblock_nr_pages,
		              "its pageblock is isolated already");
	start_pfn = max(start_pfn, block);
	end_pfn = min(end_pfn, block + pageblock_nr_pages);
	if (has_unmovable_pages(start_pfn, end_pfn, blocker))
		return -EBUSY;
	split_larger_block(zone, block);
	set_pageblock_migratetype(page, MIGRATE_ISOLATE);
	moved = move_freepages_block(zone, page, MIGRATE_ISOLATE);
	count_free(zone, type, -(long)moved);
	return 0;
}

int set_migratetype_isolate(struct page *page, unsigned long start_pfn,
                            unsigned long end_pfn, struct page_blocker *blocker)
{
	unsigned long flags;
	int error;

	local_irq_save(flags);
	error = __isolate_block(page, get_pageblock_migratetype(page), start_pfn,
	                        end_pfn, blocker);
	local_irq_restore(flags);
	return error;
}

void unset_migratetype_isolate(struct page *page, enum migratetype type)
{
	unsigned long block = page_to_pfn(page) & ~(pageblock_nr_pages - 1);
	struct page *first = pfn_to_page(block);
	struct zone *zone = page_zone(page);
	unsigned long flags, moved;

	local_irq_save(flags);
	if (is_migrate_isolate(get_pageblock_migratetype(page))) {
		split_larger_block(zone, block);
		set_pageblock_migratetype(page, type);
		if (PageBuddy(first) && first->private == pageblock_order) {
			del_from_free_list(zone, first, pageblock_order);
			__free_one_page(zone, first, pageblock_order, type);
		} else {
			moved = move_freepages_block(zone, page, type);
			count_free(zone, type, (long)moved);
		}
	}
	local_irq_restore(flags);
}

/* Whether all of the pageblock is there, and the zone's. */
static bool zone_has_block(const struct zone *zone, unsigned long block)
{
	return pfn_valid(block) && page_zone(pfn_to_page(block)) == zone &&
	       zone_spans_pfn(zone, block) &&
	       zone_spans_pfn(zone, block + pageblock_nr_pages - 1);
}

static int isolate_block(const struct zone *zone, unsigned long block,
                         unsigned long start_pfn, unsigned long end_pfn,
                         enum migratetype type, struct page_blocker *blocker)
{
	struct page *page = pfn_to_page(block);
	enum migratetype found;
	unsigned long flags;
	int error;

	if (!zone_has_block(zone, block))
		return -EINVAL;
	local_irq_save(flags);
	found = get_pageblock_migratetype(page);
	if (found != type && !is_migrate_isolate(found))
		error = refuse(blocker, block, block + pageblock_nr_pages,
		               "its pageblock is of another type");
	else
		error = __isolate_block(page, found, start_pfn, end_pfn, blocker);
	local_irq_restore(flags);
	return error;
}

int start_isolate_page_range(unsigned long start_pfn, unsigned long end_pfn,
                             enum migratetype type, struct page_blocker *blocker)
{
	unsigned long first = start_pfn & ~(pageblock_nr_pages - 1);
	const struct zone *zone;
	int error;

	if (start_pfn >= end_pfn || !pfn_valid(start_pfn))
		return -EINVAL;
	zone = page_zone(pfn_to_page(start_pfn));
	for (unsigned long block = first; block < end_pfn;
	     block += pageblock_nr_pages) {
		error = isolate_block(zone, block, start_pfn, end_pfn, type, blocker);
		if (error) {
			undo_isolate_page_range(first, block, type);
			return error;
		}
	}
	return 0;
}

void undo_isolate_page_range(unsigned long start_pfn, unsigned long end_pfn,
                             enum migratetype type)
{
	unsigned long block = start_pfn & ~(pageblock_nr_pages - 1);

	for (; block < end_pfn; block += pageblock_nr_pages)
		unset_migratetype_isolate(pfn_to_page(block), type);
}

/* Interrupts off. The end of the frames from pfn on that are in no free block and
 * have no count: the rest of a block that is in use. */
static unsigned long behind_block_in_use(unsigned long pfn, unsigned long end_pfn)
{
	do
		pfn++;
	while (pfn < end_pfn && !pfn_to_page(pfn)->_count && !free_block_of(pfn));
	return pfn;
}

int test_pages_isolated(unsigned long start_pfn, unsigned long end_pfn,
                        struct page_blocker *blocker)
{
	unsigned long flags, pfn = start_pfn;
	int error = 0;

	local_irq_save(flags);
	while (pfn < end_pfn && !error) {
		const struct page *head = free_block_of(pfn);

		if (!head)
			error = refuse(blocker, pfn, behind_block_in_use(pfn, end_pfn),
			               "it is in use");
		else if (!is_migrate_isolate(get_pageblock_migratetype(head)))
			error = refuse(blocker, pfn, pfn + 1, "it is not isolated");
		else
			pfn = page_to_pfn(head) + (1UL << head->private);
	}
	local_irq_restore(flags);
	return error;
}
