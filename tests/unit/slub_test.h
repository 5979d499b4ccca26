/* What the suites that only SLUB has share. */
#ifndef SLUB_TEST_H
#define SLUB_TEST_H

#include "ktest.h"

#include "../../src/mm/slub/internal.h"

/* With slub_debug= for all caches there are no CPU slabs, and nothing merges. */
#define SKIP_IF_DEBUGGED()                                                             \
	do {                                                                           \
		if (kmem_cache_flags(0, "slub-test") & SLAB_DEBUG_FLAGS)               \
			SKIP("slub_debug is on");                                      \
	} while (0)

#define QUARTER_PAGE 1024U /* four objects in a slab of one page */
#define ODD          1236U /* a size that no other cache has */
#define ALL_DEBUG    (SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER)

/* What the expectations are made for, whatever the kernel was booted with. */
static const struct slub_parameters as_built = {.min_objects = 4, .max_order = 3};

static inline struct kmem_cache *create_with(struct slub_parameters parameters,
                                             const char *name, size_t size,
                                             size_t align, unsigned long flags,
                                             void (*ctor)(void *))
{
	struct slub_parameters before = slub_parameters;
	struct kmem_cache *cache;

	slub_parameters = parameters;
	cache = kmem_cache_create(name, size, align, flags, ctor);
	slub_parameters = before;
	return cache;
}

static inline struct kmem_cache *create(size_t size, unsigned long flags)
{
	return create_with(as_built, "slub-test", size, 0, flags | SLAB_NO_MERGE, NULL);
}

static inline unsigned long free_pages_now(void)
{
	drain_all_pages();
	return nr_free_pages();
}

static inline struct page *slab_of(const void *object)
{
	return virt_to_head_page(object);
}

#define OBJECTS 32 /* eight slabs */

/* What take() took, in its order. */
static void *taken[OBJECTS];

static inline bool take_gfp(struct kmem_cache *cache, unsigned int nr, gfp_t gfp)
{
	for (unsigned int i = 0; i < nr; i++) {
		taken[i] = kmem_cache_alloc(cache, gfp);
		if (!taken[i])
			return false;
	}
	return true;
}

static inline bool take(struct kmem_cache *cache, unsigned int nr)
{
	return take_gfp(cache, nr, GFP_KERNEL);
}

static inline void give(struct kmem_cache *cache, unsigned int from, unsigned int to)
{
	for (unsigned int i = from; i < to; i++)
		kmem_cache_free(cache, taken[i]);
}

#endif
