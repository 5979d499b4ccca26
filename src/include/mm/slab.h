/*
 * Objects smaller than, or not quite, a page: caches of objects of one kind, and
 * kmalloc on top of them. One interface, three allocators behind it, chosen when
 * the kernel is built (K896_SLAB=slab|slub|slob). (Gorman ch. 8; Professional
 * Linux Kernel Architecture 3.6; Bonwick, "The Slab Allocator", USENIX 1994)
 *
 * An allocation with __GFP_WAIT may sleep, and then may not be made where nobody
 * may (a debug build finds who does); freeing never sleeps. Otherwise taking,
 * giving back and shrinking may be done with interrupts off, and turn them off
 * around their lists. What makes or destroys a cache takes cache_chain_mutex, and
 * sleeps.
 */
#ifndef MM_SLAB_H
#define MM_SLAB_H

#include <lib/compiler.h>
#include <lib/types.h>
#include <mm/gfp.h>
#include <sched/semaphore.h>

struct kmem_cache;

/* Held while a cache comes or goes; hold it over a walk over all caches,
 * or to use one that was found by its name. Its holder may allocate. (2.6.24's SLAB;
 * its SLUB has slub_lock) */
extern struct semaphore cache_chain_mutex;

/* Flags of kmem_cache_create, with Linux 2.6.24's names and values. */
#define SLAB_DEBUG_FREE      0x00000100UL /* check everything when freeing */
#define SLAB_RED_ZONE        0x00000400UL /* words around the object */
#define SLAB_POISON          0x00000800UL /* fill what is free */
#define SLAB_HWCACHE_ALIGN   0x00002000UL /* objects begin on cache lines */
#define SLAB_CACHE_DMA       0x00004000UL /* pages from ZONE_DMA */
#define SLAB_STORE_USER      0x00010000UL /* remember who took and gave back */
#define SLAB_RECLAIM_ACCOUNT 0x00020000UL /* its pages are reclaimable */
#define SLAB_PANIC           0x00040000UL /* creating it cannot fail */
#define SLAB_TRACE           0x00200000UL /* say every allocation */
#define SLAB_NO_MERGE        0x01000000UL /* SLUB: not one with another (Linux 6.5) */

#define SLAB_DEBUG_FLAGS                                                               \
	(SLAB_DEBUG_FREE | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER | SLAB_TRACE)

/* What poisoning and red zones write, with Linux's values. */
#define POISON_INUSE    0x5a /* allocated, not yet written */
#define POISON_FREE     0x6b /* free: use after free shows 6b6b6b6b */
#define POISON_END      0xa5 /* the last byte of a poisoned object */
#define RED_INACTIVE    0x09F911029D74E35BULL
#define RED_ACTIVE      0xD84156C5635688C0ULL

#define ARCH_KMALLOC_MINALIGN 8
#define SLAB_MIN_ALIGN        4
#define L1_CACHE_BYTES        64 /* of the CPUs that we meet; colours step by it */

/* kmalloc(0) is this: not NULL, faults when touched, may be freed. */
#define ZERO_SIZE_PTR ((void *)16)
#define ZERO_OR_NULL_PTR(p) ((unsigned long)(p) <= (unsigned long)ZERO_SIZE_PTR)

/*
 * Create a cache of objects of size bytes (1 to KMALLOC_MAX_SIZE), aligned to
 * align (a power of two, or 0 for the allocator's choice). name must stay valid.
 * ctor, or NULL, is called once for each object when its memory is new; an object
 * must be given back in the state that ctor made. NULL when memory is short or
 * the arguments make no sense (a message says which); with SLAB_PANIC a panic.
 * Sleeps.
 */
struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align,
				     unsigned long flags, void (*ctor)(void *object));

/*
 * Give the cache and its memory back. Objects still in use are reported, each
 * with who took it if that is known, and the cache then stays (returns false).
 * Nobody may use the cache meanwhile. Sleeps.
 */
bool kmem_cache_destroy(struct kmem_cache *cache);

/* Give back every page without a used object. Returns how many pages. Never sleeps. */
unsigned long kmem_cache_shrink(struct kmem_cache *cache);

#ifdef CONFIG_SLAB
/*
 * One round of ageing over all caches, to be called at a steady pace: of what lay
 * in arrays, and of free slabs, that nobody used since the last round a part is
 * given back. Returns the pages. Never sleeps; not from an interrupt.
 */
unsigned long cache_reap(void);
#endif

/* One object, aligned; NULL when there is no memory. _zalloc clears it (not for a
 * cache with a constructor: a BUG). */
void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp);
void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t gfp);

/* NULL is a BUG, as is an object of another cache or one that is free. */
void kmem_cache_free(struct kmem_cache *cache, void *object);

size_t kmem_cache_size(const struct kmem_cache *cache); /* as it was asked for */
const char *kmem_cache_name(const struct kmem_cache *cache);

/* ---- kmalloc ---- */

#define KMALLOC_SHIFT_LOW  5
#define KMALLOC_SHIFT_HIGH 22
#define KMALLOC_MAX_SIZE   (1UL << KMALLOC_SHIFT_HIGH) /* 4 MiB */

/* Classes: 32, 64, 96, 128, 192, 256, 512, ... 4 MiB; indexes into the array. */
#define NR_KMALLOC_CLASSES (KMALLOC_SHIFT_HIGH - KMALLOC_SHIFT_LOW + 1 + 2)

/* The smallest class that holds size bytes; size 1 to KMALLOC_MAX_SIZE. Folds to
 * a constant for a constant size. */
