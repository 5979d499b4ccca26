/*
 * /proc/meminfo: how much memory there is and how much is free, in Linux's
 * layout, the lines for which we have a mechanism.
 */
#include <asm/setup.h>
#include <mm/page_alloc.h>
#include <proc/proc.h>

#define PAGES_TO_KB_SHIFT (PAGE_SHIFT - 10)

#ifdef CONFIG_X86_PAE
#define DIRECT_MAP_LARGE "DirectMap2M:"
#else
#define DIRECT_MAP_LARGE "DirectMap4M:"
#endif

static void show_kb(struct seq_file *m, const char *label, unsigned long pages)
{
	seq_printf(m, "%-15s%8lu kB\n", label, pages << PAGES_TO_KB_SHIFT);
}

static int meminfo_show(struct seq_file *m)
{
	unsigned long total = nr_managed_pages();
	unsigned long free = nr_free_pages();
	unsigned long high = contig_page_data.node_zones[ZONE_HIGHMEM].managed_pages;
	unsigned long high_free = nr_free_highpages();

	show_kb(m, "MemTotal:", total);
	show_kb(m, "MemFree:", free);
	show_kb(m, "HighTotal:", high);
	show_kb(m, "HighFree:", high_free);
	show_kb(m, "LowTotal:", total - high);
	show_kb(m, "LowFree:", free - high_free);
	show_kb(m, "VmallocTotal:", (VMALLOC_END - VMALLOC_START) >> PAGE_SHIFT);
	show_kb(m, "DirectMap4k:", direct_map_4k_kb >> PAGES_TO_KB_SHIFT);
	show_kb(m, DIRECT_MAP_LARGE, direct_map_large_kb >> PAGES_TO_KB_SHIFT);
	return 0;
}
PROC_FILE(meminfo, meminfo_show);
