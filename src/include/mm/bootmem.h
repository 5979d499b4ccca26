/*
 * The boot memory allocator: lowmem from the moment that the memory map is known
 * until the page allocator takes over. There are two, and bootmem=bitmap or
 * bootmem=memblock chooses: one bit a page (bootmem.c), or memblock's lists
 * (nobootmem.c). What the callers of either use comes first; what is below is
 * the bitmap's own.
 *
 * None of these sleeps and none takes a lock: one CPU runs, with interrupts
 * off, or nothing in an interrupt allocates. Memory must be in the direct map
 * when it is allocated, because it is zeroed through __va().
 *
 * A caller that breaks a contract below (a range that is empty, wraps or leaves
 * the node, a page freed twice, an alignment that is not a power of two, any
 * call before init_bootmem() or after free_all_bootmem()) hits BUG_ON, and
 * nothing has been changed then. Clamp what firmware says before you pass it.
 *
 * Source: Gorman, "Understanding the Linux Virtual Memory Manager", chapter 5.
 */
#ifndef MM_BOOTMEM_H
#define MM_BOOTMEM_H

#include <asm/page.h>
#include <lib/cache.h>
#include <lib/compiler.h>
#include <lib/types.h>

/* reserve_bootmem()'s flags, as Linux has them since 2.6.25. */
#define BOOTMEM_DEFAULT   0
#define BOOTMEM_EXCLUSIVE 1 /* refuse if any page is reserved already */

/* ---- The callers' interface, whichever allocator is in use ---- */

/*
 * Make the pages that lie wholly in [addr, addr + size) free; a page that is
 * only partly inside stays as it is, so a range below a page may free nothing.
 * Every one of the pages must be reserved. (memblock frees to the byte, so that
 * two parts of a page may be freed one after the other.)
 */
void free_bootmem(phys_addr_t addr, phys_addr_t size);

/*
 * Reserve every page that [addr, addr + size) touches. Returns 0. A page that
 * is reserved already stays so and is reported under bootmem=debug; with
 * BOOTMEM_EXCLUSIVE the call then returns -EBUSY and changes nothing.
 */
int reserve_bootmem(phys_addr_t addr, phys_addr_t size, int flags);

/*
 * Allocate size bytes (not 0), zeroed, at a physical address that is a multiple
 * of align (a power of two) and not below goal if that is possible, else
 * anywhere. The bitmap takes the first place that fits and lets allocations with
 * an align below PAGE_SIZE share a page; memblock takes the last one, but for
 * _low the first.
 * Returns its address in the direct map.
 *
 * __alloc_bootmem and _low panic when nothing fits; _nopanic returns NULL, and
 * so does _raw, which does not touch the memory. _low stays below
 * MAX_DMA_ADDRESS, 16 MiB, whatever the goal.
 */
void *__alloc_bootmem(unsigned long size, unsigned long align, phys_addr_t goal);
void *__alloc_bootmem_low(unsigned long size, unsigned long align, phys_addr_t goal);
void *__alloc_bootmem_nopanic(unsigned long size, unsigned long align,
                              phys_addr_t goal);
void *__alloc_bootmem_raw(unsigned long size, unsigned long align, phys_addr_t goal);

/* Ordinary ones leave ISA DMA's 16 MiB alone as long as there is other memory. */
#define alloc_bootmem(size) __alloc_bootmem(size, SMP_CACHE_BYTES, MAX_DMA_ADDRESS)
#define alloc_bootmem_nopanic(size)                                                    \
	__alloc_bootmem_nopanic(size, SMP_CACHE_BYTES, MAX_DMA_ADDRESS)
#define alloc_bootmem_pages(size)     __alloc_bootmem(size, PAGE_SIZE, MAX_DMA_ADDRESS)
#define alloc_bootmem_low(size)       __alloc_bootmem_low(size, SMP_CACHE_BYTES, 0)
#define alloc_bootmem_low_pages(size) __alloc_bootmem_low(size, PAGE_SIZE, 0)

/*
 * Hand every free page to the page allocator, in the largest aligned blocks, and
 * retire. mem_map must be initialised. Returns the number of pages handed over.
 * The bitmap's own pages follow; memblock's lists stay.
 */
unsigned long free_all_bootmem(void);

/* Pages that are free, and in the longest run of free pages; 0 out of service. */
unsigned long bootmem_free_pages(void);
unsigned long bootmem_longest_run(void);

/* Verify the invariants of the one in use. Returns the number of violations,
 * each of which is printed. */
unsigned int bootmem_check(void);

/* What to look for. */
struct bootmem_request {
	unsigned long size;  /* bytes */
	unsigned long align; /* bytes */
	phys_addr_t goal;
	phys_addr_t limit; /* the allocation ends at or below it; 0: no limit */
};

