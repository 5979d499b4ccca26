/*
 * /proc/meminfo: how much memory there is and how much is free, in Linux 6.1's
 * layout and order, the lines for which we have a mechanism. There is no page
 * cache, no swap and no user memory yet, hence none of their lines.
 *
 * VmallocUsed is what areas in use take of the window, guard pages included, and
 * VmallocChunk the largest hole, as in 2.6.24; Linux 6.1 counts pages, and always
 * prints 0 for the hole.
 */
#include <asm/memory_layout.h>
#include <asm/setup.h>
#include <mm/bounce.h>
#include <mm/page_alloc.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>
#include <proc/proc.h>

#define PAGES_TO_KB_SHIFT (PAGE_SHIFT - 10)
#define LARGE_PAGE_MB     (PMD_SIZE >> 20)

static void show_kb(struct seq_file *m, const char *label, unsigned long kb)
{
	seq_printf(m, "%-16s%8lu kB\n", label, kb);
}

static void show_pages(struct seq_file *m, const char *label, unsigned long pages)
{
	show_kb(m, label, pages << PAGES_TO_KB_SHIFT);
}

/*
 * What could be allocated without pushing any zone below its high mark or into
 * its reserve. Linux adds half of the page cache and of the slabs that can be
 * reclaimed.
 */
static unsigned long available_pages(void)
{
	unsigned long free = nr_free_pages(), reserve = 0;
	struct zone *zone;

	for_each_zone (zone)
		reserve += zone_reserve_pages(zone);
	return free > reserve ? free - reserve : 0;
}

static unsigned long high_pages(void)
{
	unsigned long pages = 0;
	struct zone *zone;

	for_each_zone (zone)
		if (is_highmem(zone))
			pages += zone->managed_pages;
	return pages;
}

static void show_vmalloc(struct seq_file *m)
{
	struct vmalloc_info info;

	get_vmalloc_info(&info);
	show_kb(m, "VmallocTotal:", info.total >> 10);
	show_kb(m, "VmallocUsed:", info.used >> 10);
	show_kb(m, "VmallocChunk:", info.largest_chunk >> 10);
}

static void show_slab(struct seq_file *m)
{
	unsigned long reclaimable = slab_nr_pages(true), other = slab_nr_pages(false);

	show_pages(m, "Slab:", reclaimable + other);
	show_pages(m, "SReclaimable:", reclaimable);
	show_pages(m, "SUnreclaim:", other);
}

static void show_cma(struct seq_file *m)
{
	unsigned long total = 0, free = 0;
	struct zone *zone;

	for_each_zone (zone) {
		total += zone->cma_pages;
		free += zone_page_state(zone, NR_FREE_CMA_PAGES);
	}
	show_pages(m, "CmaTotal:", total);
	show_pages(m, "CmaFree:", free);
}

static int meminfo_show(struct seq_file *m)
{
	unsigned long total = nr_managed_pages(), high = high_pages();
	unsigned long free = nr_free_pages(), high_free = nr_free_highpages();

	show_pages(m, "MemTotal:", total);
	show_pages(m, "MemFree:", free);
	show_pages(m, "MemAvailable:", available_pages());
	show_pages(m, "HighTotal:", high);
	show_pages(m, "HighFree:", high_free);
	show_pages(m, "LowTotal:", total - high);
	show_pages(m, "LowFree:", free - high_free);
	show_slab(m);
	show_pages(m, "Bounce:", nr_bounce_pages());
	show_vmalloc(m);
	show_cma(m);
	show_kb(m, "DirectMap4k:", direct_map_4k_kb);
	show_kb(m, LARGE_PAGE_MB == 2 ? "DirectMap2M:" : "DirectMap4M:",
		direct_map_large_kb);
	return 0;
}
PROC_FILE(meminfo, meminfo_show);
