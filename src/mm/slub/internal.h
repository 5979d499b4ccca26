/*
 * What the files of SLUB share, with one another and with its own tests. The
 * picture that belongs to it is in docs/slub.md.
 *
 * "Interrupts off" below means that the caller has turned them off: all lists and
 * counts are guarded so, on the one CPU that there is.
 */
#ifndef MM_SLUB_INTERNAL_H
#define MM_SLUB_INTERNAL_H

#include "../slab_common/internal.h"

#include <asm/irqflags.h>

/*
 * A CPU's own slab. It is frozen: on no list, all its objects count as in use
 * (page->inuse == page->objects), and those that are free are in this list alone.
 */
struct kmem_cache_cpu {
	void *freelist;    /* NULL: empty, or no page */
	struct page *page; /* NULL: none */
};

/* The slabs of a cache that no CPU has, by page->lru. */
struct kmem_cache_node {
	struct list_head partial; /* an object is free, perhaps all are */
	struct list_head full;    /* none is. Linux lists these for debugging only */
	unsigned long nr_partial;
	unsigned long nr_slabs; /* these and the frozen ones */
};

/* How large a slab is, and how many objects fit. */
struct slab_order {
	unsigned int order, objects;
};

/*
 * A slot, size bytes, is all that belongs to an object. Offsets are from the
 * object's first byte:
 *
 *	-red_left  red zone, if SLAB_RED_ZONE
 *	0          the object, objsize bytes, with the free pointer in it or behind
 *	objsize    red zone up to inuse
 *	offset     free pointer, if the object must keep its contents while free
 *	track      who took it, who gave it back, if SLAB_STORE_USER
 *	padding    up to size - red_left
 */
struct kmem_cache {
	/* What the hot paths read. */
	struct kmem_cache_cpu cpu_slab[NR_CPUS];
	unsigned int offset;
	unsigned int objsize; /* as asked for; merging raises it */

	bool unfrozen; /* no CPU slab: every call goes the long way */
	bool poison;   /* free objects are filled */
	unsigned int size, inuse, track, padding, red_left, align;
	struct slab_order oo;      /* the slabs that are wanted */
	struct slab_order min;     /* the smallest: if memory is short */
	unsigned long min_partial; /* slabs that are kept though they are empty */
	unsigned long flags;       /* SLAB_... */
	int refcount;              /* kmem_cache_create returned it so often */
	void (*ctor)(void *object);
	const char *name;
	struct list_head list; /* in slab_caches */
	struct kmem_cache_node node;
};

extern struct list_head slab_caches; /* in the order of their creation */

#define MAX_OBJECTS 32767U /* what page->objects holds */
#define MIN_PARTIAL 5UL    /* min_partial of caches that have a CPU slab */

static inline struct kmem_cache_cpu *get_cpu_slab(struct kmem_cache *cache)
{
	return &cache->cpu_slab[smp_processor_id()];
}

/* The object that follows in a free list, or NULL. */
static inline void *get_freepointer(const struct kmem_cache *cache, const void *object)
{
	return *(void *const *)((const char *)object + cache->offset);
}

static inline void set_freepointer(const struct kmem_cache *cache, void *object,
                                   void *next)
{
	*(void **)((char *)object + cache->offset) = next;
}

/* The n-th object of a slab. */
static inline void *slab_object(const struct kmem_cache *cache, const struct page *page,
                                unsigned int n)
{
	return (char *)lowmem_page_address(page) + cache->red_left + n * cache->size;
}

/* How many objects are in that free list. Interrupts off. */
static inline unsigned int slub_nr_free(const struct kmem_cache *cache,
                                        const void *object)
{
	unsigned int nr = 0;

	for (; object; object = get_freepointer(cache, object))
		nr++;
	return nr;
}

static inline unsigned long slab_pages(const struct page *page)
{
	return 1UL << compound_order(page);
}

/* ---- geometry.c: sizes and orders, nothing but arithmetic ---- */

/* slub_min_objects=, slub_max_order=, slub_min_order=, slub_nomerge */
struct slub_parameters {
	unsigned int min_objects, max_order, min_order;
	bool nomerge;
};
extern struct slub_parameters slub_parameters;

/* The order of the slabs for slots of that size; -1 if none has room for one. */
int slub_calculate_order(unsigned int size);

/* Set everything about sizes from objsize, align, flags and ctor. False if no slab
 * is large enough. */
