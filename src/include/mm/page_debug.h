/*
 * Debugging of pages, off unless boot parameters turn it on:
 *
 *	debug_pagealloc=on            free lowmem pages are not mapped: a use after
 *	                              free faults at once
 *	debug_guardpage_minorder=N    with it, and up to order N: what an allocation
 *	                              below order N leaves of its block of order N is
 *	                              guard pages, which are not mapped either
 *	page_poison=on                free pages are filled with a pattern, which is
 *	                              checked when they are taken again
 *	page_owner=on                 who took each page, and who gave it back
 *	                              (mm/page_owner.h)
 *	init_on_alloc=1 init_on_free=1  pages are cleared, whether asked or not
 *	fail_page_alloc=...           allocations fail on purpose
 *	                              (mm/fault_inject.h)
 *
 * Only while one of them is on does gfp_always have __GFP_HOOKS or is free_hooks
 * set, and only then does the allocator call what stands here. Off, it costs four
 * instructions an allocation, without a branch, and two a free.
 *
 * None of these sleeps; all may be called from an interrupt.
 */
#ifndef MM_PAGE_DEBUG_H
#define MM_PAGE_DEBUG_H

#include <mm/page_alloc.h>

#define PAGE_POISON 0xaa /* what page_poison=on fills free pages with */

/* From when the parameters are parsed: the direct map must be of small pages,
 * since single ones of it will come and go. */
bool debug_pagealloc_enabled(void);

bool page_poisoning_enabled(void);
bool page_init_on_alloc(void);
bool page_init_on_free(void);
unsigned int debug_guardpage_minorder(void); /* 0: no guards */

/* ---- Hooks of the page allocator ---- */

/* Whether fault injection wants this allocation to fail. */
bool should_fail_alloc_page(gfp_t gfp, unsigned int order);

/* The order to take for one of this order, so that there is room for guards. */
unsigned int page_debug_order(unsigned int order);

/* A block of page_debug_order(order) was taken for one of this order: what is left
 * of it becomes guard pages. */
void page_debug_guard(struct page *page, unsigned int order);

/* A block was taken: map, check, record, clear it. A page that was written to
 * while it was free is a BUG with its history. */
void page_debug_alloc(struct page *page, unsigned int order, gfp_t gfp);

/* A block comes back: record, poison or clear, unmap it. True: it was kept, or
 * freed with its guards: the caller frees nothing. A block that was taken as
 * another order is a BUG, if page_owner=on knows. */
bool page_debug_free(struct page *page, unsigned int order);

/* Boot hands a block over, whoever it was taken by. */
void page_debug_handover(struct page *page, unsigned int order);

/* A block became single pages. */
void page_debug_split(struct page *page, unsigned int order);

/* Print what is recorded of a page: who took it, who gave it back. */
void page_debug_dump(const struct page *page);

/* ---- Boot: between free_area_init and the first page that is handed over ---- */

/* Take what the options need from bootmem, and turn their hooks on. An option
 * for which there is no room is reported and stays off. */
void page_debug_init(void);

#endif
