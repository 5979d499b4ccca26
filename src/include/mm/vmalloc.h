/*
 * vmalloc: memory that is contiguous for the kernel though its pages are not, in
 * the window of addresses between lowmem and kmap; and ioremap, which gives
 * devices addresses there. (Gorman ch. 7; Professional Linux Kernel Architecture
 * 3.5.7)
 *
 * Sizes are in bytes and rounded up to pages; addresses that come back are
 * page-aligned (ioremap's has the offset that it was given). Behind each area is
 * one page that is never mapped, the guard: whoever runs over the end faults.
 *
 * All that takes or gives back an area may sleep, and is a BUG in an interrupt.
 * Giving back is lazy: the mappings are gone at once and the pages are free, but
 * the TLB may remember them, so the addresses are not used again before one flush
 * that serves many areas (vm_unmap_aliases). Whoever touches an address that he
 * gave back may therefore fault or not.
 *
 * One lock, vmap_lock, guards the areas; none of the callers holds it.
 */
#ifndef MM_VMALLOC_H
#define MM_VMALLOC_H

#include <asm/pgtable.h>
#include <asm/setup.h>
#include <lib/list.h>
#include <lib/rbtree.h>
#include <mm/mmzone.h>

/* Flags of an area; the first five have Linux 2.6.24's names and values. */
#define VM_IOREMAP       0x00000001UL /* ioremap: of a device, or of firmware */
#define VM_ALLOC         0x00000002UL /* vmalloc: owns its pages */
#define VM_MAP           0x00000004UL /* vmap: maps somebody's pages */
#define VM_USERMAP       0x00000008UL /* cleared, fit to be shown to a process */
#define VM_VPAGES        0x00000010UL /* its array of pages is from vmalloc */
#define VM_UNINITIALIZED 0x00000020UL /* being mapped, or unmapped, right now */
#define VM_LAZY          0x00000100UL /* nobody's; waits for the TLB flush */

#define VM_KIND_MASK (VM_IOREMAP | VM_ALLOC | VM_MAP)

/* Arrays of up to so many pages lie behind the descriptor itself: those of the
 * smallest areas in kmalloc's class of 96 bytes, then of 192. */
#define VM_FEW_PAGES    6
#define VM_INLINE_PAGES 30

/* An area, in use or lazily freed. Positions are vmap_lock's; the rest is its
 * owner's. */
struct vm_struct {
	struct list_head list;     /* vmlist: all areas by address */
	struct rb_node rb_node;    /* the same, as a tree */
	unsigned long gap;         /* free bytes right below addr */
	unsigned long subtree_gap; /* the largest gap in the tree from here on */
	struct list_head purge;    /* while lazy: on the list of those */

	void *addr;
	unsigned long size;  /* bytes, the guard page included */
	unsigned long flags;
	struct page **pages; /* of VM_ALLOC */
	unsigned int nr_pages;
	phys_addr_t phys_addr; /* of VM_IOREMAP: what the first page maps */
	const void *caller;    /* who asked for it */
	struct page *inline_pages[]; /* VM_FEW_PAGES or VM_INLINE_PAGES */
};

/* ---- vmalloc ---- */

/*
 * size bytes. NULL if size is 0, or, with a message, if it is more than the window
 * or RAM can hold, or memory or addresses are short. Pages come from highmem while
 * there is some. vzalloc clears them; vmalloc_user as well, and marks the area as
 * fit for a process; vmalloc_32 takes pages below 4 GiB (lowmem), vmalloc_dma
 * below 16 MiB.
 */
void *vmalloc(unsigned long size);
void *vzalloc(unsigned long size);
void *vmalloc_user(unsigned long size);
void *vmalloc_32(unsigned long size);
void *vmalloc_dma(unsigned long size);

/* With pages that gfp allows (it must contain __GFP_WAIT), mapped as prot says. A
 * failure is silent with __GFP_NOWARN. */
void *__vmalloc(unsigned long size, gfp_t gfp, pgprot_t prot);

