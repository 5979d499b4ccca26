/*
 * The allocator's checker, and what is said of a page that is not as it should
 * be.
 */
#include "internal.h"

#include <lib/bug.h>
#include <lib/printk.h>
#include <mm/page_debug.h>

void dump_page(const struct page *page, const char *reason)
{
	char flags[PAGE_FLAGS_TEXT_MAX];

	page_flags_text(page->flags, flags, sizeof(flags));
	pr_emerg("page:%08lx count:%d mapcount:%d mapping:%08lx index:%#lx private:%#lx\n",
		 (unsigned long)page, page->_count, page->_mapcount + 1,
		 (unsigned long)page->mapping, page->index, page->private);
	pr_emerg("pfn:%#lx zone:%s block:%s flags:%#lx(%s)\n", page_to_pfn(page),
		 page_zone(page)->name,
		 migratetype_names[get_pageblock_migratetype(page)], page->flags, flags);
	page_debug_dump(page);
	if (reason)
		pr_emerg("page dumped because: %s\n", reason);
}

void bad_page(const struct page *page, const char *reason)
{
	if (bug_hook)
		bug_hook();
	pr_emerg("BUG: Bad page state: pfn:%#lx\n", page_to_pfn(page));
	dump_page(page, reason);
	panic("bad page state: pfn %#lx: %s", page_to_pfn(page), reason);
}

/* What several pages have in common: if none is bad, no bit of their counts and
 * mappings is set, none of their flags that may not be, and all of their mapcounts. */
struct page_sum {
	unsigned long flags, zero, ones;
};

static __always_inline void add_pages(struct page_sum *sum, const struct page *page,
				      unsigned int nr)
{
#pragma GCC unroll 16
	for (unsigned int i = 0; i < nr; i++) {
		sum->flags |= page[i].flags;
		sum->zero |= (unsigned long)page[i]._count;
		sum->zero |= (unsigned long)page[i].mapping;
		sum->ones &= (unsigned long)page[i]._mapcount;
	}
}

/* One test for all pages, a few at a time: large blocks spend their time here. */
bool pages_are_bad(const struct page *page, unsigned long nr)
{
	struct page_sum sum = {.ones = ~0UL};

	if (nr == 1)
		add_pages(&sum, page, 1);
	else if (nr == 2)
		add_pages(&sum, page, 2);
	else if (nr == 4)
		add_pages(&sum, page, 4);
	else if (nr == 8)
		add_pages(&sum, page, 8);
	for (; nr >= 16; nr -= 16, page += 16)
		add_pages(&sum, page, 16);
	return (sum.flags & PAGE_FLAGS_CHECK) | sum.zero | ~sum.ones;
}

/* The lists on which a free block of that pageblock type may be. Blocks of the
 * three mobile types mix; borrowed ones keep to themselves. */
static bool type_fits(enum migratetype list, enum migratetype block)
{
	if (list >= MIGRATE_CMA || block >= MIGRATE_CMA)
		return list == block;
	return true;
}

static const char *block_is_wrong(const struct zone *zone, const struct page *page,
				  unsigned int order, enum migratetype type)
{
	unsigned long pfn = page_to_pfn(page), buddy = pfn ^ (1UL << order);
	const struct page *b = pfn_to_page(buddy);

	if (!PageBuddy(page) || page->private != order)
		return "is not marked with its list's order";
	if (page_zone(page) != zone)
		return "is in another zone";
	if (pfn & ((1UL << order) - 1))
		return "is not aligned to its size";
	if (!zone_spans_pfn(zone, pfn) || !zone_spans_pfn(zone, pfn + (1UL << order) - 1))
		return "reaches out of its zone";
	if (page->_count)
		return "is in use";
	if (!type_fits(type, get_pageblock_migratetype(page)))
		return "is on the list of a type that its pageblock does not have";
	if (order < pageblock_order && order < MAX_ORDER - 1 && pfn_valid(buddy) &&
	    PageBuddy(b) && b->private == order && page_zone(b) == zone)
		return "was not merged with its buddy";
	return NULL;
}

static unsigned int check_list(const struct zone *zone, unsigned int order,
			       enum migratetype type, unsigned long *blocks)
{
	const struct list_head *list = &zone->free_area[order].free_list[type];
	unsigned int violations = 0;
	const struct page *page;

	list_for_each_entry (page, list, lru) {
		const char *wrong = block_is_wrong(zone, page, order, type);

		(*blocks)++;
		if (!wrong)
			continue;
		pr_err("buddy_check: %s: free block %#lx of order %u, type %s, %s\n",
		       zone->name, page_to_pfn(page), order, migratetype_names[type],
		       wrong);
		violations++;
	}
	return violations;
}

static bool differs(const struct zone *zone, const char *what, unsigned long found,
		    unsigned long counted)
{
	if (found == counted)
		return false;
	pr_err("buddy_check: %s: %s: %lu found, %lu counted\n", zone->name, what, found,
	       counted);
	return true;
}

static unsigned int check_free_area(const struct zone *zone)
{
	unsigned long free = 0, cma = 0;
	unsigned int violations = 0;

	for (unsigned int order = 0; order < MAX_ORDER; order++) {
		unsigned long blocks = 0;

		for (int type = 0; type < MIGRATE_TYPES; type++) {
			unsigned long before = blocks;

			violations += check_list(zone, order, (enum migratetype)type,
						 &blocks);
			if (type != MIGRATE_ISOLATE)
				free += (blocks - before) << order;
			if (type == MIGRATE_CMA)
				cma += (blocks - before) << order;
		}
		violations += differs(zone, "blocks of an order", blocks,
				      zone->free_area[order].nr_free);
	}
	violations += differs(zone, "free pages", free, zone->vm_stat[NR_FREE_PAGES]);
	violations += differs(zone, "free CMA pages", cma,
			      zone->vm_stat[NR_FREE_CMA_PAGES]);
	return violations;
}

static unsigned int check_pcp(struct zone *zone)
{
	const struct per_cpu_pages *pcp = zone_pcp(zone);
	unsigned int violations = 0, order;
	unsigned long pages = 0;
	int type;

	for_each_pcp_list (order, type) {
		const struct page *page;

		list_for_each_entry (page, &pcp->lists[order][type], lru) {
			pages += 1UL << order;
			if (page_zone(page) == zone && !pages_are_bad(page, 1UL << order) &&
			    !(page_to_pfn(page) & ((1UL << order) - 1)))
				continue;
			pr_err("buddy_check: %s: the block of order %u at pfn %#lx in a "
			       "per-CPU list is in use, not aligned or of another zone\n",
			       zone->name, order, page_to_pfn(page));
			violations++;
		}
	}
	return violations + differs(zone, "per-CPU pages", pages, (unsigned long)pcp->count);
}

unsigned int buddy_check(void)
{
	unsigned int violations = 0;
	unsigned long flags;
	struct zone *zone;

	local_irq_save(flags);
	for_each_populated_zone (zone)
		violations += check_free_area(zone) + check_pcp(zone);
	local_irq_restore(flags);
	return violations;
}
