/*
 * The pages beneath the caches: taken and given back in one place, so that they
 * are counted, and so that what the page allocator wants to see of a page that
 * comes back is seen to once.
 */
#include "internal.h"

#include <lib/bug.h>

static unsigned long nr_pages[2]; /* [1]: of SLAB_RECLAIM_ACCOUNT caches */

/* In one instruction: callers may have interrupts on or off. */
static inline void count_pages(unsigned long cache_flags, long pages)
{
	__atomic_fetch_add(&nr_pages[!!(cache_flags & SLAB_RECLAIM_ACCOUNT)],
			   (unsigned long)pages, __ATOMIC_RELAXED);
}

void slab_pages_init(void)
{
	nr_pages[0] = nr_pages[1] = 0;
}

unsigned long slab_nr_pages(bool reclaimable)
{
	return nr_pages[reclaimable];
}

struct page *slab_alloc_pages(unsigned long cache_flags, gfp_t gfp, unsigned int order)
{
	struct page *page;

	BUG_ON(gfp & __GFP_HIGHMEM);
	/* HIGHMEM is not set; said again, it spares the compiler the choice of a zone */
	gfp &= ~(__GFP_ZERO | __GFP_HIGHMEM | GFP_MOVABLE_MASK);
	if (unlikely(cache_flags & SLAB_CACHE_DMA))
		gfp |= __GFP_DMA;
	if (unlikely(cache_flags & SLAB_RECLAIM_ACCOUNT))
		gfp |= __GFP_RECLAIMABLE;
	if (order)
		gfp |= __GFP_COMP;
	page = alloc_pages(gfp, order);
	if (!page)
		return NULL;
	__SetPageSlab(page);
	count_pages(cache_flags, 1L << order);
	return page;
}

void slab_free_pages(unsigned long cache_flags, struct page *head, unsigned int order)
{
	BUG_ON(!PageSlab(head));
	__ClearPageSlab(head);
	head->mapping = NULL;
	count_pages(cache_flags, -(1L << order));
	__free_pages(head, order);
}

bool slab_address_ok(const void *address)
{
	/* what lies below the direct map has a frame number above lowmem's */
	unsigned long pfn = PFN_DOWN(__pa(address));

	return pfn_valid(pfn) && !PageHighMem(pfn_to_page(pfn));
}
