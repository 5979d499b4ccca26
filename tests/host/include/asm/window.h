/* The host's stand-in for <asm/window.h>: nothing is behind the window's addresses,
 * the bytes are in the arena. */
#ifndef ASM_WINDOW_H
#define ASM_WINDOW_H

#include <asm/page.h>

bool is_window_address(const void *addr);
unsigned long window_pfn(const void *addr);

static inline void *window_address(const void *addr)
{
	unsigned long offset = (unsigned long)addr & ~PAGE_MASK;

	if (!is_window_address(addr))
		return (void *)addr;
	return (char *)__va(PFN_PHYS(window_pfn(addr))) + offset;
}

#endif
