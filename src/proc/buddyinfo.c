/*
 * /proc/buddyinfo: free blocks of each populated zone by order, as Linux prints
 * them. Blocks of all migrate types, isolated ones among them; pages in per-CPU
 * lists are in no block.
 */
#include <mm/page_alloc.h>
#include <proc/proc.h>

static int buddyinfo_show(struct seq_file *m)
{
	struct zone *zone;

	for_each_populated_zone (zone) {
		seq_printf(m, "Node %d, zone %8s ", 0, zone->name);
		for (unsigned int order = 0; order < MAX_ORDER; order++)
			seq_printf(m, "%6lu ", zone->free_area[order].nr_free);
		seq_putc(m, '\n');
	}
	return 0;
}
PROC_FILE(buddyinfo, buddyinfo_show);
