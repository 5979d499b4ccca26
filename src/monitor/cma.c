/*
 * cma: the areas of contiguous memory, what became of their pages, and taking
 * some by hand.
 */
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/cma.h>
#include <monitor/monitor.h>

#define PAGES_TO_KB_SHIFT (PAGE_SHIFT - 10)

static void print_area(const struct cma *cma)
{
	console_printf("%-10s 0x%010llx %8lu %8lu %8lu %8lu\n", cma->name,
	               (unsigned long long)PFN_PHYS(cma->base_pfn),
	               cma->count << PAGES_TO_KB_SHIFT,
	               cma_used_pages(cma) << PAGES_TO_KB_SHIFT,
	               cma_lent_pages(cma) << PAGES_TO_KB_SHIFT,
	               cma_largest_run(cma) << PAGES_TO_KB_SHIFT);
	console_printf(
	    "  %lu allocated, %lu failed, %lu ranges busy, %lu pages moved\n",
	    cma->nr_allocated, cma->nr_failed, cma->nr_busy, cma->nr_migrated);
}

static int print_areas(void)
{
	console_printf("%-10s %-12s %8s %8s %8s %8s\n", "area", "base", "size", "used",
	               "lent", "largest");
	for (const struct cma *cma = cma_next(NULL); cma; cma = cma_next(cma))
		print_area(cma);
	return 0;
}

static int alloc_pages_of(struct cma *cma, int argc, char **argv)
{
	u64 count, align = 0;
	struct page *page;

	if (!monitor_parse_number(argv[0], "PAGES", 1, MAX_ARCH_PFN, &count) ||
	    (argc > 1 && !monitor_parse_number(argv[1], "ALIGN_ORDER", 0,
	                                       CMA_MAX_ALIGN_ORDER, &align)))
		return 1;
	page = cma_alloc(cma, (unsigned long)count, (unsigned int)align);
	if (!page)
		return 1;
	console_printf("pfn %#lx, %lu pages\n", page_to_pfn(page),
	               (unsigned long)count);
	return 0;
}

static int release_pages_of(struct cma *cma, char **argv)
{
	u64 pfn, count;

	if (!monitor_parse_number(argv[0], "PFN", 0, max_mapnr - 1, &pfn) ||
	    !monitor_parse_number(argv[1], "PAGES", 1, MAX_ARCH_PFN, &count))
		return 1;
	if (cma_release(cma, pfn_to_page((unsigned long)pfn), (unsigned long)count))
		return 0;
	console_printf("not given out: nothing released\n");
	return 1;
}

static int cma_command(int argc, char **argv)
{
	struct cma *cma = dma_contiguous_default_area;

	if (argc == 1 && cma_next(NULL))
		return print_areas();
	if (argc > 1 && strcmp(argv[1], "alloc") && strcmp(argv[1], "release"))
		return monitor_usage();
	if (!cma) {
		console_printf("no area: boot with cma=SIZE[@BASE[-LIMIT]]\n");
		return argc > 1;
	}
	if (argv[1][0] == 'a' && (argc == 3 || argc == 4))
		return alloc_pages_of(cma, argc - 2, argv + 2);
	if (argv[1][0] == 'r' && argc == 4)
		return release_pages_of(cma, argv + 2);
	return monitor_usage();
}
MONITOR_COMMAND(
    cma, cma_command, "cma [alloc PAGES [ALIGN_ORDER] | release PFN PAGES]",
    "show the areas of contiguous memory, or take some",
    "In KiB. Used is what cma_alloc gave out, lent what movable\n"
    "allocations have of the rest; largest is the longest run that is not\n"
    "given out. Below, counts since the area was made. \"cma alloc\" takes\n"
    "consecutive frames from the area that cma= made, \"cma release\" gives\n"
    "them back, or a part of them.");