/* An allocator, for the above. Contracts as there. */
struct boot_allocator {
	const char *name; /* as bootmem= spells it */
	void (*free)(phys_addr_t addr, phys_addr_t size);
	int (*reserve)(phys_addr_t addr, phys_addr_t size, int flags);
	/* Reserve a place without touching its memory. false: nothing fits. */
	bool (*place)(const struct bootmem_request *req, phys_addr_t *addr);
	unsigned long (*free_all)(void);
	unsigned long (*free_pages)(void);
	unsigned long (*longest_run)(void);
	unsigned int (*check)(void);
};

extern const struct boot_allocator bitmap_allocator;   /* on contig_bootmem_data */
extern const struct boot_allocator memblock_allocator; /* on memblock, below its
                                                        * current_limit */

/* The one in use; the bitmap unless bootmem= says otherwise. */
extern const struct boot_allocator *boot_allocator;

/* ---- The bitmap ---- */

/*
 * One contiguous range of frames, and its bitmap. Frame numbers throughout.
 * Its fields are for the functions below and for reading.
 */
struct bootmem_data {
	phys_addr_t node_boot_start;     /* first byte; page aligned */
	unsigned long node_low_pfn;      /* the frame behind the last */
	unsigned long *node_bootmem_map; /* 1: reserved. NULL: not in service */
	unsigned long node_map_pfn;      /* where the bitmap lies, ... */
	unsigned long node_map_pages;    /* ... and how many pages it fills */
	unsigned long nr_free;           /* zero bits in the bitmap */
	unsigned long last_pos;          /* last frame of the last allocation */
	unsigned long last_offset;       /* bytes used in it; 0: all */
	unsigned long last_goal;         /* no page in [last_goal, last_success) */
	unsigned long last_success;      /* is free: a search may skip them */
	bool debug;                      /* say every step */
};

/* Lowmem. bootmem=debug sets its debug. */
extern struct bootmem_data contig_bootmem_data;

/* Pages that a bitmap for this many pages fills (one for 32768 pages). */
unsigned long bootmem_bootmap_pages(unsigned long pages);

/*
 * Take [0, end_pfn) into service, every page of it reserved, with the bitmap at
 * frame mapstart_pfn, which must lie below end_pfn and whose old content is
 * lost. Returns the bitmap's size in bytes. The caller then frees the usable
 * RAM and reserves what lies in it: the image, modules, and the bitmap.
 */
unsigned long init_bootmem(unsigned long mapstart_pfn, unsigned long end_pfn);

/* Reading the state. After free_all_bootmem() there is none: 0 and false. */

/* Free pages, and the length of the longest run of free pages. */
static inline unsigned long bootmem_nr_free(const struct bootmem_data *bdata)
{
	return bdata->nr_free;
}

unsigned long bootmem_largest_run(const struct bootmem_data *bdata);

/* A run of pages of one kind, as long as it can be. */
struct bootmem_run {
	unsigned long start_pfn;
	unsigned long end_pfn;
	bool reserved;
};

/* Start with a run of zeros; false when there is no run behind *run. */
bool bootmem_next_run(const struct bootmem_data *bdata, struct bootmem_run *run);

/*
 * Verify the invariants that bootmem.c lists; returns the number of violations,
 * each of which is printed. The bitmap's own pages must have been reserved.
 */
unsigned int bootmem_check_core(const struct bootmem_data *bdata);

/*
 * The same allocator on any instance: a caller's own, zeroed before init, over
 * [start_pfn, end_pfn). Contracts are those above.
 */

/* The bitmap lies in the node, at mapstart_pfn. Returns its bytes. */
unsigned long init_bootmem_core(struct bootmem_data *bdata, unsigned long mapstart_pfn,
                                unsigned long start_pfn, unsigned long end_pfn);

/* The bitmap is the caller's (bootmem_bootmap_pages() pages, any memory). */
void init_bootmem_map(struct bootmem_data *bdata, unsigned long *map,
                      unsigned long start_pfn, unsigned long end_pfn);

void free_bootmem_core(struct bootmem_data *bdata, phys_addr_t addr, phys_addr_t size);
int reserve_bootmem_core(struct bootmem_data *bdata, phys_addr_t addr, phys_addr_t size,
                         int flags);

/* Reserve a place without touching its memory. false: nothing fits. */
bool bootmem_place(struct bootmem_data *bdata, const struct bootmem_request *req,
                   phys_addr_t *addr);

/* As bootmem_place(), zeroed; NULL: nothing fits. */
void *__alloc_bootmem_core(struct bootmem_data *bdata,
                           const struct bootmem_request *req);

/* Takes a block of 2^order frames, aligned to its size. */
typedef void (*bootmem_release_t)(unsigned long pfn, unsigned int order);

unsigned long free_all_bootmem_core(struct bootmem_data *bdata,
                                    bootmem_release_t release);

#endif
