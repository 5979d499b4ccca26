/*
 * The classic format: a page directory of 1024 entries (pgd), page tables of
 * 1024 (pte); entries have 32 bits. Both pud and pmd are folded into the pgd.
 * (SDM vol. 3A, 4.3.) It names 4 GiB of physical memory and has no NX.
 */
#ifndef ASM_PGTABLE_2LEVEL_H
#define ASM_PGTABLE_2LEVEL_H

#define PGDIR_SHIFT    22
#define PTRS_PER_PGD   1024
#define PTRS_PER_PMD   1
#define PTRS_PER_PTE   1024
#define PAGETABLE_LEVELS 2

static inline void __set_entry(volatile pteval_t *where, pteval_t value)
{
	*where = value;
}

static inline void __set_frame(volatile pteval_t *where, unsigned long pfn,
                               const pteval_t *rest)
{
	*where = (pteval_t)(pfn << PAGE_SHIFT) | *rest;
}

static inline void __clear_entry(volatile pteval_t *where)
{
	*where = 0;
}

static inline pteval_t __xchg_entry(volatile pteval_t *where, pteval_t value)
{
	return __atomic_exchange_n(where, value, __ATOMIC_SEQ_CST);
}

/* A folded level is always there; what may be missing is the pmd in it. */
static inline bool pud_none(pud_t pud)
{
	(void)pud;
	return false;
}

static inline bool pud_present(pud_t pud)
{
	(void)pud;
	return true;
}

static inline void pud_populate(pud_t *pudp, phys_addr_t pmd_table)
{
	(void)pudp, (void)pmd_table;
}

static inline phys_addr_t pud_page_paddr(pud_t pud)
{
	return pud_val(pud) & PTE_PFN_MASK;
}

static inline pmd_t *pmd_offset(pud_t *pud, unsigned long address)
{
	(void)address;
	return (pmd_t *)pud;
}

#endif
