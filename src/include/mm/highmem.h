/*
 * Reaching pages that have no address of their own. kmap_atomic takes a slot of
 * this CPU's for a moment: the holder may not sleep, and gives slots back in the
 * reverse order. (Gorman ch. 9, "High Memory Management")
 */
#ifndef MM_HIGHMEM_H
#define MM_HIGHMEM_H

#include <lib/string.h>
#include <mm/mmzone.h>

/* The page's address: the direct map's, or a slot until kunmap_atomic. Never
 * fails and never sleeps; more than KMAP_ATOMIC_SLOTS at once is a BUG. */
void *kmap_atomic(struct page *page);

/* Takes what kmap_atomic returned, the latest first; another one is a BUG. */
void kunmap_atomic(void *address);

static inline void clear_highpage(struct page *page)
{
	void *address = kmap_atomic(page);

	clear_page(address);
	kunmap_atomic(address);
}

static inline void copy_highpage(struct page *to, struct page *from)
{
	void *source = kmap_atomic(from), *target = kmap_atomic(to);

	memcpy(target, source, PAGE_SIZE);
	kunmap_atomic(target);
	kunmap_atomic(source);
}

#endif
