/*
 * What the three allocators share, and nobody else: each of src/mm/slab, slub and
 * slob includes this, and implements the rest of <mm/slab.h> by itself.
 *
 * kmem_cache_init may be called again on the host, after all pages were taken
 * away (host_machine_init): it must start from nothing, and forget whatever static
 * data still points into the old pages; a shrinker is registered once.
 */
#ifndef MM_SLAB_COMMON_INTERNAL_H
#define MM_SLAB_COMMON_INTERNAL_H

#include <lib/list.h>
#include <mm/page_alloc.h>
#include <mm/slab.h>
#include <sched/spinlock.h>

/* ---- Creating caches: create.c, kmalloc.c ---- */

/*
 * The list of caches has two locks. cache_chain_mutex (mm/slab.h) is held while a
 * cache comes or goes, so that a name is looked for and taken in one step; its
 * holder allocates, and so may end in the shrinkers. These, and whoever else walks
 * the list and may not wait for that, hold cache_chain_lock, within which the list
 * itself is changed. What is on a cache's own lists is guarded by turning
 * interrupts off, in each allocator.
 */
extern spinlock_t cache_chain_lock;
void add_to_chain(struct list_head *entry, struct list_head *chain);
void remove_from_chain(struct list_head *entry);

/*
 * Of each allocator; cache_chain_mutex is held. Make a cache from arguments that
 * make sense, and add it to the chain: NULL, with *why set, if that fails. Destroy
 * one: false if objects of it are in use, which are reported.
 */
struct kmem_cache *__kmem_cache_create(const char *name, size_t size, size_t align,
                                       unsigned long flags, void (*ctor)(void *object),
                                       const char **why);
bool __kmem_cache_destroy(struct kmem_cache *cache);

/* The first thing that kmem_cache_init does: no kmalloc caches, no pages. */
void slab_common_init(void);

/*
 * Whether these arguments of kmem_cache_create make sense: a name that no cache
 * has yet, a size in [1, KMALLOC_MAX_SIZE], an alignment that is 0 or a power of
 * two up to PAGE_SIZE, known flags. If not, a message says which and why.
 */
bool kmem_cache_args_ok(const char *name, size_t size, size_t align,
                        unsigned long flags);

/* kmem_cache_create's alignment: the larger of align and what SLAB_HWCACHE_ALIGN
 * asks of this size (a line, or the half, quarter ... of it that still holds an
 * object), at least SLAB_MIN_ALIGN. A power of two. */
size_t kmem_cache_align(size_t size, size_t align, unsigned long flags);

/*
 * The end of kmem_cache_init: create by kmem_cache_create, with SLAB_PANIC, all of
 * kmalloc_caches[dma][index] that are NULL, from the smallest to the largest, the
 * normal ones first. The single form is for an allocator that needs some of them
 * earlier. Names: kmalloc-32, kmalloc-dma-32. No page is used before the first
 * object is asked for, if kmem_cache_create needs none.
 */
void create_kmalloc_caches(void);
struct kmem_cache *create_kmalloc_cache(bool dma, unsigned int index);
const char *kmalloc_cache_name(bool dma, unsigned int index);

/* The very end of kmem_cache_init: failslab= counts from here on. */
void failslab_announce(void);

/* Of each allocator, for kmem_cache_zalloc. */
bool kmem_cache_has_ctor(const struct kmem_cache *cache);

/* ---- Pages: pages.c ---- */

/*
 * 2^order pages for a cache with these flags: compound if order is not 0, from
 * ZONE_DMA with SLAB_CACHE_DMA, among the reclaimable ones with
 * SLAB_RECLAIM_ACCOUNT; PG_slab is set on the head alone, and the pages are
 * counted. gfp is the caller's: __GFP_HIGHMEM is a BUG, __GFP_ZERO and the mobility
 * are ignored. NULL when there is no memory (with a report, unless __GFP_NOWARN).
 * Sleeps with __GFP_WAIT: call it with interrupts as the caller had them.
 */
struct page *slab_alloc_pages(unsigned long cache_flags, gfp_t gfp, unsigned int order);

/* Give them back. mapping is made NULL here; page->lru, private and index of the
 * head may hold anything. */
void slab_free_pages(unsigned long cache_flags, struct page *head, unsigned int order);

/* The head page of the slab that an object lies in; PG_slab tells whether it is
 * one at all. Any address in lowmem will do. */
