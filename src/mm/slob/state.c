/*
 * SLOB's state: the checker, and what reporters show. A cache has no slabs of its
 * own, so slabinfo counts its objects alone, and the drawing shows the pages that
 * all caches share, in grains of 32 bytes.
 */
#include "internal.h"

#include <lib/errno.h>
#include <lib/printk.h>

#define GRAIN           32 /* bytes that one character of a drawing stands for */
#define GRAINS          (PAGE_SIZE / GRAIN)
#define UNITS_PER_GRAIN (GRAIN / SLOB_UNIT)

/* ---- Reporters ---- */

void get_slabinfo(struct kmem_cache *cache, struct slabinfo *info)
{
	unsigned int size = max(cache->size, 1U);

	*info = (struct slabinfo){
	    .active_objs = cache->active,
	    .num_objs = cache->active,
	    .object_size = cache->size,
	    .objects_per_slab = size < PAGE_SIZE ? (unsigned int)PAGE_SIZE / size : 1,
	    .pages_per_slab = (unsigned int)DIV_ROUND_UP(size, PAGE_SIZE),
	};
}

int slabinfo_tune(struct kmem_cache *cache, int limit, int batchcount, int shared)
{
	(void)cache;
	if (limit < 1 || batchcount < 1 || batchcount > limit || shared < 0)
		return -EINVAL;
	return -ENOSYS;
}

struct kmem_cache *kmem_cache_next(const struct kmem_cache *last)
{
	const struct list_head *next = last ? last->list.next : slob_caches.next;

	return next == &slob_caches ? NULL : list_entry(next, struct kmem_cache, list);
}

void slab_totals(unsigned long *pages, unsigned long *bytes_in_use)
{
	const struct kmem_cache *cache;

	*pages = slab_nr_pages(false) + slab_nr_pages(true);
	*bytes_in_use = 0;
	spin_lock(&cache_chain_lock);
	list_for_each_entry (cache, &slob_caches, list)
		*bytes_in_use += cache->bytes;
	spin_unlock(&cache_chain_lock);
}

/* Whether [unit, unit + UNITS_PER_GRAIN) of a page is free, all of it. */
static bool grain_is_free(const struct page *page, unsigned long unit)
{
	struct slob_free *start = lowmem_page_address(page);

	for (unsigned long at = page->index; at <= unit; at = start[at].next)
		if (at + start[at].units >= unit + UNITS_PER_GRAIN)
			return true;
	return false;
}

static void view_page(const struct page *page, const char *list,
                      void (*fn)(const struct slab_view *, void *), void *arg)
{
	struct slab_view view = {
	    .page_address = (unsigned long)lowmem_page_address(page),
	    .objects = GRAINS,
	    .list = list,
	    .handle = page,
	};

	for (unsigned long n = 0; n < GRAINS; n++)
		view.inuse += !grain_is_free(page, n * UNITS_PER_GRAIN);
	fn(&view, arg);
}

void kmem_cache_for_each_slab(struct kmem_cache *cache,
                              void (*fn)(const struct slab_view *slab, void *arg),
                              void *arg)
{
	const struct page *page;
	unsigned long flags;

	(void)cache;
	local_irq_save(flags);
	for (int i = 0; i < NR_SLOB_LISTS; i++)
		list_for_each_entry (page, &slob_lists[i].pages, lru)
			view_page(page, slob_lists[i].name, fn, arg);
	list_for_each_entry (page, &slob_full.pages, lru)
		view_page(page, slob_full.name, fn, arg);
	local_irq_restore(flags);
}

enum object_state slab_object_state(struct kmem_cache *cache,
                                    const struct slab_view *slab, unsigned int n)
{
	(void)cache;
	return grain_is_free(slab->handle, n * UNITS_PER_GRAIN) ? OBJECT_FREE
	                                                        : OBJECT_USED;
}

/* ---- The checker ---- */

static unsigned int broken(const struct page *page, const char *rule)
{
	pr_err("slab_check: page 0x%08lx: %s\n",
	       (unsigned long)lowmem_page_address(page), rule);
	return 1;
}

/* Runs are in order, apart from one another, and add up. */
static unsigned int check_runs(const struct page *page)
{
	struct slob_free *start = lowmem_page_address(page);
	unsigned long free = 0, end = 0;

	for (unsigned long at = page->index; at < UNITS_PER_PAGE; at = start[at].next) {
		if (at < end || !start[at].units)
			return broken(page, "the free runs are not in order");
		if (end && at == end)
			return broken(page, "two free runs should be one");
		end = at + start[at].units;
		free += start[at].units;
		if (end > UNITS_PER_PAGE || start[at].next <= at)
			return broken(page, "a free run leaves its page");
	}
	return free == page->private ? 0
	                             : broken(page, "its free units are miscounted");
}

static unsigned int check_list(const struct slob_list *list, unsigned long *pages)
{
	bool full = list == &slob_full;
	const struct page *page;
	unsigned int violations = 0;

	list_for_each_entry (page, &list->pages, lru) {
		(*pages)++;
		if (!PageSlab(page) || !slob_in_arena(page) ||
		    (!full && page->mapping != list)) {
			violations +=
			    broken(page, "it is on a list and not made for it");
			continue;
		}
		if (full != !page->private || page->private == UNITS_PER_PAGE)
			violations += broken(page, "it is on a list for others");
		violations += check_runs(page);
	}
	return violations;
}

unsigned int slab_check(void)
{
	unsigned int violations = 0;
	unsigned long pages = 0, flags;
	struct kmem_cache *cache;

	local_irq_save(flags);
	for (int i = 0; i < NR_SLOB_LISTS; i++)
		violations += check_list(&slob_lists[i], &pages);
	violations += check_list(&slob_full, &pages);
	if (pages != slob_nr_pages || pages > slab_nr_pages(false)) {
		pr_err("slab_check: %lu pages on the lists, %lu counted\n", pages,
		       slob_nr_pages);
		violations++;
	}
	list_for_each_entry (cache, &slob_caches, list)
		violations += slob_debug_verify(cache);
	local_irq_restore(flags);
	return violations;
}
