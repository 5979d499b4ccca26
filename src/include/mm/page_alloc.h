/*
 * The page allocator's interface: blocks of 2^order physically consecutive
 * frames. (Gorman ch. 6; Professional Linux Kernel Architecture 3.5)
 *
 * An allocation with __GFP_WAIT may sleep: not from an interrupt, with interrupts
 * off, or under a spinlock (a debug build finds who does). One without may be made
 * anywhere. Freeing never sleeps. The free lists, the per-CPU lists, the pageblocks'
 * types and the zones' counts are guarded by turning interrupts off, which on the
 * one CPU keeps handlers and other threads out (2.6.24: zone->lock).
 */
#ifndef MM_PAGE_ALLOC_H
#define MM_PAGE_ALLOC_H

#include <mm/mmzone.h>

/*
 * The zone that a mask asks for. Movable pages go to ZONE_MOVABLE only if they
 * may be in highmem as well: ZONE_MOVABLE may lie there.
 */
static inline enum zone_type gfp_zone(gfp_t gfp)
{
	if (gfp & __GFP_DMA)
		return ZONE_DMA;
	if ((gfp & (__GFP_HIGHMEM | __GFP_MOVABLE)) == (__GFP_HIGHMEM | __GFP_MOVABLE))
		return ZONE_MOVABLE;
	return gfp & __GFP_HIGHMEM ? ZONE_HIGHMEM : ZONE_NORMAL;
}

static inline const struct zonelist *gfp_zonelist(gfp_t gfp)
{
	return &contig_page_data.node_zonelists[gfp_zone(gfp)];
}

struct page *__alloc_pages(gfp_t gfp, unsigned int order,
			   const struct zonelist *zonelist);
struct page *alloc_pages_contradiction(gfp_t gfp, unsigned int order);

/*
 * A block of 2^order frames, aligned to its size, from the best zone that gfp
 * allows or the ones below it: MOVABLE, HIGHMEM, NORMAL, DMA. The first page has
 * count 1; the contents are undefined without __GFP_ZERO. NULL when the marks do
 * not allow it and nothing could be reclaimed (a report is printed unless
 * __GFP_NOWARN), when order is MAX_ORDER or more, or when gfp contradicts itself
 * (a warning). May sleep with __GFP_WAIT.
 */
static __always_inline struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	if (unlikely(gfp_contradicts(gfp)))
		return alloc_pages_contradiction(gfp, order);
	return __alloc_pages(gfp, order, gfp_zonelist(gfp));
}

#define alloc_page(gfp) alloc_pages(gfp, 0)

/*
 * As alloc_pages, but the address of the block in the direct map, so never from
 * highmem: __GFP_HIGHMEM is a BUG. NULL on failure.
 */
void *__get_free_pages(gfp_t gfp, unsigned int order);
void *get_zeroed_page(gfp_t gfp);
#define __get_free_page(gfp)      __get_free_pages(gfp, 0)
#define __get_dma_pages(gfp, order) __get_free_pages((gfp) | __GFP_DMA, order)

/*
 * Drop a reference; the last one gives the block back. order is the one that it
 * was taken by. Never sleeps. A page that is not in use, reserved, still mapped
 * or of another order is a BUG that describes the page.
 */
void __free_pages(struct page *page, unsigned int order);
void free_pages(void *address, unsigned int order); /* NULL is ignored */
#define __free_page(page)  __free_pages(page, 0)
#define free_page(address) free_pages(address, 0)

/* Likewise for a single page whose cache lines are cold. */
void free_cold_page(struct page *page);

/*
 * size bytes, rounded up to pages, consecutive and each page counted by itself:
 * the rest of the power of two is given back at once. free_pages_exact takes the
 * same size. NULL on failure.
 */
void *alloc_pages_exact(size_t size, gfp_t gfp);
void free_pages_exact(void *address, size_t size);

/*
 * nr single pages into pages[]; returns how many there were, fewer than nr when
 * alloc_page would fail for the next. free_pages_bulk drops a reference to each
 * and is quick for pages that lie one behind the other.
 */
unsigned long alloc_pages_bulk(gfp_t gfp, unsigned long nr, struct page **pages);
void free_pages_bulk(struct page **pages, unsigned long nr);

/* Make single pages, count 1 each, out of a block that is not compound. */
void split_page(struct page *page, unsigned int order);

