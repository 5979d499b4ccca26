/*
 * free: the memory in use and free, in KiB, low and high apart as `free -l` has
 * them.
 */
#include <lib/printk.h>
#include <mm/page_alloc.h>
#include <monitor/monitor.h>

#define PAGES_TO_KB_SHIFT (PAGE_SHIFT - 10)

static void print_row(const char *label, unsigned long total, unsigned long free)
{
	console_printf("%-8s%12lu%12lu%12lu\n", label, total << PAGES_TO_KB_SHIFT,
	               (total - free) << PAGES_TO_KB_SHIFT, free << PAGES_TO_KB_SHIFT);
}

static int free_command(int argc, char **argv)
{
	unsigned long total = nr_managed_pages();
	unsigned long free = nr_free_pages();
	unsigned long high = contig_page_data.node_zones[ZONE_HIGHMEM].managed_pages;
	unsigned long high_free = nr_free_highpages();

	(void)argv;
	if (argc > 1)
		return monitor_usage();
	console_printf("%-8s%12s%12s%12s\n", "", "total", "used", "free");
	print_row("Mem:", total, free);
	print_row("Low:", total - high, free - high_free);
	print_row("High:", high, high_free);
	return 0;
}
MONITOR_COMMAND(free, free_command, "free", "show how much memory is used and free",
                "In KiB. Low is what the kernel has mapped for good, High is what it\n"
                "reaches through kmap. What boot took is not in the total.");
