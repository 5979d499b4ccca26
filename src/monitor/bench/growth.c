/*
 * bench growth: how the cost of an operation changes with the size of what is there.
 * A row brings the machine into states of growing size and measures one operation
 * in each: the mean of n samples, because what comes seldom and costs much (a
 * refill, a flush) is what may grow; the median is beside it. The table has the
 * order of growth that the algorithm promises; ./k896 bench growth compares
 * (tools/k896/growth.py).
 */
#include "growth.h"

#include <lib/printk.h>
#include <lib/string.h>
#include <lib/util.h>
#include <monitor/monitor.h>

#define POINTS_MAX  11
#define KMAP_POINTS {0, 1, 127, 255, 384, 510, 511}

static const struct growth {
	const char *name;
	const char *order;
	const char *what; /* n counts */
	const struct growth_state *state;
	bench_sample_t sample;
	unsigned int samples;
	bool atomic;
	unsigned int nr_points;
	unsigned int points[POINTS_MAX];
} rows[] = {
	{"page_alloc_in_use", "O(1)", "per cent of memory in use",
	 &growth_in_use, growth_page_alloc, 256, true, 7, {0, 10, 25, 50, 75, 90, 99}},
	{"page_alloc_under_low", "O(1)", "pages below the low mark",
	 &growth_under_low, growth_page_alloc_atomic, 256, true, 4, {1, 50, 100, 200}},
	{"page_free_alone", "O(1)", "free pages, no two of them buddies",
	 &growth_single_free, growth_page_free, 4096, true, 3, {1024, 8192, 65536}},
	{"page_free_merging", "O(1)", "free pages, each the buddy of one in use",
	 &growth_pair_free, growth_page_free, 4096, true, 3, {1024, 8192, 65536}},
	{"page_free_levels", "O(log n)", "pages of the block that it completes",
	 &growth_block, growth_page_merge, 8, true, 11,
	 {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024}},
	{"vmalloc_alloc_live", "O(log n)", "areas alive",
	 &growth_areas, growth_vmalloc_alloc, 512, false, 4, {10, 100, 1000, 10000}},
	{"vmalloc_free_live", "O(log n)", "areas alive",
	 &growth_areas, growth_vmalloc_free, 512, false, 4, {10, 100, 1000, 10000}},
	{"kmap_hot_taken", "O(1)", "slots taken",
	 &growth_slots, growth_kmap_hot, 1024, false, 7, KMAP_POINTS},
	{"kmap_first_taken", "O(512/(512-n))", "slots taken",
	 &growth_slots, growth_kmap_first, 1024, false, 7, KMAP_POINTS},
	{"slab_alloc_live", "O(1)", "objects alive",
	 &growth_objects, growth_slab_alloc, 256, true, 4, {1, 100, 10000, 100000}},
	{"slab_free_live", "O(1)", "objects alive",
	 &growth_objects, growth_slab_free, 256, true, 4, {1, 100, 10000, 100000}},
	{"bootmem_holes", "O(n)", "holes that are too small",
	 &growth_holes, growth_bootmem, 16, true, 5, {0, 10, 100, 1000, 10000}},
};

static void measure_point(const struct growth *row, unsigned int size)
{
	struct bench_summary summary;

	console_printf("%10u", size);
	if (!row->state->enter(size)) {
		console_printf(" is more than this machine has\n");
		return;
	}
	bench_summarise(row->sample, row->samples, row->atomic, &summary);
	row->state->leave();
	bench_print_tenths(summary.mean);
	bench_print_tenths(summary.median);
	bench_print_tenths(summary.least);
	bench_print_tenths(summary.most);
	console_printf("\n");
}

static void measure_row(const struct growth *row)
{
	console_printf("%s: %s, n: %s\n", row->name, row->order, row->what);
	for (unsigned int i = 0; i < row->nr_points && !monitor_interrupted(); i++)
		measure_point(row, row->points[i]);
}

int bench_growth(const char *name)
{
	unsigned int nr = 0;

	console_printf("%10s %11s %11s %11s %11s\n", "n", "mean", "median", "least",
		       "most");
	for (size_t i = 0; i < ARRAY_SIZE(rows) && !monitor_interrupted(); i++) {
		if (strncmp(rows[i].name, name, strlen(name)))
			continue;
		measure_row(&rows[i]);
		nr++;
	}
	if (!nr)
		console_printf("bench growth: nothing begins with \"%.40s\"\n", name);
	return nr ? 0 : 1;
}
