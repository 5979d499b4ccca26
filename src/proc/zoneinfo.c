/*
 * /proc/zoneinfo: the zones, in Linux 6.1's layout, the lines for which we have
 * a mechanism. Figures are pages; start_pfn is a frame number. Like Linux we
 * print nothing but the counts for a zone without pages.
 */
#include <mm/mmzone.h>
#include <proc/proc.h>

static void show_zone(struct seq_file *m, const struct zone *zone)
{
	unsigned long free = zone_page_state(zone, NR_FREE_PAGES);

	seq_printf(m, "Node %d, zone %8s\n", 0, zone->name);
	seq_printf(m, "  pages free     %lu\n", free);
	seq_printf(m, "        spanned  %lu\n", zone->spanned_pages);
	seq_printf(m, "        present  %lu\n", zone->present_pages);
	seq_printf(m, "        managed  %lu\n", zone->managed_pages);
	if (!populated_zone(zone))
		return;
	seq_printf(m, "      nr_free_pages %lu\n", free);
	seq_printf(m, "  start_pfn:           %lu\n", zone->zone_start_pfn);
}

static int zoneinfo_show(struct seq_file *m)
{
	const struct zone *zone;

	for_each_zone (zone)
		show_zone(m, zone);
	return 0;
}
PROC_FILE(zoneinfo, zoneinfo_show);
