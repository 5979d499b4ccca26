/*
 * buddy: the free lists as a picture, one zone after the other: how many blocks
 * of each order each migrate type has, and where the free memory is. Then the
 * checker's word on it.
 */
#include <lib/math64.h>
#include <lib/printk.h>
#include <lib/util.h>
#include <mm/fragmentation.h>
#include <mm/page_alloc.h>
#include <monitor/monitor.h>

#define BAR_COLUMNS  24
#define TYPE_COLUMNS 7

static const char bar[BAR_COLUMNS + 1] = "########################";

/* Columns of a bar for part of whole; something is at least one. */
static int bar_length(unsigned long part, unsigned long whole)
{
	if (!part || !whole)
		return 0;
	return max((int)div_u64((u64)part * BAR_COLUMNS, (u32)whole), 1);
}

static void print_head(const struct zone *zone, unsigned long free)
{
	console_printf("zone %s: %lu of %lu pages free, %d in per-CPU lists\n order",
		       zone->name, free, zone->managed_pages,
		       zone->pageset[smp_processor_id()].pcp.count);
	for (int type = 0; type < MIGRATE_TYPES; type++)
		console_printf(" %*.*s", TYPE_COLUMNS, TYPE_COLUMNS,
			       migratetype_names[type]);
	console_printf("  share of the free pages\n");
}

static void print_order(const struct zone *zone, unsigned int order, unsigned long free)
{
	unsigned long pages = zone->free_area[order].nr_free << order;

	console_printf("    %2u", order);
	for (int type = 0; type < MIGRATE_TYPES; type++) {
		unsigned long blocks =
		    nr_free_blocks(zone, order, (enum migratetype)type);

		if (blocks)
			console_printf(" %*lu", TYPE_COLUMNS, blocks);
		else
			console_printf(" %*s", TYPE_COLUMNS, ".");
	}
	if (pages)
		console_printf("  %.*s", bar_length(pages, free), bar);
	console_printf("\n");
}

static void print_zone(const struct zone *zone)
{
	unsigned long blocks[MIGRATE_TYPES], free = 0;

	for (unsigned int order = 0; order < MAX_ORDER; order++)
		free += zone->free_area[order].nr_free << order;
	print_head(zone, free);
	for (unsigned int order = 0; order < MAX_ORDER && !monitor_interrupted(); order++)
		print_order(zone, order, free);
	count_pageblocks(zone, blocks);
	console_printf("blocks");
	for (int type = 0; type < MIGRATE_TYPES; type++)
		console_printf(" %*lu", TYPE_COLUMNS, blocks[type]);
	console_printf("  of %lu pages\n", pageblock_nr_pages);
}

static int buddy_command(int argc, char **argv)
{
	unsigned int violations;
	const struct zone *zone;

	(void)argv;
	if (argc > 1)
		return monitor_usage();
	for_each_populated_zone (zone)
		print_zone(zone);
	if (monitor_interrupted())
		return MONITOR_INTERRUPTED;
	violations = buddy_check();
	console_printf("grouping by mobility is %s; buddy_check: %u violations\n",
		       page_group_by_mobility_disabled ? "off" : "on", violations);
	return violations ? 1 : 0;
}
MONITOR_COMMAND(buddy, buddy_command, "buddy", "draw and check the free lists",
		"For each zone the free blocks by order (down) and migrate type (across),\n"
		"and which share of its free pages lies in each order; the last row is the\n"
		"zone's pageblocks by type. Then every free list is checked.");
