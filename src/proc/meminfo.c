/*
 * /proc/meminfo: how much memory there is and how much is free, in Linux 6.1's
 * layout and order, the lines for which we have a mechanism. There is no page
 * cache, no swap and no user memory yet, hence none of their lines.
 *
 * The window of vmalloc is reported from the page tables themselves: what is
 * mapped there is used. VmallocChunk is the largest hole, as in the book; Linux
 * 6.1 always prints 0.
 */
#include <asm/memory_layout.h>
#include <asm/processor.h>
#include <asm/setup.h>
#include <asm/walk.h>
#include <mm/page_alloc.h>
#include <mm/slab.h>
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

/* The vmalloc window while its mappings pass by, lowest first. */
struct window {
	unsigned long at;    /* looked at up to here */
	unsigned long used;  /* bytes mapped */
	unsigned long chunk; /* bytes of the largest hole */
};

static void look_at_range(const struct pt_range *range, void *arg)
{
	unsigned long end = min(range->last, VMALLOC_END - 1) + 1;
	struct window *w = arg;

	if (range->start >= VMALLOC_END || end <= w->at)
		return;
	if (range->start > w->at) {
		w->chunk = max(w->chunk, range->start - w->at);
		w->at = range->start;
	}
	w->used += end - w->at;
	w->at = end;
}

static void show_vmalloc(struct seq_file *m)
{
	struct window w = {.at = VMALLOC_START};

	pt_for_each_range(read_cr3(), look_at_range, &w);
	show_kb(m, "VmallocTotal:", (VMALLOC_END - VMALLOC_START) >> 10);
	show_kb(m, "VmallocUsed:", w.used >> 10);
	show_kb(m, "VmallocChunk:", max(w.chunk, VMALLOC_END - w.at) >> 10);
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
	show_vmalloc(m);
	show_cma(m);
	show_kb(m, "DirectMap4k:", direct_map_4k_kb);
	show_kb(m, LARGE_PAGE_MB == 2 ? "DirectMap2M:" : "DirectMap4M:",
		direct_map_large_kb);
	return 0;
}
PROC_FILE(meminfo, meminfo_show);
