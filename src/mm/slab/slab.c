/*
 * SLAB's front: taking an object and giving it back. Both end, nearly always, at
 * this CPU's array of free objects: a stack, so that what was used last, and is
 * still in the CPU's cache, is used next. The array is the reason why the lists of
 * slabs may be slow: they are visited once in batchcount objects.
 *
 *	alloc  array -> shared array -> a partial slab -> a free slab -> new pages
 *	free   array -> shared array -> its slab, which may become partial or free
 *
 * (Gorman ch. 8.2 and 8.5; Professional Linux Kernel Architecture 3.6.4; the array
 * is the "magazine" of Bonwick and Adams, "Magazines and Vmem", USENIX 2001)
 *
 * Different from Linux 2.6.24: an object of another cache, and one that is freed
 * twice in a row, are caught without any debugging option. Both questions are
 * asked of memory that the path has in its hands already.
 */
#include "internal.h"

#include <lib/string.h>
#include <sched/sched.h>

const char slab_allocator_name[] = "slab";

/* Who called the function that this stands in, or is in line in. */
#define CALLER ((unsigned long)__builtin_return_address(0))

/* ---- The long ways ---- */

static inline bool may_refill(const struct kmem_list3 *lists)
{
	return lists->free_objects || lists->shared;
}

/*
 * The array is empty, or there is more to do than to take an object from it. gfp
 * may let this sleep, so the array may be another one afterwards.
 */
static void *take_object(struct kmem_cache *cache, gfp_t gfp, unsigned long irq)
{
	struct array_cache *ac = cpu_cache(cache);

	if (!ac->avail && may_refill(&cache->lists))
		refill_array(cache, ac);
	if (!ac->avail) {
		struct slab *slab = cache_grow(cache, gfp, irq);

		ac = cpu_cache(cache);
		if (slab)
			file_new_slab(cache, ac, slab);
		if (!ac->avail)
			return NULL;
	}
	ac->touched = 1;
	return ac->entry[--ac->avail];
}

static noinline void *alloc_slow(struct kmem_cache *cache, gfp_t gfp,
                                 unsigned long caller)
{
	unsigned long irq;
	void *object;

	if (failslab_active && should_failslab(cache, gfp))
		return NULL;
	local_irq_save(irq);
	object = take_object(cache, gfp, irq);
	local_irq_restore(irq);
	if (object && (cache->flags & SLAB_DEBUG_FLAGS))
		slab_debug_taken(cache, object, caller);
	if (object && (gfp & __GFP_ZERO))
		memset(object, 0, cache->obj_size);
	return object;
}

/* The entry below the top is what was freed last; below the lowest entry is
 * `touched`, which is no object's address. */
static __always_inline bool freed_just_now(const struct array_cache *ac,
                                           unsigned int avail, const void *object)
{
	const char *top = (const char *)(ac->entry + avail);

	return *(void *const *)(const void *)(top - sizeof(void *)) == object;
}
_Static_assert(offsetof(struct array_cache, touched) + sizeof(int) ==
                   offsetof(struct array_cache, entry),
               "freed_just_now looks at touched when the array is empty");

/* The array is full, or keeps nothing, or something is wrong. */
static noinline void free_slow(struct kmem_cache *cache, void *object,
                               unsigned long caller)
{
	struct array_cache *ac;
	unsigned long irq;
	bool again;

	slab_check_pointer(cache, object);
	local_irq_save(irq); /* slabinfo_tune may put another array in its place */
	ac = cpu_cache(cache);
	again = freed_just_now(ac, ac->avail, object);
	local_irq_restore(irq);
	if (again)
		slab_double_free(cache, object);
	if (cache->flags & SLAB_DEBUG_FLAGS)
		slab_debug_given_back(cache, object, caller);
	local_irq_save(irq);
	ac = cpu_cache(cache);
	if (!ac->limit) {
		free_block(cache, &object, 1);
	} else {
		if (ac->avail >= ac->limit)
			flush_array(cache, ac);
		ac->entry[ac->avail++] = object;
	}
	local_irq_restore(irq);
}

static noinline void free_slow_by_address(void *object, unsigned long caller)
{
	free_slow(page_get_cache(virt_to_page(object)), object, caller);
}

/* ---- The hot paths ---- */

static __always_inline void *cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	struct array_cache *ac;
	unsigned long irq;
	void *object;

	might_sleep_if(gfp & __GFP_WAIT);
	if (unlikely(failslab_active) || unlikely(gfp & __GFP_ZERO))
		return alloc_slow(cache, gfp, CALLER);
	local_irq_save(irq);
	ac = cpu_cache(cache);
	if (unlikely(!ac->avail)) {
		local_irq_restore(irq);
		return alloc_slow(cache, gfp, CALLER);
	}
	barrier(); /* reading avail again is cheaper than a register that must be saved */
	ac->touched = 1;
	object = ac->entry[--ac->avail];
	local_irq_restore(irq);
	return object;
}

/* object is known to be in a slab of the cache. */
static __always_inline void cache_free(struct kmem_cache *cache, void *object)
{
	struct array_cache *ac;
	unsigned long irq;
	unsigned int avail;

	local_irq_save(irq);
	ac = cpu_cache(cache);
	avail = ac->avail;
	if (unlikely(avail >= ac->limit) ||
	    unlikely(freed_just_now(ac, avail, object))) {
		local_irq_restore(irq);
		free_slow_by_address(object, CALLER);
		return;
	}
	ac->entry[avail] = object;
	ac->avail = avail + 1;
	local_irq_restore(irq);
}

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	return cache_alloc(cache, gfp);
}

void kmem_cache_free(struct kmem_cache *cache, void *object)
{
	struct page *page = virt_to_page(object);

	/* Pages from there on, and NULL's, are in no slab; they may not exist. */
	if (unlikely(PageHighMem(page)) || unlikely(page_get_cache(page) != cache))
		free_slow(cache, object, CALLER);
	else
		cache_free(cache, object);
}

void *__kmalloc(size_t size, gfp_t gfp)
{
	if (unlikely(size - 1 >= KMALLOC_MAX_SIZE))
		return size ? NULL : ZERO_SIZE_PTR;
	return cache_alloc(kmalloc_caches[!!(gfp & __GFP_DMA)][kmalloc_index(size)],
	                   gfp);
}

void kfree(const void *object)
{
	struct page *page = virt_to_page(object);

	if (likely(!PageHighMem(page)) && likely(PageSlab(page)))
		cache_free(page_get_cache(page), (void *)(uintptr_t)object);
	else if (!ZERO_OR_NULL_PTR(object))
		slab_not_kmalloced(object);
}

/* ---- What a cache is ---- */

size_t ksize(const void *object)
{
	if (ZERO_OR_NULL_PTR(object))
		return 0;
	if (!slab_address_ok(object) || !PageSlab(virt_to_page(object)))
		slab_not_kmalloced(object);
	return page_get_cache(virt_to_page(object))->obj_size;
}

size_t kmem_cache_size(const struct kmem_cache *cache)
{
	return cache->obj_size;
}

const char *kmem_cache_name(const struct kmem_cache *cache)
{
	return cache->name;
}

bool kmem_cache_has_ctor(const struct kmem_cache *cache)
{
	return cache->ctor;
}
