/*
 * Fixed virtual addresses at the top of the address space, for what must be
 * mapped before or without an allocator. The slots are named in
 * asm/memory_layout.h. (Gorman ch. 4, "Linear Address Space";
 * Professional Linux Kernel Architecture 3.4.2)
 *
 * A slot belongs to whoever it is named for; there is no lock. None of these
 * sleeps.
 */
#ifndef ASM_FIXMAP_H
#define ASM_FIXMAP_H

#include <asm/pgtable.h>
#include <lib/bug.h>
#include <mm/tlb.h>

/* The arithmetic alone: slots count down from FIXADDR_TOP. */
static inline unsigned long __fix_to_virt(unsigned int idx)
{
	return FIXADDR_TOP - ((unsigned long)(idx + 1) << PAGE_SHIFT);
}

/* There is no such function: a call that the compiler keeps is an error. */
void __this_fixmap_does_not_exist(void)
	__attribute__((error("this fixmap slot does not exist")));

/* The first byte of a slot. A slot that is a constant costs nothing, and a wrong
 * one does not compile; a wrong one that only shows at run time is a BUG. */
static __always_inline unsigned long fix_to_virt(unsigned int idx)
{
	if (!__builtin_constant_p(idx))
		BUG_ON(idx >= __end_of_fixed_addresses);
	else if (idx >= __end_of_fixed_addresses)
		__this_fixmap_does_not_exist();
	return __fix_to_virt(idx);
}

/* The slot that any address in it belongs to; outside the fixmap: a BUG. */
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

/*
 * Map a slot to the frame of phys with these rights, or take the mapping away;
 * what was there before is forgotten, in the TLB too. Valid once paging_init has
 * run. A slot that does not exist is a BUG, or with the macros and a constant slot
 * does not compile. May be called in any context by the slot's owner.
 */
void __set_fixmap(enum fixed_addresses idx, phys_addr_t phys, pgprot_t flags);
void __clear_fixmap(enum fixed_addresses idx);

#define fixmap_slot(idx)              ((void)fix_to_virt(idx), (enum fixed_addresses)(idx))
#define set_fixmap(idx, phys)         __set_fixmap(fixmap_slot(idx), phys, PAGE_KERNEL)
#define set_fixmap_nocache(idx, phys) \
	__set_fixmap(fixmap_slot(idx), phys, PAGE_KERNEL_NOCACHE)
#define clear_fixmap(idx)             __clear_fixmap(fixmap_slot(idx))

/* Whether something is mapped there, and how many slots have something. */
bool fixmap_used(enum fixed_addresses idx);
unsigned int nr_fixmaps_used(void);

/* Write the slot's name, "FIX_APIC_BASE" or "FIX_BTMAP_END+5", to buf; at most
 * FIXMAP_NAME_MAX bytes with the end. Returns buf. */
#define FIXMAP_NAME_MAX 32
const char *fixmap_name(enum fixed_addresses idx, char *buf, size_t size);

/* Whether both belong to the same name, but for the number behind it. */
bool fixmap_same_name(enum fixed_addresses a, enum fixed_addresses b);

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
