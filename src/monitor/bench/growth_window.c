/* bench growth: addresses of vmalloc's window, and slots of kmap's. */
#include "growth.h"

#include <asm/memory_layout.h>
#include <lib/util.h>
#include <mm/highmem.h>
#include <mm/vmalloc.h>

/* ---- vmalloc ---- */

static void **areas; /* those alive: the first word of each leads to the next */

static void leave_areas(void)
{
	while (areas) {
		void **next = *areas;

		vfree(areas);
		areas = next;
	}
	vm_unmap_aliases();
}

static bool enter_areas(unsigned int nr)
{
	vm_unmap_aliases();
	while (nr--) {
		void **area;

		area = __vmalloc(PAGE_SIZE, GFP_HIGHUSER | __GFP_NOWARN, PAGE_KERNEL);
		if (!area) {
			leave_areas();
			return false;
		}
		*area = areas;
		areas = area;
	}
	return true;
}
const struct growth_state growth_areas = {enter_areas, leave_areas};

BENCH_SAMPLER(growth_vmalloc_alloc, void *it, it = vmalloc(PAGE_SIZE), vfree(it))
BENCH_SAMPLER(growth_vmalloc_free, void *it = vmalloc(PAGE_SIZE), vfree(it), )

/* ---- kmap ---- */

#define OTHERS (2U * LAST_PKMAP) /* distinct pages: none is still in its slot */

static unsigned int taken; /* pages[0] to pages[taken - 1] have a slot each */

static void leave_slots(void)
{
	for (unsigned int i = 0; i < taken; i++)
		kunmap(bench.pages[i]);
	kmap_flush_unused();
	bench_give_pages(taken + OTHERS);
}

static bool enter_slots(unsigned int nr)
{
	if (nr >= LAST_PKMAP || !bench_take_high(nr + OTHERS))
		return false;
	kmap_flush_unused();
	for (taken = 0; taken < nr; taken++)
		kmap(bench.pages[taken]);
	return true;
}
const struct growth_state growth_slots = {enter_slots, leave_slots};

BENCH_SAMPLER(growth_kmap_hot, , kmap(bench.pages[taken]), kunmap(bench.pages[taken]))
BENCH_SAMPLE(next_kmap, struct page *page = bench.pages[taken + i], kmap(page),
	     kunmap(page))

void growth_kmap_first(unsigned int n, u32 *ticks)
{
	kmap_flush_unused();
	bench_next_kmap(n, ticks);
}
