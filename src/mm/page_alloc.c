/*
 * The binary buddy system (Knowlton 1965; Knuth vol. 1, 2.5): free_area[order]
 * lists free blocks of 2^order frames. Taking one splits a larger block and
 * puts the upper halves back (expand); giving one back merges it with its
 * buddy, the block that differs in one bit of the frame number, as long as that
 * is free and whole.
 *
 * Invariants, verified by buddy_check: a block's first page, and no other, has
 * PG_buddy and its order in private; a block is aligned to its size and inside
 * its zone; two buddies are never both free below the top order; nr_free and
 * NR_FREE_PAGES agree with the lists.
 */
#include <asm/irqflags.h>
#include <lib/bug.h>
#include <lib/printk.h>
#include <mm/page_alloc.h>

static inline void set_page_order(struct page *page, unsigned int order)
{
	page->private = order;
	__SetPageBuddy(page);
}

static inline bool page_is_buddy(const struct zone *zone, unsigned long pfn,
				 unsigned int order)
{
	const struct page *page = pfn_to_page(pfn);

	return pfn_valid(pfn) && PageBuddy(page) && page->private == order &&
	       page_zone(page) == zone;
}

static void add_to_free_list(struct zone *zone, struct page *page, unsigned int order)
{
	set_page_order(page, order);
	list_add(&page->lru, &zone->free_area[order].free_list);
	zone->free_area[order].nr_free++;
}

static void del_from_free_list(struct zone *zone, struct page *page, unsigned int order)
{
	list_del(&page->lru);
	__ClearPageBuddy(page);
	page->private = 0;
	zone->free_area[order].nr_free--;
}

/* The caller has turned interrupts off. */
static void __free_one_page(struct zone *zone, struct page *page, unsigned int order)
{
	unsigned long pfn = page_to_pfn(page);

	zone->vm_stat[NR_FREE_PAGES] += 1UL << order;
	for (; order < MAX_ORDER - 1; order++) {
		unsigned long buddy = pfn ^ (1UL << order);

		if (!page_is_buddy(zone, buddy, order))
			break;
		del_from_free_list(zone, pfn_to_page(buddy), order);
		pfn &= buddy;
	}
	add_to_free_list(zone, pfn_to_page(pfn), order);
}

/* Give back the upper halves of a block of order high until order low is left. */
static void expand(struct zone *zone, struct page *page, unsigned int low,
		   unsigned int high)
{
	while (high > low) {
		high--;
		add_to_free_list(zone, page + (1UL << high), high);
	}
}

static struct page *__rmqueue(struct zone *zone, unsigned int order)
{
	for (unsigned int current = order; current < MAX_ORDER; current++) {
		struct free_area *area = &zone->free_area[current];
		struct page *page;

		if (list_empty(&area->free_list))
			continue;
		page = list_first_entry(&area->free_list, struct page, lru);
		del_from_free_list(zone, page, current);
		zone->vm_stat[NR_FREE_PAGES] -= 1UL << order;
		expand(zone, page, order, current);
		return page;
	}
	return NULL;
}

static enum zone_type gfp_zone(gfp_t gfp)
{
	if (gfp & __GFP_DMA)
		return ZONE_DMA;
	return gfp & __GFP_HIGHMEM ? ZONE_HIGHMEM : ZONE_NORMAL;
}

struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	struct zone *zone = &contig_page_data.node_zones[gfp_zone(gfp)];
	struct page *page = NULL;
	unsigned long flags;

	if (order >= MAX_ORDER)
		return NULL;
	local_irq_save(flags);
	for (; !page && zone >= contig_page_data.node_zones; zone--)
		page = __rmqueue(zone, order);
	local_irq_restore(flags);
	if (page)
		page->_count = 1;
	return page;
}

void __free_pages(struct page *page, unsigned int order)
{
	unsigned long flags;

	BUG_ON(order >= MAX_ORDER);
	BUG_ON(page_to_pfn(page) & ((1UL << order) - 1));
	BUG_ON(PageBuddy(page) || PageReserved(page) || page->_count != 1);
	page->_count = 0;
	local_irq_save(flags);
	__free_one_page(page_zone(page), page, order);
	local_irq_restore(flags);
}

