/* bench growth: the page allocator, with memory in use and with memory in pieces. */
#include "growth.h"

#include <lib/util.h>
#include <mm/page_alloc.h>

#define QUIET       (__GFP_NOWARN | __GFP_NORETRY)
#define BLOCK_ORDER (MAX_ORDER - 1)
#define BLOCK_PAGES (1U << BLOCK_ORDER)
#define SPARE       6144U /* single pages beyond the size, to be freed */
#define ROOM        1024U /* pages above the low mark, to be taken */
#define ATOMIC_ROOM 384U  /* pages to be taken below it, refills included */

static void free_list(struct list_head *pages, unsigned int order, unsigned long nr)
{
	while (nr-- && !list_empty(pages)) {
		struct page *page = list_first_entry(pages, struct page, lru);

		list_del(&page->lru);
		__free_pages(page, order);
	}
}

static struct zone *zone_of(enum zone_type type)
{
	return &contig_page_data.node_zones[type];
}

static unsigned long free_in(const struct zone *zone)
{
	return zone->vm_stat[NR_FREE_PAGES];
}

/* ---- Memory in use ---- */

static struct list_head held[MAX_ORDER]; /* blocks by their order */

/* Hold up to nr pages of this zone, which gfp prefers, in blocks as large as can be. */
static void hold(struct zone *zone, gfp_t gfp, unsigned long nr)
{
	for (unsigned int order = MAX_ORDER; order-- > 0;) {
		while (nr >= 1UL << order) {
			struct page *page = alloc_pages(gfp | QUIET, order);

			if (!page)
				break;
			list_add(&page->lru, &held[order]);
			if (page_zone(page) != zone)
				break;
			nr -= 1UL << order;
		}
	}
}

static void let_go(void)
{
	for (unsigned int order = 0; order < MAX_ORDER; order++)
		free_list(&held[order], order, ~0UL);
	drain_all_pages();
}

static void begin_to_hold(void)
{
	drain_all_pages();
	for (unsigned int order = 0; order < MAX_ORDER; order++)
		INIT_LIST_HEAD(&held[order]);
}

static unsigned long used_in(const struct zone *zone)
{
	return zone->managed_pages - free_in(zone);
}

/* Of each zone the same part, as far as its marks allow; of ZONE_NORMAL, whose pages
 * are measured, all of it. */
static bool enter_in_use(unsigned int percent)
{
	static const gfp_t mask[] = {[ZONE_DMA] = GFP_KERNEL | GFP_DMA,
				     [ZONE_NORMAL] = GFP_KERNEL,
				     [ZONE_HIGHMEM] = GFP_HIGHUSER};
	const struct zone *normal = zone_of(ZONE_NORMAL);

	begin_to_hold();
	for (int type = ZONE_HIGHMEM; type >= ZONE_DMA; type--) {
		struct zone *zone = zone_of((enum zone_type)type);
		unsigned long want = zone->managed_pages / 100 * percent;

		if (want > used_in(zone))
			hold(zone, mask[type], want - used_in(zone));
	}
	if (free_in(normal) >= normal->pages_low + ROOM &&
	    used_in(normal) >= normal->managed_pages / 100 * percent)
		return true;
	let_go();
	return false;
}
const struct growth_state growth_in_use = {enter_in_use, let_go};

/* So many pages of ZONE_NORMAL below the mark where an allocation gets slow. One that
 * may not sleep goes down to less than half of the min mark. */
static bool enter_under_low(unsigned int below)
{
	struct zone *zone = zone_of(ZONE_NORMAL);
	unsigned long target = zone->pages_low - below;

	if (zone->pages_low < zone->pages_min / 2 + ATOMIC_ROOM + below)
		return false;
	begin_to_hold();
	hold(zone, GFP_KERNEL, free_in(zone) - zone->pages_low - ROOM);
	for (;; drain_all_pages()) {
		struct page *page;

		if (free_in(zone) <= target && !zone_pcp(zone)->count)
			return true;
		page = alloc_page(GFP_KERNEL | QUIET);
		if (!page)
			break;
		list_add(&page->lru, &held[0]);
	}
	let_go();
	return false;
}
const struct growth_state growth_under_low = {enter_under_low, let_go};

