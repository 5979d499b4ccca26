/*
 * The host's stand-in for <asm/pkmap.h>: a page table of its own, and beside it a
 * window that really shows what the table says.
 */
#ifndef ASM_PKMAP_H
#define ASM_PKMAP_H

#include <asm/host_window.h>
#include <asm/pgtable.h>
#include <asm/tlbflush.h>

extern pte_t pkmap_page_table[LAST_PKMAP];

#define PKMAP_ADDR(nr) (HOST_PKMAP_WINDOW + ((unsigned long)(nr) << PAGE_SHIFT))
#define PKMAP_NR(address)                                                              \
	((unsigned int)(((address) - HOST_PKMAP_WINDOW) >> PAGE_SHIFT))

static inline bool is_pkmap(unsigned long address)
{
	return address - HOST_PKMAP_WINDOW < LAST_PKMAP << PAGE_SHIFT;
}

static inline void pkmap_set(unsigned int nr, unsigned long pfn)
{
	set_pte(pkmap_page_table + nr, pfn_pte(pfn, PAGE_KERNEL));
	host_map_page(PKMAP_ADDR(nr), pfn);
}

static inline void pkmap_clear(unsigned int nr)
{
	pte_clear(pkmap_page_table + nr);
	host_unmap_page(PKMAP_ADDR(nr));
}

#endif
