/* What the files of page debugging share. */
#ifndef MM_PAGE_DEBUG_INTERNAL_H
#define MM_PAGE_DEBUG_INTERNAL_H

#include <mm/page_debug.h>
#include <mm/page_owner.h>

#include "../page_alloc/internal.h"

/* What is on. owner only once it has its memory. */
struct page_debug_options {
	bool pagealloc, poison, owner, init_on_alloc, init_on_free;
	unsigned int guard_minorder; /* 0: no guards */
	bool fault;                  /* fault injection has something to do */
};
extern struct page_debug_options page_debug;

/* Set gfp_always and free_hooks by the options. Interrupts off. */
void page_debug_update_hooks(void);

/* ---- poison.c ---- */

void poison_pages(struct page *page, unsigned int order);
void check_poison(const struct page *page, unsigned int order);

/* ---- pagealloc.c ---- */

/* The pages of a new block above the first 2^order become guards. */
void set_page_guards(struct page *page, unsigned int order);
/* A block came back. True: it, and with it perhaps its block, was seen to. */
bool guard_free(struct page *page, unsigned int order);
/* fault_hook: say what an address that faulted is. */
void explain_fault(unsigned long address);

/* ---- owner.c ---- */

/* False: there is no memory for it. */
bool page_owner_start(void);
/* Called by page_debug_alloc and page_debug_free alone: they count their frames. */
void page_owner_alloc(struct page *page, unsigned int order, gfp_t gfp);
void page_owner_free(struct page *page, unsigned int order);
void page_owner_split(const struct page *page, unsigned int order);
/* It is nobody's, and never was. */
void page_owner_forget(const struct page *page, unsigned int order);
/* Print both chains, or one, of a page. */
void page_owner_dump(const struct page *page);

/* ---- fault_inject.c ---- */

void fault_inject_announce(void);

#endif
