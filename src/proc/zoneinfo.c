/*
 * /proc/zoneinfo: every zone with its marks, reserves and per-CPU lists, in
 * Linux 6.1's layout, the lines for which we have a mechanism. Figures are
 * pages; start_pfn is a frame number. Of a zone without frames, like Linux,
 * nothing below its protection.
 *
 * "boost" is what 6.1 adds to the marks for a while after a fallback has mixed
 * migrate types. We never do, so it is 0; the line is there because programs
 * that read the file know where to find min.
 */
#include <mm/page_alloc.h>
#include <proc/proc.h>

static void show_sizes(struct seq_file *m, const struct zone *zone)
{
	seq_printf(m, "  pages free     %lu\n", zone_page_state(zone, NR_FREE_PAGES));
	seq_printf(m, "        boost    %lu\n", 0UL);
	seq_printf(m, "        min      %lu\n", zone->pages_min);
	seq_printf(m, "        low      %lu\n", zone->pages_low);
	seq_printf(m, "        high     %lu\n", zone->pages_high);
	seq_printf(m, "        spanned  %lu\n", zone->spanned_pages);
	seq_printf(m, "        present  %lu\n", zone->present_pages);
	seq_printf(m, "        managed  %lu\n", zone->managed_pages);
	seq_printf(m, "        cma      %lu\n", zone->cma_pages);
	seq_puts(m, "        protection: (");
	for (int j = 0; j < MAX_NR_ZONES; j++)
		seq_printf(m, "%s%lu", j ? ", " : "", zone->lowmem_reserve[j]);
	seq_puts(m, ")\n");
}

static void show_state(struct seq_file *m, const struct zone *zone)
{
	static const char *const names[NR_VM_ZONE_STAT_ITEMS] = {
		[NR_FREE_PAGES] = "nr_free_pages",
		[NR_BOUNCE] = "nr_bounce",
		[NR_FREE_CMA_PAGES] = "nr_free_cma"};

	for (unsigned int i = 0; i < NR_VM_ZONE_STAT_ITEMS; i++)
		seq_printf(m, "      %-12s %lu\n", names[i],
			   zone_page_state(zone, (enum zone_stat_item)i));
}

static void show_pagesets(struct seq_file *m, const struct zone *zone)
{
	seq_puts(m, "  pagesets\n");
	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++) {
		const struct per_cpu_pages *pcp = &zone->pageset[cpu].pcp;

		seq_printf(m, "    cpu: %u\n", cpu);
		seq_printf(m, "              count: %d\n", pcp->count);
		seq_printf(m, "              high:  %d\n", pcp->high);
		seq_printf(m, "              batch: %d\n", pcp->batch);
	}
}

static int zoneinfo_show(struct seq_file *m)
{
	const struct zone *zone;

	for_each_zone (zone) {
		seq_printf(m, "Node %d, zone %8s\n", 0, zone->name);
		show_sizes(m, zone);
		if (!populated_zone(zone))
			continue;
		show_state(m, zone);
		show_pagesets(m, zone);
		seq_printf(m, "  start_pfn:           %lu\n", zone->zone_start_pfn);
	}
	return 0;
}
PROC_FILE(zoneinfo, zoneinfo_show);
