/*
 * fragmentation: for each zone and order, how much of the free memory is of no
 * use for an allocation of that order, and if one would fail, why. The first
 * table is Linux's debugfs file extfrag/unusable_index, the second extfrag_index.
 */
#include <lib/printk.h>
#include <mm/fragmentation.h>
#include <monitor/monitor.h>

static void print_index(int index)
{
	int whole = index < 0 ? -index : index;

	console_printf("%s%d.%03d ", index < 0 ? "-" : "", whole / INDEX_UNIT,
		       whole % INDEX_UNIT);
}

static void print_table(const char *title,
			int (*index)(unsigned int, const struct contig_page_info *))
{
	const struct zone *zone;

	console_printf("%s\n", title);
	for_each_populated_zone (zone) {
		console_printf("Node %d, zone %8s ", 0, zone->name);
		for (unsigned int order = 0; order < MAX_ORDER; order++) {
			struct contig_page_info info;

			fill_contig_page_info(zone, order, &info);
			print_index(index(order, &info));
		}
		console_printf("\n");
	}
}

static int fragmentation_command(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return monitor_usage();
	print_table("unusable free index, order 0 to 10 (0: all of it is usable)",
		    unusable_free_index);
	print_table("fragmentation index (-1: would succeed; 0: short of memory; 1: in "
		    "pieces)",
		    fragmentation_index);
	return 0;
}
MONITOR_COMMAND(fragmentation, fragmentation_command, "fragmentation",
		"how usable the free memory is for each order",
		"The unusable free index of an order is the part of the zone's free memory\n"
		"that lies in blocks too small for it. The fragmentation index tells why an\n"
		"allocation fails: towards 0 memory is short, towards 1 it is in pieces;\n"
		"-1 where it does not fail. In the format of Linux's debugfs, extfrag/.");