bool slub_calculate_sizes(struct kmem_cache *cache);

/* Whether objects of this kind may come from cache; see docs/slub.md. */
bool slub_can_merge(const struct kmem_cache *cache, size_t size, size_t align,
                    unsigned long flags);
/* Whether a cache of this kind may be one with any other. */
bool slub_mergeable(unsigned long flags, void (*ctor)(void *object));

/* ---- slow.c: where the hot paths give up ---- */

/*
 * An object, whatever the mask and failslab= say. caller is the return address of
 * the function that was called from outside, for debugging. NULL if there is no
 * memory; sleeps with __GFP_WAIT.
 */
void *slub_alloc_slow(struct kmem_cache *cache, gfp_t gfp, unsigned long caller);

/* Back to the slab that page begins, whose list may change, or a report that the
 * object was free. No debugging. With interrupts off; irq is what local_irq_save
 * said, and is restored. */
void slub_free_slow(struct page *page, void *object, unsigned long irq);

/* Back to a cache with debugging, unless the object is none of that cache. */
void slub_free_debug(struct kmem_cache *cache, void *object, unsigned long caller);

/* Give this CPU's slab back to the lists. Interrupts off. */
void slub_flush_cpu(struct kmem_cache *cache);

/* Whether the head page is that of a slab of cache. */
static inline bool slub_owns(const struct kmem_cache *cache, const struct page *page)
{
	return PageSlab(page) && page->slab == cache;
}

/* ---- pages.c: slabs come and go ---- */

/* A slab with all its objects in page->freelist, on no list and not counted; NULL
 * if there is no memory. Interrupts as the caller of the allocator had them. */
struct page *slub_new_slab(struct kmem_cache *cache, gfp_t gfp);

/* Give back an empty slab that is on no list, and was counted. Interrupts off. */
void slub_discard(struct kmem_cache *cache, struct page *page);

/* Interrupts off. From the head slabs are taken: there belongs what shall fill up. */
static inline void slub_add_partial(struct kmem_cache *cache, struct page *page,
                                    bool tail)
{
	cache->node.nr_partial++;
	if (tail)
		list_add_tail(&page->lru, &cache->node.partial);
	else
		list_add(&page->lru, &cache->node.partial);
}

static inline void slub_remove_partial(struct kmem_cache *cache, struct page *page)
{
	cache->node.nr_partial--;
	__list_del_entry(&page->lru);
}

/* Counts and gives back pages of empty slabs; a CPU's is one of them if nothing of
 * it is in use. Registered once. */
extern struct shrinker slub_shrinker;
void slub_shrinker_init(void);

/* ---- debug.c: caches with debugging flags ---- */

/* Prepare a new slab: patterns everywhere. */
void slub_debug_new_slab(struct kmem_cache *cache, struct page *page);

/*
 * An object is taken off its slab's free list, or goes back. False if something
 * is wrong: it is reported and repaired, nothing else has changed, and the caller
 * ends with slab_report_end(). Interrupts off.
 */
bool slub_debug_alloc(struct kmem_cache *cache, struct page *page, void *object,
                      unsigned long caller);
bool slub_debug_free(struct kmem_cache *cache, struct page *page, void *object,
                     unsigned long caller);

/* For slab_check: reports what is wrong with the patterns of a slab, repairs
 * nothing. Returns how many objects are damaged. */
unsigned int slub_debug_check(struct kmem_cache *cache, struct page *page);

static inline bool slub_debugged(const struct kmem_cache *cache)
{
	return cache->flags & SLAB_DEBUG_FLAGS;
}

/* Whether an object starts at that address of the slab. */
bool slub_valid_pointer(const struct kmem_cache *cache, const struct page *page,
                        const void *object);

/* Whether the object is in a free list; on_cpu: in the CPU slab's. */
bool slub_is_free(struct kmem_cache *cache, const struct page *page, const void *object,
                  bool *on_cpu);

/* Report an object of a cache: frame, slab, users, dump. */
void slub_report(struct kmem_cache *cache, struct page *page, void *object,
                 const char *what, long offset);

/* A pointer was freed that is no object of cache (NULL: kfree does not know the
 * cache): find out what it is, say so, stop. */
__noreturn void slub_bad_free(struct kmem_cache *cache, const void *object);

/* Say which objects of the cache are in use. Interrupts off. */
void slub_report_leaks(struct kmem_cache *cache);

#endif
