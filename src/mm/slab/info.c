/*
 * What a cache tells of itself: the figures of /proc/slabinfo, its slabs one by
 * one for the monitor's drawing, the totals.
 *
 * Different from Linux, where an object in an array counts as active: here active
 * objects are those that callers hold.
 */
#include "internal.h"

static bool array_holds(const struct array_cache *ac, const void *object)
{
	for (unsigned int i = 0; ac && i < ac->avail; i++)
		if (ac->entry[i] == object)
			return true;
	return false;
}

bool object_is_cached(const struct kmem_cache *cache, const void *object)
{
	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++)
		if (array_holds(cache->array[cpu], object))
			return true;
	return array_holds(cache->lists.shared, object);
}

unsigned long nr_cached_objects(const struct kmem_cache *cache)
{
	unsigned long nr = cache->lists.shared ? cache->lists.shared->avail : 0;

	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++)
		nr += cache->array[cpu]->avail;
	return nr;
}

/* ---- /proc/slabinfo ---- */

static unsigned long count_slabs(const struct list_head *slabs, unsigned long *inuse)
{
	const struct slab *slab;
	unsigned long nr = 0;

	list_for_each_entry (slab, slabs, list) {
		nr++;
		*inuse += slab->inuse;
	}
	return nr;
}

void get_slabinfo(struct kmem_cache *cache, struct slabinfo *info)
{
	struct kmem_list3 *lists = &cache->lists;
	unsigned long irq, inuse = 0;

	local_irq_save(irq);
	info->active_slabs = count_slabs(&lists->slabs_full, &inuse) +
	                     count_slabs(&lists->slabs_partial, &inuse);
	info->num_slabs = info->active_slabs + count_slabs(&lists->slabs_free, &inuse);
	info->active_objs = inuse - nr_cached_objects(cache);
	info->shared_avail = lists->shared ? lists->shared->avail : 0;
	info->limit = cache->limit;
	info->batchcount = cache->batchcount;
	info->shared = cache->shared;
	local_irq_restore(irq);
	info->num_objs = info->num_slabs * cache->g.num;
	info->object_size = cache->g.buffer_size;
	info->objects_per_slab = cache->g.num;
	info->pages_per_slab = 1U << cache->g.gfporder;
}

void slab_totals(unsigned long *pages, unsigned long *bytes_in_use)
{
	struct kmem_cache *cache;

	*pages = *bytes_in_use = 0;
	spin_lock(&cache_chain_lock);
	for_each_cache (cache) {
		struct slabinfo info;

		get_slabinfo(cache, &info);
		*pages += info.num_slabs * info.pages_per_slab;
		*bytes_in_use += info.active_objs * cache->obj_size;
		if (cache->slabp_cache) /* descriptors are overhead wherever they lie */
			*bytes_in_use -= info.num_slabs * cache->slabp_cache->obj_size;
	}
	spin_unlock(&cache_chain_lock);
}

/* ---- One cache, slab by slab ---- */

static void show_slabs(struct kmem_cache *cache, struct list_head *slabs,
                       const char *name,
                       void (*fn)(const struct slab_view *slab, void *arg), void *arg)
{
	const struct slab *slab;

	list_for_each_entry (slab, slabs, list) {
		const struct slab_view view = {
		    .page_address = (unsigned long)slab_start(cache, slab),
		    .colour_offset = (unsigned int)slab->colouroff,
		    .objects = cache->g.num,
		    .inuse = slab->inuse,
		    .list = name,
		    .handle = slab,
		};

		fn(&view, arg);
	}
}

void kmem_cache_for_each_slab(struct kmem_cache *cache,
                              void (*fn)(const struct slab_view *slab, void *arg),
                              void *arg)
{
	unsigned long irq;

	local_irq_save(irq);
	show_slabs(cache, &cache->lists.slabs_full, "full", fn, arg);
	show_slabs(cache, &cache->lists.slabs_partial, "partial", fn, arg);
	show_slabs(cache, &cache->lists.slabs_free, "free", fn, arg);
	local_irq_restore(irq);
}

enum object_state slab_object_state(struct kmem_cache *cache,
                                    const struct slab_view *view, unsigned int n)
{
	struct slab *slab = (struct slab *)(uintptr_t)view->handle;

	if (slab_bufctl(slab)[n] != BUFCTL_ACTIVE)
		return OBJECT_FREE;
	return object_is_cached(cache, index_to_obj(cache, slab, n)) ? OBJECT_CACHED
	                                                             : OBJECT_USED;
}
