/*
 * The arrays of free objects: this CPU's, and the one that CPUs share so that what
 * one frees another can take without visiting the slabs. Their sizes are the
 * tunables that a write to /proc/slabinfo sets: limit (how many objects an array
 * holds), batchcount (how many move at a time), shared (batches in the shared
 * array). (Professional Linux Kernel Architecture 3.6.4)
 *
 * As in Linux, one CPU gets no shared array unless it is asked for. A cache with
 * debugging has arrays of length 0: so every call takes the long way, where its
 * objects are looked at, and the hot paths need not ask.
 */
#include "internal.h"

#include <lib/errno.h>
#include <lib/string.h>

#define DEFAULT_SHARED (NR_CPUS > 1 ? 8U : 0U) /* batches, for objects to a page */

/* The largest array that kmalloc can give. */
#define MAX_ENTRIES ((KMALLOC_MAX_SIZE - sizeof(struct array_cache)) / sizeof(void *))

/* One without a length has room for one object, on its way to a caller. */
static struct array_cache *alloc_arraycache(unsigned int limit, unsigned int batchcount)
{
	struct array_cache *ac;

	if (limit > MAX_ENTRIES)
		return NULL;
	ac = kmalloc(sizeof(*ac) + max(limit, 1U) * sizeof(void *), creation_gfp());
	if (ac)
		*ac = (struct array_cache){.limit = limit, .batchcount = batchcount};
	return ac;
}

unsigned int transfer_objects(struct array_cache *to, struct array_cache *from,
                              unsigned int max)
{
	unsigned int nr = min(min(from->avail, max), to->limit - to->avail);

	memcpy(to->entry + to->avail, from->entry + from->avail - nr,
	       nr * sizeof(void *));
	from->avail -= nr;
	to->avail += nr;
	to->touched = 1;
	return nr;
}

void drain_array(struct kmem_cache *cache, struct array_cache *ac, unsigned int nr)
{
	free_block(cache, ac->entry, nr);
	ac->avail -= nr;
	memmove(ac->entry, ac->entry + nr, ac->avail * sizeof(void *));
}

void drain_cpu_caches(struct kmem_cache *cache)
{
	struct array_cache *ac;
	unsigned long irq;

	local_irq_save(irq);
	ac = cpu_cache(cache);
	drain_array(cache, ac, ac->avail);
	ac = cache->lists.shared;
	if (ac)
		drain_array(cache, ac, ac->avail);
	local_irq_restore(irq);
}

/* Arrays that nobody sees any more. Their objects go to the slabs. */
static void discard(struct kmem_cache *cache, struct array_cache *ac)
{
	unsigned long irq;

	if (!ac)
		return;
	local_irq_save(irq);
	free_block(cache, ac->entry, ac->avail);
	local_irq_restore(irq);
	kfree(ac);
}

void free_arrays(struct kmem_cache *cache)
{
	kfree(cache->lists.shared);
	kfree(cpu_cache(cache));
}

int do_tune_cpucache(struct kmem_cache *cache, unsigned int limit,
                     unsigned int batchcount, unsigned int shared)
{
	unsigned long free_limit =
	    (1 + NR_CPUS) * (unsigned long)batchcount + cache->g.num;
	struct array_cache *ac, *between = NULL;
	unsigned long irq;

	if (cache->flags & SLAB_DEBUG_FLAGS) {
		limit = shared = 0;
		batchcount = 1;
	}
	ac = alloc_arraycache(limit, batchcount);
	if (shared && batchcount <= MAX_ENTRIES / shared)
		between = alloc_arraycache(shared * batchcount, 0);
	if (!ac || (shared && !between)) {
		kfree(ac);
		kfree(between);
		return -ENOMEM;
	}
	local_irq_save(irq);
	swap(cache->array[smp_processor_id()], ac);
	swap(cache->lists.shared, between);
	cache->limit = limit;
	cache->batchcount = batchcount;
	cache->shared = shared;
	cache->lists.free_limit = free_limit;
	local_irq_restore(irq);
	discard(cache, ac);
	discard(cache, between);
	return 0;
}

int enable_cpucache(struct kmem_cache *cache)
{
	unsigned int limit = default_array_limit(cache->g.buffer_size);
	unsigned int shared = cache->g.buffer_size <= PAGE_SIZE ? DEFAULT_SHARED : 0;

	return do_tune_cpucache(cache, limit, (limit + 1) / 2, shared);
}

int slabinfo_tune(struct kmem_cache *cache, int limit, int batchcount, int shared)
{
	if (limit < 1 || batchcount < 1 || batchcount > limit || shared < 0)
		return -EINVAL;
	if (cache->flags & SLAB_DEBUG_FLAGS)
		return -ENOSYS;
	return do_tune_cpucache(cache, (unsigned int)limit, (unsigned int)batchcount,
	                        (unsigned int)shared);
}
