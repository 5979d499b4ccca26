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
static inline void add_to_free_list(struct zone *zone, struct page *page,
				    unsigned int order, enum migratetype type)
{
	struct free_area *area = &zone->free_area[order];

	page->private = order;
	__SetPageBuddy(page);
	list_add(&page->lru, &area->free_list[type]);
	area->nr_free++;
}

static inline void del_from_free_list(struct zone *zone, struct page *page,
				      unsigned int order)
{
	__list_del_entry(&page->lru);
	__ClearPageBuddy(page);
	page->private = 0;
	zone->free_area[order].nr_free--;
}

/*
 * A free block of order least to most, the smallest that there is, or a part of
 * order most of a larger one; *order tells. NULL if the type has none of them.
 */
struct page *rmqueue_block(struct zone *zone, unsigned int least, unsigned int most,
			   enum migratetype type, unsigned int *order);
/* Give back nr consecutive frames of one pageblock, as the largest blocks. */
void free_run(struct zone *zone, struct page *page, unsigned long nr);
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
 * no such block. High: there are too many. A block whose type has no per-CPU list goes with the movable
 * ones, an isolated one straight to the free lists. */
bool pcp_refill(struct zone *zone, unsigned int order, enum migratetype type);
void free_pcppages_high(struct zone *zone);
void free_unlisted_page(struct page *page, unsigned int order);

void setup_pcp(struct per_cpu_pages *pcp, unsigned long low_mark,
	       unsigned long managed);
/* batch for a zone of that many managed pages. */
int zone_batchsize(unsigned long managed);

/*
 * The two hot paths, in line where they are used. A block of an order below
 * NR_PCP_ORDERS from the zone's list of that type, or NULL.
 */
static __always_inline struct page *rmqueue_pcp(struct zone *zone, unsigned int order,
						enum migratetype type, bool cold,
						bool refill)
{
	struct page *page = NULL;
	struct per_cpu_pages *pcp;
	struct list_head *list;
	unsigned long flags;

	local_irq_save(flags);
	pcp = zone_pcp(zone);
	list = &pcp->lists[order][type];
	if (likely(!list_empty(list)) || (refill && pcp_refill(zone, order, type))) {
		page = cold ? list_last_entry(list, struct page, lru)
			    : list_first_entry(list, struct page, lru);
		__list_del_entry(&page->lru);
		pcp->count -= 1 << order;
	}
	local_irq_restore(flags);
	return page;
}

static __always_inline void free_hot_cold_page(struct page *page, unsigned int order,
					       bool cold)
{
	struct zone *zone = page_zone(page);
	enum migratetype type;
	unsigned long flags;

	OPTIMIZER_HIDE_VAR(zone); /* or it is computed anew for each access */
	local_irq_save(flags);
	type = get_pageblock_migratetype(page);
	if (likely(type < MIGRATE_PCPTYPES)) {
		struct per_cpu_pages *pcp = zone_pcp(zone);
		struct list_head *list = &pcp->lists[order][type];

		if (cold)
			list_add_tail(&page->lru, list);
		else
			list_add(&page->lru, list);
		pcp->count += 1 << order;
		if (unlikely(pcp->count >= pcp->high))
			free_pcppages_high(zone);
	} else {
		free_unlisted_page(page, order);
	}
	local_irq_restore(flags);
}

/* ---- watermark.c ---- */

bool zone_watermark_ok(const struct zone *zone, unsigned int order, unsigned long mark,
		       enum zone_type classzone_idx, unsigned int alloc_flags);

/* Whether a single page may certainly be taken, with the low mark and without CMA. */
static __always_inline bool zone_watermark_fast(const struct zone *zone,
						enum zone_type classzone_idx)
{
	unsigned long mark = zone->pages_low + zone->lowmem_reserve[classzone_idx] +
			     zone->vm_stat[NR_FREE_CMA_PAGES];

	return likely(zone->vm_stat[NR_FREE_PAGES] > mark);
}

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
			(unsigned long)page->mapping) ||
	       unlikely(page->_mapcount != -1);
}

/* Likewise of one whose count is 0, which is not part of a compound page either. */
static inline bool page_is_single(const struct page *page)
{
	const unsigned long check = PAGE_FLAGS_CHECK | BIT(PG_head) | BIT(PG_tail);

	return likely(!((page->flags & check) | (unsigned long)page->mapping)) &&
	       likely(page->_mapcount == -1);
}

/* Whether any of nr pages, a power of two, is bad. */
bool pages_are_bad(const struct page *page, unsigned long nr);
__noreturn void bad_page(const struct page *page, const char *reason);

static inline enum migratetype gfp_migratetype(gfp_t gfp)
{
	extern unsigned int mobility_mask; /* 0: grouping is off, all unmovable */

	return (enum migratetype)(gfp >> GFP_MOVABLE_SHIFT & mobility_mask);
}

#endif
