/*
 * vmalloc and vmap: pages from wherever they are, mapped one behind the other.
 * (Gorman ch. 7, "Allocating" and "Freeing a Non-Contiguous Area"; Linux 2.6.24's
 * mm/vmalloc.c) An area gets its addresses, page tables, the array that remembers
 * its pages, the pages, and last of all the mapping, which cannot fail any more.
 * What fails before gives back what was taken, except page tables.
 *
 * The array lies behind the descriptor if it is short, comes from kmalloc if it fits
 * into a page, and otherwise from vmalloc itself: an array of a page has 1024
 * entries, so the window's largest area needs an array of less than a MiB, and
 * that one's array comes from kmalloc. The recursion ends there.
 *
 * Giving back goes the other way: first the mappings, then the pages, then the
 * addresses, which wait for a flush of the TLB (area.c).
 */
#include "internal.h"

#include <lib/bug.h>
#include <lib/printk.h>
#include <mm/page_alloc.h>
#include <mm/slab.h>
#include <sched/sched.h>

#define GFP_VMALLOC (GFP_KERNEL | __GFP_HIGHMEM)

/* ---- The pages of an area ---- */

static inline unsigned long inline_pages(unsigned long nr)
{
	return nr <= VM_INLINE_PAGES ? nr : 0;
}

static bool alloc_page_array(struct vm_struct *area, unsigned long nr, gfp_t gfp)
{
	unsigned long bytes = nr * sizeof(struct page *);

	if (nr <= VM_INLINE_PAGES) {
		area->pages = area->inline_pages;
	} else if (bytes <= PAGE_SIZE) {
		area->pages = kmalloc(bytes, gfp & GFP_RECLAIM_MASK);
	} else {
		area->pages = __vmalloc_caller(bytes,
		                               (gfp & GFP_RECLAIM_MASK) | __GFP_HIGHMEM,
		                               PAGE_KERNEL, 0, area->caller);
		area->flags |= VM_VPAGES;
	}
	return area->pages;
}

static void free_page_array(struct vm_struct *area)
{
	if (area->flags & VM_VPAGES)
		vfree(area->pages);
	else if (area->pages != area->inline_pages)
		kfree(area->pages);
}

static bool alloc_area_pages(struct vm_struct *area, unsigned long nr, gfp_t gfp)
{
	unsigned long run, got;

	do {
		run = min(nr - area->nr_pages, PAGES_PER_RUN);
		got = alloc_pages_bulk(gfp, run, page_run(area, area->nr_pages));
		area->nr_pages += (unsigned int)got;
	} while (area->nr_pages < nr && got == run);
	return area->nr_pages == nr;
}

static void free_area_pages(struct vm_struct *area)
{
	for (unsigned long i = 0; i < area->nr_pages; i += PAGES_PER_RUN)
		free_pages_bulk(page_run(area, i), min(area->nr_pages - i, PAGES_PER_RUN));
	free_page_array(area);
}

static void map_area_pages(const struct vm_struct *area, pgprot_t prot)
{
	unsigned long start = area_start(area), end = area_guard(area);

	for (unsigned long i = 0; i < area->nr_pages; i += PAGES_PER_RUN) {
		unsigned long stop = min(start + (PAGES_PER_RUN << PAGE_SHIFT), end);

		map_pages(start, stop, page_run(area, i), prot);
		start = stop;
	}
}

/* ---- vmalloc ---- */

static noinline void warn_too_large(unsigned long size, gfp_t gfp)
{
	if (!(gfp & __GFP_NOWARN))
		pr_warn("vmalloc: %lu bytes are more than the window or RAM can hold\n", size);
}

static noinline void warn_no_memory(const struct vm_struct *area, gfp_t gfp)
{
	if (!(gfp & __GFP_NOWARN))
		pr_warn("vmalloc: no memory for %lu bytes: got %u pages\n",
		        area->size - GUARD_SIZE, area->nr_pages);
}

/* Everything but the addresses. What was taken is given back on failure. */
static bool fill_area(struct vm_struct *area, unsigned long nr, gfp_t gfp, pgprot_t prot)
{
	if (unlikely(!populate_page_tables(area_start(area), area_guard(area), gfp) ||
	             !alloc_page_array(area, nr, gfp)))
		return false;
	if (unlikely(!alloc_area_pages(area, nr, gfp))) {
		free_area_pages(area);
		return false;
	}
	map_area_pages(area, prot);
	vm_area_ready(area);
	return true;
}

