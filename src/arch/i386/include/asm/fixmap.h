/*
 * Fixed virtual addresses at the top of the address space, for what must be
 * mapped before or without an allocator. The slots are named in
 * asm/memory_layout.h. (Gorman ch. 4, "Linear Address Space";
 * Professional Linux Kernel Architecture 3.4.2)
 */
#ifndef ASM_FIXMAP_H
#define ASM_FIXMAP_H

#include <asm/pgtable.h>
#include <lib/bug.h>

static inline unsigned long __fix_to_virt(unsigned int idx)
{
	return FIXADDR_TOP - ((unsigned long)(idx + 1) << PAGE_SHIFT);
}

/* With a constant slot, a wrong one does not link. */
static inline unsigned long fix_to_virt(enum fixed_addresses idx)
{
	BUG_ON(idx >= __end_of_fixed_addresses);
	return __fix_to_virt(idx);
}

static inline enum fixed_addresses virt_to_fix(unsigned long vaddr)
{
	BUG_ON(vaddr >= FIXADDR_TOP || vaddr < FIXADDR_START);
	return (enum fixed_addresses)(((FIXADDR_TOP - vaddr - 1) >> PAGE_SHIFT));
}

/* The entry of an address in the fixmap; its table is there since paging_init. */
extern pte_t *fixmap_page_table;

static inline pte_t *fixmap_pte(unsigned long address)
{
	return fixmap_page_table + pte_index(address);
}

/* Map a slot to the page of phys; replaces what was there. Valid once
 * paging_init has run. Does not sleep. */
void __set_fixmap(enum fixed_addresses idx, phys_addr_t phys, pgprot_t flags);
void clear_fixmap(enum fixed_addresses idx);

#define set_fixmap(idx, phys)         __set_fixmap(idx, phys, PAGE_KERNEL)
#define set_fixmap_nocache(idx, phys) __set_fixmap(idx, phys, PAGE_KERNEL_NOCACHE)

/*
 * Map [phys, phys + size) for a moment during boot; any alignment, at most
 * NR_FIX_BTMAPS pages, FIX_BTMAPS_SLOTS mappings at a time. Returns NULL when
 * that is exceeded or the range wraps or lies beyond what page tables can
 * name. early_iounmap takes the same pointer and size back.
 */
void *early_ioremap(phys_addr_t phys, size_t size);
void early_iounmap(void *addr, size_t size);

/* How many early_ioremap mappings are open: boot ends with none. */
unsigned int early_ioremap_open(void);

#endif
