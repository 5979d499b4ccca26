/*
 * Page size and the direct map: physical address p of lowmem is the virtual
 * address p + PAGE_OFFSET. Good for [0, max_low_pfn) frames only; what lies
 * above is reached through kmap, kmap_atomic, vmalloc or ioremap.
 */
#ifndef ASM_PAGE_H
#define ASM_PAGE_H

#include <asm/memory_layout.h>
#include <lib/types.h>
#include <lib/util.h>

#define __pa(v) ((phys_addr_t)((unsigned long)(v) - PAGE_OFFSET))
#define __va(p) ((void *)((unsigned long)(p) + PAGE_OFFSET))

#define PFN_UP(p)   ((unsigned long)(((p) + PAGE_SIZE - 1) >> PAGE_SHIFT))
#define PFN_DOWN(p) ((unsigned long)((p) >> PAGE_SHIFT))
#define PFN_PHYS(n) ((phys_addr_t)(n) << PAGE_SHIFT)

#define PAGE_ALIGN(a) ALIGN(a, PAGE_SIZE)

/* Both take the first byte of a page: no test for what is not aligned. */
static inline void clear_page(void *page)
{
	__builtin_memset(__builtin_assume_aligned(page, PAGE_SIZE), 0, PAGE_SIZE);
}

static inline void copy_page(void *to, const void *from)
{
	__builtin_memcpy(__builtin_assume_aligned(to, PAGE_SIZE),
			 __builtin_assume_aligned(from, PAGE_SIZE), PAGE_SIZE);
}

#endif