static __always_inline unsigned int kmalloc_index(size_t size)
{
	if (size <= 32)
		return 0;
	if (size <= 64)
		return 1;
	if (size <= 96)
		return 2;
	if (size <= 128)
		return 3;
	if (size <= 192)
		return 4;
	/* 256 is 5, and each further power of two one more */
	return (unsigned int)(8 * sizeof(unsigned int)) -
	       (unsigned int)__builtin_clz((unsigned int)size - 1) - 8 + 5;
}

/* Size in bytes of a class, and its caches: [0] normal, [1] DMA. */
extern const unsigned int kmalloc_sizes[NR_KMALLOC_CLASSES];
extern struct kmem_cache *kmalloc_caches[2][NR_KMALLOC_CLASSES];

/* The long form: any size, the size not a constant. */
void *__kmalloc(size_t size, gfp_t gfp);

/*
 * size bytes, aligned to ARCH_KMALLOC_MINALIGN at least, from lowmem. NULL when
 * there is no memory or size is above KMALLOC_MAX_SIZE; ZERO_SIZE_PTR for 0.
 */
#ifdef CONFIG_SLOB
#define kmalloc(size, gfp) __kmalloc(size, gfp)
#else
static __always_inline void *kmalloc(size_t size, gfp_t gfp)
{
	if (__builtin_constant_p(size) && size && size <= KMALLOC_MAX_SIZE)
		return kmem_cache_alloc(
			kmalloc_caches[!!(gfp & __GFP_DMA)][kmalloc_index(size)], gfp);
	return __kmalloc(size, gfp);
}
#endif

/* Give back what kmalloc or its like returned; NULL and ZERO_SIZE_PTR are fine. */
void kfree(const void *object);

/* How many bytes may be used of what kmalloc returned: at least what was asked. */
size_t ksize(const void *object);

/* Cleared; n * size, NULL if that overflows; grown or shrunk, contents kept
 * (p NULL: kmalloc; size 0: kfree, ZERO_SIZE_PTR); copies of a string (NULL of
 * NULL) and of len bytes. krealloc leaves p as it is when it fails. */
void *kzalloc(size_t size, gfp_t gfp);
void *kcalloc(size_t n, size_t size, gfp_t gfp);
void *krealloc(const void *p, size_t size, gfp_t gfp);
char *kstrdup(const char *text, gfp_t gfp);
void *kmemdup(const void *from, size_t len, gfp_t gfp);

/* ---- Boot ---- */

/* From here on kmem_cache_create and kmalloc work. After mem_init. */
void kmem_cache_init(void);
bool slab_is_available(void);

/* ---- State, for reporters, the checker and tests ---- */

/* What /proc/slabinfo shows of a cache. */
struct slabinfo {
	unsigned long active_objs, num_objs;
	unsigned long active_slabs, num_slabs;
	unsigned int object_size; /* with padding, as it lies in the slab */
	unsigned int objects_per_slab, pages_per_slab;
	unsigned int limit, batchcount, shared; /* 0 where there is no such thing */
	unsigned long shared_avail;
};
void get_slabinfo(struct kmem_cache *cache, struct slabinfo *info);

/* All caches in the order of their creation; NULL starts and ends. cache_chain_mutex
 * is held over the walk, or nobody makes and destroys caches meanwhile. */
struct kmem_cache *kmem_cache_next(const struct kmem_cache *last);
/* NULL: there is none of that name. Where caches come and go, hold the mutex over
 * the call and what is done with the cache. */
struct kmem_cache *kmem_cache_find(const char *name);

/* Set a cache's tunables as writing to /proc/slabinfo does; sleeps; -EINVAL if they make
 * no sense (limit < 1, batchcount < 1, batchcount > limit, shared < 0), -ENOSYS
 * where the allocator has none, -ENOMEM. */
int slabinfo_tune(struct kmem_cache *cache, int limit, int batchcount, int shared);

/* One slab for a drawing: its first object's address, its colour (offset of the
 * first object), and each object's state by object_state(). */
enum object_state {
	OBJECT_FREE,
	OBJECT_USED,
	OBJECT_CACHED, /* free, in a per-CPU or shared array */
};
struct slab_view {
	unsigned long page_address;
	unsigned int colour_offset;
	unsigned int objects, inuse;
	const char *list; /* "full", "partial", "free", "cpu" */
	const void *handle;
};
/* fn is called with interrupts off: the slabs do not change under it. */
void kmem_cache_for_each_slab(struct kmem_cache *cache,
			      void (*fn)(const struct slab_view *slab, void *arg), void *arg);
enum object_state slab_object_state(struct kmem_cache *cache,
				    const struct slab_view *slab, unsigned int n);

/* Which allocator this is: "slab", "slub" or "slob". */
extern const char slab_allocator_name[];

/* Pages that all caches hold, and the bytes of the objects in use: overhead is
 * what lies between. */
void slab_totals(unsigned long *pages, unsigned long *bytes_in_use);

/* Pages that caches with SLAB_RECLAIM_ACCOUNT hold, and those of all others. */
unsigned long slab_nr_pages(bool reclaimable);

/* Verify every invariant of every cache; returns the violations, each printed. Of a
 * cache with debugging, while nobody takes or gives back its objects: these are
 * filled with interrupts on. */
unsigned int slab_check(void);

/* ---- Debugging ---- */

/* slub_debug=/slab_debug= letters (F Z P U T) for all caches or those named after
 * a comma; the flags that a cache of that name gets. */
unsigned long kmem_cache_flags(unsigned long flags, const char *name);

/* failslab=probability,interval,times: whether this allocation shall fail. Costs
 * nothing while it is off: the allocators ask only if failslab_active. */
extern bool failslab_active;
bool should_failslab(struct kmem_cache *cache, gfp_t gfp);

#endif
