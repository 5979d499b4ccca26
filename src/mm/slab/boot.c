/*
 * Bootstrap. A cache is an object of a cache; its array comes from kmalloc, which
 * is caches. Two things made by hand break both circles (Gorman ch. 8.2.7, 8.4.2;
 * Professional Linux Kernel Architecture 3.6.3):
 *
 * 1. cache_cache, the cache of caches, is a variable. Its geometry needs nothing
 *    but arithmetic, and its array, of one entry, is a variable too. Now caches can
 *    be made, if somebody has an array for them.
 * 2. The kmalloc cache that holds an array of one entry is made, and has the second
 *    such variable. From now on an array of one entry can be had by kmalloc.
 * 3. The other kmalloc caches are made, from the smallest to the largest, so that
 *    one for off-slab descriptors is there before the first cache that needs one.
 * 4. The two variables are replaced by memory from kmalloc, with their objects in
 *    them. They could not be given to kfree.
 * 5. Every cache gets an array of its proper length. SLAB is up.
 *
 * Linux has a third circle, for the lists of slabs of each node. With one node they
 * are a part of the cache.
 */
#include "internal.h"

#include <lib/errno.h>
#include <lib/string.h>

/* Above that much RAM a block of two pages is nothing that one runs out of. */
#define LARGE_ORDERS_FROM MiB(32)

static enum {
	NONE,    /* only what is made by hand */
	PARTIAL, /* kmalloc of an array of one entry works */
	FULL,
} bootstrap;

struct kmem_cache cache_cache;

/* Arrays as variables; the type has no length of its own. */
static char boot_array_cache_cache[BOOT_ARRAY_SIZE] __aligned(sizeof(void *));
static char boot_array_generic[BOOT_ARRAY_SIZE] __aligned(sizeof(void *));

static void use_boot_array(struct kmem_cache *cache, void *memory)
{
	struct array_cache *ac = memory;

	cache->limit = cache->flags & SLAB_DEBUG_FLAGS ? 0 : BOOT_CPUCACHE_ENTRIES;
	cache->batchcount = 1;
	*ac = (struct array_cache){.limit = cache->limit, .batchcount = 1};
	cache->array[smp_processor_id()] = ac;
	cache->lists.free_limit = (1 + NR_CPUS) + cache->g.num;
}

gfp_t creation_gfp(void)
{
	return bootstrap == FULL ? GFP_KERNEL : GFP_KERNEL | __GFP_NOFAIL;
}

int setup_cpu_cache(struct kmem_cache *cache)
{
	void *ac;

	if (bootstrap == FULL)
		return enable_cpucache(cache);
	if (bootstrap == NONE) {
		use_boot_array(cache, boot_array_generic);
		return 0;
	}
	ac = kmalloc(BOOT_ARRAY_SIZE, creation_gfp());
	if (!ac)
		return -ENOMEM;
	use_boot_array(cache, ac);
	return 0;
}

/* The classes below the size from which descriptors move out are made by then. */
bool off_slab_possible(void)
{
	return bootstrap != NONE;
}

bool slab_is_available(void)
{
	return bootstrap == FULL;
}

/* ---- The steps ---- */

static void __init forget_everything(void)
{
	slab_common_init();
	bootstrap = NONE;
	INIT_LIST_HEAD(&cache_chain);
	memset(&cache_cache, 0, sizeof(cache_cache));
	slab_break_gfp_order = nr_managed_pages() > LARGE_ORDERS_FROM >> PAGE_SHIFT;
}

static void __init make_cache_cache(void)
{
	const size_t size = sizeof(struct kmem_cache);
	unsigned long flags = SLAB_HWCACHE_ALIGN;
	size_t align = kmem_cache_align(size, 0, flags);

	slab_geometry(&cache_cache.g, size, align, &flags, false);
	init_cache(&cache_cache, "kmem_cache", size, flags, NULL);
	use_boot_array(&cache_cache, boot_array_cache_cache);
	list_add_tail(&cache_cache.next, &cache_chain);
}

static void __init make_array_class(void)
{
	unsigned int index = kmalloc_index(BOOT_ARRAY_SIZE);

	kmalloc_caches[0][index] = create_kmalloc_cache(false, index);
	bootstrap = PARTIAL;
}

static void __init replace_boot_array(struct kmem_cache *cache)
{
	struct array_cache *ac = kmalloc(BOOT_ARRAY_SIZE, creation_gfp());

	/* The kmalloc may have used this very array: copy it after. */
	memcpy(ac, cpu_cache(cache), BOOT_ARRAY_SIZE);
	cache->array[smp_processor_id()] = ac;
}

static void __init resize_arrays(void)
{
	struct kmem_cache *cache;

	for_each_cache (cache)
		BUG_ON(enable_cpucache(cache) != 0);
}

void __init kmem_cache_init(void)
{
	forget_everything();
	make_cache_cache();
	make_array_class();
	create_kmalloc_caches();
	replace_boot_array(&cache_cache);
	replace_boot_array(kmalloc_caches[0][kmalloc_index(BOOT_ARRAY_SIZE)]);
	resize_arrays();
	bootstrap = FULL;
	slab_shrinker_init();
	failslab_announce();
}
