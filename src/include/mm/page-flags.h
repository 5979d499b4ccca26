/*
 * The flags of a page frame, with Linux's names. PageXxx tests, SetPageXxx and
 * ClearPageXxx change atomically, TestClearPageXxx and TestSetPageXxx return
 * the old value; the forms with two underscores are for pages that nobody else
 * can see.
 */
#ifndef MM_PAGE_FLAGS_H
#define MM_PAGE_FLAGS_H

#include <lib/bitops.h>
#include <mm/mm_types.h>

enum pageflags {
	PG_locked,
	PG_error,
	PG_referenced,
	PG_uptodate,
	PG_dirty,
	PG_lru,
	PG_active,
	PG_slab,
	PG_owner_priv_1,
	PG_arch_1,
	PG_reserved, /* not the page allocator's: firmware, kernel, hole */
	PG_private,
	PG_writeback,
	PG_head, /* first of a compound page */
	PG_tail, /* another one of it: see first_page */
	PG_swapcache,
	PG_mappedtodisk,
	PG_reclaim,
	PG_buddy, /* free, and first of a block of 2^private frames */
	PG_guard, /* debug_pagealloc's guard: free, mapped nowhere, in no list */
	NR_PAGEFLAGS,

	/* Bits that mean something else on other pages. */
	PG_isolated = PG_reclaim, /* a movable page, taken from its owner to move */
};

#define PAGEFLAG(uname, lname)                                                 \
	static inline bool Page##uname(const struct page *page)                \
	{                                                                      \
		return page->flags & (1UL << PG_##lname);                      \
	}                                                                      \
	static inline void SetPage##uname(struct page *page)                   \
	{                                                                      \
		set_bit(PG_##lname, &page->flags);                             \
	}                                                                      \
	static inline void ClearPage##uname(struct page *page)                 \
	{                                                                      \
		clear_bit(PG_##lname, &page->flags);                           \
	}                                                                      \
	static inline void __SetPage##uname(struct page *page)                 \
	{                                                                      \
		page->flags |= 1UL << PG_##lname;                              \
	}                                                                      \
	static inline void __ClearPage##uname(struct page *page)               \
	{                                                                      \
		page->flags &= ~(1UL << PG_##lname);                           \
	}                                                                      \
	static inline bool TestSetPage##uname(struct page *page)               \
	{                                                                      \
		return test_and_set_bit(PG_##lname, &page->flags);             \
	}                                                                      \
	static inline bool TestClearPage##uname(struct page *page)             \
	{                                                                      \
		return test_and_clear_bit(PG_##lname, &page->flags);           \
	}

PAGEFLAG(Locked, locked)
PAGEFLAG(Error, error)
PAGEFLAG(Referenced, referenced)
PAGEFLAG(Uptodate, uptodate)
PAGEFLAG(Dirty, dirty)
PAGEFLAG(LRU, lru)
PAGEFLAG(Active, active)
PAGEFLAG(Slab, slab)
PAGEFLAG(Reserved, reserved)
PAGEFLAG(Private, private)
PAGEFLAG(Writeback, writeback)
PAGEFLAG(Head, head)
PAGEFLAG(Tail, tail)
PAGEFLAG(SwapCache, swapcache)
PAGEFLAG(MappedToDisk, mappedtodisk)
PAGEFLAG(Reclaim, reclaim)
PAGEFLAG(Buddy, buddy)
PAGEFLAG(Guard, guard)
PAGEFLAG(Isolated, isolated)
#undef PAGEFLAG

/* Flags that a page which is being freed, or was just taken, may not have. */
#define PAGE_FLAGS_CHECK                                                               \
	(1UL << PG_locked | 1UL << PG_lru | 1UL << PG_slab | 1UL << PG_reserved |      \
	 1UL << PG_private | 1UL << PG_writeback | 1UL << PG_active |                  \
	 1UL << PG_swapcache | 1UL << PG_buddy | 1UL << PG_guard)

/* The name of a flag, "reserved" and so on, or NULL for a bit without one. */
const char *page_flag_name(unsigned int bit);

/* "reserved|buddy" and so on, "" for none; returns its length. */
#define PAGE_FLAGS_TEXT_MAX 192
size_t page_flags_text(unsigned long flags, char *buf, size_t size);

#endif
