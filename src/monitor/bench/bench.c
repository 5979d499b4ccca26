/*
 * bench: what the memory manager's operations cost, in ticks of the TSC. In an
 * emulator that counts one tick an instruction (QEMU's -icount shift=0; ./k896
 * bench starts it so) these are guest instructions, and the same in every run.
 * Names and definitions are those of tests/bench/README.md, where a real Linux's
 * figures stand. How a row is measured: measure.c.
 */
#include "internal.h"

#include <lib/printk.h>
#include <lib/string.h>
#include <lib/util.h>
#include <mm/page_alloc.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>
#include <monitor/monitor.h>

#define SMALL_PCP    252
#define OBJECT_BYTES 120
#define TICKS_ORDER  4 /* BENCH_PAGES of u32: no area of vmalloc, which would count */

static_assert(BENCH_PAGES * sizeof(u32) <= PAGE_SIZE << TICKS_ORDER, "ticks");

struct bench_fixture bench;

static const struct bench_group *const groups[] = {
	&bench_pages, &bench_objects, &bench_highmem, &bench_vmalloc, &bench_reference};

/* ---- What a kind needs around it ---- */

static struct per_cpu_pages *normal_pcp(void)
{
	return zone_pcp(&contig_page_data.node_zones[ZONE_NORMAL]);
}

void bench_give_pages(unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		__free_page(bench.pages[i]);
}

bool bench_take_high(unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		struct page *page = alloc_page(GFP_HIGHUSER | __GFP_NOWARN);

		bench.pages[i] = page;
		if (page && PageHighMem(page))
			continue;
		if (page)
			__free_page(page);
		bench_give_pages(i);
		return false;
	}
	return true;
}

static void run(const struct bench *row, void (*what)(const struct bench *))
{
	int before = normal_pcp()->high;

	if (row->kind == BENCH_HIGH && !bench_take_high(row->n)) {
		console_printf("%-40s needs highmem\n", row->name);
		return;
	}
	if (row->kind == BENCH_SMALLPCP) {
		drain_all_pages();
		normal_pcp()->high = SMALL_PCP;
	}
	what(row);
	normal_pcp()->high = before;
	if (row->kind == BENCH_HIGH)
		bench_give_pages(row->n);
}

/* ---- The fixture ---- */

static bool prepare(void)
{
	bench.pages = vmalloc(BENCH_PAGES * sizeof(*bench.pages));
	bench.ticks = __get_free_pages(GFP_KERNEL, TICKS_ORDER);
	for (int i = 0; i < 2; i++) {
		bench.high[i] = alloc_page(GFP_HIGHUSER);
		bench.low[i] = alloc_page(GFP_KERNEL);
	}
	bench.cache = kmem_cache_create("bench-120", OBJECT_BYTES, 0,
					SLAB_HWCACHE_ALIGN | SLAB_NO_MERGE, NULL);
	bench.area = vmalloc(PAGE_SIZE);
	return bench.pages && bench.ticks && bench.high[0] && bench.high[1] &&
	       bench.low[0] && bench.low[1] && bench.cache && bench.area;
}

static void free_if_any(struct page *page)
{
	if (page)
		__free_page(page);
}

static void clean_up(void)
{
	vfree(bench.area);
	if (bench.cache)
		kmem_cache_destroy(bench.cache);
	for (int i = 0; i < 2; i++) {
		free_if_any(bench.high[i]);
		free_if_any(bench.low[i]);
	}
	free_pages(bench.ticks, TICKS_ORDER);
	vfree(bench.pages);
	vm_unmap_aliases();
}

/* ---- The command ---- */

static unsigned int run_group(const struct bench_group *group, const char *name)
{
	unsigned int nr = 0;

	for (size_t i = 0; i < group->nr; i++) {
		const struct bench *row = &group->rows[i];

		if (monitor_interrupted())
			break;
		if (strncmp(row->name, name, strlen(name)))
			continue;
		run(row, bench_measure);
		nr++;
	}
	return nr;
}

/* Those whose name begins so; "": all. */
static int run_those(const char *name)
{
	unsigned int nr = 0;

	console_printf("%-40s %11s %11s %11s\n", "per operation", "median", "least",
		       "most");
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
		nr += run_group(groups[i], name);
	if (!nr)
		console_printf("bench: nothing begins with \"%.40s\"\n", name);
	return nr ? 0 : 1;
}

static const struct bench *find_loop(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
		for (size_t j = 0; j < groups[i]->nr; j++)
			if (groups[i]->rows[j].loop && !strcmp(groups[i]->rows[j].name, name))
				return &groups[i]->rows[j];
	return NULL;
}

static int profile_one(const char *name)
{
	const struct bench *row = find_loop(name);

	if (!row) {
		console_printf("bench: no loop has the name \"%.40s\"\n", name);
		return 1;
	}
	run(row, bench_profile);
	return 0;
}

static const struct {
	const char *word; /* "": none of the others */
	int (*fn)(const char *name);
} parts[] = {{"growth", bench_growth}, {"profile", profile_one}, {"", run_those}};

static int bench_command(int argc, char **argv)
{
	unsigned int part = 0;
	int name, status = 1;

	while (parts[part].word[0] && (argc < 2 || strcmp(parts[part].word, argv[1])))
		part++;
	name = parts[part].word[0] ? 2 : 1;
	if (argc > name + 1)
		return monitor_usage();
	if (prepare())
		status = parts[part].fn(argc > name ? argv[name] : "");
	else
		console_printf("bench: no memory\n");
	clean_up();
	return status;
}
MONITOR_COMMAND(bench, bench_command, "bench [growth|profile] [NAME]",
		"count what operations cost",
		"Runs those whose name begins with NAME, or all, and prints the ticks of\n"
		"the TSC per operation. With growth: how some change with the memory in\n"
		"use, the areas that live, and the like. With profile: steps through a\n"
		"batch of NAME, and prints how often each instruction was executed.\n"
		"./k896 bench starts an emulator in which a tick is an instruction. Ctrl-C\n"
		"ends it after the figure that runs.");
