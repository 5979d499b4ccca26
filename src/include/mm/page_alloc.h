/*
 * The page allocator's interface: blocks of 2^order physically consecutive
 * frames. (Gorman ch. 6; Professional Linux Kernel Architecture 3.5)
 *
 * Nothing here sleeps yet; every call may be made with interrupts off, and
 * turns them off around the free lists.
 */
#ifndef MM_PAGE_ALLOC_H
#define MM_PAGE_ALLOC_H

#include <mm/mmzone.h>

typedef unsigned int gfp_t;

#define __GFP_DMA     0x01u
#define __GFP_HIGHMEM 0x02u
#define __GFP_WAIT    0x10u
#define __GFP_HIGH    0x20u
#define __GFP_IO      0x40u
#define __GFP_FS      0x80u

#define GFP_ATOMIC   (__GFP_HIGH)
#define GFP_KERNEL   (__GFP_WAIT | __GFP_IO | __GFP_FS)
#define GFP_HIGHUSER (GFP_KERNEL | __GFP_HIGHMEM)
#define GFP_DMA      (__GFP_DMA)

/*
 * A block of 2^order frames, aligned to its size, from the best zone that gfp
 * allows, or the ones below it: HIGHMEM, NORMAL, DMA. The first page has count
 * 1; the contents are undefined. NULL when no zone has such a block, or order
 * is MAX_ORDER or more.
 */
struct page *alloc_pages(gfp_t gfp, unsigned int order);

static inline struct page *alloc_page(gfp_t gfp)
{
	return alloc_pages(gfp, 0);
}

/*
 * Give a block back, with the order it was taken by. Merges with free buddies.
 * A page that is not in use, or reserved, is a BUG.
 */
void __free_pages(struct page *page, unsigned int order);

static inline void __free_page(struct page *page)
{
	__free_pages(page, 0);
}

/* As alloc_pages, but the address of the block; lowmem only. NULL on failure. */
void *__get_free_pages(gfp_t gfp, unsigned int order);
void free_pages(void *address, unsigned int order);

/* Hand over a block that boot owned (reserved pages), aligned to its size. */
void __free_pages_bootmem(struct page *page, unsigned int order);

/* Hand over the frames [start_pfn, end_pfn), reserved and valid, in the largest
 * aligned blocks. Returns how many. */
unsigned long free_reserved_range(unsigned long start_pfn, unsigned long end_pfn);

/* Free pages in all zones, in highmem, and RAM in all. */
unsigned long nr_free_pages(void);
unsigned long nr_free_highpages(void);
unsigned long nr_managed_pages(void);

/*
 * Walk every free list: blocks aligned, inside their zone, marked, of their
 * list's order, no two buddies free, counts agree. Returns the violations,
 * each printed.
 */
unsigned int buddy_check(void);

#endif
