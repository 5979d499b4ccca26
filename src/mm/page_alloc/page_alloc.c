/*
 * Allocating and freeing: which zone, how hard to try, and what a page must look
 * like when it changes hands. The free lists are in buddy.c, the small blocks in
 * front of them in pcp.c, the marks in watermark.c.
 *
 * The first try takes what leaves every zone its low mark. The slow path goes
 * down to the min mark, and below it as far as the mask allows; then it asks the
 * shrinkers, empties the per-CPU lists, and tries again. (Gorman ch. 6;
 * Professional Linux Kernel Architecture 3.5.4 and 3.5.5)
 */
#include "internal.h"

#include <lib/bug.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/highmem.h>
#include <mm/page_debug.h>
#include <sched/sched.h>
#include <sched/semaphore.h>

#define COSTLY_ORDER      3  /* up to here, reclaim is worth repeating */
#define NOFAIL_ROUNDS     16 /* without any progress: it would be for ever */
#define SHRINK_PRIORITIES 4  /* ask for 1/8, 1/4, 1/2, all of the objects */

gfp_t gfp_always;
bool free_hooks;

/* Over the list, and while its members scan. (Linux: a semaphore with many readers) */
static DECLARE_MUTEX(shrinker_rwsem);
static LIST_HEAD(shrinker_list);

/* ---- Pages changing hands ---- */

static void prep_compound_page(struct page *head, unsigned int order)
{
	set_compound_page_dtor(head, free_compound_page);
	head[1].index = order;
	__SetPageHead(head);
	for (struct page *tail = head + 1; tail < head + (1UL << order); tail++) {
		__SetPageTail(tail);
		tail->first_page = head;
	}
}

static void destroy_compound_page(struct page *head, unsigned int order)
{
	if (unlikely(!PageHead(head) || compound_order(head) != order))
		bad_page(head, "it is a compound page of another order");
	__ClearPageHead(head);
	for (struct page *tail = head + 1; tail < head + (1UL << order); tail++) {
		if (unlikely(!PageTail(tail) || tail->first_page != head))
			bad_page(tail, "it does not belong to its compound page");
		__ClearPageTail(tail);
		tail->first_page = NULL;
	}
	head[1].mapping = NULL;
	head[1].index = 0;
}

#define GFP_PREP (__GFP_ZERO | __GFP_COMP | __GFP_HOOKS)

static noinline void prep_special(struct page *page, unsigned int order, gfp_t gfp)
{
	if (gfp & __GFP_HOOKS)
		page_debug_alloc(page, order, gfp);
	if (gfp & __GFP_ZERO)
		for (unsigned long i = 0; i < 1UL << order; i++)
			clear_highpage(page + i);
	if (order && (gfp & __GFP_COMP))
		prep_compound_page(page, order);
}

static inline void prep_new_page(struct page *page, unsigned int order, gfp_t gfp)
{
	if (page_is_bad(page))
		bad_page(page, "it was changed while it was free");
	page->private = 0;
	page->_count = 1;
	if (unlikely(gfp & GFP_PREP))
		prep_special(page, order, gfp);
}

/* ---- Choosing a zone ---- */

static inline struct page *buffered_rmqueue(struct zone *zone, unsigned int order, gfp_t gfp,
				     unsigned int alloc_flags)
{
	enum migratetype type = gfp_migratetype(gfp);
	struct page *page = NULL;
	unsigned long flags;

	if (order < NR_PCP_ORDERS)
		return rmqueue_pcp(zone, order, type, gfp & __GFP_COLD, true);
	local_irq_save(flags);
	if (alloc_flags & ALLOC_HARDER) /* the reserve is for those who cannot wait */
		page = __rmqueue_smallest(zone, order, MIGRATE_RESERVE);
	if (!page)
		page = __rmqueue(zone, order, type);
	local_irq_restore(flags);
	return page;
}

static unsigned long zone_mark(const struct zone *zone, unsigned int alloc_flags)
{
	switch (alloc_flags & ALLOC_WMARK_MASK) {
	case ALLOC_WMARK_MIN:
		return zone->pages_min;
	case ALLOC_WMARK_LOW:
		return zone->pages_low;
	default:
		return zone->pages_high;
	}
}