/* From empty per-CPU lists, so that it always takes as many refills. */
static void sample_alloc(unsigned int n, u32 *ticks, gfp_t gfp)
{
	drain_all_pages();
	for (unsigned int i = 0; i < n; i++)
		ticks[i] = (u32)BENCH_TICKS(bench.pages[i] = alloc_page(gfp));
	bench_give_pages(n);
}

void growth_page_alloc(unsigned int n, u32 *ticks)
{
	sample_alloc(n, ticks, GFP_KERNEL);
}

void growth_page_alloc_atomic(unsigned int n, u32 *ticks)
{
	sample_alloc(n, ticks, GFP_ATOMIC);
}

/* ---- Memory in pieces ---- */

static LIST_HEAD(even); /* single pages, and ... */
static LIST_HEAD(odd);  /* ... the buddy of each */
static struct list_head *to_free;

static void give_pieces(void)
{
	free_list(&even, 0, ~0UL);
	free_list(&odd, 0, ~0UL);
	drain_all_pages();
}

/* nr even pages, and as many odd ones. */
static bool take_pieces(unsigned long nr)
{
	for (unsigned long taken = 0; taken < nr; taken += BLOCK_PAGES / 2) {
		struct page *block = alloc_pages(GFP_KERNEL | QUIET, BLOCK_ORDER);

		if (!block) {
			give_pieces();
			return false;
		}
		split_page(block, BLOCK_ORDER);
		for (unsigned int i = 0; i < BLOCK_PAGES; i += 2) {
			list_add_tail(&block[i].lru, &even);
			list_add_tail(&block[i + 1].lru, &odd);
		}
	}
	return true;
}

static bool enter_pieces(unsigned int freed, unsigned int kept, struct list_head *next)
{
	if (!take_pieces(freed + kept))
		return false;
	to_free = next;
	free_list(&even, 0, freed);
	drain_all_pages();
	return true;
}

static bool enter_single_free(unsigned int size)
{
	return enter_pieces(size, SPARE, &even);
}
const struct growth_state growth_single_free = {enter_single_free, give_pieces};

static bool enter_pair_free(unsigned int size)
{
	return enter_pieces(size + SPARE, 0, &odd);
}
const struct growth_state growth_pair_free = {enter_pair_free, give_pieces};

void growth_page_free(unsigned int n, u32 *ticks)
{
	for (unsigned int i = 0; i < n; i++) {
		struct page *page = list_first_entry(to_free, struct page, lru);

		list_del(&page->lru);
		ticks[i] = (u32)BENCH_TICKS(__free_page(page));
	}
}

/* ---- One page that completes a block ---- */

static unsigned int merged_pages;

static bool enter_block(unsigned int pages)
{
	struct page *block = alloc_pages(GFP_KERNEL | QUIET, BLOCK_ORDER);

	if (!block)
		return false;
	__free_pages(block, BLOCK_ORDER);
	merged_pages = pages;
	return true;
}

static void leave_block(void)
{
}
const struct growth_state growth_block = {enter_block, leave_block};

static void free_range(struct page *page, const struct page *end)
{
	while (page < end)
		__free_page(page++);
	drain_all_pages();
}

/* The per-CPU list would keep the page: it may hold none. */
void growth_page_merge(unsigned int n, u32 *ticks)
{
	for (unsigned int i = 0; i < n; i++) {
		struct page *block = alloc_pages(GFP_KERNEL, BLOCK_ORDER);
		struct per_cpu_pages *pcp = zone_pcp(page_zone(block));
		int high = pcp->high;

		split_page(block, BLOCK_ORDER);
		free_range(block + 1, block + merged_pages);
		pcp->high = 1;
		ticks[i] = (u32)BENCH_TICKS(__free_page(block));
		pcp->high = high;
		free_range(block + merged_pages, block + BLOCK_PAGES);
	}
}