/* ---- Use counts. A tail page of a compound page counts for its head. ---- */

static inline struct page *compound_head(struct page *page)
{
	return unlikely(PageTail(page)) ? page->first_page : page;
}

static inline int page_count(struct page *page)
{
	return compound_head(page)->_count;
}

static inline void get_page(struct page *page)
{
	__atomic_add_fetch(&compound_head(page)->_count, 1, __ATOMIC_RELAXED);
}

/* Drop a reference to a page, single or compound; the last one frees it. */
void put_page(struct page *page);

/* For the next one: a count below zero is a BUG. */
void check_page_count(struct page *page);

/* True if that was the last one. A page without references is a BUG. */
static inline bool put_page_testzero(struct page *page)
{
	if (likely(__atomic_sub_fetch(&page->_count, 1, __ATOMIC_ACQ_REL) == 0))
		return true;
	check_page_count(page);
	return false;
}

/* ---- Compound pages: made by __GFP_COMP, order and destructor in the tail. ---- */

typedef void compound_page_dtor(struct page *head);

static inline bool PageCompound(const struct page *page)
{
	return page->flags & (BIT(PG_head) | BIT(PG_tail));
}

static inline unsigned int compound_order(const struct page *head)
{
	return PageHead(head) ? (unsigned int)head[1].index : 0;
}

/* Called instead of freeing when the last reference goes; it must call
 * free_compound_page itself at last. */
void set_compound_page_dtor(struct page *head, compound_page_dtor *dtor);
void free_compound_page(struct page *head);

/* ---- Boot ---- */

/* Hand over a block that boot owned (reserved pages), aligned to its size. */
void __free_pages_bootmem(struct page *page, unsigned int order);

/* Hand over the frames [start_pfn, end_pfn), reserved and valid, in the largest
 * aligned blocks. Returns how many. */
unsigned long free_reserved_range(unsigned long start_pfn, unsigned long end_pfn);

/*
 * Set min_free_kbytes from the size of lowmem (or min_free_kbytes=), the marks,
 * the reserves and the per-CPU lists' sizes. After all memory was handed over;
 * again when managed pages change.
 */
void init_per_zone_pages_min(void);

/* ---- State ---- */

/* Free pages in all zones (those in per-CPU lists are not counted, as in Linux),
 * in highmem, and managed pages in all. */
unsigned long nr_free_pages(void);
unsigned long nr_free_highpages(void);
unsigned long nr_managed_pages(void);

/* Pages of the zone that its marks and reserves keep from ordinary allocations:
 * the high mark and the largest lowmem_reserve, at most all that it manages. */
unsigned long zone_reserve_pages(const struct zone *zone);

extern unsigned long min_free_kbytes;
extern bool page_group_by_mobility_disabled;

/* Give all pages of all per-CPU lists back to the free lists. Any context. */
void drain_all_pages(void);

/* Print every zone's state and free lists, as Linux does when memory runs out. */
void show_mem(void);

/* Describe a page, with the reason why. */
void dump_page(const struct page *page, const char *reason);

/*
 * Walk every free list and per-CPU list: blocks aligned, inside their zone,
 * marked, of their list's order and a fitting type, no two buddies free, counts
 * agree. Returns the violations, each printed.
 */
unsigned int buddy_check(void);

/* ---- The reserve ---- */

/* Between the two, allocations may empty the reserve (PF_MEMALLOC): for code that
 * frees memory by allocating a little. Returns the state to restore. */
bool memalloc_save(void);
void memalloc_restore(bool before);

/* ---- Reclaim ---- */

/*
 * Something that holds pages which it could give up. count() tells how many
 * objects, scan() tries to free up to nr of them and returns how many it freed.
 * Both are called with shrinker_rwsem held and no other lock of the allocator's;
 * they may sleep. scan() may not allocate. gfp is the allocation's. Who allocates
 * may hold locks of his own: one that a shrinker needs must not be held while its
 * owner allocates with __GFP_WAIT.
 */
struct shrinker {
	unsigned long (*count)(struct shrinker *s, gfp_t gfp);
	unsigned long (*scan)(struct shrinker *s, unsigned long nr, gfp_t gfp);
	struct list_head list;
};
/* Both take shrinker_rwsem, and sleep. */
void register_shrinker(struct shrinker *s);
void unregister_shrinker(struct shrinker *s);

#endif