static struct page *get_page_from_freelist(gfp_t gfp, unsigned int order,
					   const struct zonelist *zonelist,
					   unsigned int alloc_flags)
{
	enum zone_type classzone = zonelist->classzone_idx;

	if (gfp_migratetype(gfp) == MIGRATE_MOVABLE)
		alloc_flags |= ALLOC_CMA;
	for (const struct zoneref *z = zonelist->_zonerefs; z->zone; z++) {
		struct page *page;

		if (!(alloc_flags & ALLOC_NO_WATERMARKS) &&
		    !zone_watermark_ok(z->zone, order, zone_mark(z->zone, alloc_flags),
				       classzone, alloc_flags))
			continue;
		page = buffered_rmqueue(z->zone, order, gfp, alloc_flags);
		if (page)
			return page;
	}
	return NULL;
}

/* ---- When memory is short ---- */

void register_shrinker(struct shrinker *s)
{
	down(&shrinker_rwsem);
	list_add_tail(&s->list, &shrinker_list);
	up(&shrinker_rwsem);
}

void unregister_shrinker(struct shrinker *s)
{
	down(&shrinker_rwsem);
	list_del(&s->list);
	up(&shrinker_rwsem);
}

/* Ask everybody for a share, a larger one each time, until somebody gives. */
static unsigned long shrink_slab(gfp_t gfp)
{
	unsigned long freed = 0;
	struct shrinker *s;

	down(&shrinker_rwsem);
	for (int p = SHRINK_PRIORITIES - 1; p >= 0 && !freed; p--) {
		list_for_each_entry (s, &shrinker_list, list) {
			unsigned long count = s->count(s, gfp);

			if (count)
				freed += s->scan(s, (count >> p) + 1, gfp);
		}
	}
	up(&shrinker_rwsem);
	return freed;
}

/* Returns whether anything was freed. What runs inside may use the reserve. */
static bool try_to_free_pages(gfp_t gfp)
{
	unsigned long before = nr_free_pages(), freed;
	bool saved = memalloc_save();

	freed = shrink_slab(gfp);
	memalloc_restore(saved);
	drain_all_pages();
	return freed || nr_free_pages() > before;
}

bool memalloc_save(void)
{
	bool before = current->flags & PF_MEMALLOC;

	current->flags |= PF_MEMALLOC;
	return before;
}

void memalloc_restore(bool before)
{
	if (!before)
		current->flags &= ~PF_MEMALLOC;
}

static unsigned int gfp_to_alloc_flags(gfp_t gfp)
{
	unsigned int alloc_flags = ALLOC_WMARK_MIN;

	if (gfp & __GFP_HIGH)
		alloc_flags |= ALLOC_HIGH;
	if (!(gfp & __GFP_WAIT))
		alloc_flags |= ALLOC_HARDER;
	return alloc_flags;
}

static bool should_retry(gfp_t gfp, unsigned int order, bool progress, unsigned int round)
{
	if (gfp & __GFP_NORETRY)
		return false;
	if (gfp & __GFP_NOFAIL) {
		if (!progress && round >= NOFAIL_ROUNDS) {
			show_mem();
			panic("out of memory: order %u with __GFP_NOFAIL, mask %#x, and "
			      "nothing can be reclaimed", order, gfp);
		}
		return true;
	}
	return progress && (order <= COSTLY_ORDER || (gfp & __GFP_REPEAT));
}

static void warn_alloc(gfp_t gfp, unsigned int order)
{
	if (gfp & __GFP_NOWARN)
		return;
	pr_warn("page allocation failure. order:%u, mode:%#x\n", order,
		gfp & ~__GFP_HOOKS);
	show_mem();
}

static noinline struct page *__alloc_pages_slowpath(gfp_t gfp, unsigned int order,
						    const struct zonelist *zonelist)
{
	unsigned int alloc_flags = gfp_to_alloc_flags(gfp), round = 0;
	struct page *page;
	bool progress;

	if ((current->flags & PF_MEMALLOC) && !(gfp & __GFP_NOMEMALLOC)) {
		page = get_page_from_freelist(gfp, order, zonelist,
					      alloc_flags | ALLOC_NO_WATERMARKS);
		goto out; /* reclaim must not wait for reclaim */
	}
	page = get_page_from_freelist(gfp, order, zonelist, alloc_flags);
	while (!page && (gfp & __GFP_WAIT)) {
		progress = try_to_free_pages(gfp);
		page = get_page_from_freelist(gfp, order, zonelist, alloc_flags);
		if (page || !should_retry(gfp, order, progress, round++))
			break;
	}
out:
	if (!page)
		warn_alloc(gfp, order);
	return page;
}

/* ---- Allocating ---- */

