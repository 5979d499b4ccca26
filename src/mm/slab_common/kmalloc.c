/*
 * kmalloc's classes, and the calls that are made of kmalloc alone. 96 and 192 lie
 * between the powers of two, because structures of these sizes are many. (Gorman
 * ch. 8.4) As there, one set of caches has its pages in ZONE_DMA.
 */
#include "internal.h"

#include <lib/bug.h>
#include <lib/string.h>

#define CLASSES(CLASS)                                                                 \
	CLASS(32)                                                                      \
	CLASS(64)                                                                      \
	CLASS(96)                                                                      \
	CLASS(128)                                                                     \
	CLASS(192)                                                                     \
	CLASS(256)                                                                     \
	CLASS(512)                                                                     \
	CLASS(1024)                                                                    \
	CLASS(2048)                                                                    \
	CLASS(4096)                                                                    \
	CLASS(8192)                                                                    \
	CLASS(16384)                                                                   \
	CLASS(32768)                                                                   \
	CLASS(65536)                                                                   \
	CLASS(131072)                                                                  \
	CLASS(262144)                                                                  \
	CLASS(524288)                                                                  \
	CLASS(1048576)                                                                 \
	CLASS(2097152)                                                                 \
	CLASS(4194304)

#define CLASS_SIZE(size) size,
const unsigned int kmalloc_sizes[NR_KMALLOC_CLASSES] = {CLASSES(CLASS_SIZE)};

#define CLASS_NAMES(size) {"kmalloc-" #size, "kmalloc-dma-" #size},
static const char *const names[NR_KMALLOC_CLASSES][2] = {CLASSES(CLASS_NAMES)};

#define CLASS_ONE(size) +1
_Static_assert(CLASSES(CLASS_ONE) == NR_KMALLOC_CLASSES, "kmalloc's classes");

struct kmem_cache *kmalloc_caches[2][NR_KMALLOC_CLASSES];

/* ---- The caches ---- */

const char *kmalloc_cache_name(bool dma, unsigned int index)
{
	return names[index][dma];
}

struct kmem_cache *create_kmalloc_cache(bool dma, unsigned int index)
{
	unsigned long flags = SLAB_PANIC | (dma ? SLAB_CACHE_DMA : 0);

	if (is_power_of_2(kmalloc_sizes[index])) /* 96 and 192 would be no more */
		flags |= SLAB_HWCACHE_ALIGN;
	if (!kmalloc_caches[dma][index])
		kmalloc_caches[dma][index] =
		    kmem_cache_create(names[index][dma], kmalloc_sizes[index],
		                      ARCH_KMALLOC_MINALIGN, flags, NULL);
	return kmalloc_caches[dma][index];
}

void create_kmalloc_caches(void)
{
	for (int dma = 0; dma < 2; dma++)
		for (unsigned int index = 0; index < NR_KMALLOC_CLASSES; index++)
			create_kmalloc_cache(dma, index);
}

void slab_common_init(void)
{
	memset(kmalloc_caches, 0, sizeof(kmalloc_caches));
	slab_pages_init();
}

/* ---- Made of others ---- */

void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t gfp)
{
	void *object;

	BUG_ON(kmem_cache_has_ctor(cache));
	object = kmem_cache_alloc(cache, gfp);
	return object ? memset(object, 0, kmem_cache_size(cache)) : NULL;
}

void *kzalloc(size_t size, gfp_t gfp)
{
	void *object = kmalloc(size, gfp);

	return ZERO_OR_NULL_PTR(object) ? object : memset(object, 0, size);
}

void *kcalloc(size_t n, size_t size, gfp_t gfp)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return kzalloc(bytes, gfp);
}

void *krealloc(const void *p, size_t size, gfp_t gfp)
{
	size_t old;
	void *copy;

	if (!size) {
		kfree(p);
		return ZERO_SIZE_PTR;
	}
	old = ZERO_OR_NULL_PTR(p) ? 0 : ksize(p);
	if (size <= old)
		return (void *)(uintptr_t)p;
	copy = kmalloc(size, gfp);
	if (copy && old) {
		memcpy(copy, p, old);
		kfree(p);
	}
	return copy;
}

char *kstrdup(const char *text, gfp_t gfp)
{
	return text ? kmemdup(text, strlen(text) + 1, gfp) : NULL;
}

void *kmemdup(const void *from, size_t len, gfp_t gfp)
{
	void *copy = kmalloc(len, gfp);

	return ZERO_OR_NULL_PTR(copy) ? copy : memcpy(copy, from, len);
}
