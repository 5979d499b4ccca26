/*
 * Caches: made, found a place for, taken apart again. A cache is itself an object,
 * of cache_cache; where that one comes from is told in boot.c.
 */
#include "internal.h"

#include <lib/string.h>

LIST_HEAD(cache_chain);

void init_cache(struct kmem_cache *cache, const char *name, size_t size,
                unsigned long flags, void (*ctor)(void *object))
{
	INIT_LIST_HEAD(&cache->lists.slabs_partial);
	INIT_LIST_HEAD(&cache->lists.slabs_full);
	INIT_LIST_HEAD(&cache->lists.slabs_free);
	cache->reciprocal_buffer_size = reciprocal_value(cache->g.buffer_size);
	if (cache->g.off_slab)
		cache->slabp_cache =
		    kmalloc_caches[0][kmalloc_index(cache->g.slab_size)];
	cache->name = name;
	cache->obj_size = (unsigned int)size;
	cache->flags = flags;
	cache->ctor = ctor;
}

/* What poisoning would fill is what the constructor made. */
static unsigned long effective_flags(const char *name, unsigned long flags,
                                     void (*ctor)(void *object))
{
	flags = kmem_cache_flags(flags, name);
	return ctor ? flags & ~SLAB_POISON : flags;
}

struct kmem_cache *__kmem_cache_create(const char *name, size_t size, size_t align,
                                       unsigned long flags, void (*ctor)(void *object),
                                       const char **why)
{
	struct slab_geometry geometry;
	struct kmem_cache *cache;

	flags = effective_flags(name, flags, ctor);
	align = kmem_cache_align(size, align, flags);
	*why = "no slab can hold an object";
	if (!slab_geometry(&geometry, size, align, &flags, off_slab_possible()))
		return NULL;
	*why = "no memory";
	cache = kmem_cache_zalloc(&cache_cache, creation_gfp());
	if (!cache)
		return NULL;
	cache->g = geometry;
	init_cache(cache, name, size, flags, ctor);
	if (setup_cpu_cache(cache) != 0) {
		kmem_cache_free(&cache_cache, cache);
		return NULL;
	}
	add_to_chain(&cache->next, &cache_chain);
	return cache;
}

static bool has_objects_out(const struct kmem_cache *cache)
{
	return !list_empty(&cache->lists.slabs_full) ||
	       !list_empty(&cache->lists.slabs_partial);
}

bool __kmem_cache_destroy(struct kmem_cache *cache)
{
	unsigned long irq;

	kmem_cache_shrink(cache);
	if (has_objects_out(cache)) {
		local_irq_save(irq);
		slab_report_leaked_objects(cache);
		local_irq_restore(irq);
		return false;
	}
	remove_from_chain(&cache->next);
	free_arrays(cache);
	kmem_cache_free(&cache_cache, cache);
	return true;
}

struct kmem_cache *kmem_cache_next(const struct kmem_cache *last)
{
	const struct list_head *next = last ? last->next.next : cache_chain.next;

	return next == &cache_chain ? NULL : list_entry(next, struct kmem_cache, next);
}
