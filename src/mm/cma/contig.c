/*
 * Taking a range of frames, whatever is in it: isolate its pageblocks, so that
 * nothing new comes in; move the pages that are in use out of it; take the free
 * blocks off their lists, and give back what they have beyond the range's ends.
 *
 *	pageblocks   |        isolated       |
 *	free blocks     [====][==][========]       after everything has moved
 *	the range          <-------------->
 *	given back      ***               **
 */
#include "../page_alloc/internal.h"

#include <lib/bug.h>
#include <lib/errno.h>
#include <lib/printk.h>
#include <mm/cma.h>
#include <mm/migrate.h>
#include <sched/sched.h>

#define MIGRATE_BATCH 32 /* pages isolated at a time */

/* Memory of the same kind: who could reach the old page by its address in lowmem
 * can reach the new one so. */
static struct page *alloc_migration_target(struct page *page, unsigned long private)
{
	gfp_t gfp = GFP_USER | __GFP_MOVABLE | __GFP_NOWARN;

	(void)private;
	return alloc_page(PageHighMem(page) ? gfp | __GFP_HIGHMEM : gfp);
}

static int blocked_by(struct page *page, struct page_blocker *blocker, const char *why)
{
	unsigned long pfn = page_to_pfn(page);

	*blocker = (struct page_blocker){pfn, pfn + 1, why};
	return -EBUSY;
}

/*
 * Isolate the next pages in use, a batch at most, onto the list; *pfn goes on.
 * Frames that no list and nobody's count knows are in no one's use: they come
 * back when what holds them is freed, or test_pages_isolated finds them.
 */
static int isolate_batch(unsigned long *pfn, unsigned long end_pfn,
                         struct list_head *list, struct page_blocker *blocker)
{
	for (int nr = 0; *pfn < end_pfn && nr < MIGRATE_BATCH; (*pfn)++) {
		struct page *page = pfn_to_page(*pfn);
		const char *why = page_immovable_reason(page);

		if (why)
			return blocked_by(page, blocker, why);
		if (page->_count == 0)
			continue;
		if (!isolate_movable_page(page))
			return blocked_by(page, blocker, "its owner keeps it");
		list_add_tail(&page->lru, list);
		nr++;
	}
	return 0;
}

static int migrate_range(unsigned long start_pfn, unsigned long end_pfn,
                         struct page_blocker *blocker)
{
	unsigned long pfn = start_pfn;
	LIST_HEAD(list);
	int error = 0;

	while (pfn < end_pfn && !error) {
		error = isolate_batch(&pfn, end_pfn, &list, blocker);
		if (!error)
			error = migrate_pages(&list, alloc_migration_target, 0);
		if (error > 0)
			error = blocked_by(list_first_entry(&list, struct page, lru),
			                   blocker, "its owner does not move it");
	}
	putback_movable_pages(&list);
	return error;
}

/* Interrupts off. All of the range is free and isolated: its free blocks come on the
 * list, each with its order in private. */
static void unlink_blocks(unsigned long start_pfn, unsigned long end_pfn,
                          struct list_head *blocks)
{
	unsigned long pfn = page_to_pfn(free_block_of(start_pfn));

	while (pfn < end_pfn) {
		struct page *page = pfn_to_page(pfn);
		unsigned long order = page->private;

		del_from_free_list(page_zone(page), page, (unsigned int)order);
		page->private = order;
		list_add_tail(&page->lru, blocks);
		pfn += 1UL << order;
	}
}

/* The blocks, in the order of their addresses, become pages in use. Returns the frame
 * behind the last. */
static unsigned long prep_blocks(struct list_head *blocks)
{
	struct page *page, *next;
	unsigned long end_pfn = 0;

	list_for_each_entry_safe (page, next, blocks, lru) {
		unsigned int order = (unsigned int)page->private;

		list_del(&page->lru);
		prep_contig_block(page, order);
		end_pfn = page_to_pfn(page) + (1UL << order);
	}
	return end_pfn;
}

/*
 * Take the range if it is free and isolated. To look and to take must be one step:
 * what another thread frees beside the range, in the same pageblock, merges with
 * its blocks. That a block is complete, and its contents checked, comes after.
 */
static int take_range(unsigned long start_pfn, unsigned long end_pfn,
                      struct page_blocker *blocker)
{
	unsigned long first, behind, flags;
	LIST_HEAD(blocks);
	int error;

	local_irq_save(flags);
	error = test_pages_isolated(start_pfn, end_pfn, blocker);
	if (!error)
		unlink_blocks(start_pfn, end_pfn, &blocks);
	local_irq_restore(flags);
	if (error)
		return error;
	first = page_to_pfn(list_first_entry(&blocks, struct page, lru));
	behind = prep_blocks(&blocks);
	free_contig_range(first, start_pfn - first);
	free_contig_range(end_pfn, behind - end_pfn);
	return 0;
}

int alloc_contig_range(unsigned long start_pfn, unsigned long end_pfn,
                       enum migratetype type, struct page_blocker *blocker)
{
	int error;

	might_sleep();
	error = start_isolate_page_range(start_pfn, end_pfn, type, blocker);
	if (error)
		return error;
	drain_all_pages();
	error = migrate_range(start_pfn, end_pfn, blocker);
	if (!error)
		error = take_range(start_pfn, end_pfn, blocker);
	undo_isolate_page_range(start_pfn, end_pfn, type);
	return error;
}

void free_contig_range(unsigned long pfn, unsigned long nr_pages)
{
	unsigned long kept = 0;

	for (struct page *page = pfn_to_page(pfn); nr_pages; page++, nr_pages--) {
		kept += page->_count != 1;
		__free_page(page);
	}
	if (kept)
		pr_warn("free_contig_range: %lu pages from pfn %#lx on have other "
		        "references and stay in use\n",
		        kept, pfn);
}
