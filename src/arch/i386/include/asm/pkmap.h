/*
 * The window of kmap: LAST_PKMAP pages from PKMAP_BASE, which one page table maps.
 * kmap_lock guards the entries. None of these sleeps, fails, or flushes the TLB.
 */
#ifndef ASM_PKMAP_H
#define ASM_PKMAP_H

#include <asm/pgtable.h>
#include <asm/tlbflush.h>

/* Set by paging_init. */
extern pte_t *pkmap_page_table;

#define PKMAP_ADDR(nr)    (PKMAP_BASE + ((unsigned long)(nr) << PAGE_SHIFT))
#define PKMAP_NR(address) ((unsigned int)(((address) - PKMAP_BASE) >> PAGE_SHIFT))

static inline bool is_pkmap(unsigned long address)
{
	return address - PKMAP_BASE < LAST_PKMAP << PAGE_SHIFT;
}

/* Fill an entry that is not present. */
static inline void pkmap_set(unsigned int nr, unsigned long pfn)
{
	set_pte(pkmap_page_table + nr, pfn_pte(pfn, PAGE_KERNEL));
}

/* The TLB may know the old entry until it is flushed. */
static inline void pkmap_clear(unsigned int nr)
{
	pte_clear(pkmap_page_table + nr);
}

#endif
