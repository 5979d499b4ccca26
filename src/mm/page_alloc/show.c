/*
 * show_mem: what is printed when an allocation failed, in Linux's look: each
 * zone's marks and reserves, then its free blocks by order.
 */
#include "internal.h"

#include <lib/preempt.h>
#include <lib/printk.h>

static unsigned long kb(unsigned long pages)
{
	return pages << (PAGE_SHIFT - 10);
}

static void show_zone(struct zone *zone)
{
	const struct per_cpu_pages *pcp = zone_pcp(zone);

	pr_warn("%s free:%lukB min:%lukB low:%lukB high:%lukB present:%lukB "
		"managed:%lukB pcp:%d free_cma:%lukB\n",
		zone->name, kb(zone_page_state(zone, NR_FREE_PAGES)), kb(zone->pages_min),
		kb(zone->pages_low), kb(zone->pages_high), kb(zone->present_pages),
		kb(zone->managed_pages), pcp->count,
		kb(zone_page_state(zone, NR_FREE_CMA_PAGES)));
	pr_warn("lowmem_reserve[]: %lu %lu %lu %lu\n", zone->lowmem_reserve[0],
		zone->lowmem_reserve[1], zone->lowmem_reserve[2],
		zone->lowmem_reserve[3]);
}

static void show_free_area(const struct zone *zone)
{
	unsigned long total = 0;

	preempt_disable(); /* another thread's message would cut the line */
	pr_warn("%s: ", zone->name);
	for (unsigned int order = 0; order < MAX_ORDER; order++) {
		pr_cont("%lu*%lukB ", zone->free_area[order].nr_free, kb(1UL << order));
		total += zone->free_area[order].nr_free << order;
	}
	pr_cont("= %lukB\n", kb(total));
	preempt_enable();
}

void show_mem(void)
{
	struct zone *zone;

	pr_warn("Mem-Info:\n");
	for_each_populated_zone (zone)
		show_zone(zone);
	for_each_populated_zone (zone)
		show_free_area(zone);
	pr_warn("%lu pages of RAM, %lu pages managed, %lu pages free, %lu of them HighMem\n",
		contig_page_data.node_present_pages, nr_managed_pages(), nr_free_pages(),
		nr_free_highpages());
}
