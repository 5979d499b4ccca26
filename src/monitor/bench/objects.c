/* bench: kmalloc and a cache of objects. */
#include "internal.h"

#include <lib/util.h>
#include <mm/slab.h>

#define OBJECTS 256

static void *objects[OBJECTS];
static size_t variable_size = 64; /* the compiler must not know it */

#define KMALLOC_HALVES(size)                                                           \
	BENCH_HALVES(kmalloc_##size, alloc, free, void *, kmalloc(size, GFP_KERNEL),   \
		     kfree(it))

KMALLOC_HALVES(32)
KMALLOC_HALVES(64)
KMALLOC_HALVES(128)
KMALLOC_HALVES(256)
KMALLOC_HALVES(1024)
KMALLOC_HALVES(4096)
KMALLOC_HALVES(8192)
KMALLOC_HALVES(16384)
BENCH_LOOP(kmalloc_var64_pair, kfree(kmalloc(READ_ONCE(variable_size), GFP_KERNEL)))
BENCH_HALVES(kmem_cache_120, alloc, free, void *,
	     kmem_cache_alloc(bench.cache, GFP_KERNEL),
	     kmem_cache_free(bench.cache, it))

BENCH_BATCH(kmalloc_64, objects[i] = kmalloc(64, GFP_KERNEL), kfree(objects[i]))
BENCH_BATCH(kmalloc_1024, objects[i] = kmalloc(1024, GFP_KERNEL), kfree(objects[i]))
BENCH_BATCH(kmem_cache_120, objects[i] = kmem_cache_alloc(bench.cache, GFP_KERNEL),
	    kmem_cache_free(bench.cache, objects[i]))

#define OBJECT_ROWS(name) BENCH_HALVES_ROWS(name, alloc, free, 10000, BENCH_ATOMIC)
#define OBJECT_BATCH_ROWS(name)                                                        \
	BENCH_BATCH_ROWS(#name "_batch256", "obj", name, OBJECTS, BENCH_ATOMIC)

static const struct bench rows[] = {
	OBJECT_ROWS(kmalloc_32),
	OBJECT_ROWS(kmalloc_64),
	OBJECT_ROWS(kmalloc_128),
	OBJECT_ROWS(kmalloc_256),
	OBJECT_ROWS(kmalloc_1024),
	OBJECT_ROWS(kmalloc_4096),
	OBJECT_ROWS(kmalloc_8192),
	OBJECT_ROWS(kmalloc_16384),
	BENCH_ROW(kmalloc_var64_pair, 10000, BENCH_ATOMIC),
	OBJECT_BATCH_ROWS(kmalloc_64),
	OBJECT_BATCH_ROWS(kmalloc_1024),
	OBJECT_ROWS(kmem_cache_120),
	OBJECT_BATCH_ROWS(kmem_cache_120),
};
BENCH_GROUP(bench_objects, rows);
