/*
 * SLUB: the slab allocator without queues (Christoph Lameter, Linux 2.6.22; with
 * the per-CPU free list of 2.6.24, mm/slub.c). SLAB keeps an array of free objects
 * for each CPU, one for all, a descriptor for each slab and an index for each
 * object. SLUB has none of these: a free object holds the address of the next, the
 * struct page of a slab holds what is known of it, and a CPU takes objects out of
 * a slab that it owns for the time being. What is left is this file: pop from the
 * CPU's list, push to it, and the slow path (slow.c) when the list is empty or the
 * object comes from another slab.
 *
 * Caches with debugging, and those with one object a slab, have no CPU slab, so
 * they fail the hot paths' only test, and cost those paths nothing. Linux 2.6.24
 * marks debugged slabs and tests for the mark.
 *
 * An object that is freed into its CPU's slab is an object of that slab, whose
 * cache is known: the test for the wrong cache is in the slow path alone.
 *
 * The invariants, and their checker, are in state.c.
 */
#include "internal.h"

#include <sched/sched.h>

/* __builtin_return_address(0), but read where it is needed: the compiler would
 * always read that first, and keep it in a register through the hot path. */
#define CALLER READ_ONCE(((unsigned long *)__builtin_frame_address(0))[1])

/* ---- The hot paths ---- */

/* What is rare leaves at once, by calls that the compiler makes jumps of: so the
 * common case has nothing to keep in registers across a call. */
static __always_inline void *slab_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	struct kmem_cache_cpu *c;
	unsigned long flags;
	void *object;

	might_sleep_if(gfp & __GFP_WAIT);
	if (unlikely(failslab_active || (gfp & __GFP_ZERO)))
		return slub_alloc_slow(cache, gfp, CALLER);
	local_irq_save(flags);
	c = get_cpu_slab(cache);
	object = c->freelist;
	if (unlikely(!object)) {
		local_irq_restore(flags);
		return slub_alloc_slow(cache, gfp, CALLER);
	}
	c->freelist = get_freepointer(cache, object);
	local_irq_restore(flags);
	return object;
}

static __always_inline void push(const struct kmem_cache *cache, void **list,
                                 void *object)
{
	set_freepointer(cache, object, *list);
	*list = object;
}

/*
 * Back to a slab that is on a list, and stays on it: some objects are free, some
 * are in use. Returns whether that was the case. Interrupts off.
 */
static __always_inline bool free_to_partial(const struct kmem_cache *cache,
                                            struct page *page, void *object)
{
	const void *first = page->freelist;

	if (unlikely(!first || first == object || page->inuse <= 1))
		return false;
	push(cache, &page->freelist, object);
	page->inuse--;
	return true;
}

/* page is the head page of the frame that object is in; owned: it is known to be a
 * slab of this cache. */
static __always_inline void slab_free(struct kmem_cache *cache, struct page *page,
                                      void *object, bool owned)
{
	struct kmem_cache_cpu *c;
	unsigned long flags;

	local_irq_save(flags);
	c = get_cpu_slab(cache);
	if (likely(page == c->page && object != c->freelist)) {
		push(cache, &c->freelist, object);
	} else if (unlikely((!owned && !slub_owns(cache, page)) ||
	                    slub_debugged(cache))) {
		local_irq_restore(flags);
		slub_free_debug(cache, object, CALLER);
		return;
	} else if (unlikely(!free_to_partial(cache, page, object))) {
		slub_free_slow(page, object, flags);
		return;
	}
	local_irq_restore(flags);
}

/* Whether there is a struct page for that address. */
static __always_inline bool has_page(const void *object)
{
	return likely(PFN_DOWN(__pa(object)) < max_mapnr);
}

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	return slab_alloc(cache, gfp);
}

void kmem_cache_free(struct kmem_cache *cache, void *object)
{
	if (unlikely(!has_page(object)))
		slub_bad_free(cache, object);
	slab_free(cache, virt_to_head_page(object), object, false);
}

/* ---- kmalloc ---- */

#define INDEX_MAX 192 /* up to here the classes are no powers of two */

static const u8 size_index[INDEX_MAX / 8] = {
    0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, /* 32, 64, 96 */
    3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, /* 128, 192 */
};

static inline unsigned int class_of(size_t size)
{
	return size <= INDEX_MAX ? size_index[(size - 1) / 8] : kmalloc_index(size);
}

void *__kmalloc(size_t size, gfp_t gfp)
{
	if (unlikely(size - 1 >= KMALLOC_MAX_SIZE))
		return size ? NULL : ZERO_SIZE_PTR;
	return slab_alloc(kmalloc_caches[!!(gfp & __GFP_DMA)][class_of(size)], gfp);
}

void kfree(const void *object)
{
	struct page *page;

	if (unlikely(ZERO_OR_NULL_PTR(object)))
		return;
	if (unlikely(!has_page(object)))
		slub_bad_free(NULL, object);
	page = virt_to_head_page(object);
	if (unlikely(!PageSlab(page)))
		slub_bad_free(NULL, object);
	slab_free(page->slab, page, (void *)object, true);
}

size_t ksize(const void *object)
{
	const struct kmem_cache *cache;

	if (ZERO_OR_NULL_PTR(object))
		return 0;
	cache = virt_to_head_page(object)->slab;
	return slub_debugged(cache) ? cache->objsize : cache->size;
}