/* While a debugging option is on, all allocations come here. */
static noinline struct page *alloc_pages_debug(gfp_t gfp, unsigned int order,
					       const struct zonelist *zonelist)
{
	unsigned int taken = page_debug_order(order); /* with its guard pages */
	struct page *page;

	if (order >= MAX_ORDER || should_fail_alloc_page(gfp, order))
		return NULL;
	page = get_page_from_freelist(gfp, taken, zonelist, ALLOC_WMARK_LOW);
	if (!page)
		page = __alloc_pages_slowpath(gfp, taken, zonelist);
	if (!page)
		return NULL;
	page_debug_guard(page, order);
	prep_new_page(page, order, gfp);
	return page;
}

/* A block that is in a per-CPU list was taken off the free lists before, so the
 * marks have nothing to say about its size. */
static noinline struct page *alloc_pages_long(gfp_t gfp, unsigned int order,
					      const struct zonelist *zonelist)
{
	struct zone *zone = zonelist->_zonerefs[0].zone;
	struct page *page = NULL;

	if (unlikely(order >= MAX_ORDER))
		return NULL;
	if (order < NR_PCP_ORDERS && zone_watermark_fast(zone, zonelist->classzone_idx))
		page = rmqueue_pcp(zone, order, gfp_migratetype(gfp), gfp & __GFP_COLD,
				   false);
	if (unlikely(!page))
		page = get_page_from_freelist(gfp, order, zonelist, ALLOC_WMARK_LOW);
	if (unlikely(!page))
		page = __alloc_pages_slowpath(gfp, order, zonelist);
	if (likely(page))
		prep_new_page(page, order, gfp);
	return page;
}

/*
 * The common case, a single page from the best zone while that is above its low
 * mark, goes straight to the per-CPU list; everything else the long way round.
 */
struct page *__alloc_pages(gfp_t gfp, unsigned int order, const struct zonelist *zonelist)
{
	struct zone *zone;
	struct page *page;

	might_sleep_if(gfp & __GFP_WAIT);
	gfp |= gfp_always;
	if (unlikely(gfp & __GFP_HOOKS))
		return alloc_pages_debug(gfp, order, zonelist);
	if (unlikely(order || (gfp & __GFP_COLD)))
		return alloc_pages_long(gfp, order, zonelist);
	zone = zonelist->_zonerefs[0].zone;
	if (unlikely(!zone_watermark_fast(zone, zonelist->classzone_idx)))
		return alloc_pages_long(gfp, 0, zonelist);
	page = rmqueue_pcp(zone, 0, gfp_migratetype(gfp), false, true);
	if (unlikely(!page))
		return alloc_pages_long(gfp, 0, zonelist);
	prep_new_page(page, 0, gfp);
	return page;
}

struct page *alloc_pages_contradiction(gfp_t gfp, unsigned int order)
{
	pr_err("alloc_pages: the mask %#x (order %u) contradicts itself\n", gfp, order);
	WARN_ON(gfp_contradicts(gfp));
	return NULL;
}

void *__get_free_pages(gfp_t gfp, unsigned int order)
{
	struct page *page;

	BUG_ON(gfp & __GFP_HIGHMEM);
	page = alloc_pages(gfp, order);
	return page ? lowmem_page_address(page) : NULL;
}

void *get_zeroed_page(gfp_t gfp)
{
	return __get_free_pages(gfp | __GFP_ZERO, 0);
}

/* ---- Freeing ---- */

static __noreturn void bad_pages(const struct page *page)
{
	while (!page_is_bad(page))
		page++;
	bad_page(page, "it is still in use");
}

static noinline void __free_pages_ok(struct page *page, unsigned int order, bool cold)
{
	unsigned long flags, nr = 1UL << order;

	if (unlikely(order >= MAX_ORDER))
		bad_page(page, "it is freed with an order that does not exist");
	if (unlikely(page_to_pfn(page) & (nr - 1)))
		bad_page(page, "it does not begin a block of the order that is freed");
	if (unlikely(PageCompound(page)))
		destroy_compound_page(page, order);
	if (pages_are_bad(page, nr))
		bad_pages(page);
	if (unlikely(free_hooks) && page_debug_free(page, order))
		return;
	if (order < NR_PCP_ORDERS) {
		free_hot_cold_page(page, order, cold);
		return;
	}
	local_irq_save(flags);
	__free_one_page(page_zone(page), page, order, get_pageblock_migratetype(page));
	local_irq_restore(flags);
}

