/*
 * Giving memory back. Nothing that SLAB holds back is lost to the rest of the
 * machine: objects in arrays nobody takes and slabs without a used object go back
 * to the pages, a little at a time while nobody asks, all of it when memory is
 * short.
 *
 * cache_reap is the little at a time: called at a steady pace, it ages. An array
 * that was used since the last call only loses its mark; an idle one gives back a
 * fifth of its length. Every second call it looks at the free slabs in the same
 * way and gives back about a fifth of those that the cache may keep. (Gorman ch.
 * 8.1.6; Professional Linux Kernel Architecture 3.6.4; the fractions are Linux
 * 2.6.24's, which calls it every two seconds on each CPU)
 *
 * The shrinker is the rest: free slabs first, then what emptying the arrays makes
 * free.
 */
#include "internal.h"

#define ARRAY_FRACTION 5U
#define LIST_FRACTION  5U
#define LIST_ROUNDS    2U /* calls of cache_reap to one look at the free slabs */

/* ---- By age ---- */

/* Interrupts off. */
static void age_array(struct kmem_cache *cache, struct array_cache *ac)
{
	unsigned int share;

	if (!ac || !ac->avail)
		return;
	if (ac->touched) {
		ac->touched = 0;
		return;
	}
	share = DIV_ROUND_UP(ac->limit, ARRAY_FRACTION);
	if (share > ac->avail) /* the last ones go by halves */
		share = (ac->avail + 1) / 2;
	drain_array(cache, ac, share);
}

/* Interrupts off. How many slabs. */
static unsigned long age_free_slabs(struct kmem_cache *cache)
{
	struct kmem_list3 *lists = &cache->lists;

	if (++lists->reap_rounds < LIST_ROUNDS)
		return 0;
	lists->reap_rounds = 0;
	if (lists->shared)
		age_array(cache, lists->shared);
	if (lists->free_touched) {
		lists->free_touched = 0;
		return 0;
	}
	return drain_freelist(
	    cache, DIV_ROUND_UP(lists->free_limit, LIST_FRACTION * cache->g.num));
}

unsigned long cache_reap(void)
{
	struct kmem_cache *cache;
	unsigned long pages = 0;

	spin_lock(&cache_chain_lock);
	for_each_cache (cache) {
		unsigned long irq;

		local_irq_save(irq);
		age_array(cache, cpu_cache(cache));
		pages += age_free_slabs(cache) << cache->g.gfporder;
		local_irq_restore(irq);
	}
	spin_unlock(&cache_chain_lock);
	return pages;
}

/* ---- All of it ---- */

/* Up to max free slabs; how many. Interrupts are off for one slab at a time. */
static unsigned long shrink_lists(struct kmem_cache *cache, unsigned long max)
{
	unsigned long irq, slabs = 0, nr = 1;

	while (slabs < max && nr) {
		local_irq_save(irq);
		nr = drain_freelist(cache, 1);
		local_irq_restore(irq);
		slabs += nr;
	}
	return slabs;
}

unsigned long kmem_cache_shrink(struct kmem_cache *cache)
{
	drain_cpu_caches(cache);
	return shrink_lists(cache, ~0UL) << cache->g.gfporder;
}

/* ---- When memory is short ---- */

/* Objects in slabs of which none is out, and those in arrays. */
static unsigned long count_reclaimable(struct shrinker *shrinker __unused,
                                       gfp_t gfp __unused)
{
	struct kmem_cache *cache;
	unsigned long objects = 0;

	spin_lock(&cache_chain_lock);
	for_each_cache (cache) {
		const struct list_head *slab;
		unsigned long irq;

		local_irq_save(irq);
		list_for_each (slab, &cache->lists.slabs_free)
			objects += cache->g.num;
		objects += nr_cached_objects(cache);
		local_irq_restore(irq);
	}
	spin_unlock(&cache_chain_lock);
	return objects;
}

/* cache_chain_lock held. */
static unsigned long scan_free_slabs(unsigned long nr)
{
	struct kmem_cache *cache;
	unsigned long freed = 0;

	for_each_cache (cache) {
		if (freed >= nr)
			break;
		freed += shrink_lists(cache, DIV_ROUND_UP(nr - freed, cache->g.num)) *
		         cache->g.num;
	}
	return freed;
}

static unsigned long scan_reclaimable(struct shrinker *shrinker __unused,
                                      unsigned long nr, gfp_t gfp __unused)
{
	struct kmem_cache *cache;
	unsigned long freed;

	spin_lock(&cache_chain_lock);
	freed = scan_free_slabs(nr);
	if (freed < nr) {
		for_each_cache (cache)
			drain_cpu_caches(cache);
		freed += scan_free_slabs(nr - freed);
	}
	spin_unlock(&cache_chain_lock);
	return freed;
}

static struct shrinker slab_shrinker = {
    .count = count_reclaimable,
    .scan = scan_reclaimable,
};

void slab_shrinker_init(void)
{
	static bool registered; /* the host's tests boot more than once */

	if (!registered)
		register_shrinker(&slab_shrinker);
	registered = true;
}
