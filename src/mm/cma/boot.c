/*
 * cma=SIZE[@BASE[-LIMIT]]: the area is reserved while the boot allocator still
 * has all memory, and handed over right after everything else. Whatever is wrong
 * with the request costs the area, not the boot.
 */
#include "../page_alloc/internal.h"

#include <lib/bitmap.h>
#include <lib/compiler.h>
#include <lib/errno.h>
#include <lib/kstrtox.h>
#include <lib/params.h>
#include <lib/printk.h>
#include <mm/cma.h>

static struct cma_request requested;
static struct pfn_range reserved;
static struct cma boot_area;

/* ---- What was asked for ---- */

bool cma_parse(const char *text, struct cma_request *request)
{
	struct cma_request r = {0};

	if (!text || !memparse_checked(text, &r.size, &text))
		return false;
	if (*text == '@') {
		if (!memparse_checked(text + 1, &r.base, &text))
			return false;
		r.fixed = *text != '-';
		if (*text == '-' && !memparse_checked(text + 1, &r.limit, &text))
			return false;
		if (!r.fixed && r.limit <= r.base)
			return false;
	}
	if (*text)
		return false;
	*request = r;
	return true;
}

static int __init cma_param(const char *value)
{
	return cma_parse(value, &requested) ? 0 : -EINVAL;
}
early_param("cma", cma_param, "cma=SIZE[KMG][@BASE[KMG][-LIMIT[KMG]]]");

/* ---- Where it can be ---- */

static bool crosses(unsigned long start, unsigned long end, unsigned long border)
{
	return start < border && border < end;
}

static bool try_claim(const struct cma_machine *machine, unsigned long start,
                      unsigned long pages)
{
	unsigned long end = start + pages;

	return !crosses(start, end, machine->dma_end) &&
	       !crosses(start, end, machine->lowmem_end) && machine->claim(start, end);
}

/* The frames that the request allows. */
static struct pfn_range window(const struct cma_request *request,
                               const struct cma_machine *machine, unsigned long pages)
{
	unsigned long last =
	    request->fixed || request->limit ? machine->end : machine->lowmem_end;
	struct pfn_range range = {0, last};

	range.start_pfn = ALIGN(PFN_UP(request->base), CMA_ALIGN_PAGES);
	if (request->limit && request->limit >> PAGE_SHIFT < last)
		range.end_pfn = PFN_DOWN(request->limit);
	if (request->fixed)
		range.end_pfn = min(last, range.start_pfn + pages);
	return range;
}

static bool search_down(const struct pfn_range *range,
                        const struct cma_machine *machine, unsigned long pages,
                        unsigned long *start_pfn)
{
	unsigned long start;

	if (range->end_pfn < pages || range->end_pfn - pages < range->start_pfn)
		return false;
	start = ALIGN_DOWN(range->end_pfn - pages, CMA_ALIGN_PAGES);
	for (; start >= range->start_pfn; start -= CMA_ALIGN_PAGES) {
		if (try_claim(machine, start, pages)) {
			*start_pfn = start;
			return true;
		}
		if (start < CMA_ALIGN_PAGES)
			break;
	}
	return false;
}

static const char *request_problem(const struct cma_request *request,
                                   const struct cma_machine *machine)
{
	if (request->fixed && request->base & (PFN_PHYS(CMA_ALIGN_PAGES) - 1))
		return "BASE is not aligned";
	if (request->base >> PAGE_SHIFT >= machine->end)
		return "BASE lies behind the end of memory";
	if (request->size >> PAGE_SHIFT >= machine->end)
		return "SIZE is more than all memory";
	return NULL;
}

unsigned long cma_place(const struct cma_request *request,
                        const struct cma_machine *machine, unsigned long *start_pfn)
{
	const char *problem = request_problem(request, machine);
	struct pfn_range range;
	unsigned long pages;

	if (problem) {
		pr_err("cma: %s: nothing reserved (an area is aligned to %lu MiB)\n",
		       problem, CMA_ALIGN_PAGES >> (20 - PAGE_SHIFT));
		return 0;
	}
	pages = ALIGN(PFN_UP(request->size), CMA_ALIGN_PAGES);
	range = window(request, machine, pages);
	if (search_down(&range, machine, pages, start_pfn))
		return pages;
	pr_err("cma: no place for %lu MiB in [mem 0x%llx-0x%llx], free and within one "
	       "zone: nothing reserved\n",
	       pages >> (20 - PAGE_SHIFT), (unsigned long long)request->base,
	       (unsigned long long)PFN_PHYS(range.end_pfn) - 1);
	return 0;
}

/* ---- Boot's two steps ---- */

void __init cma_reserve(const struct cma_machine *machine)
{
	unsigned long start, pages;

	if (!requested.size)
		return;
	pages = cma_place(&requested, machine, &start);
	if (!pages)
		return;
	reserved = (struct pfn_range){start, start + pages};
	pr_info("cma: Reserved %lu MiB at 0x%016llx\n", pages >> (20 - PAGE_SHIFT),
	        (unsigned long long)PFN_PHYS(start));
}

struct pfn_range cma_reserved_range(void)
{
	return reserved;
}

void __init cma_init_reserved_areas(void)
{
	unsigned long start = reserved.start_pfn, end = reserved.end_pfn;
	size_t bytes = BITS_TO_LONGS(end - start) * sizeof(unsigned long);
	unsigned long *bitmap;

	if (start == end)
		return;
	bitmap = alloc_pages_exact(bytes, GFP_KERNEL | __GFP_ZERO);
	if (!bitmap)
		pr_err("cma: no memory for a bitmap of %zu bytes\n", bytes);
	if (bitmap &&
	    !cma_init_area(&boot_area, "reserved", start, end - start, bitmap)) {
		dma_contiguous_default_area = &boot_area;
	} else {
		pr_err("cma: the reserved memory becomes ordinary memory\n");
		free_reserved_range(start, end);
		if (bitmap)
			free_pages_exact(bitmap, bytes);
	}
	reserved = (struct pfn_range){0, 0};
	init_per_zone_pages_min();
}