noinline void check_page_count(struct page *page)
{
	if (unlikely(page->_count < 0)) {
		page->_count = 0;
		bad_page(page, PageReserved(page) ? "it is reserved, nobody may free it"
						  : "it is free already");
	}
}

static __always_inline void free_single(struct page *page, bool cold)
{
	if (likely(!free_hooks && page_is_single(page)))
		free_hot_cold_page(page, 0, cold);
	else
		__free_pages_ok(page, 0, cold);
}

void __free_pages(struct page *page, unsigned int order)
{
	if (!put_page_testzero(page))
		return;
	if (likely(order == 0))
		free_single(page, false);
	else
		__free_pages_ok(page, order, false);
}

void free_cold_page(struct page *page)
{
	if (put_page_testzero(page))
		free_single(page, true);
}

void free_pages(void *address, unsigned int order)
{
	if (address)
		__free_pages(virt_to_page(address), order);
}

void put_page(struct page *page)
{
	page = compound_head(page);
	if (!put_page_testzero(page))
		return;
	if (unlikely(PageHead(page)))
		((compound_page_dtor *)page[1].mapping)(page);
	else
		free_single(page, false);
}

void set_compound_page_dtor(struct page *head, compound_page_dtor *dtor)
{
	head[1].mapping = (void *)dtor;
}

void free_compound_page(struct page *head)
{
	__free_pages_ok(head, compound_order(head), false);
}

/* ---- Exact sizes ---- */

void split_page(struct page *page, unsigned int order)
{
	BUG_ON(PageCompound(page) || page->_count != 1);
	for (unsigned long i = 1; i < 1UL << order; i++)
		page[i]._count = 1;
	page_debug_split(page, order);
}

void prep_contig_block(struct page *page, unsigned int order)
{
	prep_new_page(page, order, GFP_KERNEL | gfp_always);
	split_page(page, order);
}

static unsigned int get_order(size_t size)
{
	size_t pages = (size - 1) >> PAGE_SHIFT;

	return pages ? fls(pages) : 0;
}

void *alloc_pages_exact(size_t size, gfp_t gfp)
{
	size_t used = PAGE_ALIGN(size);
	unsigned int order;
	char *address;

	if (!size || used < size)
		return NULL;
	order = get_order(size);
	address = __get_free_pages(gfp, order);
	if (!address)
		return NULL;
	split_page(virt_to_page(address), order);
	for (size_t at = used; at < PAGE_SIZE << order; at += PAGE_SIZE)
		free_page(address + at);
	return address;
}

void free_pages_exact(void *address, size_t size)
{
	for (size_t at = 0; at < PAGE_ALIGN(size); at += PAGE_SIZE)
		free_page((char *)address + at);
}

/* ---- Boot ---- */

void __free_pages_bootmem(struct page *page, unsigned int order)
{
	struct zone *zone = page_zone(page);
	unsigned long flags, nr = 1UL << order;

#pragma GCC unroll 4
	for (unsigned long i = 0; i < nr; i++)
		__ClearPageReserved(page + i);
	if (unlikely(free_hooks))
		page_debug_handover(page, order);
	local_irq_save(flags);
	zone->managed_pages += nr;
	__free_one_page(zone, page, order, get_pageblock_migratetype(page));
	local_irq_restore(flags);
}

unsigned long free_reserved_range(unsigned long start_pfn, unsigned long end_pfn)
{
	for (unsigned long pfn = start_pfn; pfn < end_pfn;) {
		unsigned int order = 0;

		while (order + 1 < MAX_ORDER && !(pfn & (1UL << order)) &&
		       pfn + (2UL << order) <= end_pfn)
			order++;
		__free_pages_bootmem(pfn_to_page(pfn), order);
		pfn += 1UL << order;
	}
	return end_pfn > start_pfn ? end_pfn - start_pfn : 0;
}

/* ---- State ---- */

unsigned long nr_free_pages(void)
{
	unsigned long sum = 0;
	struct zone *zone;

	for_each_zone (zone)
		sum += zone_page_state(zone, NR_FREE_PAGES);
	return sum;
}

unsigned long nr_free_highpages(void)
{
	unsigned long sum = 0;
	struct zone *zone;

	for_each_zone (zone)
		if (is_highmem(zone))
			sum += zone_page_state(zone, NR_FREE_PAGES);
	return sum;
}

unsigned long nr_managed_pages(void)
{
	unsigned long sum = 0;
	struct zone *zone;

	for_each_zone (zone)
		sum += zone->managed_pages;
	return sum;
}
