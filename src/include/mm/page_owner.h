/*
 * page_owner=on: of every frame, who took it (order, mask, call chain) and who
 * gave it back, in 8 bytes a frame. Equal call chains are kept once, with the
 * number of pages that were taken through each and are still out: a leak shows as
 * a number that only grows.
 */
#ifndef MM_PAGE_OWNER_H
#define MM_PAGE_OWNER_H

#include <mm/page_alloc.h>

#define PAGE_OWNER_DEPTH  8    /* return addresses of a chain, the nearest first */
#define PAGE_OWNER_CHAINS 8192 /* number 0 is for those that found no room */

struct page_owner {
	gfp_t gfp;
	unsigned int order;
	bool taken;               /* false: it is free, or was never taken */
	unsigned int alloc_chain; /* 0: unknown */
	unsigned int free_chain;
};

struct page_owner_chain {
	unsigned long entries[PAGE_OWNER_DEPTH];
	unsigned long pages;  /* taken through it and still out */
	unsigned long marked; /* pages when page_owner_mark was called */
	unsigned long found;  /* the checker's own */
	u16 next;             /* of the same hash; 0: the last */
	u16 nr;               /* entries used */
};

bool page_owner_enabled(void);

/* What is known of a valid frame. False if page_owner is off. */
bool page_owner_get(unsigned long pfn, struct page_owner *owner);

/* Chain number n; NULL for one that does not exist (yet). 0 is the chain without
 * entries. */
const struct page_owner_chain *page_owner_chain(unsigned int n);
unsigned int page_owner_nr_chains(void);

/* From here on "grown" means: pages - marked. */
void page_owner_mark(void);

/* Recount every chain's pages from the frames; returns the violations, each of
 * them printed. */
unsigned int page_owner_check(void);

/*
 * Where the records are: page_owner_bytes(max_mapnr) bytes, taken from bootmem by
 * page_debug_init unless it is set already.
 */
extern void *page_owner_memory;
unsigned long page_owner_bytes(unsigned long frames);

#endif
