/* What the files of SLOB share. "Interrupts off": the caller has turned them off. */
#ifndef MM_SLOB_INTERNAL_H
#define MM_SLOB_INTERNAL_H

#include "../slab_common/internal.h"

#include <asm/irqflags.h>

struct kmem_cache {
	const char *name;
	unsigned int size;  /* bytes of an object; 0: kmalloc's, any */
	unsigned int align; /* power of two */
	unsigned long flags;
	void (*ctor)(void *object);
	struct list_head list; /* all caches */
	unsigned long active;  /* objects in use */
	unsigned long bytes;   /* that they asked for */

	/* Of caches with debugging, by slob_debug.list. */
	struct list_head used;
	struct list_head held;    /* freed, not yet given back: the oldest first */
	unsigned long held_bytes; /* at most SLOB_HELD_MAX */
};

extern struct kmem_cache slob_kmalloc; /* "kmalloc-any" */
extern struct list_head slob_caches;

/* ---- arena.c: pieces of pages ---- */

#define SLOB_UNIT       sizeof(struct slob_free)
#define UNITS_PER_PAGE  (PAGE_SIZE / SLOB_UNIT)
#define SLOB_UNITS(len) (((len) + SLOB_UNIT - 1) / SLOB_UNIT)

/* What the first unit of a free run holds. */
struct slob_free {
	u16 units; /* of this run */
	u16 next;  /* number of the unit where the next one begins, UNITS_PER_PAGE:
	              this is the last; always behind this one */
};
_Static_assert(sizeof(struct slob_free) == SLAB_MIN_ALIGN, "SLOB's unit");

/* A list of pages. Page fields: mapping: the list that it is made for (its object's
 * sizes); index: unit of its first free run; private: free units; lru. */
struct slob_list {
	struct list_head pages;
	unsigned int limit; /* objects below this many bytes */
	const char *name;
};
#define NR_SLOB_LISTS 3
extern struct slob_list slob_lists[NR_SLOB_LISTS];
extern struct slob_list slob_full; /* pages without a free unit, of all sizes */
extern unsigned long slob_nr_pages;

void slob_arena_init(void);
/* len bytes, less than a page, aligned; NULL when there is no memory. */
void *slob_arena_alloc(size_t len, size_t align, gfp_t gfp);
/* Free them; the same len. A run that is free already is a BUG named by cache. */
void slob_arena_free(const struct kmem_cache *cache, void *block, size_t len);

static inline bool slob_in_arena(const struct page *page)
{
	const struct slob_list *list = page->mapping;

	return list >= slob_lists && list < slob_lists + NR_SLOB_LISTS;
}

/* Units free in the run at unit `at` of a page, and where the next begins. */
static inline struct slob_free *slob_run(void *page_start, unsigned long at)
{
	return (struct slob_free *)page_start + at;
}

/* ---- debug.c ---- */

/* In front of each object of a cache with debugging; `zone` is the red zone before
 * it, and an equal one stands behind. */
struct slob_debug {
	struct list_head list;
	struct kmem_cache *cache;
	size_t size;
	struct slab_track allocated, freed;
	u64 zone; /* RED_ACTIVE or RED_INACTIVE */
};
#define SLOB_HELD_MAX (64UL << 10)

/* Bytes that debugging adds in front of an object of that alignment, and behind. */
#define SLOB_DEBUG_FRONT(align) ALIGN(sizeof(struct slob_debug), (size_t)(align))
#define SLOB_DEBUG_BEHIND       sizeof(u64)

static inline struct slob_debug *slob_debug_of(const void *object)
{
	return (struct slob_debug *)(uintptr_t)object - 1;
}

/* A new object: write its zones, fill it, note who takes it. */
void slob_debug_alloc(struct kmem_cache *cache, void *object, size_t size,
                      unsigned long caller);
/* Whether an object may be freed into this cache; if not, a report and BUG(). Its
 * size. Changes nothing. */
size_t slob_debug_check(struct kmem_cache *cache, const void *object);
/* After that: mark it free and hold it. */
void slob_debug_free(struct kmem_cache *cache, void *object, unsigned long caller);
/* Give back held objects, the oldest first, until at most `most` bytes remain. One
 * that was written to is a BUG. */
void slob_debug_release(struct kmem_cache *cache, unsigned long most);
/* kmem_cache_destroy's report of what is in use. Interrupts off. */
void slob_debug_leaks(const struct kmem_cache *cache);
/* slab_check's part: violations among a cache's objects, each printed. */
unsigned int slob_debug_verify(struct kmem_cache *cache);

/* ---- slob.c ---- */

/* Give the memory of an object back, whatever was in it. */
void slob_release(struct kmem_cache *cache, void *object, size_t size);

#endif
