/*
 * /proc/pagetypeinfo: free blocks by order and migrate type, then how many
 * pageblocks have each type, in Linux's layout. The types are 2.6.24's, in its
 * order, and CMA; Linux 6.1 sorts Movable before Reclaimable and has HighAtomic
 * in the place of Reserve. Pageblocks of holes are not counted: ours have no
 * struct page.
 */
#include <mm/fragmentation.h>
#include <proc/proc.h>

/* Columns that stand in front of the counts. */
#define FREE_HEAD  43
#define BLOCK_HEAD 23

static void show_free(struct seq_file *m, const struct zone *zone)
{
	for (int type = 0; type < MIGRATE_TYPES; type++) {
		seq_printf(m, "Node %4d, zone %8s, type %12s ", 0, zone->name,
			   migratetype_names[type]);
		for (unsigned int order = 0; order < MAX_ORDER; order++)
			seq_printf(m, "%6lu ",
				   nr_free_blocks(zone, order, (enum migratetype)type));
		seq_putc(m, '\n');
	}
}

static void show_blocks(struct seq_file *m, const struct zone *zone)
{
	unsigned long blocks[MIGRATE_TYPES];

	count_pageblocks(zone, blocks);
	seq_printf(m, "Node %d, zone %8s ", 0, zone->name);
	for (int type = 0; type < MIGRATE_TYPES; type++)
		seq_printf(m, "%12lu ", blocks[type]);
	seq_putc(m, '\n');
}

static int pagetypeinfo_show(struct seq_file *m)
{
	struct zone *zone;

	seq_printf(m, "Page block order: %d\n", pageblock_order);
	seq_printf(m, "Pages per block:  %lu\n\n", pageblock_nr_pages);
	seq_printf(m, "%-*s ", FREE_HEAD, "Free pages count per migrate type at order");
	for (int order = 0; order < MAX_ORDER; order++)
		seq_printf(m, "%6d ", order);
	seq_putc(m, '\n');
	for_each_populated_zone (zone)
		show_free(m, zone);

	seq_printf(m, "\n%-*s", BLOCK_HEAD, "Number of blocks type ");
	for (int type = 0; type < MIGRATE_TYPES; type++)
		seq_printf(m, "%12s ", migratetype_names[type]);
	seq_putc(m, '\n');
	for_each_populated_zone (zone)
		show_blocks(m, zone);
	return 0;
}
PROC_FILE(pagetypeinfo, pagetypeinfo_show);
