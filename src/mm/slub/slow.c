/*
 * The slow paths: a CPU's list is empty, or an object comes back to a slab that
 * the CPU does not have.
 *
 * A slab lives through
 *
 *	                       its list is         an object
 *	       a new slab       used up            is freed
 *	pages ------------> frozen -------> full -------> partial -------> pages
 *	                      ^                              |    empty, and
 *	                      '------------------------------'    enough are kept
 *	                             a CPU takes it
 *
 * Allocating takes the first partial slab or a new one, so the slow path is taken
 * once for all the objects that were free in it. Freeing to a slab of the lists
 * pushes the object on page->freelist, and looks whether it was the first (then
 * the slab is partial from now on) or the last in use (then it is empty).
 *
 * Differences from Linux: with one CPU nobody can free into a slab that another
 * CPU has frozen, so page->freelist of a frozen slab is always empty. Caches
 * without CPU slab (struct kmem_cache, unfrozen) take one object at a time from
 * the partial list, as Linux does since 6.1.
 */
#include "internal.h"

#include <lib/string.h>

/* ---- Lists ---- */

static void freeze(struct kmem_cache_cpu *c, struct page *page)
{
	c->page = page;
	c->freelist = page->freelist;
	page->freelist = NULL;
	page->inuse = page->objects;
	page->frozen = 1;
}

/* The CPU's slab, whose list is empty, goes on the list of full ones. */
static void unfreeze_full(struct kmem_cache *cache, struct kmem_cache_cpu *c)
{
	c->page->frozen = 0;
	list_add(&c->page->lru, &cache->node.full);
	c->page = NULL;
}

void slub_flush_cpu(struct kmem_cache *cache)
{
	struct kmem_cache_cpu *c = get_cpu_slab(cache);
	struct page *page = c->page;

	if (!page)
		return;
	if (!c->freelist) {
		unfreeze_full(cache, c);
		return;
	}
	page->freelist = c->freelist;
	page->inuse = (u16)(page->objects - slub_nr_free(cache, c->freelist));
	page->frozen = 0;
	c->page = NULL;
	c->freelist = NULL;
	slub_add_partial(cache, page, false);
}

/* ---- Allocating ---- */

/* Interrupts off, and on again meanwhile: a new slab, counted, or NULL. */
static struct page *new_slab(struct kmem_cache *cache, gfp_t gfp, unsigned long irq)
{
	struct page *page;

	local_irq_restore(irq);
	page = slub_new_slab(cache, gfp);
	local_irq_disable();
	if (page)
		cache->node.nr_slabs++;
	return page;
}

/* Interrupts off. One object from the lists, for a cache without CPU slab. */
static void *alloc_unfrozen(struct kmem_cache *cache, gfp_t gfp, unsigned long irq,
                            unsigned long caller)
{
	struct page *page;
	void *object;

	if (list_empty(&cache->node.partial)) {
		page = new_slab(cache, gfp, irq);
		if (!page)
			return NULL;
		slub_add_partial(cache, page, false);
	}
	page = list_first_entry(&cache->node.partial, struct page, lru);
	object = page->freelist;
	if (slub_debugged(cache) && !slub_debug_alloc(cache, page, object, caller)) {
		local_irq_restore(irq);
		slab_report_end();
	}
	page->freelist = get_freepointer(cache, object);
	if (++page->inuse == page->objects) {
		slub_remove_partial(cache, page);
		list_add(&page->lru, &cache->node.full);
	}
	return object;
}

/* Interrupts off. A CPU slab with a free object; false if there is no memory. */
static bool refill(struct kmem_cache *cache, gfp_t gfp, unsigned long irq)
{
	struct kmem_cache_cpu *c = get_cpu_slab(cache);
	struct page *page;

	if (c->page)
		unfreeze_full(cache, c);
	if (likely(!list_empty(&cache->node.partial))) {
		page = list_first_entry(&cache->node.partial, struct page, lru);
		slub_remove_partial(cache, page);
	} else {
		page = new_slab(cache, gfp, irq);
		if (!page)
			return false;
		c = get_cpu_slab(cache);
		slub_flush_cpu(cache); /* others may have got one meanwhile */
	}
	freeze(c, page);
	return true;
}

/* Interrupts off. */
static void *alloc_frozen(struct kmem_cache *cache, gfp_t gfp, unsigned long irq)
{
	struct kmem_cache_cpu *c = get_cpu_slab(cache);
	void *object;

	if (!c->freelist && !refill(cache, gfp, irq))
		return NULL;
	object = c->freelist;
	c->freelist = get_freepointer(cache, object);
	return object;
}

noinline void *slub_alloc_slow(struct kmem_cache *cache, gfp_t gfp,
                               unsigned long caller)
{
	unsigned long irq;
	void *object;

	if (failslab_active && should_failslab(cache, gfp))
		return NULL;
	local_irq_save(irq);
	object = cache->unfrozen ? alloc_unfrozen(cache, gfp, irq, caller)
	                         : alloc_frozen(cache, gfp, irq);
	local_irq_restore(irq);
	if ((gfp & __GFP_ZERO) && object)
		memset(object, 0, cache->objsize);
	return object;
}

/* ---- Freeing ---- */

/* Whether the object was freed before, as far as can be told at no cost: it is the
 * first of a list, or all of the slab's objects are free. */
static bool freed_before(struct kmem_cache *cache, const struct page *page,
                         const void *object)
{
	if (page->frozen)
		return object == get_cpu_slab(cache)->freelist;
	return object == page->freelist || !page->inuse;
}

noinline void slub_free_slow(struct page *page, void *object, unsigned long irq)
{
	struct kmem_cache *cache = page->slab;
	bool was_full = !page->freelist;

	if (unlikely(freed_before(cache, page, object))) {
		local_irq_restore(irq);
		slub_report(cache, page, object, SLAB_BUG_DOUBLE_FREE, 0);
		slab_report_end();
	}
	set_freepointer(cache, object, page->freelist);
	page->freelist = object;
	page->inuse--;
	if (was_full) {
		__list_del_entry(&page->lru);
		slub_add_partial(cache, page, true);
	}
	if (!page->inuse && cache->node.nr_partial > cache->min_partial) {
		slub_remove_partial(cache, page);
		slub_discard(cache, page);
	}
	local_irq_restore(irq);
}

noinline void slub_free_debug(struct kmem_cache *cache, void *object,
                              unsigned long caller)
{
	struct page *page = virt_to_head_page(object);
	unsigned long irq;

	if (!slub_owns(cache, page))
		slub_bad_free(cache, object);
	local_irq_save(irq);
	if (!slub_debug_free(cache, page, object, caller)) {
		local_irq_restore(irq);
		slab_report_end();
	}
	slub_free_slow(page, object, irq);
}
