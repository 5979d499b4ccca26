/* What the suites of the object allocators share. They are the same for all three. */
#ifndef SLAB_TEST_H
#define SLAB_TEST_H

#include <lib/string.h>
#include <lib/vsprintf.h>
#include <mm/page_alloc.h>
#include <mm/slab.h>

/* Whether constructed objects keep their state while they are free. */
#ifdef CONFIG_SLOB
#define SLAB_KEEPS_STATE false
#else
#define SLAB_KEEPS_STATE true
#endif

/* Every page that no object needs goes back; what is then free in the page
 * allocator. Twice, because a cache's own descriptor may lie in another cache. */
static inline unsigned long pages_left(void)
{
	for (int i = 0; i < 2; i++) {
		struct kmem_cache *cache = NULL;

		while ((cache = kmem_cache_next(cache)) != NULL)
			kmem_cache_shrink(cache);
	}
	drain_all_pages();
	return nr_free_pages();
}

static inline unsigned long bytes_in_use(void)
{
	unsigned long pages, bytes;

	slab_totals(&pages, &bytes);
	return bytes;
}

static inline unsigned long slab_pages(void)
{
	unsigned long pages, bytes;

	slab_totals(&pages, &bytes);
	return pages;
}

/* A pattern that tells objects and places apart. */
static inline u8 stamp_byte(u32 stamp, size_t at)
{
	return (u8)(stamp * 0x9e3779b1u >> 24) ^ (u8)(at * 7);
}

static inline void write_stamp(void *object, size_t len, u32 stamp)
{
	for (size_t i = 0; i < len; i++)
		((u8 *)object)[i] = stamp_byte(stamp, i);
}

static inline bool stamp_is_intact(const void *object, size_t len, u32 stamp)
{
	for (size_t i = 0; i < len; i++)
		if (((const u8 *)object)[i] != stamp_byte(stamp, i))
			return false;
	return true;
}

/* kmalloc of a size that the compiler does not know. */
static inline void *kmalloc_of(size_t size, gfp_t gfp)
{
	volatile size_t unknown = size;

	return kmalloc(unknown, gfp);
}

#endif
