/* What kmap_atomic knows of kmap. */
#ifndef HIGHMEM_INTERNAL_H
#define HIGHMEM_INTERNAL_H

#include <lib/list.h>
#include <mm/highmem.h>

/* Chains as short as the window's load allows: a bucket for each slot. */
#ifdef CONFIG_X86_PAE
#define PA_HASH_ORDER 9
#else
#define PA_HASH_ORDER 10
#endif
_Static_assert(1UL << PA_HASH_ORDER == LAST_PKMAP, "a bucket for each slot");

/* Where a page is mapped; the entry of each slot. */
struct page_address_map {
	struct hlist_node list; /* in its bucket, while it has a page */
	struct page *page;
	unsigned long address;
};
extern struct hlist_head page_address_htable[1 << PA_HASH_ORDER];

/* 2^32 by the golden ratio, an odd number near it: Knuth vol. 3, 6.4. */
#define GOLDEN_RATIO_32 0x9e3779b1U

static inline struct hlist_head *page_slot(const struct page *page)
{
	return &page_address_htable[((u32)(uintptr_t)page * GOLDEN_RATIO_32) >>
				    (32 - PA_HASH_ORDER)];
}

/* False: kmap has not mapped it. True: perhaps. */
static inline bool page_may_be_mapped(const struct page *page)
{
	return !hlist_empty(page_slot(page));
}

/* Give a kmap back by the slot's address; false if it is not in use. */
bool kunmap_address(unsigned long address);

#endif
