/*
 * struct page: what the kernel knows of one page frame. There is one for every
 * frame of RAM, so each byte here costs 256 KiB a GiB.
 * (Gorman ch. 2, "Pages"; Professional Linux Kernel Architecture 3.2.2)
 */
#ifndef MM_MM_TYPES_H
#define MM_MM_TYPES_H

#include <lib/list.h>
#include <lib/types.h>

struct page {
	unsigned long flags; /* enum pageflags; the zone's number on top */
	int _count;          /* users; 0: free, or not ours to give */
	int _mapcount;       /* page-table entries that map it, less one */
	unsigned long private; /* owner's; the order while PageBuddy */
	void *mapping;       /* owner's: the address space or cache it is in */
	unsigned long index; /* owner's: its place there */
	struct list_head lru; /* on a free list, or on the owner's list */
};

_Static_assert(sizeof(struct page) <= 32 || sizeof(void *) > 4,
	       "struct page: 32 bytes at most, or mem_map of 64 GiB fills lowmem");

#endif
