/* Pages of the direct map, each by itself. */
#ifndef ASM_PAGEATTR_H
#define ASM_PAGEATTR_H

#include <lib/types.h>

struct page;

/*
 * Take numpages pages out of the direct map, or with enable put them back as
 * ordinary memory, and forget them in the TLB. The direct map must be of small
 * pages there. Pages in highmem have no place in it and are passed over. Does not
 * sleep; may be called from an interrupt.
 */
void kernel_map_pages(struct page *page, int numpages, int enable);

/* Whether a lowmem page is in the direct map. */
bool kernel_page_present(const struct page *page);

#endif
