/* What the suites of vmalloc share. Nothing here touches an address of the window:
 * the host has none behind it. */
#ifndef VMALLOC_TEST_H
#define VMALLOC_TEST_H

#include "../../src/mm/vmalloc/internal.h"

#include <lib/string.h>
#include <mm/highmem.h>
#include <mm/page_alloc.h>

#define GFP_TEST (GFP_KERNEL | __GFP_HIGHMEM | __GFP_NOWARN)

static inline struct vmalloc_info vmalloc_info(void)
{
	struct vmalloc_info info;

	get_vmalloc_info(&info);
	return info;
}

/* The area that starts there; all zero if none does. */
static inline struct vm_area_view view_of(const void *addr)
{
	struct vm_area_view view;

	if (vm_area_next((unsigned long)addr, &view) && view.start == (unsigned long)addr)
		return view;
	return (struct vm_area_view){.start = 0};
}

/* The descriptor of the area at addr. */
static inline struct vm_struct *descriptor_of(const void *addr)
{
	struct vm_struct *area;

	list_for_each_entry (area, &vmlist, list)
		if (area->addr == addr)
			return area;
	return NULL;
}

/* Addresses without memory, in silence if there are none. */
static inline void *take_addresses(unsigned long size)
{
	struct vm_struct *area = alloc_vm_area(&(struct vm_request){
		.size = PAGE_ALIGN(size), .align = PAGE_SIZE, .gfp = GFP_TEST});

	if (!area)
		return NULL;
	vm_area_ready(area);
	return area->addr;
}

static inline struct page *page_at(const void *addr, unsigned long n)
{
	return vmalloc_to_page((const char *)addr + (n << PAGE_SHIFT));
}

/* One byte of an area, through its page's own address. */
static inline u8 peek(const void *addr, unsigned long offset)
{
	u8 *page = kmap_atomic(page_at(addr, offset >> PAGE_SHIFT));
	u8 byte = page[offset & ~PAGE_MASK];

	kunmap_atomic(page);
	return byte;
}

static inline void poke(const void *addr, unsigned long offset, u8 byte)
{
	u8 *page = kmap_atomic(page_at(addr, offset >> PAGE_SHIFT));

	page[offset & ~PAGE_MASK] = byte;
	kunmap_atomic(page);
}

#endif