void *__vmalloc_caller(unsigned long size, gfp_t gfp, pgprot_t prot, unsigned long flags,
                       const void *caller)
{
	unsigned long nr = size / PAGE_SIZE + !!(size % PAGE_SIZE);
	struct vm_struct *area;

	if (unlikely(!size))
		return NULL;
	if (unlikely(nr > PAGES_PER_RUN &&
	             (nr >= (VMALLOC_END - VMALLOC_START) >> PAGE_SHIFT ||
	              nr > nr_managed_pages()))) {
		warn_too_large(size, gfp);
		return NULL;
	}
	area = alloc_vm_area(&(struct vm_request){.size = nr << PAGE_SHIFT,
	                                          .align = PAGE_SIZE,
	                                          .flags = flags | VM_ALLOC,
	                                          .gfp = gfp,
	                                          .caller = caller,
	                                          .inline_pages = inline_pages(nr)});
	if (unlikely(!area))
		return NULL;
	if (likely(fill_area(area, nr, gfp, prot)))
		return area->addr;
	warn_no_memory(area, gfp);
	discard_vm_area(area);
	return NULL;
}

void *__vmalloc(unsigned long size, gfp_t gfp, pgprot_t prot)
{
	return __vmalloc_caller(size, gfp, prot, 0, __builtin_return_address(0));
}

void *vmalloc(unsigned long size)
{
	return __vmalloc_caller(size, GFP_VMALLOC, PAGE_KERNEL, 0,
	                        __builtin_return_address(0));
}

void *vzalloc(unsigned long size)
{
	return __vmalloc_caller(size, GFP_VMALLOC | __GFP_ZERO, PAGE_KERNEL, 0,
	                        __builtin_return_address(0));
}

void *vmalloc_user(unsigned long size)
{
	return __vmalloc_caller(size, GFP_VMALLOC | __GFP_ZERO, PAGE_KERNEL, VM_USERMAP,
	                        __builtin_return_address(0));
}

void *vmalloc_32(unsigned long size)
{
	return __vmalloc_caller(size, GFP_KERNEL, PAGE_KERNEL, 0,
	                        __builtin_return_address(0));
}

void *vmalloc_dma(unsigned long size)
{
	return __vmalloc_caller(size, GFP_KERNEL | GFP_DMA, PAGE_KERNEL, 0,
	                        __builtin_return_address(0));
}

/* ---- Giving back ---- */

static noinline void warn_wrong_address(const void *addr, const char *who)
{
	pr_err("%s: 0x%08lx is not the start of such an area\n", who,
	       (unsigned long)addr);
	WARN_ON(addr);
}

/* false if no such area starts there. */
static bool free_vm_area(const void *addr, unsigned long kind)
{
	struct vm_struct *area = claim_vm_area(addr, kind);

	if (unlikely(!area))
		return false;
	unmap_range(area_start(area), area_guard(area));
	if (area->flags & VM_ALLOC)
		free_area_pages(area);
	retire_vm_area(area);
	return true;
}

void unmap_vm_area(const void *addr, unsigned long kind, const char *who)
{
	BUG_ON(in_interrupt());
	might_sleep();
	if (likely(addr) && unlikely(!free_vm_area(addr, kind)))
		warn_wrong_address(addr, who);
}

void vfree(const void *addr)
{
	unmap_vm_area(addr, VM_ALLOC, "vfree");
}

void vunmap(const void *addr)
{
	unmap_vm_area(addr, VM_MAP, "vunmap");
}

/* ---- vmap ---- */

void *vmap(struct page **pages, unsigned int count, unsigned long flags, pgprot_t prot)
{
	struct vm_request request = {.size = (unsigned long)count << PAGE_SHIFT,
	                             .align = PAGE_SIZE,
	                             .flags = (flags & ~VM_KIND_MASK) | VM_MAP,
	                             .gfp = GFP_KERNEL,
	                             .caller = __builtin_return_address(0)};
	struct vm_struct *area;

	if (!count || count > nr_managed_pages())
		return NULL;
	area = alloc_vm_area(&request);
	if (!area)
		return NULL;
	if (!populate_page_tables(area_start(area), area_guard(area), GFP_KERNEL)) {
		discard_vm_area(area);
		return NULL;
	}
	map_pages(area_start(area), area_guard(area), pages, prot);
	vm_area_ready(area);
	return area->addr;
}

/* ---- Addresses alone ---- */

struct vm_struct *get_vm_area(unsigned long size, unsigned long flags)
{
	struct vm_request request = {.size = PAGE_ALIGN(size),
	                             .align = PAGE_SIZE,
	                             .flags = flags & ~VM_ALLOC,
	                             .gfp = GFP_KERNEL,
	                             .caller = __builtin_return_address(0)};
	struct vm_struct *area = alloc_vm_area(&request);

	if (area)
		vm_area_ready(area);
	return area;
}

bool remove_vm_area(const void *addr)
{
	BUG_ON(in_interrupt());
	might_sleep();
	return free_vm_area(addr, 0);
}
