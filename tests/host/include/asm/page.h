/*
 * The host's stand-in for <asm/page.h>: an arena plays physical memory, and the
 * direct map begins where the arena lies. Any other object of the test program
 * has a "physical address" too, by arithmetic modulo 4 GiB, so that
 * __va(__pa(p)) == p holds for all of them.
 */
#ifndef ASM_PAGE_H
#define ASM_PAGE_H

#include <asm/memory_layout.h>

/* AddressSanitizer's frames are larger. */
#undef THREAD_SIZE
#define THREAD_SIZE (128UL << 10)

#include <lib/types.h>
#include <lib/util.h>

/* Physical address 0. HOST_ARENA_SIZE bytes, aligned to 4 MiB, zeroed at
 * start; a test that points it elsewhere puts it back. */
#define HOST_ARENA_SIZE    (192UL << 20)
#define HOST_HIGHMEM_START (128UL << 20) /* tests/host/machine.c's zones */
extern char *host_arena;

#define __pa(v) ((phys_addr_t)((unsigned long)(v) - (unsigned long)host_arena))
#define __va(p) ((void *)((unsigned long)(p) + (unsigned long)host_arena))

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
