/*
 * Per-CPU lists: single pages, by far the most frequent order, go through a list
 * of this CPU's own, so that taking and giving one back touches neither the
 * buddy lists nor, on a larger machine, their lock. A list is refilled with
 * batch pages when it is empty; when all of a zone's hold high pages, batch of
 * the coldest go back. (Gorman ch. 6, "Per-CPU Page Lists"; Professional Linux Kernel Architecture
 * 3.2.2, "Hot-N-Cold Pages") As in Linux since 2.6.25, cold pages are the tail
 * of the same list.
 */
#include "internal.h"

#include <lib/bitops.h>

/* Linux 6.1's: a thousandth of the zone, at most a MiB, a quarter of that, and
 * one less than a power of two, so that batches do not fall into step. */
int zone_batchsize(unsigned long managed)
{
	unsigned long batch = min(managed / 1024, 256UL) / 4;

	if (batch < 1)
		batch = 1;
	batch = rounddown_pow_of_two(batch + batch / 2) - 1;
	return (int)max(batch, 1UL);
}

void setup_pcp(struct per_cpu_pages *pcp, unsigned long low_mark, unsigned long managed)
{
	pcp->batch = zone_batchsize(managed);
	pcp->high = max((int)(low_mark / NR_CPUS), 4 * pcp->batch);
}

/* Interrupts off. Pages come in the order of their addresses. */
noinline bool pcp_refill(struct zone *zone, enum migratetype type)
{
	struct per_cpu_pages *pcp = zone_pcp(zone);

	for (int taken = 0; taken < pcp->batch; taken++) {
		struct page *page = __rmqueue(zone, 0, type);

		if (!page)
			break;
		list_add_tail(&page->lru, &pcp->lists[type]);
		pcp->count++;
	}
	return !list_empty(&pcp->lists[type]);
}

/* Interrupts off. From the cold ends, one list after the other. */
noinline void free_pcppages_bulk(struct zone *zone, int count)
{
	struct per_cpu_pages *pcp = zone_pcp(zone);
	unsigned int type = 0;

	pcp->count -= count;
	while (count) {
		struct list_head *list = &pcp->lists[type];
		struct page *page;

		if (list_empty(list)) {
			type = (type + 1) % MIGRATE_PCPTYPES;
			continue;
		}
		page = list_last_entry(list, struct page, lru);
		list_del(&page->lru);
		__free_one_page(zone, page, 0, get_pageblock_migratetype(page));
		count--;
	}
}

noinline void free_unlisted_page(struct page *page)
{
	enum migratetype type = get_pageblock_migratetype(page);
	struct zone *zone = page_zone(page);
	struct per_cpu_pages *pcp = zone_pcp(zone);

	if (is_migrate_isolate(type)) {
		__free_one_page(zone, page, 0, type);
		return;
	}
	list_add(&page->lru, &pcp->lists[MIGRATE_MOVABLE]);
	if (++pcp->count >= pcp->high)
		free_pcppages_bulk(zone, min(pcp->batch, pcp->count));
}

void drain_all_pages(void)
{
	unsigned long flags;
	struct zone *zone;

	local_irq_save(flags);
	for_each_populated_zone (zone)
		free_pcppages_bulk(zone, zone_pcp(zone)->count);
	local_irq_restore(flags);
}
