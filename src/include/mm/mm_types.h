/*
 * struct page: what the kernel knows of one page frame. There is one for every
 * frame of RAM, so each byte here costs 256 KiB a GiB.
 * (Gorman ch. 2, "Pages"; Professional Linux Kernel Architecture 3.2.2)
 */
#ifndef MM_MM_TYPES_H
#define MM_MM_TYPES_H

#include <lib/list.h>
#include <lib/types.h>

struct kmem_cache;

struct page {
	unsigned long flags; /* enum pageflags; the zone's number on top */
	int _count;          /* users; 0: free, or not ours to give */
	union {
		int _mapcount; /* page-table entries that map it, less one */
		struct {       /* first page of a slab; -1 again when it is freed */
			u16 inuse;       /* objects that are not in freelist */
			u16 objects : 15; /* in the whole slab */
			u16 frozen : 1;   /* some CPU's own, on no list */
		};
	};
	union {
		unsigned long private;   /* owner's; the order while PageBuddy */
		struct page *first_page; /* of a compound page's tail: its head */
	};
	union {
		void *mapping;           /* owner's: the address space it is in */
		struct kmem_cache *slab; /* first page of a slab: its cache */
	};
	union {
		unsigned long index; /* owner's: its place there */
		void *freelist;      /* first page of a slab: its first free object */
	};
	struct list_head lru; /* on a free list, or on the owner's list */
};

_Static_assert(sizeof(struct page) <= 32 || sizeof(void *) > 4,
	       "struct page: 32 bytes at most, or mem_map of 64 GiB fills lowmem");

#endif
