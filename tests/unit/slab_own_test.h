/* What the suites of SLAB itself share: caches without debugging, their objects. */
#ifndef SLAB_OWN_TEST_H
#define SLAB_OWN_TEST_H

#include <lib/util.h>
#include <lib/vsprintf.h>

#include "../../src/mm/slab/internal.h"

#define MANY 256

/* For caches without debugging, which would have no arrays. */
#define PLAIN_TEST(suite, name)                                                        \
	static void plain_##name(void);                                                \
	TEST(suite, name)                                                              \
	{                                                                              \
		if (kmem_cache_flags(0, "test-own"))                                   \
			SKIP("slab_debug= is on");                                     \
		plain_##name();                                                        \
	}                                                                              \
	static void plain_##name(void)

static void *objects[MANY];

/* A case that failed may have left its cache behind, with its name. */
static inline const char *free_name(void)
{
	static char names[64][16];
	static unsigned int used;

	if (!kmem_cache_find("test-own"))
		return "test-own";
	used = (used + 1) % ARRAY_SIZE(names);
	snprintf(names[used], sizeof(names[used]), "test-own-%u", used);
	return names[used];
}

static inline struct kmem_cache *create(size_t size, unsigned long flags)
{
	return kmem_cache_create(free_name(), size, 0, flags, NULL);
}

/* 120-byte objects on cache lines, 30 to a slab, 120 to an array. */
static inline struct kmem_cache *create_120(void)
{
	return create(120, SLAB_HWCACHE_ALIGN);
}

static inline void take(struct kmem_cache *cache, unsigned int from, unsigned int to)
{
	for (unsigned int i = from; i < to; i++) {
		objects[i] = kmem_cache_alloc(cache, GFP_KERNEL);
		ASSERT(objects[i] != NULL);
	}
}

static inline void give(struct kmem_cache *cache, unsigned int from, unsigned int to)
{
	for (unsigned int i = from; i < to; i++)
		kmem_cache_free(cache, objects[i]);
}

static inline unsigned int avail(struct kmem_cache *cache)
{
	return cpu_cache(cache)->avail;
}

#endif
