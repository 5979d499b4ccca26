/*
 * What the files of the page allocator share with one another and with nobody
 * else but the mechanisms that sit inside it (isolation, CMA, debugging).
 *
 * "Interrupts off" below means that the caller has turned them off.
 */
#ifndef MM_PAGE_ALLOC_INTERNAL_H
#define MM_PAGE_ALLOC_INTERNAL_H

#include <asm/irqflags.h>
#include <mm/page_alloc.h>

/* How far an allocation may go below a mark. */
enum {
	ALLOC_WMARK_MIN,
	ALLOC_WMARK_LOW,
	ALLOC_WMARK_HIGH,
	ALLOC_WMARK_MASK = 3,
	ALLOC_NO_WATERMARKS = 4, /* PF_MEMALLOC: take the last page */
	ALLOC_HARDER = 8,        /* cannot wait: a quarter of it */
	ALLOC_HIGH = 16,         /* __GFP_HIGH: half of it */
	ALLOC_CMA = 32,          /* movable: CMA's free pages count */
};

/* ---- buddy.c: one zone's free lists; interrupts off ---- */

void __free_one_page(struct zone *zone, struct page *page, unsigned int order,
		     enum migratetype type);
struct page *__rmqueue(struct zone *zone, unsigned int order, enum migratetype type);
struct page *__rmqueue_smallest(struct zone *zone, unsigned int order,
				enum migratetype type);
/* Pages came to (negative: left) type's free lists: isolated ones are not free. */
static inline void count_free(struct zone *zone, enum migratetype type, long pages)
{
	if (is_migrate_isolate(type))
		return;
	zone->vm_stat[NR_FREE_PAGES] += (unsigned long)pages;
	if (is_migrate_cma(type))
		zone->vm_stat[NR_FREE_CMA_PAGES] += (unsigned long)pages;
}

/* Put a block on a list, or take it off the one that it is on; neither merges nor
 * counts pages. */
void add_to_free_list(struct zone *zone, struct page *page, unsigned int order,
		      enum migratetype type);
void del_from_free_list(struct zone *zone, struct page *page, unsigned int order);
/* Put the parts above the first 2^low of a block of 2^high on type's lists. */
void expand(struct zone *zone, struct page *page, unsigned int low, unsigned int high,
	    enum migratetype type);

/* ---- pageblock.c ---- */

void set_pageblock_migratetype(struct page *page, enum migratetype type);
/* Move the free blocks of page's pageblock to type's lists; how many pages. */
unsigned long move_freepages_block(struct zone *zone, struct page *page,
				   enum migratetype type);
/* The table of where else to look, best first, ends with MIGRATE_RESERVE. */
extern const u8 fallbacks[MIGRATE_TYPES][MIGRATE_TYPES];
struct page *__rmqueue_fallback(struct zone *zone, unsigned int order,
				enum migratetype type);

/* ---- pcp.c ---- */

/* The rare cases of the two below; interrupts off. Refill: false if the zone has
 * no page of that type. A page whose block has no per-CPU list goes with the
 * movable ones, an isolated one straight to the free lists. */
bool pcp_refill(struct zone *zone, enum migratetype type);
void free_pcppages_bulk(struct zone *zone, int count);
void free_unlisted_page(struct page *page);

void setup_pcp(struct per_cpu_pages *pcp, unsigned long low_mark,
	       unsigned long managed);
/* batch for a zone of that many managed pages. */
int zone_batchsize(unsigned long managed);

/*
 * The two hot paths, in line where they are used. A page from the zone's list
 * of that type, or NULL.
 */
static __always_inline struct page *rmqueue_pcp(struct zone *zone, enum migratetype type,
						gfp_t gfp)
{
	struct page *page = NULL;
	struct per_cpu_pages *pcp;
	struct list_head *list;
	unsigned long flags;

	local_irq_save(flags);
	pcp = zone_pcp(zone);
	list = &pcp->lists[type];
	if (likely(!list_empty(list) || pcp_refill(zone, type))) {
		page = unlikely(gfp & __GFP_COLD)
			       ? list_last_entry(list, struct page, lru)
			       : list_first_entry(list, struct page, lru);
		__list_del_entry(&page->lru);
		pcp->count--;
	}
	local_irq_restore(flags);
	return page;
}

static __always_inline void free_hot_cold_page(struct page *page, bool cold)
{
	struct zone *zone = page_zone(page);
	struct per_cpu_pages *pcp;
	enum migratetype type;
	unsigned long flags;

	local_irq_save(flags);
	pcp = zone_pcp(zone);
	type = get_pageblock_migratetype(page);
	if (likely(type < MIGRATE_PCPTYPES)) {
		if (cold)
			list_add_tail(&page->lru, &pcp->lists[type]);
		else
			list_add(&page->lru, &pcp->lists[type]);
		if (unlikely(++pcp->count >= pcp->high))
			free_pcppages_bulk(zone, min(pcp->batch, pcp->count));
	} else {
		free_unlisted_page(page);
	}
	local_irq_restore(flags);
}

/* ---- watermark.c ---- */

bool zone_watermark_ok(const struct zone *zone, unsigned int order, unsigned long mark,
		       enum zone_type classzone_idx, unsigned int alloc_flags);

/* The arithmetic alone, for init_per_zone_pages_min and for its tests. */
struct zone_marks {
	unsigned long min, low, high;
};
unsigned long calculate_min_free_kbytes(unsigned long low_pages);
struct zone_marks calculate_zone_marks(unsigned long min_free_kb, unsigned long managed,
				       unsigned long low_pages, bool highmem);
void calculate_lowmem_reserve(const unsigned long managed[MAX_NR_ZONES],
			      unsigned long reserve[MAX_NR_ZONES][MAX_NR_ZONES]);

/* ---- page_alloc.c, check.c ---- */

/* A block that was taken off the free lists becomes single pages in use, as
 * alloc_pages and split_page would have left them. */
void prep_contig_block(struct page *page, unsigned int order);

/* Or-ed into every mask: debugging options and fault injection hook in here. */
extern gfp_t gfp_always;
/* Whether a debugging option wants to see pages that are freed. */
extern bool free_hooks;

/* What a page that is free, or being freed, must look like. Cheap. */
static inline bool page_is_bad(const struct page *page)
{
	return unlikely((page->flags & PAGE_FLAGS_CHECK) | (unsigned long)page->_count |
			(unsigned long)(page->_mapcount + 1) |
			(unsigned long)page->mapping);
}
__noreturn void bad_page(const struct page *page, const char *reason);

static inline enum migratetype gfp_migratetype(gfp_t gfp)
{
	extern unsigned int mobility_mask; /* 0: grouping is off, all unmovable */

	return (enum migratetype)(gfp >> GFP_MOVABLE_SHIFT & mobility_mask);
}

#endif
