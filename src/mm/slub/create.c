/*
 * Caches come, merge and go; and the first of them.
 *
 * A new cache of objects that differ from those of an existing one in nothing but
 * their name shares that cache: fewer half-used slabs, and warmer ones. Such a
 * cache has the first one's name in all reports. Debugging, a constructor,
 * SLAB_NO_MERGE and slub_nomerge keep a cache to itself.
 *
 * The chicken and the egg: a struct kmem_cache comes from a cache of these, whose
 * own is static. It holds its per-CPU part and its lists, so nothing else has to
 * be allocated to create one. (Linux 2.6.24 needs kmalloc for the lists of further
 * nodes, and so a second early cache.)
 */
#include "internal.h"

#include <lib/bug.h>
#include <lib/printk.h>
#include <lib/string.h>

const char slab_allocator_name[] = "slub";

LIST_HEAD(slab_caches);

static struct kmem_cache cache_cache; /* the struct kmem_caches */
static bool available;

/* False if no slab can hold such an object. */
static bool open_cache(struct kmem_cache *cache, const char *name, size_t size,
                       size_t align, unsigned long flags, void (*ctor)(void *object))
{
	memset(cache, 0, sizeof(*cache));
	cache->name = name;
	cache->objsize = (unsigned int)size;
	cache->align = (unsigned int)align;
	cache->flags = flags;
	cache->ctor = ctor;
	cache->refcount = 1;
	INIT_LIST_HEAD(&cache->node.partial);
	INIT_LIST_HEAD(&cache->node.full);
	if (!slub_calculate_sizes(cache))
		return false;
	add_to_chain(&cache->list, &slab_caches);
	return true;
}

static struct kmem_cache *find_mergeable(size_t size, size_t align, unsigned long flags,
                                         void (*ctor)(void *object))
{
	struct kmem_cache *cache;

	if (!slub_mergeable(flags, ctor))
		return NULL;
	list_for_each_entry (cache, &slab_caches, list)
		if (slub_can_merge(cache, size, align, flags))
			return cache;
	return NULL;
}

struct kmem_cache *__kmem_cache_create(const char *name, size_t size, size_t align,
                                       unsigned long flags, void (*ctor)(void *object),
                                       const char **why)
{
	struct kmem_cache *cache;

	flags = kmem_cache_flags(flags, name);
	align = kmem_cache_align(size, align, flags);
	cache = find_mergeable(size, align, flags, ctor);
	if (cache) {
		cache->refcount++;
		cache->objsize = max(cache->objsize, (unsigned int)size);
		cache->inuse = max(cache->inuse, ALIGN(cache->objsize, sizeof(void *)));
		return cache;
	}
	*why = "out of memory";
	cache = kmem_cache_alloc(&cache_cache, GFP_KERNEL);
	if (!cache)
		return NULL;
	if (open_cache(cache, name, size, align, flags, ctor))
		return cache;
	*why = "no slab is large enough";
	kmem_cache_free(&cache_cache, cache);
	return NULL;
}

bool __kmem_cache_destroy(struct kmem_cache *cache)
{
	unsigned long flags;

	if (--cache->refcount)
		return true;
	kmem_cache_shrink(cache);
	if (cache->node.nr_slabs) {
		local_irq_save(flags);
		slub_report_leaks(cache);
		local_irq_restore(flags);
		cache->refcount = 1;
		return false;
	}
	remove_from_chain(&cache->list);
	kmem_cache_free(&cache_cache, cache);
	return true;
}

bool kmem_cache_has_ctor(const struct kmem_cache *cache)
{
	return cache->ctor != NULL;
}

size_t kmem_cache_size(const struct kmem_cache *cache)
{
	return cache->objsize;
}

const char *kmem_cache_name(const struct kmem_cache *cache)
{
	return cache->name;
}

/* ---- Boot ---- */

bool slab_is_available(void)
{
	return available;
}

void kmem_cache_init(void)
{
	const unsigned long flags = SLAB_HWCACHE_ALIGN | SLAB_NO_MERGE;
	const size_t size = sizeof(struct kmem_cache);

	available = false;
	INIT_LIST_HEAD(&slab_caches);
	slab_common_init();
	if (!open_cache(&cache_cache, "kmem_cache", size,
	                kmem_cache_align(size, 0, flags),
	                kmem_cache_flags(flags, "kmem_cache"), NULL))
		panic("SLUB: no slab for %zu bytes", size);
	slub_shrinker_init();
	create_kmalloc_caches();
	available = true;
	pr_info("SLUB: HWalign=%d, Order=%u-%u, MinObjects=%u, CPUs=%d, Nodes=1\n",
	        L1_CACHE_BYTES, slub_parameters.min_order,
	        max(slub_parameters.min_order, slub_parameters.max_order),
	        slub_parameters.min_objects, NR_CPUS);
	failslab_announce();
}
