/*
 * Per-CPU lists: small blocks, by far the most frequent, go through a list of this
 * CPU's own, so that taking and giving one back touches neither the buddy lists
 * nor, on a larger machine, their lock. A list is refilled with batch pages when
 * it is empty; when all of a zone's hold high pages, batch of the coldest go back.
 * (Gorman ch. 6, "Per-CPU Page Lists"; Professional Linux Kernel Architecture
 * 3.2.2, "Hot-N-Cold Pages") As in Linux since 2.6.25, cold pages are the tail
 * of the same list; as since 5.13, not only single pages have lists.
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

/* Interrupts off. Blocks come in the order of their addresses; larger ones are cut
 * here, which is quicker than piece by piece in the free lists. */
noinline bool pcp_refill(struct zone *zone, unsigned int order, enum migratetype type)
{
	struct per_cpu_pages *pcp = zone_pcp(zone);
	struct list_head *list = &pcp->lists[order][type];
	unsigned int wanted = max((unsigned int)pcp->batch >> order, 1U);

	while (wanted) {
		unsigned int most = min(order + __fls(wanted), MAX_ORDER - 1U), got = order;
		struct page *page = rmqueue_block(zone, order, most, type, &got);

		if (!page)
			page = __rmqueue_fallback(zone, got = order, type);
		if (!page)
			break;
		pcp->count += 1 << got;
		wanted -= 1U << (got - order);
		for (struct page *end = page + (1UL << got); page < end;
		     page += 1UL << order)
			list_add_tail(&page->lru, list);
	}
	return !list_empty(list);
}

/* Interrupts off. Give back the coldest block of a list, and those before it that
 * follow it in memory, up to so many pages. Returns how many. */
static int free_cold_run(struct zone *zone, struct list_head *list, unsigned int order,
			 int count)
{
	struct page *first = list_last_entry(list, struct page, lru);
	unsigned long in_block = page_to_pfn(first) & (pageblock_nr_pages - 1);
	unsigned long most = min((unsigned long)count, pageblock_nr_pages - in_block);
	unsigned long nr = 1UL << order;
	struct list_head *rest = first->lru.prev;

	while (nr < most && rest == &first[nr].lru) {
		rest = rest->prev;
		nr += 1UL << order;
	}
	__list_join(rest, list);
	free_run(zone, first, nr);
	return (int)nr;
}

/* Interrupts off. Up to about count pages of one list; returns how many. */
static noinline int drain_list(struct zone *zone, struct list_head *list, int count)
{
	struct per_cpu_pages *pcp = zone_pcp(zone);
	unsigned int order = (unsigned int)(list - pcp->lists[0]) / MIGRATE_PCPTYPES;
	int freed = 0;

	while (freed < count && !list_empty(list))
		freed += free_cold_run(zone, list, order, count - freed);
	pcp->count -= freed;
	return freed;
}

/* Interrupts off. At least so many pages if there are, from the cold ends; the
 * largest blocks first, which are the least work. */
static void free_pcppages_bulk(struct zone *zone, int count)
{
	struct per_cpu_pages *pcp = zone_pcp(zone);
	struct list_head *first = pcp->lists[0];
	struct list_head *list = first + NR_PCP_ORDERS * MIGRATE_PCPTYPES;

	while (count > 0 && list-- > first)
		if (!list_empty(list))
			count -= drain_list(zone, list, count);
}

noinline void free_pcppages_high(struct zone *zone)
{
	const struct per_cpu_pages *pcp = zone_pcp(zone);

	free_pcppages_bulk(zone, pcp->count - pcp->high + pcp->batch);
}

noinline void free_unlisted_page(struct page *page, unsigned int order)
{
	enum migratetype type = get_pageblock_migratetype(page);
	struct zone *zone = page_zone(page);
	struct per_cpu_pages *pcp = zone_pcp(zone);

	if (is_migrate_isolate(type)) {
		__free_one_page(zone, page, order, type);
		return;
	}
	list_add(&page->lru, &pcp->lists[order][MIGRATE_MOVABLE]);
	pcp->count += 1 << order;
	if (pcp->count >= pcp->high)
		free_pcppages_high(zone);
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
