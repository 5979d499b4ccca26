/*
 * free: the memory in use and free, in KiB, low and high apart as `free -l` has
 * them; with an argument, free(): blocks that alloc took go back.
 */
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/page_alloc.h>
#include <monitor/monitor.h>
#include <monitor/taken.h>

#define PAGES_TO_KB_SHIFT (PAGE_SHIFT - 10)

static void print_row(const char *label, unsigned long total, unsigned long free)
{
	console_printf("%-8s%12lu%12lu%12lu\n", label, total << PAGES_TO_KB_SHIFT,
		       (total - free) << PAGES_TO_KB_SHIFT, free << PAGES_TO_KB_SHIFT);
}

static int show_memory(void)
{
	unsigned long total = nr_managed_pages(), free = nr_free_pages();
	unsigned long high_free = nr_free_highpages(), high = 0;
	struct zone *zone;

	for_each_zone (zone)
		if (is_highmem(zone))
			high += zone->managed_pages;
	console_printf("%-8s%12s%12s%12s\n", "", "total", "used", "free");
	print_row("Mem:", total, free);
	print_row("Low:", total - high, free - high_free);
	print_row("High:", high, high_free);
	return 0;
}

static int free_block(const char *word)
{
	unsigned int order;
	u64 pfn;

	if (!monitor_parse_number(word, "PFN", 0, MAX_ARCH_PFN - 1, &pfn))
		return 1;
	if (!taken_free((unsigned long)pfn, &order)) {
		console_printf("free: alloc holds no block that begins at pfn %#lx\n",
			       (unsigned long)pfn);
		return 1;
	}
	console_printf("%lu pages given back\n", 1UL << order);
	return 0;
}

static int free_command(int argc, char **argv)
{
	if (argc > 2)
		return monitor_usage();
	if (argc == 1)
		return show_memory();
	if (strcmp(argv[1], "all") != 0)
		return free_block(argv[1]);
	console_printf("%lu pages given back\n", taken_free_all());
	return 0;
}
MONITOR_COMMAND(free, free_command, "free [PFN|all]",
		"show how much memory is used and free, or give back what alloc took",
		"In KiB. Low is what the kernel has mapped for good, High is what it\n"
		"reaches through kmap. What boot took is not in the total. With a frame's\n"
		"number, decimal or 0x: the block that alloc took there goes back; with\n"
		"\"all\": everything that alloc took.");