void *__get_free_pages(gfp_t gfp, unsigned int order)
{
	struct page *page = alloc_pages(gfp & ~__GFP_HIGHMEM, order);

	return page ? lowmem_page_address(page) : NULL;
}

void free_pages(void *address, unsigned int order)
{
	if (address)
		__free_pages(virt_to_page(address), order);
}

void __free_pages_bootmem(struct page *page, unsigned int order)
{
	struct zone *zone = page_zone(page);
	const struct page *end = page + (1UL << order);
	unsigned long flags;

#pragma GCC unroll 4
	for (struct page *p = page; p != end; p++)
		__ClearPageReserved(p);
	zone->managed_pages += 1UL << order;
	local_irq_save(flags);
	__free_one_page(zone, page, order);
	local_irq_restore(flags);
}

unsigned long free_reserved_range(unsigned long start_pfn, unsigned long end_pfn)
{
	for (unsigned long pfn = start_pfn; pfn < end_pfn;) {
		unsigned int order = 0;

		while (order + 1 < MAX_ORDER && !(pfn & (1UL << order)) &&
		       pfn + (2UL << order) <= end_pfn)
			order++;
		__free_pages_bootmem(pfn_to_page(pfn), order);
		pfn += 1UL << order;
	}
	return end_pfn > start_pfn ? end_pfn - start_pfn : 0;
}

unsigned long nr_free_pages(void)
{
	unsigned long sum = 0;
	struct zone *zone;

	for_each_zone(zone)
		sum += zone_page_state(zone, NR_FREE_PAGES);
	return sum;
}

unsigned long nr_free_highpages(void)
{
	return zone_page_state(&contig_page_data.node_zones[ZONE_HIGHMEM],
			       NR_FREE_PAGES);
}

unsigned long nr_managed_pages(void)
{
	unsigned long sum = 0;
	struct zone *zone;

	for_each_zone(zone)
		sum += zone->managed_pages;
	return sum;
}

static unsigned int check_block(const struct zone *zone, const struct page *page,
				unsigned int order)
{
	unsigned long pfn = page_to_pfn(page), buddy = pfn ^ (1UL << order);
	const char *wrong = NULL;

	if (!PageBuddy(page) || page->private != order)
		wrong = "is not marked with its list's order";
	else if (page_zone(page) != zone)
		wrong = "is in another zone";
	else if (pfn & ((1UL << order) - 1))
		wrong = "is not aligned to its size";
	else if (pfn < zone->zone_start_pfn || pfn + (1UL << order) > zone_end_pfn(zone))
		wrong = "reaches out of its zone";
	else if (page->_count)
		wrong = "is in use";
	else if (order < MAX_ORDER - 1 && page_is_buddy(zone, buddy, order))
		wrong = "was not merged with its buddy";
	if (wrong)
		pr_err("buddy_check: %s: free block %#lx of order %u %s\n", zone->name,
		       pfn, order, wrong);
	return wrong != NULL;
}

static unsigned int check_zone(const struct zone *zone)
{
	unsigned int violations = 0;
	unsigned long pages = 0;

	for (unsigned int order = 0; order < MAX_ORDER; order++) {
		const struct free_area *area = &zone->free_area[order];
		const struct page *page;
		unsigned long blocks = 0;

		list_for_each_entry(page, &area->free_list, lru) {
			violations += check_block(zone, page, order);
			blocks++;
		}
		if (blocks != area->nr_free) {
			pr_err("buddy_check: %s: order %u lists %lu blocks, counts %lu\n",
			       zone->name, order, blocks, area->nr_free);
			violations++;
		}
		pages += blocks << order;
	}
	if (pages != zone_page_state(zone, NR_FREE_PAGES)) {
		pr_err("buddy_check: %s: %lu pages are free, counted %lu\n", zone->name,
		       pages, zone_page_state(zone, NR_FREE_PAGES));
		violations++;
	}
	return violations;
}

unsigned int buddy_check(void)
{
	unsigned int violations = 0;
	unsigned long flags;
	struct zone *zone;

	local_irq_save(flags);
	for_each_zone(zone)
		if (populated_zone(zone))
			violations += check_zone(zone);
	local_irq_restore(flags);
	return violations;
}