/* Give back what one of these returned. NULL is ignored; an address that is not
 * the start of such an area is a warning and nothing happens. */
void vfree(const void *addr);

/* ---- Mapping pages that the caller has ---- */

/* Map count pages in a row. flags: VM_MAP is added. NULL if count is 0 or more
 * than RAM has, or when memory or addresses are short. The pages stay the
 * caller's, who may give them back after vunmap only. */
void *vmap(struct page **pages, unsigned int count, unsigned long flags, pgprot_t prot);

/* As vfree, for vmap. */
void vunmap(const void *addr);

/* Addresses without a mapping: size bytes and a guard page. NULL when there are
 * none, or no memory. remove_vm_area gives them back, and unmaps what is mapped
 * there: false if no area starts at addr. (Linux's returns the descriptor.) */
struct vm_struct *get_vm_area(unsigned long size, unsigned long flags);
bool remove_vm_area(const void *addr);

/* ---- Devices ---- */

/*
 * Addresses for [phys, phys + size), not cached; any alignment. NULL if size is 0,
 * the range wraps or reaches behind what this CPU can address, if it contains RAM
 * that the page allocator owns, or addresses or memory are short. Video RAM and
 * ROMs below 1 MiB have addresses already: those are returned. Both forms are the
 * same, as in 2.6.24, where ioremap leaves the cache to the machine's MTRRs.
 */
void *ioremap(phys_addr_t phys, unsigned long size);
void *ioremap_nocache(phys_addr_t phys, unsigned long size);

/* Takes what ioremap returned. NULL is ignored, something else a warning. */
void iounmap(const void *addr);

/* ---- Looking ---- */

/* The page, or frame, that an address of the window is mapped to. NULL (0) if it
 * is not mapped, or to no RAM (NULL only). Do not sleep. */
struct page *vmalloc_to_page(const void *addr);
unsigned long vmalloc_to_pfn(const void *addr);

/* Whether an address lies in the window. */
static inline bool is_vmalloc_addr(const void *addr)
{
	return (unsigned long)addr >= VMALLOC_START && (unsigned long)addr < VMALLOC_END;
}

/*
 * Copy count bytes from addr on, which may lie anywhere in the window. What no
 * area has mapped, guards and devices included, reads as zeros. Returns the bytes
 * copied: fewer than count if the last area ends before, 0 if addr is behind it.
 * Does not sleep.
 */
long vread(char *buf, const char *addr, unsigned long count);

/* ---- The lazy end ---- */

/* Flush the TLB for all areas that were given back and make their addresses free.
 * Does not sleep. */
void vm_unmap_aliases(void);

/* ---- Boot ---- */

/* The window is empty from here on. After kmem_cache_init. */
void vmalloc_init(void);

/* ---- State ---- */

/* An area as a reporter sees it, in use or lazily freed. */
struct vm_area_view {
	unsigned long start, end; /* end includes the guard page */
	unsigned long flags;
	unsigned int nr_pages;
	bool lazy;
	phys_addr_t phys;
	const void *caller;
};

/* The lowest area that starts at `after` or above; false if there is none. */
bool vm_area_next(unsigned long after, struct vm_area_view *view);

struct vmalloc_info {
	unsigned long total;         /* bytes of the window */
	unsigned long used;          /* in areas in use, guards included */
	unsigned long lazy;          /* given back, not flushed yet */
	unsigned long largest_chunk; /* the largest hole, lazy ones counted as free */
	unsigned long nr_areas;      /* in use */
	unsigned long nr_lazy;       /* runs of addresses given back */
	unsigned long purges;        /* flushes since boot */
	unsigned long page_tables;   /* pages taken for the window, never given back */
};
void get_vmalloc_info(struct vmalloc_info *info);

/* Pages that may wait for a flush before there is one. */
unsigned long lazy_max_pages(void);

/*
 * Verify every area, the tree, the list, and each page-table entry of the window:
 * returns the violations, each printed. Holds vmap_lock for long.
 */
unsigned int vmalloc_check(void);

#endif
