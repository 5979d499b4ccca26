/*
 * Isolation: taking pageblocks out of circulation without taking their pages.
 * Nothing is allocated from a block of type MIGRATE_ISOLATE; what is freed in it
 * stays on lists of its own. So a range of frames can be cleared without anybody
 * running in again. (Linux's mm/page_isolation.c, since 2.6.24, made for memory
 * hot-remove)
 *
 * None of these sleeps; each pageblock is looked at and changed with interrupts off,
 * in one piece. Two ranges that share a pageblock cannot be isolated at
 * the same time: the second one is refused.
 */
#ifndef MM_PAGE_ISOLATION_H
#define MM_PAGE_ISOLATION_H

#include <mm/mmzone.h>

/* What stands in the way: a frame, and why, as the end of a sentence. A range
 * that holds any of [pfn, end_pfn) would be refused as well. */
struct page_blocker {
	unsigned long pfn, end_pfn;
	const char *why;
};

/*
 * Isolate page's pageblock: its free pages leave the allocatable ones. Refused
 * (-EBUSY, nothing changed, *blocker set) if the block is isolated already, or if
 * one of its frames in [start_pfn, end_pfn) is in use and cannot move. Pages in
 * per-CPU lists go to the isolated ones when those are drained.
 */
int set_migratetype_isolate(struct page *page, unsigned long start_pfn,
                            unsigned long end_pfn, struct page_blocker *blocker);

/* The reverse: the block's type is `type`, its free pages can be allocated. A
 * block that is not isolated stays as it is. */
void unset_migratetype_isolate(struct page *page, enum migratetype type);

/*
 * Isolate all pageblocks that [start_pfn, end_pfn) touches; all are of `type`.
 * Then the per-CPU lists are to be drained. On failure nothing is isolated:
 * -EBUSY as above, or with a block of another type; -EINVAL for a range that is
 * empty or whose blocks do not lie in one zone's valid frames.
 */
int start_isolate_page_range(unsigned long start_pfn, unsigned long end_pfn,
                             enum migratetype type, struct page_blocker *blocker);
void undo_isolate_page_range(unsigned long start_pfn, unsigned long end_pfn,
                             enum migratetype type);

/* 0 if all of [start_pfn, end_pfn) is free and isolated, else -EBUSY and the
 * first frame that is not. Free blocks may still merge beyond the range's ends
 * unless the caller keeps interrupts off. */
int test_pages_isolated(unsigned long start_pfn, unsigned long end_pfn,
                        struct page_blocker *blocker);

/* The first page of the free block that holds the frame, NULL if there is none
 * (in use, or in a per-CPU list). Interrupts off, or the answer may be old. */
struct page *free_block_of(unsigned long pfn);

#endif