static __always_inline struct page *virt_to_head_page(const void *object)
{
	return compound_head(virt_to_page(object));
}

void slab_pages_init(void); /* slab_common_init's part of this file */

/* Whether address is one that virt_to_page knows: in lowmem, of a frame that has
 * a struct page. For pointers that callers got wrong. */
bool slab_address_ok(const void *address);

/* ---- Debugging: report.c ---- */

/* Bugs found since boot, for tests and reporters. */
extern unsigned long slab_nr_bugs;

/*
 * A report in the style that readers of Linux's know. begin prints
 *
 *	=====================================================================
 *	BUG kmalloc-128: redzone overwritten
 *	---------------------------------------------------------------------
 *	INFO: object 0xc1234580 of 128 bytes, offset 128
 *
 * where what is one of the names below, and offset the distance of the wrong byte
 * (or of the pointer that was handed in) from the object's first byte; it may be
 * negative. Then come, as far as the allocator has them, the last users and dumps,
 * and end, which never returns: it is BUG(). slab_check and slab_warn (a bug is
 * printed and life goes on) stop after the dumps.
 */
#define SLAB_BUG_REDZONE_RIGHT "redzone overwritten"
#define SLAB_BUG_REDZONE_LEFT  "redzone before the object overwritten"
#define SLAB_BUG_POISON        "poison overwritten: used after it was freed"
#define SLAB_BUG_DOUBLE_FREE   "object already free"
#define SLAB_BUG_WRONG_CACHE   "object of another cache freed here"
#define SLAB_BUG_NOT_OBJECT    "pointer to no object freed"
#define SLAB_BUG_NULL          "NULL freed"
#define SLAB_BUG_FREELIST      "free list corrupt"
#define SLAB_BUG_PADDING       "padding overwritten"
void slab_report_begin(const struct kmem_cache *cache, const char *what,
                       const void *object, long offset);
/* The same for an object whose size is not its cache's. */
void slab_report_begin_sized(const struct kmem_cache *cache, size_t size,
                             const char *what, const void *object, long offset);
__noreturn void slab_report_end(void);

/* "INFO: it belongs to the cache `other'" and the like: one more line. */
void slab_report_info(const char *fmt, ...) __printf(1, 2);

/*
 * Hex dump, 16 bytes a line, what ("Object", "Redzone", "Padding", "Bytes b4") in
 * front of each, addresses and offsets from object:
 *
 *	  Object 0xc1234580 +0000: 6b 6b ...  kkkkkkkk
 *
 * A long run is cut: the lines around `offset` and the first ones are shown.
 */
void slab_report_dump(const char *what, const void *object, const void *start,
                      size_t len);

/* All of an object with what lies around it, from before bytes in front to behind
 * bytes after it, the last two dumped as "Redzone". */
void slab_report_object(const void *object, size_t size, size_t before, size_t behind,
                        long offset);

/* Who took or gave back an object, for SLAB_STORE_USER. */
#define SLAB_TRACK_DEPTH 4
struct slab_track {
	unsigned long entries[SLAB_TRACK_DEPTH]; /* 0 ends it */
};
/* The callers of the function that calls kmem_cache_alloc or _free, the nearest
 * first. caller is __builtin_return_address(0) of that entry point: what lies
 * below it on the stack is left out. */
void slab_track_set(struct slab_track *track, unsigned long caller);
/* "INFO: Allocated in f+0x10/0x20" and one line for each further caller;
 * nothing for an empty track. what: "Allocated", "Freed", "Last user:". */
void slab_report_track(const char *what, const struct slab_track *track);

/* The leaks that kmem_cache_destroy found: "BUG name: 2 objects remain in use ..."
 * and one line, with its taker (or NULL) for each. */
void slab_report_leaks(const struct kmem_cache *cache, unsigned long count);
void slab_report_leak(const void *object, const struct slab_track *track);

/* Fill an object: byte, and POISON_END as its last one. */
void slab_poison(void *object, size_t size, u8 byte);
/* Offset of the first byte that is not as slab_poison left it, or -1. */
long slab_poison_check(const void *object, size_t size, u8 byte);
/* Offset of the first byte that differs from `byte` in [start, start + len), or -1. */
long slab_bytes_check(const void *start, u8 byte, size_t len);

#endif
