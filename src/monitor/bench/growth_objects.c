/* bench growth: objects of a slab cache, and a bootmem bitmap. */
#include "growth.h"

#include <lib/util.h>
#include <mm/bootmem.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>

/* ---- Objects: the first word of each leads to the next ---- */

static void **objects;

static void free_chain(void **chain)
{
	while (chain) {
		void **next = *chain;

		kmem_cache_free(bench.cache, chain);
		chain = next;
	}
}

static void leave_objects(void)
{
	free_chain(objects);
	objects = NULL;
	kmem_cache_shrink(bench.cache);
}

static bool enter_objects(unsigned int nr)
{
	while (nr--) {
		void **object;

		object = kmem_cache_alloc(bench.cache, GFP_KERNEL | __GFP_NOWARN);
		if (!object) {
			leave_objects();
			return false;
		}
		*object = objects;
		objects = object;
	}
	return true;
}
const struct growth_state growth_objects = {enter_objects, leave_objects};

/* n objects, and how long each took. */
static void **take_chain(unsigned int n, u32 *ticks)
{
	void **chain = NULL;

	for (unsigned int i = 0; i < n; i++) {
		void **object;

		ticks[i] = (u32)BENCH_TICKS(object = kmem_cache_alloc(bench.cache,
								      GFP_KERNEL));
		*object = chain;
		chain = object;
	}
	return chain;
}

void growth_slab_alloc(unsigned int n, u32 *ticks)
{
	free_chain(take_chain(n, ticks));
}

void growth_slab_free(unsigned int n, u32 *ticks)
{
	void **chain = take_chain(n, ticks);

	for (unsigned int i = 0; i < n; i++) {
		void **next = *chain;

		ticks[i] = (u32)BENCH_TICKS(kmem_cache_free(bench.cache, chain));
		chain = next;
	}
}

/* ---- bootmem: every other page is a hole, and two pages are wanted ---- */

#define WANTED_PAGES 2

static struct bootmem_data node;
static unsigned long *map;

static void leave_holes(void)
{
	node.node_bootmem_map = NULL;
	vfree(map);
}

static bool enter_holes(unsigned int nr)
{
	unsigned long fits = 2UL * nr + 1, end = fits + WANTED_PAGES;

	map = vmalloc(bootmem_bootmap_pages(end) << PAGE_SHIFT);
	if (!map)
		return false;
	init_bootmem_map(&node, map, 0, end);
	for (unsigned long pfn = 1; pfn < fits; pfn += 2)
		free_bootmem_core(&node, PFN_PHYS(pfn), PAGE_SIZE);
	free_bootmem_core(&node, PFN_PHYS(fits), WANTED_PAGES << PAGE_SHIFT);
	return true;
}
const struct growth_state growth_holes = {enter_holes, leave_holes};

void growth_bootmem(unsigned int n, u32 *ticks)
{
	const struct bootmem_request request = {.size = WANTED_PAGES << PAGE_SHIFT,
						.align = PAGE_SIZE};

	for (unsigned int i = 0; i < n; i++) {
		phys_addr_t addr;

		ticks[i] = (u32)BENCH_TICKS(bootmem_place(&node, &request, &addr));
		free_bootmem_core(&node, addr, request.size);
	}
}
